"""The rows a question is about, as one SQL relation over segments and tail. Texts travel as parameters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from madang.model.query import TemporalQuery
from madang.stores.timeline import is_open, to_us, uses_recorded

from .engine import COLUMNS, Params, file_list, literal
from .segments import Forget, Segment, Snapshot, Wanted, split_overlapping

TAIL_FIRST: Final = 1 << 48
"""``ord`` of a tail row is this plus its seq, that of a segment's row its segment's id: the greatest wins."""

_KEY: Final = "entity, attribute, dataset_id, observed_at"
_HOURLY: Final = "entity, attribute, dataset_id, observed_at, count, avg, min, max, sumsq"


@dataclass(frozen=True, slots=True)
class Selection:
    """Bounds on the key alone; they may be applied before the last write wins. start <= at < end, in µs.

    since: a second lower bound, of raw rows only, where older ones live on as roll-ups.
    cross: an entity of the selection has history under two types, so keys are compared across types too.
    """

    tenant: str
    types: tuple[str, ...]
    entities: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    since: int | None = None
    cross: bool = False

    def wanted(self) -> Wanted:
        return Wanted(self.start, self.end, self.entities)


@dataclass(frozen=True, slots=True)
class Relation:
    """sql: a SELECT, without parentheses. paths: the files it reads."""

    sql: str
    params: Params
    paths: tuple[Path, ...]


def raw(snapshot: Snapshot, selection: Selection, directory: Path) -> Relation:
    """Rows (type, COLUMNS, ord), the last write of each key only, without what was forgotten."""
    params = _key_params(selection)
    where = _key_filter(selection)
    if selection.since is not None:
        # A number of ours and no parameter: the roll-ups of the same question have other bounds.
        where += f" AND observed_at >= make_timestamp({selection.since})"
    clean: list[str] = []
    shared: list[str] = []
    paths: list[Path] = []
    for entity_type in selection.types:
        segments = snapshot.pick(selection.tenant, entity_type, "raw", selection.wanted())
        alone, together = split_overlapping(segments, snapshot.tail_span(selection.tenant, entity_type))
        if selection.cross:
            alone, together = [], segments
        paths.extend(s.path(directory) for s in segments)
        if alone:
            clean.append(_from_files(alone, directory, where))
        shared.extend(_from_files([segment], directory, where) for segment in together)
    shared.extend(_from_tail(snapshot, where))
    partition = _KEY if selection.cross else f"type, {_KEY}"
    newest = f"row_number() OVER (PARTITION BY {partition} ORDER BY ord DESC) = 1"
    parts = [*clean, f"SELECT * FROM ({' UNION ALL '.join(shared)}) QUALIFY {newest}"]  # noqa: S608 - our own parts
    sql = " UNION ALL ".join(f"({part})" for part in parts)
    masked, mask_params = masked_sql(sql, relevant(snapshot.forgets, selection.tenant, selection.entities))
    return Relation(masked, params | mask_params, tuple(paths))


def hourly(snapshot: Snapshot, selection: Selection, directory: Path) -> Relation | None:
    """Rows (_HOURLY), observed_at the start of the hour; None where no raw rows of the selection were ever dropped."""
    parts: list[str] = []
    paths: list[Path] = []
    where = _key_filter(selection)
    for entity_type in selection.types:
        segments = snapshot.pick(selection.tenant, entity_type, "hourly", selection.wanted())
        if segments:
            files = [s.path(directory) for s in segments]
            paths.extend(files)
            parts.append(f"SELECT {_HOURLY}, 0 AS ord FROM read_parquet({file_list(files)}) WHERE {where}")  # noqa: S608
    if not parts:
        return None
    forgets = [f for f in relevant(snapshot.forgets, selection.tenant, selection.entities) if f.at is None]
    sql, mask_params = masked_sql(" UNION ALL ".join(parts), forgets)
    return Relation(sql, _key_params(selection) | mask_params, tuple(paths))


def _from_files(segments: Sequence[Segment], directory: Path, where: str) -> str:
    files = file_list([s.path(directory) for s in segments])
    head = f"{literal(segments[0].type)} AS type, {COLUMNS}, {segments[0].id} AS ord"
    return f"SELECT {head} FROM read_parquet({files}) WHERE {where}"  # noqa: S608 - our own paths, values are parameters


def _from_tail(snapshot: Snapshot, where: str) -> Iterator[str]:
    for tail in snapshot.tails:
        yield (
            f"SELECT type, {COLUMNS}, {TAIL_FIRST} + seq AS ord FROM {tail.table}"  # noqa: S608 - our own table
            f" WHERE tenant = $tenant AND list_contains($types, type) AND seq <= {tail.seen} AND {where}"
        )


def _key_filter(selection: Selection) -> str:
    conditions = ["true"]
    if len(selection.entities) == 1:
        conditions.append("entity = $entities[1]")
    elif selection.entities:
        conditions.append("entity IN (SELECT unnest($entities))")
    if selection.attributes:
        conditions.append("list_contains($attributes, attribute)")
    if selection.start is not None:
        conditions.append("observed_at >= make_timestamp($start)")
    if selection.end is not None:
        conditions.append("observed_at < make_timestamp($end)")
    return " AND ".join(conditions)


def _key_params(selection: Selection) -> Params:
    params: Params = {"tenant": selection.tenant, "types": list(selection.types)}
    if selection.entities:
        params["entities"] = list(selection.entities)
    if selection.attributes:
        params["attributes"] = list(selection.attributes)
    if selection.start is not None:
        params["start"] = selection.start
    if selection.end is not None:
        params["end"] = selection.end
    return params


def relevant(forgets: Sequence[Forget], tenant: str, entities: Sequence[str]) -> list[Forget]:
    chosen = set(entities)
    return [f for f in forgets if f.tenant == tenant and (not chosen or f.entity in chosen)]


def masked_sql(sql: str, forgets: Sequence[Forget]) -> tuple[str, Params]:
    """The relation (with ``ord``) without the rows that ``forgets`` name."""
    if not forgets:
        return sql, {}
    columns = ("entity", "attribute", "dataset_id", "at", "tail")
    params: Params = {f"forget_{name}": [getattr(f, name) for f in forgets] for name in columns}
    lists = (
        "unnest($forget_entity::VARCHAR[]) AS entity, unnest($forget_attribute::VARCHAR[]) AS attribute,"
        " unnest($forget_dataset_id::VARCHAR[]) AS dataset_id, unnest($forget_at::BIGINT[]) AS moment,"
        " unnest($forget_tail::BIGINT[]) AS tail"
    )
    return (
        f"SELECT * FROM ({sql}) o WHERE NOT EXISTS (SELECT 1 FROM (SELECT {lists}) f WHERE f.entity = o.entity"  # noqa: S608
        f" AND o.ord <= {TAIL_FIRST} + f.tail AND (f.attribute IS NULL OR f.attribute = o.attribute)"
        " AND ((f.moment IS NULL AND f.dataset_id IS NULL) OR f.dataset_id IS NOT DISTINCT FROM o.dataset_id)"
        " AND (f.moment IS NULL OR f.moment = epoch_us(o.observed_at)))"
    ), params


def time_bounds(query: TemporalQuery) -> tuple[int | None, int | None]:
    """Bounds on ``at`` that may be applied before the last write wins; none where another time is asked for."""
    if uses_recorded(query):
        return None, None
    window = query.window
    return (
        None if window.start is None else to_us(window.start),
        None if window.end is None else to_us(window.end),
    )


def time_condition(query: TemporalQuery) -> tuple[str, Params]:
    """What else timeline.matches_time asks for, on the rows that won."""
    match query.timeproperty:
        case "observedAt":
            return ("true" if is_open(query.window) else "observed"), {}
        case "deletedAt":
            return "json = ''", {}
        case _:
            return _recorded_condition(query)


def _recorded_condition(query: TemporalQuery) -> tuple[str, Params]:
    conditions = ["json IS DISTINCT FROM ''"]
    params: Params = {}
    if query.window.start is not None:
        conditions.append("recorded_at >= make_timestamp($recorded_start)")
        params["recorded_start"] = to_us(query.window.start)
    if query.window.end is not None:
        conditions.append("recorded_at < make_timestamp($recorded_end)")
        params["recorded_end"] = to_us(query.window.end)
    return " AND ".join(conditions), params
