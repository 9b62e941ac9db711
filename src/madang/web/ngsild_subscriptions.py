"""Subscriptions. Source: GS CIM 009 v1.9.1, clauses 5.8, 6.10 and 6.11."""

from madang.hub.subscriptions import Kept
from madang.model.entity import Json
from madang.ngsild.context import Context
from madang.ngsild.parse import parse_uri
from madang.ngsild.query import parse_page
from madang.ngsild.subscription import render_subscription

from .call import NO_CONTENT, Answer, Call, Operation
from .negotiation import JSON, LD, MERGE_PATCH
from .represent import page_headers

PATH = "/subscriptions"


async def create(call: Call) -> Answer:
    doc, context = await call.document()
    if "jsonldContext" not in doc and isinstance(call.context_spec, list | dict):
        # Clause 5.8.1.4: a context that came inside is kept here, so that notifications can name it.
        doc["jsonldContext"] = await call.city.contexts.host_implicitly(call.tenant, call.context_spec)
    made = await call.city.subscriptions.create(call.tenant, doc, context)
    return call.created(f"{call.url.rstrip('/')}/{made.id}")


async def query(call: Call) -> Answer:
    context = await call.linked_context()
    settings = call.city.settings
    limit, offset, count = parse_page(
        call.params, page_default=settings.int("page_default"), page_max=settings.int("page_max")
    )
    kept = await call.city.subscriptions.list(call.tenant)
    page = kept[offset : offset + limit]
    total = len(kept) if count else None
    headers = page_headers(call, limit, offset, len(kept) > offset + limit, total)
    return await call.give([_render(call, one, context) for one in page], context, headers=headers)


async def retrieve(call: Call) -> Answer:
    context = await call.linked_context()
    kept = await call.city.subscriptions.retrieve(call.tenant, _id_of(call))
    return await call.give(_render(call, kept, context), context)


async def update(call: Call) -> Answer:
    subscription_id = _id_of(call)
    doc, context = await call.document()
    await call.city.subscriptions.update(call.tenant, subscription_id, doc, context)
    return NO_CONTENT


async def delete(call: Call) -> Answer:
    await call.city.subscriptions.delete(call.tenant, _id_of(call))
    return NO_CONTENT


def _id_of(call: Call) -> str:
    return parse_uri(call.path["subscription_id"])


def _render(call: Call, kept: Kept, context: Context) -> Json:
    now = call.city.subscriptions.now()
    sys_attrs = "sysAttrs" in call.options
    return render_subscription(kept.subscription, context, now, kept.delivery, sys_attrs=sys_attrs)


_ONE = PATH + "/{subscription_id}"
SUBSCRIPTIONS = (
    Operation("POST", PATH, create),
    Operation("GET", PATH, query, frozenset({"limit", "offset", "count"})),
    Operation("GET", _ONE, retrieve),
    Operation("PATCH", _ONE, update, takes=(JSON, LD, MERGE_PATCH)),
    Operation("DELETE", _ONE, delete),
)
