"""The city clock: what time it is in the city, live or in a replay that can be paused, sped up, moved and looped."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from madang.errors import BadRequestData
from madang.ports.clock import Clock

ClockMode = Literal["live", "replay"]
SPEED_MAX = 1_000_000.0

SLEEP_MAX_S = 3600.0
"""Longest single sleep; event loops refuse to sleep for centuries, and a wait just sleeps again."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """One look at the clock. now, start, end: aware UTC; start and end are None on a live clock.

    speed: city seconds per second. epoch: grows by one with each jump and each loop; a wait or a duration that was
    begun in another epoch means nothing any more.
    """

    now: datetime
    mode: ClockMode
    speed: float = 1.0
    paused: bool = False
    start: datetime | None = None
    end: datetime | None = None
    epoch: int = 0


def encode_clock(state: ClockState) -> bytes:
    """What the document store keeps, so that a replay goes on where it was after a restart."""
    return msgspec.json.encode(state)


def decode_clock(body: bytes) -> ClockState:
    """Raises msgspec.DecodeError on foreign bytes."""
    return msgspec.json.decode(body, type=ClockState)


class CityClock:
    """Implements ports.clock.Clock with city time.

    live: city time is system time. replay: city time runs from ``start`` at ``speed``; at ``end`` it begins anew where
    ``loop`` is set, and stands still otherwise. Deterministic: it reads nothing but the three functions it is given
    (``monotonic`` in seconds; ``sleep`` takes seconds). Used from one event loop.
    """

    def __init__(
        self,
        system: Clock,
        monotonic: Callable[[], float],
        *,
        mode: ClockMode = "live",
        start: datetime | None = None,
        end: datetime | None = None,
        speed: float = 1.0,
        loop: bool = False,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        if mode == "replay" and (start is None or (end is not None and end <= start)):
            raise BadRequestData("A replay clock needs a start, and an end after it.", "clock")
        self._system = system
        self._monotonic = monotonic
        self._sleep = sleep
        self._mode = mode
        self._start = start if mode == "replay" else None
        self._end = end if mode == "replay" else None
        self._loop = loop
        self._speed = _speed(speed) if mode == "replay" else 1.0
        self._paused = False
        self._epoch = 0
        self._base = start if start is not None else system.now()
        self._since = monotonic()
        self._changed = asyncio.Event()

    @property
    def mode(self) -> ClockMode:
        return self._mode

    @property
    def speed(self) -> float:
        return self._speed

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def start(self) -> datetime | None:
        return self._start

    @property
    def end(self) -> datetime | None:
        return self._end

    @property
    def loop(self) -> bool:
        return self._loop

    @property
    def epoch(self) -> int:
        self.now()
        return self._epoch

    def now(self) -> datetime:
        """City time, aware UTC. Never runs backwards within an epoch."""
        if self._mode == "live":
            return self._system.now()
        now = self._unbounded()
        if self._end is None or now < self._end:
            return now
        if not self._loop:
            return self._end
        return self._wrap(now)

    def state(self) -> ClockState:
        now = self.now()
        return ClockState(now, self._mode, self._speed, self._paused, self._start, self._end, self._epoch)

    def restore(self, state: ClockState) -> None:
        """Go on where an earlier run of the same replay was. A state of another mode or outside start..end is left
        alone."""
        inside = self._start is not None and self._start <= state.now and (self._end is None or state.now < self._end)
        if self._mode != "replay" or state.mode != "replay" or not inside:
            return
        self._speed, self._paused, self._epoch = _speed(state.speed), state.paused, state.epoch
        self._rebase(state.now)

    def play(self) -> None:
        self._only_replay("played")
        if self._paused:
            now = self.now()
            self._paused = False
            self._rebase(now)

    def pause(self) -> None:
        self._only_replay("paused")
        if not self._paused:
            now = self.now()
            self._paused = True
            self._rebase(now)

    def set_speed(self, speed: float) -> None:
        """City seconds per second. Raises BadRequestData outside 0 < speed <= 1 000 000, or on a live clock."""
        self._only_replay("sped up")
        now = self.now()
        self._speed = _speed(speed)
        self._rebase(now)

    def jump(self, to: datetime) -> None:
        """Set the city time; a new epoch begins. Raises BadRequestData outside start..end, or on a live clock."""
        self._only_replay("moved")
        if to.tzinfo is None:
            raise BadRequestData("A time needs its zone, for example 2014-08-29T17:00:00Z.", "to")
        if (self._start is not None and to < self._start) or (self._end is not None and to >= self._end):
            raise BadRequestData(f"The replay runs from {self._start} to {self._end}; {to} is outside.", "to")
        self.now()
        self._epoch += 1
        self._rebase(to)

    def advance(self, to: datetime) -> None:
        """Stop the clock and let it stand at a later time of the same epoch; an earlier one changes nothing."""
        self.pause()
        if to > self._base:
            self._rebase(to if self._end is None else min(to, self._end))

    async def wait_until(self, city_time: datetime, epoch: int) -> bool:
        """Wait until the city time is reached. False as soon as the epoch is another one than ``epoch``."""
        while True:
            now = self.now()
            if self._epoch != epoch:
                return False
            if now >= city_time:
                return True
            await self._until_changed(self._delay_s(now, city_time))

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[AsyncIterator[ClockState]]:
        """States of the clock, one now and one after each change (pause, play, speed, jump, loop); conflated to the
        latest."""

        async def states() -> AsyncIterator[ClockState]:
            while True:
                changed = self._changed
                yield self.state()
                await changed.wait()

        iterator = states()
        try:
            yield iterator
        finally:
            await iterator.aclose()  # type: ignore[attr-defined]  # an async generator, typed by what it gives

    def _unbounded(self) -> datetime:
        if self._paused:
            return self._base
        return self._base + timedelta(seconds=(self._monotonic() - self._since) * self._speed)

    def _wrap(self, now: datetime) -> datetime:
        """At the end of a loop: what went past it is counted from the start again."""
        if self._start is None or self._end is None:
            raise RuntimeError("only a bounded replay loops")
        length = self._end - self._start
        rounds, rest = divmod(now - self._end, length)
        self._epoch += rounds + 1
        self._rebase(self._start + rest)
        return self._base

    def _rebase(self, now: datetime) -> None:
        self._base, self._since = now, self._monotonic()
        self._changed.set()
        self._changed = asyncio.Event()

    def _delay_s(self, now: datetime, until: datetime) -> float | None:
        """Seconds until the clock could reach the time or loop; None where only a change can help."""
        if self._paused:
            return None
        if self._end is not None and until > self._end:
            if not self._loop:
                return None
            until = self._end
        return min((until - now).total_seconds() / self._speed, SLEEP_MAX_S)

    async def _until_changed(self, delay_s: float | None) -> None:
        changed = asyncio.ensure_future(self._changed.wait())
        waits: set[asyncio.Future[object]] = {changed}  # type: ignore[arg-type]  # Future is invariant; nobody reads the result
        if delay_s is not None:
            waits.add(asyncio.ensure_future(self._slept(delay_s)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _slept(self, delay_s: float) -> object:
        await self._sleep(delay_s)
        return None

    def _only_replay(self, done: str) -> None:
        if self._mode != "replay":
            raise BadRequestData(f"A live clock cannot be {done}; it shows the time as it is.", "clock")


def _speed(speed: float) -> float:
    if not 0 < speed <= SPEED_MAX:
        raise BadRequestData(f"The speed is {speed:g}; it must be above 0 and at most {SPEED_MAX:g}.", "speed")
    return float(speed)
