"""State changes of one entity, as pure functions. Source: ETSI GS CIM 009 v1.9.1, clauses 5.5.8, 5.5.12 and 5.6.

Attributes that a change does not touch keep their Attribute objects. Types are only ever added, except by replace
(clause 4.16). created_at and modified_at are set on the entity and on each instance written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from madang.errors import BadRequestData, NotFound
from madang.model.entity import CORE, NULL, Attribute, Entity, Json, Kind
from madang.model.observation import Observation

from .fragment import UNSPOKEN, PartialAttribute
from .geometry import is_geometry
from .uri import is_uri

SCOPE: Final = CORE + "scope"

Attributes = dict[str, tuple[Attribute, ...]]


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What a change made of an entity.

    changed: expanded names of attributes whose instances were added, replaced or removed.
    written: the instances that are new, by name. removed: (name, datasetId) of those gone.
    not_updated: (name, reason) of what the fragment asked for in vain.
    """

    entity: Entity
    changed: frozenset[str]
    removed: tuple[tuple[str, str | None], ...] = ()
    not_updated: tuple[tuple[str, str], ...] = ()
    written: tuple[tuple[str, Attribute], ...] = ()


class _Draft:
    """An entity while it is being changed."""

    __slots__ = ("attributes", "now", "old", "refused", "removed", "scope", "types", "written")

    def __init__(self, old: Entity, now: datetime) -> None:
        self.old = old
        self.now = now
        self.attributes: Attributes = dict(old.attributes)
        self.types = old.types
        self.scope = old.scope
        self.written: list[tuple[str, Attribute]] = []
        self.removed: list[tuple[str, str | None]] = []
        self.refused: list[tuple[str, str]] = []

    def find(self, name: str, dataset_id: str | None) -> Attribute | None:
        return _find(self.attributes.get(name, ()), dataset_id)

    def put(self, name: str, instance: Attribute) -> None:
        """Write an instance as it is, in place of the one with the same datasetId."""
        stored = self.attributes.get(name, ())
        old = _find(stored, instance.dataset_id)
        stamped = _stamped(instance, self.now, old)
        self.attributes[name] = _with(stored, old, stamped)
        self.written.append((name, stamped))

    def remove(self, name: str, dataset_id: str | None) -> None:
        rest = tuple(one for one in self.attributes[name] if one.dataset_id != dataset_id)
        if rest:
            self.attributes[name] = rest
        else:
            del self.attributes[name]
        self.removed.append((name, dataset_id))

    def refuse(self, name: str, reason: str) -> None:
        self.refused.append((name, reason))

    def add_types(self, types: tuple[str, ...]) -> None:
        if types and types != self.types:
            self.types = tuple(sorted({*self.types, *types}))

    def outcome(self, expires_at: datetime | None = None) -> Outcome:
        old = self.old
        changed = frozenset([name for name, _ in self.written] + [name for name, _ in self.removed])
        if expires_at is None:
            expires_at = old.expires_at
        touched = changed or self.types != old.types or self.scope != old.scope or expires_at != old.expires_at
        modified_at = self.now if touched else old.modified_at
        entity = Entity(old.id, self.types, self.attributes, self.scope, old.created_at, modified_at, expires_at)
        return Outcome(entity, changed, tuple(self.removed), tuple(self.refused), tuple(self.written))


def _find(instances: Iterable[Attribute], dataset_id: str | None) -> Attribute | None:
    for instance in instances:
        if instance.dataset_id == dataset_id:
            return instance
    return None


def _with(instances: tuple[Attribute, ...], old: Attribute | None, new: Attribute) -> tuple[Attribute, ...]:
    if old is None:
        return (*instances, new)
    if len(instances) == 1:
        return (new,)
    return tuple(new if one is old else one for one in instances)


def _stamped(new: Attribute, now: datetime, old: Attribute | None) -> Attribute:
    """The instance as it is stored: complete, with its times. Positional: by keyword costs twice as much."""
    if new.value is UNSPOKEN or new.value == NULL:
        raise BadRequestData("The fragment has an attribute without a value; a whole attribute is needed here.")
    created_at = now if old is None or old.created_at is None else old.created_at
    return Attribute(
        new.kind, new.value, new.dataset_id, new.observed_at, new.unit_code, new.object_type, new.attributes,
        created_at, now, new.expires_at, new.value_type,
    )  # fmt: skip


def create(entity: Entity, now: datetime) -> Outcome:
    """A new entity. Source: clause 5.6.1."""
    draft = _Draft(Entity(entity.id, entity.types, {}, entity.scope or None, now, now, entity.expires_at), now)
    for name, instances in entity.attributes.items():
        for instance in instances:
            draft.put(name, instance)
    return draft.outcome()


def append(old: Entity, fragment: Entity, now: datetime, *, overwrite: bool) -> Outcome:
    """Add attributes; instances that exist are replaced only with overwrite. Scopes likewise: replaced, or else added.

    Source: clause 5.6.3.
    """
    draft = _Draft(old, now)
    draft.add_types(fragment.types)
    if fragment.scope:
        draft.scope = fragment.scope if overwrite else tuple(dict.fromkeys([*(old.scope or ()), *fragment.scope]))
    for name, instances in fragment.attributes.items():
        for instance in instances:
            if overwrite or draft.find(name, instance.dataset_id) is None:
                draft.put(name, instance)
            else:
                draft.refuse(name, "The attribute exists, and it was asked not to overwrite.")
    return draft.outcome(fragment.expires_at)


def update(old: Entity, fragment: Entity, now: datetime) -> Outcome:
    """Replace instances of attributes that exist; NGSI-LD Null removes, a new datasetId adds. Source: clause 5.6.2."""
    draft = _Draft(old, now)
    draft.add_types(fragment.types)
    _set_scope(draft, fragment.scope)
    for name, instances in fragment.attributes.items():
        if name not in old.attributes:
            draft.refuse(name, "The entity has no such attribute.")
            continue
        for instance in instances:
            _put_or_remove(draft, name, instance)
    return draft.outcome(fragment.expires_at)


def _set_scope(draft: _Draft, scope: tuple[str, ...] | None) -> None:
    if scope is not None:
        draft.scope = scope or None


def _put_or_remove(draft: _Draft, name: str, instance: Attribute) -> None:
    if instance.value != NULL:
        draft.put(name, instance)
    elif draft.find(name, instance.dataset_id) is not None:
        draft.remove(name, instance.dataset_id)
    else:
        draft.refuse(name, "There is no such instance to remove.")


def partial_update(old: Entity, name: str, instances: Sequence[Attribute], now: datetime) -> Outcome:
    """Overwrite those members of an attribute that the fragment has; value and sub-attributes as wholes.

    Raises NotFound (attribute or instance), BadRequestData (another kind of attribute). Source: clauses 5.5.8, 5.6.4.
    """
    draft = _Draft(old, now)
    for instance in instances:
        stored = _needed(old, name, instance.dataset_id)
        if instance.value == NULL:
            draft.remove(name, instance.dataset_id)
            continue
        if _speaks_of_kind(instance) and instance.kind != stored.kind:
            raise BadRequestData(
                f"The attribute is a {stored.kind}; an update of its parts cannot make it a {instance.kind}."
            )
        draft.put(name, _overwritten(stored, instance))
    return draft.outcome()


def _needed(entity: Entity, name: str, dataset_id: str | None) -> Attribute:
    found = _find(entity.attributes.get(name, ()), dataset_id)
    if found is None:
        which = "" if dataset_id is None else f" with datasetId {dataset_id}"
        raise NotFound(name, f"{entity.id} has no attribute {name}{which}.")
    return found


def _speaks_of_kind(instance: Attribute) -> bool:
    return not isinstance(instance, PartialAttribute) or instance.kind_given


def _overwritten(stored: Attribute, new: Attribute) -> Attribute:
    attributes = dict(stored.attributes)
    for name, instances in new.attributes.items():
        _replace_sub(attributes, name, instances)
    kind, value = (stored.kind, stored.value) if new.value is UNSPOKEN else _fitted(stored, new, None)
    if kind != stored.kind:
        raise BadRequestData(f"The attribute is a {stored.kind}; this is not a value for it.")
    return _combined(stored, new, kind, value, attributes)


def _replace_sub(attributes: Attributes, name: str, instances: Iterable[Attribute]) -> None:
    for instance in instances:
        stored = attributes.get(name, ())
        old = _find(stored, instance.dataset_id)
        if instance.value == NULL:
            _drop_sub(attributes, name, old)
        else:
            attributes[name] = _with(stored, old, _complete(instance))


def _drop_sub(attributes: Attributes, name: str, old: Attribute | None) -> None:
    rest = tuple(one for one in attributes.get(name, ()) if one is not old)
    if rest:
        attributes[name] = rest
    else:
        attributes.pop(name, None)


def _complete(instance: Attribute) -> Attribute:
    """An instance of a fragment on its own, without what only means "remove"."""
    if instance.value is UNSPOKEN:
        raise BadRequestData("A sub-attribute that does not exist yet needs a value.")
    attributes: Attributes = {}
    for name, instances in instance.attributes.items():
        kept = tuple(_complete(one) for one in instances if one.value != NULL)
        if kept:
            attributes[name] = kept
    value = _patched(None, instance.value) if type(instance.value) is dict else instance.value
    return Attribute(
        instance.kind, value, instance.dataset_id, instance.observed_at, instance.unit_code, instance.object_type,
        attributes, None, None, instance.expires_at, instance.value_type,
    )  # fmt: skip


def _fitted(stored: Attribute, new: Attribute, lang: str | None) -> tuple[Kind, Json]:
    """(kind, value) of a new value; simplified input leaves the kind to the stored instance where the value fits it."""
    value = new.value
    if _speaks_of_kind(new) or new.kind == stored.kind:
        return new.kind, value
    kind = stored.kind
    if kind == "LanguageProperty" and lang is not None and type(value) is str:
        return kind, {lang: value}
    texts = value if type(value) is list and value else [value]
    uris = all(type(item) is str and is_uri(item) for item in texts)
    fits = {
        "Relationship": uris,
        "ListRelationship": uris and type(value) is list,
        "ListProperty": type(value) is list,
        "GeoProperty": is_geometry(value),
    }
    return (kind, value) if fits.get(kind, False) else (new.kind, value)


def _combined(
    stored: Attribute, new: Attribute, kind: Kind, value: Json, attributes: Mapping[str, tuple[Attribute, ...]]
) -> Attribute:
    """stored with all that new says besides value and sub-attributes."""
    removed = new.removed if isinstance(new, PartialAttribute) else frozenset()

    def meta(field: str) -> Json:
        if field in removed:
            return None
        given = getattr(new, field)
        return getattr(stored, field) if given is None else given

    return Attribute(
        kind, value, stored.dataset_id, meta("observed_at"), meta("unit_code"), meta("object_type"), attributes,
        stored.created_at, stored.modified_at, meta("expires_at"), meta("value_type"),
    )  # fmt: skip


def merge(
    old: Entity, fragment: Entity, now: datetime, *, observed_at: datetime | None = None, lang: str | None = None
) -> Outcome:
    """Merge patch: what is there is merged member by member, NGSI-LD Null removes, what is not there is added.

    observed_at: for instances that had an observedAt and get none from the fragment. lang: the language of texts that
    simplified input gives for a LanguageProperty. Source: clauses 5.5.12, 5.6.17, 6.5.3.4.
    """
    draft = _Draft(old, now)
    draft.add_types(fragment.types)
    _set_scope(draft, fragment.scope)
    for name, instances in fragment.attributes.items():
        for instance in instances:
            stored = draft.find(name, instance.dataset_id)
            if instance.value == NULL:
                _put_or_remove(draft, name, instance)
            elif stored is None:
                draft.put(name, _complete(instance))
            else:
                draft.put(name, _merged(stored, instance, observed_at, lang))
    return draft.outcome(fragment.expires_at)


def _merged(stored: Attribute, new: Attribute, observed_at: datetime | None, lang: str | None) -> Attribute:
    if new.value is UNSPOKEN:
        kind, value = stored.kind, stored.value
    else:
        kind, value = _fitted(stored, new, lang)
    if kind != stored.kind:
        return _complete(new)
    if type(value) is dict and kind != "GeoProperty":
        value = _patched(stored.value, value)
    attributes = stored.attributes
    if new.attributes:
        attributes = _merged_subs(attributes, new.attributes)
    merged = _combined(stored, new, kind, value, attributes)
    if observed_at is not None and new.observed_at is None and merged.observed_at is not None:
        return _combined(merged, Attribute(stored.kind, None, observed_at=observed_at), kind, value, attributes)
    return merged


def _merged_subs(stored: Mapping[str, tuple[Attribute, ...]], new: Mapping[str, tuple[Attribute, ...]]) -> Attributes:
    attributes = dict(stored)
    for name, instances in new.items():
        for instance in instances:
            old = _find(attributes.get(name, ()), instance.dataset_id)
            if instance.value == NULL:
                _drop_sub(attributes, name, old)
            else:
                merged = _complete(instance) if old is None else _merged(old, instance, None, None)
                attributes[name] = _with(attributes.get(name, ()), old, merged)
    return attributes


def _patched(target: Json, patch: Json) -> Json:
    """RFC 7396 with NGSI-LD Null in the role of null."""
    if type(patch) is not dict:
        return patch
    result = dict(target) if type(target) is dict else {}
    for name, value in patch.items():
        if value == NULL:
            result.pop(name, None)
        else:
            result[name] = _patched(result.get(name), value)
    return result


def replace(old: Entity, fragment: Entity, now: datetime) -> Outcome:
    """The entity becomes what the fragment says; types too where it names any. Source: clause 5.6.18."""
    kept = {name: instances for name, instances in old.attributes.items() if name in fragment.attributes}
    draft = _Draft(Entity(old.id, fragment.types or old.types, kept, fragment.scope or None, old.created_at), now)
    for name, instances in fragment.attributes.items():
        before = draft.attributes.pop(name, ())
        for instance in instances:
            stamped = _stamped(instance, now, _find(before, instance.dataset_id))
            draft.attributes[name] = (*draft.attributes.get(name, ()), stamped)
            draft.written.append((name, stamped))
    draft.removed += _gone(old.attributes, draft.attributes)
    changed = frozenset(old.attributes) | frozenset(draft.attributes)
    entity = Entity(old.id, draft.types, draft.attributes, draft.scope, old.created_at, now, fragment.expires_at)
    return Outcome(entity, changed, tuple(draft.removed), (), tuple(draft.written))


def _gone(
    before: Mapping[str, tuple[Attribute, ...]], after: Mapping[str, tuple[Attribute, ...]]
) -> list[tuple[str, str | None]]:
    return [
        (name, instance.dataset_id)
        for name, instances in before.items()
        for instance in instances
        if _find(after.get(name, ()), instance.dataset_id) is None
    ]


def replace_attribute(old: Entity, name: str, instances: Sequence[Attribute], now: datetime) -> Outcome:
    """Replace instances that exist. Raises NotFound. Source: clause 5.6.19."""
    draft = _Draft(old, now)
    for instance in instances:
        _needed(old, name, instance.dataset_id)
        draft.put(name, instance)
    return draft.outcome()


def delete_attribute(
    old: Entity, name: str, now: datetime, *, dataset_id: str | None = None, delete_all: bool = False
) -> Outcome:
    """Remove the instance of dataset_id (None: the default one), or all. The scope is removed by its expanded name.

    Raises NotFound. Source: clause 5.6.5.
    """
    draft = _Draft(old, now)
    if name == SCOPE:
        if old.scope is None:
            raise NotFound(name, f"{old.id} has no scope.")
        draft.scope = None
        return draft.outcome()
    if delete_all and name in old.attributes:
        for instance in old.attributes[name]:
            draft.remove(name, instance.dataset_id)
        return draft.outcome()
    _needed(old, name, dataset_id)
    draft.remove(name, dataset_id)
    return draft.outcome()


def upsert(old: Entity | None, fragment: Entity, now: datetime) -> Outcome:
    """Create the entity, or add to it with overwriting: what a feed does."""
    return create(fragment, now) if old is None else append(old, fragment, now, overwrite=True)


def observations(outcome: Outcome, now: datetime) -> list[Observation]:
    """What the history learns from a change: each instance written, each one removed (instance None)."""
    entity = outcome.entity
    entity_type = entity.types[0] if entity.types else ""
    written = [_observation(entity_type, entity.id, name, instance, now) for name, instance in outcome.written]
    removed = [
        Observation(entity_type, entity.id, name, dataset_id, now, now, False, None)
        for name, dataset_id in outcome.removed
    ]
    return written + removed


def _observation(entity_type: str, entity_id: str, name: str, instance: Attribute, now: datetime) -> Observation:
    observed = instance.observed_at is not None
    at = instance.observed_at or now
    return Observation(entity_type, entity_id, name, instance.dataset_id, at, now, observed, instance)


def same_content(one: Attribute, other: Attribute) -> bool:
    """Equal but for the system's own times."""
    return _content(one) == _content(other)


def _content(instance: Attribute) -> tuple[Json, ...]:
    return (
        instance.kind,
        instance.value,
        instance.dataset_id,
        instance.observed_at,
        instance.unit_code,
        instance.object_type,
        instance.attributes,
        instance.expires_at,
        instance.value_type,
    )
