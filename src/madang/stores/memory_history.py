"""The history as one dictionary: the plain reference that every other history store is held against."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from operator import attrgetter
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from madang.errors import OperationNotSupported
from madang.model.entity import Attribute
from madang.model.observation import Observation, Series
from madang.model.query import Aggregate, TemporalQuery, Window
from madang.ports.clock import Clock
from madang.ports.history import Bucket, HistorySize, Points, Table, Usual

from .timeline import Period, from_us, matches_time, numeric, parse_period, thin, uses_recorded

_Key = tuple[str, str, str | None, datetime]


class MemoryHistoryStore:
    """Reference model of HistoryStore. Not durable, no roll-ups, no SQL; every question is a pass over all rows."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tenants: dict[str, dict[_Key, Observation]] = {}

    async def load(self, tenant: str, series: Series) -> int:
        now = self._clock.now()
        taken = [o for o in _observations(series, now)]
        await self.append(tenant, taken)
        return len(taken)

    async def append(self, tenant: str, observations: Sequence[Observation]) -> None:
        rows = self._tenants.setdefault(tenant, {})
        rows.update(((o.entity_id, o.attribute, o.dataset_id, o.at), o) for o in observations)

    async def instances(
        self,
        tenant: str,
        entity_ids: Sequence[str],
        attributes: Sequence[str],
        query: TemporalQuery,
        *,
        limit: int,
    ) -> Sequence[Observation]:
        found = sorted(self._find(tenant, entity_ids, attributes, query), key=_order)
        if query.last_n is not None:
            time = attrgetter("recorded_at", "at") if uses_recorded(query) else attrgetter("at")
            found = [
                o
                for _, line in groupby(found, key=lambda o: _order(o)[:3])
                for o in sorted(sorted(line, key=time)[-query.last_n :] if query.last_n else [], key=_order)
            ]
        return found[:limit]

    async def entity_ids(
        self, tenant: str, types: Sequence[str], attributes: Sequence[str], query: TemporalQuery
    ) -> Sequence[str]:
        return sorted(
            {
                o.entity_id
                for o in self._rows(tenant)
                if (not types or o.entity_type in types)
                and (not attributes or o.attribute in attributes)
                and matches_time(o, query)
            }
        )

    async def buckets(
        self, tenant: str, entity_ids: Sequence[str], attributes: Sequence[str], query: TemporalQuery
    ) -> Sequence[Bucket]:
        if query.aggregation is None:
            raise ValueError("buckets need an aggregation")
        period = parse_period(query.aggregation.period)
        time = attrgetter("recorded_at" if uses_recorded(query) else "at")
        rows = [o for o in self._find(tenant, entity_ids, attributes, query) if o.instance is not None]
        if not rows:
            return []
        cells: dict[tuple[str, str, datetime, datetime], list[Attribute]] = {}
        spans = list(_spans(period, query.window, min(map(time, rows)), max(map(time, rows))))
        for o in rows:
            start, end = next((a, b) for a, b in spans if a <= time(o) < b)
            assert o.instance is not None
            cells.setdefault((o.entity_id, o.attribute, start, end), []).append(o.instance)
        return [
            Bucket(*key, {method: _aggregate(method, cell) for method in query.aggregation.methods})
            for key, cell in sorted(cells.items())
        ]

    async def points(self, tenant: str, entity_id: str, attribute: str, window: Window, *, most: int) -> Points:
        rows = [
            o for o in self._find(tenant, [entity_id], [attribute], TemporalQuery(window)) if o.instance is not None
        ]
        lines = {o.dataset_id or "" for o in rows}
        rows = sorted((o for o in rows if (o.dataset_id or "") == min(lines)), key=_order)
        at = np.array([o.at.replace(tzinfo=None) for o in rows], dtype="datetime64[us]")
        value = np.array([_or_nan(numeric(o.instance)) for o in rows], dtype=np.float64)
        at, value = thin(at, value, most)
        return Points([t.replace(tzinfo=UTC) for t in at.tolist()], value.tolist())

    async def as_of(
        self, tenant: str, entity_type: str, attributes: Sequence[str], at: datetime, *, lookback_s: float
    ) -> Mapping[str, Mapping[str, Observation]]:
        earliest = at - timedelta(seconds=lookback_s)
        last: dict[tuple[str, str, str], Observation] = {}
        for o in sorted(self._rows(tenant), key=attrgetter("at")):
            if o.entity_type == entity_type and earliest < o.at <= at and (not attributes or o.attribute in attributes):
                last[o.entity_id, o.attribute, o.dataset_id or ""] = o
        return newest(last.values())

    async def usual(
        self,
        tenant: str,
        entity_type: str,
        attribute: str,
        window: Window,
        *,
        timezone: str,
        entity_ids: Sequence[str] = (),
    ) -> Sequence[Usual]:
        zone = ZoneInfo(timezone)
        cells: dict[tuple[str, int, int], list[float]] = {}
        for o in self._rows(tenant):
            value = numeric(o.instance)
            if value is None or o.entity_type != entity_type or o.attribute != attribute:
                continue
            if (entity_ids and o.entity_id not in entity_ids) or not matches_time(o, TemporalQuery(window)):
                continue
            local = o.at.astimezone(zone)
            cells.setdefault((o.entity_id, local.weekday(), local.hour), []).append(value)
        return [_usual(key, values) for key, values in sorted(cells.items())]

    async def forget(
        self,
        tenant: str,
        entity_id: str,
        attribute: str | None = None,
        dataset_id: str | None = None,
        at: datetime | None = None,
    ) -> int:
        rows = self._tenants.get(tenant, {})
        gone = [key for key in rows if _forgotten(key, entity_id, attribute, dataset_id, at)]
        for key in gone:
            del rows[key]
        return len(gone)

    async def sql(self, tenant: str, text: str, *, row_limit: int, timeout_s: float) -> Table:
        """Not offered: there is no engine behind the reference model."""
        raise OperationNotSupported("The memory history has no SQL; use a city directory.")

    async def size(self, tenant: str) -> HistorySize:
        times = [o.at for o in self._rows(tenant)]
        return HistorySize(len(times), 0, 0, len(times), min(times, default=None), max(times, default=None))

    def _rows(self, tenant: str) -> Iterable[Observation]:
        return self._tenants.get(tenant, {}).values()

    def _find(
        self, tenant: str, entity_ids: Sequence[str], attributes: Sequence[str], query: TemporalQuery
    ) -> Iterator[Observation]:
        for o in self._rows(tenant):
            if o.entity_id in entity_ids and (not attributes or o.attribute in attributes) and matches_time(o, query):
                yield o


def newest(last: Iterable[Observation]) -> dict[str, dict[str, Observation]]:
    """entity id -> attribute -> newest instance, of one last observation per (entity, attribute, dataset_id).

    A dataset whose last observation is its deletion does not count. Of two equally new ones the default instance, then
    the smaller dataset_id wins.
    """
    answer: dict[str, dict[str, Observation]] = {}
    for o in sorted(last, key=lambda o: o.dataset_id or ""):
        if o.instance is None:
            continue
        line = answer.setdefault(o.entity_id, {})
        if o.attribute not in line or line[o.attribute].at < o.at:
            line[o.attribute] = o
    return answer


def _observations(series: Series, now: datetime) -> Iterator[Observation]:
    ticks = series.at.astype("datetime64[us]").astype(np.int64).tolist()
    columns = zip(series.entity_id.tolist(), series.attribute.tolist(), ticks, series.value.tolist(), strict=True)
    for entity_id, attribute, us, value in columns:
        if math.isfinite(value):
            instance = Attribute("Property", value, observed_at=from_us(us), unit_code=series.unit_code.get(attribute))
            yield Observation(series.entity_type, entity_id, attribute, None, from_us(us), now, True, instance)


def _usual(cell: tuple[str, int, int], values: Sequence[float]) -> Usual:
    low, median, high = np.percentile(values, [10, 50, 90]).tolist()
    return Usual(*cell, low, median, high, len(values))


def _order(o: Observation) -> tuple[str, str, str, datetime]:
    return o.entity_id, o.attribute, o.dataset_id or "", o.at


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _forgotten(key: _Key, entity_id: str, attribute: str | None, dataset_id: str | None, at: datetime | None) -> bool:
    """One instance is named exactly (at given; dataset_id None is the default one); else None means all."""
    if key[0] != entity_id or (attribute is not None and key[1] != attribute):
        return False
    if at is not None:
        return key[2:] == (dataset_id, at)
    return dataset_id is None or key[2] == dataset_id


def _spans(period: Period, window: Window, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    start = window.start or first
    if period == Period(0, 0):
        # An open window ends right after its last observation, as a bucket's end is outside of it.
        yield start, window.end or last + timedelta(microseconds=1)
        return
    edges = list(period.edges(start, last))
    yield from pairwise(edges)


def distinct_text(instance: Attribute) -> str:
    """Two instances count as one value for distinctCount when these are equal; -0.0 is 0.0, as everywhere."""
    number = numeric(instance)
    return repr(number + 0.0) if number is not None else msgspec.json.encode(instance.value).decode()


def _aggregate(method: Aggregate, cell: Sequence[Attribute]) -> float | int | None:
    """stddev is the population's; a bucket without a number has only counts."""
    if method == "totalCount":
        return len(cell)
    if method == "distinctCount":
        return len(set(map(distinct_text, cell)))
    numbers = np.array([n for n in map(numeric, cell) if n is not None])
    if not len(numbers):
        return None
    match method:
        case "sum":
            return float(numbers.sum())
        case "avg":
            return float(numbers.mean())
        case "min":
            return float(numbers.min())
        case "max":
            return float(numbers.max())
        case "stddev":
            return float(numbers.std())
        case "sumsq":
            return float((numbers**2).sum())
