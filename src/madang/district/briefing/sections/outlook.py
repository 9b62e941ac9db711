"""The outside view: what became of other districts' dates and costs, as an indicative band beside one's own."""

from fractions import Fraction

from madang.district.briefing.look import Look
from madang.district.briefing.values import Block, Figure, Picture, Row, Section, Table
from madang.district.charts import PRINT, Reference, Strip, draw_strip
from madang.district.format import show_number
from madang.district.outside import Case, CostView, DateView, completion_view, cost_view

from .parts import paragraphs


def outlook(look: Look) -> Section | None:
    dates, costs = completion_view(look.book, look.own.id), cost_view(look.book, look.own.id)
    blocks: list[Block] = [*paragraphs(look.words("outside.lead"), tone="lead")]
    if dates:
        blocks += _dates(look, dates)
    if costs and costs.cases:
        blocks += _costs(look, costs)
    return Section("outside", look.say("outside.title"), tuple(blocks)) if len(blocks) > 1 else None


def _dates(look: Look, view: DateView) -> list[Block]:
    grounds = tuple(look.ground(fact) for case in view.cases for fact in (case.first, case.last))
    count = look.count(len(view.cases), "district" if len(view.cases) == 1 else "districts", *grounds)
    text = None
    if view.low and view.middle and view.high:
        facts = (view.own, view.start)
        text = look.line(
            "outside.dates",
            n=count,
            own=look.figure(view.own),
            low=look.month(view.low, *facts, more=grounds),
            middle=look.month(view.middle, *facts, more=grounds),
            high=look.month(view.high, *facts, more=grounds),
        )
    elif view.cases:
        text = look.line("outside.few", n=count)
    rows = [
        Row((
            look.told(look.name(case.programme), look.source_ground(case.programme.source, None)),
            look.cell(case.start), look.cell(case.first), look.cell(case.last), (_stretch(look, case),),
        ))
        for case in view.cases
    ]  # fmt: skip
    head = (look.say("district"), look.measure("start"), look.say("outside.first"), look.say("outside.last"),
            look.say("outside.stretch"))  # fmt: skip
    table = Table(look.say("outside.table"), head, tuple(rows), (1.2, 1, 1, 1, 0.8))
    return [*paragraphs(text), Picture(_strip(look, view.cases), look.say("outside.chart"), None), table]


def _stretch(look: Look, case: Case) -> Figure:
    facts = [fact for fact in (case.start, case.first, case.last) if fact]
    return Figure(f"×{show_number(case.stretch, look.lang, 3)}", tuple(map(look.ground, facts)), strong=True)


def _strip(look: Look, cases: tuple[Case, ...]) -> str:
    values = [float(case.stretch) for case in cases]
    data = Strip(
        look.say("outside.chart"),
        look.say("outside.chart"),
        tuple(Reference(case.programme.id, look.name(case.programme), float(case.stretch)) for case in cases),
        None,
        min(values) if len(values) > 2 else None,
        max(values) if len(values) > 2 else None,
        f"n = {len(cases)}",
        lambda value: f"×{show_number(Fraction(value), look.lang, 3)}",
    )
    return draw_strip(data, PRINT, 740, look.lang)


def _costs(look: Look, view: CostView) -> list[Block]:
    grounds = tuple(look.ground(fact) for case in view.cases for fact in (case.first, case.last))
    count = look.count(len(view.cases), "district" if len(view.cases) == 1 else "districts", *grounds)
    if view.low and view.high and view.middle:
        values = [look.quantity(one, view.own, more=grounds) for one in (view.low, view.middle, view.high)]
        text = look.line("outside.costs", n=count, low=values[0], middle=values[1], high=values[2])
    else:
        text = look.line("outside.costs.few", n=count)
    rows = [
        Row((
            look.told(look.name(case.programme), look.source_ground(case.programme.source, None)),
            look.cell(case.first), look.cell(case.last), (_stretch(look, case),),
        ))
        for case in view.cases
    ]  # fmt: skip
    head = (look.say("district"), look.say("outside.first"), look.say("outside.last"), look.say("outside.stretch"))
    return [*paragraphs(text), Table(look.say("outside.costs.table"), head, tuple(rows), (1.2, 1.2, 1.2, 0.8))]
