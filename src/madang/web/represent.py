"""How an answer shows entities: format, language, projection, GeoJSON, pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

import orjson

from madang.errors import BadRequestData, Fault, InvalidRequest, OperationNotSupported
from madang.model.entity import LOCATION, Entity
from madang.model.query import Query
from madang.ngsild.context import Context
from madang.ngsild.serialize import (
    EVERYTHING,
    Format,
    Projection,
    Representation,
    parse_projection,
    render_entity,
    render_feature,
    render_feature_collection,
)
from madang.ports.state import Stored

from .call import Answer, Call
from .negotiation import GEO, LD

VIEW_PARAMS: Final = frozenset(
    {"attrs", "pick", "omit", "datasetId", "lang", "format", "geometryProperty", "join", "joinLevel", "jsonKeys"}
)

_FORMATS: Final[Mapping[str, Format]] = {
    "normalized": "normalized",
    "concise": "concise",
    "keyValues": "keyValues",
    "simplified": "keyValues",
}
_OTHER_OPTIONS: Final = frozenset({"sysAttrs", "count", "noOverwrite", "update", "replace", "splitEntities"})


@dataclass(frozen=True, slots=True)
class View:
    """What an answer shows of each entity. geometry: expanded name of the property that is a Feature's geometry."""

    context: Context
    representation: Representation
    projection: Projection
    geometry: str = LOCATION
    geometry_dataset: str | None = None


async def parse_view(call: Call) -> View:
    """View of a call's parameters. Raises BadRequestData naming the parameter."""
    context = await call.linked_context()
    if not call.params:
        return View(context, Representation(), EVERYTHING)
    if "geometryProperty" in call.params and call.media != GEO:
        raise BadRequestData("geometryProperty is for GeoJSON answers only.", "geometryProperty")
    return view_of(context, call.params, call.options)


def view_of(context: Context, params: Mapping[str, str], options: frozenset[str]) -> View:
    pick, omit, attrs = params.get("pick"), params.get("omit"), params.get("attrs")
    if attrs is not None and (pick is not None or omit is not None):
        raise BadRequestData("attrs excludes pick and omit.", "attrs")
    if params.get("join", "@none") != "@none":
        raise OperationNotSupported("Linked entities (join) are not offered; ask for them by their ids.")
    datasets = params.get("datasetId")
    projection = EVERYTHING
    if pick is not None or omit is not None or attrs is not None or datasets is not None:
        items = None if datasets is None else datasets.split(",")
        projection = parse_projection(context, pick=pick, omit=omit, attrs=attrs, dataset_ids=items)
        both = (projection.pick or frozenset()) & projection.omit
        if both:
            raise BadRequestData(f"{context.compact(min(both))} is both in pick and in omit.", "omit")
    geometry = params.get("geometryProperty")
    return View(
        context,
        Representation(parse_format(params, options), "sysAttrs" in options, params.get("lang")),
        projection,
        LOCATION if geometry is None else context.expand(geometry),
    )


def parse_format(params: Mapping[str, str], options: frozenset[str]) -> Format:
    """The format parameter wins over options. Source: clause 6.3.7."""
    named = [option for option in sorted(options) if option and option not in _OTHER_OPTIONS]
    formats = {_format(option, "options") for option in named}
    if params.get("format"):
        return _format(params["format"], "format")
    if len(formats) > 1:
        raise BadRequestData("options names more than one format.", "options")
    return formats.pop() if formats else "normalized"


def _format(text: str, where: str) -> Format:
    if text not in _FORMATS:
        detail = f"{text!r} is not one of {', '.join(_FORMATS)}."
        raise InvalidRequest(detail, faults=[Fault(detail, where)])  # clause 6.3.20
    return _FORMATS[text]


def render_stored(stored: Stored, view: View) -> bytes:
    """One entity as JSON. The last whole rendering is kept with the stored entity: most answers ask for the same."""
    if view.projection is not EVERYTHING:
        return orjson.dumps(render_entity(stored.entity(), view.context, view.representation, view.projection))
    kept = stored.rendering
    if kept is not None:
        key = kept[0]
        if isinstance(key, tuple) and key[0] is view.context and key[1] == view.representation:
            return kept[1]
    body = orjson.dumps(render_entity(stored.entity(), view.context, view.representation))
    stored.rendering = ((view.context, view.representation), body)
    return body


def embed_context(body: bytes, context: Context) -> bytes:
    """A rendered JSON object with its @context in it."""
    head = b'{"@context":' + orjson.dumps(context.body)
    return head + (b"}" if body == b"{}" else b"," + body[1:])


async def give_entity(call: Call, stored: Stored, view: View) -> Answer:
    if call.media == GEO:
        feature = render_feature(
            stored.entity(), view.context, view.representation, view.projection, view.geometry,
            embed_context=_context_inside(call),
        )  # fmt: skip
        return await call.give_bytes(orjson.dumps(feature), view.context)
    body = render_stored(stored, view)
    return await call.give_bytes(embed_context(body, view.context) if call.media == LD else body, view.context)


async def give_entities(call: Call, items: Sequence[Stored], view: View, headers: Sequence[tuple[str, str]]) -> Answer:
    if call.media == GEO:
        entities: Iterable[Entity] = (stored.entity() for stored in items)
        features = render_feature_collection(
            entities, view.context, view.representation, view.projection, view.geometry,
            embed_context=_context_inside(call),
        )  # fmt: skip
        return await call.give_bytes(orjson.dumps(features), view.context, headers=headers)
    bodies = [render_stored(stored, view) for stored in items]
    if call.media == LD:
        bodies = [embed_context(body, view.context) for body in bodies]
    return await call.give_bytes(b"[" + b",".join(bodies) + b"]", view.context, headers=headers)


def _context_inside(call: Call) -> bool:
    """Clause 6.3.6: with ``Prefer: body=json`` the GeoJSON stays without @context."""
    return "body=json" not in call.headers.get("prefer", "").replace(" ", "")


def page_headers(
    call: Call, limit: int, offset: int, more: bool, total: int | None, media: str | None = None
) -> list[tuple[str, str]]:
    """NGSILD-Results-Count, and Links to the neighbour pages. Source: clauses 6.3.10 and 6.3.13."""
    headers = [] if total is None else [("ngsild-results-count", str(total))]
    links = []
    if limit and offset > 0:
        links.append(_page_link(call, limit, max(0, offset - limit), "prev", media or call.media))
    if limit and more:
        links.append(_page_link(call, limit, offset + limit, "next", media or call.media))
    if links:
        headers.append(("link", ", ".join(links)))
    return headers


def _page_link(call: Call, limit: int, offset: int, rel: str, media: str) -> str:
    params = {**call.params, "limit": str(limit), "offset": str(offset)}
    query = "&".join(f"{name}={quote(value, safe=_LINK_SAFE)}" for name, value in sorted(params.items()))
    return f'<{call.url.rstrip("/")}?{query}>;rel="{rel}";type="{media}"'


_LINK_SAFE: Final = "!$'()*,;:@/|~[]="


def one_more(query: Query) -> int:
    """Limit for the store: one entity past the page tells whether there is a next one."""
    return query.limit + 1 if query.limit else 0
