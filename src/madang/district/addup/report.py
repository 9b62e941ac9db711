"""The answer to "does it add up?": the table as read, and a finding for each of its claims."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from .judge import Finding, Kind, Verdict
from .table import Said, Table
from .words import KINDS, VERDICTS, plain, say


@dataclass(frozen=True)
class Report:
    """table: None for sentences, whose lines are then in ``lines``. findings: in the order of the rows."""

    table: Table | None
    lines: tuple[str, ...]
    findings: tuple[Finding, ...]
    decisions: tuple[Said, ...] = ()

    @cached_property
    def counts(self) -> Mapping[Verdict, int]:
        """Findings by verdict; all verdicts are there."""
        counted = Counter(finding.verdict for finding in self.findings)
        return {verdict: counted[verdict] for verdict in Verdict}

    @cached_property
    def worst(self) -> Mapping[tuple[int, int], Finding]:
        """(row, column) of each published cell and the gravest finding about it. Shares that make a hundred stand in
        no cell together: each of them is marked."""
        found: dict[tuple[int, int], Finding] = {}
        for finding in self.findings:
            shares = finding.claim.inputs if finding.claim.kind is Kind.PERCENT_SUM else ()
            for cell in filter(None, [finding.claim.published, finding.suspect, *shares]):
                known = found.get((cell.row, cell.column))
                if cell.row and (known is None or GRAVITY[finding.verdict] > GRAVITY[known.verdict]):
                    found[cell.row, cell.column] = finding
        return found


GRAVITY: Mapping[Verdict, int] = {
    verdict: at
    for at, verdict in enumerate(
        [
            Verdict.INFO,
            Verdict.MATCH,
            Verdict.ROUNDED,
            Verdict.CANNOT_TELL,
            Verdict.TRUNCATED,
            Verdict.UNIT_SLIP,
            Verdict.MISMATCH,
        ]
    )
}
"""What a reader should look at first has the highest."""

COLUMNS: Sequence[str] = (
    "place",
    "kind",
    "verdict",
    "published",
    "computed",
    "low",
    "high",
    "difference",
    "cells",
    "ko",
    "en",
)


def report_rows(report: Report) -> list[list[str | Decimal | None]]:
    """The findings below COLUMNS, for a CSV: places and words as texts, figures as numbers."""
    return [_row(finding) for finding in report.findings]


def _row(finding: Finding) -> list[str | Decimal | None]:
    said, computed, published = say(finding), finding.computed, finding.claim.published
    return [
        published.place if published else "",
        KINDS[finding.claim.kind].en,
        VERDICTS[finding.verdict].en,
        published.text if published else "",
        *([shown(computed.mid), shown(computed.low), shown(computed.high)] if computed else [None, None, None]),
        shown(finding.difference) if finding.difference is not None else None,
        " ".join(cell.place for cell in finding.claim.inputs[:CELLS_NAMED]),
        said.ko,
        said.en,
    ]


CELLS_NAMED = 40
"""Most cells that one finding names; a sum over a thousand rows is told by its first ones."""


def shown(value: Decimal) -> Decimal:
    """To the digits that the sentences show."""
    return Decimal(plain(value).replace(",", ""))
