"""What a feed's fragment adds to what is known: news, late news, or nothing. Pure."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from madang.model.entity import Attribute, Entity
from madang.model.observation import Observation

Instances = Mapping[str, tuple[Attribute, ...]]


def find_instance(instances: tuple[Attribute, ...], dataset_id: str | None) -> Attribute | None:
    return next((instance for instance in instances if instance.dataset_id == dataset_id), None)


def split_late(old: Entity, fragment: Entity) -> tuple[Entity, Instances]:
    """The part of the fragment that is not older than what is stored, and the instances that are."""
    news: dict[str, tuple[Attribute, ...]] = {}
    late: dict[str, tuple[Attribute, ...]] = {}
    for name, instances in fragment.attributes.items():
        stored = old.attributes.get(name, ())
        behind = tuple(i for i in instances if _is_older(i, find_instance(stored, i.dataset_id)))
        if behind:
            late[name] = behind
            instances = tuple(i for i in instances if i not in behind)
        if instances:
            news[name] = instances
    return (msgspec.structs.replace(fragment, attributes=news) if late else fragment), late


def _is_older(instance: Attribute, stored: Attribute | None) -> bool:
    return (
        stored is not None
        and instance.observed_at is not None
        and stored.observed_at is not None
        and instance.observed_at < stored.observed_at
    )


def says_nothing_new(old: Entity, fragment: Entity) -> bool:
    """Every type, scope and instance of the fragment is stored as it is (system times aside)."""
    return (
        set(fragment.types) <= set(old.types)
        and fragment.scope in (None, old.scope)
        and fragment.expires_at in (None, old.expires_at)
        and all(
            all(_is_stored(instance, old.attributes.get(name, ())) for instance in instances)
            for name, instances in fragment.attributes.items()
        )
    )


def _is_stored(instance: Attribute, stored: tuple[Attribute, ...]) -> bool:
    known = find_instance(stored, instance.dataset_id)
    if known is None or known.observed_at != instance.observed_at or known.value != instance.value:
        return False
    return _without_system_times(known) == _without_system_times(instance)


def _without_system_times(instance: Attribute) -> Attribute:
    subs = {name: tuple(map(_without_system_times, items)) for name, items in instance.attributes.items()}
    return msgspec.structs.replace(instance, attributes=subs, created_at=None, modified_at=None)


def late_observations(old: Entity, late: Instances, now: datetime) -> tuple[Observation, ...]:
    """History only: one observation per late instance."""
    return tuple(
        Observation(old.types[0], old.id, name, i.dataset_id, i.observed_at or now, now, True, i)
        for name, instances in late.items()
        for i in instances
    )
