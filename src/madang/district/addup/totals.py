"""Sums a table claims: rows and columns named total, shares that make up a whole, sums that no header names."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from .judge import Claim, Kind, Verdict, constant, judge
from .table import Cell, Column, Said, Table

_TOTAL: Final = re.compile(
    r"(?:^|[\s_(·/-])(?:total|sum|summe|insgesamt|gesamt|gesamtsumme|subtotal|sous-total|zwischensumme|totaux|ensemble)"
    r"(?:$|[\s_):·/-])|합\s?계(?!출산)|총\s?계|소\s?계|총\s?합",
    re.I,
)
_WHOLE: Final = re.compile(r"^(?:계|전체|all|총|합)$", re.I)
_SUB: Final = re.compile(r"소\s?계|sub-?total|sous-total|zwischensumme", re.I)
_DATE: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?:[-.]\d{1,2})?(?!\d)")
_PER: Final = re.compile(
    r"밀도|평균|단가|지수|순위|당(?:$|[\s(_])|density|average|mean|median|index|score|rank|ratio|\bper\b|_per_|/|dichte|"
    r"durchschnitt|^LQ|입지계수|weight|가중치",
    re.I,
)
PARTS_MIN: Final = 2
TOTALS_MAX: Final = 200
"""Total rows that are looked at; a table of more repeats itself."""


def is_total(text: str) -> bool:
    return bool(_TOTAL.search(text) or _WHOLE.match(text.strip()))


def is_subtotal(text: str) -> bool:
    return bool(_SUB.search(text))


def is_per(column: Column) -> bool:
    """Densities, means, indices: their totals are no sums."""
    return bool(_PER.search(column.name)) or (column.unit is not None and " per " in column.unit.dimension)


@dataclass(frozen=True, slots=True)
class TotalRow:
    """row: index of the total. parts: sets of rows it may be the sum of, likeliest first."""

    row: int
    parts: tuple[tuple[int, ...], ...]


def total_rows(table: Table) -> list[TotalRow]:
    """Rows whose label says total, with the rows that can be its parts; rows of another period are none of them."""
    labels = _labels(table)
    marks = [next((at for at, text in enumerate(row) if is_total(text)), None) for row in labels]
    if 2 * sum(mark is not None for mark in marks) > len(marks):
        return []  # the word is part of what every row is called
    found: list[TotalRow] = []
    for row, mark in enumerate(marks):
        if mark is None or len(found) >= TOTALS_MAX:
            continue
        group = [other for other in range(len(labels)) if labels[other][:mark] == labels[row][:mark]]
        sub = is_subtotal(labels[row][mark])
        options = [tuple(option) for option in _options(row, group, marks, labels, sub=sub)]
        kept = [option for option in options if len(option) >= PARTS_MIN and _same_period(labels, row, option)]
        if kept:
            found.append(TotalRow(row, tuple(dict.fromkeys(kept))))
    return found


def _options(
    row: int, group: Sequence[int], marks: Sequence[int | None], labels: Sequence[Sequence[str]], *, sub: bool
) -> Iterator[list[int]]:
    def ends(other: int) -> bool:
        mark = marks[other]
        return mark is not None and (sub or not is_subtotal(labels[other][mark]))

    above = [other for other in group if other < row]
    last = max((other for other in above if ends(other)), default=-1)
    near = [other for other in above if other > last]
    below = [other for other in group if other > row]
    stop = min((other for other in below if ends(other)), default=len(marks))
    under = [other for other in below if other < stop]
    plain = [[other for other in rows if marks[other] is None] for rows in (near, under)]
    subs = [[other for other in rows if marks[other] is not None] for rows in (near, under)]
    if not sub:
        yield from (rows for rows in (subs[0], plain[0], subs[1], plain[1]) if rows)
        yield [other for other in group if marks[other] is None]
    else:
        yield from (rows for rows in plain if rows)


def _labels(table: Table) -> list[tuple[str, ...]]:
    """Texts of the label columns; a blank left of a name is a merged cell and stands for the one above."""
    columns = [column.index for column in table.columns if column.role in ("label", "year")]
    rows: list[tuple[str, ...]] = []
    above = [""] * len(columns)
    for cells in table.rows:
        texts = [cells[index].text for index in columns]
        last = max((at for at, text in enumerate(texts) if text), default=-1)
        above = [text or (above[at] if at < last else "") for at, text in enumerate(texts)]
        rows.append(tuple(above))
    return rows


def _same_period(labels: Sequence[Sequence[str]], row: int, parts: Sequence[int]) -> bool:
    dates = [set(_DATE.findall(" ".join(labels[at]))) for at in (row, *parts)]
    own = dates[0]
    return not own or all(not dates[at] or dates[at] & own for at in range(1, len(dates)))


def sum_claims(table: Table) -> list[Claim]:
    """Down the rows and across the columns."""
    return [*_down(table), *_across(table), *_hundreds(table)]


def _down(table: Table) -> list[Claim]:
    claims: list[Claim] = []
    columns = [column for column in table.values() if not is_per(column)]
    for total in total_rows(table):
        options: list[list[Claim]] = [
            [claim for column in columns if (claim := _column_sum(table, column, total.row, parts))]
            for parts in total.parts
        ]
        if options:
            best = max(options, key=_holding)
            claims += best
    return claims


def _holding(claims: list[Claim]) -> int:
    return sum(judge(claim).verdict.holds for claim in claims)


def _column_sum(table: Table, column: Column, row: int, parts: Sequence[int]) -> Claim | None:
    total = table.rows[row][column.index]
    cells = [table.rows[part][column.index] for part in parts]
    if total.number is None and not any(cell.number for cell in cells):
        return None
    if column.percent and not (total.number and abs(total.number.value - 100) <= total.number.step):
        return None
    return sum_of(cells, total)


def sum_of(cells: Sequence[Cell], total: Cell) -> Claim | None:
    """The claim, blanks left out where the sum holds without them; None where there are not two parts."""
    filled = tuple(cell for cell in cells if cell.number)
    if len(filled) < PARTS_MIN or total.is_missing:
        return None
    claim = Claim(Kind.SUM, filled, total)
    found = judge(claim)
    if len(filled) < len(cells) and not found.verdict.holds:
        return Claim(Kind.SUM, tuple(cells), total)
    if found.verdict is Verdict.MISMATCH and _is_no_sum(filled, total):
        return Claim(Kind.SUM, filled, total, note=NOT_A_SUM, told=True)
    return claim


def _is_no_sum(parts: Sequence[Cell], total: Cell) -> bool:
    """Smaller than its largest part, and with decimals: a mean, an index. Whole numbers are counts, and wrong."""
    numbers = [cell.number for cell in parts if cell.number]
    largest = max(number.value for number in numbers)
    fine = any(number.step < 1 for number in numbers)
    return total.number is not None and fine and total.number.value < largest and min(n.value for n in numbers) >= 0


NOT_A_SUM: Final = Said(
    "적힌 값이 가장 큰 부분보다 작아 합계가 아니라 평균이나 지수로 보입니다.",
    "The written value is smaller than its largest part: it looks like an average or an index, not a sum.",
)


def _across(table: Table) -> list[Claim]:
    """A column named total: the columns right or left of it, up to the next one of its kind."""
    claims: list[Claim] = []
    columns = table.values(percent=False)
    for at, column in enumerate(columns):
        if not is_total(column.name) or is_per(column):
            continue
        options = [_run(columns[at + 1 :], column), _run(columns[:at][::-1], column)[::-1]]
        found = [
            claims_ for parts in options if len(parts) >= PARTS_MIN for claims_ in [_rows_sum(table, parts, column)]
        ]
        best = max(found, key=_holding, default=[])
        if best and 2 * _holding(best) >= len(best):
            claims += best
    return claims


def _run(columns: Sequence[Column], total: Column) -> list[Column]:
    run: list[Column] = []
    for column in columns:
        if is_total(column.name) or is_per(column) or _dimension(column) != _dimension(total):
            break
        run.append(column)
    return run


def _dimension(column: Column) -> str:
    return column.unit.dimension if column.unit else ""


def _rows_sum(table: Table, parts: Sequence[Column], total: Column) -> list[Claim]:
    found = (sum_of([row[part.index] for part in parts], row[total.index]) for row in table.rows)
    return [claim for claim in found if claim]


def _hundreds(table: Table) -> list[Claim]:
    """Shares that make up a whole, without a row that says 100."""
    if any(column.role == "year" for column in table.columns):
        return []  # a share year by year makes no whole
    told = {total.row for total in total_rows(table)}
    claims: list[Claim] = []
    for column in table.values(percent=True):
        cells = [row[column.index] for at, row in enumerate(table.rows) if at not in told]
        filled = tuple(cell for cell in cells if cell.number)
        has_total = any(table.rows[row][column.index].number for row in told)
        if len(filled) >= 3 and not has_total and not _MEANT.search(column.name) and is_about_hundred(filled):
            claims.append(Claim(Kind.PERCENT_SUM, filled, constant(100, "100 %")))
    return claims


_MEANT: Final = re.compile(r"증가|증감|성장|상승|달성|growth|change|attain|rate|율", re.I)


def is_about_hundred(cells: Sequence[Cell]) -> bool:
    return 90 <= sum(float(cell.number.value) for cell in cells if cell.number) <= 110


COLUMNS_SEARCHED: Final = 40
ROWS_SEARCHED: Final = 40
AGREEING: Final = 0.9


def found_sums(table: Table, told: Sequence[Claim]) -> list[Claim]:
    """Columns that are the sum of columns side by side in nine rows of ten, though no header says so; the tenth row is
    the one to look at. Needs four rows, so that a chance does not make a rule."""
    columns = [column for column in table.values(percent=False) if not is_per(column)][:COLUMNS_SEARCHED]
    rows = [row for row in table.rows if all(row[column.index].number for column in columns)][:ROWS_SEARCHED]
    known = {
        claim.published.column
        for claim in told
        if claim.published and claim.kind is Kind.SUM and len({c.row for c in claim.inputs}) == 1
    }
    if len(rows) < 4 or len(columns) < 3:
        return []
    values = [[_float(row[column.index]) for column in columns] for row in rows]
    sums = [[0.0, *accumulate(row)] for row in values]
    taken: set[int] = set()
    claims: list[Claim] = []
    for total in range(len(columns)):
        if columns[total].index + 1 in known or total in taken:
            continue
        window = _window(values, sums, total)
        if window:
            parts = columns[window[0] : window[1]]
            taken |= {*range(*window)} if len(parts) == 2 else set()
            claims += _rows_sum(table, parts, columns[total])
    return claims


def _float(cell: Cell) -> float:
    return float(cell.number.value) if cell.number else 0.0


def _window(values: Sequence[Sequence[float]], sums: Sequence[Sequence[float]], total: int) -> tuple[int, int] | None:
    """The run of columns, not over the total itself, that sums to it in most rows; the widest of those as good."""
    width, best, found = len(values[0]), int((1 - AGREEING) * len(values)) + 1, None
    for length in range(width - 1, PARTS_MIN - 1, -1):
        for start in range(width - length + 1):
            if start <= total < start + length:
                continue
            misses = _misses(values, sums, total, start, start + length, best)
            if misses < best:
                best, found = misses, (start, start + length)
    return found


def _misses(
    values: Sequence[Sequence[float]], sums: Sequence[Sequence[float]], total: int, start: int, end: int, most: int
) -> int:
    """Rows whose columns do not sum to the total; ``most`` where there are as many, or nothing is proved."""
    misses = told = 0
    for row, sum_ in zip(values, sums, strict=True):
        if abs(sum_[end] - sum_[start] - row[total]) > 1e-6 * abs(row[total]) + 0.01:
            misses += 1
            if misses >= most:
                return most
        elif row[total] and sum(1 for value in row[start:end] if value) >= PARTS_MIN:
            told += 1
    # Rows with one part that is not 0 prove nothing.
    return misses if told >= 3 else most
