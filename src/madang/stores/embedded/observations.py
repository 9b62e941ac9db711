"""Observations as rows of the history: numbers for charts, whole instances for the standard's answers."""

from datetime import datetime
from typing import Any

import msgspec

from madang.model.entity import Attribute, decode_attribute
from madang.model.observation import Observation
from madang.stores.timeline import from_us


class _Number(msgspec.Struct):
    kind: str
    value: Any


_number = msgspec.json.Decoder(_Number)


def number_of(json: str) -> float | None:
    """The number inside an instance that travels as JSON; None where it is not one, or '' for a deletion."""
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
    dataset_id: str | None, observed_at: datetime | None, value: float, unit: str | None, json: str | None
) -> Attribute:
    if json is not None:
        return decode_attribute(json)
    # JSON knows one kind of number; a count of 5 shall not come back as 5.0.
    number = int(value) if value.is_integer() else value
    return Attribute("Property", number, dataset_id, observed_at, unit)
