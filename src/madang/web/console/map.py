"""The city map."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from madang.errors import NotFound
from madang.model.entity import Entity
from madang.model.query import Query
from madang.web.city import City

from .cityview import alarmed_ids, count_open_alerts, entities_at
from .format import number_text
from .layers import MapLayer, feature, largest, properties
from .live import Live
from .render import moment, page, read_reader
from .texts import pick, say

FEATURES_MAX = 20_000
"""More than a browser draws smoothly; a layer larger than this needs tiles."""


def map_routes(cities: Mapping[str, City], lives: Mapping[str, Live]) -> list[Route]:
    """``/{city}/map`` and its data."""

    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        reader = read_reader(request, city)
        counts = await city.entities.count_types("")
        shown = _shown(request)
        layers = [_describe(one, reader.lang, counts, shown) for one in lives[city.name].layers]
        groups = [
            {
                "icon": pack.icon,
                "title": pick(pack.title, reader.lang),
                "layers": [layer for layer in layers if layer["pack"] == pack.name],
            }
            for pack in city.packs
        ]
        profile = city.profile
        config = {
            "centre": list(profile.centre),
            "zoom": profile.zoom,
            "tiles": _tiles(city),
            "base": [
                {
                    "role": file.role,
                    "url": f"/{city.name}/api/base/{index}.geojson",
                    "label": pick(file.label, reader.lang),
                }
                for index, file in enumerate(profile.base)
            ],
            "layers": layers,
            "entity": request.query_params.get("entity", ""),
            "words": {"nothing": say("no.data", reader.lang)},
        }
        return await page(
            request,
            cities,
            city,
            "map",
            "map.html",
            config=config,
            groups=[group for group in groups if group["layers"]],
            state=await state_sentence(city, reader.lang, reader.at),
            note=pick(profile.note, reader.lang),
            credits=profile.credits,
        )

    async def layer(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        live = lives[city.name]
        one = _find(live.layers, request.path_params["layer"])
        reader = read_reader(request, city)
        lang = request.query_params.get("lang", reader.lang)
        entities = await entities_at(city, Query(types=one.type_uri, limit=FEATURES_MAX), reader.at)
        return Response(
            orjson.dumps(
                collection(
                    one,
                    entities,
                    lang,
                    live,
                    now=moment(reader, city),
                    alarmed=await alarmed_ids(city, reader.at),
                    past=reader.at is not None,
                )
            ),
            media_type="application/geo+json",
            headers={"Cache-Control": "no-store"},
        )

    async def base(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        index = request.path_params["index"]
        if index >= len(city.profile.base):
            raise NotFound(request.url.path)
        return FileResponse(
            city.profile.base[index].file, media_type="application/geo+json", headers={"Cache-Control": "max-age=3600"}
        )

    async def tiles(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        file = city.profile.directory / city.settings.str("tiles")
        if not file.is_file() or file.suffix != ".pmtiles":
            raise NotFound(request.url.path, "This city has no tile file.")
        return FileResponse(file)

    return [
        Route("/{city}/map", show),
        Route("/{city}/api/tiles.pmtiles", tiles),
        Route("/{city}/api/layers/{layer}.geojson", layer),
        Route("/{city}/api/base/{index:int}.geojson", base),
    ]


def collection(
    one: MapLayer, entities: Sequence[Entity], lang: str, live: Live, *, now: Any, alarmed: frozenset[str], past: bool
) -> dict[str, Any]:
    """A layer as a FeatureCollection; remembers the layer's largest size, which the news of it are measured by."""
    size_max = largest(one, entities)
    if not past:
        live.sizes[one.key] = size_max
    features = [
        feature(one, entity, lang, properties(one, entity, now=now, alarmed=alarmed, size_max=size_max))
        for entity in entities
    ]
    return {"type": "FeatureCollection", "features": [found for found in features if found]}


async def state_sentence(city: City, lang: str, at: datetime | None) -> str:
    """What needs somebody: open alerts, and feeds that are silent or failed."""
    open_alerts = await count_open_alerts(city, at)
    states = [status.state for status in city.feeds.statuses()] if at is None else []
    parts = [say("state.alerts", lang, n=number_text(open_alerts)) if open_alerts else say("state.calm", lang)]
    for state in ("silent", "failed"):
        if n := states.count(state):
            parts += [say(f"state.{state}", lang, n=n)]
    if len(parts) == 1 and states:
        parts.append(say("state.feeds", lang, n=len(states)))
    return ", ".join(parts) + "."


def _tiles(city: City) -> str:
    """What the map loads behind the city's own base: a tile URL as set, or where the set file is served; "" for
    none.
    """
    tiles = city.settings.str("tiles")
    return f"pmtiles:///{city.name}/api/tiles.pmtiles" if tiles.endswith(".pmtiles") else tiles


def _find(layers: Sequence[MapLayer], key: str) -> MapLayer:
    for one in layers:
        if one.key == key:
            return one
    raise NotFound(key, f"This city has no map layer {key!r}.")


def _shown(request: Request) -> frozenset[str] | None:
    """Layers named in ``?layers=``; None where the packs decide."""
    text = request.query_params.get("layers")
    return None if text is None else frozenset(text.split(","))


def _describe(one: MapLayer, lang: str, counts: Mapping[str, int], shown: frozenset[str] | None) -> dict[str, Any]:
    layer, entity_type = one.layer, one.pack.type(one.layer.type)
    attribute = entity_type.attribute(layer.value) if layer.value else None
    usual = layer.scale == "usual"
    symbol = say("map.of.usual", lang) if usual else attribute.symbol if attribute else ""
    return {
        "key": one.key,
        "pack": one.pack.name,
        "title": pick(layer.title, lang),
        "geometry": layer.geometry,
        "value": layer.value,
        "value_title": pick(attribute.title, lang) if attribute else "",
        "symbol": symbol,
        "digits": 2 if usual else attribute.digits if attribute else 0,
        "size": layer.size,
        "scale": layer.scale,
        "classes": list(layer.classes),
        "boundText": [number_text(bound) for bound in layer.classes],
        "reverse": layer.reverse,
        "accent": "--things",
        "label": bool(layer.value) and layer.scale != "category",
        "labelFrom": 11 if counts.get(one.type_uri, 0) <= 60 else 14,
        "shown": one.key in shown if shown is not None else layer.default,
        "count": counts.get(one.type_uri, 0),
    }
