"""Current state of the city."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from madang.model.entity import Entity, decode_entity
from madang.model.observation import Observation
from madang.model.query import Query


@dataclass(slots=True, eq=False)
class Stored:
    """An entity as it lies in the store: encoded bytes and a version, decoded when somebody looks.

    version: starts at 1, grows by 1 with each write of this id (a recreated entity goes on counting or starts anew).
    rendering: one finished answer kept by the door for the representation most asked for, (key, bytes); a cache
    only, lost with the version it belongs to.
    """

    version: int
    body: bytes
    rendering: tuple[object, bytes] | None = field(default=None, repr=False)

    def entity(self) -> Entity:
        return decode_entity(self.body)


class Write(msgspec.Struct, frozen=True, gc=False):
    """Put (entity given) or delete (entity None) one entity, if its version is still ``expect`` (None: does not exist).

    observations: what this write adds to the history, in the same transaction.
    forget_history: also delete the entity's history.
    """

    entity_id: str
    entity: Entity | None
    expect: int | None
    observations: Sequence[Observation] = ()
    forget_history: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a query's answer, in the query's order. total: all matches, when the query asked for the count."""

    items: Sequence[Stored]
    total: int | None = None


class StateStore(Protocol):
    """Current state. A commit that returned is durable and seen by every later read, also after a crash.

    Reads see whole commits only. Two commits are ordered as they were called. A commit that raised changed nothing.
    """

    async def get(self, tenant: str, entity_id: str) -> Stored | None:
        """None if it does not exist (also where the tenant does not)."""

    async def get_many(self, tenant: str, entity_ids: Sequence[str]) -> Mapping[str, Stored]:
        """Those that exist, by id."""

    async def commit(self, tenant: str, writes: Sequence[Write]) -> Sequence[int]:
        """Apply all writes (distinct ids) or none; new versions in order (0 for a delete). Creates the tenant.

        Raises Conflict (names the first id whose version is not the expected one), StoreFull, StoreUnavailable.
        """

    async def query(self, tenant: str, query: Query) -> Page: ...

    async def count_types(self, tenant: str) -> Mapping[str, int]:
        """Entities by type (an entity with two types counts in both)."""

    async def count_attributes(self, tenant: str) -> Mapping[str, Mapping[str, int]]:
        """Attribute name -> entity type -> number of entities that have it."""

    def scan(self, tenant: str) -> AsyncIterator[Stored]:
        """All entities in id order, as they are while the scan goes on; does not block writers."""

    async def tenants(self) -> Sequence[str]:
        """Tenants that exist, sorted; the default tenant is ""."""
