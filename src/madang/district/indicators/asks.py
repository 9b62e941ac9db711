"""The kinds of question, each answered over one sight of the hub: ANSWERS[question.ask](question, sight)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from statistics import median

import shapely
from shapely.geometry.base import BaseGeometry

from madang.district.kinds import BY_URI
from madang.district.quantity import Unit, find_unit
from madang.district.records import Text
from madang.model.query import And, Compare, Or, QExpr, Window
from madang.ngsild.context import CORE
from madang.ngsild.types_query import type_names
from madang.ports.history import Usual

from .areas import area_m2, around, length_m, people_nearest, share_inside
from .live_spec import DISTRICTS, Ask, Question
from .measured import factor, number
from .series import COVERAGE_MIN, Line, coverage, line, over_stations
from .sight import Place, Sight, shape_of, shapes_of
from .things import Thing

YEAR_S, MONTH_S, DAY_S = 365 * 86_400.0, 365 * 86_400.0 / 12, 86_400.0
_SECONDS = {"year": YEAR_S, "month": MONTH_S, "day": DAY_S}
METER_LATE_S = 40 * 86_400.0
"""How long before an end of the period a meter may have been read."""
WEEKDAYS = range(5)
DECLARED = "KeyPerformanceIndicator"


@dataclass(frozen=True, slots=True)
class Answer:
    """value: in the question's unit. entities: that took part. remark: what a reader should further know."""

    value: float
    entities: int
    period: tuple[datetime, datetime] | None = None
    coverage: float | None = None
    remark: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why there is no number. needs: the feed that would give one is missing altogether."""

    why: Text


Reply = Answer | Nothing


# ------------------------------------------------------------------------------------------- the state now


async def _count(question: Question, sight: Sight) -> Reply:
    found = await _asked(question, sight)
    if isinstance(found, Nothing):
        return found
    entities, known = found
    if not question.distinct:
        return Answer(len(entities), len(entities), coverage=known)
    name = CORE.expand(question.distinct)
    values = {str(one.value) for entity in entities if (one := entity.first(name)) is not None}
    return Answer(len(values), len(entities), coverage=known)


async def _numbers(question: Question, sight: Sight) -> tuple[list[float], float] | Nothing:
    """Values of the attribute, and the share of the entities that have one."""
    found = await _asked(question, sight)
    if isinstance(found, Nothing):
        return found
    entities, known = found
    values = await asyncio.to_thread(_values, entities, question)
    if entities and not values:
        return _silent(question, len(entities), question.attribute)
    return values, min(1.0, len(values) / len(entities) if entities else 1.0, 1.0 if known is None else known)


async def _sum(question: Question, sight: Sight) -> Reply:
    found = await _numbers(question, sight)
    if isinstance(found, Nothing):
        return found
    return Answer(sum(found[0]), len(found[0]), coverage=found[1])


async def _mean(question: Question, sight: Sight) -> Reply:
    found = await _numbers(question, sight)
    if isinstance(found, Nothing):
        return found
    values, covered = found
    return Answer(sum(values) / len(values), len(values), coverage=covered) if values else _none_match(question)


async def _max(question: Question, sight: Sight) -> Reply:
    found = await _numbers(question, sight)
    if isinstance(found, Nothing):
        return found
    values, covered = found
    return Answer(max(values), len(values), coverage=covered) if values else _none_match(question)


async def _kinds(question: Question, sight: Sight) -> Reply:
    counts = await sight.entities.count_types(sight.tenant)
    kinds = [name for name, count in counts.items() if count and name not in BY_URI]
    return Answer(len(kinds), sum(counts[name] for name in kinds)) if kinds else _missing(question)


async def _asked(question: Question, sight: Sight) -> tuple[Sequence[Thing], float | None] | Nothing:
    """Entities a question of the state speaks of, and the share of their type that says what its q asks for."""
    everything = await sight.of(question.type, question.types)
    if not everything:
        return _missing(question)
    known = None
    if names := _compared(question.condition):
        saying = sum(all(name in entity.attributes for name in names) for entity in everything)
        if not saying:
            return _silent(question, len(everything), question.q)
        known = saying / len(everything)
    found = await sight.matching(question.type, question.types, question.q, question.condition)
    if question.within is not None:
        name, since = CORE.expand(question.seen), sight.now - question.within
        if not any(_seen(entity, name, since, sight.now) for entity in everything):
            return _not_live(question, len(everything), _newest(everything, name))
        found = [entity for entity in found if _seen(entity, name, since, sight.now)]
    return found, known


def _seen(entity: Thing, name: str, since: datetime, now: datetime) -> bool:
    one = entity.first(name)
    return one is not None and one.observed_at is not None and since <= one.observed_at <= now


def _newest(entities: Sequence[Thing], name: str) -> datetime | None:
    seen = (one.observed_at for entity in entities if (one := entity.first(name)) is not None)
    return max((moment for moment in seen if moment is not None), default=None)


def _compared(condition: QExpr | None) -> frozenset[str]:
    """Attributes whose values a q compares: an entity without one of them says neither yes nor no."""
    match condition:
        case And(items) | Or(items):
            return frozenset().union(*map(_compared, items))
        case Compare(path):
            return frozenset(path.names[:1])
        case _:
            return frozenset()


def _values(entities: Sequence[Thing], question: Question) -> list[float]:
    name = CORE.expand(question.attribute)
    read = (number(one, name, question.attribute, question.unit, question.gram_per_mole) for one in entities)
    return [value for value in read if value is not None]


# ------------------------------------------------------------------------------------------- the history


async def _history(question: Question, sight: Sight) -> Reply:
    found = await _lines(question, sight)
    if isinstance(found, Nothing):
        return found
    stations, lines = found
    weights = None
    if question.weight:
        places = await sight.places()
        shapes = [shape_of(one) for one in stations]
        if not any(place.district.people for place in places) or any(shape is None for shape in shapes):
            return _missing(question, DISTRICTS)
        weights = await asyncio.to_thread(
            people_nearest, [place.district for place in places], [shape for shape in shapes if shape is not None]
        )
    value = over_stations(lines, question.statistic, weights)
    if value is None:
        return _silent(question, len(stations), question.attribute)
    spoke = sum(one.value is not None for one in lines)
    return Answer(value, spoke, _moments(question, sight), coverage(lines))


async def _lines(question: Question, sight: Sight) -> tuple[Sequence[Thing], list[Line]] | Nothing:
    """Stations with the attribute, and what each said over the period."""
    name = CORE.expand(question.attribute)
    matching = await sight.matching(question.type, question.types, question.q, question.condition)
    stations = [one for one in matching if name in one.attributes]
    if not stations:
        return _missing(question)
    units = {
        one.id: factor(one.id, question.attribute, _code(one, name), question.unit, question.gram_per_mole)
        for one in stations
    }
    days = await sight.days([one.id for one in stations], name, question.period)
    first, last = sight.window(question.period)
    lines = []
    for one in stations:
        times = units[one.id]
        limit = None if question.limit is None else question.limit / times
        read = line(days[one.id], first, last, question.statistic, limit)
        scaled = read.value if read.value is None or question.statistic == "days over" else read.value * times
        lines.append(Line(scaled, read.had, read.expected))
    if all(one.value is None for one in lines):
        return _quiet(question, len(stations), sight)
    return stations, lines


def _code(entity: Thing, name: str) -> str | None:
    one = entity.first(name)
    return one.unit_code if one is not None else None


async def _use(question: Question, sight: Sight) -> Reply:
    """What went through meters that count up, as a rate: between the last readings before both ends of the period."""
    name = CORE.expand(question.attribute)
    meters = [
        one
        for one in await sight.matching(question.type, question.types, question.q, question.condition)
        if name in one.attributes
    ]
    if not meters:
        return _missing(question)
    start, end = _moments(question, sight)
    amount, per = _rate(question.unit)
    before = await _readings(question, sight, start)
    after = await _readings(question, sight, end)
    total, seconds, used = 0.0, 0.0, 0
    for meter in meters:
        one, two = before.get(meter.id), after.get(meter.id)
        if one is None or two is None or two[0] <= one[0] or two[1] < one[1]:
            continue  # not read at both ends, or exchanged meanwhile
        took = (two[0] - one[0]).total_seconds()
        times = factor(meter.id, question.attribute, _code(meter, name), amount)
        total += (two[1] - one[1]) * times / took * per
        seconds += took
        used += 1
    if not used:
        return _quiet(question, len(meters), sight)
    covered = min(1.0, seconds / (len(meters) * (end - start).total_seconds()))
    return Answer(total, used, (start, end), covered)


async def _readings(question: Question, sight: Sight, at: datetime) -> dict[str, tuple[datetime, float]]:
    """Of each meter, its last reading before a moment."""
    name = CORE.expand(question.attribute)
    found: dict[str, tuple[datetime, float]] = {}
    for kind in sorted(type_names(question.types)) if question.types is not None else ():
        seen = await sight.history.as_of(sight.tenant, kind, [name], at, lookback_s=METER_LATE_S)
        for entity_id, attributes in seen.items():
            one = attributes.get(name)
            value = one.instance.value if one is not None and one.instance is not None else None
            if one is not None and isinstance(value, int | float) and not isinstance(value, bool):
                found[entity_id] = (one.at, float(value))
    return found


def _rate(unit: Unit) -> tuple[Unit, float]:
    """The unit above the slash, and the seconds of the time below it."""
    top, _, below = unit.symbol.partition("/")
    return find_unit(top), _SECONDS.get(below, DAY_S)


async def _travel_time(question: Question, sight: Sight) -> Reply:
    """Minutes to drive every link once, at the busiest working hour or the freest hour of the usual week.

    A link without a speed in an hour is taken to have the mean slowness of the others in it.
    """
    links = await sight.matching(question.type, question.types, question.q, question.condition)
    lengths = {one.id: metres for one in links if (metres := _link_m(one))}
    if not lengths:
        return _missing(question)
    name = CORE.expand(question.attribute)
    start, end = _moments(question, sight)
    usual: list[Usual] = []
    for kind in sorted(type_names(question.types)) if question.types is not None else ():
        usual += await sight.usual(kind, name, Window(start, end), list(lengths))
    hours = await asyncio.to_thread(_hours, usual, lengths, _speeds(links, name, question.attribute))
    days = WEEKDAYS if question.hour == "busiest" else range(7)
    fit = [(time, covered) for (day, _), (time, covered) in hours.items() if day in days and covered >= COVERAGE_MIN]
    if not fit:
        return _quiet(question, len(lengths), sight)
    time, covered = max(fit) if question.hour == "busiest" else min(fit)
    return Answer(time, len(lengths), (start, end), covered)


def _link_m(link: Thing) -> float | None:
    given = number(link, CORE.expand("length"), "length", find_unit("m"))
    shape = shape_of(link) if given is None else None
    return length_m(shape) if shape is not None else given


def _speeds(links: Sequence[Thing], name: str, shown: str) -> dict[str, float]:
    speed = find_unit("km/hour")
    return {one.id: factor(one.id, shown, _code(one, name), speed) for one in links if name in one.attributes}


def _hours(
    usual: Sequence[Usual], lengths: Mapping[str, float], speeds: Mapping[str, float]
) -> dict[tuple[int, int], tuple[float, float]]:
    """(weekday, hour) -> minutes for all links, and the share of their length that has a speed then."""
    minutes: dict[tuple[int, int], float] = {}
    metres: dict[tuple[int, int], float] = {}
    for one in usual:
        if one.median > 0 and one.entity_id in speeds:
            hour, length = (one.weekday, one.hour), lengths[one.entity_id]
            slow = 0.06 / (one.median * speeds[one.entity_id])  # minutes a metre
            minutes[hour] = minutes.get(hour, 0.0) + length * slow
            metres[hour] = metres.get(hour, 0.0) + length
    whole = sum(lengths.values())
    return {hour: (minutes[hour] * whole / metres[hour], metres[hour] / whole) for hour in minutes}


# ------------------------------------------------------------------------------------------- times of work


async def _duration(question: Question, sight: Sight) -> Reply:
    """From one moment of an entity to another, of those done within the period; what is still open is counted apart."""
    entities = await sight.matching(question.type, question.types, question.q, question.condition)
    if not entities:
        return _missing(question)
    first, last = _moments(question, sight)
    start, end = CORE.expand(question.start), CORE.expand(question.end)
    took, open_ones, broken = [], 0, 0
    for entity in entities:
        began, done = _moment(entity, start), _moment(entity, end)
        if done is None or done > sight.now:
            open_ones += began is not None and began <= sight.now
        elif first <= done < last:
            if began is None or began > done:
                broken += 1
            else:
                took.append((done - began).total_seconds())
    if not took:
        return _none_match(question, open_ones)
    seconds = sum(took) if question.statistic == "total" else median(took)
    if question.statistic == "mean":
        seconds = sum(took) / len(took)
    remark = {
        "ko": f"아직 끝나지 않은 {open_ones}건은 넣지 않았습니다.",
        "en": f"{open_ones} that are still open are not in it.",
    }
    value = seconds / float(question.unit.factor)
    return Answer(value, len(took), (first, last), len(took) / (len(took) + broken), remark if open_ones else {})


def _moment(entity: Thing, name: str) -> datetime | None:
    one = entity.first(name)
    value = one.value if one is not None else None
    text = value.get("@value") if isinstance(value, dict) else value
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


# ------------------------------------------------------------------------------------------- the ground


async def _length(question: Question, sight: Sight) -> Reply:
    found = await _shapes(question, sight)
    if isinstance(found, Nothing):
        return found
    shapes, known = found
    city = await sight.city()
    metres = await asyncio.to_thread(_metres, shapes, city)
    return Answer(metres / float(question.unit.factor), len(shapes), coverage=known)


async def _area(question: Question, sight: Sight) -> Reply:
    found = await _shapes(question, sight)
    if isinstance(found, Nothing):
        return found
    shapes, known = found
    city = await sight.city()
    square = await asyncio.to_thread(lambda: area_m2(_clipped(around(shapes, question.radius_m), city)))
    return Answer(square / float(question.unit.factor), len(shapes), coverage=known)


async def _shapes(question: Question, sight: Sight) -> tuple[list[BaseGeometry], float | None] | Nothing:
    found = await _asked(question, sight)
    if isinstance(found, Nothing):
        return found
    entities, known = found
    shapes = await asyncio.to_thread(shapes_of, entities)
    if entities and not shapes:
        return _silent(question, len(entities), "location")
    share = len(shapes) / len(entities) if entities else 1.0
    return shapes, share if known is None else min(share, known)


def _metres(lines: Sequence[BaseGeometry], city: BaseGeometry | None) -> float:
    if city is None:
        return sum(map(length_m, lines))
    inside = shapely.contains(city, lines)
    cut = shapely.intersection([one for one, whole in zip(lines, inside, strict=True) if not whole], city)
    return sum(length_m(one) for one, whole in zip(lines, inside, strict=True) if whole) + sum(map(length_m, cut))


def _clipped(shape: BaseGeometry, city: BaseGeometry | None) -> BaseGeometry:
    return shape if city is None or city.contains(shape) else shapely.intersection(city, shape)


async def _city_area(question: Question, sight: Sight) -> Reply:
    city = await sight.city()
    if city is None:
        return _missing(question, DISTRICTS)
    return Answer(area_m2(city) / float(question.unit.factor), len(await sight.places()))


async def _people(question: Question, sight: Sight) -> Reply:
    """Residents, or households, of the districts that the question speaks of."""
    places = [one for one in await sight.places() if _told(one, question) is not None]
    if not places:
        return _missing(question, DISTRICTS)
    known = len(places) / len(await sight.places())
    names = _compared(question.condition)
    saying = [
        one
        for one in places
        if all(name in one.entity.attributes for name in names) and (question.limit is None or one.district.area_m2 > 0)
    ]
    if not saying:
        return _silent(question, len(places), question.q)
    matching = await sight.matching("AdministrativeArea", None, question.q, question.condition) if names else None
    ids = None if matching is None else {one.id for one in matching}
    dense = [one for one in saying if _dense(one, question.limit) and (ids is None or one.entity.id in ids)]
    value = sum(_told(one, question) or 0.0 for one in dense)
    return Answer(value / float(question.unit.factor), len(dense), coverage=known * len(saying) / len(places))


def _told(place: Place, question: Question) -> float | None:
    return place.district.households if question.ask == "households" else place.district.people


def _dense(place: Place, least: float | None) -> bool:
    """limit: persons per square kilometre."""
    square = place.district.area_m2 / 1e6 if least is not None else 0.0
    return least is None or (square > 0 and (place.district.people or 0.0) / square >= least)


async def _people_near(question: Question, sight: Sight) -> Reply:
    found = await _shapes(question, sight)
    if isinstance(found, Nothing):
        return found
    places = [one for one in await sight.places() if one.district.people is not None and one.district.shape is not None]
    if not places:
        return _missing(question, DISTRICTS)
    shapes, known = found
    zone = await asyncio.to_thread(around, shapes, question.radius_m)
    people = await asyncio.to_thread(_people_in, places, zone)
    share = len(places) / len(await sight.places())
    return Answer(people / float(question.unit.factor), len(shapes), coverage=share if known is None else share * known)


def _people_in(places: Sequence[Place], zone: BaseGeometry) -> float:
    shapely.prepare(zone)
    return sum((one.district.people or 0.0) * share_inside(one.district, zone) for one in places)


async def _people_over(question: Question, sight: Sight) -> Reply:
    """Residents of the districts whose nearest station is over a limit."""
    levels = replace(question, unit=find_unit("dB"), statistic="level")
    found = await _lines(levels, sight)
    if isinstance(found, Nothing):
        return found
    stations, lines = found
    places = [one.district for one in await sight.places()]
    spoke = [(shape, one.value) for station, one in zip(stations, lines, strict=True) if one.value is not None
             and (shape := shape_of(station)) is not None]  # fmt: skip
    if not spoke or not any(place.people for place in places):
        return _missing(question, DISTRICTS)
    near = await asyncio.to_thread(people_nearest, places, [shape for shape, _ in spoke])
    over = sum(people for people, (_, value) in zip(near, spoke, strict=True) if value > (question.limit or 0.0))
    return Answer(over, len(spoke), _moments(question, sight), coverage(lines))


async def _declared(question: Question, sight: Sight) -> Reply:
    """What the city says of itself: the newest KeyPerformanceIndicator of that name."""
    name, value = CORE.expand("name"), CORE.expand("kpiValue")
    said = []
    for one in await sight.of(DECLARED, CORE.expand(DECLARED)):
        called = one.first(name)
        if called is not None and called.value == question.attribute:
            figure = number(one, value, "kpiValue", question.unit)
            at = one.first(value)
            if figure is not None and at is not None:
                said.append((at.observed_at or at.modified_at or datetime.min.replace(tzinfo=UTC), figure))
    if not said:
        return _missing(question)
    moment, figure = max(said)
    return Answer(figure, 1, (moment, moment))


# ------------------------------------------------------------------------------------------- no number


def _moments(question: Question, sight: Sight) -> tuple[datetime, datetime]:
    first, last = sight.window(question.period)
    return sight.midnight(first), sight.midnight(last)


def _missing(question: Question, needs: Text | None = None) -> Nothing:
    words = needs or question.needs
    return Nothing(
        {
            "ko": f"허브에 이 자료가 없습니다. 필요한 자료: {words['ko']}.",
            "en": f"The hub has no such data. It needs: {words['en']}.",
        }
    )


def _silent(question: Question, count: int, what: str) -> Nothing:
    return Nothing(
        {
            "ko": f"{question.type or '행정구역'} {count:,}건 가운데 {what} 값을 가진 것이 없습니다. 필요한 자료: "
            f"{question.needs['ko']}.",
            "en": f"None of {count:,} entities of type {question.type or 'AdministrativeArea'} says {what}. It needs: "
            f"{question.needs['en']}.",
        }
    )


def _not_live(question: Question, count: int, newest: datetime | None) -> Nothing:
    """No feed is no 0: a share of 0 % would say that the city has none, not that the hub hears of none."""
    if newest is None:
        return _silent(question, count, question.seen)
    return Nothing(
        {
            "ko": f"{question.type} {count:,}건 가운데 지금 값이 들어오는 것이 없습니다 (마지막 {question.seen}: "
            f"{newest:%Y-%m-%d %H:%M} UTC). 필요한 자료: {question.needs['ko']}.",
            "en": f"None of {count:,} entities of type {question.type} is live (the last {question.seen} is of "
            f"{newest:%Y-%m-%d %H:%M} UTC). It needs: {question.needs['en']}.",
        }
    )


def _quiet(question: Question, count: int, sight: Sight) -> Nothing:
    first, last = sight.window(question.period)
    return Nothing(
        {
            "ko": f"{question.type} {count:,}건이 있지만 {first}부터 {last - timedelta(days=1)}까지의 기록이 없습니다. "
            f"필요한 자료: {question.needs['ko']}.",
            "en": f"There are {count:,} entities of type {question.type}, but no history of {question.attribute} from "
            f"{first} to {last - timedelta(days=1)}. It needs: {question.needs['en']}.",
        }
    )


def _none_match(question: Question, open_ones: int = 0) -> Nothing:
    return Nothing(
        {
            "ko": f"이 기간에 해당하는 {question.type} 값이 없습니다 (아직 열린 것 {open_ones:,}건).",
            "en": f"No {question.type} of the period has such a value ({open_ones:,} are still open).",
        }
    )


ANSWERS: Mapping[Ask, Callable[[Question, Sight], Awaitable[Reply]]] = {
    "count": _count,
    "sum": _sum,
    "mean": _mean,
    "max": _max,
    "history": _history,
    "use": _use,
    "travel time": _travel_time,
    "duration": _duration,
    "length": _length,
    "area": _area,
    "city area": _city_area,
    "population": _people,
    "households": _people,
    "population near": _people_near,
    "population over": _people_over,
    "kinds": _kinds,
    "declared": _declared,
}
