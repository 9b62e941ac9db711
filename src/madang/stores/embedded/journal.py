"""The one writer of city.db: SQLite in WAL mode, one writer thread, group commit."""

import asyncio
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Final, Literal, Self, TypeVar

from madang.errors import ConfigError, StoreUnavailable

from .damage import DATABASE_NAME, check_header, check_pages, check_wal, damaged, is_damage, is_device, store_error
from .lock import DirectoryLock
from .schema import migrate, run_script
from .statements import Statement, execute

T = TypeVar("T")
Durability = Literal["full", "interval"]

_log = logging.getLogger(__name__)

_GROUP_ROWS: Final = 16_384  # bounds the time one group holds the event loop when its rows are applied
_SYNC_S: Final = 0.1
# 8 000 pages (32 MB): with the default of 1 000 every 20th group of single updates waited for a checkpoint.
_CHECKPOINT_PAGES: Final = 8_000
_BUSY_MS: Final = 5_000


class Entry:
    """One caller's write on its way to disk.

    after: writes that this one was built upon; it fails where one of them fails. done: called in the event loop once
    the outcome is known, in the order of submission, before any caller of this group goes on.
    error is set before ``settled``; None means durable.
    """

    __slots__ = ("after", "done", "error", "function", "future", "result", "rows", "settled", "statements")

    def __init__(
        self,
        work: Sequence[Statement] | Callable[[sqlite3.Connection], Any],
        future: asyncio.Future[Any],
        after: Sequence["Entry"],
        done: Callable[["Entry"], None] | None,
    ) -> None:
        self.function = work if callable(work) else None
        self.statements: Sequence[Statement] = () if callable(work) else work
        self.rows = 1 + sum(len(rows) for _, rows in self.statements)
        self.future = future
        self.after = after
        self.done = done
        self.error: BaseException | None = None
        self.result: Any = None
        self.settled = False

    @property
    def alone(self) -> bool:
        """True for a function: it gets a transaction of its own."""
        return self.function is not None


class Journal:
    """Everything durable of a city, in order.

    All that was submitted while the last group was being written goes into the next one, as one transaction with one
    fsync. A write that returned is on disk (durability "full"), or will be after at most 100 ms ("interval": a killed
    process loses nothing, a power cut may lose those 100 ms). Transactions follow the order of submission. A write that
    raised left nothing behind. If the device fails, the whole group fails and the next one is tried afresh; if one
    caller's statements fail, only that caller does, and those who built upon it.

    Use it from one event loop. Its queue is bounded by its callers, each of whom waits for its own write.
    """

    def __init__(
        self, directory: Path, durability: Durability, lock: DirectoryLock, connection: sqlite3.Connection
    ) -> None:
        self.directory = directory
        self.path = directory / DATABASE_NAME
        self._durability = durability
        self._lock = lock
        self._connection = connection
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[Entry | None] = SimpleQueue()
        self._readers = threading.local()
        self._all_readers: list[sqlite3.Connection] = []
        self._closed = False
        self._broken: BaseException | None = None
        self._unsynced_since: float | None = None
        self._thread = threading.Thread(target=self._write_until_closed, name=f"journal {directory}", daemon=True)
        self._thread.start()

    @classmethod
    def open(cls, directory: Path, *, durability: Durability = "full") -> Self:
        """Lock the directory (made where missing), check city.db whole, bring its schema up to date.

        Blocks while it reads the file; for the start only, inside the event loop that will use it. Raises ConfigError:
        directory in use (names the pid) or not writable, city.db damaged (says what is, what is not, and what to do),
        or written by a newer madang. A damaged file is never changed or replaced.
        """
        try:
            directory.mkdir(parents=True, exist_ok=True)
            lock = DirectoryLock(directory)
        except OSError as exc:
            raise ConfigError(f"{directory} cannot be used as data directory: {exc.strerror or exc}.") from exc
        try:
            return cls(directory, durability, lock, _open_database(directory / DATABASE_NAME, durability))
        except BaseException:
            lock.release()
            raise

    def add_schema(self, script: str) -> None:
        """Create tables of one's own (``CREATE ... IF NOT EXISTS``). Blocks; for the start only."""
        connection = _connect(self.path)
        try:
            run_script(connection, script)
        except sqlite3.Error as exc:
            raise store_error(exc, self.path) from exc
        finally:
            connection.close()

    async def write(self, statements: Sequence[Statement]) -> None:
        """Run (SQL, rows) pairs in order, in one transaction shared with others. Raises StoreFull, StoreUnavailable."""
        await self.submit(statements).future

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run ``work`` on the writer's connection, in the writer's thread, as one transaction of its own.

        It must not begin or end transactions, and must not touch the event loop. What it raises undoes the transaction
        and is raised here. Raises StoreFull, StoreUnavailable.
        """
        result: T = await self.submit(work).future
        return result

    def submit(
        self,
        work: Sequence[Statement] | Callable[[sqlite3.Connection], Any],
        *,
        after: Sequence[Entry] = (),
        done: Callable[[Entry], None] | None = None,
    ) -> Entry:
        """Put work in line without waiting; its ``future`` has the outcome. Raises StoreUnavailable when closed."""
        if self._closed:
            raise StoreUnavailable(f"{self.path} is closed.")
        entry = Entry(work, self._loop.create_future(), after, done)
        self._queue.put(entry)
        return entry

    def read(self) -> sqlite3.Connection:
        """The calling thread's read-only connection; sees what is durable. Waits for no writer, blocks none."""
        connection: sqlite3.Connection | None = getattr(self._readers, "connection", None)
        if connection is None:
            if self._closed:
                raise StoreUnavailable(f"{self.path} is closed.")
            connection = _connect(self.path, mode="ro")
            self._readers.connection = connection
            self._all_readers.append(connection)
        return connection

    async def close(self) -> None:
        """Write what is in line, merge the WAL into city.db, give the directory free. Idempotent."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._thread.join()
        for connection in self._all_readers:
            connection.close()
        self._connection.close()
        self._lock.release()

    # ---- writer thread ------------------------------------------------------------------------------------------

    def _write_until_closed(self) -> None:
        for line in self._lines():
            for group in _groups(line):
                self._write_group(group)
                try:
                    self._loop.call_soon_threadsafe(_settle, group)
                except RuntimeError:  # the event loop was closed without close(); nobody is left to be told
                    return

    def _lines(self) -> Iterator[list[Entry]]:
        """All that waits, up to the group bound, again and again; ends with the queue."""
        while True:
            try:
                entry = self._queue.get(timeout=self._sync_delay())
            except Empty:
                self._sync()
                continue
            line: list[Entry] = []
            rows = 0
            while entry is not None:
                line.append(entry)
                rows += entry.rows
                if rows >= _GROUP_ROWS:
                    break
                try:
                    entry = self._queue.get_nowait()
                except Empty:
                    break
            if line:
                yield line
            if entry is None:
                self._sync()
                return
            if self._sync_delay() == 0:
                self._sync()

    def _write_group(self, group: list[Entry]) -> None:
        ready = [entry for entry in group if not self._fails_before(entry)]
        if not ready:
            return
        try:
            self._transaction(ready)
            return
        except Exception as exc:  # noqa: BLE001 - whatever a caller's work raises belongs to that caller
            error: BaseException = exc
        if len(ready) == 1 or is_device(error):
            translated = store_error(error, self.path)
            for entry in ready:
                entry.error = translated
            return
        # One caller's statements are at fault: each gets a transaction, so that the others lose nothing.
        for entry in ready:
            self._write_group([entry])

    def _fails_before(self, entry: Entry) -> bool:
        """Give the entry the error of what it was built upon, or of a device that lost what it had accepted."""
        for before in entry.after:
            if before.error is not None:
                entry.error = before.error
        if self._broken is not None:
            entry.error = store_error(self._broken, self.path)
        return entry.error is not None

    def _transaction(self, entries: list[Entry]) -> None:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            for entry in entries:
                if entry.function is not None:
                    entry.result = entry.function(connection)
            execute(connection, chain.from_iterable(entry.statements for entry in entries))
            connection.execute("COMMIT")
        except BaseException:
            # SQLite ends the transaction itself after some errors of the device.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        if self._durability == "interval" and self._unsynced_since is None:
            self._unsynced_since = monotonic()

    def _sync_delay(self) -> float | None:
        """Seconds until the WAL must be synced; None where nothing waits for it."""
        if self._unsynced_since is None:
            return None
        return max(0.0, self._unsynced_since + _SYNC_S - monotonic())

    def _sync(self) -> None:
        if self._unsynced_since is None:
            return
        self._unsynced_since = None
        try:
            # A descriptor of the WAL may be opened and closed freely; one of city.db would drop SQLite's own locks.
            descriptor = os.open(f"{self.path}-wal", os.O_RDWR)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as exc:
            # The system may have thrown the pages away; only a restart can tell what is on disk.
            self._broken = exc
            _log.critical("Answered writes of the last 100 ms may be lost, no more are taken: fsync: %s", exc)


def _groups(line: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Split into what shares a transaction: functions go alone, statements together."""
    group: list[Entry] = []
    for entry in line:
        if group and (entry.alone or group[-1].alone):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _settle(group: Sequence[Entry]) -> None:
    """Tell everybody, in the event loop: first those who keep state, then the callers."""
    for entry in group:
        entry.after = ()
        entry.settled = True
        if entry.done is not None:
            entry.done(entry)
    for entry in group:
        if entry.future.done():  # the caller was cancelled; the write was not
            continue
        if entry.error is None:
            entry.future.set_result(entry.result)
        else:
            entry.future.set_exception(entry.error)


def _connect(path: Path, *, mode: Literal["rw", "ro"] = "rw") -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        timeout=_BUSY_MS / 1000,
        check_same_thread=False,
        cached_statements=512,
    )
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def _open_database(path: Path, durability: Durability) -> sqlite3.Connection:
    if not path.exists():
        _create(path)
    check_header(path)
    if durability == "full":  # with "interval" a power cut may tear more than the last group, and that is agreed
        check_wal(path)
    connection = _connect(path)
    try:
        check_pages(connection, path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durability == 'full' else 'NORMAL'}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {_CHECKPOINT_PAGES * 4096 * 2}")
        connection.execute("PRAGMA cache_size = -32768")
        migrate(connection, str(path))
    except sqlite3.Error as exc:
        connection.close()
        if is_damage(exc):
            raise damaged(path, str(exc)) from exc
        raise ConfigError(f"{path} cannot be opened: {exc}.") from exc
    except BaseException:
        connection.close()
        raise
    return connection


def _create(path: Path) -> None:
    """Make city.db under another name and move it into place, so that a file of that name is always a whole one."""
    if path.with_name(path.name + "-wal").exists():
        raise damaged(path, f"it is missing, although {path.name}-wal is there")
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    try:
        connection = sqlite3.connect(draft, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous = FULL")
            migrate(connection, str(draft))
        finally:
            connection.close()
        draft.rename(path)
        _sync_directory(path.parent)
    except (sqlite3.Error, OSError) as exc:
        raise ConfigError(f"{path} cannot be created: {exc}.") from exc


def _sync_directory(directory: Path) -> None:
    if os.name == "nt":  # Windows has no descriptor of a directory
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
