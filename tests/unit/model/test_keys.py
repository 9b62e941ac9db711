"""Keys of TOML files: what stands there is what was meant, or a sentence about it."""

import math

import pytest

from madang.model.keys import Key, parse_value


@pytest.mark.parametrize("kind", ["integer", "number"])
@pytest.mark.parametrize("raw", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_no_number_is_refused_in_one_sentence(kind: str, raw: float) -> None:
    with pytest.raises(ValueError, match='"runs" must be a number'):
        parse_value(Key("runs", kind, "how often"), raw)  # type: ignore[arg-type]  # the parameters are kinds
