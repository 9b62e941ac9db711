"""The briefing's page and its files, as a browser asks for them."""

import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tests.api.city import make_city

from madang.district.wing import PlacesFiles
from madang.errors import MadangError
from madang.packs.shipped import shipped
from madang.web.city import City
from madang.web.console.places.briefing import briefing_routes
from madang.web.problems import problem_of, report

PAGE = "/testburg/places/briefing"


async def make(own: bool) -> City:
    """A city with the records that ship; own: also those of Goyang's programme."""
    city = make_city().city
    files = PlacesFiles(shipped("places"), shipped("cities") / "goyang" / "district") if own else city.places.files
    places = replace(city.places, files=files)
    await places.bring()
    return replace(city, profile=replace(city.profile, languages=("ko", "en")), places=places)


async def ask(city: City) -> AsyncIterator[httpx.AsyncClient]:
    async def refused(request: Request, exc: Exception) -> Response:
        return JSONResponse(report(exc, request.method, request.url.path), status_code=problem_of(exc).status)

    app = Starlette(routes=briefing_routes({city.name: city}), exception_handlers={MadangError: refused})
    headers = {"accept": "text/html", "accept-language": "en"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
        yield client


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async for client in ask(await make(own=True)):
        yield client


@pytest.fixture
async def bare() -> AsyncIterator[httpx.AsyncClient]:
    async for client in ask(await make(own=False)):
        yield client


async def test_the_page_is_in_the_readers_language(client: httpx.AsyncClient) -> None:
    english = (await client.get(PAGE)).text
    korean = (await client.get(PAGE, headers={"accept-language": "ko"})).text
    assert "What is offered, and where it stands" in english
    assert "무엇을 제안하고, 어디까지 왔는가" in korean
    assert "브리핑 언어" in korean


async def test_another_language_of_the_briefing_can_be_chosen(client: httpx.AsyncClient) -> None:
    page = (await client.get(PAGE, params={"lang": "fr"})).text
    assert "Ce qui est proposé, et où l’on en est" in page
    assert '<html lang="en"' in page
    assert '<div class="briefing" lang="fr">' in page
    assert "places/briefing.pdf?lang=fr" in page


async def test_the_pdf_is_given_with_its_name_and_is_the_same_each_time(client: httpx.AsyncClient) -> None:
    first = await client.get(f"{PAGE}.pdf", params={"lang": "de"})
    again = await client.get(f"{PAGE}.pdf", params={"lang": "de"})
    assert first.headers["content-type"] == "application/pdf"
    assert "testburg-briefing-de.pdf" in first.headers["content-disposition"]
    assert first.content.startswith(b"%PDF-")
    assert first.content == again.content


async def test_html_and_data_can_be_taken_along(client: httpx.AsyncClient) -> None:
    page = await client.get(f"{PAGE}.html", params={"lang": "ko"})
    assert page.text.startswith('<!doctype html>\n<html lang="ko">')
    data = await client.get(f"{PAGE}.zip")
    names = zipfile.ZipFile(io.BytesIO(data.content)).namelist()
    assert {"facts.csv", "indicators.csv", "data.json", "datapackage.json"} <= set(names)


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}.pdf", f"{PAGE}.html", f"{PAGE}.zip"])
async def test_a_language_it_does_not_speak_is_refused(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, params={"lang": "<script>"})
    assert answer.status_code == 400
    assert "ko, en, fr, de" in answer.text


async def test_a_city_without_a_programme_says_what_to_do(bare: httpx.AsyncClient) -> None:
    page = await bare.get(PAGE)
    assert page.status_code == 200
    assert "This city&#39;s ledger has no programme yet" in page.text
    assert (await bare.get(f"{PAGE}.pdf")).status_code == 404
