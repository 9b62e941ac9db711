"""Free SQL over one tenant's history, in an engine of its own that holds nothing else."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt

from madang.errors import BadRequestData, TooComplexQuery
from madang.model.entity import CORE, DEFAULT_VOCAB
from madang.ports.history import Table

from .engine import COLUMNS, connect, file_list, identifier, literal, store_error
from .relation import TAIL_FIRST
from .segments import Segment, Snapshot, split_overlapping

_TAIL_COLUMNS: Final = f"type, {COLUMNS}, seq AS ord"


@dataclass(frozen=True, slots=True)
class Limits:
    rows: int
    timeout_s: float
    threads: int
    memory: str


def run_sql(
    snapshot: Snapshot, tenant: str, directory: Path, main: duckdb.DuckDBPyConnection, text: str, limits: Limits
) -> Table:
    """Run one SELECT. Raises BadRequestData (no single SELECT, or the engine's words), TooComplexQuery (time, memory).

    The engine is made for this one question: it may read this tenant's segments and no other file, reaches no network,
    loads no extension, and its settings are locked. The snapshot must have nothing to forget.
    """
    started = perf_counter()
    paths = [s.path(directory) for key, members in snapshot.segments.items() if key[0] == tenant for s in members]
    con = connect(paths, threads=limits.threads, memory=limits.memory)
    try:
        statement = _single_select(con, text)
        _make_views(con, main, snapshot, tenant, directory)
        con.execute("SET lock_configuration = true")
        timer = threading.Timer(limits.timeout_s, con.interrupt)
        timer.start()
        try:
            return _run(con, statement, limits, started)
        except duckdb.Error as exc:
            raise _translate(exc, main, paths, limits) from exc
        finally:
            timer.cancel()
    finally:
        con.close()


def _single_select(con: duckdb.DuckDBPyConnection, text: str) -> str:
    try:
        statements = con.extract_statements(text)
    except duckdb.Error as exc:
        raise BadRequestData(str(exc), "sql") from exc
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise BadRequestData("Exactly one SELECT is allowed here; the history cannot be changed by SQL.", "sql")
    return statements[0].query.strip().rstrip(";")


def _run(con: duckdb.DuckDBPyConnection, statement: str, limits: Limits, started: float) -> Table:
    # The line break ends a comment that the statement may end with. The parser has shown that it is one statement.
    con.execute(f"SELECT * FROM (\n{statement}\n) LIMIT {limits.rows + 1}")  # noqa: S608 - running it is the purpose
    description = con.description or []
    rows = con.fetchmany(limits.rows + 1)
    return Table(
        columns=[column[0] for column in description],
        types=[str(column[1]) for column in description],
        rows=[[_aware(value) for value in row] for row in rows[: limits.rows]],
        truncated=len(rows) > limits.rows,
        elapsed_s=perf_counter() - started,
    )


def _aware(value: Any) -> Any:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _translate(exc: duckdb.Error, con: duckdb.DuckDBPyConnection, paths: Sequence[Path], limits: Limits) -> Exception:
    if isinstance(exc, duckdb.InterruptException):
        return TooComplexQuery(f"The query ran longer than {limits.timeout_s:g} s; narrow it by type, entity or time.")
    if isinstance(exc, duckdb.OutOfMemoryException):
        return TooComplexQuery(
            f"The query needs more than {limits.memory} of memory; narrow it by type, entity or time."
        )
    if isinstance(exc, duckdb.IOException | duckdb.InvalidInputException) and any(str(p) in str(exc) for p in paths):
        return store_error(exc, con.cursor(), [p for p in paths if str(p) in str(exc)])
    return BadRequestData(str(exc), "sql")


def _make_views(
    con: duckdb.DuckDBPyConnection, main: duckdb.DuckDBPyConnection, snapshot: Snapshot, tenant: str, directory: Path
) -> None:
    """``observation`` and one view per type, under its short name where two types do not share it."""
    _copy_tail(con, main, snapshot, tenant)
    types = sorted(snapshot.types(tenant))
    parts = [_type_sql(snapshot, tenant, name, directory) for name in types]
    nothing = f"SELECT type, {COLUMNS} FROM arrived"  # noqa: S608 - our own table
    shown = f"SELECT {_short('type')}, entity, {_short('attribute')}, dataset_id, observed_at, value, unit, json"
    alive = "json IS DISTINCT FROM ''"
    union = " UNION ALL ".join(parts) or f"{nothing} WHERE false"
    con.execute(f"CREATE VIEW observation AS {shown} FROM ({union}) WHERE {alive}")
    taken = {"observation", "arrived"}
    for name, part in zip(types, parts, strict=True):
        short = short_name(name)
        view = short if short.lower() not in taken else name
        taken.add(view.lower())
        con.execute(f"CREATE VIEW {identifier(view)} AS {shown} FROM ({part}) WHERE {alive}")


def short_name(uri: str) -> str:
    """The last part of a type's URI."""
    return uri.rstrip("/#").replace("#", "/").rpartition("/")[2] or uri


def _short(column: str) -> str:
    """Names of the core and of the default vocabulary are shown without it; all others stay whole URIs."""
    cut = [f"WHEN starts_with({column}, '{v}') THEN substr({column}, {len(v) + 1})" for v in (DEFAULT_VOCAB, CORE)]
    return f"CASE {' '.join(cut)} ELSE {column} END AS {column}"


def _type_sql(snapshot: Snapshot, tenant: str, entity_type: str, directory: Path) -> str:
    segments = snapshot.segments.get((tenant, entity_type, "raw"), ())
    clean, shared = split_overlapping(segments, snapshot.tail_span(tenant, entity_type))
    name = literal(entity_type)
    arrived = f"SELECT {_TAIL_COLUMNS} FROM arrived WHERE type = {name}"  # noqa: S608 - quoted
    union = " UNION ALL ".join([*(_files(name, [s], directory) for s in shared), arrived])
    newest = "row_number() OVER (PARTITION BY entity, attribute, dataset_id, observed_at ORDER BY ord DESC) = 1"
    parts = [f"SELECT type, {COLUMNS} FROM ({union}) QUALIFY {newest}"]  # noqa: S608 - our own parts
    if clean:
        parts.append(f"SELECT type, {COLUMNS} FROM ({_files(name, clean, directory)})")  # noqa: S608 - our own parts
    return " UNION ALL ".join(f"({part})" for part in parts)


def _files(name: str, segments: Sequence[Segment], directory: Path) -> str:
    # Segment ids stay far below any tail row's, whose seq is lifted in _copy_tail.
    files = file_list([s.path(directory) for s in segments])
    return f"SELECT {name} AS type, {COLUMNS}, {segments[0].id} AS ord FROM read_parquet({files})"  # noqa: S608 - quoted


def _copy_tail(
    con: duckdb.DuckDBPyConnection, main: duckdb.DuckDBPyConnection, snapshot: Snapshot, tenant: str
) -> None:
    """The tenant's tail rows as table ``arrived``; values only, for the two engines share nothing."""
    sql = " UNION ALL ".join(
        f"SELECT type, {COLUMNS}, {TAIL_FIRST} + seq AS seq FROM {tail.table}"  # noqa: S608 - our own table
        f" WHERE tenant = $tenant AND seq <= {tail.seen}"
        for tail in snapshot.tails
    )
    found = main.execute(sql, {"tenant": tenant}).fetchnumpy()
    con.register("copied", {name: _filled(column) for name, column in found.items()})
    con.execute(
        "CREATE TABLE arrived AS SELECT type::VARCHAR AS type, entity::VARCHAR AS entity,"
        " attribute::VARCHAR AS attribute,"
        " dataset_id::VARCHAR AS dataset_id, observed_at::TIMESTAMP AS observed_at,"
        " recorded_at::TIMESTAMP AS recorded_at,"
        " observed::BOOLEAN AS observed, if(isnan(value::DOUBLE), NULL, value::DOUBLE) AS value,"
        " unit::VARCHAR AS unit, json::VARCHAR AS json, seq::BIGINT AS seq FROM copied"
    )
    con.unregister("copied")


def _filled(column: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The column with NaN or None where it has no value."""
    filled: npt.NDArray[Any] = np.ma.getdata(column).copy()
    missing = np.ma.getmaskarray(column)
    if missing.any():
        filled[missing] = np.nan if filled.dtype.kind == "f" else None
    return filled
