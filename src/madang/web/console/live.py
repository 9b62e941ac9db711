"""News for open pages: one listener per city turns commits into frames, every page gets the same frames.

Frames are coalesced (one per FRAME_S at most, the last value of each attribute), so a thousand changes a second reach a
browser as a few small messages. A page too slow to keep up is told to read anew (``reset``) and never slows the city.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import orjson

from madang.model.change import Change
from madang.model.entity import LOCATION, Entity
from madang.model.query import Query
from madang.ngsild.context import CORE
from madang.web.city import City

from .cityview import ALERT_SOURCE, ALERT_TYPE, STATUS, alarmed_ids, count_open_alerts, plain, types_of
from .layers import MapLayer, Properties, properties

FRAME_S = 0.25
QUEUE_FRAMES = 32
PING_S = 15.0

Frame = bytes
"""One server-sent event, finished."""

END: Frame = b": the city closes\n\n"
"""What a follower's queue is told last."""

Moved = tuple[tuple[str, ...], Entity | None]
"""Types of an entity, and what it is now (None: deleted)."""

Changes = dict[str, dict[str, dict[str, Any]]]
"""type -> entity id -> attribute -> plain value (null: removed); names compacted with the core context."""


def event(name: str, body: Any) -> Frame:
    return b"event: " + name.encode() + b"\ndata: " + orjson.dumps(body) + b"\n\n"


class Live:
    """The news of one city. ``run`` is started by the app; pages ``follow``."""

    def __init__(self, city: City, layers: Sequence[MapLayer]) -> None:
        self._city = city
        self.layers = tuple(layers)
        self.sizes: dict[str, float] = {}
        """Largest size by layer key, as the layer was last sent whole."""
        self._followers: set[asyncio.Queue[Frame | None]] = set()
        self._waiting: Changes = {}
        self._moved: dict[str, Moved] = {}
        self._news = asyncio.Event()
        self._over = False

    async def run(self) -> None:
        """Listen to commits and the clock until cancelled; then the pages' streams end, and none is begun any more."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow_commits())
                group.create_task(self._send_frames())
                group.create_task(self._follow_clock())
        finally:
            self._over = True
            self._send(END)

    @contextmanager
    def _queue(self) -> Any:
        queue: asyncio.Queue[Frame | None] = asyncio.Queue(QUEUE_FRAMES)
        self._followers.add(queue)
        try:
            yield queue
        finally:
            self._followers.discard(queue)

    async def follow(self) -> AsyncIterator[Frame]:
        """Frames for one page, beginning with the clock."""
        with self._queue() as queue:
            yield self._clock_frame()
            while not self._over:
                try:
                    frame = await asyncio.wait_for(queue.get(), PING_S)
                except TimeoutError:
                    yield b": still here\n\n"
                    continue
                if frame is END:
                    return
                if frame is None:
                    yield event("reset", {})
                else:
                    yield frame

    def _send(self, frame: Frame) -> None:
        for queue in self._followers:
            if queue.full() or frame is END:
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait(END if frame is END else None)
            else:
                queue.put_nowait(frame)

    async def _follow_commits(self) -> None:
        async with self._city.bus.listen() as commits:
            async for changes in commits:
                if changes is None:
                    self._send(event("reset", {}))
                elif self._followers:
                    collect(self._waiting, changes)
                    self._moved.update((one.entity_id, (types_of(one), one.after)) for one in changes)
                    if any(ALERT_TYPE in types_of(change) for change in changes):
                        self._send(event("alerts", alert_news(changes, await count_open_alerts(self._city))))
                        await self._touch_sources(changes)
                    self._news.set()

    async def _send_frames(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            waiting, self._waiting = self._waiting, {}
            moved, self._moved = self._moved, {}
            self._send(event("changes", waiting))
            if news := await self.layer_news(moved):
                self._send(event("layers", news))
            await asyncio.sleep(FRAME_S)

    async def _touch_sources(self, changes: Sequence[Change]) -> None:
        """An alert rose or fell: what it points at is drawn anew."""
        found = (plain(change.after or change.before, ALERT_SOURCE) for change in changes)
        sources = tuple({source for source in found if isinstance(source, str)})  # anybody may send an Alert
        if not sources:
            return
        page = await self._city.entities.query("", Query(ids=sources, limit=len(sources)))
        for stored in page.items:
            entity = stored.entity()
            self._moved.setdefault(entity.id, (entity.types, entity))

    async def layer_news(self, moved: Mapping[str, Moved]) -> dict[str, dict[str, Properties | None]]:
        """layer key -> entity id -> what changed about its feature; None: it has none any more (deleted, no place).

        Only layers that somebody has loaded.
        """
        alarmed = await alarmed_ids(self._city, None)
        now = self._city.clock.now()
        news: dict[str, dict[str, Properties | None]] = {}
        for one in self.layers:
            if one.key not in self.sizes:
                continue
            found = {
                entity_id: properties(one, entity, now=now, alarmed=alarmed, size_max=self.sizes[one.key])
                if entity is not None and isinstance(plain(entity, LOCATION), dict)
                else None
                for entity_id, (types, entity) in moved.items()
                if one.type_uri in types
            }
            if found:
                news[one.key] = found
        return news

    async def _follow_clock(self) -> None:
        async with self._city.clock.listen() as states:
            async for _ in states:
                self._send(self._clock_frame())

    def _clock_frame(self) -> Frame:
        state = self._city.clock.state()
        return event(
            "clock",
            {
                "now": state.now.timestamp(),
                "speed": state.speed,
                "paused": state.paused,
                "mode": state.mode,
                "epoch": state.epoch,
            },
        )


def collect(waiting: Changes, changes: Sequence[Change]) -> None:
    """Merge changes into ``waiting``; the last value of an attribute wins."""
    for change in changes:
        for type_uri in types_of(change):
            attributes = waiting.setdefault(CORE.compact(type_uri), {}).setdefault(change.entity_id, {})
            for name in change.attributes:
                attributes[CORE.compact(name)] = plain(change.after, name)


def alert_news(changes: Sequence[Change], open_alerts: int) -> dict[str, Any]:
    """Which alerts rose and which fell in these changes, with the number now open."""
    news: dict[str, Any] = {"open": open_alerts, "raised": [], "closed": []}
    for change in changes:
        if ALERT_TYPE in types_of(change):
            before, after = plain(change.before, STATUS), plain(change.after, STATUS)
            if after == "open" and before != "open":
                news["raised"].append(change.entity_id)
            elif before == "open" and after != "open":
                news["closed"].append(change.entity_id)
    return news
