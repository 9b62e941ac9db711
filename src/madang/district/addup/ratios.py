"""Shares, growths, densities, conversions: columns that follow from other columns, row by row.

Which columns a percentage comes from is seldom said. So every likely origin is tried on all rows, and the one that
explains most of them is taken; the rows it does not explain are the ones to look at. A name that the columns share
(``women``, ``women_pct``) counts for as much as figures that fit.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from madang.district.quantity import decimal

from .judge import Claim, Kind
from .rows import is_mean, is_statistic, is_total
from .table import Cell, Column, Table
from .totals import is_per, total_rows

COLUMNS_TRIED: Final = 16
COLUMNS_EXPLAINED: Final = 40
ROWS_TRIED: Final = 60
ROWS_UNLIKE: Final = 6
"""Rows after which an origin that explained none of them is given up."""

CLOSE: Final = 0.1
"""A figure this near (relative) may be the right one with an error in it."""

_GROWTH: Final = re.compile(
    r"증가율|증감률|성장률|상승률|신장률|전년|growth|change|increase|wachstum|veränderung|zuwachs|évolution|croissance|yoy",
    re.I,
)
_CHANGE: Final = re.compile(
    r"증감|증가(?!율)|순증|change|difference|diff|increase|differenz|veränderung|évolution", re.I
)
_WORDS: Final = re.compile(r"[^\W_]+")
_STOP: Final = frozenset(
    [
        "pct",
        "percent",
        "published",
        "share",
        "rate",
        "of",
        "the",
        "비율",
        "비중",
        "율",
        "구성비",
        "total",
        "합계",
        "계",
        "per",
        "in",
        "and",
        "km2",
        "m2",
        "ha",
        "eur",
        "krw",
        "von",
        "der",
    ]
)

Inputs = Callable[[int], tuple[Cell, ...] | None]


@dataclass(frozen=True, slots=True)
class Origin:
    """One way a column may come about. inputs: the cells of a row, None where the row has no such. told: header and
    units say so, whatever the figures are."""

    kind: Kind
    inputs: Inputs
    factor: Decimal
    affinity: int
    columns: tuple[int, ...]
    told: bool = False


def ratio_claims(table: Table) -> list[Claim]:
    """Every column that another column explains, each row of it a claim."""
    claims: list[Claim] = []
    used: list[Origin] = []
    tried = 0
    whole = _wholes(table) if table.values(percent=True) else {}
    for column in table.values():
        if is_mean(column.name):
            continue  # a mean is no quotient of two columns, though figures may make it look like one
        if not (column.percent or is_per(column) or _CHANGE.search(column.name) or _converts(column)):
            continue
        if (tried := tried + 1) > COLUMNS_EXPLAINED:
            break
        origins = list(_origins(table, column, whole))
        best = choose(table, column, origins, used)
        if best:
            used.append(best)
            claims += _claims(table, column, best)
    return claims


def _converts(column: Column) -> bool:
    """Areas, and amounts of one money: 억원 and 원."""
    return column.unit is not None and bool(column.unit.dimension == "area" or column.unit.currency)


def _origins(table: Table, column: Column, whole: dict[int, int]) -> Iterator[Origin]:
    others = [c for c in table.values(percent=False) if c.index != column.index][:COLUMNS_TRIED]
    growth = bool(_GROWTH.search(column.name))
    if column.percent:
        factors = (Decimal(100), Decimal(1))
        if not growth:
            yield from _pairs(table, column, others, Kind.SHARE, factors)
            yield from _of_total(table, column, others, whole)
        yield from _pairs(table, column, others, Kind.GROWTH, factors[:1])
        yield from _steps(table, column, others, Kind.GROWTH, Decimal(100))
    elif _converts(column):
        yield from _conversions(table, column, others)
    elif is_per(column):
        yield from _pairs(table, column, others, Kind.RATIO, ())
    if not column.percent and _CHANGE.search(column.name):
        yield from _pairs(table, column, others, Kind.CHANGE, (Decimal(1),))
        yield from _steps(table, column, others, Kind.CHANGE, Decimal(1))


def _pairs(
    table: Table, column: Column, others: Sequence[Column], kind: Kind, factors: Sequence[Decimal]
) -> Iterator[Origin]:
    plain = [other for other in others if not is_per(other)] if kind is not Kind.CHANGE else others
    for first in plain:
        for second in plain:
            if first.index == second.index:
                continue
            for factor in factors or _scales(column, first, second):
                yield Origin(
                    kind,
                    _picker(table, first, second),
                    factor,
                    _affinity(column, first, second),
                    (first.index, second.index),
                    _told(column, first, second, kind, factor),
                )


def _told(column: Column, first: Column, second: Column, kind: Kind, factor: Decimal) -> bool:
    """Growth beside two years of one thing; 명/km² beside 명 and km²."""
    if kind in (Kind.GROWTH, Kind.CHANGE):
        years = [_YEAR.findall(one.name) for one in (first, second)]
        same = _YEAR.sub("", first.name) == _YEAR.sub("", second.name)
        beside = (first.index, second.index) == (column.index - 2, column.index - 1)
        named = _GROWTH if kind is Kind.GROWTH else _CHANGE
        return beside and same and years[0] < years[1] and len(years[0]) == 1 and bool(named.search(column.name))
    if kind is Kind.RATIO and first.unit and second.unit and column.unit:
        per = column.unit.dimension == f"{first.unit.dimension} per {second.unit.dimension}"
        return per and factor == decimal(first.unit.factor / second.unit.factor / column.unit.factor)
    return False


_YEAR: Final = re.compile(r"(?:19|20)\d\d")


def _picker(table: Table, first: Column, second: Column) -> Inputs:
    return lambda row: (table.rows[row][first.index], table.rows[row][second.index])


def _scales(column: Column, above: Column, below: Column) -> list[Decimal]:
    """What a quotient is multiplied by when its units are not those of its parts: jobs per ha from acres."""
    scales = [Decimal(1)]
    if below.unit and below.unit.dimension == "area":
        per_ha = re.search(r"(?:per[_ ]|/)\s?ha\b|ha당", column.name, re.I)
        per_km2 = re.search(r"(?:per[_ ]|/)\s?(?:km2|km²|㎢)|㎢당|km²당", column.name, re.I)
        if per_ha or per_km2:
            return [decimal((10_000 if per_ha else 1_000_000) / below.unit.factor)]
    if re.search(r"acre", below.name, re.I) and re.search(r"(?:per[_ ]|/)\s?ha\b", column.name, re.I):
        return [1 / Decimal("0.40468564224")]
    if above.unit and below.unit and column.unit and " per " in column.unit.dimension:
        scales.append(decimal(above.unit.factor / below.unit.factor / column.unit.factor))
    return [*scales, Decimal(100), Decimal(1000), Decimal(10_000), Decimal("0.001"), Decimal("0.0001")]


def _wholes(table: Table) -> dict[int, int]:
    """The total that a row is a part of: the first one it belongs to."""
    whole: dict[int, int] = {}
    for total in total_rows(table):
        for row in (total.row, *[part for parts in total.parts for part in parts]):
            whole.setdefault(row, total.row)
    return whole


def _of_total(table: Table, column: Column, others: Sequence[Column], whole: dict[int, int]) -> Iterator[Origin]:
    """A part over its total row."""
    if not whole:
        return
    for other in others:
        if not is_per(other):
            yield Origin(
                Kind.SHARE, _over_total(table, other, whole), Decimal(100), _affinity(column, other), (other.index,)
            )


def _over_total(table: Table, other: Column, whole: dict[int, int]) -> Inputs:
    def inputs(row: int) -> tuple[Cell, ...] | None:
        if whole.get(row, row) == row:
            return None  # the total over itself proves nothing
        return table.rows[row][other.index], table.rows[whole[row]][other.index]

    return inputs


def _steps(table: Table, column: Column, others: Sequence[Column], kind: Kind, factor: Decimal) -> Iterator[Origin]:
    """From one row to the next, in tables whose rows are years, upwards or downwards."""
    if not any(one.role == "year" for one in table.columns):
        return
    for other in others:
        for step in (-1, 1):
            yield Origin(kind, _from_row(table, other, step), factor, _affinity(column, other), (other.index,))


def _from_row(table: Table, other: Column, step: int) -> Inputs:
    def inputs(row: int) -> tuple[Cell, ...] | None:
        before = row + step
        if not 0 <= before < len(table.rows) or _is_made(table, row) or _is_made(table, before):
            return None
        return table.rows[before][other.index], table.rows[row][other.index]

    return inputs


def _is_made(table: Table, row: int) -> bool:
    """A total or mean of the years is no further year."""
    label = table.label(row)
    return is_total(label) or is_statistic(label)


def _conversions(table: Table, column: Column, others: Sequence[Column]) -> Iterator[Origin]:
    """The same area in two units: the left column is taken for the given one."""
    for other in others:
        if (
            other.index < column.index
            and other.unit
            and column.unit
            and other.unit.dimension == column.unit.dimension
            and other.unit.factor != column.unit.factor
        ):
            factor = decimal(other.unit.factor / column.unit.factor)
            same = _base(other.name) == _base(column.name)
            yield Origin(Kind.CONVERSION, _single(table, other), factor, 3 if same else 0, (other.index,), told=same)


_INSIDE: Final = re.compile(r"[(\[][^()\[\]]*[)\]]")


def _base(name: str) -> str:
    """The header without its unit: 금액 of ``금액(억원)``."""
    return _INSIDE.sub("", name).strip().lower()


def _single(table: Table, other: Column) -> Inputs:
    return lambda row: (table.rows[row][other.index],)


def _affinity(column: Column, *others: Column) -> int:
    """How many words of the columns' names are the same, the first column's counting most."""
    own = _words(column.name)
    return sum(len(own & _words(other.name)) * (2 if at == 0 else 1) for at, other in enumerate(others))


def _words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORDS.findall(name.replace("_", " "))) - _STOP


@dataclass(frozen=True, slots=True)
class Fit:
    exact: float
    close: float
    rows: int


def choose(table: Table, column: Column, origins: Sequence[Origin], used: Sequence[Origin]) -> Origin | None:
    """The origin that explains the column, or None where none does well enough to judge rows by it."""
    rows = [row for row in range(len(table.rows)) if table.rows[row][column.index].number][:ROWS_TRIED]
    if not rows:
        return None
    best: tuple[tuple[float, ...], Origin] | None = None
    counted = len(table.values(percent=False))
    for origin in origins:
        fit = _fit(table, column, origin, rows)
        sibling = any(
            len(origin.columns) == 2 and one.columns[1:] == origin.columns[1:] and one.kind is origin.kind
            for one in used
        )
        good = fit.rows > 0 and (origin.told or _is_good(column, origin, fit, counted))
        if not good:
            continue
        covered = fit.rows / len(rows)
        near = sum(abs(index - column.index) for index in origin.columns)
        score = (
            float(origin.told),
            fit.exact * covered,
            float(sibling),
            float(origin.affinity),
            fit.close * covered,
            -near,
        )
        if best is None or score > best[0]:
            best = score, origin
    return best[1] if best else None


AGREEING_MIN: Final = 3
"""Rows that must agree before an origin that no header names is held against the others."""


def _is_good(column: Column, origin: Origin, fit: Fit, counted: int) -> bool:
    """counted: how many columns are no percentages; of two of them there is one pair only."""
    agreeing = round(fit.exact * fit.rows)
    # A header of "%" or "증감률" alone speaks of whatever stands beside it.
    generic = column.percent and (not _words(column.name) or bool(_GROWTH.search(column.name)))
    named = origin.affinity > 0 or (generic and counted <= 3)
    if fit.exact < 0.5:
        return fit.close >= 0.5 and named
    if agreeing >= AGREEING_MIN or named:
        return True
    if column.percent and counted <= 2:
        return agreeing > 0
    return column.percent and agreeing == fit.rows and (fit.rows > 1 or counted <= 3)


def _fit(table: Table, column: Column, origin: Origin, rows: Sequence[int]) -> Fit:
    exact = close = seen = 0
    for row in rows:
        cells = origin.inputs(row)
        published = table.rows[row][column.index].number
        if cells is None or published is None:
            continue
        values = [cell.number for cell in cells]
        if any(value is None for value in values):
            continue
        got = _quick(origin, [float(value.value) for value in values if value])
        if got is None:
            continue
        seen += 1
        away = abs(got - float(published.value))
        exact += away <= 1.001 * float(published.step)
        close += away <= CLOSE * max(abs(got), abs(float(published.value)))
        if seen == ROWS_UNLIKE and not close:
            break
    return Fit(exact / seen if seen else 0.0, close / seen if seen else 0.0, seen)


def _quick(origin: Origin, values: Sequence[float]) -> float | None:
    """The formula in floats: good enough to choose by, thousands of times a second."""
    factor = float(origin.factor)
    if origin.kind in (Kind.SHARE, Kind.RATIO):
        return values[0] / values[1] * factor if values[1] else None
    if origin.kind is Kind.GROWTH:
        return (values[1] / values[0] - 1) * factor if values[0] else None
    if origin.kind is Kind.CHANGE:
        return values[1] - values[0]
    return values[0] * values[1] * factor if len(values) == 2 else values[0] * factor


def _claims(table: Table, column: Column, origin: Origin) -> list[Claim]:
    claims: list[Claim] = []
    for row, cells in enumerate(table.rows):
        published = cells[column.index]
        inputs = origin.inputs(row)
        if inputs is None or published.number is None or all(cell.is_missing for cell in inputs):
            continue
        if any(cell.number is None and not cell.is_missing for cell in inputs) and is_total(published.label):
            continue
        claims.append(Claim(origin.kind, inputs, published, origin.factor))
    return claims
