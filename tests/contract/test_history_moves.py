"""What the embedded history promises beyond the port: exactly once across moves and crashes, damage named."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from madang.errors import ConfigError, StoreUnavailable
from madang.model.entity import Entity
from madang.model.query import TemporalQuery, Window
from madang.ports.state import Write
from madang.settings import parse_settings
from madang.stores.embedded.history import ParquetHistoryStore
from madang.stores.embedded.journal import Journal
from madang.stores.embedded.state import EmbeddedStateStore
from madang.stores.rows import TenantRows
from madang.testing.history_contract import (
    MINUTE,
    ROAD,
    SPEED,
    T0,
    FixedClock,
    aggregated,
    observed,
    road,
    series,
    values,
)

DAY = timedelta(days=1)


@asynccontextmanager
async def opened(directory: Path, **settings: object) -> AsyncIterator[tuple[Journal, ParquetHistoryStore]]:
    journal = Journal.open(directory)
    try:
        async with ParquetHistoryStore.open(journal, clock=FixedClock(), settings=parse_settings(settings)) as history:
            yield journal, history
    finally:
        await journal.close()


async def everything(history: ParquetHistoryStore, *numbers: int) -> list[object]:
    return values(await history.instances("", [road(n) for n in numbers], [], TemporalQuery(), limit=100_000))


def files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*/tenant=*/type=*/day=*/*.parquet"))


def aside(directory: Path, time: str = "*") -> list[Path]:
    return sorted(directory.glob(f"set-aside/{time}/*/tenant=*/type=*/day=*/*.parquet"))


def contents(paths: list[Path], below: Path) -> dict[Path, bytes]:
    return {path.relative_to(below): path.read_bytes() for path in paths}


def tail_rows(directory: Path) -> int:
    with sqlite3.connect(directory / "city.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM tail").fetchone()
    return int(count)


async def test_observations_of_a_state_commit_are_seen_at_once_and_exactly_once_across_a_move(tmp_path: Path) -> None:
    async with opened(tmp_path) as (journal, history):
        state = EmbeddedStateStore.load(journal, TenantRows)
        entity = Entity(road(1), (ROAD,))
        await state.commit("", [Write(road(1), entity, None, observations=[observed(road(1), T0, 1.5)])])
        assert await everything(history, 1) == [1.5]
        await history.flush()
        assert await everything(history, 1) == [1.5]
        assert (len(files(tmp_path)), tail_rows(tmp_path)) == (1, 0)
        await state.commit("", [Write(road(1), entity, 1, observations=[observed(road(1), T0 + MINUTE, 2.5)])])
        assert await everything(history, 1) == [1.5, 2.5]
        size = await history.size("")
        assert (size.observations, size.segments, size.tail) == (2, 1, 1)


async def test_a_state_commit_can_forget_an_entitys_history(tmp_path: Path) -> None:
    async with opened(tmp_path) as (journal, history):
        state = EmbeddedStateStore.load(journal, TenantRows)
        await history.load("", series([road(1), road(2)], [T0, T0], [1, 2]))
        await state.commit("", [Write(road(1), Entity(road(1), (ROAD,)), None)])
        await state.commit("", [Write(road(1), None, 1, forget_history=True)])
        assert await everything(history, 1, 2) == [2]
        await history.flush()
        assert await everything(history, 1, 2) == [2]
    async with opened(tmp_path) as (_, history):
        assert await everything(history, 1, 2) == [2]


async def test_a_reopened_city_has_its_tail_and_its_segments(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, history):
        await history.load("", series([road(1)], [T0], [1]))
        await history.append("", [observed(road(1), T0 + MINUTE, 2.5)])
    async with opened(tmp_path) as (_, history):
        assert await everything(history, 1) == [1, 2.5]
        await history.append("", [observed(road(1), T0, 3.5)])
        await history.flush()
    async with opened(tmp_path) as (_, history):
        assert await everything(history, 1) == [3.5, 2.5]


async def test_a_crash_between_file_and_swap_leaves_the_tail_and_sets_the_file_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path) as (_, history):
        await history.load("", series([road(2)], [T0], [7]))
        await history.append("", [observed(road(1), T0, 1.5)])
        # The step up to the transaction, and then nothing more, as a killed process leaves it.
        change = await asyncio.to_thread(history._mover.move)
        (added,) = change.added
        assert len(files(tmp_path)) == 2
    assert tail_rows(tmp_path) == 1
    body = added.path(tmp_path).read_bytes()
    for _start in range(2):
        async with opened(tmp_path) as (_, history):
            assert len(files(tmp_path)) == 1
            assert await everything(history, 1, 2) == [1.5, 7]
    (kept,) = aside(tmp_path)
    assert kept == tmp_path / "set-aside" / "2026-01-02T03-04-05Z" / added.path(tmp_path).relative_to(tmp_path)
    assert kept.read_bytes() == body
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warning.startswith("1 history files that city.db does not name were moved to ")
    assert str(tmp_path / "set-aside" / "2026-01-02T03-04-05Z") in warning
    async with opened(tmp_path) as (_, history):
        await history.flush()
        assert await everything(history, 1, 2) == [1.5, 7]
        assert len(files(tmp_path)) == 2


async def test_a_lost_database_costs_no_row_of_the_files(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with opened(tmp_path) as (_, history):
        await history.load("", series([road(1), road(1)], [T0, T0 + 400 * DAY], [1, 2]))
        await history.append("", [observed(road(2), T0, 3)])
        await history.flush()
    before = contents(files(tmp_path), tmp_path)
    assert len(before) == 3
    (tmp_path / "city.db").unlink()
    async with opened(tmp_path) as (_, history):
        (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
        assert "there were 3 history files: they were moved to" in warning
        assert "restore city.db, history and rollup from one copy" in warning
        # New files take the numbers, and so the names, of those that are set aside.
        await history.load("", series([road(1), road(1)], [T0, T0 + 400 * DAY], [10, 20]))
        assert await everything(history, 1, 2) == [10, 20]
    # Lost once more in the same second: what was set aside before is not written over.
    (tmp_path / "city.db").unlink()
    async with opened(tmp_path):
        pass
    first, second = sorted((tmp_path / "set-aside").iterdir())
    assert contents(aside(tmp_path, first.name), first) == before
    assert len(aside(tmp_path, second.name)) == 2


async def test_an_older_database_costs_no_row_of_the_files(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, history):
        await history.load("", series([road(1)], [T0], [1]))
    older = (tmp_path / "city.db").read_bytes()
    async with opened(tmp_path) as (_, history):
        await history.load("", series([road(1)], [T0 + 40 * DAY], [2]))
        await history.append("", [observed(road(2), T0, 3)])
        await history.flush()
    before = contents(files(tmp_path), tmp_path)
    (tmp_path / "city.db").write_bytes(older)
    async with opened(tmp_path) as (_, history):
        assert await everything(history, 1, 2) == [1]
    (folder,) = (tmp_path / "set-aside").iterdir()
    assert contents(files(tmp_path), tmp_path) | contents(aside(tmp_path), folder) == before
    assert len(aside(tmp_path)) == 2


async def test_what_was_forgotten_or_left_unfinished_is_removed_and_not_set_aside(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, history):
        await history.load("", series([road(1), road(2)], [T0, T0], [1, 2]))
        (before,) = files(tmp_path)
        body = before.read_bytes()
        await history.forget("", road(1))
        await history.flush()
        (after,) = files(tmp_path)
    # As a kill leaves them: between the transaction and the removal, and in the middle of a file and of an export.
    before.write_bytes(body)
    unfinished = [after.with_name("99.parquet.new"), tmp_path / "history" / f"export-{'0' * 32}.csv"]
    for path in unfinished:
        path.write_bytes(b"PAR1")
    note = tmp_path / "history" / "export-notes.csv"
    note.write_text("not ours")
    async with opened(tmp_path) as (journal, history):
        assert await everything(history, 1, 2) == [2]
        assert files(tmp_path) == [after]
        assert (aside(tmp_path), note.exists()) == ([], True)
        assert not any(path.exists() for path in unfinished)
        await history.append("", [observed(road(3), T0, 3)])
        await history.flush()
        assert journal.read().execute("SELECT * FROM superseded").fetchall() == []


async def test_a_file_that_cannot_be_set_aside_keeps_the_city_from_starting(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, history):
        await history.load("", series([road(1)], [T0], [1]))
    (file,) = files(tmp_path)
    (tmp_path / "city.db").unlink()
    (tmp_path / "set-aside").write_text("a file where the folder should be")
    with pytest.raises(ConfigError, match="cannot be moved to"):
        async with opened(tmp_path):
            pass
    assert files(tmp_path) == [file]


async def test_a_swap_that_fails_keeps_the_tail_and_removes_the_file(tmp_path: Path) -> None:
    async with opened(tmp_path) as (journal, history):
        await history.append("", [observed(road(1), T0, 1.5)])
        await journal.write(
            [("CREATE TRIGGER stop BEFORE INSERT ON segment BEGIN SELECT raise(ABORT, 'no'); END", [()])]
        )
        with pytest.raises(StoreUnavailable):
            await history.flush()
        assert files(tmp_path) == []
        assert await everything(history, 1) == [1.5]
        await journal.write([("DROP TRIGGER stop", [()])])
        await history.append("", [observed(road(1), T0 + MINUTE, 2.5)])
        await history.flush()
        assert await everything(history, 1) == [1.5, 2.5]
        assert tail_rows(tmp_path) == 0


async def test_a_move_that_also_forgets_brings_back_nothing_older(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, history):
        at = [T0, T0 + MINUTE]
        await history.load("", series([road(1), road(1)], at, [1, 2]))
        await history.append("", [observed(road(1), T0, 10.5)])
        # The file that has the forgotten row also has the one that was written again.
        await history.forget("", road(1), SPEED, at=T0 + MINUTE)
        await history.flush()
        assert await everything(history, 1) == [10.5]


async def test_days_that_share_a_months_file_are_merged_with_it_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, history):
        await history.load("", series([road(1), road(1)], [T0, T0 + 2 * DAY - MINUTE], [-1, -2]))
        for n in range(1, 12):
            await history.append("", [observed(road(1), T0 + day * DAY + n * MINUTE, n) for day in range(2)])
            await history.flush()
        assert len(files(tmp_path)) == 23
        assert await history.compact() == 1
        assert len(files(tmp_path)) == 1
        assert await everything(history, 1) == [-1, *range(1, 12), *range(1, 12), -2]


async def test_many_small_segments_of_a_day_become_few(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, history):
        for n in range(30):
            await history.append("", [observed(road(e), T0 + n * MINUTE, n + 0.5) for e in range(3)])
            await history.flush()
            await history.compact()
        assert len(files(tmp_path)) <= 8
        assert await everything(history, 0, 1, 2) == [n + 0.5 for _ in range(3) for n in range(30)]


async def test_a_reader_keeps_the_files_it_began_with(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, history):
        await history.load("", series([road(1)], [T0], [1]))
        with history._catalogue.lease() as snapshot:
            (before,) = files(tmp_path)
            await history.load("", series([road(1)], [T0], [2]))
            assert before.exists()
            assert len(files(tmp_path)) == 2
            assert [s.path(tmp_path) for members in snapshot.segments.values() for s in members] == [before]
        assert not before.exists()
        assert await everything(history, 1) == [2]


async def test_a_damaged_segment_is_named_and_others_go_on(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, history):
        await history.load(
            "", series([road(1)] * 5000, [T0 + n * MINUTE for n in range(5000)], [n % 97 for n in range(5000)])
        )
    first, *_ = files(tmp_path)
    body = bytearray(first.read_bytes())
    body[20:200] = b"\xff" * 180
    first.write_bytes(body)
    async with opened(tmp_path) as (_, history):
        with pytest.raises(StoreUnavailable, match=f"{first.parent.name}/{first.name}"):
            await everything(history, 1)
        query = aggregated(Window(T0 + DAY, T0 + 2 * DAY), "P1D", "totalCount")
        (found,) = await history.buckets("", [road(1)], [SPEED], query)
        assert found.values["totalCount"] == 1440


async def test_a_missing_segment_is_named_and_writes_go_on(tmp_path: Path) -> None:
    async with opened(tmp_path) as (_, history):
        await history.load("", series([road(1), road(1)], [T0, T0 + timedelta(days=400)], [1, 2]))
    first, _ = files(tmp_path)
    first.unlink()
    async with opened(tmp_path) as (_, history):
        with pytest.raises(StoreUnavailable, match="the file is missing"):
            await everything(history, 1)
        later = TemporalQuery(Window(T0 + DAY, None))
        await history.append("", [observed(road(1), T0 + timedelta(days=401), 3.5)])
        await history.flush()
        assert values(await history.instances("", [road(1)], [], later, limit=10)) == [2, 3.5]


async def test_the_background_moves_by_itself(tmp_path: Path) -> None:
    async with opened(tmp_path, flush_s=0.1) as (_, history):
        await history.append("", [observed(road(1), T0, 1.5)])
        task = asyncio.create_task(history.run(FixedClock(T0)))
        async with asyncio.timeout(20):
            while (await history.size("")).segments == 0:
                continue
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await everything(history, 1) == [1.5]


@pytest.mark.parametrize("turns", [1, 2, 5, 20, 200])
async def test_a_move_that_is_cancelled_anywhere_loses_and_doubles_nothing(tmp_path: Path, turns: int) -> None:
    async with opened(tmp_path) as (_, history):
        await history.append("", [observed(road(1), T0 + n * MINUTE, n + 0.5) for n in range(10)])
        task = asyncio.create_task(history.flush())
        for _turn in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        expected = [n + 0.5 for n in range(10)]
        assert await everything(history, 1) == expected
        await history.append("", [observed(road(1), T0, 7.5)])
        await history.flush()
        assert await everything(history, 1) == [7.5, *expected[1:]]
        assert tail_rows(tmp_path) == 0
    async with opened(tmp_path) as (_, history):
        assert await everything(history, 1) == [7.5, *expected[1:]]
