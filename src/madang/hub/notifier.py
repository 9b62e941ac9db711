"""Takes letters out of the outbox and brings them to their receivers."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from madang.errors import DeliveryFailed
from madang.ports.clock import Clock
from madang.ports.outbox import Letter, Outbox, OutboxCounts
from madang.ports.outside import Sender

from .keeping import insist

FIRST_RETRY_S = 1.0
LONGEST_RETRY_S = 300.0
IDLE_S = 0.5
"""Longest time a due retry waits for the loop to look again."""

LASTING = frozenset({408, 425, 429})
"""Answers below 500 that may be different the next time. Source: RFC 9110, clause 15.5; RFC 8470; RFC 6585."""

Delivered = Callable[[Letter, datetime, str], None]
"""Told of each attempt: letter, system time, "" or what went wrong."""


class Notifier:
    """At most ``parallel`` letters are under way at once. A letter whose receiver fails is tried again with growing
    delay and becomes a dead letter after ``attempts``, or at once where the receiver refuses it for good."""

    def __init__(
        self, outbox: Outbox, sender: Sender, clock: Clock, *, parallel: int, attempts: int, told: Delivered
    ) -> None:
        self._outbox = outbox
        self._sender = sender
        self._clock = clock
        self._parallel = parallel
        self._attempts = attempts
        self._told = told
        self._under_way: set[str] = set()
        self._news = asyncio.Event()

    def wake(self) -> None:
        """There are new letters."""
        self._news.set()

    async def counts(self) -> OutboxCounts:
        return await self._outbox.counts()

    async def run(self) -> None:
        """Delivers for ever."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._news.clear()
                for letter in await self._next():
                    self._under_way.add(letter.id)
                    tasks.create_task(self._deliver(letter))
                await self._rest()

    async def drain(self) -> None:
        """Deliver what is due now, once."""
        async with asyncio.TaskGroup() as tasks:
            for letter in await self._next():
                self._under_way.add(letter.id)
                tasks.create_task(self._deliver(letter))

    async def _next(self) -> list[Letter]:
        free = self._parallel - len(self._under_way)
        if free <= 0:
            return []
        limit = self._parallel + len(self._under_way)
        due = await insist("The outbox", lambda: self._outbox.due(self._clock.now(), limit=limit))
        return [letter for letter in due if letter.id not in self._under_way][:free]

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(IDLE_S):
                await self._news.wait()
        except TimeoutError:
            return

    async def _deliver(self, letter: Letter) -> None:
        try:
            error, final = await self._attempt(letter)
            now = self._clock.now()
            # Until the outbox knows, the letter stays under way: nobody is sent it again and again meanwhile. Not told
            # for each of many letters: whatever else has to write tells of it.
            await insist("The outbox", lambda: self._settle(letter, now, error, final=final), level=logging.DEBUG)
            self._told(letter, now, error)
        finally:
            self._under_way.discard(letter.id)
            self._news.set()

    async def _settle(self, letter: Letter, now: datetime, error: str, *, final: bool) -> None:
        if not error:
            await self._outbox.delivered([letter.id])
        elif final or letter.attempts + 1 >= self._attempts:
            await self._outbox.bury(letter.id, error)
        else:
            await self._outbox.retry(letter.id, now + retry_after(letter.attempts), error)

    async def _attempt(self, letter: Letter) -> tuple[str, bool]:
        """("" or what went wrong, whether trying again is useless)."""
        try:
            status = await self._sender.send(letter.url, letter.headers, letter.body)
        except DeliveryFailed as exc:
            return exc.detail, False
        if 200 <= status < 300:
            return "", False
        return f"{letter.url} answered {status}.", status < 500 and status not in LASTING


def retry_after(attempts: int) -> timedelta:
    """Delay before the next attempt, doubled each time. attempts: how many failed before this one."""
    return timedelta(seconds=min(LONGEST_RETRY_S, FIRST_RETRY_S * 2**attempts))
