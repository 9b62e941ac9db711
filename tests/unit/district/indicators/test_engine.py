"""What the engine combines, what it refuses to combine, and what it says then."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.district.indicators.books import (
    HERE,
    TODAY,
    book_of,
    catalogue,
    engine,
    fact,
    figure,
    record,
    results,
    shipped_book,
    specs_of,
)

from madang.district.book import Book
from madang.district.indicators.reading import Candidate, Given, LedgerReader
from madang.district.indicators.score import load_targets
from madang.district.indicators.spec import InputSpec
from madang.district.indicators.values import Gap, Input, LiveReading, Result
from madang.district.quantity import parse_quantity
from madang.district.records import Basis, Record
from madang.errors import BadRequestData, ConfigError, NotFound

JOBS_PER_HA = """
[[indicator]]
key = "madang-d-d14"
unit = "jobs/ha"
formula = "jobs / area"
inputs.jobs = { fact = "jobs" }
inputs.area = { fact = "area", basis = ["plan", "actual"], designation = true }
"""


async def density(*records: Record) -> Sequence[Result]:
    found = await results(book_of(*records), specs=specs_of(JOBS_PER_HA))
    return found["madang-d-d14"]


async def test_figures_of_different_boundaries_are_a_gap_that_names_them() -> None:
    (result,) = await density(
        fact("jobs", "100", "jobs", "actual", boundary="core area"),
        fact("area", "10", "ha", boundary="1st+2nd"),
    )
    assert result.value is None
    assert "jobs: core area; area: 1st+2nd" in result.gaps[0].what["en"]
    assert "구역이 서로 달라" in result.gaps[0].what["ko"]


async def test_the_district_stands_before_its_parts_and_a_part_is_said_where_it_stands_alone() -> None:
    parts = [fact("jobs", "100", "jobs", boundary="core area"), fact("area", "10", "ha", boundary="core area")]
    (part,) = await density(*parts)
    assert (part.boundary, figure(part)) == ("core area", (10, 10))
    (whole,) = await density(*parts, fact("jobs", "600", "jobs"), fact("area", "20", "ha"))
    assert (whole.boundary, figure(whole)) == ("district", (30, 30))


async def test_plan_and_count_are_two_results() -> None:
    found = await density(fact("jobs", "600", "jobs"), fact("jobs", "90", "jobs", "actual"), fact("area", "3", "ha"))
    assert [(one.basis, figure(one)) for one in found] == [("plan", (200, 200)), ("actual", (30, 30))]


async def test_ranges_stay_ranges() -> None:
    (result,) = await density(fact("jobs", "1000–2000", "jobs"), fact("area", "20–40", "ha"))
    assert figure(result) == (25, 100)


async def test_a_bound_is_no_figure_and_the_gap_says_so() -> None:
    (result,) = await density(fact("jobs", ">20000", "jobs"), fact("area", "20", "ha"))
    assert result.value is None
    assert ">20000" in result.gaps[0].what["en"]


@pytest.mark.parametrize("area", ["0", "0–5"])
async def test_a_divisor_that_may_be_zero_is_a_gap_and_no_number(area: str) -> None:
    (result,) = await density(fact("jobs", "100", "jobs"), fact("area", area, "ha"))
    assert result.value is None
    assert "area may be zero" in result.gaps[0].what["en"]


async def test_a_missing_divisor_is_a_gap_and_no_zero() -> None:
    (result,) = await density(fact("jobs", "100", "jobs"))
    assert result.value is None
    assert [one.name for one in result.gaps] == ["area"]


async def test_a_direct_question_for_what_cannot_be_computed_is_refused_and_names_the_input() -> None:
    with pytest.raises(BadRequestData, match="measure area") as refusal:
        await engine(specs_of(JOBS_PER_HA)).require(book_of(fact("jobs", "100", "jobs")), HERE, "madang-d-d14")
    assert refusal.value.faults[0].where.endswith("madang-d-d14/area")


async def test_a_fact_in_a_unit_of_something_else_is_refused_and_names_the_record() -> None:
    specs = specs_of(JOBS_PER_HA.replace('{ fact = "jobs" }', '{ fact = "jobs", unit = "persons" }'))
    book = book_of(fact("jobs", "100", "jobs", id="j1"), fact("area", "1", "ha"))
    with pytest.raises(BadRequestData, match="jobs does not convert into persons"):
        await engine(specs).require(book, HERE, "madang-d-d14")
    (result,) = (await engine(specs).compute(book, HERE))["madang-d-d14"]
    assert "urn:ngsi-ld:DistrictFact:j1" in result.gaps[0].what["en"]


async def test_amounts_of_two_currencies_are_not_combined() -> None:
    found = await results(
        book_of(fact("investment_private", "10", "M EUR"), fact("investment_public", "10", "억 KRW")), "madang-d-d12"
    )
    (result,) = found["madang-d-d12"]
    assert result.value is None
    assert "EUR and KRW" in result.gaps[0].what["en"]


async def test_a_price_per_hectare_is_in_the_currency_of_the_facts() -> None:
    found = await results(book_of(fact("investment", "10", "M EUR"), fact("area", "2", "ha")), "madang-d-d10")
    (result,) = found["madang-d-d10"]
    assert result.value is not None
    assert (result.value.unit.symbol, figure(result)) == ("EUR/ha", (5e6, 5e6))


async def test_unlike_things_are_not_added() -> None:
    specs = specs_of(
        '[[indicator]]\nkey = "madang-d-d36"\nunit = "ratio"\nformula = "jobs + residents"\n'
        'inputs.jobs = { fact = "jobs" }\ninputs.residents = { fact = "residents" }\n'
    )
    book = book_of(fact("jobs", "1", "jobs"), fact("residents", "1", "persons"))
    (result,) = (await results(book, specs=specs))["madang-d-d36"]
    assert result.value is None
    assert "jobs and persons are unlike" in result.gaps[0].what["en"]


async def test_figures_stated_long_apart_are_combined_with_a_note() -> None:
    (result,) = await density(fact("jobs", "10", "jobs", stated="2009"), fact("area", "1", "ha", stated="2023"))
    assert result.note is not None
    assert "14 years apart (2009, 2023)" in result.note["en"]
    (close,) = await density(fact("jobs", "10", "jobs", stated="2021"), fact("area", "1", "ha", stated="2023"))
    assert close.note is None


async def test_a_result_has_the_worst_quality_the_lowest_confidence_and_the_newest_moment() -> None:
    (result,) = await density(
        fact("jobs", "10", "jobs", "actual", quality="measured", confidence="high", as_of="2024-03"),
        fact("area", "1", "ha", quality="not-traceable", confidence="low", as_of="2020"),
    )
    assert (result.quality, result.confidence, result.as_of) == ("not-traceable", "low", "2024-03")


async def test_records_of_other_districts_and_drafts_take_no_part() -> None:
    draft = record("fact", id="d", measure="jobs", value="9", unit="jobs", basis="plan", quality="estimate",
                   confidence="low", status="draft", stated="2026")  # fmt: skip
    other = fact("jobs", "8", "jobs", subject="there", stated="2026")
    (result,) = await density(fact("jobs", "10", "jobs"), fact("area", "1", "ha"), draft, other)
    assert figure(result) == (10, 10)


async def test_the_past_is_computed_from_what_was_known_then() -> None:
    facts = [
        fact("area", "50", "ha", stated="2016-08-01"),
        fact("area", "87", "ha", stated="2021-08-31"),
        fact("jobs", "870", "jobs", stated="2016"),
    ]
    book = book_of(*facts)
    then = (await results(book.known_on(TODAY.replace(year=2018)), specs=specs_of(JOBS_PER_HA)))["madang-d-d14"]
    now = (await results(book, specs=specs_of(JOBS_PER_HA)))["madang-d-d14"]
    assert [figure(one)[0] for one in (*then, *now)] == [17.4, 10]


async def test_only_the_indicators_asked_for_are_computed_and_an_unknown_one_is_not_found() -> None:
    found = await results(shipped_book(), "madang-d-d10", subject="urn:ngsi-ld:DevelopmentProgramme:magok")
    assert set(found) == {"madang-d-d10"}
    with pytest.raises(NotFound, match="no indicator"):
        await results(shipped_book(), "../../etc")


async def test_every_shipped_programme_has_a_result_or_a_gap_in_both_languages_for_every_indicator() -> None:
    for subject in shipped_book().programmes:
        for each in (await results(shipped_book(), subject=subject)).values():
            assert each
            for one in each:
                assert one.value is not None or one.gaps
                assert all(gap.what["ko"] and gap.what["en"] for gap in one.gaps)


class Counted:
    """A reader of the hub that always gives the same answer."""

    def __init__(self, answer: Sequence[Candidate] | Gap) -> None:
        self.answer = answer

    def takes(self, wanted: InputSpec) -> bool:
        return wanted.live is not None

    async def read(self, wanted: InputSpec, given: Given, basis: Basis | None) -> Sequence[Candidate] | Gap:
        return self.answer


async def test_a_reading_of_the_hub_and_a_fact_stand_in_one_formula() -> None:
    (spec,) = specs_of(JOBS_PER_HA)
    live = replace(spec, inputs=(InputSpec("jobs", live={"ask": "count"}), spec.inputs[1]))
    reading = Input("jobs", parse_quantity("50", "jobs"), live=LiveReading("tenants", 3, None, 0.75))
    one = replace(engine([live]), readers=(LedgerReader(), Counted([Candidate(reading, "actual")])))
    (result,) = (await one.compute(book_of(fact("area", "5", "ha")), HERE))["madang-d-d14"]
    assert (figure(result), result.basis, result.coverage) == ((10, 10), "actual", 0.75)
    nobody = replace(engine([live]), readers=(LedgerReader(),))
    (gap,) = (await nobody.compute(book_of(fact("area", "5", "ha")), HERE))["madang-d-d14"]
    assert gap.value is None


async def test_a_target_gives_attainment_and_its_band(tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_text("key,target,unit,direction,source\nmadang-d-d14,40,jobs/ha,up,Council 2024-03-01\n", "utf-8")
    targets = dict(load_targets(path, catalogue()))
    book: Book = book_of(fact("jobs", "300", "jobs", "actual"), fact("area", "10", "ha"))
    (result,) = (await engine(specs_of(JOBS_PER_HA), targets).compute(book, HERE))["madang-d-d14"]
    assert (result.score, result.band) == (75, 3)


def test_a_target_at_fault_is_named_by_its_row(tmp_path: Path) -> None:
    path = tmp_path / "targets.csv"
    path.write_text(
        "key,target,unit,direction,source\nnothing,1,%,up,S\nmadang-d-d14,1,jobs/ha,up,\n"
        "madang-d-d14,many,jobs/ha,up,S\nmadang-d-d14,1,jobs/ha,sideways,S\n",
        "utf-8",
    )
    with pytest.raises(ConfigError) as refusal:
        load_targets(path, catalogue())
    assert [one.where for one in refusal.value.faults] == [f"targets.csv row {number}" for number in range(2, 6)]


def test_a_city_without_targets_has_none(tmp_path: Path) -> None:
    assert load_targets(tmp_path / "targets.csv", catalogue()) == {}
