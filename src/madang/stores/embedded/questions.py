"""The questions of the HistoryStore port as SQL. Each is asked on a cursor of its own, in a worker thread."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from madang.model.observation import Observation
from madang.model.query import Aggregate, TemporalQuery, Window
from madang.ports.history import Bucket, Points, Usual
from madang.stores.timeline import Period, from_us, parse_period, thin, to_us, uses_recorded

from .engine import Params, translated
from .observations import observation_of
from .relation import Relation, Selection, hourly, raw, time_bounds, time_condition
from .segments import Snapshot

_ROW: Final = (
    "type, entity, attribute, dataset_id, epoch_us(observed_at), epoch_us(recorded_at), observed, value, unit, json"
)
_ALIVE: Final = "json IS DISTINCT FROM ''"

_TEXT: Final = "coalesce((value + 0.0)::VARCHAR, json_extract(json, '$.value')::VARCHAR)"
"""What counts as one different value. + 0.0 makes -0.0 a plain zero: Parquet may store the two as one."""

_METHODS: Final[Mapping[Aggregate, str]] = {
    "totalCount": "count(*)",
    "distinctCount": f"count(DISTINCT {_TEXT})",
    "sum": "sum(value)",
    "avg": "avg(value)",
    "min": "min(value)",
    "max": "max(value)",
    "stddev": "stddev_pop(value)",
    "sumsq": "sum(value * value)",
}
_ROLLED_METHODS: Final[Mapping[Aggregate, str]] = {
    "totalCount": "sum(count)::BIGINT",
    "distinctCount": "if(bool_or(rolled), NULL, count(DISTINCT text))",
    "sum": "sum(total)",
    "avg": "sum(total) / sum(numbers)",
    "min": "min(low)",
    "max": "max(high)",
    "stddev": "sqrt(greatest(sum(sumsq) / sum(numbers) - pow(sum(total) / sum(numbers), 2), 0))",
    "sumsq": "sum(sumsq)",
}
"""The same over rows that may each stand for a whole hour; how many different values an hour had is not known."""


def types_of(
    snapshot: Snapshot,
    con: duckdb.DuckDBPyConnection,
    reader: sqlite3.Connection,
    tenant: str,
    entity_ids: Sequence[str],
) -> set[tuple[str, str]]:
    """(entity, type) pairs under which the entities have history."""
    found: set[tuple[str, str]] = set()
    ids = list(dict.fromkeys(entity_ids))
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        marks = ", ".join("?" * len(part))
        sql = f"SELECT entity, type FROM history_entity WHERE tenant = ? AND entity IN ({marks})"  # noqa: S608 - marks only
        found.update(reader.execute(sql, (tenant, *part)))
    tails = " UNION ALL ".join(
        f"SELECT DISTINCT entity, type FROM {tail.table}"  # noqa: S608 - our own table
        " WHERE tenant = $tenant AND entity IN (SELECT unnest($entities))"
        for tail in snapshot.tails
        if tail.spans
    )
    if tails:
        found.update(con.cursor().execute(tails, {"tenant": tenant, "entities": ids}).fetchall())
    return found


def instances(
    snapshot: Snapshot,
    cursor: duckdb.DuckDBPyConnection,
    directory: Path,
    selection: Selection,
    query: TemporalQuery,
    limit: int,
) -> Sequence[Observation]:
    relation = raw(snapshot, _bounded(selection, query), directory)
    condition, params = time_condition(query)
    last = ""
    if query.last_n is not None:
        order = "recorded_at DESC, observed_at DESC" if uses_recorded(query) else "observed_at DESC"
        last = (
            f"QUALIFY row_number() OVER (PARTITION BY entity, attribute, dataset_id ORDER BY {order}) <= {query.last_n}"
        )
    sql = (
        f"SELECT {_ROW} FROM ({relation.sql}) WHERE {condition} {last}"  # noqa: S608 - our own parts
        f" ORDER BY entity, attribute, dataset_id NULLS FIRST, observed_at LIMIT {limit}"
    )
    with translated(cursor, relation.paths):
        return [observation_of(row) for row in cursor.execute(sql, relation.params | params).fetchall()]


def entity_ids(
    snapshot: Snapshot, cursor: duckdb.DuckDBPyConnection, directory: Path, selection: Selection, query: TemporalQuery
) -> Sequence[str]:
    relation = raw(snapshot, _bounded(selection, query), directory)
    condition, params = time_condition(query)
    sql = f"SELECT DISTINCT entity FROM ({relation.sql}) WHERE {condition} ORDER BY entity"  # noqa: S608 - our own parts
    with translated(cursor, relation.paths):
        return [entity for (entity,) in cursor.execute(sql, relation.params | params).fetchall()]


def count_named(
    snapshot: Snapshot,
    cursor: duckdb.DuckDBPyConnection,
    directory: Path,
    selection: Selection,
    attribute: str | None,
    dataset_id: str | None,
    at_us: int | None,
) -> int:
    """Rows that a forget of this shape would remove."""
    bounded = replace(
        selection,
        attributes=() if attribute is None else (attribute,),
        start=at_us,
        end=None if at_us is None else at_us + 1,
    )
    relation = raw(snapshot, bounded, directory)
    exact = at_us is not None or dataset_id is not None
    where = "dataset_id IS NOT DISTINCT FROM $dataset_id::VARCHAR" if exact else "true"
    params: Params = {"dataset_id": dataset_id} if exact else {}
    with translated(cursor, relation.paths):
        sql = f"SELECT count(*) FROM ({relation.sql}) WHERE {where}"  # noqa: S608 - our own parts
        (row,) = cursor.execute(sql, relation.params | params).fetchall()
    return int(row[0])


def buckets(
    snapshot: Snapshot, cursor: duckdb.DuckDBPyConnection, directory: Path, selection: Selection, query: TemporalQuery
) -> Sequence[Bucket]:
    assert query.aggregation is not None
    period = parse_period(query.aggregation.period)
    methods = query.aggregation.methods
    rows = _bucket_rows(snapshot, directory, _bounded(selection, query), query)
    with translated(cursor, rows.paths):
        bounds = _bounds(cursor, rows, query.window, period)
        if bounds is None:
            return []
        start, last = bounds
        edges = [to_us(edge) for edge in _edges(period, query.window, start, last)]
        table = _ROLLED_METHODS if "rolled" in rows.params else _METHODS
        columns = ", ".join(table[method] for method in methods)
        params = {key: value for key, value in rows.params.items() if key != "rolled"}
        number, edge_params = _bucket_number(period, edges)
        sql = (
            f"SELECT entity, attribute, {number} AS bucket, {columns} FROM ({rows.sql})"  # noqa: S608 - our own parts
            " GROUP BY entity, attribute, bucket ORDER BY entity, attribute, bucket"
        )
        found = cursor.execute(sql, params | edge_params).fetchall()
    times = _Times(period, from_us(edges[0]), edges)
    return [Bucket(row[0], row[1], *times.of(int(row[2])), dict(zip(methods, row[3:], strict=True))) for row in found]


class _Times:
    """Start and end of bucket n, each made once: a city's answer has the same hours for every sensor."""

    def __init__(self, period: Period, start: Any, edges: Sequence[int]) -> None:
        self._period = period
        self._start = start
        self._edges = edges
        self._known: dict[int, tuple[Any, Any]] = {}

    def of(self, number: int) -> tuple[Any, Any]:
        if number not in self._known:
            self._known[number] = self._make(number)
        return self._known[number]

    def _make(self, number: int) -> tuple[Any, Any]:
        if self._period.months or not self._period.us:
            return from_us(self._edges[number]), from_us(self._edges[number + 1])
        return self._period.edge(self._start, number), self._period.edge(self._start, number + 1)


def _bucket_number(period: Period, edges: Sequence[int]) -> tuple[str, Params]:
    if period.us and not period.months:
        return "(epoch_us(time) - $anchor) // $period", {"anchor": edges[0], "period": period.us}
    # Months differ in length: the number of edges passed, less one.
    return "len(list_filter($edges::BIGINT[], lambda edge: edge <= epoch_us(time))) - 1", {"edges": edges[:-1]}


def _edges(period: Period, window: Window, start: int, last: int) -> list[Any]:
    if period == Period(0, 0):
        # An open window ends right after its last observation, as a bucket's end is outside of it.
        return [from_us(start), window.end or from_us(last + 1)]
    if not period.months:
        return [from_us(start)]
    return list(period.edges(from_us(start), from_us(last)))


def _bounds(
    cursor: duckdb.DuckDBPyConnection, rows: Relation, window: Window, period: Period
) -> tuple[int, int] | None:
    """First bucket's start and the last observation's time; only asked of the rows where the window leaves it open."""
    calendar = period.months or (not period.us and window.end is None)
    if window.start is not None and not calendar:
        return to_us(window.start), 0
    if window.start is not None and window.end is not None:
        return to_us(window.start), to_us(window.end) - 1
    params = {key: value for key, value in rows.params.items() if key != "rolled"}
    sql = f"SELECT epoch_us(min(time)), epoch_us(max(time)) FROM ({rows.sql})"  # noqa: S608 - our own parts
    ((first, last),) = cursor.execute(sql, params).fetchall()
    if first is None:
        return None
    return (first if window.start is None else to_us(window.start)), last


def _bucket_rows(snapshot: Snapshot, directory: Path, selection: Selection, query: TemporalQuery) -> Relation:
    """Rows (entity, attribute, time, value, json), or where raw rows were dropped ones that stand for hours too; then
    params has ``rolled``."""
    condition, params = time_condition(query)
    time = "recorded_at" if uses_recorded(query) else "observed_at"
    rolled = None if query.timeproperty != "observedAt" else hourly(snapshot, selection, directory)
    since = max((snapshot.retained.get((selection.tenant, t), 0) for t in selection.types), default=0)
    relation = raw(snapshot, selection if rolled is None else replace(selection, since=since), directory)
    rows = f"SELECT entity, attribute, {time} AS time, value, json FROM ({relation.sql}) WHERE {condition} AND {_ALIVE}"  # noqa: S608
    if rolled is None:
        return Relation(rows, relation.params | params, relation.paths)
    sql = (
        "SELECT entity, attribute, time, 1 AS count, if(value IS NULL, 0, 1) AS numbers, value AS total, value AS low,"  # noqa: S608
        " value AS high, value * value AS sumsq, false AS rolled,"
        f" {_TEXT} AS text FROM ({rows})"
        " UNION ALL SELECT entity, attribute, observed_at, count, count, avg * count, min, max, sumsq, true, NULL"
        f" FROM ({rolled.sql})"
    )
    merged = rolled.params | relation.params | params | {"rolled": True}
    return Relation(sql, merged, relation.paths + rolled.paths)


def points(
    snapshot: Snapshot,
    cursor: duckdb.DuckDBPyConnection,
    directory: Path,
    selection: Selection,
    window: Window,
    most: int,
) -> Points:
    query = TemporalQuery(window)
    bounded = _bounded(selection, query)
    condition, params = time_condition(query)
    rolled = hourly(snapshot, bounded, directory)
    since = max((snapshot.retained.get((selection.tenant, t), 0) for t in selection.types), default=0)
    relation = raw(snapshot, bounded if rolled is None else replace(bounded, since=since), directory)
    sql = f"SELECT dataset_id, observed_at, value FROM ({relation.sql}) WHERE {condition} AND {_ALIVE}"  # noqa: S608 - our own parts
    if rolled is not None:
        sql += f" UNION ALL SELECT dataset_id, observed_at, avg FROM ({rolled.sql})"  # noqa: S608 - our own parts
        params = rolled.params | params
    # One line: the default instance's, or the first dataset's where there is no default instance.
    first = "QUALIFY rank() OVER (ORDER BY coalesce(dataset_id, '')) = 1"
    sql = f"SELECT observed_at, value FROM ({sql}) {first} ORDER BY observed_at"  # noqa: S608 - our own parts
    with translated(cursor, relation.paths + (rolled.paths if rolled else ())):
        found = cursor.execute(sql, relation.params | params).fetchnumpy()
    value = np.ma.filled(found["value"].astype(np.float64), np.nan)
    at, value = thin(np.ma.getdata(found["observed_at"]).astype("datetime64[us]"), value, most)
    return Points([moment.replace(tzinfo=UTC) for moment in at.tolist()], value.tolist())


def last_of_each(
    snapshot: Snapshot, cursor: duckdb.DuckDBPyConnection, directory: Path, selection: Selection
) -> Sequence[Observation]:
    """The last observation of each (entity, attribute, dataset_id) in the selection."""
    relation = raw(snapshot, selection, directory)
    sql = (
        "SELECT type, entity, attribute, dataset_id, epoch_us(max(observed_at)),"  # noqa: S608 - our own parts
        " epoch_us(arg_max(recorded_at, observed_at)), arg_max(observed, observed_at),"
        " arg_max_null(value, observed_at), arg_max_null(unit, observed_at), arg_max_null(json, observed_at)"
        f" FROM ({relation.sql}) GROUP BY type, entity, attribute, dataset_id"
    )
    with translated(cursor, relation.paths):
        return [observation_of(row) for row in cursor.execute(sql, relation.params).fetchall()]


def usual(
    snapshot: Snapshot,
    cursor: duckdb.DuckDBPyConnection,
    directory: Path,
    selection: Selection,
    window: Window,
    timezone: str,
) -> Sequence[Usual]:
    query = TemporalQuery(window)
    relation = raw(snapshot, _bounded(selection, query), directory)
    condition, params = time_condition(query)
    local = "timezone($timezone, timezone('UTC', observed_at))"
    sql = (
        f"SELECT entity, isodow({local}) - 1 AS weekday, hour({local}) AS hour,"  # noqa: S608 - our own parts
        " quantile_cont(value, [0.1, 0.5, 0.9]), count(*)"
        f" FROM ({relation.sql}) WHERE {condition} AND value IS NOT NULL"
        " GROUP BY entity, weekday, hour ORDER BY entity, weekday, hour"
    )
    with translated(cursor, relation.paths):
        found = cursor.execute(sql, relation.params | params | {"timezone": timezone}).fetchall()
    return [
        Usual(entity, weekday, hour, low, median, high, count)
        for entity, weekday, hour, (low, median, high), count in found
    ]


def _bounded(selection: Selection, query: TemporalQuery) -> Selection:
    start, end = time_bounds(query)
    return replace(selection, start=start, end=end)
