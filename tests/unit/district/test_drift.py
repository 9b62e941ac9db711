"""How plans moved: Goyang's as they were published, and what must not be subtracted."""

from fractions import Fraction

from tests.shipped_ledger import ITV, book_of, programme, record, shipped_book

from madang.district.book import Book
from madang.district.drift import ORDER, Drift, drift, first_whole, held_at
from madang.district.records import Baseline, Record
from madang.district.when import Slip


def baseline(book: Book, number: int, subject: str = ITV) -> Baseline:
    return next(one for one in book.baselines_of(subject) if one.number == number)


def goyang(earlier: int, later: int) -> list[Drift]:
    book = shipped_book()
    return list(drift(book, baseline(book, earlier), baseline(book, later)))


def of(rows: list[Drift], measure: str) -> list[Drift]:
    return [one for one in rows if one.measure == measure]


def test_the_area_of_goyang_grew_by_74_percent_from_50_to_87_hectares() -> None:
    (area,) = of(goyang(2, 9), "area")
    assert area.unlike == ""
    assert area.difference is not None
    assert area.difference.low == area.difference.high == 37
    assert area.difference.unit.symbol == "ha"
    assert area.share == Fraction(74, 100)


def test_completion_slipped_by_six_years_and_is_carried_to_plans_that_do_not_say_it() -> None:
    (end,) = of(goyang(2, 9), "completion")
    assert end.slip == Slip(61, 83, 72)
    assert end.difference is None
    assert end.after is not None
    assert end.after.carried
    assert end.after.fact.id.endswith("completion-plan-2023-10-19")


def test_the_cost_fell_from_1600_to_849_billion_won() -> None:
    (cost,) = of(goyang(2, 6), "investment")
    assert cost.difference is not None
    assert cost.difference.low == 8493 - 16000
    assert cost.share == Fraction(8493 - 16000, 16000)


def test_jobs_that_count_unlike_things_are_shown_and_never_subtracted() -> None:
    """18 000 and 22 000 are totals of the promoter; 2 753 is an input-output effect."""
    book = shipped_book()
    rows = of(goyang(2, 9), "jobs")
    promised = next(one for one in rows if one.before and one.before.fact.definition == "promoter total")
    assert promised.difference is not None
    assert promised.difference.low == 4000
    effect = next(one for one in rows if one is not promised)
    assert (effect.unlike, effect.difference, effect.share) == ("one-sided", None, None)
    (recounted,) = of(goyang(2, 5), "jobs")
    assert recounted.unlike == "definition"
    assert [
        str(held.fact.quantity.as_written)
        for held in (recounted.before, recounted.after)
        if held and held.fact.quantity
    ] == ["18000여", "2753"]
    stated = {one.fact.definition for (name, *_), one in held_at(book, baseline(book, 5)).items() if name == "jobs"}
    assert stated == {"promoter total", "employment inducement (input-output)"}


def test_a_measure_under_two_definitions_is_one_row_that_says_so() -> None:
    book = plans({"definition": "promoter total"}, {"definition": "input-output"}, measure="jobs", unit="jobs")
    (row,) = drift(book, *book.baselines_of("urn:ngsi-ld:DevelopmentProgramme:valley"))
    assert (row.unlike, row.difference) == ("definition", None)
    assert row.before is not None
    assert row.before.fact.definition == "promoter total"
    assert row.after is not None
    assert row.after.fact.definition == "input-output"


def test_what_is_not_alike_is_not_subtracted() -> None:
    cases = (
        ({"boundary": "core area"}, "boundary"),
        ({"value": ">87"}, "bound"),
    )
    for cells, why in cases:
        book = plans({}, cells)
        (row,) = drift(book, *book.baselines_of("urn:ngsi-ld:DevelopmentProgramme:valley"))
        assert (row.unlike, row.difference, row.share) == (why, None, None)


def test_a_date_of_another_area_is_not_a_slip() -> None:
    told = {"value": "2024", "unit": "date"}
    book = plans(told, {**told, "value": "2026", "boundary": "core area"}, measure="completion")
    (row,) = drift(book, *book.baselines_of("urn:ngsi-ld:DevelopmentProgramme:valley"))
    assert (row.unlike, row.slip) == ("boundary", None)


def test_two_areas_of_one_plan_are_held_beside_each_other() -> None:
    more = record("fact", id="core", subject="valley", measure="area", value="9", unit="ha", boundary="core area",
                  baseline="b2", stated="2022-03-02")  # fmt: skip
    book = book_of(*plan_records({}, {"value": "87"}), more)
    whole, core = drift(book, *book.baselines_of("urn:ngsi-ld:DevelopmentProgramme:valley"))
    assert whole.difference is not None
    assert whole.difference.low == 37
    assert (core.before, core.unlike) == (None, "one-sided")
    assert core.after is not None
    assert core.after.fact.boundary == "core area"


def test_an_area_told_anew_is_paired_once_with_what_is_most_like_it() -> None:
    """The old plan counts jobs in two ways; the new one counts one of them, of another area."""
    old = {"measure": "jobs", "unit": "jobs", "baseline": "b1", "stated": "2021-03-01"}
    records = plan_records({"definition": "promoter total"}, {"definition": "promoter total", "boundary": "core area"},
                           measure="jobs", unit="jobs")  # fmt: skip
    book = book_of(*records, record("fact", id="a", subject="valley", value="7", definition="input-output", **old))
    rows = drift(book, *book.baselines_of("urn:ngsi-ld:DevelopmentProgramme:valley"))
    told = [(one.before.fact.definition if one.before else "", one.unlike) for one in rows]
    assert told == [("input-output", ""), ("promoter total", "boundary")]


def test_a_plan_does_not_hold_figures_of_another_programme() -> None:
    stray = record("fact", id="z", subject="town", measure="area", value="900", unit="ha", baseline="b2",
                   stated="2022-03-02")  # fmt: skip
    book = book_of(*plan_records({}, {"value": "87"}), programme("town", "own"), stray)
    (row,) = drift(book, *book.baselines_of("urn:ngsi-ld:DevelopmentProgramme:valley"))
    assert row.after is not None
    assert row.after.fact.id.endswith(":f2")


def test_the_first_plan_that_names_a_completion_is_what_others_are_held_against() -> None:
    end = record("fact", id="end", subject="valley", measure="completion", value="2030", unit="date", baseline="b2",
                 stated="2022-03-01")  # fmt: skip
    book = book_of(*plan_records({}, {}), end)
    assert first_whole(book, book.baselines_of("urn:ngsi-ld:DevelopmentProgramme:valley")) == 1
    without_end = plans({}, {})
    assert first_whole(without_end, without_end.baselines_of("urn:ngsi-ld:DevelopmentProgramme:valley")) == 0


def test_a_range_drifts_by_a_range_and_has_no_share() -> None:
    book = plans({"value": "30–50"}, {"value": "870", "unit": "천 m2"})
    (row,) = drift(book, *book.baselines_of("urn:ngsi-ld:DevelopmentProgramme:valley"))
    assert row.difference is not None
    assert row.difference.low == 370
    assert row.difference.high == 570
    assert row.difference.unit.symbol == "천 m2"
    assert row.share is None


def test_rows_come_in_the_order_people_ask() -> None:
    measures = [one.measure for one in goyang(2, 9)]
    asked = [one for one in measures if one in ORDER]
    assert asked == sorted(asked, key=ORDER.index)
    assert measures[: len(asked)] == asked


def plans(first: dict[str, str], second: dict[str, str], measure: str = "area", unit: str = "ha") -> Book:
    return book_of(*plan_records(first, second, measure, unit))


def plan_records(
    first: dict[str, str], second: dict[str, str], measure: str = "area", unit: str = "ha"
) -> list[Record]:
    """A programme with two plans of one figure each."""
    records: list[Record] = [programme("valley", "own")]
    for number, cells in ((1, first), (2, second)):
        stated = {"stated": f"202{number}-03-01"}
        records.append(
            record("baseline", id=f"b{number}", subject="valley", number=str(number), title_ko="계획", **stated)
        )
        told = {"value": "50", "unit": unit, "baseline": f"b{number}", **stated, **cells}
        records.append(record("fact", id=f"f{number}", subject="valley", measure=measure, **told))
    return records
