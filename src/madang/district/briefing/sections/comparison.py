"""Comparison like with like: density and cost per hectare; what does not compare is kept, grey, with its reason."""

from collections.abc import Mapping

from madang.district.briefing.look import ARTICLE, Look
from madang.district.briefing.values import Block, Figure, Ground, Line, Picture, Row, Section, Table, Words
from madang.district.charts import PRINT, Multiples, Panel, Range, draw_multiples
from madang.district.compare import Compared, Comparison, compare
from madang.district.indicators.values import Input
from madang.district.pictures import said
from madang.district.quantity import Quantity
from madang.district.records import Fact
from madang.district.when import format_when

from .parts import paragraphs

INDICATORS: Mapping[str, tuple[str, str]] = {
    "density": ("madang-d-d14", "jobs/ha"),
    "cost": ("madang-d-d10", "EUR/ha"),
}
"""What is compared: the key of its indicator, and the unit on the picture."""

CURRENCY = "EUR"


def comparison(look: Look) -> Section | None:
    found = {name: _compare(look, key) for name, (key, _) in INDICATORS.items()}
    article = _article(look)
    blocks: list[Block] = [*paragraphs(look.words("compare.lead"), tone="lead")]
    panels = [
        Panel(look.say(f"compare.{name}"), _ranges(look, one), look.number(INDICATORS[name][1]))
        for name, one in found.items()
        if one.rows
    ]
    if panels:
        caption = look.say("compare.chart")
        svg = draw_multiples(Multiples(caption, caption, tuple(panels)), PRINT, 740, look.lang)
        blocks.append(Picture(svg, caption, None))
    blocks += [_table(look, name, one) for name, one in found.items() if one.rows]
    blocks += [*paragraphs(look.words("compare.article"), tone="plain"), article] if article.rows else []
    return Section("comparison", look.say("compare.title"), tuple(blocks)) if len(blocks) > 1 else None


def _compare(look: Look, key: str) -> Comparison:
    """The own programme, then whole districts."""
    others = [one.id for one in look.book.programmes.values() if one.role == "reference" and not one.part_of]
    subjects = [look.own.id, *others]
    return compare(look.book, look.results, subjects, key, today=look.day, currency=CURRENCY, rates=look.rates)


def _ranges(look: Look, found: Comparison) -> tuple[Range, ...]:
    return tuple(
        Range(
            f"{row.programme.id}-{index}",
            _label(look, row),
            float(row.shown.low),
            float(row.shown.high),
            (),
            _why(look, row),
            own=row.programme.id == look.own.id,
        )
        for index, row in enumerate(found.rows)
        if row.shown
    )


def _label(look: Look, row: Compared) -> str:
    """Of the own programme, which may have several rows, the city and what is counted."""
    if row.programme.id != look.own.id or not row.definition:
        return look.name(row.programme)
    return f"{said(look.city, look.lang)}: {look.worded(row.definition)}"


def _why(look: Look, row: Compared) -> str:
    return ", ".join(look.say(f"why.{one}") for one in row.unlike)


def _table(look: Look, name: str, found: Comparison) -> Table:
    rows = [
        Row(
            (
                look.told(look.name(row.programme), look.source_ground(row.programme.source, None)),
                (look.quantity(row.shown or row.value, *row.facts, more=_rate(look, row)),),
                _parts(look, row),
                look.words("compare.like") if not row.unlike else (Words(_why(look, row)),),
            ),
            grey=bool(row.unlike),
        )
        for row in found.rows
    ]
    head = (look.say("district"), look.say(f"compare.{name}"), look.say("compare.parts"), look.say("compare.does"))
    return Table(look.say(f"compare.{name}.table"), head, tuple(rows), (1, 0.9, 1.6, 1.1))


def _rate(look: Look, row: Compared) -> tuple[Ground, ...]:
    return (look.rate_ground(row.rate),) if row.rate and row.rate.used else ()


def _parts(look: Look, row: Compared) -> Line:
    """What was divided by what, the first with its year, and with what area or thing is meant."""
    first, *others = [_part(look, one) for one in row.inputs if one.facts]
    fact = row.inputs[0].facts[0] if row.inputs[0].facts else None
    when = (fact.as_of or fact.stated) if fact else None
    year: Line = (Figure(f", {when.first.year}", (look.ground(fact),)),) if when and fact else ()
    line: Line = (*first, *year, *(look.scoped(fact) if fact else ()))
    for other in others:
        line = (*line, Words(" ÷ "), *other)
    return line


def _part(look: Look, one: Input) -> Line:
    if isinstance(one.value, Quantity):
        return (look.quantity(one.value, *one.facts),)
    return (Figure(format_when(one.value, look.lang), tuple(map(look.ground, one.facts))),)


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
