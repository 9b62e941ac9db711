"""One entity: everything the city knows about it, now or at a past moment, and its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.errors import BadRequestData, NotFound
from madang.model.entity import LOCATION, Entity
from madang.model.formula import Formula
from madang.model.query import Query, Window
from madang.ngsild.context import CORE
from madang.ngsild.parse import parse_time
from madang.ngsild.serialize import Representation, render_entity
from madang.ngsild.time import format_time
from madang.packs.pack import FittedPack, Range, Stuck, Threshold
from madang.ports.history import Points
from madang.web.city import City

from .alerts import AlertRow, alert_rows
from .attributes import (
    AttributeRow,
    attribute_rows,
    attribute_title,
    complete,
    declared_attribute,
    entity_path,
    fitting,
    symbol_of,
    type_titles,
)
from .boards import csv_answer
from .cityview import default_instance, entities_at, label, plain
from .csvtext import lines_csv, local_time
from .layers import is_number
from .ranges import DAY_S, card_span, choose, ranges, usual_window, window_until
from .render import moment, page, read_reader
from .series import Line, cells_of, derived_points, line_of, to_ms, usual_of, with_band
from .sparkline import sparkline
from .texts import say

POINTS_MAX = 1500
"""Points of a drawn line; more than a screen has columns."""

CSV_POINTS_MAX = 200_000
TABLE_ROWS = 200
CARD_VALUES = 4
_ALERT_PREFIX = "urn:ngsi-ld:Alert:"


def entity_routes(cities: Mapping[str, City]) -> list[Route]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        one = await _look(city, request, request.path_params["id"])
        rows = flagged_rows(city.packs, attribute_rows(city.packs, one.entity, one.lang), one.alerts)
        chosen = choose_attribute(rows, request.query_params.get("attribute"))
        range_ = choose(request.query_params.get("range"), city.settings.float("clock_step"))
        line = None
        if chosen:
            line = await load_line(city, one, chosen.name, window_until(one.now, range_.span), most=POINTS_MAX)
        return await page(
            request,
            cities,
            city,
            "map",
            "entity.html",
            entity=_head(city, one),
            rows=rows,
            relationships=[row for row in rows if row.shown.links and row.kind.endswith("Relationship")],
            alerts=one.alerts,
            charts=[row for row in rows if row.chart],
            chosen=chosen,
            range_key=range_.key,
            ranges=[known.key for known in ranges(city.settings.float("clock_step"))],
            table=_table(line, city, chosen) if line and chosen else [],
            path=entity_path(one.entity.id),
            span_s=int(range_.span.total_seconds()) if range_.span else "",
            since=_since(one, range_.span),
            raw=_raw(one.entity),
        )

    async def card(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        entity_id = request.path_params["id"]
        try:
            one = await _look(city, request, entity_id)
        except NotFound:
            # An id may itself end in "/card": then this address is that entity's page.
            request.path_params["id"] = f"{entity_id}/card"
            return await show(request)
        rows = attribute_rows(city.packs, one.entity, one.lang)
        step_s = city.settings.float("clock_step")
        return await page(
            request,
            cities,
            city,
            "map",
            "card.html",
            entity=_head(city, one),
            rows=card_rows(rows),
            alerts=[alert for alert in one.alerts if alert.open],
            spark=await _spark(city, one, choose_attribute(rows, None)),
            path=entity_path(one.entity.id),
            since=_since(one, card_span(step_s)),
            spark_range="30d" if step_s >= DAY_S else "24h",
        )

    async def series(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        one = await _look(city, request, request.path_params["id"])
        asked = read_series(request, one.now)
        line = await load_line(city, one, asked.attribute, asked.window, most=asked.most)
        body = orjson.dumps(_series_json(city, one, asked, line))
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def series_csv(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        one = await _look(city, request, request.path_params["id"])
        asked = read_series(request, one.now)
        line = await load_line(city, one, asked.attribute, asked.window, most=CSV_POINTS_MAX)
        declared = declared_attribute(city.packs, one.entity, asked.attribute)
        titled = replace(line, name=attribute_title(declared, asked.attribute, one.lang))
        words = {key: say(f"chart.{key}", one.lang) for key in ("time", "low", "high")}
        text = lines_csv([titled], _symbol(city, one.entity, asked.attribute), city.profile.timezone, **words)
        return csv_answer(text, f"{city.name}-{_file_name(one.entity.id)}-{_file_name(asked.attribute)}")

    return [
        Route("/{city}/api/entities/{id:path}/series", series),
        Route("/{city}/api/entities/{id:path}/series.csv", series_csv),
        Route("/{city}/entities/{id:path}/card", card),
        Route("/{city}/entities/{id:path}", show),
    ]


@dataclass(frozen=True, slots=True)
class Look:
    """One entity at the moment a reader asked for, with its alerts."""

    entity: Entity
    alerts: Sequence[AlertRow]
    now: datetime
    lang: str


async def _look(city: City, request: Request, entity_id: str) -> Look:
    """Raises NotFound with what to do."""
    reader = read_reader(request, city)
    if reader.at is None:
        try:
            entity = (await city.entities.retrieve("", entity_id)).entity()
        except NotFound as exc:
            raise NotFound(entity_id, say("entity.missing", reader.lang, id=entity_id)) from exc
    else:
        stored = (await city.entities.retrieve("", entity_id)).entity()
        found = await entities_at(city, Query(types=stored.types[0], ids=(entity_id,), limit=1), reader.at)
        if not found:
            raise NotFound(entity_id, say("entity.missing", reader.lang, id=entity_id))
        entity = found[0]
    rows = await alert_rows(city, reader.lang, reader.at, source=entity_id)
    rows.sort(key=lambda row: (not row.open, -(row.since.timestamp() if row.since else 0.0)))
    return Look(entity, rows, moment(reader, city), reader.lang)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for a line. attribute: as packs write it."""

    attribute: str
    window: Window
    most: int


def read_series(request: Request, now: datetime) -> Asked:
    """``?attribute=&from=&to=&most=``; without ``to`` until now, without ``from`` all there is.

    Raises BadRequestData.
    """
    query = request.query_params
    attribute = query.get("attribute", "")
    if not attribute:
        raise BadRequestData("Say which attribute: ?attribute=name.", "attribute")
    start = parse_time(query["from"], "from") if query.get("from") else None
    end = parse_time(query["to"], "to") if query.get("to") else now
    most_text = query.get("most", str(POINTS_MAX))
    if not most_text.isascii() or not most_text.isdigit() or not 4 <= int(most_text) <= CSV_POINTS_MAX:
        raise BadRequestData(f"most is {most_text!r}; it must be a number from 4 to {CSV_POINTS_MAX}.", "most")
    return Asked(attribute, Window(start, min(end, now) + timedelta(microseconds=1)), int(most_text))


def choose_attribute(rows: Sequence[AttributeRow], name: str | None) -> AttributeRow | None:
    """The attribute that is asked for, else the first one with a history."""
    charted = [row for row in rows if row.chart]
    return next((row for row in charted if row.name == name), charted[0] if charted else None)


def card_rows(rows: Sequence[AttributeRow]) -> list[AttributeRow]:
    """The few values that matter most: what is live, else whatever is a number."""
    live = [row for row in rows if row.live]
    return (live or [row for row in rows if row.number is not None])[:CARD_VALUES]


def flagged_rows(
    packs: Sequence[FittedPack], rows: Sequence[AttributeRow], alerts: Sequence[AlertRow]
) -> list[AttributeRow]:
    """Rows with the titles of the open alerts that doubt or report their value."""
    about: dict[str, list[str]] = {}
    for alert in alerts:
        if alert.open:
            for name in watched(packs, alert.id):
                about.setdefault(name, []).append(alert.title)
    return [replace(row, flags=tuple(about.get(row.name, ()))) for row in rows]


def watched(packs: Sequence[FittedPack], alert_id: str) -> tuple[str, ...]:
    """The attributes an alert is about, by the rule in its id (``urn:ngsi-ld:Alert:<pack>:<rule>:…``)."""
    pack_name, rule_id = _rule_of(alert_id)
    for pack in packs:
        for rule in pack.rules:
            if pack.name == pack_name and rule.head.id == rule_id:
                return _formula_names(pack, rule) if isinstance(rule, Threshold) else (rule.attribute,)
    return ()


def _rule_of(alert_id: str) -> tuple[str, str]:
    """Pack and rule of an alert's id; ("", "") for an alert that no pack raised."""
    pack, _, rest = alert_id.removeprefix(_ALERT_PREFIX).partition(":")
    return (pack, rest.partition(":")[0]) if alert_id.startswith(_ALERT_PREFIX) else ("", "")


def _formula_names(pack: FittedPack, rule: Threshold) -> tuple[str, ...]:
    """The derived attribute a threshold watches (its formula may stand there written out), else what it reads."""
    formulas = pack.formulas(rule.head.type)
    derived = tuple(name for name, formula in formulas.items() if formula.root == rule.value.root)
    return derived or rule.value.names


def doubtful(packs: Sequence[FittedPack], alerts: Sequence[AlertRow], attribute: str) -> list[tuple[int, int | None]]:
    """When the attribute's values were impossible or stuck: (from, to) in ms; None while it still is so."""
    kinds = {(pack.name, rule.head.id) for pack in packs for rule in pack.rules if isinstance(rule, (Range, Stuck))}
    return [
        (to_ms(alert.since), to_ms(alert.until) if alert.until else None)
        for alert in alerts
        if alert.since and attribute in watched(packs, alert.id) and _rule_of(alert.id) in kinds
    ]


async def load_line(city: City, one: Look, attribute: str, window: Window, *, most: int) -> Line:
    """An attribute's line with its usual range; a derived one is computed from the lines of its parts."""
    entity = one.entity
    formulas = (pack.formulas(kind.name).get(attribute) for pack, kind in fitting(city.packs, entity))
    formula = next((found for found in formulas if found), None)
    timezone = city.profile.timezone
    step_s = city.settings.float("clock_step")
    hourly = step_s < DAY_S
    if formula is None:
        uri = CORE.expand(attribute)
        points = await city.history.points("", entity.id, uri, window, most=most)
        usuals = await city.history.usual(
            "", entity.types[0], uri, usual_window(one.now, step_s), timezone=timezone.key, entity_ids=(entity.id,)
        )
        cells = cells_of(usuals)
    else:
        points = await _derived(city, entity, formula, window, most)
        past = await _derived(city, entity, formula, usual_window(one.now, step_s), CSV_POINTS_MAX)
        cells = usual_of([to_ms(at) for at in past.at], past.value, timezone)
    gap_ms = _thinned_gap_ms(points, most)
    return with_band(line_of(entity.id, attribute, points, gap_ms=gap_ms), cells, timezone, smooth=hourly)


async def _derived(city: City, entity: Entity, formula: Formula, window: Window, most: int) -> Points:
    parts: dict[str, Points] = {}
    constants: dict[str, float] = {}
    for name in formula.names:
        uri = CORE.expand(name)
        instance = default_instance(entity, uri)
        if instance and instance.observed_at is None and is_number(instance.value):
            constants[name] = float(instance.value)
        else:
            parts[name] = await city.history.points("", entity.id, uri, window, most=most)
    return derived_points(formula, parts, constants)


def _thinned_gap_ms(points: Points, most: int) -> float:
    """Thinned points lie up to two stretches apart without a gap."""
    if len(points.at) <= most // 2:
        return 0.0
    return 4 * (to_ms(points.at[-1]) - to_ms(points.at[0])) / most


def _symbol(city: City, entity: Entity, attribute: str) -> str:
    instance = default_instance(complete(city.packs, entity), CORE.expand(attribute))
    return symbol_of(instance.unit_code if instance else None, declared_attribute(city.packs, entity, attribute))


def _series_json(city: City, one: Look, asked: Asked, line: Line) -> dict[str, Any]:
    declared = declared_attribute(city.packs, one.entity, asked.attribute)
    start, end = asked.window.start, asked.window.end
    first = line.at[0] if line.at else to_ms(one.now)
    return {
        "kind": "line",
        "title": attribute_title(declared, asked.attribute, one.lang),
        "symbol": _symbol(city, one.entity, asked.attribute),
        "digits": declared.digits if declared else None,
        "from": to_ms(start) if start else first,
        "to": to_ms(end) if end else to_ms(one.now),
        "daily": city.settings.float("clock_step") >= DAY_S,
        "multiples": False,
        "leftOut": 0,
        "doubtful": doubtful(city.packs, one.alerts, asked.attribute),
        "lines": [
            {
                "name": attribute_title(declared, asked.attribute, one.lang),
                "path": "",
                "at": line.at,
                "value": line.value,
                "low": line.low,
                "high": line.high,
            }
        ],
    }


def _head(city: City, one: Look) -> dict[str, Any]:
    times = [i.observed_at for instances in one.entity.attributes.values() for i in instances if i.observed_at]
    return {
        "id": one.entity.id,
        "name": label(one.entity, one.lang),
        "types": type_titles(city.packs, one.entity, one.lang),
        "at": max(times, default=None),
        "located": plain(one.entity, LOCATION) is not None,
        "open": sum(alert.open for alert in one.alerts),
    }


def _table(line: Line, city: City, row: AttributeRow) -> list[dict[str, Any]]:
    """The newest values first, with their usual range where one is known."""
    found = []
    for index in range(len(line.at) - 1, -1, -1):
        value = line.value[index]
        if value is not None:
            usual = (line.low[index], line.high[index]) if line.low else None
            found.append({"time": local_time(line.at[index], city.profile.timezone), "value": value, "usual": usual})
        if len(found) >= TABLE_ROWS:
            break
    return found


def _since(one: Look, span: timedelta | None) -> str:
    """Where a stretch until now begins, for an address; "" for all there is."""
    return format_time(one.now - span) if span else ""


def _raw(entity: Entity) -> str:
    document = render_entity(entity, CORE, Representation(sys_attrs=True))
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


async def _spark(city: City, one: Look, row: AttributeRow | None) -> dict[str, Any] | None:
    """A small line of the last day (30 days where data are daily) against usual; None where there is no line."""
    if row is None:
        return None
    step_s = city.settings.float("clock_step")
    span = card_span(step_s)
    window = window_until(one.now, span)
    line = await load_line(city, one, row.name, window, most=300)
    if not any(value is not None for value in line.value):
        return None
    drawn = sparkline(line, (to_ms(one.now - span), to_ms(one.now)))
    known = [value for value in line.value if value is not None]
    return {
        "line": drawn,
        "title": row.title,
        "name": row.name,
        "symbol": row.shown.symbol,
        "low": min(known),
        "high": max(known),
    }


def _file_name(text: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "-" for sign in text)[:80]
