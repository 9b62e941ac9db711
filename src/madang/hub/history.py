"""The city's history: the use cases of the temporal API, and what charts and the SQL page ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

import msgspec

from madang.errors import NotFound, TooComplexQuery
from madang.model.entity import Attribute, Entity
from madang.model.observation import Observation, Series
from madang.model.query import Query, TemporalQuery, Window
from madang.ngsild.evaluate import matches
from madang.ports.clock import Clock
from madang.ports.history import Bucket, HistorySize, HistoryStore, Points, Table, Usual

from .entities import Entities

INSTANCES_MAX = 100_000
"""Most instances that one answer carries; a question for more is refused, for a part would look like the whole."""


@dataclass(frozen=True, slots=True)
class Evolution:
    """One entity over time. observations: ordered by (attribute, dataset_id, at), deletions included.

    buckets: instead of them where the query aggregates. types and scope as they are now; of an entity that is
    gone, the type its history was kept under.
    """

    entity_id: str
    types: tuple[str, ...]
    scope: tuple[str, ...] | None
    observations: Sequence[Observation] = ()
    buckets: Sequence[Bucket] = ()


@dataclass(frozen=True, slots=True)
class EvolutionPage:
    """total: all entities that match."""

    items: Sequence[Evolution]
    total: int


class History:
    """Every method takes the tenant first. Reads of a tenant nobody wrote to raise NonexistentTenant."""

    def __init__(self, entities: Entities, store: HistoryStore, clock: Clock) -> None:
        self._entities = entities
        self._store = store
        self._clock = clock

    # The temporal API

    async def retrieve(self, tenant: str, entity_id: str, attributes: Sequence[str], query: TemporalQuery) -> Evolution:
        """Raises NotFound where nothing was ever observed of the entity (or of these attributes)."""
        await self._entities.check_tenant(tenant)
        now = await self._find(tenant, [entity_id])
        if entity_id not in now and not await self._known(tenant, entity_id):
            raise NotFound(entity_id)
        page = await self._evolutions(tenant, [entity_id], attributes, query, now)
        if page.items:
            return page.items[0]
        if entity_id not in now:
            raise NotFound(entity_id)
        return Evolution(entity_id, now[entity_id].types, now[entity_id].scope)

    async def query(self, tenant: str, asked: Query, attributes: Sequence[str], query: TemporalQuery) -> EvolutionPage:
        """Entities with observations in the window; the filters of ``asked`` look at what they are now, or, of an
        entity that is gone, at its last observed values. One page, by id."""
        await self._entities.check_tenant(tenant)
        ids = await self._candidates(tenant, asked, attributes, query)
        page = ids[asked.offset : asked.offset + asked.limit]
        now = await self._find(tenant, page)
        found = await self._evolutions(tenant, page, attributes, query, now)
        return replace(found, total=len(ids))

    async def _candidates(
        self, tenant: str, asked: Query, attributes: Sequence[str], query: TemporalQuery
    ) -> Sequence[str]:
        """Ids with an observation in the window that the filters let through, sorted."""
        seen = await self._store.entity_ids(tenant, (), attributes, query)
        if not seen:
            return []
        found = []
        for start in range(0, len(seen), 1000):
            ids = seen[start : start + 1000]
            now = await self._find(tenant, ids)
            gone = [entity_id for entity_id in ids if entity_id not in now]
            known = now | await self._last_known(tenant, gone)
            found += [i for i in ids if i in known and matches(_without_attributes(asked), known[i])]
        return found

    async def _last_known(self, tenant: str, ids: Sequence[str]) -> dict[str, Entity]:
        """Entities that are gone, put together from their last observations."""
        if not ids:
            return {}
        seen = await self._store.instances(tenant, ids, (), TemporalQuery(last_n=1), limit=INSTANCES_MAX)
        return {
            entity_id: _last_state(entity_id, list(rows))
            for entity_id, rows in groupby(seen, key=lambda observation: observation.entity_id)
        }

    async def _find(self, tenant: str, ids: Sequence[str]) -> dict[str, Entity]:
        page = await self._entities.query(tenant, Query(ids=tuple(ids), limit=len(ids))) if ids else None
        decoded = [stored.entity() for stored in page.items] if page else []
        return {entity.id: entity for entity in decoded}

    async def _known(self, tenant: str, entity_id: str) -> bool:
        return bool(await self._store.instances(tenant, [entity_id], (), TemporalQuery(last_n=1), limit=1))

    async def _evolutions(
        self,
        tenant: str,
        ids: Sequence[str],
        attributes: Sequence[str],
        query: TemporalQuery,
        now: Mapping[str, Entity],
    ) -> EvolutionPage:
        if not ids:
            return EvolutionPage((), 0)
        if query.aggregation is not None:
            buckets = await self._store.buckets(tenant, ids, attributes, query)
            kinds = await self._last_known(tenant, [i for i in ids if i not in now])
            return EvolutionPage(_aggregated(buckets, {**kinds, **now}), len(ids))
        rows = await self._store.instances(tenant, ids, attributes, query, limit=INSTANCES_MAX + 1)
        if len(rows) > INSTANCES_MAX:
            raise TooComplexQuery(
                f"The answer has more than {INSTANCES_MAX} instances; narrow it by time, attrs, lastN or limit."
            )
        items = [
            _evolution(entity_id, list(group), now.get(entity_id))
            for entity_id, group in groupby(rows, key=lambda observation: observation.entity_id)
        ]
        return EvolutionPage(items, len(ids))

    async def put(self, tenant: str, evolution: Entity) -> bool:
        """Add an entity's evolution (attributes with all their instances) to the history. True if it was not known.

        The live entity is made or brought up to date with the newest instance of each attribute.
        """
        await self._check_past(tenant, evolution.id, evolution.types)
        known = await self._known(tenant, evolution.id)
        await self._store.append(tenant, _observations(evolution, self._clock.now()))
        await self._entities.commit(tenant, [_newest(evolution)])
        return not known

    async def append(self, tenant: str, evolution: Entity) -> None:
        """Raises NotFound where the entity is not known."""
        await self._entities.check_tenant(tenant)
        if not await self._known_now(tenant, evolution.id):
            raise NotFound(evolution.id)
        now = await self._find(tenant, [evolution.id])
        known = now or await self._last_known(tenant, [evolution.id])
        types = evolution.types or known[evolution.id].types
        self._entities.check_past((*types, *known[evolution.id].types))
        evolution = msgspec.structs.replace(evolution, types=types)
        await self._store.append(tenant, _observations(evolution, self._clock.now()))
        if now:
            await self._entities.commit(tenant, [_newest(evolution)])

    async def _known_now(self, tenant: str, entity_id: str) -> bool:
        return bool(await self._find_untold(tenant, entity_id)) or await self._known(tenant, entity_id)

    async def _find_untold(self, tenant: str, entity_id: str) -> bool:
        """Is there a live entity? (Also for a tenant that is only about to exist.)"""
        if tenant and tenant not in await self._entities.tenants():
            return False
        return entity_id in await self._find(tenant, [entity_id])

    async def forget(
        self,
        tenant: str,
        entity_id: str,
        attribute: str | None = None,
        *,
        dataset_id: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Delete an entity's history, one attribute's, or one instance's. Raises NotFound where there is none."""
        await self._entities.check_tenant(tenant)
        await self._check_past(tenant, entity_id)
        if not await self._store.forget(tenant, entity_id, attribute, dataset_id, at):
            raise NotFound(entity_id, f"There is no such history of {entity_id}.")

    async def _check_past(self, tenant: str, entity_id: str, types: Sequence[str] = ()) -> None:
        """Raises Immutable where it is, was, or would become a record."""
        known: Mapping[str, Entity] = {}
        if not tenant or tenant in await self._entities.tenants():
            known = await self._find(tenant, [entity_id]) or await self._last_known(tenant, [entity_id])
        self._entities.check_past((*types, *(known[entity_id].types if entity_id in known else ())))

    async def forget_attribute(self, tenant: str, entity_id: str, attribute: str, dataset_id: str | None) -> None:
        """Delete the history of one of an attribute's datasets; None is the default one. Raises NotFound."""
        if dataset_id is not None:
            return await self.forget(tenant, entity_id, attribute, dataset_id=dataset_id)
        await self._entities.check_tenant(tenant)
        await self._check_past(tenant, entity_id)
        rows = await self._store.instances(tenant, [entity_id], [attribute], TemporalQuery(), limit=INSTANCES_MAX)
        if all(row.dataset_id is None for row in rows):
            return await self.forget(tenant, entity_id, attribute)
        for row in rows:
            if row.dataset_id is None:
                await self._store.forget(tenant, entity_id, attribute, None, row.at)
        return None

    # Charts, boards, SQL

    async def load(self, tenant: str, series: Series) -> int:
        """Bulk import, see HistoryStore.load."""
        return await self._store.load(tenant, series)

    async def points(self, tenant: str, entity_id: str, attribute: str, window: Window, *, most: int) -> Points:
        return await self._store.points(tenant, entity_id, attribute, window, most=most)

    async def buckets(
        self, tenant: str, entity_ids: Sequence[str], attributes: Sequence[str], query: TemporalQuery
    ) -> Sequence[Bucket]:
        return await self._store.buckets(tenant, entity_ids, attributes, query)

    async def usual(
        self,
        tenant: str,
        entity_type: str,
        attribute: str,
        window: Window,
        *,
        timezone: str,
        entity_ids: Sequence[str] = (),
    ) -> Sequence[Usual]:
        return await self._store.usual(tenant, entity_type, attribute, window, timezone=timezone, entity_ids=entity_ids)

    async def as_of(
        self, tenant: str, entity_type: str, attributes: Sequence[str], at: datetime, *, lookback_s: float
    ) -> Mapping[str, Mapping[str, Observation]]:
        return await self._store.as_of(tenant, entity_type, attributes, at, lookback_s=lookback_s)

    async def sql(self, tenant: str, text: str, *, row_limit: int, timeout_s: float) -> Table:
        return await self._store.sql(tenant, text, row_limit=row_limit, timeout_s=timeout_s)

    async def size(self, tenant: str) -> HistorySize:
        return await self._store.size(tenant)


def _without_attributes(asked: Query) -> Query:
    """What filters on the state; the attributes asked for are looked for in the history."""
    return replace(asked, attributes=(), order=())


def _evolution(entity_id: str, rows: Sequence[Observation], now: Entity | None) -> Evolution:
    types = now.types if now is not None else tuple(sorted({row.entity_type for row in rows}))
    return Evolution(entity_id, types, now.scope if now is not None else None, rows)


def _aggregated(buckets: Sequence[Bucket], known: Mapping[str, Entity]) -> Sequence[Evolution]:
    return [
        Evolution(entity_id, known[entity_id].types, known[entity_id].scope, buckets=list(rows))
        for entity_id, rows in groupby(buckets, key=lambda bucket: bucket.entity_id)
        if entity_id in known
    ]


def _last_state(entity_id: str, rows: Sequence[Observation]) -> Entity:
    attributes: dict[str, tuple[Attribute, ...]] = {}
    for row in rows:
        if row.instance is not None:
            attributes[row.attribute] = (*attributes.get(row.attribute, ()), row.instance)
    return Entity(entity_id, tuple(sorted({row.entity_type for row in rows})), attributes)


def _observations(evolution: Entity, now: datetime) -> list[Observation]:
    kind = evolution.types[0]
    return [
        Observation(
            kind,
            evolution.id,
            name,
            one.dataset_id,
            one.observed_at or now,
            now,
            one.observed_at is not None,
            msgspec.structs.replace(one, created_at=now, modified_at=now),
        )
        for name, instances in evolution.attributes.items()
        for one in instances
    ]


def _newest(evolution: Entity) -> Entity:
    """The evolution's last instance of each attribute and dataset: what the entity is now."""
    attributes = {}
    for name, instances in evolution.attributes.items():
        last: dict[str | None, Attribute] = {}
        for one in instances:
            known = last.get(one.dataset_id)
            if known is None or _later(one, known):
                last[one.dataset_id] = one
        attributes[name] = tuple(last.values())
    return msgspec.structs.replace(evolution, attributes=attributes)


def _later(one: Attribute, known: Attribute) -> bool:
    return one.observed_at is None or (known.observed_at is not None and one.observed_at >= known.observed_at)
