"""Which of several statements of one thing a calculation uses.

A newer statement stands before an older. Among plans, claims and forecasts a rounder figure that agrees with a finer
one stands for the same statement, so the finer is used and both are footnoted (8 500 of 2023 for 8 493 of 2022). What
has another boundary or another definition is another thing: it is chosen by itself and never averaged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import cast

from madang.district.quantity import Quantity, agrees
from madang.district.records import Basis, Fact
from madang.district.when import When

from .spec import Choose

SECTOR = "sector: "
"""Facts so defined are parts of a whole for the cluster's statistics; they are no value of the measure."""

ROUNDED = Fraction(1, 100)
"""Most that a figure may lie from the finer one it stands for."""
DAYS_MAX = 366
"""Longest period that a day or month within it may stand for: a year, not a decade."""

_CONFIDENCE = {"high": 2, "medium": 1, "low": 0}


@dataclass(frozen=True, slots=True)
class Chosen:
    """One statement that stands. facts: the one whose figure is used first, then those that agree with it.

    value: in the unit the fact was written in; of parts, their sum. definition: of parts, all of theirs.
    """

    value: Quantity | When
    facts: tuple[Fact, ...]
    boundary: str
    definition: str

    @property
    def basis(self) -> Basis:
        return self.facts[0].basis


def choose(facts: Iterable[Fact], how: Choose) -> list[Chosen]:
    """What stands of the facts of one measure: one for each boundary and definition, in the order of their names.

    Statements in words ("about a third") and sectors' shares are no values and left out.
    """
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        if not isinstance(fact.value, str) and not fact.definition.startswith(SECTOR):
            groups.setdefault((fact.boundary, fact.definition), []).append(fact)
    found = [_standing(groups[key], how) for key in sorted(groups)]
    if how == "each definition":
        return found
    by_boundary: dict[str, list[Chosen]] = {}
    for one in found:
        by_boundary.setdefault(one.boundary, []).append(one)
    return [kept for each in by_boundary.values() for kept in _definitions(each, how)]


def _definitions(found: list[Chosen], how: Choose) -> list[Chosen]:
    """The plain meaning stands before special ones; of special ones each stands by itself, and their sum too where the
    formula asks for parts."""
    plain = [one for one in found if not one.definition]
    if plain:
        return plain
    return [*found, *_sum(found)] if how == "sum" and len(found) > 1 else found


def _sum(parts: Sequence[Chosen]) -> list[Chosen]:
    figures = [one.value for one in parts if isinstance(one.value, Quantity) and not one.value.bound]
    if len(figures) < len(parts) or len({one.unit.dimension for one in figures}) > 1:
        return []
    unit = figures[0].unit
    there = [one.to(unit) for one in figures]
    low, high = sum((one.low for one in there), Fraction(0)), sum((one.high for one in there), Fraction(0))
    facts = tuple(fact for one in parts for fact in one.facts)
    definition = " + ".join(one.definition for one in parts)
    return [Chosen(Quantity(low, high, unit), facts, parts[0].boundary, definition)]


def _standing(facts: list[Fact], how: Choose) -> Chosen:
    ordered = sorted(facts, key=moment_order if how == "newest" else statement_order)
    stands = ordered[0] if how == "first" else ordered[-1]
    used = [stands]
    if how not in ("newest", "first") and stands.basis != "actual":
        while finer := _finer(used[0], ordered, used):
            used.insert(0, finer)
    return Chosen(cast(Quantity | When, used[0].value), tuple(used), stands.boundary, stands.definition)


def _finer(fact: Fact, ordered: list[Fact], used: list[Fact]) -> Fact | None:
    """The newest statement that says the same more finely."""
    return next(
        (one for one in reversed(ordered) if one not in used and _says_more_finely(one, fact)),
        None,
    )


def _says_more_finely(one: Fact, fact: Fact) -> bool:
    if isinstance(fact.value, When) and isinstance(one.value, When):
        inside = fact.value.first <= one.value.first and one.value.last <= fact.value.last
        return inside and _days(one.value) < _days(fact.value) <= DAYS_MAX
    if isinstance(fact.value, Quantity) and isinstance(one.value, Quantity):
        return agrees(fact.value, one.value) and _is_rounded(fact.value, one.value)
    return False


def _days(when: When) -> int:
    return (when.last - when.first).days


def _is_rounded(rounder: Quantity, finer: Quantity) -> bool:
    """A figure is rounded to another by little. A range is a statement of its own, and so is 10 billion after 8.5."""
    there = finer.to(rounder.unit)
    if rounder.bound or rounder.low != rounder.high or there.low != there.high:
        return False
    return there.step < rounder.step and abs(rounder.low - there.low) <= ROUNDED * abs(rounder.low)


def statement_order(fact: Fact) -> tuple[date, date, int, date, str]:
    """The standing one last. Counts stand by the moment they hold for. A plan stands by when it was said: the moment it
    is planned for says nothing about its age, so a plan without a date of its own comes first. Of dates told at
    once the latest stands: it is what a plan was put off to."""
    if fact.basis == "actual":
        return moment_order(fact)
    return (_last(fact.stated), _last(fact.as_of), _CONFIDENCE[fact.confidence], _last(fact.when), fact.id)


def moment_order(fact: Fact) -> tuple[date, date, int, date, str]:
    return (
        _last(fact.as_of or fact.stated),
        _last(fact.stated),
        _CONFIDENCE[fact.confidence],
        _last(fact.when),
        fact.id,
    )


def _last(when: When | None) -> date:
    return when.last if when else date.min
