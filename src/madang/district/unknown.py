"""What a ledger does not know, or says twice: each gap with the records it is about and what would fill it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations, groupby
from typing import Literal

from .book import Book, stated_order
from .quantity import agrees
from .records import Fact, Record
from .rows import local_id
from .when import When

What = Literal[
    "broken",
    "dangling",
    "odd",
    "contradiction",
    "overdue",
    "unexplained",
    "weak",
    "missing",
    "waiting",
]

ORDER: Sequence[What] = (
    "broken", "dangling", "odd", "contradiction", "overdue", "unexplained", "weak", "missing", "waiting",
)  # fmt: skip

SAME_TIME = timedelta(days=62)
"""Two announcements this near to each other are held to be about the same plan."""

PATIENCE = timedelta(days=14)
"""A draft that waits longer is told."""

REFERENCES_MIN = 2
"""Reference districts that state a measure before its absence here is told."""


@dataclass(frozen=True, slots=True)
class Gap:
    """subject: programme's id or "". records: ids of what it is about. why: codes (of weak: ``low``, ``untraceable``,
    ``undated``, ``no-url``; of dangling: the column; of odd: ``number`` or what an
    Oddity says), n: a count. fill: what the entry form is to be opened with."""

    what: What
    subject: str
    measure: str = ""
    records: tuple[str, ...] = ()
    why: tuple[str, ...] = ()
    n: int = 0
    fill: Mapping[str, str] = field(default_factory=dict)


def gaps(book: Book, subject: str, now: datetime) -> list[Gap]:
    """All of one programme ("" of the whole ledger: every programme's), in the order of ORDER. now: aware."""
    found = [
        *_broken(book),
        *_dangling(book),
        *_odd(book),
        *_contradictions(book),
        *_overdue(book, book.on or now.date()),
        *_unexplained(book),
        *_weak(book),
        *_missing(book, subject),
        *_waiting(book, now),
    ]
    return [gap for gap in found if not subject or gap.subject in ("", subject)]


def _broken(book: Book) -> Iterator[Gap]:
    for one in book.broken:
        yield Gap("broken", "", records=(one.entity_id,), why=(one.why,))


REFERENCES = ("subject", "baseline", "party", "part_of", "phase", "parcel", "tenant")
"""Members of records that name another record."""


def _dangling(book: Book) -> Iterator[Gap]:
    records = list(_counted(book))
    known = {one.id for one in (*records, *book.waiting, *book.set_aside)}
    for one in records:
        for name in REFERENCES:
            there = getattr(one, name, "")
            if there and there not in known:
                yield Gap("dangling", _subject(one), records=(one.id,), why=(name, there))
        for party in getattr(one, "parties", ()):
            if party not in known:
                yield Gap("dangling", "", records=(one.id,), why=("parties", party))


def _odd(book: Book) -> Iterator[Gap]:
    """Corrections that do not hold together, and baselines of one programme that have the same number."""
    known = {one.id: one for one in (*_counted(book), *book.set_aside)}
    for one in book.odd:
        subject = _subject(known[one.records[0]]) if one.records[0] in known else ""
        yield Gap("odd", subject, records=one.records, why=(one.what,))
    for subject in sorted({one.subject for one in book.baselines}):
        for number, same in groupby(book.baselines_of(subject), lambda one: one.number):
            ids = tuple(one.id for one in same)
            if len(ids) > 1:
                yield Gap("odd", subject, records=ids, why=("number",), n=number)


def _counted(book: Book) -> Iterator[Record]:
    yield from book.programmes.values()
    yield from book.facts
    yield from book.baselines
    yield from book.phases
    yield from book.parcels
    yield from book.contracts
    yield from book.tenancies
    yield from book.organizations.values()
    yield from book.agreements


def _subject(record: Record) -> str:
    return str(getattr(record, "subject", ""))


def _contradictions(book: Book) -> Iterator[Gap]:
    """Statements of the same thing at about the same time, of which neither is the other one rounded."""

    def thing(fact: Fact) -> tuple[str, str, str, str, str]:
        return (fact.subject, fact.measure, fact.boundary, fact.definition, fact.basis)

    for (subject, measure, *_), same in groupby(sorted(book.facts, key=thing), thing):
        for one, other in combinations(sorted(same, key=stated_order), 2):
            if _same_time(one, other) and _differ(one, other):
                fill = _fill(subject, measure, one)
                yield Gap("contradiction", subject, measure, (one.id, other.id), fill=fill)


def _same_time(one: Fact, other: Fact) -> bool:
    """Measured for overlapping times; or planned for the same date, and announced at about the same time."""
    if one.basis == "actual":
        first, second = one.as_of or one.stated, other.as_of or other.stated
        return first is not None and second is not None and _precise_overlap(first, second)
    if one.stated is None or other.stated is None or (one.as_of is None) != (other.as_of is None):
        return False
    near = abs(one.stated.first - other.stated.first) <= SAME_TIME
    return near and (one.as_of is None or other.as_of is None or _overlap(one.as_of, other.as_of))


def _overlap(one: When, other: When) -> bool:
    return one.first <= other.last and other.first <= one.last


def _precise_overlap(one: When, other: When) -> bool:
    """A count of "the 2010s" and one of 2014 are not the same moment."""
    return _overlap(one, other) and max(one.last - one.first, other.last - other.first) <= timedelta(days=366)


def _differ(one: Fact, other: Fact) -> bool:
    if one.quantity is not None and other.quantity is not None:
        same_thing = one.quantity.unit.dimension == other.quantity.unit.dimension
        return same_thing and not (agrees(one.quantity, other.quantity) or agrees(other.quantity, one.quantity))
    if one.when is not None and other.when is not None:
        return not _overlap(one.when, other.when)
    return False


def _overdue(book: Book, today: date) -> Iterator[Gap]:
    """The last promise of each thing, where its date is over and nobody has said whether it was kept."""

    def thing(fact: Fact) -> tuple[str, str, str, str]:
        return (fact.subject, fact.measure, fact.boundary, fact.definition)

    kept = {(fact.subject, fact.measure) for fact in book.facts if fact.basis == "actual" and fact.when is not None}
    for (subject, measure, *_), same in groupby(sorted(book.facts, key=thing), thing):
        facts = sorted(same, key=stated_order)
        promised = [one for one in facts if one.basis in ("plan", "forecast", "claim") and _due(one) is not None]
        if not promised:
            continue
        last = promised[-1]
        due = _due(last)
        if due is None or due.last >= today or (last.when is not None and (subject, measure) in kept):
            continue
        if last.when is None and any(one.basis == "actual" and _told_after(one, due) for one in facts):
            continue
        yield Gap("overdue", subject, measure, (last.id,), fill=_fill(subject, measure, last, basis="actual"))
    for phase in book.phases:
        if phase.basis != "actual" and phase.end is not None and phase.end.last < today:
            yield Gap(
                "overdue", phase.subject, "", (phase.id,), fill={"kind": "phase", "subject": local_id(phase.subject)}
            )


def _due(fact: Fact) -> When | None:
    """The date that a statement promises: its own, or the one its figure is to be reached by."""
    return fact.when if fact.when is not None else fact.as_of


def _told_after(fact: Fact, due: When) -> bool:
    told = fact.as_of or fact.stated
    return told is not None and told.last >= due.first


def _unexplained(book: Book) -> Iterator[Gap]:
    firsts = {one.subject: min(each.number for each in book.baselines_of(one.subject)) for one in book.baselines}
    for one in book.baselines:
        if one.number > firsts[one.subject] and not one.reason:
            yield Gap("unexplained", one.subject, records=(one.id,), fill={"correct": one.id})


def _weak(book: Book) -> Iterator[Gap]:
    for fact in sorted(book.facts, key=lambda one: (one.subject, one.measure, one.id)):
        why = [
            code
            for code, weak in (
                ("low", fact.confidence == "low"),
                ("untraceable", fact.quality == "not-traceable"),
                ("undated", fact.stated is None and fact.as_of is None),
                ("no-url", not fact.source.url),
            )
            if weak
        ]
        if why:
            yield Gap("weak", fact.subject, fact.measure, (fact.id,), tuple(why), fill={"correct": fact.id})


def _missing(book: Book, subject: str) -> Iterator[Gap]:
    """Measures that reference districts have and the city's own programme (or the one asked for) lacks."""
    own = [book.programmes[subject]] if subject in book.programmes else book.own
    stated: dict[str, set[str]] = {}
    for fact in book.facts:
        stated.setdefault(fact.measure, set()).add(fact.subject)
    for programme in own:
        lacking = [
            (len(others), measure)
            for measure, there in stated.items()
            if programme.id not in there
            and len(others := {one for one in there if one in book.programmes and one != programme.id})
            >= REFERENCES_MIN
        ]
        for n, measure in sorted(lacking, key=lambda one: (-one[0], one[1])):
            yield Gap("missing", programme.id, measure, n=n, fill=_fill(programme.id, measure))


def _waiting(book: Book, now: datetime) -> Iterator[Gap]:
    for one in book.waiting:
        entered = one.entry.entered_at
        if entered is not None and now - entered > PATIENCE:
            yield Gap("waiting", _subject(one), records=(one.id,), n=(now - entered).days)


def _fill(subject: str, measure: str, like: Fact | None = None, **more: str) -> dict[str, str]:
    """A fact's form: about this, in the same terms as the statement at hand."""
    found = {"kind": "fact", "subject": local_id(subject), "measure": measure, **more}
    if like is not None:
        found |= {"boundary": like.boundary, "definition": like.definition}
        if like.quantity is not None:
            found["unit"] = str(like.quantity.unit)
        elif like.when is not None:
            found["unit"] = "date"
    return {name: text for name, text in found.items() if text}
