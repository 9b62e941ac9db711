"""How the plan changed: every announcement on a line of time, and what drifted between the first and the last."""

import re

from madang.district.briefing.look import Look
from madang.district.briefing.values import Block, Figure, Line, Paragraph, Picture, Row, Section, Table, Words
from madang.district.charts import PRINT
from madang.district.drift import ORDER, Drift, Held, drift, first_whole
from madang.district.format import show, show_number
from madang.district.pictures import said, slip_text, timeline
from madang.district.records import Baseline
from madang.district.when import format_when

from .parts import paragraphs, together


def change(look: Look) -> Section | None:
    plans = look.book.baselines_of(look.own.id)
    if not plans:
        return None
    grounds = tuple(look.source_ground(one.source, one.stated) for one in plans)
    silent = [one for one in plans[1:] if not one.reason]
    first, last = plans[first_whole(look.book, plans)], plans[-1]
    drifts = [one for one in drift(look.book, first, last) if one.measure in ORDER] if first is not last else []
    text = paragraphs(
        look.line("change.lead", n=look.count(len(plans), "times", grounds[0], grounds[-1]),
                  first=Figure(_when(look, plans[0]), grounds[:1]),
                  last=Figure(_when(look, last), grounds[-1:])),
        *(together(_sentence(look, one), _called_an_effect(look, one)) for one in drifts),
        look.line("change.reasons", n=look.count(len(plans) - 1, "changes"), silent=look.count(len(silent), "silent")),
    )  # fmt: skip
    svg = timeline(look.book, look.own.id, PRINT, 740, look.lang)
    blocks: list[Block] = [
        *(Paragraph(one.line, "lead") for one in text[:1]),
        Picture(svg, look.say("change.chart"), _plans(look, plans)),
        *text[1:],
        _drifts(look, drifts),
        *paragraphs(look.words("change.carried"), tone="small"),
    ]
    return Section("change", look.say("change.title"), tuple(blocks), breaks=True)


def _when(look: Look, plan: Baseline) -> str:
    return format_when(plan.stated, look.lang)


def _sentence(look: Look, one: Drift) -> Line | None:
    """What drifted, in words; a jobs figure that counts another thing is not subtracted and says so."""
    if one.before is None or one.after is None:
        return None
    values = {"before": look.figure(one.before.fact), "after": look.figure(one.after.fact)}
    if one.measure == "completion" and one.slip is not None:
        grounds = (look.ground(one.before.fact), look.ground(one.after.fact))
        return look.line("change.completion", slip=Figure(slip_text(one.slip.months, look.lang), grounds), **values)
    if one.measure == "investment" and one.difference is not None:
        return look.line("change.cost", **values)
    return None


def _called_an_effect(look: Look, one: Drift) -> Line | None:
    """Where the first cost is a figure that had been claimed as an effect before."""
    first = one.before.fact if one.before and one.measure == "investment" else None
    if first is None or first.stated is None:
        return None
    day = first.stated.first
    same = [
        fact
        for fact in look.facts("investment_effect", "claim")
        if fact.value == first.value and fact.stated and fact.stated.first < day
    ]
    return look.line("change.cost.effect", effect=look.figure(same[0])) if same else None


def _plans(look: Look, plans: list[Baseline]) -> Table:
    def cell(plan: Baseline, code: str) -> Line:
        facts = [fact for fact in look.book.facts_of_baseline(plan.id) if fact.measure == code]
        spans: list[Words | Figure] = []
        for fact in facts:
            figure = look.figure(fact)
            spans.extend(((Words(" · "),) if spans else ()) + ((figure,) if figure else ()))
        return tuple(spans) or look.none

    rows = [
        Row((
            (Figure(f"{plan.number} · {_when(look, plan)} {said(plan.title, look.lang)}",
                    (look.source_ground(plan.source, plan.stated),)),),
            *(cell(plan, code) for code in ORDER),
        ))
        for plan in plans
    ]  # fmt: skip
    head = (look.say("change.plan"), *(look.measure(code) for code in ORDER))
    return Table(look.say("change.chart"), head, tuple(rows), (2.2, 1, 1.2, 1, 1, 1, 1))


def _drifts(look: Look, drifts: list[Drift]) -> Table:
    rows = [
        Row(((Words(look.measure(one.measure)),), _held(look, one.before), _held(look, one.after), _change(look, one)),
            grey=bool(one.unlike))
        for one in drifts
    ]  # fmt: skip
    head = (look.say("change.what"), look.say("change.first"), look.say("change.last"), look.say("change.change"))
    return Table(look.say("change.table"), head, tuple(rows), (1.1, 1.6, 1.6, 1.5))


def _held(look: Look, held: Held | None) -> Line:
    if held is None:
        return look.words("not.said")
    star = (Words(" *"),) if held.carried else ()
    return (*look.cell(held.fact), *look.scoped(held.fact), *star)


def _change(look: Look, one: Drift) -> Line:
    facts = [held.fact for held in (one.before, one.after) if held]
    grounds = tuple(look.ground(fact) for fact in facts)
    if one.slip is not None:
        return (Figure(slip_text(one.slip.months, look.lang), grounds, strong=True),)
    if one.difference is not None:
        text = show(one.difference, look.lang).primary
        sign = "" if one.difference.low < 0 or not one.difference.high else "+"
        share = f" ({'+' if one.share > 0 else ''}{show_number(one.share * 100, look.lang, 2)} %)" if one.share else ""
        return (Figure(f"{re.sub(r'(?=[0-9])', sign, text, count=1)}{share}", grounds, strong=True),)
    return look.words(f"unlike.{one.unlike or 'text'}")
