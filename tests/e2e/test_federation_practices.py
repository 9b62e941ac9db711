"""Two cities: one publishes a practice card, the other finds it through its hub, and keeps it when the first is gone.

The publishing city is the program itself in a process of its own; the asking one has real stores and a real client.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from tests.e2e.serving import Server, serving

from madang.app.opening import open_city
from madang.web.console.places.practices import practice_routes

pytestmark = pytest.mark.e2e

PROFILE = """\
[city]
title = {{ en = "{name}", ko = "{name}" }}
languages = ["en", "ko"]
timezone = "Europe/Vienna"
centre = [16.4, 48.2]
"""
CARD = {
    "id": "urn:ngsi-ld:Practice:school-streets",
    "type": "Practice",
    "city": {"type": "Property", "value": "Brook"},
    "country": {"type": "Property", "value": "AT"},
    "title": {"type": "LanguageProperty", "languageMap": {"en": "School streets", "ko": "등굣길"}},
    "problem": {"type": "LanguageProperty", "languageMap": {"en": "Cars at the school gate"}},
    "done": {"type": "LanguageProperty", "languageMap": {"en": "The street is closed for half an hour"}},
    "evidence": {"type": "Property", "value": "Counted before and after"},
    "licence": {"type": "Property", "value": "CC BY 4.0"},
    "source": {"type": "Property", "value": "Report of the city, 2025"},
    "status": {"type": "Property", "value": "published"},
    "enteredBy": {"type": "Property", "value": "Huber"},
    "reviewedBy": {"type": "Property", "value": "Gruber"},
}


def profile(directory: Path, name: str, peers: str = "") -> Path:
    city = directory / name
    city.mkdir()
    (city / "city.toml").write_text(PROFILE.format(name=name.title()) + peers, "utf-8")
    return city


@pytest.fixture
def brook(tmp_path: Path) -> Iterator[Server]:
    city = profile(tmp_path, "brook")
    with serving(tmp_path / "brook-data", "serve", "--city", str(city), "--set", "port=0") as server:
        yield server


@asynccontextmanager
async def asking(directory: Path, data: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with open_city(directory, data, {}) as one:
        await one.city.places.bring()
        app = Starlette(routes=list(practice_routes({one.city.name: one.city})))
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://hill", headers={"accept-language": "en"}
        ) as client:
            yield client


def publish(server: Server, card: dict[str, Any]) -> None:
    httpx.post(f"{server.url}/brook/ngsi-ld/v1/entities", json=card, timeout=30).raise_for_status()


async def shown(client: httpx.AsyncClient) -> str:
    return (await client.get("/hill/places/practices?from=peer:Brook")).raise_for_status().text


async def test_a_card_is_published_found_adopted_and_kept_when_its_city_is_gone(brook: Server, tmp_path: Path) -> None:
    address = f"{brook.url}/brook/ngsi-ld/v1"
    hill = profile(tmp_path, "hill", f'\n[district]\npeers = [{{ name = "Brook", url = "{address}" }}]\n')
    draft = {
        **{name: value for name, value in CARD.items() if name != "reviewedBy"},
        "id": "urn:ngsi-ld:Practice:not-yet",
        "title": {"type": "LanguageProperty", "languageMap": {"en": "Not reviewed yet"}},
        "status": {"type": "Property", "value": "draft"},
    }
    async with asking(hill, tmp_path / "hill-data") as pages:
        # Brook's shipped cards are nobody's of Brook yet: it offers none of them.
        assert "cards: 0<" in await shown(pages)
        publish(brook, CARD)
        publish(brook, draft)
        await pages.post("/hill/places/practices/ask")
        text = await shown(pages)
        assert "School streets" in text
        assert f"{address}/entities/urn:ngsi-ld:Practice:school-streets" in text
        assert "Not reviewed yet" not in text
        said = {"id": CARD["id"], "peer": "Brook", "by": "Hill’s planner"}
        assert (await pages.post("/hill/places/practices/adopt", data=said)).status_code == 303
        brook.process.terminate()
        brook.process.wait(20)
        await pages.post("/hill/places/practices/ask")
        text = await shown(pages)
        assert "School streets" in text
        assert "away; last answer" in text
        assert "could not be reached" in text
    async with asking(hill, tmp_path / "hill-data") as pages:  # also after Hill itself was started anew
        text = await shown(pages)
        assert "School streets" in text
        assert "away; last answer" in text
        assert "Cards waiting for review: 1" in text
