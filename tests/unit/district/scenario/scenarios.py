"""Scenarios small enough to calculate by hand."""

from typing import Any

from madang.district.scenario import Scenario, parse_scenario
from madang.model.keys import parse_document

PLAIN = """
[scenario]
title = { en = "Plain" }
what = { en = "One use, one phase." }
currency = "EUR"
first = 2020
last = 2035
curve = "linear"
timing = "end"

[programme]
area = "area"
cost = "cost"
discount = "discount"
delay = "delay"
planned_jobs = "planned"

[[phase]]
id = "one"
title = { en = "One" }
start = "2020-01"
end = "2021-12"
sale = "2022-01"
why = { en = "set" }

[[use]]
id = "work"
use = "industrial"
title = { en = "Work" }
land = "land"
floor_area_ratio = "ratio"
floor_per_job = "per-job"
price = "price"
takeup_years = "takeup"
build_years = "build"
fill_years = "fill"
self_sufficient = true
"""

FIGURES = {
    "area": (10, "ha"),
    "cost": (1, "bn EUR"),
    "discount": (0, "%"),
    "delay": (0, "years"),
    "planned": (4000, "jobs"),
    "land": (4, "ha"),
    "ratio": (200, "%"),
    "per-job": (20, "m2/job"),
    "price": (30000, "EUR/m2"),
    "takeup": (4, "years"),
    "build": (1, "years"),
    "fill": (1, "years"),
}


def figure(name: str, value: float, unit: str, low: float | None = None, high: float | None = None) -> str:
    span = (f"low = {low}\n" if low is not None else "") + (f"high = {high}\n" if high is not None else "")
    return (
        f'\n[[assumption]]\nname = "{name}"\ntitle = {{ en = "{name}" }}\nmode = {value}\n{span}unit = "{unit}"\n'
        'why = { en = "set" }\n'
    )


def text(plan: str = PLAIN, **changed: Any) -> str:
    """The plain scenario; changed: figures by name (``per_job`` for ``per-job``), a value or (value, low, high)."""
    asked = {name.replace("_", "-"): value for name, value in changed.items()}
    rows = []
    for name, (value, unit) in FIGURES.items():
        value, *span = asked[name] if isinstance(asked.get(name), tuple) else (asked.get(name, value),)
        rows.append(figure(name, value, unit, *span))
    return plan + "".join(rows)


def scenario(plan: str = PLAIN, **changed: Any) -> Scenario:
    return parsed(text(plan, **changed))


def parsed(written: str) -> Scenario:
    found, faults = parse_scenario(parse_document(written, "scenario.toml"))
    assert found is not None, [str(fault) for fault in faults]
    return found
