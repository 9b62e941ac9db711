"""Table feeds at work: registers read once, the past of series loaded into the history, series replayed by the city
clock, or played through from one moment to another."""

import asyncio
import heapq
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt
import orjson

from madang.errors import DependencyError, SourceUnavailable
from madang.model.entity import NULL, Attribute, Entity
from madang.model.query import Query
from madang.ports.documents import DocumentStore
from madang.ports.feeds import FeedHealth, Intake, PlayedClock
from madang.ports.history import HistoryStore
from madang.ports.tables import TableReader, TimeRange

from .decode import EPOCH, Readings, decode, fragments, series, to_local
from .rows import Rows, read_rows
from .spec import GEOMETRY_COLUMN, NUMERIC, TableFeed

COMMIT_ROWS = 1000
LOAD_ROWS = 500_000
WINDOW_ROWS = (2_000, 40_000)
"""A window of a replayed file is widened below and narrowed above so many rows: small in memory, few reads."""

LOAD_WINDOW_ROWS = (100_000, 800_000)

LOADED = "feed-loaded"
"""Collection of documents that remember what the history holds already."""

MOMENT = timedelta(microseconds=1)

Sleep = Callable[[float], Awaitable[None]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """rows: of this feed so far, until finished."""

    feed: str
    rows: int
    finished: bool


class _Loaded(msgspec.Struct, frozen=True):
    """What was loaded of a file: until (city time), and which file it was (size and time of change)."""

    start: datetime
    until: datetime
    size_bytes: int
    changed_ns: int


# Reading


async def read_feed(feed: TableFeed, tables: TableReader) -> AsyncIterator[Readings]:
    """All rows, in file order. Raises SourceUnavailable where nothing (more) can be read."""
    if feed.format == "parquet":
        yield await asyncio.to_thread(decode, feed, Rows(await tables.read(feed.file, feed.columns)))
        return
    rows = _geojson_rows(feed) if feed.format == "geojson" else _csv_rows(feed)
    while (found := await asyncio.to_thread(next, rows, None)) is not None:
        yield await asyncio.to_thread(decode, feed, found)


async def read_between(
    feed: TableFeed,
    tables: TableReader,
    start: datetime,
    end: datetime | None,
    *,
    rows: tuple[int, int] = WINDOW_ROWS,
) -> AsyncIterator[Readings]:
    """Rows with start <= at < end. A Parquet file is read by windows in time order, each of about so many rows; a CSV
    file in file order."""
    if feed.format == "parquet":
        async for readings in _windows(feed, tables, start, end, rows):
            yield readings
        return
    async for readings in read_feed(feed, tables):
        kept = readings.take(_between(readings, start, end))
        if len(kept) or readings.rejects:
            yield replace(kept, rejects=readings.rejects)


async def last_before(feed: TableFeed, tables: TableReader, end: datetime) -> Readings | None:
    """The last row of each entity with at < end; None where there is none."""
    if feed.format == "parquet" and feed.time is not None:
        limit = to_local(end, feed.time.zone) - np.timedelta64(feed.time.shift)
        window = TimeRange(feed.time.columns[0], None, limit)
        rows = Rows(await tables.last(feed.file, feed.columns, feed.entity_columns, window))
        return await asyncio.to_thread(decode, feed, rows)
    found: Readings | None = None
    async for readings in read_feed(feed, tables):
        past = readings.take(_between(readings, None, end))
        found = _latest(past if found is None else _joined(found, past))
    return found


def _csv_rows(feed: TableFeed) -> Iterator[Rows]:
    return _opened(
        feed.file,
        feed.shown,
        lambda lines: read_rows(
            lines, feed.columns, shown=feed.shown, encoding=feed.encoding, delimiter=feed.delimiter
        ),
    )


def _opened(file: Path, shown: str, read: Callable[[Iterable[bytes]], Iterator[Rows]]) -> Iterator[Rows]:
    try:
        with file.open("rb") as lines:
            yield from read(lines)
    except OSError as exc:
        raise SourceUnavailable(f"{shown}: cannot be read: {exc.strerror}.") from exc


def _geojson_rows(feed: TableFeed) -> Iterator[Rows]:
    try:
        features = orjson.loads(feed.file.read_bytes())["features"]
    except OSError as exc:
        raise SourceUnavailable(f"{feed.shown}: cannot be read: {exc.strerror}.") from exc
    except orjson.JSONDecodeError as exc:
        raise SourceUnavailable(f"{feed.shown}:{exc.lineno}:{exc.colno}: not JSON: {exc.msg}.") from exc
    except (KeyError, TypeError) as exc:
        raise SourceUnavailable(f"{feed.shown}:1:1: not a GeoJSON FeatureCollection.") from exc
    columns = {name: np.empty(len(features), dtype=object) for name in feed.columns}
    for row, feature in enumerate(features):
        for name, column in columns.items():
            column[row] = feature.get("geometry") if name == GEOMETRY_COLUMN else feature["properties"].get(name)
    yield Rows(columns)


async def _windows(
    feed: TableFeed, tables: TableReader, start: datetime, end: datetime | None, rows: tuple[int, int]
) -> AsyncIterator[Readings]:
    if feed.time is None:
        raise SourceUnavailable(f"{feed.shown}: a register has no times.")
    spec, width = feed.time, np.timedelta64(3600, "s")
    at = to_local(start, spec.zone) - np.timedelta64(spec.shift)
    last = await _end_of_file(feed, tables)
    limit = last if end is None else min(last, to_local(end, spec.zone) - np.timedelta64(spec.shift))
    while at < limit:
        upto = min(at + width, limit)
        columns = await tables.read(feed.file, feed.columns, TimeRange(spec.columns[0], at, upto))
        readings = await asyncio.to_thread(decode, feed, Rows(columns))
        if len(readings) or readings.rejects:
            yield readings
        count = len(readings)
        width = width * 4 if count < rows[0] else width // 2 if count > rows[1] else width
        at = upto


async def _end_of_file(feed: TableFeed, tables: TableReader) -> np.datetime64:
    """Just past the last time in the file, in its own time."""
    column = feed.time.columns[0] if feed.time else ""
    found = await tables.last(feed.file, [column], [], TimeRange(column))
    if not len(found[column]):
        return np.datetime64(0, "us")
    last: np.datetime64 = found[column].astype("datetime64[us]")[0] + np.timedelta64(1, "us")
    return last


def _between(readings: Readings, start: datetime | None, end: datetime | None) -> npt.NDArray[np.bool_]:
    if readings.at is None:
        return np.zeros(len(readings), dtype=np.bool_)
    kept = np.ones(len(readings), dtype=np.bool_)
    if start is not None:
        kept &= readings.at >= _utc64(start)
    if end is not None:
        kept &= readings.at < _utc64(end)
    return kept


def _utc64(at: datetime) -> np.datetime64:
    return np.datetime64(at.astimezone(UTC).replace(tzinfo=None), "us")


def _joined(one: Readings, two: Readings) -> Readings:
    at = None if one.at is None or two.at is None else np.concatenate([one.at, two.at])
    values = {name: np.concatenate([each, two.values[name]]) for name, each in one.values.items()}
    return Readings(np.concatenate([one.entity, two.entity]), at, values, ())


def _latest(readings: Readings) -> Readings:
    """The newest row of each entity; of equally new ones the later in the file."""
    if readings.at is None or not len(readings):
        return readings
    newest: dict[str, int] = {}
    for row in np.argsort(readings.at, kind="stable"):
        newest[readings.entity[row]] = int(row)
    return readings.take(np.array(sorted(newest.values()), dtype=np.int64))


# Registers


async def load_registers(
    tenant: str, feeds: Sequence[TableFeed], *, intake: Intake, tables: TableReader, health: FeedHealth
) -> None:
    """Read every register once. A register that cannot be read is marked failed; the others are read."""
    for feed in feeds:
        if feed.kind != "register":
            continue
        try:
            async for readings in read_feed(feed, tables):
                _report(feed, readings, health)
                await _commit(tenant, feed, readings, intake, health)
            health.finished(feed.name)
        except SourceUnavailable as exc:
            health.failed(feed.name, exc.detail)


def _report(feed: TableFeed, readings: Readings, health: FeedHealth) -> None:
    for reject in readings.rejects:
        health.rejected(feed.name, reject.reason, reject.sample, reject.where)


async def _commit(tenant: str, feed: TableFeed, readings: Readings, intake: Intake, health: FeedHealth) -> None:
    """Commit rows in their order."""
    for batch in _rounds(fragments(feed, readings)):
        await _commit_batch(tenant, feed, batch, intake, health)


async def _commit_batch(
    tenant: str, feed: TableFeed, batch: Sequence[Entity], intake: Intake, health: FeedHealth
) -> None:
    report = await intake.commit(tenant, batch)
    times = [at for entity in batch for each in entity.attributes.values() if (at := each[0].observed_at)]
    # A row that said nothing new was still heard: it counts as a duplicate of its feed.
    health.accepted(feed.name, report.accepted, max(times, default=None))
    health.late(feed.name, report.late)
    health.duplicates(feed.name, report.unchanged)
    for refused in report.rejected:
        health.rejected(feed.name, refused.error.detail, refused.entity_id, feed.shown)


def _rounds(entities: Iterable[Entity]) -> Iterator[list[Entity]]:
    """In their order, no entity twice in one batch: listeners must see every reading, not only the last."""
    batch: list[Entity] = []
    ids: set[str] = set()
    for entity in entities:
        if entity.id in ids or len(batch) >= COMMIT_ROWS:
            yield batch
            batch, ids = [], set()
        batch.append(entity)
        ids.add(entity.id)
    if batch:
        yield batch


# History


async def load_history(
    tenant: str,
    feeds: Sequence[TableFeed],
    *,
    start: datetime,
    end: datetime,
    history: HistoryStore,
    tables: TableReader,
    documents: DocumentStore,
    health: FeedHealth,
    progress: Callable[[Progress], None] = lambda _: None,
) -> int:
    """Load the numbers of all series with start <= at < end into the history. Returns observations taken.

    What was loaded before is not read again, unless the file changed; after a kill it begins anew, which does no harm
    because the same observation twice is one.
    """
    taken = 0
    for feed in feeds:
        if feed.kind != "series" or not any(each.kind in NUMERIC for each in feed.attributes):
            continue
        try:
            taken += await _load_series(tenant, feed, start, end, history, tables, documents, health, progress)
        except SourceUnavailable as exc:
            health.failed(feed.name, exc.detail)
    return taken


async def _load_series(
    tenant: str,
    feed: TableFeed,
    start: datetime,
    end: datetime,
    history: HistoryStore,
    tables: TableReader,
    documents: DocumentStore,
    health: FeedHealth,
    progress: Callable[[Progress], None],
) -> int:
    begin = await _not_yet_loaded(tenant, feed, start, documents)
    rows = taken = 0
    pending: list[Readings] = []
    if begin < end:
        async for readings in read_between(feed, tables, begin, end, rows=LOAD_WINDOW_ROWS):
            _report(feed, readings, health)
            pending.append(readings)
            if sum(map(len, pending)) >= LOAD_ROWS:
                rows, taken = await _load(tenant, feed, pending, history, rows, taken)
                pending = []
                progress(Progress(feed.name, rows, finished=False))
        rows, taken = await _load(tenant, feed, pending, history, rows, taken)
        await _remember(tenant, feed, start, end, documents)
    progress(Progress(feed.name, rows, finished=True))
    return taken


async def _load(
    tenant: str, feed: TableFeed, pending: Sequence[Readings], history: HistoryStore, rows: int, taken: int
) -> tuple[int, int]:
    if not pending:
        return rows, taken
    joined = pending[0]
    for readings in pending[1:]:
        joined = _joined(joined, readings)
    made = await asyncio.to_thread(series, feed, joined)
    if made is not None and len(made.value):
        taken += await history.load(tenant, made)
    return rows + len(joined), taken


async def _not_yet_loaded(tenant: str, feed: TableFeed, start: datetime, documents: DocumentStore) -> datetime:
    body = await documents.get(LOADED, tenant, feed.name)
    if body is None:
        return start
    loaded = msgspec.json.decode(body, type=_Loaded)
    stat = feed.file.stat()
    same = loaded.size_bytes == stat.st_size and loaded.changed_ns == stat.st_mtime_ns
    return max(start, loaded.until) if same and loaded.start <= start else start


async def _remember(tenant: str, feed: TableFeed, start: datetime, end: datetime, documents: DocumentStore) -> None:
    stat = feed.file.stat()
    loaded = _Loaded(start, end, stat.st_size, stat.st_mtime_ns)
    await documents.put(LOADED, tenant, feed.name, msgspec.json.encode(loaded))


# Replay


async def replay(
    tenant: str,
    feeds: Sequence[TableFeed],
    *,
    clock: PlayedClock,
    history_from: datetime,
    intake: Intake,
    history: HistoryStore,
    tables: TableReader,
    documents: DocumentStore,
    health: FeedHealth,
    seeded: Callable[[], Awaitable[None]],
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Play all series by the city clock, for ever. At the start and after each jump or loop the city is first put into
    the state it had just before that time, then ``seeded`` is awaited (rules begin anew there), then time goes on.

    A bug in one feed ends that feed until the next jump. Raises StoreFull, StoreUnavailable while it puts the city into
    its state; begun anew, it does so at the clock's new time.
    """
    playing = [feed for feed in feeds if feed.kind == "series"]
    while True:
        epoch, now = clock.epoch, clock.now()
        for feed in playing:
            health.rewound(feed.name)
        await load_history(
            tenant,
            playing,
            start=history_from,
            end=now,
            history=history,
            tables=tables,
            documents=documents,
            health=health,
        )
        await seed(tenant, playing, now, intake=intake, tables=tables, health=health)
        if clock.epoch != epoch:
            continue  # the clock jumped meanwhile: rules must not judge the old time's values at the new time
        await seeded()
        async with asyncio.TaskGroup() as group:
            group.create_task(_next_epoch(clock, epoch))
            for feed in playing:
                group.create_task(_play(tenant, feed, now, epoch, clock, intake, tables, health, sleep))


async def _next_epoch(clock: PlayedClock, epoch: int) -> None:
    """Until the clock jumps or loops: a replay whose feeds have all ended still hears of it."""
    while await clock.wait_until(datetime.max.replace(tzinfo=UTC), epoch):
        pass


async def seed(
    tenant: str,
    feeds: Sequence[TableFeed],
    now: datetime,
    *,
    intake: Intake,
    tables: TableReader,
    health: FeedHealth,
) -> None:
    """Put the city into the state that the series had just before ``now``: last known values, and none that came
    later. The rows of ``now`` itself are played."""
    newest: dict[tuple[str, str], tuple[Entity, Attribute]] = {}
    for feed in feeds:
        try:
            readings = await last_before(feed, tables, now)
        except SourceUnavailable as exc:
            health.failed(feed.name, exc.detail)
            continue
        for entity in fragments(feed, readings) if readings is not None else ():
            for name, (instance,) in entity.attributes.items():
                known = newest.get((entity.id, name))
                if known is None or (known[1].observed_at or EPOCH) <= (instance.observed_at or EPOCH):
                    newest[entity.id, name] = (entity, instance)
    whole: dict[str, Entity] = {}
    for (entity_id, name), (entity, instance) in newest.items():
        before = whole.get(entity_id, replace_attributes(entity, {}))
        whole[entity_id] = replace_attributes(before, {**before.attributes, name: (instance,)})
    for batch in _rounds(whole[entity_id] for entity_id in sorted(whole)):
        await intake.commit(tenant, batch, late="overwrite")
    await _forget_later(tenant, feeds, now, intake)


def replace_attributes(entity: Entity, attributes: Mapping[str, tuple[Attribute, ...]]) -> Entity:
    return Entity(id=entity.id, types=entity.types, attributes=attributes)


async def _forget_later(tenant: str, feeds: Sequence[TableFeed], now: datetime, intake: Intake) -> None:
    """Remove attributes of the series that were observed at ``now`` or later: before that nobody knew them."""
    for type_uri in sorted({feed.type_uri for feed in feeds}):
        names = sorted({each.uri for feed in feeds if feed.type_uri == type_uri for each in feed.attributes})
        later: list[Entity] = []
        query = Query(types=type_uri, attributes=tuple(names), limit=COMMIT_ROWS)
        while page := (await intake.query(tenant, query)).items:
            for stored in page:
                entity = stored.entity()
                gone = {
                    name: (Attribute(kind=each.kind, value=NULL),)
                    for name in names
                    for each in entity.attributes.get(name, ())
                    if each.observed_at is not None and each.observed_at >= now
                }
                if gone:
                    later.append(Entity(id=entity.id, attributes=gone))
            query = replace(query, offset=query.offset + COMMIT_ROWS)
        if later:
            await intake.batch(tenant, "merge", later)


async def _play(
    tenant: str,
    feed: TableFeed,
    start: datetime,
    epoch: int,
    clock: PlayedClock,
    intake: Intake,
    tables: TableReader,
    health: FeedHealth,
    sleep: Sleep,
) -> None:
    """Play one series from ``start`` until its end or the next epoch."""
    try:
        async for readings in read_between(feed, tables, start, None):
            _report(feed, readings, health)
            if len(readings) and not await _play_rows(tenant, feed, readings, epoch, clock, intake, health, sleep):
                return
        health.finished(feed.name)
    except SourceUnavailable as exc:
        health.failed(feed.name, exc.detail)
    except Exception as exc:  # the other feeds and the hub outlive it
        logger.exception("%s ended by a bug", feed.name)
        health.failed(feed.name, f"A bug ended it: {type(exc).__name__}: {exc}. The log has the details.")


async def _play_rows(
    tenant: str,
    feed: TableFeed,
    readings: Readings,
    epoch: int,
    clock: PlayedClock,
    intake: Intake,
    health: FeedHealth,
    sleep: Sleep,
) -> bool:
    """Commit rows as the clock passes them; a row out of order comes with the ones before it. False: the epoch is
    over."""
    if readings.at is None:
        return True
    due = np.maximum.accumulate(readings.at)
    row = 0
    while row < len(readings):
        if not await clock.wait_until(_datetime(due[row]), epoch):
            return False
        upto = int(np.searchsorted(due, _utc64(clock.now()), side="right"))
        upto = min(max(upto, row + 1), row + COMMIT_ROWS)
        for batch in _rounds(fragments(feed, readings.take(np.arange(row, upto)))):
            await _commit_in_the_end(tenant, feed, batch, intake, health, sleep)
        row = upto
    return True


async def _commit_in_the_end(
    tenant: str, feed: TableFeed, batch: Sequence[Entity], intake: Intake, health: FeedHealth, sleep: Sleep
) -> None:
    """A store that cannot take now delays the replay, it does not punch a hole into it."""
    delay_s = 0.5
    while True:
        try:
            return await _commit_batch(tenant, feed, batch, intake, health)
        except DependencyError as exc:
            health.failed(feed.name, exc.detail)
            await sleep(delay_s)
            delay_s = min(delay_s * 2, 30.0)


# Playing through


async def play_through(
    tenant: str,
    feeds: Sequence[TableFeed],
    *,
    start: datetime,
    until: datetime,
    intake: Intake,
    tables: TableReader,
    health: FeedHealth,
    seeded: Callable[[], Awaitable[None]],
    reached: Callable[[datetime], Awaitable[None]],
) -> None:
    """Put the city into its state before ``start``, await ``seeded``, and commit every row of the series with
    start <= at <= until.

    Rows come in the order of city time, those of one moment in the order of the feeds; a row out of order comes with
    the ones before it. ``reached`` is awaited before the rows of each moment, and at the end. Nothing else decides what
    is committed when, so two runs do the same. Raises StoreFull, StoreUnavailable.
    """
    playing = [feed for feed in feeds if feed.kind == "series"]
    await seed(tenant, playing, start, intake=intake, tables=tables, health=health)
    await reached(start)
    await seeded()
    sources = [_moments(feed, tables, start, until, health) for feed in playing]
    ahead = [(found[0], number, found[1]) for number, each in enumerate(sources) if (found := await anext(each, None))]
    heapq.heapify(ahead)
    now = start
    while ahead:
        at, number, readings = ahead[0]
        now = max(now, at)
        await reached(now)
        await _commit(tenant, playing[number], readings, intake, health)
        found = await anext(sources[number], None)
        if found is None:
            heapq.heappop(ahead)
        else:
            heapq.heapreplace(ahead, (found[0], number, found[1]))
    await reached(until)


async def _moments(
    feed: TableFeed, tables: TableReader, start: datetime, until: datetime, health: FeedHealth
) -> AsyncIterator[tuple[datetime, Readings]]:
    """The rows of one series by the time at which they are due."""
    try:
        async for readings in read_between(feed, tables, start, until + MOMENT):
            _report(feed, readings, health)
            if readings.at is None or not len(readings):
                continue
            due = np.maximum.accumulate(readings.at)
            edges = [0, *(np.flatnonzero(due[1:] != due[:-1]) + 1).tolist(), len(readings)]
            for first, last in pairwise(edges):
                yield _datetime(due[first]), readings.take(np.arange(first, last))
        health.finished(feed.name)
    except SourceUnavailable as exc:
        health.failed(feed.name, exc.detail)


def _datetime(at: np.datetime64) -> datetime:
    return EPOCH + timedelta(microseconds=int(at.astype(np.int64)))
