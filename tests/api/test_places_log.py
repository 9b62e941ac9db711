"""The change log's page and its export, and the page of what is not known."""

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.console_city import ConsoleCity, make_console_city
from tests.ledger_records import record, row
from tests.places_site import make_places_city, places_browser

from madang.district.desk import Desk
from madang.district.kinds import BY_NAME
from madang.district.log import find_break, parse_log

FACT = "urn:ngsi-ld:DistrictFact:valley-area-2021"


@pytest.fixture
async def town() -> ConsoleCity:
    made = await make_places_city()
    desk = Desk(made.city.entities, made.city.places.ledger.measures)
    await desk.enter(BY_NAME["fact"], row("fact"), "Kim")
    await desk.review(FACT, "Lee", "published")
    return made


@pytest.fixture
async def page(town: ConsoleCity) -> AsyncIterator[httpx.AsyncClient]:
    async with places_browser(town.city) as client:
        yield client


async def test_the_log_names_who_did_what_and_shows_its_head(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    text = (await page.get("/places/log")).text
    log = await town.city.places.ledger.log()
    assert log.head in text
    assert "The chain of all 5 events holds." in text
    for words in ("Kim", "Lee", "published", "entered", "Valley · Area: 87 ha"):
        assert words in text


async def test_the_log_is_filtered_by_programme_and_kind(page: httpx.AsyncClient) -> None:
    assert "2 events, newest first" in (await page.get("/places/log?kind=fact")).text
    assert "4 events, newest first" in (await page.get("/places/log?subject=valley")).text
    assert "Nothing has happened yet" in (await page.get("/places/log?kind=parcel")).text


@pytest.mark.parametrize("query", ["kind=dream", "page=x", "page=²", "page=" + "9" * 40])
async def test_a_strange_question_about_the_log_is_refused(page: httpx.AsyncClient, query: str) -> None:
    assert (await page.get(f"/places/log?{query}")).status_code == 400


async def test_the_exported_log_is_verified_by_itself(page: httpx.AsyncClient) -> None:
    document = (await page.get("/api/places/log.json")).json()
    assert find_break(parse_log(document)) is None
    document["events"][2]["who"] = "Nobody"
    assert find_break(parse_log(document)) == 3


async def test_a_gap_leads_to_the_form_that_fills_it(town: ConsoleCity, page: httpx.AsyncClient) -> None:
    promise = row("fact", id="p", measure="completion", unit="date", value="2024-H2", as_of="", confidence="low")
    await town.city.entities.create("", record("fact", **{**promise, "status": "shipped"}))
    text = (await page.get("/places/unknown")).text
    assert "Promises whose date is over" in text
    assert "Completion: was due H2 2024, no actual figure" in text
    href = "/aarhus/places/entry?kind=fact&amp;subject=valley&amp;measure=completion&amp;basis=actual"
    assert href in text
    form = await page.get(href.removeprefix("/aarhus").replace("&amp;", "&"))
    assert '<option value="completion" selected>' in form.text
    assert "low confidence" in text


@pytest.mark.parametrize("path", ["/places/log", "/places/unknown", "/places/entry"])
@pytest.mark.parametrize("lang", ["ko", "en"])
async def test_a_city_without_programmes_has_the_pages_too(path: str, lang: str) -> None:
    made = await make_console_city(())
    async with places_browser(made.city, lang) as page:
        assert (await page.get(path)).status_code == 200
