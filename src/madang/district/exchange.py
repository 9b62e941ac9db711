"""Practice cards of other cities, asked of their hubs; what they said last is kept, with its age, when they are away.

A city publishes by publishing a Practice record. Others find it with an ordinary NGSI-LD query (QUESTION); nothing is
pushed, and only the addresses that the city itself wrote down are asked.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from madang.errors import BadRequestData, DependencyError, InputError, Pointer
from madang.model.entity import Entity, Json
from madang.ngsild.context import CORE
from madang.ngsild.parse import parse_entity
from madang.ports.clock import Clock
from madang.ports.documents import DocumentStore
from madang.ports.peers import PeerHub

from .book import Broken
from .desk import Desk
from .entities import kind_of, to_row
from .kinds import BY_NAME, Kind
from .ledger import read_record
from .records import Practice
from .rows import TEXT_MAX

KIND: Kind = BY_NAME["practice"]
QUESTION = {"type": KIND.type, "q": 'status=="published"'}
PAGE = 100
CARDS_MAX = 500
"""Cards that one peer may show; what comes after is not asked for."""

FRESH = timedelta(minutes=10)
"""An answer, or a failure to get one, that is younger is not asked for anew."""

PATIENCE_S = 8.0
"""Longest that all pages of one peer may take together."""

COLLECTION = "peers"
"""Of the document store: per peer, what it said last and when."""


@dataclass(frozen=True, slots=True)
class Peer:
    """name: as the city calls it. url: of its NGSI-LD API, http or https, without a slash at the end."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Card:
    """A card as a peer says it. address: where its entity can be read."""

    practice: Practice
    peer: Peer
    address: str
    entity: Entity


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of one peer. bad: cards that cannot be read, each with why. at: when it last answered; None: never.

    away: why it did not answer when it was asked last, "" where it did.
    """

    peer: Peer
    cards: tuple[Card, ...] = ()
    bad: tuple[Broken, ...] = ()
    at: datetime | None = None
    away: str = ""


@dataclass(slots=True)
class Exchange:
    """Asks peers when somebody looks, each at most once in FRESH, unless it is told to ask anew."""

    peers: Sequence[Peer]
    hub: PeerHub
    documents: DocumentStore
    clock: Clock
    _asked: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """Peer's url -> when it was asked last, and why it was away."""

    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def hear(self, *, anew: bool = False) -> list[Heard]:
        """Every peer, in the order the city names them. Never raises for a peer: one that is away is told with what it
        said last. While one reader waits for answers, others are told what is known."""
        if anew or not self._turn.locked():
            async with self._turn, asyncio.TaskGroup() as group:
                for peer in self.peers:
                    if anew or self._is_due(peer):
                        group.create_task(self._ask(peer))
        return [await self._told(peer) for peer in self.peers]

    async def find(self, entity_id: str, peer_name: str) -> Card | None:
        """A card as it was heard last; nobody is asked for it."""
        for peer in self.peers:
            if peer.name == peer_name:
                heard = await self._told(peer)
                return next((card for card in heard.cards if card.practice.id == entity_id), None)
        return None

    def _is_due(self, peer: Peer) -> bool:
        asked = self._asked.get(peer.url)
        return asked is None or self.clock.now() - asked[0] >= FRESH

    async def _ask(self, peer: Peer) -> None:
        away = ""
        try:
            async with asyncio.timeout(PATIENCE_S):
                documents = await self._all(peer)
            kept = {"at": self.clock.now().isoformat(), "documents": documents}
            await self.documents.put(COLLECTION, "", peer.url, orjson.dumps(kept))
        except DependencyError as exc:
            away = exc.detail
        except TimeoutError:
            away = f"{peer.url} did not answer in time."
        self._asked[peer.url] = (self.clock.now(), away)

    async def _all(self, peer: Peer) -> list[Json]:
        found: list[Json] = []
        while len(found) < CARDS_MAX:
            asked = {**QUESTION, "limit": str(PAGE), "offset": str(len(found))}
            page = await self.hub.entities(peer.url, asked)
            found += page[:PAGE]
            if len(page) < PAGE:
                break
        return found

    async def _told(self, peer: Peer) -> Heard:
        away = self._asked.get(peer.url, (None, ""))[1]
        body = await self.documents.get(COLLECTION, "", peer.url)
        if body is None:
            return Heard(peer, away=away)
        kept: dict[str, Any] = orjson.loads(body)
        cards, bad = read_cards(kept["documents"], peer)
        return Heard(peer, cards, bad, datetime.fromisoformat(kept["at"]), away)


def read_cards(documents: Sequence[Json], peer: Peer) -> tuple[tuple[Card, ...], tuple[Broken, ...]]:
    """Outside data, checked as every other: a document that is no published card is named and the rest is taken."""
    cards: dict[str, Card] = {}
    bad: list[Broken] = []
    for number, document in enumerate(documents):
        read = _read(document, Pointer(f"/{number}"), peer)
        if isinstance(read, Broken):
            bad.append(read)
        elif read.practice.id in cards:
            bad.append(Broken(read.practice.id, "It came twice."))
        else:
            cards[read.practice.id] = read
    return tuple(cards[one] for one in sorted(cards)), tuple(bad)


def _read(document: Json, at: Pointer, peer: Peer) -> Card | Broken:
    plain = document
    if isinstance(document, dict):
        plain = {name: value for name, value in document.items() if name != "@context"}
    name = str(plain.get("id", at))[:200] if isinstance(plain, dict) else str(at)
    try:
        entity = parse_entity(plain, CORE, at)
    except InputError as exc:
        return Broken(name, exc.detail)
    if kind_of(entity) is not KIND:
        return Broken(name, "It is no practice card.")
    read = read_record(entity)
    if isinstance(read, Broken):
        return read
    if any(len(text) > TEXT_MAX for text in to_row(KIND, entity).values()):
        return Broken(name, f"One of its texts is longer than {TEXT_MAX} characters.")
    if not isinstance(read.record, Practice):
        return Broken(name, "It is no practice card.")
    if read.record.entry.status != "published":
        return Broken(name, f"It is not published but {read.record.entry.status}.")
    return Card(read.record, peer, f"{peer.url}/entities/{read.record.id}", entity)


async def adopt(desk: Desk, card: Card, by: str) -> str:
    """A draft of the card in the city's own ledger, which names where it came from. Returns the draft's entity id.

    The card keeps its city, texts and licence; a second person reviews it as every draft. Raises BadRequestData.
    """
    row = adopted_row(card)
    return await desk.enter(KIND, {**row, "id": await desk.free_id(KIND, row["id"])}, by)


def adopted_row(card: Card) -> dict[str, str]:
    """Its row without who reviewed it there. source: the card's own source, then the card itself; url: the source's
    own address, else the card's."""
    row = to_row(KIND, card.entity)
    names = {column.name for column in KIND.columns}
    own = {name: text for name, text in row.items() if name in names or name.rpartition("_")[0] in names}
    origin = f"{card.practice.id} ({card.peer.name}, {card.address})"
    source = f"{card.practice.source.title}; {origin}"
    if len(source) > TEXT_MAX:
        raise BadRequestData("The card's source is too long to name its origin beside it.", "source")
    return {**own, "source": source, "url": own.get("url") or card.address}
