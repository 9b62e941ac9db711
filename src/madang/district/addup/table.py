"""A pasted table as values: cells with their place and number, columns with their style, unit and role."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from madang.district.quantity import Unit

from .numbers import Number, Style, is_missing


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in Korean and English."""

    ko: str
    en: str


@dataclass(frozen=True, slots=True)
class Cell:
    """row and column count from 1 as a spreadsheet does (line and figure of a line for sentences); 0 is a constant that
    stands in no cell. label: what the figure is called in its table."""

    row: int
    column: int
    text: str
    number: Number | None = None
    label: str = ""

    @property
    def place(self) -> str:
        """``C7``, as spreadsheets name it."""
        return f"{letters(self.column)}{self.row}" if self.row else ""

    @property
    def is_missing(self) -> bool:
        return self.number is None and is_missing(self.text)


@dataclass(frozen=True, slots=True)
class Column:
    """index: from 0. style: the sign before decimals, None where the column has no numbers. percent: its figures are
    per hundred. role: label (names of rows), year (moments), value, or text."""

    index: int
    name: str
    unit: Unit | None
    percent: bool
    style: Style | Literal["mixed"] | None
    role: str


@dataclass(frozen=True, slots=True)
class Table:
    """header: rows above the figures. rows: all of one width. decisions: what had to be decided to read it. depths: how
    far each row is set in."""

    header: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    decisions: tuple[Said, ...] = ()
    depths: tuple[int, ...] = ()

    def label(self, row: int) -> str:
        """Row's name: what its label columns say."""
        texts = (self.rows[row][column.index].text for column in self.columns if column.role in ("label", "year"))
        return " ".join(text for text in texts if text)

    def values(self, *, percent: bool | None = None) -> Sequence[Column]:
        return [c for c in self.columns if c.role == "value" and (percent is None or c.percent is percent)]

    def cells(self) -> Iterator[Cell]:
        for row in self.rows:
            yield from row


def letters(column: int) -> str:
    """1 is A, 27 is AA."""
    text = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text
