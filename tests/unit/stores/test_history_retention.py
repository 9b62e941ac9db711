"""Retention: raw observations go, their hours stay. The clock is the city's and stands where the test says."""

import math
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from madang.model.query import TemporalQuery, Window
from madang.settings import parse_settings
from madang.stores.embedded.history import ParquetHistoryStore
from madang.stores.embedded.journal import Journal
from madang.stores.embedded.retention import horizon_us
from madang.stores.timeline import to_us
from madang.testing.history_contract import MINUTE, SPEED, T0, FixedClock, aggregated, observed, road, series

DAYS = 6
HOUR = timedelta(hours=1)
NOW = T0 + timedelta(days=DAYS)


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[ParquetHistoryStore]:
    """Six days of one sensor, every ten minutes, the minute of the hour as value; two raw days are kept."""
    journal = Journal.open(tmp_path)
    settings = parse_settings({"raw_days": 2})
    async with ParquetHistoryStore.open(journal, clock=FixedClock(), settings=settings) as opened:
        at = [T0 + n * 10 * MINUTE for n in range(DAYS * 144)]
        await opened.load("", series([road(1)] * len(at), at, [float(moment.minute) for moment in at]))
        yield opened
    await journal.close()


async def raw_count(history: ParquetHistoryStore) -> int:
    return len(await history.instances("", [road(1)], [], TemporalQuery(), limit=100_000))


async def test_raw_days_are_kept_and_older_ones_live_on_as_hours(history: ParquetHistoryStore) -> None:
    window = Window(T0, NOW)
    before = list(await history.buckets("", [road(1)], [SPEED], aggregated(window, "PT1H")))
    assert await history.retain(NOW) > 0
    # The latest observation is on day 6, so days 4 (index 3), 5 and 6 stay.
    assert await raw_count(history) == 3 * 144
    after = list(await history.buckets("", [road(1)], [SPEED], aggregated(window, "PT1H")))
    assert [(b.start, b.end) for b in after] == [(b.start, b.end) for b in before]
    for old, new in zip(before, after, strict=True):
        for method in ("totalCount", "sum", "avg", "min", "max", "stddev", "sumsq"):
            assert new.values[method] == pytest.approx(old.values[method])
    # How many different values an hour had is not kept.
    assert after[0].values["distinctCount"] is None
    assert after[-1].values["distinctCount"] == 6


async def test_a_line_goes_on_as_hourly_means_where_raw_was_dropped(history: ParquetHistoryStore) -> None:
    await history.retain(NOW)
    line = await history.points("", road(1), SPEED, Window(T0, NOW), most=10_000)
    assert len(line.at) == 3 * 24 + 3 * 144
    assert (line.at[0], line.value[0]) == (T0, 25.0)
    assert (line.at[71], line.at[72], line.at[73]) == (T0 + 71 * HOUR, T0 + 72 * HOUR, T0 + 72 * HOUR + 10 * MINUTE)


async def test_retention_is_idempotent_and_logged(history: ParquetHistoryStore, tmp_path: Path) -> None:
    await history.retain(NOW)
    size = await history.size("")
    assert await history.retain(NOW) == 0
    assert await history.size("") == size
    with sqlite3.connect(tmp_path / "city.db") as connection:
        rows = connection.execute("SELECT first, last, rows, at FROM dropped").fetchall()
    last = T0 + timedelta(days=3) - 10 * MINUTE
    assert sum(row[2] for row in rows) == 3 * 144
    assert (min(row[0] for row in rows), max(row[1] for row in rows)) == (to_us(T0), to_us(last))
    assert {row[3] for row in rows} == {to_us(NOW)}


async def test_importing_again_does_not_count_twice(history: ParquetHistoryStore) -> None:
    await history.retain(NOW)
    at = [T0 + n * 10 * MINUTE for n in range(144)]
    for _ in range(2):
        await history.load("", series([road(1)] * 144, at, [500.0] * 144))
        query = aggregated(Window(T0, T0 + timedelta(days=1)), "P1D", "totalCount", "max")
        (found,) = await history.buckets("", [road(1)], [SPEED], query)
        assert dict(found.values) == {"totalCount": 144, "max": 50.0}
        await history.retain(NOW)
    assert await raw_count(history) == 3 * 144


async def test_text_is_dropped_with_its_day_and_makes_no_hour(history: ParquetHistoryStore) -> None:
    await history.append("", [observed(road(2), T0, "closed"), observed(road(2), T0 + 5 * timedelta(days=1), "open")])
    await history.retain(NOW)
    line = await history.points("", road(2), SPEED, Window(), most=10)
    assert list(line.at) == [T0 + 5 * timedelta(days=1)]
    assert math.isnan(line.value[0])


async def test_forget_reaches_the_hours_too(history: ParquetHistoryStore) -> None:
    await history.retain(NOW)
    await history.forget("", road(1))
    assert list((await history.points("", road(1), SPEED, Window(), most=10)).at) == []
    await history.flush()
    assert list((await history.points("", road(1), SPEED, Window(), most=10)).at) == []


async def test_a_clock_ahead_of_the_data_drops_no_more_than_the_data_allows(history: ParquetHistoryStore) -> None:
    await history.retain(NOW + timedelta(days=10_000))
    assert await raw_count(history) == 3 * 144


async def test_a_replayed_city_keeps_what_is_recent_for_its_clock(history: ParquetHistoryStore) -> None:
    assert await history.retain(T0 + timedelta(days=2)) == 0
    assert await raw_count(history) == DAYS * 144


def test_zero_days_keep_everything() -> None:
    assert horizon_us(NOW, to_us(NOW), 0) is None
    assert horizon_us(NOW, None, 2) is None
    assert horizon_us(datetime(2014, 8, 27, 13, tzinfo=UTC), to_us(NOW), 2) == to_us(datetime(2014, 8, 25, tzinfo=UTC))


async def test_records_are_never_rolled_up_nor_do_they_hold_the_horizon_of_others(tmp_path: Path) -> None:
    """A record's history is its proof. And it is written today even in a city whose readings are of another year."""
    kept = "urn:x:Record"
    journal = Journal.open(tmp_path)
    settings = parse_settings({"raw_days": 2})
    async with ParquetHistoryStore.open(journal, clock=FixedClock(), settings=settings, kept=[kept]) as history:
        at = [T0 + n * 10 * MINUTE for n in range(DAYS * 144)]
        await history.load("", series([road(1)] * len(at), at, [1.0] * len(at)))
        written = [T0, T0 + timedelta(days=400)]
        await history.append("", [observed("urn:x:1", moment, 87, entity_type=kept) for moment in written])
        assert await history.retain(NOW + timedelta(days=9999)) > 0
        assert await raw_count(history) == 3 * 144
        assert len(await history.instances("", ["urn:x:1"], [], TemporalQuery(), limit=10)) == 2
    await journal.close()
