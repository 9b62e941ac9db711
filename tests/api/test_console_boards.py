import re
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.console_city import NOW, ConsoleCity, browser, make_console_city

from madang.ngsild.time import format_time


@pytest.fixture
async def console() -> ConsoleCity:
    return await make_console_city()


@pytest.fixture
async def pages(console: ConsoleCity) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(console.city) as client:
        yield client


async def test_the_index_links_every_board(pages: httpx.AsyncClient) -> None:
    page = await pages.get("/aarhus/boards")
    assert page.status_code == 200
    assert 'href="/aarhus/boards/parking"' in page.text
    assert 'href="/aarhus/boards/weather"' in page.text


async def test_a_tile_sums_what_the_car_parks_report(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/aarhus/boards/parking")).text
    tile = re.search(r'data-tile="cars".*?</div>', text, re.DOTALL)
    assert tile
    # 17:00 UTC: waves of 953, 700 and 400 spaces at cos(16 h), plus 2 for the third week, each rounded.
    assert "1\u202f443" in tile[0]
    assert "from 3" in tile[0]


async def test_tiles_of_types_the_city_does_not_have_are_left_out(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/aarhus/boards/parking")).text
    assert 'data-tile="cars"' in text
    assert 'data-tile="fast-chargers"' not in text
    weather = (await pages.get("/aarhus/boards/weather")).text
    assert "has no data for this pack yet" in weather


async def test_a_past_moment_shows_the_values_of_that_moment(pages: httpx.AsyncClient) -> None:
    now = (await pages.get("/aarhus/boards/parking/tiles?only=cars")).text
    past = (await pages.get("/aarhus/boards/parking/tiles?only=cars&at=2014-08-20T01:10:00Z")).text
    assert now != past
    # 01:00 UTC is the foot of the wave: a tenth of 2 053 spaces, plus 1 each in the second week.
    assert re.search(r"data-value>208<", past), past


async def test_tiles_can_be_asked_for_one_by_one(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/aarhus/boards/parking/tiles?only=occupancy")).text
    assert re.findall(r'data-tile="([^"]+)"', text) == ["occupancy"]
    assert "<html" not in text


async def test_a_chart_gives_a_line_per_car_park_with_gaps_and_usual_range(pages: httpx.AsyncClient) -> None:
    data = (await pages.get("/aarhus/boards/parking/charts/cars-today.json")).json()
    lines = {line["name"]: line for line in data["lines"]}
    assert set(lines) == {
        "Bruuns garage",
        "Salling garage",
        "한글 주차장/A? garage".title().replace("Garage", "garage"),
    }
    salling = lines["Salling garage"]
    missing = [at for at, value in zip(salling["at"], salling["value"], strict=True) if value is None]
    assert len(missing) == 6
    assert all(value is not None for value in lines["Bruuns garage"]["value"])
    usual = zip(salling["low"], salling["high"], strict=True)
    assert all(low is not None and low <= high for low, high in usual)
    assert data["symbol"] == "" or isinstance(data["symbol"], str)
    assert data["to"] - data["from"] == 86_400_000


async def test_a_chart_of_a_past_moment_knows_nothing_of_what_came_later(pages: httpx.AsyncClient) -> None:
    at = "2014-08-20T10:00:00Z"
    data = (await pages.get(f"/aarhus/boards/parking/charts/cars-week.json?at={at}")).json()
    (line,) = data["lines"]
    known = [moment for moment, value in zip(line["at"], line["value"], strict=True) if value is not None]
    assert max(known) == 1408528800000  # 2014-08-20T10:00:00Z
    assert data["to"] > max(known)


async def test_a_chart_can_be_had_as_csv_with_local_times(pages: httpx.AsyncClient) -> None:
    answer = await pages.get("/aarhus/boards/parking/charts/cars-today.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="aarhus-parking-cars-today.csv"' in answer.headers["content-disposition"]
    head, first, *_ = answer.content.decode("utf-8").splitlines()
    assert head.startswith("\ufeffTime,Bruuns garage")
    assert first.startswith("2014-08-28T19:30:00+02:00,")


async def test_a_chart_has_a_page_with_its_values_as_a_table(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/aarhus/boards/parking/charts/cars-today")).text
    assert '<time datetime="2014-08-29T19:00:00+02:00">2014-08-29 19:00</time>' in text


async def test_tables_are_in_the_packs_order_with_derived_values(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/aarhus/boards/parking/tables/fullest")).text
    names = re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', text)
    assert names == ["한글 주차장/A? garage", "Salling garage", "Bruuns garage"]


async def test_the_open_alert_is_counted_in_the_boards_sentence(pages: httpx.AsyncClient) -> None:
    assert "Places with an open alert: 1" in (await pages.get("/aarhus/boards/parking")).text


@pytest.mark.parametrize("path", ["boards/nope", "boards/parking/charts/nope", "boards/parking/tables/nope"])
async def test_an_unknown_board_chart_or_table_is_a_404_page(pages: httpx.AsyncClient, path: str) -> None:
    answer = await pages.get(f"/aarhus/{path}")
    assert answer.status_code == 404
    assert "nope" in answer.text


async def test_boards_speak_korean(console: ConsoleCity) -> None:
    async with browser(console.city, "ko") as client:
        text = (await client.get("/aarhus/boards/parking")).text
    assert '<html lang="ko"' in text
    assert "지금 주차된 차" in text
    assert "3곳" in text


async def test_links_keep_the_moment_that_is_looked_at(pages: httpx.AsyncClient) -> None:
    at = format_time(NOW)
    text = (await pages.get("/aarhus/boards/parking", params={"at": at})).text
    assert "/aarhus/boards/parking/charts/cars-today.csv?at=2014-08-29T17%3A00%3A00Z" in text
