"""Location quotients of whole tables, against the same by hand in numpy.

    python bench/cluster.py

Tables of the sizes of the San Francisco Bay Area (1,454 zones x 6 sectors) and of a country (10,000 x 20), drawn with
a fixed seed. Prints the least seconds of several runs. Ends with 1 if an answer was wrong, never because it was slow.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import numpy.typing as npt
from bench.report import Row
from rich.console import Console
from rich.table import Table

from madang.district.statistics.cluster import (
    Jobs,
    herfindahls,
    jobs_table,
    krugmans,
    location_quotients,
    quotient_with_interval,
)

SIZES = ((1_454, 6), (10_000, 20))
RUNS = 21
BY_HAND = "the same by hand in numpy, nothing checked"

Matrix = npt.NDArray[np.float64]


def cluster_cases(regions: int, sectors: int) -> Iterator[Row]:
    """Everything a cluster view asks of one table, with what of it numpy alone would take."""
    counts = np.random.default_rng(20160829).integers(1, 5_000, (regions, sectors)).astype(np.float64)
    size = f"{regions:,} x {sectors}"
    names = [f"region {number}" for number in range(regions)]
    columns = [f"sector {number}" for number in range(sectors)]
    rows = counts.tolist()
    checked_s, jobs = _least(lambda: jobs_table(names, columns, rows))
    array_s, _ = _least(lambda: np.array(rows))
    yield Row(f"{size}: table checked, cell by cell", checked_s, "s", "less", array_s, "np.array of the same rows")
    yield _row(f"{size}: location quotients", lambda: location_quotients(jobs), lambda: _quotients(counts))
    yield _row(f"{size}: Herfindahl indices", lambda: herfindahls(jobs), lambda: _herfindahls(counts))
    yield _row(f"{size}: Krugman indices", lambda: krugmans(jobs), lambda: _krugmans(counts))
    intervals_s, _ = _least(lambda: _intervals(jobs), runs=3)
    yield Row(f"{size}: quotients with interval, one by one", intervals_s, "s", "less")


def main() -> int:
    """Print the table; 1 if a figure differs from numpy's."""
    rows = [row for size in SIZES for row in cluster_cases(*size)]
    table = Table("work", "s", "by hand, s", "times", "wrong")
    for row in rows:
        by_hand = ("", "") if row.limit is None else (f"{row.limit:.6f}", f"{row.value / row.limit:.2f}")
        table.add_row(row.work, f"{row.value:.6f}", *by_hand, row.wrong)
    Console().print(table)
    return int(any(row.wrong for row in rows))


def _row(work: str, ours: Callable[[], Matrix], by_hand: Callable[[], Matrix]) -> Row:
    ours_s, found = _least(ours)
    by_hand_s, expected = _least(by_hand)
    wrong = "" if np.allclose(found, expected, rtol=1e-12, atol=1e-12) else "differs from numpy"
    return Row(work, ours_s, "s", "less", by_hand_s, BY_HAND, wrong=wrong)


def _least(work: Callable[[], Any], runs: int = RUNS) -> tuple[float, Any]:
    least_s, found = float("inf"), None
    for _ in range(runs):
        began_s = perf_counter()
        found = work()
        least_s = min(least_s, perf_counter() - began_s)
    return least_s, found


def _quotients(counts: Matrix) -> Matrix:
    found: Matrix = (counts / counts.sum(1, keepdims=True)) / (counts.sum(0) / counts.sum())
    return found


def _herfindahls(counts: Matrix) -> Matrix:
    found: Matrix = ((counts / counts.sum(1, keepdims=True)) ** 2).sum(1)
    return found


def _krugmans(counts: Matrix) -> Matrix:
    found: Matrix = np.abs(counts / counts.sum(1, keepdims=True) - counts.sum(0) / counts.sum()).sum(1)
    return found


def _intervals(jobs: Jobs) -> None:
    by_sector, total = jobs.counts.sum(axis=0).tolist(), float(jobs.counts.sum())
    for row in jobs.counts.tolist():
        local_total = sum(row)
        for local, wide in zip(row, by_sector, strict=True):
            quotient_with_interval(local, local_total, wide, total)


if __name__ == "__main__":
    sys.exit(main())
