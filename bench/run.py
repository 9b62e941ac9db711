"""All measurements in one run, each against what the machine gives at best for that work.

    python bench/run.py [--quick | --full] [--only WORD]

The server is `madang serve` on an empty city, a process of its own on core 0; the load generator is this process, on
core 1. Prints a table and writes it to var/bench/<time>.json. Ends with 1 if an answer was wrong, never because
something was slow. What is measured and why: docs/explanation/performance.md.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.cases import Size, notification_cases, serve_cases
from bench.engines import apart, filters, histories
from bench.report import Report, Row, describe_machine, number, show, write
from bench.server import ROOT, pin_client
from rich.console import Console


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything a mode measures. history_days: None: all that is recorded."""

    size: Size
    filtered: int
    history_days: int | None
    repeat: int


PLANS = {
    "quick": Plan(Size(5_000, 1.0, 0.3, 200, 500), 100_000, 2, 10),
    "default": Plan(Size(100_000, 3.0, 1.5, 2_000, 500), 1_000_000, 8, 40),
    "full": Plan(Size(1_000_000, 10.0, 5.0, 10_000, 500), 1_000_000, None, 100),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--quick", action="store_true", help="small and short, for a look")
    mode.add_argument("--full", action="store_true", help="a million entities, long loads")
    parser.add_argument("--only", choices=("serve", "notify", "filter", "history"), help="one part of it")
    parser.add_argument(
        "--directory", type=Path, default=None, help="data directory; must be on the disk to be measured"
    )
    asked = parser.parse_args()
    chosen = "quick" if asked.quick else "full" if asked.full else "default"
    report = measure(chosen, asked.only, asked.directory, Console(stderr=True))
    show(report)
    print(f"Written to {write(report, ROOT / 'var' / 'bench')}")
    return 1 if report.wrong else 0


def measure(mode: str, only: str | None, directory: Path | None, console: Console) -> Report:
    pin_client()
    plan, machine, begin = PLANS[mode], describe_machine(), perf_counter()
    at = datetime.now(UTC)
    rows: list[Row] = []
    for name, cases in _parts(plan, directory).items():
        if only in (None, name):
            for row in cases():
                rows.append(row)
                console.print(
                    f"{perf_counter() - begin:4.0f} s  {row.work}: {number(row.value)} {row.unit}", style="dim"
                )
    return Report(at, mode, machine, rows, perf_counter() - begin)


def _parts(plan: Plan, directory: Path | None) -> dict[str, Callable[[], Iterable[Row]]]:
    def in_directory(cases: Callable[[Path, Size], Iterable[Row]]) -> Iterable[Row]:
        # /var/tmp: on many machines /tmp is memory, which knows no fsync.
        with tempfile.TemporaryDirectory(prefix="madang-bench-", dir=directory or "/var/tmp") as folder:
            yield from cases(Path(folder), plan.size)

    return {
        "serve": lambda: in_directory(serve_cases),
        "notify": lambda: in_directory(notification_cases),
        "filter": lambda: apart(filters, plan.filtered),
        "history": lambda: apart(histories, plan.history_days, plan.repeat),
    }


if __name__ == "__main__":
    sys.exit(main())
