"""A record's form, read off the table of kinds: its fields with what was typed, what they offer, and what is wrong."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from madang.district.book import Book
from madang.district.format import show
from madang.district.kinds import BY_NAME, Column, Kind
from madang.district.languages import LANGUAGES
from madang.district.quantity import UNITS, Quantity, parse_quantity
from madang.district.rates import Rates
from madang.district.records import Record
from madang.district.rows import Row, local_id
from madang.district.when import format_when, parse_when
from madang.errors import BadRequestData, Fault
from madang.web.console.texts import pick, say

Control = Literal["line", "lines", "choice", "many", "list"]
LINES = frozenset({"quote", "note", "definition", "reason", "what", "problem", "done", "evidence", "location"})
"""Columns that are typed in a larger box."""

FORM_LANGUAGES = ("ko", "en")
OPTIONS_MAX = 1000
"""More records than this are typed by their id instead of chosen."""

ERROR_KINDS = frozenset(
    {"when", "number", "whole", "value", "quantity", "unit", "ref", "refs", "id", "url", "geometry", "word"}
)
"""Kinds of columns that have a sentence of their own for what is wrong, ``places.entry.bad.<kind>``."""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FormField:
    """error: in the reader's language; detail: the reader of the record's own words (English), "" where it says no
    more."""

    name: str
    label: str
    hint: str
    control: Control
    value: str
    required: bool
    options: Sequence[Option] = ()
    error: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One line of what will be entered. other: the same in other units."""

    name: str
    label: str
    value: str
    other: Sequence[str] = ()


def form_fields(kind: Kind, row: Row, book: Book, lang: str, faults: Sequence[Fault] = ()) -> list[FormField]:
    wrong = faults_by_field(faults)
    return [field for column in kind.columns for field in _fields(kind, column, row, book, lang, wrong)]


def faults_by_field(faults: Sequence[Fault]) -> dict[str, Fault]:
    """The first fault of each field."""
    found: dict[str, Fault] = {}
    for fault in faults:
        found.setdefault(fault.where.removeprefix("/").split("/")[0], fault)
    return found


def _fields(
    kind: Kind, column: Column, row: Row, book: Book, lang: str, wrong: Mapping[str, Fault]
) -> Iterable[FormField]:
    label = label_of(column, lang)
    if column.kind == "words":
        for place, one in enumerate(FORM_LANGUAGES):
            name = f"{column.name}_{one}"
            fault = wrong.get(name) or (wrong.get(column.name) if place == 0 else None)
            words = f"{label} ({say(f'places.entry.lang.{one}', lang)})"
            yield _field(kind, column, name, words, row, lang, fault, "lines" if column.name in LINES else "line", ())
        return
    fault = wrong.get(column.name)
    options = options_of(column, row.get(column.name, ""), book, lang)
    control: Control = "lines" if column.name in LINES else "line"
    if column.kind == "unit":
        control = "list"
    elif options:
        control = "many" if column.kind == "refs" else "choice"
    yield _field(kind, column, column.name, label, row, lang, fault, control, options)


def _field(
    kind: Kind,
    column: Column,
    name: str,
    label: str,
    row: Row,
    lang: str,
    fault: Fault | None,
    control: Control,
    options: Sequence[Option],
) -> FormField:
    value = row.get(name, "")
    error, detail = fault_text(kind, column, value, fault, lang) if fault else ("", "")
    hint = _hint(column, lang)
    required = column.required and column.kind not in ("id", "words")
    return FormField(name, label, hint, control, value, required, options, error, detail)


def label_of(column: Column, lang: str) -> str:
    return column.ko if lang == "ko" else column.en


def _hint(column: Column, lang: str) -> str:
    own = f"places.entry.hint.{column.name}"
    kinds = {"when", "value", "quantity", "id", "geometry", "unit", "refs"}
    if column.name in ("source", "quote", "boundary", "definition", "measure"):
        return say(own, lang)
    return say(f"places.entry.hint.{column.kind}", lang) if column.kind in kinds else ""


def fault_text(kind: Kind, column: Column, value: str, fault: Fault, lang: str) -> tuple[str, str]:
    """What is wrong in the reader's language, and in the words it was found with where those say more."""
    if lang == "en":
        return fault.detail, ""
    if not value.strip() and column.required:
        key = "places.entry.missing.source" if column.name == "source" else "places.entry.missing"
        return say(key, lang), ""
    word = "measure" if column.name == "measure" else column.kind if column.kind in ERROR_KINDS else "text"
    return say(f"places.entry.bad.{word}", lang), fault.detail


def options_of(column: Column, value: str, book: Book, lang: str) -> list[Option]:
    chosen = {part.strip() for part in value.split(";")} if column.kind == "refs" else {value}
    match column.kind:
        case "unit":
            names = [("date", say("places.entry.unit.date", lang)), ("text", say("places.entry.unit.text", lang))]
            return [
                Option(one, name, False) for one, name in (*names, *((u.symbol, u.name(lang)) for u in UNITS.values()))
            ]
        case "flag":
            found = [("yes", say("places.entry.yes", lang)), ("no", say("places.entry.no", lang))]
        case "word":
            found = [(one, choice_text(column, one, lang)) for one in column.choices]
        case "ref" | "refs":
            found = references(column.refers, book, lang)
        case _:
            if column.name != "measure":
                return []
            found = [(code, f"{pick(one.name, lang)} · {code}") for code, one in book.measures.items()]
            found.sort(key=lambda one: one[1])
    if len(found) > OPTIONS_MAX:
        return []
    strangers = [(one, one) for one in sorted(chosen - {known for known, _ in found}) if one]
    return [Option(one, label, one in chosen) for one, label in (*found, *strangers)]


def references(refers: str, book: Book, lang: str) -> list[tuple[str, str]]:
    """Local id and name of every record of a kind, drafts among them."""
    waiting = [one for one in book.waiting if local_type(one) == refers]
    found = [(local_id(one.id), record_title(one, lang)) for one in (*records_of(refers, book), *waiting)]
    return sorted(found, key=lambda one: one[1].casefold())


def local_type(record: Record) -> str:
    """Name of a record's kind."""
    return next(name for name, kind in BY_NAME.items() if record.id.startswith(f"urn:ngsi-ld:{kind.type}:"))


def records_of(kind: str, book: Book) -> Sequence[Record]:
    """Records of a kind that count."""
    found: Mapping[str, Sequence[Record]] = {
        "programme": tuple(book.programmes.values()),
        "fact": book.facts,
        "baseline": book.baselines,
        "phase": book.phases,
        "parcel": book.parcels,
        "contract": book.contracts,
        "tenancy": book.tenancies,
        "organization": tuple(book.organizations.values()),
        "agreement": book.agreements,
        "practice": book.practices,
        "evidence": book.evidence,
    }
    return found[kind]


def every_record(book: Book) -> Iterator[Record]:
    """Those that count, those that wait and those that are set aside."""
    yield from book.waiting
    yield from book.set_aside
    for kind in BY_NAME:
        yield from records_of(kind, book)


def record_title(record: Record, lang: str) -> str:
    """Its name or title, with the programme's id where the name alone would not tell it from others."""
    subject = getattr(record, "subject", "")
    parts = (record_name(record, lang), local_id(subject) if subject else "")
    return " · ".join(part for part in parts if part) or local_id(record.id)


def record_name(record: Record, lang: str) -> str:
    """Its name or title, "" where its kind has none."""
    words = getattr(record, "name", None) or getattr(record, "title", None) or ""
    return words if isinstance(words, str) else pick(words, lang)


def choice_text(column: Column, choice: str, lang: str) -> str:
    if column.name in ("basis", "quality", "confidence", "status"):
        return say(f"places.{column.name}.{choice}", lang)
    if column.name == "area":
        return choice  # the code of a GNLC key feature is its name
    return say(f"places.entry.choice.{choice}", lang)


# ------------------------------------------------------------------------------------------------ answers


def answers(kind: Kind, row: Row, book: Book, lang: str, rates: Rates | None) -> list[Answer]:
    """What a whole row says, column by column; figures also in other units."""
    found = []
    for column in kind.columns:
        for name in row_names(column):
            text = row.get(name, "").strip()
            if text and column.kind != "unit":
                label = label_of(column, lang)
                if column.kind == "words":
                    label += f" ({name.rpartition('_')[2]})"
                found.append(Answer(name, label, *_said(column, text, row, book, lang, rates)))
    return found


def row_names(column: Column) -> list[str]:
    """The names that a column has in a row."""
    return [f"{column.name}_{lang}" for lang in LANGUAGES] if column.kind == "words" else [column.name]


def _said(column: Column, text: str, row: Row, book: Book, lang: str, rates: Rates | None) -> tuple[str, Sequence[str]]:
    unit = row.get("unit" if column.kind == "value" else f"{column.name}_unit", "").strip()
    match column.kind:
        case "value" | "quantity" if unit not in ("date", "text"):
            quantity = parse_quantity(text, unit)
            written = f"{text} {unit}"
            return written, [one for one in other_units(quantity, lang, rates, rate_day(row)) if one != written]
        case "value" if unit == "date":
            return text, [format_when(parse_when(text), lang)]
        case "when":
            when = parse_when(text)
            return format_when(when, lang), [f"{when.first} – {when.last}"] if when.first != when.last else []
        case "word":
            return choice_text(column, text, lang), ()
        case "flag":
            return say(f"places.entry.{text}", lang), ()
        case "ref" | "refs":
            names = dict(references(column.refers, book, lang))
            return ", ".join(names.get(one.strip(), one.strip()) for one in text.split(";")), ()
        case _:
            measure = book.measures.get(text) if column.name == "measure" else None
            return (f"{pick(measure.name, lang)} · {text}" if measure else text), ()


def rate_day(row: Row) -> date | None:
    """The day whose exchange rate fits a statement: when it was said, else when it holds."""
    for name in ("stated", "signed", "as_of"):
        try:
            return parse_when(row[name]).last if row.get(name) else None
        except BadRequestData:
            continue
    return None


def other_units(quantity: Quantity, lang: str, rates: Rates | None, day: date | None) -> list[str]:
    """The same figure as other people say it: in m², 평 and ha, and in euros or won at the dated rate."""
    shown = show(quantity, lang)
    found = [shown.primary, *([shown.secondary] if shown.secondary else [])]
    if quantity.unit.dimension == "area":
        others = [one for one in ("ha", "m2", "평") if one != quantity.unit.symbol and not _has(found, one)]
        found += [show(quantity.to(one), lang).primary for one in others]
    currency = quantity.unit.currency
    if currency and rates and day:
        try:
            there = rates.convert(quantity, "EUR" if currency == "KRW" else "KRW", day)
        except BadRequestData as exc:
            return [*found, exc.detail]
        said = show(there.quantity, lang).primary
        found.append(say("places.entry.rate", lang, value=said, rate=f"{there.rate:.6g}", day=there.rate_date))
    return list(dict.fromkeys(found))


def _has(texts: Sequence[str], unit: str) -> bool:
    return any(text.endswith(unit.replace("m2", "m²")) for text in texts)
