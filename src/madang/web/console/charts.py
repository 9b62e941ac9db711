"""A board chart's lines, loaded from the history as the pack declares it."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from madang.model.entity import Entity
from madang.model.formula import Formula, parse_formula
from madang.model.keys import format_duration
from madang.model.query import Aggregation, TemporalQuery, Window
from madang.ngsild.context import CORE
from madang.packs.pack import Chart, FittedPack
from madang.ports.history import Bucket, Points, Usual

from .cityview import label, plain
from .layers import is_number
from .ranges import DAY_S, window_until
from .series import (
    Cells,
    Cube,
    Grid,
    Line,
    across,
    cells_of,
    condensed,
    cube_of,
    derived_cube,
    grid_before,
    method_within,
    usual_of,
    with_band,
)

LINES_MAX = 12
"""Lines of an ``each`` chart; more than these nobody can tell apart."""

CARRY = 2
"""Stretches that a silent part of a sum keeps its last value."""

STEPS_MIN = 30
WEEKS_BACK = 4
WEEKS_BACK_DAILY = 8
USUAL_STEP = timedelta(minutes=30)
"""The usual range of a line over many entities is found from means of this length: 449 streets, four weeks in quarters
of an hour took 1.5 s, and an hour's range needs no more."""

CACHE_MAX = 64

T = TypeVar("T")


class PastValues(Protocol):
    """What charts ask of the history; the promises are those of ports.history.HistoryStore."""

    async def buckets(
        self, tenant: str, entity_ids: Sequence[str], attributes: Sequence[str], query: TemporalQuery
    ) -> Sequence[Bucket]: ...

    async def points(self, tenant: str, entity_id: str, attribute: str, window: Window, *, most: int) -> Points: ...

    async def usual(
        self,
        tenant: str,
        entity_type: str,
        attribute: str,
        window: Window,
        *,
        timezone: str,
        entity_ids: Sequence[str] = (),
    ) -> Sequence[Usual]: ...


class Remembered:
    """Answers that many pages ask for at the same moment. The oldest go first."""

    def __init__(self) -> None:
        self._answers: OrderedDict[object, Any] = OrderedDict()

    async def get(self, key: object, make: Callable[[], Awaitable[T]]) -> T:
        if key not in self._answers:
            self._answers[key] = await make()
            while len(self._answers) > CACHE_MAX:
                self._answers.popitem(last=False)
        answer: T = self._answers[key]
        return answer


@dataclass(frozen=True, slots=True)
class ChartData:
    """lines: what is drawn. grid: the stretches they lie on. left_out: lines more than LINES_MAX."""

    lines: tuple[Line, ...]
    grid: Grid
    left_out: int = 0


def fitted(chart: Chart, clock_step_s: float) -> Chart:
    """The chart in a city whose data are coarser than its period: one stretch per step, and enough of them."""
    step = timedelta(seconds=clock_step_s)
    if chart.period >= step:
        return chart
    return replace(chart, period=step, span=max(chart.span, STEPS_MIN * step))


async def chart_data(
    chart: Chart,
    pack: FittedPack,
    entities: Sequence[Entity],
    history: PastValues,
    now: datetime,
    *,
    timezone: ZoneInfo,
    lang: str,
    title: str,
    remembered: Remembered,
) -> ChartData:
    """Line and bar charts. entities: those the chart is about, for their names and constants. title: of the one line
    that stands for all of them."""
    grid = grid_before(now, chart.period, chart.span, timezone)
    carry = 0 if chart.kind == "bar" else CARRY
    loader = _Loader(chart, pack, entities, history, now)
    if chart.aggregate == "each":
        shown = entities[:LINES_MAX]
        cube = await loader.cube(grid, [entity.id for entity in shown])
        lines = [
            Line(entity.id, label(entity, lang), grid.starts_ms(), cube[entity.id])
            for entity in shown
            if entity.id in cube
        ]
        lines = lines if chart.kind == "bar" else [condensed(line) for line in lines]
        if chart.band:
            key = (pack.name, chart.id, grid.start.date())
            bands = await remembered.get(key, lambda: loader.usuals([line.id for line in lines], now, timezone))
            lines = [with_band(line, bands.get(line.id, {}), timezone, smooth=is_hourly(chart)) for line in lines]
        return ChartData(tuple(lines), grid, max(0, len(entities) - LINES_MAX))
    ids = [entity.id for entity in entities]
    values = across(await loader.cube(grid, ids), chart.aggregate, carry=carry)
    if not values:
        return ChartData((), grid)
    line = Line("", title, grid.starts_ms(), values)
    line = line if chart.kind == "bar" else condensed(line)
    if chart.band:
        key = (pack.name, chart.id, grid.start.date())
        cells = await remembered.get(key, lambda: loader.usual_across(grid, ids, timezone))
        line = with_band(line, cells, timezone, smooth=is_hourly(chart))
    return ChartData((line,), grid)


def coarser(grid: Grid, step: timedelta) -> Grid:
    """The same stretch of time in whole steps of at least ``step``."""
    factor = max(1, step // grid.period)
    if factor == 1 or grid.count % factor:
        return grid
    return Grid(grid.start, grid.period * factor, grid.count // factor)


def is_hourly(chart: Chart) -> bool:
    return chart.period.total_seconds() < DAY_S


@dataclass(frozen=True, slots=True)
class _Loader:
    """Reads one chart's attribute, or what its formula is made of."""

    chart: Chart
    pack: FittedPack
    entities: Sequence[Entity]
    history: PastValues
    now: datetime

    @property
    def formula(self) -> Formula:
        return self.pack.formulas(self.chart.type).get(self.chart.attribute) or parse_formula(self.chart.attribute)

    async def cube(self, grid: Grid, ids: Sequence[str]) -> Cube:
        """Nothing after ``now`` counts: a past moment must not know what came later."""
        if not ids:
            return {}
        method = method_within(self.chart.aggregate, self.chart.kind)
        formula = self.formula
        uris = {CORE.expand(name): name for name in formula.names}
        window = Window(grid.start, min(grid.end, self.now + timedelta(microseconds=1)))
        query = TemporalQuery(window, aggregation=Aggregation((method,), format_duration(grid.period)))
        buckets: dict[str, list[Bucket]] = {name: [] for name in formula.names}
        for bucket in await self.history.buckets("", ids, list(uris), query):
            buckets[uris[bucket.attribute]].append(bucket)
        if formula.names == (formula.text,):
            return cube_of(buckets[formula.text], grid, method)
        parts = {name: cube_of(found, grid, method) for name, found in buckets.items()}
        return derived_cube(formula, parts, self._constants(formula))

    def _constants(self, formula: Formula) -> Mapping[str, Mapping[str, float]]:
        return {
            entity.id: {name: float(v) for name in formula.names if is_number(v := plain(entity, CORE.expand(name)))}
            for entity in self.entities
        }

    async def usuals(self, ids: Sequence[str], now: datetime, timezone: ZoneInfo) -> Mapping[str, Cells]:
        """Usual ranges of single entities. A derived value's comes from its own past buckets."""
        formula = self.formula
        back = timedelta(weeks=WEEKS_BACK if is_hourly(self.chart) else WEEKS_BACK_DAILY)
        if formula.names == (formula.text,):
            found = await self.history.usual(
                "",
                self.chart.type_uri,
                self.chart.attribute_uri,
                window_until(now, back),
                timezone=timezone.key,
                entity_ids=ids,
            )
            by_entity: dict[str, list[Usual]] = {}
            for usual in found:
                by_entity.setdefault(usual.entity_id, []).append(usual)
            return {entity_id: cells_of(usuals) for entity_id, usuals in by_entity.items()}
        grid = grid_before(now, self.chart.period, back, timezone)
        cube = await self.cube(grid, ids)
        return {entity_id: usual_of(grid.starts_ms(), row, timezone) for entity_id, row in cube.items()}

    async def usual_across(self, grid: Grid, ids: Sequence[str], timezone: ZoneInfo) -> Cells:
        """What the one line over all entities usually is: the same weekdays of earlier weeks, summed or averaged the
        same way (a mean of single usual ranges would be a range nobody has seen)."""
        weeks = WEEKS_BACK if is_hourly(self.chart) else WEEKS_BACK_DAILY
        week = timedelta(days=7)
        grid = coarser(grid, USUAL_STEP)
        if grid.period * grid.count > timedelta(days=2):
            grids = [replace(grid, start=grid.start - weeks * week, count=weeks * week // grid.period)]
        else:
            grids = [replace(grid, start=grid.start - back * week) for back in range(1, weeks + 1)]
        times: list[int] = []
        values: list[float | None] = []
        for one in grids:
            row = across(await self.cube(one, ids), self.chart.aggregate, carry=CARRY)
            times += one.starts_ms() if row else []
            values += row
        return usual_of(times, values, timezone)
