"""Which record stands for which, where several say that they correct one, or each other, or something else."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.ledger_records import MEASURES, NOW, row

from madang.district.book import Book, gather
from madang.district.kinds import BY_NAME
from madang.district.records import Record
from madang.district.rows import parse_row
from madang.district.unknown import gaps
from madang.errors import Pointer

PREFIX = "urn:ngsi-ld:DistrictFact:"


def fact(name: str, corrects: str = "", day: int = 0, **changes: str) -> Record:
    signed = {"status": "published", "reviewed_by": "Lee", "reviewed_at": (NOW + timedelta(days=day)).isoformat()}
    supersedes = f"{PREFIX}{corrects}" if corrects else ""
    return parse_row(BY_NAME["fact"], row("fact", id=name, supersedes=supersedes, **signed, **changes), Pointer(""))


def book_of(*records: Record) -> Book:
    return gather(records, MEASURES)


def counted(book: Book) -> str:
    return " ".join(one.id.removeprefix(PREFIX) for one in book.facts)


def odd(book: Book) -> list[tuple[str, str]]:
    return [(one.what, " ".join(each.removeprefix(PREFIX) for each in one.records)) for one in book.odd]


def test_a_correction_takes_the_place_of_what_it_corrects_and_so_on() -> None:
    book = book_of(fact("a"), fact("b", "a"), fact("c", "b"))
    assert (counted(book), odd(book)) == ("c", [])


def test_of_two_corrections_the_one_published_first_holds_and_the_other_is_told() -> None:
    book = book_of(fact("a"), fact("b", "a", day=2), fact("c", "a", day=1))
    assert (counted(book), odd(book)) == ("c", [("second", "a c b")])


def test_records_that_correct_each_other_all_count_and_are_told() -> None:
    book = book_of(fact("a", "c"), fact("b", "a"), fact("c", "b"), fact("d"))
    assert (counted(book), odd(book)) == ("a b c d", [("cycle", "a b c")])


def test_a_correction_of_something_else_takes_nothing_away() -> None:
    other = fact("a", subject="hill")
    measure = fact("m", measure="jobs", unit="jobs")
    book = book_of(other, measure, fact("b", "a"), fact("c", "m"))
    assert (counted(book), odd(book)) == ("a b c m", [("stranger", "b a"), ("stranger", "c m")])


def test_what_does_not_hold_together_is_on_the_list_of_its_programme() -> None:
    told = gaps(book_of(fact("a", "b"), fact("b", "a")), "urn:ngsi-ld:DevelopmentProgramme:valley", NOW)
    assert [(gap.why, len(gap.records)) for gap in told if gap.what == "odd"] == [(("cycle",), 2)]


def test_two_baselines_with_one_number_are_told() -> None:
    def baseline(name: str, **changes: str) -> Record:
        cells = row("baseline", id=name, status="published", **changes)
        return parse_row(BY_NAME["baseline"], cells, Pointer(""))

    book = book_of(baseline("x"), baseline("y"), baseline("z", number="2"), baseline("w", subject="hill"))
    (gap,) = [one for one in gaps(book, "", NOW) if one.what == "odd"]
    assert (gap.why, gap.n) == (("number",), 1)
    assert [one.rpartition(":")[2] for one in gap.records] == ["x", "y"]


names = st.sampled_from("abcdefg")


@given(st.dictionaries(names, st.tuples(names | st.just(""), st.integers(0, 3)), max_size=7))
def test_no_figure_vanishes_without_one_in_its_place_or_a_word_about_it(made: dict[str, tuple[str, int]]) -> None:
    records = [fact(name, corrects, day) for name, (corrects, day) in made.items()]
    book = book_of(*records)
    assert book == book_of(*reversed(records))
    assert bool(book.facts) == bool(records)
    shown = {one.id for one in book.facts}
    told = {one for each in book.odd for one in each.records}
    taken = {one.entry.supersedes for one in records}
    assert {one.id for one in records} == shown | (taken & {one.id for one in records}) | told
