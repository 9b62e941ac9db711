"""The checker on a long table: seconds and memory for one whose every row claims a sum and a share.

    python bench/addup.py [--rows 10000] [--repeat 3]

Each row has three parts, their total and two shares, as a table of lots or of zones does; one row in a hundred is
wrong. Beside it stands the least that reading the file takes: the csv module and float() of each figure.
"""

import argparse
import csv
import io
import resource
import sys
import tracemalloc
from collections.abc import Callable
from time import perf_counter

from madang.district.addup import Verdict, check_text


def make_table(rows: int) -> str:
    lines = ["zone,housing (m²),work (m²),open space (m²),total (m²),housing share (%),work share (%)"]
    for at in range(1, rows + 1):
        parts = (1000 + 37 * at % 9000, 2000 + 53 * at % 8000, 500 + 71 * at % 3000)
        total = sum(parts)
        told = total + 1000 if at % 100 == 0 else total
        shares = (f"{100 * parts[0] / total:.1f}", f"{100 * parts[1] / total:.1f}")
        lines.append(",".join(map(str, (f"lot {at}", *parts, told, *shares))))
    return "\n".join(lines) + "\n"


def read_only(text: str) -> int:
    return sum(len([float(cell) for cell in row[1:]]) for row in list(csv.reader(io.StringIO(text)))[1:])


def fastest(work: Callable[[], object], repeat: int) -> float:
    took = []
    for _ in range(repeat):
        start = perf_counter()
        work()
        took.append(perf_counter() - start)
    return min(took)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    text = make_table(asked.rows)
    report = check_text(text)
    wrong = {claim.row for found in report.findings if not found.verdict.holds and (claim := found.claim.published)}
    expected = set(range(101, asked.rows + 2, 100))
    checked_s = fastest(lambda: check_text(text), asked.repeat)
    read_s = fastest(lambda: read_only(text), asked.repeat)
    tracemalloc.start()
    kept = check_text(text)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    matches = kept.counts[Verdict.MATCH]
    print(f"{asked.rows} rows, {len(text) / 1e6:.2f} MB, {len(kept.findings)} claims found, {matches} match")
    print(
        f"checked in {checked_s:.2f} s ({len(kept.findings) / checked_s:,.0f} claims/s); csv and float: {read_s:.3f} s"
    )
    print(f"memory held {held / 1e6:.0f} MB, at most {peak / 1e6:.0f} MB; {_rss_mb():.0f} MB of the process")
    if not expected <= wrong:
        print(f"wrong rows that were not found: {sorted(expected - wrong)[:10]}")
        return 1
    return 0


def _rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
