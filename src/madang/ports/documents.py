"""Small things that must survive: subscriptions, hosted contexts, feed positions, the clock."""

from collections.abc import Mapping
from typing import Protocol


class DocumentStore(Protocol):
    """Named bytes in named collections, per tenant. A put that returned is durable. Scans are in key order."""

    async def get(self, collection: str, tenant: str, key: str) -> bytes | None: ...

    async def put(self, collection: str, tenant: str, key: str, body: bytes) -> None: ...

    async def delete(self, collection: str, tenant: str, key: str) -> bool:
        """True if it was there."""

    async def scan(self, collection: str, tenant: str | None = None) -> Mapping[tuple[str, str], bytes]:
        """(tenant, key) -> body; of one tenant, or of all."""
