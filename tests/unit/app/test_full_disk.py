"""A city that goes on by itself while its disk is full: errors are told, reads answered, nothing answered is lost, and
all goes on after room is made."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.app.harbour import CARS, GARAGES, START, STOP, make_harbour, nothing, receiver

from madang.app.opening import OpenCity, open_city
from madang.errors import StoreFull
from madang.model.entity import Attribute, Entity
from madang.model.query import Query, TemporalQuery, Window
from madang.ngsild.context import CORE
from madang.packs.alerts import STATUS, alert_id

MINUTE = timedelta(minutes=1)
TEXT = CORE.expand("description")
FULL_FROM = START + 5 * 60 * MINUTE
ROWS = [
    (START + n * 5 * MINUTE, name, 99 if name == "A" and START + n * 5 * MINUTE >= FULL_FROM else n % 50)
    for n in range(1, 120)
    for name in GARAGES
]


class Pages:
    """A disk that is full where city.db may grow no more."""

    def __init__(self, one: OpenCity) -> None:
        self._journal = one.stores.journal

    def fill(self) -> None:
        self._limit("SELECT page_count FROM pragma_page_count")

    def make_room(self) -> None:
        self._limit(f"SELECT {1 << 30}")

    def _limit(self, pages: str) -> None:
        def work(connection: sqlite3.Connection) -> None:
            (count,) = connection.execute(pages).fetchone()
            connection.execute(f"PRAGMA max_page_count = {count}")

        self._journal.submit(work)


class Device:
    """A small device with something on it that can be taken away."""

    def __init__(self, one: OpenCity) -> None:
        self._ballast = one.stores.journal.directory / "ballast"

    def fill(self) -> None:
        with self._ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(b"x" * 4096)

    def make_room(self) -> None:
        self._ballast.unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A device of 24 MB: what comes with madang takes some of it."""
    mount, place = shutil.which("mount"), tmp_path / "small"
    place.mkdir()
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root may mount a small device; the page limit stands in for it")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=24m", "tmpfs", place], check=False, capture_output=True)
    if done.returncode != 0:
        pytest.skip(f"mount is not allowed here: {done.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", place], check=True)


async def until(true: Callable[[], bool | Awaitable[bool]]) -> None:
    """Look again and again: nobody tells of what is awaited here."""
    async with asyncio.timeout(50):
        while not (await found if isinstance(found := true(), Awaitable) else found):  # noqa: ASYNC110 - see above
            await asyncio.sleep(0.02)


def note(number: int, size: int = 50_000) -> Entity:
    return Entity(f"urn:ngsi-ld:Note:{number}", (CORE.expand("Note"),), {TEXT: (Attribute("Property", "x" * size),)})


async def fill_up(one: OpenCity) -> list[str]:
    """Write until there is no room for the smallest thing. Returns the ids of what was answered."""
    answered: list[str] = []
    for size in (50_000, 1_000, 1):
        try:
            while True:
                entity = note(len(answered), size)
                await one.city.entities.create("", entity)
                answered.append(entity.id)
        except StoreFull as exc:
            assert "make room" in exc.detail  # noqa: PT017 - the loop has no other end
    return answered


async def live_through_a_full_disk(city: Path, data: Path, disk: type[Pages] | type[Device]) -> None:
    """The test itself. disk: how it is filled."""
    async with receiver() as (url, notified), open_city(city, data, {"flush_s": 0.5}) as one:
        clock, entities, feeds = one.city.clock, one.city.entities, one.city.feeds
        clock.pause()  # every row is played: none is past already when the replay begins
        await one.load(nothing)
        subscription = {
            "type": "Subscription",
            "entities": [{"type": "OffStreetParking"}],
            "notification": {"endpoint": {"uri": url}},
        }
        await one.city.subscriptions.create("", subscription, CORE)
        place = disk(one)
        alive = asyncio.create_task(one.live())
        try:
            await until(lambda: feeds.status("cars").state == "waiting" and len(one.keeper.parts) == 8)
            clock.set_speed(100_000)
            clock.play()
            await until(lambda: feeds.status("cars").accepted >= 20)
            clock.pause()
            before = feeds.status("cars").accepted

            place.fill()
            answered = await fill_up(one)
            clock.play()
            await until(lambda: feeds.status("cars").state == "failed")
            assert "make room" in feeds.status("cars").error
            found = await entities.query("", Query(types=CORE.expand("Note"), limit=1000))
            assert sorted(stored.entity().id for stored in found.items) == sorted(answered)
            assert len((await one.history.points("", GARAGES["A"], CARS, Window(), most=1000)).value) >= before // 4

            place.make_room()
            await entities.create("", note(-1))
            await until(lambda: feeds.status("cars").state == "finished")
            full = alert_id("parking", "nearly-full", GARAGES["A"])
            await until(lambda: is_open(one, full))
            await until(lambda: is_delivered(one))
            await until(lambda: {part.state for part in one.keeper.parts.values()} == {"running"})
            assert feeds.status("cars").accepted == len(ROWS)
            seen = await one.history.instances("", list(GARAGES.values()), [CARS], TemporalQuery(Window()), limit=1000)
            assert sorted((each.at, each.entity_id) for each in seen) == sorted((at, GARAGES[n]) for at, n, _ in ROWS)
            alerts = await one.history.instances("", [full], [STATUS], TemporalQuery(Window()), limit=10)
            assert [each.instance.value for each in alerts if each.instance] == ["open"]
            counts = await one.city.subscriptions.counts()
            assert (counts.accepted, counts.dead) == (counts.delivered, 0)
            assert (
                len(notified) == counts.accepted
            )  # none sent twice, although the outbox could not be told for a while
            assert one.city.subscriptions.missed == 0
            last = f"{STOP - 5 * MINUTE:%Y-%m-%dT%H:%M}".encode()
            assert any(GARAGES["A"].encode() in body and last in body for body in notified)
            assert not alive.done()
        finally:
            alive.cancel()
            await asyncio.wait([alive])


async def is_open(one: OpenCity, alert: str) -> bool:
    return alert in await one.alerts.open_alerts()


async def is_delivered(one: OpenCity) -> bool:
    counts = await one.city.subscriptions.counts()
    return not counts.pending


@pytest.mark.slow
async def test_a_city_lives_through_a_full_file(tmp_path: Path) -> None:
    await live_through_a_full_disk(make_harbour(tmp_path, ROWS), tmp_path, Pages)


@pytest.mark.slow
async def test_a_city_lives_through_a_full_disk(tmp_path: Path, small_disk: Path) -> None:
    await live_through_a_full_disk(make_harbour(tmp_path, ROWS), small_disk, Device)


async def test_a_bug_in_the_replay_is_told_at_its_feeds_and_the_rest_lives(tmp_path: Path) -> None:
    city = make_harbour(tmp_path, ROWS)
    async with open_city(city, tmp_path, {}) as one:
        await one.load(nothing)
        # What no code of ours writes: the next one to read it does not expect it.
        await one.stores.documents.put("feed-loaded", "", "cars", b"[]")
        alive = asyncio.create_task(one.live())
        try:
            await until(lambda: feed_failed(one))
            assert one.keeper.parts["harbour: replay"].state == "failed"
            await one.city.entities.create("", note(1))
            assert {part.state for name, part in one.keeper.parts.items() if "replay" not in name} == {"running"}
            assert not alive.done()
        finally:
            alive.cancel()
            await asyncio.wait([alive])


def feed_failed(one: OpenCity) -> bool:
    return one.city.feeds.status("cars").state == "failed" and "bug" in one.city.feeds.status("cars").error
