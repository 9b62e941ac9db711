"""The temporal API. Source: GS CIM 009 v1.9.1, clauses 5.6.11 to 5.6.16, 5.7.3, 5.7.4, 6.18 to 6.22 and 6.24."""

from dataclasses import replace
from typing import Final, Literal

import msgspec

from madang.errors import BadRequestData, InvalidRequest, Pointer
from madang.hub.history import Evolution
from madang.model.entity import Json
from madang.model.query import TemporalQuery
from madang.ngsild.parse import parse_temporal_entity
from madang.ngsild.query import parse_query
from madang.ngsild.serialize import Projection, Representation
from madang.ngsild.temporal import TemporalFormat, parse_instance_id, render_aggregated, render_temporal
from madang.ngsild.temporal_query import TEMPORAL_PARAMETERS, parse_temporal

from .call import NO_CONTENT, Answer, Call, Operation
from .negotiation import JSON, LD, MERGE_PATCH
from .ngsild_attributes import entity_id_of
from .ngsild_contexts import parse_flag
from .ngsild_entities import QUERY_PARAMS, query_params, selector_params
from .represent import View, page_headers, view_of

PATH = "/temporal/entities"
TEMPORAL_PARAMS: Final = frozenset(TEMPORAL_PARAMETERS)
_FORMATS: Final = ("temporalValues", "aggregatedValues", "simplified", "normalized")


async def put(call: Call) -> Answer:
    doc, context = await call.document()
    evolution = parse_temporal_entity(doc, context, attributes_max=call.city.settings.int("attributes_max"))
    if await call.city.history.put(call.tenant, evolution):
        return call.created(f"{call.url.rstrip('/')}/{evolution.id}")
    return NO_CONTENT


async def retrieve(call: Call) -> Answer:
    entity_id = entity_id_of(call)
    view, temporal_format, query = await _asked(call)
    found = await call.city.history.retrieve(call.tenant, entity_id, _attributes(view), query)
    return await call.give(_render(found, view, temporal_format, query), view.context)


async def query(call: Call) -> Answer:
    view, temporal_format, temporal = await _asked(call)
    return await _query(call, dict(call.params), view, temporal_format, temporal)


async def query_by_post(call: Call) -> Answer:
    """Source: clauses 5.2.23 and 6.24. The temporal part is ``temporalQ``."""
    doc, context = await call.document()
    if doc.get("type") != "Query":
        raise BadRequestData("The type must be Query.", "/type")
    params = {**query_params(doc), **_temporal_params(doc.get("temporalQ", {})), **call.params}
    for selector in doc.get("entities", [])[:1]:
        params |= selector_params(selector, Pointer("/entities/0"))
    temporal_format = _format(params, call.options)
    view = view_of(context, _without_format(params), call.options - set(_FORMATS))
    return await _query(call, params, view, temporal_format, _temporal(params, temporal_format))


def _temporal_params(temporal: Json) -> dict[str, str]:
    if not isinstance(temporal, dict):
        raise BadRequestData("temporalQ must be an object.", "/temporalQ")
    return {
        name: ",".join(value) if isinstance(value, list) else str(value)
        for name, value in temporal.items()
        if name in TEMPORAL_PARAMS
    }


async def _query(
    call: Call, params: dict[str, str], view: View, temporal_format: TemporalFormat, temporal: TemporalQuery
) -> Answer:
    settings = call.city.settings
    asked = parse_query(
        params, view.context, page_default=settings.int("page_default"), page_max=settings.int("page_max")
    )
    if asked.order:
        raise BadRequestData("Evolutions are ordered by id only (clause 5.7.4.4).", "orderBy")
    page = await call.city.history.query(call.tenant, asked, _attributes(view), temporal)
    total = page.total if asked.count else None
    more = page.total > asked.offset + asked.limit
    docs = [_render(found, view, temporal_format, temporal) for found in page.items]
    headers = page_headers(call, asked.limit, asked.offset, more, total)
    return await call.give(docs, view.context, headers=headers)


async def _asked(call: Call) -> tuple[View, TemporalFormat, TemporalQuery]:
    context = await call.linked_context()
    temporal_format = _format(call.params, call.options)
    view = view_of(context, _without_format(call.params), call.options - set(_FORMATS))
    return view, temporal_format, _temporal(call.params, temporal_format)


def _without_format(params: Json) -> dict[str, str]:
    return {name: value for name, value in params.items() if name != "format"}


def _format(params: Json, options: frozenset[str]) -> TemporalFormat:
    named = [params["format"]] if "format" in params else [name for name in _FORMATS if name in options]
    if len(named) > 1:
        raise BadRequestData("options names more than one format.", "options")
    match named[0] if named else "normalized":
        case "normalized":
            return "normalized"
        case "temporalValues" | "simplified":
            return "temporalValues"
        case "aggregatedValues":
            return "aggregatedValues"
        case other:
            raise InvalidRequest(f"{other!r} is not one of {', '.join(_FORMATS)}.")


def _temporal(params: Json, temporal_format: TemporalFormat) -> TemporalQuery:
    query = parse_temporal(params)
    if temporal_format == "aggregatedValues":
        if query.aggregation is None:
            raise BadRequestData("aggregatedValues needs aggrMethods.", "aggrMethods")
        return query
    return replace(query, aggregation=None)


def _attributes(view: View) -> list[str]:
    projection = view.projection
    names = projection.attrs if projection.attrs is not None else projection.pick
    return sorted(name for name in names or () if name not in ("id", "type", "scope"))


def _render(found: Evolution, view: View, temporal_format: TemporalFormat, query: TemporalQuery) -> Json:
    projection: Projection = view.projection
    if temporal_format == "aggregatedValues":
        methods = query.aggregation.methods if query.aggregation else ()
        return render_aggregated(
            found.entity_id, found.types, found.scope, found.buckets, view.context, methods, projection=projection
        )
    plain: Literal["normalized", "temporalValues"] = temporal_format
    shown = Representation("normalized", view.representation.sys_attrs, view.representation.lang)
    datasets = projection.dataset_ids
    seen = [one for one in found.observations if datasets is None or (one.dataset_id or "@none") in datasets]
    return render_temporal(found.entity_id, found.types, found.scope, seen, view.context, plain, shown, projection)


async def append(call: Call) -> Answer:
    entity_id = entity_id_of(call)
    doc, context = await call.document()
    most = call.city.settings.int("attributes_max")
    evolution = parse_temporal_entity({**doc, "id": entity_id}, context, attributes_max=most, fragment=True)
    await call.city.history.append(call.tenant, evolution)
    return NO_CONTENT


async def update_instance(call: Call) -> Answer:
    """Replace one instance: the old one goes, the new one comes with its own time."""
    entity_id, name, context = entity_id_of(call), call.path["name"], None
    doc, context = await call.document()
    at, dataset_id = parse_instance_id(call.path["instance_id"])
    most = call.city.settings.int("attributes_max")
    inner = doc.get(name, doc)
    evolution = parse_temporal_entity({"id": entity_id, name: inner}, context, attributes_max=most, fragment=True)
    await call.city.history.forget(call.tenant, entity_id, context.expand(name), dataset_id=dataset_id, at=at)
    await call.city.history.append(call.tenant, msgspec.structs.replace(evolution, id=entity_id))
    return NO_CONTENT


async def delete(call: Call) -> Answer:
    await call.city.history.forget(call.tenant, entity_id_of(call))
    return NO_CONTENT


async def delete_attribute(call: Call) -> Answer:
    entity_id = entity_id_of(call)
    context = await call.linked_context()
    dataset_id = call.params.get("datasetId")
    name = context.expand(call.path["name"])
    if parse_flag(call, "deleteAll"):
        await call.city.history.forget(call.tenant, entity_id, name)
    else:
        await call.city.history.forget_attribute(call.tenant, entity_id, name, dataset_id)
    return NO_CONTENT


async def delete_instance(call: Call) -> Answer:
    entity_id = entity_id_of(call)
    context = await call.linked_context()
    at, dataset_id = parse_instance_id(call.path["instance_id"])
    await call.city.history.forget(
        call.tenant, entity_id, context.expand(call.path["name"]), dataset_id=dataset_id, at=at
    )
    return NO_CONTENT


_ONE = PATH + "/{entity_id}"
_INSTANCE = _ONE + "/attrs/{name}/{instance_id}"
TEMPORAL = (
    Operation("GET", _ONE, retrieve, QUERY_PARAMS | TEMPORAL_PARAMS),
    Operation("GET", PATH, query, QUERY_PARAMS | TEMPORAL_PARAMS),
    Operation("POST", PATH, put),
    Operation("POST", "/temporal/entityOperations/query", query_by_post, QUERY_PARAMS | TEMPORAL_PARAMS),
    Operation("POST", _ONE + "/attrs", append),
    Operation("PATCH", _INSTANCE, update_instance, takes=(JSON, LD, MERGE_PATCH)),
    Operation("DELETE", _INSTANCE, delete_instance),
    Operation("DELETE", _ONE + "/attrs/{name}", delete_attribute, frozenset({"deleteAll", "datasetId"})),
    Operation("DELETE", _ONE, delete),
)
