"""An entity together with what its pack computes of it, so that tiles, tables and filters see one kind of attribute."""

from collections.abc import Sequence

import msgspec

from madang.model.entity import Attribute, Entity
from madang.ngsild.context import CORE
from madang.packs.pack import FittedPack

from .cityview import default_instance, plain
from .layers import is_number


def with_derived(pack: FittedPack, type_name: str, entity: Entity) -> Entity:
    """The entity with the type's derived attributes as Properties; those without a result are left out.

    A derived value is as old as the newest observation it was computed from.
    """
    formulas = pack.formulas(type_name)
    if not formulas:
        return entity
    attributes = dict(entity.attributes)
    for name, formula in formulas.items():
        uris = [CORE.expand(part) for part in formula.names]
        values = {
            part: float(value)
            for part, uri in zip(formula.names, uris, strict=True)
            if is_number(value := plain(entity, uri))
        }
        result = formula.evaluate(values)
        if result is not None:
            instances = [default_instance(entity, uri) for uri in uris]
            times = [one.observed_at for one in instances if one and one.observed_at]
            unit = _unit(pack, type_name, name)
            instance = Attribute("Property", result, observed_at=max(times, default=None), unit_code=unit)
            attributes[CORE.expand(name)] = (instance,)
    return msgspec.structs.replace(entity, attributes=attributes)


def all_derived(pack: FittedPack, type_name: str, entities: Sequence[Entity]) -> Sequence[Entity]:
    """with_derived for many; the same sequence where the type derives nothing."""
    if not pack.formulas(type_name):
        return entities
    return [with_derived(pack, type_name, entity) for entity in entities]


def _unit(pack: FittedPack, type_name: str, attribute: str) -> str | None:
    declared = pack.type(type_name).attribute(attribute)
    return (declared.unit or None) if declared else None
