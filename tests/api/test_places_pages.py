"""The programme at a glance, its money, its tenants, the comparison: as a browser asks, and as somebody hostile."""

import csv
import html
import io
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tests.console_city import make_console_city
from tests.ledger_records import SQUARE
from tests.shipped_ledger import MEASURES, PLACES

from madang.district.entities import to_entity
from madang.district.kinds import BY_NAME
from madang.district.wing import PlacesFiles, open_places
from madang.errors import MadangError
from madang.model.entity import LOCATION, Attribute, Entity
from madang.ngsild.context import CORE
from madang.packs.shipped import shipped
from madang.web.city import City
from madang.web.console.places.comparison import comparison_routes
from madang.web.console.places.money import money_routes
from madang.web.console.places.overview import overview_routes
from madang.web.console.places.tenants import tenant_routes
from madang.web.problems import describe

PAGES = ("places", "places/money", "places/tenants", "places/compare")
TABLES = (
    "overview.csv?table=newest", "overview.csv?table=phases", "money.csv?table=cost", "money.csv?table=lines",
    "money.csv?table=others", "money.csv?table=contracts", "money.csv?table=sales", "money.csv?table=promises",
    "tenants.csv?table=claims", "tenants.csv?table=counts", "tenants.csv?table=steps", "tenants.csv?table=tenants",
    "tenants.csv?table=indicators", "compare.csv?table=compared", "compare.csv?table=pairs",
    "compare.csv?table=completion-cases", "compare.csv?table=completion-left-out", "compare.csv?table=cost-cases",
    "compare.csv?table=cost-left-out", "compare.csv?table=article",
)  # fmt: skip


def area(name_ko: str, name_en: str) -> Entity:
    ring = [[126.7, 37.6], [126.8, 37.6], [126.8, 37.7], [126.7, 37.6]]
    return Entity(
        f"urn:ngsi-ld:AdministrativeArea:goyang:{name_en}",
        (CORE.expand("AdministrativeArea"),),
        {
            CORE.expand("name"): (Attribute("LanguageProperty", {"ko": name_ko, "en": name_en}),),
            LOCATION: (Attribute("GeoProperty", {"type": "Polygon", "coordinates": [ring]}),),
        },
    )


@pytest.fixture
async def city() -> City:
    """Goyang's ledger, and two of its districts."""
    made = (await make_console_city(())).city
    files = PlacesFiles(PLACES, shipped("cities") / "goyang/district")
    made = replace(made, name="goyang", places=open_places(files, MEASURES, made.entities))
    assert (await made.places.bring()).refused == {}
    for one in (area("대화동", "Daehwa-dong"), area("주교동", "Jugyo-dong")):
        await made.entities.create("", one)
    return made


@pytest.fixture
async def pages(city: City) -> AsyncIterator[httpx.AsyncClient]:
    empty = replace((await make_console_city(())).city, name="empty")
    cities = {one.name: one for one in (city, empty)}

    async def refused(_: Request, exc: Exception) -> Response:
        body = describe(exc)
        return JSONResponse(body, status_code=body["status"])

    routes = [
        route for made in (overview_routes, money_routes, tenant_routes, comparison_routes) for route in made(cities)
    ]
    app = Starlette(routes=routes, exception_handlers={MadangError: refused})
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    headers = {"accept": "text/html", "accept-language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver/goyang/", headers=headers) as client:
        yield client


def words(text: str) -> str:
    """What a reader sees, without tags."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def section(text: str, name: str) -> str:
    found = re.search(rf'aria-labelledby="{name}">(.*?)</section>', text, re.DOTALL)
    assert found, name
    return words(found[1])


async def got(pages: httpx.AsyncClient, path: str) -> str:
    answer = await pages.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return answer.text


@pytest.mark.parametrize("lang", ["ko", "en"])
async def test_every_page_speaks_both_languages_and_every_footnote_is_there(
    pages: httpx.AsyncClient, lang: str
) -> None:
    for page in PAGES:
        text = (await pages.get(page, headers={"accept-language": lang})).text
        assert f'<html lang="{lang}"' in text
        assert "<svg" in text
        named = set(re.findall(r'href="#(note-\d+)"', text))
        assert named
        assert named <= set(re.findall(r'<li id="(note-\d+)"', text))


async def test_a_city_without_programmes_says_how_to_add_one(pages: httpx.AsyncClient) -> None:
    for page in PAGES:
        text = await got(pages, f"http://testserver/empty/{page}")
        assert "no programme yet" in text
        assert "<svg" not in text.split('class="content')[1]


QUESTIONS = {
    "on=9999-99-99": 400,
    "on=yesterday": 400,
    "on=0001-01-01": 200,
    "on=2016-01-01": 200,
    "on=9999-12-31": 200,
    "programme=../../etc/passwd": 404,
    "programme=%00": 404,
    "programme=korea-new-towns-3": 200,
    "programme=magok&on=2010-01-01": 200,
}
CHOICES = {
    "places?by=colour": 400,
    "places/money?currency=XYZ": 400,
    "places/compare?what=nothing": 400,
    "places/compare?with=atlantis": 400,
    "places/compare?basis=rumour": 400,
    "places/compare?currency=EU": 400,
    "places/compare.csv?table=none": 404,
    "places/money.csv?table=%3Cscript%3E": 404,
    "places/compare?with=aspern&with=aspern&what=residents": 200,
    "places/compare?what=madang-d-d11&basis=claim&currency=USD": 200,
}


async def test_hostile_questions_are_refused_and_odd_ones_answered(pages: httpx.AsyncClient) -> None:
    wanted = {f"{page}?{query}": status for page in PAGES for query, status in QUESTIONS.items()} | CHOICES
    assert {path: (await pages.get(path)).status_code for path in wanted} == wanted


async def test_the_day_rules_the_overview(pages: httpx.AsyncClient) -> None:
    now, then = await got(pages, "places"), await got(pages, "places?on=2017-05-01")
    assert "87.2 ha" in section(now, "figures")
    assert "80 ha" in section(then, "figures")
    assert "22,000" not in then
    assert "You see only what had been stated by 1 May 2017." in words(then)
    assert re.search(r'rel="prev" href="[^"]*on=2017-03-01"', then)
    assert re.search(r'rel="next" href="[^"]*on=2019-12-20"', then)
    assert 'rel="next"' not in now


async def test_before_the_first_announcement_nothing_is_known(pages: httpx.AsyncClient) -> None:
    text = await got(pages, "places?on=2016-01-01")
    assert "Nothing had been stated by this day." in text
    assert re.search(r'rel="next" href="[^"]*on=2016-06-29"', text)
    assert 'rel="prev"' not in text


async def test_without_parcels_the_city_map_says_that_the_boundary_is_not_published(pages: httpx.AsyncClient) -> None:
    place = section(await got(pages, "places"), "place")
    assert "The exact boundary is not published." in place
    assert "Named by sources: Daehwa-dong" in place
    assert "Jugyo-dong" not in place.split("Named by")[1]


async def test_land_uses_of_two_sources_are_two_pictures(pages: httpx.AsyncClient) -> None:
    place = section(await got(pages, "places"), "place")
    later, earlier = place.split("Land use, stated 31 August 2021")[1].split("Land use, stated December 2019")
    assert "infrastructure" in later
    assert "research" not in later
    assert "research" in earlier
    assert "not stated" in earlier


async def test_published_parcels_are_drawn_and_coloured_by_what_is_asked(pages: httpx.AsyncClient, city: City) -> None:
    row = {
        "id": "plot-a", "subject": "goyang-itv", "name": "A-1", "use": "research", "area": "2", "area_unit": "ha",
        "state": "on-sale", "location": SQUARE, "source": "City gazette", "stated": "2026-01-05", "status": "shipped",
    }  # fmt: skip
    await city.entities.create("", to_entity(BY_NAME["parcel"], row))
    place = section(await got(pages, "places?by=state"), "place")
    assert "on sale" in place
    assert "boundary is not published" not in place
    assert "research" in section(await got(pages, "places?by=use"), "place")
    assert "boundary is not published" in section(await got(pages, "places?on=2025-12-31"), "place")


async def test_money_shows_the_cost_of_each_statement_and_per_job_as_a_range(pages: httpx.AsyncClient) -> None:
    text = await got(pages, "places/money")
    assert "KRW 38.6–308 M/job" in section(text, "per")
    cost = section(text, "cost")
    assert "−49%" in cost
    assert "the same figure, rounded" in cost  # 8 493 and 8 500 are one figure
    assert "no source says" in section(text, "promises")
    assert "The ledger has no contracts." in section(text, "contracts")


async def test_another_currency_stands_beside_with_its_rate_and_day(pages: httpx.AsyncClient) -> None:
    text = section(await got(pages, "places/money?currency=EUR"), "cost")
    assert re.search(r"KRW 849.3 bn .*= about EUR [\d.]+ M \(1 EUR = [\d.]+ KRW \(2022-01-31, ECB\)\)", text)
    assert "= EUR" not in await got(pages, "places/money")


async def test_claims_and_counts_are_apart(pages: httpx.AsyncClient) -> None:
    text = await got(pages, "places/tenants")
    claims, counts = section(text, "claims"), section(text, "counts")
    assert "22,000 jobs" in claims
    assert "29,100" not in claims
    assert "29,100 jobs" in counts
    assert "22,000" not in counts
    steps = section(text, "steps")
    assert "260 companies" in steps
    assert "no contract" in steps


async def test_the_comparison_greys_what_does_not_compare_and_says_why(pages: httpx.AsyncClient) -> None:
    text = await got(pages, "places/compare?what=jobs")
    rows = re.findall(r'<tr class="([^"]*)">(.*?)</tr>', text.split('id="glance"')[0], re.DOTALL)
    found = {words(row).split("jobs")[0].strip(): (kind, words(row)) for kind, row in rows}
    adlershof = next(value for name, value in found.items() if name.startswith("Adlershof"))
    pangyo = next(value for name, value in found.items() if name.startswith("Pangyo"))
    assert "unlike" not in adlershof[0]
    assert "yes" in adlershof[1]
    assert "unlike" in pangyo[0]
    assert "another area" in pangyo[1]


async def test_only_the_districts_that_are_asked_for_are_compared(pages: httpx.AsyncClient) -> None:
    table = section(await got(pages, "places/compare?what=area&with=magok&with=aspern"), "compared")
    assert "Magok" in table
    assert "Aspern" in table
    assert "HafenCity" not in table
    assert "Goyang (Ilsan) Techno Valley" in table


async def test_the_outside_view_names_its_band_its_cases_and_what_is_left_out(pages: httpx.AsyncClient) -> None:
    outside = section(await got(pages, "places/compare"), "outside")
    assert "between December 2027 and September 2028; the middle case gives February 2028" in outside
    assert "one source retells all plans" in outside
    assert "which is not the district's completion" in outside
    assert "Only 1 district published its cost twice" in outside


async def test_the_article_of_2016_stands_beside_later_sources(pages: httpx.AsyncClient) -> None:
    article = section(await got(pages, "places/compare"), "article")
    assert re.search(r"HafenCity Completion 2025 .*2025–2030 \(February 2019\) / mid-2030s \(March 2023\)", article)
    assert "KRW 10.5 tn" in article
    assert "EUR 10.9 bn" in article


async def test_every_table_comes_as_csv_with_its_sources(pages: httpx.AsyncClient) -> None:
    for table in TABLES:
        answer = await pages.get(f"places/{table}")
        assert answer.status_code == 200, table
        assert answer.headers["content-type"].startswith("text/csv")
        assert "attachment" in answer.headers["content-disposition"]
        header, *rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert header[-2:] == ["Source", "URL"]
        assert {len(row) for row in rows} <= {len(header)}
        # Of Goyang there are no contracts and no tenants; a gap and a district left out have no source.
        bare = any(part in table for part in ("contracts", "tenants.csv?table=tenants", "left-out", "indicators"))
        assert bare or any(row[-2] for row in rows), table


async def test_a_csv_has_figures_in_full(pages: httpx.AsyncClient) -> None:
    rows = list(csv.reader(io.StringIO((await pages.get("places/money.csv?table=cost")).text)))
    assert any(row[2].startswith("8493 억 KRW [plan") for row in rows)
