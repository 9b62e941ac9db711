"""Results: a table for people, JSON for comparisons."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import orjson
from bench.server import ROOT
from rich.console import Console
from rich.table import Table

Better = Literal["more", "less"]

COLUMNS = ("work", "measured", "limit here", "of it", "goal", "P50", "P95", "P99 ms", "server µs")
WIDTH = 160
"""Of the table where it is not shown on a screen."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. limit: what the machine gives at best for this work, in the same unit. goal: see docs, performance.

    cpu_us: CPU time of the server per answer, µs. wrong: what was not as it must be; "" where all was right.
    """

    work: str
    value: float
    unit: str
    better: Better = "more"
    limit: float | None = None
    limit_is: str = ""
    goal: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    cpu_us: float | None = None
    note: str = ""
    wrong: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.better == "more" else self.value <= self.goal


@dataclass(frozen=True, slots=True)
class Report:
    """One run of the bench."""

    at: datetime
    mode: str
    machine: dict[str, Any]
    rows: Sequence[Row]
    seconds: float

    @property
    def wrong(self) -> list[str]:
        return [f"{row.work}: {row.wrong}" for row in self.rows if row.wrong]


def describe_machine() -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "cpu": _cpu_model(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "commit": _commit(),
        "load_before": os.getloadavg()[0],
    }


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def _commit() -> str:
    try:
        found = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    except OSError:
        return ""
    return found.stdout.strip()


def show(report: Report) -> None:
    """Print the table, what stands behind its figures, and what was wrong."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=WIDTH)
    machine = report.machine
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for column in table.columns:
        column.no_wrap = True
        column.justify = "left" if column is table.columns[0] else "right"
    for row in report.rows:
        table.add_row(*_cells(row))
    console.print(table)
    for row in report.rows:
        if row.note or row.limit_is:
            about = "; ".join(text for text in (f"limit: {row.limit_is}" if row.limit_is else "", row.note) if text)
            console.print(f"  {row.work}: {about}", style="dim", highlight=False, soft_wrap=True)
    console.print(
        f"\n{machine['cores']} cores, {machine['cpu']}, Python {machine['python']}, {machine['system']}, "
        f"commit {machine['commit']}, load {machine['load_before']:.1f} before; {report.mode}, {report.seconds:.0f} s",
        highlight=False,
    )
    for wrong in report.wrong:
        console.print(f"wrong answer: {wrong}", style="bold red", highlight=False, soft_wrap=True)


def _cells(row: Row) -> list[str]:
    share = "" if not row.limit else f"{row.value / row.limit if row.better == 'more' else row.limit / row.value:.0%}"
    goal = "" if row.goal is None else f"{'≥' if row.better == 'more' else '≤'} {number(row.goal)}"
    mark = {None: "", True: " [green]✓[/]", False: " [yellow]·[/]"}[row.reached]
    return [
        row.work,
        f"{number(row.value)} {row.unit}",
        "" if row.limit is None else number(row.limit),
        share,
        goal + mark,
        *("" if ms is None else f"{ms:.1f}" for ms in (row.p50_ms, row.p95_ms, row.p99_ms)),
        "" if row.cpu_us is None else f"{row.cpu_us:.0f}",
    ]


def number(value: float) -> str:
    """Three significant digits at least, thousands apart."""
    if abs(value) >= 100:
        return f"{value:,.0f}".replace(",", " ")
    return f"{value:.3g}"


def write(report: Report, directory: Path) -> Path:
    """Write the report as JSON, named by its time. Returns the file."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{report.at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.json"
    path.write_bytes(orjson.dumps(asdict(report), option=orjson.OPT_INDENT_2))
    return path
