"""Batch operations. Source: GS CIM 009 v1.9.1, clauses 5.6.7 to 5.6.10, 5.6.20 and 6.14 to 6.17, 6.31."""

from collections.abc import Callable, Sequence

import orjson

from madang.errors import ROOT, BadRequestData, DependencyError, InputError, Pointer, TooLarge
from madang.hub.entities import BatchOp
from madang.hub.reports import BatchReport, Refused
from madang.model.entity import Entity, Json
from madang.ngsild.context import Context
from madang.ngsild.parse import parse_entity, parse_fragment, parse_uri

from .call import NO_CONTENT, Answer, Call, Operation
from .negotiation import JSON
from .problems import report

Parse = Callable[[Json, Context, Pointer, int], Entity]


def _whole(doc: Json, context: Context, at: Pointer, most: int) -> Entity:
    return parse_entity(doc, context, at, attributes_max=most)


def _whole_attributes(doc: Json, context: Context, at: Pointer, most: int) -> Entity:
    entity_id = parse_uri(doc.get("id"), at / "id")
    return parse_fragment(doc, context, entity_id, at, attributes_max=most, operation="append")


def _patch(doc: Json, context: Context, at: Pointer, most: int) -> Entity:
    entity_id = parse_uri(doc.get("id"), at / "id")
    return parse_fragment(doc, context, entity_id, at, attributes_max=most, operation="merge")


async def create(call: Call) -> Answer:
    return _created(call, await _run(call, "create", _whole))


async def upsert(call: Call) -> Answer:
    op: BatchOp = "upsert-update" if "update" in call.options else "upsert"
    found = await _run(call, op, _whole)
    return _created(call, found) if found.created or found.errors else NO_CONTENT


async def update(call: Call) -> Answer:
    op: BatchOp = "update-no-overwrite" if "noOverwrite" in call.options else "update"
    return _changed(call, await _run(call, op, _whole_attributes))


async def merge(call: Call) -> Answer:
    return _changed(call, await _run(call, "merge", _patch))


async def delete(call: Call) -> Answer:
    ids = await _items(call)
    refused = []
    entities = []
    for index, entity_id in enumerate(ids):
        try:
            entities.append(Entity(parse_uri(entity_id, ROOT / index)))
        except InputError as exc:
            refused.append(Refused(str(entity_id), exc))
    await call.city.entities.check_tenant(call.tenant)
    done = await call.city.entities.batch(call.tenant, "delete", entities)
    return _changed(call, _with(done, refused))


async def _run(call: Call, op: BatchOp, parse: Parse) -> BatchReport:
    """Parse each item by itself, so that one bad item does not refuse the others, and write the good ones."""
    docs = await _items(call)
    for index, doc in enumerate(docs):
        if not isinstance(doc, dict):
            raise BadRequestData("Each item of the array must be an entity.", ROOT / index)
    if call.is_ld:
        call.refuse_link()
    most = call.city.settings.int("attributes_max")
    good: list[Entity] = []
    refused: list[Refused] = []
    for index, doc in enumerate(docs):
        try:
            good.append(await _parse_item(call, doc, ROOT / index, parse, most))
        except (InputError, DependencyError) as exc:
            refused.append(Refused(_id_of(doc), exc))
    if op in ("update", "update-no-overwrite", "merge"):
        await call.city.entities.check_tenant(call.tenant)
    done = await call.city.entities.batch(call.tenant, op, good) if good else BatchReport((), (), ())
    return _with(done, refused)


async def _parse_item(call: Call, doc: Json, at: Pointer, parse: Parse, most: int) -> Entity:
    context = await call.context_of(doc)
    return parse({name: value for name, value in doc.items() if name != "@context"}, context, at, most)


async def _items(call: Call) -> Sequence[Json]:
    docs = await call.body()
    if not isinstance(docs, list) or not docs:
        raise BadRequestData("The body must be an array with at least one item.")
    most = call.city.settings.int("batch_max")
    if len(docs) > most:
        raise TooLarge(f"The batch has {len(docs)} items; at most {most} are taken (setting batch_max).")
    return docs


def _id_of(doc: Json) -> str:
    return str(doc.get("id", "")) if isinstance(doc, dict) else ""


def _with(done: BatchReport, refused: Sequence[Refused]) -> BatchReport:
    return BatchReport(done.done, done.created, (*refused, *done.errors))


def _created(call: Call, found: BatchReport) -> Answer:
    if found.errors:
        return multi_status(call, found)
    return Answer(201, orjson.dumps(found.created), [("content-type", JSON)])


def _changed(call: Call, found: BatchReport) -> Answer:
    return multi_status(call, found) if found.errors else NO_CONTENT


def multi_status(call: Call, found: BatchReport) -> Answer:
    """BatchOperationResult. Source: clauses 5.2.16 and 5.2.17."""
    errors = [
        {"entityId": refused.entity_id, "error": report(refused.error, call.method, call.url)}
        for refused in found.errors
    ]
    return Answer(207, orjson.dumps({"success": found.done, "errors": errors}), [("content-type", JSON)])


_ROOT = "/entityOperations"
BATCH = (
    Operation("POST", _ROOT + "/create", create),
    Operation("POST", _ROOT + "/upsert", upsert),
    Operation("POST", _ROOT + "/update", update),
    Operation("POST", _ROOT + "/merge", merge),
    Operation("POST", _ROOT + "/delete", delete),
)
