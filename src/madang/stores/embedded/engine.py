"""DuckDB, confined: two threads, bounded memory, no network, no file outside the history."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import duckdb

from madang.errors import MadangError, StoreFull, StoreUnavailable

Params = dict[str, Any]

COLUMNS: Final = "entity, attribute, dataset_id, observed_at, recorded_at, observed, value, unit, json"
"""Columns of a raw segment, in order: observed_at and recorded_at TIMESTAMP (UTC), observed BOOLEAN, value DOUBLE, the
rest text.

value: the number, NULL where the instance is none. json: the whole instance where there is more than a number and a
unit; '' where the attribute was deleted. observed_at is Observation.at (a bare ``at`` is a reserved word in DuckDB 2).
"""


def connect(
    folders: Sequence[Path], *, threads: int, memory: str, spill: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """An in-memory engine that can reach nothing but ``folders`` (files or directories), for good.

    spill: folder for what does not fit into ``memory``; without one such a query fails.
    """
    con = duckdb.connect(
        ":memory:",
        config={
            "threads": threads,
            "memory_limit": memory,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        },
    )
    con.execute("SET TimeZone = 'UTC'")
    # Names of Python variables are no tables.
    con.execute("SET python_enable_replacements = false")
    con.execute(f"SET temp_directory = {literal(str(spill or ''))}")
    con.execute(f"SET allowed_directories = [{', '.join(literal(f'{f}/') for f in folders if f.is_dir())}]")
    con.execute(f"SET allowed_paths = [{', '.join(literal(str(f)) for f in folders if not f.is_dir())}]")
    con.execute("SET enable_external_access = false")
    return con


def literal(text: str) -> str:
    """SQL literal of a text, for places where the engine takes no parameter."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def file_list(paths: Sequence[Path]) -> str:
    return "[" + ", ".join(literal(str(path)) for path in paths) + "]"


@contextmanager
def translated(con: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> Iterator[None]:
    """Engine errors in the words of the house; a broken file among ``paths`` is named."""
    try:
        yield
    except duckdb.Error as exc:
        raise store_error(exc, con, paths) from exc


def store_error(exc: duckdb.Error, con: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> MadangError:
    if "No space left" in str(exc) or "Disk quota" in str(exc) or "File too large" in str(exc):
        return StoreFull("No room left for history segments; observations stay in city.db, nothing answered was lost.")
    for path in paths:
        reason = broken(con, path)
        if reason:
            return StoreUnavailable(
                f"History segment {path} cannot be read: {reason}. Restore it from a copy; other days are not affected."
            )
    if isinstance(exc, duckdb.OutOfMemoryException):
        return StoreUnavailable("The history query needs more memory than it may use; ask for less at once.")
    return StoreUnavailable(f"The history cannot answer: {_first_line(exc)}.")


def broken(con: duckdb.DuckDBPyConnection, path: Path) -> str:
    """Why a Parquet file cannot be read to its end; "" if it can."""
    if not path.exists():
        return "the file is missing"
    try:
        con.cursor().execute("SELECT sum(hash(columns(*))) FROM read_parquet($file)", {"file": str(path)}).fetchall()
    except duckdb.Error as exc:
        return _first_line(exc)
    return ""


def _first_line(exc: Exception) -> str:
    return str(exc).partition("\n")[0].rstrip(".")
