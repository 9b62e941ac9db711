"""Observations as rows of the journal's tail."""

from datetime import UTC, datetime, timedelta
from typing import Final

from madang.model.entity import Attribute, encode_attribute
from madang.model.observation import Observation

from .statements import Row

INSERT_TAIL: Final = (
    "INSERT INTO tail (tenant, type, entity, attribute, dataset_id, at, recorded_at, observed, value, json, unit)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?)"
)
FORGET_ENTITY: Final = (
    "INSERT INTO forget (tenant, entity, tail)"
    " SELECT ?, ?, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'tail'), 0)"
)
"""(tenant, entity): the history up to here is to be dropped."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_EXACT: Final = 2**53


def microseconds(at: datetime) -> int:
    """µs since 1970 UTC; ``timestamp()`` goes through a float and loses the last one."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at_us: int) -> datetime:
    """The aware UTC time of µs since 1970."""
    return _EPOCH + timedelta(microseconds=at_us)


def tail_row(tenant: str, observation: Observation) -> Row:
    """One row for INSERT_TAIL. A plain numeric Property is its value and unit; anything else its instance as JSON."""
    instance = observation.instance
    value: float | None = None
    json: bytes | None = None
    unit: str | None = None
    if instance is None:
        json = b""
    elif is_plain(instance):
        value, unit = float(instance.value), instance.unit_code
    else:
        json = encode_attribute(instance)
    return (
        tenant,
        observation.entity_type,
        observation.entity_id,
        observation.attribute,
        observation.dataset_id,
        microseconds(observation.at),
        microseconds(observation.recorded_at),
        int(observation.observed),
        value,
        json,
        unit,
    )


def is_plain(instance: Attribute) -> bool:
    """True where value, unit, times and dataset are all there is, and the value survives as a 64-bit float."""
    value = instance.value
    if instance.kind != "Property" or instance.attributes or instance.object_type or instance.expires_at is not None:
        return False
    return type(value) is float or (type(value) is int and -_EXACT <= value <= _EXACT)
