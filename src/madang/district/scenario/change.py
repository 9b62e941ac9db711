"""What a person asks to change: names and values as they stand in an address, so that every view is a URL.

An assumption goes by its name (``land-price=2500000``, in its own unit), a phase's month by ``<phase>.start``,
``<phase>.end``, ``<phase>.sale`` or ``<phase>.acquire`` (``site.end=2027-06``).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from madang.district.scenario.load import incoherences
from madang.district.scenario.values import Month, PhasePlan, Scenario
from madang.errors import BadRequestData
from madang.model.keys import Steps, suggestion

MONTHS = ("acquire", "start", "end", "sale")
_NUMBER = re.compile(r"[+-]?[0-9]{1,16}(\.[0-9]{1,12})?")
"""Digits of ASCII only: no exponents, no NaN, nothing that takes long to calculate with."""

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Change:
    """values: assumption -> value in its unit; months: ``phase.key`` -> month. Only what differs from the scenario."""

    values: Mapping[str, Decimal] = field(default_factory=dict)
    months: Mapping[str, Month] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.values or self.months)


def parse_change(scenario: Scenario, pairs: Iterable[tuple[str, str]]) -> Change:
    """An empty text leaves a thing as it is. Raises BadRequestData that names the parameter: unknown, given twice,
    not a number or month, outside its bounds, or not possible together with the others."""
    values: dict[str, Decimal] = {}
    months: dict[str, Month] = {}
    seen: set[str] = set()
    plan = _months(scenario)
    for name, text in pairs:
        _check_name(name, scenario, plan, seen)
        seen.add(name)
        if not text.strip():
            continue
        if name in plan:
            month = _month(name, text.strip())
            if month != plan[name]:
                months[name] = month
        else:
            value = _value(scenario, name, text.strip())
            if value != scenario.assumptions[name].mode:
                values[name] = value
    change = Change(values, months)
    for detail, steps in incoherences(apply_change(scenario, change)):
        raise BadRequestData(f"{detail[0].upper()}{detail[1:]}.", _blamed(scenario, change, steps))
    return change


def apply_change(scenario: Scenario, change: Change) -> Scenario:
    """The scenario as changed; a range stretches to hold a value outside it."""
    assumptions = {
        name: one.at(change.values[name]) if name in change.values else one
        for name, one in scenario.assumptions.items()
    }
    return replace(
        scenario,
        assumptions=assumptions,
        phases=tuple(_phase(phase, change.months) for phase in scenario.phases),
    )


def change_query(change: Change) -> dict[str, str]:
    """The same change as it stands in an address."""
    return {name: f"{value:f}" for name, value in change.values.items()} | {
        name: str(month) for name, month in change.months.items()
    }


def _months(scenario: Scenario) -> dict[str, Month]:
    found = {f"{phase.id}.{key}": getattr(phase, key) for phase in scenario.phases for key in MONTHS}
    return {name: month for name, month in found.items() if month is not None}


def _check_name(name: str, scenario: Scenario, plan: Mapping[str, Month], seen: set[str]) -> None:
    known = [*scenario.assumptions, *plan]
    shown = name[:_SHOWN]
    if name not in scenario.assumptions and name not in plan:
        raise BadRequestData(f'This scenario has nothing called "{shown}"{suggestion(shown, known)}.', shown)
    if name in seen:
        raise BadRequestData(f'"{name}" is given twice.', name)


def _month(name: str, text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError:
        raise BadRequestData(f'"{text[:_SHOWN]}" is not a month; write for example 2026-12.', name) from None


def _value(scenario: Scenario, name: str, text: str) -> Decimal:
    one = scenario.assumptions[name]
    if not _NUMBER.fullmatch(text):
        raise BadRequestData(f'"{text[:_SHOWN]}" is not a number; write for example {one.mode:f}.', name)
    value = Decimal(text)
    if not one.least <= value <= one.most:
        raise BadRequestData(f'"{name}" is {value:f}, outside {one.least:f}..{one.most:f} {one.unit}.', name)
    return value.normalize() + 0  # 1.50 and 1.5 are one address, -0 is 0


def _phase(phase: PhasePlan, months: Mapping[str, Month]) -> PhasePlan:
    changed: dict[str, Any] = {key: months[f"{phase.id}.{key}"] for key in MONTHS if f"{phase.id}.{key}" in months}
    return replace(phase, **changed) if changed else phase


def _blamed(scenario: Scenario, change: Change, steps: Steps) -> str:
    """The parameter to look at: the one at the place itself if it was changed, else any that was."""
    if steps[0] == "phase" and isinstance(steps[1], int):
        name = f"{scenario.phases[steps[1]].id}.{steps[2]}"
        return name if name in change.months else next(iter([*change.months, *change.values]), name)
    lands = [use.land for use in scenario.uses if use.land in change.values]
    return next(iter([*lands, *change.values]), "")
