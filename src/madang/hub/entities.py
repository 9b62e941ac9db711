"""Entities of the city: the use cases behind every door and every feed, and the one way state is written."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

import msgspec

from madang.errors import AlreadyExists, Conflict, Immutable, InputError, NonexistentTenant, NotFound, StateError
from madang.model.change import Change, ChangeKind
from madang.model.entity import Attribute, Entity
from madang.model.observation import Observation
from madang.model.query import Query
from madang.ngsild import merge
from madang.ngsild.merge import Outcome
from madang.ports.bus import Bus
from madang.ports.clock import Clock
from madang.ports.history import HistoryStore
from madang.ports.state import Page, StateStore, Stored, Write

from .expiry import is_expired, next_expiry, without_expired
from .late import late_observations, says_nothing_new, split_late
from .past import Past, city_at
from .reports import BatchReport, CommitReport, Refused
from .turns import Turns

BatchOp = Literal["create", "upsert", "upsert-update", "update", "update-no-overwrite", "merge", "delete"]
Late = Literal["history", "overwrite"]

TRIES = 8
"""Writers of this process take turns, so a Conflict means another process; eight in a row mean something is wrong."""

SWEEP_S = 1.0
PURGE_PAGE = 1000


class Effect(msgspec.Struct, frozen=True, gc=False):
    """What one step makes of one entity. after None: it is gone. outcome None: nothing but that happened.

    aside: observations for the history only.
    """

    after: Entity | None
    outcome: Outcome | None = None
    created: bool = False
    aside: tuple[Observation, ...] = ()


Step = Callable[[Entity | None, datetime], Effect]
"""A pure change of one entity: what is there (None: nothing) and the commit's time give what is there afterwards.
Raises InputError or StateError where it may not be done."""

Result = Effect | InputError | StateError

Guard = Callable[[Entity | None, Entity | None], None]
"""Sees an entity of its type before and after a step (None: not there) and raises InputError or StateError where the
step may not be done. Pure."""

Guards = Mapping[str, Guard]
"""Entity type (expanded) -> guard."""

NO_GUARDS: Guards = {}


@dataclass(slots=True)
class _Draft:
    """One entity on its way through a commit: as it was, and as it is after the steps so far."""

    stored: Stored | None
    before: Entity | None
    after: Entity | None
    changed: set[str] = field(default_factory=set)
    observations: list[Observation] = field(default_factory=list)
    touched: bool = False

    def apply(self, step: Step, now: datetime, guards: Guards) -> Result:
        try:
            effect = step(self.after, now)
            if guards and effect.after is not self.after:
                _check(guards, self.after, effect.after)
        except (InputError, StateError) as exc:
            return exc
        if effect.after is None:
            self._delete(now)
        elif effect.outcome is not None and (effect.created or _differs(self.after, effect.outcome)):
            self.observations.extend(merge.observations(effect.outcome, now))
            self.changed |= effect.outcome.changed
            self.after = effect.after
            self.touched = True
        return effect

    def _delete(self, now: datetime) -> None:
        if self.after is not None:
            self.observations.extend(farewells(self.after, now))
            self.changed |= self.after.attributes.keys()
            self.after = None
            self.touched = True

    def write(self, entity_id: str) -> Write:
        return Write(entity_id, self.after, self.stored.version if self.stored else None, self.observations)

    def change(self, tenant: str, entity_id: str, now: datetime) -> Change:
        kind: ChangeKind = "created" if self.before is None else "deleted" if self.after is None else "updated"
        return Change(tenant, entity_id, kind, self.before, self.after, frozenset(self.changed), now)


class Entities:
    """Every method takes the tenant first ("" is the default one). Reads of a tenant nobody ever wrote to raise
    NonexistentTenant. A write that returned is durable, and its changes are on the bus."""

    def __init__(
        self, state: StateStore, history: HistoryStore, bus: Bus, clock: Clock, guards: Guards | None = None
    ) -> None:
        self._guards = guards or {}
        self._state = state
        self._history = history
        self._bus = bus
        self._clock = clock
        self._turns = Turns()
        self._tenants: set[str] = {""}
        self.started_at = clock.now()
        self._expiring: list[tuple[datetime, str, str]] = []

    # Reading

    async def check_tenant(self, tenant: str) -> None:
        """Raises NonexistentTenant."""
        if tenant not in self._tenants:
            self._tenants.update(await self._state.tenants())
            if tenant not in self._tenants:
                raise NonexistentTenant(tenant)

    async def retrieve(self, tenant: str, entity_id: str) -> Stored:
        """Raises NotFound."""
        if tenant not in self._tenants:
            await self.check_tenant(tenant)
        stored = await self._state.get(tenant, entity_id)
        if stored is None:
            raise NotFound(entity_id)
        return stored

    async def query(self, tenant: str, query: Query) -> Page:
        if tenant not in self._tenants:
            await self.check_tenant(tenant)
        return await self._state.query(tenant, query)

    async def query_at(self, tenant: str, query: Query, at: datetime, *, lookback_s: float) -> Past:
        """The city at ``at``, see past.city_at."""
        await self.check_tenant(tenant)
        return await city_at(self._state, self._history, tenant, query, at, lookback_s=lookback_s)

    async def count_types(self, tenant: str) -> Mapping[str, int]:
        """Entities by type."""
        await self.check_tenant(tenant)
        return await self._state.count_types(tenant)

    async def count_attributes(self, tenant: str) -> Mapping[str, Mapping[str, int]]:
        """Attribute name -> entity type -> entities that have it."""
        await self.check_tenant(tenant)
        return await self._state.count_attributes(tenant)

    def check_past(self, types: Iterable[str]) -> None:
        """Raises Immutable where entities of one of these types are records: their past is not written afterwards."""
        guarded = self._guards.keys() & set(types)
        if guarded:
            raise Immutable(min(guarded), "The history of a record is not changed; enter a new record instead.")

    def scan(self, tenant: str) -> AsyncIterator[Stored]:
        """All entities in id order; does not block writers."""
        return self._state.scan(tenant)

    async def tenants(self) -> Sequence[str]:
        return await self._state.tenants()

    # Writing one entity. All but create raise NotFound; all raise BadRequestData where the merge refuses.

    async def create(self, tenant: str, entity: Entity) -> None:
        """Raises AlreadyExists."""
        await self._change(tenant, entity.id, batch_step("create", entity))

    async def append(self, tenant: str, entity_id: str, fragment: Entity, *, overwrite: bool = True) -> Outcome:
        """Add attributes; those already there are replaced, or with overwrite=False left and named in not_updated."""
        return await self._merge(tenant, entity_id, lambda e, now: merge.append(e, fragment, now, overwrite=overwrite))

    async def update(self, tenant: str, entity_id: str, fragment: Entity) -> Outcome:
        """Replace attributes that are there; the others are named in not_updated."""
        return await self._merge(tenant, entity_id, lambda e, now: merge.update(e, fragment, now))

    async def partial_update(self, tenant: str, entity_id: str, name: str, instances: Sequence[Attribute]) -> Outcome:
        """Change members of one attribute's instances."""
        return await self._merge(tenant, entity_id, lambda e, now: merge.partial_update(e, name, tuple(instances), now))

    async def replace_attribute(
        self, tenant: str, entity_id: str, name: str, instances: Sequence[Attribute]
    ) -> Outcome:
        return await self._merge(
            tenant, entity_id, lambda e, now: merge.replace_attribute(e, name, tuple(instances), now)
        )

    async def delete_attribute(
        self, tenant: str, entity_id: str, name: str, *, dataset_id: str | None = None, delete_all: bool = False
    ) -> Outcome:
        """Delete the default instance, or the one of dataset_id, or all of them."""
        return await self._merge(
            tenant,
            entity_id,
            lambda e, now: merge.delete_attribute(e, name, now, dataset_id=dataset_id, delete_all=delete_all),
        )

    async def merge(
        self,
        tenant: str,
        entity_id: str,
        fragment: Entity,
        *,
        observed_at: datetime | None = None,
        lang: str | None = None,
    ) -> Outcome:
        """Merge-patch: members are merged deeply, NGSI-LD Null removes."""
        return await self._merge(
            tenant, entity_id, lambda e, now: merge.merge(e, fragment, now, observed_at=observed_at, lang=lang)
        )

    async def replace(self, tenant: str, entity_id: str, entity: Entity) -> Outcome:
        return await self._merge(tenant, entity_id, lambda e, now: merge.replace(e, entity, now))

    async def delete(self, tenant: str, entity_id: str) -> None:
        """The entity leaves the present; its history stays."""
        await self._change(tenant, entity_id, batch_step("delete", Entity(entity_id)))

    # Writing many

    async def batch(self, tenant: str, op: BatchOp, items: Sequence[Entity]) -> BatchReport:
        """All or nothing per entity, one durable commit for all. A delete needs only the ids."""
        ids = [item.id for item in items]
        results = await self._commit(tenant, [(item.id, batch_step(op, item)) for item in items])
        done = tuple(i for i, result in zip(ids, results, strict=True) if isinstance(result, Effect))
        created = tuple(
            i for i, result in zip(ids, results, strict=True) if isinstance(result, Effect) and result.created
        )
        return BatchReport(done, created, refused(ids, results))

    async def commit(self, tenant: str, fragments: Sequence[Entity], *, late: Late = "history") -> CommitReport:
        """The door for feeds: upsert each fragment's attributes.

        An attribute observed before the stored one goes to the history only (late="history"), or takes its place
        (late="overwrite", after the city clock jumped).
        """
        results = await self._commit(tenant, [(f.id, feed_step(f, late)) for f in fragments])
        errors = refused([f.id for f in fragments], results)
        effects = [result for result in results if isinstance(result, Effect)]
        unchanged = sum(effect.outcome is None and not effect.aside for effect in effects)
        behind = sum(bool(effect.aside) for effect in effects)
        return CommitReport(len(effects) - unchanged, behind, unchanged, errors)

    async def purge(self, tenant: str, query: Query) -> BatchReport:
        """Delete every entity the query matches (its limit and offset aside)."""
        await self.check_tenant(tenant)
        done: list[str] = []
        errors: list[Refused] = []
        while page := await self._matching(tenant, query, after=len(errors)):
            report = await self.batch(tenant, "delete", page)
            done += report.done
            errors += report.errors
        return BatchReport(tuple(done), (), tuple(errors))

    async def _matching(self, tenant: str, query: Query, *, after: int) -> Sequence[Entity]:
        page = await self._state.query(tenant, replace(query, limit=PURGE_PAGE, offset=after, count=False))
        return [stored.entity() for stored in page.items]

    # Expiry

    async def run(self) -> None:
        """Removes what has expired, once a second, for ever."""
        await self._find_expiring()
        while True:
            await self.sweep(self._clock.now())
            await asyncio.sleep(SWEEP_S)

    async def sweep(self, now: datetime) -> int:
        """Delete transient entities and attributes whose expiresAt has passed. Returns entities looked at."""
        due: dict[str, set[str]] = {}
        while self._expiring and self._expiring[0][0] <= now:
            _, tenant, entity_id = heapq.heappop(self._expiring)
            due.setdefault(tenant, set()).add(entity_id)
        for tenant, ids in due.items():
            await self._commit(tenant, [(i, _expire) for i in sorted(ids)])
        return sum(map(len, due.values()))

    async def _find_expiring(self) -> None:
        self._expiring.clear()
        for tenant in await self._state.tenants():
            async for stored in self._state.scan(tenant):
                if b'"expires_at"' in stored.body:
                    self._note_expiry(tenant, stored.entity())

    def _note_expiry(self, tenant: str, entity: Entity) -> None:
        at = next_expiry(entity)
        if at is not None:
            heapq.heappush(self._expiring, (at, tenant, entity.id))

    # The one way to write

    async def _merge(self, tenant: str, entity_id: str, act: Callable[[Entity, datetime], Outcome]) -> Outcome:
        effect = await self._change(tenant, entity_id, _on_existing(entity_id, act))
        assert effect.outcome is not None  # _on_existing always gives one
        return effect.outcome

    async def _change(self, tenant: str, entity_id: str, step: Step) -> Effect:
        (result,) = await self._commit(tenant, [(entity_id, step)])
        if not isinstance(result, Effect):
            raise result
        return result

    async def _commit(self, tenant: str, steps: Sequence[tuple[str, Step]]) -> Sequence[Result]:
        """Apply the steps in order and write what came of them in one commit. One result per step."""
        ids = sorted({entity_id for entity_id, _ in steps})
        async with self._turns.of([(tenant, entity_id) for entity_id in ids]):
            for _ in range(TRIES):
                now = self._clock.now()
                drafts = _drafts(ids, await self._state.get_many(tenant, ids), now)
                results = [drafts[entity_id].apply(step, now, self._guards) for entity_id, step in steps]
                try:
                    await self._store(tenant, drafts, results)
                except Conflict:
                    continue
                self._announce(tenant, drafts, now)
                return results
        raise Conflict(ids[0])

    async def _store(self, tenant: str, drafts: Mapping[str, _Draft], results: Sequence[Result]) -> None:
        aside = [seen for result in results if isinstance(result, Effect) for seen in result.aside]
        if aside:
            await self._history.append(tenant, aside)  # idempotent, so a retry after a Conflict does no harm
        writes = [draft.write(entity_id) for entity_id, draft in drafts.items() if draft.touched]
        if writes:
            await self._state.commit(tenant, writes)
            self._tenants.add(tenant)

    def _announce(self, tenant: str, drafts: Mapping[str, _Draft], now: datetime) -> None:
        changes = []
        for entity_id, draft in drafts.items():
            if not draft.touched or (draft.before is None and draft.after is None):
                continue
            changes.append(draft.change(tenant, entity_id, now))
            if draft.after is not None:
                self._note_expiry(tenant, draft.after)
        self._bus.publish(changes)


def _drafts(ids: Sequence[str], stored: Mapping[str, Stored], now: datetime) -> dict[str, _Draft]:
    drafts = {}
    for entity_id in ids:
        found = stored.get(entity_id)
        before = found.entity() if found else None
        draft = drafts[entity_id] = _Draft(found, before, before)
        if before is not None and is_expired(before, now):
            # What has expired but is not swept yet is gone for the next writer.
            draft.apply(lambda _, __: Effect(None), now, NO_GUARDS)
    return drafts


def refused(ids: Sequence[str], results: Sequence[Result]) -> tuple[Refused, ...]:
    return tuple(
        Refused(entity_id, result)
        for entity_id, result in zip(ids, results, strict=True)
        if not isinstance(result, Effect)
    )


def _check(guards: Guards, before: Entity | None, after: Entity | None) -> None:
    types = {*(before.types if before else ()), *(after.types if after else ())}
    for name in types & guards.keys():
        guards[name](before, after)


def _differs(old: Entity | None, outcome: Outcome) -> bool:
    """Did the outcome write anything? (A merge that changes nothing still gives a new, equal entity.)"""
    new = outcome.entity
    return (
        bool(outcome.changed)
        or old is None
        or (new.types, new.scope, new.expires_at) != (old.types, old.scope, old.expires_at)
    )


def farewells(entity: Entity, now: datetime) -> list[Observation]:
    """What the history learns when an entity is deleted: each instance ends now."""
    return [
        Observation(entity.types[0], entity.id, name, instance.dataset_id, now, now, False, None)
        for name, instances in entity.attributes.items()
        for instance in instances
    ]


def _effect(outcome: Outcome) -> Effect:
    return Effect(outcome.entity, outcome)


def _created(entity: Entity, now: datetime) -> Effect:
    outcome = merge.create(entity, now)
    return Effect(outcome.entity, outcome, created=True)


def _on_existing(entity_id: str, act: Callable[[Entity, datetime], Outcome]) -> Step:
    def step(old: Entity | None, now: datetime) -> Effect:
        if old is None:
            raise NotFound(entity_id)
        return _effect(act(old, now))

    return step


def batch_step(op: BatchOp, item: Entity) -> Step:
    """The step of a batch operation on one entity. Source: GS CIM 009 v1.9.1, clauses 5.6.7 to 5.6.10 and 5.6.20."""
    match op:
        case "create":
            return lambda old, now: _create(old, item, now)
        case "upsert":
            return lambda old, now: _created(item, now) if old is None else _effect(merge.replace(old, item, now))
        case "upsert-update":
            return lambda old, now: (
                _created(item, now) if old is None else _effect(merge.append(old, item, now, overwrite=True))
            )
        case "update":
            return _on_existing(item.id, lambda old, now: merge.append(old, item, now, overwrite=True))
        case "update-no-overwrite":
            return _on_existing(item.id, lambda old, now: merge.append(old, item, now, overwrite=False))
        case "merge":
            return _on_existing(item.id, lambda old, now: merge.merge(old, item, now))
        case "delete":
            return lambda old, now: _delete(old, item.id)


def _create(old: Entity | None, entity: Entity, now: datetime) -> Effect:
    if old is not None:
        raise AlreadyExists(entity.id)
    return _created(entity, now)


def _delete(old: Entity | None, entity_id: str) -> Effect:
    if old is None:
        raise NotFound(entity_id)
    return Effect(None)


def _expire(old: Entity | None, now: datetime) -> Effect:
    """What is left of an entity whose time, or whose attributes' time, has passed."""
    if old is None:
        return Effect(None)
    left = without_expired(old, now)
    gone = tuple((name, i.dataset_id) for name, items in old.attributes.items() for i in items if is_expired(i, now))
    return _effect(Outcome(left, frozenset(name for name, _ in gone), gone))


def feed_step(fragment: Entity, late: Late) -> Step:
    """Upsert of a feed's fragment, see Entities.commit."""

    def step(old: Entity | None, now: datetime) -> Effect:
        if old is None:
            return _created(fragment, now)
        if says_nothing_new(old, fragment):
            return Effect(old)
        news, behind = split_late(old, fragment) if late == "history" else (fragment, {})
        aside = late_observations(old, behind, now)
        if says_nothing_new(old, news):
            return Effect(old, aside=aside)
        outcome = merge.upsert(old, news, now)
        return Effect(outcome.entity, outcome, aside=aside)

    return step
