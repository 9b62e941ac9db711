"""A city in memory and a client that talks to its NGSI-LD door without a network."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from madang.bus.local import LocalBus
from madang.district.wing import PlacesFiles, ledger_guards, open_places
from madang.errors import ContextNotAvailable, DeliveryFailed
from madang.hub.clock import CityClock
from madang.hub.contexts import Contexts
from madang.hub.entities import Entities
from madang.hub.feeds import Feeds
from madang.hub.history import History
from madang.hub.subscriptions import Subscriptions
from madang.model.entity import Json
from madang.packs.profile import ClockPlan, Profile
from madang.packs.shipped import shipped
from madang.ports.state import StateStore, Write
from madang.settings import parse_settings
from madang.stores.memory import MemoryStateStore
from madang.stores.memory_history import MemoryHistoryStore
from madang.stores.memory_side import MemoryDocumentStore, MemoryOutbox
from madang.web.city import City
from madang.web.ngsild import ngsild_routes

ROOT = "/ngsi-ld/v1"
START = datetime(2026, 11, 22, 9, tzinfo=UTC)


class HandClock:
    """System time that moves when a test says so."""

    def __init__(self, now: datetime = START) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass
class Shelf:
    """ContextLoader of a machine without internet, but for what a test put on the shelf."""

    documents: dict[str, Json] = field(default_factory=dict)
    loads: list[str] = field(default_factory=list)

    async def load(self, url: str) -> Json:
        self.loads.append(url)
        if url not in self.documents:
            raise ContextNotAvailable(url, "no network")
        return self.documents[url]


@dataclass
class Postbox:
    """Sender that keeps what it was given. answers: status by URL (default 200); 0 means unreachable."""

    answers: dict[str, int] = field(default_factory=dict)
    letters: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        status = self.answers.get(url, 200)
        if not status:
            raise DeliveryFailed(f"{url} could not be reached.")
        self.letters.append((url, headers, body))
        return status


@dataclass
class TestCity:
    """One city and the fakes around it."""

    __test__ = False

    city: City
    clock: HandClock
    shelf: Shelf
    postbox: Postbox
    history: MemoryHistoryStore
    outbox: MemoryOutbox
    documents: MemoryDocumentStore


PROFILE = Profile(
    name="testburg",
    directory=Path(),
    title={"en": "Testburg"},
    languages=("en",),
    timezone=ZoneInfo("UTC"),
    centre=(126.77, 37.66),
    zoom=11.0,
    note={},
    clock=ClockPlan(),
    base=(),
    packs=(),
    feeds=(),
    settings={},
)


def make_city(state: StateStore | None = None, **settings: str | int | float) -> TestCity:
    clock, shelf, postbox, bus = HandClock(), Shelf(), Postbox(), LocalBus()
    history = MemoryHistoryStore(clock)
    outbox, documents = MemoryOutbox(), MemoryDocumentStore()
    files = PlacesFiles(shipped("places"), PROFILE.directory / "district")
    measures = files.measures()
    arriving: set[str] = set()
    entities = Entities(state or RecordingState(history), history, bus, clock, ledger_guards(measures, arriving))
    contexts = Contexts(documents, shelf, clock, base_url=f"http://testserver{ROOT}")
    subscriptions = Subscriptions(documents, outbox, postbox, entities, contexts, bus, clock, parallel=4, attempts=3)
    city = City(
        name="testburg",
        profile=PROFILE,
        packs=(),
        settings=parse_settings(settings),
        clock=CityClock(clock, lambda: clock.time.timestamp()),
        entities=entities,
        history=History(entities, history, clock),
        subscriptions=subscriptions,
        contexts=contexts,
        feeds=Feeds(clock, clock),
        bus=bus,
        places=open_places(files, measures, entities, arriving),
    )
    return TestCity(city, clock, shelf, postbox, history, outbox, documents)


class RecordingState(MemoryStateStore):
    """Hands what each commit observed to the history, as the embedded store does in one transaction."""

    def __init__(self, history: MemoryHistoryStore) -> None:
        super().__init__()
        self._history = history

    async def commit(self, tenant: str, writes: Sequence[Write]) -> Sequence[int]:
        versions = await super().commit(tenant, writes)
        await self._history.append(tenant, [seen for write in writes for seen in write.observations])
        return versions


@asynccontextmanager
async def door(city: City) -> AsyncIterator[httpx.AsyncClient]:
    app = Starlette(routes=[Mount(ROOT, routes=ngsild_routes(city))])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://testserver{ROOT}") as client:
        yield client
