"""EmbeddedStateStore: the contract, and what only a store on disk can show."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from madang.errors import ConfigError, Conflict, StoreFull, StoreUnavailable
from madang.model.entity import Attribute, Entity, decode_attribute
from madang.model.query import Query
from madang.ports.state import StateStore, Write
from madang.settings import parse_settings
from madang.stores.embedded.journal import Journal
from madang.stores.embedded.opening import EmbeddedStores, open_embedded
from madang.testing.state_contract import FREE, PARKING, Recorded, StateStoreContract, observation, parking

SETTINGS = parse_settings()


@asynccontextmanager
async def opened(directory: Path) -> AsyncIterator[EmbeddedStores]:
    async with open_embedded(directory, settings=SETTINGS) as stores:
        yield stores


@pytest.fixture
async def stores(tmp_path: Path) -> AsyncIterator[EmbeddedStores]:
    async with opened(tmp_path) as stores:
        yield stores


def recorded_in(directory: Path, tenant: str) -> Recorded:
    """The tail as a history has to read it: what was forgotten is left out."""
    connection = sqlite3.connect(directory / "city.db")
    rows = connection.execute(
        "SELECT entity, attribute, value, json FROM tail WHERE tenant = ? AND NOT EXISTS (SELECT 1 FROM forget"
        " WHERE forget.tenant = tail.tenant AND forget.entity = tail.entity AND tail.seq <= forget.tail) ORDER BY seq",
        (tenant,),
    ).fetchall()
    connection.close()
    return [(i, name, decode_attribute(json).value if json else value) for i, name, value, json in rows]


class TestEmbeddedStateStore(StateStoreContract):
    @pytest.fixture
    def store(self, stores: EmbeddedStores, tmp_path: Path) -> StateStore:
        return stores.state

    @pytest.fixture(autouse=True)
    def _directory(self, tmp_path: Path) -> None:
        self.directory = tmp_path

    async def recorded(self, store: StateStore, tenant: str) -> Recorded | None:
        return recorded_in(self.directory, tenant)


# --- after a restart


async def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as stores:
        await stores.state.commit("", [Write(parking(n).id, parking(n), None) for n in range(30)])
        await stores.state.commit("goyang", [Write(parking(1).id, parking(1), None)])
        await stores.state.commit("", [Write(parking(3).id, parking(3, free=0), 1), Write(parking(4).id, None, 1)])
        await stores.state.commit("goyang", [Write(parking(1).id, None, 1)])
    async with opened(tmp_path) as stores:
        page = await stores.state.query("", Query(limit=100))
        wanted = [(1 + (n == 3), parking(n, free=0 if n == 3 else 10)) for n in range(30) if n != 4]
        assert [(stored.version, stored.entity()) for stored in page.items] == wanted
        assert await stores.state.tenants() == ["", "goyang"]
        assert await stores.state.commit("", [Write(parking(3).id, parking(3), 2)]) == [3]


async def test_what_is_added_with_a_forgetting_write_is_kept(stores: EmbeddedStores, tmp_path: Path) -> None:
    entity = parking(1)
    await stores.state.commit("", [Write(entity.id, entity, None, (observation(entity, 1),))])
    await stores.state.commit("", [Write(entity.id, entity, 1, (observation(entity, 2),), forget_history=True)])
    assert recorded_in(tmp_path, "") == [(entity.id, FREE, 2)]


# --- commits under way


@contextmanager
def held(journal: Journal) -> Iterator[None]:
    """The writer waits until the block ends."""
    gate = threading.Event()
    journal.submit(lambda connection: gate.wait())
    try:
        yield
    finally:
        gate.set()


def limit_pages(journal: Journal, more: int | None) -> None:
    def work(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + more if more is not None else 1 << 30}")

    journal.submit(work)


def large(number: int) -> Entity:
    return Entity(parking(number).id, (PARKING,), {FREE: (Attribute("Property", "x" * 200_000),)})


async def test_a_read_sees_nothing_that_is_not_on_disk(stores: EmbeddedStores) -> None:
    await stores.state.commit("", [Write(parking(1).id, parking(1), None)])
    with held(stores.journal):
        commits = [
            asyncio.ensure_future(stores.state.commit("", [Write(parking(1).id, parking(1, free=0), 1)])),
            asyncio.ensure_future(stores.state.commit("new", [Write(parking(2).id, parking(2), None)])),
        ]
        await asyncio.sleep(0)
        stored = await stores.state.get("", parking(1).id)
        assert stored is not None
        assert (stored.version, stored.entity()) == (1, parking(1))
        assert await stores.state.get("new", parking(2).id) is None
        assert await stores.state.tenants() == [""]
    assert await asyncio.gather(*commits) == [[2], [1]]
    stored = await stores.state.get("", parking(1).id)
    assert stored is not None
    assert stored.version == 2
    assert await stores.state.tenants() == ["", "new"]


async def test_a_commit_upon_a_failed_one_fails_and_others_do_not(stores: EmbeddedStores, tmp_path: Path) -> None:
    state = stores.state
    await state.commit("", [Write(parking(n).id, parking(n), None) for n in (1, 2)])
    limit_pages(stores.journal, 2)
    with held(stores.journal):
        first = asyncio.ensure_future(state.commit("", [Write(parking(1).id, large(1), 1)]))
        await asyncio.sleep(0)
        stores.journal.submit(lambda connection: None)  # ends the group: what follows is written in the next one
        upon = asyncio.ensure_future(state.commit("", [Write(parking(1).id, parking(1, free=0), 2)]))
        upon_that = asyncio.ensure_future(state.commit("", [Write(parking(1).id, None, 3)]))
        apart = asyncio.ensure_future(state.commit("", [Write(parking(2).id, parking(2, free=0), 1)]))
        await asyncio.sleep(0)
    outcomes = await asyncio.gather(first, upon, upon_that, apart, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [StoreFull, StoreFull, StoreFull, list]
    page = await state.query("", Query())
    assert [(stored.version, stored.entity()) for stored in page.items] == [(1, parking(1)), (2, parking(2, free=0))]
    limit_pages(stores.journal, None)
    assert await state.commit("", [Write(parking(1).id, large(1), 1)]) == [2]


async def test_a_conflict_with_a_write_that_then_fails_is_none(stores: EmbeddedStores) -> None:
    state = stores.state
    await state.commit("", [Write(parking(1).id, parking(1), None)])
    limit_pages(stores.journal, 2)
    with held(stores.journal):
        failing = asyncio.ensure_future(state.commit("", [Write(parking(1).id, large(1), 1)]))
        await asyncio.sleep(0)
        other = asyncio.ensure_future(state.commit("", [Write(parking(1).id, parking(1, free=7), 1)]))
        await asyncio.sleep(0)
        assert not other.done()
    with pytest.raises(StoreFull):
        await failing
    assert await other == [2]


async def test_a_conflict_is_told_when_its_cause_can_be_read(stores: EmbeddedStores) -> None:
    state = stores.state
    await state.commit("", [Write(parking(1).id, parking(1), None)])

    async def change() -> int:
        """Read, change, write; again where somebody else was faster."""
        for tries in range(1, 100):
            stored = await state.get("", parking(1).id)
            assert stored is not None
            free = stored.entity().attributes[FREE][0].value
            try:
                await state.commit("", [Write(parking(1).id, parking(1, free=free + 1), stored.version)])
            except Conflict:
                continue
            return tries
        raise AssertionError("never written")

    tries = await asyncio.gather(*(change() for _ in range(20)))
    stored = await state.get("", parking(1).id)
    assert stored is not None
    assert stored.entity() == parking(1, free=30)
    assert max(tries) <= 20


async def test_a_commit_writes_each_entity_once(stores: EmbeddedStores) -> None:
    with pytest.raises(ValueError, match="once"):
        await stores.state.commit("", [Write(parking(1).id, parking(1), None), Write(parking(1).id, parking(1), 1)])


# --- a full disk, for real


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A device of 3 MB."""
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("only root may mount a small device; the page limit above stands in for it")
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=3m", "tmpfs", tmp_path], check=False, capture_output=True)
    if done.returncode != 0:
        pytest.skip(f"mount is not allowed here: {done.stderr.decode().strip()}")
    yield tmp_path
    subprocess.run(["umount", tmp_path], check=True)


async def fill_up(state: StateStore) -> int:
    """Write until there is no room. Returns how many writes were answered."""
    for number in range(100):
        try:
            await state.commit("", [Write(large(number).id, large(number), None)])
        except StoreFull:
            return number
    raise AssertionError("the device never became full")


async def test_a_full_disk_loses_nothing_answered_and_writing_goes_on_after_room_is_made(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * 1_000_000)
    async with opened(small_disk) as stores:
        answered = await fill_up(stores.state)
        assert answered > 0
        with pytest.raises(StoreFull, match="make room"):
            await stores.state.commit("", [Write(large(200).id, large(200), None)])
        assert len((await stores.state.query("", Query(limit=200))).items) == answered
        ballast.unlink()
        assert await stores.state.commit("", [Write(large(300).id, large(300), None)]) == [1]
    async with opened(small_disk) as stores:
        page = await stores.state.query("", Query(limit=200))
        assert [stored.entity().id for stored in page.items] == [large(n).id for n in [*range(answered), 300]]


async def test_a_city_cannot_be_made_on_a_full_disk(small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    with pytest.raises(OSError, match="No space left"):
        ballast.write_bytes(b"x" * 4_000_000)
    with pytest.raises(ConfigError):
        Journal.open(small_disk)
    ballast.unlink()
    await Journal.open(small_disk).close()


# --- damage


async def make_city(directory: Path) -> Path:
    async with opened(directory) as stores:
        await stores.state.commit("", [Write(parking(n).id, parking(n), None) for n in range(400)])
        await stores.documents.put("clock", "", "position", b"1")
    return directory / "city.db"


def cut_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def cut_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-8192])


def write_text(path: Path) -> None:
    path.write_text("this was a database once, until somebody saved something else over it; " * 9)


def flip_page_bytes(path: Path) -> None:
    body = bytearray(path.read_bytes())
    for page in range(3, len(body) // 4096):
        body[page * 4096 : page * 4096 + 16] = bytes(255 - byte for byte in body[page * 4096 : page * 4096 + 16])
    path.write_bytes(body)


def flip_one_value(path: Path) -> None:
    body = path.read_bytes()
    assert body.count(b"Car park 123") == 1
    path.write_bytes(body.replace(b"Car park 123", b"Car park 923"))


def lose_but_keep_wal(path: Path) -> None:
    path.rename(path.with_name("city.db-wal"))


def files_of(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in directory.glob("city.db*")}


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (cut_header, "cut off after 60 of 100 bytes"),
        (empty, "empty"),
        (cut_end, "malformed"),
        (write_text, "not a SQLite database"),
        (flip_page_bytes, ""),
        (flip_one_value, "urn:ngsi-ld:OffStreetParking:123"),
        (lose_but_keep_wal, "missing"),
    ],
)
async def test_a_damaged_city_is_named_and_left_as_it_is(
    tmp_path: Path, harm: Callable[[Path], None], what: str
) -> None:
    path = await make_city(tmp_path)
    harm(path)
    before = files_of(tmp_path)
    with pytest.raises(ConfigError) as caught:
        async with opened(tmp_path):
            pass
    for words in (f"{path} is damaged", what, str(tmp_path / "history"), "copy", ".recover"):
        assert words in caught.value.detail
    assert files_of(tmp_path) == before
    # The directory is free again for whoever repairs it.
    with pytest.raises(ConfigError, match="damaged"):
        async with opened(tmp_path):
            pass


async def test_damage_met_later_fails_that_read_and_no_other(tmp_path: Path) -> None:
    path = await make_city(tmp_path)
    async with opened(tmp_path) as stores:
        (root,) = stores.journal.read().execute("SELECT rootpage FROM sqlite_master WHERE name = 'document'").fetchone()
        await stores.journal.run(lambda connection: connection.execute("SELECT count(*) FROM entity").fetchone())
        with path.open("r+b") as file:
            file.seek((root - 1) * 4096)
            file.write(b"\xff" * 4096)
        with pytest.raises(StoreUnavailable, match=r"city\.db"):
            await stores.documents.get("clock", "", "position")
        assert (await stores.state.query("", Query(count=True, limit=1))).total == 400
        assert await stores.state.commit("", [Write(parking(500).id, parking(500), None)]) == [1]
