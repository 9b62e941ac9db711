"""A programme at a glance as its page shows it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from madang.district.book import Book, stated_order
from madang.district.charts import (
    CONSOLE,
    Category,
    LandUse,
    LandUses,
    Locator,
    Outline,
    Parcel,
    PhaseBar,
    Phases,
    Plan,
    Span,
    draw_landuses,
    draw_locator,
    draw_phases,
    draw_plan,
)
from madang.district.indicators.choice import choose
from madang.district.land import LandPlan, land_plans
from madang.district.pictures import day_text
from madang.district.records import Basis, Fact, Phase, Programme
from madang.district.records import Parcel as Land
from madang.district.rows import local_id
from madang.district.when import When, on_day
from madang.web.console.attributes import entity_path
from madang.web.console.texts import pick, say

from .comparisonview import number_of
from .shown import measure_title, names, when_text
from .table import Cell, Notes, Row, Table, fact_cell

WIDE, THIRD, NARROW = 1100, 400, 340
KEY = (
    "area", "investment", "jobs", "groundbreaking", "completion", "physical_progress", "compensation_progress",
    "land_sale_start", "residents", "dwellings", "companies",
)  # fmt: skip
"""Measures that a reader asks for first."""

TILES_MAX = 12
NEWEST = 8
STATE = ("groundbreaking", "physical_progress", "completion")

Pictures = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Area:
    """An administrative area. shape: GeoJSON Polygon or MultiPolygon."""

    id: str
    name: Mapping[str, str]
    shape: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Given:
    """book: as known on the day; today: that day, or now."""

    book: Book
    notes: Notes
    programme: Programme
    today: date

    @property
    def lang(self) -> str:
        return self.notes.lang

    @property
    def local_id(self) -> str:
        return local_id(self.programme.id)


@dataclass(frozen=True, slots=True)
class Tile:
    title: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class LandShown:
    """One source's division of the land. title: whose and of when."""

    title: str
    pictures: Pictures
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """parcels: their plan, None where none is published; then locator: where in the city, None without outlines.

    named: the areas that sources name, in words; numbers: those sources.
    """

    parcels: Pictures | None
    locator: Pictures | None
    named: str
    numbers: tuple[int, ...]
    lands: Sequence[LandShown]


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which something was announced. first, last: ISO. before, after: the neighbours of the shown day, ""
    where there is none. marks: ISO days."""

    first: str
    last: str
    shown: str
    shown_text: str
    before: str
    after: str
    marks: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shown:
    state: str
    tiles: Sequence[Tile]
    place: Place
    phases: Pictures | None
    phase_table: Table
    newest: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        return self.newest, self.phase_table


def shown(given: Given, areas: Sequence[Area], by: str) -> Shown:
    facts = list(key_facts(given.book, given.programme.id))
    tiles = [
        Tile(measure_title(given.book, one.measure, given.lang), fact_cell(one, given.book, given.notes))
        for one in facts[:TILES_MAX]
    ]
    phases = _phases_of(given)
    return Shown(
        _state(given, facts), tiles, _place(given, areas, by), _phase_picture(given, phases),
        _phase_table(given, phases), _newest(given),
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------- key figures


def key_facts(book: Book, subject: str) -> Iterator[Fact]:
    """What stands of each key measure: what happened, else what is planned; a claim of each definition beside it."""
    for measure in KEY:
        happened = _standing(book, subject, measure, "actual")
        planned = _standing(book, subject, measure, "plan", "forecast")
        yield from (happened or planned)[:1]
        yield from _standing(book, subject, measure, "claim")


def _standing(book: Book, subject: str, measure: str, *bases: Basis) -> list[Fact]:
    """Of the whole district, else of the areas that are spoken of; the plain meaning first."""
    found = choose(book.facts_of(subject, measure, *bases), "each definition")
    whole = [one for one in found if one.boundary == "district"] or found
    return [one.facts[0] for one in sorted(whole, key=lambda one: one.definition != "")]


def _state(given: Given, facts: Sequence[Fact]) -> str:
    """Works, progress and completion in one line."""
    parts = []
    for measure in STATE:
        fact = next((one for one in facts if one.measure == measure), None)
        if fact:
            cell = fact_cell(fact, given.book, given.notes, moment=False)
            when = when_text(fact.as_of, given.lang)
            words = f"{cell.text} ({when})" if measure == "physical_progress" and when else cell.text
            title = measure_title(given.book, measure, given.lang)
            basis = "" if fact.basis == "actual" else f" ({say(f'places.basis.{fact.basis}', given.lang)})"
            parts.append(f"{title} {words}{basis}")
    return " · ".join(parts) or say("places.overview.nothing", given.lang)


# ------------------------------------------------------------------------------------------------ the place


def _place(given: Given, areas: Sequence[Area], by: str) -> Place:
    parcels = [one for one in given.book.parcels if one.subject == given.programme.id and _stated(one, given.today)]
    plan = _plan(given, parcels, areas, by) if parcels else None
    named, facts = _named(given, areas)
    locator = _locator(given, areas, named) if areas and not parcels else None
    lands = [_land(given, one) for one in reversed(land_plans(given.book, given.programme.id))]
    words = ", ".join(pick(area.name, given.lang) for area in named)
    return Place(plan, locator, words, given.notes.of(facts) if locator else (), lands)


def _stated(one: Land, day: date) -> bool:
    return one.stated is None or one.stated.first <= day


def _plan(given: Given, parcels: Sequence[Land], areas: Sequence[Area], by: str) -> Pictures:
    phases = {one.id: pick(one.name, given.lang) for one in given.book.phases}
    called = {**names(given.book, given.lang), **phases}
    keys = list(dict.fromkeys(_category(one, by) for one in parcels))
    categories = tuple(Category(key, _category_text(key, by, called, given.lang)) for key in sorted(keys))
    data = Plan(
        say("places.overview.parcels", given.lang),
        say("places.overview.parcels.desc", given.lang),
        tuple(
            Parcel(one.id, one.name, polygons(one.location), _category(one, by), f"{one.name}: {one.use}, {one.state}")
            for one in parcels
        ),
        categories,
        tuple(Outline(area.id, pick(area.name, given.lang), polygons(area.shape)) for area in areas),
    )
    return draw_plan(data, CONSOLE, WIDE, given.lang), draw_plan(data, CONSOLE, NARROW, given.lang)


def _category(one: Land, by: str) -> str:
    return {"phase": one.phase, "use": one.use, "state": one.state, "tenant": one.tenant}[by]


def _category_text(key: str, by: str, called: Mapping[str, str], lang: str) -> str:
    if not key:
        return say("places.overview.none.given", lang)
    return say(f"places.entry.choice.{key}", lang) if by in ("use", "state") else called.get(key, local_id(key))


def polygons(shape: Any) -> tuple[tuple[tuple[tuple[float, float], ...], ...], ...]:
    """Polygons of a GeoJSON geometry: rings of longitude and latitude. () for another kind of geometry."""
    kind = shape.get("type") if isinstance(shape, Mapping) else ""
    if kind not in ("Polygon", "MultiPolygon"):
        return ()
    every = [shape["coordinates"]] if kind == "Polygon" else shape["coordinates"]
    return tuple(tuple(tuple((float(lon), float(lat)) for lon, lat, *_ in ring) for ring in one) for one in every)


def _named(given: Given, areas: Sequence[Area]) -> tuple[list[Area], list[Fact]]:
    """Areas that the sources' own words name, and the statements that name them."""
    facts = [one for one in given.book.facts if one.subject == given.programme.id and one.source.quote]
    found: dict[str, tuple[Area, Fact]] = {}
    for area in areas:
        told = next((one for one in facts if area.name.get("ko", "\0") in one.source.quote), None)
        if told:
            found[area.id] = area, told
    return [area for area, _ in found.values()], [fact for _, fact in found.values()]


def _locator(given: Given, areas: Sequence[Area], named: Sequence[Area]) -> Pictures:
    data = Locator(
        say("places.overview.locator", given.lang),
        say("places.overview.locator.desc", given.lang),
        tuple(Outline(area.id, pick(area.name, given.lang), polygons(area.shape)) for area in areas),
        tuple(area.id for area in named),
        given.programme.lon_lat,
    )
    return draw_locator(data, CONSOLE, THIRD, given.lang), draw_locator(data, CONSOLE, NARROW, given.lang)


def _land(given: Given, plan: LandPlan) -> LandShown:
    lang = given.lang
    uses = [
        LandUse(use.fact.id, say(f"places.entry.choice.{use.kind}", lang), use.kind, float(use.area_ha))
        for use in plan.uses
    ]
    if plan.rest_ha:
        uses.append(LandUse("rest", say("places.overview.rest", lang), "unknown", float(plan.rest_ha)))
    title = say("places.overview.land", lang, stated=when_text(plan.stated, lang))
    hectares = number_of(plan.whole.quantity.to("ha").unit, lang) if plan.whole.quantity else str
    data = LandUses(
        title,
        say("places.overview.land.desc", lang),
        tuple(uses),
        hectares,
        lambda share: f"{round(share * 100)}%",
    )
    pictures = draw_landuses(data, CONSOLE, THIRD, lang), draw_landuses(data, CONSOLE, NARROW, lang)
    return LandShown(title, pictures, given.notes.of([plan.whole, *(use.fact for use in plan.uses)]))


# --------------------------------------------------------------------------------------- phases, statements


def _phases_of(given: Given) -> list[Phase]:
    found = [one for one in given.book.phases if one.subject == given.programme.id]
    return sorted(found, key=lambda one: ((one.start or one.end or on_day(given.today)).first, one.id))


def _phase_picture(given: Given, phases: Sequence[Phase]) -> Pictures | None:
    if not phases:
        return None
    rows = tuple(
        PhaseBar(one.id, pick(one.name, given.lang), _span(one.start, given), _span(one.end, given),
                 _dates(one, given.lang), one.basis == "actual")
        for one in phases
    )  # fmt: skip
    data = Phases(
        say("places.overview.phases", given.lang), say("places.overview.phases.desc", given.lang), rows, given.today,
        day_text(given.today, given.lang) if given.book.on else "",
    )  # fmt: skip
    return draw_phases(data, CONSOLE, WIDE, given.lang), draw_phases(data, CONSOLE, NARROW, given.lang)


def _span(when: When | None, given: Given) -> Span | None:
    return Span(when.first, when.last, when_text(when, given.lang)) if when else None


def _dates(one: Phase, lang: str) -> str:
    return f"{when_text(one.start, lang)} – {when_text(one.end, lang)}".strip()


def _phase_table(given: Given, phases: Sequence[Phase]) -> Table:
    columns = ("phase", "from", "to")
    rows = tuple(
        Row((
            Cell(pick(one.name, given.lang), basis=one.basis, path=entity_path(one.id),
                 notes=(given.notes.cite(one.source, when_text(one.stated, given.lang)),)),
            Cell(when_text(one.start, given.lang) or "–"),
            Cell(when_text(one.end, given.lang) or "–"),
        ))
        for one in phases
    )  # fmt: skip
    title = say("places.overview.phases", given.lang)
    return Table("phases", title, tuple(say(f"places.overview.column.{one}", given.lang) for one in columns), rows)


def _newest(given: Given) -> Table:
    facts = [one for one in given.book.facts if one.subject == given.programme.id and one.stated]
    newest = sorted(facts, key=stated_order, reverse=True)[:NEWEST]
    columns = ("stated", "what", "value")
    rows = tuple(
        Row((
            Cell(when_text(one.stated, given.lang)),
            Cell(measure_title(given.book, one.measure, given.lang)),
            fact_cell(one, given.book, given.notes, moment=bool(one.as_of)),
        ))
        for one in newest
    )  # fmt: skip
    title = say("places.overview.newest", given.lang)
    return Table("newest", title, tuple(say(f"places.overview.column.{one}", given.lang) for one in columns), rows)


# -------------------------------------------------------------------------------------------------- the day


def days(book: Book, subject: str, shown_day: date, today: date, lang: str) -> Days | None:
    """Of everything ever announced, whatever the day that is shown. None where nothing was."""
    announced = {one.stated.first for one in book.baselines_of(subject)}
    stated = {one.stated.first for one in book.facts if one.subject == subject and one.stated}
    marks = sorted(announced or stated)
    if not marks:
        return None
    before = max((day for day in marks if day < shown_day), default=None)
    after = min((day for day in marks if day > shown_day), default=None)
    return Days(
        marks[0].isoformat(), max(today, marks[-1]).isoformat(), shown_day.isoformat(),
        day_text(shown_day, lang), before.isoformat() if before else "", after.isoformat() if after else "",
        [day.isoformat() for day in marks],
    )  # fmt: skip
