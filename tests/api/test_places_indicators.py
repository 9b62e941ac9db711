"""The indicators' pages, CSV and JSON, asked as a browser, a program and somebody hostile ask."""

import csv
import io
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tests.api.city import make_city

from madang.district.indicators.score import Target
from madang.district.quantity import parse_quantity
from madang.errors import MadangError
from madang.web.city import City
from madang.web.console.places.indicators import indicator_routes
from madang.web.problems import problem_of, report

PAGE = "/testburg/places/indicators"
MAGOK = {"programme": "magok"}


async def make() -> City:
    """A city whose ledger has what ships with madang, and one target."""
    city = make_city().city
    city = replace(city, profile=replace(city.profile, languages=("ko", "en")))
    target = Target(parse_quantity("100", "%"), "up", "Council 2024-03-01")
    indicators = replace(city.places.indicators, targets={"madang-d-d03": target})
    city = replace(city, places=replace(city.places, indicators=indicators))
    await city.places.bring()
    return city


def site(city: City) -> Starlette:
    async def refused(request: Request, exc: Exception) -> Response:
        body = report(exc, request.method, request.url.path)
        return JSONResponse(body, status_code=problem_of(exc).status)

    return Starlette(routes=[*indicator_routes({city.name: city})], exception_handlers={MadangError: refused})


def below(page: str) -> str:
    """The page under its filter, which names every framework."""
    return page.split("indicator-filter", 1)[1].split("</form>", 1)[1]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(site(await make()), raise_app_exceptions=True)
    headers = {"accept": "text/html", "accept-language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
        yield client


async def test_the_list_shows_values_basis_and_gaps_by_framework(client: httpx.AsyncClient) -> None:
    page = (await client.get(PAGE, params=MAGOK)).text
    assert page.index("MADANG-D") < page.index("ISO 37120:2018")
    assert "82.6%" in page
    assert "basis-plan" in page
    assert "Enter one sourced fact (measure jobs)" in page
    assert "83 % of target (U4SSC 66–95)" in page
    assert "ISO 37122" not in below(page)  # nothing of it is computed from the ledger


async def test_the_list_is_in_korean_for_a_korean_reader(client: httpx.AsyncClient) -> None:
    page = (await client.get(PAGE, params=MAGOK, headers={"accept-language": "ko"})).text
    assert "토지 분양률" in page
    assert "마곡지구" in page
    assert "값이 없습니다" in page


async def test_the_list_can_be_narrowed_and_shows_every_code_when_asked(client: httpx.AsyncClient) -> None:
    everything = (await client.get(PAGE, params=MAGOK | {"show": "all"})).text
    assert "definition not verified" in everything
    assert "not computed here" in everything
    values = (await client.get(PAGE, params=MAGOK | {"show": "value"})).text
    assert "Enter one sourced fact" not in values
    one = (await client.get(PAGE, params=MAGOK | {"framework": "SDG 11", "show": "all"})).text
    assert "11.6.2" in one
    assert "D10" not in below(one)


async def test_one_indicator_has_its_reasons_its_footnotes_and_the_other_districts(client: httpx.AsyncClient) -> None:
    page = (await client.get(f"{PAGE}/madang-d-d03", params=MAGOK)).text
    assert "Why this number" in page
    assert "Land sold ÷ Saleable land" in page
    assert "서울시: 마곡도시개발사업 개요 (2024-11-21)" in page
    assert "Council 2024-03-01" in page
    others = (await client.get(f"{PAGE}/madang-d-d16", params={"programme": "aspern"})).text
    assert "HafenCity" in others
    assert "jobs from their density on land" in others


async def test_the_whole_city_has_the_indicators_its_hub_can_answer(client: httpx.AsyncClient) -> None:
    page = (await client.get(PAGE, params={"of": "city"})).text
    assert "U4SSC" in below(page)
    assert "Testburg" in page
    assert "MADANG-D" not in below(page)
    document = (await client.get(f"{PAGE}.json", params={"of": "city"})).json()
    assert "iso-37120-8-1" in {one["key"] for one in document["results"]}
    one = (await client.get(f"{PAGE}/iso-37120-8-1")).text
    assert "No value yet" in one


async def test_a_definition_from_memory_is_shown_as_unverified(client: httpx.AsyncClient) -> None:
    page = (await client.get(f"{PAGE}/iso-37122-8-3", params=MAGOK)).text
    assert "definition not verified" in page
    assert "from memory, not verified" in page


async def test_the_page_on_a_day_knows_only_what_was_stated_by_then(client: httpx.AsyncClient) -> None:
    then = (await client.get(f"{PAGE}/madang-d-d16.json", params={"programme": "hafencity", "on": "2010-01-01"})).json()
    assert [one["value"]["low"] for one in then["results"]] == [pytest.approx(40_000 / 5500)]


async def test_csv_has_a_row_for_each_result_with_its_facts_and_sources(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{PAGE}.csv", params=MAGOK)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    sold = next(row for row in rows if row["key"] == "madang-d-d03" and not row["definition"])
    assert (sold["value_low"], sold["unit"], sold["basis"]) == ("82.6042701276", "%", "actual")
    assert sold["sources"] == "서울시: 마곡도시개발사업 개요 (2024-11-21)"
    assert sold["facts"].count("magok-") == 2
    gap = next(row for row in rows if row["key"] == "madang-d-d17")
    assert gap["value_low"] == ""
    assert "measure residents_working_inside" in gap["gaps"]


async def test_json_has_all_results_of_a_programme(client: httpx.AsyncClient) -> None:
    document = (await client.get(f"{PAGE}.json", params=MAGOK)).json()
    assert document["programme"] == "magok"
    assert {one["key"] for one in document["results"]} >= {"madang-d-d03", "kr-new-town-self-sufficiency-land"}


async def test_a_value_that_is_required_and_missing_is_refused_and_named(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"{PAGE}/madang-d-d16.json", params=MAGOK | {"require": "value"})
    assert answer.status_code == 400
    assert "The ledger has no value of Jobs" in answer.json()["detail"]
    assert answer.json()["errors"][0]["pointer"].endswith("madang-d-d16/jobs")
    there = await client.get(f"{PAGE}/madang-d-d03.json", params=MAGOK | {"require": "value"})
    assert there.status_code == 200


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/nothing", "", 404),
        ("/nothing.json", "", 404),
        ("/%3Cscript%3E", "", 404),
        ("/" + "a" * 5000, "", 404),
        ("/madang-d-d10", "programme=nobody", 404),
        ("", "programme=%00", 404),
        ("", "framework=%3Cscript%3E", 400),
        ("", "show=everything", 400),
        ("", "of=country", 400),
        ("", "show=" + "가" * 2000, 400),
        ("", "on=yesterday", 400),
        (".csv", "on=2021-02-30", 400),
        (".json", "programme=%27%20OR%201=1", 404),
    ],
)
async def test_a_hostile_address_is_refused_in_words(
    client: httpx.AsyncClient, path: str, query: str, status: int
) -> None:
    answer = await client.get(f"{PAGE}{path}?{query}")
    assert answer.status_code == status
    assert answer.json()["detail"]
    assert len(answer.text) < 1000
    assert answer.headers["content-type"].startswith("application/json")  # shown as text, never as markup


async def test_a_city_without_programmes_says_what_to_do() -> None:
    transport = httpx.ASGITransport(site(make_city().city))
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        assert "has no programme yet" in (await client.get(PAGE)).text
        assert (await client.get(f"{PAGE}/madang-d-d10")).status_code == 200
        assert (await client.get(f"{PAGE}.json")).json() == {"programme": "", "on": None, "results": []}
