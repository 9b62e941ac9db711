"""Map layers: entities of a pack's types as small GeoJSON features, once as a whole and then as news of what changed.

A feature's properties are kept short since there are thousands: ``id``, ``n`` name, ``v`` value that colours,
``s`` size 0..1, ``a`` 1 with an open alert, ``t`` when the value was observed (ms since 1970).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from madang.model.entity import LOCATION, Entity
from madang.ngsild.context import CORE
from madang.packs.pack import FittedPack, Layer

from .cityview import default_instance, label, plain

Properties = dict[str, Any]


class UsualTable(Protocol):
    """Usual medians of one attribute."""

    def median(self, entity_id: str, at: datetime) -> float | None:
        """Of that local weekday and hour; None where too little is known."""


@dataclass(frozen=True, slots=True)
class MapLayer:
    """A pack's layer with what drawing it needs. key: unique in the city. usual: only for scale ``usual``."""

    key: str
    pack: FittedPack
    layer: Layer
    usual: UsualTable | None = None

    @property
    def type_uri(self) -> str:
        return self.pack.type(self.layer.type).uri


def map_layers(packs: Sequence[FittedPack], usuals: Mapping[tuple[str, str], UsualTable]) -> tuple[MapLayer, ...]:
    """usuals: (type, attribute) as the pack names them -> table."""
    return tuple(
        MapLayer(f"{pack.name}.{layer.id}", pack, layer, usuals.get((layer.type, layer.value)))
        for pack in packs
        for layer in pack.layers
    )


def value_of(pack: FittedPack, entity: Entity, type_name: str, attribute: str) -> Any:
    """An attribute's plain value; a derived one is computed. None where there is none."""
    formula = pack.formulas(type_name).get(attribute)
    if formula is None:
        return plain(entity, CORE.expand(attribute))
    values = {name: value for name in formula.names if is_number(value := plain(entity, CORE.expand(name)))}
    return formula.evaluate(values)


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def observed_ms(pack: FittedPack, entity: Entity, type_name: str, attribute: str) -> int | None:
    """When the value, or the newest part of a derived one, was observed."""
    formula = pack.formulas(type_name).get(attribute)
    names = formula.names if formula else (attribute,)
    instances = [default_instance(entity, CORE.expand(name)) for name in names]
    times = [one.observed_at for one in instances if one and one.observed_at]
    return int(max(times).timestamp() * 1000) if times else None


def properties(one: MapLayer, entity: Entity, *, now: datetime, alarmed: frozenset[str], size_max: float) -> Properties:
    """What may change about a feature. size_max: the size attribute's largest value on this layer."""
    layer = one.layer
    value = value_of(one.pack, entity, layer.type, layer.value) if layer.value else None
    if one.usual is not None and isinstance(value, (int, float)):
        usual = one.usual.median(entity.id, now)
        value = value / usual if usual else None
    found: Properties = {"v": round(value, 4) if isinstance(value, float) else value, "a": int(entity.id in alarmed)}
    if layer.value and (at := observed_ms(one.pack, entity, layer.type, layer.value)):
        found["t"] = at
    if layer.size:
        size = value_of(one.pack, entity, layer.type, layer.size)
        found["s"] = round(min(1.0, max(0.0, size / size_max)), 3) if is_number(size) and size_max > 0 else 0
    return found


def largest(one: MapLayer, entities: Iterable[Entity]) -> float:
    """The largest size on a layer, 0 without one."""
    if not one.layer.size:
        return 0.0
    sizes = (value_of(one.pack, entity, one.layer.type, one.layer.size) for entity in entities)
    return max((float(size) for size in sizes if is_number(size)), default=0.0)


def feature(one: MapLayer, entity: Entity, lang: str, found: Properties) -> dict[str, Any] | None:
    """A whole feature; None for an entity without a place."""
    geometry = plain(entity, LOCATION)
    if not isinstance(geometry, dict):
        return None
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {"id": entity.id, "n": label(entity, lang), **found},
    }
