"""The pages that are shared with others: cooperation, practice cards, learning city, integrity."""

import csv
import io
import json
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from xml.etree import ElementTree as Xml
from zipfile import ZipFile

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from tests.api.city import HandClock, TestCity, make_city
from tests.ledger_records import SAMPLES

from madang.district.desk import Desk
from madang.district.entities import to_entity
from madang.district.exchange import Exchange, Peer
from madang.district.kinds import BY_NAME, GNLC
from madang.district.records import Practice
from madang.district.wing import PlacesFiles, open_places
from madang.errors import MadangError, SourceUnavailable
from madang.model.entity import Attribute, Entity, Json
from madang.ngsild.context import CORE
from madang.ngsild.serialize import Projection, Representation, render_entity
from madang.packs.shipped import shipped
from madang.stores.memory_side import MemoryDocumentStore
from madang.web.city import City
from madang.web.console.places.cluster import cluster_routes
from madang.web.console.places.integrity import integrity_routes
from madang.web.console.places.learning import learning_routes
from madang.web.console.places.practices import FORM_MAX, practice_routes
from madang.web.problems import describe

FILES = PlacesFiles(shipped("places"), shipped("cities") / "goyang" / "district")
EMPTY = PlacesFiles(shipped("places"), shipped("cities") / "nowhere")


def places_city(base: TestCity, name: str, files: PlacesFiles) -> City:
    """A city whose ledger can be filled with ``places.bring()``."""
    city = base.city
    places = open_places(files, files.measures(), city.entities, city.places.ledger.arriving)
    return replace(city, name=name, profile=replace(city.profile, name=name, languages=("ko", "en")), places=places)


def share_routes(cities: Mapping[str, City]) -> Sequence[BaseRoute]:
    return [
        *cluster_routes(cities),
        *integrity_routes(cities),
        *learning_routes(cities),
        *practice_routes(cities),
    ]


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
    transport = httpx.ASGITransport(app_of(share_routes(cities)))
    headers = {"accept": "text/html", "accept-language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
        yield client


@pytest.fixture
async def quick() -> AsyncIterator[httpx.AsyncClient]:
    """The same pages over an empty ledger."""
    cities = {"goyang": places_city(make_city(), "goyang", EMPTY)}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app_of(share_routes(cities))), base_url="http://testserver"
    ) as client:
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
    assert "/entities/urn:ngsi-ld:DistrictAgreement:goyang-visit-aspern" in table
    assert "CNB뉴스 2016-08-29" in table
    assert "Songdo" not in table  # undated, so in no year
    assert "left out once a year is chosen: 1." in text


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
async def test_a_question_that_cannot_be_meant_is_refused(quick: httpx.AsyncClient, asked: str) -> None:
    answer = await quick.get(f"/goyang/places/cluster?{asked}")
    assert answer.status_code in (400, 404)


# --------------------------------------------------------------------------------------------------- integrity


def request(local: str, came: str, closed: str = "") -> Entity:
    times = {"requested_datetime": came, **({"closed_datetime": closed} if closed else {})}
    return Entity(
        f"urn:ngsi-ld:ServiceRequest:{local}",
        (CORE.expand("ServiceRequest"),),
        {CORE.expand(name): (Attribute("Property", text),) for name, text in times.items()},
    )


async def test_a_city_without_complaints_and_contracts_is_told_what_to_feed(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/goyang/places/integrity")).text
    assert "Send ServiceRequest entities (Open311) with requested_datetime and closed_datetime" in text
    assert "upload contracts.csv" in text


async def test_complaints_of_the_hub_are_counted_against_the_limit_asked_for(
    pages: httpx.AsyncClient, goyang: City
) -> None:
    # The city's clock stands at 2026-11-22T09:00Z.
    for one in (
        request("a", "2026-11-01T09:00:00Z", "2026-11-04T09:00:00Z"),
        request("b", "2026-11-01T09:00:00Z", "2026-11-12T09:00:00Z"),
        request("c", "2026-11-12T09:00:00Z"),
        request("d", "some day"),
    ):
        await goyang.entities.create("", one)
    rows = {row["indicator"]: row for row in rows_of(await pages.get("/goyang/places/integrity.csv?days=7"))}
    assert (rows["within"]["count"], rows["within"]["of"], rows["median"]["value"]) == ("1", "3", "7.0")
    fortnight = {row["indicator"]: row for row in rows_of(await pages.get("/goyang/places/integrity.csv"))}
    assert (fortnight["within"]["count"], fortnight["within"]["of"], fortnight["within"]["not_known"]) == (
        "2",
        "2",
        "1",
    )
    assert "want of a readable time of arrival: 1." in (await pages.get("/goyang/places/integrity")).text


async def test_every_national_score_is_labelled_and_stands_apart_from_the_citys_own(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/goyang/places/integrity")).text
    own, others = text.split('aria-labelledby="published"')
    assert "Transparency International" not in own
    assert others.count("Corruption Perceptions Index (Transparency International)") == 5
    assert others.count("national score, not this city’s") == 5
    assert others.count("a national body’s score of the city’s administration") == 2
    assert others.count("agrees with what was published") == 2
    whose = [row["whose"] for row in rows_of(await pages.get("/goyang/places/integrity.csv"))]
    assert (whose.count("country"), whose.count("city")) == (5, 2)


async def test_eight_changes_of_plan_lack_a_reason_and_lead_to_their_records(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/goyang/places/integrity?programme=goyang-itv")).text
    row = text.split("Changes of plan without a published reason")[1].split("</tr>")[0]
    assert "100 %" in row
    assert "8 of 8" in row
    assert row.count("/places/entry/record?id=urn%3Angsi-ld%3ADistrictBaseline%3Ab") == 8


async def test_contracts_of_the_ledger_have_shares_and_lead_to_those_to_look_at(
    pages: httpx.AsyncClient, goyang: City
) -> None:
    plain = {"subject": "goyang-itv", "party": "gh", "kind": "works", "source": "Register of contracts"}
    await publish(goyang, "contract", {**plain, "id": "w1", "procurement": "open", "bids": "1"})
    await publish(goyang, "contract", {**plain, "id": "w2", "procurement": "open", "bids": "4"})
    await publish(goyang, "contract", {**plain, "id": "w3", "procurement": "unknown"})
    text = (await pages.get("/goyang/places/integrity")).text
    single = text.split("Single bid where several were possible")[1].split("</tr>")[0]
    assert "50 %" in single
    assert "1 of 2" in single
    assert "urn%3Angsi-ld%3ADistrictContract%3Aw1" in single
    assert "w2" not in single
    opened = text.split("Open procedure</th>")[1].split("</tr>")[0]
    assert "2 of 2" in opened
    assert "1 unknown, left out" in opened


@pytest.mark.parametrize("days", ["0", "366", "-3", "many", "１４"])
async def test_a_limit_that_is_no_number_of_days_is_refused(quick: httpx.AsyncClient, days: str) -> None:
    assert (await quick.get("/goyang/places/integrity", params={"days": days})).status_code == 400


# ------------------------------------------------------------------------------------------------ learning city


def evidence(local: str, area: str, **cells: str) -> Mapping[str, str]:
    return {"id": local, "city": "Goyang", "area": area, "title_en": f"Title {local}", "source": "Report", **cells}


async def publish(city: City, kind: str, row: Mapping[str, str]) -> str:
    desk = Desk(city.entities, city.places.ledger.measures)
    entity_id = await desk.enter(BY_NAME[kind], row, "Kim")
    await desk.review(entity_id, "Lee", "published")
    return entity_id


async def test_an_empty_folder_names_all_twelve_areas_and_opens_the_form_for_each(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/goyang/places/learning")).text
    for code in GNLC:
        assert f'id="area-{code}"' in text
        assert f"area={code}" in text
    assert "12 of 12 areas have no evidence yet" in text


async def test_the_folder_counts_published_evidence_and_names_the_newest(
    pages: httpx.AsyncClient, goyang: City
) -> None:
    await publish(goyang, "evidence", evidence("a", "P1", as_of="2023"))
    await publish(goyang, "evidence", evidence("b", "P1", as_of="2025-03", url="https://x.example/b"))
    text = (await pages.get("/goyang/places/learning")).text
    area = text.split('id="area-P1"')[1].split('id="area-P2"')[0]
    assert "March 2025" in area.split("<ul")[0]
    assert area.index("Title b") < area.index("Title a")
    assert "11 of 12 areas have no evidence yet" in text


async def test_the_folder_comes_as_a_zip_that_is_the_same_each_time(pages: httpx.AsyncClient, goyang: City) -> None:
    await publish(goyang, "evidence", evidence("a", "C3", as_of="2023", title_ko="배움"))
    answer, again = [await pages.get("/goyang/places/learning.zip") for _ in range(2)]
    assert answer.content == again.content
    with ZipFile(io.BytesIO(answer.content)) as folder:
        names = set(folder.namelist())
        assert {"evidence.csv", "evidence.json", "README.txt"} <= names
        rows = list(csv.DictReader(io.StringIO(folder.read("evidence.csv").decode("utf-8-sig"))))
        assert [(row["area"], row["title_ko"]) for row in rows] == [("C3", "배움")]
        document = json.loads(folder.read("evidence.json"))
        assert [len(area["evidence"]) for area in document["areas"] if area["code"] == "C3"] == [1]
        assert len(document["areas"]) == 12


# ---------------------------------------------------------------------------------------------- practice cards

HUB = "https://hub.example/wien/ngsi-ld/v1"


@dataclass
class Wien:
    """The hub of another city, by what it answers; None: it is away."""

    answer: list[Json] | None

    async def entities(self, url: str, params: Mapping[str, str]) -> Sequence[Json]:
        if self.answer is None:
            raise SourceUnavailable(f"{url} did not answer in time.")
        return self.answer


def card(local: str = "shade", **cells: str) -> Json:
    signed = {"status": "published", "entered_by": "Huber", "reviewed_by": "Gruber"}
    row = {**SAMPLES["practice"], **signed, "id": local, **cells}
    return render_entity(to_entity(BY_NAME["practice"], row), CORE, Representation(), Projection())


@dataclass
class Neighbours:
    """Goyang, which asks Wien."""

    pages: httpx.AsyncClient
    wien: Wien
    clock: HandClock
    city: City


@pytest.fixture
async def neighbours(goyang: City) -> AsyncIterator[Neighbours]:
    wien, clock = Wien([card()]), HandClock()
    exchange = Exchange([Peer("Wien", HUB)], wien, MemoryDocumentStore(), clock)
    city = replace(goyang, places=replace(goyang.places, exchange=exchange))
    transport = httpx.ASGITransport(app_of(share_routes({"goyang": city})))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://testserver", headers={"accept-language": "en"}
    ) as client:
        yield Neighbours(client, wien, clock, city)


async def test_shipped_cards_show_the_facts_that_they_name_as_evidence(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/goyang/places/practices?card=aspern-eva")).text
    assert text.count('<article class="card practice"') == 1
    assert "/entities/urn:ngsi-ld:DistrictFact:aspern-monitoring-kpis-2024" in text
    assert "62 KPIs" in text
    assert "shipped, not reviewed here" in text
    assert "aspern-monitoring-kpis-2024;" not in text


async def test_every_shipped_card_names_facts_of_the_ledger_and_a_source(goyang: City) -> None:
    book = await goyang.places.ledger.book()
    known = {fact.id.rpartition(":")[2] for fact in book.facts}
    assert len(book.practices) == 4
    for one in book.practices:
        assert {part.strip() for part in one.evidence.split(";")} <= known
        assert all((one.source.url, one.source.quote, one.licence))
        assert set(one.title) == set(one.problem) == set(one.done) == {"ko", "en"}


async def test_cards_are_found_by_words_and_by_whose_they_are(neighbours: Neighbours) -> None:
    async def titles(query: str) -> set[str]:
        answer = await neighbours.pages.get(f"/goyang/places/practices?{query}")
        return set(re.findall(r'<h2 id="card-\d+">([^<]+)</h2>', answer.text))

    assert await titles("q=SALE+hamburg") == {"Financing public investment from the sale of land"}
    assert await titles("q=62개") == {"Checking a district’s own goals with 62 indicators"}
    assert await titles("from=peer:Wien") == {"Shade"}
    assert await titles("from=published") == set()
    assert len(await titles("from=shipped")) == 4


async def test_a_peers_card_stays_with_its_age_when_the_peer_is_away(neighbours: Neighbours) -> None:
    pages, clock = neighbours.pages, neighbours.clock
    assert "answered just now; cards: 1" in (await pages.get("/goyang/places/practices")).text
    neighbours.wien.answer = None
    clock.advance(3 * 3600)
    text = (await pages.get("/goyang/places/practices")).text
    assert "Shade" in text
    assert "away; last answer 3 h ago; cards: 1" in text
    assert "did not answer in time" in text


async def test_asking_again_brings_what_is_new_and_names_what_cannot_be_read(neighbours: Neighbours) -> None:
    await neighbours.pages.get("/goyang/places/practices")
    neighbours.wien.answer = [card(), card("roofs", title_en="Green roofs"), {"id": "urn:x:1", "type": "Practice"}]
    assert "Green roofs" not in (await neighbours.pages.get("/goyang/places/practices")).text
    answer = await neighbours.pages.post("/goyang/places/practices/ask")
    assert answer.status_code == 303
    text = (await neighbours.pages.get("/goyang/places/practices")).text
    assert "Green roofs" in text
    assert "Cards that cannot be read: 1" in text
    assert "urn:x:1" in text


async def test_what_a_peer_says_is_text_and_never_markup(neighbours: Neighbours) -> None:
    neighbours.wien.answer = [card(title_en="<script>alert(1)</script>", contact='"><img src=x>')]
    text = (await neighbours.pages.get("/goyang/places/practices?from=peer:Wien")).text
    assert "<script>alert(1)" not in text
    assert "<img" not in text


async def test_an_adopted_card_waits_as_a_draft_that_names_its_origin(neighbours: Neighbours) -> None:
    await neighbours.pages.get("/goyang/places/practices")
    said = {"id": "urn:ngsi-ld:Practice:shade", "peer": "Wien", "by": "Park"}
    answer = await neighbours.pages.post("/goyang/places/practices/adopt", data=said)
    assert answer.status_code == 303
    assert "urn%3Angsi-ld%3APractice%3Ashade" in answer.headers["location"]
    book = await neighbours.city.places.ledger.book()
    (draft,) = [one for one in book.waiting if isinstance(one, Practice)]
    assert f"urn:ngsi-ld:Practice:shade (Wien, {HUB}/entities/" in draft.source.title
    assert (draft.city, draft.entry.entered_by, draft.entry.status) == ("Seaside", "Park", "draft")
    assert "Cards waiting for review: 1" in (await neighbours.pages.get("/goyang/places/practices")).text


async def test_adopting_needs_a_name_and_a_card_that_is_there(neighbours: Neighbours) -> None:
    await neighbours.pages.get("/goyang/places/practices")
    said = {"id": "urn:ngsi-ld:Practice:shade", "peer": "Wien", "by": " "}
    answer = await neighbours.pages.post("/goyang/places/practices/adopt", data=said)
    assert (answer.status_code, "Say who enters it: your name." in answer.text) == (400, True)
    for wrong in ({**said, "id": "urn:ngsi-ld:Practice:none"}, {**said, "peer": "Lyon"}, {}):
        assert (await neighbours.pages.post("/goyang/places/practices/adopt", data=wrong)).status_code == 404
    large = await neighbours.pages.post("/goyang/places/practices/adopt", data={"by": "x" * FORM_MAX})
    assert large.status_code == 413


async def test_cards_of_all_come_as_csv_with_whose_they_are(neighbours: Neighbours) -> None:
    rows = rows_of(await neighbours.pages.get("/goyang/places/practices.csv"))
    assert [row["from"] for row in rows] == ["", "", "", "", "Wien"]
    assert (rows[-1]["cost"], rows[-1]["cost_unit"], rows[-1]["title_en"]) == ("3", "억 KRW", "Shade")


async def test_a_city_without_peers_is_told_how_to_name_one(pages: httpx.AsyncClient) -> None:
    text = (await pages.get("/goyang/places/practices")).text
    assert 'peers = [{ name = "Wien"' in text
    assert "Offered at this address now: 0." in text
    assert "type=Practice" in text


async def test_an_empty_ledger_has_pages_that_say_what_to_do(pages: httpx.AsyncClient) -> None:
    for path in ("cluster", "integrity", "learning", "practices"):
        answer = await pages.get(f"/empty/places/{path}")
        assert answer.status_code == 200
        assert 'class="empty' in answer.text
