"""The history on a week of real traffic: bulk rate, bytes per observation, and the two questions the console asks most.

    python bench/history.py [--sensors 100] [--repeat 40] [--copies 1]

--copies multiplies the 449 road segments, to see a larger city. Each figure stands beside its target (docs,
explanation/performance.md). The physical limit is the same aggregate by hand over one Parquet file of that day.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter

import duckdb
import numpy as np

from madang.model.entity import Attribute
from madang.model.observation import Observation, Series
from madang.model.query import Aggregation, TemporalQuery, Window
from madang.settings import parse_settings
from madang.stores.embedded.history import ParquetHistoryStore
from madang.stores.embedded.journal import Journal

TRAFFIC = Path(__file__).parent.parent / "cities/aarhus/data/traffic.parquet"
VOCAB = "https://uri.etsi.org/ngsi-ld/default-context/"
ROAD = VOCAB + "TrafficFlowObserved"
SPEED = VOCAB + "averageVehicleSpeed"
COUNT = VOCAB + "intensity"
DAY = datetime(2014, 8, 27, tzinfo=UTC)


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def read_traffic(copies: int) -> tuple[Series, list[str]]:
    """The shipped file as one Series, two attributes per row, in time order as a feed would bring it."""
    found = duckdb.connect().execute(
        "SELECT segment, time, avg_speed, vehicle_count FROM read_parquet($file) ORDER BY time, segment",
        {"file": str(TRAFFIC)},
    )
    columns = found.fetchnumpy()
    names = {
        number: [f"urn:ngsi-ld:TrafficFlowObserved:aarhus:{number}-{copy}" for copy in range(copies)]
        for number in np.unique(columns["segment"]).tolist()
    }
    ids = [
        np.array([names[number][copy] for number in columns["segment"].tolist()], dtype=np.object_)
        for copy in range(copies)
    ]
    rows = len(columns["time"])
    at = columns["time"].astype("datetime64[us]")
    series = Series(
        entity_type=ROAD,
        entity_id=np.concatenate([*ids, *ids]),
        attribute=np.array([SPEED] * rows * copies + [COUNT] * rows * copies, dtype=np.object_),
        at=np.tile(at, 2 * copies),
        value=np.concatenate(
            [
                *[columns["avg_speed"].astype(np.float64)] * copies,
                *[columns["vehicle_count"].astype(np.float64)] * copies,
            ]
        ),
        unit_code={SPEED: "KMH"},
    )
    return series, sorted(name for group in names.values() for name in group)


def report(what: str, figure: str, target: str) -> None:
    print(f"{what:<58} {figure:>18}   target {target}", flush=True)


async def p95_ms(ask: Callable[[int], Awaitable[object]], repeat: int) -> float:
    """95th percentile of single answers, milliseconds."""
    times = []
    for n in range(repeat):
        started = perf_counter()
        await ask(n)
        times.append((perf_counter() - started) * 1000)
    return float(np.percentile(times, 95))


def arriving(ids: list[str], at: datetime) -> list[Observation]:
    return [
        Observation(ROAD, name, SPEED, None, at, at, True, Attribute("Property", 40.5 + n % 9, None, at, "KMH"))
        for n, name in enumerate(ids)
    ]


async def ingest(history: ParquetHistoryStore, ids: list[str], first: datetime) -> None:
    """A live city beside the questions: all sensors every 50 ms, the mover at work."""
    at = first
    while True:
        await history.append("", arriving(ids, at))
        at += timedelta(minutes=5)
        await asyncio.sleep(0.05)


async def measure(directory: Path, sensors: int, repeat: int, copies: int) -> None:
    series, ids = read_traffic(copies)
    journal = Journal.open(directory)
    settings = parse_settings({"flush_s": 2.0})
    async with ParquetHistoryStore.open(journal, clock=SystemClock(), settings=settings) as history:
        started = perf_counter()
        taken = await history.load("", series)
        seconds = perf_counter() - started
        size = await history.size("")
        report(f"bulk load of {taken} observations", f"{taken / seconds:,.0f}/s", "300,000/s")
        report(f"at rest in {size.segments} segments", f"{size.segment_bytes / size.observations:.2f} B/obs", "6 B/obs")
        await ask_all(history, ids, sensors, repeat, "")
        task = asyncio.gather(
            history.run(SystemClock()), ingest(history, ids, series.at.max().item().replace(tzinfo=UTC))
        )
        await ask_all(history, ids, sensors, repeat, ", while ingesting")
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await journal.close()
    limit(directory, repeat)


async def ask_all(history: ParquetHistoryStore, ids: list[str], sensors: int, repeat: int, how: str) -> None:
    window = Window(DAY, DAY + timedelta(days=1))
    hourly = TemporalQuery(window, aggregation=Aggregation(("avg",), "PT1H"))
    chosen = [[ids[(n * 37 + k * 7) % len(ids)] for k in range(sensors)] for n in range(repeat)]
    ms = await p95_ms(lambda n: history.buckets("", chosen[n], [SPEED], hourly), repeat)
    report(f"{sensors} of {len(ids)} sensors, one day, hourly means{how}", f"P95 {ms:.1f} ms", "50 ms")
    ms = await p95_ms(lambda _: history.buckets("", ids, [], hourly), max(5, repeat // 5))
    report(f"whole city, one day, hourly means{how}", f"P95 {ms:.1f} ms", "1000 ms")
    ms = await p95_ms(lambda _: history.as_of("", ROAD, [], DAY, lookback_s=3600), max(5, repeat // 5))
    report(f"the city as of a moment, lookback 1 h{how}", f"P95 {ms:.1f} ms", "-")
    week = Window(DAY - timedelta(days=7), DAY + timedelta(days=1))
    ms = await p95_ms(lambda n: history.points("", ids[n], SPEED, week, most=1000), repeat)
    report(f"one line over eight days, 1000 points{how}", f"P95 {ms:.1f} ms", "-")
    ms = await p95_ms(lambda _: history.usual("", ROAD, SPEED, Window(None, DAY), timezone="Europe/Copenhagen"), 3)
    report(f"usual range of all sensors{how}", f"P95 {ms:.1f} ms", "-")


def limit(directory: Path, repeat: int) -> None:
    """The same aggregate by hand, over one day's file."""
    files = [str(path) for path in directory.glob(f"history/tenant=*/type=*/day={DAY:%Y-%m-%d}/*.parquet")]
    con = duckdb.connect(config={"threads": 2})
    times = []
    for _ in range(repeat):
        started = perf_counter()
        con.execute(
            "SELECT entity, date_trunc('hour', observed_at) AS hour, avg(value) FROM read_parquet($files)"
            " GROUP BY ALL ORDER BY ALL",
            {"files": files},
        ).fetchall()
        times.append((perf_counter() - started) * 1000)
    report("limit: the day's file by hand, hourly means", f"P95 {float(np.percentile(times, 95)):.1f} ms", "-")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sensors", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=40)
    parser.add_argument("--copies", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder), arguments.sensors, arguments.repeat, arguments.copies))


if __name__ == "__main__":
    main()
