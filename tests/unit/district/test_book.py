"""What a book holds: the same ledger as it could have been written on an earlier day."""

from dataclasses import replace
from datetime import date

from tests.shipped_ledger import book_of, programme, record

from madang.district.book import Book
from madang.district.rows import local_id

SQUARE = '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}'


def dated(text: str) -> Book:
    """One record of every kind that has a date, all of them of that date."""
    of = {"subject": "valley"}
    return book_of(
        programme("valley", "own"),
        record("baseline", id="b", number="1", title_ko="계획", stated=text, **of),
        record("fact", id="f", measure="area", value="50", unit="ha", stated=text, **of),
        record("phase", id="p", name_ko="1단계", start="2030", basis="plan", stated=text, **of),
        record("parcel", id="l", name="A-1", use="industrial", state="planned", location=SQUARE, stated=text, **of),
        record("contract", id="c", party="firm", kind="works", procurement="open", signed=text, **of),
        record("tenancy", id="t", party="firm", since=text, **of),
        record("agreement", id="a", parties="firm;school", kind="research", since=text, what_ko="함께 연구"),
    )


def held(book: Book) -> set[str]:
    every = (book.facts, book.baselines, book.phases, book.parcels, book.contracts, book.tenancies, book.agreements)
    return {local_id(one.id) for kind in every for one in kind}


def test_what_was_said_within_a_year_is_known_for_sure_on_its_last_day() -> None:
    book = dated("2022")
    assert held(book.known_on(date(2022, 1, 1))) == set()
    assert held(book.known_on(date(2022, 12, 30))) == set()
    assert held(book.known_on(date(2022, 12, 31))) == set("bfplcta") == held(book)


def test_what_has_no_date_is_kept_and_the_present_is_left_as_it_is() -> None:
    book = dated("2022")
    bare = replace(book, facts=tuple(replace(one, stated=None) for one in book.facts))
    assert held(bare.known_on(date(2000, 1, 1))) == {"f"}
    assert bare.known_on(date(2000, 1, 1)).on == date(2000, 1, 1)
    assert book.on is None
