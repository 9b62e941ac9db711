"""Does an entity match a query? The plain reference: every faster evaluator gives these answers. Source: clause 4.9."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar

from madang.model.entity import Attribute, Entity, Json
from madang.model.query import (
    AllScopes,
    AllTypes,
    And,
    AnyScope,
    AnyType,
    Compare,
    Exists,
    GeoQuery,
    OneOf,
    Or,
    Order,
    Path,
    QExpr,
    Query,
    Range,
    ScopeExpr,
    TypeExpr,
)

from . import geo
from .comparable import comparable
from .path import SYSTEM_NAMES
from .pattern import compile_pattern
from .scope import scope_matches

ANY_DATASET: Final = "@none"
"""In a list of dataset ids: the default instance, which has none. Source: clause 4.5.5."""

_ABSENT: Final = object()
_RELATIONS: Final = ("Relationship", "ListRelationship")
_SYSTEM_FIELDS: Final = {
    "createdAt": "created_at",
    "modifiedAt": "modified_at",
    "expiresAt": "expires_at",
    "observedAt": "observed_at",
    "unitCode": "unit_code",
    "datasetId": "dataset_id",
}
_RANKS: Final = {"number": 0, "text": 1, "date": 2, "time": 3, "instant": 4, "boolean": 5}
_COMPOUND_RANK: Final = 6

E = TypeVar("E")


class Target(NamedTuple):
    """What a path leads to in one instance: its kind ("" for a system member) and its value.

    A list is an array of the data; a tuple holds alternatives (languages), any of which may be meant.
    """

    kind: str
    value: Any


def matches(query: Query, entity: Entity) -> bool:
    """Whether everything the query gives holds for the entity (order, limit and offset are not about one entity)."""
    return (
        (not query.ids or entity.id in query.ids)
        and (query.id_pattern is None or compile_pattern(query.id_pattern).search(entity.id))
        and (query.types is None or matches_types(query.types, entity.types))
        and (not query.attributes or any(name in entity.attributes for name in query.attributes))
        and (query.scope is None or matches_scope(query.scope, entity.scope or ()))
        and (not query.dataset_ids or matches_datasets(query.dataset_ids, entity))
        and (query.q is None or matches_q(query.q, entity))
        and (query.geo is None or matches_geo(query.geo, entity))
    )


def matches_types(expression: TypeExpr, types: Sequence[str]) -> bool:
    match expression:
        case AllTypes(items):
            return all(matches_types(item, types) for item in items)
        case AnyType(items):
            return any(matches_types(item, types) for item in items)
        case _:
            return expression in types


def matches_scope(expression: ScopeExpr, scopes: Sequence[str]) -> bool:
    match expression:
        case AllScopes(items):
            return all(matches_scope(item, scopes) for item in items)
        case AnyScope(items):
            return any(matches_scope(item, scopes) for item in items)
        case _:
            return any(scope_matches(expression, scope) for scope in scopes)


def matches_datasets(dataset_ids: Sequence[str], entity: Entity) -> bool:
    """Whether any attribute has an instance of one of these datasets."""
    return any(
        (instance.dataset_id or ANY_DATASET) in dataset_ids
        for instances in entity.attributes.values()
        for instance in instances
    )


def matches_geo(query: GeoQuery, entity: Entity) -> bool:
    """Whether any instance of the geo property is in the relation. An entity without it never matches (clause 4.10)."""
    return any(geo.holds(query, geometry) for geometry in geometries(entity, query.property))


def geometries(entity: Entity, name: str) -> list[Json]:
    """The geometries of one geo property."""
    return [instance.value for instance in entity.attributes.get(name, ()) if instance.kind == "GeoProperty"]


def matches_q(expression: QExpr, entity: Entity) -> bool:
    """Whether the expression holds. A comparison holds if it does for any instance; what is not there never does."""
    match expression:
        case And(items):
            return all(matches_q(item, entity) for item in items)
        case Or(items):
            return any(matches_q(item, entity) for item in items)
        case Exists(path, negated):
            return bool(targets(entity, path)) != negated
        case Compare():
            return any(compare_target(expression, target) for target in targets(entity, expression.path))


def targets(entity: Entity, path: Path) -> list[Target]:
    """What the path leads to: one target per instance that has it; null and undefined members do not exist."""
    first = path.names[0]
    if first in SYSTEM_NAMES:
        return _system_target(entity, first)
    return _instance_targets(entity.attributes.get(first, ()), path)


def instance_targets(instances: Iterable[Attribute], path: Path) -> list[Target]:
    """The same for the instances of the path's first name."""
    return _instance_targets(instances, path)


def compare_target(term: Compare, target: Target) -> bool:
    """Whether a comparison holds for one target. Values of different types are unequal and never ordered."""
    wanted = term.value
    if term.expanded is not None and target.kind == "VocabProperty":
        wanted = term.expanded
    match term.op:
        case "==":
            return any(equals(item, wanted) for item in _elements(target.value))
        case "!=":
            return not any(equals(item, wanted) for item in _elements(target.value))
        case _ if target.kind in _RELATIONS:
            return False  # clause 4.9: a Relationship only takes equal and unequal
        case "~=" | "!~=":
            texts = [text for text in _alternatives(target.value) if isinstance(text, str)]
            found = any(compile_pattern(str(wanted)).search(text) for text in texts)
            return found if term.op == "~=" else bool(texts) and not found
        case _:
            return any(ordered(item, term.op, wanted) for item in _alternatives(target.value))


def equals(value: object, wanted: object) -> bool:
    """Whether a scalar equals a scalar, lies in a closed range or is in a list."""
    match wanted:
        case OneOf(items):
            return any(equals(value, item) for item in items)
        case Range(low, high):
            return ordered(value, ">=", low) and ordered(value, "<=", high)
        case _:
            left = comparable(value)
            return left is not None and left == comparable(wanted)


def ordered(value: object, op: str, wanted: object) -> bool:
    """Whether ``value op wanted`` for >, >=, <, <=; False where their types differ or have no order (true, false)."""
    left, right = comparable(value), comparable(wanted)
    if left is None or right is None or left[0] != right[0] or left[0] == "boolean":
        return False
    match op:
        case ">":
            return bool(left[1] > right[1])
        case ">=":
            return bool(left[1] >= right[1])
        case "<":
            return bool(left[1] < right[1])
        case _:
            return bool(left[1] <= right[1])


def sort_entities(items: Iterable[tuple[Entity, E]], order: Sequence[Order]) -> list[E]:
    """The second of each pair in the query's order; ties, and all without an order, by id.

    Numbers come before text before times before booleans before the rest; what an entity does not have comes last, in
    either direction. Of several instances the default one counts. Source: clause 4.23.
    """
    ranked = sorted(items, key=lambda item: item[0].id)
    for term in reversed(order):
        keyed = [(sort_key(item[0], term), item) for item in ranked]
        present = [(key, item) for key, item in keyed if key is not None]
        present.sort(key=lambda pair: pair[0], reverse=term.descending)
        ranked = [item for _, item in present] + [item for key, item in keyed if key is None]
    return [item for _, item in ranked]


def sort_key(entity: Entity, term: Order) -> tuple[int, Any] | None:
    """Where an entity stands by one orderBy term; None if it has no such value."""
    name = term.path.names[0]
    if term.distance_from is not None:
        return _distance_key(entity, term)
    if name == "id":
        return 0, entity.id
    if name == "type":
        return 0, entity.types
    found = _default_first(entity, term.path)
    if not found:
        return None
    value = found[0].value
    first = value[:1] if isinstance(value, tuple) else (value,)
    scalar = comparable(first[0]) if first else None  # an empty list orders like any other compound value
    return (_COMPOUND_RANK, 0) if scalar is None else (_RANKS[scalar[0]], scalar[1])


def _distance_key(entity: Entity, term: Order) -> tuple[int, float] | None:
    reference = geo.to_shape(term.distance_from)
    shapes = [geo.to_shape(geometry) for geometry in geometries(entity, term.path.names[0])]
    distances = [geo.shape_distance_m(made, reference) for made in shapes if made is not None and reference is not None]
    return (0, min(distances)) if distances else None


def _default_first(entity: Entity, path: Path) -> list[Target]:
    if path.names[0] in SYSTEM_NAMES:
        return targets(entity, path)
    instances = entity.attributes.get(path.names[0], ())
    return _instance_targets(sorted(instances, key=lambda instance: instance.dataset_id or ""), path)


def _instance_targets(instances: Iterable[Attribute], path: Path) -> list[Target]:
    for name in path.names[1:]:
        if name in SYSTEM_NAMES:
            return [target for instance in instances for target in _system_target(instance, name)]
        instances = [sub for instance in instances for sub in instance.attributes.get(name, ())]
    found = []
    for instance in instances:
        value = _value_at(instance, path.trail)
        if value is not _ABSENT:
            found.append(Target(instance.kind, value))
    return found


def _system_target(holder: Entity | Attribute, name: str) -> list[Target]:
    value: datetime | str | None = getattr(holder, _SYSTEM_FIELDS[name], None)
    return [] if value is None else [Target("", value)]


def _value_at(instance: Attribute, trail: Sequence[str]) -> Any:
    if instance.kind == "LanguageProperty":
        return _languages(instance.value, trail)
    value = _untyped(instance.value)
    if not trail and value is None:
        return ()  # a JsonProperty that is null is there; it only equals nothing
    for member in trail:
        if isinstance(value, dict):
            value = value.get(member, _ABSENT)
        elif isinstance(value, list) and member.isdecimal() and int(member) < len(value):
            value = value[int(member)]
        else:
            return _ABSENT
        value = _untyped(value)
    return _ABSENT if value is None else value


def _languages(texts: Json, trail: Sequence[str]) -> Any:
    """The texts in one language, or in any (no language asked for is any: a user of a bilingual city names no tag)."""
    if not isinstance(texts, dict) or len(trail) > 1:
        return _ABSENT
    wanted = trail[0].lower() if trail else "*"
    found: list[Json] = []
    for tag, text in texts.items():
        if wanted in ("*", tag.lower()):
            found.extend(text if isinstance(text, list) else [text])
    return tuple(found) if found or not (trail or texts) else _ABSENT


def _untyped(value: Json) -> Json:
    """The plain value of a JSON-LD typed value, {"@type": "DateTime", "@value": ...}."""
    return value["@value"] if isinstance(value, dict) and "@value" in value else value


def _elements(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)


def _alternatives(value: Any) -> Sequence[Any]:
    return value if isinstance(value, tuple) else (value,)
