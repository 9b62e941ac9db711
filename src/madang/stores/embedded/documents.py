"""Documents in city.db."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

from .damage import store_error
from .journal import Journal

_PUT: Final = (
    "INSERT INTO document (collection, tenant, key, body) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (collection, tenant, key) DO UPDATE SET body = excluded.body"
)
_GET: Final = "SELECT body FROM document WHERE collection = ? AND tenant = ? AND key = ?"
_DELETE: Final = "DELETE FROM document WHERE collection = ? AND tenant = ? AND key = ?"
_SCAN: Final = "SELECT tenant, key, body FROM document WHERE collection = ? ORDER BY tenant, key"
_SCAN_TENANT: Final = "SELECT tenant, key, body FROM document WHERE collection = ? AND tenant = ? ORDER BY key"


class EmbeddedDocumentStore:
    """DocumentStore on the journal. Reads come from city.db and see what is durable; they wait for no writer."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def get(self, collection: str, tenant: str, key: str) -> bytes | None:
        rows = self._read(_GET, (collection, tenant, key))
        return rows[0][0] if rows else None

    async def put(self, collection: str, tenant: str, key: str, body: bytes) -> None:
        await self._journal.write([(_PUT, [(collection, tenant, key, body)])])

    async def delete(self, collection: str, tenant: str, key: str) -> bool:
        return await self._journal.run(lambda c: c.execute(_DELETE, (collection, tenant, key)).rowcount > 0)

    async def scan(self, collection: str, tenant: str | None = None) -> Mapping[tuple[str, str], bytes]:
        rows = self._read(_SCAN, (collection,)) if tenant is None else self._read(_SCAN_TENANT, (collection, tenant))
        return {(owner, key): body for owner, key, body in rows}

    def _read(self, sql: str, parameters: Sequence[str]) -> list[tuple[Any, ...]]:
        try:
            return self._journal.read().execute(sql, parameters).fetchall()
        except sqlite3.Error as exc:
            raise store_error(exc, self._journal.path) from exc
