"""Keeps the background parts of a city going: none of them ends another one, or the hub."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

from madang.errors import DependencyError

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

FIRST_DELAY_S = 0.5
LONGEST_DELAY_S = 30.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PartStatus:
    """How a part is doing. waiting: for something outside, to be tried again; failed: by a bug, until a restart.

    error: what it waits for or failed with, "" otherwise.
    """

    state: Literal["running", "waiting", "failed", "finished"]
    error: str = ""


def delays_s() -> Iterator[float]:
    """Seconds between tries: each twice the one before, up to the longest."""
    delay_s = FIRST_DELAY_S
    while True:
        yield delay_s
        delay_s = min(delay_s * 2, LONGEST_DELAY_S)


def outside(exc: Exception) -> DependencyError | None:
    """What failed outside; None where anything in it is a bug. A TaskGroup wraps what its tasks raise."""
    if isinstance(exc, ExceptionGroup):
        found = [outside(each) for each in exc.exceptions]
        return None if None in found else found[0]
    return exc if isinstance(exc, DependencyError) else None


def explain(exc: Exception) -> str:
    """One sentence for people."""
    waits_for = outside(exc)
    return waits_for.detail if waits_for else f"A bug ended it: {type(exc).__name__}: {exc}. The log has the details."


async def insist(
    what: str, act: Callable[[], Awaitable[T]], *, level: int = logging.WARNING, sleep: Sleep = asyncio.sleep
) -> T:
    """The result of ``act``, tried again as long as something outside fails. For what must not be left out.

    level: how loudly each try is told.
    """
    delays = delays_s()
    while True:
        try:
            return await act()
        except DependencyError as exc:
            delay_s = next(delays)
            logger.log(level, "%s waits %g s: %s", what, delay_s, exc.detail)
        await sleep(delay_s)


class Keeper:
    """Runs the parts of one city, each in a task of its parent's. ``parts`` tells how each of them is doing."""

    def __init__(self, *, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep
        self._parts: dict[str, PartStatus] = {}

    @property
    def parts(self) -> Mapping[str, PartStatus]:
        return self._parts

    async def keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Run until it returns. Begun anew when something outside failed; given up, and logged, at a bug."""
        delays = delays_s()
        while True:
            self._parts[name] = PartStatus("running")
            began = asyncio.get_running_loop().time()
            try:
                await run()
            except Exception as exc:  # the hub outlives its parts
                if outside(exc) is None:
                    logger.exception("%s ended by a bug", name)
                    self._parts[name] = PartStatus("failed", explain(exc))
                    return
                error = explain(exc)
            else:
                self._parts[name] = PartStatus("finished")
                return
            if asyncio.get_running_loop().time() - began > LONGEST_DELAY_S:
                delays = delays_s()
            delay_s = next(delays)
            logger.warning("%s waits %g s: %s", name, delay_s, error)
            self._parts[name] = PartStatus("waiting", error)
            await self._sleep(delay_s)
