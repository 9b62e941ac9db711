"""The desk where people enter, review, correct and withdraw records; the hub's guard decides what is taken.

Names are what people give: as long as a city has no accounts, nobody checks them.
"""

import asyncio
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from madang.errors import AlreadyExists, BadRequestData, Fault, Immutable, Pointer
from madang.hub.entities import Entities
from madang.model.entity import Attribute, Entity
from madang.model.query import AnyType, Compare, Path, Query

from .entities import attribute_name, kind_of, to_entity, to_row
from .guard import check_new
from .kinds import BY_NAME, ENTRY, Column, Kind
from .ledger import TENANT
from .log import row_digest
from .measures import Measures
from .names import NAME_MAX, same_name, unseen_sign
from .rows import Row, local_id, urn
from .shipped import read_csv

Verdict = Literal["published", "rejected"]

BATCH = 1000


@dataclass(frozen=True, slots=True)
class Entered:
    """ids: of the drafts that now wait for a second person, in the order of the rows."""

    ids: Sequence[str]


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """rows: as the file has them. drafts: the entities they would make, in the same order."""

    rows: Sequence[tuple[Pointer, Row]]
    drafts: Sequence[Entity]


@dataclass(frozen=True, slots=True)
class Desk:
    """Every method raises BadRequestData with the place of each fault, and the guard's Immutable."""

    entities: Entities
    measures: Measures

    async def enter(self, kind: Kind, row: Row, by: str) -> str:
        """A draft. Returns its entity id. Faults name the columns."""
        (entity,) = await self.check(kind, [(Pointer(""), row)], by)
        await self._create(entity)
        return entity.id

    async def enter_csv(self, kind: Kind, body: bytes, file: str, by: str) -> Entered:
        """Drafts of a whole file, or none of them: every fault is told with its file and row."""
        wanted = (await self.check_csv(kind, body, file, by)).drafts
        done: list[str] = []
        for start in range(0, len(wanted), BATCH):
            report = await self.entities.batch(TENANT, "create", wanted[start : start + BATCH])
            done += report.done
            if report.errors:  # somebody entered one of the ids since it was checked
                await self.entities.batch(TENANT, "delete", [Entity(one) for one in done])
                raise report.errors[0].error
        return Entered(done)

    async def check_csv(self, kind: Kind, body: bytes, file: str, by: str) -> "CheckedFile":
        """Rows of a file and the drafts they would make. The hub goes on with other things meanwhile."""
        rows = await asyncio.to_thread(read_csv, kind, body, file)
        return CheckedFile(rows, await self.check(kind, rows, by, file))

    async def check(
        self, kind: Kind, rows: Sequence[tuple[Pointer, Row]], by: str, file: str = "", correcting: str = ""
    ) -> list[Entity]:
        """The drafts that these rows would make. Raises BadRequestData with every fault of every row."""
        faults: list[Fault] = []
        if not same_name(by) or unseen_sign(by.strip(), "") or len(by) > NAME_MAX:
            faults.append(Fault("Say who enters it: your name.", "entered_by"))
        if not rows:
            faults.append(Fault(f"{file or 'The form'} has no rows.", file))
        faults += _entry_faults(rows)
        signed = {"status": "draft", "entered_by": by.strip(), **({"supersedes": correcting} if correcting else {})}
        found, wrong = await asyncio.to_thread(self._check_rows, kind, rows, signed)
        faults += wrong
        faults += await self._find_strangers(kind, found)
        if correcting:
            faults += await self._check_correction(kind, correcting, [row for _, row in found])
        if faults:
            order = {str(at): number for number, (at, _) in enumerate(rows)}
            faults.sort(key=lambda fault: order.get(fault.where.split("/")[0], -1))
            raise BadRequestData(str(faults[0]), faults=faults)
        return await asyncio.to_thread(lambda: [to_entity(kind, row) for _, row in found])

    def _check_rows(
        self, kind: Kind, rows: Sequence[tuple[Pointer, Row]], signed: Row
    ) -> tuple[list[tuple[Pointer, Row]], list[Fault]]:
        """The rows as drafts, and every fault. Pure, for a thread of its own: a large file takes seconds."""
        found: list[tuple[Pointer, Row]] = []
        faults: list[Fault] = []
        own = {column.name for column in ENTRY}
        for at, row in rows:
            draft = {**{name: text for name, text in row.items() if name not in own and text.strip()}, **signed}
            try:
                check_new(kind, draft, self.measures, at)
                found.append((at, draft))
            except BadRequestData as exc:
                faults.extend(exc.faults)
        return found, faults

    async def _check_correction(self, kind: Kind, corrected: str, rows: Sequence[Row]) -> list[Fault]:
        """A correction says something else of the same thing. Raises NotFound."""
        there, old = await self.read(corrected)
        if there is not kind:
            return [Fault(f"A {there.name} is corrected by a {there.name}.", "kind")]
        return [
            Fault(f"A correction keeps the {name}; withdraw the other record and enter this one anew.", name)
            for row in rows
            for name in ("subject", "measure")
            if _named(row.get(name, "")) != _named(old.get(name, ""))
        ]

    async def review(
        self, entity_id: str, by: str, verdict: Verdict, reason: str = "", seen: str | None = None
    ) -> None:
        """Publish or reject a draft, or publish what was shipped. seen: row_digest of what the person looked at; None:
        not asked. Raises NotFound."""
        await self._check_seen(entity_id, seen)
        if verdict == "published":
            await self._check_first(entity_id)
        signed = {"status": verdict, "reviewed_by": by.strip()}
        await self._sign(entity_id, {**signed, "status_reason": reason.strip() if verdict == "rejected" else ""})

    async def withdraw(self, entity_id: str, by: str, reason: str, seen: str | None = None) -> None:
        """Take a published or shipped record back; it stays to be read. seen: as of review. Raises NotFound."""
        await self._check_seen(entity_id, seen)
        signed = {"status": "withdrawn", "withdrawn_by": by.strip(), "status_reason": reason.strip()}
        await self._sign(entity_id, signed)

    async def correct(self, entity_id: str, row: Row, by: str) -> str:
        """A draft that takes the record's place once it is published. Its id is chosen here unless the row has a new
        one. Raises NotFound. Returns the draft's id."""
        kind, old = await self.read(entity_id)
        if (old.get("status") or "draft") not in ("published", "shipped"):
            raise BadRequestData("Only what counts is corrected; enter a new record instead.", "id")
        local = row.get("id", "").strip()
        if not local or urn(kind, local) == entity_id:
            row = {**row, "id": await self.free_id(kind, old["id"])}
        (entity,) = await self.check(kind, [(Pointer(""), row)], by, correcting=entity_id)
        await self._create(entity)
        return entity.id

    async def discard(self, entity_id: str, seen: str | None = None) -> None:
        """Throw a draft away; the guard keeps everything else. seen: as of review. Raises NotFound."""
        await self._check_seen(entity_id, seen)
        await self.entities.delete(TENANT, entity_id)

    async def _check_seen(self, entity_id: str, seen: str | None) -> None:
        if seen is not None and seen != row_digest(*await self.read(entity_id)):
            raise Immutable(
                entity_id,
                "The record is not what it was when you opened this page. Read what it says now, then decide.",
            )

    async def _check_first(self, entity_id: str) -> None:
        """Of two corrections of one record only one is published."""
        kind, row = await self.read(entity_id)
        corrected = row.get("supersedes", "")
        if not corrected:
            return
        other = Compare(Path((attribute_name("supersedes"),)), "==", corrected)
        page = await self.entities.query(TENANT, Query(types=AnyType((kind.uri,)), q=other, limit=BATCH))
        for stored in page.items:
            entity = stored.entity()
            if entity.id != entity_id and to_row(kind, entity).get("status") in ("published", "shipped"):
                raise Immutable(
                    entity_id,
                    f"{local_id(corrected)} is corrected by {local_id(entity.id)} already: reject this draft and "
                    "correct that one.",
                )

    async def read(self, entity_id: str) -> tuple[Kind, dict[str, str]]:
        """Kind and row of a record. Raises NotFound, BadRequestData where the id is of something else."""
        entity = (await self.entities.retrieve(TENANT, entity_id)).entity()
        kind = kind_of(entity)
        if kind is None:
            raise BadRequestData(f"{entity_id} is no record of the ledger.", "id")
        return kind, to_row(kind, entity)

    async def free_id(self, kind: Kind, base: str) -> str:
        """A local id that nobody uses yet: base, else base-2, base-3 …"""
        stem = re.sub(r"-\d+$", "", base)[:100] if not base.endswith("-") else base[:100]
        tries = [base, *(f"{stem}-{number}" for number in range(2, 102))]
        taken = await self._existing([urn(kind, one) for one in tries])
        free = next((one for one in tries if urn(kind, one) not in taken), None)
        if free is None:
            raise AlreadyExists(base, f"{base} was corrected a hundred times; give the record an id of its own.")
        return free

    async def _create(self, entity: Entity) -> None:
        try:
            await self.entities.create(TENANT, entity)
        except AlreadyExists as exc:
            raise BadRequestData(_taken(entity.id), "id") from exc

    async def _sign(self, entity_id: str, texts: Mapping[str, str]) -> None:
        kind, row = await self.read(entity_id)
        who = "withdrawn_by" if texts["status"] == "withdrawn" else "reviewed_by"
        if not same_name(texts[who]):
            raise BadRequestData("Say who you are.", who)
        if who == "reviewed_by" and same_name(texts[who]) == same_name(row.get("entered_by", "")):
            raise BadRequestData("A second person reviews it: you entered it yourself.", who)
        attributes = {attribute_name(name): (Attribute("Property", text),) for name, text in texts.items() if text}
        await self.entities.append(TENANT, entity_id, Entity(entity_id, (kind.uri,), attributes))

    async def _find_strangers(self, kind: Kind, rows: Sequence[tuple[Pointer, Row]]) -> list[Fault]:
        """Ids that are taken or stand there twice, and references to records that are not there."""
        ids = [urn(kind, row["id"].strip()) for _, row in rows]
        refs = [(at, column, one) for at, row in rows for column, one in _refs(kind, row)]
        known = await self._existing({*ids, *(one for _, _, one in refs)})
        faults: list[Fault] = []
        seen: dict[str, Pointer] = {}
        for (at, _), entity_id in zip(rows, ids, strict=True):
            if entity_id in known:
                faults.append(Fault(_taken(entity_id), at / "id"))
            elif entity_id in seen:
                faults.append(Fault(f'The id "{local_id(entity_id)}" stands in {seen[entity_id]} already.', at / "id"))
            seen.setdefault(entity_id, at)
        own = set(ids)
        for at, column, one in refs:
            if one not in known and one not in own:
                words = BY_NAME[column.refers].en.lower()
                faults.append(Fault(f'There is no {words} "{one.rpartition(":")[2]}" yet.', at / column.name))
        return faults

    async def _existing(self, ids: Collection[str]) -> set[str]:
        wanted = sorted(ids)
        found: set[str] = set()
        for start in range(0, len(wanted), BATCH):
            part = tuple(wanted[start : start + BATCH])
            page = await self.entities.query(TENANT, Query(ids=part, limit=len(part)))
            found |= {stored.entity().id for stored in page.items}
        return found


def _refs(kind: Kind, row: Row) -> Iterator[tuple[Column, str]]:
    for column in kind.columns:
        if column.kind in ("ref", "refs"):
            for one in row.get(column.name, "").split(";"):
                if one.strip():
                    yield column, urn(BY_NAME[column.refers], one.strip())


def _entry_faults(rows: Sequence[tuple[Pointer, Row]]) -> list[Fault]:
    """How a record came into the ledger is not the row's to say: each such column is told once."""
    found: dict[str, Fault] = {}
    for at, row in rows:
        for column in ENTRY:
            if row.get(column.name, "").strip():
                why = "correct a record on its own page" if column.name == "supersedes" else "madang writes it"
                found.setdefault(column.name, Fault(f"Leave the column {column.name} out: {why}.", at / column.name))
    return list(found.values())


def _named(text: str) -> str:
    """An id however it is written, local or whole."""
    return local_id(text.strip())


def _taken(entity_id: str) -> str:
    return f'The id "{entity_id.rpartition(":")[2]}" is taken; choose another.'
