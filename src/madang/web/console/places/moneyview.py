"""A programme's money as its page shows it. Amounts stay as stated; another currency stands beside, with its rate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from madang.district.book import Book
from madang.district.charts import CONSOLE, Multiples, Panel, Range, draw_multiples
from madang.district.drift import why_unlike
from madang.district.format import show
from madang.district.indicators.values import Result, Results
from madang.district.quantity import Quantity, Unit, agrees, find_unit
from madang.district.rates import Converted, Rates
from madang.district.records import Basis, Contract, Fact, Programme
from madang.district.rows import local_id
from madang.district.when import When
from madang.district.wording import worded
from madang.errors import BadRequestData
from madang.web.console.attributes import entity_path
from madang.web.console.texts import pick, say

from .comparisonview import NARROW, WIDE, WRITTEN, Pictures, number_of, rate_text
from .shown import measure_title, names, when_text
from .table import NOTHING, Cell, Notes, Row, Table, fact_cell, quantity_cell

COSTS: tuple[Basis, ...] = ("plan", "forecast", "actual")
LINES = (
    "funding_committed", "investment_public", "investment_private", "land_sale_revenue", "investment_land",
    "investment_building", "demolition_cost",
)  # fmt: skip
"""Measures of who pays and what for."""

SALES = ("land_sale_start", "land_saleable", "land_sold", "land_sold_share", "lots", "lots_sold", "land_supply")
EFFECTS = ("investment_effect", "production_effect", "value_added_effect", "economic_effect")
INDICATORS = ("madang-d-d10", "madang-d-d11", "madang-d-d12", "madang-d-d13", "madang-d-d03")
PER = INDICATORS[:2]


@dataclass(frozen=True, slots=True)
class Given:
    """currency: to show beside what was stated; "" for none."""

    book: Book
    notes: Notes
    programme: Programme
    rates: Rates
    currency: str

    @property
    def lang(self) -> str:
        return self.notes.lang

    def columns(self, *names: str) -> tuple[str, ...]:
        return tuple(say(f"places.money.column.{one}", self.lang) for one in names)


@dataclass(frozen=True, slots=True)
class Tile:
    title: str
    value: str
    small: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """state: the standing cost in one line. picture: the cost plan by plan, None with fewer than two figures."""

    state: str
    tiles: Sequence[Tile]
    picture: Pictures | None
    cost: Table
    lines: Table
    others: Table
    contracts: Table
    sales: Table
    promises: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        return self.cost, self.lines, self.others, self.contracts, self.sales, self.promises


def shown(given: Given, results: Results) -> Shown:
    costs = [one for one in given.book.facts_of(given.programme.id, "investment", *COSTS) if one.quantity]
    return Shown(
        _state(given, costs),
        list(_tiles(given, results)),
        _picture(given, costs),
        _cost(given, costs),
        _lines(given, "lines", [given.programme]),
        _lines(given, "others", [one for one in given.book.programmes.values() if one.id != given.programme.id]),
        _contracts(given),
        _sales(given),
        _promises(given, costs),
    )


def _state(given: Given, costs: Sequence[Fact]) -> str:
    if not costs or costs[-1].quantity is None:
        return say("places.money.no.cost", given.lang)
    cost = costs[-1]
    told = show(cost.quantity, given.lang) if cost.quantity else ""
    stated = when_text(cost.stated, given.lang) or say("places.comparison.no.date", given.lang)
    return say("places.money.state", given.lang, cost=told, stated=stated)


# -------------------------------------------------------------------------------------------------- amounts


def amount(given: Given, fact: Fact, *, moment: bool = True) -> Cell:
    """As stated; in the currency that is asked for too, with the rate of the month it was stated."""
    cell = fact_cell(fact, given.book, given.notes, moment=moment)
    there = converted(given, fact)
    if there is None:
        return cell
    told = f"= {show(there.quantity, given.lang).primary} ({rate_text(there, given.lang)})"
    return replace(cell, small=" · ".join(part for part in (cell.small, told) if part))


def converted(given: Given, fact: Fact) -> Converted | None:
    """None where it is no money, is in that currency, or has no rate."""
    moment: When | None = fact.stated or fact.as_of
    quantity = fact.quantity
    if quantity is None or moment is None or not given.currency or quantity.unit.currency in ("", given.currency):
        return None
    try:
        return given.rates.convert(quantity, given.currency, moment.last)
    except BadRequestData:  # before the table of rates begins
        return None


def _tiles(given: Given, results: Results) -> Iterator[Tile]:
    """Cost per hectare and per job: a range over the ways the ledger counts."""
    for key in PER:
        found = [one for one in results.get(key, ()) if one.value is not None]
        groups: dict[Unit, list[Result]] = {}
        for one in found:
            if one.value is not None:
                groups.setdefault(one.value.unit, []).append(one)
        for unit, each in groups.items():
            values = [one.value for one in each if one.value is not None]
            whole = Quantity(min(one.low for one in values), max(one.high for one in values), unit)
            told = show(whole, given.lang)
            ways = "; ".join(dict.fromkeys(way for one in each if (way := _way(given, one))))
            small = " · ".join(part for part in (told.secondary, ways) if part)
            facts = [fact for one in each for part in one.inputs for fact in part.facts[:1]]
            yield Tile(pick(each[0].indicator.name, given.lang), told.primary, small, given.notes.of(facts))


def _way(given: Given, one: Result) -> str:
    """What was counted, with its own value where there are several."""
    counted = pick(one.label, given.lang) if one.label else worded(given.book.wording, one.definition, given.lang)
    return f"{counted}: {show(one.value, given.lang).primary}" if counted and one.value else ""


# ----------------------------------------------------------------------------------------- cost by baseline


def _picture(given: Given, costs: Sequence[Fact]) -> Pictures | None:
    """Figures of one currency, area and definition as the newest has them."""
    alike = [
        one for one in costs if one.quantity and costs[-1].boundary == one.boundary and not why_unlike(one, costs[-1])
    ]
    if len(alike) < 2 or alike[-1].quantity is None:
        return None
    unit = find_unit(alike[-1].quantity.unit.currency)
    ranges = tuple(_range(given, one, one.quantity.to(unit), newest=one is alike[-1]) for one in alike if one.quantity)
    title = say("places.money.cost", given.lang)
    panel = Panel("", ranges, number_of(unit, given.lang, WRITTEN))
    data = Multiples(title, say("places.money.cost.desc", given.lang), (panel,))
    return draw_multiples(data, CONSOLE, WIDE, given.lang), draw_multiples(data, CONSOLE, NARROW, given.lang)


def _range(given: Given, fact: Fact, value: Quantity, *, newest: bool) -> Range:
    label = when_text(fact.stated, given.lang) or say("places.comparison.no.date", given.lang)
    return Range(fact.id, label, float(value.low), float(value.high), own=newest)


def _cost(given: Given, costs: Sequence[Fact]) -> Table:
    numbers = {one.id: one.number for one in given.book.baselines}
    rows = [
        Row((
            Cell(when_text(fact.stated, given.lang) or say("places.comparison.no.date", given.lang)),
            Cell(say("places.money.plan", given.lang, n=numbers[fact.baseline]) if fact.baseline in numbers else "–"),
            amount(given, fact, moment=False),
            Cell(_change(given, costs[index - 1], fact) if index else "–"),
            Cell(worded(given.book.wording, fact.note, given.lang) or "–"),
        ))
        for index, fact in enumerate(costs)
    ]  # fmt: skip
    columns = given.columns("stated", "plan", "cost", "change", "note")
    return Table("cost", say("places.money.cost", given.lang), columns, tuple(rows))


def _change(given: Given, before: Fact, after: Fact) -> str:
    unlike = why_unlike(before, after)
    if unlike or before.quantity is None or after.quantity is None:
        return say(f"places.baselines.unlike.{unlike or 'text'}", given.lang)
    was = before.quantity.to(after.quantity.unit)
    if agrees(after.quantity, was) or agrees(was, after.quantity):
        return say("places.money.same", given.lang)
    if not was.low or was.low != was.high or after.quantity.low != after.quantity.high:
        return "–"
    share = (after.quantity.low - was.low) / was.low * 100
    return f"{'+' if share > 0 else ''}{show(Quantity(share, share, find_unit('%')), given.lang, 2).primary}"


# --------------------------------------------------------------------------------------- lines, contracts


def _lines(given: Given, name: str, programmes: Sequence[Programme]) -> Table:
    rows = tuple(
        Row((
            Cell(pick(programme.name, given.lang), path=entity_path(programme.id)),
            Cell(measure_title(given.book, measure, given.lang)),
            amount(given, fact),
        ))
        for programme in programmes
        for measure in LINES
        for fact in given.book.facts_of(programme.id, measure)
    )  # fmt: skip
    return Table(name, say(f"places.money.{name}", given.lang), given.columns("district", "line", "amount"), rows)


def _contracts(given: Given) -> Table:
    called = names(given.book, given.lang)
    rows = tuple(
        _contract(given, one, called.get(one.party, local_id(one.party)))
        for one in given.book.contracts
        if one.subject == given.programme.id
    )
    columns = given.columns("party", "kind", "amount", "signed", "procurement", "bids")
    return Table("contracts", say("places.money.contracts", given.lang), columns, rows)


def _contract(given: Given, one: Contract, party: str) -> Row:
    note = given.notes.cite(one.source)
    return Row((
        Cell(party or "–", path=entity_path(one.id), notes=(note,)),
        Cell(say(f"places.entry.choice.{one.kind}", given.lang)),
        quantity_cell(one.value, given.lang),
        Cell(when_text(one.signed, given.lang) or "–"),
        Cell(say(f"places.entry.choice.{one.procurement or 'unknown'}", given.lang)),
        Cell(str(one.bids) if one.bids is not None else "–", number=True),
    ))  # fmt: skip


def _sales(given: Given) -> Table:
    rows = tuple(
        Row((Cell(measure_title(given.book, measure, given.lang)), fact_cell(fact, given.book, given.notes)))
        for measure in SALES
        for fact in given.book.facts_of(given.programme.id, measure)
    )
    return Table("sales", say("places.money.sales", given.lang), given.columns("what", "value"), rows)


# ------------------------------------------------------------------------------------------ promised, paid


def _promises(given: Given, costs: Sequence[Fact]) -> Table:
    """Effects somebody claims, the cost that is planned, contracts signed, money spent: unlike things, side by side."""
    own = given.programme.id
    claims = [fact for measure in EFFECTS for fact in given.book.facts_of(own, measure)]
    spent = given.book.facts_of(own, "spending")
    rows = [
        *(_promise(given, "claimed", fact) for fact in claims),
        *(_promise(given, "planned", fact) for fact in costs[-1:]),
        *(_promise(given, "spent", fact) for fact in spent[-1:]),
    ]
    signed = [one for one in given.book.contracts if one.subject == own and one.value]
    if signed:
        rows.append(_signed(given, signed))
    if not spent:
        kind = say("places.money.spent", given.lang)
        rows.append(Row((Cell(kind), NOTHING, Cell(say("places.money.spent.none", given.lang)))))
    columns = given.columns("kind", "what", "amount")
    return Table("promises", say("places.money.promises", given.lang), columns, tuple(rows))


def _promise(given: Given, kind: str, fact: Fact) -> Row:
    title = measure_title(given.book, fact.measure, given.lang)
    return Row((Cell(say(f"places.money.{kind}", given.lang)), Cell(title), amount(given, fact)))


def _signed(given: Given, contracts: Sequence[Contract]) -> Row:
    """Their sum, where all are in one currency; else how many there are."""
    values = [one.value for one in contracts if one.value]
    units = {one.unit.currency for one in values}
    told = say("places.money.contracts.count", given.lang, n=len(values))
    if len(units) == 1 and not any(one.bound for one in values):
        unit = find_unit(next(iter(units)))
        there = [one.to(unit) for one in values]
        low, high = sum((one.low for one in there), Fraction(0)), sum((one.high for one in there), Fraction(0))
        told = f"{show(Quantity(low, high, unit), given.lang)} ({told})"
    notes = tuple(dict.fromkeys(given.notes.cite(one.source) for one in contracts))
    return Row((Cell(say("places.money.signed", given.lang)), NOTHING, Cell(told, notes=notes)))
