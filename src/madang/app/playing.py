"""Plays a city's recording from one moment to another, and judges it as it goes.

The clock goes from the time of one row to that of the next one and never ahead of what is committed and judged, so that
what comes of it does not depend on the speed.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from madang.bus.local import News
from madang.connectors.table.run import play_through

from .opening import OpenCity, Steps

LOOK_S = 0.2
"""How often progress is told."""


async def play_from(one: OpenCity, start: datetime, stop: datetime, speed: float, steps: Steps) -> None:
    """Every row with start <= at <= stop is committed, every rule judged up to stop. speed: city seconds per second, 0
    for as fast as commits take. Raises BadRequestData (times outside the clock's, speed), StoreFull, StoreUnavailable.
    """
    city, alerts, clock = one.city, one.alerts, one.city.clock
    clock.pause()
    clock.jump(start)
    if speed:
        clock.set_speed(speed)
    await one.load(steps)
    pace = _Pace(city.name, start, stop, speed, steps)
    async with city.bus.listen() as news:

        async def reached(at: datetime) -> None:
            async for changes in _waiting(news):
                await (alerts.rewind() if changes is None else alerts.take(changes))
            await pace.wait(at)
            clock.advance(at)
            await alerts.tick(at)

        await play_through(
            "",
            one.feeds,
            start=start,
            until=stop,
            intake=city.entities,
            tables=one.tables,
            health=city.feeds,
            seeded=alerts.rewind,
            reached=reached,
        )


async def _waiting(news: AsyncIterator[News]) -> AsyncIterator[News]:
    """The news that are there already; a commit's are there when it returns."""
    while True:
        try:
            async with asyncio.timeout(0):
                changes = await anext(news)
        except TimeoutError:
            return
        yield changes


class _Pace:
    """Holds a replay to its speed and tells how far it is."""

    def __init__(self, city: str, start: datetime, stop: datetime, speed: float, steps: Steps) -> None:
        self._city = city
        self._start = start
        self._span_s = int((stop - start).total_seconds())
        self._speed = speed
        self._steps = steps
        self._began = time.monotonic()
        self._told = 0.0

    async def wait(self, at: datetime) -> None:
        """Until ``at`` may come."""
        self._tell(at)
        if not self._speed:
            return
        due = self._began + (at - self._start).total_seconds() / self._speed
        while (left_s := due - time.monotonic()) > 0:
            self._tell(at - timedelta(seconds=left_s * self._speed))
            await asyncio.sleep(min(left_s, LOOK_S))

    def _tell(self, at: datetime) -> None:
        if time.monotonic() - self._told >= LOOK_S:
            self._told = time.monotonic()
            self._steps(f"{self._city} {at:%Y-%m-%d %H:%M}", int((at - self._start).total_seconds()), self._span_s)
