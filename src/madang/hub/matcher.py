"""Which subscriptions a change concerns. Pure but for its index."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

from madang.model.change import Change
from madang.model.entity import Entity
from madang.model.query import Query, TypeExpr
from madang.model.subscription import EntitySelector, Subscription, Trigger
from madang.ngsild.evaluate import matches, matches_datasets, matches_geo, matches_q, matches_scope
from madang.ngsild.types_query import type_names

ANY = ""

Key = tuple[str, str, str]
"""tenant; ``t`` + type, ``i`` + entity id, or ANY; watched attribute or ANY."""


class Matcher:
    """Subscriptions by what can concern them, so that a write costs a few look-ups however many there are."""

    def __init__(self) -> None:
        self._by_key: dict[Key, dict[str, Subscription]] = {}
        self._keys: dict[tuple[str, str], frozenset[Key]] = {}

    def put(self, tenant: str, subscription: Subscription) -> None:
        """Add, or replace the one of the same id."""
        self.remove(tenant, subscription.id)
        keys = frozenset(_keys(tenant, subscription))
        self._keys[tenant, subscription.id] = keys
        for key in keys:
            self._by_key.setdefault(key, {})[subscription.id] = subscription

    def remove(self, tenant: str, subscription_id: str) -> None:
        for key in self._keys.pop((tenant, subscription_id), ()):
            bucket = self._by_key[key]
            del bucket[subscription_id]
            if not bucket:
                del self._by_key[key]

    def find(self, change: Change) -> list[Subscription]:
        """Those that want to hear of this change, whatever their status, in the order of their ids."""
        candidates = self.candidates(change)
        return [candidates[name] for name in sorted(candidates) if concerns(candidates[name], change)]

    def candidates(self, change: Change) -> dict[str, Subscription]:
        found: dict[str, Subscription] = {}
        if self._by_key:
            for key in _looked_up(change):
                bucket = self._by_key.get(key)
                if bucket is not None:
                    found.update(bucket)
        return found


def _keys(tenant: str, subscription: Subscription) -> Iterator[Key]:
    watched = subscription.watched or (ANY,)
    for place in _places(subscription):
        for name in watched:
            yield tenant, place, name


def _places(subscription: Subscription) -> Iterable[str]:
    if not subscription.selectors:
        return [ANY]
    places: list[str] = []
    for selector in subscription.selectors:
        if selector.id is not None:
            places.append("i" + selector.id)
        elif selector.types is not None:
            places += ["t" + name for name in type_names(selector.types)]
        else:
            places.append(ANY)
    return places


def _looked_up(change: Change) -> Iterator[Key]:
    types = {name for entity in (change.before, change.after) if entity is not None for name in entity.types}
    for place in (ANY, "i" + change.entity_id, *("t" + name for name in types)):
        yield change.tenant, place, ANY
        for name in change.attributes:
            yield change.tenant, place, name


def concerns(subscription: Subscription, change: Change) -> bool:
    """Triggers, selectors and filters all let the change through. Source: GS CIM 009 v1.9.1, clause 5.8.6."""
    entity = change.after if change.after is not None else change.before
    return (
        entity is not None
        and not triggers_of(change, subscription.watched).isdisjoint(subscription.triggers)
        and selects(subscription, entity)
        and passes(subscription, entity)
    )


def triggers_of(change: Change, watched: tuple[str, ...]) -> set[Trigger]:
    """What happened to the watched attributes (all, where none are named)."""
    names = change.attributes.intersection(watched) if watched else change.attributes
    if watched and not names:
        return set()
    happened: set[Trigger] = set()
    if change.kind == "created":
        happened.add("entityCreated")
    elif change.kind == "deleted":
        happened.add("entityDeleted")
    else:
        happened.add("entityUpdated")
    for name in names:
        happened.update(_attribute_triggers(change, name))
    return happened


def _attribute_triggers(change: Change, name: str) -> Iterator[Trigger]:
    before = _instances(change.before, name)
    after = _instances(change.after, name)
    if after.keys() - before.keys():
        yield "attributeCreated"
    if before.keys() - after.keys():
        yield "attributeDeleted"
    if any(before[dataset] is not after[dataset] for dataset in before.keys() & after.keys()):
        yield "attributeUpdated"


def _instances(entity: Entity | None, name: str) -> dict[Hashable, object]:
    return {one.dataset_id: one for one in entity.attributes.get(name, ())} if entity is not None else {}


def selects(subscription: Subscription, entity: Entity) -> bool:
    return not subscription.selectors or any(_fits(selector, entity) for selector in subscription.selectors)


def _fits(selector: EntitySelector, entity: Entity) -> bool:
    return matches(selection(selector), entity)


def selection(selector: EntitySelector) -> Query:
    """The query that finds a selector's entities. An id takes precedence over a pattern (clause 5.2.33)."""
    types: TypeExpr | None = selector.types
    ids = () if selector.id is None else (selector.id,)
    return Query(types=types, ids=ids, id_pattern=None if ids else selector.id_pattern)


def passes(subscription: Subscription, entity: Entity) -> bool:
    return (
        (subscription.scope is None or matches_scope(subscription.scope, entity.scope or ()))
        and (not subscription.dataset_ids or matches_datasets(subscription.dataset_ids, entity))
        and (subscription.q is None or matches_q(subscription.q, entity))
        and (subscription.geo is None or matches_geo(subscription.geo, entity))
    )


@dataclass(frozen=True, slots=True)
class Notice:
    """What one subscription is to be told of one commit."""

    subscription: Subscription
    changes: tuple[Change, ...]


def notices(matcher: Matcher, changes: Iterable[Change]) -> list[Notice]:
    """One notice per subscription, its changes in commit order."""
    found: dict[str, tuple[Subscription, list[Change]]] = {}
    for change in changes:
        for subscription in matcher.find(change):
            found.setdefault(subscription.id, (subscription, []))[1].append(change)
    return [Notice(subscription, tuple(told)) for subscription, told in found.values()]
