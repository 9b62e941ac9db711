"""Rows of texts into a Table: header, units, the style of each column's numbers, and what each column is for."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

from madang.district.quantity import Unit

from .numbers import Number, Shape, Style, clean, decide_style, is_missing, read, shape
from .rows import depth_of, is_statistic, is_total
from .split import Rows
from .table import Cell, Column, Said, Table, letters
from .units import header_unit, is_percent, unit_of

HEADER_MAX: Final = 4
_YEAR: Final = re.compile(r"^(?:FY|')?(?:19|20)\d\d(?:\s*[./~–-]\s*\d{1,4})?\s*(?:년도?|H[12]|Q[1-4]|상반기|하반기)?$")
_DATE: Final = re.compile(r"^(?:19|20)\d\d[-./]\d{1,2}(?:[-./]\d{1,2})?\.?$")
_MONTH: Final = re.compile(r"^(?:\d{1,2}\s?월|[1-4]\s?(?:/4\s?)?분기|[1-4]Q|Q[1-4])$", re.I)
_PERCENT: Final = re.compile(
    r"%|퍼센트|(?:^|[\s_(])(?:pct|percent|prozent|pourcentage)(?:$|[\s_)])|비율|비중|구성비|점유율|[가-힣]율(?:$|[\s(])|"
    r"\b(?:share|anteil|quote)\b",
    re.I,
)
_NAMES: Final = re.compile(r"^(?:no\.?|번호|순번|id|code|코드|.*_id|zone|taz|maz|nr\.?|rank|순위|연번)$", re.I)
_MOMENTS: Final = re.compile(r"^(?:year|연도|년도|jahr|année|date|일자|날짜|기준일|survey_year|as_of|월|month)$", re.I)
_UNIT_LINE: Final = re.compile(r"^[(\[]?\s*(?:단위|unit|einheit|unité)s?\s*[:：]\s*(.+?)\s*[)\]]?$", re.I)


def read_table(rows: Rows, separator: str) -> Table | None:
    """The table, or None where there are no two columns with a figure among them."""
    seen = [[clean(text) for text in row] for row in rows]
    first = _first_row(seen)
    captions, body = seen[:first], seen[first:]
    width = max((len(row) for row in body), default=0)
    if width < 2 or not body:
        return None
    body = [[*row, *[""] * (width - len(row))] for row in body]
    # A caption above keeps its row number: the reader counts rows as they lie in the sheet.
    top = _header_rows(body)
    header = tuple(tuple(row) for row in body[:top])
    shapes = [[shape(text) for text in row] for row in body[top:]]
    whole = _table_unit(captions)
    columns, decisions = _columns(header, body[top:], shapes, whole, separator)
    if not any(column.role == "value" for column in columns):
        return None
    labels = [column.index for column in columns if column.role in ("label", "year")]
    cells = tuple(
        tuple(_cell(first + top + at + 1, column, row, shapes[at][column.index], labels) for column in columns)
        for at, row in enumerate(body[top:])
    )
    depths = tuple(depth_of(next((text for text in row if text.strip()), "")) for row in rows[first + top :])
    return Table(header, columns, cells, tuple(decisions), depths)


def _first_row(rows: Rows) -> int:
    """Where the table begins: titles and unit lines of one cell stand above it."""
    for at, row in enumerate(rows):
        if sum(bool(text) for text in row) > 1:
            return at
    return 0


def _table_unit(captions: Rows) -> Unit | None:
    """The unit of a line such as ``(단위: 천㎡)``, where it names one only."""
    for row in captions:
        for text in row:
            if found := _UNIT_LINE.match(text):
                return unit_of(found[1])
    return None


def _header_rows(rows: Rows) -> int:
    """How many rows on top have names, not figures. Years are names."""
    for at, row in enumerate(rows[:HEADER_MAX]):
        figures = [text for text in row[1:] if text and shape(text) and not _is_moment(text)]
        words = [text for text in row if text and not shape(text)]
        if figures and (at > 0 or len(figures) >= len(words) - 1):
            return at
        # A second row of names stands below merged cells, or is a row of units.
        if at > 0 and row[0] not in ("", rows[at - 1][0]) and not all(text[0] in "([" for text in row if text):
            return at
    return min(1, len(rows))


def _is_moment(text: str) -> bool:
    return bool(_YEAR.match(text) or _DATE.match(text) or _MONTH.match(text))


def _columns(
    header: Sequence[Sequence[str]],
    body: Rows,
    shapes: Sequence[Sequence[Shape | None]],
    whole: Unit | None,
    separator: str,
) -> tuple[tuple[Column, ...], list[Said]]:
    names = _names(header, len(body[0]) if body else len(header[0]))
    by_column = [[row[index] for row in shapes] for index in range(len(names))]
    styles = [decide_style([one for one in column if one]) for column in by_column]
    common = decide_style([one for column in by_column for one in column if one])
    fallback: Style = "comma" if common == "comma" or (common is None and separator == ";") else "point"
    columns: list[Column] = []
    decisions: list[Said] = []
    for index, name in enumerate(names):
        texts = [row[index] for row in body]
        role = _role(name, index, texts, by_column[index])
        style = _decided(styles[index], fallback)
        unit = header_unit(name) or (whole if role == "value" else None)
        percent = _is_percent(name, unit, by_column[index])
        mixed = styles[index] == "mixed"
        columns.append(Column(index, name, None if percent else unit, percent, "mixed" if mixed else style, role))
        if role == "value":
            decisions += _style_said(index, name, styles[index], style, by_column[index])
    if columns and all(column.role != "label" for column in columns):
        decisions.append(
            Said(
                "행 이름이 있는 열이 없어 합계 행은 찾지 못합니다.",
                "No column names the rows, so total rows cannot be found.",
            )
        )
    return tuple(columns), decisions


def _decided(found: Style | Literal["mixed"] | None, fallback: Style) -> Style:
    return fallback if found is None or found == "mixed" else found


def _names(header: Sequence[Sequence[str]], width: int) -> list[str]:
    """One name per column: header rows from the top down; a merged cell names the columns to its right as well."""
    names = [""] * width
    for depth, row in enumerate(header):
        last = ""
        for index in range(width):
            text = row[index] if index < len(row) else ""
            # Only cells above another header row can be merged across; in the lowest row a blank is a blank.
            last = text or (last if depth < len(header) - 1 else "")
            if last and last not in names[index].split(" "):
                names[index] = f"{names[index]} {last}".strip()
    return [name or letters(index + 1) for index, name in enumerate(names)]


def _role(name: str, index: int, texts: Sequence[str], shapes: Sequence[Shape | None]) -> str:
    filled = [(text, one) for text, one in zip(texts, shapes, strict=True) if not is_missing(text)]
    if not filled:
        return "text"
    figures = sum(one is not None for _, one in filled)
    moments = sum(_is_moment(text) for text, _ in filled)
    if moments and all(_is_moment(text) or is_total(text) or is_statistic(text) for text, _ in filled):
        return "year" if moments > 1 or moments == len(filled) else "label"
    if _NAMES.match(name) or (_MOMENTS.match(name) and 2 * figures <= len(filled)):
        return "label"
    if 2 * figures >= len(filled):
        return "label" if index == 0 and _counts_up(texts) else "value"
    long = sum(len(text) > 60 or "://" in text for text, _ in filled)
    if index == 0 and not long and 2 * figures < len(filled):
        return "label"  # 20대, 3단지: names may look like figures
    return "label" if index < 4 and not long and 4 * figures < len(filled) else "text"


def _counts_up(texts: Sequence[str]) -> bool:
    """A running number: it names rows and is no figure."""
    return (
        len(texts) > 2
        and all(text.isdigit() for text in texts)
        and all(int(after) == int(before) + 1 for before, after in pairwise(texts))
    )


def _is_percent(name: str, unit: Unit | None, shapes: Sequence[Shape | None]) -> bool:
    if is_percent(unit):
        return True
    units = Counter(is_percent(one.unit) for one in shapes if one and one.unit)
    figures = sum(one is not None for one in shapes)
    if units and (len(units) == 1 or 2 * sum(units.values()) > figures) and 2 * units[True] != figures:
        return units.most_common(1)[0][0]
    return unit is None and bool(_PERCENT.search(name))


def _style_said(
    index: int, name: str, found: Style | Literal["mixed"] | None, style: Style, shapes: Sequence[Shape | None]
) -> list[Said]:
    """What was decided about a column whose figures can be read in two ways."""
    where = f"{letters(index + 1)} ({name})"
    if found == "mixed":
        return [
            Said(
                f"{where}: 소수점으로 쉼표와 마침표가 섞여 있어, 어느 쪽인지 알 수 없는 값은 읽지 않았습니다.",
                f"{where}: commas and points both stand before decimals; figures that could be either were not read.",
            )
        ]
    unsure = (style == "comma" or found is None) and any(one and _is_open(one) for one in shapes)
    if style == "comma" and (found or unsure):
        return [Said(f"{where}: 쉼표를 소수점으로 읽었습니다.", f"{where}: the comma was read as the decimal sign.")]
    if found is None and unsure:
        return [
            Said(
                f"{where}: 쉼표는 천 단위 구분, 마침표는 소수점으로 읽었습니다.",
                f"{where}: commas were read as thousands, points as the decimal sign.",
            )
        ]
    return []


def _number(found: Shape, column: Column, label: str) -> Number | None:
    """In its own style where it decides, else in its column's; None where the column does not say which."""
    styles: set[Style] = found.styles()
    if len(styles) == 2:
        if column.style == "mixed":
            return None if _is_open(found) else read(found, "point", column.unit)
        styles = {column.style or "point"}
    return read(found, styles.pop(), column.unit or header_unit(label)) if styles else None


def _is_open(one: Shape) -> bool:
    """Whether the two styles read it as two numbers; plain digits are the same in both."""
    marked = any("." in digits or "," in digits for digits, _ in one.items)
    return marked and not one.decides() and len({*map(str, _both(one))}) > 1


def _both(one: Shape) -> list[object]:
    values: list[object] = []
    for style in sorted(one.styles()):
        number = read(one, style)
        values.append(number.value if number else None)
    return values


def _cell(row: int, column: Column, texts: Sequence[str], found: Shape | None, labels: Sequence[int]) -> Cell:
    text = texts[column.index]
    label = " ".join(texts[index] for index in labels if texts[index])
    number: Number | None = None
    if found and column.role == "value" and column.style and not is_missing(text):
        number = _number(found, column, label)
    name = f"{label} · {column.name}" if label else column.name
    return Cell(row, column.index + 1, text, number, name)
