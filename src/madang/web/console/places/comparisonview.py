"""A comparison as its page shows it: pictures and tables in the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from madang.district.book import Book
from madang.district.charts import (
    CONSOLE,
    Multiples,
    Panel,
    Range,
    Reference,
    Slope,
    Slopes,
    Strip,
    draw_multiples,
    draw_slopes,
    draw_strip,
)
from madang.district.compare import Compared, Comparison, Pair
from madang.district.format import COMPUTED_DIGITS, show, show_number
from madang.district.indicators.values import Indicator, Input
from madang.district.outside import Case, CostView, DateView, LeftOut, implied, middle_day
from madang.district.quantity import Quantity, Unit, decimal, find_unit
from madang.district.rates import Converted
from madang.district.records import Fact, Programme
from madang.district.when import parse_when
from madang.district.wording import worded
from madang.web.console.attributes import entity_path
from madang.web.console.texts import pick, say

from .shown import measure_title, shown_fact, when_text
from .table import NOTHING, Cell, Notes, Row, Table, fact_cell, raw_quantity

WIDE, NARROW = 1100, 340
GLANCE = ("area", "residents", "dwellings", "investment", "madang-d-d10", "madang-d-d14")
"""What every district is seen in at a glance: a measure or an indicator each."""

SLOPES = ("jobs", "residents", "dwellings")
ARTICLE = "CNB뉴스 2016-08-29"
"""The article of 2016 that praised other districts; its statements are shown beside what later sources say."""

Pictures = tuple[str, str]
"""The same picture for a wide and for a narrow page."""


@dataclass(frozen=True, slots=True)
class Given:
    """own: entity id of the programme that others stand beside."""

    book: Book
    notes: Notes
    own: str
    catalogue: Mapping[str, Indicator]

    @property
    def lang(self) -> str:
        return self.notes.lang

    def name(self, one: Programme) -> str:
        return pick(one.name, self.lang)

    def title(self, what: str) -> str:
        indicator = self.catalogue.get(what)
        return pick(indicator.name, self.lang) if indicator else measure_title(self.book, what, self.lang)


@dataclass(frozen=True, slots=True)
class Outside:
    """state: what the band says in one sentence."""

    state: str
    picture: Pictures | None
    cases: Table
    left_out: Table


@dataclass(frozen=True, slots=True)
class Shown:
    """missing: names of districts that say nothing of it. state: what is held to be alike, in one sentence."""

    title: str
    state: str
    chosen: Pictures
    table: Table
    missing: str
    glance: Pictures
    slopes: Sequence[tuple[str, Pictures]]
    pairs: Table
    completion: Outside | None
    cost: Outside | None
    article: Table | None

    @property
    def tables(self) -> tuple[Table, ...]:
        outside = [table for one in (self.completion, self.cost) if one for table in (one.cases, one.left_out)]
        return (self.table, self.pairs, *outside, *((self.article,) if self.article else ()))


def slopes_of(what: str) -> tuple[str, ...]:
    """The measure that is asked for first, where it is one of a district's people and homes."""
    return tuple(dict.fromkeys((*((what,) if what in SLOPES else ()), *SLOPES)))


def shown(
    given: Given,
    chosen: Comparison,
    glance: Sequence[Comparison],
    pairs: Mapping[str, Sequence[Pair]],
    completion: DateView | None,
    cost: CostView | None,
) -> Shown:
    title = given.title(chosen.what)
    return Shown(
        title,
        _state(given, chosen),
        _multiples(given, say("places.comparison.title.of", given.lang, what=title), [chosen], unlike=True),
        _table(given, chosen),
        ", ".join(given.name(one) for one in chosen.missing),
        _multiples(
            given, say("places.comparison.glance", given.lang), [one for one in glance if one.like], unlike=False
        ),
        _slopes(given, pairs),
        _pairs(given, pairs),
        _dates(given, completion) if completion else None,
        _costs(given, cost) if cost else None,
        _article(given),
    )


def both(draw: Callable[[float], str]) -> Pictures:
    return draw(WIDE), draw(NARROW)


WRITTEN = 6
"""Significant digits that a chart shows of figures as sources wrote them; of computed ones it shows three."""


def number_of(unit: Unit, lang: str, digits: int = COMPUTED_DIGITS) -> Callable[[float], str]:
    """Writes a plain number of a unit, as charts need it."""

    def write(value: float) -> str:
        exact = decimal(Fraction(value), digits)  # 2753.0, and not the float's 2752.9999999
        return show(
            Quantity(Fraction(exact), Fraction(exact), unit), lang, len(exact.normalize().as_tuple().digits)
        ).primary

    return write


# ------------------------------------------------------------------------------------------- like with like


def _state(given: Given, found: Comparison) -> str:
    if not found.rows:
        return say("places.comparison.nothing", given.lang)
    basis = " + ".join(say(f"places.basis.{one}", given.lang) for one in found.basis.split(" + ") if one)
    counted = worded(given.book.wording, found.definition, given.lang)
    return say(
        "places.comparison.standard",
        given.lang,
        n=len(found.like),
        all=len(found.rows),
        basis=basis or say("places.comparison.no.basis", given.lang),
        counted=f" · {counted}" if counted else "",
    )


def _multiples(given: Given, title: str, found: Sequence[Comparison], *, unlike: bool) -> Pictures:
    """One alone has its heading above it already."""
    panels = tuple(
        _panel(given, one, given.title(one.what) if len(found) > 1 else "", unlike=unlike) for one in found if one.rows
    )
    data = Multiples(title, say("places.comparison.desc", given.lang), panels)
    return both(lambda width: draw_multiples(data, CONSOLE, width, given.lang))


def _panel(given: Given, found: Comparison, title: str, *, unlike: bool) -> Panel:
    rows = [row for row in found.rows if row.shown and (unlike or not row.unlike or row.programme.id == given.own)]
    own = [row for row in rows if row.programme.id == given.own]
    ranges = tuple(
        Range(
            f"{found.what}-{index}",
            _label(given, row, several=len(own) > 1),
            float(row.shown.low),
            float(row.shown.high),
            (),
            _why(given, row),
            own=row.programme.id == given.own,
        )
        for index, row in enumerate(rows)
        if row.shown
    )
    written = all(row.shown and row.shown.step and not row.rate for row in rows)
    digits = WRITTEN if written else COMPUTED_DIGITS
    return Panel(title, ranges, number_of(find_unit(found.unit), given.lang, digits))


def _label(given: Given, row: Compared, *, several: bool) -> str:
    """One's own, where it says unlike things: what is counted, then the name."""
    name, counted = given.name(row.programme), _counted(given, row)
    return f"{counted} ({name})" if several and counted and row.programme.id == given.own else name


def _counted(given: Given, row: Compared) -> str:
    return pick(row.label, given.lang) if row.label else worded(given.book.wording, row.definition, given.lang)


def _why(given: Given, row: Compared | Pair) -> str:
    return ", ".join(say(f"places.comparison.unlike.{one}", given.lang) for one in row.unlike)


def _table(given: Given, found: Comparison) -> Table:
    computed = any(row.words for row in found.rows)
    columns = ("district", "value", *(("parts",) if computed else ()), "meant", "when", "compares")
    rows = tuple(_row(given, row, computed=computed) for row in found.rows)
    words = next((row.words for row in found.rows if row.words), None)
    title = given.title(found.what)
    return Table(
        "compared", title, tuple(say(f"places.comparison.column.{one}", given.lang) for one in columns), rows,
        say("places.comparison.formula", given.lang, words=pick(words, given.lang)) if words else "",
    )  # fmt: skip


def _row(given: Given, row: Compared, *, computed: bool) -> Row:
    lang = given.lang
    facts = [fact for one in row.inputs for fact in one.facts]
    value = row.shown or row.value
    told = show(value, lang)
    as_stated = f"{show(row.value, lang).primary} · {rate_text(row.rate, lang)}" if row.rate else told.secondary
    amount = Cell(told.primary, as_stated, row.basis, given.notes.of(facts), number=True, raw=raw_quantity(value))
    boundary = "" if row.boundary == "district" else worded(given.book.wording, row.boundary, lang)
    counted = _counted(given, row)
    moment = row.as_of or row.stated
    return Row(
        (
            Cell(given.name(row.programme), path=entity_path(row.programme.id)),
            amount,
            *((Cell(" · ".join(_part(given, one) for one in row.inputs)),) if computed else ()),
            Cell(" · ".join(part for part in (boundary, counted) if part) or "–"),
            Cell(when_text(moment, lang) or say("places.comparison.no.date", lang)),
            Cell(_why(given, row) or say("places.comparison.like", lang)),
        ),
        bool(row.unlike),
        row.programme.id == given.own,
    )


def _part(given: Given, one: Input) -> str:
    title = measure_title(given.book, one.facts[0].measure, given.lang) if one.facts else one.name
    if not isinstance(one.value, Quantity):
        return f"{title} {when_text(one.value, given.lang)}"
    basis = f" ({say(f'places.basis.{one.facts[0].basis}', given.lang)})" if one.facts else ""
    value = show(one.value, given.lang).primary
    return f"{value}{basis}" if value.startswith(title) else f"{title} {value}{basis}"


def rate_text(rate: Converted, lang: str) -> str:
    """The published rates that were used, each with its day."""
    return ", ".join(
        say("places.rate", lang, to=one.quote, rate=one.value, day=one.day.isoformat(), **{"from": "EUR"}, source="ECB")
        for one in rate.used
    )


# ------------------------------------------------------------------------------------------ plan and actual


def _slopes(given: Given, pairs: Mapping[str, Sequence[Pair]]) -> Sequence[tuple[str, Pictures]]:
    found = [(measure, [one for one in each if one.plan and one.actual]) for measure, each in pairs.items()]
    return [(given.title(measure), _slope(given, measure, each)) for measure, each in found if len(each) > 1]


def _slope(given: Given, measure: str, pairs: Sequence[Pair]) -> Pictures:
    items = tuple(
        Slope(one.programme.id, given.name(one.programme), _middle(one.plan), _middle(one.actual), _why(given, one),
              one.programme.id == given.own)
        for one in pairs
    )  # fmt: skip
    unit = next(fact.quantity.unit for one in pairs for fact in (one.plan,) if fact and fact.quantity)
    data = Slopes(
        given.title(measure),
        say("places.comparison.slope.desc", given.lang),
        say("places.comparison.planned", given.lang),
        say("places.comparison.actual", given.lang),
        items,
        number_of(unit, given.lang, WRITTEN),
    )
    return draw_slopes(data, CONSOLE, 720, given.lang), draw_slopes(data, CONSOLE, NARROW, given.lang)


def _middle(fact: Fact | None) -> float | None:
    return float(fact.quantity.middle) if fact and fact.quantity else None


def _pairs(given: Given, pairs: Mapping[str, Sequence[Pair]]) -> Table:
    columns = ("district", "what", "planned", "actual", "share")
    rows = tuple(
        Row(
            (
                Cell(given.name(one.programme), path=entity_path(one.programme.id)),
                Cell(given.title(measure)),
                _fact(given, one.plan),
                _fact(given, one.actual),
                _share(given, one),
            ),
            bool(one.unlike),
            one.programme.id == given.own,
        )
        for measure, each in pairs.items()
        for one in each
        if one.plan and one.actual
    )
    title = say("places.comparison.pairs", given.lang)
    return Table("pairs", title, tuple(say(f"places.comparison.column.{one}", given.lang) for one in columns), rows)


def _fact(given: Given, fact: Fact | None) -> Cell:
    return fact_cell(fact, given.book, given.notes, basis=False) if fact else NOTHING


def _share(given: Given, one: Pair) -> Cell:
    plan, actual = (fact.quantity if fact else None for fact in (one.plan, one.actual))
    if one.unlike or plan is None or actual is None or not plan.low:
        return Cell(_why(given, one) or "–")
    share = actual.to(plan.unit).interval / plan.interval
    percent = Quantity(share.low * 100, share.high * 100, find_unit("%"))
    return Cell(show(percent, given.lang, 2).primary, number=True, raw=raw_quantity(percent))


# --------------------------------------------------------------------------------------------- outside view


def _dates(given: Given, found: DateView) -> Outside:
    lang = given.lang
    values = {"n": len(found.cases), "own": when_text(found.own.when, lang)}
    if found.low and found.middle and found.high:
        low, middle, high = (_month(one, lang) for one in (found.low, found.middle, found.high))
        state = say("places.comparison.dates.band", lang, low=low, middle=middle, high=high, **values)
    else:
        state = say("places.comparison.dates.few", lang, **values)
    columns = ("district", "start", "first", "last", "stretch", "implied")
    rows = tuple(_date_row(given, found, case) for case in found.cases)
    first = next((one for one in given.book.facts_of(given.own, "completion", "plan") if one.stated), None)
    own = Row(
        (
            Cell(given.name(given.book.programmes[given.own]), path=entity_path(given.own)),
            _fact(given, found.start),
            fact_cell(first, given.book, given.notes) if first else NOTHING,
            fact_cell(found.own, given.book, given.notes),
            NOTHING,
            NOTHING,
        ),
        own=True,
    )
    title = say("places.comparison.dates", lang)
    cases = Table(
        "completion-cases", title, tuple(say(f"places.comparison.column.{one}", lang) for one in columns), (own, *rows)
    )
    return Outside(state, _date_strip(given, found), cases, _left_out(given, "completion-left-out", found.left_out))


def _month(day: date, lang: str) -> str:
    return when_text(parse_when(f"{day:%Y-%m}"), lang)


def _date_row(given: Given, found: DateView, case: Case) -> Row:
    lang = given.lang
    last = fact_cell(case.last, given.book, given.notes)
    if case.retold:
        last = replace(last, small=f"{last.small} · {say('places.comparison.retold', lang)}")
    return Row((
        Cell(given.name(case.programme), path=entity_path(case.programme.id)),
        _fact(given, case.start),
        fact_cell(case.first, given.book, given.notes),
        last,
        Cell(f"×{show_number(case.stretch, lang, 3)}", number=True),
        Cell(_month(implied(found, case), lang), number=True, raw=implied(found, case).isoformat()),
    ))  # fmt: skip


def _date_strip(given: Given, found: DateView) -> Pictures | None:
    if not found.cases:
        return None
    lang = given.lang
    band = say("places.comparison.band", lang, n=len(found.cases)) if found.low else ""
    own_name = say("places.comparison.own.plan", lang)
    data = Strip(
        say("places.comparison.dates", lang),
        say("places.comparison.strip.desc", lang),
        tuple(
            Reference(
                case.programme.id, say("places.comparison.as", lang, name=given.name(case.programme)),
                _year(implied(found, case)),
            )
            for case in found.cases
        ),
        Reference(given.own, own_name, _year(middle_day(found.own))),
        _year(found.low) if found.low else None,
        _year(found.high) if found.high else None,
        band,
        lambda value: _month_of(value, lang),
    )  # fmt: skip
    return both(lambda width: draw_strip(data, CONSOLE, width, lang))


def _year(day: date) -> float:
    return day.year + (day.month - 1) / 12


def _month_of(value: float, lang: str) -> str:
    months = round(value * 12)
    return _month(date(months // 12, months % 12 + 1, 1), lang)


def _left_out(given: Given, name: str, left: Sequence[LeftOut]) -> Table:
    columns = tuple(say(f"places.comparison.column.{one}", given.lang) for one in ("district", "why"))
    rows = tuple(_left_row(given, one) for one in left)
    return Table(name, say("places.comparison.left.out", given.lang, n=len(left)), columns, rows)


def _left_row(given: Given, one: LeftOut) -> Row:
    values: dict[str, str] = {}
    notes: tuple[int, ...] = ()
    if one.phase:
        values = {"phase": pick(one.phase.name, given.lang), "end": when_text(one.phase.end, given.lang)}
        notes = (given.notes.cite(one.phase.source, when_text(one.phase.stated, given.lang)),)
    why = say(f"places.comparison.left.{one.why.replace(' ', '.')}", given.lang, **values)
    return Row((Cell(given.name(one.programme), path=entity_path(one.programme.id)), Cell(why, notes=notes)))


def _costs(given: Given, found: CostView) -> Outside:
    lang = given.lang
    own = show(found.own.quantity, lang).primary if found.own.quantity else ""
    if found.low and found.middle and found.high:
        low, middle, high = (show(one, lang).primary for one in (found.low, found.middle, found.high))
        state = say(
            "places.comparison.costs.band", lang, n=len(found.cases), own=own, low=low, middle=middle, high=high
        )
    else:
        state = say("places.comparison.costs.few", lang, n=len(found.cases), own=own)
    columns = tuple(say(f"places.comparison.column.{one}", lang) for one in ("district", "first", "last", "stretch"))
    rows = tuple(
        Row((
            Cell(given.name(case.programme), path=entity_path(case.programme.id)),
            fact_cell(case.first, given.book, given.notes),
            fact_cell(case.last, given.book, given.notes),
            Cell(f"×{show_number(case.stretch, lang, 3)}", number=True),
        ))
        for case in found.cases
    )  # fmt: skip
    cases = Table("cost-cases", say("places.comparison.costs", lang), columns, rows)
    return Outside(state, None, cases, _left_out(given, "cost-left-out", found.left_out))


# -------------------------------------------------------------------------------------- the article of 2016


def _article(given: Given) -> Table | None:
    told = [fact for fact in given.book.facts if fact.source.title.startswith(ARTICLE)]
    columns = tuple(
        say(f"places.comparison.column.{one}", given.lang) for one in ("district", "what", "article", "later")
    )
    rows = tuple(_article_row(given, fact) for fact in told)
    return Table("article", say("places.comparison.article", given.lang), columns, rows) if rows else None


def _article_row(given: Given, fact: Fact) -> Row:
    later = [
        one
        for one in given.book.facts_of(
            fact.subject, fact.measure, "plan", "actual", boundary=fact.boundary, definition=""
        )
        if one.stated and fact.stated and one.stated.first > fact.stated.last
    ]
    told = [shown_fact(one, given.book, given.lang) for one in later]
    words = " / ".join(f"{one.value} ({one.stated})" for one in told)
    programme = given.book.programmes[fact.subject]
    notes, remark = given.notes.of(later), worded(given.book.wording, fact.note, given.lang)
    return Row((
        Cell(given.name(programme), path=entity_path(programme.id)),
        Cell(given.title(fact.measure)),
        fact_cell(fact, given.book, given.notes),
        Cell(words or say("places.comparison.article.same", given.lang), remark, notes=notes),
    ))  # fmt: skip
