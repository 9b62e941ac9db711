"""CSV bytes to columns of text. A bad row is refused with its place, and the next one is served.

Source: RFC 4180. Quotes are doubled within quotes, so a record is whole exactly when it has an even number of them.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from madang.errors import SourceUnavailable
from madang.model.keys import suggestion

BATCH_ROWS = 8192
RECORD_LINES_MAX = 64
"""A quote that is not closed within so many lines was opened by mistake; without a bound it would swallow the file."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One input that was refused. where: file:line:column (file#feature for GeoJSON); sample: the input itself."""

    reason: str
    sample: str
    where: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Columns of one stretch of a file, all of equal length: text for CSV, typed for Parquet.

    lines: line each row starts at; records: its text. Both empty where the file has no lines.
    order: position of each column in the record.
    """

    columns: Mapping[str, npt.NDArray[Any]]
    rejects: tuple[Reject, ...] = ()
    lines: Sequence[int] = ()
    records: Sequence[str] = ()
    order: Mapping[str, int] = field(default_factory=dict)


def read_rows(
    lines: Iterable[bytes], wanted: Sequence[str], *, shown: str, encoding: str, delimiter: str, batch: int = BATCH_ROWS
) -> Iterator[Rows]:
    """Stream a CSV file. lines: with their line ends. wanted: columns that must be there.

    Raises SourceUnavailable (file:line:column) where the header does not let anything be read.
    """
    records = _records(lines, shown, encoding)
    header = _header(records, wanted, shown, encoding, delimiter)
    positions = {name: header.index(name) for name in wanted}
    texts: list[str] = []
    starts: list[int] = []
    rejects: list[Reject] = []
    for line, record in records:
        if isinstance(record, Reject):
            rejects.append(record)
        elif record.strip():
            texts.append(record)
            starts.append(line)
        if len(texts) >= batch:
            yield _columns(texts, starts, rejects, header, positions, shown, delimiter)
            texts, starts, rejects = [], [], []
    if texts or rejects:
        yield _columns(texts, starts, rejects, header, positions, shown, delimiter)


def column_at(record: str, index: int, delimiter: str) -> int:
    """The character (from 1) at which field ``index`` begins."""
    quoted, found = False, 0
    for at, char in enumerate(record):
        if found == index:
            return at + 1
        if char == '"':
            quoted = not quoted
        elif char == delimiter and not quoted:
            found += 1
    return len(record.rstrip("\r\n")) + 1


def _header(
    records: Iterator[tuple[int, "str | Reject"]], wanted: Sequence[str], shown: str, encoding: str, delimiter: str
) -> list[str]:
    line, record = next(records, (1, ""))
    if isinstance(record, Reject):
        raise SourceUnavailable(f"{record.where}: the header cannot be read: {record.reason}.")
    header = next(csv.reader([record.removeprefix("\ufeff")], delimiter=delimiter), [])
    header = [name.strip() for name in header]
    for name in wanted:
        if name not in header:
            hint = suggestion(name, header) or _foreign(record, encoding)
            raise SourceUnavailable(f'{shown}:{line}:1: there is no column "{name}"{hint}')
    return header


def _foreign(record: str, encoding: str) -> str:
    """A hint where the header is plain UTF-8 read as something else."""
    try:
        read = record.encode(encoding).decode("utf-8")
    except UnicodeError:
        return ""
    return '; the file is UTF-8: set encoding = "utf-8"' if encoding == "cp949" and read != record else ""


def _records(lines: Iterable[bytes], shown: str, encoding: str) -> Iterator[tuple[int, "str | Reject"]]:
    """Whole records with the line each starts at, or why a line is none."""
    pending: list[tuple[int, str]] = []
    for number, raw in enumerate(lines, 1):
        try:
            text = raw.decode(encoding if number == 1 or encoding != "utf-8-sig" else "utf-8")
        except UnicodeDecodeError as exc:
            yield number, _undecodable(raw, exc, encoding, f"{shown}:{number}")
            continue
        pending.append((number, text))
        yield from _whole(pending, shown, last=False)
    while pending:
        yield from _whole(pending, shown, last=True)


def _whole(pending: list[tuple[int, str]], shown: str, *, last: bool) -> Iterator[tuple[int, "str | Reject"]]:
    """Take what is whole from the front; a quote that stays open costs its own line only."""
    quotes = 0
    for count, (_, text) in enumerate(pending, 1):
        quotes += text.count('"')
        if quotes % 2 == 0:
            yield pending[0][0], "".join(text for _, text in pending[:count])
            del pending[:count]
            return
    if last or len(pending) > RECORD_LINES_MAX:
        number, text = pending.pop(0)
        column = text.rindex('"') + 1
        yield number, Reject("a quote is opened and never closed", text.rstrip("\r\n"), f"{shown}:{number}:{column}")


def _undecodable(raw: bytes, exc: UnicodeDecodeError, encoding: str, place: str) -> Reject:
    column = len(raw[: exc.start].decode(encoding, "replace")) + 1
    reason = f"not {encoding.upper().removesuffix('-SIG')}"
    for other in ("utf-8", "cp949"):
        try:
            text = raw.decode(other)
        except UnicodeDecodeError:
            continue
        reason += f'; it reads as {other.upper()}: set encoding = "{other}"'
        return Reject(reason, text.rstrip("\r\n"), f"{place}:{column}")
    return Reject(reason, repr(raw.rstrip(b"\r\n")), f"{place}:{column}")


def _columns(
    texts: list[str],
    starts: list[int],
    rejects: list[Reject],
    header: list[str],
    positions: Mapping[str, int],
    shown: str,
    delimiter: str,
) -> Rows:
    fields: list[list[str]] = []
    lines: list[int] = []
    records: list[str] = []
    for line, text, row in zip(starts, texts, csv.reader(texts, delimiter=delimiter), strict=True):
        if len(row) == len(header):
            fields.append(row)
            lines.append(line)
            records.append(text)
        else:
            rejects.append(_miscounted(text, line, row, header, shown, delimiter))
    columns = {name: np.array([row[position] for row in fields], dtype=object) for name, position in positions.items()}
    return Rows(columns, tuple(rejects), lines, records, positions)


def _miscounted(text: str, line: int, row: list[str], header: list[str], shown: str, delimiter: str) -> Reject:
    column = column_at(text, min(len(row), len(header)), delimiter)
    reason = f"the row has {len(row)} columns, the header {len(header)}"
    if len(row) < len(header) and not text.endswith("\n"):
        reason += "; the file ends in the middle of it"
    return Reject(reason, text.rstrip("\r\n"), f"{shown}:{line}:{column}")
