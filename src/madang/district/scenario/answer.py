"""All that a page, an export or a briefing needs of one question: a scenario, changed so, looked at so."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from madang.district.scenario.change import Change, apply_change, change_query, parse_change
from madang.district.scenario.model import run
from madang.district.scenario.montecarlo import Bands, bands, draw, simulate
from madang.district.scenario.sensitivity import OUTCOMES, Rank, Swing, rank_correlations, swings
from madang.district.scenario.values import Outcome, Scenario
from madang.errors import BadRequestData
from madang.model.keys import suggestion

RUNS = 10_000
RUNS_LEAST, RUNS_MOST = 100, 10_000
"""Most: what one page may cost. Least: below it P10 and P90 say nothing."""

SEED = 1
SEED_MOST = 10**9
OUTCOME = "npv"
_WHOLE = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Asked:
    """runs: of the Monte Carlo. seed: of its draws. outcome: what the sensitivity is about, a key of OUTCOMES."""

    change: Change
    runs: int = RUNS
    seed: int = SEED
    outcome: str = OUTCOME


@dataclass(frozen=True, slots=True)
class Answer:
    """scenario: as changed. swings, ranks: of the outcome asked about, the one that matters most first."""

    scenario: Scenario
    outcome: Outcome
    bands: Bands
    swings: tuple[Swing, ...]
    ranks: tuple[Rank, ...]


def parse_asked(scenario: Scenario, pairs: Iterable[tuple[str, str]]) -> Asked:
    """From the pairs of an address. Raises BadRequestData that names the parameter."""
    controls: dict[str, str] = {}
    changes: list[tuple[str, str]] = []
    for name, text in pairs:
        if name not in ("runs", "seed", "outcome"):
            changes.append((name, text))
        elif name in controls:
            raise BadRequestData(f'"{name}" is given twice.', name)
        else:
            controls[name] = text.strip()
    outcome = controls.get("outcome") or OUTCOME
    if outcome not in OUTCOMES:
        known = ", ".join(OUTCOMES)
        raise BadRequestData(f"The outcome is one of {known}{suggestion(outcome[:40], list(OUTCOMES))}.", "outcome")
    return Asked(
        parse_change(scenario, changes),
        _whole("runs", controls.get("runs") or str(RUNS), RUNS_LEAST, RUNS_MOST),
        _whole("seed", controls.get("seed") or str(SEED), 0, SEED_MOST),
        outcome,
    )


def asked_query(asked: Asked) -> dict[str, str]:
    """The shortest address that asks the same."""
    usual = {"runs": str(RUNS), "seed": str(SEED), "outcome": OUTCOME}
    controls = {"runs": str(asked.runs), "seed": str(asked.seed), "outcome": asked.outcome}
    return change_query(asked.change) | {name: text for name, text in controls.items() if text != usual[name]}


def answer(scenario: Scenario, asked: Asked) -> Answer:
    changed = apply_change(scenario, asked.change)
    draws = draw(changed, asked.runs, asked.seed)
    paths = simulate(changed, draws)
    return Answer(
        changed,
        run(changed),
        bands(changed, paths),
        swings(changed, asked.outcome),
        rank_correlations(changed, draws, paths, asked.outcome),
    )


def _whole(name: str, text: str, least: int, most: int) -> int:
    if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
        raise BadRequestData(f'"{name}" must be a whole number from {least} to {most}.', name)
    return int(text)
