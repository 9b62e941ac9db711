"""Running totals: columns and rows named cumulative, each figure the one before and what came in."""

import re
from collections.abc import Sequence
from typing import Final

from .judge import Claim, Kind, holds
from .nested import holding
from .rows import is_cumulative, is_statistic, is_total
from .table import Cell, Column, Said, Table

_PERIOD: Final = re.compile(
    r"^(?:\d{1,2}\s?월|\d\s?분기|Q[1-4]|[1-4]Q|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.I
)
_FIRST: Final = re.compile(r"^(?:0?1\s?월|1\s?분기|Q1|1Q|jan)", re.I)

NOT_FROM_THE_START: Final = Said(
    "누계가 표보다 먼저 시작했을 수 있습니다. 시작 시점을 확인해 주십시오.",
    "It may run from before the table begins. Check from when it counts.",
)


def running_claims(table: Table) -> list[Claim]:
    return [*_columns(table), *_rows(table), *_ends(table)]


def _columns(table: Table) -> list[Claim]:
    values = table.values(percent=False)
    rows = [
        row for at, row in enumerate(table.rows) if not (is_total(table.label(at)) or is_statistic(table.label(at)))
    ]
    claims: list[Claim] = []
    for column in values:
        if is_cumulative(column.name):
            others = sorted((o for o in values if _may_add(o, column)), key=lambda o: abs(o.index - column.index))
            pairs = [[(row[other.index], row[column.index]) for row in rows] for other in others[:COLUMNS_TRIED]]
            claims += max((_chain(one) for one in pairs), key=holding, default=[])
    return claims


COLUMNS_TRIED: Final = 6


def _may_add(other: Column, column: Column) -> bool:
    same = (other.unit and other.unit.symbol) == (column.unit and column.unit.symbol)
    return same and other.index != column.index and not is_cumulative(other.name)


def _rows(table: Table) -> list[Claim]:
    """A row named cumulative below the row it adds up, months or years side by side."""
    columns = [c for c in table.values(percent=False) if not (is_total(c.name) or is_statistic(c.name))]
    claims: list[Claim] = []
    for at in range(1, len(table.rows)):
        if is_cumulative(table.label(at)) and len(columns) > 1:
            above, row = table.rows[at - 1], table.rows[at]
            claims += _chain([(above[column.index], row[column.index]) for column in columns])
    return claims


def _chain(pairs: Sequence[tuple[Cell, Cell]]) -> list[Claim]:
    """Each step, from what comes in and the running total; none where too few steps hold to believe it."""
    filled = [pair for pair in pairs if pair[0].number and pair[1].number]
    claims = [Claim(Kind.SUM, (filled[at - 1][1], filled[at][0]), filled[at][1]) for at in range(1, len(filled))]
    held = holding(claims)
    starts = bool(filled) and filled[0][0].number == filled[0][1].number
    return claims if held and 2 * held >= len(claims) and (held > 1 or starts) else []


def _ends(table: Table) -> list[Claim]:
    """A last row named cumulative below periods. They may have begun before the table: only what starts in January or
    in the first quarter is surely the whole."""
    claims: list[Claim] = []
    for at in range(2, len(table.rows)):
        if not is_cumulative(table.label(at)):
            continue
        periods = [row for row in range(at) if _PERIOD.match(table.label(row))]
        if len(periods) < 2 or len(periods) != at:
            continue
        whole = bool(_FIRST.match(table.label(periods[0])))
        for column in table.values(percent=False):
            cells = tuple(table.rows[row][column.index] for row in periods if table.rows[row][column.index].number)
            if len(cells) > 1 and table.rows[at][column.index].number and not is_cumulative(column.name):
                claim = Claim(Kind.SUM, cells, table.rows[at][column.index])
                if whole or holds(claim):
                    claims.append(claim)
                else:
                    claims.append(Claim(Kind.SUM, cells, claim.published, note=NOT_FROM_THE_START, unsure=True))
    return claims
