"""Tenants and jobs as their page shows them: claims and counts in two pictures, never in one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from madang.district.book import Book
from madang.district.charts import (
    CONSOLE,
    BandPoint,
    Bands,
    Line,
    Multiples,
    Panel,
    Range,
    draw_bands,
    draw_multiples,
)
from madang.district.format import show
from madang.district.indicators.choice import Chosen, choose
from madang.district.indicators.values import Result, Results
from madang.district.quantity import Quantity, find_unit
from madang.district.records import Basis, Fact, Programme, Tenancy
from madang.district.rows import local_id
from madang.district.wording import worded
from madang.web.console.attributes import entity_path
from madang.web.console.texts import pick, say

from .comparisonview import NARROW, WIDE, WRITTEN, Pictures, number_of
from .shown import measure_title, names, when_text
from .table import NOTHING, Cell, Notes, Row, Table, fact_cell, quantity_cell

PROMISED: tuple[Basis, ...] = ("plan", "claim", "forecast")
INDICATORS = (
    "madang-d-d24", "madang-d-d25", "madang-d-d27", "madang-d-d19", "madang-d-d20", "madang-d-d21", "madang-d-d22",
    "madang-d-d26", "madang-d-d28", "madang-d-d43",
)  # fmt: skip
"""What kinds of tenants there are, and how they do."""

STEPS = ("companies_interested", "companies_contracted", "companies", "companies_headquartered")
"""From showing interest to being there: four different things."""

POINTS_MIN = 2
LINES_MAX = 6


@dataclass(frozen=True, slots=True)
class Given:
    book: Book
    notes: Notes
    programme: Programme

    @property
    def lang(self) -> str:
        return self.notes.lang

    def name(self, one: Programme) -> str:
        return pick(one.name, self.lang)

    def columns(self, *names: str) -> tuple[str, ...]:
        return tuple(say(f"places.tenants.column.{one}", self.lang) for one in names)

    @property
    def every(self) -> list[Programme]:
        """One's own first, then by name."""
        return sorted(self.book.programmes.values(), key=lambda one: (one.id != self.programme.id, self.name(one)))


@dataclass(frozen=True, slots=True)
class Shown:
    """state: in one line. claims, counts: two pictures that share no axis; None where there is nothing to draw."""

    state: str
    claims: Pictures | None
    counts: Pictures | None
    claimed: Table
    counted: Table
    tenants: Table
    steps: Table
    indicators: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        return self.claimed, self.counted, self.steps, self.tenants, self.indicators


def shown(given: Given, results: Results) -> Shown:
    claims = [(one, chosen) for one in given.every for chosen in _promised(given.book, one)]
    series = [(one, facts) for one in given.every for facts in _series(given.book, one)]
    return Shown(
        _state(given),
        _claims(given, claims),
        _counts(given, series),
        _claimed(given, claims),
        _counted(given, series),
        _tenants(given),
        _steps(given),
        _indicators(given, results),
    )


def _state(given: Given) -> str:
    own = given.programme.id
    count = sum(one.subject == own and one.until is None for one in given.book.tenancies)
    jobs = [one for one in given.book.facts_of(own, "jobs", "actual") if one.quantity]
    tenants = say("places.tenants.state.tenants" if count else "places.tenants.state.none", given.lang, n=count)
    newest = jobs[-1].quantity if jobs else None
    told = say("places.tenants.state.jobs", given.lang, jobs=show(newest, given.lang).primary) if newest else ""
    return " · ".join(part for part in (tenants, told or say("places.tenants.state.no.jobs", given.lang)) if part)


# ---------------------------------------------------------------------------------------- claims and counts


def _promised(book: Book, one: Programme) -> list[Chosen]:
    """Each definition and area by itself. A part of the jobs is no figure of the whole."""
    found = [
        chosen
        for basis in PROMISED
        for chosen in choose(book.facts_of(one.id, "jobs", basis), "each definition")
        if isinstance(chosen.value, Quantity)
    ]
    return [chosen for chosen in found if not chosen.definition.endswith("only")]


def _series(book: Book, one: Programme) -> Iterator[list[Fact]]:
    """Counts of the same area and the same definition, by the moment they hold for."""
    groups: dict[tuple[str, str], list[Fact]] = {}
    for fact in book.facts_of(one.id, "jobs", "actual"):
        if fact.quantity and (fact.as_of or fact.stated):
            groups.setdefault((fact.boundary, fact.definition), []).append(fact)
    for facts in groups.values():
        yield sorted(facts, key=_year)


def _year(fact: Fact) -> float:
    """Of a year its middle; with months, to the month."""
    when = fact.as_of or fact.stated
    if when is None:
        return 0.0
    middle = when.first + (when.last - when.first) / 2
    return middle.year + (middle.timetuple().tm_yday - 1) / 366


def _qualified(given: Given, one: Programme, boundary: str, definition: str) -> str:
    words = [
        worded(given.book.wording, part, given.lang) for part in (boundary, definition) if part not in ("", "district")
    ]
    return f"{given.name(one)} ({', '.join(words)})" if words else given.name(one)


def _claims(given: Given, claims: Sequence[tuple[Programme, Chosen]]) -> Pictures | None:
    ranges = tuple(
        Range(
            f"claim-{index}",
            _qualified(given, one, chosen.boundary, chosen.definition),
            float(chosen.value.low),
            float(chosen.value.high),
            own=one.id == given.programme.id,
        )
        for index, (one, chosen) in enumerate(claims)
        if isinstance(chosen.value, Quantity)
    )
    if not ranges:
        return None
    panel = Panel("", ranges, number_of(find_unit("jobs"), given.lang, WRITTEN))
    title = say("places.tenants.claims", given.lang)
    data = Multiples(title, say("places.tenants.claims.desc", given.lang), (panel,))
    return draw_multiples(data, CONSOLE, WIDE, given.lang), draw_multiples(data, CONSOLE, NARROW, given.lang)


def _counts(given: Given, series: Sequence[tuple[Programme, Sequence[Fact]]]) -> Pictures | None:
    long = [(one, facts) for one, facts in series if len(facts) >= POINTS_MIN]
    kept = sorted(long, key=lambda pair: -len(pair[1]))[:LINES_MAX]
    lines = tuple(
        Line(
            facts[0].id,
            _qualified(given, one, facts[0].boundary, facts[0].definition),
            tuple(BandPoint(_year(fact), float(fact.quantity.middle)) for fact in facts if fact.quantity),
        )
        for one, facts in kept
    )
    if not lines:
        return None
    title = say("places.tenants.counts", given.lang)
    number = number_of(find_unit("jobs"), given.lang, WRITTEN)
    data = Bands(title, say("places.tenants.counts.desc", given.lang), lines, number)
    return draw_bands(data, CONSOLE, WIDE, given.lang), draw_bands(data, CONSOLE, NARROW, given.lang)


def _claimed(given: Given, claims: Sequence[tuple[Programme, Chosen]]) -> Table:
    rows = tuple(
        Row(
            (
                Cell(given.name(one), path=entity_path(one.id)),
                fact_cell(chosen.facts[0], given.book, given.notes),
            ),
            own=one.id == given.programme.id,
        )
        for one, chosen in claims
    )
    return Table("claims", say("places.tenants.claims", given.lang), given.columns("district", "claimed"), rows)


def _counted(given: Given, series: Sequence[tuple[Programme, Sequence[Fact]]]) -> Table:
    rows = tuple(
        Row((
            Cell(_qualified(given, one, facts[0].boundary, facts[0].definition), path=entity_path(one.id)),
            Cell(when_text(fact.as_of or fact.stated, given.lang)),
            fact_cell(fact, given.book, given.notes, moment=False, basis=False),
        ))
        for one, facts in series
        for fact in facts
    )  # fmt: skip
    columns = given.columns("district", "when", "counted")
    return Table("counts", say("places.tenants.counts", given.lang), columns, rows)


# -------------------------------------------------------------------------------------------------- tenants


def _tenants(given: Given) -> Table:
    called = names(given.book, given.lang)
    rows = tuple(
        _tenant(given, one, called.get(one.party, local_id(one.party)))
        for one in given.book.tenancies
        if one.subject == given.programme.id
    )
    columns = given.columns("tenant", "sector", "research", "sme", "jobs", "since", "until")
    return Table("tenants", say("places.tenants.list", given.lang), columns, rows)


def _tenant(given: Given, one: Tenancy, name: str) -> Row:
    return Row((
        Cell(name, path=entity_path(one.id), notes=(given.notes.cite(one.source),)),
        Cell(one.sector or "–"),
        Cell(_flag(one.research, given.lang)),
        Cell(_flag(one.sme, given.lang)),
        quantity_cell(one.jobs, given.lang),
        Cell(when_text(one.since, given.lang) or "–"),
        Cell(when_text(one.until, given.lang) or "–"),
    ))  # fmt: skip


def _flag(value: bool | None, lang: str) -> str:
    return "–" if value is None else say("places.tenants.yes" if value else "places.tenants.no", lang)


def _steps(given: Given) -> Table:
    """Interest, contract, presence: the newest of each, of every district that says any."""
    found = [(one, tuple(_step(given, one, measure) for measure in STEPS)) for one in given.every]
    rows = tuple(
        Row((Cell(given.name(one), path=entity_path(one.id)), *cells), own=one.id == given.programme.id)
        for one, cells in found
        if any(cell is not NOTHING for cell in cells)
    )
    titles = tuple(measure_title(given.book, measure, given.lang) for measure in STEPS)
    return Table(
        "steps", say("places.tenants.steps", given.lang), (*given.columns("district"), *titles), rows,
        say("places.tenants.steps.what", given.lang),
    )  # fmt: skip


def _step(given: Given, one: Programme, measure: str) -> Cell:
    for bases in (("actual",), PROMISED):
        found = choose(given.book.facts_of(one.id, measure, *bases), "each definition")
        plain = sorted(found, key=lambda chosen: (chosen.definition != "", chosen.boundary != "district"))
        if plain:
            return fact_cell(plain[0].facts[0], given.book, given.notes)
    return NOTHING


# ----------------------------------------------------------------------------------------------- indicators


def _indicators(given: Given, results: Results) -> Table:
    rows = tuple(_indicator(given, result) for key in INDICATORS for result in results.get(key, ()))
    columns = given.columns("indicator", "value", "counted", "missing")
    return Table("indicators", say("places.tenants.indicators", given.lang), columns, rows)


def _indicator(given: Given, result: Result) -> Row:
    facts = [fact for one in result.inputs for fact in one.facts]
    counted = (
        pick(result.label, given.lang) if result.label else worded(given.book.wording, result.definition, given.lang)
    )
    value = quantity_cell(result.value, given.lang)
    return Row((
        Cell(pick(result.indicator.name, given.lang), path=f"places/indicators/{result.indicator.key}"),
        Cell(value.text, value.small, result.basis, given.notes.of(facts), number=True, raw=value.raw),
        Cell(counted or "–"),
        Cell(pick(result.gaps[0].what, given.lang) if result.gaps else "–"),
    ))  # fmt: skip
