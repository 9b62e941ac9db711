"""Entities. Source: GS CIM 009 v1.9.1, clauses 5.6.1, 5.6.6, 5.6.17, 5.6.18, 5.6.21, 5.7.1, 5.7.2, 6.4, 6.5, 6.23."""

from collections.abc import Mapping, Sequence
from dataclasses import replace as changed
from typing import Final

import orjson

from madang.errors import ROOT, BadRequestData, NotFound, Pointer
from madang.model.entity import Entity, Json
from madang.model.query import Query
from madang.ngsild.context import Context
from madang.ngsild.parse import parse_entity, parse_fragment
from madang.ngsild.query import parse_query
from madang.ngsild.time import parse_time
from madang.ports.state import Page, Stored

from .call import NO_CONTENT, Answer, Call, Operation
from .negotiation import GEO, JSON, LD, MERGE_PATCH
from .ngsild_attributes import check_type, entity_id_of, update_result
from .ngsild_batch import multi_status
from .represent import VIEW_PARAMS, View, give_entities, give_entity, one_more, page_headers, parse_view, view_of

PATH = "/entities"
FOR_ENTITIES: Final = (JSON, LD, GEO)

QUERY_PARAMS: Final = VIEW_PARAMS | frozenset(
    {
        "id", "type", "idPattern", "q", "csf", "georel", "geometry", "coordinates", "geoproperty", "scopeQ",
        "limit", "offset", "count", "orderBy", "orderFrom", "collation", "expandValues", "containedBy",
        "entityMap", "splitEntities",
    }
)  # fmt: skip


async def create(call: Call) -> Answer:
    doc, context = await call.document()
    entity = parse_entity(doc, context, attributes_max=call.city.settings.int("attributes_max"))
    await call.city.entities.create(call.tenant, entity)
    return call.created(f"{call.url.rstrip('/')}/{entity.id}")


async def retrieve(call: Call) -> Answer:
    entity_id = entity_id_of(call)
    view = await parse_view(call)
    if call.params:
        await check_type(call, entity_id, view.context)
    stored = await call.city.entities.retrieve(call.tenant, entity_id)
    if _hides_all(view, stored):
        raise NotFound(entity_id, f"{entity_id} has none of the members asked for.")
    if view.projection.attrs is not None and view.projection.attrs.isdisjoint(stored.entity().attributes):
        raise NotFound(entity_id, f"{entity_id} has none of the attributes asked for.")
    return await give_entity(call, stored, view)


def _hides_all(view: View, stored: Stored) -> bool:
    """Do pick and omit leave nothing of the entity? Source: clause 5.7.1.4."""
    shown = view.projection
    return (
        (shown.pick is not None or bool(shown.omit))
        and not (shown.has("id") or shown.has("type"))
        and not any(map(shown.attribute, stored.entity().attributes))
    )


async def query(call: Call) -> Answer:
    view = await parse_view(call)
    if call.params.get("type") == "*" and call.params.get("local") == "false":
        raise BadRequestData("type=* is answered locally; local=false contradicts it.", "local")
    asked = _picked(parse_query(call.params, view.context, **_page_limits(call)), view)
    found = await call.city.entities.query(call.tenant, changed(asked, limit=one_more(asked)))
    return await _give_page(call, found, asked, view)


def _picked(asked: Query, view: View) -> Query:
    """An entity of which pick leaves nothing is no answer (clause 4.21): one picked attribute must be there."""
    pick = view.projection.pick
    if pick is None or asked.attributes or not pick.isdisjoint({"id", "type", "scope"}):
        return asked
    return changed(asked, attributes=tuple(sorted(pick)))


def _page_limits(call: Call) -> dict[str, int]:
    settings = call.city.settings
    return {"page_default": settings.int("page_default"), "page_max": settings.int("page_max")}


async def _give_page(call: Call, found: Page, asked: Query, view: View) -> Answer:
    more = len(found.items) > asked.limit
    items = found.items[: asked.limit]
    return await give_entities(
        call, items, view, page_headers(call, asked.limit, asked.offset, more, found.total if asked.count else None)
    )


async def query_by_post(call: Call) -> Answer:
    """The question comes as a Query document. Source: clauses 5.2.23 and 6.23."""
    doc, context = await call.document()
    if doc.get("type") != "Query":
        raise BadRequestData("The type must be Query.", "/type")
    params = {**query_params(doc), **call.params}
    view = view_of(context, params, call.options)
    selectors = doc.get("entities", [])
    if not isinstance(selectors, list) or ("entities" in doc and not selectors):
        raise BadRequestData("entities must be a non-empty list of selectors.", "/entities")
    selections = [selector_params(item, ROOT / "entities" / index) for index, item in enumerate(selectors)]
    asked = [
        _picked(parse_query({**params, **selection}, context, **_page_limits(call)), view)
        for selection in selections or [{}]
    ]
    if len(asked) == 1:
        found = await call.city.entities.query(call.tenant, changed(asked[0], limit=one_more(asked[0])))
    else:
        found = await _any_of(call, asked)
    return await _give_page(call, found, asked[0], view)


_TEXTS: Final = ("q", "scopeQ", "lang", "csf", "orderBy", "datasetId", "geometryProperty", "format")
_LISTS: Final = ("attrs", "pick", "omit", "datasetId", "orderBy", "expandValues")


def query_params(doc: Mapping[str, Json]) -> dict[str, str]:
    """Members of a Query document as the parameters that say the same."""
    params: dict[str, str] = {}
    for name in (*_TEXTS, *_LISTS):
        value = doc.get(name)
        if isinstance(value, str):
            params[name] = value
        elif name in _LISTS and isinstance(value, list) and all(isinstance(item, str) for item in value):
            params[name] = ",".join(value)
        elif value is not None:
            raise BadRequestData(f"{name} must be a text{' or a list of texts' if name in _LISTS else ''}.", f"/{name}")
    geo = doc.get("geoQ")
    if geo is not None:
        params |= geo_params(geo, ROOT / "geoQ")
    return params


def geo_params(geo: Json, at: Pointer) -> dict[str, str]:
    """A GeoQuery document as query parameters. Source: clause 5.2.13."""
    if not isinstance(geo, dict):
        raise BadRequestData("geoQ must be an object.", at)
    params = {name: geo[name] for name in ("georel", "geometry", "geoproperty") if name in geo}
    if not all(isinstance(value, str) for value in params.values()):
        raise BadRequestData("georel, geometry and geoproperty are texts.", at)
    if "coordinates" in geo:
        coordinates = geo["coordinates"]
        params["coordinates"] = coordinates if isinstance(coordinates, str) else orjson.dumps(coordinates).decode()
    return params


def selector_params(selector: Json, at: Pointer) -> dict[str, str]:
    """An EntitySelector as query parameters. Source: clause 5.2.33."""
    if not isinstance(selector, dict):
        raise BadRequestData("A selector must be an object.", at)
    params: dict[str, str] = {}
    if "type" not in selector:
        raise BadRequestData("A selector needs a type.", at / "type")
    # Table 5.2.33-1: an id takes precedence over a pattern.
    for name in ("id", "type") if "id" in selector else ("idPattern", "type"):
        value = selector.get(name)
        if isinstance(value, list) and name != "idPattern" and all(isinstance(item, str) for item in value):
            value = ",".join(value)
        if value is not None:
            if not isinstance(value, str):
                raise BadRequestData(f"{name} must be a text.", at / name)
            params[name] = value
    return params


async def _any_of(call: Call, asked: Sequence[Query]) -> Page:
    """Entities that at least one of the queries finds, by id. Reads all of them: selectors are few and narrow."""
    found: dict[str, Stored] = {}
    for one in asked:
        page = await call.city.entities.query(call.tenant, changed(one, limit=_ALL, offset=0, count=False))
        found |= {stored.entity().id: stored for stored in page.items}
    first = asked[0]
    items = [found[entity_id] for entity_id in sorted(found)]
    return Page(items[first.offset : first.offset + one_more(first)], len(found))


_ALL: Final = 1_000_000_000


async def merge(call: Call) -> Answer:
    entity_id = entity_id_of(call)
    doc, context = await call.document()
    fragment = _fragment(call, doc, context, entity_id)
    observed = call.params.get("observedAt")
    observed_at = None if observed is None else parse_time(observed, "observedAt")
    await check_type(call, entity_id, context)
    await call.city.entities.merge(
        call.tenant, entity_id, fragment, observed_at=observed_at, lang=call.params.get("lang")
    )
    return NO_CONTENT


def _fragment(call: Call, doc: Json, context: Context, entity_id: str) -> Entity:
    most = call.city.settings.int("attributes_max")
    return parse_fragment(doc, context, entity_id, attributes_max=most, operation="merge")


async def replace(call: Call) -> Answer:
    entity_id = entity_id_of(call)
    doc, context = await call.document()
    if "id" in doc and doc["id"] != entity_id:
        raise BadRequestData(f"The id differs from that of the entity addressed, {entity_id}.", "/id")
    most = call.city.settings.int("attributes_max")
    await check_type(call, entity_id, context)
    stored = await call.city.entities.retrieve(call.tenant, entity_id)
    types = [context.compact(name) for name in stored.entity().types]
    entity = parse_entity({"id": entity_id, "type": types, **doc}, context, attributes_max=most)
    outcome = await call.city.entities.replace(call.tenant, entity_id, entity)
    return update_result(outcome)


async def delete(call: Call) -> Answer:
    entity_id = entity_id_of(call)
    await check_type(call, entity_id, await call.linked_context())
    await call.city.entities.delete(call.tenant, entity_id)
    return NO_CONTENT


async def purge(call: Call) -> Answer:
    """Delete all entities a query matches. Source: clause 5.6.21."""
    context = await call.linked_context()
    asked = parse_query(call.params, context, **_page_limits(call))
    report = await call.city.entities.purge(call.tenant, asked)
    return multi_status(call, report) if report.errors else NO_CONTENT


ENTITIES = (
    Operation("GET", PATH + "/{entity_id}", retrieve, VIEW_PARAMS | {"type", "entityMap"}, FOR_ENTITIES),
    Operation("GET", PATH, query, QUERY_PARAMS, FOR_ENTITIES),
    Operation("POST", PATH, create),
    Operation("PATCH", PATH + "/{entity_id}", merge, frozenset({"observedAt", "lang", "type", "format"}),
              takes=(JSON, LD, MERGE_PATCH)),
    Operation("PUT", PATH + "/{entity_id}", replace, frozenset({"type", "format"})),
    Operation("DELETE", PATH + "/{entity_id}", delete, frozenset({"type"})),
    Operation("DELETE", PATH, purge, QUERY_PARAMS),
    Operation("POST", "/entityOperations/query", query_by_post, QUERY_PARAMS, FOR_ENTITIES),
)  # fmt: skip
