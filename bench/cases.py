"""The measurements over HTTP: `madang serve` on an empty city, against constant answers of the same size."""

import asyncio
import gc
import re
import sqlite3
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeVar

import orjson
import uvloop
from bench import payload
from bench.client import Load, Measured, once, request, run
from bench.journal import bare, change
from bench.receiver import Receiver, receiving
from bench.report import Row
from bench.server import API, HOST, Server, constant, madang

from madang.stores.embedded.schema import migrate

T = TypeVar("T")

BATCH: Final = 1_000
PAGE: Final = 20
PAGES: Final = 50
SAMPLED: Final = 200
PATCHES: Final = 20_000
DRAIN_S: Final = 60.0
CONSTANT: Final = "the same server and interface, answering as many constant bytes"
BARE: Final = "SQLite by hand on this disk, the same rows in groups of that size, fsync each"

_STRIDE: Final = 7919
"""A prime: consecutive requests concern entities far from each other, and all of them in turn."""

_LETTERS: Final = re.compile(r'^madang_notifications\{[^}]*outcome="(\w+)"[^}]*\} (\S+)$', re.M)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured. seconds: of each load; bare_s: of each group commit by hand."""

    entities: int
    seconds: float
    bare_s: float
    subscriptions: int
    writes_per_s: int


def serve_cases(directory: Path, size: Size) -> Iterator[Row]:
    """All measurements of one city's server, from its first start to the restart after kill -9."""
    with madang(directory) as server:
        empty_bytes = server.rss_bytes()
        yield Row("process start to first answer", server.start_s, "s", "less", goal=1.0)
        yield load_entities(server, size.entities)
        server.wait_until_idle()
        yield from reads(server, size)
        yield from updates(server, directory, size)
        server.wait_until_idle()
        yield wait_for(batch_updates(server, directory, size))
        before = sample(server, size)
        server.kill()
    with madang(directory) as server:
        yield restarted(server, size, before)
        server.wait_until_idle()
        own = (server.rss_bytes() - empty_bytes) / size.entities
        yield Row(
            "memory per entity, after a restart", own, "B", "less", goal=2048, note="resident, less the empty server"
        )


def notification_cases(directory: Path, size: Size) -> Iterator[Row]:
    """Notifications, in a city of their own."""
    with madang(directory) as server:
        load_entities(server, max(size.subscriptions, BATCH))
        yield wait_for(notifications(server, size))


def wait_for(work: Coroutine[Any, Any, T]) -> T:
    """Run it in an event loop of its own, without the garbage collector's pauses."""
    with _uncollected():
        return uvloop.run(work)


@contextmanager
def _uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def measure(server: Server, load: Load) -> tuple[Measured, float]:
    """(what came of it, CPU time of the server per answer in µs)."""
    marks: list[float] = []
    found = await run(HOST, server.port, load, on_start=lambda: marks.append(server.cpu_s()))
    return found, (server.cpu_s() - marks[0]) / max(found.answers, 1) * 1e6


def row_of(work: str, measured: tuple[Measured, float], *, each: int = 1, unit: str = "/s", **further: Any) -> Row:
    """each: how many things one answer stands for; latencies are of whole answers."""
    found, cpu_us = measured
    return Row(
        work=work,
        value=found.per_second * each,
        unit=unit,
        p50_ms=found.latency_ms(0.50),
        p95_ms=found.latency_ms(0.95),
        p99_ms=found.latency_ms(0.99),
        cpu_us=cpu_us / each,
        wrong=f"{found.wrong} of {found.asked} answers; {found.first_wrong}" if found.wrong else "",
        **further,
    )


def constant_rate(body: int, seconds: float) -> float:
    """Answers per second of a server that only answers."""
    with constant(body) as server:
        load = Load([request("GET", "/")], 200, frozenset({body}), seconds=seconds)
        return wait_for(measure(server, load))[0].per_second


# Entities


def load_entities(server: Server, count: int) -> Row:
    """Create the entities in batches; each body is made before the clock runs."""
    seconds, cpu_s, wrong = 0.0, server.cpu_s(), ""
    for first in range(0, count, BATCH):
        body = payload.batch(first, BATCH)
        begin = perf_counter()
        status, answer = server.get(f"{API}/entityOperations/upsert", method="POST", body=body)
        seconds += perf_counter() - begin
        if status != 201 or len(orjson.loads(answer)) != BATCH:
            wrong = f"{status}: {answer[:200]!r}"
            break
    cpu_us = (server.cpu_s() - cpu_s) / count * 1e6
    return Row(
        f"batch create, {BATCH} each, one at a time",
        count / seconds,
        "entities/s",
        goal=50_000,
        cpu_us=cpu_us,
        note="history on; includes one request's way there and back per batch",
        wrong=wrong,
    )


def entity_target(index: int) -> str:
    return f"{API}/entities/{payload.entity_id(index)}"


def page_target(number: int) -> str:
    return f"{API}/entities?type={payload.TYPE}&limit={PAGE}&offset={PAGE * number}"


def reads(server: Server, size: Size) -> Iterator[Row]:
    """One entity, and a page of them. Nothing has been updated yet, so the answers are known to the byte."""
    one, page, wrong = check_reads(server, size)
    if wrong:
        yield Row("retrieve", 0, "/s", wrong=wrong)
        return
    targets = [entity_target(n * _STRIDE % size.entities) for n in range(2_000)]
    load = Load([request("GET", target) for target in targets], 200, frozenset({one}), seconds=size.seconds)
    yield row_of(
        f"retrieve one entity, {one} B",
        wait_for(measure(server, load)),
        goal=25_000,
        limit=constant_rate(one, size.seconds),
        limit_is=CONSTANT,
    )
    requests = [request("GET", page_target(number)) for number in range(PAGES)]
    load = Load(requests, 200, frozenset({page}), seconds=size.seconds)
    yield row_of(
        f"page of {PAGE} entities, {page / 1000:.1f} kB",
        wait_for(measure(server, load)),
        goal=20_000,
        limit=constant_rate(page, size.seconds),
        limit_is=CONSTANT,
    )


def check_reads(server: Server, size: Size) -> tuple[int, int, str]:
    """Bytes of one entity and of one page, which all the others must have too; and what is wrong with them."""
    index = _STRIDE % size.entities
    status, one = server.get(entity_target(index))
    if status != 200 or orjson.loads(one) != payload.entity(index):
        return 0, 0, f"{status}, not what was written: {one[:300]!r}"
    status, page = server.get(page_target(0))
    if status != 200 or orjson.loads(page) != [payload.entity(n) for n in range(PAGE)]:
        return 0, 0, f"{status}, not the first page: {page[:300]!r}"
    return len(one), len(page), ""


def updates(server: Server, directory: Path, size: Size) -> Iterator[Row]:
    """One attribute of one entity per request; the answer comes after the fsync."""
    for connections, goal in ((50, 12_000), (200, 16_000)):
        numbers = [n * _STRIDE % size.entities for n in range(PATCHES)]
        requests = [patch_request(index, connections * PATCHES + n) for n, index in enumerate(numbers)]
        server.wait_until_idle()
        load = Load(requests, 204, frozenset({0}), connections=connections, seconds=size.seconds)
        yield row_of(
            f"update one attribute, durable, {connections} connections",
            wait_for(measure(server, load)),
            goal=goal,
            limit=group_commit(directory, connections, size.bare_s),
            limit_is=BARE,
        )


def patch_request(index: int, step: int) -> bytes:
    return request("PATCH", f"{entity_target(index)}/attrs/availableSpotNumber", payload.patch(index, step))


def group_commit(directory: Path, group: int, seconds: float) -> float:
    """Updates per second that SQLite takes without anything of madang around it. See bench/journal.py."""
    path = directory / "bare.db"
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, str(path))
    connection.close()
    try:
        return bare(path, group, seconds, lambda number: change(number, 1, None))
    finally:
        for file in directory.glob("bare.db*"):
            file.unlink()


async def batch_updates(server: Server, directory: Path, size: Size) -> Row:
    """Entities that exist, a thousand at a time, while one subscription watches them all."""
    async with receiving() as receiver:
        await subscribe(server, receiver, [None])
        bodies = [payload.batch(n * BATCH % size.entities, BATCH, 10_000_000 + n) for n in range(20)]
        requests = [request("POST", f"{API}/entityOperations/upsert?options=update", body) for body in bodies]
        load = Load(requests, 204, frozenset({0}), connections=2, seconds=size.seconds)
        measured = await measure(server, load)
        due = measured[0].asked
        wrong = await drained(server, receiver, due)
    row = row_of(
        f"batch update, {BATCH} each, two at a time",
        measured,
        each=BATCH,
        unit="entities/s",
        goal=50_000,
        limit=group_commit(directory, BATCH, size.bare_s),
        limit_is=f"{BARE}; one observation per entity, not five",
        note=f"history on, all five attributes given; one subscription notified of all, {due} notifications",
    )
    return replace(row, wrong=row.wrong or wrong)


def sample(server: Server, size: Size) -> list[bytes]:
    """Some entities as the server gives them."""
    return [server.get(entity_target(index))[1] for index in sampled(size)]


def sampled(size: Size) -> list[int]:
    return [n * _STRIDE % size.entities for n in range(SAMPLED)]


def restarted(server: Server, size: Size, before: list[bytes]) -> Row:
    """The restart after kill -9: its time, and that everything that was answered is there."""
    after = sample(server, size)
    lost = [index for index, one, two in zip(sampled(size), before, after, strict=True) if one != two]
    status, types = server.get(f"{API}/types/{payload.TYPE}")
    count = orjson.loads(types).get("entityCount") if status == 200 else None
    wrong = f"{len(lost)} of {SAMPLED} entities differ from what was answered before" if lost else ""
    if count != size.entities:
        wrong = f"{count} entities of {size.entities} after the restart"
    return Row(
        f"restart with {size.entities:,} entities".replace(",", " "),
        server.start_s,
        "s",
        "less",
        goal=max(1.0, 10 * size.entities / 1e6),
        note=f"after kill -9 under way; {SAMPLED} entities compared byte by byte",
        wrong=wrong,
    )


# Notifications


async def notifications(server: Server, size: Size) -> Row:
    """Writes at a fixed rate, each of which one of many subscriptions wants to hear of."""
    async with receiving() as receiver:
        await subscribe(server, receiver, range(size.subscriptions))
        begin = perf_counter()
        requests = [patch_request(n * _STRIDE % size.subscriptions, n) for n in range(PATCHES)]
        load = Load(requests, 204, frozenset({0}), 50, size.seconds, 0.0, size.writes_per_s)
        found, cpu_us = await measure(server, load)
        due = found.asked
        wrong = await drained(server, receiver, due)
        took = perf_counter() - begin
        counts = letters(server)
    share = 100 * (counts["delivered"] + counts["dead"]) / max(due, 1)
    return Row(
        f"notifications, {size.subscriptions} subscriptions, {size.writes_per_s} writes/s",
        share,
        "% of those due",
        goal=100,
        p50_ms=found.latency_ms(0.50),
        p95_ms=found.latency_ms(0.95),
        p99_ms=found.latency_ms(0.99),
        cpu_us=cpu_us,
        note=f"{due} due, {receiver.received} received within {took:.1f} s; latency of the writes",
        wrong=wrong or (f"{found.wrong} writes; {found.first_wrong}" if found.wrong else ""),
    )


async def subscribe(server: Server, receiver: Receiver, indexes: Iterable[int | None]) -> None:
    """Subscriptions to these entities; None: to all. Raises RuntimeError where one is refused."""
    bodies = [payload.subscription(receiver.url, index=index) for index in indexes]
    for first in range(0, len(bodies), 500):
        requests = [request("POST", f"{API}/subscriptions", body) for body in bodies[first : first + 500]]
        found = await once(HOST, server.port, requests, 201)
        if found.wrong:
            raise RuntimeError(f"{found.wrong} subscriptions were refused: {found.first_wrong}")


async def drained(server: Server, receiver: Receiver, due: int) -> str:
    """Wait until nothing is pending. Returns what does not add up, "" where delivered + pending + dead = due."""
    until = perf_counter() + DRAIN_S
    counts = await asyncio.to_thread(letters, server)
    while perf_counter() < until and (counts["accepted"] < due or counts["pending"]):
        await asyncio.sleep(0.2)
        counts = await asyncio.to_thread(letters, server)
    if counts["accepted"] != due or counts["delivered"] + counts["pending"] + counts["dead"] != due:
        return f"{due} notifications were due: {counts}"
    if receiver.received < counts["delivered"]:
        return f"{counts['delivered']} notifications were delivered, {receiver.received} received"
    return ""


def letters(server: Server) -> dict[str, int]:
    """Outcome -> notifications, as the server counts them."""
    _, text = server.get("/metrics")
    found = _LETTERS.findall(text.decode())
    return {outcome: int(float(count)) for outcome, count in found}
