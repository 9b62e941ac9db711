"""One writer at a time per key."""

import asyncio
from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import asynccontextmanager


class Turns:
    """Keyed locks of one event loop. Without them writers of one busy entity would meet as Conflict, again and again,
    while the first of them waits for its fsync. Keys are taken in the caller's order: give them sorted."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, list[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def of(self, keys: Sequence[Hashable]) -> AsyncIterator[None]:
        taken = 0
        try:
            for key in keys:
                if key in self._waiting:
                    await self._wait(key)
                self._waiting[key] = []
                taken += 1
            yield
        finally:
            for key in keys[:taken]:
                self._leave(key)

    async def _wait(self, key: Hashable) -> None:
        while (queue := self._waiting.get(key)) is not None:
            turn = asyncio.get_running_loop().create_future()
            queue.append(turn)
            await turn

    def _leave(self, key: Hashable) -> None:
        # All are woken, the first takes the key and the others queue up again behind it, in their old order.
        for turn in self._waiting.pop(key):
            if not turn.done():
                turn.set_result(None)
