"""Practice cards: the city's own, those that came with madang, and those that other cities' hubs publish."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from madang.district.book import Book
from madang.district.desk import Desk
from madang.district.exchange import QUESTION, Card, Heard, adopt
from madang.district.format import show
from madang.district.kinds import BY_NAME
from madang.district.names import NAME_MAX
from madang.district.quantity import Quantity
from madang.district.records import Practice, Source
from madang.district.rows import local_id, urn
from madang.errors import BadRequestData, NotFound
from madang.web.city import City
from madang.web.console.csvtext import csv_text
from madang.web.console.format import age_text
from madang.web.console.forms import bounded_form, text_of
from madang.web.console.texts import pick, say

from .frame import Look, look, places_page
from .shown import FactShown, shown_fact

TAB = "places/practices"
FORM_MAX = 10_000
"""Bytes of the form that adopts a card: two ids and a name."""


@dataclass(frozen=True, slots=True)
class CardShown:
    """peer "": of this city's ledger; then record is its id. address: of a peer's card, where its entity is.

    anchor: for links within the page. facts: its evidence, where that names facts of this ledger; else it is in text.
    """

    id: str
    anchor: str
    peer: str
    status: str
    record: str
    address: str
    title: str
    city: str
    country: str
    problem: str
    done: str
    cost: str
    evidence: str
    facts: Sequence[FactShown]
    contact: str
    licence: str
    source: Source


@dataclass(frozen=True, slots=True)
class PeerShown:
    """age "": it never answered. away: why it did not answer when asked last, "" where it did."""

    name: str
    url: str
    cards: int
    bad: Sequence[tuple[str, str]]
    age: str
    away: str


def practice_routes(cities: Mapping[str, City]) -> Sequence[Route]:
    async def show_page(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        return await _page(request, cities, city)

    async def ask(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        if city.places.exchange is not None:
            await city.places.exchange.hear(anew=True)
        return RedirectResponse(f"/{city.name}/{TAB}#peers", status_code=303)

    async def take(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        async with bounded_form(request, FORM_MAX) as form:
            said = {name: text_of(form, name) for name in form}
        card = await _find(city, said.get("id", ""), said.get("peer", ""))
        try:
            draft = await adopt(Desk(city.entities, city.places.ledger.measures), card, said.get("by", ""))
        except BadRequestData as exc:
            return await _page(request, cities, city, status=400, refused=exc.faults[0].detail, by=said.get("by", ""))
        query = urlencode({"id": draft, "done": "entered"})
        return RedirectResponse(f"/{city.name}/places/entry/record?{query}", status_code=303)

    async def as_csv(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found = await look(request, city)
        heard = await _heard(city)
        headers = {"Content-Disposition": 'attachment; filename="practices.csv"', "Cache-Control": "no-store"}
        rows = [csv_row(practice, peer, address) for practice, peer, address in _every(found.book, heard)]
        return Response(csv_text(CSV_COLUMNS, rows), media_type="text/csv; charset=utf-8", headers=headers)

    return [
        Route("/{city}/places/practices", show_page),
        Route("/{city}/places/practices/ask", ask, methods=["POST"]),
        Route("/{city}/places/practices/adopt", take, methods=["POST"]),
        Route("/{city}/places/practices.csv", as_csv),
    ]


async def _page(
    request: Request,
    cities: Mapping[str, City],
    city: City,
    *,
    status: int = 200,
    refused: str = "",
    by: str = "",
) -> Response:
    found = await look(request, city)
    heard = await _heard(city)
    query = request.query_params
    words, origin, one = query.get("q", "").strip()[:200], query.get("from", ""), query.get("card", "")
    every = list(_every(found.book, heard))
    cards = [
        card_shown(practice, peer, address, found)
        for practice, peer, address in every
        if matches(practice, words) and _of(practice, peer, origin) and (not one or anchor_of(practice, peer) == one)
    ]
    return await places_page(
        request,
        cities,
        city,
        TAB,
        "places/practices.html",
        status=status,
        cards=cards,
        total=len(every),
        words=words,
        origin=origin,
        one=one,
        peers=[_peer_shown(each, city, found.lang) for each in heard],
        waiting=sum(isinstance(record, Practice) for record in found.book.waiting),
        offered=sum(practice.entry.status == "published" for practice in found.book.practices),
        question=f"/{city.name}/ngsi-ld/v1/entities?{urlencode(QUESTION)}",
        printing=query.get("print", "") == "1",
        print_query="?" + urlencode({"q": words, "from": origin, "card": one, "print": "1"}),
        refused=refused,
        by=by,
        name_max=NAME_MAX,
    )


async def _heard(city: City) -> list[Heard]:
    return await city.places.exchange.hear() if city.places.exchange else []


async def _find(city: City, entity_id: str, peer: str) -> Card:
    card = await city.places.exchange.find(entity_id, peer) if city.places.exchange else None
    if card is None:
        raise NotFound(entity_id, f"{peer[:80]!r} has no practice card {entity_id[:80]!r} any more.")
    return card


def _every(book: Book, heard: Sequence[Heard]) -> Iterator[tuple[Practice, str, str]]:
    """Each card with its peer's name and address, "" for this city's; reviewed ones before shipped ones."""
    for practice in sorted(book.practices, key=lambda one: (one.entry.status != "published", one.id)):
        yield practice, "", ""
    for each in heard:
        for card in each.cards:
            yield card.practice, card.peer.name, card.address


def matches(practice: Practice, words: str) -> bool:
    """Whether every word stands in one of its texts, in any language."""
    texts = [*practice.title.values(), *practice.problem.values(), *practice.done.values(), practice.city]
    whole = " ".join([*texts, practice.country, practice.evidence]).casefold()
    return all(word in whole for word in words.casefold().split())


def _of(practice: Practice, peer: str, origin: str) -> bool:
    if origin in ("", "all"):
        return True
    return (
        peer == origin.removeprefix("peer:")
        if origin.startswith("peer:")
        else practice.entry.status == origin and not peer
    )


def anchor_of(practice: Practice, peer: str) -> str:
    return f"{peer}:{local_id(practice.id)}" if peer else local_id(practice.id)


def card_shown(practice: Practice, peer: str, address: str, found: Look) -> CardShown:
    lang = found.lang
    facts = evidence_facts(practice.evidence, found.book, lang) if not peer else []
    return CardShown(
        practice.id,
        anchor_of(practice, peer),
        peer,
        practice.entry.status,
        "" if peer else practice.id,
        address,
        pick(practice.title, lang),
        practice.city,
        practice.country,
        pick(practice.problem, lang),
        pick(practice.done, lang),
        _money(practice.cost, lang),
        "" if facts else practice.evidence,
        facts,
        practice.contact,
        practice.licence,
        practice.source,
    )


def evidence_facts(evidence: str, book: Book, lang: str) -> list[FactShown]:
    """The facts that an evidence names by their local ids, ``;`` between; none where it says anything else."""
    named = [urn(BY_NAME["fact"], part.strip()) for part in evidence.split(";") if part.strip()]
    known = {fact.id: fact for fact in book.facts}
    return [shown_fact(known[one], book, lang) for one in named] if all(one in known for one in named) else []


def _money(cost: Quantity | None, lang: str) -> str:
    return str(show(cost, lang)) if cost else ""


def _peer_shown(heard: Heard, city: City, lang: str) -> PeerShown:
    clock = city.places.exchange.clock if city.places.exchange else city.clock
    age = age_text(heard.at, clock.now(), lang) if heard.at else ""
    return PeerShown(
        heard.peer.name,
        heard.peer.url,
        len(heard.cards),
        [(one.entity_id, one.why) for one in heard.bad],
        age,
        heard.away if lang == "en" else say("places.practices.away", lang) if heard.away else "",
    )


CSV_COLUMNS = (
    "from", "id", "city", "country", "title_ko", "title_en", "problem_ko", "problem_en", "done_ko", "done_en",
    "cost", "cost_unit", "evidence", "contact", "licence", "source", "url", "quote", "status", "address",
)  # fmt: skip


def csv_row(practice: Practice, peer: str, address: str) -> list[object]:
    """from: the peer's name, "" for this city. cost: as it was written."""
    words = [
        texts.get(lang, "") for texts in (practice.title, practice.problem, practice.done) for lang in ("ko", "en")
    ]
    cost = [practice.cost.as_written, str(practice.cost.unit)] if practice.cost else ["", ""]
    source = [practice.source.title, practice.source.url, practice.source.quote]
    rest = [practice.evidence, practice.contact, practice.licence, *source, practice.entry.status, address]
    return [peer, local_id(practice.id), practice.city, practice.country, *words, *cost, *rest]
