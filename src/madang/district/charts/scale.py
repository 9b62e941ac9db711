"""From values to places: linear scales, time, ticks that people read easily."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from madang.district.charts.svg import Format, text_width

_HUGE: Final = 1e100


@dataclass(frozen=True, slots=True)
class Span:
    """A date with its precision: `2024-H2` is 1 July to 31 December 2024. text: as written for people."""

    first: date
    last: date
    text: str


@dataclass(frozen=True, slots=True)
class Linear:
    """low..high on start..end of the picture; a domain of one value lies in the middle."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        width = self.high / 2 - self.low / 2  # halves: the difference of two huge numbers would overflow
        share = (value / 2 - self.low / 2) / width if width else 0.5
        return self.start + (self.end - self.start) * min(max(share, 0.0), 1.0)


def finite(values: Iterable[float | None]) -> tuple[float, ...]:
    """The values that can be drawn: numbers, and not so huge that sums and steps of them would overflow."""
    return tuple(float(v) for v in values if v is not None and abs(v) < _HUGE)


def extent(values: Iterable[float], *, zero: bool) -> tuple[float, float]:
    """Least and greatest; with zero, 0 lies inside. One lonely value gets air around it. No values: (0, 1)."""
    known = [*values, *([0.0] if zero else [])]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    if low == high:
        return (low - abs(low) / 10, high + abs(high) / 10) if low else (0.0, 1.0)
    return low, high


def ticks(low: float, high: float, count: int) -> tuple[float, ...]:
    """At most count+1 multiples of 1, 2 or 5 times a power of ten, between low and high."""
    raw = (high / 2 - low / 2) / max(count, 1) * 2
    if not (math.isfinite(raw) and raw > 0 and math.isfinite(low)):
        return (low,)
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(f * power for f in (1.0, 2.0, 5.0, 10.0) if f * power >= raw * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(float(f"{i * step:.12g}") for i in range(first, min(last, first + 60) + 1))


def widened(low: float, high: float, count: int) -> tuple[float, float]:
    """The domain grown to the ticks around it."""
    steps = ticks(low, high, count)
    step = steps[1] - steps[0] if len(steps) > 1 else 0.0
    if not step:
        return low, high
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def said(values: Iterable[float], number: Format) -> tuple[tuple[float, str], ...]:
    """Ticks with their words; a tick whose words repeat the one before (a rounding formatter) is left out."""
    told: list[tuple[float, str]] = []
    for value in values:
        words = number(value)
        if not told or words != told[-1][1]:
            told.append((value, words))
    return tuple(told)


def ticks_for(scale: Linear, number: Format, size: float) -> tuple[tuple[float, str], ...]:
    """As many ticks as fit side by side along a horizontal scale, with their words."""
    room = abs(scale.end - scale.start)
    told: tuple[tuple[float, str], ...] = ()
    for count in range(min(8, max(1, int(room / 36))), 0, -1):
        told = said(ticks(scale.low, scale.high, count), number)
        widest = max((text_width(words, size) for _, words in told), default=0.0)
        if len(told) < 2 or abs(scale(told[1][0]) - scale(told[0][0])) >= widest + size:
            break
    return told


def day_at(ordinal: float) -> date:
    """The day of a proleptic Gregorian ordinal; the first or the last there is beyond the calendar."""
    return date.fromordinal(min(max(int(ordinal), 1), date.max.toordinal()))


def year_ticks(first: date, last: date, room: float, size: float) -> tuple[date, ...]:
    """Starts of years between two dates, so far apart that four digits fit."""
    years = last.year - first.year + 1
    fits = max(1, int(room / (size * 4)))
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 500, 1000) if years / s <= fits), 5000)
    return tuple(
        date(year, 1, 1)
        for year in range(first.year, last.year + 1)
        if year % step == 0 and first <= date(year, 1, 1) <= last
    )
