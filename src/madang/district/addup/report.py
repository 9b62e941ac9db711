"""The answer to "does it add up?": the table as read, and a finding for each of its claims."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from .judge import Finding, Verdict
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
        """(row, column) of each published cell and the gravest finding about it."""
        found: dict[tuple[int, int], Finding] = {}
        for finding in self.findings:
            for cell in filter(None, [finding.claim.published, finding.suspect]):
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


def report_rows(report: Report) -> list[list[str]]:
    """The findings as rows of texts, the header first, for a CSV."""
    rows = [list(COLUMNS)]
    for finding in report.findings:
        said, computed, published = say(finding), finding.computed, finding.claim.published
        rows.append(
            [
                published.place if published else "",
                KINDS[finding.claim.kind].en,
                VERDICTS[finding.verdict].en,
                published.text if published else "",
                *([plain(computed.mid), plain(computed.low), plain(computed.high)] if computed else ["", "", ""]),
                plain(finding.difference, sign=True) if finding.difference is not None else "",
                " ".join(cell.place for cell in finding.claim.inputs[:40]),
                said.ko,
                said.en,
            ]
        )
    return rows
