"""What the land is for, as each source told it: areas of one announcement, never mixed with another's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .book import Book
from .quantity import Quantity, find_unit
from .records import Fact
from .when import When

AREAS: Mapping[str, str] = {
    "land_industrial": "industrial",
    "land_research": "research",
    "land_support": "support",
    "land_parking": "infrastructure",
    "green_area": "green",
}
"""Measure of an area -> use of a parcel."""

SHARES: Mapping[str, str] = {
    "land_industrial_share": "industrial",
    "land_commercial_share": "commercial",
    "land_residential_share": "housing",
    "land_infrastructure_share": "infrastructure",
    "green_share": "green",
}
"""Measure of a share of the whole area -> use of a parcel."""


@dataclass(frozen=True, slots=True)
class Use:
    """area_ha: as stated, or the stated share of the whole."""

    kind: str
    area_ha: Fraction
    fact: Fact


@dataclass(frozen=True, slots=True)
class LandPlan:
    """One source's division of the land. whole: the area it gives. rest_ha: what it says nothing of, 0 where its parts
    are more than the whole."""

    stated: When
    whole: Fact
    whole_ha: Fraction
    uses: tuple[Use, ...]
    rest_ha: Fraction


def land_plans(book: Book, subject: str) -> tuple[LandPlan, ...]:
    """Those that name a whole area and at least one use, oldest first. Only figures of the whole district count."""
    told: dict[tuple[str, When], list[Fact]] = {}
    for fact in book.facts:
        if fact.subject == subject and fact.stated and fact.boundary == "district" and fact.basis != "claim":
            told.setdefault((fact.source.title, fact.stated), []).append(fact)
    plans = (_plan(stated, facts) for (_, stated), facts in told.items())
    return tuple(sorted((plan for plan in plans if plan), key=lambda plan: (plan.stated.last, plan.whole.id)))


def _plan(stated: When, facts: Sequence[Fact]) -> LandPlan | None:
    whole = next((one for one in facts if one.measure == "area" and _figure(one)), None)
    if whole is None:
        return None
    whole_ha = _figure(whole, "ha")
    areas = [Use(AREAS[one.measure], _figure(one, "ha"), one) for one in facts if one.measure in AREAS and _figure(one)]
    named = {use.kind for use in areas}
    shares = [
        Use(SHARES[one.measure], _figure(one, "ratio") * whole_ha, one)
        for one in facts
        if one.measure in SHARES and SHARES[one.measure] not in named and _figure(one)
    ]
    uses = sorted((*areas, *shares), key=lambda use: -use.area_ha)
    rest = whole_ha - sum((use.area_ha for use in uses), Fraction(0))
    return LandPlan(stated, whole, whole_ha, tuple(uses), max(rest, Fraction(0))) if uses else None


def _figure(fact: Fact, unit: str = "") -> Fraction:
    """The middle of what is stated, 0 for what is no figure."""
    quantity: Quantity | None = fact.quantity
    if quantity is None or quantity.bound:
        return Fraction(0)
    return (quantity.to(find_unit(unit)) if unit else quantity).middle
