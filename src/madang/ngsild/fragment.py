"""What a fragment says of an attribute when it does not say all. Source: ETSI GS CIM 009 v1.9.1, 5.5.8 and 5.5.12."""

from typing import Any, Final

import msgspec

from madang.model.entity import NULL, Attribute, Json, Kind

VALUE_MEMBERS: Final[dict[Kind, str]] = {
    "Property": "value",
    "Relationship": "object",
    "GeoProperty": "value",
    "LanguageProperty": "languageMap",
    "VocabProperty": "vocab",
    "JsonProperty": "json",
    "ListProperty": "valueList",
    "ListRelationship": "objectList",
}
"""Attribute kind -> the member that holds its value."""

MEMBER_KINDS: Final[dict[str, Kind]] = {
    member: kind for kind, member in VALUE_MEMBERS.items() if kind not in ("Property", "GeoProperty")
} | {"value": "Property"}
"""The other way round; what "value" holds decides between Property and GeoProperty."""

META: Final = frozenset({"observedAt", "unitCode", "datasetId", "objectType", "valueType", "expiresAt"})
"""Members of an attribute that are neither its value nor sub-attributes."""

UNSPOKEN: Final[Any] = msgspec.UNSET
"""Value of a PartialAttribute that leaves the value as it is."""


class PartialAttribute(Attribute, frozen=True):
    """An instance of a fragment that leaves something to the stored one; never stored itself.

    value may be UNSPOKEN. kind_given: False where the kind is only guessed from the value's shape, and the stored
    instance knows better. removed: fields (observed_at, unit_code, ...) that the fragment clears with NGSI-LD Null.
    """

    kind_given: bool = False
    removed: frozenset[str] = frozenset()


def whole(instance: Attribute) -> Attribute:
    """The instance as an Attribute of its own."""
    if type(instance) is Attribute:
        return instance
    return Attribute(**{name: getattr(instance, name) for name in Attribute.__struct_fields__})


def is_null(value: Json) -> bool:
    """NGSI-LD Null of any kind of attribute (clause 4.5.0; of a LanguageProperty: clause 4.6.5)."""
    return bool(value == NULL or value == {"@none": NULL})
