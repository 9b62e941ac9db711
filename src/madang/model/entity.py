"""Entities of the city: frozen values, names always expanded to URIs. Source: ETSI GS CIM 009 v1.9.1, clause 4.2."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec

Json = Any
"""A JSON value as orjson gives it: dict, list, str, int, float, bool or None."""

Kind = Literal[
    "Property",
    "Relationship",
    "GeoProperty",
    "LanguageProperty",
    "VocabProperty",
    "JsonProperty",
    "ListProperty",
    "ListRelationship",
]

NULL: Final = "urn:ngsi-ld:null"
"""NGSI-LD Null: a value that means "remove" in a fragment; never stored. Source: clause 4.5.0."""

CORE: Final = "https://uri.etsi.org/ngsi-ld/"
DEFAULT_VOCAB: Final = "https://uri.etsi.org/ngsi-ld/default-context/"
LOCATION: Final = CORE + "location"
OBSERVATION_SPACE: Final = CORE + "observationSpace"
OPERATION_SPACE: Final = CORE + "operationSpace"


# gc=False: these are trees of JSON, they cannot hold a cycle. Tracked by the garbage collector they made batches and
# single updates half as expensive again (bench/run.py).
class Attribute(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One instance of an attribute.

    value, by kind:
      Property         any JSON value but null (a typed value stays {"@type": ..., "@value": ...})
      Relationship     URI, or a list of URIs
      GeoProperty      GeoJSON geometry object
      LanguageProperty {language tag: text or list of texts}
      VocabProperty    expanded URI, or a list of them
      JsonProperty     any JSON value, never expanded
      ListProperty     list of JSON values, order kept
      ListRelationship list of URIs, order kept
    In a fragment the value may be NULL ("remove this instance").
    value_type: expanded name of the value's data type, where the provider says it; the value itself is kept as given.
    Times are aware UTC. ``attributes`` are the sub-attributes, keyed by expanded name.
    """

    kind: Kind
    value: Json
    dataset_id: str | None = None
    observed_at: datetime | None = None
    unit_code: str | None = None
    object_type: tuple[str, ...] | None = None
    attributes: Mapping[str, tuple["Attribute", ...]] = {}
    created_at: datetime | None = None
    modified_at: datetime | None = None
    expires_at: datetime | None = None
    value_type: str | None = None


class Entity(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What the city talks about: a car park, a sensor, a phase, a proposal. Also a fragment of one.

    types: expanded, at least one for a whole entity, sorted; empty in a fragment that does not change them.
    scope: None where a fragment does not speak of it. attributes: expanded name -> instances, at least one each,
    at most one per dataset_id. expires_at: set on transient entities.
    """

    id: str
    types: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[Attribute, ...]] = {}
    scope: tuple[str, ...] | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None
    expires_at: datetime | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entity)
_attribute_decoder = msgspec.json.Decoder(Attribute)


def encode_entity(entity: Entity) -> bytes:
    """Encode for the store: plain JSON, so that city.db can be read with any tool for decades."""
    return _encoder.encode(entity)


def decode_entity(body: bytes) -> Entity:
    """Decode what encode_entity gave. Raises msgspec.DecodeError on foreign bytes."""
    return _decoder.decode(body)


def encode_attribute(attribute: Attribute) -> bytes:
    return _encoder.encode(attribute)


def decode_attribute(body: bytes | str) -> Attribute:
    return _attribute_decoder.decode(body)
