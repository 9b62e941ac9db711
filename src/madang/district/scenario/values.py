"""What a scenario is made of and what comes out of it, as frozen values. Money is Decimal; times are years with a
fraction (2023.75 is 1 October 2023)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Literal

Text = Mapping[str, str]
"""Text by language."""

Timing = Literal["mid", "end"]
Curve = Literal["s-curve", "linear"]
Shape = Literal["triangular", "pert"]

ONE = Decimal(1)
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Raises ValueError with what to write instead."""
        found = _MONTH.fullmatch(text)
        if found is None:
            raise ValueError(f'"{text}" is not a month; write for example 2026-12')
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"

    @property
    def begins(self) -> Decimal:
        """Its first moment."""
        return self.year + Decimal(self.month - 1) / 12

    @property
    def ends(self) -> Decimal:
        """Its last moment."""
        return self.year + Decimal(self.month) / 12


@dataclass(frozen=True, slots=True)
class Source:
    """Who says a figure. fact: id of the ledger's record, "" without one."""

    title: str
    url: str = ""
    quote: str = ""
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """One figure the calculation stands on, in `unit`; low, mode, high: the range it is drawn from.

    source None: nobody published it, and `why` says why it is set so. With a source it is a published figure.
    factor: model units per unit (ha -> m², % -> share, bn KRW -> KRW). least, most: what may be asked for, in `unit`.
    """

    name: str
    title: Text
    low: Decimal
    mode: Decimal
    high: Decimal
    unit: str
    why: Text
    source: Source | None = None
    factor: Decimal = ONE
    least: Decimal = Decimal(0)
    most: Decimal = Decimal("1e18")

    @property
    def uncertain(self) -> bool:
        return self.low < self.high

    def at(self, value: Decimal) -> "Assumption":
        """The same with another mode; a range stretches to hold it, a fixed figure stays fixed."""
        if not self.uncertain:
            return replace(self, low=value, mode=value, high=value)
        return replace(self, low=min(self.low, value), mode=value, high=max(self.high, value))


@dataclass(frozen=True, slots=True)
class PhasePlan:
    """A part of the district that is opened up together.

    acquire: from when land is bought (None: nothing is bought); start, end: of the works; sale: from when land is sold.
    share: of every use's land and of the cost, 0 to 1.
    """

    id: str
    title: Text
    acquire: Month | None
    start: Month
    end: Month
    sale: Month
    share: Decimal
    why: Text
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class UsePlan:
    """Land of one use. Every quantity is the name of an assumption; None where the use has none of it.

    land: of all phases together. floor_area_ratio: floor built per land. floor_per_job, floor_per_dwelling: gross m².
    price: of land, per m². self_sufficient: counts as land for jobs (자족용지).
    """

    id: str
    use: str
    title: Text
    land: str
    floor_area_ratio: str | None
    floor_per_job: str | None
    floor_per_dwelling: str | None
    price: str | None
    takeup_years: str | None
    takeup_share: str | None
    build_years: str | None
    fill_years: str | None
    occupancy: str | None
    self_sufficient: bool


@dataclass(frozen=True, slots=True)
class Programme:
    """Names of the assumptions that hold for the whole district."""

    area: str
    cost: str
    discount: str
    cost_factor: str | None = None
    acquisition_share: str | None = None
    delay: str | None = None
    planned_jobs: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody said the district would bring; shown beside the result, never used in it."""

    measure: Literal["jobs", "homes", "completion"]
    value: Decimal
    unit: str
    what: Text
    source: Source


@dataclass(frozen=True, slots=True)
class Scenario:
    """A district programme with all it assumes. first, last: calendar years that are calculated, both included.

    timing: when within a year money is thought to flow. assumptions: by name, in the file's order.
    """

    title: Text
    what: Text
    currency: str
    first: int
    last: int
    timing: Timing
    curve: Curve
    shape: Shape
    assumptions: Mapping[str, Assumption]
    programme: Programme
    phases: tuple[PhasePlan, ...]
    uses: tuple[UsePlan, ...]
    claims: tuple[Claim, ...] = ()

    @property
    def years(self) -> range:
        return range(self.first, self.last + 1)

    @property
    def has_homes(self) -> bool:
        return any(use.floor_per_dwelling for use in self.uses)

    def roles(self) -> dict[str, str]:
        """Assumption -> what it is asked for first: ``land``, ``price`` … as in the file."""
        found: dict[str, str] = {}
        parts: tuple[Programme | UsePlan, ...] = (self.programme, *self.uses)
        for part in parts:
            for one in fields(part):
                name = getattr(part, one.name)
                if isinstance(name, str) and name in self.assumptions and one.name not in ("id", "use"):
                    found.setdefault(name, one.name)
        return found

    def modes(self) -> dict[str, Decimal]:
        """Every assumption's middle value, in model units (m², shares, years, the currency's unit)."""
        return {name: one.mode * one.factor for name, one in self.assumptions.items()}


@dataclass(frozen=True, slots=True)
class Year:
    """The state at the end of a year; cost, revenue and cash are the year's own.

    works: share of the works done, 0 to 1. sold: m² of land. floor: gross m² built. self_sufficiency: jobs per dwelling
    where the programme has homes (ISO 37120 21.3), else jobs per planned job; None where that divides by nothing.
    """

    year: int
    works: Decimal
    sold: Decimal
    floor: Decimal
    jobs: Decimal
    homes: Decimal
    cost: Decimal
    revenue: Decimal
    cash: Decimal
    cumulative: Decimal
    self_sufficiency: Decimal | None


@dataclass(frozen=True, slots=True)
class Irr:
    """rate: per year, 0.05 is 5 %; None with the reason why there is none."""

    rate: Decimal | None
    reason: Literal["", "no-sign-change", "several-roots"] = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run gives. npv: at the beginning of the first year. completion: end of the last phase's works.

    payback: first year from which the money spent is back for good, None within these years. break_even: what the land
    prices would have to be multiplied by for an NPV of zero, None without sales. self_sufficiency_land: share of the
    area that is land for jobs (자족용지율).
    """

    years: tuple[Year, ...]
    npv: Decimal
    irr: Irr
    payback: int | None
    break_even: Decimal | None
    completion: Decimal
    self_sufficiency_land: Decimal

    @property
    def last(self) -> Year:
        return self.years[-1]
