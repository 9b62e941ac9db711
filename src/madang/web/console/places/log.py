"""The change log: who entered, published, corrected and withdrew what, bound into one number, and as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.book import Book
from madang.district.kinds import BY_NAME, KINDS
from madang.district.log import Event, find_break, log_json
from madang.district.records import Record
from madang.district.rows import local_id
from madang.errors import BadRequestData
from madang.web.city import City
from madang.web.console.attributes import entity_path
from madang.web.console.texts import pick

from .entry import headline
from .entryform import every_record
from .frame import look, places_page

SHOWN = 60
"""Events on one page."""


@dataclass(frozen=True, slots=True)
class EventRow:
    number: int
    at: datetime
    what: str
    kind: str
    title: str
    record: str
    path: str
    who: str
    reason: str
    by_record: str
    digest: str


def log_routes(cities: Mapping[str, City]) -> list[Route]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found = await look(request, city)
        book = await city.places.ledger.book()
        log = await city.places.ledger.log()
        programme, kind = request.query_params.get("subject", ""), request.query_params.get("kind", "")
        if kind and kind not in BY_NAME:
            raise BadRequestData(f"The ledger has no kind {kind[:40]!r}.", "kind")
        events = [one for one in reversed(log.events) if _wanted(one, programme, kind)]
        page = _page(request.query_params.get("page", "1"), len(events))
        titles = {one.id: one for one in every_record(book)}
        part = events[(page - 1) * SHOWN : page * SHOWN]
        return await places_page(
            request,
            cities,
            city,
            "places/log",
            "places/log.html",
            rows=[_row(one, titles, book, found.lang) for one in part],
            count=len(events),
            total=len(log.events),
            head=log.head,
            broken_at=find_break(log),
            unread=len(book.broken),
            kinds=[(one.name, one.ko if found.lang == "ko" else one.en) for one in KINDS],
            programmes=[(local_id(one.id), pick(one.name, found.lang)) for one in book.programmes.values()],
            chosen={"subject": programme, "kind": kind},
            page_number=page,
            pages=max(1, -(-len(events) // SHOWN)),
        )

    async def export(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        body = orjson.dumps(log_json(await city.places.ledger.log()), option=orjson.OPT_INDENT_2)
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    return [Route("/{city}/places/log", show), Route("/{city}/api/places/log.json", export)]


def _wanted(event: Event, programme: str, kind: str) -> bool:
    one = event.happening
    return (not programme or local_id(one.subject) == programme) and (not kind or one.kind == kind)


def _page(text: str, count: int) -> int:
    last = max(1, -(-count // SHOWN))
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise BadRequestData(f"{text[:20]!r} is no page of the log; it has 1 to {last}.", "page")
    return min(max(1, int(text)), last)


def _row(event: Event, records: Mapping[str, Record], book: Book, lang: str) -> EventRow:
    one = event.happening
    record: Any = records.get(one.record)
    kind = BY_NAME[one.kind]
    return EventRow(
        event.number,
        one.at,
        one.what,
        kind.ko if lang == "ko" else kind.en,
        headline(record, book, lang) if record else local_id(one.record),
        one.record,
        entity_path(one.record),
        one.who,
        one.reason,
        one.by_record,
        event.digest,
    )
