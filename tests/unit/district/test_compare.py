"""Like with like: what compares, what does not and why, and that nothing is dropped."""

from datetime import date
from fractions import Fraction
from typing import Literal

import pytest
from tests.shipped_ledger import ITV, MEASURES, PLACES, book_of, programme, record, shipped_book

from madang.district.book import Book
from madang.district.compare import Compared, Comparison, comparable, compare, plan_and_actual
from madang.district.rates import Rates
from madang.district.records import Basis, Record
from madang.district.rows import local_id
from madang.district.wing import PlacesFiles
from madang.packs.shipped import shipped

TODAY = date(2026, 11, 22)
RATES = Rates.load(PLACES / "rates.csv")
NAMES = ("own", "north", "south")


def ids(*names: str) -> list[str]:
    return [f"urn:ngsi-ld:DevelopmentProgramme:{name}" for name in names]


def every(book: Book) -> list[str]:
    return [ITV, *(one for one in book.programmes if one != ITV)]


def of_measure(what: str, basis: Basis | Literal[""] = "") -> Comparison:
    book = shipped_book()
    return compare(book, {}, every(book), what, today=TODAY, rates=RATES, basis=basis)


def named(comparison: Comparison) -> dict[str, Compared]:
    return {local_id(row.programme.id): row for row in reversed(comparison.rows)}


def small(*facts: Record) -> Book:
    return book_of(*(programme(name, "own" if name == "own" else "reference") for name in NAMES), *facts)


def area(name: str, value: str = "50", **cells: str) -> Record:
    plain = {"id": f"{name}-{value}-{len(cells)}", "subject": name, "measure": "area", "unit": "ha", "stated": "2024"}
    return record("fact", **(plain | {"value": value} | cells))


def small_rows(*facts: Record, what: str = "area", currency: str = "") -> dict[str, Compared]:
    found = compare(small(*facts), {}, ids(*NAMES), what, today=TODAY, rates=RATES, currency=currency)
    return named(found)


def test_the_largest_comes_first_and_every_district_is_somewhere() -> None:
    areas = of_measure("area")
    like = [local_id(row.programme.id) for row in areas.like]
    assert like[:3] == ["paris-saclay", "songdo", "goyang-changneung"]
    assert like[-1] == "goyang-itv"
    told = {row.programme.id for row in areas.rows} | {one.id for one in areas.missing}
    assert told == set(shipped_book().programmes)


def test_counts_compare_with_counts_and_claims_are_kept_apart() -> None:
    jobs = of_measure("jobs")
    assert (jobs.basis, jobs.definition) == ("actual", "")
    assert {local_id(row.programme.id) for row in jobs.like} == {"adlershof", "hafencity", "aspern"}
    rows = named(jobs)
    assert rows["la-defense"].unlike == ("boundary",)
    assert rows["goyang-changneung"].unlike == ("basis", "definition")
    assert rows["paris-rive-gauche"].unlike == ("basis", "old")


def test_ones_own_unlike_statements_are_all_shown() -> None:
    """22 000 jobs of the promoter, 2 753 of an input-output table."""
    own = [row for row in of_measure("jobs").rows if row.programme.id == ITV]
    assert [row.value.as_written for row in own] == ["22000", "2753"]
    assert {row.unlike for row in own} == {("basis", "definition")}


def test_the_basis_that_is_asked_for_is_the_standard() -> None:
    jobs = of_measure("jobs", "plan")
    assert jobs.basis == "plan"
    assert {local_id(row.programme.id) for row in jobs.like} == {"aspern", "hafencity"}
    assert "basis" in named(jobs)["adlershof"].unlike


def test_money_is_shown_in_ones_own_currency_with_the_rate_of_the_month_it_was_stated() -> None:
    cost = of_measure("investment")
    assert cost.currency == cost.unit.split()[-1] == "KRW"
    aspern = named(cost)["aspern"]
    assert aspern.rate is not None
    assert aspern.rate.rate_date == date(2017, 9, 29)
    assert aspern.shown is not None
    assert aspern.shown.to("KRW").low == 5 * 10**9 * Fraction(aspern.rate.rate)
    assert named(cost)["songdo-ibd"].unlike == ("prices", "old")


def test_the_currency_that_is_asked_for_is_used_for_all() -> None:
    euro = compare(shipped_book(), {}, every(shipped_book()), "investment", today=TODAY, rates=RATES, currency="EUR")
    assert {row.shown.unit.symbol for row in euro.rows if row.shown} == {"EUR"}
    assert named(euro)["aspern"].rate is None


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"boundary": "core area"}, ("boundary",)),
        ({"definition": "without the lake"}, ("definition",)),
        ({"basis": "actual"}, ("basis",)),
        ({"value": ">60"}, ("bound",)),
        ({"stated": "2015"}, ("old",)),
        ({"stated": ""}, ("undated",)),
        ({"stated": "2016"}, ()),
        ({"as_of": "2025", "stated": "2012"}, ()),
    ],
)
def test_each_way_of_being_unlike_has_its_reason(cells: dict[str, str], why: tuple[str, ...]) -> None:
    given = {name: value for name, value in cells.items() if value}
    odd = record(
        "fact",
        **(
            {"id": "odd", "subject": "south", "measure": "area", "value": "60", "unit": "ha"}
            | ({} if "stated" in cells else {"stated": "2024"})
            | given
        ),
    )
    assert small_rows(area("own"), area("north"), odd)["south"].unlike == why


def test_of_several_statements_the_one_that_compares_is_taken() -> None:
    rows = small_rows(area("own"), area("north"), area("north", "99", boundary="core area", stated="2025"))
    assert rows["north"].value.as_written == "50"
    assert rows["north"].unlike == ()


def test_units_are_converted_exactly() -> None:
    rows = small_rows(area("own", "30250", unit="평"), area("north", "10"))
    assert rows["north"].shown is not None
    assert rows["north"].shown.unit.symbol == "평"
    assert rows["north"].shown.low == 30250


def test_money_without_a_rate_is_kept_and_not_converted() -> None:
    cost = {"measure": "investment", "unit": "M EUR"}
    rows = small_rows(
        area("own", **cost | {"unit": "억 KRW", "stated": "1995"}), area("north", **cost | {"stated": "1995"}),
        what="investment",
    )  # fmt: skip
    assert rows["north"].shown is None
    assert "currency" in rows["north"].unlike


def test_costs_six_years_apart_are_in_prices_of_different_times() -> None:
    cost = {"measure": "investment", "unit": "M EUR"}
    rows = small_rows(
        area("own", **cost), area("north", **cost | {"stated": "2019"}), area("south", **cost | {"stated": "2018"}),
        what="investment",
    )  # fmt: skip
    assert (rows["north"].unlike, rows["south"].unlike) == ((), ("prices",))


async def test_an_indicator_compares_with_its_parts() -> None:
    book = shipped_book()
    indicators = PlacesFiles(PLACES, shipped("cities") / "goyang/district").indicators(MEASURES)
    results = {one: await indicators.compute(book, one, ["madang-d-d10", "madang-d-d11"]) for one in every(book)}
    found = compare(book, results, every(book), "madang-d-d10", today=TODAY, rates=RATES)
    goyang = named(found)["goyang-itv"]
    assert found.unit == "KRW/ha"
    assert goyang.shown is not None
    assert round(goyang.shown.low / 10**9, 2) == Fraction("9.74")
    assert {fact.measure for fact in goyang.facts} == {"investment", "area"}
    assert goyang.words
    per_job = compare(book, results, every(book), "madang-d-d11", today=TODAY, rates=RATES)
    assert per_job.basis == "plan + actual"
    assert named(per_job)["goyang-itv"].basis == "plan + claim"
    assert "basis" in named(per_job)["goyang-itv"].unlike


def test_measures_to_compare_are_figures_that_two_districts_state() -> None:
    book = shipped_book()
    found = comparable(book, every(book))
    assert found[:3] == ("area", "jobs", "residents")
    assert "completion" not in found
    assert "governance" not in found
    assert "spending" not in found


def test_a_plan_is_held_against_what_came_of_the_same_thing() -> None:
    pairs = {local_id(one.programme.id): one for one in plan_and_actual(shipped_book(), every(shipped_book()), "jobs")}
    aspern = pairs["aspern"]
    assert aspern.plan is not None
    assert aspern.actual is not None
    assert (aspern.plan.quantity, aspern.actual.quantity) != (None, None)
    assert [one.as_written for one in (aspern.plan.quantity, aspern.actual.quantity) if one] == ["20000", "about 5000"]
    assert aspern.unlike == ()
    assert pairs["paris-rive-gauche"].actual is None
    assert pairs["la-defense"].plan is None
    assert "goyang-itv" not in pairs  # a claim is no plan


def test_a_plan_of_another_area_is_paired_and_said_to_be_unlike() -> None:
    dwellings = {
        local_id(one.programme.id): one for one in plan_and_actual(shipped_book(), every(shipped_book()), "dwellings")
    }
    assert dwellings["magok"].unlike == ("boundary",)
    assert dwellings["aspern"].unlike == ()


def test_nothing_to_compare_is_an_empty_comparison() -> None:
    found = compare(shipped_book(), {}, every(shipped_book()), "no such measure", today=TODAY)
    assert (found.rows, found.unit, len(found.missing)) == ((), "", len(shipped_book().programmes))
    assert compare(shipped_book(), {}, [], "area", today=TODAY).rows == ()
