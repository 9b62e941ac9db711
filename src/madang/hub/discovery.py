"""Which types and attributes the city has. Source: GS CIM 009 v1.9.1, clauses 5.7.5 to 5.7.10."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madang.errors import NotFound
from madang.model.entity import Kind
from madang.model.query import Query

from .entities import Entities

PAGE = 1000


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """attributes: expanded name -> kinds it has among the entities of this type."""

    name: str
    count: int
    attributes: Mapping[str, frozenset[Kind]]


@dataclass(frozen=True, slots=True)
class AttributeInfo:
    """count: entities that have it; types: of those entities."""

    name: str
    count: int
    types: frozenset[str]
    kinds: frozenset[Kind]


async def describe_types(entities: Entities, tenant: str) -> Sequence[TypeInfo]:
    """All types with the names of their attributes (kinds are left empty: they would need a look at every entity)."""
    counts = await entities.count_types(tenant)
    attributes = await entities.count_attributes(tenant)
    return [
        TypeInfo(name, counts[name], {a: frozenset() for a, by_type in attributes.items() if by_type.get(name)})
        for name in sorted(counts)
        if counts[name]
    ]


async def describe_type(entities: Entities, tenant: str, name: str) -> TypeInfo:
    """Raises NotFound."""
    count = (await entities.count_types(tenant)).get(name, 0)
    if not count:
        raise NotFound(name, f"There is no entity of type {name}.")
    kinds = await _kinds(entities, tenant, Query(types=name))
    return TypeInfo(name, count, {attribute: frozenset(found) for attribute, found in kinds.items()})


async def describe_attribute(entities: Entities, tenant: str, name: str) -> AttributeInfo:
    """Raises NotFound."""
    by_type = (await entities.count_attributes(tenant)).get(name, {})
    types = frozenset(kind for kind, count in by_type.items() if count)
    if not types:
        raise NotFound(name, f"No entity has the attribute {name}.")
    query = Query(attributes=(name,), limit=1, count=True)
    count = (await entities.query(tenant, query)).total or 0
    kinds = await _kinds(entities, tenant, Query(attributes=(name,)))
    return AttributeInfo(name, count, types, frozenset(kinds[name]))


async def _kinds(entities: Entities, tenant: str, query: Query) -> Mapping[str, set[Kind]]:
    """Kinds by attribute name among the first PAGE entities: enough to describe a type, bounded for a big one."""
    page = await entities.query(tenant, Query(types=query.types, attributes=query.attributes, limit=PAGE))
    kinds: dict[str, set[Kind]] = {}
    for stored in page.items:
        for name, instances in stored.entity().attributes.items():
            kinds.setdefault(name, set()).update(instance.kind for instance in instances)
    return kinds
