"""What a district would become if its assumptions were others: years of land, floor, jobs, homes and money.

values (what a scenario is) · load (scenario.toml) · change (what a person asks to change) · model (one run, Decimal) ·
cash (NPV, IRR, payback) · montecarlo (many runs, vectorised) · sensitivity (which assumption matters most) ·
answer (all of it together).
"""

from madang.district.scenario.answer import Answer, Asked, answer, asked_query, parse_asked
from madang.district.scenario.change import Change, apply_change, change_query, parse_change
from madang.district.scenario.load import find_scenario, load_scenario, parse_scenario
from madang.district.scenario.model import run, years_of
from madang.district.scenario.montecarlo import Band, Bands, Paths, bands, draw, simulate
from madang.district.scenario.sensitivity import OUTCOMES, Rank, Swing, rank_correlations, swings
from madang.district.scenario.values import (
    Assumption,
    Claim,
    Irr,
    Month,
    Outcome,
    PhasePlan,
    Programme,
    Scenario,
    Source,
    UsePlan,
    Year,
)

__all__ = [
    "OUTCOMES",
    "Answer",
    "Asked",
    "Assumption",
    "Band",
    "Bands",
    "Change",
    "Claim",
    "Irr",
    "Month",
    "Outcome",
    "Paths",
    "PhasePlan",
    "Programme",
    "Rank",
    "Scenario",
    "Source",
    "Swing",
    "UsePlan",
    "Year",
    "answer",
    "apply_change",
    "asked_query",
    "bands",
    "change_query",
    "draw",
    "find_scenario",
    "load_scenario",
    "parse_asked",
    "parse_change",
    "parse_scenario",
    "rank_correlations",
    "run",
    "simulate",
    "swings",
    "years_of",
]
