"""The catalogue in memory: what is where at this moment, for readers and the mover at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

import duckdb
import numpy as np

from .journal import Journal
from .observations import number_of
from .segments import Snapshot, Span, Tail, read_catalogue, read_forgets

_TAIL_COLUMNS: Final = (
    "seq BIGINT, tenant VARCHAR, type VARCHAR, entity VARCHAR, attribute VARCHAR, dataset_id VARCHAR,"
    " observed_at TIMESTAMP, recorded_at TIMESTAMP, observed BOOLEAN, value DOUBLE, unit VARCHAR, json VARCHAR"
)
_SELECT: Final = (
    "SELECT seq, tenant, type, entity, attribute, dataset_id, at, recorded_at, observed, value, unit, json"
    " FROM tail WHERE seq > ? ORDER BY seq LIMIT ?"
)
_STEP: Final = 50_000  # rows per catch-up step, so that a long tail does not need its size twice in memory

Release = Callable[[], None]


class Catalogue:
    """Snapshots for readers. A reader holds a lease; files and tables that a later snapshot no longer names are only
    removed when no lease could still need them. Thread-safe; ``lease`` first catches up with the journal's tail, so a
    snapshot holds all that was durable when it was taken.

    The tail is mirrored in tables of the engine, for SQLite's rows would have to be converted anew for each question.
    A new table is begun when the mover starts, so that what it moved can be dropped whole: the engine gives back the
    memory of a dropped table, not that of deleted rows.
    """

    def __init__(self, journal: Journal, con: duckdb.DuckDBPyConnection) -> None:
        self._journal = journal
        self._con = con
        self._lock = threading.Lock()
        self._leases: dict[int, int] = {}
        self._generation = 0
        self._trash: list[tuple[int, Release]] = []
        self._tables = 0
        stored = read_catalogue(journal.read())
        self._snapshot = replace(stored, tails=(self._new_tail(0),))

    @contextmanager
    def lease(self) -> Iterator[Snapshot]:
        with self._lock:
            self._catch_up()
            snapshot, generation = self._snapshot, self._generation
            self._leases[generation] = self._leases.get(generation, 0) + 1
        try:
            yield snapshot
        finally:
            with self._lock:
                self._leases[generation] -= 1
                if not self._leases[generation]:
                    del self._leases[generation]
                self._sweep()

    def catch_up(self) -> Snapshot:
        """Mirror what the journal got since; without a lease, for the mover (only it removes anything)."""
        with self._lock:
            self._catch_up()
            return self._snapshot

    def rotate(self) -> Snapshot:
        """Begin a new tail table; the snapshot's other tables hold a fixed stretch of the tail from now on."""
        with self._lock:
            self._catch_up()
            *_, last = self._snapshot.tails
            if last.spans:
                self._snapshot = replace(self._snapshot, tails=(*self._snapshot.tails, self._new_tail(last.seen)))
            return self._snapshot

    def swap(self, change: Callable[[Snapshot], Snapshot], releases: list[Release]) -> None:
        """Install a new snapshot; run ``releases`` once no reader can hold an older one."""
        with self._lock:
            before = {tail.table for tail in self._snapshot.tails}
            self._snapshot = change(self._snapshot)
            gone = before - {tail.table for tail in self._snapshot.tails}
            self._trash.extend((self._generation, release) for release in releases)
            self._trash.extend((self._generation, self._dropper(table)) for table in gone)
            self._generation += 1
            self._sweep()

    def close(self) -> None:
        """Run what waits for readers; there are none any more."""
        with self._lock:
            self._leases.clear()
            self._sweep()

    def _dropper(self, table: str) -> Release:
        def drop() -> None:
            self._con.execute(f"DROP TABLE {table}")

        return drop

    def _sweep(self) -> None:
        oldest = min(self._leases, default=self._generation + 1)
        due = [release for generation, release in self._trash if generation < oldest]
        self._trash = [item for item in self._trash if item[0] >= oldest]
        for release in due:
            release()

    def _new_tail(self, seen: int) -> Tail:
        self._tables += 1
        table = f"tail_{self._tables}"
        self._con.execute(f"CREATE TABLE {table} ({_TAIL_COLUMNS})")
        return Tail(table, seen)

    def _catch_up(self) -> None:
        # Both in one read transaction: a forget is never seen without the rows that came before it.
        reader = self._journal.read()
        more = True
        while more:
            *older, tail = self._snapshot.tails
            reader.execute("BEGIN")
            try:
                rows = reader.execute(_SELECT, (tail.seen, _STEP)).fetchall()
                forgets = read_forgets(reader)
            finally:
                reader.execute("COMMIT")
            if rows:
                tail = self._mirror(tail, rows)
            # Only added here: the mover takes applied ones away together with the segments they are still needed for.
            known = {forget.seq for forget in self._snapshot.forgets}
            arrived = tuple(forget for forget in forgets if forget.seq not in known)
            if rows or arrived:
                forgets = (*self._snapshot.forgets, *arrived)
                self._snapshot = replace(self._snapshot, tails=(*older, tail), forgets=forgets)
            more = len(rows) == _STEP

    def _mirror(self, tail: Tail, rows: list[tuple[Any, ...]]) -> Tail:
        columns = list(zip(*rows, strict=True))
        seq, tenant, entity_type, entity, attribute, dataset_id, at, recorded_at, observed, value, unit, json = columns
        number = [v if j is None else number_of(j) for v, j in zip(value, json, strict=True)]
        self._con.register(
            "arriving",
            {
                "seq": np.array(seq, dtype=np.int64),
                "tenant": _text(tenant),
                "type": _text(entity_type),
                "entity": _text(entity),
                "attribute": _text(attribute),
                "dataset_id": _text(dataset_id),
                "observed_at": np.array(at, dtype="datetime64[us]"),
                "recorded_at": np.array(recorded_at, dtype="datetime64[us]"),
                "observed": np.array(observed, dtype=np.bool_),
                "value": np.array([np.nan if v is None else v for v in number], dtype=np.float64),
                "unit": _text(unit),
                "json": _text(json),
            },
        )
        try:
            self._con.execute(
                f"INSERT INTO {tail.table} SELECT * REPLACE (if(isnan(value), NULL, value) AS value) FROM arriving"  # noqa: S608 - our own table name
            )
        finally:
            self._con.unregister("arriving")
        spans = dict(tail.spans)
        times: dict[tuple[str, str], list[int]] = {}
        for key, when in zip(zip(tenant, entity_type, strict=True), at, strict=True):
            times.setdefault(key, []).append(when)
        for key, members in times.items():
            span = Span(len(members), min(members), max(members))
            spans[key] = spans[key] + span if key in spans else span
        return Tail(tail.table, seq[-1], spans)


def _text(column: tuple[str | None, ...]) -> "np.ndarray[Any, np.dtype[np.object_]]":
    return np.array(column, dtype=np.object_)
