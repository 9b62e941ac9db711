"""What a city's scenario gives the briefing: one run on its middle values, the bands of many, and what moves them."""

from dataclasses import dataclass

from madang.district.scenario import Bands, Outcome, Scenario, Swing, bands, draw, run, simulate, swings

RUNS = 10_000
SEED = 2016
"""Fixed, so that the same scenario gives the same pages."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """swings: of the jobs in the last year, widest first."""

    scenario: Scenario
    outcome: Outcome
    bands: Bands
    swings: tuple[Swing, ...]


def make_forecast(scenario: Scenario, runs: int = RUNS) -> Forecast:
    draws = draw(scenario, runs, SEED)
    return Forecast(scenario, run(scenario), bands(scenario, simulate(scenario, draws)), swings(scenario, "jobs"))
