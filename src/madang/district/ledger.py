"""The city's ledger of places: reads the records the hub keeps, and brings in those that came with madang."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from madang.errors import AlreadyExists, BadRequestData, Pointer
from madang.hub.entities import Entities
from madang.model.entity import Entity
from madang.model.query import AnyType, Query

from .book import Book, Broken, gather
from .corrections import Oddity
from .entities import attribute_name, kind_of, to_entity, to_row
from .kinds import KINDS, Kind
from .log import Kept, Log, log_of, statement_digest
from .measures import Measures
from .rows import Row, parse_row
from .wording import Wording

logger = logging.getLogger(__name__)

PAGE = 1000
TENANT = ""


@dataclass(slots=True)
class Ledger:
    """Reads are of the present; ``Book.known_on`` gives the past. Writing goes through the hub, whose guard decides."""

    entities: Entities
    measures: Measures
    arriving: set[str] = field(default_factory=set)
    """Shared with the guard: the ids that may be entered just now in whatever state they say, see ``arrive``."""

    wording: Wording = field(default_factory=dict)
    _known: dict[bytes, Kept | Broken] = field(default_factory=dict)
    """An entity as it is stored -> what it says: a record is read once, however often it is asked for."""

    _differing: tuple[Oddity, ...] = ()

    async def book(self) -> Book:
        """Everything the ledger says now. What cannot be read is named in ``broken`` instead of hiding the rest."""
        found = await self._read()
        book = gather(
            [one.record for one in found if isinstance(one, Kept)],
            self.measures,
            [one for one in found if isinstance(one, Broken)],
            self.wording,
        )
        return replace(book, odd=(*book.odd, *self._differing))

    async def log(self) -> Log:
        """Who did what to all of it. Records that cannot be read have no events; the book names them."""
        return log_of(one for one in await self._read() if isinstance(one, Kept))

    async def _read(self) -> list[Kept | Broken]:
        types = AnyType(tuple(kind.uri for kind in KINDS))
        known: dict[bytes, Kept | Broken] = {}
        offset = 0
        while True:
            page = await self.entities.query(TENANT, Query(types=types, limit=PAGE, offset=offset))
            for stored in page.items:
                known[stored.body] = self._known.get(stored.body) or read_record(stored.entity())
            if len(page.items) < PAGE:
                break
            offset += PAGE
        self._known = known
        return list(known.values())

    @contextmanager
    def arrive(self, records: Iterable[Entity]) -> Iterator[None]:
        """Inside the block these entities are taken in the state they say: what comes with madang, or comes back from
        a copy that whoever holds the data directory restores."""
        ids = {one.id for one in records}
        self.arriving |= ids
        try:
            yield
        finally:
            self.arriving -= ids

    async def bring(self, rows: Iterable[tuple[Kind, Row]]) -> "Brought":
        """Enter rows that came with madang or its city, each once: what is there already stays as it is, and is named
        in the book where it says something else.

        Rows must have been read (shipped.load_rows). Idempotent, so it is called at each start.
        """
        wanted = [(to_entity(kind, {"status": "shipped", **row})) for kind, row in rows]
        with self.arrive(wanted):
            report = await self.entities.batch(TENANT, "create", wanted) if wanted else None
        refused = {one.entity_id: one.error for one in report.errors} if report else {}
        faults = {i: str(error) for i, error in refused.items() if not isinstance(error, AlreadyExists)}
        there = [one for one in wanted if isinstance(refused.get(one.id), AlreadyExists)]
        differing = await self._differ(there)
        self._differing = tuple(Oddity("differs", (one,)) for one in differing)
        for one in differing:
            logger.warning("%s is in the ledger with another statement than the one that came with madang.", one)
        return Brought(len(report.done) if report else 0, faults, differing)

    async def _differ(self, wanted: Sequence[Entity]) -> tuple[str, ...]:
        """Ids of those that the hub has with another statement."""
        found: list[str] = []
        for start in range(0, len(wanted), PAGE):
            part = {one.id: one for one in wanted[start : start + PAGE]}
            page = await self.entities.query(TENANT, Query(ids=tuple(part), limit=PAGE))
            kept = (stored.entity() for stored in page.items)
            found += [one.id for one in kept if _statement(one) != _statement(part[one.id])]
        return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Brought:
    """new: records that were not there yet. refused: entity id -> why. differing: ids of records that say something
    else in the ledger than in the files that came with madang."""

    new: int
    refused: Mapping[str, str]
    differing: Sequence[str] = ()


def _statement(entity: Entity) -> str:
    """Digest of what an entity says as a record; "" where it is none."""
    kind = kind_of(entity)
    try:
        return statement_digest(kind, to_row(kind, entity)) if kind else ""
    except BadRequestData:
        return ""


def read_record(entity: Entity) -> Kept | Broken:
    """What an entity of one of the ledger's types says, or why it says nothing."""
    kind = kind_of(entity)
    if kind is None:
        return Broken(entity.id, "It is of no kind that the ledger keeps.")
    try:
        row = to_row(kind, entity)
        record = parse_row(kind, row, Pointer(entity.id))
    except BadRequestData as exc:
        return Broken(entity.id, exc.detail)
    entry = replace(
        record.entry,
        entered_at=entity.created_at,
        reviewed_at=record.entry.reviewed_at or _written(entity, "reviewed_by"),
        withdrawn_at=record.entry.withdrawn_at or _written(entity, "withdrawn_by"),
    )
    return Kept(replace(record, entry=entry), kind, statement_digest(kind, row))


def _written(entity: Entity, column: str) -> datetime | None:
    """When the hub took a signature that came without its time; sending it again does not move it."""
    instances = entity.attributes.get(attribute_name(column), ())
    return instances[0].created_at if instances else None
