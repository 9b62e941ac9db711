"""The city at a past moment."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from madang.model.entity import Attribute, Entity
from madang.model.observation import Observation
from madang.model.query import Query
from madang.ngsild.evaluate import matches
from madang.ports.history import HistoryStore
from madang.ports.state import StateStore

PAGE = 1000

Seen = Mapping[str, Observation]
"""Attribute -> last observation."""


@dataclass(frozen=True, slots=True)
class Past:
    """One page of the city as it was. total: all matches."""

    items: Sequence[Entity]
    total: int


async def city_at(
    state: StateStore, history: HistoryStore, tenant: str, query: Query, at: datetime, *, lookback_s: float
) -> Past:
    """Entities as they stood at ``at``, by id.

    An attribute without observedAt (a name, a position) is taken as it is now; one with it is what was last observed
    within lookback_s before ``at``, and is left out where nothing was. The query's filters see the past values; its
    order is by id.
    """
    selection = Query(types=query.types, ids=query.ids, id_pattern=query.id_pattern)
    now = [entity async for entity in _all(state, tenant, selection)]
    seen: dict[str, Seen] = {}
    for entity_type in sorted({entity.types[0] for entity in now}):
        seen.update(await history.as_of(tenant, entity_type, (), at, lookback_s=lookback_s))
    past = [entity_at(entity, seen.get(entity.id, {})) for entity in now]
    found = [entity for entity in past if matches(query, entity)]
    return Past(found[query.offset : query.offset + query.limit], len(found))


async def _all(state: StateStore, tenant: str, selection: Query) -> AsyncIterator[Entity]:
    offset = 0
    while True:
        page = await state.query(tenant, replace(selection, limit=PAGE, offset=offset))
        for stored in page.items:
            yield stored.entity()
        if len(page.items) < PAGE:
            return
        offset += PAGE


def entity_at(entity: Entity, seen: Seen) -> Entity:
    """Timeless instances stay; observed ones are replaced by what was last seen, or dropped."""
    attributes: dict[str, tuple[Attribute, ...]] = {}
    for name, instances in entity.attributes.items():
        kept = tuple(instance for instance in instances if instance.observed_at is None)
        if kept:
            attributes[name] = kept
    for name, observation in seen.items():
        if observation.observed and observation.instance is not None:
            attributes[name] = (*attributes.get(name, ()), observation.instance)
    return msgspec.structs.replace(entity, attributes=attributes)
