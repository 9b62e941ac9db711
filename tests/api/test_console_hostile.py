"""What anybody may send must not break a page for everybody else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import msgspec
import pytest
from tests.console_city import ConsoleCity, browser, make_console_city

from madang.hub.keeping import PartStatus
from madang.model.entity import Json
from madang.model.query import Query
from madang.ngsild.context import CORE
from madang.web.console.layers import map_layers
from madang.web.console.live import Live

API = "/aarhus/ngsi-ld/v1/entities"
JSON = {"accept": "application/json"}
PAGES = (
    "map",
    "boards",
    "boards/parking",
    "alerts",
    "feeds",
    "data",
    "settings",
    "api/layers/parking.car-parks.geojson",
)
ODD: tuple[Json, ...] = (
    "soon",
    "2019-05-01T00:00:00",
    0,
    1e25,
    -1,
    True,
    ["a", "b"],
    {"a": {"b": []}},
    "<script>alert(1)</script>",
    "가" * 500,
)


@pytest.fixture
async def console() -> ConsoleCity:
    return await make_console_city()


@pytest.fixture
async def pages(console: ConsoleCity) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(console.city) as client:
        yield client


def full_of(entity_type: str, names: tuple[str, ...], value: Json) -> Json:
    observed = {"type": "Property", "value": value, "observedAt": "2014-08-29T17:00:00Z"}
    return {"id": f"urn:ngsi-ld:{entity_type}:odd", "type": entity_type, **dict.fromkeys(names, observed)}


@pytest.mark.parametrize("value", ODD, ids=lambda value: str(value)[:12])
async def test_odd_alerts_and_readings_leave_every_page_standing(pages: httpx.AsyncClient, value: Json) -> None:
    alert = full_of("Alert", ("title", "severity", "category", "validFrom", "validTo", "alertSource"), value)
    alert["status"] = {"type": "Property", "value": "open"}
    park = full_of("OffStreetParking", ("name", "occupiedSpotNumber", "totalSpotNumber"), value)
    for entity in (alert, park):
        assert (await pages.post(API, json=entity, headers=JSON)).status_code == 201
    for path in (*PAGES, f"entities/{alert['id']}", f"entities/{park['id']}", f"entities/{park['id']}/card"):
        page = await pages.get(f"/aarhus/{path}")
        assert page.status_code < 500, path
        assert "<script>alert(1)" not in page.text, path


async def test_an_alert_about_a_list_of_things_does_not_end_the_news(
    console: ConsoleCity, pages: httpx.AsyncClient
) -> None:
    live = Live(console.city, map_layers(console.city.packs, {}))
    task = asyncio.create_task(live.run())
    frames = live.follow()
    try:
        async with asyncio.timeout(10):
            assert (await anext(frames)).startswith(b"event: clock")
            while not await _is_heard(pages, frames):
                continue
            assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _is_heard(pages: httpx.AsyncClient, frames: AsyncIterator[bytes]) -> bool:
    alert = full_of("Alert", ("alertSource",), ["a", "b"])
    await pages.post("/aarhus/ngsi-ld/v1/entityOperations/upsert", json=[alert], headers=JSON)
    return b'"Alert"' in await anext(frames)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "yesterday"])
async def test_a_moment_no_city_can_speak_of_is_refused(pages: httpx.AsyncClient, at: str) -> None:
    for path in ("map", "boards", "alerts"):
        assert (await pages.get(f"/aarhus/{path}?at={at}")).status_code == 400
    reading = full_of("OffStreetParking", ("occupiedSpotNumber",), 1)
    reading["occupiedSpotNumber"] = {"type": "Property", "value": 1, "observedAt": at}
    assert (await pages.post(API, json=reading, headers=JSON)).status_code == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"origin": "http://testserver"}, 200),
        ({"origin": "http://elsewhere.example"}, 403),
        ({"origin": "null"}, 403),
    ],
)
async def test_a_form_of_another_site_does_not_turn_the_clock(
    console: ConsoleCity, pages: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await pages.post("/aarhus/clock", data={"do": "pause"}, headers=headers)
    assert (answer.status_code, console.city.clock.paused) == (status, status == 200)


async def test_dead_letters_are_shown_and_sent_again(console: ConsoleCity, pages: httpx.AsyncClient) -> None:
    answer = await pages.post("/aarhus/feeds/resend")
    assert (answer.status_code, answer.headers["location"]) == (303, "/aarhus/feeds#notifications")


async def test_health_names_a_part_that_ended_by_a_bug(console: ConsoleCity) -> None:
    sick = replace(
        console.city, parts={"alerts": PartStatus("failed", "a bug"), "news": PartStatus("waiting", "a disk")}
    )
    async with browser(sick) as pages:
        answer = await pages.get("/health")
    assert (answer.status_code, answer.json()["failed"]) == (503, ["aarhus: alerts"])


async def test_what_is_deleted_or_without_a_place_leaves_the_map(
    console: ConsoleCity, pages: httpx.AsyncClient
) -> None:
    live = Live(console.city, map_layers(console.city.packs, {}))
    live.sizes["parking.car-parks"] = 1000.0
    parks = [stored.entity() for stored in (await console.city.entities.query("", Query(limit=3))).items]
    park = next(one for one in parks if CORE.expand("OffStreetParking") in one.types)
    nowhere = msgspec.structs.replace(park, id="urn:ngsi-ld:OffStreetParking:nowhere", attributes={})
    news = await live.layer_news({one.id: (park.types, one) for one in (park, nowhere)} | {"gone": (park.types, None)})
    found = news["parking.car-parks"]
    assert (found["gone"], found[nowhere.id]) == (None, None)
    assert found[park.id] is not None
