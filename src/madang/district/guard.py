"""What may happen to a record in the hub, through form, CSV, API and the shipped data alike. What somebody writes into
the data files while the hub is not running, it does not see."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from madang.errors import BadRequestData, Fault, Immutable, Pointer
from madang.hub.entities import Guard
from madang.model.entity import Attribute, Entity, Json
from madang.model.keys import suggestion
from madang.ngsild.context import CORE

from .entities import attribute_name, find_unit_code, kind_of, to_row
from .kinds import ENTRY, KINDS, Column, Kind
from .measures import Measures, check_measure
from .names import NAME_MAX, same_name, unseen_sign
from .records import Fact, Record, Status
from .rows import Row, known_columns, parse_row

NEXT: Mapping[str, frozenset[Status]] = {
    "draft": frozenset({"published", "rejected"}),
    "shipped": frozenset({"published", "withdrawn"}),
    "published": frozenset({"withdrawn"}),
    "rejected": frozenset(),
    "withdrawn": frozenset(),
}
"""The states a record may go to from each state."""

SIGNED: Mapping[str, frozenset[str]] = {
    "published": frozenset({"status", "reviewed_by", "reviewed_at"}),
    "rejected": frozenset({"status", "reviewed_by", "reviewed_at", "status_reason"}),
    "withdrawn": frozenset({"status", "withdrawn_by", "withdrawn_at", "status_reason"}),
}
"""The entry's columns that are written once, on the way into each state, and never again."""

CLOCK_SKEW = timedelta(minutes=5)
"""A reviewer's clock may be this far ahead of ours."""

_KINDS: Mapping[str, frozenset[str]] = {
    "words": frozenset({"LanguageProperty", "Property"}),
    "ref": frozenset({"Relationship"}),
    "refs": frozenset({"Relationship"}),
    "geometry": frozenset({"GeoProperty"}),
}
_PROPERTY = frozenset({"Property"})


def guards(measures: Measures, arriving: Collection[str] | None = None) -> Mapping[str, Guard]:
    """Entity type -> guard, for every kind the ledger keeps.

    arriving: ids that are entered in whatever state they say, see Ledger.arrive; None: any (a hub without doors).
    """
    return {kind.uri: _guard(kind, measures, arriving) for kind in KINDS}


def _guard(kind: Kind, measures: Measures, arriving: Collection[str] | None) -> Guard:
    def check(before: Entity | None, after: Entity | None) -> None:
        if before is not None and kind_of(before) is not kind:
            before = None
        if after is None or kind_of(after) is not kind:
            _check_end(kind, before)
            return
        try:
            _check_form(kind, after)
            row = to_row(kind, after)
            if before is None:
                restored = arriving is not None and after.id in arriving
                record = check_new(kind, row, measures, Pointer(""), restored=restored)
                if arriving is not None and not restored:
                    _check_origin(record)
            else:
                restored = False
                record = _check_change(kind, before, after, row)
            written = row if before is None else _written(kind, to_row(kind, before), row)
            _check_times(record, after, written, restored=restored)
        except BadRequestData as exc:
            faults = tuple(_in_the_entity(kind, after, fault) for fault in exc.faults)
            raise BadRequestData(f"{after.id}: {faults[0].detail}", faults=faults) from exc

    return check


def _in_the_entity(kind: Kind, entity: Entity, fault: Fault) -> Fault:
    """The fault with a JSON Pointer into the entity: its attribute's name instead of the row's column."""
    first, *rest = fault.where.removeprefix(entity.id).removeprefix("/").split("/")
    column = None if CORE.expand(first) in entity.attributes else known_columns(kind).get(first) or kind.column(first)
    name = "" if column is None else CORE.compact(attribute_name(column.name)) if column.kind != "id" else "id"
    return Fault(fault.detail, "/" + "/".join((name or first, *rest)))


# -------------------------------------------------------------------------------------------- the form of a record


def _check_form(kind: Kind, entity: Entity) -> None:
    """A record says what its row says and nothing beside it: what a row cannot hold would be lost, or would be a way to
    say something else under a reviewer's name."""
    if entity.types != (kind.uri,):
        raise BadRequestData(f"A {kind.name} is of the one type {kind.type}.", "/type")
    if entity.expires_at is not None:
        raise BadRequestData("A record of the ledger does not expire.", "/expiresAt")
    columns = {attribute_name(column.name): column for column in (*kind.columns, *ENTRY)}
    for name, instances in entity.attributes.items():
        short = CORE.compact(name)
        column = columns.get(name)
        if column is None or column.kind == "id":
            hint = suggestion(short, [CORE.compact(known) for known in columns]) or "."
            raise BadRequestData(f'{kind.type} has no attribute "{short}"{hint}', f"/{short}")
        for instance in instances:
            _check_instance(kind, column, instance, entity, f"/{column.name}")


def _check_instance(kind: Kind, column: Column, instance: Attribute, entity: Entity, at: str) -> None:
    if instance.kind not in _KINDS.get(column.kind, _PROPERTY):
        raise BadRequestData(f"{column.name} is no {instance.kind}.", at)
    if instance.expires_at is not None:
        raise BadRequestData("A record of the ledger does not expire.", at)
    if instance.observed_at is not None:
        raise BadRequestData("A record has no observedAt; when its value holds is said in asOf, or since.", at)
    if instance.attributes:
        raise BadRequestData(f"{column.name} is a plain attribute, without attributes of its own.", at)
    if any(text != text.strip() for text in _texts_of(instance.value)):
        raise BadRequestData(f"{column.name} has white space at its beginning or end; send it without.", at)
    wanted = find_unit_code(kind, column, entity)
    if instance.unit_code not in (None, wanted):
        raise BadRequestData(f"unitCode {instance.unit_code} is not the code of the unit that is named beside it.", at)


def _texts_of(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (one for one in value if isinstance(one, str))
    elif isinstance(value, dict):
        yield from (one for one in value.values() if isinstance(one, str))


PERSONS = frozenset({"entered_by", "reviewed_by", "withdrawn_by"})
"""Columns that name a person."""


def _check_signs(row: Row, at: Pointer) -> None:
    """What cannot be seen cannot be reviewed, and tells two names apart that look the same."""
    faults = []
    for name, text in row.items():
        if sign := unseen_sign(text, "" if name in PERSONS else "\t\n\r"):
            faults.append(Fault(f"It holds a control character or a sign that is not seen ({sign}); type it anew.",
                                at / name))  # fmt: skip
        elif name in PERSONS and (len(text) > NAME_MAX or (text.strip() and not same_name(text))):
            faults.append(Fault(f"That is no name; give one of letters, of at most {NAME_MAX}.", at / name))
    if faults:
        raise BadRequestData(faults[0].detail, faults=faults)


def check_new(kind: Kind, row: Row, measures: Measures, at: Pointer, *, restored: bool = False) -> Record:
    """The record of a row. Raises BadRequestData where it is not whole, or says that it was reviewed and was not.

    restored: it was a record before, in whatever state it says, and comes back from a copy.
    """
    _check_signs(row, at)
    record = parse_row(kind, row, at)
    if isinstance(record, Fact):
        check_measure(record, measures, at)
    corrected = record.entry.supersedes
    if corrected and (corrected == record.id or not corrected.startswith(f"urn:ngsi-ld:{kind.type}:")):
        raise BadRequestData(f"A record corrects another {kind.name}, named by its entity id.", str(at / "supersedes"))
    if restored:
        return record
    status = record.entry.status
    if status not in ("draft", "shipped", "published"):
        raise BadRequestData(f"A new record is a draft, not {status}.", str(at / "status"))
    unsigned = _signatures() - SIGNED.get(status, frozenset())
    for name in sorted(unsigned - {"status"}):
        if row.get(name, "").strip():
            raise BadRequestData(f"A new record that is {status} has no {name} yet.", str(at / name))
    if status == "published":
        _check_two(row, at)
    return record


def _signatures() -> frozenset[str]:
    return frozenset().union(*SIGNED.values())


def _check_origin(record: Record) -> None:
    if record.entry.status == "shipped":
        raise BadRequestData("Only what comes with madang is shipped; enter it as a draft.", "/status")


def _check_times(record: Record, after: Entity, written: Row, *, restored: bool) -> None:
    """Nobody reviews tomorrow, or what is not there yet. written: what of it is new. restored: it was there before, in
    another hub."""
    now, made = after.modified_at, after.created_at
    times = {"reviewed_at": record.entry.reviewed_at, "withdrawn_at": record.entry.withdrawn_at}
    for name, time in times.items():
        if name not in written:
            continue
        if isinstance(now, datetime) and time is not None and time > now + CLOCK_SKEW:
            raise BadRequestData(f"{name} lies in the future.", f"/{name}")
        if isinstance(made, datetime) and time is not None and time < made - CLOCK_SKEW and not restored:
            raise BadRequestData(f"{name} lies before the record was entered; leave it out.", f"/{name}")


# -------------------------------------------------------------------------------------------------- what may change


def _check_change(kind: Kind, before: Entity, after: Entity, new: Row) -> Record:
    _check_same(kind, before, after)
    old, record = to_row(kind, before), parse_row(kind, new, Pointer(""))
    _check_signs(_written(kind, old, new), Pointer(""))
    _check_step(kind, old, new, after)
    return record


def _written(kind: Kind, old: Row, new: Row) -> Row:
    """What of a row is not as it was."""
    return {name: new.get(name, "") for name in known_columns(kind) if old.get(name, "") != new.get(name, "")}


def _check_step(kind: Kind, old: Row, new: Row, after: Entity) -> None:
    was, now = old.get("status") or "draft", new.get("status") or "draft"
    written = _written(kind, old, new).keys()
    if was == now:
        if written & _signatures() or (written and was in ("rejected", "withdrawn")):
            raise Immutable(after.id, f"{kind.en} {new['id']} is {was}, and who decided that stays as it is.")
        return
    if now not in NEXT[was]:
        raise Immutable(after.id, f"{kind.en} {new['id']} is {was}; it cannot become {now}.")
    if beside := written & _signatures() - SIGNED[now]:
        raise Immutable(after.id, f"{min(beside)} of {kind.en} {new['id']} is not written on the way to {now}.")
    if now == "withdrawn":
        if not same_name(new.get("withdrawn_by", "")):
            raise BadRequestData("Say who withdraws it.", "/withdrawn_by")
    elif was != "shipped" or new.get("entered_by"):
        _check_two(new, Pointer(""))
    elif not same_name(new.get("reviewed_by", "")):
        raise BadRequestData("Say who looked at it.", "/reviewed_by")
    if now in ("rejected", "withdrawn") and not new.get("status_reason", "").strip():
        raise BadRequestData(f"Say why it is {now}.", "/status_reason")


def _check_two(row: Row, at: Pointer) -> None:
    entered, reviewed = same_name(row.get("entered_by", "")), same_name(row.get("reviewed_by", ""))
    if not entered:
        raise BadRequestData("A record that is reviewed names who entered it.", str(at / "entered_by"))
    if not reviewed or reviewed == entered:
        raise BadRequestData(
            "A record is published or rejected by a second person: name one who did not enter it.",
            str(at / "reviewed_by"),
        )


def _check_same(kind: Kind, before: Entity, after: Entity) -> None:
    """Everything but the columns that may change is what it was, down to the last member."""
    changing = {attribute_name(column.name) for column in (*kind.columns, *ENTRY) if column.changing}
    old, new = _statement(before, changing), _statement(after, changing)
    if old == new:
        return
    name = next((CORE.compact(n) for n in sorted(old.keys() | new.keys()) if old.get(n) != new.get(n)), "")
    raise Immutable(
        after.id,
        f"{kind.en} {after.id.rpartition(':')[2]} is never changed ({name}): enter a new {kind.name} that says what is "
        "so now, or withdraw this one with a reason.",
    )


def _statement(entity: Entity, changing: set[str]) -> dict[str, Any]:
    kept = {
        name: tuple(msgspec.structs.replace(one, created_at=None, modified_at=None) for one in instances)
        for name, instances in entity.attributes.items()
        if name not in changing
    }
    return {**kept, "scope": entity.scope or None}


def _check_end(kind: Kind, before: Entity | None) -> None:
    if before is None:
        return
    row = to_row(kind, before)
    if (row.get("status") or "draft") not in ("draft", "rejected"):
        raise Immutable(
            before.id, f"{kind.en} {row['id']} stays in the ledger: withdraw it with a reason instead of deleting it."
        )
