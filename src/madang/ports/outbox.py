"""Notifications on their way out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """One notification to one receiver. body: finished bytes. attempts: so far.

    due: earliest next attempt (system time).
    """

    id: str
    tenant: str
    subscription_id: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    due: datetime
    attempts: int = 0
    last_error: str = ""


@dataclass(frozen=True, slots=True)
class OutboxCounts:
    """accepted = delivered + pending + dead, always."""

    accepted: int
    delivered: int
    pending: int
    dead: int


class Outbox(Protocol):
    """Durable queue of letters. put returns when they are durable; a letter leaves only by ``delivered``, or stays
    as dead.
    """

    async def put(self, letters: Sequence[Letter]) -> None: ...

    async def due(self, now: datetime, *, limit: int) -> Sequence[Letter]:
        """Pending letters with due <= now, oldest first."""

    async def delivered(self, letter_ids: Sequence[str]) -> None: ...

    async def retry(self, letter_id: str, due: datetime, error: str) -> None:
        """Counts an attempt and sets the next one."""

    async def bury(self, letter_id: str, error: str) -> None:
        """No further attempt; kept with its reason until re-sent."""

    async def dead(self, tenant: str, *, limit: int) -> Sequence[Letter]: ...

    async def resend(self, letter_ids: Sequence[str], now: datetime) -> int:
        """Dead letters become pending again, attempts 0. Returns how many."""

    async def counts(self) -> OutboxCounts: ...
