"""JSON documents to entities. Normalized, concise and simplified input may be mixed, as clause 4.5 allows.

Source: ETSI GS CIM 009 v1.9.1, clauses 4.5 (representations), 4.6 (data types and names), 5.5.4 (validation).
Every fault carries its JSON Pointer. The hot path keeps a place as a chain of (parent, step) and makes a pointer of it
only when there is something to report: making pointers on the way cost a third of the time.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from math import isfinite
from typing import Final, Literal, NoReturn

from madang.errors import ROOT, BadRequestData, Fault, Pointer, TooLarge
from madang.model.entity import (
    LOCATION,
    NULL,
    OBSERVATION_SPACE,
    OPERATION_SPACE,
    Attribute,
    Entity,
    Json,
    Kind,
)

from .context import Context
from .fragment import MEMBER_KINDS, META, UNSPOKEN, VALUE_MEMBERS, PartialAttribute, is_null
from .geometry import GEOMETRIES, is_geometry, parse_geometry
from .json_reader import DEPTH_MAX, parse_json
from .place import Place, fault
from .time import format_time, parse_time
from .uri import is_uri

__all__ = [
    "ATTRIBUTES_MAX",
    "DEPTH_MAX",
    "GEOMETRIES",
    "Operation",
    "format_time",
    "parse_attribute",
    "parse_entity",
    "parse_fragment",
    "parse_geometry",
    "parse_json",
    "parse_scope",
    "parse_temporal_entity",
    "parse_time",
    "parse_types",
    "parse_uri",
]

ATTRIBUTES_MAX: Final = 10_000
NESTING_MAX: Final = 16
"""Deepest sub-attribute of a sub-attribute of ... an attribute."""

FAULTS_MAX: Final = 20
"""Most faults that one answer lists."""

Operation = Literal["append", "update", "merge"]
"""What a fragment is for. append: whole instances; update: also NGSI-LD Null; merge: also parts of instances."""

_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*|@none")
_SCOPE: Final = re.compile(r"/?[^\W\d_]\w*(/[^\W\d_]\w*)*")
_GEO_NAMES: Final = frozenset({LOCATION, OBSERVATION_SPACE, OPERATION_SPACE})

# What an answer may hold and a request may send back; the hub knows better.
_SYSTEM: Final = frozenset({"createdAt", "modifiedAt", "deletedAt", "instanceId", "lang"})

# Clause 4.5.1: non-reified terms of the core @context are no attribute names.
_WORDS = """
    value object languageMap vocab json valueList objectList values objects languageMaps vocabs jsons valueLists
    objectLists datasetId instanceId observedAt unitCode objectType valueType previousValue previousObject
    previousLanguageMap previousVocab previousJson previousValueList previousObjectList entity entityList lang
    entityIdSealed entityTypeSealed dataset
"""
_NOT_ATTRIBUTES: Final = frozenset(_WORDS.split())


def parse_uri(value: Json, at: Place = ROOT) -> str:
    """An absolute URI, as given. Raises BadRequestData; NGSI-LD Null is no URI here."""
    if type(value) is str and is_uri(value) and value != NULL:
        return value
    if not isinstance(value, str):
        raise fault("A URI is missing." if value is None else "A URI must be a text.", at)
    raise fault(f"{value[:200]!r} is not a URI (such as urn:ngsi-ld:ParkingSpot:7).", at)


def parse_types(value: Json, context: Context, at: Place = ROOT) -> tuple[str, ...]:
    """Entity types of a text or non-empty list of texts: expanded, distinct, sorted."""
    if type(value) is str:
        return (_name(value, context, at),)
    if type(value) is list and value:
        names = {_name(item, context, (at, index)) for index, item in enumerate(value)}
        return tuple(sorted(names))
    raise fault("The entity's type is missing." if value is None else "The type must be a name or a list of names.", at)


def parse_scope(value: Json, at: Place = ROOT) -> tuple[str, ...]:
    """Scopes of a text or list of texts, each with a leading slash, as given otherwise. Source: clause 4.18."""
    items = value if type(value) is list else [value]
    if not items:
        raise fault("The scope must be a text or a non-empty list of texts.", at)
    for index, item in enumerate(items):
        if type(item) is not str or not _SCOPE.fullmatch(item):
            place = (at, index) if items is value else at
            raise fault(f"{item!r} is not a scope such as /Goyang/Ilsan (levels begin with a letter).", place)
    return tuple(dict.fromkeys(item if item[0] == "/" else "/" + item for item in items))


def _name(value: Json, context: Context, at: Place) -> str:
    if type(value) is not str:
        raise fault("A name must be a text.", at)
    try:
        return context.names[value]
    except BadRequestData as exc:
        raise fault(exc.detail, at) from exc


def parse_entity(doc: Json, context: Context, at: Pointer = ROOT, *, attributes_max: int = ATTRIBUTES_MAX) -> Entity:
    """A whole entity. Raises BadRequestData (up to FAULTS_MAX faults), TooLarge. Source: clauses 4.5.1 and 5.2.4."""
    members = _object(doc, at)
    reader = _Reader(context, attributes_max)
    with_faults: list[Fault] = []
    entity_id, types, scope, expires_at = _head(members, context, at, True, with_faults)
    attributes = reader.attributes(members, at, with_faults)
    if with_faults:
        _raise(with_faults)
    return Entity(entity_id, types, attributes, scope, None, None, expires_at)


def parse_fragment(
    doc: Json,
    context: Context,
    entity_id: str,
    at: Pointer = ROOT,
    *,
    attributes_max: int = ATTRIBUTES_MAX,
    operation: Operation = "merge",
) -> Entity:
    """A fragment of the entity entity_id. id and type may be absent; an id that is there must be entity_id.

    scope () means "remove". Instances may be PartialAttribute. Raises as parse_entity. Source: clauses 5.5.8, 5.5.12.
    """
    members = _object(doc, at)
    given = members.get("id", members.get("@id", entity_id))
    if given != entity_id:
        raise fault(f"The id differs from that of the entity addressed, {entity_id}.", (at, "id"))
    reader = _Reader(context, attributes_max, operation)
    with_faults: list[Fault] = []
    entity_id, types, scope, expires_at = _head({**members, "id": entity_id}, context, at, False, with_faults)
    attributes = reader.attributes(members, at, with_faults)
    if with_faults:
        _raise(with_faults)
    return Entity(entity_id, types, attributes, scope, None, None, expires_at)


def parse_attribute(
    doc: Json, name_uri: str, context: Context, at: Pointer = ROOT, *, whole: bool = False
) -> tuple[Attribute, ...]:
    """One attribute's fragment, the body of PATCH (whole False) or PUT (whole True) .../attrs/{name}.

    name_uri: expanded. Without ``whole`` the instances may be PartialAttribute. Source: clauses 5.6.4 and 5.6.19.
    """
    if name_uri == _SCOPE_URI:
        raise fault("The scope is no attribute; change it with the entity.", at)
    if isinstance(doc, dict):
        doc = {name: member for name, member in doc.items() if name != "@context"}
        if not doc:
            raise fault("The fragment is empty.", at)
    reader = _Reader(context, ATTRIBUTES_MAX, "append" if whole else "partial")
    instances = reader.instances(doc, at, 0)
    _check_geo(name_uri, instances, at)
    return instances


def parse_temporal_entity(
    doc: Json, context: Context, at: Pointer = ROOT, *, attributes_max: int = ATTRIBUTES_MAX, fragment: bool = False
) -> Entity:
    """An entity's evolution: each attribute's instances in time, any number per dataset. Source: clause 4.5.6.

    fragment: id and type may be absent (the id is then ""). A scope's evolution is reduced to its last scope.
    """
    members = _object(doc, at)
    reader = _Reader(context, attributes_max, temporal=True)
    with_faults: list[Fault] = []
    members = members | {"scope": _last_scope(members["scope"])} if "scope" in members else members
    entity_id, types, scope, expires_at = _head(members, context, at, not fragment, with_faults)
    attributes = reader.attributes(members, at, with_faults)
    if with_faults:
        _raise(with_faults)
    return Entity(entity_id, types, attributes, scope, None, None, expires_at)


def _last_scope(value: Json) -> Json:
    instances = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
    if not instances:
        return value
    return max(instances, key=lambda item: str(item.get("observedAt", ""))).get("value")


def _object(doc: Json, at: Pointer) -> dict[str, Json]:
    if type(doc) is not dict:
        raise fault("A JSON object is expected.", at)
    return doc


_Head = tuple[str, tuple[str, ...], tuple[str, ...] | None, datetime | None]


def _head(members: Mapping[str, Json], context: Context, at: Place, whole: bool, faults: list[Fault]) -> _Head:
    """(id, types, scope, expires_at) of an entity. ``@id`` and ``@type`` are taken too (clause 4.4)."""
    entity_id, scope, expires_at = "", None, None
    types: tuple[str, ...] = ()
    try:
        if (given := members.get("id", members.get("@id"))) is not None or whole:
            entity_id = parse_uri(given, (at, "id"))
        if (given := members.get("type", members.get("@type"))) is not None or whole:
            types = parse_types(given, context, (at, "type"))
        if "scope" in members:
            given = members["scope"]
            scope = () if given == NULL and not whole else parse_scope(given, (at, "scope"))
        if "expiresAt" in members:
            expires_at = parse_time(members["expiresAt"], (at, "expiresAt"))
    except BadRequestData as exc:
        faults.extend(exc.faults)
    return entity_id, types, scope, expires_at


def _raise(faults: list[Fault]) -> NoReturn:
    first = faults[0]
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    raise BadRequestData(f"{first.detail}{more}", first.where, faults=faults[:FAULTS_MAX])


def _check_geo(name: str, instances: Iterable[Attribute], place: Place) -> None:
    if name in _GEO_NAMES:
        for instance in instances:
            if instance.kind != "GeoProperty" and not (
                isinstance(instance, PartialAttribute) or instance.value == NULL
            ):
                raise fault("This is a GeoProperty by its name; its value must be a geometry (clause 4.7.1).", place)


_HEAD: Final = frozenset({"id", "type", "scope", "@context", "@id", "@type", "expiresAt"}) | _SYSTEM
_SCOPE_URI: Final = "https://uri.etsi.org/ngsi-ld/scope"


class _Reader:
    """Reads the attributes of one document."""

    __slots__ = ("context", "left", "most", "names", "null_ok", "operation", "partial", "temporal")

    def __init__(
        self,
        context: Context,
        attributes_max: int,
        operation: Literal["create", "append", "update", "merge", "partial"] = "create",
        *,
        temporal: bool = False,
    ) -> None:
        self.context = context
        self.names = context.names
        self.most = self.left = attributes_max
        self.operation = operation
        self.null_ok = operation in ("update", "merge", "partial")
        self.partial = operation in ("merge", "partial")
        self.temporal = temporal

    def attributes(
        self, members: Mapping[str, Json], at: Place, faults: list[Fault]
    ) -> dict[str, tuple[Attribute, ...]]:
        """All attributes of an entity; what is wrong goes to faults."""
        found: dict[str, tuple[Attribute, ...]] = {}
        for name, doc in members.items():
            if name in _HEAD:
                continue
            try:
                if name in _NOT_ATTRIBUTES:
                    raise fault(f"{name} is a word of NGSI-LD and cannot name an attribute.", (at, name))
                uri = self.name(name, at)
                if uri in found:
                    raise fault(f"Another member has the same expanded name, {uri}.", (at, name))
                instances = self.instances(doc, (at, name), 0)
                if uri in _GEO_NAMES:
                    _check_geo(uri, instances, (at, name))
                found[uri] = instances
            except BadRequestData as exc:
                faults.extend(exc.faults)
                if len(faults) >= FAULTS_MAX:
                    break
        return found

    def name(self, name: str, place: Place) -> str:
        try:
            return self.names[name]
        except BadRequestData as exc:
            raise fault(exc.detail, (place, name)) from exc

    def instances(self, doc: Json, place: Place, depth: int) -> tuple[Attribute, ...]:
        """The instances of one attribute: an object, a list of objects, a dataset map, or a bare value."""
        if type(doc) is dict:
            if "dataset" in doc and len(doc) == 1:
                return self._dataset(doc["dataset"], (place, "dataset"))
            return (self.instance(doc, place, depth),)
        if type(doc) is list and self._are_instances(doc, place):
            return self._distinct([self.instance(item, (place, index), depth) for index, item in enumerate(doc)], place)
        return (self._bare(doc, place),)

    def _are_instances(self, items: list[Json], place: Place) -> bool:
        if not items:
            return False
        typed = [
            type(item) is dict and type(kind := item.get("type")) is str and kind in VALUE_MEMBERS for item in items
        ]
        if all(typed):
            return True
        if any(typed):
            raise fault(
                "Some items of this list are attribute instances and some are not.", (place, typed.index(False))
            )
        return all(
            type(item) is dict and (not MEMBER_KINDS.keys().isdisjoint(item) or (self.partial and "datasetId" in item))
            for item in items
        )

    def _distinct(self, instances: list[Attribute], place: Place) -> tuple[Attribute, ...]:
        if not self.temporal and len({instance.dataset_id for instance in instances}) < len(instances):
            raise fault("Two instances have the same datasetId, or none (clause 4.5.5).", place)
        return tuple(instances)

    def _dataset(self, doc: Json, place: Place) -> tuple[Attribute, ...]:
        """Simplified form of several instances: {datasetId or @none: value}. Source: clause 4.5.4, example 9."""
        if type(doc) is not dict or not doc:
            raise fault("dataset must be an object of values by datasetId.", place)
        instances = []
        for dataset_id, value in doc.items():
            (instance,) = self.instances({"value": value} if type(value) is list else value, (place, dataset_id), 0)
            dataset = None if dataset_id == "@none" else parse_uri(dataset_id, (place, dataset_id))
            fields = {name: getattr(instance, name) for name in instance.__struct_fields__}
            instances.append(type(instance)(**(fields | {"dataset_id": dataset})))
        return self._distinct(instances, place)

    def _bare(self, value: Json, place: Place) -> Attribute:
        """A value without its attribute around it: concise or simplified."""
        self._count()
        value = self._property(value, place)
        return PartialAttribute("Property", value) if self.null_ok else Attribute("Property", value)

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise TooLarge(f"The entity has more than {self.most} attributes; that is the most taken.")

    def instance(self, doc: Json, place: Place, depth: int) -> Attribute:
        if type(doc) is not dict:
            raise fault("An attribute's instance must be an object.", place)
        kind: Kind | None = doc.get("type")
        given = type(kind) is str and kind in VALUE_MEMBERS
        if not given:
            kind = self._guess(doc, place)
        if kind is None:
            return self._bare_object(doc, place)
        if not given:
            # Only "value" leaves open what it is the value of; "object", "vocab", ... say it.
            given = kind not in ("Property", "GeoProperty")
        self._count()
        if depth > NESTING_MAX:
            raise fault(f"Attributes nest deeper than {NESTING_MAX} levels.", place)
        return self._read(doc, kind, given, place, depth)

    def _guess(self, doc: dict[str, Json], place: Place) -> Kind | None:
        """Kind of an instance that does not say it; None for a bare JSON object or geometry. Source: clause 4.5.2.3."""
        kind = doc.get("type", doc.get("@type"))
        if type(kind) is str and kind in VALUE_MEMBERS and "@value" not in doc:
            return kind
        members = [member for member in MEMBER_KINDS if member in doc]
        if kind is not None and members:
            raise fault(f"{kind!r} is not a type of attribute; known are {', '.join(VALUE_MEMBERS)}.", (place, "type"))
        if "value" in doc and is_geometry(doc["value"]):
            return "GeoProperty"
        if members:
            return MEMBER_KINDS[members[0]]
        if is_geometry(doc):
            return None
        return "Property" if self.operation == "partial" or (self.partial and self._is_partial(doc)) else None

    def _is_partial(self, doc: dict[str, Json]) -> bool:
        """In a merge: is {"observedAt": ...} or {"accuracy": {"value": 1}} part of an attribute, or its value?"""
        if not META.isdisjoint(doc):
            return True
        return any(
            type(item) is dict and (item.get("type") in VALUE_MEMBERS or not MEMBER_KINDS.keys().isdisjoint(item))
            for item in doc.values()
        )

    def _bare_object(self, doc: dict[str, Json], place: Place) -> Attribute:
        if is_geometry(doc):
            self._count()
            value = self._geometry(doc, place)
            return PartialAttribute("GeoProperty", value) if self.null_ok else Attribute("GeoProperty", value)
        if "@context" in doc:
            raise fault("An attribute must not hold a @context (clause 4.5.1).", (place, "@context"))
        return self._bare(doc, place)

    def _read(self, doc: dict[str, Json], kind: Kind, given: bool, place: Place, depth: int) -> Attribute:
        """An instance member by member; one pass, since this is where parsing spends its time."""
        value_member = VALUE_MEMBERS[kind]
        value: Json = UNSPOKEN
        dataset_id = observed_at = unit_code = object_type = expires_at = value_type = None
        attributes: dict[str, tuple[Attribute, ...]] = {}
        removed: list[str] | None = None
        for name, member in doc.items():
            if name == "type":
                continue
            if name == value_member:
                if kind == "Property" and (type(member) is int or (type(member) is str and member != NULL)):
                    value = member  # the most frequent values, without a call
                else:
                    value = _VALUES[kind](self, member, (place, name))
            elif name in META:
                if member == NULL and self.null_ok and name != "datasetId":
                    removed = [*(removed or ()), _FIELDS[name]]
                elif name == "observedAt":
                    observed_at = parse_time(member, (place, name))
                elif name == "unitCode":
                    unit_code = self._unit_code(member, kind, (place, name))
                elif name == "datasetId":
                    dataset_id = None if member == "@none" else parse_uri(member, (place, name))
                elif name == "objectType":
                    object_type = self._object_type(member, kind, (place, name))
                elif name == "valueType":
                    value_type = self._value_type(member, kind, (place, name))
                else:
                    expires_at = parse_time(member, (place, name))
            elif name not in _SYSTEM:
                self._sub_attribute(name, member, attributes, kind, place, depth)
        if value is UNSPOKEN and not self.partial:
            raise fault(f"The {kind} has no {value_member}.", place)
        if removed or value is UNSPOKEN or (not given and self.null_ok):
            return PartialAttribute(
                kind, value, dataset_id, observed_at, unit_code, object_type, attributes, None, None, expires_at,
                value_type, given, frozenset(removed or ()),
            )  # fmt: skip
        return Attribute(
            kind, value, dataset_id, observed_at, unit_code, object_type, attributes, None, None, expires_at, value_type
        )

    def _sub_attribute(
        self,
        name: str,
        doc: Json,
        attributes: dict[str, tuple[Attribute, ...]],
        kind: Kind,
        place: Place,
        depth: int,
    ) -> None:
        if name == "@type":
            return
        if name in _NOT_ATTRIBUTES:
            raise fault(f"A {kind} has no {name} (clause 4.5).", (place, name))
        if name == "@context":
            raise fault("An attribute must not hold a @context (clause 4.5.1).", (place, name))
        uri = self.name(name, place)
        if uri in attributes:
            raise fault(f"Another member has the same expanded name, {uri}.", (place, name))
        temporal, self.temporal = self.temporal, False
        attributes[uri] = self.instances(doc, (place, name), depth + 1)
        self.temporal = temporal

    def _unit_code(self, value: Json, kind: Kind, place: Place) -> str:
        if kind in ("Relationship", "ListRelationship"):
            raise fault("Relationships have no unit.", place)
        if type(value) is not str or not value or value == NULL:
            raise fault("A unitCode must be a UN/CEFACT code, such as CEL.", place)
        return value

    def _object_type(self, value: Json, kind: Kind, place: Place) -> tuple[str, ...]:
        if kind not in ("Relationship", "ListRelationship"):
            raise fault(f"A {kind} has no objectType.", place)
        return parse_types(value, self.context, place)

    def _value_type(self, value: Json, kind: Kind, place: Place) -> str:
        if type(value) is not str or not value or value == NULL:
            raise fault("A valueType must be a name or URI.", place)
        if kind == "LanguageProperty" and value != "langString":
            raise fault("The valueType of a LanguageProperty can only be langString.", place)
        return self.context.expanded[value]

    # What the value of each kind may be.

    def _null(self, place: Place) -> str:
        if self.null_ok:
            return NULL
        raise fault("NGSI-LD Null removes something; here is nothing to remove.", place)

    def _property(self, value: Json, place: Place) -> Json:
        kind = type(value)
        if kind is int or kind is bool:
            return value
        if kind is float:
            if not isfinite(value):
                raise fault("A number must be finite.", place)
            return value
        if kind is str:
            return self._null(place) if value == NULL else value
        if value is None:
            raise fault(f"A value must not be null; {NULL} in a patch removes it.", place)
        self._inside(value, place)
        return value

    def _inside(self, value: Json, place: Place) -> None:
        """NGSI-LD Null inside a value is for merges only. Source: clause 5.5.4."""
        if self.operation == "merge":
            return
        items = value.items() if type(value) is dict else enumerate(value) if type(value) is list else ()
        for step, item in items:
            if item == NULL:
                raise fault("NGSI-LD Null inside a value is only for merge patches.", (place, step))
            if type(item) is dict or type(item) is list:
                self._inside(item, (place, step))

    def _geometry(self, value: Json, place: Place) -> Json:
        if value == NULL:
            return self._null(place)
        return parse_geometry(value, place)

    def _relationship(self, value: Json, place: Place) -> Json:
        if type(value) is list and value:
            return self._uris(value, place)
        return self._null(place) if value == NULL else parse_uri(value, place)

    def _uris(self, value: list[Json], place: Place) -> list[str]:
        uris = []
        for index, item in enumerate(value):
            if type(item) is dict and item.keys() == {"object"}:
                item = item["object"]
            uris.append(parse_uri(item, (place, index)))
        return uris

    def _language_map(self, value: Json, place: Place) -> Json:
        if is_null(value):
            return self._null(place)
        if type(value) is not dict or not value:
            raise fault("A languageMap must be an object of texts by language tag.", place)
        for tag, text in value.items():
            if not _LANGUAGE.fullmatch(tag):
                raise fault(f"{tag!r} is not a language tag (RFC 5646) or @none.", (place, tag))
            if text == NULL and not self.null_ok:
                self._null((place, tag))
            texts = text if type(text) is list and text else [text]
            if not all(type(item) is str for item in texts):
                raise fault("A languageMap holds texts or lists of texts.", (place, tag))
        return value

    def _vocab(self, value: Json, place: Place) -> Json:
        if type(value) is str:
            return self._null(place) if value == NULL else self.context.expanded[value]
        if type(value) is list and value and all(type(item) is str for item in value):
            return [self.context.expanded[item] for item in value]
        raise fault("A vocab must be a name or a list of names.", place)

    def _json(self, value: Json, place: Place) -> Json:
        if value == NULL:
            return self._null(place)
        if value is None:
            raise fault("A json must not be null.", place)
        return value

    def _value_list(self, value: Json, place: Place) -> Json:
        if value in (NULL, [NULL]):
            return self._null(place)
        if type(value) is not list:
            raise fault("A valueList must be a list.", place)
        self._inside(value, place)
        return value

    def _object_list(self, value: Json, place: Place) -> Json:
        if value in (NULL, [NULL], [{"object": NULL}]):
            return self._null(place)
        if type(value) is not list:
            raise fault("An objectList must be a list of URIs.", place)
        return self._uris(value, place)


_VALUES: Final[Mapping[Kind, Callable[[_Reader, Json, Place], Json]]] = {
    "Property": _Reader._property,
    "Relationship": _Reader._relationship,
    "GeoProperty": _Reader._geometry,
    "LanguageProperty": _Reader._language_map,
    "VocabProperty": _Reader._vocab,
    "JsonProperty": _Reader._json,
    "ListProperty": _Reader._value_list,
    "ListRelationship": _Reader._object_list,
}

_FIELDS: Final = {
    "observedAt": "observed_at",
    "unitCode": "unit_code",
    "objectType": "object_type",
    "valueType": "value_type",
    "expiresAt": "expires_at",
}
"""Wire member -> field of Attribute, for those that a patch may clear."""
