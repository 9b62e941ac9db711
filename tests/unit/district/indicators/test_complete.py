"""A made-up district whose ledger has everything: every district indicator is computed, each against a figure worked by
hand."""

from dataclasses import replace
from decimal import Decimal
from functools import cache

import pytest
from tests.unit.district.indicators.books import HERE, WORTH, book_of, engine, fact, figure, record

from madang.district.book import Book
from madang.district.indicators.values import Result, Results
from madang.district.records import Fact, Record

SQUARE = '{"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}'


def actual(measure: str, value: str, unit: str, **row: str) -> Fact:
    return fact(measure, value, unit, "actual", **row)


def ground() -> list[Record]:
    return [
        fact("area", "100", "ha"),
        fact("land_net", "50", "ha"),
        fact("floor_area", "1000000", "m2 GFA"),
        actual("floor_area", "400000", "m2 GFA", as_of="2026-06"),
        fact("floor_area_certified", "100000", "m2 GFA", "actual", as_of="2026-06"),
        fact("land_saleable", "40", "ha"),
        actual("land_sold", "302500", "평", as_of="2026-06"),
        fact("self_sufficiency_land", "12", "ha"),
        actual("green_area", "30", "ha"),
        actual("unsealed_share", "41", "%"),
        actual("transit_near_share", "55", "%"),
        actual("occupancy", "88", "%"),
    ]


def time_and_money() -> list[Record]:
    return [
        fact("completion", "2025-12", "date", stated="2018-06-30", baseline="b1"),
        fact("completion", "2028-06", "date", stated="2022-06-30", baseline="b2"),
        fact("groundbreaking", "2022-01", "date", stated="2018-06-30"),
        actual("groundbreaking", "2024-01-01", "date", stated="2024-01"),
        fact("zone_designation", "2020-06", "date", stated="2018-06-30"),
        actual("zone_designation", "2020-05", "date", stated="2020-05"),
        actual("physical_progress", "30", "%", as_of="2026-03-31"),
        fact("physical_progress", "50", "%", as_of="2026-03-31", stated="2024-01-01"),
        fact("investment", "8000", "억 KRW", stated="2018-06-30"),
        fact("investment", "1조", "KRW", stated="2022-06-30"),
        actual("spending", "4000", "억 KRW", as_of="2026-03-31"),
        fact("investment_private", "6000", "억 KRW"),
        fact("investment_public", "4000", "억 KRW"),
        fact("land_sale_revenue", "3000", "억 KRW"),
        fact("funding_committed", "4500", "억 KRW"),
        fact("investment_remaining", "6000", "억 KRW"),
        fact("production_effect", "5000", "억 KRW", "claim", definition="input-output"),
        fact("economic_effect", "2조", "KRW", "claim", definition="promoter"),
        record("baseline", id="b1", number="1", stated="2018-06-30", title_en="First"),
        record("baseline", id="b2", number="2", stated="2022-06-30", title_en="Second"),
    ]


def people() -> list[Record]:
    return [
        fact("jobs", "20000", "jobs"),
        fact("jobs", "25000", "jobs", "claim", definition="promoter total"),
        actual("jobs", "4000", "jobs", as_of="2022-12-31"),
        actual("jobs", "5760", "jobs", as_of="2024-12-31"),
        fact("residents", "25000", "persons"),
        actual("residents", "12000", "persons", as_of="2025"),
        fact("dwellings", "10000", "dwellings"),
        actual("dwellings", "2880", "dwellings", as_of="2025"),
        fact("dwellings_subsidised", "2000–2500", "dwellings"),
        actual("residents_working_inside", "2100", "persons"),
        actual("employed_residents", "6000", "persons"),
        actual("residents_satisfied", "93", "%"),
        actual("research_staff", "1440", "researchers"),
        actual("companies", "500", "companies"),
        actual("companies_sme", "430", "companies"),
        actual("institutes", "10", "institutes"),
        actual("students", "6000", "students"),
        actual("modal_share_walk_cycle", "35", "%"),
        fact("modal_share_walk_cycle", "40", "%"),
        actual("modal_share_public_transport", "42", "%"),
        fact("modal_share_public_transport", "40", "%"),
        actual("modal_share_car", "23", "%"),
        fact("modal_share_car", "20", "%"),
        actual("energy_demand", "110", "%"),
        actual("renewable_share", "18", "%"),
    ]


def cluster() -> list[Record]:
    local = (("J62", 3000, 3600), ("M72", 1000, 2160))
    wide = (("J62", 20_000, 22_000), ("M72", 5_000, 6_000), ("G47", 75_000, 72_000))
    facts: list[Record] = [
        actual("jobs", str(count), "jobs", definition=f"sector: {name}", as_of=year, boundary=boundary)
        for boundary, rows in (("district", local), ("reference area", wide))
        for name, *counts in rows
        for year, count in zip(("2022", "2024"), counts, strict=True)
        if boundary == "district" or name != "G47"
    ]
    tenants = [
        record("organization", id=f"o{number}", name_en=f"O{number}", kind="university" if number == 4 else "industry")
        for number in range(1, 5)
    ]
    stays = [
        record("tenancy", party="o1", since="2020-01-01", sme="yes", parcel="p1"),
        record("tenancy", party="o2", since="2020-01-01", sme="yes"),
        record("tenancy", party="o3", since="2020-01-01", until="2021-06-30", sme="no"),
        record("tenancy", party="o4", since="2020-01-01", sme="no"),
    ]
    parcels = [
        record("parcel", id="p1", name="1", use="industrial", state="completed", location=SQUARE, area="20",
               area_unit="ha", floor_area="100000", floor_area_unit="m2 GFA", stated="2026"),
        record("parcel", id="p2", name="2", use="research", state="contracted", location=SQUARE, area="10",
               area_unit="ha", floor_area="300000", floor_area_unit="m2 GFA", stated="2026"),
        record("parcel", id="p3", name="3", use="research", state="on-sale", location=SQUARE, area="10",
               area_unit="ha", stated="2026"),
        record("parcel", id="p4", name="4", use="green", state="completed", location=SQUARE, area="60",
               area_unit="ha", stated="2026"),
    ]  # fmt: skip
    return [*facts, *tenants, *stays, *parcels]


@cache
def book() -> Book:
    return book_of(*ground(), *time_and_money(), *people(), *cluster())


@pytest.fixture
async def found() -> Results:
    return await engine(worth=WORTH).compute(book(), HERE)


async def test_every_district_indicator_is_computed(found: Results) -> None:
    wanted = [f"madang-d-d{number:02}" for number in range(1, 46)]
    wanted += [
        "kr-new-town-self-sufficiency-land",
        "kr-new-town-jobs-per-dwelling",
        "kr-new-town-self-containment",
        "iso-37120-21-3",
        "iso-37123-5-5",
    ]
    lacking = {key: [gap.what["en"] for gap in found[key][0].gaps] for key in wanted if found[key][0].value is None}
    assert lacking == {}
    assert set(found) == set(wanted)


# Key, basis, what tells the result from others ("" for the plain one), low, high, unit. Worked by hand.
FIGURES = (
    ("d01", "plan", "", 2.0, 2.0, "FSI"),  # 1 000 000 m2 / 50 ha
    ("d02", "actual", "", 40.0, 40.0, "%"),
    ("d02", "actual", "from parcels", 25.0, 25.0, "%"),  # 100 000 of 400 000 m2
    ("d03", "actual", "", 250.0, 250.0, "%"),  # 302 500 pyeong are 100 ha, of 40 ha: the ledger is asked, not judged
    ("d03", "actual", "from parcels; use: research", 50.0, 50.0, "%"),
    ("d03", "actual", "from parcels; use: industrial", 100.0, 100.0, "%"),
    ("d04", "actual", "", -20.0, -20.0, "pp"),
    ("d05", "plan", "", 30.0, 30.0, "months"),
    ("d06", "plan", "new baselines", 1.0, 1.0, "ratio"),
    ("d06", "plan", "completion moved, either way", 30.0, 30.0, "months"),
    ("d07", "actual", "SPI", 0.6, 0.6, "ratio"),
    ("d08", "actual", "", 0.75, 0.75, "ratio"),  # 1조 x 30 % / 4000억
    ("d09", "plan", "", 125.0, 125.0, "%"),
    ("d10", "plan", "", 1e10, 1e10, "KRW/ha"),
    ("d11", "plan", "", 5e7, 5e7, "KRW/job"),
    ("d11", "", "promoter total", 4e7, 4e7, "KRW/job"),
    ("d12", "plan", "", 1.5, 1.5, "ratio"),
    ("d13", "plan", "", 75.0, 75.0, "%"),
    ("d14", "plan", "", 200.0, 200.0, "jobs/ha"),
    ("d14", "actual", "", 57.6, 57.6, "jobs/ha"),
    ("d15", "actual", "", 120.0, 120.0, "persons/ha"),
    ("d16", "plan", "", 2.0, 2.0, "jobs/dwelling"),
    ("d16", "actual", "", 2.0, 2.0, "jobs/dwelling"),
    ("d16", "", "claimed jobs over planned dwellings; promoter total", 2.5, 2.5, "jobs/dwelling"),
    ("d17", "actual", "", 35.0, 35.0, "%"),
    ("d18", "actual", "jobs", 28.8, 28.8, "%"),
    ("d18", "actual", "residents", 48.0, 48.0, "%"),
    # J62: (3600 / 5760) / (22000 / 28000)
    ("d19", "actual", "sector J62", 0.7955, 0.7955, "ratio"),
    ("d19", "actual", "sector M72", 1.75, 1.75, "ratio"),
    ("d21", "actual", "jobs by sector", 0.5312, 0.5312, "ratio"),  # 0.625² + 0.375²
    ("d22", "actual", "", 0.3214, 0.3214, "ratio"),  # 2 x |0.625 - 0.7857|
    ("d23", "actual", "as the wider area grew", 480.0, 480.0, "jobs"),  # 4000 x 12 %
    ("d23", "actual", "by the mix of sectors", 20.0, 20.0, "jobs"),
    ("d23", "actual", "by the district itself", 1260.0, 1260.0, "jobs"),
    ("d24", "actual", "", 25.0, 25.0, "%"),
    ("d25", "actual", "companies per institute", 50.0, 50.0, "companies/institutes"),
    ("d25", "actual", "students per company", 12.0, 12.0, "students/company"),
    ("d25", "actual", "kinds of tenants; university of 3 tenants", 33.33, 33.33, "%"),
    ("d27", "actual", "", 86.0, 86.0, "%"),
    ("d27", "actual", "from tenancies; of tenants", 66.67, 66.67, "%"),
    ("d28", "actual", "", 88.0, 88.0, "%"),
    ("d29", "plan", "", 20.0, 25.0, "%"),
    ("d30", "actual", "green", 30.0, 30.0, "%"),
    ("d31", "actual", "", 41.0, 41.0, "%"),
    ("d32", "actual", "walking and cycling", -5.0, -5.0, "pp"),
    ("d32", "actual", "public transport", 2.0, 2.0, "pp"),
    ("d32", "actual", "car", 3.0, 3.0, "pp"),
    ("d33", "actual", "", 110.0, 110.0, "%"),
    ("d34", "actual", "", 18.0, 18.0, "%"),
    ("d35", "actual", "", 25.0, 25.0, "%"),
    ("d36", "actual", "", 55.0, 55.0, "%"),
    # Zone designation in time, ground broken late, completion due and not done: 1 of 3.
    ("d37", "actual", "of 3 milestones due", 33.33, 33.33, "%"),
    ("d38", "plan", "", 75.0, 75.0, "%"),
    ("d39", "forecast", "NPV", 1.2e9, 1.2e9, "KRW"),
    ("d39", "forecast", "IRR", 6.1, 6.1, "%/year"),
    ("d40", "claim", "production effect; input-output", 0.5, 0.5, "ratio"),
    ("d40", "claim", "economic effect; promoter", 2.0, 2.0, "ratio"),
    ("d40", "claim", "jobs; promoter total", 25.0, 25.0, "jobs/bn KRW"),
    ("d42", "actual", "", 93.0, 93.0, "%"),
    ("d43", "actual", "", 20.0, 20.0, "%/year"),  # 4 000 to 5 760 in two years
    ("d44", "plan", "", 7.5, 7.5, "months/year"),  # 30 months in the four years between the announcements
    ("d45", "actual", "", 28.8, 28.8, "%"),
)


@pytest.mark.parametrize(("code", "basis", "label", "low", "high", "unit"), FIGURES)
async def test_the_figure_is_the_one_worked_by_hand(
    found: Results, code: str, basis: str, label: str, low: float, high: float, unit: str
) -> None:
    result = _of(found[f"madang-d-{code}"], basis, label)
    assert figure(result) == (low, high)
    assert result.value is not None
    assert result.value.unit.symbol == unit


def _of(results: tuple[Result, ...], basis: str, label: str) -> Result:
    found = [one for one in results if one.basis == basis and one.definition == label]
    assert len(found) == 1, [(one.basis, one.definition) for one in results]
    return found[0]


async def test_survival_is_estimated_with_its_range(found: Results) -> None:
    after = {one.definition: one for one in found["madang-d-d26"]}
    assert figure(after["after 1 years"]) == (100, 100)
    low, high = figure(after["after 3 years"])
    assert low < 75 < high  # 3 of 4 stayed
    assert after["after 3 years"].note is not None
    assert "75.0%" in after["after 3 years"].note["en"]


async def test_a_location_quotient_with_its_interval_holds_the_point(found: Results) -> None:
    points = {one.definition: figure(one)[0] for one in found["madang-d-d19"]}
    for one in found["madang-d-d20"]:
        low, high = figure(one)
        assert low < points[one.definition] < high


async def test_without_published_progress_the_s_curve_stands_in_and_says_so() -> None:
    facts = [
        fact("completion", "2025-12-31", "date", stated="2022"),
        actual("groundbreaking", "2024-01-01", "date"),
        actual("physical_progress", "30", "%", as_of="2024-12-31"),
    ]
    (behind,) = (await engine().compute(book_of(*facts), HERE, ["madang-d-d04"]))["madang-d-d04"]
    # Half of the time has passed, so half of the work was planned.
    assert behind.value is not None
    assert float(behind.value.low) == pytest.approx(-20, abs=0.2)
    assert behind.note is not None
    assert "slow, fast, slow" in behind.note["en"]
    assert [one.name for one in behind.inputs if one.assumed] == ["planned"]


async def test_evidence_counts_what_is_dated_quoted_addressed_and_from_who_is_responsible() -> None:
    facts = [
        fact("area", "1", "ha"),
        fact("area", "2", "ha", quote=""),
        fact("area", "3", "ha", url=""),
        fact("area", "4", "ha", confidence="medium"),
        fact("area", "5", "ha", stated=""),
    ]
    (result,) = (await engine().compute(book_of(*facts), HERE, ["madang-d-d41"]))["madang-d-d41"]
    assert figure(result) == (20, 20)


async def test_concentration_counts_tenants_where_their_jobs_are_not_known() -> None:
    records = [
        record("organization", id="o9", name_en="O", kind="industry"),
        *(record("tenancy", party="o9", sector=sector, since="2024") for sector in ("J62", "J62", "M72", "G47")),
    ]
    (result,) = (await engine().compute(book_of(*records), HERE, ["madang-d-d21"]))["madang-d-d21"]
    assert figure(result) == (0.375, 0.375)
    assert result.definition == "tenants by sector"


async def test_a_tenant_that_left_is_no_part_of_the_mix() -> None:
    records = [
        record("organization", id="o9", name_en="O", kind="industry"),
        record("tenancy", party="o9", sector="J62", jobs="100", jobs_unit="jobs", since="2020"),
        record("tenancy", party="o9", sector="M72", jobs="300", jobs_unit="jobs", since="2020", until="2023-01-31"),
    ]
    (result,) = (await engine().compute(book_of(*records), HERE, ["madang-d-d21"]))["madang-d-d21"]
    assert figure(result) == (1, 1)


async def test_a_cash_flow_without_a_rate_has_a_worth_and_a_gap() -> None:
    worth = replace(WORTH, irr=None, why_not="several-roots", npv=Decimal(-5))
    found = (await engine(worth=worth).compute(book(), HERE, ["madang-d-d39"]))["madang-d-d39"]
    assert [(one.definition, figure(one)) for one in found] == [("NPV", (-5, -5))]


async def test_parcels_of_more_than_so_much_make_a_gap_and_no_error() -> None:
    cells = {
        "use": "research",
        "state": "completed",
        "location": SQUARE,
        "area_unit": "ha",
        "floor_area_unit": "m2 GFA",
    }
    parcels = [
        record("parcel", name=name, **cells, area=said, floor_area=said) for name, said in (("A", "3"), ("B", ">3"))
    ]
    results = await engine(worth=WORTH).compute(book_of(*parcels), HERE)
    told = [gap.what["en"] for each in results.values() for one in each for gap in one.gaps]
    assert "1 of the parcels give only a bound of their area, so there is no sum: B." in told
    assert all(one.value is None for key in ("madang-d-d02", "madang-d-d03") for one in results[key])
