"""One run of a scenario, in Decimal: year by year land sold, floor built, jobs, homes, money.

A phase's money for land is spent evenly from `acquire` to `start`, for works evenly from `start` to `end` + delay.
Land is sold along the take-up curve from `sale` on. Building begins on sold land once the phase's works are done; floor
is ready between a half and one and a half `build_years` later, evenly, so `build_years` on average. Each m² of floor
then fills evenly over `fill_years` up to the occupancy. Prices are constant; what falls after the last year is not
counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from madang.district.scenario.cash import break_even, irr, npv, payback
from madang.district.scenario.values import ONE, Curve, Outcome, PhasePlan, Scenario, UsePlan, Year

Values = Mapping[str, Decimal]
"""Assumption's name -> value in model units."""

ZERO = Decimal(0)
WHOLE_CURRENCIES = frozenset({"KRW", "JPY", "VND"})
"""Without minor unit. Source: ISO 4217."""


def run(scenario: Scenario, values: Values | None = None) -> Outcome:
    """values: None for every assumption's mode."""
    values = scenario.modes() if values is None else values
    years = tuple(years_of(scenario, values))
    rate = values[scenario.programme.discount]
    flows = [year.cash for year in years]
    return Outcome(
        years=years,
        npv=rounded(npv(flows, rate, scenario.timing), scenario.currency),
        irr=irr(flows),
        payback=payback([year.year for year in years], [year.cumulative for year in years]),
        break_even=break_even([year.cost for year in years], [year.revenue for year in years], rate, scenario.timing),
        completion=completion(scenario, values),
        self_sufficiency_land=self_sufficiency_land(scenario, values),
    )


def years_of(scenario: Scenario, values: Values) -> Iterator[Year]:
    """The rows alone, without what they are worth."""
    parts = [_Part.of(scenario, phase, use, values) for phase in scenario.phases for use in scenario.uses]
    cumulative = ZERO
    for year in scenario.years:
        begin, end = Decimal(year), Decimal(year + 1)
        cost = rounded(sum((spent(scenario, phase, values, begin, end) for phase in scenario.phases), ZERO),
                       scenario.currency)  # fmt: skip
        revenue = rounded(
            sum(((part.sold(end) - part.sold(begin)) * part.price for part in parts), ZERO), scenario.currency
        )
        cumulative += revenue - cost
        jobs = sum((part.jobs(end) for part in parts), ZERO)
        homes = sum((part.homes(end) for part in parts), ZERO)
        yield Year(
            year=year,
            works=sum((phase.share * works(phase, values, scenario, end) for phase in scenario.phases), ZERO),
            sold=sum((part.sold(end) for part in parts), ZERO),
            floor=sum((part.floor(end) for part in parts), ZERO),
            jobs=jobs,
            homes=homes,
            cost=cost,
            revenue=revenue,
            cash=revenue - cost,
            cumulative=cumulative,
            self_sufficiency=_self_sufficiency(scenario, values, jobs, homes),
        )


def rounded(amount: Decimal, currency: str) -> Decimal:
    """To the currency's smallest unit, half to even."""
    return amount.quantize(ONE if currency in WHOLE_CURRENCIES else Decimal("0.01"))


def completion(scenario: Scenario, values: Values) -> Decimal:
    """When the last phase's works end."""
    return max(ready(phase, values, scenario) for phase in scenario.phases)


def self_sufficiency_land(scenario: Scenario, values: Values) -> Decimal:
    land = sum((values[use.land] for use in scenario.uses if use.self_sufficient), ZERO)
    return land / values[scenario.programme.area]


def ready(phase: PhasePlan, values: Values, scenario: Scenario) -> Decimal:
    """When a phase's works end, the delay included."""
    return phase.end.ends + _value(values, scenario.programme.delay, ZERO)


def works(phase: PhasePlan, values: Values, scenario: Scenario, at: Decimal) -> Decimal:
    """Share of a phase's works done."""
    begins = phase.start.begins
    return clipped((at - begins) / (ready(phase, values, scenario) - begins))


def spent(scenario: Scenario, phase: PhasePlan, values: Values, begin: Decimal, end: Decimal) -> Decimal:
    """Cost of a phase between two moments."""
    whole = scenario.programme
    cost = values[whole.cost] * _value(values, whole.cost_factor, ONE) * phase.share
    for_land = _value(values, whole.acquisition_share, ZERO) if phase.acquire else ZERO
    total = (1 - for_land) * (works(phase, values, scenario, end) - works(phase, values, scenario, begin))
    if phase.acquire:
        first, length = phase.acquire.begins, phase.start.begins - phase.acquire.begins
        total += for_land * (clipped((end - first) / length) - clipped((begin - first) / length))
    return cost * total


@dataclass(frozen=True, slots=True)
class _Part:
    """One use's land of one phase; land: m² that will be sold at all."""

    curve: Curve
    land: Decimal
    sale: Decimal
    ready: Decimal
    takeup_years: Decimal
    price: Decimal
    ratio: Decimal
    build_years: Decimal
    fill_years: Decimal
    jobs_per_floor: Decimal
    homes_per_floor: Decimal

    @classmethod
    def of(cls, scenario: Scenario, phase: PhasePlan, use: UsePlan, values: Values) -> "_Part":
        return cls(
            curve=scenario.curve,
            land=values[use.land] * phase.share * _value(values, use.takeup_share, ONE if use.takeup_years else ZERO),
            sale=phase.sale.begins,
            ready=ready(phase, values, scenario),
            takeup_years=_value(values, use.takeup_years, ONE),
            price=_value(values, use.price, ZERO),
            ratio=_value(values, use.floor_area_ratio, ZERO),
            build_years=_value(values, use.build_years, ONE),
            fill_years=_value(values, use.fill_years, ONE),
            jobs_per_floor=(
                _value(values, use.occupancy, ONE) / values[use.floor_per_job] if use.floor_per_job else ZERO
            ),
            homes_per_floor=1 / values[use.floor_per_dwelling] if use.floor_per_dwelling else ZERO,
        )

    def sold(self, at: Decimal) -> Decimal:
        """m² of land sold until a moment."""
        return self.land * taken(self.curve, (at - self.sale) / self.takeup_years)

    def floor(self, at: Decimal) -> Decimal:
        """m² of floor ready: buildings begun, spread over a half to one and a half building times later."""
        b = self.build_years
        return self.land * self.ratio * (self._begun(at - b / 2) - self._begun(at - 3 * b / 2)) / b

    def homes(self, at: Decimal) -> Decimal:
        return self.floor(at) * self.homes_per_floor if self.homes_per_floor else ZERO

    def jobs(self, at: Decimal) -> Decimal:
        """The mean of the floor over the time it takes to fill."""
        if not self.jobs_per_floor:
            return ZERO
        b, f = self.build_years, self.fill_years
        early, late = at - b / 2, at - 3 * b / 2
        floor = self._begun_twice(early) - self._begun_twice(early - f)
        floor -= self._begun_twice(late) - self._begun_twice(late - f)
        return self.land * self.ratio * floor / (b * f) * self.jobs_per_floor

    def _begun(self, at: Decimal) -> Decimal:
        """Integral over time of the share of the land on which building has begun: sold, and the works done."""
        if at <= self.ready:
            return ZERO
        t = self.takeup_years
        return t * (area(self.curve, (at - self.sale) / t) - area(self.curve, (self.ready - self.sale) / t))

    def _begun_twice(self, at: Decimal) -> Decimal:
        """Integral of `_begun`."""
        if at <= self.ready:
            return ZERO
        t, x, r = self.takeup_years, (at - self.sale) / self.takeup_years, (self.ready - self.sale) / self.takeup_years
        inner = area_twice(self.curve, x) - area_twice(self.curve, r) - area(self.curve, r) * (x - r)
        return t * t * inner


# The take-up curve over its own time (0: sale begins, 1: all is sold) and its integrals from 0.


def taken(curve: Curve, x: Decimal) -> Decimal:
    """Share sold: x, or 3x² − 2x³ (slow, fast, slow)."""
    x = clipped(x)
    return x if curve == "linear" else x * x * (3 - 2 * x)


def area(curve: Curve, x: Decimal) -> Decimal:
    """Integral of `taken`."""
    c, after = clipped(x), max(x - 1, ZERO)
    return (c * c / 2 if curve == "linear" else c * c * c * (1 - c / 2)) + after


def area_twice(curve: Curve, x: Decimal) -> Decimal:
    """Integral of `area`."""
    c, after = clipped(x), max(x - 1, ZERO)
    inside = c * c * c / 6 if curve == "linear" else c * c * c * c * (Decimal("0.25") - c / 10)
    return inside + after / 2 + after * after / 2


def clipped(x: Decimal) -> Decimal:
    return min(max(x, ZERO), ONE)


def _value(values: Values, name: str | None, default: Decimal) -> Decimal:
    return default if name is None else values[name]


def _self_sufficiency(scenario: Scenario, values: Values, jobs: Decimal, homes: Decimal) -> Decimal | None:
    if scenario.has_homes:
        return jobs / homes if homes > 0 else None
    planned = _value(values, scenario.programme.planned_jobs, ZERO)
    return jobs / planned if planned > 0 else None
