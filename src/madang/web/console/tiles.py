"""What a board's tiles and tables say: one number over many entities, and ordered rows of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from madang.model.entity import Entity
from madang.ngsild.context import CORE
from madang.ngsild.evaluate import matches_q
from madang.packs.pack import FittedPack, Table, Tile

from .cityview import default_instance, plain
from .layers import is_number

PERCENT = "%"


@dataclass(frozen=True, slots=True)
class TileValue:
    """value: None where no entity has one. count: entities behind it. of: entities that could be behind it.
    at: when the newest of the values was observed."""

    value: float | None
    count: int
    of: int
    at: datetime | None = None


def tile_value(tile: Tile, entities: Sequence[Entity]) -> TileValue:
    """Aggregate one tile over the entities of its type (derived attributes already in them).

    A share is given in per cent where the tile's symbol is ``%``, else 0..1.
    """
    name = CORE.expand(tile.attribute) if tile.attribute else ""
    known = [entity for entity in entities if name in entity.attributes] if name else list(entities)
    chosen = [entity for entity in known if tile.q is None or matches_q(tile.q, entity)]
    if tile.aggregate == "share":
        share = len(chosen) / len(known) if known else None
        factor = 100.0 if tile.symbol == PERCENT else 1.0
        return TileValue(None if share is None else share * factor, len(known), len(entities), _newest(known, name))
    if tile.aggregate == "count":
        return TileValue(float(len(chosen)), len(chosen), len(entities), _newest(chosen, name))
    numbers = [float(value) for entity in chosen if is_number(value := plain(entity, name))]
    return TileValue(_reduce(tile.aggregate, numbers), len(numbers), len(entities), _newest(chosen, name))


def _reduce(aggregate: str, numbers: Sequence[float]) -> float | None:
    if not numbers:
        return None
    match aggregate:
        case "sum":
            return sum(numbers)
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
        case _:
            return sum(numbers) / len(numbers)


def _newest(entities: Sequence[Entity], name: str) -> datetime | None:
    instances = (default_instance(entity, name) for entity in entities)
    return max((one.observed_at for one in instances if one and one.observed_at), default=None)


@dataclass(frozen=True, slots=True)
class Column:
    """title key aside: the attribute's expanded name, its symbol and decimals; text columns have number False."""

    name: str
    uri: str
    symbol: str
    digits: int | None
    number: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One entity of a table. cells: plain values in column order. at: when the newest of them was observed."""

    entity: Entity
    cells: tuple[Any, ...]
    at: datetime | None


def table_columns(pack: FittedPack, table: Table) -> tuple[Column, ...]:
    """The table's columns but the one that names the entity, which every row begins with."""
    entity_type = pack.type(table.type)
    columns = []
    for name in table.columns:
        if name == entity_type.label:
            continue
        declared = entity_type.attribute(name)
        number = declared is not None and bool(declared.unit or declared.symbol or declared.live)
        symbol, digits = (declared.symbol, declared.digits) if declared else ("", None)
        columns.append(Column(name, CORE.expand(name), symbol, digits, number))
    return tuple(columns)


def table_rows(table: Table, columns: Sequence[Column], entities: Sequence[Entity]) -> list[Row]:
    """At most ``table.limit`` rows in the table's order; entities without the ordering value come last."""
    chosen = [entity for entity in entities if table.q is None or matches_q(table.q, entity)]
    order = table.order.removeprefix("-")
    if order:
        uri = CORE.expand(order)
        known = [(value, entity) for entity in chosen if is_orderable(value := plain(entity, uri))]
        known.sort(key=lambda pair: _sort_key(pair[0]), reverse=table.order.startswith("-"))
        unknown = [entity for entity in chosen if not is_orderable(plain(entity, uri))]
        chosen = [entity for _, entity in known] + unknown
    return [
        Row(entity, tuple(plain(entity, column.uri) for column in columns), _row_time(entity, columns))
        for entity in chosen[: table.limit]
    ]


def is_orderable(value: object) -> bool:
    return is_number(value) or isinstance(value, str)


def _sort_key(value: float | str) -> tuple[int, float, str]:
    return (1, 0.0, value) if isinstance(value, str) else (0, float(value), "")


def _row_time(entity: Entity, columns: Sequence[Column]) -> datetime | None:
    instances = (default_instance(entity, column.uri) for column in columns)
    return max((one.observed_at for one in instances if one and one.observed_at), default=None)
