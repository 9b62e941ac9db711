"""Columnar files, read a window at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Columns = Mapping[str, npt.NDArray[Any]]
"""Name -> values, all of equal length. Missing: NaN in numbers (integers become floats), NaT in times, None in text."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """Rows with start <= column < end, in the file's own (naive) time; None is open."""

    column: str
    start: np.datetime64 | None = None
    end: np.datetime64 | None = None


class TableReader(Protocol):
    """Reads Parquet files. Every method raises SourceUnavailable, naming the file, where it is cut, damaged or
    missing."""

    async def columns(self, file: Path) -> Sequence[str]: ...

    async def read(self, file: Path, columns: Sequence[str], window: TimeRange | None = None) -> Columns:
        """Rows of the window, ordered by its column; all rows in the file's order without one."""

    async def last(self, file: Path, columns: Sequence[str], keys: Sequence[str], window: TimeRange) -> Columns:
        """The last row of each combination of keys within the window. columns include keys and the window's column."""
