"""Current state: the truth in city.db, a copy of it in memory that answers every read."""

import asyncio
import gc
import sqlite3
import zlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

from msgspec import DecodeError

from madang.errors import Conflict
from madang.model.entity import Entity, encode_entity
from madang.model.query import Query
from madang.ports.state import Page, Stored, Write

from .damage import damaged, is_damage, store_error
from .journal import Entry, Journal
from .statements import Row, Statement
from .tail import FORGET_ENTITY, INSERT_TAIL, tail_row

PUT_ENTITY: Final = (
    "INSERT INTO entity (tenant, id, version, body, crc) VALUES (?, ?, ?, CAST(? AS TEXT), ?)"
    " ON CONFLICT (tenant, id) DO UPDATE SET version = excluded.version, body = excluded.body, crc = excluded.crc"
)
_DELETE_ENTITY: Final = "DELETE FROM entity WHERE tenant = ? AND id = ?"
_PUT_TENANT: Final = "INSERT INTO tenant (name) VALUES (?) ON CONFLICT (name) DO NOTHING"
_ALL_ENTITIES: Final = "SELECT tenant, id, version, CAST(body AS BLOB), crc FROM entity"
_NEXT_IDS: Final = "SELECT id FROM entity WHERE tenant = ? AND id > ? ORDER BY id LIMIT ?"

_SCAN_PAGE: Final = 500
_FAULTS_NAMED: Final = 3

Key = tuple[str, str]
"""(tenant, entity id)."""


class Rows(Protocol):
    """One tenant's entities in memory. Plain calls: nothing in here waits."""

    def get(self, entity_id: str) -> Stored | None: ...

    def put(self, stored: Stored, entity_id: str, entity: Entity) -> None: ...

    def load(self, stored: Stored, entity_id: str) -> None:
        """Like put, for one that is not decoded yet. Raises msgspec.DecodeError."""

    def remove(self, entity_id: str) -> None: ...

    def query(self, query: Query) -> Page: ...

    def count_types(self) -> Mapping[str, int]: ...

    def count_attributes(self) -> Mapping[str, Mapping[str, int]]: ...


@dataclass(slots=True, eq=False)
class _UnderWay:
    """A commit between its call and its outcome. items: (id, what it will be, decoded), both None for a delete."""

    tenant: str
    items: list[tuple[str, Stored | None, Entity | None]]
    entry: Entry | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class EmbeddedStateStore:
    """StateStore on the journal.

    What reads see: exactly what is durable, so that nothing they were given can vanish; they never wait. Memory is
    changed when a group of commits is on disk and before any of its callers is told, so that a commit that returned is
    seen by every later read. A group that failed has changed nothing, and there is nothing to undo.

    What commits see: the durable state with all commits under way laid over it, so that versions are checked at once
    and a second commit may build upon one that is still being written. If that one fails, those upon it fail with the
    same error. A version that contradicts a commit under way is told as Conflict only when that commit's outcome is
    known: then a caller who reads again reads what he collided with.
    """

    def __init__(self, journal: Journal, make_rows: Callable[[], Rows]) -> None:
        self._journal = journal
        self._make_rows = make_rows
        self._rows: dict[str, Rows] = {}
        self._no_rows = make_rows()
        self._under_way: dict[Key, tuple[_UnderWay, int | None]] = {}

    @classmethod
    def load(cls, journal: Journal, make_rows: Callable[[], Rows]) -> Self:
        """Read every entity into memory. Blocks; for the start only. Raises ConfigError where one is damaged."""
        store = cls(journal, make_rows)
        connection = journal.read()
        try:
            store._rows.update({name: make_rows() for (name,) in connection.execute("SELECT name FROM tenant")})
            faults = _load_entities(connection, store._rows)
        except sqlite3.Error as exc:
            if is_damage(exc):
                raise damaged(journal.path, str(exc)) from exc
            raise store_error(exc, journal.path) from exc
        if faults:
            more = f" and {len(faults) - _FAULTS_NAMED} more" if len(faults) > _FAULTS_NAMED else ""
            raise damaged(journal.path, ", ".join(faults[:_FAULTS_NAMED]) + more)
        return store

    # Reading

    async def get(self, tenant: str, entity_id: str) -> Stored | None:
        rows = self._rows.get(tenant)
        return rows.get(entity_id) if rows is not None else None

    async def get_many(self, tenant: str, entity_ids: Sequence[str]) -> Mapping[str, Stored]:
        rows = self._rows.get(tenant)
        if rows is None:
            return {}
        return {entity_id: stored for entity_id in entity_ids if (stored := rows.get(entity_id)) is not None}

    async def query(self, tenant: str, query: Query) -> Page:
        return self._rows.get(tenant, self._no_rows).query(query)

    async def count_types(self, tenant: str) -> Mapping[str, int]:
        return self._rows.get(tenant, self._no_rows).count_types()

    async def count_attributes(self, tenant: str) -> Mapping[str, Mapping[str, int]]:
        return self._rows.get(tenant, self._no_rows).count_attributes()

    async def tenants(self) -> Sequence[str]:
        return sorted(self._rows)

    async def scan(self, tenant: str) -> AsyncIterator[Stored]:
        # The order comes from the index of city.db: sorting a million ids would hold the event loop for a second.
        last = ""
        while ids := self._ids_after(tenant, last):
            for entity_id in ids:
                stored = self._rows[tenant].get(entity_id) if tenant in self._rows else None
                if stored is not None:
                    yield stored
            last = ids[-1]
            await asyncio.sleep(0)

    def _ids_after(self, tenant: str, last: str) -> list[str]:
        try:
            return [entity_id for (entity_id,) in self._journal.read().execute(_NEXT_IDS, (tenant, last, _SCAN_PAGE))]
        except sqlite3.Error as exc:
            raise store_error(exc, self._journal.path) from exc

    # Writing

    async def commit(self, tenant: str, writes: Sequence[Write]) -> Sequence[int]:
        if len({write.entity_id for write in writes}) != len(writes):
            raise ValueError("a commit writes each entity once")
        while (contradiction := self._contradiction(tenant, writes)) is not None:
            entity_id, other = contradiction
            await other.settled.wait()
            if other.entry is not None and other.entry.error is None:
                raise Conflict(entity_id)
        if not writes and tenant in self._rows:
            return []
        commit = _UnderWay(tenant, [_item(write) for write in writes])
        entry = self._submit(commit, writes)
        await entry.future
        return [stored.version if stored is not None else 0 for _, stored, _ in commit.items]

    def _version(self, tenant: str, entity_id: str) -> int | None:
        """The version that the next write of this id meets; None: it does not exist."""
        under_way = self._under_way.get((tenant, entity_id))
        if under_way is not None:
            return under_way[1]
        rows = self._rows.get(tenant)
        stored = rows.get(entity_id) if rows is not None else None
        return stored.version if stored is not None else None

    def _contradiction(self, tenant: str, writes: Sequence[Write]) -> tuple[str, _UnderWay] | None:
        """The first id that does not fit and the commit under way it does not fit to. Raises Conflict where it does
        not fit to a durable version."""
        for write in writes:
            if self._version(tenant, write.entity_id) == write.expect:
                continue
            under_way = self._under_way.get((tenant, write.entity_id))
            if under_way is None:
                raise Conflict(write.entity_id)
            return write.entity_id, under_way[0]
        return None

    def _submit(self, commit: _UnderWay, writes: Sequence[Write]) -> Entry:
        keys = [(commit.tenant, entity_id) for entity_id, _, _ in commit.items]
        after = [found[0].entry for key in keys if (found := self._under_way.get(key)) is not None]
        statements = self._statements(commit, writes)
        commit.entry = self._journal.submit(
            statements,
            after=[entry for entry in after if entry is not None],
            done=lambda entry: self._settle(commit, entry),
        )
        for key, (_, stored, _) in zip(keys, commit.items, strict=True):
            self._under_way[key] = (commit, stored.version if stored is not None else None)
        return commit.entry

    def _statements(self, commit: _UnderWay, writes: Sequence[Write]) -> list[Statement]:
        tenant = commit.tenant
        found: list[tuple[str, list[Row]]] = [
            (_PUT_TENANT, [] if tenant in self._rows else [(tenant,)]),
            (
                PUT_ENTITY,
                [(tenant, i, s.version, s.body, zlib.crc32(s.body)) for i, s, _ in commit.items if s is not None],
            ),
            (_DELETE_ENTITY, [(tenant, entity_id) for entity_id, stored, _ in commit.items if stored is None]),
            # Before the new observations: what this commit adds is not forgotten.
            (FORGET_ENTITY, [(tenant, write.entity_id) for write in writes if write.forget_history]),
            (INSERT_TAIL, [tail_row(tenant, observation) for write in writes for observation in write.observations]),
        ]
        return [(sql, rows) for sql, rows in found if rows]

    def _settle(self, commit: _UnderWay, entry: Entry) -> None:
        """The outcome is known: what is durable becomes visible, what failed is as if it had never been called."""
        for entity_id, _, _ in commit.items:
            key = (commit.tenant, entity_id)
            if self._under_way[key][0] is commit:
                del self._under_way[key]
        if entry.error is None:
            rows = self._rows.get(commit.tenant)
            if rows is None:
                rows = self._rows[commit.tenant] = self._make_rows()
            for entity_id, stored, entity in commit.items:
                if stored is None or entity is None:
                    rows.remove(entity_id)
                else:
                    rows.put(stored, entity_id, entity)
        commit.settled.set()


def _item(write: Write) -> tuple[str, Stored | None, Entity | None]:
    """What a write makes of its entity, once its version is known to be the expected one."""
    if write.entity is None:
        return write.entity_id, None, None
    return write.entity_id, Stored((write.expect or 0) + 1, encode_entity(write.entity)), write.entity


def _load_entities(connection: sqlite3.Connection, rows: Mapping[str, Rows]) -> list[str]:
    """Put every entity of city.db into its tenant's rows. Returns those that are damaged, for people to read."""
    faults: list[str] = []
    # Millions of new objects and no garbage: the collector would walk all of them again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        for tenant, entity_id, version, body, crc in connection.execute(_ALL_ENTITIES):
            try:
                if zlib.crc32(body) != crc:
                    raise DecodeError("its checksum differs")
                rows[tenant].load(Stored(version, body), entity_id)
            except (DecodeError, KeyError) as exc:
                faults.append(f"entity {entity_id!r} of tenant {tenant!r}: {exc}")
    finally:
        if collecting:
            gc.enable()
    return faults
