"""Any writes, moves, merges and deletions in any order: the embedded history answers as the plain reference does."""

import asyncio
import math
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import astuple, dataclass, replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Literal

import numpy as np
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from madang.model.observation import Observation
from madang.model.query import TemporalQuery, TimeProperty, Window
from madang.ports.history import HistoryStore
from madang.settings import parse_settings
from madang.stores.embedded.history import ParquetHistoryStore
from madang.stores.embedded.journal import Journal
from madang.stores.memory_history import MemoryHistoryStore
from madang.stores.timeline import parse_period, thin
from madang.testing.history_contract import (
    ALL,
    COUNT,
    ROAD,
    SPEED,
    T0,
    FixedClock,
    aggregated,
    deleted,
    observed,
    road,
    series,
)

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Append:
    observations: Sequence[Observation]


@dataclass(frozen=True)
class Load:
    numbers: Sequence[int]
    hours: Sequence[int]
    values: Sequence[float]


@dataclass(frozen=True)
class Forget:
    number: int
    attribute: str | None
    dataset_id: str | None
    hour: int | None


Step = Append | Load | Forget | Literal["flush", "compact", "reopen"]

# Few keys, so that they meet; hours over three days, so that they spread over files.
numbers = st.integers(0, 2)
hours = st.integers(0, 71)
attributes = st.sampled_from([SPEED, COUNT])
datasets = st.sampled_from([None, "urn:d:a"])
plain = st.integers(-4, 4) | st.sampled_from([0.5, 1.25])


@st.composite
def observations(draw: st.DrawFn) -> Observation:
    number, at = draw(numbers), T0 + draw(hours) * HOUR
    attribute, dataset_id = draw(attributes), draw(datasets)
    if draw(st.integers(0, 5)) == 0:
        return deleted(road(number), at, attribute=attribute, dataset_id=dataset_id)
    value = draw(plain | st.sampled_from(["open", "closed"]))
    recorded_at = at + draw(st.integers(0, 5)) * HOUR
    return observed(road(number), at, value, attribute=attribute, dataset_id=dataset_id, recorded_at=recorded_at)


@st.composite
def loads(draw: st.DrawFn) -> Load:
    rows = draw(st.lists(st.tuples(numbers, hours, st.floats(-9, 9)), max_size=20))
    return Load([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])


steps: st.SearchStrategy[list[Step]] = st.lists(
    st.builds(Append, st.lists(observations(), min_size=1, max_size=8))
    | loads()
    | st.builds(Forget, numbers, st.none() | attributes, datasets, st.none() | hours)
    | st.sampled_from(["flush", "compact", "reopen"]),
    min_size=1,
    max_size=12,
)
windows = st.builds(
    lambda a, b: Window(None if a is None else T0 + a * HOUR, None if b is None else T0 + b * HOUR),
    st.none() | hours,
    st.none() | hours,
)
queries = st.builds(
    lambda window, name, last: TemporalQuery(window, name, last),
    windows,
    st.sampled_from(["observedAt", "modifiedAt", "createdAt", "deletedAt"]),
    st.none() | st.integers(1, 3),
)


async def write(store: HistoryStore, step: Append | Load | Forget) -> int:
    match step:
        case Append(rows):
            await store.append("", rows)
            return 0
        case Load(which, when, values):
            return await store.load("", series([road(n) for n in which], [T0 + h * HOUR for h in when], values))
        case Forget(number, attribute, dataset_id, hour):
            at = None if hour is None else T0 + hour * HOUR
            return await store.forget("", road(number), attribute, dataset_id, at)


async def answers(store: HistoryStore, query: TemporalQuery) -> list[object]:
    ids = [road(n) for n in range(3)]
    name: TimeProperty = query.timeproperty
    grouped = replace(aggregated(query.window, "PT7H", *ALL), timeproperty=name)
    found = await store.buckets("", ids, [], grouped)
    at = query.window.end or T0 + 40 * HOUR
    lines = [await store.points("", n, a, query.window, most=6) for n in ids for a in (SPEED, COUNT)]
    return [
        list(await store.instances("", ids, [], query, limit=10_000)),
        list(await store.instances("", ids[1:], [COUNT], query, limit=3)),
        list(await store.entity_ids("", [], [SPEED], query)),
        [(b.entity_id, b.attribute, b.start, b.end, list(b.values.values())) for b in found],
        [(list(line.at), list(line.value)) for line in lines],
        {key: dict(line) for key, line in (await store.as_of("", ROAD, [], at, lookback_s=86_400)).items()},
        [astuple(cell) for cell in await store.usual("", ROAD, SPEED, query.window, timezone="Asia/Seoul")],
    ]


def alike(found: object, expected: object) -> bool:
    """Equal but for the last digits of floats: sums, and steps between two quantiles, are taken in different orders.

    A gap (NaN) is like a gap.
    """
    if isinstance(found, float) and isinstance(expected, float):
        both_gaps = math.isnan(found) and math.isnan(expected)
        return both_gaps or math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    if isinstance(found, list | tuple) and isinstance(expected, list | tuple):
        return len(found) == len(expected) and all(map(alike, found, expected))
    return found == expected


@asynccontextmanager
async def opened(directory: Path, clock: FixedClock) -> AsyncIterator[ParquetHistoryStore]:
    """Closed also where an assertion fails: each journal left open would keep its thread for the rest of the run."""
    journal = Journal.open(directory)
    try:
        async with ParquetHistoryStore.open(journal, clock=clock, settings=parse_settings()) as history:
            yield history
    finally:
        await journal.close()


async def run(directory: Path, plan: Sequence[Step], query: TemporalQuery) -> None:
    clock = FixedClock()
    memory = MemoryHistoryStore(clock)
    position = 0
    while True:
        async with opened(directory, clock) as history:
            while position < len(plan) and plan[position] != "reopen":
                step = plan[position]
                position += 1
                if step == "flush":
                    await history.flush()
                elif step == "compact":
                    await history.compact()
                elif not isinstance(step, str):
                    assert await write(history, step) == await write(memory, step)
            for found, expected in zip(await answers(history, query), await answers(memory, query), strict=True):
                assert alike(found, expected), (found, expected)
        position += 1
        if position >= len(plan):
            return


# Not shrunk: at a quarter of a second an example, that takes minutes and meets the time limit of the whole run before
# the example is shown. A plan of twelve steps can be read as it is.
@settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(plan=steps, query=queries)
@example(
    # The median half way between -4 and 1.1 is -1.45 or -1.4499999999999997, as the step is taken from below or above.
    plan=[Load([1], [48], [1.1]), Append([observed(road(1), T0 + 48 * HOUR, -4, dataset_id="urn:d:a")])],
    query=TemporalQuery(),
)
@example(
    # Minus zero and zero are one value; in a column of a Parquet file they may have become one, in the tail not yet.
    plan=[Load([0, 0], [0, 1], [-0.0, 0.0])],
    query=TemporalQuery(),
)
def test_any_history_answers_as_the_reference_does(plan: list[Step], query: TemporalQuery) -> None:
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(run(Path(directory), plan, query))


@given(
    values=st.lists(st.floats(-5, 5) | st.just(float("nan")), min_size=1, max_size=300),
    gaps=st.integers(1, 10_000),
    most=st.integers(4, 60),
)
def test_thinning_keeps_extremes_order_and_its_limit(values: list[float], gaps: int, most: int) -> None:
    value = np.array(values)
    at = (np.cumsum(np.arange(len(values)) % 7 * gaps + 1)).astype("datetime64[us]")
    kept_at, kept = thin(at, value, most)
    assert len(kept) <= max(most, len(values) if len(values) <= most else 0)
    assert (np.diff(kept_at.astype(np.int64)) > 0).all()
    if not np.isnan(value).all():
        assert (np.nanmin(kept), np.nanmax(kept)) == (np.nanmin(value), np.nanmax(value))


@given(period=st.sampled_from(["PT7H", "P1D", "P1M", "P1Y2M", "P1M3DT4H"]), span=st.integers(0, 99))
def test_every_moment_lies_in_exactly_one_bucket(period: str, span: int) -> None:
    first = T0 + timedelta(minutes=span)
    last = first + timedelta(days=span * 3)
    edges = list(parse_period(period).edges(first, last))
    assert edges[0] == first
    assert all(a < b for a, b in pairwise(edges))
    assert edges[-2] <= last < edges[-1]
