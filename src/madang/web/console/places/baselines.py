"""How the plan changed: every baseline in a row, the timeline of their promises, and what drifted between any two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.book import Book
from madang.district.charts import baselines as chart
from madang.district.charts.palette import CONSOLE, Palette
from madang.district.charts.scale import Span
from madang.district.drift import Drift, Held, drift
from madang.district.format import show
from madang.district.records import Baseline, Fact, Source
from madang.district.rows import local_id
from madang.district.when import When, format_when, months_between
from madang.errors import NotFound
from madang.web.city import City
from madang.web.console.format import number_text
from madang.web.console.texts import pick, say

from .frame import look, places_page, programme_choices
from .shown import FactShown, measure_title, shown_fact

COLUMNS = ("area", "investment", "groundbreaking", "first_tenants", "completion", "jobs")
MARKS: Mapping[str, chart.Kind] = {"groundbreaking": "start", "first_tenants": "tenants", "completion": "completion"}


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """cells: the facts it states, for each of COLUMNS. reason "": none was published."""

    id: str
    number: int
    stated: str
    title: str
    reason: str
    source: Source
    cells: Mapping[str, Sequence[FactShown]]


@dataclass(frozen=True, slots=True)
class DriftRow:
    """change: in words, "" where the two are not subtracted; then ``unlike`` says why. later: the change is for the
    worse in time, so that it is not told by colour alone."""

    title: str
    before: FactShown | None
    before_carried: bool
    after: FactShown | None
    after_carried: bool
    change: str
    share: str
    unlike: str


def baseline_routes(cities: Mapping[str, City]) -> Sequence[Route]:
    async def show_page(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found = await look(request, city)
        subject = found.programme.id if found.programme else ""
        baselines = found.book.baselines_of(subject)
        query = request.query_params
        earlier = _chosen(baselines, query.get("from", ""), first_whole(found.book, baselines))
        later = _chosen(baselines, query.get("to", ""), -1)
        rows = [baseline_row(one, found.book, found.lang) for one in baselines]
        drifts = drift(found.book, earlier, later) if earlier and later and earlier is not later else ()
        return await places_page(
            request,
            cities,
            city,
            "places/baselines",
            "places/baselines.html",
            programme=found.programme,
            programmes=[one for one in programme_choices(found) if _has_baselines(found.book, one["id"])],
            rows=rows,
            columns=COLUMNS,
            column_titles={one: measure_title(found.book, one, found.lang) for one in COLUMNS},
            earlier=local_id(earlier.id) if earlier else "",
            later=local_id(later.id) if later else "",
            drifts=[drift_row(one, found.book, found.lang) for one in drifts if one.unlike != "one-sided"],
            one_sided=[drift_row(one, found.book, found.lang) for one in drifts if one.unlike == "one-sided"],
            picture=timeline(found.book, subject, CONSOLE, 1100, found.lang, today=found.on) if baselines else "",
            narrow=timeline(found.book, subject, CONSOLE, 340, found.lang, today=found.on) if baselines else "",
            summary=summary(found.book, subject, found.lang),
        )

    return [Route("/{city}/places/baselines", show_page)]


def _chosen(baselines: Sequence[Baseline], name: str, default: int) -> Baseline | None:
    """By local id, else the first or last one. Raises NotFound."""
    if name:
        found = next((one for one in baselines if local_id(one.id) == name), None)
        if found is None:
            raise NotFound(name, f"There is no baseline {name[:80]!r} of this programme.")
        return found
    return baselines[default] if baselines else None


def first_whole(book: Book, baselines: Sequence[Baseline]) -> int:
    """Index of the first plan that names a date of completion: what later plans are held against; else 0."""
    return next((i for i, one in enumerate(baselines) if _facts(book, one, "completion")), 0)


def _has_baselines(book: Book, programme: str) -> bool:
    return any(local_id(one.subject) == programme for one in book.baselines)


def baseline_row(one: Baseline, book: Book, lang: str) -> BaselineRow:
    facts = book.facts_of_baseline(one.id)
    return BaselineRow(
        local_id(one.id),
        one.number,
        format_when(one.stated, lang),
        pick(one.title, lang),
        one.reason,
        one.source,
        {name: [shown_fact(fact, book, lang) for fact in facts if fact.measure == name] for name in COLUMNS},
    )


def drift_row(one: Drift, book: Book, lang: str) -> DriftRow:
    return DriftRow(
        measure_title(book, one.measure, lang),
        _held(one.before, book, lang),
        one.before is not None and one.before.carried,
        _held(one.after, book, lang),
        one.after is not None and one.after.carried,
        change_text(one, lang),
        "" if not one.share else f"{_signed(float(one.share * 100), 0)} %",
        one.unlike,
    )


def _held(held: Held | None, book: Book, lang: str) -> FactShown | None:
    return shown_fact(held.fact, book, lang) if held else None


def change_text(one: Drift, lang: str) -> str:
    """``+37 ha``, ``6 years later``; "" where nothing is subtracted."""
    if one.slip is not None:
        return slip_text(one.slip.months, lang)
    if one.difference is None:
        return ""
    if not one.difference.low and not one.difference.high:
        return say("places.baselines.kept", lang)
    text = show(one.difference, lang).primary
    return text if one.difference.low < 0 else f"+{text}"


def slip_text(months: int, lang: str) -> str:
    """A slip in months as people say it; years where they are whole."""
    if months == 0:
        return say("places.baselines.kept", lang)
    key = "later" if months > 0 else "sooner"
    years = months % 12 == 0
    unit = "years" if years else "months"
    return say(f"places.baselines.{key}.{unit}", lang, n=number_text(abs(months) // 12 if years else abs(months)))


def _signed(value: float, digits: int) -> str:
    return ("+" if value > 0 else "") + number_text(value, digits)


def summary(book: Book, subject: str, lang: str) -> str:
    """One sentence: how many plans, and how far completion moved from the first that named one to the last."""
    baselines = book.baselines_of(subject)
    ends = [fact.when for one in baselines for fact in _facts(book, one, "completion") if fact.when]
    if not baselines:
        return ""
    if len(ends) < 2:
        return say("places.baselines.state", lang, n=len(baselines))
    slip = months_between(ends[0], ends[-1])
    return say("places.baselines.state.slip", lang, n=len(baselines), slip=slip_text(slip.months, lang))


def _facts(book: Book, one: Baseline, measure: str) -> list[Fact]:
    return [fact for fact in book.facts_of_baseline(one.id) if fact.measure == measure]


def timeline(book: Book, subject: str, palette: Palette, width: float, lang: str, *, today: date | None) -> str:
    """The promises of every baseline as SVG, and below them what happened."""
    baselines = book.baselines_of(subject)
    first_end: When | None = None
    rows = []
    for one in baselines:
        ends = [fact.when for fact in _facts(book, one, "completion") if fact.when]
        first_end = first_end or (ends[0] if ends else None)
        note = slip_text(months_between(first_end, ends[0]).months, lang) if first_end and ends else ""
        marks = [_mark(kind, fact, lang) for name, kind in MARKS.items() for fact in _facts(book, one, name)]
        rows.append(
            chart.Baseline(
                local_id(one.id),
                f"{one.number} · {format_when(one.stated, lang)}",
                one.stated.first,
                tuple(mark for mark in marks if mark),
                note,
                pick(one.title, lang),
            )
        )
    happened = list(
        dict.fromkeys(
            mark
            for name, kind in MARKS.items()
            for fact in book.facts_of(subject, name, "actual")
            if (mark := _mark(kind, fact, lang, actual=True))
        )
    )
    if happened:
        rows.append(
            chart.Baseline("actual", say("places.baselines.actual", lang), happened[0].when.first, tuple(happened))
        )
    title = say("places.baselines.chart", lang)
    return chart.draw_baselines(
        chart.Baselines(title, say("places.baselines.chart.what", lang), tuple(rows), today), palette, width, lang
    )


def _mark(kind: chart.Kind, fact: Fact, lang: str, *, actual: bool = False) -> chart.Milestone | None:
    when = fact.when
    return chart.Milestone(kind, Span(when.first, when.last, format_when(when, lang)), actual) if when else None
