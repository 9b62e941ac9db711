"""Comparison like with like: density and cost per hectare; what does not compare is kept, grey, with its reason."""

from dataclasses import dataclass

from madang.district.briefing.look import ARTICLE, Look, divided, primary, settled
from madang.district.briefing.values import Block, Figure, Ground, Line, Picture, Row, Section, Table, Words
from madang.district.charts import PRINT, Multiples, Panel, Range, draw_multiples
from madang.district.quantity import Quantity
from madang.district.records import Fact, Programme

from .parts import paragraphs

YEARS_APART = 10
"""Costs stated further apart than this are in the money of other times."""


@dataclass(frozen=True, slots=True)
class Case:
    """One district's value. top, below: what was divided. why: key of the reason it does not compare, ""."""

    programme: Programme
    value: Quantity
    top: Fact
    below: Fact
    why: str
    more: tuple[Ground, ...] = ()


def comparison(look: Look) -> Section | None:
    density, cost = _densities(look), _costs(look)
    article = _article(look)
    blocks: list[Block] = [*paragraphs(look.words("compare.lead"), tone="lead")]
    panels = [
        Panel(look.say(f"compare.{name}"), _ranges(look, cases), look.number(unit))
        for name, cases, unit in (("density", density, "jobs/ha"), ("cost", cost, "EUR/ha"))
        if cases
    ]
    if panels:
        caption = look.say("compare.chart")
        svg = draw_multiples(Multiples(caption, caption, tuple(panels)), PRINT, 740, look.lang)
        blocks += [Picture(svg, caption, None)]
    blocks += [_table(look, name, cases) for name, cases in (("density", density), ("cost", cost)) if cases]
    blocks += [*paragraphs(look.words("compare.article"), tone="plain"), article] if article.rows else []
    return Section("comparison", look.say("compare.title"), tuple(blocks)) if len(blocks) > 1 else None


def _subjects(look: Look) -> list[Programme]:
    """The own one first, then whole districts by name."""
    others = [one for one in look.book.programmes.values() if one.role == "reference" and not one.part_of]
    return [look.own, *sorted(others, key=look.name)]


def _densities(look: Look) -> list[Case]:
    cases = []
    for one in _subjects(look):
        found = _pair(look, one, "actual") or _pair(look, one, "plan") or _pair(look, one, "claim")
        value = look.ratio(*found) if found else None
        if found and value:
            top, below = found
            why = "basis" if top.basis != "actual" else "definition" if top.definition else ""
            cases.append(Case(one, value, top, below, why))
    return sorted(cases, key=lambda case: (bool(case.why), -case.value.middle))


def _pair(look: Look, one: Programme, basis: str) -> tuple[Fact, Fact] | None:
    """Newest jobs of a basis, with the area of the same boundary."""
    jobs = [f for f in look.book.facts_of(one.id, "jobs", boundary=None) if f.basis == basis and f.quantity]
    plain = [f for f in jobs if not f.definition.endswith("only")]
    for job in reversed(sorted(plain, key=lambda f: f.boundary == "district")):
        area = settled(primary(look.facts("area", subject=one.id, boundary=job.boundary)))
        if area:
            return job, area
    return None


def _costs(look: Look) -> list[Case]:
    own = look.newest("investment", "plan")
    cases = []
    for one in _subjects(look):
        top = look.newest("investment", "plan", subject=one.id)
        area = look.newest("area", "plan", subject=one.id)
        euro = look.in_euro(top) if top else None
        if top and area and euro and area.quantity:
            value = divided(euro[0], area.quantity.to("ha"))
            if value:
                cases.append(Case(one, value, top, area, _cost_why(top, own), euro[1]))
    return sorted(cases, key=lambda case: (bool(case.why), -case.value.middle))


def _cost_why(top: Fact, own: Fact | None) -> str:
    if top.definition:
        return "definition"
    years = [f.stated.first.year for f in (top, own) if f and f.stated]
    return "prices" if len(years) == 2 and abs(years[0] - years[1]) > YEARS_APART else ""


def _ranges(look: Look, cases: list[Case]) -> tuple[Range, ...]:
    return tuple(
        Range(case.programme.id, look.name(case.programme), float(case.value.low), float(case.value.high), (),
              look.say(f"why.{case.why}") if case.why else "", own=case.programme.id == look.own.id)
        for case in cases
    )  # fmt: skip


def _table(look: Look, name: str, cases: list[Case]) -> Table:
    rows = [
        Row((
            look.told(look.name(case.programme), look.source_ground(case.programme.source, None)),
            (look.quantity(case.value, case.top, case.below, more=case.more),),
            _parts(look, case),
            look.words(f"why.{case.why}") if case.why else look.words("compare.like"),
        ), grey=bool(case.why))
        for case in cases
    ]  # fmt: skip
    head = (look.say("district"), look.say(f"compare.{name}"), look.say("compare.parts"), look.say("compare.does"))
    return Table(look.say(f"compare.{name}.table"), head, tuple(rows), (1, 0.9, 1.6, 1.1))


def _parts(look: Look, case: Case) -> Line:
    when = case.top.as_of or case.top.stated
    year = (Figure(f", {when.first.year}", (look.ground(case.top),)),) if when else ()
    return (*look.cell(case.top), *year, *look.scoped(case.top), Words(" ÷ "), *look.cell(case.below))


def _article(look: Look) -> Table:
    """What the article of 2016 said of other districts, beside the newest statement of the same."""
    said = [f for f in look.book.facts if f.source.title.startswith(ARTICLE) and f.subject != look.own.id]
    rows = []
    for fact in said:
        programme = look.book.programmes.get(fact.subject)
        same = look.facts(fact.measure, "plan", "forecast", subject=fact.subject, boundary=fact.boundary)
        later = [one for one in same if not one.source.title.startswith(ARTICLE)]
        if programme and (fact.quantity or fact.when):
            name = look.name(programme)
            rows.append(Row(((Words(f"{name}: {look.measure(fact.measure)}"),), look.cell(fact), _later(look, later))))
    head = (look.say("compare.what"), look.say("compare.said"), look.say("compare.later"))
    return Table(look.say("compare.article.table"), head, tuple(rows), (1.3, 1, 1.6))


def _later(look: Look, later: list[Fact]) -> Line:
    if not later:
        return look.none
    last = later[-1]
    stated = (Words(" ("), *look.stated(last), Words(")")) if last.stated else ()
    return (*look.cell(last), *look.scoped(last), *stated)
