"""The pages that are shared with others: cooperation, practice cards, learning city, integrity."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from xml.etree import ElementTree as Xml

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from tests.api.city import TestCity, make_city

from madang.district.wing import PlacesFiles, open_places
from madang.errors import MadangError
from madang.packs.shipped import shipped
from madang.web.city import City
from madang.web.console.places.cluster import cluster_routes
from madang.web.problems import describe

FILES = PlacesFiles(shipped("places"), shipped("cities") / "goyang" / "district")
EMPTY = PlacesFiles(shipped("places"), shipped("cities") / "nowhere")


def places_city(base: TestCity, name: str, files: PlacesFiles) -> City:
    """A city whose ledger can be filled with ``places.bring()``."""
    city = base.city
    places = open_places(files, files.measures(), city.entities, city.places.ledger.arriving)
    return replace(city, name=name, profile=replace(city.profile, name=name, languages=("ko", "en")), places=places)


def app_of(routes: Sequence[BaseRoute]) -> Starlette:
    async def refused(_: Request, exc: Exception) -> Response:
        body = describe(exc)
        return JSONResponse(body, status_code=body["status"])

    return Starlette(routes=list(routes), exception_handlers={MadangError: refused})


@pytest.fixture
async def goyang() -> City:
    city = places_city(make_city(), "goyang", FILES)
    brought = await city.places.bring()
    assert brought.refused == {}
    return city


@pytest.fixture
async def pages(goyang: City) -> AsyncIterator[httpx.AsyncClient]:
    cities = {"goyang": goyang, "empty": places_city(make_city(), "empty", EMPTY)}
    transport = httpx.ASGITransport(app_of([*cluster_routes(cities)]))
    headers = {"accept": "text/html", "accept-language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
        yield client


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


# ------------------------------------------------------------------------------------------------- cooperation


async def test_the_network_is_a_graph_and_a_table_that_names_records_and_sources(pages: httpx.AsyncClient) -> None:
    answer = await pages.get("/goyang/places/cluster?year=2016")
    assert answer.status_code == 200
    text = answer.text
    assert text.count("<svg") >= 2
    table = text.split('id="agreements"')[1].split("</table>")[0]
    assert "Goyang City – Wien 3420 aspern Development AG" in table
    assert "/entities/urn:ngsi-ld:Agreement:goyang-visit-aspern" in table
    assert "CNB뉴스 2016-08-29" in table
    assert "Songdo" not in table  # undated, so in no year
    assert "1 agreements without a year are left out" in text


async def test_the_graph_can_be_taken_as_csv_json_and_graphml(pages: httpx.AsyncClient) -> None:
    asked = "?year=2016&agreement=study+visit"
    rows = rows_of(await pages.get(f"/goyang/places/cluster.csv{asked}"))
    assert len(rows) == 6
    assert {row["since"] for row in rows} == {"2016"}
    assert all(row["source"] for row in rows)
    graph = (await pages.get(f"/goyang/places/cluster.json{asked}")).json()
    assert (len(graph["nodes"]), len(graph["links"])) == (7, 6)
    root = Xml.fromstring((await pages.get(f"/goyang/places/cluster.graphml{asked}")).content)
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    assert len(root.findall(".//g:node", space)) == 7
    ends = {node.get("id") for node in root.findall(".//g:node", space)}
    assert {edge.get(end) for edge in root.findall(".//g:edge", space) for end in ("source", "target")} == ends
    keys = {key.get("id") for key in root.findall("g:key", space)}
    assert {one.get("key") for one in root.findall(".//g:data", space)} <= keys


@pytest.mark.parametrize("asked", ["year=19", "year=２０１６", "kind=wizards", "programme=nowhere"])
async def test_a_question_that_cannot_be_meant_is_refused(pages: httpx.AsyncClient, asked: str) -> None:
    answer = await pages.get(f"/goyang/places/cluster?{asked}")
    assert answer.status_code in (400, 404)


async def test_an_empty_ledger_has_pages_that_say_what_to_do(pages: httpx.AsyncClient) -> None:
    for path in ("cluster",):
        answer = await pages.get(f"/empty/places/{path}")
        assert answer.status_code == 200
        assert 'class="empty"' in answer.text
