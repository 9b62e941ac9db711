"""What every HistoryStore must do. A store's test module subclasses HistoryStoreContract and gives the ``history``
fixture; nothing here may be overridden."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from madang.errors import BadRequestData
from madang.model.entity import Attribute
from madang.model.observation import Observation, Series
from madang.model.query import Aggregate, Aggregation, TemporalQuery, TimeProperty, Window
from madang.ports.history import HistoryStore

VOCAB = "https://uri.etsi.org/ngsi-ld/default-context/"
ROAD = VOCAB + "TrafficFlowObserved"
PARKING = VOCAB + "OffStreetParking"
SPEED = VOCAB + "averageVehicleSpeed"
COUNT = VOCAB + "intensity"
T0 = datetime(2014, 8, 25, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ALL: tuple[Aggregate, ...] = ("totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq")


class FixedClock:
    """A clock that stands still until it is set."""

    def __init__(self, now: datetime = datetime(2026, 1, 2, 3, 4, 5, 600, UTC)) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time


def road(number: int) -> str:
    return f"urn:ngsi-ld:TrafficFlowObserved:aarhus:{number}"


def observed(
    entity_id: str,
    at: datetime,
    value: object,
    *,
    attribute: str = SPEED,
    entity_type: str = ROAD,
    dataset_id: str | None = None,
    unit: str | None = "KMH",
    recorded_at: datetime | None = None,
) -> Observation:
    """An observation with observedAt."""
    instance = Attribute("Property", value, dataset_id, at, unit)
    return Observation(entity_type, entity_id, attribute, dataset_id, at, recorded_at or at, True, instance)


def deleted(entity_id: str, at: datetime, *, attribute: str = SPEED, dataset_id: str | None = None) -> Observation:
    return Observation(ROAD, entity_id, attribute, dataset_id, at, at, False, None)


def series(entity_ids: Sequence[str], at: Sequence[datetime], value: Sequence[float], attribute: str = SPEED) -> Series:
    return Series(
        entity_type=ROAD,
        entity_id=np.array(entity_ids, dtype=np.object_),
        attribute=np.array([attribute] * len(at), dtype=np.object_),
        at=np.array([moment.replace(tzinfo=None) for moment in at], dtype="datetime64[us]"),
        value=np.array(value, dtype=np.float64),
        unit_code={SPEED: "KMH"},
    )


def between(start: datetime | None, end: datetime | None, timeproperty: TimeProperty = "observedAt") -> TemporalQuery:
    return TemporalQuery(Window(start, end), timeproperty)


def aggregated(window: Window, period: str, *methods: Aggregate) -> TemporalQuery:
    return TemporalQuery(window, aggregation=Aggregation(methods or ALL, period))


def values(observations: Sequence[Observation]) -> list[object]:
    return [o.instance.value if o.instance else None for o in observations]


class HistoryStoreContract:
    """Subclass it and give ``history``: an empty store."""

    def __init_subclass__(cls) -> None:
        replaced = [name for name in vars(cls) if name.startswith("test_") and name in vars(HistoryStoreContract)]
        if replaced:
            raise TypeError(f"a contract is not overridden: {', '.join(replaced)}")

    async def test_an_unknown_tenant_has_no_history(self, history: HistoryStore) -> None:
        query = TemporalQuery()
        assert list(await history.instances("nobody", [road(1)], [], query, limit=10)) == []
        assert list(await history.entity_ids("nobody", [], [], query)) == []
        assert dict(await history.as_of("nobody", ROAD, [], T0, lookback_s=60)) == {}
        assert list(await history.buckets("nobody", [road(1)], [], aggregated(Window(), "PT1H"))) == []
        assert list((await history.points("nobody", road(1), SPEED, Window(), most=10)).at) == []
        size = await history.size("nobody")
        assert (size.observations, size.first, size.last) == (0, None, None)

    async def test_instances_come_in_order_of_entity_attribute_dataset_and_time(self, history: HistoryStore) -> None:
        rows = [
            observed(road(2), T0, 1.5),
            observed(road(1), T0 + MINUTE, 4.5),
            observed(road(1), T0, 3.5),
            observed(road(1), T0, 9.5, dataset_id="urn:d:b"),
            observed(road(1), T0, 8.5, dataset_id="urn:d:a"),
            observed(road(1), T0, 7, attribute=COUNT, unit=None),
        ]
        await history.append("", rows)
        found = await history.instances("", [road(2), road(1)], [], TemporalQuery(), limit=100)
        assert list(found) == [rows[2], rows[1], rows[4], rows[3], rows[5], rows[0]]
        assert values(await history.instances("", [road(1)], [COUNT], TemporalQuery(), limit=100)) == [7]
        assert values(await history.instances("", [road(1)], [], TemporalQuery(), limit=2)) == [3.5, 4.5]

    async def test_the_same_key_written_twice_is_one_observation_and_the_last_write_wins(
        self, history: HistoryStore
    ) -> None:
        await history.append("", [observed(road(1), T0, 1.5), observed(road(1), T0, 2.5)])
        await history.append("", [observed(road(1), T0, 3.5)])
        assert values(await history.instances("", [road(1)], [], TemporalQuery(), limit=10)) == [3.5]
        await history.append("", [deleted(road(1), T0)])
        assert values(await history.instances("", [road(1)], [], TemporalQuery(), limit=10)) == [None]

    async def test_a_load_is_idempotent_and_wins_over_what_was_there(self, history: HistoryStore) -> None:
        await history.append("", [observed(road(1), T0, 1.5)])
        batch = series([road(1), road(1), road(2)], [T0, T0 + MINUTE, T0], [10.5, 11.5, 12.5])
        assert await history.load("", batch) == 3
        assert await history.load("", batch) == 3
        found = await history.instances("", [road(1), road(2)], [], TemporalQuery(), limit=10)
        assert values(found) == [10.5, 11.5, 12.5]
        assert {o.instance.unit_code for o in found if o.instance} == {"KMH"}
        assert (await history.size("")).observations == 3
        await history.append("", [observed(road(1), T0, 99.5)])
        assert values(await history.instances("", [road(1)], [], TemporalQuery(), limit=1)) == [99.5]

    async def test_a_load_leaves_out_what_is_no_number(self, history: HistoryStore) -> None:
        assert (
            await history.load("", series([road(1)] * 3, [T0, T0 + MINUTE, T0 + 2 * MINUTE], [1, math.nan, math.inf]))
            == 1
        )
        assert values(await history.instances("", [road(1)], [], TemporalQuery(), limit=10)) == [1]

    async def test_the_last_of_equal_keys_within_a_load_wins(self, history: HistoryStore) -> None:
        await history.load("", series([road(1)] * 3, [T0] * 3, [1, 2, 3]))
        assert values(await history.instances("", [road(1)], [], TemporalQuery(), limit=10)) == [3]

    async def test_a_load_may_span_many_days_and_years(self, history: HistoryStore) -> None:
        days = [datetime(2019, 12, 30, tzinfo=UTC) + timedelta(days=n) for n in range(40)]
        await history.load("", series([road(1)] * 40, days, list(range(40))))
        await history.load("", series([road(1)] * 3, days[:3], [100, 101, 102]))
        found = await history.instances("", [road(1)], [], TemporalQuery(), limit=100)
        assert values(found) == [100, 101, 102, *range(3, 40)]
        assert [o.at for o in found] == days

    async def test_tenants_do_not_see_each_other(self, history: HistoryStore) -> None:
        await history.append("a", [observed(road(1), T0, 1.5)])
        await history.append("b", [observed(road(1), T0, 2.5)])
        await history.load("c", series([road(1)], [T0], [3.5]))
        for tenant, value in (("a", 1.5), ("b", 2.5), ("c", 3.5), ("", None)):
            found = await history.instances(tenant, [road(1)], [], TemporalQuery(), limit=10)
            assert values(found) == ([] if value is None else [value])

    async def test_every_kind_of_instance_comes_back_whole(self, history: HistoryStore) -> None:
        at = T0
        whole = [
            Attribute("Property", "nearly full", observed_at=at),
            Attribute("Property", 2**60, observed_at=at),
            Attribute("Property", True, observed_at=at),
            Attribute("Property", {"a": [1, 2.5, "대화역"]}, observed_at=at),
            Attribute("Property", 4.5, observed_at=at, attributes={SPEED: (Attribute("Property", 0.1),)}),
            Attribute("Relationship", "urn:ngsi-ld:X:1", observed_at=at),
            Attribute("GeoProperty", {"type": "Point", "coordinates": [10.2, 56.1]}, observed_at=at),
            Attribute("LanguageProperty", {"ko": "마당", "en": "court"}, observed_at=at),
        ]
        rows = [Observation(ROAD, road(n), SPEED, None, at, at, True, a) for n, a in enumerate(whole)]
        await history.append("", rows)
        ids = [o.entity_id for o in rows]
        assert list(await history.instances("", ids, [], TemporalQuery(), limit=100)) == rows

    async def test_times_keep_their_microsecond(self, history: HistoryStore) -> None:
        at = datetime(2014, 8, 25, 1, 2, 3, 456_789, UTC)
        await history.append("", [observed(road(1), at, 1.5)])
        (found,) = await history.instances("", [road(1)], [], between(at, at + timedelta(microseconds=1)), limit=10)
        assert found.at == at

    async def test_a_window_holds_its_start_and_not_its_end(self, history: HistoryStore) -> None:
        await history.append("", [observed(road(1), T0 + n * MINUTE, n + 0.5) for n in range(5)])
        query = between(T0 + MINUTE, T0 + 3 * MINUTE)
        assert values(await history.instances("", [road(1)], [], query, limit=10)) == [1.5, 2.5]
        assert values(await history.instances("", [road(1)], [], between(None, T0 + MINUTE), limit=10)) == [0.5]
        assert values(await history.instances("", [road(1)], [], between(T0 + 4 * MINUTE, None), limit=10)) == [4.5]

    async def test_last_n_counts_for_each_line(self, history: HistoryStore) -> None:
        rows = [observed(road(e), T0 + n * MINUTE, n + 0.5) for e in (1, 2) for n in range(5)]
        await history.append("", rows)
        query = TemporalQuery(Window(None, T0 + 4 * MINUTE), last_n=2)
        found = await history.instances("", [road(1), road(2)], [], query, limit=100)
        assert [(o.entity_id, o.at) for o in found] == [(road(e), T0 + n * MINUTE) for e in (1, 2) for n in (2, 3)]

    async def test_the_time_property_chooses_which_time_counts(self, history: HistoryStore) -> None:
        later = T0 + timedelta(hours=1)
        static = Observation(ROAD, road(1), COUNT, None, later, later, False, Attribute("Property", 5))
        rows = [observed(road(1), T0, 1.5, recorded_at=later), static, deleted(road(1), later + MINUTE)]
        await history.append("", rows)

        async def ask(start: datetime, end: datetime, name: TimeProperty) -> list[Observation]:
            return list(await history.instances("", [road(1)], [], between(start, end, name), limit=10))

        assert await ask(T0, later + 9 * MINUTE, "observedAt") == [rows[0]]
        assert await ask(T0, T0 + MINUTE, "modifiedAt") == []
        assert await ask(later, later + MINUTE, "modifiedAt") == [rows[0], static]
        assert await ask(later, later + MINUTE, "createdAt") == [rows[0], static]
        assert await ask(T0, later + 9 * MINUTE, "deletedAt") == [rows[2]]
        assert await ask(T0, later + MINUTE, "deletedAt") == []
        assert len(await history.instances("", [road(1)], [], TemporalQuery(), limit=10)) == 3

    async def test_entity_ids_are_sorted_and_filtered(self, history: HistoryStore) -> None:
        garage = "urn:ngsi-ld:OffStreetParking:aarhus:BRUUNS"
        await history.append("", [observed(road(2), T0, 1.5), observed(road(1), T0 + MINUTE, 1.5)])
        await history.append("", [observed(garage, T0, 5, entity_type=PARKING, attribute=COUNT)])
        assert list(await history.entity_ids("", [], [], TemporalQuery())) == [garage, road(1), road(2)]
        assert list(await history.entity_ids("", [ROAD], [], TemporalQuery())) == [road(1), road(2)]
        assert list(await history.entity_ids("", [], [COUNT], TemporalQuery())) == [garage]
        assert list(await history.entity_ids("", [], [], between(T0 + MINUTE, None))) == [road(1)]
        assert list(await history.entity_ids("", [VOCAB + "Nothing"], [], TemporalQuery())) == []

    async def test_buckets_start_at_the_window_and_leave_out_empty_ones(self, history: HistoryStore) -> None:
        start = T0 + timedelta(minutes=5)
        minutes = (5, 6, 64, 65, 200)
        await history.append("", [observed(road(1), T0 + n * MINUTE, float(n)) for n in minutes])
        query = aggregated(Window(start, T0 + timedelta(hours=3)), "PT1H", "totalCount", "avg")
        found = await history.buckets("", [road(1)], [SPEED], query)
        hour = timedelta(hours=1)
        assert [(b.start, b.end, dict(b.values)) for b in found] == [
            (start, start + hour, {"totalCount": 3, "avg": 25.0}),
            (start + hour, start + 2 * hour, {"totalCount": 1, "avg": 65.0}),
        ]

    async def test_buckets_of_an_open_window_start_at_its_first_observation(self, history: HistoryStore) -> None:
        await history.append("", [observed(road(e), T0 + (n + e) * MINUTE, n) for e in (1, 2) for n in (0, 90)])
        found = await history.buckets("", [road(1), road(2)], [], aggregated(Window(), "PT1H", "totalCount"))
        first = T0 + MINUTE
        hour = timedelta(hours=1)
        assert [(b.entity_id, b.start) for b in found] == [
            (road(1), first),
            (road(1), first + hour),
            (road(2), first),
            (road(2), first + hour),
        ]

    async def test_every_method_counts_what_it_says(self, history: HistoryStore) -> None:
        await history.append("", [observed(road(1), T0 + n * MINUTE, v) for n, v in enumerate((2, 4, 4, "closed"))])
        (found,) = await history.buckets("", [road(1)], [], aggregated(Window(T0, T0 + 9 * MINUTE), "PT0S"))
        assert (found.start, found.end) == (T0, T0 + 9 * MINUTE)
        assert found.values["stddev"] == pytest.approx(math.sqrt(8 / 9))
        assert found.values["avg"] == pytest.approx(10 / 3)
        rest = {name: value for name, value in found.values.items() if name not in ("stddev", "avg")}
        assert rest == {"totalCount": 4, "distinctCount": 3, "sum": 10, "min": 2, "max": 4, "sumsq": 36}

    async def test_a_bucket_without_numbers_has_counts_only(self, history: HistoryStore) -> None:
        await history.append("", [observed(road(1), T0, "open"), deleted(road(1), T0 + MINUTE)])
        (found,) = await history.buckets("", [road(1)], [], aggregated(Window(), "PT0S"))
        assert found.values["totalCount"] == 1
        assert found.values["distinctCount"] == 1
        assert found.values["avg"] is None
        assert found.values["sum"] is None
        assert found.start <= T0 < found.end

    async def test_buckets_of_months_follow_the_calendar(self, history: HistoryStore) -> None:
        start = datetime(2020, 1, 31, tzinfo=UTC)
        await history.append("", [observed(road(1), start + timedelta(days=n), n) for n in range(61)])
        found = await history.buckets("", [road(1)], [], aggregated(Window(start, None), "P1M", "totalCount"))
        assert [(b.start.date().isoformat(), b.values["totalCount"]) for b in found] == [
            ("2020-01-31", 29),
            ("2020-02-29", 31),
            ("2020-03-31", 1),
        ]
        assert found[0].end == found[1].start

    async def test_a_period_that_is_no_duration_is_refused(self, history: HistoryStore) -> None:
        await history.append("", [observed(road(1), T0, 1.5)])
        with pytest.raises(BadRequestData, match="ISO 8601"):
            await history.buckets("", [road(1)], [], aggregated(Window(), "1 hour", "avg"))

    async def test_points_are_a_line_in_time_with_gaps_where_there_is_no_number(self, history: HistoryStore) -> None:
        rows = [observed(road(1), T0 + n * MINUTE, v) for n, v in enumerate((1.5, "closed", 3.5))]
        await history.append("", [*rows[::-1], observed(road(1), T0, 9.5, dataset_id="urn:d:a")])
        line = await history.points("", road(1), SPEED, Window(), most=100)
        assert list(line.at) == [T0, T0 + MINUTE, T0 + 2 * MINUTE]
        assert line.value[0] == 1.5
        assert math.isnan(line.value[1])
        assert line.value[2] == 3.5

    async def test_thinned_points_keep_every_peak(self, history: HistoryStore) -> None:
        at = [T0 + n * MINUTE for n in range(5000)]
        await history.load(
            "", series([road(1)] * 5000, at, [500.0 if n == 2345 else float(n % 7) for n in range(5000)])
        )
        line = await history.points("", road(1), SPEED, Window(T0, T0 + 5000 * MINUTE), most=200)
        assert 100 <= len(line.at) <= 200
        assert max(line.value) == 500.0
        assert min(line.value) == 0.0
        assert list(line.at) == sorted(line.at)
        assert line.at[list(line.value).index(500.0)] == at[2345]

    async def test_as_of_is_the_last_before_or_at_the_moment_within_the_lookback(self, history: HistoryStore) -> None:
        rows = [observed(road(1), T0 + n * timedelta(hours=12), n + 0.5) for n in range(5)]
        await history.append("", [*rows, observed(road(2), T0, 7.5)])
        at = T0 + timedelta(hours=36)
        found = await history.as_of("", ROAD, [], at, lookback_s=86_400)
        assert {key: dict(line) for key, line in found.items()} == {road(1): {SPEED: rows[3]}}
        # The lookback's own start lies outside.
        again = await history.as_of("", ROAD, [SPEED], at, lookback_s=36 * 3600)
        assert set(again) == {road(1)}
        assert set(await history.as_of("", ROAD, [], at, lookback_s=36 * 3600 + 1)) == {road(1), road(2)}
        assert dict(await history.as_of("", ROAD, [COUNT], at, lookback_s=86_400)) == {}
        assert dict(await history.as_of("", PARKING, [], at, lookback_s=86_400)) == {}

    async def test_as_of_leaves_out_what_was_deleted(self, history: HistoryStore) -> None:
        kept = observed(road(1), T0, 2.5)
        gone = observed(road(1), T0 + MINUTE, 3.5, dataset_id="urn:d:a")
        await history.append("", [kept, gone, deleted(road(1), T0 + 2 * MINUTE, dataset_id="urn:d:a")])
        await history.append("", [observed(road(2), T0, 1.5), deleted(road(2), T0 + MINUTE)])
        found = await history.as_of("", ROAD, [], T0 + timedelta(hours=1), lookback_s=86_400)
        assert {key: dict(line) for key, line in found.items()} == {road(1): {SPEED: kept}}
        before = await history.as_of("", ROAD, [], T0 + MINUTE, lookback_s=86_400)
        assert before[road(1)] == {SPEED: gone}

    async def test_usual_is_by_local_weekday_and_hour_across_daylight_saving(self, history: HistoryStore) -> None:
        # Sundays 18:30 in Copenhagen: 16:30 UTC in summer, 17:30 UTC after 2014-10-26.
        at = [datetime(2014, 10, 19, 16, 30, tzinfo=UTC), datetime(2014, 10, 26, 17, 30, tzinfo=UTC)]
        await history.load("", series([road(1)] * 2, at, [10.0, 20.0]))
        await history.append("", [observed(road(1), at[0] + MINUTE, "closed")])
        window = Window(at[0] - timedelta(days=30), at[1] + timedelta(days=1))
        (found,) = await history.usual("", ROAD, SPEED, window, timezone="Europe/Copenhagen")
        assert (found.entity_id, found.weekday, found.hour, found.count) == (road(1), 6, 18, 2)
        assert [found.p10, found.median, found.p90] == pytest.approx([11, 15, 19])
        none = await history.usual("", ROAD, SPEED, window, timezone="Europe/Copenhagen", entity_ids=[road(2)])
        assert list(none) == []

    async def test_forget_an_entity_an_attribute_or_one_instance(self, history: HistoryStore) -> None:
        other = "urn:d:a"
        rows = [observed(road(1), T0 + n * MINUTE, n + 0.5, attribute=a) for a in (SPEED, COUNT) for n in range(3)]
        await history.append("", [*rows, observed(road(2), T0, 1.5), observed(road(1), T0, 5.5, dataset_id=other)])
        await history.append("other", [observed(road(1), T0, 1.5)])

        async def left() -> int:
            return len(await history.instances("", [road(1)], [], TemporalQuery(), limit=100))

        assert await history.forget("", road(1), SPEED, None, T0) == 1
        assert await left() == 6
        assert await history.forget("", road(1), SPEED, other) == 1
        assert await left() == 5
        assert await history.forget("", road(1), COUNT) == 3
        assert await left() == 2
        await history.append("", [observed(road(1), T0, 8.5)])
        assert await left() == 3
        assert await history.forget("", road(1)) == 3
        assert await left() == 0
        assert await history.forget("", road(1)) == 0
        assert len(await history.instances("", [road(2)], [], TemporalQuery(), limit=100)) == 1
        assert len(await history.instances("other", [road(1)], [], TemporalQuery(), limit=100)) == 1

    async def test_what_is_written_after_a_forget_stays(self, history: HistoryStore) -> None:
        await history.load("", series([road(1)] * 2, [T0, T0 + MINUTE], [1, 2]))
        await history.forget("", road(1))
        await history.load("", series([road(1)], [T0], [3]))
        await history.append("", [observed(road(1), T0 + MINUTE, 4.5)])
        assert values(await history.instances("", [road(1)], [], TemporalQuery(), limit=10)) == [3, 4.5]

    async def test_an_entity_that_changed_its_type_keeps_one_history(self, history: HistoryStore) -> None:
        await history.append("", [observed(road(1), T0, 1.5), observed(road(1), T0 + MINUTE, 2.5)])
        await history.append("", [observed(road(1), T0 + MINUTE, 3.5, entity_type=PARKING)])
        assert values(await history.instances("", [road(1)], [], TemporalQuery(), limit=10)) == [1.5, 3.5]

    async def test_size_tells_how_much_there_is(self, history: HistoryStore) -> None:
        await history.append("", [observed(road(1), T0 + n * MINUTE, n) for n in range(4)])
        size = await history.size("")
        assert (size.observations, size.first, size.last) == (4, T0, T0 + 3 * MINUTE)
