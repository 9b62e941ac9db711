"""Jobs: what was promised beside what was counted, never as one series."""

from fractions import Fraction

from madang.district.briefing.look import Look
from madang.district.briefing.values import Block, Figure, Line, Picture, Row, Section, Table, Words
from madang.district.charts import PRINT, Multiples, Panel, Range, draw_multiples
from madang.district.pictures import said
from madang.district.records import Basis, Fact, Programme

from .parts import paragraphs, together

PROMISED: tuple[Basis, ...] = ("plan", "claim", "forecast")
SHOWN_MAX = 4


def jobs(look: Look) -> Section | None:
    subjects = [one for one in look.book.programmes.values() if one.id == look.own.id or _counted(look, one)]
    subjects = [one for one in subjects if not one.part_of]
    if not look.facts("jobs", boundary=None):
        return None
    table = Table(
        look.say("jobs.table"),
        (look.say("district"), look.say("jobs.promised"), look.say("jobs.counted")),
        tuple(_row(look, one) for one in subjects),
        (1, 1.5, 1.7),
    )
    panels = (
        Panel(look.say("jobs.promised"), _ranges(look, subjects, PROMISED), look.counted("jobs")),
        Panel(look.say("jobs.counted"), _ranges(look, subjects, ("actual",)), look.counted("jobs")),
    )
    svg = draw_multiples(Multiples(look.say("jobs.chart"), look.say("jobs.chart"), panels), PRINT, 620, look.lang)
    uncounted = None if _counted(look, look.own) else look.words("jobs.uncounted")
    blocks: list[Block] = [
        *paragraphs(together(_lead(look), uncounted), tone="lead"),
        Picture(svg, look.say("jobs.chart"), None),
        table,
        *paragraphs(look.words("jobs.note"), tone="small"),
    ]
    return Section("jobs", look.say("jobs.title"), tuple(blocks))


def _counted(look: Look, one: Programme) -> bool:
    return bool(_whole(look, one, "actual"))


def _whole(look: Look, one: Programme, *bases: Basis) -> list[Fact]:
    """Jobs of the district, or of what the source takes for it; parts of the workforce alone are left out."""
    found = [fact for fact in look.facts("jobs", *bases, subject=one.id, boundary=None) if fact.quantity]
    kept = [fact for fact in found if not fact.definition.endswith("only")]
    areas = {fact.boundary for fact in kept}
    return [fact for fact in kept if fact.boundary == "district"] if "district" in areas else kept


def _lead(look: Look) -> Line | None:
    claims = _whole(look, look.own, *PROMISED)
    definitions = dict.fromkeys(fact.definition for fact in claims)
    if len(definitions) < 2:
        return look.line("jobs.lead.one", claim=look.figure(claims[-1])) if claims else None
    newest = [look.newest("jobs", *PROMISED, definition=one) for one in definitions]
    ends = sorted((one for one in newest if one), key=lambda one: one.quantity.low if one.quantity else Fraction(0))
    return look.line("jobs.lead", low=_with_scope(look, ends[0]), high=_with_scope(look, ends[-1]))


def _with_scope(look: Look, fact: Fact) -> Line:
    return (*look.cell(fact), *look.scoped(fact))


def _row(look: Look, one: Programme) -> Row:
    name = look.told(look.name(one), look.source_ground(one.source, None))
    return Row((name, _cell(look, _whole(look, one, *PROMISED)), _cell(look, _whole(look, one, "actual"))))


def _cell(look: Look, facts: list[Fact]) -> Line:
    """Newest of each definition and area, with its moment."""
    newest = {(fact.boundary, fact.definition): fact for fact in facts}
    spans: list[Words | Figure] = []
    for fact in sorted(newest.values(), key=lambda one: one.quantity.low if one.quantity else Fraction(0))[:SHOWN_MAX]:
        when = fact.as_of or fact.stated
        year = Figure(f" {when.first.year}", (look.ground(fact),)) if when else None
        spans.extend((Words("; "),) if spans else ())
        spans.extend((*look.cell(fact), *((year,) if year else ()), *look.scoped(fact)))
    return tuple(spans) or look.words("nothing.known")


def _alone(look: Look, one: Programme, fact: Fact) -> Range:
    """One statement on a line of its own: two that count unlike things are no range."""
    value = float(fact.quantity.middle) if fact.quantity else 0.0
    return Range(fact.id, f"{said(look.city, look.lang)}: {look.scope(fact)}", value, value, own=True)


def _ranges(look: Look, subjects: list[Programme], bases: tuple[Basis, ...]) -> tuple[Range, ...]:
    ranges = []
    for one in subjects:
        newest = {(fact.boundary, fact.definition): fact for fact in _whole(look, one, *bases)}
        if one.id == look.own.id and len(newest) > 1:
            ranges += [_alone(look, one, fact) for fact in newest.values() if fact.quantity]
            continue
        points = sorted(float(f.quantity.middle) for f in newest.values() if f.quantity)
        if points:
            told = tuple(points) if len(points) > 1 else ()
            ranges.append(Range(one.id, look.name(one), points[0], points[-1], told, own=one.id == look.own.id))
    return tuple(ranges)
