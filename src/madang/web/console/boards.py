"""Boards: what each pack says about the city in tiles, charts and tables."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.errors import NotFound
from madang.model.entity import Entity
from madang.model.query import Query
from madang.ngsild.context import CORE
from madang.packs.compare import CompareResult, compare
from madang.packs.pack import Chart, FittedPack, Table, Tile
from madang.ports.history import HistoryStore
from madang.web.city import City

from .attributes import attribute_title, entity_path, shown_value
from .charts import LINES_MAX, ChartData, Remembered, chart_data, fitted
from .cityview import alarmed_ids, default_instance, entities_at, label, plain
from .compareview import compare_csv, compare_view
from .csvtext import lines_csv, local_time
from .derived import all_derived
from .format import number_text, time_text
from .layers import is_number
from .render import Reader, moment, page, read_reader
from .series import to_ms
from .texts import pick, say
from .tiles import TileValue, table_columns, table_rows, tile_value

ENTITIES_MAX = 20_000
"""Entities of one type that a board reads."""

INDEX_TILES = 3
"""Tiles of a pack's card on the page of all boards."""

LEAD_MAX = 0.25
"""Share of a chart that may be empty before its first value."""

COMPARE_HEADER = ("entity", "events", "weekend", "mean", "days", "change")
NO_STORE = {"Cache-Control": "no-store"}

MULTIPLES_FROM = 4
"""An ``each`` chart with this many lines or more is drawn as small charts side by side."""


@dataclass(slots=True)
class Moment:
    """One request's look at a city: entities are read once per type, however many tiles and tables ask for them."""

    city: City
    reader: Reader
    now: datetime
    _entities: dict[tuple[str, str], Sequence[Entity]]

    @classmethod
    def of(cls, city: City, reader: Reader) -> "Moment":
        return cls(city, reader, moment(reader, city), {})

    async def entities(self, pack: FittedPack, type_name: str) -> Sequence[Entity]:
        """All of a type, with what the pack derives."""
        key = (pack.name, type_name)
        if key not in self._entities:
            query = Query(types=pack.type(type_name).uri, limit=ENTITIES_MAX)
            found = await entities_at(self.city, query, self.reader.at)
            self._entities[key] = all_derived(pack, type_name, found)
        return self._entities[key]

    async def tile(self, pack: FittedPack, tile: Tile) -> TileValue:
        """Counting without a formula is left to the store, which need not read the entities for it."""
        if tile.aggregate == "count" and not pack.formulas(tile.type) and self.reader.at is None:
            attributes = (CORE.expand(tile.attribute),) if tile.attribute else ()
            query = Query(types=pack.type(tile.type).uri, attributes=attributes, q=tile.q, limit=0, count=True)
            total = (await self.city.entities.query("", query)).total or 0
            return TileValue(float(total), total, total)
        return tile_value(tile, await self.entities(pack, tile.type))


def board_routes(cities: Mapping[str, City]) -> list[Route]:
    remembered = {name: Remembered() for name in cities}

    def asked(request: Request) -> tuple[City, Moment]:
        city = cities[request.path_params["city"]]
        return city, Moment.of(city, read_reader(request, city))

    async def index(request: Request) -> Response:
        city, at = asked(request)
        cards = [await _card(at, pack) for pack in city.packs]
        return await page(request, cities, city, "boards", "boards.html", cards=cards)

    async def board(request: Request) -> Response:
        city, at = asked(request)
        pack = await here(at, find_pack(city, request.path_params["pack"]))
        return await page(
            request,
            cities,
            city,
            "boards",
            "board.html",
            pack=_head(pack, at.reader.lang),
            packs=[_head(one, at.reader.lang) for one in city.packs],
            state=await _state(at, pack),
            tiles=[await _tile(at, pack, tile) for tile in pack.tiles],
            charts=laid_out([_chart(at, pack, chart) for chart in pack.charts]),
            tables=[await _table(at, pack, table) for table in pack.tables],
        )

    async def tiles(request: Request) -> Response:
        """Only the tiles, for pages that are open; ``?only=`` names the ones whose type changed."""
        city, at = asked(request)
        pack = find_pack(city, request.path_params["pack"])
        only = request.query_params.get("only")
        chosen = [tile for tile in pack.tiles if only is None or tile.id in only.split(",")]
        found = [await _tile(at, pack, tile) for tile in chosen]
        return await page(request, cities, city, "boards", "tiles.html", tiles=found)

    async def table(request: Request) -> Response:
        city, at = asked(request)
        pack = find_pack(city, request.path_params["pack"])
        chosen = next((one for one in pack.tables if one.id == request.path_params["table"]), None)
        if chosen is None:
            raise NotFound(request.path_params["table"], "This board has no such table.")
        return await page(request, cities, city, "boards", "table.html", table=await _table(at, pack, chosen))

    async def bars(request: Request) -> Response:
        """A compare chart's bars, for the board."""
        city, at = asked(request)
        pack, one = find_chart(city, request)
        if one.kind != "compare":
            raise NotFound(one.id, f"The chart {one.id!r} does not compare.")
        view = await _compare(at, pack, one, remembered[city.name])
        return await page(request, cities, city, "boards", "compare.html", open=False, **view)

    async def chart(request: Request) -> Response:
        city, at = asked(request)
        pack, one = find_chart(city, request)
        head: dict[str, Any] = {"pack": _head(pack, at.reader.lang), "chart": _chart(at, pack, one)}
        if one.kind == "compare":
            view = await _compare(at, pack, one, remembered[city.name])
            return await page(request, cities, city, "boards", "comparison.html", open=True, **head, **view)
        data = await _load(at, pack, one, remembered[city.name])
        return await page(
            request,
            cities,
            city,
            "boards",
            "chart.html",
            **head,
            lines=data.lines,
            rows=_rows(data, at),
            digits=_digits(pack, one),
        )

    async def chart_json(request: Request) -> Response:
        city, at = asked(request)
        pack, one = find_chart(city, request)
        if one.kind == "compare":
            result = await _compared(at, pack, one, remembered[city.name])
            return Response(msgspec.json.encode(result), media_type="application/json", headers=NO_STORE)
        data = await _load(at, pack, one, remembered[city.name])
        body = orjson.dumps(_json(at, pack, one, data))
        return Response(body, media_type="application/json", headers=NO_STORE)

    async def chart_csv(request: Request) -> Response:
        city, at = asked(request)
        pack, one = find_chart(city, request)
        lang = at.reader.lang
        name = f"{city.name}-{pack.name}-{one.id}"
        if one.kind == "compare":
            result = await _compared(at, pack, one, remembered[city.name])
            return csv_answer(compare_csv(result.lines, await _names(at, pack, one), COMPARE_HEADER), name)
        data = await _load(at, pack, one, remembered[city.name])
        symbol = _symbol(pack, one)
        words = {key: say(f"chart.{key}", lang) for key in ("time", "low", "high")}
        text = lines_csv(data.lines, symbol, city.profile.timezone, **words)
        return csv_answer(text, name)

    base = "/{city}/boards/{pack}"
    return [
        Route("/{city}/boards", index),
        Route(base, board),
        Route(base + "/tiles", tiles),
        Route(base + "/tables/{table}", table),
        Route(base + "/charts/{chart}.json", chart_json),
        Route(base + "/charts/{chart}.csv", chart_csv),
        Route(base + "/charts/{chart}/bars", bars),
        Route(base + "/charts/{chart}", chart),
    ]


def csv_answer(text: str, name: str) -> Response:
    """name: of the file, without its ending; plain ASCII."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)


def largest_first(entities: Sequence[Entity], attribute: str) -> Sequence[Entity]:
    """By what they have now, so that a chart which cannot show all lines shows those that weigh most."""
    uri = CORE.expand(attribute)
    return sorted(entities, key=lambda entity: -float(value) if is_number(value := plain(entity, uri)) else math.inf)


def find_pack(city: City, name: str) -> FittedPack:
    found = next((pack for pack in city.packs if pack.name == name), None)
    if found is None:
        raise NotFound(name, f"This city has no board {name!r}. Its boards are at /{city.name}/boards.")
    return found


def find_chart(city: City, request: Request) -> tuple[FittedPack, Chart]:
    pack = find_pack(city, request.path_params["pack"])
    name = request.path_params["chart"]
    found = next((chart for chart in pack.charts if chart.id == name), None)
    if found is None:
        raise NotFound(name, f"The board {pack.name!r} has no chart {name!r}.")
    return pack, fitted(found, city.settings.float("clock_step"))


async def here(at: Moment, pack: FittedPack) -> FittedPack:
    """The pack without tiles, charts and tables of types this city has nothing of."""
    counts = await at.city.entities.count_types("")
    known = {name for name, kind in pack.types.items() if counts.get(kind.uri)}
    return replace(
        pack,
        tiles=tuple(tile for tile in pack.tiles if tile.type in known),
        charts=tuple(
            fitted(chart, at.city.settings.float("clock_step")) for chart in pack.charts if chart.type in known
        ),
        tables=tuple(table for table in pack.tables if table.type in known),
    )


def _head(pack: FittedPack, lang: str) -> dict[str, Any]:
    return {"name": pack.name, "title": pick(pack.title, lang), "what": pick(pack.what, lang), "icon": pack.icon}


async def _card(at: Moment, pack: FittedPack) -> dict[str, Any]:
    pack = await here(at, pack)
    tiles = [await _tile(at, pack, tile) for tile in pack.tiles[:INDEX_TILES]]
    return {**_head(pack, at.reader.lang), "tiles": tiles}


async def _state(at: Moment, pack: FittedPack) -> str:
    """One sentence: how many of the board's things have an open alert."""
    alarmed = await alarmed_ids(at.city, at.reader.at)
    n = 0
    for entity_type in {rule.head.type for rule in pack.rules}:
        if entity_type in pack.types:
            n += sum(entity.id in alarmed for entity in await at.entities(pack, entity_type)) if alarmed else 0
    lang = at.reader.lang
    return (say("board.alarmed", lang, n=number_text(n)) if n else say("state.calm", lang)) + "."


async def _tile(at: Moment, pack: FittedPack, tile: Tile) -> dict[str, Any]:
    found = await at.tile(pack, tile)
    counted = tile.aggregate == "count"
    return {
        "id": tile.id,
        "pack": pack.name,
        "type": tile.type,
        "title": pick(tile.title, at.reader.lang),
        "text": None if found.value is None else number_text(found.value, tile.digits),
        "symbol": tile.symbol,
        "count": None if counted else found.count,
        "at": found.at,
        "at_ms": to_ms(found.at) if found.at else None,
    }


def _chart(at: Moment, pack: FittedPack, chart: Chart) -> dict[str, Any]:
    lang = at.reader.lang
    path = f"boards/{pack.name}/charts/{chart.id}"
    attribute = pack.type(chart.type).attribute(chart.attribute)
    return {
        "id": chart.id,
        "kind": chart.kind,
        "type": chart.type,
        "title": pick(chart.title, lang),
        "value": attribute_title(attribute, chart.attribute, lang),
        "symbol": _symbol(pack, chart),
        "period": "" if chart.kind == "compare" else _period_text(chart, lang),
        "band": chart.band,
        "note": pick(chart.note, lang) if chart.note else "",
        "path": path,
        "wide": chart.aggregate == "each" or chart.kind == "compare",
    }


def laid_out(charts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Charts stand two in a row; one that would stand alone beside nothing becomes wide."""
    alone = False
    for index, chart in enumerate(charts):
        alone = not chart["wide"] and not alone
        last = index + 1 == len(charts) or charts[index + 1]["wide"]
        if alone and last:
            chart["wide"] = True
            alone = False
    return charts


def _period_text(chart: Chart, lang: str) -> str:
    """``last 24 h, every 15 min``."""
    return say("chart.period", lang, span=duration_text(chart.span, lang, 2), step=duration_text(chart.period, lang, 1))


def duration_text(duration: timedelta, lang: str, days_from: int) -> str:
    """In the largest whole unit; days only from ``days_from`` of them on (24 h rather than 1 day)."""
    seconds = int(duration.total_seconds())
    if seconds % 86_400 == 0 and seconds >= days_from * 86_400:
        return say("duration.days", lang, n=number_text(seconds // 86_400))
    if seconds % 3600 == 0:
        return say("duration.hours", lang, n=number_text(seconds // 3600))
    return say("duration.minutes", lang, n=number_text(seconds / 60))


def _symbol(pack: FittedPack, chart: Chart) -> str:
    attribute = pack.type(chart.type).attribute(chart.attribute)
    return attribute.symbol if attribute else ""


def _digits(pack: FittedPack, chart: Chart) -> int:
    attribute = pack.type(chart.type).attribute(chart.attribute)
    return attribute.digits if attribute else 0


async def _load(at: Moment, pack: FittedPack, chart: Chart, remembered: Remembered) -> ChartData:
    """The chart's lines; remembered for a quarter of its period, so a full room of readers costs one query."""
    city, now = at.city, at.now
    quarter_s = max(1.0, chart.period.total_seconds() / 4)
    key = (pack.name, chart.id, at.reader.lang, city.clock.epoch, now.timestamp() // quarter_s, at.reader.at)

    async def load() -> ChartData:
        entities = await at.entities(pack, chart.type)
        if chart.entities:
            chosen = {entity.id: entity for entity in entities}
            entities = [chosen[entity_id] for entity_id in chart.entities if entity_id in chosen]
        elif chart.aggregate == "each" and len(entities) > LINES_MAX:
            entities = largest_first(entities, chart.attribute)
        return await chart_data(
            chart,
            pack,
            entities,
            city.history,
            now,
            timezone=city.profile.timezone,
            lang=at.reader.lang,
            title=_chart(at, pack, chart)["value"],
            remembered=remembered,
        )

    return await remembered.get(key, load)


def _json(at: Moment, pack: FittedPack, chart: Chart, data: ChartData) -> dict[str, Any]:
    first_ms, last_ms = shown_span(data)
    return {
        "kind": chart.kind,
        "title": pick(chart.title, at.reader.lang),
        "symbol": _symbol(pack, chart),
        "digits": _digits(pack, chart),
        "from": first_ms,
        "to": last_ms,
        "note": _shown_text(at, data, first_ms) if first_ms > to_ms(data.grid.start) else "",
        "daily": chart.period >= timedelta(days=1),
        "multiples": len(data.lines) >= MULTIPLES_FROM,
        "leftOut": data.left_out,
        "lines": [
            {
                "name": line.name,
                "path": entity_path(line.id) if line.id else "",
                "at": line.at,
                "value": line.value,
                "low": line.low,
                "high": line.high,
            }
            for line in data.lines
        ],
    }


async def _compared(at: Moment, pack: FittedPack, chart: Chart, remembered: Remembered) -> CompareResult:
    """Years of days: an answer is good for a week of city time."""
    key = (pack.name, chart.id, at.city.clock.epoch, at.now.isocalendar()[:2])
    # compare asks the history for points only, which the use case offers as the store does.
    history = cast(HistoryStore, at.city.history)

    async def make() -> CompareResult:
        return await compare(
            chart,
            pack,
            tenant="",
            entities=at.city.entities,
            history=history,
            zone=at.city.profile.timezone,
            now=at.now,
        )

    return await remembered.get(key, make)


async def _names(at: Moment, pack: FittedPack, chart: Chart) -> dict[str, str]:
    return {entity.id: label(entity, at.reader.lang) for entity in await at.entities(pack, chart.type)}


async def _compare(at: Moment, pack: FittedPack, chart: Chart, remembered: Remembered) -> dict[str, Any]:
    result = await _compared(at, pack, chart, remembered)
    lang = at.reader.lang
    what = pick(pack.type(chart.grouping.type).title, lang) if chart.grouping else ""
    names = await _names(at, pack, chart)
    return {
        "parts": compare_view(result, names, digits=_digits(pack, chart), symbol=_symbol(pack, chart), lang=lang),
        "what": what,
        "caption": say("compare.caption", lang, what=what.lower(), first=result.first, last=result.last),
    }


def shown_span(data: ChartData) -> tuple[int, int]:
    """From and to in ms. A chart of a year where only a month is known begins with that month, not with emptiness."""
    start_ms, end_ms = to_ms(data.grid.start), to_ms(data.grid.end)
    known = [at for line in data.lines for at, value in zip(line.at, line.value, strict=True) if value is not None]
    first_ms = min(known, default=start_ms)
    return (first_ms if first_ms - start_ms > (end_ms - start_ms) * LEAD_MAX else start_ms), end_ms


def _shown_text(at: Moment, data: ChartData, first_ms: int) -> str:
    first = datetime.fromtimestamp(first_ms / 1000, UTC)
    text = time_text(first, at.city.profile.timezone, at.reader.lang, step_s=data.grid.period.total_seconds())
    return say("chart.since", at.reader.lang, time=text)


def _rows(data: ChartData, at: Moment) -> list[dict[str, Any]]:
    """Newest first, for the table: one row per time that has any value."""
    zone = at.city.profile.timezone
    values = [dict(zip(line.at, line.value, strict=True)) for line in data.lines]
    usual = [
        {when: (low, high) for when, low, high in zip(line.at, line.low, line.high, strict=True)} if line.low else {}
        for line in data.lines
    ]
    times = sorted({when for column in values for when, value in column.items() if value is not None}, reverse=True)
    return [
        {
            "time": local_time(when, zone),
            "values": [column.get(when) for column in values],
            "usual": [column.get(when) for column in usual],
        }
        for when in times
    ]


async def _table(at: Moment, pack: FittedPack, table: Table) -> dict[str, Any]:
    lang = at.reader.lang
    entity_type = pack.type(table.type)
    columns = table_columns(pack, table)
    entities = await at.entities(pack, table.type)
    rows = [
        {
            "name": label(row.entity, lang),
            "path": entity_path(row.entity.id),
            "cells": [_cell(pack, table, row.entity, column.uri, column.name, lang) for column in columns],
            "at": row.at,
            "at_ms": to_ms(row.at) if row.at else None,
        }
        for row in table_rows(table, columns, entities)
    ]
    return {
        "id": table.id,
        "type": table.type,
        "title": pick(table.title, lang),
        "path": f"boards/{pack.name}/tables/{table.id}",
        "what": pick(entity_type.title, lang),
        "columns": [
            {
                "title": attribute_title(entity_type.attribute(column.name), column.name, lang),
                "symbol": column.symbol,
                "number": column.number,
            }
            for column in columns
        ],
        "rows": rows,
        "of": len(entities),
    }


def _cell(pack: FittedPack, table: Table, entity: Entity, uri: str, name: str, lang: str) -> dict[str, Any]:
    instance = default_instance(entity, uri)
    if instance is None:
        return {"text": "", "links": ()}
    shown = shown_value(instance, lang, pack.type(table.type).attribute(name))
    return {"text": shown.text, "links": shown.links}
