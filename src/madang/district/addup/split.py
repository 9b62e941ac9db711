"""Bytes into text, and text into rows of texts: whatever separates them."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Final

from madang.errors import BadRequestData, InvalidRequest, TooLarge

from .numbers import clean

BYTES_MAX: Final = 4_000_000
ROWS_MAX: Final = 12_000
COLUMNS_MAX: Final = 200
CELLS_MAX: Final = 75_000
CELL_MAX: Final = 2_000
"""Characters of one cell."""

LINE_MAX: Final = 10_000
"""Characters of one line of sentences."""

ENCODINGS: Final = ("utf-8", "utf-8-sig", "cp949")

Rows = list[list[str]]


def decode(data: bytes, encoding: str | None = None) -> str:
    """The text of an uploaded file. encoding: one of ENCODINGS; None is UTF-8 with or without a mark.

    Raises TooLarge past BYTES_MAX, BadRequestData for an encoding that is not offered, and InvalidRequest where the
    bytes are not of that encoding: with the row, the byte, and what they look like.
    """
    if len(data) > BYTES_MAX:
        raise TooLarge(
            f"The file has {len(data)} bytes; at most {BYTES_MAX} are checked. Send the sheet with the table only."
        )
    asked = (encoding or "utf-8").lower()
    if asked not in ENCODINGS:
        raise BadRequestData(f"Encoding {encoding!r} is not read; choose one of {', '.join(ENCODINGS)}.", "encoding")
    if asked != "cp949" and data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidRequest("The file is UTF-16, not UTF-8. Save it as 'CSV UTF-8' and send it again.")
    if asked == "cp949" and not data.isascii() and looks_like(data, "utf-8"):
        # Most UTF-8 also decodes as CP949, into other syllables.
        raise InvalidRequest("The file is not CP949. The file looks like UTF-8. Send it again with encoding=utf-8.")
    try:
        # "-sig" takes the mark away where there is one, and is plain UTF-8 where there is none.
        return data.decode("cp949" if asked == "cp949" else "utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InvalidRequest(_not_text(data, exc, asked)) from exc


def _not_text(data: bytes, exc: UnicodeDecodeError, asked: str) -> str:
    before = exc.object[: exc.start]
    row = before.count(b"\n") + 1
    byte = exc.start - (before.rfind(b"\n") + 1) + 1
    # The decoder saw the bytes after the mark, if there was one; places within a row stay the same but in row 1.
    where = f"Row {row}, byte {byte} (0x{exc.object[exc.start]:02x}) is not {asked.upper()}."
    other = "cp949" if asked != "cp949" else "utf-8"
    if looks_like(data, other):
        return (
            f"{where} The file looks like {other.upper()}. "
            f"Send it again with encoding={other}, or save it as 'CSV UTF-8'."
        )
    kind = " A file of a spreadsheet program (xlsx, xls) is not text." if data[:2] in (b"PK", b"\xd0\xcf") else ""
    return f"{where}{kind} Save the table as 'CSV UTF-8' and send it again."


def looks_like(data: bytes, encoding: str) -> bool:
    """Whether the bytes are that encoding's, and Korean or plain letters come out."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return False
    foreign = [sign for sign in text if ord(sign) > 127]
    hangul = sum("가" <= sign <= "힣" or sign in "㎡㎢·–—×％" for sign in foreign)
    return "\x00" not in text and 2 * hangul >= len(foreign)


def split_rows(text: str) -> tuple[Rows, str]:
    """Rows of texts as pasted, ragged, and the separator (``"\\t" ";" "," "|" "  " "html"``; "" for sentences).

    Raises TooLarge past a limit, InvalidRequest where a quote is never closed.
    """
    if len(text) > BYTES_MAX:
        raise TooLarge(f"The text has {len(text)} characters; at most {BYTES_MAX} are checked.")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").lstrip("\ufeff")
    if re.search(r"<t[rd][\s>]", text[:20_000], re.I):
        return bounded(_html_rows(text)), "html"
    lines = [line for line in text.split("\n") if line.strip()]
    separator = _separator(lines)
    if separator == "|":
        return bounded(_markdown_rows(lines)), separator
    if separator == "  ":
        return bounded([_spaced(line) for line in lines]), separator
    if separator:
        return bounded(_csv_rows(text, separator)), separator
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_MAX:
            raise TooLarge(f"Line {number} has {len(line)} characters and no columns; at most {LINE_MAX} are checked.")
    return bounded([[line] for line in lines]), ""


def bounded(rows: Rows) -> Rows:
    """The same rows. Raises TooLarge naming the limit and the row."""
    if len(rows) > ROWS_MAX:
        raise TooLarge(f"The table has {len(rows)} rows; at most {ROWS_MAX} are checked.")
    cells = 0
    for number, row in enumerate(rows, 1):
        cells += len(row)
        if len(row) > COLUMNS_MAX:
            raise TooLarge(f"Row {number} has {len(row)} columns; at most {COLUMNS_MAX} are checked.")
        if cells > CELLS_MAX:
            raise TooLarge(f"The table has more than {CELLS_MAX} cells by row {number}; send a part of it.")
        if any(len(text) > CELL_MAX for text in row) and len(row) > 1:
            raise TooLarge(f"Row {number} has a cell of more than {CELL_MAX} characters; is a quote not closed?")
    return rows


def _separator(lines: Sequence[str]) -> str:
    """What cuts most lines into the same number of pieces; sentences are not cut."""
    sample = lines[:200]
    if any("\t" in line.strip() for line in sample):
        return "\t"
    if len([line for line in sample if line.count("|") >= 2]) >= 2:
        return "|"
    for separator in (";", ","):
        if _cuts_evenly(sample, separator):
            return separator
    columns = [len(re.split(r"\s{2,}", line.strip())) for line in sample]
    return "  " if len(sample) > 1 and min(columns, default=1) > 1 else ""


def _cuts_evenly(lines: Sequence[str], separator: str) -> bool:
    if len(lines) < 2:
        return False
    try:
        rows = list(csv.reader(lines, delimiter=separator))
    except csv.Error:
        return False
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return False
    _, often = widths.most_common(1)[0]
    prose = sum(bool(re.search(r"[.!?다]\s*$", row[-1])) and len(row[-1]) > 12 for row in rows)
    # "729,006 m² of 811,498 m²": nearly all commas stand inside figures.
    commas = sum(line.count(separator) for line in lines)
    inside = sum(len(re.findall(r"\d,\d{3}(?!\d)", line)) for line in lines)
    named = len(widths) == 1 and often == len(rows) and not re.search(r"\d", lines[0])
    figures = separator == "," and not named and '"' not in "".join(lines) and inside > 0.8 * commas
    return (
        sum(widths.values()) >= 0.6 * len(rows) and often >= 0.4 * len(rows) and 2 * prose < len(rows) and not figures
    )


def _csv_rows(text: str, separator: str) -> Rows:
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    rows: Rows = []
    try:
        rows.extend(row for row in reader if any(cell.strip() for cell in row))
    except csv.Error as exc:
        raise InvalidRequest(f"Row {len(rows) + 1} cannot be read: {exc}. Is a quote not closed?") from exc
    return rows


def _spaced(line: str) -> list[str]:
    """The first piece keeps the spaces in front of it: they may say that it is a part of the row above."""
    cells = re.split(r"\s{2,}", line.strip())
    return [f"{line[: len(line) - len(line.lstrip())]}{cells[0]}", *cells[1:]]


def _markdown_rows(lines: Sequence[str]) -> Rows:
    rows = [[cell.strip(" *`") for cell in line.strip().strip("|").split("|")] for line in lines if "|" in line]
    return [row for row in rows if not all(re.fullmatch(r":?-{2,}:?|", cell) for cell in row)]


def _html_rows(text: str) -> Rows:
    reader = _TableReader()
    reader.feed(text)
    reader.close()
    return [row for row in reader.rows if any(cell.strip() for cell in row)]


class _TableReader(HTMLParser):
    """Rows of the tables of an HTML text; a cell that spans is followed by blanks, so that columns stay in line."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: Rows = []
        self._open = False
        self._below: dict[int, int] = {}  # column -> rows that a rowspan still covers

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
            self._fill()
        elif tag in ("td", "th") and self.rows:
            self._fill()
            given = dict(attrs)
            across, down = _span(given.get("colspan")), _span(given.get("rowspan"))
            for column in range(len(self.rows[-1]), len(self.rows[-1]) + across):
                if down > 1:
                    self._below[column] = down - 1
            self.rows[-1].extend(["", *[""] * (across - 1)])
            self._at = len(self.rows[-1]) - across
            self._open = True
        elif tag == "br" and self._open:
            self.rows[-1][self._at] += " "

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "tr", "table"):
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.rows[-1][self._at] = clean(f"{self.rows[-1][self._at]}{' '.join(data.split())}")

    def _fill(self) -> None:
        row = self.rows[-1]
        while self._below.get(len(row), 0) > 0:
            self._below[len(row)] -= 1
            row.append("")


def _span(text: str | None) -> int:
    return min(int(text), COLUMNS_MAX) if text and text.isdigit() and int(text) > 0 else 1
