"""News of what was committed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from madang.model.change import Change


class Bus(Protocol):
    """Hands each commit's changes to every listener, in commit order. Not durable: it is news, not truth.

    A listener that falls ``size`` commits behind is told by ``None`` that it missed some and must read the state anew;
    it never slows the writer.
    """

    def publish(self, changes: Sequence[Change]) -> None: ...

    def listen(self, *, size: int = 1024) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Change] | None]]: ...
