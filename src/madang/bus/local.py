"""News inside one process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from madang.model.change import Change

News = Sequence[Change] | None


class LocalBus:
    """Bus of one event loop. Each listener has a queue of its own, so a slow one only loses its own news."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()

    def publish(self, changes: Sequence[Change]) -> None:
        if changes:
            for listener in self._listeners:
                listener.put(changes)

    @asynccontextmanager
    async def listen(self, *, size: int = 1024) -> AsyncIterator[AsyncIterator[News]]:
        """See Bus.listen. The subscription begins when the block is entered, before the first item is asked for."""
        listener = _Listener(size)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)


class _Listener:
    def __init__(self, size: int) -> None:
        self._queue: asyncio.Queue[News] = asyncio.Queue()
        self._size = size

    def put(self, changes: Sequence[Change]) -> None:
        if self._queue.qsize() >= self._size:
            # What it did not read is stale as a whole: it will read the state anew, so one None stands for all of it.
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(None)
        else:
            self._queue.put_nowait(changes)

    def __aiter__(self) -> AsyncIterator[News]:
        return self

    async def __anext__(self) -> News:
        return await self._queue.get()
