"""Risks, and what we do not know: what an investor should ask before anything else."""

from madang.district.briefing.look import Look
from madang.district.briefing.values import Block, Columns, Line, Points, Section, Words
from madang.district.records import Basis
from madang.district.when import When

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
    plans = look.book.baselines_of(look.own.id)
    claims = look.facts("jobs", "claim", "plan")
    area, industrial = look.newest("area", "plan"), look.newest("land_industrial", "plan")
    lines = [
        look.line("risks.time", end=look.figure(look.newest("completion", "plan", "forecast")),
                  progress=look.figure(look.newest("physical_progress", "actual"))),
        look.line("risks.cost", cost=look.figure(look.newest("investment", "plan")),
                  when=look.when(_stated(look), *filter(None, [look.newest("investment", "plan")]))),
        look.line("risks.demand", interested=look.figure(look.newest("companies_interested", "actual"))),
        look.line("risks.jobs", n=look.count(len({c.definition for c in claims}), "kinds", *map(look.ground, claims)))
        if claims else None,
        look.line("risks.reasons", n=look.count(len(plans) - 1, "times")) if len(plans) > 1 else None,
        look.line("risks.land", industrial=look.figure(industrial), area=look.figure(area)),
    ]  # fmt: skip
    return tuple(line for line in lines if line)


def _stated(look: Look) -> When | None:
    fact = look.newest("investment", "plan")
    return fact.stated if fact else None


def _unknown(look: Look) -> Points:
    missing = [code for code in WANTED if not _known(look, code)]
    lines: list[Line] = [(Words(look.measure(code) + (f" ({look.say('basis.actual')})" if code in COUNTED else "")),)
                         for code in missing]  # fmt: skip
    return Points(tuple(lines), look.say("risks.unknown"))


def _known(look: Look, code: str) -> bool:
    bases: tuple[Basis, ...] = ("actual",) if code in COUNTED else ("plan", "forecast", "actual")
    return bool(look.facts(code, *bases))
