"""How the plan changed: every baseline in a row, the timeline of their promises, and what drifted between any two."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.book import Book
from madang.district.charts.palette import CONSOLE
from madang.district.drift import ORDER, Drift, Held, drift, first_whole
from madang.district.format import show
from madang.district.pictures import facts_named, slip_text, timeline
from madang.district.records import Baseline, Source
from madang.district.rows import local_id
from madang.district.when import format_when, months_between
from madang.errors import NotFound
from madang.web.city import City
from madang.web.console.format import number_text
from madang.web.console.texts import pick, say

from .frame import look, places_page, programme_choices
from .shown import FactShown, measure_title, shown_fact


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """cells: the facts it states, for each of ORDER. reason "": none was published."""

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
            columns=ORDER,
            column_titles={one: measure_title(found.book, one, found.lang) for one in ORDER},
            earlier=local_id(earlier.id) if earlier else "",
            later=local_id(later.id) if later else "",
            drifts=[drift_row(one, found.book, found.lang) for one in drifts if one.unlike != "one-sided"],
            one_sided=[drift_row(one, found.book, found.lang) for one in drifts if one.unlike == "one-sided"],
            picture=timeline(found.book, subject, CONSOLE, 1100, found.lang, on=found.on) if baselines else "",
            narrow=timeline(found.book, subject, CONSOLE, 340, found.lang, on=found.on) if baselines else "",
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
        {name: [shown_fact(fact, book, lang) for fact in facts if fact.measure == name] for name in ORDER},
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
        return slip_text(0, lang)
    text = show(one.difference, lang).primary
    return text if one.difference.low < 0 else f"+{text}"


def _signed(value: float, digits: int) -> str:
    return ("+" if value > 0 else "") + number_text(value, digits)


def summary(book: Book, subject: str, lang: str) -> str:
    """One sentence: how many plans, and how far completion moved from the first that named one to the last."""
    baselines = book.baselines_of(subject)
    ends = [fact.when for one in baselines for fact in facts_named(book, one, "completion") if fact.when]
    if not baselines:
        return ""
    if len(ends) < 2:
        return say("places.baselines.state", lang, n=len(baselines))
    slip = months_between(ends[0], ends[-1])
    return say("places.baselines.state.slip", lang, n=len(baselines), slip=slip_text(slip.months, lang))
