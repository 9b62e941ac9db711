"""What we do not know: gaps, contradictions and promises past their date, each with what would fill it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.book import Book
from madang.district.records import Fact, Record
from madang.district.rows import local_id
from madang.district.unknown import ORDER, Gap, gaps
from madang.web.city import City
from madang.web.console.texts import say

from .entry import headline
from .entryform import every_record
from .frame import look, places_page, programme_choices
from .shown import measure_title, shown_fact, when_text

SHOWN = 30
"""Lines of one section, unless it is asked for alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """One gap in words. marks: why, as short words. records: name and id of what it is about. fill: the form's."""

    text: str
    marks: Sequence[str]
    records: Sequence[tuple[str, str]]
    fill: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    what: str
    count: int
    lines: Sequence[Line]


def unknown_routes(cities: Mapping[str, City]) -> list[Route]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found = await look(request, city)
        asked = request.query_params.get("all", "")
        subject = found.programme.id if found.programme else ""
        told = gaps(found.book, subject, datetime.now(UTC))
        records = {one.id: one for one in every_record(found.book)}
        sections = [_section(what, told, asked, records, found.book, found.lang) for what in ORDER]
        return await places_page(
            request,
            cities,
            city,
            "places/unknown",
            "places/unknown.html",
            sections=[one for one in sections if one.count],
            count=len(told),
            asked=asked,
            programmes=programme_choices(found),
            programme=local_id(subject) if subject else "",
            name=next((one["name"] for one in programme_choices(found) if one["chosen"]), ""),
        )

    return [Route("/{city}/places/unknown", show)]


def _section(
    what: str, told: Sequence[Gap], asked: str, records: Mapping[str, Record], book: Book, lang: str
) -> Section:
    own = [gap for gap in told if gap.what == what]
    shown = own if asked == what else own[:SHOWN]
    return Section(what, len(own), [_line(gap, records, book, lang) for gap in shown])


def _line(gap: Gap, records: Mapping[str, Record], book: Book, lang: str) -> Line:
    names = [(headline(records[i], book, lang) if i in records else i, i) for i in gap.records]
    measure = measure_title(book, gap.measure, lang) if gap.measure else ""
    match gap.what:
        case "missing":
            return Line(say("places.unknown.missing.line", lang, measure=measure, n=gap.n), (), (), gap.fill)
        case "contradiction":
            both = " ↔ ".join(_value(records[i], book, lang) for i in gap.records if i in records)
            return Line(f"{measure}: {both}", (), names, gap.fill)
        case "overdue":
            return Line(_due_text(records.get(gap.records[0]), book, lang), (), names, gap.fill)
        case "weak":
            marks = [say(f"places.unknown.why.{code}", lang) for code in gap.why]
            return Line("", marks, names, gap.fill)
        case "dangling":
            column, there = gap.why
            words = say("places.unknown.dangling.line", lang, column=column, there=local_id(there))
            return Line(words, (), names, {})
        case "odd":
            return Line(say(f"places.unknown.odd.{gap.why[0]}", lang, n=gap.n), (), names, gap.fill)
        case "broken":
            return Line(gap.why[0], (), names, {})
        case "waiting":
            return Line(say("places.unknown.waiting.line", lang, n=gap.n), (), names, {})
        case _:
            return Line("", (), names, gap.fill)


def _value(record: Record, book: Book, lang: str) -> str:
    if not isinstance(record, Fact):
        return local_id(record.id)
    shown = shown_fact(record, book, lang)
    when = shown.as_of or shown.stated
    return f"{shown.value} ({', '.join(filter(None, (when, record.source.title)))})"


def _due_text(record: Record | None, book: Book, lang: str) -> str:
    if isinstance(record, Fact):
        due = when_text(record.when or record.as_of, lang)
        return say("places.unknown.overdue.line", lang, measure=measure_title(book, record.measure, lang), due=due)
    end = getattr(record, "end", None)
    return say("places.unknown.overdue.phase", lang, due=when_text(end, lang))
