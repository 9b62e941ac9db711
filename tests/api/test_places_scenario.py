"""The scenario's page, CSV and JSON, asked as a browser, a program and somebody hostile ask."""

import csv
import io
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tests.api.city import make_city

from madang.errors import ConfigError, MadangError
from madang.packs.shipped import shipped
from madang.web.city import City
from madang.web.console.places.scenario import scenario_routes
from madang.web.problems import describe

EXAMPLE = Path(__file__).parents[2] / "docs" / "how-to" / "scenario.md"
GOYANG = "/goyang/places/scenario"
QUICK = "runs=200"


def city(name: str, directory: Path) -> City:
    base = make_city().city
    profile = replace(base.profile, name=name, directory=directory, languages=("ko", "en"))
    return replace(base, name=name, profile=profile)


@pytest.fixture
def cities(tmp_path: Path) -> Mapping[str, City]:
    lakeside = tmp_path / "lakeside"
    (lakeside / "district").mkdir(parents=True)
    example = EXAMPLE.read_text("utf-8").split("```toml\n", 1)[1].split("```", 1)[0]
    (lakeside / "district" / "scenario.toml").write_text(example, "utf-8")
    return {
        "goyang": city("goyang", shipped("cities") / "goyang"),
        "lakeside": city("lakeside", lakeside),
        "empty": city("empty", tmp_path),
    }


@pytest.fixture
async def pages(cities: Mapping[str, City]) -> AsyncIterator[httpx.AsyncClient]:
    async def refused(_: Request, exc: Exception) -> Response:
        body = describe(exc)
        return JSONResponse(body, status_code=body["status"])

    app = Starlette(routes=scenario_routes(cities), exception_handlers={MadangError: refused})
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    headers = {"accept": "text/html", "accept-language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=headers) as client:
        yield client


def figure(text: str, name: str) -> str:
    """What a tile says, without its tags."""
    found = re.search(rf'data-figure="{re.escape(name)}">(.*?)</div>', text, re.DOTALL)
    assert found, name
    return re.sub(r"<[^>]+>", " ", found[1])


async def test_the_page_has_key_figures_charts_sensitivity_and_years(pages: httpx.AsyncClient) -> None:
    answer = await pages.get(f"{GOYANG}?{QUICK}")
    assert answer.status_code == 200
    text = answer.text
    for name in ("jobs", "self.plan", "land", "completion", "npv", "irr", "payback", "break"):
        assert figure(text, name).strip()
    # Jobs, self-sufficiency, cash, tornado; each twice, for a page and for a phone.
    assert text.count("<svg") >= 8
    assert re.findall(r'<tr><th scope="row">(\d{4})', text) == [str(year) for year in range(2021, 2046)]
    assert "Cost in the end, of the cost published" in text.split('id="sensitivity"')[1]


async def test_published_figures_and_assumptions_are_told_apart_with_source_and_reason(
    pages: httpx.AsyncClient,
) -> None:
    text = (await pages.get(f"{GOYANG}?{QUICK}")).text
    price = text.split('for="field-land-price"')[1].split('class="scenario-field"')[0]
    assert "assumed" in price
    assert "No price is published" in price
    cost = text.split('for="field-cost"')[1].split('class="scenario-field"')[0]
    assert "published" in cost
    assert "<q>사업비 8,493억원</q>" in cost
    assert "8,493억 원" in cost
    assert "2,753 jobs" not in text  # what the spending induces is not jobs in the district
    assert "not jobs in the district" in text


async def test_a_change_is_told_against_the_base_case(pages: httpx.AsyncClient) -> None:
    base = (await pages.get(f"{GOYANG}?{QUICK}")).text
    assert "against the base case" not in base
    dense = (await pages.get(f"{GOYANG}?{QUICK}&floor-area-ratio=400")).text
    # 250 % gives 17 691 jobs, 400 % 28 305.
    assert "28\u202f305" in figure(dense, "jobs")
    assert "+10\u202f614 against the base case" in figure(dense, "jobs")
    assert "as in the base case" in figure(dense, "npv")
    assert "base case" in dense.split('id="chart-jobs"')[1].split("</section>")[0]


async def test_money_is_told_in_eok_won_and_in_bn(pages: httpx.AsyncClient) -> None:
    english = figure((await pages.get(f"{GOYANG}?{QUICK}")).text, "npv")
    assert re.search(r"KRW −[\d.]+ bn", english)
    assert "억 원" in english
    korean = await pages.get(f"{GOYANG}?{QUICK}", headers={"accept-language": "ko"})
    assert re.search(r"−[\d,]+억.* 원", figure(korean.text, "npv"))
    assert "bn KRW" in figure(korean.text, "npv")
    assert 'lang="ko"' in korean.text


async def test_an_address_says_only_what_was_changed(pages: httpx.AsyncClient) -> None:
    full = {"land-price": "2500000", "delay": "1.5", "site.end": "2026-12", "site.sale": "2026-01", "runs": "10000",
            "seed": "1", "outcome": "jobs", "takeup-years": "", "at": "2019-05-01T00:00:00Z"}  # fmt: skip
    answer = await pages.get(f"{GOYANG}?{urlencode(full)}")
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {
        "at": ["2019-05-01T00:00:00Z"],
        "land-price": ["2500000"],
        "site.sale": ["2026-01"],
        "outcome": ["jobs"],
    }
    again = await pages.get(answer.headers["location"])
    assert again.status_code == 200
    assert 'name="land-price" value="2500000"' in again.text


async def test_the_whole_form_sent_as_it_stands_leads_to_the_base_case(pages: httpx.AsyncClient) -> None:
    text = (await pages.get(GOYANG)).text
    form = text.split('<form class="scenario-form"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))
    fields |= {name: re.search(rf'name="{name}"[^>]*value="(\d+)"', form)[1] for name in ("runs", "seed")}  # type: ignore[index]  # both are there
    assert {"land-price", "site.start", "site.end", "floor-per-job", "takeup-years", "cost"} <= fields.keys()
    answer = await pages.get(f"{GOYANG}?{urlencode({**fields, 'outcome': 'npv'})}")
    assert (answer.status_code, answer.headers["location"]) == (303, GOYANG)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("land-price", "NaN"), ("land-price", "1e999"), ("land-price", "-1"), ("land-price", "9" * 5000),
        ("land-price", "<script>alert(1)</script>"), ("land-price", "٢"), ("land-price", "\x00"),
        ("site.end", "2026-13"), ("site.end", "2019-01"), ("site.end", "0000-01"), ("site.sale", "9999-12"),
        ("site.start", "2020-01"), ("delay", "19.5"), ("research-land", "80"), ("occupancy", "101"),
        ("takeup-years", "0"),
        ("__class__", "1"), ("site.__class__", "2026-01"), ("'; drop table", "1"), ("runs", "999999999"),
        ("runs", "0"), ("seed", "-1"), ("seed", "x"), ("outcome", "__init__"), ("nonsense", ""),
    ],
)  # fmt: skip
async def test_a_hostile_value_is_refused_with_its_name_on_every_door(
    pages: httpx.AsyncClient, name: str, value: str
) -> None:
    query = urlencode({name: value})
    for ending in ("json", "csv"):
        answer = await pages.get(f"/goyang/api/places/scenario.{ending}?{query}")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["pointer"] == name
    page = await pages.get(f"{GOYANG}?{query}")
    assert page.status_code == 400
    assert "This cannot be calculated" in page.text
    assert "<script>alert" not in page.text
    assert len(page.text) < 120_000


async def test_a_refused_value_stands_in_its_field_so_that_it_can_be_mended(pages: httpx.AsyncClient) -> None:
    text = (await pages.get(f"{GOYANG}?research-land=80&floor-area-ratio=300")).text
    assert re.search(r'name="research-land" value="80"[^>]*aria-invalid', text)
    assert 'name="floor-area-ratio" value="300"' in text
    assert "the uses take 141.5 ha of land, more than the district&#39;s 87.2 ha" in text.lower()


async def test_a_parameter_given_twice_is_refused(pages: httpx.AsyncClient) -> None:
    answer = await pages.get("/goyang/api/places/scenario.json?delay=1&delay=2")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "delay"


async def test_json_has_what_it_stands_on_and_exact_money(pages: httpx.AsyncClient) -> None:
    body = (await pages.get(f"/goyang/api/places/scenario.json?{QUICK}&delay=0")).json()
    assert body["changed"] == {"delay": "0", "runs": "200"}
    assert body["convention"]["npv_at"] == "2021-01-01"
    assert {one["basis"] for one in body["assumptions"]} == {"published", "assumed"}
    assert all(one["why"]["en"] and one["why"]["ko"] for one in body["assumptions"])
    cash = [Decimal(year["cash"]) for year in body["years"]]
    assert Decimal(body["years"][-1]["cumulative"]) == sum(cash)
    assert body["result"]["completion"] == "2027"
    assert len(body["bands"]["jobs"]) == len(body["years"]) == 25


async def test_the_same_question_gives_the_same_bytes_and_another_seed_does_not(pages: httpx.AsyncClient) -> None:
    first, again, other = [
        (await pages.get(f"/goyang/api/places/scenario.json?{QUICK}&seed={seed}")).json() for seed in (3, 3, 4)
    ]
    assert first == again
    assert first["bands"]["npv"] != other["bands"]["npv"]
    assert first["result"] == other["result"]


async def test_csv_has_a_row_per_year_with_numbers_a_spreadsheet_takes(pages: httpx.AsyncClient) -> None:
    answer = await pages.get(f"/goyang/api/places/scenario.csv?{QUICK}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert len(rows) == 25
    assert int(rows[-1]["cumulative (KRW)"]) == sum(int(row["cash (KRW)"]) for row in rows)
    for row in rows:
        assert float(row["jobs_p10"]) <= float(row["jobs_p50"]) <= float(row["jobs_p90"])


async def test_a_district_with_homes_has_dwellings_and_jobs_per_dwelling(pages: httpx.AsyncClient) -> None:
    text = (await pages.get(f"/lakeside/places/scenario?{QUICK}")).text
    assert re.search(r"1[12]\u202f\d{3}", figure(text, "homes"))
    assert "jobs per dwelling" in figure(text, "self.homes")
    assert 'id="chart-homes"' in text
    assert "EUR" in figure(text, "npv")
    assert "억" not in figure(text, "npv")


@pytest.mark.parametrize("outcome", ["cash", "jobs", "homes", "completion"])
async def test_the_sensitivity_may_be_about_another_outcome(pages: httpx.AsyncClient, outcome: str) -> None:
    text = (await pages.get(f"/lakeside/places/scenario?{QUICK}&outcome={outcome}")).text
    section = text.split('id="sensitivity"')[1].split("</section>")[0]
    assert "<svg" in section
    assert f'value="{outcome}" selected' in text


async def test_a_city_without_a_scenario_says_how_to_add_one(pages: httpx.AsyncClient) -> None:
    answer = await pages.get("/empty/places/scenario")
    assert answer.status_code == 200
    assert "district/scenario.toml" in answer.text
    assert '<form class="scenario-form"' not in answer.text
    assert (await pages.get("/empty/api/places/scenario.json")).status_code == 404


def test_a_faulty_scenario_ends_the_start_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "district").mkdir()
    (tmp_path / "district" / "scenario.toml").write_text("[scenario]\ncurrency = 5\n", "utf-8")
    with pytest.raises(ConfigError, match=r"district/scenario.toml:2:12: error"):
        scenario_routes({"bad": city("bad", tmp_path)})


async def test_the_form_works_without_a_script_and_every_field_has_its_label(pages: httpx.AsyncClient) -> None:
    text = (await pages.get(f"{GOYANG}?{QUICK}")).text
    form = text.split('<form class="scenario-form"')[1].split("</form>")[0]
    assert 'method="get"' in form
    assert "<button" in form
    assert 'type="range"' not in form  # a slider without a script would say no number
    ids = re.findall(r'<(?:input|select) id="([^"]+)"', form)
    assert len(ids) > 25
    assert all(f'for="{each}"' in form for each in ids)
