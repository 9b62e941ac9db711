"""The exported history is what the questions answer: last write wins, nothing deleted, one file for each type."""

from pathlib import Path

import duckdb
import msgspec
import pytest

from madang.errors import StoreUnavailable
from madang.settings import parse_settings
from madang.stores.embedded.export import ExportForm
from madang.stores.embedded.history import ParquetHistoryStore
from madang.stores.embedded.journal import Journal
from madang.testing.history_contract import MINUTE, T0, FixedClock, observed, road


async def fill(history: ParquetHistoryStore) -> None:
    await history.append("", [observed(road(1), T0, 1.0), observed(road(1), T0 + MINUTE, 2.0)])
    await history.flush()
    await history.append("", [observed(road(1), T0, 7.0), observed(road(2), T0, 3.0)])
    await history.forget("", road(2))


@pytest.mark.parametrize("form", ["parquet", "csv"])
async def test_the_export_has_the_last_write_of_each_observation_and_nothing_forgotten(
    tmp_path: Path, form: ExportForm
) -> None:
    journal = Journal.open(tmp_path / "city")
    target = tmp_path / "target"
    target.mkdir()
    told: list[tuple[int, int]] = []
    try:
        async with ParquetHistoryStore.open(journal, clock=FixedClock(), settings=parse_settings({})) as history:
            await fill(history)
            rows = await history.export("", target, form, lambda done, of: told.append((done, of)))
    finally:
        await journal.close()
    (file,) = target.iterdir()
    found = duckdb.execute(f"SELECT entity, value FROM '{file}' ORDER BY observed_at").fetchall()  # noqa: S608 - our own file
    assert (rows, told, found) == (2, [(1, 1)], [(road(1), 7.0), (road(1), 2.0)])
    assert file.suffix == f".{form}"
    assert list((tmp_path / "city" / "history").glob("export-*")) == []


async def test_a_target_that_cannot_be_written_is_named_and_leaves_nothing_behind(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "city")
    try:
        async with ParquetHistoryStore.open(journal, clock=FixedClock(), settings=parse_settings({})) as history:
            await history.append("", [observed(road(1), T0, 1.0)])
            missing = tmp_path / "missing" / "folder"
            with pytest.raises(StoreUnavailable, match="missing/folder"):
                await history.export("", missing, "csv")
    finally:
        await journal.close()
    assert list((tmp_path / "city" / "history").glob("export-*")) == []


@pytest.mark.parametrize("form", ["parquet", "csv"])
async def test_the_export_tells_what_was_observed_from_what_has_the_time_of_its_commit(
    tmp_path: Path, form: ExportForm
) -> None:
    journal = Journal.open(tmp_path / "city")
    target = tmp_path / "target"
    target.mkdir()
    timeless = msgspec.structs.replace(observed(road(2), T0, 2.0), observed=False)
    try:
        async with ParquetHistoryStore.open(journal, clock=FixedClock(), settings=parse_settings({})) as history:
            await history.append("", [observed(road(1), T0, 1.0), timeless])
            assert await history.export("", target, form) == 2
    finally:
        await journal.close()
    (file,) = target.iterdir()
    found = duckdb.execute(f"SELECT entity, observed FROM '{file}' ORDER BY entity").fetchall()  # noqa: S608 - our own file
    assert found == [(road(1), True), (road(2), False)]
