"""What a table feed says in city.toml: which file, and how its columns become entities and attributes."""

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from madang.errors import ConfigError, Fault
from madang.model.entity import Json
from madang.model.feed import FeedPlan
from madang.model.keys import Key, Reader, Section
from madang.model.units import BY_CODE
from madang.ngsild.context import CORE

ValueKind = Literal[
    "number", "integer", "text", "language", "boolean", "date", "datetime", "point", "line", "geometry", "relationship"
]
NUMERIC = ("number", "integer")
FORMATS = ("csv", "parquet", "geojson")
ENCODINGS = ("utf-8", "utf-8-sig", "cp949")
GEOMETRY_COLUMN = "geometry"

_COLUMN = re.compile(r"\{([^{}]+)\}")

FEED = Section(
    '[[feed]] with connector = "table"',
    "a CSV, Parquet or GeoJSON file",
    (
        Key(
            "kind",
            "text",
            "register: things, read once; series: readings in time",
            required=True,
            choices=("register", "series"),
        ),
        Key("file", "text", "its path, from the city's directory", required=True),
        Key("format", "text", "csv, parquet or geojson; by the file's ending where left out", choices=FORMATS),
        Key("encoding", "text", "of a CSV file", "utf-8", choices=ENCODINGS),
        Key("delimiter", "text", "of a CSV file", ","),
        Key("type", "text", "entity type, short name", required=True),
        Key(
            "entity", "text", "entity id with columns in braces, for example urn:ngsi-ld:Device:{serial}", required=True
        ),
        Key(
            "where",
            "table",
            'only rows whose column has this value (or one of a list), for example { kind = "fast" }',
            {},
        ),
        Key("null", "texts", "texts that mean: no value", ("", "NA", "-", "null")),
        Key("time", "table", "series: when a row was observed"),
        Key("silent_after", "duration", "city time without news after which the feed counts as silent"),
        Key("attribute", "any", "its attributes, each as [[feed.attribute]]", required=True),
    ),
)
TIME = Section(
    "[feed.time]",
    "when a row of a series was observed",
    (
        Key("columns", "texts", "one column, or several that are joined with a blank", required=True),
        Key("format", "text", "iso, yyyymmdd, epoch_s, epoch_ms, or a pattern such as %Y년 %m월", "iso"),
        Key("timezone", "text", "zone of times that do not say theirs", required=True, vocabulary="time zone"),
        Key("shift", "duration", "added to each time, for example P1D for the end of a day", None),
    ),
)
ATTRIBUTE = Section(
    "[[feed.attribute]]",
    "one attribute made from the row",
    (
        Key("name", "text", "short name", required=True),
        Key(
            "kind",
            "text",
            "what the value is",
            "number",
            choices=(
                "number",
                "integer",
                "text",
                "language",
                "boolean",
                "date",
                "datetime",
                "point",
                "line",
                "geometry",
                "relationship",
            ),
        ),
        Key("column", "text", "the column it comes from", ""),
        Key("columns", "texts", "point: [lon, lat]; line: [lon, lat, lon, lat]", ()),
        Key("value", "any", "a constant instead of a column"),
        Key("words", "table", 'language: column by language tag, for example { ko = "name", en = "name_en" }', {}),
        Key("template", "text", "text and relationship: with columns in braces", ""),
        Key("unit", "text", "UN/CEFACT code", "", vocabulary="unit"),
        Key("scale", "number", "the column's number is multiplied by it", 1.0),
    ),
)
SECTIONS = (FEED, TIME, ATTRIBUTE)


@dataclass(frozen=True, slots=True)
class TimeSpec:
    columns: tuple[str, ...]
    format: str
    zone: ZoneInfo
    shift: timedelta


@dataclass(frozen=True, slots=True)
class AttributeSpec:
    """uri: expanded name. columns: all columns it reads. words: (language tag, column)."""

    name: str
    uri: str
    kind: ValueKind
    columns: tuple[str, ...]
    value: Json
    words: tuple[tuple[str, str], ...]
    template: str
    unit: str
    scale: float


@dataclass(frozen=True, slots=True)
class TableFeed:
    """A checked table feed. shown: the file as messages name it. type_uri: expanded. time: None for a register."""

    name: str
    title: Mapping[str, str]
    pack: str
    kind: Literal["register", "series"]
    file: Path
    shown: str
    format: Literal["csv", "parquet", "geojson"]
    encoding: str
    delimiter: str
    type: str
    type_uri: str
    entity: str
    entity_columns: tuple[str, ...]
    where: tuple[tuple[str, tuple[str, ...]], ...]
    null: frozenset[str]
    time: TimeSpec | None
    silent_after: timedelta | None
    attributes: tuple[AttributeSpec, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column it reads, each once."""
        time = self.time.columns if self.time else ()
        filters = [name for name, _ in self.where]
        used = [column for attribute in self.attributes for column in attribute.columns]
        return tuple(dict.fromkeys([*self.entity_columns, *time, *filters, *used]))


def parse_feeds(plans: Sequence[FeedPlan]) -> tuple[TableFeed, ...]:
    """Check the table feeds among the plans. Raises ConfigError with every fault."""
    faults: list[Fault] = []
    feeds: list[TableFeed] = []
    for plan in plans:
        if plan.connector != "table":
            continue
        reader = Reader(plan.document, vocabularies={"unit": list(BY_CODE), "time zone": sorted(available_timezones())})
        feed = _feed(reader, plan)
        faults += reader.faults
        if not reader.faults:
            feeds.append(feed)
    if faults:
        raise ConfigError(faults=faults)
    return tuple(feeds)


def _feed(reader: Reader, plan: FeedPlan) -> TableFeed:
    keys = reader.table(plan.path, plan.keys, FEED)
    file = plan.directory / (keys["file"] or "")
    if keys["file"] and not file.is_file():
        reader.fault(f'there is no file "{keys["file"]}"', plan.document.at_value((*plan.path, "file")))
    ending = file.suffix.lstrip(".").lower()
    shape: Any = keys["format"] or (ending if ending in FORMATS else "csv")
    if keys["kind"] == "series" and keys["time"] is None:
        reader.fault('a series needs the key "time"', plan.document.at_key(plan.path))
    if keys["kind"] == "series" and shape == "geojson":
        reader.fault("a GeoJSON file can only be a register", plan.document.at_value((*plan.path, "kind")))
    _codec(reader, plan, keys["encoding"])
    time = _time(reader, plan, keys["time"]) if keys["time"] is not None else None
    where = keys["where"] or {}
    return TableFeed(
        name=plan.name,
        title=plan.title,
        pack=plan.pack,
        kind=keys["kind"] or "register",
        file=file,
        shown=keys["file"] or "",
        format=shape,
        encoding=keys["encoding"],
        delimiter=keys["delimiter"],
        type=keys["type"] or "",
        type_uri=CORE.expand(keys["type"] or ""),
        entity=keys["entity"] or "",
        entity_columns=tuple(_COLUMN.findall(keys["entity"] or "")),
        where=tuple(
            (name, tuple(map(str, each if isinstance(each, list) else [each]))) for name, each in where.items()
        ),
        null=frozenset(keys["null"]),
        time=time,
        silent_after=keys["silent_after"],
        attributes=tuple(
            _attribute(reader, path, each)
            for path, each in reader.tables_in(plan.path, plan.keys, "attribute", ATTRIBUTE)
        ),
    )


def _codec(reader: Reader, plan: FeedPlan, encoding: str) -> None:
    try:
        codecs.lookup(encoding)
    except LookupError:
        reader.fault(f'unknown encoding "{encoding}"', plan.document.at_value((*plan.path, "encoding")))


def _time(reader: Reader, plan: FeedPlan, raw: Mapping[str, Any]) -> TimeSpec:
    keys = reader.table((*plan.path, "time"), raw, TIME)
    zone = keys["timezone"] if keys["timezone"] in available_timezones() else "UTC"
    return TimeSpec(keys["columns"] or (), keys["format"], ZoneInfo(zone), keys["shift"] or timedelta(0))


def _attribute(reader: Reader, path: tuple[str | int, ...], keys: Mapping[str, Any]) -> AttributeSpec:
    named = (keys["column"],) if keys["column"] else ()
    words = tuple((str(tag), str(column)) for tag, column in (keys["words"] or {}).items())
    template = tuple(_COLUMN.findall(keys["template"]))
    columns = (*named, *keys["columns"], *(column for _, column in words), *template)
    kind = keys["kind"]
    if kind == "geometry" and not columns and keys["value"] is None:
        columns = (GEOMETRY_COLUMN,)
    if not columns and keys["value"] is None:
        reader.fault("the attribute needs a column, or a value", reader.document.at_key(path))
    wanted = {"point": 2, "line": 4}.get(kind)
    if wanted is not None and len(columns) != wanted:
        reader.fault(f"a {kind} needs {wanted} columns, longitude first", reader.document.at_key(path))
    return AttributeSpec(
        name=keys["name"] or "",
        uri=CORE.expand(keys["name"] or ""),
        kind=kind,
        columns=columns,
        value=keys["value"],
        words=words,
        template=keys["template"],
        unit=keys["unit"],
        scale=float(keys["scale"]),
    )
