"""Brings observations to rest: tail and bulk loads into segments, small segments into larger ones."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt

from madang.model.observation import Series

from .catalogue import Catalogue, Release
from .engine import COLUMNS, Params, file_list, literal, translated
from .journal import Journal
from .relation import TAIL_FIRST, masked_sql, relevant
from .segments import (
    DRAFT,
    Forget,
    Kind,
    Segment,
    Snapshot,
    Tail,
    Wanted,
    by_key,
    day_label,
    overlapping_group,
    partition,
    partitions,
    tiers,
)

_SPARSE: Final = 1_000  # rows a day below which a load's days share a file
_MOST: Final = 8  # segments of one day before they are merged
_ROW_GROUP: Final = 61_440  # small enough that one sensor's question reads little of a large day
_KEY: Final = "entity, attribute, dataset_id, observed_at"
_NEWEST: Final = f"QUALIFY row_number() OVER (PARTITION BY {_KEY} ORDER BY ord DESC) = 1"


@dataclass(slots=True)
class Change:
    """What one step of the mover does to the catalogue; written in one transaction, then shown to readers."""

    added: list[Segment] = field(default_factory=list)
    removed: list[Segment] = field(default_factory=list)
    entities: set[tuple[str, str, str]] = field(default_factory=set)
    tail: int = 0
    tables: frozenset[str] = frozenset()
    forgets: tuple[Forget, ...] = ()
    retained: dict[tuple[str, str], int] = field(default_factory=dict)
    dropped: list[tuple[str, str, int, int, int, int]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.tail or self.forgets or self.retained)

    def apply(self, snapshot: Snapshot) -> Snapshot:
        gone = {segment.id for segment in self.removed}
        members = [s for group in snapshot.segments.values() for s in group if s.id not in gone]
        done = {forget.seq for forget in self.forgets}
        return Snapshot(
            by_key(sorted([*members, *self.added], key=lambda s: s.id)),
            tuple(tail for tail in snapshot.tails if tail.table not in self.tables),
            tuple(forget for forget in snapshot.forgets if forget.seq not in done),
            {**snapshot.retained, **self.retained},
        )


class Mover:
    """Prepares changes (in a worker thread) and commits them. Not reentrant: its owner runs one step at a time."""

    def __init__(self, journal: Journal, catalogue: Catalogue, con: duckdb.DuckDBPyConnection, directory: Path) -> None:
        self._journal = journal
        self._catalogue = catalogue
        self._con = con
        self._directory = directory
        (last,) = (
            journal.read()
            .execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'segment'")
            .fetchone()
        )
        self._ids = count(last + 1)
        self.removed: list[str] = []
        """Paths of superseded files that are off the disk; the next commit takes them out of that table."""

    async def commit(self, change: Change, in_thread: Callable[..., Any]) -> None:
        """Make it durable in one transaction, then visible. If it cannot be, the new files are removed.

        Not so where it is cancelled: the transaction may still be written, and then needs its files; else nobody names
        them, and the next start sets them aside.
        """
        if not change:
            return
        try:
            removed = tuple(self.removed)
            await self._journal.run(partial(_write, change, removed))
        except Exception:
            self.discard(change.added)
            raise
        del self.removed[: len(removed)]  # readers' threads only ever append
        releases: list[Release] = [partial(self._release, segment) for segment in change.removed]
        await in_thread(self._catalogue.swap, change.apply, releases)

    def discard(self, segments: Iterable[Segment]) -> None:
        for segment in segments:
            self._remove(segment)

    def _release(self, segment: Segment) -> None:
        self._remove(segment)
        self.removed.append(segment.path(Path()).as_posix())

    def _remove(self, segment: Segment) -> None:
        path = segment.path(self._directory)
        path.unlink(missing_ok=True)
        if not any(path.parent.iterdir()):
            path.parent.rmdir()

    # ---- steps, each run in a worker thread ----------------------------------------------------------------------

    def move(self) -> Change:
        """The whole tail into segments, and what is to be forgotten out of them."""
        snapshot = self._catalogue.rotate()
        tails = snapshot.tails[:-1]
        change = Change(
            tail=max((tail.seen for tail in tails), default=0),
            tables=frozenset(tail.table for tail in tails),
            forgets=snapshot.forgets,
        )
        with self.undone_on_error(change):
            # First the rewriting of older rows: the greater number wins, and that has to be the tail's.
            self._forget(change, snapshot)
            for tenant, entity_type in sorted({key for tail in tails for key in tail.spans}):
                self._move_type(change, tails, tenant, entity_type)
        return change

    def load(self, tenant: str, series: Series, recorded_at_us: int) -> tuple[Change, int]:
        """A bulk import into segments of its own, merged with those it may share keys with. One file at a time, so that
        memory holds the series and one file's rows, however long the series is."""
        change = Change()
        finite = np.flatnonzero(np.isfinite(series.value))
        days = series.at[finite].astype("datetime64[D]")
        order = finite[np.argsort(days, kind="stable")]
        names, counts = np.unique(days, return_counts=True)
        ends = dict(zip(names.astype(str).tolist(), np.cumsum(counts).tolist(), strict=True))
        sizes = dict(zip(ends, counts.tolist(), strict=True))
        existing = self._catalogue.catch_up().segments.get((tenant, series.entity_type, "raw"), ())
        with self.undone_on_error(change):
            for label, members, group in _plan(partitions(sizes, sparse=_SPARSE), existing):
                rows = np.concatenate([order[ends[day] - sizes[day] : ends[day]] for day in members])
                self._load_file(change, tenant, series, rows, recorded_at_us, label, group)
        change.entities = {(tenant, entity, series.entity_type) for entity in set(series.entity_id[finite].tolist())}
        return change, len(finite)

    def _load_file(
        self,
        change: Change,
        tenant: str,
        series: Series,
        rows: npt.NDArray[np.intp],
        recorded_at_us: int,
        label: str,
        group: Sequence[Segment],
    ) -> None:
        cursor = self._con.cursor()
        try:
            _stage_series(cursor, series, rows, recorded_at_us)
            sql = f"SELECT {COLUMNS} FROM stage"  # noqa: S608 - our own columns
            if group:
                sql = merged_sql(group, self._directory, f"SELECT *, {TAIL_FIRST} AS ord FROM stage")  # noqa: S608 - ours
            with translated(cursor, [s.path(self._directory) for s in group]):
                change.added.append(self.write(cursor, "raw", tenant, series.entity_type, label, sql))
        finally:
            cursor.close()
        change.removed.extend(group)

    def compact(self) -> Iterator[Change]:
        """Merge the many small segments of a day; one change per day, to be committed before the next is asked for."""
        for key, segments in self._catalogue.catch_up().segments.items():
            days: dict[str, list[Segment]] = {}
            for segment in segments:
                days.setdefault(segment.day, []).append(segment)
            merged: set[int] = set()  # with an earlier day, where both share a file of their month
            for members in days.values():
                chosen = tiers([s for s in members if s.id not in merged], most=_MOST)
                if chosen and key[2] == "raw":
                    change = Change()
                    group = overlapping_group(segments, chosen)
                    merged.update(s.id for s in group)
                    with self.undone_on_error(change):
                        self.rewrite(change, group, ())
                    yield change

    def _move_type(self, change: Change, tails: Sequence[Tail], tenant: str, entity_type: str) -> None:
        cursor = self._con.cursor()
        try:
            tables = " UNION ALL ".join(
                f"SELECT {COLUMNS}, {TAIL_FIRST} + seq AS ord FROM {tail.table}"  # noqa: S608 - our own table
                " WHERE tenant = $tenant AND type = $type"
                for tail in tails
            )
            sql, params = masked_sql(
                f"SELECT * FROM ({tables}) {_NEWEST}",  # noqa: S608 - our own parts
                relevant(change.forgets, tenant, ()),
            )
            cursor.execute(
                f"CREATE TEMP TABLE stage AS SELECT {COLUMNS} FROM ({sql})",  # noqa: S608 - our own parts
                {"tenant": tenant, "type": entity_type} | params,
            )
            self._write_stage(cursor, change, tenant, entity_type)
        finally:
            cursor.close()

    def _write_stage(self, cursor: duckdb.DuckDBPyConnection, change: Change, tenant: str, entity_type: str) -> None:
        """The temporary table ``stage`` (COLUMNS, keys unique) into one segment a day."""
        days = cursor.execute(
            "SELECT DISTINCT strftime(observed_at, '%Y-%m-%d') AS day FROM stage ORDER BY day"
        ).fetchall()
        for (day,) in days:
            low, high = literal(f"{day} 00:00:00"), literal(f"{day} 23:59:59.999999")
            rows = f"SELECT {COLUMNS} FROM stage WHERE observed_at BETWEEN {low} AND {high}"  # noqa: S608 - our own columns
            with translated(cursor, []):
                change.added.append(self.write(cursor, "raw", tenant, entity_type, day, rows))
        found = cursor.execute("SELECT DISTINCT entity FROM stage").fetchall()
        change.entities.update((tenant, entity, entity_type) for (entity,) in found)

    def _forget(self, change: Change, snapshot: Snapshot) -> None:
        """Rewrite the segments that hold rows to be forgotten. Those written from the tail do not hold any."""
        for (tenant, _, kind), segments in snapshot.segments.items():
            forgets = [f for f in relevant(change.forgets, tenant, ()) if kind == "raw" or f.at is None]
            hit = [s for s in segments if any(_may_name(f, s) for f in forgets) and self._holds(s, forgets)]
            while hit:
                group = overlapping_group(segments, [hit[0]])
                self.rewrite(change, group, forgets)
                hit = [s for s in hit if s not in group]

    def _holds(self, segment: Segment, forgets: Sequence[Forget]) -> bool:
        path = segment.path(self._directory)
        cursor = self._con.cursor()
        try:
            source = f"SELECT {_KEY}, 0 AS ord FROM read_parquet($file)"  # noqa: S608 - our own columns
            left, params = masked_sql(source, forgets)
            with translated(cursor, [path]):
                row = cursor.execute(f"SELECT count(*) FROM ({left})", params | {"file": str(path)}).fetchone()  # noqa: S608
        finally:
            cursor.close()
        return row is not None and row[0] < segment.rows

    def rewrite(self, change: Change, group: Sequence[Segment], forgets: Sequence[Forget]) -> None:
        """One new segment in place of a whole overlapping group, without what is to be forgotten."""
        first = group[0]
        cursor = self._con.cursor()
        try:
            merged = merged_sql(group, self._directory) if first.kind == "raw" else _plain(group, self._directory)
            sql, params = masked_sql(merged, forgets)
            with translated(cursor, [s.path(self._directory) for s in group]):
                cursor.execute(f"CREATE TEMP TABLE kept AS SELECT * EXCLUDE ord FROM ({sql})", params)  # noqa: S608
                rows = cursor.execute("SELECT count(*) FROM kept").fetchone()
                if rows is not None and rows[0]:
                    label = day_label([s.day for s in group], rows[0])
                    segment = self.write(cursor, first.kind, first.tenant, first.type, label, "FROM kept")
                    change.added.append(segment)
        finally:
            cursor.close()
        change.removed.extend(group)

    def write(
        self, cursor: duckdb.DuckDBPyConnection, kind: Kind, tenant: str, entity_type: str, label: str, sql: str
    ) -> Segment:
        """Rows of ``sql`` into one file, on disk when it returns. It gets its name when it is whole; what a kill leaves
        unfinished is removed at the next start."""
        folder = partition(self._directory, kind, tenant, entity_type, label)
        folder.mkdir(parents=True, exist_ok=True)
        number = next(self._ids)
        path = folder / f"{number}.parquet"
        draft = path.with_name(path.name + DRAFT)
        try:
            cursor.execute(
                f"COPY (FROM ({sql}) ORDER BY entity, attribute, dataset_id, observed_at) TO {literal(str(draft))}"
                " (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 6,"
                f" ROW_GROUP_SIZE {_ROW_GROUP})"
            )
            found = cursor.execute(
                "SELECT count(*), epoch_us(min(observed_at)), epoch_us(max(observed_at)), min(entity), max(entity)"
                " FROM read_parquet($file)",
                {"file": str(draft)},
            ).fetchone()
            draft.rename(path)
            _sync(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            path.unlink(missing_ok=True)
            raise
        assert found is not None
        rows, first, last, low, high = found
        size = path.stat().st_size
        return Segment(number, kind, tenant, entity_type, label, rows, size, first, last, low, high)

    def undone_on_error(self, change: Change) -> "_Undo":
        """A block that removes the files the change has written when it raises."""
        return _Undo(self, change)


@dataclass(frozen=True, slots=True)
class _Undo:
    """Removes the files a change has written when its preparation fails."""

    mover: Mover
    change: Change

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            self.mover.discard(self.change.added)


def _plan(labels: dict[str, list[str]], existing: Sequence[Segment]) -> list[tuple[str, list[str], list[Segment]]]:
    """(label, days, segments to merge with). Labels that would need the same segment go into one file."""
    plan: list[tuple[str, list[str], list[Segment]]] = []
    for label, days in labels.items():
        start, end = _day_us(days[0]), _day_us(days[-1]) + 86_400_000_000
        seed = [s for s in existing if Wanted(start, end).may_hold(s)]
        group = overlapping_group(existing, seed)
        touching = [item for item in plan if any(s in item[2] for s in group)]
        plan = [item for item in plan if item not in touching]
        all_days = sorted({*days, *(day for item in touching for day in item[1])})
        merged = sorted(
            {s.id: s for item in [*touching, (label, days, group)] for s in item[2]}.values(), key=lambda s: s.id
        )
        names = [label, *(item[0] for item in touching), *(s.day for s in merged)]
        plan.append((day_label(names, 0), all_days, merged))
    return plan


def _day_us(day: str) -> int:
    return int(np.datetime64(day, "us").astype(np.int64))


def _plain(group: Sequence[Segment], directory: Path) -> str:
    files = file_list([s.path(directory) for s in group])
    return f"SELECT *, 0 AS ord FROM read_parquet({files})"  # noqa: S608 - our own paths


def merged_sql(group: Sequence[Segment], directory: Path, more: str = "") -> str:
    """Rows (COLUMNS, ord) of the group and of ``more``, the last write of each key."""
    parts = [
        f"SELECT {COLUMNS}, {s.id} AS ord FROM read_parquet({file_list([s.path(directory)])})"  # noqa: S608 - our own paths
        for s in group
    ]
    union = " UNION ALL ".join([*parts, more] if more else parts)
    kept = "*" if not more else COLUMNS
    return f"SELECT {kept} FROM ({union}) {_NEWEST}"  # noqa: S608 - our own parts


def _may_name(forget: Forget, segment: Segment) -> bool:
    return segment.low <= forget.entity <= segment.high and (
        forget.at is None or segment.first <= forget.at <= segment.last
    )


def _stage_series(
    cursor: duckdb.DuckDBPyConnection, series: Series, rows: npt.NDArray[np.intp], recorded_at_us: int
) -> None:
    """Some rows of a series as temporary table ``stage``, the last of each key."""
    columns: Params = {
        "entity": series.entity_id[rows],
        "attribute": series.attribute[rows],
        "observed_at": series.at[rows].astype("datetime64[us]"),
        "value": series.value[rows],
        "ord": rows,
    }
    units = [(name, code) for name, code in series.unit_code.items()]
    cursor.register("arriving", columns)
    cursor.execute(
        f"""CREATE TEMP TABLE stage AS
        SELECT {COLUMNS} FROM (
            SELECT entity, attribute, NULL::VARCHAR AS dataset_id, observed_at,
                make_timestamp($recorded_at) AS recorded_at, true AS observed, value, u.unit, NULL::VARCHAR AS json, ord
            FROM arriving LEFT JOIN (
                SELECT unnest($names::VARCHAR[]) AS name, unnest($units::VARCHAR[]) AS unit
            ) u ON u.name = attribute
        ) {_NEWEST}""",  # noqa: S608 - our own column names
        {"recorded_at": recorded_at_us, "names": [n for n, _ in units], "units": [c for _, c in units]},
    )
    cursor.unregister("arriving")


def _write(change: Change, removed: Sequence[str], connection: Any) -> None:
    """The change in one transaction: whoever opens city.db finds a row in the tail or in a segment, never both.

    removed: superseded files that are off the disk.
    """
    connection.executemany("DELETE FROM superseded WHERE path = ?", [(path,) for path in removed])
    connection.executemany(
        "INSERT OR REPLACE INTO superseded (path, bytes) VALUES (?, ?)",
        [(s.path(Path()).as_posix(), s.bytes) for s in change.removed],
    )
    connection.executemany("DELETE FROM segment WHERE id = ?", [(s.id,) for s in change.removed])
    connection.executemany(
        "INSERT INTO segment (id, kind, tenant, type, day, rows, bytes, first, last, low, high)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (s.id, s.kind, s.tenant, s.type, s.day, s.rows, s.bytes, s.first, s.last, s.low, s.high)
            for s in change.added
        ],
    )
    connection.execute("DELETE FROM tail WHERE seq <= ?", (change.tail,))
    connection.executemany("DELETE FROM forget WHERE seq = ?", [(f.seq,) for f in change.forgets])
    connection.executemany(
        "INSERT OR IGNORE INTO history_entity (tenant, entity, type) VALUES (?, ?, ?)", sorted(change.entities)
    )
    connection.executemany(
        "INSERT INTO retained (tenant, type, since) VALUES (?, ?, ?)"
        " ON CONFLICT (tenant, type) DO UPDATE SET since = excluded.since",
        [(*key, since) for key, since in change.retained.items()],
    )
    connection.executemany(
        "INSERT INTO dropped (tenant, type, first, last, rows, at) VALUES (?, ?, ?, ?, ?, ?)", change.dropped
    )


def _sync(path: Path) -> None:
    """File and its folders on disk, before the catalogue names it."""
    for name in (path, *list(path.parents)[:4]):
        if name.is_dir() and os.name == "nt":
            continue
        descriptor = os.open(name, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
