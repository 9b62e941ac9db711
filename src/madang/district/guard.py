"""What may happen to a record in the hub, whichever door it comes through: form, CSV, API or the shipped data."""

from collections.abc import Callable, Mapping

from madang.errors import BadRequestData, Immutable, Pointer
from madang.model.entity import Entity

from .entities import kind_of, to_row
from .kinds import KINDS, Kind
from .measures import Measures, check_measure
from .records import Fact, Status
from .rows import Row, known_columns, parse_row

Guard = Callable[[Entity | None, Entity | None], None]

NEXT: Mapping[str, frozenset[Status]] = {
    "draft": frozenset({"published", "rejected"}),
    "shipped": frozenset({"published", "withdrawn"}),
    "published": frozenset({"withdrawn"}),
    "rejected": frozenset(),
    "withdrawn": frozenset(),
}
"""The states a record may go to from each state."""


def guards(measures: Measures) -> Mapping[str, Guard]:
    """Entity type -> guard, for every kind the ledger keeps."""
    return {kind.uri: _guard(kind, measures) for kind in KINDS}


def _guard(kind: Kind, measures: Measures) -> Guard:
    def check(before: Entity | None, after: Entity | None) -> None:
        if before is not None and kind_of(before) is not kind:
            before = None
        if after is None or kind_of(after) is not kind:
            _check_end(kind, before)
            return
        _check_stays(after)
        row = to_row(kind, after)
        if before is None:
            check_new(kind, row, measures, Pointer(after.id))
        else:
            _check_change(kind, to_row(kind, before), row, measures, Pointer(after.id))

    return check


def _check_stays(entity: Entity) -> None:
    """A record that expires by itself would be a deletion that nobody has to give a reason for."""
    ends = entity.expires_at or any(one.expires_at for items in entity.attributes.values() for one in items)
    if ends:
        raise BadRequestData("A record of the ledger does not expire.", str(Pointer(entity.id) / "expiresAt"))


def check_new(kind: Kind, row: Row, measures: Measures, at: Pointer) -> None:
    """Raises BadRequestData where the row is no whole record, or says that it was reviewed and was not."""
    record = parse_row(kind, row, at)
    if isinstance(record, Fact):
        check_measure(record, measures, at)
    if record.entry.status not in ("draft", "shipped", "published"):
        raise BadRequestData(f"A new record is a draft, not {record.entry.status}.", str(at / "status"))
    _check_review(row, at)


def _check_review(row: Row, at: Pointer) -> None:
    status, entered, reviewed = row.get("status", "draft"), row.get("entered_by", ""), row.get("reviewed_by", "")
    if status in ("published", "rejected") and (not reviewed or reviewed.casefold() == entered.casefold()):
        raise BadRequestData(
            "A record is published or rejected by a second person: name one who did not enter it.",
            str(at / "reviewedBy"),
        )
    if status in ("rejected", "withdrawn") and not row.get("reason"):
        raise BadRequestData(f"Say why it is {status}.", str(at / "reason"))


def _check_change(kind: Kind, old: Row, new: Row, measures: Measures, at: Pointer) -> None:
    for name, column in known_columns(kind).items():
        if not column.changing and old.get(name, "") != new.get(name, ""):
            raise Immutable(
                str(at),
                f"{kind.en} {new.get('id', at)} is never changed ({name}): enter a new {kind.name} that says what is "
                "so now, or withdraw this one with a reason.",
            )
    was, now = old.get("status") or "draft", new.get("status") or "draft"
    if was != now:
        if now not in NEXT[was]:
            raise Immutable(str(at), f"{kind.en} {new.get('id', at)} is {was}; it cannot become {now}.")
        _check_review(new, at)
    elif was in ("rejected", "withdrawn") and old != new:
        raise Immutable(str(at), f"{kind.en} {new.get('id', at)} is {was} and stays as it is.")
    parse_row(kind, new, at)


def _check_end(kind: Kind, before: Entity | None) -> None:
    if before is None:
        return
    row = to_row(kind, before)
    if (row.get("status") or "draft") not in ("draft", "rejected"):
        raise Immutable(
            before.id, f"{kind.en} {row['id']} stays in the ledger: withdraw it with a reason instead of deleting it."
        )
