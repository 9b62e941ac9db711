import re
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import orjson
import pytest
from tests.console_city import PARKS, ConsoleCity, browser, make_console_city, park_id

BRUUNS = "/aarhus/entities/" + park_id("BRUUNS")
SERIES = "/aarhus/api/entities/" + park_id("BRUUNS") + "/series"


@pytest.fixture
async def console() -> ConsoleCity:
    return await make_console_city()


@pytest.fixture
async def pages(console: ConsoleCity) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(console.city) as client:
        yield client


async def test_every_attribute_is_shown_with_title_and_value(pages: httpx.AsyncClient) -> None:
    text = (await pages.get(BRUUNS)).text
    for title in ("Cars parked", "Spaces", "Occupancy", "Free spaces", "Name", "Location"):
        assert f'<span class="attribute-title">{title}</span>' in text
    assert "56.15000, 10.20000" in text
    assert f'href="/aarhus/map?entity={quote(park_id("BRUUNS"), safe="")}"' in text


async def test_an_id_may_hold_any_sign(pages: httpx.AsyncClient) -> None:
    entity_id = park_id(PARKS[2])
    for tail in ("", "/card"):
        answer = await pages.get(f"/aarhus/entities/{quote(entity_id, safe=':')}{tail}")
        assert answer.status_code == 200
        assert "A? garage" in answer.text
    data = (
        await pages.get(f"/aarhus/api/entities/{quote(entity_id, safe=':')}/series?attribute=occupiedSpotNumber")
    ).json()
    assert len(data["lines"][0]["at"]) > 800


async def test_the_board_links_to_that_id_so_that_it_is_found(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/aarhus/boards/parking/tables/fullest")).text
    (path,) = (href for href in re.findall(r'href="([^"]+)"', text) if "A%3F" in href)
    assert (await pages.get(path)).status_code == 200


async def test_an_unknown_entity_is_a_404_page_that_helps(pages: httpx.AsyncClient) -> None:
    answer = await pages.get("/aarhus/entities/urn:ngsi-ld:Nothing:1")
    assert answer.status_code == 404
    assert "Try its name in Search" in answer.text


async def test_open_and_past_alerts_are_listed_and_mark_the_value(pages: httpx.AsyncClient) -> None:
    text = (await pages.get(BRUUNS)).text
    assert "Alert impossible" in text
    assert "Alert stuck" in text
    row = re.search(r'<code class="attribute-name">occupiedSpotNumber</code>.*?</tr>', text, re.DOTALL)
    assert row
    assert "Alert impossible" in row[0]
    assert "Alert stuck" not in row[0]


async def test_the_series_tells_which_values_are_doubtful(pages: httpx.AsyncClient) -> None:
    data = (await pages.get(f"{SERIES}?attribute=occupiedSpotNumber")).json()
    # The impossible reading since 15:00 UTC is open; the stuck one lasted from the 27th to the 28th, 17:00 UTC.
    assert sorted(data["doubtful"]) == [[1409158800000, 1409245200000], [1409324400000, None]]


async def test_a_series_can_be_bounded_and_ends_with_now(pages: httpx.AsyncClient) -> None:
    query = {"attribute": "occupiedSpotNumber", "from": "2014-08-29T12:00:00Z", "to": "2015-01-01T00:00:00Z"}
    data = (await pages.get(SERIES, params=query)).json()
    (line,) = data["lines"]
    assert line["at"][0] == 1409313600000  # 12:00 UTC
    assert line["at"][-1] == 1409331600000  # 17:00 UTC, the city's now
    assert len(line["at"]) == 11


async def test_a_silent_stretch_is_a_gap(pages: httpx.AsyncClient) -> None:
    path = f"/aarhus/api/entities/{park_id('SALLING')}/series"
    data = (await pages.get(path, params={"attribute": "occupiedSpotNumber", "from": "2014-08-29T00:00:00Z"})).json()
    (line,) = data["lines"]
    assert line["value"].count(None) == 1


async def test_a_derived_attribute_has_a_history_too(pages: httpx.AsyncClient) -> None:
    query = {"from": "2014-08-29T12:00:00Z"}
    cars = (await pages.get(SERIES, params={"attribute": "occupiedSpotNumber", **query})).json()["lines"][0]
    share = (await pages.get(SERIES, params={"attribute": "occupancy", **query})).json()["lines"][0]
    assert share["at"] == cars["at"]
    assert share["value"] == pytest.approx([100 * value / 953 for value in cars["value"]])
    assert all(low is not None for low in share["low"])


@pytest.mark.parametrize(
    "query",
    ["", "attribute=occupiedSpotNumber&from=yesterday", "attribute=occupiedSpotNumber&most=1", "attribute=a&most=x"],
)
async def test_a_series_question_that_makes_no_sense_is_refused(pages: httpx.AsyncClient, query: str) -> None:
    assert (await pages.get(f"{SERIES}?{query}")).status_code == 400


async def test_a_series_can_be_had_as_csv(pages: httpx.AsyncClient) -> None:
    answer = await pages.get(f"{SERIES}.csv?attribute=occupiedSpotNumber&from=2014-08-29T16:30:00Z")
    lines = answer.content.decode().splitlines()
    assert lines[0] == "\ufeffTime,Cars parked,Cars parked: usual low,Cars parked: usual high"
    assert [line.split(",")[0] for line in lines[1:]] == ["2014-08-29T18:30:00+02:00", "2014-08-29T19:00:00+02:00"]


async def test_the_raw_entity_is_the_apis_own(pages: httpx.AsyncClient) -> None:
    text = (await pages.get(BRUUNS)).text
    raw = re.search(r'<pre id="raw"[^>]*>(.*?)</pre>', text, re.DOTALL)
    assert raw
    document = orjson.loads(raw[1].replace("&#34;", '"'))
    assert document["id"] == park_id("BRUUNS")
    assert document["totalSpotNumber"]["value"] == 953
    assert f'href="/aarhus/ngsi-ld/v1/entities/{park_id("BRUUNS")}"' in text


async def test_the_card_shows_values_a_line_and_the_open_alert(pages: httpx.AsyncClient) -> None:
    text = (await pages.get(f"{BRUUNS}/card")).text
    assert "<html" not in text
    assert "<h2>Bruuns garage</h2>" in text
    assert re.search(r'<path class="spark-line" d="M[\d.]', text)
    assert re.search(r'<path class="spark-band" d="M[\d.]', text)
    assert "Alert impossible" in text
    assert "Alert stuck" not in text


async def test_a_past_moment_shows_the_value_of_then(pages: httpx.AsyncClient) -> None:
    text = (await pages.get(f"{BRUUNS}?at=2014-08-20T01:10:00Z")).text
    tile = re.search(r'<dt class="what">Cars parked</dt>.*?</dd>', text, re.DOTALL)
    assert tile
    assert "96" in tile[0]  # a tenth of 953, plus 1 in the second week
    assert "10 min ago" in text


async def test_a_relationship_leads_to_its_entity(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/aarhus/entities/urn:ngsi-ld:Alert:parking:impossible:BRUUNS")).text
    assert f'href="/aarhus/entities/{park_id("BRUUNS")}"' in text


async def test_daily_cities_offer_longer_ranges() -> None:
    console = await make_console_city(clock_step=86400.0)
    async with browser(console.city) as client:
        text = (await client.get(BRUUNS)).text
    assert re.findall(r"range=(\w+)#history", text)[:4] == ["30d", "90d", "1y", "all"]
    assert "6 hours" not in text
