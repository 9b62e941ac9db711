"""The measurements inside a process: filters over many entities, and the history. Each runs in a process of its own."""

import asyncio
import gc
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import duckdb
import numpy as np
from bench import history, query
from bench.report import Row
from bench.server import SERVER_CORES

from madang.model.observation import Series
from madang.model.query import Aggregation, TemporalQuery, Window
from madang.ngsild.context import CORE
from madang.ngsild.query import parse_query
from madang.settings import parse_settings
from madang.stores.embedded.history import ParquetHistoryStore
from madang.stores.embedded.journal import Journal
from madang.stores.rows import TenantRows

ASKED: Final = ("q + near 500 m", "q + near 5 km", "q, one number", "within a polygon + q")
SENSORS: Final = 100
HOURLY: Final = TemporalQuery(
    Window(history.DAY, history.DAY + timedelta(days=1)), aggregation=Aggregation(("avg",), "PT1H")
)


def apart(measure: Callable[..., Sequence[Row]], *arguments: Any) -> Sequence[Row]:
    """What ``measure`` gives, from a fresh process, so that one measurement's memory is not another's."""
    spawning = get_context("spawn")
    receiver, sender = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_send, args=(sender, measure, arguments))
    process.start()
    sender.close()
    try:
        rows: Sequence[Row] = receiver.recv()
    except EOFError:
        raise RuntimeError(f"{measure.__name__} ended without a result; see above") from None
    finally:
        process.join()
    return rows


def _send(sender: Connection, measure: Callable[..., Sequence[Row]], arguments: Sequence[Any]) -> None:
    sender.send(measure(*arguments))
    sender.close()
    sys.stderr.flush()
    os._exit(0)  # without the farewell of DuckDB's binding, which lists what it did not clean up


def filters(count: int) -> Sequence[Row]:
    """Ad-hoc queries over ``count`` entities in memory, columns made. On the server's core."""
    pin(SERVER_CORES)
    rows = TenantRows()
    for entity_id, stored in query.bodies(count):
        rows.load(stored, entity_id)
    gc.freeze()
    limit = query.limit_ms(count)
    return [_filter(rows, name, limit if name == ASKED[0] else None, count) for name in ASKED]


def _filter(rows: TenantRows, name: str, limit: float | None, count: int) -> Row:
    asked = parse_query({"type": "Sensor", **query.QUESTIONS[name]}, CORE, page_default=20, page_max=1000)
    begin = perf_counter()
    page = rows.query(asked)
    first_ms = (perf_counter() - begin) * 1e3
    middle, slowest = query.timed(lambda: rows.query(asked))
    return Row(
        f"{name}, {count:,} entities".replace(",", " ").replace("  ", ", "),
        middle,
        "ms",
        "less",
        limit=limit,
        limit_is="numpy by hand over ready arrays, without making the page" if limit is not None else "",
        goal=5.0,
        note=f"in process, median of {query.RUNS}; slowest {slowest:.1f} ms; the first {first_ms:.0f} ms (columns)",
        wrong="" if page.items else "no entity was found",
    )


def histories(days: int | None, repeat: int) -> Sequence[Row]:
    """The recorded traffic of Aarhus: loaded, at rest, asked for. days: the last ones of it up to the day asked about;
    None: all. On all cores."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_history(Path(folder), days, repeat))


async def _history(directory: Path, days: int | None, repeat: int) -> list[Row]:
    series, ids = history.read_traffic(1)
    if days is not None:
        series = _part(series, days)
    journal = Journal.open(directory)
    settings = parse_settings({"flush_s": 2.0})
    async with ParquetHistoryStore.open(journal, clock=history.SystemClock(), settings=settings) as store:
        rows = [*await _load(store, series)]
        end = series.at.max().item().replace(tzinfo=UTC)
        going_on = asyncio.gather(store.run(history.SystemClock()), history.ingest(store, ids, end))
        rows += await _ask(store, ids, repeat, by_hand_ms(directory, ids, repeat))
        going_on.cancel()
        await asyncio.gather(going_on, return_exceptions=True)
    await journal.close()
    return rows


def _part(series: Series, days: int) -> Series:
    until = np.datetime64(history.DAY.replace(tzinfo=None)) + np.timedelta64(1, "D")
    kept = (series.at < until) & (series.at >= until - np.timedelta64(days, "D"))
    return replace(
        series,
        entity_id=series.entity_id[kept],
        attribute=series.attribute[kept],
        at=series.at[kept],
        value=series.value[kept],
    )


async def _load(store: ParquetHistoryStore, series: Series) -> list[Row]:
    begin = perf_counter()
    taken = await store.load("", series)
    seconds = perf_counter() - begin
    size = await store.size("")
    missing = len(series.at) - size.observations
    wrong = f"{missing} of {len(series.at)} observations are missing" if missing else ""
    return [
        Row("history: bulk load", taken / seconds, "obs/s", goal=300_000, note=f"{taken:,} observations", wrong=wrong),
        Row(
            "history: at rest",
            size.segment_bytes / size.observations,
            "B/obs",
            "less",
            goal=6.0,
            note=f"{size.segments} files",
        ),
    ]


async def _ask(store: ParquetHistoryStore, ids: list[str], repeat: int, limit_ms: tuple[float, float]) -> list[Row]:
    """While a live city's observations arrive and the mover works."""
    chosen = [[ids[(n * 37 + k * 7) % len(ids)] for k in range(SENSORS)] for n in range(repeat)]
    found = len(await store.buckets("", chosen[0], [history.SPEED], HOURLY))
    wrong = "" if found else "no hourly means were found"
    some = await history.p95_ms(lambda n: store.buckets("", chosen[n], [history.SPEED], HOURLY), repeat)
    every = await history.p95_ms(lambda _: store.buckets("", ids, [], HOURLY), max(5, repeat // 4))
    by_hand = "DuckDB by hand over the day's Parquet files, P95"
    return [
        Row(
            f"history: {SENSORS} of {len(ids)} sensors, one day, hourly means, P95",
            some, "ms", "less", limit=limit_ms[0], limit_is=by_hand, goal=50, note="while ingesting", wrong=wrong,
        ),
        Row(
            "history: whole city, one day, hourly means, P95",
            every, "ms", "less", limit=limit_ms[1], limit_is=by_hand, goal=1000, note="two attributes, while ingesting",
        ),
    ]  # fmt: skip


def by_hand_ms(directory: Path, ids: list[str], repeat: int) -> tuple[float, float]:
    """P95 of the two questions without madang: (some sensors' speed, everything)."""
    files = [str(path) for path in directory.glob(f"history/tenant=*/type=*/day={history.DAY:%Y-%m-%d}/*.parquet")]
    connection = duckdb.connect()
    about = "SELECT entity, attribute, date_trunc('hour', observed_at) AS hour, avg(value) FROM read_parquet($files)"
    some = f"{about} WHERE attribute = $attribute AND list_contains($ids, entity) GROUP BY ALL ORDER BY ALL"
    every = f"{about} GROUP BY ALL ORDER BY ALL"
    given = {"files": files, "attribute": history.SPEED, "ids": [ids[k * 7 % len(ids)] for k in range(SENSORS)]}
    return _p95_ms(connection, some, given, repeat), _p95_ms(connection, every, {"files": files}, repeat)


def _p95_ms(connection: duckdb.DuckDBPyConnection, sql: str, given: dict[str, Any], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        begin = perf_counter()
        connection.execute(sql, given).fetchall()
        times.append((perf_counter() - begin) * 1e3)
    return float(np.percentile(times, 95))


def pin(cores: frozenset[int]) -> None:
    if cores:
        os.sched_setaffinity(0, cores)
