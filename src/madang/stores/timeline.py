"""What every history store agrees on: which time counts, how buckets lie, how a line is thinned. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from madang.errors import BadRequestData
from madang.model.entity import Attribute
from madang.model.observation import Observation
from madang.model.query import TemporalQuery, Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?"
    r"(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{1,6})\d*)?S)?)?"
)


def to_us(at: datetime) -> int:
    """Microseconds since 1970-01-01 UTC, exact (a float timestamp is not)."""
    return (at - EPOCH) // _MICROSECOND


def from_us(us: int) -> datetime:
    return EPOCH + timedelta(microseconds=us)


def numeric(instance: Attribute | None) -> float | None:
    """The number a chart draws for this instance; None where it is none (text, true, objects, deleted)."""
    if instance is None or instance.kind != "Property":
        return None
    value = instance.value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def is_open(window: Window) -> bool:
    return window.start is None and window.end is None


def matches_time(observation: Observation, query: TemporalQuery) -> bool:
    """Does the query's time property of this observation lie in its window?

    observedAt: by ``at``; under a bounded window only instances that were observed (an instance without observedAt has
    no such time, clause 4.11), under an open one all. createdAt and modifiedAt: by ``recorded_at``, for a temporal
    instance is never changed, only replaced. deletedAt: by ``at`` of deletions.
    """
    deleted = observation.instance is None
    match query.timeproperty:
        case "observedAt":
            return is_open(query.window) or (observation.observed and _inside(observation.at, query.window))
        case "deletedAt":
            return deleted and _inside(observation.at, query.window)
        case _:
            return not deleted and _inside(observation.recorded_at, query.window)


def _inside(at: datetime, window: Window) -> bool:
    return (window.start is None or window.start <= at) and (window.end is None or at < window.end)


def uses_recorded(query: TemporalQuery) -> bool:
    """The query's time is when the instance was stored, not when it was observed."""
    return query.timeproperty in ("createdAt", "modifiedAt")


@dataclass(frozen=True, slots=True)
class Period:
    """An ISO 8601 duration as calendar months plus exact microseconds; both 0 means the whole window."""

    months: int
    us: int

    def edge(self, start: datetime, count: int) -> datetime:
        """Start of bucket ``count`` (0 = the first). A day that the month does not have becomes its last one."""
        months = start.month - 1 + self.months * count
        year, month = start.year + months // 12, months % 12 + 1
        day = min(start.day, _days_in(year, month))
        return start.replace(year=year, month=month, day=day) + timedelta(microseconds=self.us * count)

    def edges(self, start: datetime, last: datetime) -> Iterator[datetime]:
        """Bucket starts up to the one that holds ``last``, and the end of that one."""
        count = 0
        while True:
            edge = self.edge(start, count)
            yield edge
            if edge > last:
                return
            count += 1


def _days_in(year: int, month: int) -> int:
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return (following - timedelta(days=1)).day


PERIOD_MONTHS_MAX = 1200


def parse_period(text: str) -> Period:
    """An ISO 8601 duration such as ``PT15M``, ``P1M`` or ``PT0S``. Raises BadRequestData."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()):
        raise BadRequestData(f"{text!r} is not an ISO 8601 duration such as PT1H or P1D.", "aggrPeriodDuration")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:7])
    fraction = int((match.group(8) or "0").ljust(6, "0"))
    exact = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    if years * 12 + months > PERIOD_MONTHS_MAX or exact > PERIOD_MONTHS_MAX * 31 * 86_400:
        raise BadRequestData(f"{text!r} is longer than {PERIOD_MONTHS_MAX // 12} years.", "aggrPeriodDuration")
    return Period(years * 12 + months, exact * 1_000_000 + fraction)


def thin(
    at: npt.NDArray[np.datetime64], value: npt.NDArray[np.float64], most: int
) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.float64]]:
    """At most ``most`` points of a line (at ascending): the lowest and the highest of each of most // 2 equal stretches
    of time, so that no peak is lost; a stretch without any number keeps its first point as a gap.

    Below 4 points a stretch could not show both ends; 4 are given then.
    """
    most = max(most, 4)
    if len(at) <= most:
        return at, value
    ticks = at.astype("datetime64[us]").astype(np.int64)
    span = int(ticks[-1] - ticks[0]) + 1
    stretches = most // 2
    stretch = ((ticks - ticks[0]).astype(np.float64) * (stretches / span)).astype(np.int64)
    starts = np.flatnonzero(np.r_[True, np.diff(stretch) > 0])
    # fmin/fmax pass over NaN; a stretch of nothing but NaN stays NaN.
    low = np.fmin.reduceat(value, starts)
    high = np.fmax.reduceat(value, starts)
    group = np.cumsum(np.r_[False, np.diff(stretch) > 0])
    keep = np.unique(
        np.r_[_first(value == low[group], group), _first(value == high[group], group), starts[np.isnan(low)]]
    )
    return at[keep], value[keep]


def _first(hit: npt.NDArray[np.bool_], group: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Index of the first hit of each group that has one."""
    index = np.flatnonzero(hit)
    _, first = np.unique(group[index], return_index=True)
    return index[first]
