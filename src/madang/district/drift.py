"""How a plan moved from one baseline to another: slip of dates, drift of scope, cost and promised jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from .book import Book, stated_order
from .indicators.spec import DISTRICT
from .quantity import Quantity
from .records import Baseline, Fact
from .when import Slip, months_between

Unlike = Literal["", "unit", "definition", "boundary", "bound", "one-sided", "text"]
"""Why two statements are not subtracted: "" they are; else what differs, or that only one of them is there."""

ORDER = ("area", "investment", "groundbreaking", "first_tenants", "completion", "jobs")
"""Measures in the order people ask for them; others follow by name."""


What = tuple[str, str, str]
"""What a figure of a plan is about: measure, definition, boundary."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a baseline holds for a measure. carried: it does not say so itself, an earlier one did."""

    fact: Fact
    carried: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """One measure from an earlier baseline to a later one.

    difference: later minus earlier, in the later one's unit, an interval where one of them is. share: difference
    relative to the earlier value; None where that is zero or a range. slip: for dates.
    """

    measure: str
    before: Held | None
    after: Held | None
    unlike: Unlike
    difference: Quantity | None = None
    share: Fraction | None = None
    slip: Slip | None = None


def first_whole(book: Book, baselines: Sequence[Baseline]) -> int:
    """Index of the first plan that names a date of completion: what later plans are held against; else 0."""
    ends = {fact.baseline for fact in book.facts if fact.measure == "completion"}
    return next((index for index, one in enumerate(baselines) if one.id in ends), 0)


def held_at(book: Book, baseline: Baseline) -> dict[What, Held]:
    """What stood after this baseline: its own facts of its programme, else the newest of earlier baselines."""
    held: dict[What, Held] = {}
    for one in book.baselines_of(baseline.subject):
        if one.number > baseline.number:
            break
        own = [fact for fact in book.facts_of_baseline(one.id) if fact.subject == baseline.subject]
        for fact in sorted(own, key=stated_order):
            held[(fact.measure, fact.definition, fact.boundary)] = Held(fact, carried=one.id != baseline.id)
    return held


def drift(book: Book, earlier: Baseline, later: Baseline) -> tuple[Drift, ...]:
    """Every measure that either baseline holds, in ORDER. Unlike statements are shown side by side, not subtracted."""
    before, after = held_at(book, earlier), held_at(book, later)
    keys = sorted(before.keys() | after.keys(), key=_place)
    found = [_drift(key[0], before.get(key), after.get(key)) for key in keys]
    return tuple(_paired(found))


def _place(key: What) -> tuple[int, str, str, bool, str]:
    measure, definition, boundary = key
    place = ORDER.index(measure) if measure in ORDER else len(ORDER)
    return (place, measure, definition, boundary != DISTRICT, boundary)


def _paired(found: Sequence[Drift]) -> list[Drift]:
    """Where the later plan counts another thing or area under the same measure, and says no more of what the earlier
    one counted, the two stand side by side in one row; the most alike first, each of them once."""
    every = ((old, new) for old, was in enumerate(found) for new, now in enumerate(found) if _recounted(now, was))
    pairs: dict[int, int] = {}
    for old, new in sorted(every, key=lambda pair: _distance(found[pair[0]].before, found[pair[1]].after)):
        if old not in pairs and new not in pairs.values():
            pairs[old] = new
    return [
        _drift(row.measure, row.before, found[pairs[index]].after) if index in pairs else row
        for index, row in enumerate(found)
        if index not in pairs.values()
    ]


def _distance(old: Held | None, new: Held | None) -> tuple[bool, bool]:
    if old is None or new is None:
        return (True, True)
    return (old.fact.definition != new.fact.definition, old.fact.boundary != new.fact.boundary)


def _recounted(new: Drift, old: Drift) -> bool:
    """new: only the later plan has it, and says it itself. old: what only earlier plans have said."""
    alike = new.measure == old.measure and new.before is None and old.before is not None
    return alike and bool(new.after and not new.after.carried and old.after and old.after.carried)


def _drift(measure: str, before: Held | None, after: Held | None) -> Drift:
    if before is None or after is None:
        return Drift(measure, before, after, "one-sided")
    old, new = before.fact, after.fact
    if unlike := why_unlike(old, new):
        return Drift(measure, before, after, unlike)
    if old.when and new.when:
        return Drift(measure, before, after, "", slip=months_between(old.when, new.when))
    if old.quantity is None or new.quantity is None:
        return Drift(measure, before, after, "text")
    was = old.quantity.to(new.quantity.unit)
    change = new.quantity.interval - was.interval
    known = was.interval.exact and change.exact and was.low != 0
    return Drift(
        measure,
        before,
        after,
        "",
        difference=Quantity(change.low, change.high, new.quantity.unit),
        share=change.low / was.low if known else None,
    )


def why_unlike(old: Fact, new: Fact) -> Unlike:
    """What keeps two statements of a measure from being compared, "" where nothing does."""
    if old.definition != new.definition:
        return "definition"
    if old.boundary != new.boundary:
        return "boundary"
    if old.quantity is None or new.quantity is None:
        return "" if old.when and new.when else "text"
    if old.quantity.unit.dimension != new.quantity.unit.dimension:
        return "unit"
    return "bound" if old.quantity.bound or new.quantity.bound else ""
