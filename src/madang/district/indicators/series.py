"""One number from what stations said over a period, and how much of what was to be expected they said.

A station's days are the calendar days of the city. A day counts where it has at least three quarters of the values that
the station usually has on a day (Directive 2008/50/EC, Annex XI B: a 24-hour value needs 75 % of its hours). A station
that speaks once a month is followed by months instead. The coverage is the share of the expected days (or months) that
count, over all stations; below COVERAGE_MIN there is no number. (For fixed measurements the directive itself asks 90 %
of a year; the coverage is shown, so that a reader can hold the number against that.)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import log10
from statistics import median

from .live_spec import Statistic

COVERAGE_MIN = 0.75
DAY_MIN = 0.75
MONTHLY_FROM_DAYS = 20
"""A station whose values usually lie further apart than this many days speaks once a month."""


@dataclass(frozen=True, slots=True)
class Day:
    """mean: of the day's values. values: how many there were. total: their sum."""

    on: date
    mean: float
    values: int
    total: float


@dataclass(frozen=True, slots=True)
class Line:
    """One station's period: its value, and the days (or months) that counted of those expected."""

    value: float | None
    had: int
    expected: int


def line(days: Sequence[Day], start: date, end: date, statistic: Statistic, limit: float | None = None) -> Line:
    """start <= day < end; days in any order, one each. A station that said nothing has value None."""
    inside = sorted((day for day in days if start <= day.on < end and day.values), key=lambda day: day.on)
    if not inside:
        return Line(None, 0, (end - start).days)
    if _monthly(inside):
        inside = _months(inside)
        return Line(_value(inside, statistic, limit), len(inside), _months_between(start, end))
    usual = median(day.values for day in inside)
    counted = [day for day in inside if day.values >= DAY_MIN * usual]
    return Line(_value(counted, statistic, limit), len(counted), (end - start).days)


def coverage(lines: Sequence[Line]) -> float:
    """Share 0..1 of what was expected of all of them; 0 where nothing was."""
    expected = sum(one.expected for one in lines)
    return min(1.0, sum(one.had for one in lines) / expected) if expected else 0.0


def over_stations(lines: Sequence[Line], statistic: Statistic, weights: Sequence[float] | None = None) -> float | None:
    """The city's number: totals are added, maxima and days over a limit are those of the worst station, the others are
    means, weighted where weights are given. None where no station has a value."""
    found = [(one.value, weight) for one, weight in zip(lines, weights or [1.0] * len(lines), strict=True)]
    values = [(value, weight) for value, weight in found if value is not None and weight > 0]
    if not values:
        return None
    if statistic == "total":
        return sum(value for value, _ in values)
    if statistic in ("max", "days over"):
        return max(value for value, _ in values)
    return sum(value * weight for value, weight in values) / sum(weight for _, weight in values)


def _value(days: Sequence[Day], statistic: Statistic, limit: float | None) -> float | None:
    if not days:
        return None
    means = sorted(day.mean for day in days)
    match statistic:
        case "mean":
            return sum(means) / len(means)
        case "median":
            return median(means)
        case "max":
            return means[-1]
        case "level":
            # Sound levels are averaged by their energy: Directive 2002/49/EC, Annex I.
            return 10 * log10(sum(10 ** (mean / 10) for mean in means) / len(means))
        case "p90":
            return percentile(means, 0.9)
        case "total":
            return sum(day.total for day in days)
        case "days over":
            return float(sum(mean > (limit or 0) for mean in means))


def percentile(ordered: Sequence[float], share: float) -> float:
    """Linear between the two nearest of values in ascending order (as spreadsheets do)."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _monthly(days: Sequence[Day]) -> bool:
    if len(days) < 3:
        return False
    return median((b.on - a.on).days for a, b in pairwise(days)) > MONTHLY_FROM_DAYS


def _months(days: Sequence[Day]) -> list[Day]:
    months: dict[tuple[int, int], list[Day]] = {}
    for day in days:
        months.setdefault((day.on.year, day.on.month), []).append(day)
    return [
        Day(
            each[0].on,
            sum(day.mean for day in each) / len(each),
            sum(day.values for day in each),
            sum(day.total for day in each),
        )
        for each in months.values()
    ]


def _months_between(start: date, end: date) -> int:
    """First days of a month in start <= day < end: when a monthly value is to be expected."""
    return max(1, (end.year - start.year) * 12 + end.month - start.month + (start.day == 1) - (end.day == 1))
