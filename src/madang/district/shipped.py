"""CSV files of records: those that come with madang and its cities, and those that somebody uploads."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from madang.errors import BadRequestData, ConfigError, Fault, Pointer
from madang.model.keys import suggestion

from .guard import check_new
from .kinds import KINDS, Kind
from .languages import LANGUAGES
from .measures import Measures
from .rows import GEOMETRY_MAX, TEXT_MAX, Row, known_columns

ROWS_MAX = 50_000
"""Most rows of one file; a larger one is sent in parts."""


def read_csv(kind: Kind, body: bytes, file: str) -> list[tuple[Pointer, Row]]:
    """Rows of a UTF-8 CSV file with a header line, each with its place (``facts.csv row 7``, the header is row 1).

    Raises BadRequestData for another encoding (names row and byte), an unknown column, a row of another length.
    """
    text = _decode(body, file)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as exc:
        if "field limit" in str(exc):
            raise BadRequestData(
                f"{file} has a cell of more than {csv.field_size_limit():,} characters; a boundary has at most "
                f"{GEOMETRY_MAX:,}, a text {TEXT_MAX:,}. Maybe a quotation mark is not closed.",
                file,
            ) from exc
        raise BadRequestData(f"{file} is no CSV: {exc}.", file) from exc
    if not lines or not any(lines[0]):
        raise BadRequestData(f"{file} is empty; its first row must name the columns.", file)
    header = [name.strip() for name in lines[0]]
    if len(lines) > ROWS_MAX:
        raise BadRequestData(f"{file} has more than {ROWS_MAX} rows; send it in parts.", file)
    if faults := list(_header_faults(kind, header, Pointer(f"{file} row 1"))):
        raise BadRequestData(str(faults[0]), faults=faults)
    return list(_rows(header, lines, file))


def _header_faults(kind: Kind, header: list[str], at: Pointer) -> Iterator[Fault]:
    """What is wrong with the columns is told once, not once for each row."""
    if len(header) == 1 and (sign := next((one for one in (";", "\t", "|") if one in header[0]), "")):
        named = "a tab" if sign == "\t" else sign
        yield Fault(f"The header has one column; the file seems to be separated by {named}. Use commas.", at)
        return
    known = known_columns(kind)
    for name in dict.fromkeys(filter(None, header)):
        if header.count(name) > 1:
            yield Fault(f'The header names "{name[:40]}" {header.count(name)} times.', at / name)
        if name not in known:
            hint = suggestion(name, list(known)) or "."
            yield Fault(f'{kind.name} has no column "{name[:40]}"{hint}', at / name)
    for column in kind.columns:
        names = [f"{column.name}_{lang}" for lang in LANGUAGES] if column.kind == "words" else [column.name]
        if column.required and not set(names) & set(header):
            yield Fault(f"The header lacks {' or '.join(names[:2])}, which every {kind.name} needs.", at / column.name)


def _rows(header: list[str], lines: list[list[str]], file: str) -> Iterator[tuple[Pointer, Row]]:
    for number, line in enumerate(lines[1:], start=2):
        at = Pointer(f"{file} row {number}")
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(header):
            raise BadRequestData(f"{at} has {len(line)} cells where the header names {len(header)} columns.", at)
        yield at, {name: cell.strip() for name, cell in zip(header, line, strict=True) if cell.strip()}


def _decode(body: bytes, file: str) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        row = body.count(b"\n", 0, exc.start) + 1
        raise BadRequestData(
            f"{file} row {row} is not UTF-8 (byte {exc.start} of the file){_looks_like(body)} Save it as UTF-8 "
            "(in Excel: CSV UTF-8) and send it again; nothing was entered.",
            f"{file} row {row}",
        ) from exc


def _looks_like(body: bytes) -> str:
    try:
        text = body.decode("cp949")
    except UnicodeDecodeError:
        return "."
    korean = sum("가" <= sign <= "힣" for sign in text)
    return "; it looks like CP949 (EUC-KR)." if korean else "."


def load_rows(directory: Path, measures: Measures) -> list[tuple[Kind, Row]]:
    """Every record file of a directory (``facts.csv``, ``baselines.csv`` …), whole and checked. A missing directory or
    file has no rows. Raises ConfigError with every fault, each with its file and row."""
    found: list[tuple[Kind, Row]] = []
    faults: list[Fault] = []
    for kind in KINDS:
        path = directory / f"{kind.plural}.csv"
        if path.is_file():
            try:
                rows = read_csv(kind, path.read_bytes(), path.name)
            except BadRequestData as exc:
                faults.extend(exc.faults)
                continue
            for at, row in rows:
                try:
                    check_new(kind, {"status": "shipped", **row}, measures, at)
                except BadRequestData as exc:
                    faults.extend(exc.faults)
                found.append((kind, row))
    if faults:
        raise ConfigError(faults=faults)
    return found
