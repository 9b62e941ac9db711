"""Which of several statements a calculation uses."""

import pytest
from tests.unit.district.indicators.books import book_of, fact, results, specs_of

from madang.district.indicators.choice import Chosen, choose
from madang.district.indicators.spec import Choose
from madang.district.quantity import Quantity
from madang.district.records import Fact


def the_one(facts: list[Fact], how: Choose = "standing") -> Chosen:
    (only,) = choose(facts, how)
    return only


def low(chosen: Chosen) -> float:
    assert isinstance(chosen.value, Quantity)
    return float(chosen.value.low)


def test_a_newer_statement_stands_before_an_older() -> None:
    facts = [fact("area", "85", "ha", stated="2019-12"), fact("area", "50", "ha", stated="2016-08-01")]
    assert low(the_one(facts)) == 85


def test_of_a_newer_rounder_figure_the_finer_older_one_is_used_and_both_are_kept() -> None:
    rounder = fact("investment", "8500", "억 KRW", stated="2023-02-07")
    finer = fact("investment", "8493", "억 KRW", stated="2022-01-05")
    chosen = the_one([rounder, finer])
    assert low(chosen) == 8493
    assert chosen.facts == (finer, rounder)


def test_a_finer_figure_is_found_in_another_unit_of_the_same_kind() -> None:
    chosen = the_one([fact("area", "87", "ha", stated="2023"), fact("area", "872000", "m2", stated="2022")])
    assert low(chosen) == 872_000


@pytest.mark.parametrize(
    ("newer", "older"),
    [("87", "85.95"), ("10000000000", "8500000000"), ("8000–9000", "8000"), ("30", "30–50"), (">20000", "25000")],
)
def test_a_figure_that_says_something_else_is_not_replaced(newer: str, older: str) -> None:
    unit = "EUR" if len(newer) > 8 and "–" not in newer else "dwellings"
    measure = "investment" if unit == "EUR" else "dwellings"
    chosen = the_one([fact(measure, newer, unit, stated="2023"), fact(measure, older, unit, stated="2017")])
    assert len(chosen.facts) == 1
    assert chosen.facts[0].quantity is not None
    assert chosen.facts[0].quantity.as_written == newer


def test_counts_are_never_refined_by_older_counts() -> None:
    facts = [
        fact("jobs", "30000", "jobs", "actual", as_of="2024"),
        fact("jobs", "29900", "jobs", "actual", as_of="2023"),
    ]
    assert low(the_one(facts)) == 30_000


def test_of_counts_the_newest_moment_stands_even_if_an_older_one_was_reported_later() -> None:
    facts = [
        fact("jobs", "14000", "jobs", "actual", as_of="2018", stated="2024"),
        fact("jobs", "16000", "jobs", "actual", as_of="2022", stated="2022"),
    ]
    assert low(the_one(facts)) == 16_000


def test_a_plan_for_a_far_year_is_not_newer_for_that() -> None:
    facts = [
        fact("dwellings", "9000", "dwellings", as_of="2040", stated="2015"),
        fact("dwellings", "8000", "dwellings", as_of="2030", stated="2021"),
    ]
    assert low(the_one(facts)) == 8000


def test_a_plan_that_nobody_dated_comes_first() -> None:
    facts = [fact("dwellings", "9000", "dwellings", stated=""), fact("dwellings", "8000", "dwellings", stated="2001")]
    assert low(the_one(facts)) == 8000
    assert low(the_one(facts, "first")) == 9000


def test_a_year_stands_for_the_month_within_it_and_a_decade_for_nothing_finer() -> None:
    year = the_one(
        [fact("completion", "2026", "date", stated="2025"), fact("completion", "end 2026", "date", stated="2023")]
    )
    assert str(year.value) == "end 2026"
    decade = the_one(
        [fact("completion", "2030s", "date", stated="2025"), fact("completion", "2030", "date", stated="2020")]
    )
    assert str(decade.value) == "2030s"


def test_boundaries_and_definitions_are_chosen_each_by_itself() -> None:
    facts = [
        fact("jobs", "22000", "jobs", "claim", definition="promoter total"),
        fact("jobs", "2753", "jobs", "claim", definition="employment inducement"),
        fact("jobs", "9", "jobs", "claim", boundary="core area"),
    ]
    found = choose(facts, "standing")
    assert [(one.boundary, one.definition) for one in found] == [
        ("core area", ""),
        ("district", "employment inducement"),
        ("district", "promoter total"),
    ]


def test_the_plain_meaning_stands_before_special_ones_unless_each_is_asked_for() -> None:
    facts = [fact("jobs", "20000", "jobs"), fact("jobs", "15000", "jobs", definition="offices only")]
    assert low(the_one(facts)) == 20_000
    assert len(choose(facts, "each definition")) == 2


def test_parts_are_added_and_shown_each() -> None:
    parts = [
        fact("land_sold", "60", "ha", "actual", definition="industrial sites", as_of="2024"),
        fact("land_sold", "67000", "m2", "actual", definition="support sites", as_of="2024"),
    ]
    found = choose(parts, "sum")
    assert [one.definition for one in found] == [
        "industrial sites",
        "support sites",
        "industrial sites + support sites",
    ]
    assert low(found[-1]) == pytest.approx(66.7)
    assert len(found[-1].facts) == 2


async def test_parts_are_only_divided_by_the_same_parts() -> None:
    found = await results(
        book_of(
            fact("land_sold", "60", "ha", "actual", definition="industrial sites"),
            fact("land_sold", "6", "ha", "actual", definition="support sites"),
            fact("land_saleable", "80", "ha", definition="industrial sites"),
            fact("land_saleable", "8", "ha", definition="support sites"),
        ),
        "madang-d-d03",
    )
    shares = {one.definition: float(one.value.low) for one in found["madang-d-d03"] if one.value}
    assert shares == {"industrial sites": 75, "support sites": 75, "industrial sites + support sites": 75}


def test_words_and_parts_by_sector_are_no_values() -> None:
    facts = [
        fact("jobs", "900", "jobs", "actual", definition="sector: J62"),
        fact("governance", "a company", "text", "actual"),
    ]
    assert choose(facts, "standing") == []


async def test_the_first_and_the_newest_statement_can_be_asked_for() -> None:
    specs = specs_of(
        '[[indicator]]\nkey = "madang-d-d09"\nunit = "%"\nformula = "now / first"\n'
        'inputs.now = { fact = "investment", basis = ["plan"] }\n'
        'inputs.first = { fact = "investment", basis = ["plan"], choose = "first" }\n'
    )
    facts = [fact("investment", "100", "억 KRW", stated="2016"), fact("investment", "150", "억 KRW", stated="2020")]
    (result,) = (await results(book_of(*facts), specs=specs))["madang-d-d09"]
    assert result.value is not None
    assert result.value.low == 150
    (alone,) = (await results(book_of(facts[0]), specs=specs))["madang-d-d09"]
    assert alone.value is None
    assert "only one statement" in alone.gaps[0].what["en"]


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
def test_of_dates_told_at_once_the_latest_stands_whatever_the_ids(ids: tuple[str, str]) -> None:
    """A source that retells how a plan was put off tells all of it on one day."""
    put_off = [
        fact("completion", year, "date", id=name, stated="2019")
        for name, year in zip(ids, ("2020", "2030"), strict=True)
    ]
    (standing,) = choose(put_off, "standing")
    (first,) = choose(put_off, "first")
    assert (str(standing.facts[0].value), str(first.facts[0].value)) == ("2030", "2020")
