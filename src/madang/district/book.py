"""All that a city's ledger says at one moment: what pages, indicators, comparison and briefing work on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from .corrections import Oddity, corrected
from .measures import Measures
from .records import (
    COUNTED,
    Agreement,
    Baseline,
    Basis,
    Contract,
    Evidence,
    Fact,
    Organization,
    Parcel,
    Phase,
    Practice,
    Programme,
    Record,
    Tenancy,
)
from .when import When
from .wording import Wording


@dataclass(frozen=True, slots=True)
class Broken:
    """A record of the hub that cannot be read: where, and why."""

    entity_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Book:
    """Records that count (published or shipped), by id in the order of ids. waiting: drafts for a second person.

    set_aside: rejected, withdrawn and corrected ones. odd: corrections that do not hold
    together. on: what had been stated by this day; None: all.
    """

    measures: Measures
    programmes: Mapping[str, Programme] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    phases: tuple[Phase, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    contracts: tuple[Contract, ...] = ()
    tenancies: tuple[Tenancy, ...] = ()
    organizations: Mapping[str, Organization] = field(default_factory=dict)
    agreements: tuple[Agreement, ...] = ()
    practices: tuple[Practice, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    waiting: tuple[Record, ...] = ()
    set_aside: tuple[Record, ...] = ()
    broken: tuple[Broken, ...] = ()
    odd: tuple[Oddity, ...] = ()
    on: date | None = None
    wording: Wording = field(default_factory=dict)
    """Boundaries and definitions in other languages."""

    @property
    def own(self) -> Sequence[Programme]:
        """The city's own programmes."""
        return [one for one in self.programmes.values() if one.role == "own"]

    @property
    def main(self) -> Programme | None:
        """The programme to show first: the city's own with the most baselines, else the first there is."""
        every = sorted(self.programmes.values(), key=lambda one: (one.role != "own", -len(self.baselines_of(one.id))))
        return next(iter(every), None)

    def facts_of(
        self,
        subject: str,
        measure: str,
        *bases: Basis,
        boundary: str | None = None,
        definition: str | None = None,
    ) -> list[Fact]:
        """Facts in the order they were stated, oldest first. No basis given: every basis."""
        found = [
            fact
            for fact in self.facts
            if fact.subject == subject
            and fact.measure == measure
            and (not bases or fact.basis in bases)
            and (boundary is None or fact.boundary == boundary)
            and (definition is None or fact.definition == definition)
        ]
        return sorted(found, key=stated_order)

    def baselines_of(self, subject: str) -> list[Baseline]:
        """In the order of their numbers."""
        return sorted((one for one in self.baselines if one.subject == subject), key=lambda one: one.number)

    def facts_of_baseline(self, baseline: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.baseline == baseline]

    def known_on(self, day: date) -> "Book":
        """The book as it could have been written on a day: only what had surely been stated, signed or begun by then.

        What was stated "2022" is sure on its last day. What has no date is kept.
        """

        def by_then(when: When | None) -> bool:
            return when is None or when.last <= day

        return replace(
            self,
            facts=tuple(one for one in self.facts if by_then(one.stated)),
            baselines=tuple(one for one in self.baselines if by_then(one.stated)),
            phases=tuple(one for one in self.phases if by_then(one.stated)),
            parcels=tuple(one for one in self.parcels if by_then(one.stated)),
            contracts=tuple(one for one in self.contracts if by_then(one.signed)),
            tenancies=tuple(one for one in self.tenancies if by_then(one.since)),
            agreements=tuple(one for one in self.agreements if by_then(one.since)),
            on=day,
        )


def stated_order(fact: Fact) -> tuple[date, date, str]:
    """Oldest statement first; those of the same day by the moment they speak of. A fact without a date comes first."""
    stated = fact.stated or fact.as_of
    as_of = fact.as_of or fact.stated
    return (stated.last if stated else date.min, as_of.last if as_of else date.min, fact.id)


def gather(
    records: Iterable[Record], measures: Measures, broken: Iterable[Broken] = (), wording: Wording | None = None
) -> Book:
    """A book of records in any order."""
    every = sorted(records, key=lambda one: one.id)
    gone, odd = corrected(every)
    counted = [one for one in every if one.entry.status in COUNTED and one.id not in gone]
    return Book(
        measures,
        {one.id: one for one in counted if isinstance(one, Programme)},
        tuple(one for one in counted if isinstance(one, Fact)),
        tuple(one for one in counted if isinstance(one, Baseline)),
        tuple(one for one in counted if isinstance(one, Phase)),
        tuple(one for one in counted if isinstance(one, Parcel)),
        tuple(one for one in counted if isinstance(one, Contract)),
        tuple(one for one in counted if isinstance(one, Tenancy)),
        {one.id: one for one in counted if isinstance(one, Organization)},
        tuple(one for one in counted if isinstance(one, Agreement)),
        tuple(one for one in counted if isinstance(one, Practice)),
        tuple(one for one in counted if isinstance(one, Evidence)),
        waiting=tuple(one for one in every if one.entry.status == "draft"),
        set_aside=tuple(one for one in every if one.entry.status in ("rejected", "withdrawn") or one.id in gone),
        broken=tuple(broken),
        odd=odd,
        wording=wording or {},
    )
