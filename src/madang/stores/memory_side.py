"""Documents and outbox in memory: the reference models, and the fakes of tests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from madang.ports.outbox import Letter, OutboxCounts


class MemoryDocumentStore:
    """DocumentStore for as long as the process lives."""

    def __init__(self) -> None:
        self._bodies: dict[tuple[str, str, str], bytes] = {}

    async def get(self, collection: str, tenant: str, key: str) -> bytes | None:
        return self._bodies.get((collection, tenant, key))

    async def put(self, collection: str, tenant: str, key: str, body: bytes) -> None:
        self._bodies[collection, tenant, key] = body

    async def delete(self, collection: str, tenant: str, key: str) -> bool:
        return self._bodies.pop((collection, tenant, key), None) is not None

    async def scan(self, collection: str, tenant: str | None = None) -> Mapping[tuple[str, str], bytes]:
        return {
            (owner, key): body
            for (of, owner, key), body in sorted(self._bodies.items())
            if of == collection and tenant in (None, owner)
        }


class MemoryOutbox:
    """Outbox for as long as the process lives. Both queues keep the order in which letters were put."""

    def __init__(self) -> None:
        self._pending: dict[str, Letter] = {}
        self._dead: dict[str, Letter] = {}
        self._order: dict[str, int] = {}
        self._accepted = 0
        self._delivered = 0

    async def put(self, letters: Sequence[Letter]) -> None:
        for letter in letters:
            if letter.id not in self._order:
                self._accepted += 1
                self._order[letter.id] = self._accepted
                self._pending[letter.id] = letter

    async def due(self, now: datetime, *, limit: int) -> Sequence[Letter]:
        return self._sorted(letter for letter in self._pending.values() if letter.due <= now)[:limit]

    async def delivered(self, letter_ids: Sequence[str]) -> None:
        for letter_id in letter_ids:
            if self._order.pop(letter_id, None) is not None:
                self._pending.pop(letter_id, None)
                self._dead.pop(letter_id, None)
                self._delivered += 1

    async def retry(self, letter_id: str, due: datetime, error: str) -> None:
        if letter := self._pending.get(letter_id):
            self._pending[letter_id] = replace(letter, due=due, attempts=letter.attempts + 1, last_error=error)

    async def bury(self, letter_id: str, error: str) -> None:
        if letter := self._pending.pop(letter_id, None):
            self._dead[letter_id] = replace(letter, attempts=letter.attempts + 1, last_error=error)

    async def dead(self, tenant: str, *, limit: int) -> Sequence[Letter]:
        return self._sorted(letter for letter in self._dead.values() if letter.tenant == tenant)[:limit]

    async def resend(self, letter_ids: Sequence[str], now: datetime) -> int:
        found = [self._dead.pop(letter_id) for letter_id in dict.fromkeys(letter_ids) if letter_id in self._dead]
        self._pending.update({letter.id: replace(letter, due=now, attempts=0) for letter in found})
        return len(found)

    async def counts(self) -> OutboxCounts:
        return OutboxCounts(self._accepted, self._delivered, len(self._pending), len(self._dead))

    def _sorted(self, letters: Iterable[Letter]) -> list[Letter]:
        return sorted(letters, key=lambda letter: (letter.due, self._order[letter.id]))
