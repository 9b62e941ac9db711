"""Phases and land: what is done when, and what the land is for."""

from collections.abc import Sequence
from fractions import Fraction

from madang.district.briefing.look import Look
from madang.district.briefing.values import Block, Columns, Figure, Ground, Line, Picture, Row, Section, Table, Words
from madang.district.charts import PRINT, LandUse, LandUses, draw_landuses
from madang.district.pictures import said
from madang.district.quantity import Quantity, find_unit
from madang.district.records import Fact
from madang.district.when import When, format_when

from .parts import paragraphs

STEPS = ("survey_design", "zone_designation", "investment_review", "compensation_notice", "groundbreaking",
         "land_sale_start", "first_tenants", "completion")  # fmt: skip
SHARES = {"land_infrastructure_share": "infrastructure", "green_share": "green"}
PARTS = {"land_industrial": "industrial", "land_research": "research", "land_support": "support"}


def land(look: Look) -> Section | None:
    uses, inside = _uses(look)
    steps = _steps(look)
    blocks: list[Block] = []
    if uses:
        table = _use_table(look, uses)
        picture = Picture(_draw(look, uses), look.say("land.chart"), None)
        blocks.append(Columns((picture,), (table, *_reading(look, inside)), (1.0, 1.15)))
    if steps.rows:
        blocks.append(steps)
    phases = _phases(look)
    if phases.rows:
        blocks.append(phases)
    lead = paragraphs(look.words("land.lead.parcels" if _parcels(look) else "land.lead"), tone="lead")
    return Section("land", look.say("land.title"), (*lead, *blocks)) if blocks else None


def _parcels(look: Look) -> bool:
    return any(one.subject == look.own.id for one in look.book.parcels)


Use = tuple[str, str, Quantity, tuple[Fact, ...]]
"""Kind of use, label, area in ha, and the facts it comes from."""


def _uses(look: Look) -> tuple[list[Use], bool]:
    """Uses with their areas, and whether research land was taken as a part of the industrial land.

    It is where all parts side by side would be more than the district: then they cannot all be side by side.
    """
    whole = look.newest("area", "plan")
    if whole is None or whole.quantity is None:
        return [], False
    total = whole.quantity.to("ha")
    uses: list[Use] = []
    for code, kind in PARTS.items():
        fact = look.newest(code, "plan")
        if fact and fact.quantity:
            uses.append((kind, look.measure(code), fact.quantity.to("ha"), (fact,)))
    for code, kind in SHARES.items():
        fact = look.newest(code, "plan")
        if fact and fact.quantity and not any(one[0] == kind for one in uses):
            share = fact.quantity.to("ratio").interval * total.interval
            ha = Quantity(share.low, share.high, find_unit("ha"))
            uses.append((kind, look.say(f"land.use.{kind}"), ha, (fact, whole)))
    if not uses:
        return [], False
    inside = _sum(uses) > total.high and {"industrial", "research"} <= {one[0] for one in uses}
    if inside:
        uses = _without_research(look, uses)
    rest = total.middle - _sum(uses)
    if rest > 0:
        ha = Quantity(rest, rest, find_unit("ha"))
        uses.append(
            ("unknown", look.say("land.rest"), ha, tuple(dict.fromkeys((whole, *(f for u in uses for f in u[3])))))
        )
    return uses, inside


def _sum(uses: Sequence[Use]) -> Fraction:
    return sum((one[2].middle for one in uses), Fraction(0))


def _without_research(look: Look, uses: list[Use]) -> list[Use]:
    research = next(one for one in uses if one[0] == "research")
    changed: list[Use] = []
    for kind, label, ha, facts in uses:
        if kind == "industrial":
            left = ha.middle - research[2].middle
            rest = Quantity(left, left, find_unit("ha"), step=max(ha.step, research[2].step))
            changed.append((kind, look.say("land.industrial.other"), rest, (*facts, *research[3])))
        else:
            changed.append((kind, label, ha, facts))
    return changed


def _draw(look: Look, uses: list[Use]) -> str:
    data = LandUses(
        look.say("land.chart"),
        look.say("land.chart"),
        tuple(LandUse(kind, label, kind, float(ha.middle)) for kind, label, ha, _ in uses),
        look.number("ha"),
        look.share(),
    )
    return draw_landuses(data, PRINT, 420, look.lang)


def _use_table(look: Look, uses: list[Use]) -> Table:
    rows = [Row(((Words(label),), (look.quantity(ha, *facts, both=True),))) for _, label, ha, facts in uses]
    return Table(look.say("land.table"), (look.say("land.use"), look.measure("area")), tuple(rows), (1.2, 1))


def _reading(look: Look, inside: bool) -> tuple[Block, ...]:
    return paragraphs(look.words("land.inside") if inside else None, look.words("land.boundary"), tone="small")


def _steps(look: Look) -> Table:
    rows = [
        Row(((Words(look.measure(code)),), look.cell(first), look.cell(last if last is not first else None),
             look.cell(look.newest(code, "actual"))))
        for code in STEPS
        for planned in [look.facts(code, "plan", "forecast")]
        for first, last in [(planned[0], planned[-1]) if planned else (None, None)]
        if planned or look.newest(code, "actual")
    ]  # fmt: skip
    head = (look.say("land.step"), look.say("land.first"), look.say("land.latest"), look.say("land.happened"))
    return Table(look.say("land.steps"), head, tuple(rows), (1.4, 1, 1, 1))


def _phases(look: Look) -> Table:
    def when(one: When | None, ground: Ground) -> Line:
        return (Figure(format_when(one, look.lang), (ground,)),) if one else look.none

    rows = []
    for one in look.book.phases:
        if one.subject == look.own.id:
            ground = look.source_ground(one.source, one.stated)
            name = look.told(said(one.name, look.lang), ground)
            rows.append(Row((name, look.words(f"basis.{one.basis}"), when(one.start, ground), when(one.end, ground))))
    head = (look.say("land.phase"), look.say("basis"), look.say("land.from"), look.say("land.to"))
    return Table(look.say("land.phases"), head, tuple(rows), (1.6, 0.8, 1, 1))
