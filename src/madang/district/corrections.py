"""Which records are corrected by which, and which corrections do not hold together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from .records import COUNTED, Record

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Oddity:
    """What somebody should look at. records: ids of what it is about, the one that it is about first.

    cycle: they correct each other, all of them count. second: corrected again by the records behind the first two,
    which do not count. stranger: corrects a record of another subject or measure; both count. differs: came with
    madang under this id and says something else there.
    """

    what: Literal["cycle", "second", "stranger", "differs"]
    records: tuple[str, ...]


def same_thing(one: Record, other: Record) -> bool:
    """Whether one may correct the other: a record of its kind that speaks of the same."""
    return type(one) is type(other) and all(
        getattr(one, name, "") == getattr(other, name, "") for name in ("subject", "measure")
    )


def corrected(records: Iterable[Record]) -> tuple[frozenset[str], tuple[Oddity, ...]]:
    """Ids of records that count for themselves but whose place another one has taken; and what is odd.

    Of several corrections of one record the one that was published first holds; the others are set aside and told.
    """
    counted = {one.id: one for one in records if one.entry.status in COUNTED}
    links: dict[str, str] = {}
    odd: list[Oddity] = []
    for one in sorted(counted.values(), key=lambda each: each.id):
        there = counted.get(one.entry.supersedes)
        if there is not None and not same_thing(one, there):
            odd.append(Oddity("stranger", (one.id, there.id)))
        elif there is not None:
            links[one.id] = there.id
    rings = _rings(links)
    odd += [Oddity("cycle", ring) for ring in rings]
    for one_id in (one for ring in rings for one in ring):
        del links[one_id]
    by_target: dict[str, list[str]] = {}
    for one_id, target in links.items():
        by_target.setdefault(target, []).append(one_id)
    gone = set(by_target)
    for target, several in sorted(by_target.items()):
        first, *others = sorted(several, key=lambda one_id: (_published(counted[one_id]), one_id))
        if others:
            odd.append(Oddity("second", (target, first, *others)))
            gone |= set(others)
    return frozenset(gone), tuple(odd)


def _published(record: Record) -> datetime:
    return record.entry.reviewed_at or record.entry.entered_at or _LONG_AGO


def _rings(links: Mapping[str, str]) -> list[tuple[str, ...]]:
    """Groups of records each of which corrects the next and the last the first."""
    found: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for start in sorted(links):
        path: list[str] = []
        here: str | None = start
        while here is not None and here not in seen:
            seen.add(here)
            path.append(here)
            here = links.get(here)
        if here in path:
            found.append(tuple(sorted(path[path.index(here) :])))
    return found
