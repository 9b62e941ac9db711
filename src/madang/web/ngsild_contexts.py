"""@context hosting. Source: GS CIM 009 v1.9.1, clauses 5.13, 6.29 and 6.30."""

from typing import get_args

import orjson

from madang.errors import BadRequestData
from madang.hub.contexts import ContextKind, KnownContext
from madang.model.entity import Json
from madang.ngsild.time import format_time

from .call import NO_CONTENT, Answer, Call, Operation
from .negotiation import JSON, LD

PATH = "/jsonldContexts"


async def add(call: Call) -> Answer:
    known = await call.city.contexts.add(call.tenant, await call.body())
    return call.created(f"{call.url.rstrip('/')}/{known.local_id}")


async def list_all(call: Call) -> Answer:
    details = parse_flag(call, "details")
    kind = parse_kind(call.params.get("kind"))
    known = await call.city.contexts.list(call.tenant, kind)
    return _plain([_describe(item) if details else item.url for item in known])


async def serve(call: Call) -> Answer:
    details = parse_flag(call, "details")
    known = await call.city.contexts.retrieve(call.tenant, call.path["context_id"])
    return _plain(_describe(known) if details else known.document)


async def delete(call: Call) -> Answer:
    if parse_flag(call, "reload"):
        await call.city.contexts.reload(call.tenant, call.path["context_id"])
    else:
        await call.city.contexts.delete(call.tenant, call.path["context_id"])
    return NO_CONTENT


def parse_flag(call: Call, name: str) -> bool:
    value = call.params.get(name, "false")
    if value not in ("true", "false"):
        raise BadRequestData(f"{name} is true or false, not {value!r}.", name)
    return value == "true"


def parse_kind(text: str | None) -> ContextKind | None:
    for kind in get_args(ContextKind):
        if text == kind:
            return kind  # type: ignore[no-any-return]  # get_args gives the texts of the Literal
    if text is None:
        return None
    raise BadRequestData(f"kind is one of {', '.join(get_args(ContextKind))}, not {text!r}.", "kind")


def _describe(known: KnownContext) -> Json:
    """Source: table 5.13.3.5-1."""
    described: dict[str, Json] = {
        "URL": known.url,
        "localId": known.local_id,
        "kind": known.kind,
        "createdAt": format_time(known.created_at),
        "numberOfHits": known.hits,
    }
    if known.last_used is not None:
        described["lastUsage"] = format_time(known.last_used)
    return described


def _plain(doc: Json) -> Answer:
    return Answer(200, orjson.dumps(doc), [("content-type", JSON)])


CONTEXTS = (
    Operation("POST", PATH, add),
    Operation("GET", PATH, list_all, frozenset({"details", "kind"}), (JSON, LD)),
    Operation("GET", PATH + "/{context_id}", serve, frozenset({"details"}), (JSON, LD)),
    Operation("DELETE", PATH + "/{context_id}", delete, frozenset({"reload"})),
)
