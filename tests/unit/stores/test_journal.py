"""The journal: groups, order, and who fails when something fails."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from madang.errors import ConfigError, StoreFull, StoreUnavailable
from madang.stores.embedded.journal import Journal
from madang.stores.embedded.statements import Statement

PUT = "INSERT INTO tenant (name) VALUES (?)"


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = Journal.open(tmp_path)
    yield journal
    await journal.close()


def put(name: str | None) -> list[Statement]:
    return [(PUT, [(name,)])]


def names(journal: Journal) -> list[str]:
    return [name for (name,) in journal.read().execute("SELECT name FROM tenant ORDER BY name")]


@contextmanager
def held(journal: Journal) -> Iterator[None]:
    """The writer waits until the block ends, so that everything submitted in it goes into one group."""
    gate = threading.Event()
    journal.submit(lambda connection: gate.wait())
    try:
        yield
    finally:
        gate.set()


def limit_pages(journal: Journal, more: int | None) -> None:
    """Let city.db grow by so many pages (None: any number); past them SQLite says what it says of a full disk."""

    def work(connection: sqlite3.Connection) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + more if more is not None else 1 << 30}")

    journal.submit(work)


async def test_a_write_that_returned_is_read_by_others(journal: Journal) -> None:
    await journal.write(put("goyang"))
    with sqlite3.connect(journal.path) as other:
        assert other.execute("SELECT name FROM tenant").fetchall() == [("goyang",)]
    other.close()


async def test_writes_and_functions_keep_their_order(journal: Journal) -> None:
    seen: list[list[str]] = []

    def look(connection: sqlite3.Connection) -> None:
        seen.append([name for (name,) in connection.execute("SELECT name FROM tenant ORDER BY name")])

    with held(journal):
        entries = [journal.submit(work) for work in (put("a"), look, put("b"), put("c"), look, look)]
    await asyncio.gather(*(entry.future for entry in entries))
    assert seen == [["a"], ["a", "b", "c"], ["a", "b", "c"]]


async def test_what_waits_together_is_one_transaction(journal: Journal) -> None:
    def changes(connection: sqlite3.Connection) -> int:
        return int(connection.execute("PRAGMA data_version").fetchone()[0])

    # data_version of another connection grows by one with each transaction it sees.
    reader = sqlite3.connect(journal.path)
    before = changes(reader)
    with held(journal):
        entries = [journal.submit(put(f"tenant-{n:03}")) for n in range(200)]
    await asyncio.gather(*(entry.future for entry in entries))
    assert changes(reader) == before + 1
    assert len(names(journal)) == 200
    reader.close()


async def test_a_wrong_statement_fails_its_own_caller_only(journal: Journal) -> None:
    with held(journal):
        good = [journal.submit(put(f"good-{n}")) for n in range(3)]
        bad = journal.submit([(PUT, [("half",)]), ("INSERT INTO tenant (name) VALUES (?)", [({},)])])
        later = journal.submit(put("good-3"))
    await asyncio.gather(*(entry.future for entry in [*good, later]))
    with pytest.raises(sqlite3.Error):
        await bad.future
    assert names(journal) == ["good-0", "good-1", "good-2", "good-3"]


async def test_what_was_built_upon_a_failed_write_fails_too(journal: Journal) -> None:
    with held(journal):
        bad = journal.submit([(PUT, [({},)])])
        upon = journal.submit(put("upon"), after=[bad])
        upon_that = journal.submit(lambda connection: connection.execute(PUT, ("upon that",)), after=[upon])
        apart = journal.submit(put("apart"))
    await apart.future
    for entry in (bad, upon, upon_that):
        with pytest.raises(sqlite3.Error):
            await entry.future
    assert names(journal) == ["apart"]


async def test_a_function_that_raises_is_undone_and_heard(journal: Journal) -> None:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute(PUT, ("half",))
        raise LookupError("no")

    with pytest.raises(LookupError):
        await journal.run(work)
    assert names(journal) == []
    assert await journal.run(lambda connection: connection.execute(PUT, ("whole",)).rowcount) == 1


async def test_no_room_is_told_and_reads_and_later_writes_go_on(journal: Journal) -> None:
    await journal.write(put("before"))
    limit_pages(journal, 2)
    with held(journal):
        large = journal.submit(put("x" * 100_000))
        beside = journal.submit(put("in the same group"))
    for entry in (large, beside):
        with pytest.raises(StoreFull, match=r"city\.db"):
            await entry.future
    assert names(journal) == ["before"]
    await journal.write(put("small"))
    limit_pages(journal, None)
    await journal.write(put("x" * 100_000))
    assert names(journal) == ["before", "small", "x" * 100_000]


async def test_a_cancelled_caller_does_not_take_others_along(journal: Journal) -> None:
    with held(journal):
        first = asyncio.ensure_future(journal.write(put("first")))
        second = asyncio.ensure_future(journal.write(put("second")))
        await asyncio.sleep(0)
        first.cancel()
    await second
    with pytest.raises(asyncio.CancelledError):
        await first
    assert names(journal) == ["first", "second"]


async def test_state_keepers_hear_before_callers_and_in_order(journal: Journal) -> None:
    heard: list[str] = []

    async def wait(name: str) -> None:
        await journal.submit(put(name), done=lambda entry: heard.append(f"done {name}")).future
        heard.append(f"answered {name}")

    await asyncio.gather(wait("a"), wait("b"))
    assert heard == ["done a", "answered a", "done b", "answered b"] or heard == [
        "done a",
        "done b",
        "answered a",
        "answered b",
    ]


async def test_close_writes_what_waits_and_then_takes_nothing(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    entries = [journal.submit(put(f"{n}")) for n in range(10)]
    await journal.close()
    await asyncio.gather(*(entry.future for entry in entries))
    with pytest.raises(StoreUnavailable, match="closed"):
        await journal.write(put("late"))
    with pytest.raises(StoreUnavailable, match="closed"):
        journal.read()
    await journal.close()
    journal = Journal.open(tmp_path)
    assert len(names(journal)) == 10
    await journal.close()


async def test_interval_writes_are_there_after_close_and_synced_meanwhile(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, durability="interval")
    await journal.write(put("a"))
    assert await journal.run(lambda connection: connection.execute("PRAGMA synchronous").fetchone()) == (1,)
    await journal.write(put("b"))
    await journal.close()
    journal = Journal.open(tmp_path)
    assert names(journal) == ["a", "b"]
    assert await journal.run(lambda connection: connection.execute("PRAGMA synchronous").fetchone()) == (2,)
    await journal.close()


async def test_a_schema_of_ones_own_is_added_once(journal: Journal) -> None:
    script = "CREATE TABLE IF NOT EXISTS segment (name TEXT); CREATE INDEX IF NOT EXISTS by_name ON segment (name);"
    journal.add_schema(script)
    journal.add_schema(script)
    await journal.write([("INSERT INTO segment (name) VALUES (?)", [("a",)])])
    assert journal.read().execute("SELECT * FROM segment").fetchall() == [("a",)]


async def test_a_reader_cannot_write(journal: Journal) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        journal.read().execute(PUT, ("x",))


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    await journal.run(lambda connection: connection.execute("PRAGMA user_version = 99"))
    await journal.close()
    with pytest.raises(ConfigError, match="schema version 99"):
        Journal.open(tmp_path)


async def test_a_directory_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(ConfigError, match="file cannot be used as data directory"):
        Journal.open(tmp_path / "file")
