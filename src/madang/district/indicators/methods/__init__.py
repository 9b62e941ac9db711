"""Calculations that are no arithmetic over single figures, by the name that formulas/*.toml use."""

from collections.abc import Callable, Mapping

from madang.district.indicators.reading import Given
from madang.district.indicators.spec import IndicatorSpec

from .ground import parcel_share
from .record import evidence_share, milestone_hits
from .schedule import churn, growth, progress_against_plan, schedule_performance, slip, slip_per_year
from .sectors import concentration, location_quotients, shift_share, specialisation
from .tenants import tenant_mix, tenant_share, tenant_survival
from .worked import Worked
from .worth import irr, npv

Method = Callable[[IndicatorSpec, Given], list[Worked]]
"""Gives at least one Worked: what was found, or what is missing."""

METHODS: Mapping[str, Method] = {
    "slip": slip,
    "slip per year": slip_per_year,
    "churn": churn,
    "progress against plan": progress_against_plan,
    "schedule performance": schedule_performance,
    "growth": growth,
    "location quotients": location_quotients,
    "concentration": concentration,
    "specialisation": specialisation,
    "shift-share": shift_share,
    "tenant mix": tenant_mix,
    "tenant share": tenant_share,
    "tenant survival": tenant_survival,
    "milestone hits": milestone_hits,
    "parcel share": parcel_share,
    "evidence share": evidence_share,
    "npv": npv,
    "irr": irr,
}

__all__ = ["METHODS", "Method", "Worked"]
