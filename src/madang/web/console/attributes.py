"""An entity's attributes as a person reads them: title, value, unit, age, what is inside, what they point at. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson

from madang.model.entity import Attribute, Entity
from madang.model.units import BY_CODE
from madang.ngsild.context import CORE
from madang.packs.pack import AttributeType, EntityType, FittedPack

from .derived import with_derived
from .format import number_text
from .layers import is_number
from .texts import catalogue, pick, say

TEXT_MAX = 400
"""Longer values are cut here; the raw entity has them whole."""


@dataclass(frozen=True, slots=True)
class Link:
    """text: shown. path: below the city's address; "" for an address outside, which is then in ``url``."""

    text: str
    path: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as shown. links: instead of the text."""

    text: str
    symbol: str = ""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Inside:
    """A sub-attribute."""

    title: str
    shown: Shown


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """One instance of one attribute. name: as written in packs and addresses. chart: it has a numeric history."""

    name: str
    uri: str
    title: str
    shown: Shown
    kind: str
    at: datetime | None
    dataset_id: str | None
    derived: bool
    live: bool
    chart: bool
    number: float | None = None
    inside: tuple[Inside, ...] = ()
    flags: tuple[str, ...] = field(default=())


def entity_path(entity_id: str) -> str:
    """Where an entity's page is, below its city. Every sign that has a meaning in an address is escaped, also "/" and
    "..": a browser would tidy them away."""
    return f"entities/{quote(entity_id, safe=':')}"


def fitting(packs: Sequence[FittedPack], entity: Entity) -> list[tuple[FittedPack, EntityType]]:
    """The packs that declare one of the entity's types."""
    return [(pack, one) for pack in packs for one in pack.types.values() if one.uri in entity.types]


def complete(packs: Sequence[FittedPack], entity: Entity) -> Entity:
    """The entity with what every fitting pack derives."""
    for pack, entity_type in fitting(packs, entity):
        entity = with_derived(pack, entity_type.name, entity)
    return entity


def declared_attribute(packs: Sequence[FittedPack], entity: Entity, name: str) -> AttributeType | None:
    found = (one.attribute(name) for _, one in fitting(packs, entity))
    return next((attribute for attribute in found if attribute), None)


def type_titles(packs: Sequence[FittedPack], entity: Entity, lang: str) -> list[str]:
    """What the entity is, in the reader's words where a pack has them."""
    known = {one.uri: pick(one.title, lang) for _, one in fitting(packs, entity)}
    return list(dict.fromkeys(known.get(uri) or CORE.compact(uri) for uri in entity.types))


def attribute_title(declared: AttributeType | None, name: str, lang: str) -> str:
    """The pack's title, else ours for the names that every city has, else the name taken apart into words."""
    if declared and declared.title:
        return pick(declared.title, lang)
    key = f"attribute.{name}"
    if key in catalogue():
        return say(key, lang)
    last = re.split(r"[#/]", name.rstrip("/#"))[-1] or name
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", last)
    return words[:1].upper() + words[1:].lower() if words.isascii() else words


def attribute_rows(packs: Sequence[FittedPack], entity: Entity, lang: str) -> list[AttributeRow]:
    """Every instance of every attribute; live ones first, then in the order the packs declare them, then the rest by
    title."""
    whole = complete(packs, entity)
    order = {
        attribute.name: index
        for index, attribute in enumerate(one for _, kind in fitting(packs, entity) for one in kind.attributes)
    }
    derived = {name for pack, one in fitting(packs, entity) for name in pack.formulas(one.name)}
    rows = [
        _row(declared_attribute(packs, entity, name), name, uri, instance, lang, derived=name in derived)
        for uri, instances in whole.attributes.items()
        for name in (CORE.compact(uri),)
        for instance in instances
    ]
    last = len(order)
    return sorted(rows, key=lambda row: (not row.live, order.get(row.name, last), row.title, row.dataset_id or ""))


def _row(
    declared: AttributeType | None, name: str, uri: str, instance: Attribute, lang: str, *, derived: bool
) -> AttributeRow:
    number = float(instance.value) if instance.kind == "Property" and is_number(instance.value) else None
    observed = instance.observed_at is not None
    return AttributeRow(
        name=name,
        uri=uri,
        title=attribute_title(declared, name, lang),
        shown=shown_value(instance, lang, declared),
        kind=instance.kind,
        at=instance.observed_at,
        dataset_id=instance.dataset_id,
        derived=derived,
        live=observed and (derived or declared is None or declared.live),
        chart=number is not None and observed and instance.dataset_id is None,
        number=number,
        inside=tuple(_insides(instance.attributes, lang)),
    )


def _insides(attributes: Mapping[str, Sequence[Attribute]], lang: str) -> Iterator[Inside]:
    for uri, instances in attributes.items():
        name = CORE.compact(uri)
        for instance in instances:
            yield Inside(attribute_title(None, name, lang), shown_value(instance, lang, None))


def shown_value(instance: Attribute, lang: str, declared: AttributeType | None) -> Shown:
    """The value by its kind. The symbol is the pack's, else the unit code's own, else the code."""
    value = _untyped(instance.value)
    match instance.kind:
        case "Relationship" | "ListRelationship":
            return Shown("", links=tuple(_entity_link(one) for one in _many(value)))
        case "GeoProperty":
            return Shown(geometry_text(value, lang))
        case "LanguageProperty":
            return Shown(_text(pick(value, lang) if isinstance(value, dict) else value, lang))
        case "VocabProperty":
            return Shown(", ".join(CORE.compact(str(one)) for one in _many(value)))
        case _:
            return _plain_value(value, instance, lang, declared)


def _plain_value(value: Any, instance: Attribute, lang: str, declared: AttributeType | None) -> Shown:
    if is_number(value):
        digits = declared.digits if declared else None
        return Shown(number_text(value, digits), symbol_of(instance.unit_code, declared))
    if isinstance(value, str) and value.startswith(("http://", "https://")):
        return Shown("", links=(Link(value, url=value),))
    return Shown(_text(value, lang))


def symbol_of(unit_code: str | None, declared: AttributeType | None) -> str:
    if declared and declared.symbol:
        return declared.symbol
    code = unit_code or (declared.unit if declared else "")
    return BY_CODE[code].symbol if code in BY_CODE else code


def _entity_link(value: Any) -> Link:
    text = str(value)
    return Link(text, path=entity_path(text))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _untyped(value: Any) -> Any:
    return value["@value"] if isinstance(value, dict) and "@value" in value else value


def _text(value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return say("yes" if value else "no", lang)
    if is_number(value):
        return number_text(value)
    if isinstance(value, list) and all(isinstance(one, (str, int, float)) for one in value):
        text = ", ".join(_text(one, lang) for one in value)
    else:
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= TEXT_MAX else text[:TEXT_MAX] + "…"


def geometry_text(value: Any, lang: str) -> str:
    """A point as latitude and longitude (as people write them), anything else as its kind and number of positions."""
    if not isinstance(value, dict):
        return _text(value, lang)
    if value.get("type") == "Point":
        longitude, latitude = value["coordinates"][:2]
        return f"{latitude:.5f}, {longitude:.5f}"
    return say("entity.geometry", lang, kind=value.get("type", ""), n=sum(1 for _ in _positions(value)))


def _positions(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for part in [value.get("coordinates", []), *value.get("geometries", [])]:
            yield from _positions(part)
    elif isinstance(value, list):
        if value and is_number(value[0]):
            yield value
        else:
            for part in value:
                yield from _positions(part)
