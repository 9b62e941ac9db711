"""Which Parquet segments there are, and which of them a question needs. Times in µs since 1970 UTC."""

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote

Kind = Literal["raw", "hourly"]
FOLDERS: Final[Mapping[Kind, str]] = {"raw": "history", "hourly": "rollup"}
DRAFT: Final = ".new"  # behind the name of a file that is still being written

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS segment (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    kind   TEXT NOT NULL,
    tenant TEXT NOT NULL,
    type   TEXT NOT NULL,
    day    TEXT NOT NULL,
    rows   INTEGER NOT NULL,
    bytes  INTEGER NOT NULL,
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    low    TEXT NOT NULL,
    high   TEXT NOT NULL
);
-- Under which types an entity has history: a question for one entity opens no other type's files.
CREATE TABLE IF NOT EXISTS history_entity (
    tenant TEXT NOT NULL,
    entity TEXT NOT NULL,
    type   TEXT NOT NULL,
    PRIMARY KEY (tenant, entity, type)
) WITHOUT ROWID;
-- Raw observations before this moment are gone; their hours are in the roll-ups.
CREATE TABLE IF NOT EXISTS retained (
    tenant TEXT NOT NULL,
    type   TEXT NOT NULL,
    since  INTEGER NOT NULL,
    PRIMARY KEY (tenant, type)
) WITHOUT ROWID;
-- The log of what retention dropped.
CREATE TABLE IF NOT EXISTS dropped (
    seq    INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL,
    type   TEXT NOT NULL,
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL,
    rows   INTEGER NOT NULL,
    at     INTEGER NOT NULL
);
-- Files whose rows are in other segments by now, or were to be forgotten: to be removed once no reader needs them.
CREATE TABLE IF NOT EXISTS superseded (
    path  TEXT PRIMARY KEY,
    bytes INTEGER NOT NULL
) WITHOUT ROWID;
"""

_NAME_MAX: Final = 180  # a folder name may have 255 bytes; long URIs are cut and told apart by a hash


@dataclass(frozen=True, slots=True)
class Segment:
    """One file. id: later segments win over earlier ones. day: ISO date, or month or year where rows are sparse.

    first, last: least and greatest ``at``; low, high: least and greatest entity id.
    """

    id: int
    kind: Kind
    tenant: str
    type: str
    day: str
    rows: int
    bytes: int
    first: int
    last: int
    low: str
    high: str

    def path(self, directory: Path) -> Path:
        return partition(directory, self.kind, self.tenant, self.type, self.day) / f"{self.id}.parquet"

    def overlaps(self, other: "Segment") -> bool:
        """May both hold the same (entity, at)? Only then does one row have to win."""
        return (
            self.first <= other.last and other.first <= self.last and self.low <= other.high and other.low <= self.high
        )


def partition(directory: Path, kind: Kind, tenant: str, entity_type: str, day: str) -> Path:
    """The hive folder of a segment."""
    return directory / FOLDERS[kind] / f"tenant={_name(tenant)}" / f"type={_name(entity_type)}" / f"day={day}"


def _name(text: str) -> str:
    name = quote(text, safe="")
    return name if len(name) <= _NAME_MAX else f"{name[:_NAME_MAX]}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Forget:
    """A deletion that the segments do not know yet: rows of the entity up to ``tail``, narrowed by what is not None.

    With ``at`` one instance is meant, and dataset_id None is the default one.
    """

    seq: int
    tenant: str
    entity: str
    attribute: str | None
    dataset_id: str | None
    at: int | None
    tail: int


@dataclass(frozen=True, slots=True)
class Span:
    """Observations of one tenant and type in a tail table: how many, least and greatest ``at``."""

    rows: int
    first: int
    last: int

    def __add__(self, other: "Span") -> "Span":
        return Span(self.rows + other.rows, min(self.first, other.first), max(self.last, other.last))


@dataclass(frozen=True, slots=True)
class Tail:
    """One DuckDB table that mirrors a stretch of the journal's tail, up to ``seen``."""

    table: str
    seen: int
    spans: Mapping[tuple[str, str], Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a question needs to see one moment of the history. Immutable."""

    segments: Mapping[tuple[str, str, Kind], tuple[Segment, ...]]
    tails: tuple[Tail, ...]
    forgets: tuple[Forget, ...]
    retained: Mapping[tuple[str, str], int]

    def types(self, tenant: str) -> set[str]:
        stored = {key[1] for key in self.segments if key[0] == tenant}
        return stored | {key[1] for tail in self.tails for key in tail.spans if key[0] == tenant}

    def tail_span(self, tenant: str, entity_type: str) -> Span | None:
        spans = [span for tail in self.tails if (span := tail.spans.get((tenant, entity_type)))]
        return _sum(spans)

    def pick(self, tenant: str, entity_type: str, kind: Kind, wanted: "Wanted") -> list[Segment]:
        return [s for s in self.segments.get((tenant, entity_type, kind), ()) if wanted.may_hold(s)]


def _sum(spans: Sequence[Span]) -> Span | None:
    total: Span | None = None
    for span in spans:
        total = span if total is None else total + span
    return total


@dataclass(frozen=True, slots=True)
class Wanted:
    """Bounds that choose files. start <= at < end. entities empty: all."""

    start: int | None = None
    end: int | None = None
    entities: tuple[str, ...] = ()

    def may_hold(self, segment: Segment) -> bool:
        if (self.start is not None and segment.last < self.start) or (
            self.end is not None and segment.first >= self.end
        ):
            return False
        return not self.entities or any(segment.low <= entity <= segment.high for entity in self.entities)


def split_overlapping(segments: Sequence[Segment], tail: Span | None) -> tuple[list[Segment], list[Segment]]:
    """(segments whose rows are unique, segments that may share a key with another one or with the tail)."""
    shared: set[int] = set()
    active: list[Segment] = []
    for segment in sorted(segments, key=lambda s: s.first):
        active = [other for other in active if other.last >= segment.first]
        for other in active:
            if segment.overlaps(other):
                shared.update((segment.id, other.id))
        active.append(segment)
    if tail is not None:
        shared.update(s.id for s in segments if s.first <= tail.last and tail.first <= s.last)
    return [s for s in segments if s.id not in shared], [s for s in segments if s.id in shared]


def overlapping_group(segments: Sequence[Segment], seed: Iterable[Segment]) -> list[Segment]:
    """The seed and all that overlaps it, directly or through others. Only whole groups may be merged into a new
    segment: a segment left behind could otherwise lose against rows that are older than its own."""
    group = list(seed)
    rest = [s for s in segments if s not in group]
    for member in group:  # grows while it is walked
        near = [s for s in rest if s.overlaps(member)]
        rest = [s for s in rest if s not in near]
        group.extend(near)
    return sorted(group, key=lambda s: s.id)


def tiers(segments: Sequence[Segment], *, most: int) -> list[Segment]:
    """What to merge of one day's segments once there are more than ``most``: the newest ones, and going back each one
    that is not more than twice as large as all after it (so each row is rewritten a logarithmic number of times)."""
    if len(segments) <= most:
        return []
    newest = sorted(segments, key=lambda s: s.id, reverse=True)
    rows = 0
    chosen: list[Segment] = []
    for segment in newest:
        if len(chosen) >= 2 and segment.rows > 2 * rows:
            break
        chosen.append(segment)
        rows += segment.rows
    return chosen


def read_catalogue(connection: sqlite3.Connection) -> Snapshot:
    """The catalogue as it is in city.db, without tails. All in one read transaction."""
    connection.execute("BEGIN")
    try:
        segments = [Segment(*row) for row in connection.execute("SELECT * FROM segment ORDER BY id")]
        forgets = read_forgets(connection)
        rows = connection.execute("SELECT tenant, type, since FROM retained")
        retained = {(tenant, entity_type): since for tenant, entity_type, since in rows}
    finally:
        connection.execute("COMMIT")
    return Snapshot(by_key(segments), (), forgets, retained)


def read_superseded(connection: sqlite3.Connection) -> dict[str, int]:
    """Path below the city's directory -> bytes."""
    return dict(connection.execute("SELECT path, bytes FROM superseded"))


def read_forgets(connection: sqlite3.Connection) -> tuple[Forget, ...]:
    sql = "SELECT seq, tenant, entity, attribute, dataset_id, at, tail FROM forget ORDER BY seq"
    return tuple(Forget(*row) for row in connection.execute(sql))


def by_key(segments: Iterable[Segment]) -> dict[tuple[str, str, Kind], tuple[Segment, ...]]:
    found: dict[tuple[str, str, Kind], list[Segment]] = {}
    for segment in segments:
        found.setdefault((segment.tenant, segment.type, segment.kind), []).append(segment)
    return {key: tuple(members) for key, members in found.items()}


def day_label(days: Sequence[str], rows: int) -> str:
    """The partition of rows that fall on ``days``: a common year or month where the days are many and thin."""
    first, last = min(days), max(days)
    for length in (10, 7, 4):
        if first[:length] == last[:length]:
            return first[:length]
    raise ValueError(f"{rows} rows from {first} to {last} have no common year")


def partitions(days: Mapping[str, int], *, sparse: int) -> dict[str, list[str]]:
    """Partition label -> its days. A month with fewer than ``sparse`` rows a day on average is one file, a year whose
    months are all like that one as well, so that daily or monthly figures do not end in a thousand files."""
    years: dict[str, list[str]] = {}
    for day in sorted(days):
        years.setdefault(day[:4], []).append(day)
    answer: dict[str, list[str]] = {}
    for year, members in years.items():
        months: dict[str, list[str]] = {}
        for day in members:
            months.setdefault(day[:7], []).append(day)
        thin = {month: sum(days[d] for d in inside) < sparse * len(inside) for month, inside in months.items()}
        if len(months) > 1 and all(thin.values()) and sum(days[d] for d in members) < sparse * len(months):
            answer[year] = members
            continue
        for month, inside in months.items():
            if thin[month] and len(inside) > 1:
                answer[month] = inside
            else:
                answer.update((day, [day]) for day in inside)
    return answer


def is_disjoint(segments: Sequence[Segment]) -> bool:
    """No two of them may share a key."""
    return all(not a.overlaps(b) for a, b in pairwise(sorted(segments, key=lambda s: s.first)))
