"""Ten thousand runs of the Goyang programme, beside the same amount of plain numpy, and one exact run.

    python bench/scenario.py [--runs 10000]

Plain numpy is the limit here: as many draws, as many arrays of (years, runs) as a take-up model cannot do without, and
the same percentiles, with nothing of a scenario in it. Peak memory is that of Python's and numpy's allocations.
"""

import argparse
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from madang.district.scenario import (
    Asked,
    Change,
    Scenario,
    answer,
    bands,
    draw,
    find_scenario,
    rank_correlations,
    run,
    simulate,
    swings,
)
from madang.packs.shipped import shipped

GOAL_S: Final = 2.0
TIMES: Final = 7
"""Runs of each measurement; the best one is told, since the machine is shared."""

CURVES: Final = 6
"""Values of the take-up curve's integrals that floor and jobs need each year: two for floor, four for jobs."""

KINDS: Final = 4
"""Quantities with percentiles by year: jobs, homes, works, cumulative cash."""


def best(act: Callable[[], object]) -> float:
    """Seconds."""
    took = []
    for _ in range(TIMES):
        start = perf_counter()
        act()
        took.append(perf_counter() - start)
    return min(took)


def peak_mb(act: Callable[[], object]) -> float:
    tracemalloc.start()
    act()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1e6


def monte_carlo(plan: Scenario, runs: int) -> None:
    bands(plan, simulate(plan, draw(plan, runs, 1)))


def plain_numpy(plan: Scenario, runs: int) -> None:
    random = np.random.Generator(np.random.PCG64(1))
    drawn = [random.beta(3.0, 3.0, runs) for one in plan.assumptions.values() if one.uncertain]
    at = np.arange(len(plan.years), dtype=np.float64)[:, None]
    total = np.zeros((len(plan.years), runs))
    for number in range(CURVES):
        x = np.clip((at - 4.0) / (1.0 + drawn[number % len(drawn)]), 0.0, 1.0)
        total += x * x * (3 - 2 * x)
    for _ in range(KINDS):
        np.percentile(total, (10, 50, 90), axis=1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10_000)
    runs = parser.parse_args().runs
    plan = find_scenario(shipped("cities") / "goyang")
    if plan is None:
        raise SystemExit("Goyang has no scenario")
    draws = draw(plan, runs, 1)
    paths = simulate(plan, draws)
    whole = best(lambda: monte_carlo(plan, runs))
    limit = best(lambda: plain_numpy(plan, runs))
    asked = Asked(Change(), runs)
    rows = (
        (
            f"{runs} runs: draw, simulate, percentiles",
            whole,
            f"goal {GOAL_S} s: {'met' if whole <= GOAL_S else 'MISSED'}",
        ),
        ("  of it draws", best(lambda: draw(plan, runs, 1)), ""),
        ("  of it simulation", best(lambda: simulate(plan, draws)), ""),
        ("  of it percentiles", best(lambda: bands(plan, paths)), ""),
        ("plain numpy of the same size", limit, f"madang takes {whole / limit:.1f} times as long"),
        ("one exact run (Decimal)", best(lambda: run(plan)), ""),
        ("tornado (exact, NPV)", best(lambda: swings(plan, "npv")), ""),
        ("rank correlations", best(lambda: rank_correlations(plan, draws, paths, "npv")), ""),
        ("the whole answer of a page", best(lambda: answer(plan, asked)), ""),
    )
    for what, seconds, note in rows:
        print(f"{what:45} {seconds * 1000:9.1f} ms  {note}")
    print(f"{'peak memory of the runs':45} {peak_mb(lambda: monte_carlo(plan, runs)):9.1f} MB")
    print(f"{'peak memory of plain numpy':45} {peak_mb(lambda: plain_numpy(plan, runs)):9.1f} MB")
    return 0 if whole <= GOAL_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
