"""All indicators over a hub: 100 000 entities and a year of hourly history, through the wing's own readers.

    python -m bench.indicators_live [--entities 100000] [--repeat 3]

Says how long all of them take together, the slowest alone (each read afresh), and how long another request may wait at
once. The city is that of the tests, each thing of it many times over.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from tests.unit.district.indicators.live_city import (
    CATALOGUE,
    EXAMPLES,
    MEASURES,
    METERS,
    SPECS,
    STEADY,
    ZONE,
    Clock,
    Values,
    made,
    point,
)

from madang.bus.local import LocalBus
from madang.district.book import gather
from madang.district.indicators.engine import Indicators
from madang.district.indicators.live import Live
from madang.district.indicators.reading import LedgerReader
from madang.hub.entities import Entities
from madang.hub.history import History
from madang.model.observation import Series
from madang.ngsild.context import CORE
from madang.settings import parse_settings
from madang.stores.embedded.history import ParquetHistoryStore
from madang.stores.embedded.opening import open_embedded

TODAY = datetime(2026, 11, 22, tzinfo=ZONE)
FEW = {"AdministrativeArea": 10, "AirQualityObserved": 10, "NoiseLevelObserved": 10, "TrafficFlowObserved": 150,
       "KeyPerformanceIndicator": 1, "Garden": 100, "GreenArea": 100, "RecreationArea": 50, "ServiceCoverage": 2,
       "ProtectedArea": 3, "HazardZone": 5, "BuiltUpArea": 5, "WaterSupplyZone": 5, "ACMeasurement": 200,
       "StreetlightControlCabinet": 200, "WaterConsumptionObserved": 2000, "GtfsShape": 50}  # fmt: skip
"""Times over; of every other type there are as many as it takes."""


def city(count: int) -> dict[str, list[Values]]:
    rest = [kind for kind in EXAMPLES if kind not in FEW]
    fixed = sum(len(EXAMPLES[kind]) * times for kind, times in FEW.items())
    times = max(1, (count - fixed) // sum(len(EXAMPLES[kind]) for kind in rest))
    rng = np.random.default_rng(1)
    return {
        kind: [_moved(one, rng) for one in each for _ in range(FEW.get(kind, times))] for kind, each in EXAMPLES.items()
    }


def _moved(one: Values, rng: np.random.Generator) -> Values:
    """A point anywhere in the city; a district a strip of its own."""
    location = one.get("location")
    if isinstance(location, dict) and location["type"] == "Point":
        return {**one, "location": point(*rng.uniform(0, 2, 2).tolist())}
    return one


async def remember(history: History, kind: str, each: Sequence[Values]) -> int:
    """Hourly for a year what is measured by the hour; meters at both ends of the year. Returns observations."""
    hours = np.array([(TODAY - timedelta(hours=n)).astimezone(UTC).replace(tzinfo=None) for n in range(8760)], "M8[us]")
    ends = np.array([(TODAY - timedelta(days=n)).astimezone(UTC).replace(tzinfo=None) for n in (365, 0)], "M8[us]")
    ids, names, at, values = [], [], [], []
    for number, one in enumerate(each):
        for name, value in one.items():
            level = value[0] if isinstance(value, tuple) else value
            if name in (*STEADY, "averageVehicleSpeed"):
                moments, numbers = hours, level * (1 + 0.3 * np.sin(np.arange(8760) / 24 * 2 * np.pi))
            elif name in METERS:
                moments, numbers = ends, np.array([level * (1 - METERS[name]), level])
            else:
                continue
            ids.append(np.full(len(moments), f"urn:ngsi-ld:{kind}:{number}", object))
            names.append(np.full(len(moments), CORE.expand(name), object))
            at.append(moments)
            values.append(numbers)
    if not ids:
        return 0
    columns = np.concatenate(ids), np.concatenate(names), np.concatenate(at), np.concatenate(values)
    return await history.load("", Series(CORE.expand(kind), *columns, {}))


async def main(count: int, repeat: int) -> None:
    settings = parse_settings({}, {}, where="bench")
    clock = Clock()
    with tempfile.TemporaryDirectory() as place:
        async with (
            open_embedded(Path(place), settings=settings) as stores,
            ParquetHistoryStore.open(stores.journal, clock=clock, settings=settings) as store,
        ):
            entities = Entities(stores.state, store, LocalBus(), clock)
            history = History(entities, store, clock)
            things = city(count)
            observations = 0
            for kind, each in things.items():
                whole = [made(kind, number, one) for number, one in enumerate(each)]
                for start in range(0, len(whole), 5000):
                    await entities.batch("", "upsert", whole[start : start + 5000])
                observations += await remember(history, kind, each)
            await store.flush()
            print(f"{sum(map(len, things.values())):,} entities, {observations:,} observations of a year")
            await measure(Live(entities, history, clock, ZONE), repeat)


async def measure(live: Live, repeat: int) -> None:
    book = gather([], MEASURES)
    waits: list[float] = []
    pulse = asyncio.create_task(_pulse(waits))
    for number in range(repeat):
        waits.clear()
        start, worked = perf_counter(), process_time()
        found = await Indicators(CATALOGUE, SPECS, (LedgerReader(), live.reader())).compute(book, "")
        took = perf_counter() - start
        worked = process_time() - worked
        values = sum(one.value is not None for each in found.values() for one in each)
        print(
            f"run {number + 1}: {took:6.2f} s for {len(SPECS)} formulas, {values} with a number"
            f"   target 2 s (processor {worked:.2f} s); longest wait {1000 * max(waits):4.0f} ms   target 50 ms",
            flush=True,
        )
    pulse.cancel()
    alone = []
    for spec in SPECS:
        start = perf_counter()
        await Indicators(CATALOGUE, (spec,), (LedgerReader(), live.reader())).compute(book, "")
        alone.append((perf_counter() - start, f"{spec.key} {spec.way.get('en', '')}"))
    for took, name in sorted(alone, reverse=True)[:8]:
        print(f"alone: {1000 * took:6.0f} ms  {name}")


async def _pulse(waits: list[float]) -> None:
    """Notes how late a task comes that wants to run every five milliseconds."""
    while True:
        start = perf_counter()
        await asyncio.sleep(0.005)
        waits.append(perf_counter() - start - 0.005)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entities", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.entities, arguments.repeat))
