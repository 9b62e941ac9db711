"""The city's ledger of places: reads the records the hub keeps, and brings in those that came with madang."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from madang.errors import AlreadyExists, BadRequestData, Pointer
from madang.hub.entities import Entities
from madang.model.entity import Entity
from madang.model.query import AnyType, Query

from .book import Book, Broken, gather
from .entities import kind_of, to_entity, to_row
from .kinds import KINDS, Kind
from .measures import Measures
from .records import Record
from .rows import Row, parse_row

PAGE = 1000
TENANT = ""


@dataclass(slots=True)
class Ledger:
    """Reads are of the present; ``Book.known_on`` gives the past. Writing goes through the hub, whose guard decides."""

    entities: Entities
    measures: Measures
    arriving: set[str] = field(default_factory=set)
    """Shared with the guard: the ids that ``bring`` enters just now, and nobody else may enter as shipped."""

    _known: dict[str, tuple[bytes, Record | Broken]] = field(default_factory=dict)
    """Entity id -> its stored bytes and what they say: a record is read once, however often it is asked for."""

    async def book(self) -> Book:
        """Everything the ledger says now. What cannot be read is named in ``broken`` instead of hiding the rest."""
        found = await self._records()
        return gather(
            [one for one in found if not isinstance(one, Broken)],
            self.measures,
            [one for one in found if isinstance(one, Broken)],
        )

    async def _records(self) -> list[Record | Broken]:
        types = AnyType(tuple(kind.uri for kind in KINDS))
        known: dict[str, tuple[bytes, Record | Broken]] = {}
        by_body = {body: record for body, record in self._known.values()}
        offset = 0
        while True:
            page = await self.entities.query(TENANT, Query(types=types, limit=PAGE, offset=offset))
            for stored in page.items:
                record = by_body.get(stored.body) or read_record(stored.entity())
                known[record.entity_id if isinstance(record, Broken) else record.id] = (stored.body, record)
            if len(page.items) < PAGE:
                break
            offset += PAGE
        self._known = known
        return [record for _, record in known.values()]

    async def bring(self, rows: Iterable[tuple[Kind, Row]]) -> "Brought":
        """Enter rows that came with madang or its city, each once: what is there already stays as it is.

        Rows must have been read (shipped.load_rows). Idempotent, so it is called at each start.
        """
        wanted = [(to_entity(kind, {"status": "shipped", **row})) for kind, row in rows]
        self.arriving |= {one.id for one in wanted}
        report = await self.entities.batch(TENANT, "create", wanted) if wanted else None
        self.arriving.clear()
        refused = {one.entity_id: one.error for one in report.errors} if report else {}
        faults = {i: str(error) for i, error in refused.items() if not isinstance(error, AlreadyExists)}
        return Brought(len(report.done) if report else 0, faults)


@dataclass(frozen=True, slots=True)
class Brought:
    """new: records that were not there yet. refused: entity id -> why."""

    new: int
    refused: Mapping[str, str]


def read_record(entity: Entity) -> Record | Broken:
    kind = kind_of(entity)
    if kind is None:
        raise BadRequestData(f"{entity.id} is of no kind that the ledger keeps.")
    try:
        record = parse_row(kind, to_row(kind, entity), Pointer(entity.id))
    except BadRequestData as exc:
        return Broken(entity.id, exc.detail)
    return replace(record, entry=replace(record.entry, entered_at=entity.created_at))
