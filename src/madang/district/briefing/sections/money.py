"""Money: what the programme is said to cost, per hectare and per job as ranges, and who pays."""

from collections.abc import Mapping

from madang.district.briefing.look import Look
from madang.district.briefing.values import Block, Figure, Line, Paragraph, Row, Section, Table, Words
from madang.district.indicators.explain import show_value
from madang.district.indicators.values import Result
from madang.district.quantity import Quantity
from madang.district.records import Programme

from .parts import items, paragraphs, together

FUNDING = ("investment_public", "investment_private", "investment_land", "investment_building", "land_sale_revenue")
PER: Mapping[str, str] = {"area": "madang-d-d10", "jobs": "madang-d-d11"}
"""What the cost is divided by -> the key of the indicator that does."""

CLAIMS = ("investment_effect", "production_effect", "economic_effect")


def money(look: Look) -> Section | None:
    cost = look.newest("investment", "plan")
    if cost is None:
        return None
    euro = look.in_euro(cost)
    lead = look.line("money.lead", cost=look.figure(cost, both=True), when=look.when(cost.stated, cost),
                     euro=look.quantity(euro[0], cost, more=euro[1]) if euro else None)  # fmt: skip
    lead = lead or look.line("money.lead.plain", cost=look.figure(cost, both=True))
    blocks: list[Block] = [
        *paragraphs(
            together(lead, None if look.facts("investment_land") else look.words("money.unsplit")), tone="lead"
        ),
        *paragraphs(look.line("money.first", first=look.figure(look.facts("investment", "plan")[0], both=True))),
        *_per(look),
        *_funding(look),
        *_effects(look),
    ]
    return Section("money", look.say("money.title"), tuple(blocks))


def _per(look: Look) -> tuple[Table, ...]:
    """The cost for each hectare and each job promised: one row for each thing that is called a job."""
    found = look.results.get(look.own.id, {})
    rows = [
        Row(((Words(look.say(f"money.per.{name}")),), *cells))
        for name, key in PER.items()
        for result in found.get(key, ())
        if (cells := _divided(look, result, name))
    ]
    head = (look.say("money.what"), look.say("money.divided"), look.measure("investment"))
    return (Table(look.say("money.per"), head, tuple(rows), (0.9, 1.5, 1.4)),) if rows else ()


def _divided(look: Look, result: Result, name: str) -> tuple[Line, ...]:
    """What was divided by, and what came out."""
    below = next((one for one in result.inputs if one.name == name and one.facts), None)
    if below is None or result.value is None or not isinstance(below.value, Quantity):
        return ()
    facts = [fact for one in result.inputs for fact in one.facts]
    shown = show_value(result.value, look.lang)  # with the digits of the page of indicators
    value = Figure(str(shown) if look.lang in ("ko", "en") else shown.primary, tuple(map(look.ground, facts)))
    return (look.quantity(below.value, *below.facts), *look.scoped(below.facts[0])), (value,)


def _funding(look: Look) -> tuple[Block, ...]:
    own = [look.newest(code, "plan", "actual") for code in FUNDING]
    rows = [row for one in look.book.programmes.values() if (row := _funding_row(look, one))]
    table = Table(
        look.say("money.funding.table"),
        (look.say("district"), *(look.measure(code) for code in FUNDING[:2]), look.measure("land_sale_revenue")),
        tuple(rows),
        (1.1, 1, 1, 1),
    )
    told = [Paragraph(line) for line in items(look, own)] or list(paragraphs(look.words("money.funding.none")))
    return (*told, *((table,) if rows else ()))


def _funding_row(look: Look, programme: Programme) -> Row | None:
    def cell(code: str) -> Line:
        fact = look.newest(code, "plan", "actual", subject=programme.id)
        return (*look.cell(fact), *look.scoped(fact)) if fact else look.none

    cells = [cell("investment_public"), cell("investment_private"), cell("land_sale_revenue")]
    known = [one for one in cells if one != look.none]
    name = look.told(look.name(programme), look.source_ground(programme.source, None))
    return Row((name, *cells)) if known and programme.role == "reference" else None


def _effects(look: Look) -> tuple[Paragraph, ...]:
    claims = items(look, [look.newest(code, "claim") for code in CLAIMS])
    if not claims:
        return ()
    spans: Line = ()
    for line in claims:
        spans = (*spans, *((Words("; "),) if spans else ()), *line)
    return paragraphs((*look.words("money.effects"), *spans, Words(".")), tone="caution")
