"""The book of all records that come with madang and with Goyang; and records for small books of one's own."""

from dataclasses import replace
from functools import cache

from madang.district.book import Book, gather
from madang.district.kinds import BY_NAME
from madang.district.measures import load_measures
from madang.district.records import Record
from madang.district.rows import parse_row
from madang.district.shipped import load_rows
from madang.district.wording import load_wording
from madang.errors import Pointer
from madang.packs.shipped import shipped

PLACES = shipped("places")
MEASURES = load_measures(PLACES / "measures.csv")
ITV = "urn:ngsi-ld:DevelopmentProgramme:goyang-itv"


@cache
def shipped_book() -> Book:
    directories = (PLACES, shipped("cities") / "goyang/district")
    rows = [row for directory in directories for row in load_rows(directory, MEASURES)]
    records = [parse_row(kind, {"status": "shipped", **row}, Pointer("shipped")) for kind, row in rows]
    return gather(records, MEASURES, wording=load_wording(PLACES / "words.csv"))


def record(kind: str, /, **cells: str) -> Record:
    """A counted record of few cells; the rest as plain as can be."""
    plain = {"source": "Town paper", "status": "published"}
    if kind == "fact":
        plain |= {"basis": "plan", "boundary": "district", "quality": "estimate", "confidence": "medium"}
    return parse_row(BY_NAME[kind], plain | cells, Pointer(cells["id"]))


def programme(name: str, role: str = "reference", part_of: str = "") -> Record:
    cells = {"name_ko": name, "name_en": name, "city": "Town", "country": "KR", "role": role}
    return record("programme", id=name, **cells, **({"part_of": part_of} if part_of else {}))


def book_of(*records: Record) -> Book:
    return gather(records, MEASURES)


def without(book: Book, *facts: str) -> Book:
    """The book without the facts whose id ends so."""
    return replace(book, facts=tuple(one for one in book.facts if not one.id.endswith(facts)))
