"""A record's row as an NGSI-LD entity and back: refs become Relationships, words LanguageProperties."""

import re
from collections.abc import Mapping
from functools import cache

import orjson

from madang.errors import BadRequestData, Pointer
from madang.model.entity import Attribute, Entity, Json
from madang.ngsild.context import CORE

from .kinds import BY_NAME, BY_URI, ENTRY, Column, Kind
from .languages import LANGUAGES
from .quantity import find_unit
from .rows import Row, local_id, urn

_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?")
"""What may be a number in JSON; anything else (a range, 8,493, 87.0) is kept as written."""

NUMBER_MAX = 10**15
"""A JSON number from here on would not come back digit by digit."""

RENAMED = {"value": "stated_value"}
"""Columns whose names are words of NGSI-LD itself, which no attribute may have (GS CIM 009 v1.9.1, clause 4.5.0)."""

ROW_SKIPS = ("id",)


@cache
def attribute_name(column: str) -> str:
    """``as_of`` -> the expanded name of asOf. ``location`` is the core's own."""
    first, *rest = RENAMED.get(column, column).split("_")
    return CORE.expand(first + "".join(part.capitalize() for part in rest))


def kind_of(entity: Entity) -> Kind | None:
    """The ledger's kind an entity is of; None where the ledger does not keep it."""
    return next((kind for uri in entity.types if (kind := BY_URI.get(uri))), None)


def to_entity(kind: Kind, row: Row) -> Entity:
    """A row that parse_row took, as the entity the hub keeps."""
    attributes: dict[str, tuple[Attribute, ...]] = {}
    for column in (*kind.columns, *ENTRY):
        if column.name not in ROW_SKIPS and (attribute := _attribute(kind, column, row)):
            attributes[attribute_name(column.name)] = (attribute,)
    return Entity(urn(kind, row["id"].strip()), (kind.uri,), attributes)


def _attribute(kind: Kind, column: Column, row: Row) -> Attribute | None:
    if column.kind == "words":
        words = {lang: text for lang in LANGUAGES if (text := row.get(f"{column.name}_{lang}", "").strip())}
        return Attribute("LanguageProperty", words) if words else None
    text = row.get(column.name, "").strip()
    if not text:
        return None
    match column.kind:
        case "ref":
            return Attribute("Relationship", urn(BY_NAME[column.refers], text))
        case "refs":
            parties = [urn(BY_NAME[column.refers], one.strip()) for one in text.split(";") if one.strip()]
            return Attribute("Relationship", parties)
        case "geometry":
            return Attribute("GeoProperty", orjson.loads(text))
        case "value" | "quantity":
            unit = row.get(_unit_column(column), "").strip()
            return Attribute("Property", _number_or_text(text), unit_code=_unit_code(unit))
        case "number" | "whole":
            return Attribute("Property", _number_or_text(text))
        case _:
            return Attribute("Property", text)


def _number_or_text(text: str) -> Json:
    """A number where it comes back digit by digit, else the text."""
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text) if "." in text else int(text)
    return number if _plain(number) == text else text


def _plain(number: int | float) -> str:
    if isinstance(number, int) or abs(number) >= NUMBER_MAX:
        return str(number)
    return f"{number:.9f}".rstrip("0").rstrip(".")


def _unit_column(column: Column) -> str:
    return "unit" if column.kind == "value" else f"{column.name}_unit"


def _unit_code(symbol: str, at: str = "") -> str | None:
    return (find_unit(symbol, at).unit_code or None) if symbol not in ("", "date", "text") else None


def find_unit_code(kind: Kind, column: Column, entity: Entity) -> str | None:
    """The unitCode that a column's attribute must have in this entity; None for what has no unit. Raises BadRequestData
    for a unit nobody knows."""
    instances = entity.attributes.get(attribute_name(_unit_column(column)), ())
    if column.kind not in ("value", "quantity") or not instances:
        return None
    symbol = instances[0].value
    return _unit_code(symbol.strip(), f"/{_unit_column(column)}") if isinstance(symbol, str) else None


def to_row(kind: Kind, entity: Entity) -> dict[str, str]:
    """The row an entity stands for, whoever wrote it, its texts without white space around them. Raises BadRequestData
    with the attribute at fault.

    Attributes the kind does not know are not part of the statement and are left out.
    """
    row = {"id": local_id(entity.id) if entity.id == urn(kind, local_id(entity.id)) else entity.id}
    for column in (*kind.columns, *ENTRY):
        if column.name in ROW_SKIPS:
            continue
        instances = entity.attributes.get(attribute_name(column.name), ())
        if instances:
            if len(instances) > 1 or instances[0].dataset_id is not None:
                raise BadRequestData(f"{column.name} has several instances; a statement has one.", _at(entity, column))
            texts = _texts(kind, column, instances[0], _at(entity, column))
            row |= {name: text.strip() for name, text in texts.items()}
    return row


def _at(entity: Entity, column: Column) -> str:
    return str(Pointer(entity.id) / column.name)


def _texts(kind: Kind, column: Column, attribute: Attribute, at: str) -> Mapping[str, str]:
    value = attribute.value
    if column.kind == "words":
        words = value if isinstance(value, dict) else {"en": value}
        if not all(isinstance(text, str) for text in words.values()):
            raise BadRequestData("Words are one text per language.", at)
        if strange := sorted(words.keys() - set(LANGUAGES)):
            known = ", ".join(LANGUAGES)
            raise BadRequestData(f'The ledger keeps words in {known}, not in "{strange[0][:20]}".', at)
        return {f"{column.name}_{lang}": text for lang, text in words.items()}
    if column.kind in ("ref", "refs"):
        ids = value if isinstance(value, list) else [value]
        if attribute.kind != "Relationship" or not all(isinstance(one, str) for one in ids):
            raise BadRequestData(f"{column.name} must be a Relationship to another record.", at)
        return {column.name: ";".join(_short(BY_NAME[column.refers], one) for one in ids)}
    if column.kind == "geometry":
        return {column.name: orjson.dumps(value).decode()}
    if isinstance(value, dict):  # a typed value such as {"@type": "Date", "@value": "2026-03-01"}
        if beside := sorted(value.keys() - {"@type", "@value"}):
            raise BadRequestData(f'{column.name} has "{beside[0][:40]}" beside its value; a statement has one.', at)
        value = value.get("@value")
    if isinstance(value, bool):
        return {column.name: "yes" if value else "no"}
    if not isinstance(value, (str, int, float)):
        raise BadRequestData(f"{column.name} must be text or a number.", at)
    if isinstance(value, str):
        return {column.name: value}
    if abs(value) >= NUMBER_MAX or float(text := _plain(value)) != value:
        raise BadRequestData(
            f"{column.name} is a number that would not be kept digit by digit (below 1e15, at most 9 decimals); "
            "send it as text, in quotes.",
            at,
        )
    return {column.name: text}


def _short(kind: Kind, entity_id: str) -> str:
    prefix = f"urn:ngsi-ld:{kind.type}:"
    return entity_id.removeprefix(prefix)
