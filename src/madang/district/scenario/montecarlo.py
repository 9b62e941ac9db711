"""Many runs of a scenario at once: the model again in numpy, one row per year and one column per run.

Money is float here, for bands only: what is shown as money of the plan itself comes from the Decimal model. For the
same values both agree to 1e-9 of the largest figure of a kind (money: plus the currency's smallest unit per year, to
which the Decimal model rounds).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from madang.district.scenario.values import Assumption, Curve, PhasePlan, Scenario, UsePlan

Array = npt.NDArray[np.float64]
Draws = Mapping[str, Array]
"""Assumption's name -> values in model units: one per run, or a single one where it is fixed."""

PERT_WEIGHT = 4.0
"""How much the mode weighs against low and high in a PERT distribution. Source: Malcolm and others 1959."""

PERCENTILES = (10.0, 50.0, 90.0)


@dataclass(frozen=True, slots=True)
class Paths:
    """All runs, at each year's end: works (0 to 1), sold (m²), floor (m²), jobs, homes, cash, cumulative.

    These are (years, runs); npv, completion (year with fraction): (runs,).
    """

    works: Array
    sold: Array
    floor: Array
    jobs: Array
    homes: Array
    cash: Array
    cumulative: Array
    npv: Array
    completion: Array

    @property
    def runs(self) -> int:
        return int(self.npv.shape[0])


@dataclass(frozen=True, slots=True)
class Band:
    """Percentiles of one quantity in one year."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Bands:
    """jobs, homes, works, cumulative: one per year. npv_positive, jobs_as_planned: share of the runs; the latter None
    without a plan."""

    runs: int
    jobs: tuple[Band, ...]
    homes: tuple[Band, ...]
    works: tuple[Band, ...]
    cumulative: tuple[Band, ...]
    npv: Band
    completion: Band
    npv_positive: float
    jobs_as_planned: float | None


def draw(scenario: Scenario, runs: int, seed: int) -> Draws:
    """Independent draws. Each assumption has a stream of its own, named by its name: to change or add one moves no
    other, so two scenarios of one seed differ by what was changed and not by chance."""
    return {name: _drawn(name, one, scenario, runs, seed) for name, one in scenario.assumptions.items()}


def _drawn(name: str, one: Assumption, scenario: Scenario, runs: int, seed: int) -> Array:
    low, mode, high = (float(value * one.factor) for value in (one.low, one.mode, one.high))
    if not one.uncertain:
        return np.array([mode])
    random = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *name.encode()])))
    if scenario.shape == "triangular":
        return random.triangular(low, mode, high, runs)
    rise = PERT_WEIGHT * (mode - low) / (high - low)
    return low + (high - low) * random.beta(1 + rise, 1 + PERT_WEIGHT - rise, runs)


def simulate(scenario: Scenario, draws: Draws) -> Paths:
    """One path per run. Shapes: draws of length 1 or of the number of runs."""
    runs = max(len(values) for values in draws.values())
    edges = np.arange(scenario.first, scenario.last + 2, dtype=np.float64)[:, None]
    shape = (len(edges) - 1, runs)
    sold, floor, jobs, homes, revenue = (np.zeros(shape) for _ in range(5))
    shapes: dict[tuple[str | None, ...], _Shape] = {}
    for phase in scenario.phases:
        for use in scenario.uses:
            if use.takeup_years is None:
                continue
            # Uses of one district mostly sell, build and fill alike; that is worked out once.
            key = (phase.id, use.takeup_years, use.build_years, use.fill_years)
            if key not in shapes:
                shapes[key] = _shape(scenario, phase, use, draws, edges)
            _add_part(phase, use, draws, shapes[key], (sold, floor, jobs, homes, revenue))
    done, cost = _works(scenario, draws, edges)
    cash = revenue - cost
    return Paths(
        works=np.broadcast_to(done[1:], shape),
        sold=sold,
        floor=floor,
        jobs=jobs,
        homes=homes,
        cash=cash,
        cumulative=cash.cumsum(axis=0),
        npv=_npv(cash, draws[scenario.programme.discount], 0.5 if scenario.timing == "mid" else 1.0),
        completion=np.broadcast_to(
            np.maximum.reduce([_ready(phase, scenario, draws) for phase in scenario.phases]), (runs,)
        ),
    )


def bands(scenario: Scenario, paths: Paths) -> Bands:
    planned = scenario.programme.planned_jobs
    goal = float(scenario.modes()[planned]) if planned else None
    return Bands(
        runs=paths.runs,
        jobs=_by_year(paths.jobs),
        homes=_by_year(paths.homes),
        works=_by_year(paths.works),
        cumulative=_by_year(paths.cumulative),
        npv=_by_year(paths.npv[None, :])[0],
        completion=_by_year(paths.completion[None, :])[0],
        npv_positive=float((paths.npv >= 0).mean()),
        jobs_as_planned=None if goal is None else float((paths.jobs[-1] >= goal).mean()),
    )


def _by_year(values: Array) -> tuple[Band, ...]:
    if not values.any():
        return (Band(0.0, 0.0, 0.0),) * len(values)
    low, middle, high = np.percentile(values, PERCENTILES, axis=1)
    return tuple(Band(*(float(one) for one in year)) for year in zip(low, middle, high, strict=True))


def _npv(cash: Array, rate: Array, lead: float) -> Array:
    worth = np.zeros(cash.shape[1])
    for year in cash[::-1]:
        worth = worth / (1 + rate) + year
    npv: Array = worth / (1 + rate) ** lead
    return npv


def _works(scenario: Scenario, draws: Draws, edges: Array) -> tuple[Array, Array]:
    """Share of the works done at each edge of a year, and the cost of each year."""
    whole = scenario.programme
    cost = draws[whole.cost] * _values(draws, whole.cost_factor, 1.0)
    for_land = _values(draws, whole.acquisition_share, 0.0)
    done: Array = np.zeros((len(edges), 1))
    spent: Array = np.zeros((len(edges) - 1, 1))
    for phase in scenario.phases:
        share, begins = float(phase.share), float(phase.start.begins)
        phase_done = _clipped((edges - begins) / (_ready(phase, scenario, draws) - begins))
        phase_land = for_land if phase.acquire else np.zeros(1)
        done = done + share * phase_done
        spent = spent + share * (1 - phase_land) * np.diff(phase_done, axis=0)
        if phase.acquire:
            first = float(phase.acquire.begins)
            spent = spent + share * phase_land * np.diff(_clipped((edges - first) / (begins - first)), axis=0)
    return done, cost * spent


def _ready(phase: PhasePlan, scenario: Scenario, draws: Draws) -> Array:
    return float(phase.end.ends) + _values(draws, scenario.programme.delay, 0.0)


@dataclass(frozen=True, slots=True)
class _Shape:
    """How a use goes on in time, whatever its size, as shares: its land sold (at each edge of a year), its floor ready
    and its floor filled (at each year's end)."""

    sold: Array
    ready: Array
    filled: Array


def _shape(scenario: Scenario, phase: PhasePlan, use: UsePlan, draws: Draws, edges: Array) -> _Shape:
    years, sale = _values(draws, use.takeup_years, 1.0), float(phase.sale.begins)
    build, fill = _values(draws, use.build_years, 1.0), _values(draws, use.fill_years, 1.0)
    begun = _Begun(scenario.curve, sale, years, _ready(phase, scenario, draws))
    early, late = edges[1:] - build / 2, edges[1:] - 1.5 * build
    nothing = np.zeros((1, 1))
    ready = (begun.once(early) - begun.once(late)) / build if use.build_years else nothing
    filled = nothing
    if use.fill_years:
        filled = begun.twice(early) - begun.twice(early - fill) - begun.twice(late) + begun.twice(late - fill)
        filled /= build * fill
    return _Shape(_taken(scenario.curve, (edges - sale) / years), ready, filled)


def _add_part(phase: PhasePlan, use: UsePlan, draws: Draws, shape: _Shape, sums: tuple[Array, ...]) -> None:
    """Add one use's land of one phase to the sums of sold, floor, jobs, homes and revenue."""
    sold, floor, jobs, homes, revenue = sums
    land = draws[use.land] * float(phase.share) * _values(draws, use.takeup_share, 1.0)
    sold += land * shape.sold[1:]
    if use.price:
        revenue += np.diff(shape.sold, axis=0) * (land * draws[use.price])
    if use.floor_area_ratio is None:
        return
    built = land * draws[use.floor_area_ratio]
    floor += built * shape.ready
    if use.floor_per_dwelling:
        homes += (built / draws[use.floor_per_dwelling]) * shape.ready
    if use.floor_per_job:
        jobs += (built * _values(draws, use.occupancy, 1.0) / draws[use.floor_per_job]) * shape.filled


@dataclass(frozen=True, slots=True)
class _Begun:
    """Integrals over time of the share of land on which building has begun: sold, and the phase's works done."""

    curve: Curve
    sale: float
    years: Array
    ready: Array

    def once(self, at: Array) -> Array:
        x, r = self._own(np.maximum(at, self.ready)), self._own(self.ready)
        return self.years * (_area(self.curve, x) - _area(self.curve, r))

    def twice(self, at: Array) -> Array:
        x, r = self._own(np.maximum(at, self.ready)), self._own(self.ready)
        inner = _area_twice(self.curve, x) - _area_twice(self.curve, r) - _area(self.curve, r) * (x - r)
        return self.years * self.years * inner

    def _own(self, at: Array) -> Array:
        """On the take-up curve's own time."""
        return (at - self.sale) / self.years


def _values(draws: Draws, name: str | None, default: float) -> Array:
    return np.array([default]) if name is None else draws[name]


def _taken(curve: Curve, x: Array) -> Array:
    x = _clipped(x)
    return x if curve == "linear" else x * x * (3 - 2 * x)


def _area(curve: Curve, x: Array) -> Array:
    c = _clipped(x)
    return (c * c / 2 if curve == "linear" else c * c * c * (1 - c / 2)) + np.maximum(x - 1, 0)


def _area_twice(curve: Curve, x: Array) -> Array:
    c, after = _clipped(x), np.maximum(x - 1, 0)
    inside = c * c * c / 6 if curve == "linear" else c * c * c * c * (0.25 - c / 10)
    return inside + after / 2 + after * after / 2


def _clipped(x: Array) -> Array:
    clipped: Array = np.clip(x, 0.0, 1.0)
    return clipped
