"""The units that headers and cells of a published table name, read with the district's own unit table."""

import re
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from madang.district.quantity import UNITS, Unit, find_unit
from madang.errors import BadRequestData

THINGS: Final = Unit("개", "things", Fraction(1))
"""Counted, whatever it is."""

_THINGS: Final = frozenset(
    [
        "개",
        "개소",
        "곳",
        "건",
        "대",
        "사",
        "회",
        "employees",
        "workers",
        "things",
        "units",
        "einwohner",
        "beschäftigte",
        "habitants",
    ]
)
_MEASURED: Final = ("area", "floor area", "share", "percentage points", "length")
_UNIT_LENGTH_MAX: Final = 20


@lru_cache(maxsize=4096)
def unit_of(text: str) -> Unit | None:
    """The unit that the text is: ``㎡``, ``억원``, ``명/ha``, ``천명``."""
    word = text.strip(" .")
    if not word or len(word) > _UNIT_LENGTH_MAX or word[0].isdigit():
        return None
    if word.lower() in _THINGS:
        return THINGS
    try:
        return find_unit(word)
    except BadRequestData:
        pass
    multiple = {"천": 1000, "만": 10_000}.get(word[0])
    counted = unit_of(word[1:]) if multiple and len(word) > 1 else None
    return replace(counted, symbol=word, factor=counted.factor * multiple) if counted and multiple else None


def is_counted(unit: Unit | None) -> bool:
    """Whole things one by one, which nobody rounds: people, homes, companies; not thousands of them."""
    return (
        unit is not None
        and unit.factor == 1
        and not (
            unit.dimension in _MEASURED
            or unit.dimension.startswith(("money", "duration", "points"))
            or " per " in unit.dimension
        )
    )


def is_percent(unit: Unit | None) -> bool:
    return unit is not None and unit.symbol in ("%", "pp")


_INSIDE: Final = re.compile(r"[(\[]\s*(?:단위\s*:?)?\s*([^()\[\]]{1,20}?)\s*[)\]]")
_WORDS: Final = re.compile(r"[\s_,:·()]+")
_MULTIPLES: Final = {
    "kilo": 1000,
    "thousand": 1000,
    "million": 10**6,
    "mio": 10**6,
    "billion": 10**9,
    "mrd": 10**9,
    "trillion": 10**12,
}


@lru_cache(maxsize=4096)
def header_unit(name: str) -> Unit | None:
    """The unit a column's header or a row's label tells: ``면적(천㎡)``, ``cost_billion_krw``, ``Fläche in ha``.

    Bare words count only as measures and money: the "jobs" of a header say what is counted, and are no reason to take
    a rounded 24500 for exact.
    """
    for inside in _INSIDE.findall(name):
        if unit := unit_of(inside):
            return unit
    words = [word for word in _WORDS.split(name) if word]
    for before, word in zip(["", *words], words, strict=False):
        per = before.lower() in ("per", "pro", "par", "je") or word in ("m", "M", "a")
        unit = unit_of(word) if len(words) > 1 and not per else None
        if unit is None or not (unit.dimension in _MEASURED or unit.currency):
            continue
        multiple = _MULTIPLES.get(before.lower().strip("."), 1)
        return replace(unit, symbol=f"{before} {unit.symbol}", factor=unit.factor * multiple) if multiple > 1 else unit
    return None


PYEONG_M2: Final = UNITS["평"].factor
"""m² in one pyeong, the square of 20/11 m."""
