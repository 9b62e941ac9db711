"""Columns of a file to readings, and readings to entities or series. Pure: no file, no clock."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from madang.model.entity import Attribute, Entity, Json, Kind
from madang.model.observation import Series

from .rows import Reject, Rows, column_at
from .spec import NUMERIC, AttributeSpec, TableFeed, TimeSpec

Times = npt.NDArray[np.datetime64]
Values = npt.NDArray[Any]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ATTRIBUTE_KIND: Mapping[str, Kind] = {
    "language": "LanguageProperty",
    "point": "GeoProperty",
    "line": "GeoProperty",
    "geometry": "GeoProperty",
    "relationship": "Relationship",
}


@dataclass(frozen=True, slots=True)
class Readings:
    """What rows of a feed say: parallel arrays. at: UTC, None for a register.

    values, by attribute name: float64 with NaN for missing (number, integer), else objects with None for missing.
    skipped: rows that the feed's ``where`` leaves out.
    """

    entity: Values
    at: Times | None
    values: Mapping[str, Values]
    rejects: tuple[Reject, ...]
    skipped: int = 0

    def __len__(self) -> int:
        return len(self.entity)

    def take(self, rows: Values) -> "Readings":
        """Some rows, by mask or index; the rejects stay behind."""
        at = None if self.at is None else self.at[rows]
        return Readings(self.entity[rows], at, {name: each[rows] for name, each in self.values.items()}, ())


def decode(feed: TableFeed, rows: Rows) -> Readings:
    """Map rows to readings. A row with an unreadable number, time or position is refused with its place."""
    count = len(next(iter(rows.columns.values()))) if rows.columns else 0
    kept = _selected(feed, rows.columns, count)
    bad: dict[int, tuple[str, str]] = {}
    at = _times(feed.time, rows.columns, kept, bad) if feed.time else None
    values = {each.name: _column(each, feed, rows.columns, count, kept, bad) for each in feed.attributes}
    entity = _ids(feed, rows.columns, count, kept, bad)
    rejects = [_reject(feed, rows, row, reason, column) for row, (reason, column) in sorted(bad.items())]
    good = kept.copy()
    good[list(bad)] = False
    whole = Readings(entity, at, values, ())
    taken = whole if good.all() else whole.take(good)
    return Readings(taken.entity, taken.at, taken.values, (*rows.rejects, *rejects), int(count - kept.sum()))


def _selected(feed: TableFeed, columns: Mapping[str, Values], count: int) -> npt.NDArray[np.bool_]:
    kept = np.ones(count, dtype=np.bool_)
    for name, allowed in feed.where:
        kept &= np.array([str(value).strip() in allowed for value in columns[name]], dtype=np.bool_)
    return kept


def _reject(feed: TableFeed, rows: Rows, row: int, reason: str, column: str) -> Reject:
    if not rows.records:
        sample = ", ".join(f"{name}={rows.columns[name][row]}" for name in rows.columns)
        return Reject(reason, sample, f"{feed.shown}#{row + 1}")
    record = rows.records[row]
    character = column_at(record, rows.order[column], feed.delimiter)
    return Reject(reason, record.rstrip("\r\n"), f"{feed.shown}:{rows.lines[row]}:{character}")


# Times


def _times(
    spec: TimeSpec, columns: Mapping[str, Values], kept: npt.NDArray[np.bool_], bad: dict[int, tuple[str, str]]
) -> Times:
    raw = columns[spec.columns[0]]
    if raw.dtype.kind == "M":
        at = to_utc(raw.astype("datetime64[us]"), spec.zone)
        for row in np.flatnonzero(np.isnat(at) & kept):
            bad[int(row)] = ("the time is missing", spec.columns[0])
    else:
        at = _parsed_times(spec, columns, kept, bad)
    shifted: Times = at + np.timedelta64(spec.shift)
    return shifted


def _parsed_times(
    spec: TimeSpec, columns: Mapping[str, Values], kept: npt.NDArray[np.bool_], bad: dict[int, tuple[str, str]]
) -> Times:
    """Text times; equal texts are parsed once, since whole blocks of rows share theirs."""
    texts = [" ".join(map(str, parts)).strip() for parts in zip(*(columns[name] for name in spec.columns), strict=True)]
    known: dict[str, int | str] = {}
    at = np.full(len(texts), "NaT", dtype="datetime64[us]")
    for row in np.flatnonzero(kept):
        text = texts[row]
        found = known.get(text)
        if found is None:
            found = known[text] = _microseconds(text, spec)
        if isinstance(found, str):
            bad[int(row)] = (found, spec.columns[0])
        else:
            at[row] = np.datetime64(found, "us")
    return at


def _microseconds(text: str, spec: TimeSpec) -> int | str:
    try:
        return (parse_time(text, spec.format, spec.zone) - EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        return "the time is missing" if not text else f"not a time of the format {spec.format}"


def parse_time(text: str, form: str, zone: ZoneInfo) -> datetime:
    """One time as aware UTC. An hour of 24 is midnight at the end of that day. Raises ValueError.

    A local time that a clock change repeats is taken as the first of the two.
    """
    if form in ("epoch_s", "epoch_ms"):
        return EPOCH + timedelta(seconds=float(text) / (1000 if form == "epoch_ms" else 1))
    day_later = " 24:" in text or "T24:" in text
    if day_later:
        text = text.replace(" 24:", " 00:").replace("T24:", "T00:")
    if form == "yyyymmdd":
        found = datetime.strptime(text, "%Y%m%d").replace(tzinfo=zone)
    elif form == "iso":
        found = datetime.fromisoformat(f"{text}-01" if len(text) == 7 else text)
    else:
        found = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
    found = found if found.tzinfo else found.replace(tzinfo=zone)
    return (found + timedelta(days=1) if day_later else found).astimezone(UTC)


def to_utc(local: Times, zone: ZoneInfo) -> Times:
    """Naive local times to UTC. Offsets change on whole quarters of an hour, so each quarter is looked up once."""
    if zone.key == "UTC" or not len(local):
        return local
    quarters = local.astype("datetime64[m]").astype(np.int64) // 15
    quarters[np.isnat(local)] = 0
    first = int(quarters.min())
    distinct = np.unique(quarters)
    table = np.zeros(int(quarters.max()) - first + 1, dtype=np.int64)
    naive_epoch = datetime(1970, 1, 1)  # noqa: DTZ001 - the wall clock's own count
    for quarter in distinct:
        wall = naive_epoch + timedelta(minutes=15 * int(quarter))
        offset = wall.replace(tzinfo=zone).utcoffset() or timedelta(0)
        table[int(quarter) - first] = offset // timedelta(microseconds=1)
    shifted: Times = local - table[quarters - first].astype("timedelta64[us]")
    return shifted


def to_local(at: datetime, zone: ZoneInfo) -> np.datetime64:
    """The wall clock's time at an instant, as files write it."""
    return np.datetime64(at.astimezone(zone).replace(tzinfo=None), "us")


# Values


def _column(
    spec: AttributeSpec,
    feed: TableFeed,
    columns: Mapping[str, Values],
    count: int,
    kept: npt.NDArray[np.bool_],
    bad: dict[int, tuple[str, str]],
) -> Values:
    if spec.value is not None and spec.kind in NUMERIC:
        return np.full(count, float(spec.value))
    if spec.kind in NUMERIC:
        return _numbers(spec, feed, columns[spec.columns[0]], kept, bad)
    made = np.empty(count, dtype=object)
    sources = [columns[name] for name in spec.columns]
    make = _MAKERS[spec.kind]
    for row in np.flatnonzero(kept):
        parts = [_missing(source[row], feed.null) for source in sources]
        try:
            made[row] = make(spec, parts)
        except ValueError as exc:
            bad[int(row)] = (str(exc), spec.columns[0])
    return made


def _numbers(
    spec: AttributeSpec, feed: TableFeed, raw: Values, kept: npt.NDArray[np.bool_], bad: dict[int, tuple[str, str]]
) -> Values:
    if raw.dtype.kind in "iufb":
        numbers = raw.astype(np.float64)
        return numbers if spec.scale == 1.0 else numbers * spec.scale
    numbers = np.full(len(raw), np.nan)
    for row in np.flatnonzero(kept):
        text = _missing(raw[row], feed.null)
        if text is None:
            continue
        try:
            number = float(text)
        except ValueError:
            bad[int(row)] = ("not a number", spec.columns[0])
            continue
        if not np.isfinite(number) or (spec.kind == "integer" and number != int(number)):
            bad[int(row)] = ("not a whole number" if np.isfinite(number) else "not a number", spec.columns[0])
        else:
            numbers[row] = number * spec.scale
    return numbers


def _missing(value: object, null: frozenset[str]) -> Any:
    """The value, None where it means that there is none. Texts lose blanks around them."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    if not isinstance(value, str):
        return value
    text = value.strip()
    return None if text in null else text


def _text(spec: AttributeSpec, parts: Sequence[Any]) -> Json:
    if spec.value is not None:
        return spec.value
    if spec.template:
        return _filled(spec.template, spec.columns, parts)
    return None if parts[0] is None else str(parts[0])


def _language(spec: AttributeSpec, parts: Sequence[Any]) -> Json:
    words = {tag: str(part) for (tag, _), part in zip(spec.words, parts, strict=True) if part is not None}
    return words or None


def _boolean(spec: AttributeSpec, parts: Sequence[Any]) -> Json:
    if spec.value is not None:
        return bool(spec.value)
    text = str(parts[0]).lower()
    if parts[0] is None:
        return None
    if text in ("true", "1", "y", "yes"):
        return True
    if text in ("false", "0", "n", "no"):
        return False
    raise ValueError("not yes or no")


def _date(spec: AttributeSpec, parts: Sequence[Any]) -> Json:
    if parts[0] is None:
        return None
    return {"@type": "Date", "@value": date.fromisoformat(str(parts[0])[:10]).isoformat()}


def _datetime(spec: AttributeSpec, parts: Sequence[Any]) -> Json:
    """A local time without a zone stays one: a calendar says when doors open on the clock of the place."""
    if parts[0] is None:
        return None
    return {"@type": "DateTime", "@value": datetime.fromisoformat(str(parts[0])).isoformat()}


def _point(spec: AttributeSpec, parts: Sequence[Any]) -> Json:
    pair = _positions(parts)
    return None if pair is None else {"type": "Point", "coordinates": pair[0]}


def _line(spec: AttributeSpec, parts: Sequence[Any]) -> Json:
    pairs = _positions(parts)
    return None if pairs is None else {"type": "LineString", "coordinates": pairs}


def _positions(parts: Sequence[Any]) -> list[list[float]] | None:
    """Pairs of longitude and latitude; None where one is missing. Raises ValueError outside the globe."""
    if any(part is None for part in parts):
        return None
    numbers = [float(part) for part in parts]
    pairs = [[lon, lat] for lon, lat in zip(numbers[::2], numbers[1::2], strict=True)]
    for lon, lat in pairs:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise ValueError(f"{lon:g}, {lat:g} is not a longitude and a latitude")
    return pairs


def _geometry(spec: AttributeSpec, parts: Sequence[Any]) -> Json:
    return parts[0] if spec.value is None else spec.value


def _relationship(spec: AttributeSpec, parts: Sequence[Any]) -> Json:
    if spec.value is not None:
        return spec.value
    if any(part is None for part in parts):
        return None
    return _filled(spec.template, spec.columns, parts) if spec.template else str(parts[0])


_MAKERS: Mapping[str, Callable[[AttributeSpec, Sequence[Any]], Json]] = {
    "text": _text,
    "language": _language,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
    "point": _point,
    "line": _line,
    "geometry": _geometry,
    "relationship": _relationship,
}


def _filled(template: str, columns: Sequence[str], parts: Sequence[Any]) -> str | None:
    if any(part is None for part in parts):
        return None
    for column, part in zip(columns, parts, strict=True):
        template = template.replace(f"{{{column}}}", str(part))
    return template


def _ids(
    feed: TableFeed,
    columns: Mapping[str, Values],
    count: int,
    kept: npt.NDArray[np.bool_],
    bad: dict[int, tuple[str, str]],
) -> Values:
    """Entity ids. Of one typed column each distinct value is formatted once: a million rows have few things."""
    ids = np.full(count, feed.entity, dtype=object)
    if not feed.entity_columns:
        return ids
    first = columns[feed.entity_columns[0]]
    if len(feed.entity_columns) == 1 and first.dtype.kind in "iu":
        distinct, inverse = np.unique(first, return_inverse=True)
        made = np.array([_filled(feed.entity, feed.entity_columns, [value]) for value in distinct], dtype=object)
        return made[inverse]
    sources = [columns[name] for name in feed.entity_columns]
    known: dict[tuple[Any, ...], str] = {}
    for row in np.flatnonzero(kept):
        parts = tuple(_missing(source[row], feed.null) for source in sources)
        made_id = known.get(parts)
        if made_id is None:
            made_id = _filled(feed.entity, feed.entity_columns, parts) or ""
            known[parts] = made_id
        if not made_id or any(char.isspace() for char in made_id):
            bad[int(row)] = (
                "the entity's id is missing" if not made_id else "blank in the entity's id",
                feed.entity_columns[0],
            )
        ids[row] = made_id
    return ids


# What the readings become


def fragments(feed: TableFeed, readings: Readings) -> Iterator[Entity]:
    """One fragment per row, in row order; attributes without a value are left out."""
    times = None if readings.at is None else [EPOCH + timedelta(microseconds=int(at)) for at in _as_us(readings.at)]
    columns = [(spec, readings.values[spec.name].tolist()) for spec in feed.attributes]
    for row, entity_id in enumerate(readings.entity):
        at = None if times is None else times[row]
        attributes = {
            spec.uri: (
                Attribute(
                    _ATTRIBUTE_KIND.get(spec.kind, "Property"), value, observed_at=at, unit_code=spec.unit or None
                ),
            )
            for spec, column in columns
            if (value := _json(spec, column[row])) is not None
        }
        yield Entity(id=entity_id, types=(feed.type_uri,), attributes=attributes)


def _json(spec: AttributeSpec, value: Any) -> Json:
    if not isinstance(value, float) or spec.kind not in NUMERIC:
        return value
    if value != value:
        return None
    whole = int(value)
    # 640 cars is written 640: a count that came as a float is still a count.
    return whole if whole == value else round(value, 9)


def series(feed: TableFeed, readings: Readings) -> Series | None:
    """The numbers among the readings as columns for the history; None where there are none."""
    if readings.at is None:
        return None
    ids, names, times, values = [], [], [], []
    for spec in feed.attributes:
        if spec.kind not in NUMERIC:
            continue
        column = readings.values[spec.name]
        there = ~np.isnan(column)
        every = bool(there.all())
        ids.append(readings.entity if every else readings.entity[there])
        times.append(readings.at if every else readings.at[there])
        values.append(column if every else column[there])
        names.append(np.full(len(values[-1]), spec.uri, dtype=object))
    if not ids:
        return None
    units = {spec.uri: spec.unit for spec in feed.attributes if spec.kind in NUMERIC and spec.unit}
    return Series(
        feed.type_uri, np.concatenate(ids), np.concatenate(names), np.concatenate(times), np.concatenate(values), units
    )


def _as_us(at: Times) -> npt.NDArray[np.int64]:
    return at.astype("datetime64[us]").astype(np.int64)
