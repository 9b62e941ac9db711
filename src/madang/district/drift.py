"""How a plan moved from one baseline to another: slip of dates, drift of scope, cost and promised jobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from .book import Book, stated_order
from .quantity import Quantity
from .records import Baseline, Fact
from .when import Slip, months_between

Unlike = Literal["", "unit", "definition", "boundary", "bound", "one-sided", "text"]
"""Why two statements are not subtracted: "" they are; else what differs, or that only one of them is there."""

ORDER = ("area", "investment", "groundbreaking", "first_tenants", "completion", "jobs")
"""Measures in the order people ask for them; others follow by name."""


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


def held_at(book: Book, baseline: Baseline) -> dict[tuple[str, str], Held]:
    """(measure, definition) -> what stood after this baseline: its own facts, else the newest of earlier baselines."""
    held: dict[tuple[str, str], Held] = {}
    for one in book.baselines_of(baseline.subject):
        if one.number > baseline.number:
            break
        for fact in sorted(book.facts_of_baseline(one.id), key=stated_order):
            held[(fact.measure, fact.definition)] = Held(fact, carried=one.id != baseline.id)
    return held


def drift(book: Book, earlier: Baseline, later: Baseline) -> tuple[Drift, ...]:
    """Every measure that either baseline holds, in ORDER. Unlike statements are shown side by side, not subtracted."""
    before, after = held_at(book, earlier), held_at(book, later)
    keys = sorted(before.keys() | after.keys(), key=_place)
    found = [_drift(key, before.get(key), after.get(key)) for key in keys]
    return tuple(_paired(found))


def _place(key: tuple[str, str]) -> tuple[int, str, str]:
    measure, definition = key
    return (ORDER.index(measure) if measure in ORDER else len(ORDER), measure, definition)


def _paired(found: Sequence[Drift]) -> list[Drift]:
    """Where the later plan counts another thing under the same measure, and says no more of what the earlier one
    counted, the two stand side by side in one row."""
    rows: list[Drift] = []
    for row in found:
        other = next((one for one in found if _recounted(one, row)), None)
        if other is not None:
            rows.append(Drift(row.measure, row.before, other.after, "definition"))
        elif not any(_recounted(row, one) for one in found):
            rows.append(row)
    return rows


def _recounted(new: Drift, old: Drift) -> bool:
    """new: only the later plan has it, and says it itself. old: what only earlier plans have said."""
    alike = new.measure == old.measure and new.before is None and old.before is not None
    return alike and bool(new.after and not new.after.carried and old.after and old.after.carried)


def _drift(key: tuple[str, str], before: Held | None, after: Held | None) -> Drift:
    if before is None or after is None:
        return Drift(key[0], before, after, "one-sided")
    old, new = before.fact, after.fact
    if old.when and new.when:
        return Drift(key[0], before, after, "", slip=months_between(old.when, new.when))
    unlike = why_unlike(old, new)
    if unlike or old.quantity is None or new.quantity is None:
        return Drift(key[0], before, after, unlike or "text")
    was = old.quantity.to(new.quantity.unit)
    change = new.quantity.interval - was.interval
    known = was.interval.exact and change.exact and was.low != 0
    return Drift(
        key[0],
        before,
        after,
        "",
        difference=Quantity(change.low, change.high, new.quantity.unit),
        share=change.low / was.low if known else None,
    )


def why_unlike(old: Fact, new: Fact) -> Unlike:
    """What keeps two statements of a measure from being compared, "" where nothing does."""
    if old.quantity is None or new.quantity is None:
        return "" if old.when and new.when else "text"
    if old.quantity.unit.dimension != new.quantity.unit.dimension:
        return "unit"
    if old.definition != new.definition:
        return "definition"
    if old.boundary != new.boundary:
        return "boundary"
    return "bound" if old.quantity.bound or new.quantity.bound else ""
