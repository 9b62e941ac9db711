"""The reference model of the state store: a dict per tenant and the plain evaluator. For tests and for reading."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from madang.errors import Conflict
from madang.model.entity import Entity, encode_entity
from madang.model.query import Query
from madang.ngsild.evaluate import matches, sort_entities
from madang.ports.state import Page, Stored, Write

CommitListener = Callable[[str, Sequence[Write]], None]
"""Told of each commit while it happens: (tenant, writes). Where a memory history takes its observations from."""


class MemoryStateStore:
    """Implements ports.state.StateStore; forgets everything when the process ends."""

    def __init__(self, on_commit: CommitListener | None = None) -> None:
        self._tenants: dict[str, dict[str, Stored]] = {}
        self._on_commit = on_commit

    async def get(self, tenant: str, entity_id: str) -> Stored | None:
        return self._tenants.get(tenant, {}).get(entity_id)

    async def get_many(self, tenant: str, entity_ids: Sequence[str]) -> Mapping[str, Stored]:
        rows = self._tenants.get(tenant, {})
        return {entity_id: rows[entity_id] for entity_id in entity_ids if entity_id in rows}

    async def commit(self, tenant: str, writes: Sequence[Write]) -> Sequence[int]:
        rows = self._tenants.get(tenant, {})
        changed = dict(rows)
        versions = [_apply(changed, write) for write in writes]
        if self._on_commit is not None:
            self._on_commit(tenant, writes)
        self._tenants[tenant] = changed
        return versions

    async def query(self, tenant: str, query: Query) -> Page:
        decoded = [(stored.entity(), stored) for stored in self._tenants.get(tenant, {}).values()]
        found = sort_entities(((entity, stored) for entity, stored in decoded if matches(query, entity)), query.order)
        return Page(found[query.offset : query.offset + query.limit], len(found) if query.count else None)

    async def count_types(self, tenant: str) -> Mapping[str, int]:
        return Counter(name for entity in self._entities(tenant) for name in entity.types)

    async def count_attributes(self, tenant: str) -> Mapping[str, Mapping[str, int]]:
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for entity in self._entities(tenant):
            for name in entity.attributes:
                counts[name].update(entity.types)
        return counts

    async def scan(self, tenant: str) -> AsyncIterator[Stored]:
        for entity_id in sorted(self._tenants.get(tenant, {})):
            stored = self._tenants[tenant].get(entity_id)
            if stored is not None:
                yield stored
            await asyncio.sleep(0)

    async def tenants(self) -> Sequence[str]:
        return sorted(self._tenants)

    def _entities(self, tenant: str) -> list[Entity]:
        return [stored.entity() for stored in self._tenants.get(tenant, {}).values()]


def _apply(rows: dict[str, Stored], write: Write) -> int:
    """One write on a copy of the tenant's rows. Raises Conflict."""
    old = rows.get(write.entity_id)
    if (old.version if old else None) != write.expect:
        raise Conflict(write.entity_id)
    if write.entity is None:
        rows.pop(write.entity_id, None)
        return 0
    version = old.version + 1 if old else 1
    rows[write.entity_id] = Stored(version, encode_entity(write.entity))
    return version
