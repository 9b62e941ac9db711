"""The parameters of "Query Entities" as one value. Source: ETSI GS CIM 009 v1.9.1, clauses 5.7.2 and 6.4.3.2."""

import re
from collections.abc import Mapping
from typing import Final

from madang.errors import BadRequestData, OperationNotSupported
from madang.model.entity import Json
from madang.model.query import Order, Query

from .geo import parse_geo, parse_query_geometry
from .path import SYSTEM_NAMES, parse_path
from .pattern import parse_pattern
from .q import attribute_names, parse_q
from .scan import Scanner, Vocabulary
from .scope import parse_scope_q
from .types_query import parse_types
from .uri import is_uri

_MEMBERS: Final = frozenset({"id", "type", "scope"}) | SYSTEM_NAMES
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_DIRECTIONS: Final = {"": (False, False), "asc": (False, False), "desc": (True, False)} | {
    "dist-asc": (False, True),
    "dist-desc": (True, True),
}


def parse_query(params: Mapping[str, str], context: Vocabulary, *, page_default: int, page_max: int) -> Query:
    """A question from the query parameters; those that are about the answer's form are left to others.

    Raises BadRequestData naming the parameter (and the character), TooComplexQuery, OperationNotSupported (collation).
    """
    limit, offset, count = parse_page(params, page_default=page_default, page_max=page_max)
    q, scope, pattern = params.get("q"), params.get("scopeQ"), params.get("idPattern")
    if pattern:
        parse_pattern(pattern, "idPattern:1")
    query = Query(
        types=parse_types(params["type"], context) if params.get("type") else None,
        ids=tuple(_parse_uri(item, "id") for item in _items(params.get("id"), "id")),
        id_pattern=pattern or None,
        attributes=tuple(context.expand(name) for name in _items(params.get("attrs"), "attrs") if name not in _MEMBERS),
        q=None if q is None else parse_q(q, context, expand_values=_items(params.get("expandValues"), "expandValues")),
        geo=parse_geo(params, context),
        scope=parse_scope_q(scope) if scope else None,
        dataset_ids=tuple(_items(params.get("datasetId"), "datasetId")),
        order=parse_order(params["orderBy"], context, **_order_options(params)) if params.get("orderBy") else (),
        limit=limit,
        offset=offset,
        count=count,
    )
    _refuse_too_wide(query, params)
    return query


def parse_page(params: Mapping[str, str], *, page_default: int, page_max: int) -> tuple[int, int, bool]:
    """limit, offset and count. Raises BadRequestData. Source: clauses 4.12, 4.13."""
    count = _parse_flag(params.get("count"), "count")
    limit = _parse_number(params.get("limit"), page_default, "limit")
    offset = _parse_number(params.get("offset"), 0, "offset")
    if limit > page_max:
        raise BadRequestData(f"limit is {limit}; at most {page_max} entities are given at once.", "limit")
    if limit == 0 and not count:
        raise BadRequestData("limit=0 only makes sense with count=true.", "limit")
    return limit, offset, count


def parse_order(
    text: str,
    context: Vocabulary,
    *,
    order_from: str | None = None,
    geometry: str = "Point",
    parameter: str = "orderBy",
) -> tuple[Order, ...]:
    """``name``, ``id``, ``type;desc``, ``address[city]``, ``location;dist-asc``, joined by commas.

    order_from: JSON text of the coordinates that distances are measured from. Raises BadRequestData.
    Source: clause 4.23.
    """
    scanner = Scanner(text, parameter)
    terms = [_parse_order_term(scanner, context, order_from, geometry)]
    while scanner.take(","):
        terms.append(_parse_order_term(scanner, context, order_from, geometry))
    scanner.end()
    return tuple(terms)


def _parse_order_term(scanner: Scanner, context: Vocabulary, order_from: str | None, geometry: str) -> Order:
    path = parse_path(scanner, _OrderNames(context))
    direction = ""
    if scanner.take(";"):
        at = scanner.at
        direction = scanner.take_match(re.compile(r"[a-z-]+")) or ""
        if direction not in _DIRECTIONS or not direction:
            scanner.fail("asc, desc, dist-asc or dist-desc was expected", at)
    descending, by_distance = _DIRECTIONS[direction]
    if not by_distance:
        return Order(path, descending)
    if not order_from:
        raise BadRequestData(f"{direction} needs orderFrom, the coordinates to measure from.", "orderFrom")
    return Order(path, descending, parse_query_geometry(geometry, order_from, "orderFrom"))


class _OrderNames:
    """A context in which ``id`` and ``type`` stay the members they are."""

    def __init__(self, context: Vocabulary) -> None:
        self.compact = context.compact
        self._expand = context.expand

    def expand(self, term: str) -> str:
        return term if term in ("id", "type") else self._expand(term)


def _order_options(params: Mapping[str, str]) -> dict[str, Json]:
    collation = params.get("collation")
    if collation:
        if not _LANGUAGE_TAG.fullmatch(collation):
            raise BadRequestData(f"{collation!r} is not a language tag.", "collation")
        raise OperationNotSupported("Texts are ordered by code point; collation is not offered.")
    return {"order_from": params.get("orderFrom")}


def _refuse_too_wide(query: Query, params: Mapping[str, str]) -> None:
    """Clause 5.7.2.4: a query that restricts nothing is too wide, unless it is local."""
    asked = query.q is not None and bool(attribute_names(query.q) - SYSTEM_NAMES)
    narrow = query.ids or query.id_pattern or query.attributes or query.geo or query.scope or params.get("type")
    if not (asked or narrow or params.get("local") == "true"):
        raise BadRequestData(
            "Too wide: give type, id, idPattern, attrs, q (on an attribute), georel or scopeQ; or local=true.",
            "type",
        )


def _items(text: str | None, where: str) -> list[str]:
    """The parts of a comma list; empty if the parameter was not given."""
    if text is None:
        return []
    parts = [part.strip() for part in text.split(",")]
    if not all(parts):
        raise BadRequestData("The list has an empty item.", where)
    return parts


def _parse_uri(text: str, where: str) -> str:
    if not is_uri(text):
        raise BadRequestData(f"{text!r} is not a URI.", where)
    return text


def _parse_flag(text: str | None, where: str) -> bool:
    if text not in (None, "true", "false"):
        raise BadRequestData(f"{text!r} is neither true nor false.", where)
    return text == "true"


def _parse_number(text: str | None, default: int, where: str) -> int:
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,12}", text, re.ASCII):
        raise BadRequestData(f"{text!r} is not a whole number from 0.", where)
    return int(text)
