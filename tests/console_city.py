"""A small city for the console's tests: memory stores, the shipped packs, car parks with three weeks of history.

The city clock is a replay that stands still: it is 2014-08-29 17:00 UTC (19:00 in Aarhus) until a test moves it.
"""

import math
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
from tests.api.city import PROFILE, HandClock, RecordingState, make_city

from madang.district.wing import ledger_guards, open_places
from madang.hub.clock import CityClock
from madang.hub.entities import Entities
from madang.hub.feeds import Feeds
from madang.hub.history import History
from madang.model.entity import LOCATION, Attribute, Entity, Json
from madang.model.keys import Place
from madang.model.observation import Observation
from madang.ngsild.context import CORE
from madang.packs.load import load_packs
from madang.packs.profile import ClockPlan, PackChoice
from madang.packs.shipped import shipped
from madang.settings import parse_settings
from madang.stores.memory_history import MemoryHistoryStore
from madang.web.city import City
from madang.web.site import Site

NOW = datetime(2014, 8, 29, 17, tzinfo=UTC)
START = datetime(2014, 8, 11, tzinfo=UTC)
END = datetime(2014, 9, 8, tzinfo=UTC)
PARKS = ("BRUUNS", "SALLING", "한글 주차장/A?")
"""Local ids; the last has every sign that an address would take for its own."""

SPACES = {"BRUUNS": 953, "SALLING": 700, "한글 주차장/A?": 400}
SILENT = (datetime(2014, 8, 29, 6, tzinfo=UTC), datetime(2014, 8, 29, 9, tzinfo=UTC))
"""SALLING reports nothing in this time."""


def park_id(name: str) -> str:
    return f"urn:ngsi-ld:OffStreetParking:aarhus:{name}"


def property_of(value: Json, at: datetime | None = None, unit: str | None = None) -> tuple[Attribute, ...]:
    return (Attribute("Property", value, observed_at=at, unit_code=unit),)


def parked(name: str, at: datetime) -> float:
    """Cars at a moment: a daily wave, a little higher each later week."""
    wave = 0.5 - 0.4 * math.cos((at.hour + at.minute / 60 - 1) / 24 * 2 * math.pi)
    return float(round(SPACES[name] * wave + (at - START).days // 7))


def moments(name: str, until: datetime = NOW) -> Iterator[datetime]:
    at = START
    while at <= until:
        if name != "SALLING" or not SILENT[0] <= at < SILENT[1]:
            yield at
        at += timedelta(minutes=30)


def car_park(name: str, at: datetime = NOW) -> Entity:
    return Entity(
        park_id(name),
        (CORE.expand("OffStreetParking"),),
        {
            CORE.expand("name"): property_of(f"{name.title()} garage"),
            LOCATION: (Attribute("GeoProperty", {"type": "Point", "coordinates": [10.2, 56.15]}),),
            CORE.expand("totalSpotNumber"): property_of(SPACES[name], None, "C62"),
            CORE.expand("occupiedSpotNumber"): property_of(parked(name, at), at, "C62"),
        },
    )


def alert(rule: str, park: str, status: str, since: datetime, until: datetime | None = None) -> Entity:
    """An alert as packs raise them, about a car park."""
    times = {"validFrom": since} | ({"validTo": until} if until else {})
    return Entity(
        f"urn:ngsi-ld:Alert:parking:{rule}:{park}",
        (CORE.expand("Alert"),),
        {
            CORE.expand("title"): (
                Attribute("LanguageProperty", {"ko": f"알림 {rule}", "en": f"Alert {rule}"}, observed_at=since),
            ),
            CORE.expand("description"): (
                Attribute("LanguageProperty", {"ko": "설명", "en": "What is wrong"}, observed_at=since),
            ),
            CORE.expand("status"): property_of(status, until or since),
            CORE.expand("severity"): property_of("high", since),
            CORE.expand("category"): property_of("parking", since),
            CORE.expand("alertSource"): (Attribute("Relationship", park_id(park), observed_at=since),),
            **{CORE.expand(name): property_of(at.isoformat(), at) for name, at in times.items()},
        },
    )


def observations(name: str) -> list[Observation]:
    uri = CORE.expand("occupiedSpotNumber")
    kind = CORE.expand("OffStreetParking")
    return [
        Observation(kind, park_id(name), uri, None, at, at, True, property_of(parked(name, at), at, "C62")[0])
        for at in moments(name)
    ]


@dataclass(frozen=True, slots=True)
class ConsoleCity:
    """clock: system time, which the standing replay does not read; history: for counting what pages ask."""

    city: City
    history: MemoryHistoryStore
    clock: HandClock


async def make_console_city(
    packs: Sequence[str] = ("parking", "weather"), **settings: str | int | float
) -> ConsoleCity:
    """The city with its car parks, one open and one closed alert on BRUUNS, and their history."""
    base = make_city()
    clock, bus = base.clock, base.city.bus
    choices = tuple(PackChoice(name, {}, None, (), Place("city.toml", 1, 1), {}, {}) for name in packs)
    profile = replace(
        PROFILE,
        name="aarhus",
        title={"ko": "오르후스", "en": "Aarhus"},
        languages=("ko", "en"),
        timezone=ZoneInfo("Europe/Copenhagen"),
        centre=(10.2, 56.15),
        note={"ko": "2014년 8월에 기록한 한 주입니다.", "en": "A week recorded in August 2014."},
        clock=ClockPlan("replay", NOW, END, 60.0, True, START),
        packs=choices,
    )
    history = MemoryHistoryStore(clock)
    files, measures = base.city.places.files, base.city.places.ledger.measures
    entities = Entities(RecordingState(history), history, bus, clock, ledger_guards(measures))
    for name in PARKS:
        await history.append("", observations(name))
        await entities.create("", car_park(name))
    await entities.create("", alert("impossible", "BRUUNS", "open", NOW - timedelta(hours=2)))
    await entities.create("", alert("stuck", "BRUUNS", "closed", NOW - timedelta(days=2), NOW - timedelta(days=1)))
    city = replace(
        base.city,
        name="aarhus",
        profile=profile,
        packs=load_packs(profile, [shipped("packs")]),
        settings=parse_settings(settings),
        clock=CityClock(clock, lambda: 0.0, mode="replay", start=NOW, end=END, speed=60.0, loop=True),
        entities=entities,
        history=History(entities, history, clock),
        feeds=Feeds(clock, clock),
        places=open_places(files, measures, entities),
    )
    return ConsoleCity(city, history, clock)


@asynccontextmanager
async def browser(city: City, lang: str = "en") -> AsyncIterator[httpx.AsyncClient]:
    """A client that asks for pages as a browser does, without a network."""
    transport = httpx.ASGITransport(Site({city.name: city}, {}), raise_app_exceptions=False)
    headers = {"accept": "text/html", "accept-language": lang}
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
        yield client
