"""Which assumption matters most: each one alone from low to high, and its rank correlation over many runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from madang.district.scenario.cash import npv
from madang.district.scenario.model import completion, rounded, years_of
from madang.district.scenario.montecarlo import Array, Draws, Paths
from madang.district.scenario.values import Scenario

Measure = Callable[[Scenario, Mapping[str, Decimal]], Decimal]


def _npv(scenario: Scenario, values: Mapping[str, Decimal]) -> Decimal:
    flows = [year.cash for year in years_of(scenario, values)]
    return rounded(npv(flows, values[scenario.programme.discount], scenario.timing), scenario.currency)


def _last(name: str) -> Measure:
    def measure(scenario: Scenario, values: Mapping[str, Decimal]) -> Decimal:
        *_, last = years_of(scenario, values)
        return Decimal(getattr(last, name))

    return measure


OUTCOMES: Mapping[str, tuple[Measure, Callable[[Paths], Array]]] = {
    "npv": (_npv, lambda paths: paths.npv),
    "cash": (_last("cumulative"), lambda paths: paths.cumulative[-1]),
    "jobs": (_last("jobs"), lambda paths: paths.jobs[-1]),
    "homes": (_last("homes"), lambda paths: paths.homes[-1]),
    "completion": (completion, lambda paths: paths.completion),
}
"""What may be asked about: the deterministic figure, and the same of every run. cash, jobs, homes: in the last year."""


@dataclass(frozen=True, slots=True)
class Swing:
    """The outcome with one assumption at its low and at its high, all others at their mode."""

    name: str
    at_low: Decimal
    at_high: Decimal

    @property
    def width(self) -> Decimal:
        return abs(self.at_high - self.at_low)


@dataclass(frozen=True, slots=True)
class Rank:
    """Spearman's rank correlation of an assumption with the outcome, -1 to 1; None where either never moved."""

    name: str
    rho: float | None


def swings(scenario: Scenario, outcome: str) -> tuple[Swing, ...]:
    """Widest first, assumptions without a range left out. outcome: a key of OUTCOMES."""
    measure = OUTCOMES[outcome][0]
    modes = scenario.modes()
    found = [
        Swing(
            name,
            measure(scenario, {**modes, name: one.low * one.factor}),
            measure(scenario, {**modes, name: one.high * one.factor}),
        )
        for name, one in scenario.assumptions.items()
        if one.uncertain
    ]
    return tuple(sorted(found, key=lambda swing: -swing.width))


def rank_correlations(scenario: Scenario, draws: Draws, paths: Paths, outcome: str) -> tuple[Rank, ...]:
    """Strongest first. The draws are independent, so each shows its own share of the spread."""
    result = OUTCOMES[outcome][1](paths)
    ranks = _ranks(result)
    found = [
        Rank(name, _pearson(_ranks(draws[name]), ranks)) for name, one in scenario.assumptions.items() if one.uncertain
    ]
    return tuple(sorted(found, key=lambda rank: -abs(rank.rho or 0.0)))


def _ranks(values: Array) -> Array:
    """Mean rank for ties."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    upper = counts.cumsum()
    ranks: Array = (upper - (counts - 1) / 2)[inverse]
    return ranks


def _pearson(a: Array, b: Array) -> float | None:
    """None where one of them never moves."""
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / spread if spread > 0 else None
