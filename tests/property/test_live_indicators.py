"""Laws of what is read from a hub: how much was there, in whatever order it came, in whatever unit."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.district.indicators.live_city import EXAMPLES, SPECS, LiveCity, Values, made

from madang.district.indicators.live_spec import Statistic
from madang.district.indicators.measured import CODES, factor
from madang.district.indicators.series import Day, Line, coverage, line, over_stations
from madang.district.indicators.things import matching, things_of
from madang.district.quantity import Quantity, find_unit
from madang.model.entity import Attribute, Entity
from madang.model.query import And, Compare, OneOf, Path, Query
from madang.ngsild.context import CORE
from madang.ngsild.evaluate import matches

START = date(2026, 1, 1)
LENGTH = 60
STATISTICS: Sequence[Statistic] = get_args(Statistic)

levels = st.floats(0, 120).map(lambda value: round(value, 3))
days = st.lists(
    st.tuples(st.integers(-5, LENGTH + 5), levels, st.integers(0, 24)), max_size=LENGTH, unique_by=lambda one: one[0]
).map(lambda each: [Day(START + timedelta(days=n), mean, count, mean * count) for n, mean, count in each])
stations = st.lists(days, min_size=1, max_size=5)
statistics = st.sampled_from(STATISTICS)


def _line(each: Sequence[Day], statistic: Statistic = "mean") -> Line:
    return line(each, START, START + timedelta(days=LENGTH), statistic, 30)


@given(stations)
def test_the_coverage_is_a_share_and_whole_only_where_every_station_spoke(each: list[list[Day]]) -> None:
    lines = [_line(one) for one in each]
    assert 0 <= coverage(lines) <= 1
    if coverage(lines) == 1:
        assert all(one.value is not None for one in lines)


@given(days, st.integers(0, LENGTH - 1), levels)
def test_a_day_more_never_lowers_the_coverage(each: list[Day], number: int, mean: float) -> None:
    on = START + timedelta(days=number)
    full = [Day(START + timedelta(days=n), mean, 24, mean * 24) for n in range(0, LENGTH, 2)]
    without = [day for day in full if day.on != on]
    assert coverage([_line([*without, Day(on, mean, 24, 24 * mean)])]) >= coverage([_line(without)])


@given(stations)
def test_a_silent_station_more_never_raises_the_coverage(each: list[list[Day]]) -> None:
    lines = [_line(one) for one in each]
    assert coverage([*lines, _line([])]) <= coverage(lines)


@given(stations, statistics)
def test_neither_the_order_of_days_nor_of_stations_matters(each: list[list[Day]], statistic: Statistic) -> None:
    shuffled = [sorted(one, key=lambda day: (day.mean, day.on)) for one in reversed(each)]
    one = over_stations([_line(days, statistic) for days in each], statistic)
    two = over_stations([_line(days, statistic) for days in shuffled], statistic)
    assert one == pytest.approx(two) if one is not None else two is None


@given(stations, st.sampled_from(["mean", "median", "max", "p90"]))
def test_a_mean_lies_between_the_least_and_the_largest(each: list[list[Day]], statistic: Statistic) -> None:
    found = over_stations([_line(one, statistic) for one in each], statistic)
    inside = [day.mean for one in each for day in one if 0 <= (day.on - START).days < LENGTH and day.values]
    if found is not None:
        assert min(inside) - 1e-9 <= found <= max(inside) + 1e-9


@given(stations, st.lists(st.floats(0.1, 10), min_size=5, max_size=5))
def test_equal_stations_weigh_what_they_like(each: list[list[Day]], weights: list[float]) -> None:
    lines = [_line(each[0])] * 5
    found, plain = over_stations(lines, "mean", weights), over_stations(lines, "mean")
    assert found == pytest.approx(plain) if plain is not None else found is None


@given(st.sampled_from(sorted(CODES)), st.sampled_from(sorted(CODES)))
def test_converting_there_and_back_is_one(one: str, other: str) -> None:
    there, back = find_unit(CODES[other][0]), find_unit(CODES[one][0])
    if there.dimension == back.dimension:
        forward = factor("urn:x", "a", one, there) / CODES[other][1]
        again = factor("urn:x", "a", other, back) / CODES[one][1]
        assert forward * again == pytest.approx(1)


words = st.sampled_from(["a", "b", "", "2026-11-22", "10", "가"])
simple = st.one_of(words, st.booleans())
held = st.one_of(simple, st.integers(0, 1), st.lists(simple, max_size=3), st.just({"a": "b"}))
NAMES = tuple(CORE.expand(name) for name in ("kind", "lit"))
instances = st.lists(held, min_size=1, max_size=2).map(
    lambda each: tuple(Attribute("Property", one, dataset_id=f"urn:d:{n}" if n else None) for n, one in enumerate(each))
)
entities = st.dictionaries(st.sampled_from(NAMES), instances).map(lambda each: Entity("urn:x", ("urn:T",), each))
terms = st.tuples(st.sampled_from(NAMES), st.one_of(simple, st.lists(simple, min_size=1, max_size=2).map(tuple))).map(
    lambda one: Compare(Path((one[0],)), "==", OneOf(one[1]) if isinstance(one[1], tuple) else one[1])
)
conditions = st.one_of(terms, st.lists(terms, min_size=1, max_size=2).map(lambda each: And(tuple(each))))


@given(entities, conditions)
def test_things_match_as_the_evaluator_says(entity: Entity, condition: And | Compare) -> None:
    assert bool(matching(things_of([entity]), condition)) == matches(Query(q=condition), entity)


THINGS = [(kind, number, one) for kind, each in EXAMPLES.items() for number, one in enumerate(each)]
ASKED = ("u4ssc-ec-ict-t-3a", "iso-37122-19-8", "u4ssc-ec-ict-t-1c", "sdg-11-2-1", "u4ssc-en-en-psn-1c")


async def _values(things: Sequence[tuple[str, int, Values]]) -> list[Quantity | None]:
    city = LiveCity()
    for kind, number, one in things:
        await city.put([made(kind, number, one)])
    return [(await city.compute(spec)).value for spec in SPECS if spec.key in ASKED]


@settings(max_examples=8, deadline=None)
@given(st.permutations(THINGS))
def test_the_order_in_which_entities_came_is_irrelevant(things: list[tuple[str, int, Values]]) -> None:
    assert asyncio.run(_values(things)) == asyncio.run(_values(THINGS))
