"""An observation as a row of the journal's tail, and back."""

import math
from datetime import datetime
from typing import Any, Final

import msgspec

from madang.model.entity import Attribute, decode_attribute, encode_attribute
from madang.model.observation import Observation
from madang.stores.timeline import from_us, to_us

_EXACT: Final = 2**53  # integers above this are not exact as a double; they travel as JSON

INSERT: Final = (
    "INSERT INTO tail (tenant, type, entity, attribute, dataset_id, at, recorded_at, observed, value, json, unit)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class _Number(msgspec.Struct):
    kind: str
    value: Any


_number = msgspec.json.Decoder(_Number)


def tail_row(tenant: str, observation: Observation) -> tuple[Any, ...]:
    """The row for INSERT. A plain number without sub-attributes is value and unit, all else its instance as JSON."""
    o = observation
    head = (tenant, o.entity_type, o.entity_id, o.attribute, o.dataset_id)
    times = (to_us(o.at), to_us(o.recorded_at), int(o.observed))
    if o.instance is None:
        return (*head, *times, None, "", None)
    if _is_plain(o.instance):
        return (*head, *times, float(o.instance.value), None, o.instance.unit_code)
    return (*head, *times, None, encode_attribute(o.instance).decode(), None)


def _is_plain(instance: Attribute) -> bool:
    value = instance.value
    if instance.kind != "Property" or isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if instance.attributes or instance.object_type or instance.expires_at:
        return False
    return math.isfinite(value) and abs(value) <= _EXACT


def number_of(json: str) -> float | None:
    """The number inside an instance that travels as JSON; None where it is not one."""
    if not json:
        return None
    found = _number.decode(json)
    if found.kind == "Property" and isinstance(found.value, int | float) and not isinstance(found.value, bool):
        return float(found.value)
    return None


def observation_of(row: tuple[Any, ...]) -> Observation:
    """From (type, entity, attribute, dataset_id, at µs, recorded_at µs, observed, value, unit, json)."""
    entity_type, entity, attribute, dataset_id, at_us, recorded_us, observed, value, unit, json = row
    at = from_us(at_us)
    instance = None if json == "" else _instance(dataset_id, at if observed else None, value, unit, json)
    return Observation(entity_type, entity, attribute, dataset_id, at, from_us(recorded_us), bool(observed), instance)


def _instance(
    dataset_id: str | None, observed_at: datetime | None, value: float | None, unit: str | None, json: str | None
) -> Attribute:
    if json is not None:
        return decode_attribute(json)
    assert value is not None
    # JSON knows one kind of number; a count of 5 shall not come back as 5.0.
    number = int(value) if value.is_integer() else value
    return Attribute("Property", number, dataset_id, observed_at, unit)
