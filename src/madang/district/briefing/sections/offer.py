"""Page one: what is offered, where it stands, what is promised and what is known."""

from fractions import Fraction

from madang.district.briefing.look import Look, drawn_on, whole
from madang.district.briefing.values import (
    Block,
    Columns,
    Figure,
    Line,
    Paragraph,
    Picture,
    Points,
    Section,
    Tile,
    Tiles,
)
from madang.district.charts import PRINT, Locator, draw_locator
from madang.district.records import Fact

from .parts import items, listed, paragraphs, together

PROMISES = ("completion", "land_sale_start", "investment")
EFFECTS = ("investment_effect", "production_effect", "economic_effect")
KNOWN = ("zone_designation", "groundbreaking", "physical_progress", "compensation_progress", "companies_interested",
         "land_demand", "companies_contracted", "land_sold")  # fmt: skip


def offer(look: Look) -> Section:
    blocks: list[Block] = [*_lead(look), Tiles(_tiles(look)), *_promised_and_known(look), *_warning(look)]
    return Section("offer", look.say("offer.title"), tuple(blocks))


def _lead(look: Look) -> tuple[Block, ...]:
    progress = look.newest("physical_progress", "actual")
    text = paragraphs(
        look.line("offer.what", area=look.figure(look.newest("area", "plan"), both=True),
                  cost=look.figure(look.newest("investment", "plan"), both=True)),
        look.line("offer.works", start=look.figure(look.newest("groundbreaking", "actual")),
                  when=look.when(progress.as_of, progress) if progress else None, progress=look.figure(progress),
                  end=look.figure(look.newest("completion", "plan", "forecast"))),
        together(
            look.line("offer.sale", sale=look.figure(look.newest("land_sale_start", "plan"))),
            None if look.newest("land_sold", "actual") else look.words("offer.unsold"),
        ),
        _builders(look),
        tone="lead",
    )  # fmt: skip
    picture = _locator(look)
    return (Columns(text, (picture,), (1.75, 1.0)),) if picture else text


def _builders(look: Look) -> Line | None:
    """Who builds, from the agreements of the city's own organizations."""
    ours = [one for one in look.book.agreements if one.source.title and look.own.id.rsplit(":", 1)[-1] in one.id]
    if not ours:
        return None
    one = ours[0]
    names = [look.book.organizations[party] for party in one.parties if party in look.book.organizations]
    told = ", ".join(party.name.get(look.lang) or party.name.get("en", "") for party in names)
    return look.line("offer.who", who=Figure(told, (look.source_ground(one.source, one.since),))) if told else None


def _locator(look: Look) -> Picture | None:
    if not look.outlines or look.own.lon_lat is None:
        return None
    caption = look.say("offer.map")
    svg = draw_locator(Locator(caption, caption, look.outlines, (), look.own.lon_lat), PRINT, 340, look.lang)
    return Picture(svg, caption, None)


def _tiles(look: Look) -> tuple[Tile, ...]:
    shown = [
        _tile(look, look.newest("area", "plan")),
        _tile(look, look.newest("investment", "plan")),
        _tile(look, look.newest("physical_progress", "actual")),
        _tile(look, look.newest("completion", "plan", "forecast")),
        _tile(look, look.newest("land_sale_start", "plan")),
        _jobs(look),
        _tile(look, look.newest("companies_interested", "actual")),
        _tile(look, look.newest("companies_contracted", "actual"), "companies_contracted"),
    ]
    return tuple(tile for tile in shown if tile)


def _tile(look: Look, fact: Fact | None, code: str = "") -> Tile | None:
    """code: then the tile stands also without a fact, and says that nothing is published."""
    if fact is None:
        return Tile(look.measure(code), look.words("nothing.published")) if code else None
    below = (*look.words("stated.on"), *look.stated(fact))
    return Tile(look.measure(fact.measure), look.cell(fact), below, look.say(f"basis.{fact.basis}"))


def _jobs(look: Look) -> Tile | None:
    """Least and most of what was promised: two statements of unlike things are a range of words, not of numbers."""
    claims = [one for one in look.facts("jobs", "claim", "plan") if one.quantity]
    if not claims:
        return None
    ends = sorted(claims, key=lambda one: one.quantity.low if one.quantity else Fraction(0))
    low, high = ends[0], ends[-1]
    figures = [look.figure(low)] if low.value == high.value else [look.figure(low), look.figure(high)]
    unlike = look.words("offer.jobs.unlike") if low.definition != high.definition else ()
    return Tile(look.measure("jobs"), listed(figures, " / "), unlike, look.say("basis.claim"))


def _promised_and_known(look: Look) -> tuple[Block, ...]:
    promised = [*(look.newest(code, "plan", "forecast") for code in PROMISES), *_each_definition(look, "jobs"),
                *(look.newest(code, "claim") for code in EFFECTS)]  # fmt: skip
    known = [look.newest(code, "actual") for code in KNOWN]
    left = Points(items(look, promised), look.say("offer.promised"))
    right = Points(items(look, known), look.say("offer.known"))
    return (Columns((left,), (right,)),)


def _each_definition(look: Look, measure: str) -> list[Fact | None]:
    claims = look.facts(measure, "claim", "plan")
    definitions = dict.fromkeys(one.definition for one in claims)
    return [look.newest(measure, "claim", "plan", definition=one) for one in definitions]


def _warning(look: Look) -> tuple[Paragraph, ...]:
    """Works done against time passed, and where a straight line would lead."""
    start = look.newest("groundbreaking", "actual")
    end = look.newest("completion", "plan", "forecast")
    seen = look.newest("physical_progress", "actual")
    if not (start and end and seen and start.when and end.when and seen.as_of and seen.quantity):
        return ()
    done = seen.quantity.to("ratio").middle
    days = (end.when.last - start.when.first).days
    if not (0 < done < 1) or days <= 0:
        return ()
    passed = Fraction((seen.as_of.first - start.when.first).days * 100, days)
    gone = look.quantity(whole(passed, "%"), start, end, seen)
    drawn = look.month(drawn_on(start.when.first, seen.as_of.first, done), start, seen)
    return paragraphs(
        look.line("offer.pace", when=look.when(seen.as_of, seen), progress=look.figure(seen), passed=gone, drawn=drawn,
                  end=look.figure(end)),
        tone="caution",
    )  # fmt: skip
