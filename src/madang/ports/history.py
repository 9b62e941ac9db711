"""The city's history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from madang.model.observation import Observation, Series
from madang.model.query import Aggregate, TemporalQuery, Window


@dataclass(frozen=True, slots=True)
class Bucket:
    """One aggregated stretch of one attribute: start <= at < end; values by method (None where there is no number)."""

    entity_id: str
    attribute: str
    start: datetime
    end: datetime
    values: Mapping[Aggregate, float | int | None]


@dataclass(frozen=True, slots=True)
class Points:
    """One numeric line of a chart: at ascending, value NaN where an instance was not a number."""

    at: Sequence[datetime]
    value: Sequence[float]


@dataclass(frozen=True, slots=True)
class Usual:
    """The usual range of one entity's attribute at one weekday (0 = Monday) and hour of local time."""

    entity_id: str
    weekday: int
    hour: int
    p10: float
    median: float
    p90: float
    count: int


@dataclass(frozen=True, slots=True)
class Table:
    """Answer of a free query. truncated: more rows existed than the limit."""

    columns: Sequence[str]
    types: Sequence[str]
    rows: Sequence[Sequence[Any]]
    truncated: bool
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class HistorySize:
    """observations and bytes at rest; segments: number of files; tail: observations not yet in a segment."""

    observations: int
    segments: int
    segment_bytes: int
    tail: int
    first: datetime | None
    last: datetime | None


class HistoryStore(Protocol):
    """Every observation ever committed, until retention drops it. (entity, attribute, dataset, at) is unique: the last
    write wins. Observations that came with a state commit are seen by every later read. Reads wait for no writer.
    """

    async def load(self, tenant: str, series: Series) -> int:
        """Bulk import; durable when it returns. Returns rows taken. Idempotent."""

    async def append(self, tenant: str, observations: Sequence[Observation]) -> None:
        """History without a change of state (temporal create/update, late data). Durable when it returns."""

    async def instances(
        self,
        tenant: str,
        entity_ids: Sequence[str],
        attributes: Sequence[str],
        query: TemporalQuery,
        *,
        limit: int,
    ) -> Sequence[Observation]:
        """Ordered by (entity_id, attribute, dataset_id, at); with last_n the latest n of each (entity, attribute,
        dataset_id).
        attributes empty: all. At most ``limit`` rows."""

    async def entity_ids(
        self, tenant: str, types: Sequence[str], attributes: Sequence[str], query: TemporalQuery
    ) -> Sequence[str]:
        """Sorted ids of those with any observation in the window (types empty: all types)."""

    async def buckets(
        self, tenant: str, entity_ids: Sequence[str], attributes: Sequence[str], query: TemporalQuery
    ) -> Sequence[Bucket]:
        """Aggregates as the query asks; buckets start at the window's start (its first observation where open) and
        empty buckets are left out. Ordered by (entity_id, attribute, start)."""

    async def points(self, tenant: str, entity_id: str, attribute: str, window: Window, *, most: int) -> Points:
        """Numeric line; thinned by bucket minimum and maximum (so that no peak is lost) when there are more than
        ``most``.
        """

    async def as_of(
        self, tenant: str, entity_type: str, attributes: Sequence[str], at: datetime, *, lookback_s: float
    ) -> Mapping[str, Mapping[str, Observation]]:
        """entity id -> attribute -> last observation with at - lookback_s < observed <= at (attributes empty: all)."""

    async def usual(
        self,
        tenant: str,
        entity_type: str,
        attribute: str,
        window: Window,
        *,
        timezone: str,
        entity_ids: Sequence[str] = (),
    ) -> Sequence[Usual]:
        """Percentiles by entity, local weekday and hour over the window. Ordered by (entity_id, weekday, hour)."""

    async def forget(
        self,
        tenant: str,
        entity_id: str,
        attribute: str | None = None,
        dataset_id: str | None = None,
        at: datetime | None = None,
    ) -> int:
        """Delete an entity's history, or one attribute's, or one instance's. Returns rows removed."""

    async def sql(self, tenant: str, text: str, *, row_limit: int, timeout_s: float) -> Table:
        """Read-only SQL over the view ``observation`` (type, entity, attribute, dataset_id, observed_at, value, unit,
        json) and one view per entity type's short name; names of the core and default vocabulary are short there.
        Raises BadRequestData (not a single SELECT, or the engine's message), TooComplexQuery (time, memory)."""

    async def size(self, tenant: str) -> HistorySize: ...
