"""Fewer, wider SQL statements with the same effect.

Python gives its interpreter lock away and takes it back around every step of a statement. While the event loop is busy
each of these costs up to the switch interval (5 ms), so a group of fifty rows written one by one waits a quarter of a
second. One statement with fifty rows waits once. Measured in bench/journal.py.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

Row = tuple[Any, ...]
Statement = tuple[str, Sequence[Row]]
"""SQL text and the rows to run it with."""

_CELL = r"(?:\?|CAST\(\? AS TEXT\))"
_CELLS = re.compile(rf"\({_CELL}(?:, {_CELL})*\)")
_INSERT = re.compile(r"\s*INSERT INTO (\w+) \([\w, ]+\) VALUES (?P<cells>.+?)(?: ON CONFLICT .+)?\s*", re.S)
_DELETE = re.compile(r"\s*DELETE FROM (\w+) WHERE \w+ = \?(?: AND \w+ = \?)*\s*")

# 256 rows of 12 cells stay far below SQLite's limit of 32 766 variables. Up to 256 rows become at most two statements:
# a multiple of 16 and a rest, so that there are few enough different ones for all to stay prepared. With 50 callers
# 51 to 61 µs of CPU per commit (widths of powers of four, hence more steps: 64 to 71), and a P99 beside a busy event
# loop of 30 to 64 ms (86 to 177).
_WIDEST = 256
_COARSE = 16


@dataclass(frozen=True, slots=True)
class Shape:
    """What may be done to a statement. table: the only one it touches, None where that is not known.

    before, cells, after: the parts of an INSERT around its row of values; cells is "" for anything else.
    """

    sql: str
    table: str | None = None
    before: str = ""
    cells: str = ""
    after: str = ""

    def wide(self, rows: int) -> str:
        return self.before + ", ".join([self.cells] * rows) + self.after


@lru_cache(maxsize=1024)
def shape_of(sql: str) -> Shape:
    if (insert := _INSERT.fullmatch(sql)) and _CELLS.fullmatch(insert["cells"]):
        return Shape(sql, insert[1], sql[: insert.start(2)], insert[2], sql[insert.end(2) :])
    if delete := _DELETE.fullmatch(sql):
        return Shape(sql, delete[1])
    return Shape(sql)


@lru_cache(maxsize=1024)
def _wide(shape: Shape, rows: int) -> str:
    return shape.wide(rows)


def merge(statements: Iterable[Statement]) -> list[tuple[Shape, list[Row]]]:
    """Join equal statements. Statements on one table keep their order; those on two tables may change places, which
    nothing can notice, because the schema has no foreign keys and its triggers only count. A statement whose table is
    not known keeps its place among all.
    """
    steps: list[tuple[Shape, list[Row]]] = []
    last: dict[str, tuple[Shape, list[Row]]] = {}
    for sql, rows in statements:
        shape = shape_of(sql)
        step = last.get(shape.table) if shape.table is not None else None
        if step is not None and step[0] is shape:
            step[1].extend(rows)
            continue
        step = (shape, list(rows))
        steps.append(step)
        if shape.table is None:
            last.clear()
        else:
            last[shape.table] = step
    return steps


def execute(connection: sqlite3.Connection, statements: Iterable[Statement]) -> None:
    """Run the statements, merged, inside the transaction that is open."""
    for shape, rows in merge(statements):
        if not shape.cells:
            connection.executemany(shape.sql, rows)
            continue
        for part in _parts(rows):
            connection.execute(_wide(shape, len(part)), tuple(chain.from_iterable(part)))


def _parts(rows: list[Row]) -> Iterator[list[Row]]:
    start = 0
    while rest := len(rows) - start:
        width = min(rest, _WIDEST)
        if width > _COARSE:
            width -= width % _COARSE
        yield rows[start : start + width]
        start += width
