"""Laws of comparing: nothing is lost, order does not matter, and only like things stand in the ranking."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from tests.shipped_ledger import book_of, programme, record

from madang.district.compare import Comparison, compare, plan_and_actual
from madang.district.records import Record

TODAY = date(2026, 11, 22)
NAMES = ("a", "b", "c", "d")
IDS = [f"urn:ngsi-ld:DevelopmentProgramme:{name}" for name in NAMES]

statements = st.fixed_dictionaries(
    {
        "subject": st.sampled_from(NAMES),
        "value": st.sampled_from(["10", "20", "30–50", ">60", "0", "87.2"]),
        "unit": st.sampled_from(["ha", "m2", "평"]),
        "basis": st.sampled_from(["plan", "claim", "forecast", "actual"]),
        "boundary": st.sampled_from(["district", "core area"]),
        "definition": st.sampled_from(["", "without the lake"]),
        "stated": st.sampled_from(["", "2010", "2020", "2026-03"]),
    }
)
books = st.lists(statements, max_size=14)


def records(rows: list[dict[str, str]]) -> list[Record]:
    facts = [
        record("fact", id=f"f{number}", measure="area", **{name: cell for name, cell in row.items() if cell})
        for number, row in enumerate(rows)
    ]
    return [*(programme(name) for name in NAMES), *facts]


def compared(rows: list[dict[str, str]], subjects: list[str]) -> Comparison:
    return compare(book_of(*records(rows)), {}, subjects, "area", today=TODAY)


@given(books)
def test_every_district_is_compared_or_said_to_be_missing_and_never_both(rows: list[dict[str, str]]) -> None:
    found = compared(rows, IDS)
    told = {row.programme.id for row in found.rows}
    assert told == {f"urn:ngsi-ld:DevelopmentProgramme:{row['subject']}" for row in rows}
    assert told | {one.id for one in found.missing} == set(IDS)
    assert told.isdisjoint(one.id for one in found.missing)


@given(books)
def test_what_stands_in_the_ranking_is_alike(rows: list[dict[str, str]]) -> None:
    found = compared(rows, IDS)
    like = found.like
    assert found.rows[: len(like)] == like
    assert {(row.basis, row.boundary, row.definition) for row in like} <= {(found.basis, "district", found.definition)}
    values = [row.shown.middle for row in like if row.shown]
    assert len(values) == len(like)
    assert values == sorted(values, reverse=True)
    assert not any(row.value.bound for row in like)


@given(books, st.permutations(IDS[1:]))
def test_the_order_of_the_others_does_not_matter(rows: list[dict[str, str]], others: list[str]) -> None:
    once, again = compared(rows, IDS), compared(rows, [IDS[0], *others])
    assert (once.basis, once.definition) == (again.basis, again.definition)
    assert {(row.programme.id, row.value, row.unlike) for row in once.rows} == {
        (row.programme.id, row.value, row.unlike) for row in again.rows
    }


@given(books)
def test_a_pair_without_a_reason_is_of_one_thing(rows: list[dict[str, str]]) -> None:
    for pair in plan_and_actual(book_of(*records(rows)), IDS, "area"):
        if pair.plan and pair.actual and not pair.unlike:
            assert pair.plan.boundary == pair.actual.boundary
            assert pair.plan.definition == pair.actual.definition
            assert (pair.plan.basis, pair.actual.basis) == ("plan", "actual")
