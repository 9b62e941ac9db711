"""The state store's writes and its restart, beside a bare SQLite group commit of the same bytes.

    python bench/journal.py [--seconds 3] [--entities 1000000] [--directory /var/tmp]

The physical limit is a plain loop that does nothing but BEGIN, one INSERT per row, COMMIT with fsync: no event loop, no
callers, no state in memory, the group of the size that as many waiting callers give. --entities 0 leaves the restart
out. --directory must be on the device that the city will live on; a tmpfs knows no fsync.
"""

import argparse
import asyncio
import gc
import resource
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from madang.model.entity import DEFAULT_VOCAB, LOCATION, Attribute, Entity, encode_entity
from madang.model.observation import Observation
from madang.model.query import Query
from madang.ports.state import StateStore, Write
from madang.settings import parse_settings
from madang.stores.embedded.opening import open_embedded
from madang.stores.embedded.state import PUT_ENTITY
from madang.stores.embedded.tail import INSERT_TAIL, tail_row

AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
TYPE = DEFAULT_VOCAB + "OffStreetParking"
FREE = DEFAULT_VOCAB + "availableSpotNumber"
BATCH = 1000


def car_park(number: int, free: int) -> Entity:
    """Five attributes, about 600 bytes at rest."""
    return Entity(
        f"urn:ngsi-ld:OffStreetParking:goyang:{number:07}",
        (TYPE,),
        {
            FREE: (Attribute("Property", free, observed_at=AT, unit_code="C62", created_at=AT, modified_at=AT),),
            DEFAULT_VOCAB + "totalSpotNumber": (Attribute("Property", 480, created_at=AT, modified_at=AT),),
            DEFAULT_VOCAB + "name": (Attribute("Property", f"Car park {number}", created_at=AT, modified_at=AT),),
            DEFAULT_VOCAB + "status": (Attribute("Property", "open", created_at=AT, modified_at=AT),),
            LOCATION: (
                Attribute("GeoProperty", {"type": "Point", "coordinates": [126.7 + number % 997 / 10_000, 37.66]}),
            ),
        },
        created_at=AT,
        modified_at=AT,
    )


def change(number: int, free: int, expect: int | None) -> Write:
    entity = car_park(number, free)
    seen = Observation(TYPE, entity.id, FREE, None, AT, AT, True, entity.attributes[FREE][0])
    return Write(entity.id, entity, expect, (seen,))


def report(what: str, figure: str, target: str = "") -> None:
    print(f"{what:<66} {figure:>20}   {target}", flush=True)


def per_second(count: int, seconds: float) -> str:
    return f"{count / seconds:,.0f}/s"


async def single_updates(store: StateStore, callers: int, seconds: float) -> tuple[float, float]:
    """Callers that each change one entity of their own, again and again. Returns commits/s and their P99 in ms."""
    latencies: list[float] = []

    async def update(number: int, until: float) -> None:
        stored = await store.get("", car_park(number, 0).id)
        version = stored.version if stored else None
        while (started := perf_counter()) < until:
            (version,) = await store.commit("", [change(number, (version or 0) % 480, version)])
            latencies.append(perf_counter() - started)

    started = perf_counter()
    await asyncio.gather(*(update(number, started + seconds) for number in range(callers)))
    rate = len(latencies) / (perf_counter() - started)
    return rate, sorted(latencies)[len(latencies) * 99 // 100] * 1000


async def busy_loop(store: StateStore, until: float) -> None:
    """Someone who reads pages all the time and leaves the event loop only to let the others have a turn."""
    while perf_counter() < until:
        await store.query("", Query(limit=20))
        await asyncio.sleep(0)


async def batches(store: StateStore, count: int, at_once: int) -> float:
    """Batches of new entities, some on their way at once. Returns seconds, without the time to make the entities."""
    made = [[change(10_000_000 + n * BATCH + k, k, None) for k in range(BATCH)] for n in range(count)]
    started = perf_counter()
    for first in range(0, count, at_once):
        await asyncio.gather(*(store.commit("", batch) for batch in made[first : first + at_once]))
    return perf_counter() - started


def bare(path: Path, group: int, seconds: float, make: Callable[[int], Write]) -> float:
    """The same bytes by hand, in groups of this size. Returns rows per second."""
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 8000"):
        connection.execute(f"PRAGMA {pragma}")
    rows = [_bare_rows(make(number)) for number in range(group)]
    done = 0
    started = perf_counter()
    while perf_counter() < started + seconds:
        connection.execute("BEGIN")
        for entity, observation in rows:
            connection.execute(PUT_ENTITY, entity)
            connection.execute(INSERT_TAIL, observation)
        connection.execute("COMMIT")
        done += group
    rate = done / (perf_counter() - started)
    connection.close()
    return rate


def _bare_rows(write: Write) -> tuple[Sequence[object], Sequence[object]]:
    assert write.entity is not None
    body = encode_entity(write.entity)
    return ("", write.entity_id, 1, body, zlib.crc32(body)), tail_row("", write.observations[0])


async def measure_writes(directory: Path, seconds: float) -> None:
    async with open_embedded(directory, settings=parse_settings()) as stores:
        for callers in (1, 50, 200):
            rate, p99 = await single_updates(stores.state, callers, seconds)
            goal = {50: "goal 12,000/s", 200: "goal 16,000/s"}.get(callers, "")
            report(f"durable single updates with history, {callers} callers, P99 {p99:.1f} ms", f"{rate:,.0f}/s", goal)
        busy = asyncio.ensure_future(busy_loop(stores.state, perf_counter() + seconds))
        rate, p99 = await single_updates(stores.state, 50, seconds)
        await busy
        report(f"the same, 50 callers, event loop never idle, P99 {p99:.1f} ms", f"{rate:,.0f}/s")
        for at_once in (1, 4):
            took = await batches(stores.state, 40, at_once)
            report(
                f"batches of {BATCH} new entities with history, {at_once} at once",
                per_second(40 * BATCH, took),
                "goal 50,000/s",
            )
            for n in range(40):
                ids = [f"urn:ngsi-ld:OffStreetParking:goyang:{10_000_000 + n * BATCH + k:07}" for k in range(BATCH)]
                await stores.state.commit("", [Write(entity_id, None, 1) for entity_id in ids])
    for group in (1, 50, 200, BATCH):
        rate = bare(directory / "city.db", group, seconds, lambda number: change(number, 1, None))
        report(f"bare SQLite, groups of {group}", f"{rate:,.0f}/s", "physical limit")


async def measure_restart(directory: Path, entities: int) -> None:
    async with open_embedded(directory, settings=parse_settings()) as stores:
        for first in range(0, entities, 10_000):
            made = [car_park(number, number % 480) for number in range(first, first + 10_000)]
            writes = [Write(entity.id, entity, None) for entity in made]
            await stores.state.commit("", writes)
    size_mb = (directory / "city.db").stat().st_size / 1e6
    gc.collect()
    before_kb = _resident_kb()
    started = perf_counter()
    async with open_embedded(directory, settings=parse_settings()) as stores:
        took = perf_counter() - started
        grown = _resident_kb() - before_kb
        page = await stores.state.query("", Query(limit=1, count=True))
        report(f"restart with {page.total:,} entities, {size_mb:,.0f} MB on disk", f"{took:.1f} s", "goal 10 s")
        report("memory per entity (grown since before)", f"{grown * 1024 / entities:,.0f} B", "goal 2,048 B")


def _resident_kb() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--entities", type=int, default=1_000_000)
    parser.add_argument("--directory", type=Path, default=Path("/var/tmp"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
        asyncio.run(measure_writes(Path(directory), arguments.seconds))
    if arguments.entities:
        with tempfile.TemporaryDirectory(dir=arguments.directory) as directory:
            asyncio.run(measure_restart(Path(directory), arguments.entities))


if __name__ == "__main__":
    main()
