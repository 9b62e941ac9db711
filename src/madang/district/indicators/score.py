"""Targets a city has set, and how far a result reaches them."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast, get_args

from madang.district.quantity import Quantity, find_unit, parse_quantity
from madang.district.statistics.scaling import BANDS, Direction, attainment, band
from madang.errors import BadRequestData, ConfigError, Fault

from .values import Indicator, Result

HEADER = ("key", "target", "unit", "direction", "source")


@dataclass(frozen=True, slots=True)
class Target:
    """direction: what is wished for. source: who set it, and where it stands."""

    value: Quantity
    direction: Direction
    source: str


def load_targets(path: Path, catalogue: Mapping[str, Indicator]) -> Mapping[str, Target]:
    """A city's targets.csv by indicator key; none where there is no such file. Columns: key, target, unit (of the
    indicator's result where left out), direction (up, down, to-target), source. Raises ConfigError with every row at
    fault."""
    if not path.is_file():
        return {}
    faults: list[Fault] = []
    targets: dict[str, Target] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            try:
                targets[row.get("key") or ""] = _target(row, catalogue)
            except BadRequestData as exc:
                faults.append(Fault(exc.detail, f"{path.name} row {number}"))
    if faults:
        raise ConfigError(faults=faults)
    return targets


def _target(row: Mapping[str, str | None], catalogue: Mapping[str, Indicator]) -> Target:
    key, direction = (row.get("key") or "").strip(), (row.get("direction") or "").strip()
    if key not in catalogue:
        raise BadRequestData(f'There is no indicator "{key[:80]}".')
    if direction not in get_args(Direction):
        raise BadRequestData(f'direction is "{direction[:20]}", not one of {", ".join(get_args(Direction))}.')
    if not (row.get("source") or "").strip():
        raise BadRequestData("A target needs its source: who set it, and where it stands.")
    unit = (row.get("unit") or "").strip() or catalogue[key].unit
    value = parse_quantity(row.get("target") or "", find_unit(unit).symbol)
    return Target(value, cast(Direction, direction), (row.get("source") or "").strip())


def scored(result: Result, target: Target | None) -> Result:
    """With attainment (0 to 100) and U4SSC band (1 to 4) where there is a target the result can be held against."""
    if target is None or result.value is None or target.value.bound:
        return result
    try:
        there = result.value.to(target.value.unit)
        attained = attainment(float(there.middle), float(target.value.middle), target.direction, result.indicator.key)
    except BadRequestData:  # another currency, or a value below zero: it has no attainment, which is no fault
        return result
    return replace(result, score=attained, band=BANDS.index(band(attained)) + 1)
