"""Means by group of days: what do exhibitions do to the station in front of the hall?

Days are grouped by how many entities of another type (exhibitions) run on them, weekdays and weekends apart, and the
mean of an attribute on such days is given for each entity compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from madang.hub.entities import Entities
from madang.model.entity import Entity, Json
from madang.model.formula import Formula
from madang.model.query import Query, Window
from madang.ports.history import HistoryStore, Points

from .alerts import name_of
from .pack import Chart, FittedPack, Grouping

PAGE = 1000
POINTS_MAX = 200_000


@dataclass(frozen=True, slots=True)
class Bar:
    """Mean of the days of one group. events: how many ran (the last group: so many or more). days: days behind the
    mean.

    change: share against the group without events of the same days, 0.17 = 17 % more; None where there is none.
    """

    events: int
    weekend: bool
    mean: float | None
    days: int
    change: float | None


@dataclass(frozen=True, slots=True)
class CompareLine:
    """Bars of one entity, weekdays first, then weekends; within each by number of events."""

    entity_id: str
    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class CompareResult:
    """first, last: local days that the figures rest on; None where there are none. most: the last group is "or
    more"."""

    lines: tuple[CompareLine, ...]
    first: date | None
    last: date | None
    most: int


async def compare(
    chart: Chart,
    pack: FittedPack,
    *,
    tenant: str,
    entities: Entities,
    history: HistoryStore,
    zone: ZoneInfo,
    now: datetime,
) -> CompareResult:
    """Answer a ``compare`` chart from the history up to ``now`` (city time), over the chart's span."""
    if chart.grouping is None:
        raise ValueError(f"the chart {chart.id} does not compare")
    window = Window(now - chart.span, now)
    counts = running(await _spans(chart.grouping, tenant, entities))
    formula = pack.formulas(chart.type).get(chart.attribute)
    lines: list[CompareLine] = []
    days: set[date] = set()
    for entity_id in chart.entities:
        daily = await _daily(chart, pack, formula, entity_id, tenant, history, window, zone)
        days |= daily.keys()
        bars = group_days(daily, counts, most=chart.grouping.most, weekend=chart.weekend)
        lines.append(CompareLine(entity_id, await _name(entity_id, pack, chart, tenant, entities), bars))
    return CompareResult(tuple(lines), min(days, default=None), max(days, default=None), chart.grouping.most)


def group_days(daily: Mapping[date, float], counts: Mapping[date, int], *, most: int, weekend: bool) -> tuple[Bar, ...]:
    """Means of daily values by number of events that day (0 .. most), weekdays and weekends apart where asked."""
    groups: dict[tuple[bool, int], list[float]] = {}
    for day, value in daily.items():
        apart = weekend and day.weekday() >= 5
        groups.setdefault((apart, min(counts.get(day, 0), most)), []).append(value)
    bars: list[Bar] = []
    for apart in (False, True) if weekend else (False,):
        base = _mean(groups.get((apart, 0), []))
        for number in range(most + 1):
            values = groups.get((apart, number), [])
            mean = _mean(values)
            change = mean / base - 1 if mean is not None and base else None
            bars.append(Bar(number, apart, mean, len(values), change))
    return tuple(bars)


def running(spans: Sequence[tuple[date, date]]) -> Mapping[date, int]:
    """How many of the spans (first day, last day, both included) cover each day."""
    found: dict[date, int] = {}
    for first, last in spans:
        day = first
        while day <= last:
            found[day] = found.get(day, 0) + 1
            day += timedelta(days=1)
    return found


def daily_means(
    at: npt.NDArray[np.datetime64], value: npt.NDArray[np.float64], zone: ZoneInfo, hours: tuple[int, ...]
) -> dict[date, float]:
    """Mean by local day, of the local hours [from, to) where given. at: UTC."""
    sums: dict[date, tuple[float, int]] = {}
    for moment, number in zip(at.astype("datetime64[us]").tolist(), value.tolist(), strict=True):
        local = moment.replace(tzinfo=UTC).astimezone(zone)
        if number != number or (hours and not hours[0] <= local.hour < hours[1]):
            continue
        total, count = sums.get(local.date(), (0.0, 0))
        sums[local.date()] = (total + number, count + 1)
    return {day: total / count for day, (total, count) in sums.items()}


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


async def _daily(
    chart: Chart,
    pack: FittedPack,
    formula: Formula | None,
    entity_id: str,
    tenant: str,
    history: HistoryStore,
    window: Window,
    zone: ZoneInfo,
) -> dict[date, float]:
    """The attribute by local day; of a derived one, its formula over the days on which all its parts are known."""
    if formula is None:
        points = await history.points(tenant, entity_id, chart.attribute_uri, window, most=POINTS_MAX)
        return _by_day(points, zone, chart.hours)
    parts: dict[str, dict[date, float]] = {}
    for name in formula.names:
        attribute = pack.type(chart.type).attribute(name)
        uri = attribute.uri if attribute else name
        parts[name] = _by_day(await history.points(tenant, entity_id, uri, window, most=POINTS_MAX), zone, chart.hours)
    days = set.intersection(*(set(each) for each in parts.values())) if parts else set()
    found = {day: formula.evaluate({name: each[day] for name, each in parts.items()}) for day in days}
    return {day: value for day, value in found.items() if value is not None}


def _by_day(points: Points, zone: ZoneInfo, hours: tuple[int, ...]) -> dict[date, float]:
    naive = [moment.astimezone(UTC).replace(tzinfo=None) for moment in points.at]
    return daily_means(np.array(naive, dtype="datetime64[us]"), np.array(points.value, dtype=np.float64), zone, hours)


async def _spans(grouping: Grouping, tenant: str, entities: Entities) -> list[tuple[date, date]]:
    found: list[tuple[date, date]] = []
    query = Query(types=grouping.type_uri, q=grouping.q, limit=PAGE)
    while items := (await entities.query(tenant, query)).items:
        for stored in items:
            entity = stored.entity()
            first = _day(entity, grouping.start_uri)
            last = (_day(entity, grouping.end_uri) if grouping.end_uri else None) or first
            if first is not None and last is not None:
                found.append((first, last))
        query = replace(query, offset=query.offset + PAGE)
    return found


def _day(entity: Entity, uri: str) -> date | None:
    """The day as written on the place's own calendar."""
    instances = entity.attributes.get(uri)
    value: Json = instances[0].value if instances else None
    if isinstance(value, dict):
        value = value.get("@value")
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


async def _name(entity_id: str, pack: FittedPack, chart: Chart, tenant: str, entities: Entities) -> str:
    items = (await entities.query(tenant, Query(ids=(entity_id,), limit=1))).items
    kind = pack.type(chart.type)
    label = kind.attribute(kind.label)
    return name_of(items[0].entity() if items else Entity(entity_id), label.uri if label else "")
