"""Other ways to read a total that its rows do not sum to: rows that are parts of a row beside them, differences."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from .judge import Claim, Kind, holds, is_wrong
from .rows import is_aside, is_memo, is_statistic, row_depths, row_labels, sign_of
from .table import Cell, Column, Said, Table

PARTS_READ: Final = 60
"""Most rows that are read again; more of them explain any total by chance."""

RUNS_PROVE: Final = 3
"""Sub-sums from which on that reading is not taken for a chance."""

ROWS_SET_IN: Final = 300
"""Most rows below one row that are looked at as its parts."""

Summed = Callable[[Table, Column, int, Sequence[int]], Claim | None]

TAKEN_OFF: Final = Said(
    "이름이 지출·비용 등인 행은 빼고 계산했습니다.", "Rows named as expenditure, cost and the like were taken off."
)
DIVIDED: Final = Said(
    "행들을 여러 기준으로 나눈 표로 보면 묶음마다 합계와 같습니다. 그런 표인지 확인해 주십시오.",
    "The rows are several blocks that each sum to it, such as by sex and by age. Check that they are meant so.",
)
NOT_ALL: Final = Said(
    "들여쓴 행의 합이 위 행과 다릅니다. 들여쓴 행이 전부인지 확인해 주십시오.",
    "Check whether the rows that are set in are all parts of the row above them.",
)


def holding(claims: Iterable[Claim]) -> int:
    return sum(map(holds, claims))


def reread(table: Table, total: int, parts: Sequence[int], claims: Sequence[Claim], summed: Summed) -> list[Claim]:
    """The claims of a total row, those that do not hold read again. What another reading explains is no error: it is
    taken where the reading is proved, and left open where it may be chance."""
    wrong = [claim for claim in claims if is_wrong(claim)]
    if not wrong or len(parts) > PARTS_READ:
        return list(claims)
    signed = [_signed(table, claim) for claim in claims]
    if holding(signed) > holding(claims):
        return signed
    columns = [table.columns[claim.published.column - 1] for claim in claims if claim.published]
    best, heads = list(claims), 0
    for order in (parts, parts[::-1]):
        kept, runs = _without_runs(table, columns, order)
        again = [claim for column in columns if runs and (claim := summed(table, column, total, sorted(kept)))]
        if len(again) == len(claims) and holding(again) > holding(best):
            best, heads = again, runs
    if best == list(claims):
        return _divided_twice(table, total, parts, claims, summed)
    left = sorted({cell.row for claim in claims for cell in claim.inputs} - {c.row for o in best for c in o.inputs})
    note = _left_out(left)
    if heads >= RUNS_PROVE:
        return [replace(claim, note=note) for claim in best]
    pairs = zip(claims, best, strict=True)
    return [replace(one, unsure=True, note=note) if one in wrong and holds(two) else one for one, two in pairs]


def _divided_twice(
    table: Table, total: int, parts: Sequence[int], claims: Sequence[Claim], summed: Summed
) -> list[Claim]:
    """By sex and then by age: each block of rows sums to the total. Two columns prove it, one may be chance."""
    columns = [table.columns[claim.published.column - 1] for claim in claims if claim.published]
    block = _first_block(table, total, parts, columns)
    again = [claim for column in columns if block and (claim := summed(table, column, total, block))]
    if len(again) != len(claims) or not any(map(holds, again)):
        return list(claims)
    if sum(map(holds, again)) >= 2:
        return [replace(claim, note=DIVIDED) for claim in again]
    pairs = zip(claims, again, strict=True)
    return [replace(one, unsure=True, note=DIVIDED) if is_wrong(one) and holds(two) else one for one, two in pairs]


def _first_block(table: Table, total: int, parts: Sequence[int], columns: Sequence[Column]) -> list[int]:
    """The first of two or more blocks that use up all rows and each sum to the total in most columns; or none."""
    whole = [_value(table.rows[total][column.index]) for column in columns]
    blocks: list[list[int]] = [[]]
    sums = [0.0] * len(columns)
    for at in parts:
        blocks[-1].append(at)
        sums = [one + _value(table.rows[at][column.index]) for one, column in zip(sums, columns, strict=True)]
        held = sum(abs(one - told) <= 1e-9 * abs(told) for one, told in zip(sums, whole, strict=True) if told)
        if len(blocks[-1]) > 1 and held and 3 * held >= 2 * len(columns):
            blocks.append([])
            sums = [0.0] * len(columns)
    return blocks[0] if len(blocks) > 2 and not blocks[-1] else []


def _left_out(rows: Sequence[int]) -> Said:
    names = ", ".join(map(str, rows[:8])) + (" …" if len(rows) > 8 else "")
    return Said(
        f"{names}행을 앞뒤 행의 세부 항목으로 보고 빼면 맞습니다. 합계에 들어가는 행인지 확인해 주십시오.",
        f"It holds without rows {names}, which sum to the row beside them. Check which rows the total is made of.",
    )


def _signed(table: Table, claim: Claim) -> Claim:
    """Income less expenditure, where the rows' names say both."""
    first = table.rows[0][0].row
    signs = [sign_of(table.label(cell.row - first)) for cell in claim.inputs]
    if -1 not in signs or 1 not in signs:
        return claim
    cells = tuple(_negative(cell) if sign < 0 else cell for cell, sign in zip(claim.inputs, signs, strict=True))
    return replace(claim, inputs=cells, note=TAKEN_OFF)


def _negative(cell: Cell) -> Cell:
    return replace(cell, number=replace(cell.number, value=-cell.number.value)) if cell.number else cell


def _without_runs(table: Table, columns: Sequence[Column], order: Sequence[int]) -> tuple[list[int], int]:
    """The rows less those that sum to the row before them, and in how many columns such sums were found."""
    values = [[_value(table.rows[row][column.index]) for row in order] for column in columns]
    kept: list[int] = []
    runs = at = 0
    while at < len(order):
        kept.append(order[at])
        end, held = _run_after(values, at)
        runs += held
        at = end
    return kept, runs


def _run_after(values: Sequence[Sequence[float]], head: int) -> tuple[int, int]:
    """Where the shortest run that sums to the row ends, and in how many columns it does."""
    sums = [0.0] * len(values)
    for end in range(head + 1, len(values[0])):
        sums = [total + column[end] for total, column in zip(sums, values, strict=True)]
        if end < head + 2:
            continue
        told = [at for at, column in enumerate(values) if column[head] and sums[at] != column[end]]
        held = sum(abs(sums[at] - values[at][head]) <= 1e-9 * abs(values[at][head]) for at in told)
        if held and 3 * held >= 2 * len(told):
            return end + 1, held
    return head + 1, 0


def _value(cell: Cell) -> float:
    return float(cell.number.value) if cell.number else 0.0


def group_claims(table: Table, totals: set[int], summed: Summed) -> list[Claim]:
    """Rows set in or bracketed below a row: its parts, where they sum to it in some column. Rows set in that do so
    nowhere are left open; ``of which`` claims no whole."""
    claims: list[Claim] = []
    for head, parts, told in _groups(table, totals):
        sums = [claim for column in table.values() if (claim := summed(table, column, head, parts))]
        held = holding(sums)
        if held and 2 * held >= len(sums):
            claims += sums
        elif told:
            claims += [replace(claim, unsure=True, note=NOT_ALL) for claim in sums if claim.kind is Kind.SUM]
    return claims


def _groups(table: Table, totals: set[int]) -> list[tuple[int, list[int], bool]]:
    """Head, parts, and whether the parts are set in (brackets alone may name some of them only)."""
    labels, depths = row_labels(table), row_depths(table)
    aside = [any(map(is_aside, texts)) for texts in labels]
    groups: list[tuple[int, list[int], bool]] = []
    for head in range(len(labels) - 2):
        if head in totals or aside[head]:
            continue
        deep = depths[head + 1] > depths[head]
        if not (deep or aside[head + 1]):
            continue
        block: list[int] = []
        for at in range(head + 1, min(len(labels), head + ROWS_SET_IN)):
            if not (depths[at] > depths[head] if deep else aside[at]):
                break
            block.append(at)
        level = min(depths[at] for at in block)
        parts = [at for at in block if depths[at] == level]
        some = any(map(is_memo, [text for at in parts for text in labels[at]]))
        if len(parts) >= 2 and not some and not totals & set(block) and not _statistics(labels, parts):
            groups.append((head, parts, deep))
    return groups


def _statistics(labels: Sequence[Sequence[str]], rows: Sequence[int]) -> bool:
    return any(is_statistic(text) for at in rows for text in labels[at])
