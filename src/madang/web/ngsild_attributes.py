"""Attributes of one entity. Source: GS CIM 009 v1.9.1, clauses 5.6.2 to 5.6.5, 5.6.19, 6.6 and 6.7."""

import orjson

from madang.errors import BadRequestData, NotFound, Pointer
from madang.model.entity import Entity
from madang.ngsild.context import Context
from madang.ngsild.evaluate import matches_types
from madang.ngsild.merge import Outcome
from madang.ngsild.parse import Operation as Purpose
from madang.ngsild.parse import parse_attribute, parse_fragment, parse_uri
from madang.ngsild.types_query import parse_types

from .call import NO_CONTENT, Answer, Call, Operation
from .negotiation import JSON, LD, MERGE_PATCH
from .ngsild_contexts import parse_flag

PATH = "/entities/{entity_id}/attrs"
PATCHES = (JSON, LD, MERGE_PATCH)


def entity_id_of(call: Call) -> str:
    return parse_uri(call.path["entity_id"], Pointer("entityId"))


async def fragment_of(call: Call, purpose: Purpose) -> tuple[Entity, Context]:
    """The body as a fragment of the entity the path names."""
    entity_id = entity_id_of(call)
    doc, context = await call.document()
    most = call.city.settings.int("attributes_max")
    return parse_fragment(doc, context, entity_id, attributes_max=most, operation=purpose), context


async def append(call: Call) -> Answer:
    fragment, context = await fragment_of(call, "append")
    await check_type(call, fragment.id, context)
    overwrite = "noOverwrite" not in call.options
    outcome = await call.city.entities.append(call.tenant, fragment.id, fragment, overwrite=overwrite)
    return update_result(outcome)


async def update(call: Call) -> Answer:
    fragment, context = await fragment_of(call, "update")
    await check_type(call, fragment.id, context)
    return update_result(await call.city.entities.update(call.tenant, fragment.id, fragment))


async def partial_update(call: Call) -> Answer:
    entity_id = entity_id_of(call)
    doc, context = await call.document()
    name = context.expand(call.path["name"])
    await check_type(call, entity_id, context)
    await call.city.entities.partial_update(call.tenant, entity_id, name, parse_attribute(doc, name, context))
    return NO_CONTENT


async def replace(call: Call) -> Answer:
    entity_id = entity_id_of(call)
    doc, context = await call.document()
    name = context.expand(call.path["name"])
    await check_type(call, entity_id, context)
    await call.city.entities.replace_attribute(
        call.tenant, entity_id, name, parse_attribute(doc, name, context, whole=True)
    )
    return NO_CONTENT


async def delete(call: Call) -> Answer:
    entity_id = entity_id_of(call)
    context = await call.linked_context()
    delete_all = parse_flag(call, "deleteAll")
    dataset_id = call.params.get("datasetId")
    if delete_all and dataset_id is not None:
        raise BadRequestData("deleteAll and datasetId exclude each other.", "deleteAll")
    if dataset_id is not None:
        dataset_id = parse_uri(dataset_id, Pointer("datasetId"))
    await check_type(call, entity_id, context)
    await call.city.entities.delete_attribute(
        call.tenant, entity_id, context.expand(call.path["name"]), dataset_id=dataset_id, delete_all=delete_all
    )
    return NO_CONTENT


async def check_type(call: Call, entity_id: str, context: Context) -> None:
    """The parameter ``type`` gates a change: an entity of another type is as good as not there (v1.9.1).

    Raises NotFound, NonexistentTenant.
    """
    await call.city.entities.check_tenant(call.tenant)
    text = call.params.get("type")
    if text:
        entity = (await call.city.entities.retrieve(call.tenant, entity_id)).entity()
        types = parse_types(text, context)
        if types is not None and not matches_types(types, entity.types):
            raise NotFound(entity_id, f"{entity_id} is not of type {text}.")


def update_result(outcome: Outcome) -> Answer:
    """204, or 207 with an UpdateResult where some attributes were left out. Names are expanded: an answer of this
    kind has no @context. Source: clause 5.2.18."""
    if not outcome.not_updated:
        return NO_CONTENT
    left_out = [{"attributeName": name, "reason": reason} for name, reason in outcome.not_updated]
    body = orjson.dumps({"updated": sorted(outcome.changed), "notUpdated": left_out})
    return Answer(207, body, [("content-type", JSON)])


_TYPE = frozenset({"type"})
ATTRIBUTES = (
    Operation("PATCH", PATH + "/{name}", partial_update, _TYPE, takes=PATCHES),
    Operation("PATCH", PATH, update, _TYPE, takes=PATCHES),
    Operation("POST", PATH, append, _TYPE),
    Operation("PUT", PATH + "/{name}", replace, _TYPE),
    Operation("DELETE", PATH + "/{name}", delete, _TYPE | {"deleteAll", "datasetId"}),
)
