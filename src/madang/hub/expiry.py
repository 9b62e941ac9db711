"""When transient things end. Source: GS CIM 009 v1.9.1, clause 4.6 (expiresAt of entities and attributes). Pure."""

from datetime import datetime

import msgspec

from madang.model.entity import Attribute, Entity


def next_expiry(entity: Entity) -> datetime | None:
    """The earliest expiresAt of the entity or one of its attributes."""
    times = [i.expires_at for instances in entity.attributes.values() for i in instances if i.expires_at is not None]
    if entity.expires_at is not None:
        times.append(entity.expires_at)
    return min(times, default=None)


def is_expired(thing: Entity | Attribute, now: datetime) -> bool:
    return thing.expires_at is not None and thing.expires_at <= now


def without_expired(entity: Entity, now: datetime) -> Entity:
    """The entity itself where none of its attributes has expired."""
    attributes = {
        name: left
        for name, instances in entity.attributes.items()
        if (left := tuple(i for i in instances if not is_expired(i, now)))
    }
    return entity if attributes == entity.attributes else msgspec.structs.replace(entity, attributes=attributes)
