"""Sentences of the briefing in its four languages, and figures put into them."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from .values import Figure, Line, Words

LANGUAGES: Mapping[str, str] = {"ko": "한국어", "en": "English", "fr": "Français", "de": "Deutsch"}
"""Language tag -> its own name."""

Value = Figure | Words | Line | None
_GAP = re.compile(r"\{([a-z_]+)\}")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Key -> language -> text, of texts.toml beside this file."""
    table: Mapping[str, Mapping[str, str]] = tomllib.loads(
        (Path(__file__).parent / "texts.toml").read_text(encoding="utf-8")
    )["texts"]
    return table


def say(key: str, lang: str) -> str:
    """The words of a key. Raises KeyError: a briefing must not go out with a hole."""
    return catalogue()[key][lang]


def fill(key: str, lang: str, **values: Value) -> Line | None:
    """The sentence of a key with figures in its gaps; None where one of them is not known: it is then left out."""
    if any(value is None or value == () for value in values.values()):
        return None
    spans: list[Words | Figure] = []
    for index, part in enumerate(_GAP.split(say(key, lang))):
        if index % 2:
            value = values[part]
            spans.extend(value if isinstance(value, tuple) else (value,) if value else ())
        elif part:
            spans.append(Words(part))
    return tuple(spans)
