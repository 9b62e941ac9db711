"""Laws of quantities and intervals."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from operator import add, mul, sub, truediv

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from madang.district.interval import Interval
from madang.district.quantity import UNITS, Quantity, find_unit, parse_number, parse_quantity, rounding_interval
from madang.district.when import parse_when
from madang.errors import BadRequestData

COMPOSED = [find_unit(s) for s in ("jobs/ha", "jobs/km2", "jobs/평", "EUR/m2/month", "M EUR/ha/year", "억 KRW/평")]
PAIRS = [
    (a, b) for a, b in permutations([*UNITS.values(), *COMPOSED], 2) if a.dimension == b.dimension
]  # some 300 pairs: each is tried
fractions = st.fractions(min_value=-(10**15), max_value=10**15, max_denominator=10**6)
decimals = st.decimals(min_value=-(10**12), max_value=10**12, places=3)


@pytest.mark.parametrize(("here", "there"), PAIRS, ids=lambda unit: unit.symbol)
def test_a_conversion_and_its_way_back_give_the_same_quantity(here: "object", there: "object") -> None:
    first, second = find_unit(str(here)), find_unit(str(there))
    quantity = Quantity(Fraction(-7, 3), Fraction(10**9, 7), first, step=Fraction(1, 10))
    assert quantity.to(second).to(first) == quantity


@given(st.integers(min_value=-(10**9), max_value=10**9))
def test_121_pyeong_are_400_square_metres(count: int) -> None:
    assert parse_quantity(str(121 * count), "평").to("m2").low == 400 * count


@given(decimals)
def test_a_number_is_read_as_it_was_written(number: Decimal) -> None:
    assert parse_number(f"{number:,f}") == number
    assert parse_quantity(f"{number:,f}", "ha").low == Fraction(number)


@given(st.integers(min_value=0, max_value=10**15))
def test_korean_numbers_say_the_same_as_digits(number: int) -> None:
    words, rest = [], number
    for size, word in ((10**12, "조"), (10**8, "억"), (10**4, "만"), (1, "")):
        count, rest = divmod(rest, size)
        words += [f"{count:,}{word}"] if count else []
    if words[1:] and words[-1].isascii() and "만" not in words[-2]:
        with pytest.raises(BadRequestData, match="does not say what"):
            parse_quantity(" ".join(words), "KRW")
        return
    assert parse_quantity(" ".join(words) or "0", "KRW").low == number


@given(decimals)
def test_a_figure_lies_in_what_it_rounds_from(number: Decimal) -> None:
    quantity = parse_quantity(f"{number:f}", "ha")
    assert quantity.low in rounding_interval(quantity)
    assert quantity.low % quantity.step == 0


@st.composite
def intervals_with_a_point(draw: st.DrawFn) -> tuple[Interval, Fraction]:
    low, point, high = sorted(draw(st.tuples(fractions, fractions, fractions)))
    return Interval(low, high), point


@given(intervals_with_a_point(), intervals_with_a_point(), st.sampled_from([add, sub, mul, truediv]))
def test_interval_arithmetic_holds_every_pointwise_result(
    left: tuple[Interval, Fraction], right: tuple[Interval, Fraction], operate: Callable[..., Interval]
) -> None:
    assume(operate is not truediv or 0 not in right[0])
    whole = operate(left[0], right[0])
    assert operate(left[1], right[1]) in whole
    corners = [
        operate(a, b) for a in (left[0].low, left[0].high) for b in (right[0].low, right[0].high)
    ]  # and is no wider than need be
    assert whole.low in corners
    assert whole.high in corners


@given(st.text(max_size=200), st.sampled_from(["ha", "억 KRW", "jobs", "%"]))
def test_any_text_is_a_quantity_or_a_refusal(text: str, unit: str) -> None:
    try:
        quantity = parse_quantity(text, unit)
    except BadRequestData:
        return
    assert quantity.low <= quantity.high


@given(st.text(alphabet="0123456789,.–-~ 약조억만천>+여이상c年월일QHs/", max_size=40))
def test_nearly_a_figure_or_a_date_is_read_or_refused(text: str) -> None:
    for parse in (lambda: parse_quantity(text, "KRW"), lambda: parse_when(text)):
        try:
            found = parse()
        except BadRequestData:
            continue
        assert found is not None
