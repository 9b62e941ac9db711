"""Sums a table claims: rows and columns named total, shares that make up a whole, sums that no header names."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, takewhile
from typing import Final

from .judge import Claim, Kind, Verdict, constant, holds, judge
from .nested import group_claims, holding, reread
from .rows import is_aside, is_only_total, is_statistic, is_subtotal, is_total, row_depths, row_labels
from .table import Cell, Column, Said, Table

_DATE: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?:[-.]\d{1,2})?(?!\d)")
_PER: Final = re.compile(
    r"밀도|평균|단가|지수|순위|당(?:$|[\s(_])|density|average|mean|median|index|score|rank|ratio|\bper\b|_per_|/|dichte|"
    r"durchschnitt|^LQ|입지계수|weight|가중치",
    re.I,
)
PARTS_MIN: Final = 2
TOTALS_MAX: Final = 200
"""Total rows that are looked at; a table of more repeats itself."""


def is_per(column: Column) -> bool:
    """Densities, means, indices: their totals are no sums."""
    return bool(_PER.search(column.name)) or (column.unit is not None and " per " in column.unit.dimension)


@dataclass(frozen=True, slots=True)
class TotalRow:
    """row: index of the total. parts: sets of rows it may be the sum of, likeliest first. loose: the same with rows
    that look like parts of parts, for tables whose names only look so."""

    row: int
    parts: tuple[tuple[int, ...], ...]
    loose: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class _Rows:
    """What the rows' names say. marks: the label column that says total, None for other rows."""

    labels: Sequence[Sequence[str]]
    depths: Sequence[int]
    marks: Sequence[int | None]
    asides: Sequence[bool]
    statistics: Sequence[bool]

    def ends(self, row: int, *, sub: bool) -> bool:
        """Whether parts of a (sub-)total stop at this row."""
        mark = self.marks[row]
        return mark is not None and (sub or not is_subtotal(self.labels[row][mark]))

    def summands(self, rows: Iterable[int]) -> list[int]:
        """Without the parts of parts: ``of which``, bracketed and set in."""
        own = [at for at in rows if not self.asides[at]]
        level = min((self.depths[at] for at in own), default=0)
        return [at for at in own if self.depths[at] == level]


def _read_rows(table: Table) -> _Rows:
    labels = row_labels(table)
    marks = [next((at for at, text in enumerate(row) if is_total(text)), None) for row in labels]
    asides = [any(map(is_aside, texts)) for texts in labels]
    return _Rows(labels, row_depths(table), marks, asides, [any(map(is_statistic, texts)) for texts in labels])


def total_rows(table: Table) -> list[TotalRow]:
    """Rows whose label says total, with the rows that can be its parts; rows of another period are none of them."""
    rows = _read_rows(table)
    totals = [row for row, mark in enumerate(rows.marks) if mark is not None]
    if 2 * len(totals) > len(rows.marks):
        return []  # the word is part of what every row is called
    groups: dict[tuple[str, ...], list[int]] = {}
    for mark in {rows.marks[row] for row in totals}:
        for row, texts in enumerate(rows.labels):
            groups.setdefault((str(mark), *texts[:mark]), []).append(row)
    found: list[TotalRow] = []
    for row in totals[:TOTALS_MAX]:
        group = groups[str(rows.marks[row]), *rows.labels[row][: rows.marks[row]]]
        options = [_set_in(row, rows.depths), *_options(row, group, rows, last=row in (totals[0], totals[-1]))]
        plain = [[at for at in option if not rows.statistics[at]] for option in options]
        strict = _kept(rows.labels, row, [rows.summands(option) for option in plain])
        loose = [option for option in _kept(rows.labels, row, plain) if option not in strict]
        if strict or loose:
            found.append(TotalRow(row, tuple(strict or loose), tuple(loose if strict else ())))
    return found


def _kept(labels: Sequence[Sequence[str]], row: int, options: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
    whole = [tuple(one) for one in options if len(one) >= PARTS_MIN and _same_period(labels, row, one)]
    return list(dict.fromkeys(whole))


def _set_in(row: int, depths: Sequence[int]) -> list[int]:
    """The rows under a total that are set in below it."""
    under = takewhile(lambda at: depths[at] > depths[row], range(row + 1, len(depths)))
    return list(under)


def _options(row: int, group: Sequence[int], rows: _Rows, *, last: bool) -> Iterator[list[int]]:
    """Rows above and below up to the next total of the kind. last: it may be that of the whole table."""
    mark = rows.marks[row]
    sub = mark is not None and is_subtotal(rows.labels[row][mark])
    at = bisect_left(group, row)
    near = list(takewhile(lambda other: not rows.ends(other, sub=sub), (group[n] for n in range(at - 1, -1, -1))))[::-1]
    under = list(takewhile(lambda other: not rows.ends(other, sub=sub), (group[n] for n in range(at + 1, len(group)))))
    plain = [[other for other in side if rows.marks[other] is None] for side in (near, under)]
    subs = [[other for other in side if rows.marks[other] is not None] for side in (near, under)]
    if sub:
        yield from (side for side in plain if side)
        return
    yield from (side for side in (subs[0], plain[0], subs[1], plain[1]) if side)
    if last:
        yield [other for other in group if rows.marks[other] is None]


def _same_period(labels: Sequence[Sequence[str]], row: int, parts: Sequence[int]) -> bool:
    dates = [set(_DATE.findall(" ".join(labels[at]))) for at in (row, *parts)]
    own = dates[0]
    return not own or all(not dates[at] or dates[at] & own for at in range(1, len(dates)))


def sum_claims(table: Table) -> list[Claim]:
    """Down the rows and across the columns."""
    told = {total.row for total in total_rows(table)}
    groups = group_claims(table, told, _column_sum)
    return [*_down(table), *groups, *_across(table), *_hundreds(table)]


def _down(table: Table) -> list[Claim]:
    claims: list[Claim] = []
    columns = [column for column in table.values() if not is_per(column) and not is_statistic(column.name)]
    for total in total_rows(table):
        choices = (*total.parts, *total.loose)
        told = [column for column in columns if table.rows[total.row][column.index].number]
        # The likeliest option of a wide table shows in its first columns.
        options = [_column_sums(table, told[:COLUMNS_SAMPLED], total.row, parts) for parts in choices]
        best = max(range(len(options)), key=lambda at: (holding(options[at]), bool(options[at])))
        sums = _column_sums(table, columns, total.row, choices[best])
        claims += reread(table, total.row, choices[best], sums, _column_sum)
    return claims


def _column_sums(table: Table, columns: Sequence[Column], row: int, parts: Sequence[int]) -> list[Claim]:
    return [claim for column in columns if (claim := _column_sum(table, column, row, parts))]


def _column_sum(table: Table, column: Column, row: int, parts: Sequence[int]) -> Claim | None:
    total = table.rows[row][column.index]
    cells = [table.rows[part][column.index] for part in parts]
    if total.number is None and not any(cell.number for cell in cells):
        return None
    if column.percent and not (total.number and abs(total.number.value - 100) <= total.number.step):
        return None
    return sum_of(cells, total, rounds=column.percent)


def sum_of(cells: Sequence[Cell], total: Cell, *, rounds: bool = False) -> Claim | None:
    """The claim, blanks left out where the sum holds without them; None where there are not two parts."""
    filled = tuple(cell for cell in cells if cell.number)
    if len(filled) < PARTS_MIN or total.is_missing:
        return None
    claim = Claim(Kind.SUM, filled, total, rounds=rounds)
    if holds(claim):
        return claim
    if len(filled) < len(cells):
        return Claim(Kind.SUM, tuple(cells), total, rounds=rounds)
    if _is_no_sum(filled, total) and judge(claim).verdict is Verdict.MISMATCH:
        return Claim(Kind.SUM, filled, total, note=NOT_A_SUM, told=True, rounds=rounds)
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
    columns = [c for c in table.values(percent=False) if not is_statistic(c.name) and not is_aside(c.name)]
    for at, column in enumerate(columns):
        if not is_total(column.name) or is_per(column):
            continue
        runs = [_run(columns[at + 1 :], column), _run(columns[:at][::-1], column)[::-1]]
        found = [(_rows_sum(table, parts, column, ROWS_SEARCHED), parts) for parts in runs if len(parts) >= PARTS_MIN]
        best, parts = max(found, key=lambda one: holding(one[0]), default=([], []))
        if not best:
            continue
        if 2 * holding(best) >= len(best):
            claims += _rows_sum(table, parts, column)
        else:
            claims += _narrower(table, runs, column) or (best if _is_firm(columns, best, column) else [])
    return claims


def _narrower(table: Table, runs: Sequence[Sequence[Column]], total: Column) -> list[Claim]:
    """``Total, Male, Female, Under 30``: columns side by side, fewer than all, that make the total in every row."""
    for run in runs:
        if len(run) > RUN_MAX:
            continue
        for length in range(len(run) - 1, PARTS_MIN - 1, -1):
            for start in range(len(run) - length + 1):
                claims = _rows_sum(table, run[start : start + length], total, ROWS_SEARCHED)
                if claims and holding(claims) == len(claims):
                    return _rows_sum(table, run[start : start + length], total)
    return []


def _is_firm(columns: Sequence[Column], claims: Sequence[Claim], total: Column) -> bool:
    """One row only, a header that says total and nothing else, and all other columns its parts: no other reading."""
    return len(claims) == 1 and is_only_total(total.name) and len(claims[0].inputs) == len(columns) - 1


def _run(columns: Sequence[Column], total: Column) -> list[Column]:
    run: list[Column] = []
    for column in columns:
        if is_total(column.name) or is_per(column) or _dimension(column) != _dimension(total):
            break
        run.append(column)
    return run


def _dimension(column: Column) -> str:
    return column.unit.dimension if column.unit else ""


def _rows_sum(table: Table, parts: Sequence[Column], total: Column, rows: int | None = None) -> list[Claim]:
    claims: list[Claim] = []
    for at, row in enumerate(table.rows[:rows]):
        label = table.label(at)
        share = bool(_RATE.search(label))
        claim = sum_of([row[part.index] for part in parts], row[total.index], rounds=share)
        # In a row of rates or means the column of totals has a total rate.
        if claim and not ((share or is_statistic(label)) and not holds(claim)):
            claims.append(claim)
    return claims


_RATE: Final = re.compile(
    r"%|비율|비중|구성비|[가-힣]률|밀도|단가|지수|density|\brate\b|\bshare\b|\bindex\b|\bper\b|anteil|quote", re.I
)


def _hundreds(table: Table) -> list[Claim]:
    """Shares that make up a whole, without a row that says 100."""
    if any(column.role == "year" for column in table.columns):
        return []  # a share year by year makes no whole
    rows = _read_rows(table)
    told = {total.row for total in total_rows(table)}
    parts = rows.summands(at for at in range(len(table.rows)) if at not in told and not rows.statistics[at])
    claims: list[Claim] = []
    for column in table.values(percent=True):
        cells = [table.rows[at][column.index] for at in parts]
        filled = tuple(cell for cell in cells if cell.number)
        has_total = any(table.rows[row][column.index].number for row in told)
        if len(filled) >= 3 and not has_total and not _MEANT.search(column.name) and is_about_hundred(filled):
            claims.append(Claim(Kind.PERCENT_SUM, filled, constant(100, "100 %")))
    return claims


_MEANT: Final = re.compile(r"복수|multiple|mehrfach|증가|증감|성장|상승|달성|growth|change|attain|rate|율", re.I)


def is_about_hundred(cells: Sequence[Cell]) -> bool:
    return 90 <= sum(float(cell.number.value) for cell in cells if cell.number) <= 110


COLUMNS_SEARCHED: Final = 40
COLUMNS_SAMPLED: Final = 12
RUN_MAX: Final = 20
ROWS_SEARCHED: Final = 40
AGREEING: Final = 0.9


def found_sums(table: Table, told: Sequence[Claim]) -> list[Claim]:
    """Columns that are the sum of columns side by side in nine rows of ten, though no header says so; the tenth row is
    the one to look at. Needs four rows, so that a chance does not make a rule."""
    plain = [c for c in table.values(percent=False) if not is_per(c) and not is_statistic(c.name)]
    columns = plain[:COLUMNS_SEARCHED]
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
