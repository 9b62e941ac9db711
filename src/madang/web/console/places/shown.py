"""Facts as a page shows them: value in both units, basis, what area and what is counted, source with its quote."""

from collections.abc import Mapping
from dataclasses import dataclass

from madang.district.book import Book
from madang.district.format import show
from madang.district.records import Fact, Source
from madang.district.rows import local_id
from madang.district.when import When, format_when
from madang.district.wording import worded
from madang.web.console.attributes import entity_path
from madang.web.console.texts import pick


@dataclass(frozen=True, slots=True)
class FactShown:
    """value, other: in the unit it was stated in, and in the one people of the other habit use ("" where there is
    none). path: of its record. Words are in the reader's language; codes (basis, quality …) are keys of the texts."""

    id: str
    path: str
    measure: str
    value: str
    other: str
    basis: str
    boundary: str
    definition: str
    as_of: str
    stated: str
    source: Source
    quality: str
    confidence: str
    status: str
    note: str


def shown_fact(fact: Fact, book: Book, lang: str) -> FactShown:
    value, other = value_texts(fact, lang)
    return FactShown(
        local_id(fact.id),
        entity_path(fact.id),
        measure_title(book, fact.measure, lang),
        value,
        other,
        fact.basis,
        "" if fact.boundary == "district" else worded(book.wording, fact.boundary, lang),
        worded(book.wording, fact.definition, lang),
        when_text(fact.as_of, lang),
        when_text(fact.stated, lang),
        fact.source,
        fact.quality,
        fact.confidence,
        fact.entry.status,
        worded(book.wording, fact.note, lang),
    )


def value_texts(fact: Fact, lang: str) -> tuple[str, str]:
    """The value, and the same in the other unit or ""."""
    if fact.quantity is not None:
        shown = show(fact.quantity, lang)
        return shown.primary, shown.secondary
    if fact.when is not None:
        return when_text(fact.when, lang), ""
    return str(fact.value), ""


def when_text(when: When | None, lang: str) -> str:
    return format_when(when, lang) if when else ""


def measure_title(book: Book, code: str, lang: str) -> str:
    measure = book.measures.get(code)
    return pick(measure.name, lang) if measure else code.replace("_", " ")


def names(book: Book, lang: str) -> Mapping[str, str]:
    """Entity id -> name, of programmes and organizations."""
    return {
        **{one.id: pick(one.name, lang) for one in book.programmes.values()},
        **{one.id: pick(one.name, lang) for one in book.organizations.values()},
    }
