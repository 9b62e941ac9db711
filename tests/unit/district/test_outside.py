"""The outside view: which districts give a case, what is left out and why, and the band, computed by hand."""

import itertools
from datetime import date
from fractions import Fraction

import pytest
from tests.shipped_ledger import ITV, book_of, programme, record, shipped_book, without

from madang.district.book import Book
from madang.district.outside import CASES_MIN, CostView, DateView, completion_view, cost_view
from madang.district.records import Record
from madang.district.rows import local_id

VALLEY = "urn:ngsi-ld:DevelopmentProgramme:valley"


def dates(book: Book, subject: str = ITV) -> DateView:
    view = completion_view(book, subject)
    assert view is not None
    return view


def costs(book: Book, subject: str = ITV) -> CostView:
    view = cost_view(book, subject)
    assert view is not None
    return view


def test_three_districts_of_the_shipped_facts_are_cases_and_goyang_is_none_of_them() -> None:
    found = {
        local_id(case.programme.id): (str(case.start.value if case.start else ""), str(case.first.value),
                                      str(case.last.value))
        for case in dates(shipped_book()).cases
    }  # fmt: skip
    assert found == {
        "aspern": ("2010", "2028", "2030s"),
        "hafencity": ("2001", "2025", "mid-2030s"),
        "songdo": ("2003", "2020", "2030"),
    }


def test_the_stretch_is_the_time_needed_over_the_time_first_planned() -> None:
    """From the middle of a year (2 July, of a leap year 1 July) to the middle of another, in days, counted by hand."""
    found = {local_id(case.programme.id): case.stretch for case in dates(shipped_book()).cases}
    assert found == {
        "aspern": Fraction(8948, 6574),  # 2010-07-02 to 2028-07-01, and to 2034-12-31
        "hafencity": Fraction(12418, 8766),  # 2001-07-02 to 2025-07-02, and to 2035-07-02
        "songdo": Fraction(9862, 6209),  # 2003-07-02 to 2020-07-01, and to 2030-07-02
    }


def test_the_band_of_goyang_runs_from_its_start_of_works() -> None:
    """2023-10-26 to the middle of the last quarter of 2026 (2026-11-15) is 1 116 days; times 1.361, 1.417 and 1.588:
    1 519, 1 581 and 1 773 days, which is 2027-12-23, 2028-02-23 and 2028-09-02, told by the month."""
    view = dates(shipped_book())
    assert str(view.own.value) == "end 2026"
    assert view.own.stated is not None
    assert view.start.basis == "actual"
    assert (view.low, view.middle, view.high) == (date(2027, 12, 31), date(2028, 2, 29), date(2028, 9, 30))


def test_a_source_that_retells_all_plans_is_marked() -> None:
    retold = [local_id(case.programme.id) for case in dates(shipped_book()).cases if case.retold]
    assert retold == ["songdo"]


def test_what_is_left_out_says_why() -> None:
    """Magok's plan of 2009 speaks of the supply of its last land until 2031, its only plan of completion of 2024."""
    left = {local_id(one.programme.id): one for one in dates(shipped_book()).left_out}
    assert {name: one.why for name, one in left.items()} == {
        "adlershof": "no plan",
        "goyang-changneung": "no plan",
        "korea-new-towns-3": "no plan",
        "la-defense": "no plan",
        "magok": "phases",
        "pangyo": "one plan",
        "paris-rive-gauche": "one plan",
        "paris-saclay": "no plan",
    }
    phase = left["magok"].phase
    assert phase is not None
    assert str(phase.end) == "2031"


def test_a_neighbourhood_that_is_done_does_not_complete_the_district() -> None:
    ended = record(
        "fact", id="done", subject="north", measure="completion", basis="actual", value="2009", unit="date",
        boundary="first neighbourhood", stated="2019",
    )  # fmt: skip
    (case,) = dates(small(*district("north", "2020", "2025"), ended)).cases
    assert str(case.last.value) == "2025"


@pytest.mark.parametrize("names", list(itertools.permutations("abc")))
def test_plans_that_one_source_retells_are_ordered_by_their_dates_whatever_their_ids(names: tuple[str, ...]) -> None:
    retold = [
        record(
            "fact", id=f"north-{name}", subject="north", measure="completion", value=year, unit="date", stated="2019"
        )
        for name, year in zip(names, ("2020", "2027", "2030"), strict=True)
    ]
    (case,) = dates(small(*district("north", "2020", "2025")[:2], *retold)).cases
    assert (str(case.first.value), str(case.last.value), case.retold) == ("2020", "2030", True)


@pytest.mark.parametrize("names", list(itertools.permutations("ab")))
def test_of_two_planned_starts_told_at_once_the_later_one_stands(names: tuple[str, ...]) -> None:
    starts = [
        record("fact", id=f"o-{name}", subject="valley", measure="start", value=year, unit="date", stated="2019")
        for name, year in zip(names, ("2020", "2022"), strict=True)
    ]
    end = record("fact", id="end", subject="valley", measure="completion", value="2026", unit="date", stated="2019")
    view = dates(book_of(programme("valley", "own"), *starts, end), VALLEY)
    assert str(view.start.value) == "2022"


def test_costs_told_at_once_are_no_case_for_nobody_says_which_came_first() -> None:
    own = record("fact", id="own", subject="valley", measure="investment", value="8493", unit="억 KRW", stated="2022")
    both = [
        record("fact", id=name, subject="north", measure="investment", value=value, unit="M EUR", stated="2019")
        for name, value in (("a", "100"), ("b", "150"))
    ]
    view = costs(book_of(programme("valley", "own"), programme("north"), own, *both), VALLEY)
    assert [one.why for one in view.left_out] == ["one plan"]


def test_what_came_true_stands_before_what_was_planned_last() -> None:
    ended = record(
        "fact", id="done", subject="north", measure="completion", basis="actual", value="2024", unit="date",
        stated="2024-12",
    )  # fmt: skip
    (case,) = dates(small(*district("north", "2020", "2030"), ended)).cases
    assert str(case.last.value) == "2024"


def test_a_plan_without_a_date_of_its_own_is_neither_first_nor_last() -> None:
    undated = record("fact", id="undated", subject="north", measure="completion", value="2015", unit="date")
    (case,) = dates(small(*district("north", "2020", "2025"), undated)).cases
    assert str(case.first.value) == "2020"
    left = dates(small(*district("north", "2020", "2025")[:3], undated)).left_out
    assert [one.why for one in left] == ["one plan"]


def test_two_cases_give_no_band_and_three_do() -> None:
    two = [*district("north", "2020", "2025"), *district("south", "2020", "2030")]
    view = dates(small(*two))
    assert (len(view.cases), view.low, view.middle, view.high) == (CASES_MIN - 1, None, None, None)
    assert dates(small(*two, *district("west", "2020", "2022"))).middle is not None


def test_a_part_of_a_district_is_no_case_beside_the_whole() -> None:
    part = programme("quarter", part_of="north")
    view = dates(small(*district("north", "2020", "2025"), part, *district("quarter", "2020", "2030")[1:]))
    assert [local_id(case.programme.id) for case in view.cases] == ["north"]


def test_a_plan_that_ends_before_works_begin_is_no_case() -> None:
    late = record("fact", id="late", subject="north", measure="groundbreaking", basis="actual", value="2021",
                  unit="date", stated="2021")  # fmt: skip
    plans = [one for one in district("north", "2020", "2025") if one.id != "urn:ngsi-ld:DistrictFact:north-start"]
    assert [one.why for one in dates(small(*plans, late)).left_out] == ["no start"]


@pytest.mark.parametrize("fact", ["goyang-itv-groundbreaking-2023-10-26"])
def test_before_works_began_the_newest_planned_start_counts(fact: str) -> None:
    assert str(dates(without(shipped_book(), fact)).start.value) == "2023-10"


def test_nothing_planned_nothing_seen() -> None:
    book = shipped_book()
    assert completion_view(book, "urn:ngsi-ld:DevelopmentProgramme:la-defense") is None
    assert cost_view(book, "urn:ngsi-ld:DevelopmentProgramme:la-defense") is None


def test_of_costs_only_aspern_is_a_case_so_there_is_no_band() -> None:
    """4 bn euros of 2014 became 5 bn of 2017. HafenCity's two figures are in won and in euros."""
    view = costs(shipped_book())
    assert [(local_id(case.programme.id), case.stretch) for case in view.cases] == [("aspern", Fraction(5, 4))]
    assert (view.low, view.middle, view.high) == (None, None, None)
    left = {local_id(one.programme.id): one.why for one in view.left_out}
    assert (left["hafencity"], left["magok"], left["songdo"]) == ("unlike", "one plan", "no plan")


def test_a_cost_is_stretched_by_what_became_of_others() -> None:
    records = [
        record("fact", id=f"{name}-{year}", subject=name, measure="investment", value=value, unit=unit, stated=year)
        for name, first, last in (("north", "100", "125"), ("south", "100", "150"), ("west", "100", "90"))
        for year, value, unit in (("2010", first, "M EUR"), ("2020", f"{last}000000", "EUR"))
    ]
    own = record("fact", id="own", subject="valley", measure="investment", value="8493", unit="억 KRW", stated="2022")
    places = [programme(name) for name in ("north", "south", "west")]
    view = costs(book_of(programme("valley", "own"), own, *places, *records), VALLEY)
    assert view.low is not None
    assert view.middle is not None
    assert view.high is not None
    assert [one.low for one in (view.low, view.middle, view.high)] == [
        Fraction(8493) * Fraction(90, 100), Fraction(8493) * Fraction(125, 100), Fraction(8493) * Fraction(150, 100),
    ]  # fmt: skip


def district(name: str, first: str, last: str) -> list[Record]:
    """A reference district: works since 2010, and two plans of completion."""
    return [
        programme(name),
        record("fact", id=f"{name}-start", subject=name, measure="start", basis="actual", value="2010", unit="date"),
        record("fact", id=f"{name}-1", subject=name, measure="completion", value=first, unit="date", stated="2011"),
        record("fact", id=f"{name}-2", subject=name, measure="completion", value=last, unit="date", stated="2018"),
    ]


def small(*others: Record) -> Book:
    """One's own programme and others."""
    return book_of(
        programme("goyang-itv", "own"),
        record("fact", id="o1", subject="goyang-itv", measure="start", basis="actual", value="2020", unit="date"),
        record("fact", id="o2", subject="goyang-itv", measure="completion", value="2026", unit="date", stated="2021"),
        *others,
    )
