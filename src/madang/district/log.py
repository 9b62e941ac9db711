"""Who entered, reviewed, corrected and withdrew what, in the order it happened, each event bound to the one before.

The log is derived: it is computed from the records whenever it is read, so the two cannot contradict each other. Its
head is one number for all of it: whoever wrote down an earlier head can tell whether what came before it is told the
same way since. Columns that may change are not in it.
How to recompute it with nothing but SHA-256, and what it does not prove: docs/explanation/ledger.md.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import orjson

from madang.model.entity import Json

from .kinds import ENTRY, Kind
from .records import Record
from .rows import Row

What = Literal["shipped", "entered", "published", "superseded", "restored", "rejected", "withdrawn"]

ORDER: Sequence[What] = ("shipped", "entered", "published", "superseded", "rejected", "withdrawn", "restored")
"""Of what happened to one record in the same moment: what came first."""

START = "0" * 64
"""What the first event is bound to."""

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kept:
    """A record with the SHA-256 (hex) of what it says, see statement_digest."""

    record: Record
    kind: Kind
    statement: str


@dataclass(frozen=True, slots=True)
class Happening:
    """at: aware UTC. who: the name that a person gave, "" for what came with madang. subject: a programme's id or "".

    by_record: of superseded and restored, the correction's id. statement: digest of what the record says.
    """

    at: datetime
    what: What
    record: str
    kind: str
    subject: str
    who: str
    reason: str
    by_record: str
    statement: str


@dataclass(frozen=True, slots=True)
class Event:
    """number: from 1. digest: SHA-256 (hex) over the digest before it and this happening."""

    number: int
    happening: Happening
    digest: str


@dataclass(frozen=True, slots=True)
class Log:
    """events: oldest first. head: the last digest; START where nothing has happened."""

    events: tuple[Event, ...] = ()
    head: str = START


def log_of(kept: Iterable[Kept]) -> Log:
    """The log of the ledger's records, which may come in any order."""
    by_id = {one.record.id: one for one in kept}
    happenings = [event for one in by_id.values() for event in _happenings(one, by_id)]
    return chain(sorted(happenings, key=lambda one: (one.at, ORDER.index(one.what), one.record, one.by_record)))


def chain(happenings: Iterable[Happening]) -> Log:
    """Bind happenings in the order given."""
    events: list[Event] = []
    head = START
    for number, one in enumerate(happenings, start=1):
        head = _digest(head, one)
        events.append(Event(number, one, head))
    return Log(tuple(events), head)


def find_break(log: Log) -> int | None:
    """Number of the first event that does not follow from the one before it; None where the whole chain holds.

    A head that is not the last digest breaks behind the last event.
    """
    before = START
    for number, event in enumerate(log.events, start=1):
        if event.number != number or event.digest != _digest(before, event.happening):
            return number
        before = event.digest
    return None if log.head == before else len(log.events) + 1


def _digest(before: str, happening: Happening) -> str:
    return _sha256({"before": before, "event": happening_json(happening)})


def statement_digest(kind: Kind, row: Row) -> str:
    """Of what a record says: its type and its columns as text, without how it came into the ledger (but with what it
    supersedes), and without columns that may change, whose history is kept."""
    skipped = {column.name for column in (*kind.columns, *ENTRY) if column.changing} | {"entered_by"}
    said = {name: text.strip() for name, text in row.items() if name not in skipped and text.strip()}
    return _sha256({"type": kind.type, **said})


def row_digest(kind: Kind, row: Row) -> str:
    """Of a whole row with its state and signatures: tells whether a record is still what somebody looked at."""
    return _sha256({"type": kind.type, **{name: text for name, text in row.items() if text}})


def happening_json(happening: Happening) -> Mapping[str, str]:
    """The members that are digested, all of them texts; the time is RFC 3339 in UTC with six digits of a second."""
    return {
        "at": f"{happening.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "byRecord": happening.by_record,
        "kind": happening.kind,
        "reason": happening.reason,
        "record": happening.record,
        "statement": happening.statement,
        "subject": happening.subject,
        "what": happening.what,
        "who": happening.who,
    }


def log_json(log: Log) -> Json:
    """What the export has: head, and every event with its number and digest. parse_log reads it back."""
    events = [{"number": one.number, **happening_json(one.happening), "digest": one.digest} for one in log.events]
    return {"head": log.head, "events": events}


def parse_log(document: Json) -> Log:
    """An exported log, for find_break. Raises KeyError, TypeError or ValueError for what is none."""
    return Log(tuple(_parse_event(one) for one in document["events"]), str(document["head"]))


def _parse_event(one: Json) -> Event:
    happening = Happening(
        datetime.fromisoformat(one["at"]),
        one["what"],
        one["record"],
        one["kind"],
        one["subject"],
        one["who"],
        one["reason"],
        one["byRecord"],
        one["statement"],
    )
    return Event(int(one["number"]), happening, str(one["digest"]))


def _sha256(document: Mapping[str, Json]) -> str:
    """Over JSON in UTF-8 without spaces, members in the order of their names (RFC 8785 for objects of texts)."""
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _happenings(kept: Kept, by_id: Mapping[str, Kept]) -> Iterator[Happening]:
    """What happened to one record, and what its publication did to the record that it corrects."""
    entry = kept.record.entry
    entered = entry.entered_at or _LONG_AGO
    came: What = "entered" if entry.entered_by or entry.status == "draft" else "shipped"
    yield _happening(kept, entered, came, entry.entered_by)
    reviewed = max(entry.reviewed_at or entered, entered)
    ended = max(entry.withdrawn_at or reviewed, reviewed)
    if entry.reviewed_by:
        said: What = "rejected" if entry.status == "rejected" else "published"
        yield _happening(kept, reviewed, said, entry.reviewed_by, entry.reason if said == "rejected" else "")
    if entry.status == "withdrawn":
        yield _happening(kept, ended, "withdrawn", entry.withdrawn_by, entry.reason)
    corrected = by_id.get(entry.supersedes)
    if corrected is not None and entry.status in ("published", "shipped", "withdrawn"):
        yield _happening(corrected, reviewed, "superseded", entry.reviewed_by, by=kept.record.id)
        if entry.status == "withdrawn":
            yield _happening(corrected, ended, "restored", entry.withdrawn_by, entry.reason, kept.record.id)


def _happening(kept: Kept, at: datetime, what: What, who: str, reason: str = "", by: str = "") -> Happening:
    record = kept.record
    subject = getattr(record, "subject", record.id if kept.kind.name == "programme" else "")
    return Happening(at, what, record.id, kept.kind.name, subject, who, reason, by, kept.statement)
