"""The history of an embedded city: Parquet segments and the journal's tail, asked through DuckDB."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import duckdb

from madang.errors import DependencyError
from madang.model.observation import Observation, Series
from madang.model.query import TemporalQuery, Window
from madang.ports.clock import Clock
from madang.ports.history import Bucket, HistorySize, Points, Table, Usual
from madang.settings import Settings
from madang.stores.memory_history import newest
from madang.stores.timeline import from_us, to_us

from . import questions, retention
from .catalogue import Catalogue
from .engine import connect
from .export import ExportForm, export_types
from .journal import Journal
from .mover import Change, Mover
from .relation import Selection
from .segments import FOLDERS, SCHEMA, Snapshot, read_superseded
from .set_aside import tidy
from .sql_guard import Limits, run_sql
from .tail import INSERT_TAIL, tail_row

T = TypeVar("T")

_log = logging.getLogger(__name__)

_THREADS: Final = 2
_CATCH_UP_S: Final = 1.0  # spreads the mirroring of the tail, so that no question pays for all of it
_RETAIN_S: Final = 3600.0
_CLOSE_S: Final = 30.0  # longest that work under way keeps the history from being closed
_FORGET: Final = (
    "INSERT INTO forget (tenant, entity, attribute, dataset_id, at, tail)"
    " SELECT ?, ?, ?, ?, ?, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'tail'), 0)"
)


class ParquetHistoryStore:
    """HistoryStore of an embedded city. Use it from the journal's event loop; questions run in worker threads."""

    def __init__(
        self,
        journal: Journal,
        con: duckdb.DuckDBPyConnection,
        clock: Clock,
        settings: Settings,
        memory: str,
        kept: Collection[str] = (),
    ) -> None:
        self._kept = frozenset(kept)
        self._journal = journal
        self._con = con
        self._clock = clock
        self._memory = memory
        self._directory = journal.directory.absolute()
        self._flush_s = settings.float("flush_s")
        self._flush_rows = settings.int("flush_rows")
        self._raw_days = settings.int("raw_days")
        self._catalogue = Catalogue(journal, con)
        self._mover = Mover(journal, self._catalogue, con, self._directory)
        self._moving = asyncio.Lock()
        self._asking: set[duckdb.DuckDBPyConnection] = set()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, journal: Journal, *, clock: Clock, settings: Settings, memory: str = "1GB", kept: Collection[str] = ()
    ) -> "AsyncIterator[ParquetHistoryStore]":
        """The history beside ``journal``'s city.db, until the block ends. clock: system time (recorded_at).

        memory: what the engine may use, in DuckDB's words. kept: entity types that retention leaves alone.
        Files that city.db does not name are set aside, see ``tidy``. A missing or damaged segment does not keep a city
        from starting; it is named when a question needs it.
        """
        directory = journal.directory.absolute()
        for folder in FOLDERS.values():
            (directory / folder).mkdir(exist_ok=True)
        await asyncio.to_thread(journal.add_schema, SCHEMA)
        folders = [directory / folder for folder in FOLDERS.values()]
        con = connect(folders, threads=_THREADS, memory=memory, spill=folders[0] / ".spill")
        store = cls(journal, con, clock, settings, memory, kept)
        try:
            await asyncio.to_thread(store._tidy)
            yield store
        finally:
            await store._end_questions()
            await store._close()

    async def _end_questions(self) -> None:
        """Nobody waits for an answer any more: a question that still runs is told to stop, until it has."""
        while self._asking:
            for cursor in tuple(self._asking):
                cursor.interrupt()
            await asyncio.sleep(0.01)

    async def _close(self) -> None:
        """A thread whose caller was cancelled may still be at work: the engine refuses to be closed under it."""
        async with asyncio.timeout(_CLOSE_S):
            while True:
                try:
                    self._catalogue.close()
                    self._con.close()
                    return
                except duckdb.OperationalError:
                    await asyncio.sleep(0.01)

    def _tidy(self) -> None:
        superseded = read_superseded(self._journal.read())
        tidy(self._directory, self._catalogue.catch_up(), superseded, self._clock.now())
        self._mover.removed.extend(superseded)

    # ---- writes --------------------------------------------------------------------------------------------------

    async def load(self, tenant: str, series: Series) -> int:
        return await _undisturbed(self._load(tenant, series))

    async def _load(self, tenant: str, series: Series) -> int:
        now = to_us(self._clock.now())
        async with self._moving:
            # The tail is older than this load; at rest it is numbered before it, and loses against it.
            await self._move()
            change, taken = await asyncio.to_thread(self._mover.load, tenant, series, now)
            await self._mover.commit(change, asyncio.to_thread)
        return taken

    async def append(self, tenant: str, observations: Sequence[Observation]) -> None:
        if observations:
            await self._journal.write([(INSERT_TAIL, [tail_row(tenant, o) for o in observations])])

    async def forget(
        self,
        tenant: str,
        entity_id: str,
        attribute: str | None = None,
        dataset_id: str | None = None,
        at: datetime | None = None,
    ) -> int:
        at_us = None if at is None else to_us(at)
        count = await self._ask(
            lambda snapshot, cursor: questions.count_named(
                snapshot,
                cursor,
                self._directory,
                self._of(snapshot, tenant, [entity_id], []),
                attribute,
                dataset_id,
                at_us,
            )
        )
        await self._journal.write([(_FORGET, [(tenant, entity_id, attribute, dataset_id, at_us)])])
        return count

    # ---- background ----------------------------------------------------------------------------------------------

    async def run(self, clock: Clock) -> None:
        """Move, compact and retain until cancelled. clock: the city's. A full disk only delays it: observations wait in
        the journal."""
        since_move = since_retention = float("inf")
        while True:
            try:
                snapshot = await asyncio.to_thread(self._catalogue.catch_up)
                waiting = sum(span.rows for tail in snapshot.tails for span in tail.spans.values())
                if waiting >= self._flush_rows or since_move >= self._flush_s:
                    since_move = 0.0
                    await self.flush()
                    await self.compact()
                if since_retention >= _RETAIN_S:
                    since_retention = 0.0
                    await self.retain(clock.now())
            except DependencyError as exc:
                _log.warning("The history could not be moved and will be tried again: %s", exc.detail)
            await asyncio.sleep(_CATCH_UP_S)
            since_move += _CATCH_UP_S
            since_retention += _CATCH_UP_S

    async def flush(self) -> None:
        """Bring all that is in the tail to rest, and forget what is to be forgotten."""
        await _undisturbed(self._flush())

    async def _flush(self) -> None:
        async with self._moving:
            await self._move()

    async def compact(self) -> int:
        """Merge the small segments of each day. Returns the number of merges."""
        return await _undisturbed(self._compact())

    async def _compact(self) -> int:
        async with self._moving:
            return await self._commit_each(self._mover.compact)

    async def retain(self, now: datetime) -> int:
        """Roll up and drop raw observations older than raw_days before ``now`` (city time). Returns the steps done."""
        return await _undisturbed(self._retain(now))

    async def _retain(self, now: datetime) -> int:
        async with self._moving:
            await self._move()
            snapshot = await asyncio.to_thread(self._catalogue.catch_up)
            args = (self._mover, self._con, snapshot, self._directory, now, self._raw_days, self._kept)
            return await self._commit_each(lambda: retention.retain(*args))

    async def _move(self) -> None:
        change = await asyncio.to_thread(self._mover.move)
        await self._mover.commit(change, asyncio.to_thread)

    async def _commit_each(self, changes: Callable[[], Any]) -> int:
        steps = iter(changes())
        done = 0
        while (change := await asyncio.to_thread(_next, steps)) is not None:
            await self._mover.commit(change, asyncio.to_thread)
            done += 1
        return done

    # ---- questions -----------------------------------------------------------------------------------------------

    async def instances(
        self,
        tenant: str,
        entity_ids: Sequence[str],
        attributes: Sequence[str],
        query: TemporalQuery,
        *,
        limit: int,
    ) -> Sequence[Observation]:
        if not entity_ids:
            return []
        return await self._ask(
            lambda snapshot, cursor: questions.instances(
                snapshot, cursor, self._directory, self._of(snapshot, tenant, entity_ids, attributes), query, limit
            )
        )

    async def entity_ids(
        self, tenant: str, types: Sequence[str], attributes: Sequence[str], query: TemporalQuery
    ) -> Sequence[str]:
        def ask(snapshot: Snapshot, cursor: duckdb.DuckDBPyConnection) -> Sequence[str]:
            chosen = snapshot.types(tenant) & set(types) if types else snapshot.types(tenant)
            selection = Selection(tenant, tuple(sorted(chosen)), (), tuple(attributes))
            return questions.entity_ids(snapshot, cursor, self._directory, selection, query)

        return await self._ask(ask)

    async def buckets(
        self, tenant: str, entity_ids: Sequence[str], attributes: Sequence[str], query: TemporalQuery
    ) -> Sequence[Bucket]:
        if query.aggregation is None:
            raise ValueError("buckets need an aggregation")
        if not entity_ids:
            return []
        return await self._ask(
            lambda snapshot, cursor: questions.buckets(
                snapshot, cursor, self._directory, self._of(snapshot, tenant, entity_ids, attributes), query
            )
        )

    async def points(self, tenant: str, entity_id: str, attribute: str, window: Window, *, most: int) -> Points:
        return await self._ask(
            lambda snapshot, cursor: questions.points(
                snapshot, cursor, self._directory, self._of(snapshot, tenant, [entity_id], [attribute]), window, most
            )
        )

    async def as_of(
        self, tenant: str, entity_type: str, attributes: Sequence[str], at: datetime, *, lookback_s: float
    ) -> Mapping[str, Mapping[str, Observation]]:
        end = to_us(at) + 1
        start = to_us(at - timedelta(seconds=lookback_s)) + 1
        selection = Selection(tenant, (entity_type,), (), tuple(attributes), start, end)
        last = await self._ask(
            lambda snapshot, cursor: questions.last_of_each(snapshot, cursor, self._directory, selection)
        )
        return newest(last)

    async def usual(
        self,
        tenant: str,
        entity_type: str,
        attribute: str,
        window: Window,
        *,
        timezone: str,
        entity_ids: Sequence[str] = (),
    ) -> Sequence[Usual]:
        selection = Selection(tenant, (entity_type,), tuple(entity_ids), (attribute,))
        return await self._ask(
            lambda snapshot, cursor: questions.usual(snapshot, cursor, self._directory, selection, window, timezone)
        )

    async def sql(self, tenant: str, text: str, *, row_limit: int, timeout_s: float) -> Table:
        snapshot = await asyncio.to_thread(self._catalogue.catch_up)
        if any(forget.tenant == tenant for forget in snapshot.forgets):
            await self.flush()
        limits = Limits(row_limit, timeout_s, _THREADS, self._memory)
        return await self._ask(
            lambda snapshot, cursor: run_sql(snapshot, tenant, self._directory, cursor, text, limits)
        )

    async def export(
        self, tenant: str, target: Path, form: ExportForm, progress: Callable[[int, int], None] = lambda done, of: None
    ) -> int:
        """Write the tenant's history to ``target``, one file for each entity type. Returns rows.

        progress: types done, of all. What is being written meanwhile may or may not be in it.
        """
        await self.flush()

        def job(snapshot: Snapshot, cursor: duckdb.DuckDBPyConnection) -> int:
            total, rows = len(snapshot.types(tenant)), 0
            for done, count in enumerate(
                export_types(snapshot, cursor, self._directory, tenant, target.absolute(), form), 1
            ):
                rows += count
                progress(done, total)
            return rows

        return await self._ask(job)

    async def size(self, tenant: str) -> HistorySize:
        return await self._ask(lambda snapshot, _: _size(snapshot, tenant))

    async def _ask(self, work: Callable[[Snapshot, duckdb.DuckDBPyConnection], T]) -> T:
        """Run a question in a worker thread, on its own cursor, with one moment of the history held for it."""

        def job() -> T:
            with self._catalogue.lease() as snapshot:
                cursor = self._con.cursor()
                self._asking.add(cursor)
                try:
                    return work(snapshot, cursor)
                finally:
                    self._asking.discard(cursor)
                    cursor.close()

        return await asyncio.to_thread(job)

    def _of(self, snapshot: Snapshot, tenant: str, entity_ids: Sequence[str], attributes: Sequence[str]) -> Selection:
        """Where these entities have history. Their types are looked up, so that no other type's files are opened."""
        found = questions.types_of(snapshot, self._con, self._journal.read(), tenant, entity_ids)
        types = tuple(sorted({entity_type for _, entity_type in found}))
        cross = len(found) > len({entity for entity, _ in found})
        return Selection(tenant, types, tuple(dict.fromkeys(entity_ids)), tuple(attributes), cross=cross)


async def _undisturbed(work: Coroutine[Any, Any, T]) -> T:
    """Let a step end before its caller's cancellation goes on: a transaction that is under way cannot be taken back,
    and its files and the snapshot must agree with what became of it."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled() and (error := task.exception()):
            _log.warning("A step of the history failed while it was being stopped: %s", error)
        raise


def _next(steps: Any) -> Change | None:
    return next(steps, None)


def _size(snapshot: Snapshot, tenant: str) -> HistorySize:
    """Rows are counted before the last write wins among segments that overlap; roll-ups count as bytes only."""
    segments = [s for key, members in snapshot.segments.items() if key[0] == tenant for s in members]
    spans = [span for tail in snapshot.tails for key, span in tail.spans.items() if key[0] == tenant]
    raw = [s for s in segments if s.kind == "raw"]
    tail = sum(span.rows for span in spans)
    first = min([s.first for s in segments] + [span.first for span in spans], default=None)
    last = max([s.last for s in segments] + [span.last for span in spans], default=None)
    return HistorySize(
        observations=sum(s.rows for s in raw) + tail,
        segments=len(segments),
        segment_bytes=sum(s.bytes for s in segments),
        tail=tail,
        first=None if first is None else from_us(first),
        last=None if last is None else from_us(last),
    )
