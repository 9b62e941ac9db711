"""Drops raw observations that are old for the city, after their hours were kept as roll-ups."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import duckdb

from madang.stores.timeline import to_us

from .engine import file_list, translated
from .mover import Change, Mover, merged_sql
from .segments import Segment, Snapshot, day_label, overlapping_group

_HOURS: Final = (
    "SELECT entity, attribute, dataset_id, date_trunc('hour', observed_at) AS observed_at, count(value) AS count,"
    " avg(value) AS avg, min(value) AS min, max(value) AS max, sum(value * value) AS sumsq"
)


def horizon_us(now: datetime, latest_us: int | None, raw_days: int) -> int | None:
    """Start of the first day that stays raw; None where nothing may be dropped.

    A city that is replayed lives in the past, and a clock may jump ahead of the data: the earlier of the city's clock
    and its latest observation counts, so that a jump never drops a city's whole history.
    """
    if raw_days <= 0 or latest_us is None:
        return None
    day = timedelta(days=1) // timedelta(microseconds=1)
    today = min(to_us(now), latest_us) // day
    return (today - raw_days) * day


def latest_us(snapshot: Snapshot, tenant: str, kept: Collection[str] = ()) -> int | None:
    """Of what may be dropped: records are written today even in a city that is replayed."""
    times = [
        segment.last
        for (owner, entity_type, _), members in snapshot.segments.items()
        if owner == tenant and entity_type not in kept
        for segment in members
    ]
    return max(times, default=None)


def retain(
    mover: Mover,
    con: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    directory: Path,
    now: datetime,
    raw_days: int,
    kept: Collection[str] = (),
) -> Iterator[Change]:
    """One change for each month of each type that reaches behind the horizon, to be committed before the next.

    kept: types that stay whole for ever.

    The tail must be empty of anything to forget. An hour that is rolled up stays as it is: what arrives for it later is
    dropped, so that importing a year again does not count it twice.
    """
    for (tenant, entity_type, kind), segments in snapshot.segments.items():
        horizon = horizon_us(now, latest_us(snapshot, tenant, kept), raw_days)
        if kind != "raw" or horizon is None or entity_type in kept:
            continue
        waiting = [s for s in segments if s.first < horizon]
        while waiting:
            month = waiting[0].day[:7]
            group = overlapping_group(segments, [s for s in waiting if s.day[:7] == month])
            waiting = [s for s in waiting if s not in group]
            rolled = snapshot.segments.get((tenant, entity_type, "hourly"), ())
            yield _roll_up(mover, con, directory, group, rolled, horizon, to_us(now))


def _roll_up(
    mover: Mover,
    con: duckdb.DuckDBPyConnection,
    directory: Path,
    group: list[Segment],
    rolled: tuple[Segment, ...],
    horizon: int,
    now_us: int,
) -> Change:
    first = group[0]
    key = (first.tenant, first.type)
    label = day_label([s.day for s in group], 0)
    change = Change(removed=list(group), retained={key: horizon})
    cursor = con.cursor()
    with mover.undone_on_error(change):
        try:
            with translated(cursor, [s.path(directory) for s in [*group, *rolled]]):
                cursor.execute(f"CREATE TEMP TABLE rows AS {merged_sql(group, directory)}")
                cursor.execute(
                    f"CREATE TEMP TABLE hours AS {_HOURS} FROM rows WHERE value IS NOT NULL"
                    f" AND observed_at < make_timestamp({horizon}) GROUP BY ALL"
                )
                _drop_known_hours(cursor, rolled, directory)
                for kind, table, where in (
                    ("hourly", "hours", "true"),
                    ("raw", "rows", f"observed_at >= make_timestamp({horizon})"),
                ):
                    (count,) = cursor.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchall()[0]  # noqa: S608
                    if count:
                        columns = "*" if kind == "hourly" else "* EXCLUDE ord"
                        sql = f"SELECT {columns} FROM {table} WHERE {where}"  # noqa: S608 - our own tables
                        change.added.append(mover.write(cursor, kind, *key, label, sql))  # type: ignore[arg-type]  # the two kinds above
                bounds = cursor.execute(
                    "SELECT epoch_us(min(observed_at)), epoch_us(max(observed_at)), count(*) FROM rows"  # noqa: S608
                    f" WHERE observed_at < make_timestamp({horizon})"
                ).fetchall()[0]
        finally:
            cursor.close()
    if bounds[2]:
        change.dropped.append((*key, bounds[0], bounds[1], bounds[2], now_us))
    return change


def _drop_known_hours(cursor: duckdb.DuckDBPyConnection, rolled: tuple[Segment, ...], directory: Path) -> None:
    if not rolled:
        return
    files = file_list([s.path(directory) for s in rolled])
    cursor.execute(
        f"DELETE FROM hours USING (SELECT entity, attribute, dataset_id, observed_at FROM read_parquet({files})) known"  # noqa: S608
        " WHERE hours.entity = known.entity AND hours.attribute = known.attribute"
        " AND hours.observed_at = known.observed_at"
        " AND hours.dataset_id IS NOT DISTINCT FROM known.dataset_id"
    )
