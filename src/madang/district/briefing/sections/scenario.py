"""The what-if: jobs by year from open assumptions, the band of many runs, and which assumption matters most."""

from decimal import Decimal
from fractions import Fraction

from madang.district.briefing.forecast import Forecast
from madang.district.briefing.look import Look, whole
from madang.district.briefing.values import Block, Figure, Ground, Picture, Row, Section, Table, Words
from madang.district.charts import PRINT, BandPoint, Bands, Line, Swing, Target, Tornado, draw_bands, draw_tornado
from madang.district.format import show
from madang.district.pictures import said
from madang.district.quantity import Quantity, find_unit, parse_quantity
from madang.district.scenario import Assumption
from madang.district.scenario import Swing as ScenarioSwing
from madang.errors import BadRequestData

from .parts import paragraphs

SWINGS_SHOWN = 6
YEARS_SHOWN = 5


def scenario(look: Look) -> Section | None:
    found = look.forecast
    if found is None:
        return None
    grounds = tuple(_ground(look, one) for one in found.scenario.assumptions.values() if one.source is None)
    last = found.bands.jobs[-1]
    lead = look.line(
        "scenario.lead",
        year=Figure(str(found.scenario.last), grounds[:1]),
        jobs=_jobs(look, float(found.outcome.last.jobs), grounds),
        low=_jobs(look, last.p10, grounds),
        high=_jobs(look, last.p90, grounds),
        runs=Figure(show(whole(found.bands.runs, "ratio"), look.lang).primary, grounds[:1]),
    )
    blocks: tuple[Block, ...] = (
        *paragraphs(lead, tone="lead"),
        Picture(_bands(look, found), look.say("scenario.chart"), _years(look, found, grounds), 0.7),
        *paragraphs(look.words("scenario.swings")),
        Picture(_tornado(look, found), look.say("scenario.tornado"), None),
        _assumptions(look, found),
        *paragraphs(look.words("scenario.note"), tone="small"),
    )
    return Section("scenario", look.say("scenario.title"), blocks)


def _jobs(look: Look, value: float, grounds: tuple[Ground, ...]) -> Figure:
    """To two digits: more would be false."""
    number = Fraction(round(value))
    return Figure(show(Quantity(number, number, find_unit("jobs")), look.lang, 2).primary, grounds)


def _ground(look: Look, one: Assumption) -> Ground:
    """A published figure by its source; an assumption by why it is set so."""
    if one.source:
        return Ground("statement", one.source.title, one.source.url, quote=one.source.quote,
                      quote_lang="ko" if one.source.quote else "")  # fmt: skip
    title = f"{look.say('ground.assumption')}: {said(one.title, look.lang)}"
    return Ground("assumption", title, note=_range(look, one))


def _range(look: Look, one: Assumption) -> str:
    low, mode, high = (_written(look, value, one.unit) for value in (one.low, one.mode, one.high))
    return mode if one.low == one.high else f"{low} – {mode} – {high}"


def _written(look: Look, value: Decimal, unit: str) -> str:
    try:
        return show(parse_quantity(f"{value:f}", unit), look.lang).primary
    except BadRequestData:
        return f"{value} {unit}"


def _bands(look: Look, found: Forecast) -> str:
    years = found.outcome.years
    points = tuple(
        BandPoint(float(year.year), float(year.jobs), band.p10, band.p90)
        for year, band in zip(years, found.bands.jobs, strict=True)
    )
    targets = tuple(
        Target(said(claim.what, look.lang), float(claim.value))
        for claim in found.scenario.claims
        if claim.measure == "jobs" and claim.unit == "jobs"
    )
    line = Line("jobs", look.measure("jobs"), points)
    caption = look.say("scenario.chart")
    return draw_bands(Bands(caption, caption, (line,), look.number("jobs"), targets), PRINT, 520, look.lang)


def _years(look: Look, found: Forecast, grounds: tuple[Ground, ...]) -> Table:
    rows = [
        Row(((Figure(str(year.year), grounds[:1]),), (_jobs(look, float(year.jobs), grounds),),
             (_jobs(look, band.p10, grounds),), (_jobs(look, band.p90, grounds),)))
        for year, band in zip(found.outcome.years, found.bands.jobs, strict=True)
        if year.year % YEARS_SHOWN == 0
    ]  # fmt: skip
    head = (look.say("scenario.year"), look.say("scenario.middle"), look.say("scenario.low"), look.say("scenario.high"))
    return Table(look.say("scenario.chart"), head, tuple(rows), (1, 1, 1, 1))


def _tornado(look: Look, found: Forecast) -> str:
    swings = tuple(
        Swing(one.name, said(given.title, look.lang), _written(look, given.low, given.unit),
              _written(look, given.high, given.unit), float(one.at_low), float(one.at_high))
        for one in _strongest(found)
        for given in [found.scenario.assumptions[one.name]]
    )  # fmt: skip
    caption = look.say("scenario.tornado")
    data = Tornado(caption, caption, float(found.outcome.last.jobs), swings, look.number("jobs"))
    return draw_tornado(data, PRINT, 720, look.lang)


def _strongest(found: Forecast) -> list[ScenarioSwing]:
    """Those that move the jobs of the last year at all, widest first."""
    return [one for one in found.swings if one.width >= 1][:SWINGS_SHOWN]


def _assumptions(look: Look, found: Forecast) -> Table:
    """Those that move the jobs most, with the range each was drawn from."""
    rows = [
        Row(((Words(said(given.title, look.lang)),), (Figure(_range(look, given), (_ground(look, given),)),)))
        for one in _strongest(found)
        for given in [found.scenario.assumptions[one.name]]
    ]
    head = (look.say("scenario.assumption"), look.say("scenario.range"))
    return Table(look.say("scenario.assumptions"), head, tuple(rows), (1.2, 1.6))
