"""Series as CSV that a spreadsheet opens rightly: UTF-8 with a mark, local times with offset. Source: RFC 4180."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from .series import Line

BYTE_ORDER_MARK = "\ufeff"
"""Without it spreadsheets read UTF-8 as the system's old code page, and Korean names are lost."""

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """A name that a spreadsheet would run as a formula gets a leading apostrophe."""
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Numbers as they are, None as an empty cell, texts made safe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([safe_cell(name) for name in header])
    for row in rows:
        writer.writerow(["" if cell is None else safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return BYTE_ORDER_MARK + out.getvalue()


def local_time(at_ms: int, timezone: ZoneInfo) -> str:
    """ISO 8601 with the city's offset."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(timezone).isoformat()


def lines_csv(lines: Sequence[Line], symbol: str, timezone: ZoneInfo, *, time: str, low: str, high: str) -> str:
    """One row per time, one column per line, and two for the usual range where a line has one. time, low, high: words
    of the header."""
    header = [time]
    columns: list[dict[int, float | None]] = []
    for line in lines:
        name = f"{line.name} ({symbol})" if symbol else line.name
        header.append(name)
        columns.append(dict(zip(line.at, line.value, strict=True)))
        if line.low:
            header += [f"{name}: {low}", f"{name}: {high}"]
            columns += [dict(zip(line.at, line.low, strict=True)), dict(zip(line.at, line.high, strict=True))]
    times = sorted({at for line in lines for at, value in zip(line.at, line.value, strict=True) if value is not None})
    return csv_text(header, ([local_time(at, timezone), *(column.get(at) for column in columns)] for at in times))
