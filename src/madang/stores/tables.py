"""Reads Parquet files with DuckDB."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import numpy as np
import numpy.typing as npt

from madang.errors import SourceUnavailable
from madang.ports.tables import Columns, TimeRange

T = TypeVar("T")


class DuckTables:
    """Implements ports.tables.TableReader. Each read has a connection of its own, in a worker thread."""

    async def columns(self, file: Path) -> Sequence[str]:
        return await self._with(file, lambda relation: tuple(relation.columns))

    async def read(self, file: Path, columns: Sequence[str], window: TimeRange | None = None) -> Columns:
        def read(relation: duckdb.DuckDBPyRelation) -> Columns:
            chosen = relation.project(", ".join(map(_quoted, columns))) if window is None else _inside(relation, window)
            if window is not None:
                chosen = chosen.order(_quoted(window.column)).project(", ".join(map(_quoted, columns)))
            return {name: _plain(values) for name, values in chosen.fetchnumpy().items()}

        return await self._with(file, read)

    async def last(self, file: Path, columns: Sequence[str], keys: Sequence[str], window: TimeRange) -> Columns:
        def last(relation: duckdb.DuckDBPyRelation) -> Columns:
            at = _quoted(window.column)
            wanted = [
                _quoted(name) if name in keys else f"arg_max({_quoted(name)}, {at}) AS {_quoted(name)}"
                for name in columns
            ]
            grouped = _inside(relation, window).aggregate(", ".join(wanted), ", ".join(map(_quoted, keys)))
            return {name: _plain(values) for name, values in grouped.fetchnumpy().items()}

        return await self._with(file, last)

    async def _with(self, file: Path, read: Callable[[duckdb.DuckDBPyRelation], T]) -> T:
        return await asyncio.to_thread(_read, file, read)


def _read(file: Path, read: Callable[[duckdb.DuckDBPyRelation], T]) -> T:
    if not file.is_file():
        raise SourceUnavailable(f"{file.name}: there is no such file.")
    try:
        with duckdb.connect() as connection:
            return read(connection.from_parquet(str(file)))
    except duckdb.InvalidInputException as exc:
        raise SourceUnavailable(
            f"{file.name}: not a whole Parquet file; it was cut or damaged. Copy it again."
        ) from exc
    except duckdb.BinderException as exc:
        raise SourceUnavailable(f"{file.name}: {str(exc).splitlines()[0]}") from exc
    except duckdb.Error as exc:
        raise SourceUnavailable(f"{file.name}: cannot be read: {str(exc).splitlines()[0]}") from exc


def _inside(relation: duckdb.DuckDBPyRelation, window: TimeRange) -> duckdb.DuckDBPyRelation:
    column = _quoted(window.column)
    bounds = ((">=", window.start), ("<", window.end))
    parts = [f"{column} {sign} TIMESTAMP '{str(at).replace('T', ' ')}'" for sign, at in bounds if at is not None]
    return relation.filter(" AND ".join([*parts, f"{column} IS NOT NULL"]))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _plain(values: Any) -> npt.NDArray[Any]:
    """Without a mask: missing numbers are NaN, times NaT, texts None."""
    if not isinstance(values, np.ma.MaskedArray):
        return np.asarray(values)
    data, mask = np.asarray(values.data), np.ma.getmaskarray(values)
    if not mask.any():
        return data
    if data.dtype.kind in "iufb":
        data = data.astype(np.float64)
        data[mask] = np.nan
    elif data.dtype.kind == "M":
        data = data.copy()
        data[mask] = np.datetime64("NaT")
    else:
        data = data.astype(object)
        data[mask] = None
    return data
