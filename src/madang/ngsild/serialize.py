"""Entities to JSON documents. Source: ETSI GS CIM 009 v1.9.1, clauses 4.5, 4.15 (language), 4.21 (projection)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from madang.errors import BadRequestData
from madang.model.entity import LOCATION, Attribute, Entity, Json

from .context import Context
from .fragment import MEMBER_KINDS, META, VALUE_MEMBERS
from .geometry import is_geometry
from .language import choose_language
from .time import format_time

Format = Literal["normalized", "concise", "keyValues"]

MEMBERS: Final = frozenset({"id", "type", "scope"})
"""What a projection may name besides attributes."""


@dataclass(frozen=True, slots=True)
class Representation:
    """How an entity is written. keyValues is the simplified format. lang: language ranges such as ``ko,en;q=0.5``; None
    leaves language maps as they are. sys_attrs: with createdAt, modifiedAt and expiresAt.
    """

    format: Format = "normalized"
    sys_attrs: bool = False
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    """What of an entity is written: names expanded, except id, type and scope. None: everything.

    pick keeps exactly these members, attrs these attributes besides id, type and scope; omit is taken away afterwards.
    dataset_ids: only these instances (``@none`` is the default one).
    """

    pick: frozenset[str] | None = None
    omit: frozenset[str] = frozenset()
    attrs: frozenset[str] | None = None
    dataset_ids: frozenset[str] | None = None

    def has(self, member: str) -> bool:
        """Is id, type or scope written?"""
        return (self.pick is None or member in self.pick) and member not in self.omit

    def attribute(self, name: str) -> bool:
        """Is the attribute of this expanded name written?"""
        return (
            (self.pick is None or name in self.pick)
            and (self.attrs is None or name in self.attrs)
            and name not in self.omit
        )


_TELLING: Final = META | MEMBER_KINDS.keys() | {"type", "@type", "@context"}
"""Members by which a reader may take an object for an attribute."""

NORMALIZED: Final = Representation()
CONCISE: Final = Representation("concise")
SIMPLIFIED: Final = Representation("keyValues")
EVERYTHING: Final = Projection()


def parse_projection(
    context: Context,
    *,
    pick: str | None = None,
    omit: str | None = None,
    attrs: str | None = None,
    dataset_ids: Iterable[str] | None = None,
) -> Projection:
    """Projection of query parameters, names separated by comma or pipe. Raises BadRequestData naming the parameter."""
    names = {"pick": pick, "omit": omit, "attrs": attrs}
    expanded = {
        parameter: None if text is None else frozenset(_projected(text, parameter, context))
        for parameter, text in names.items()
    }
    datasets = None if dataset_ids is None else frozenset(dataset_ids)
    return Projection(expanded["pick"], expanded["omit"] or frozenset(), expanded["attrs"], datasets)


def _projected(text: str, parameter: str, context: Context) -> Iterable[str]:
    for name in text.replace("|", ",").split(","):
        if not name:
            raise BadRequestData(f"{parameter} holds an empty name.", parameter)
        if name in MEMBERS and parameter != "attrs":
            yield name
            continue
        try:
            yield context.names[name]
        except BadRequestData as exc:
            raise BadRequestData(exc.detail, parameter) from exc


def render_entity(
    entity: Entity,
    context: Context,
    representation: Representation = NORMALIZED,
    projection: Projection = EVERYTHING,
) -> dict[str, Json]:
    """The entity as a JSON object, without @context. Members in the order id, type, scope, attributes as stored."""
    members: dict[str, Json] = {}
    whole = projection is EVERYTHING or projection == EVERYTHING
    if whole or projection.has("id"):
        members["id"] = entity.id
    if whole or projection.has("type"):
        members["type"] = _one_or_all([context.compacted[name] for name in entity.types])
    if entity.scope and (whole or projection.has("scope")):
        members["scope"] = _one_or_all(list(entity.scope))
    if representation.sys_attrs:
        add_times(members, entity)
    elif entity.expires_at is not None:
        members["expiresAt"] = format_time(entity.expires_at)
    _add_attributes(members, entity.attributes, context, representation, None if whole else projection)
    return members


def _one_or_all(items: list[Json]) -> Json:
    return items[0] if len(items) == 1 else items


def add_times(members: dict[str, Json], of: Entity | Attribute) -> None:
    """Add createdAt, modifiedAt and expiresAt where they are known."""
    if of.created_at is not None:
        members["createdAt"] = format_time(of.created_at)
    if of.modified_at is not None:
        members["modifiedAt"] = format_time(of.modified_at)
    if of.expires_at is not None:
        members["expiresAt"] = format_time(of.expires_at)


def _add_attributes(
    members: dict[str, Json],
    attributes: Mapping[str, tuple[Attribute, ...]],
    context: Context,
    representation: Representation,
    projection: Projection | None,
) -> None:
    compacted = context.compacted
    render = _RENDER[representation.format]
    simplified = representation.format == "keyValues"
    for name, instances in attributes.items():
        if projection is not None:
            if not projection.attribute(name):
                continue
            if projection.dataset_ids is not None:
                instances = tuple(one for one in instances if (one.dataset_id or "@none") in projection.dataset_ids)
                if not instances:
                    continue
        if len(instances) == 1:
            members[compacted[name]] = render(instances[0], context, representation)
        elif simplified:
            members[compacted[name]] = {
                "dataset": {one.dataset_id or "@none": render_simple(one, context, representation) for one in instances}
            }
        else:
            several = _concise_object if representation.format == "concise" else render
            members[compacted[name]] = [several(one, context, representation) for one in instances]


def _value(instance: Attribute, context: Context) -> Json:
    if instance.kind == "VocabProperty":
        if type(instance.value) is list:
            return [context.compacted[item] for item in instance.value]
        return context.compacted[instance.value]
    return instance.value


def render_instance(instance: Attribute, context: Context, representation: Representation) -> dict[str, Json]:
    """One instance, normalized."""
    kind = instance.kind
    if kind == "LanguageProperty" and representation.lang is not None:
        tag, text = choose_language(instance.value, representation.lang)
        members: dict[str, Json] = {"type": "Property", "value": text, "lang": tag}
    elif kind == "VocabProperty":
        members = {"type": kind, "vocab": _value(instance, context)}
    else:
        members = {"type": kind, VALUE_MEMBERS[kind]: instance.value}
    _add_meta(members, instance, context, representation)
    return members


def _concise(instance: Attribute, context: Context, representation: Representation) -> Json:
    members = _concise_object(instance, context, representation)
    if members.keys() == {"value"} and (instance.kind == "GeoProperty" or not _reads_as_attribute(members["value"])):
        return members["value"]
    return members


def _concise_object(instance: Attribute, context: Context, representation: Representation) -> dict[str, Json]:
    """Concise, but never a bare value: what an instance in a list of them must be."""
    members = render_instance(instance, context, representation)
    kind = members.pop("type")
    # A Property that holds a geometry would be read back as a GeoProperty without its type.
    if kind == "Property" and is_geometry(members["value"]):
        return {"type": kind, **members}
    return members


def _reads_as_attribute(value: Json) -> bool:
    """Would a bare value be taken for something else than a Property's value?"""
    if type(value) is list:
        return any(map(_reads_as_attribute, value))
    return type(value) is dict and not (_TELLING.isdisjoint(value) and value.keys() != {"dataset"})


def _add_meta(members: dict[str, Json], instance: Attribute, context: Context, representation: Representation) -> None:
    if instance.object_type is not None:
        members["objectType"] = _one_or_all([context.compacted[name] for name in instance.object_type])
    if instance.value_type is not None and "lang" not in members:
        members["valueType"] = context.compacted[instance.value_type]
    if instance.observed_at is not None:
        members["observedAt"] = format_time(instance.observed_at)
    if instance.unit_code is not None:
        members["unitCode"] = instance.unit_code
    if instance.dataset_id is not None:
        members["datasetId"] = instance.dataset_id
    if representation.sys_attrs:
        add_times(members, instance)
    elif instance.expires_at is not None:
        members["expiresAt"] = format_time(instance.expires_at)
    if instance.attributes:
        _add_attributes(members, instance.attributes, context, representation, None)


def render_simple(instance: Attribute, context: Context, representation: Representation) -> Json:
    """Simplified value: bare, but wrapped where the kind would be lost. Source: clause 4.5.4, examples 1-9."""
    kind = instance.kind
    if kind == "LanguageProperty":
        if representation.lang is not None:
            return choose_language(instance.value, representation.lang)[1]
        return {"languageMap": instance.value}
    if kind == "JsonProperty":
        return {"json": instance.value}
    if kind == "VocabProperty":
        return {"vocab": _value(instance, context)}
    return instance.value


_RENDER: Final[Mapping[Format, Callable[[Attribute, Context, Representation], Json]]] = {
    "normalized": render_instance,
    "concise": _concise,
    "keyValues": render_simple,
}


def render_feature(
    entity: Entity,
    context: Context,
    representation: Representation = NORMALIZED,
    projection: Projection = EVERYTHING,
    geometry_property: str = LOCATION,
    *,
    dataset_id: str | None = None,
    embed_context: bool = False,
) -> dict[str, Json]:
    """The entity as a GeoJSON Feature. geometry: the value of geometry_property (expanded), null where there is none.

    dataset_id: which instance; None the default one. embed_context: with an @context member. Source: clause 4.5.16.
    """
    properties = render_entity(entity, context, representation, projection)
    feature: dict[str, Json] = {
        "id": entity.id,
        "type": "Feature",
        "geometry": _feature_geometry(entity, geometry_property, dataset_id),
        "properties": properties,
    }
    properties.pop("id", None)
    if embed_context:
        feature["@context"] = context.body
    return feature


def _feature_geometry(entity: Entity, name: str, dataset_id: str | None) -> Json:
    for instance in entity.attributes.get(name, ()):
        if instance.kind == "GeoProperty" and instance.dataset_id == dataset_id:
            return instance.value
    return None


def render_feature_collection(
    entities: Iterable[Entity],
    context: Context,
    representation: Representation = NORMALIZED,
    projection: Projection = EVERYTHING,
    geometry_property: str = LOCATION,
    *,
    dataset_id: str | None = None,
    embed_context: bool = False,
) -> dict[str, Json]:
    """Entities as a GeoJSON FeatureCollection, in their order. Source: clause 4.5.16."""
    features = [
        render_feature(entity, context, representation, projection, geometry_property, dataset_id=dataset_id)
        for entity in entities
    ]
    collection: dict[str, Json] = {"type": "FeatureCollection", "features": features}
    if embed_context:
        collection["@context"] = context.body
    return collection


def render_types(types: Sequence[str], context: Context) -> Json:
    """One name, or a list of them."""
    return _one_or_all([context.compacted[name] for name in types])
