"""The SQL page: what it shows, and what no question may do."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from madang.errors import BadRequestData, TooComplexQuery
from madang.settings import parse_settings
from madang.stores.embedded.history import ParquetHistoryStore
from madang.stores.embedded.journal import Journal
from madang.testing.history_contract import PARKING, T0, FixedClock, deleted, observed, road, series


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ParquetHistoryStore]:
    """Two observations at rest, one of them written again in the tail, one more type, one other tenant."""
    journal = Journal.open(tmp_path)
    async with ParquetHistoryStore.open(
        journal, clock=FixedClock(), settings=parse_settings(), memory="300MB"
    ) as opened:
        await opened.load("secret", series([road(9)], [T0], [98]))
        await opened.load("", series([road(1), road(2)], [T0, T0], [10, 20]))
        await opened.append("", [observed(road(1), T0, 11), observed("urn:p:1", T0, 5, entity_type=PARKING)])
        await opened.append("", [deleted(road(3), T0)])
        await opened.append("secret", [observed(road(9), T0, 99)])
        yield opened
    await journal.close()


async def rows(store: ParquetHistoryStore, text: str, *, row_limit: int = 100) -> list[list[object]]:
    return [list(row) for row in (await store.sql("", text, row_limit=row_limit, timeout_s=20)).rows]


async def test_the_views_show_the_last_write_of_this_tenant_only(store: ParquetHistoryStore) -> None:
    shown = await rows(store, "SELECT type, entity, attribute, value, unit FROM observation ORDER BY entity")
    assert shown == [
        ["TrafficFlowObserved", road(1), "averageVehicleSpeed", 11.0, "KMH"],
        ["TrafficFlowObserved", road(2), "averageVehicleSpeed", 20.0, "KMH"],
        ["OffStreetParking", "urn:p:1", "averageVehicleSpeed", 5.0, "KMH"],
    ]
    assert await rows(store, "SELECT count(*) FROM OffStreetParking") == [[1]]
    assert await rows(store, "select sum(value) from trafficflowobserved -- note;") == [[31.0]]


async def test_what_was_forgotten_is_not_shown(store: ParquetHistoryStore) -> None:
    await store.forget("", road(1))
    assert await rows(store, "SELECT entity FROM TrafficFlowObserved") == [[road(2)]]


async def test_a_table_names_its_columns_types_and_whether_it_was_cut(store: ParquetHistoryStore) -> None:
    text = "FROM (SELECT observed_at, value FROM observation ORDER BY value);"
    table = await store.sql("", text, row_limit=2, timeout_s=20)
    assert (list(table.columns), list(table.types)) == (["observed_at", "value"], ["TIMESTAMP", "DOUBLE"])
    assert [list(row) for row in table.rows] == [[T0, 5.0], [T0, 11.0]]
    assert table.rows[0][0].tzinfo is UTC
    assert table.truncated
    assert not (await store.sql("", text, row_limit=3, timeout_s=20)).truncated


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SELECT 1; SELECT 2",
        "SELECT 1) UNION ALL SELECT 2 FROM (SELECT 1",
        "COPY (SELECT 1) TO '/tmp/madang-escape.csv'",
        "COPY observation FROM '/etc/passwd'",
        "ATTACH '/tmp/madang-escape.db'",
        "PRAGMA database_list",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CALL pragma_version()",
        "CREATE TABLE t AS SELECT 1",
        "DROP VIEW observation",
        "INSERT INTO arrived SELECT * FROM arrived",
        "WITH gone AS (DELETE FROM arrived RETURNING *) SELECT * FROM gone",
        "EXPLAIN ANALYZE SELECT 1",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "SELECT getenv('HOME')",
        "SELECT * FROM sqlite_scan('city.db', 'entity')",
        "SELECT * FROM store",
        "SELECT nothing FROM observation",
        "SELECT * FROM query('COPY (SELECT 1) TO ''/tmp/madang-escape.csv''')",
    ],
)
async def test_hostile_or_wrong_sql_is_refused(store: ParquetHistoryStore, text: str) -> None:
    with pytest.raises(BadRequestData) as caught:
        await rows(store, text)
    assert caught.value.faults[0].where == "sql"
    assert not [name for name in os.listdir("/tmp") if name.startswith("madang-escape")]


async def test_files_of_another_tenant_and_the_database_are_out_of_reach(
    store: ParquetHistoryStore, tmp_path: Path
) -> None:
    (own,) = (tmp_path / "history" / "tenant=").rglob("*.parquet")
    (foreign,) = (tmp_path / "history" / "tenant=secret").rglob("*.parquet")
    assert await rows(store, f"SELECT count(*) FROM read_parquet('{own}')") == [[2]]  # noqa: S608 - the point of the test
    for path in (foreign, tmp_path / "city.db"):
        for function in ("read_parquet", "read_blob", "read_text"):
            with pytest.raises(BadRequestData, match="ermission"):
                await rows(store, f"SELECT * FROM {function}('{path}')")  # noqa: S608 - the point of the test


async def test_an_endless_query_ends_at_the_time_limit(store: ParquetHistoryStore) -> None:
    text = "SELECT sum(a.range * b.range) FROM range(1000000000) a, range(10000) b"
    with pytest.raises(TooComplexQuery, match=r"longer than 0\.2 s"):
        await store.sql("", text, row_limit=10, timeout_s=0.2)
    assert await rows(store, "SELECT 1") == [[1]]


async def test_a_huge_answer_is_cut_and_a_huge_sort_refused(store: ParquetHistoryStore) -> None:
    table = await store.sql("", "SELECT * FROM range(100000000000)", row_limit=5, timeout_s=20)
    assert (len(table.rows), table.truncated) == (5, True)
    text = "SELECT list(range::VARCHAR || repeat('x', 100)) FROM range(100000000)"
    with pytest.raises(TooComplexQuery, match="300MB of memory"):
        await store.sql("", text, row_limit=5, timeout_s=60)


async def test_an_empty_city_has_an_empty_view(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "empty")
    async with ParquetHistoryStore.open(journal, clock=FixedClock(), settings=parse_settings()) as empty:
        table = await empty.sql("", "SELECT * FROM observation", row_limit=5, timeout_s=20)
        assert list(table.columns) == [
            "type",
            "entity",
            "attribute",
            "dataset_id",
            "observed_at",
            "value",
            "unit",
            "json",
        ]
        assert list(table.rows) == []
    await journal.close()


async def test_types_that_share_a_short_name_keep_their_uri(store: ParquetHistoryStore) -> None:
    other = "https://example.org/vocab#OffStreetParking"
    await store.append("", [observed("urn:o:1", T0 + timedelta(hours=1), 7, entity_type=other)])
    short = await rows(store, "SELECT value FROM OffStreetParking")
    whole = await rows(store, 'SELECT value FROM "https://uri.etsi.org/ngsi-ld/default-context/OffStreetParking"')
    assert sorted([*short, *whole]) == [[5.0], [7.0]]
