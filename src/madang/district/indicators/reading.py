"""Where an indicator's inputs come from: one small protocol, and the reader of the ledger's facts."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal, Protocol

from madang.district.book import Book
from madang.district.quantity import Quantity, find_unit
from madang.district.records import Basis, Fact, Text
from madang.errors import BadRequestData

from .choice import Chosen, choose
from .spec import InputSpec
from .values import Gap, Input


@dataclass(frozen=True, slots=True)
class Worth:
    """What a programme's scenario says it is worth. irr: per year, 0.05 is 5 %; None with why_not. discount: alike."""

    npv: Decimal
    currency: str
    discount: Decimal
    irr: Decimal | None
    why_not: str = ""


class WorthOf(Protocol):
    """What a programme's scenario says it is worth."""

    def __call__(self, book: Book, subject: str) -> Worth | None:
        """subject: entity id of the programme. None where there is no scenario of it."""


@dataclass(frozen=True, slots=True)
class Given:
    """What is computed on: one subject of a book. today: for what is counted until now. facts, bases:
    by measure."""

    book: Book
    subject: str
    today: date
    facts: Mapping[str, Sequence[Fact]] = field(default_factory=dict)
    bases: Mapping[str, Set[Basis]] = field(default_factory=dict)
    worth: WorthOf | None = None

    @classmethod
    def of(cls, book: Book, subject: str, today: date, worth: WorthOf | None = None) -> "Given":
        facts: dict[str, list[Fact]] = {}
        for fact in book.facts:
            if fact.subject == subject:
                facts.setdefault(fact.measure, []).append(fact)
        bases = {measure: {fact.basis for fact in each} for measure, each in facts.items()}
        return cls(book, subject, today, facts, bases, worth)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One value an input may have. boundary, definition: results combine only what fits; boundary None fits any.

    basis "": has none that counts (designations, assumptions). coverage: of a reading of the hub.
    """

    input: Input
    basis: Basis | Literal[""] = ""
    boundary: str | None = None
    definition: str = ""


class InputReader(Protocol):
    """Gives the values of one kind of input. It never raises for what is missing: that is a Gap in the reader's words,
    which says how to fill it. Several candidates are unlike statements (another boundary, another definition)."""

    def takes(self, wanted: InputSpec) -> bool:
        """Whether this reader is the one for such an input."""

    async def read(self, wanted: InputSpec, given: Given, basis: Basis | None) -> Sequence[Candidate] | Gap:
        """basis: of the run; None where the indicator is not computed by basis."""


@dataclass(frozen=True, slots=True)
class LedgerReader:
    """Facts of the ledger, as choice.py chooses them."""

    def takes(self, wanted: InputSpec) -> bool:
        return bool(wanted.fact)

    async def read(self, wanted: InputSpec, given: Given, basis: Basis | None) -> Sequence[Candidate] | Gap:
        return read_facts(wanted, given, basis)


def read_facts(wanted: InputSpec, given: Given, basis: Basis | None) -> Sequence[Candidate] | Gap:
    """Candidates of one input, or what is missing. Raises BadRequestData, naming the record, where a fact is in a unit
    that does not convert into the one asked for."""
    chosen = choose(matching(wanted, given, basis), wanted.choose)
    if wanted.boundary:
        chosen = [one for one in chosen if one.boundary == wanted.boundary]
    if not chosen:
        return missing(wanted, given, basis)
    figures = [one for one in chosen if isinstance(one.value, Quantity) and not one.value.bound]
    if not figures:
        return bounds_only(wanted, given, chosen)
    return [candidate(one, wanted) for one in figures]


def matching(wanted: InputSpec, given: Given, basis: Basis | None) -> list[Fact]:
    """Facts the input speaks of, before one is chosen."""
    bases = wanted.basis or ((basis,) if basis else ())
    return [
        fact
        for fact in given.facts.get(wanted.fact, ())
        if (not bases or fact.basis in bases) and (not wanted.definition or fact.definition == wanted.definition)
    ]


def candidate(one: Chosen, wanted: InputSpec) -> Candidate:
    value = one.value
    if isinstance(value, Quantity) and wanted.unit:
        value = _converted(value, wanted.unit, one.facts[0])
    return Candidate(
        Input(wanted.name, value, one.facts),
        "" if wanted.designation else one.basis,
        None if wanted.boundary else one.boundary,
        one.definition,
    )


def _converted(value: Quantity, unit: str, fact: Fact) -> Quantity:
    currency = value.unit.currency
    try:
        return value.to(find_unit(unit.replace("money", currency) if currency else unit))
    except BadRequestData as exc:
        raise BadRequestData(f"{fact.id}: {exc.detail}", f"{fact.id}/unit") from exc


_BASIS: Mapping[str, tuple[str, str]] = {
    "plan": ("계획", "planned"),
    "claim": ("주장", "claimed"),
    "forecast": ("전망", "forecast"),
    "actual": ("실적", "actual"),
}


def measure_name(given: Given, wanted: InputSpec, lang: str) -> str:
    measure = given.book.measures.get(wanted.fact)
    return (measure.name.get(lang) or measure.name["en"]) if measure else wanted.fact


def missing(wanted: InputSpec, given: Given, basis: Basis | None) -> Gap:
    """Says what to enter: measure, basis, boundary, definition."""
    bases = wanted.basis or ((basis,) if basis else ())
    names = measure_name(given, wanted, "ko"), measure_name(given, wanted, "en")
    return _missing(wanted.name, wanted.fact, bases, wanted.boundary, wanted.definition, names)


@lru_cache(maxsize=4096)
def _missing(
    name: str, fact: str, bases: tuple[Basis, ...], boundary: str, definition: str, names: tuple[str, str]
) -> Gap:
    ko, en = "·".join(_BASIS[one][0] for one in bases), " or ".join(_BASIS[one][1] for one in bases)
    what_ko, what_en = f"항목 {fact}", f"measure {fact}"
    if boundary:
        what_ko, what_en = f"{what_ko}, 구역 “{boundary}”", f'{what_en}, boundary "{boundary}"'
    if definition:
        what_ko, what_en = f"{what_ko}, 정의 “{definition}”", f'{what_en}, definition "{definition}"'
    return gap(
        name,
        f"{names[0]}{f' ({ko})' if ko else ''} 값이 장부에 없습니다. 출처가 있는 사실({what_ko})을 입력해 주십시오.",
        f"The ledger has no value of {names[1]}{f' ({en})' if en else ''}. Enter one sourced fact ({what_en}).",
    )


def bounds_only(wanted: InputSpec, given: Given, chosen: Sequence[Chosen]) -> Gap:
    fact = chosen[0].facts[0]
    written = fact.quantity.as_written if fact.quantity else fact.value
    return Gap(
        wanted.name,
        {
            "ko": f"{measure_name(given, wanted, 'ko')} 값은 한쪽 끝({written})만 알려져 있습니다. 수치나 "
            f"범위로 된 사실을 입력하면 계산됩니다 ({fact.id}).",
            "en": f"{measure_name(given, wanted, 'en')} is only known as {written} ({fact.id}); enter a figure or a "
            "range and it is computed.",
        },
    )


def gap(name: str, ko: str, en: str) -> Gap:
    words: Text = {"ko": ko, "en": en}
    return Gap(name, words)
