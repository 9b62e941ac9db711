"""Laws of the indicators: what may not change a result does not."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.district.indicators.books import HERE, book_of, engine, fact, shipped_book

from madang.district.book import Book
from madang.district.indicators.values import Result
from madang.district.quantity import Quantity
from madang.district.records import Fact
from madang.district.when import parse_when

MEASURES = {"jobs": "jobs", "area": "ha", "dwellings": "dwellings", "investment": "억 KRW", "residents": "persons"}
UNITS = {"area": ("ha", "m2", "평", "km2"), "investment": ("억 KRW", "KRW", "bn KRW", "조 KRW")}
KEYS = ("madang-d-d10", "madang-d-d11", "madang-d-d14", "madang-d-d15", "madang-d-d16", "madang-d-d45")
YEARS = st.integers(2000, 2025)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    measure = draw(st.sampled_from(sorted(MEASURES)))
    digits = draw(st.integers(10, 999))
    zeros = draw(st.integers(0, 3))
    basis = draw(st.sampled_from(["plan", "claim", "actual"]))
    return fact(
        measure,
        f"{digits}{'0' * zeros}",
        MEASURES[measure],
        basis,
        boundary=draw(st.sampled_from(["district", "district", "core area"])),
        definition=draw(st.sampled_from(["", "", "promoter total"])),
        stated=str(draw(YEARS)),
        as_of=str(draw(YEARS)) if basis == "actual" else "",
    )


def compute(book: Book) -> Mapping[str, tuple[Result, ...]]:
    return asyncio.run(engine().compute(book, HERE, KEYS))


def figures(book: Book) -> dict[str, set[tuple[str, str, str, Fraction, Fraction]]]:
    return {
        key: {(one.basis, one.boundary, one.definition, one.value.low, one.value.high) for one in found if one.value}
        for key, found in compute(book).items()
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(facts(), min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(given_facts: list[Fact], random: object) -> None:
    book = book_of(*given_facts)
    shuffled = list(book.facts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert compute(replace(book, facts=tuple(shuffled))) == compute(book)


@settings(max_examples=60, deadline=None)
@given(st.lists(facts(), min_size=2, max_size=10), st.data())
def test_an_older_statement_never_changes_a_figure_unless_it_is_the_finer_one(
    given_facts: list[Fact], data: st.DataObject
) -> None:
    like = data.draw(st.sampled_from(given_facts))
    assert like.quantity is not None
    # Another digit in front: far from what stands, so it cannot be its finer form.
    far = f"7{like.quantity.as_written}"
    older = replace(
        like,
        id="urn:ngsi-ld:DistrictFact:older",
        value=replace(like.quantity, low=Fraction(far), high=Fraction(far), as_written=far),
        stated=parse_when("1990"),
        as_of=parse_when("1990") if like.basis == "actual" else None,
    )
    assert figures(book_of(*given_facts, older)) == figures(book_of(*given_facts))


@settings(max_examples=60, deadline=None)
@given(st.lists(facts(), min_size=2, max_size=12), st.data())
def test_the_units_in_which_facts_were_written_never_change_a_figure(
    given_facts: list[Fact], data: st.DataObject
) -> None:
    converted = [_converted(one, data) for one in given_facts]
    assert figures(book_of(*converted)) == figures(book_of(*given_facts))


def _converted(one: Fact, data: st.DataObject) -> Fact:
    if one.measure not in UNITS or not isinstance(one.value, Quantity):
        return one
    return replace(one, value=one.value.to(data.draw(st.sampled_from(UNITS[one.measure]))))


def test_the_shipped_book_gives_the_same_results_in_any_order() -> None:
    book = shipped_book()
    turned = replace(book, facts=tuple(reversed(book.facts)))
    for subject in book.programmes:
        there = asyncio.run(engine().compute(book, subject))
        assert asyncio.run(engine().compute(turned, subject)) == there
