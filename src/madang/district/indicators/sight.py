"""What one run of indicators sees of the hub: the city at one moment, each thing read once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from madang.hub.entities import Entities
from madang.hub.history import History
from madang.model.entity import LOCATION, Attribute
from madang.model.query import Aggregation, QExpr, Query, TemporalQuery, TypeExpr, Window
from madang.ngsild.context import CORE
from madang.ngsild.geo import to_shape
from madang.ports.history import Bucket, Usual

from .areas import District
from .live_spec import Period
from .series import Day
from .things import Thing, decode_things, matching, things_of

AREA = "AdministrativeArea"
PAGE = 1000
STATIONS_AT_ONCE = 10
LINKS_AT_ONCE = 150
"""So many at once that other requests are not kept waiting (bench/indicators_live.py)."""
LOOKBACK_S = 400 * 86_400.0
"""Of a past moment: how long before it a value may have been observed (a year, and a month for being late)."""

_PEOPLE, _HOUSEHOLDS, _PART_OF, _NAME = (CORE.expand(name) for name in ("population", "households", "partOf", "name"))


@dataclass(frozen=True, slots=True)
class Place:
    """A district with the entity that says so."""

    district: District
    entity: Thing


@dataclass(slots=True)
class Sight:
    """now: the moment it is in the city. past: asked for by somebody, so the state is put together from the history.

    Where the city's districts have outlines, only what lies inside them is seen (and what has no location).
    """

    entities: Entities
    history: History
    now: datetime
    past: bool
    timezone: ZoneInfo
    tenant: str = ""
    _found: dict[str, tuple[Thing, ...]] = field(default_factory=dict)
    _matching: dict[tuple[str, str], tuple[Thing, ...]] = field(default_factory=dict)
    _days: dict[tuple[str, Period, tuple[str, ...]], dict[str, list[Day]]] = field(default_factory=dict)
    _usual: dict[tuple[str, str, Window, tuple[str, ...]], Sequence[Usual]] = field(default_factory=dict)
    _places: tuple[Place, ...] | None = None
    _city: BaseGeometry | None = None

    async def of(self, name: str, types: TypeExpr | None) -> Sequence[Thing]:
        """Entities of a type selection, by id. name: its text."""
        if name not in self._found:
            city = await self.city() if name != AREA else None
            found = await self._past(types) if self.past else await self._present(types)
            self._found[name] = await asyncio.to_thread(_inside, found, city)
        return self._found[name]

    async def matching(self, name: str, types: TypeExpr | None, q: str, condition: QExpr | None) -> Sequence[Thing]:
        found = await self.of(name, types)
        if condition is None:
            return found
        if (name, q) not in self._matching:
            self._matching[name, q] = await asyncio.to_thread(matching, found, condition)
        return self._matching[name, q]

    async def places(self) -> Sequence[Place]:
        """The innermost districts: those that no other names as the area it is part of."""
        if self._places is None:
            self._places = tuple(_place(one) for one in _innermost(await self.of(AREA, CORE.expand(AREA))))
        return self._places

    async def city(self) -> BaseGeometry | None:
        """All districts with an outline, as one shape; None where there are none."""
        if self._city is None:
            outlines = [
                one.district.shape
                for one in await self.places()
                if one.district.shape is not None and shapely.get_dimensions(one.district.shape) == 2
            ]
            if outlines:
                self._city = await asyncio.to_thread(_united, outlines)
        return self._city

    def window(self, period: Period) -> tuple[date, date]:
        """Days of the city: first <= day < last, which is today."""
        today = self.now.astimezone(self.timezone).date()
        match period:
            case "year":
                return _year_before(today), today
            case "month":
                return today - timedelta(days=30), today
            case "day":
                return today - timedelta(days=1), today

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), self.timezone)

    async def days(self, ids: Sequence[str], attribute: str, period: Period) -> dict[str, list[Day]]:
        """Of each station, its days of the period. Every 24 hours from the first midnight on count as the day they
        mostly lie in: in summer time its edges lie an hour off."""
        if (attribute, period, tuple(ids)) not in self._days:
            self._days[attribute, period, tuple(ids)] = await self._read_days(ids, attribute, period)
        return self._days[attribute, period, tuple(ids)]

    async def _read_days(self, ids: Sequence[str], attribute: str, period: Period) -> dict[str, list[Day]]:
        first, last = self.window(period)
        query = TemporalQuery(
            Window(self.midnight(first), self.midnight(last)),
            aggregation=Aggregation(("avg", "totalCount", "sum"), "P1D"),
        )
        found: dict[str, list[Day]] = {one: [] for one in ids}
        for start in range(0, len(ids), STATIONS_AT_ONCE):
            some = ids[start : start + STATIONS_AT_ONCE]
            for bucket in await self.history.buckets(self.tenant, some, [attribute], query):
                if (day := self._day(bucket)) is not None:
                    found[bucket.entity_id].append(day)
            await asyncio.sleep(0)
        return found

    def _day(self, bucket: Bucket) -> Day | None:
        mean, count = bucket.values.get("avg"), bucket.values.get("totalCount")
        if mean is None or not count:
            return None
        on = (bucket.start.astimezone(self.timezone) + timedelta(hours=2)).date()
        return Day(on, float(mean), int(count), float(bucket.values.get("sum") or 0))

    async def usual(self, kind: str, attribute: str, window: Window, ids: Sequence[str]) -> Sequence[Usual]:
        """The usual week of each of some entities of a type (expanded)."""
        key = (kind, attribute, window, tuple(ids))
        if key not in self._usual:
            found: list[Usual] = []
            for start in range(0, len(ids), LINKS_AT_ONCE):
                some = ids[start : start + LINKS_AT_ONCE]
                found += await self.history.usual(
                    self.tenant, kind, attribute, window, timezone=str(self.timezone), entity_ids=some
                )
            self._usual[key] = found
        return self._usual[key]

    async def _present(self, types: TypeExpr | None) -> Sequence[Thing]:
        found: list[Thing] = []
        while True:
            page = await self.entities.query(self.tenant, Query(types=types, limit=PAGE, offset=len(found)))
            found += await asyncio.to_thread(decode_things, [stored.body for stored in page.items])
            if len(page.items) < PAGE:
                return found

    async def _past(self, types: TypeExpr | None) -> Sequence[Thing]:
        query = Query(types=types, limit=1_000_000)
        past = await self.entities.query_at(self.tenant, query, self.now, lookback_s=LOOKBACK_S)
        return await asyncio.to_thread(things_of, past.items)


def shapes_of(entities: Sequence[Thing]) -> list[BaseGeometry]:
    """Of their locations, points first; those without one are left out."""
    points: list[tuple[float, float]] = []
    others: list[BaseGeometry] = []
    for entity in entities:
        location = entity.first(LOCATION)
        point = _point(location) if location is not None else None
        if point is not None:
            points.append(point)
        elif location is not None and (shape := to_shape(location.value)) is not None:
            others.append(shape)
    return [*(shapely.Point(one) for one in points), *others]


def shape_of(entity: Thing) -> BaseGeometry | None:
    """Of its location; None where it has none."""
    location = entity.first(LOCATION)
    return to_shape(location.value) if location is not None else None


def _united(outlines: Sequence[BaseGeometry]) -> BaseGeometry:
    city = shapely.union_all(outlines)
    shapely.prepare(city)
    return city


def _inside(entities: Sequence[Thing], city: BaseGeometry | None) -> tuple[Thing, ...]:
    if city is None:
        return tuple(entities)
    inside = np.ones(len(entities), bool)
    points: list[tuple[int, float, float]] = []
    for index, entity in enumerate(entities):
        location = entity.first(LOCATION)
        if location is None:
            continue
        if (point := _point(location)) is not None:
            points.append((index, *point))
        else:
            shape = to_shape(location.value)
            inside[index] = shape is None or city.intersects(shape)
    if points:
        rows = np.array(points)
        inside[rows[:, 0].astype(int)] = shapely.intersects_xy(city, rows[:, 1], rows[:, 2])
    return tuple(entity for entity, kept in zip(entities, inside, strict=True) if kept)


def _point(location: Attribute) -> tuple[float, float] | None:
    value = location.value
    if isinstance(value, dict) and value.get("type") == "Point":
        lon, lat = value["coordinates"][:2]
        return float(lon), float(lat)
    return None


def _innermost(areas: Sequence[Thing]) -> list[Thing]:
    parents = {text for area in areas for text in _texts(area.first(_PART_OF))}
    return [area for area in areas if not parents & {area.id, *_texts(area.first(_NAME))}]


def _texts(attribute: Attribute | None) -> set[str]:
    value = attribute.value if attribute is not None else None
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
    return {part for part in parts if isinstance(part, str)}


def _place(area: Thing) -> Place:
    return Place(District(area.id, shape_of(area), _count(area, _PEOPLE), _count(area, _HOUSEHOLDS)), area)


def _count(area: Thing, name: str) -> float | None:
    one = area.first(name)
    number = one.value if one is not None else None
    return float(number) if isinstance(number, int | float) and not isinstance(number, bool) else None


def _year_before(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28) if leap else day.replace(year=day.year - 1)
