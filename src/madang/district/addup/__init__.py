"""Does it add up? Which sums, shares, growths, densities and conversions of a published table hold."""

from .check import check_bytes, check_text
from .judge import Finding, Kind, Span, Verdict
from .report import COLUMNS, Report, report_rows
from .table import Cell, Column, Table

__all__ = [
    "COLUMNS",
    "Cell",
    "Column",
    "Finding",
    "Kind",
    "Report",
    "Span",
    "Table",
    "Verdict",
    "check_bytes",
    "check_text",
    "report_rows",
]
