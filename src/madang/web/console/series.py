"""Lines of charts made of history: gaps kept, usual ranges at the same times, derived values, sums. Pure."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median, median_low
from zoneinfo import ZoneInfo

import numpy as np

from madang.model.formula import Formula
from madang.model.query import Aggregate
from madang.ports.history import Bucket, Points, Usual

HOUR_MS = 3_600_000
GAP_STEPS = 2.5
"""A line is broken where the next value is later than this many usual steps."""

USUAL_COUNT_MIN = 3
"""A usual range of fewer observations is not drawn: it would be no range but those observations."""

Values = Sequence[float | None]
Cells = Mapping[tuple[int, int], Usual]
"""(local weekday, hour) -> usual range."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart. at: ms since 1970, ascending. value: of the same length, None is a gap.

    low, high: the usual range at the same times; empty where none is drawn.
    """

    id: str
    name: str
    at: Sequence[int]
    value: Values
    low: Values = ()
    high: Values = ()


def to_ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def line_of(entity_id: str, name: str, points: Points, *, gap_ms: float = 0.0) -> Line:
    """A line whose gaps are gaps: a None stands one step after the last value before a hole, and where a value is no
    number. gap_ms: no hole is shorter than this (thinned points lie apart without one)."""
    at = [to_ms(one) for one in points.at]
    steps = [b - a for a, b in pairwise(at)]
    step_ms = median(steps) if steps else 0
    hole_ms = max(gap_ms, step_ms * GAP_STEPS)
    times: list[int] = []
    values: list[float | None] = []
    for when, value in zip(at, points.value, strict=True):
        if times and when - times[-1] > hole_ms > 0:
            times.append(times[-1] + round(step_ms) or times[-1] + 1)
            values.append(None)
        times.append(when)
        values.append(None if math.isnan(value) else value)
    return Line(entity_id, name, times, values)


def cells_of(usuals: Iterable[Usual]) -> dict[tuple[int, int], Usual]:
    """Those with enough behind them."""
    return {(one.weekday, one.hour): one for one in usuals if one.count >= USUAL_COUNT_MIN}


def with_band(line: Line, cells: Cells, timezone: ZoneInfo, *, smooth: bool) -> Line:
    """The line with the usual range at its times. smooth: between the middles of two hours the range is drawn straight,
    otherwise each hour's own is taken (daily values)."""
    if not cells:
        return line
    found = [_usual_at(cells, at, timezone, smooth=smooth) for at in line.at]
    return replace(line, low=[low for low, _ in found], high=[high for _, high in found])


def _usual_at(cells: Cells, at_ms: int, timezone: ZoneInfo, *, smooth: bool) -> tuple[float | None, float | None]:
    if not smooth:
        return _range(_cell(cells, at_ms, timezone))
    middle_ms = (at_ms - HOUR_MS // 2) // HOUR_MS * HOUR_MS + HOUR_MS // 2
    before, after = _cell(cells, middle_ms, timezone), _cell(cells, middle_ms + HOUR_MS, timezone)
    if before is None or after is None:
        return _range(_cell(cells, at_ms, timezone))
    share = (at_ms - middle_ms) / HOUR_MS
    return before.p10 + (after.p10 - before.p10) * share, before.p90 + (after.p90 - before.p90) * share


def _cell(cells: Cells, at_ms: int, timezone: ZoneInfo) -> Usual | None:
    local = datetime.fromtimestamp(at_ms / 1000, timezone)
    return cells.get((local.weekday(), local.hour))


def _range(usual: Usual | None) -> tuple[float | None, float | None]:
    return (None, None) if usual is None else (usual.p10, usual.p90)


def derived_points(formula: Formula, parts: Mapping[str, Points], constants: Mapping[str, float]) -> Points:
    """A formula over lines: evaluated whenever one of them has a new value, with the last value of the others.

    constants: parts that have no history of their own (a capacity).
    """
    times = sorted({at for points in parts.values() for at in points.at})
    results: list[float] = []
    for at in times:
        values = dict(constants)
        for name, points in parts.items():
            index = bisect_right(points.at, at) - 1
            if index >= 0 and not math.isnan(points.value[index]):
                values[name] = points.value[index]
        result = formula.evaluate(values)
        results.append(math.nan if result is None else result)
    return Points(times, results)


@dataclass(frozen=True, slots=True)
class Grid:
    """Equal stretches of time. start: of the first; count of them."""

    start: datetime
    period: timedelta
    count: int

    @property
    def end(self) -> datetime:
        return self.start + self.period * self.count

    def starts_ms(self) -> list[int]:
        first, step = to_ms(self.start), round(self.period.total_seconds() * 1000)
        return [first + step * index for index in range(self.count)]

    def index(self, at: datetime) -> int:
        return (at - self.start) // self.period


def grid_before(now: datetime, period: timedelta, span: timedelta, timezone: ZoneInfo) -> Grid:
    """The stretches of ``span`` up to and including the one that holds ``now``, counted from the city's midnight."""
    midnight = now.astimezone(timezone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    end = midnight + ((now - midnight) // period + 1) * period
    count = max(1, round(span / period))
    return Grid(end - count * period, period, count)


def condensed(line: Line) -> Line:
    """A line whose values come more rarely than its stretches (monthly values on a daily grid), without the stretches
    between them: those are no gaps. A hole longer than GAP_STEPS of its own steps stays one."""
    known = [index for index, value in enumerate(line.value) if value is not None]
    steps = [b - a for a, b in pairwise(known)]
    step = median_low(steps) if steps else 1
    if step <= 1:
        return line
    kept: list[int] = []
    for index in known:
        if kept and index - kept[-1] > step * GAP_STEPS:
            kept.append(kept[-1] + 1)
        kept.append(index)
    return replace(line, at=[line.at[index] for index in kept], value=[line.value[index] for index in kept])


def method_within(aggregate: str, kind: str) -> Aggregate:
    """How one entity's values within a stretch become one number.

    A line shows a level, so its sum over entities adds their means; a bar stands for all that happened in its stretch,
    so its sum adds everything.
    """
    match aggregate:
        case "min":
            return "min"
        case "max":
            return "max"
        case "sum" if kind == "bar":
            return "sum"
        case _:
            return "avg"


Cube = Mapping[str, list[float | None]]
"""Entity id -> one value per stretch of a grid."""


def cube_of(buckets: Iterable[Bucket], grid: Grid, method: Aggregate) -> dict[str, list[float | None]]:
    """Buckets of one attribute laid on a grid."""
    cube: dict[str, list[float | None]] = {}
    for bucket in buckets:
        index = grid.index(bucket.start)
        if 0 <= index < grid.count:
            cube.setdefault(bucket.entity_id, [None] * grid.count)[index] = bucket.values.get(method)
    return cube


def derived_cube(formula: Formula, parts: Mapping[str, Cube], constants: Mapping[str, Mapping[str, float]]) -> Cube:
    """A formula over cubes. constants: entity id -> attribute -> value, for parts without a history."""
    ids = sorted({entity_id for cube in parts.values() for entity_id in cube})
    found: dict[str, list[float | None]] = {}
    for entity_id in ids:
        rows = {name: cube[entity_id] for name, cube in parts.items() if entity_id in cube}
        known = constants.get(entity_id, {})
        length = len(next(iter(rows.values())))
        found[entity_id] = [
            formula.evaluate({**known, **{n: value for n, row in rows.items() if (value := row[index]) is not None}})
            for index in range(length)
        ]
    return found


def across(cube: Cube, aggregate: str, *, carry: int) -> list[float | None]:
    """One value per stretch over all entities; None where none has one.

    carry: in a sum, an entity that is silent for at most so many stretches keeps its last value; without that a sum
    would fall whenever one of its parts is late.
    """
    if not cube:
        return []
    rows = [_carried(row, carry) if aggregate == "sum" else row for row in cube.values()]
    table = np.array([[math.nan if value is None else value for value in row] for row in rows], dtype=np.float64)
    known = ~np.isnan(table)
    has = np.any(known, axis=0)
    match aggregate:
        case "sum" | "totalCount":
            result = np.where(known, table, 0.0).sum(axis=0)
        case "min":
            result = np.where(known, table, math.inf).min(axis=0)
        case "max":
            result = np.where(known, table, -math.inf).max(axis=0)
        case _:
            result = np.where(known, table, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return [float(value) if ok else None for value, ok in zip(result.tolist(), has.tolist(), strict=True)]


def _carried(row: list[float | None], carry: int) -> list[float | None]:
    filled = list(row)
    last, age = None, 0
    for index, value in enumerate(row):
        if value is not None:
            last, age = value, 0
        elif last is not None and age < carry:
            filled[index], age = last, age + 1
    return filled


def usual_of(times_ms: Sequence[int], values: Values, timezone: ZoneInfo) -> dict[tuple[int, int], Usual]:
    """The usual range of one line: 10th, 50th and 90th percentile of its values by local weekday and hour."""
    groups: dict[tuple[int, int], list[float]] = {}
    for at, value in zip(times_ms, values, strict=True):
        if value is not None:
            local = datetime.fromtimestamp(at / 1000, timezone)
            groups.setdefault((local.weekday(), local.hour), []).append(value)
    return cells_of(_usual(weekday, hour, group) for (weekday, hour), group in groups.items())


def _usual(weekday: int, hour: int, values: Sequence[float]) -> Usual:
    low, middle, high = (float(p) for p in np.percentile(values, [10, 50, 90]))
    return Usual("", weekday, hour, low, middle, high, len(values))
