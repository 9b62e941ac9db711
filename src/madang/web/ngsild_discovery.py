"""Types and attributes there are. Source: GS CIM 009 v1.9.1, clauses 5.7.5 to 5.7.10 and 6.25 to 6.28."""

from madang.hub.discovery import AttributeInfo, TypeInfo, describe_attribute, describe_type, describe_types
from madang.model.entity import Json
from madang.ngsild.context import Context
from madang.ngsild.time import format_time

from .call import Answer, Call, Operation
from .ngsild_contexts import parse_flag


async def list_types(call: Call) -> Answer:
    context = await call.linked_context()
    if parse_flag(call, "details"):
        infos = await describe_types(call.city.entities, call.tenant)
        return await call.give([_type(info, context) for info in infos], context)
    counts = await call.city.entities.count_types(call.tenant)
    names = [context.compact(name) for name in sorted(counts) if counts[name]]
    return await call.give({"id": _list_id("EntityTypeList"), "type": "EntityTypeList", "typeList": names}, context)


async def retrieve_type(call: Call) -> Answer:
    context = await call.linked_context()
    info = await describe_type(call.city.entities, call.tenant, context.expand(call.path["name"]))
    return await call.give(
        {
            "id": info.name,
            "type": "EntityTypeInfo",
            "typeName": context.compact(info.name),
            "entityCount": info.count,
            "attributeDetails": [
                {
                    "id": name,
                    "type": "Attribute",
                    "attributeName": context.compact(name),
                    "attributeTypes": sorted(kinds),
                }
                for name, kinds in sorted(info.attributes.items())
            ],
        },
        context,
    )


async def list_attributes(call: Call) -> Answer:
    context = await call.linked_context()
    counts = await call.city.entities.count_attributes(call.tenant)
    present = [name for name in sorted(counts) if any(counts[name].values())]
    if parse_flag(call, "details"):
        listed = [
            {
                "id": name,
                "type": "Attribute",
                "attributeName": context.compact(name),
                "typeNames": [context.compact(kind) for kind in sorted(counts[name])],
            }
            for name in present
        ]
        return await call.give(listed, context)
    names = [context.compact(name) for name in present]
    return await call.give({"id": _list_id("AttributeList"), "type": "AttributeList", "attributeList": names}, context)


async def retrieve_attribute(call: Call) -> Answer:
    context = await call.linked_context()
    info = await describe_attribute(call.city.entities, call.tenant, context.expand(call.path["name"]))
    return await call.give(_attribute(info, context), context)


async def identity(call: Call) -> Answer:
    """Who this is, for brokers that ask on their way. The alias names the tenant too, so that a chain of brokers can
    see a loop. Source: clause 5.2.40."""
    now = call.city.subscriptions.now()
    alias = f"{call.city.name}:{call.tenant}" if call.tenant else call.city.name
    body = {
        "id": f"urn:ngsi-ld:ContextSourceIdentity:{alias}",
        "type": "ContextSourceIdentity",
        "contextSourceAlias": alias,
        "contextSourceUptime": f"PT{(now - call.city.entities.started_at).total_seconds():.0f}S",
        "contextSourceTimeAt": format_time(now),
    }
    return await call.give(body, await call.linked_context())


def _type(info: TypeInfo, context: Context) -> Json:
    return {
        "id": info.name,
        "type": "EntityType",
        "typeName": context.compact(info.name),
        "attributeNames": [context.compact(name) for name in sorted(info.attributes)],
    }


def _attribute(info: AttributeInfo, context: Context) -> Json:
    return {
        "id": info.name,
        "type": "Attribute",
        "attributeName": context.compact(info.name),
        "attributeCount": info.count,
        "attributeTypes": sorted(info.kinds),
        "typeNames": [context.compact(name) for name in sorted(info.types)],
    }


def _list_id(kind: str) -> str:
    return f"urn:ngsi-ld:{kind}:all"


_DETAILS = frozenset({"details"})
DISCOVERY = (
    Operation("GET", "/types", list_types, _DETAILS),
    Operation("GET", "/types/{name}", retrieve_type),
    Operation("GET", "/attributes", list_attributes, _DETAILS),
    Operation("GET", "/attributes/{name}", retrieve_attribute),
    Operation("GET", "/info/sourceIdentity", identity),
)
