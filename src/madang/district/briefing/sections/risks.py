"""Risks, and what we do not know: what an investor should ask before anything else."""

from madang.district.briefing.look import Look
from madang.district.briefing.values import Block, Columns, Line, Points, Section, Words
from madang.district.records import Basis

from .parts import paragraphs

WANTED = ("companies_contracted", "land_saleable", "land_sold", "land_sale_revenue", "investment_public",
          "investment_private", "funding_committed", "spending", "floor_area", "jobs", "companies", "first_tenants",
          "tax_revenue")  # fmt: skip
"""What a briefing should know of its own programme; with the bases that would answer it, below."""

COUNTED = {"jobs", "companies", "first_tenants", "spending"}
"""Of these only what was counted answers the question."""


def risks(look: Look) -> Section:
    blocks: list[Block] = [
        *paragraphs(look.words("risks.lead"), tone="lead"),
        Columns((Points(_risks(look), look.say("risks.heading")),), (_unknown(look),), (1.25, 1)),
    ]
    return Section("risks", look.say("risks.title"), tuple(blocks))


def _risks(look: Look) -> tuple[Line, ...]:
    claims = look.facts("jobs", "claim", "plan")
    kinds = len({one.definition for one in claims})
    lines = [
        look.line(
            "risks.time",
            end=look.figure(look.newest("completion", "plan", "forecast")),
            progress=look.figure(look.newest("physical_progress", "actual")),
        ),
        _cost(look),
        None
        if look.newest("companies_contracted", "actual")
        else look.line("risks.demand", interested=look.figure(look.newest("companies_interested", "actual"))),
        look.line("risks.jobs", n=look.count(kinds, "kinds", *map(look.ground, claims))) if kinds > 1 else None,
        _reasons(look),
        look.line(
            "risks.land",
            industrial=look.figure(look.newest("land_industrial", "plan")),
            area=look.figure(look.newest("area", "plan")),
        ),
    ]
    return tuple(line for line in lines if line)


def _cost(look: Look) -> Line | None:
    """Where completion was moved after the cost was last stated precisely."""
    cost, end = look.newest("investment", "plan"), look.newest("completion", "plan", "forecast")
    if not (cost and end and cost.stated and end.stated) or end.stated.first <= cost.stated.last:
        return None
    return look.line("risks.cost", cost=look.figure(cost), when=look.when(cost.stated, cost))


def _reasons(look: Look) -> Line | None:
    """Where most changes of the plan came without a reason."""
    changes = look.book.baselines_of(look.own.id)[1:]
    silent = sum(not one.reason for one in changes)
    return look.line("risks.reasons", n=look.count(len(changes), "times")) if silent * 2 > len(changes) else None


def _unknown(look: Look) -> Points:
    missing = [code for code in WANTED if not _known(look, code)]
    lines: list[Line] = [(Words(look.measure(code) + (f" ({look.say('basis.actual')})" if code in COUNTED else "")),)
                         for code in missing]  # fmt: skip
    return Points(tuple(lines), look.say("risks.unknown"))


def _known(look: Look, code: str) -> bool:
    bases: tuple[Basis, ...] = ("actual",) if code in COUNTED else ("plan", "forecast", "actual")
    return bool(look.facts(code, *bases))
