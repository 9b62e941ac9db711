"""A row of text (a line of CSV, a form, an entity's attributes) becomes a record, or is refused with every fault."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import orjson

from madang.errors import BadRequestData, Fault, Pointer
from madang.model.entity import Json
from madang.ngsild.geometry import parse_geometry

from .kinds import BY_NAME, ENTRY, KINDS, Column, Kind
from .languages import LANGUAGES
from .measures import fits
from .names import has_letter
from .quantity import Quantity, parse_number, parse_quantity
from .records import (
    Agreement,
    Baseline,
    Contract,
    Entry,
    Evidence,
    Fact,
    Organization,
    Parcel,
    Phase,
    Practice,
    Programme,
    Record,
    Source,
    Tenancy,
    Value,
)
from .when import When, parse_when

Row = Mapping[str, str]
"""Column name -> text as written; words by language as ``name_ko``, ``name_en``. Empty is the same as missing."""

TEXT_MAX = 4_000
"""Characters of one text."""

GEOMETRY_MAX = 130_000
"""Characters of a boundary; what a cell of a CSV file can have."""

YEARS = range(1900, 2201)
"""Of the times of the entry."""

COUNTED = frozenset({"area", "floor area", "jobs", "persons", "dwellings", "companies"})
"""Dimensions of what is there or is not: never fewer than none."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,119}")
_COUNTRY = re.compile(r"[A-Z]{2}")


def urn(kind: Kind, local: str) -> str:
    """Entity id of a record."""
    return local if local.startswith("urn:") else f"urn:ngsi-ld:{kind.type}:{local}"


def local_id(entity_id: str) -> str:
    """The last part of an entity id, as CSV files write it."""
    return entity_id.split(":", 3)[-1]


@dataclass(slots=True)
class _Reading:
    """One row being read: collects every fault instead of stopping at the first. at: where the row stands."""

    kind: Kind
    row: Row
    at: Pointer
    faults: list[Fault] = field(default_factory=list)

    def text(self, name: str) -> str:
        return self.row.get(name, "").strip()

    def fault(self, name: str, detail: str) -> None:
        self.faults.append(Fault(detail, self.at / name))

    def read(self, name: str, parse: Callable[[str, str], Any]) -> Any:
        """None where nothing stands there or what stands there is at fault."""
        text = self.text(name)
        if not text:
            return None
        try:
            return parse(text, str(self.at / name))
        except BadRequestData as exc:
            self.faults.extend(exc.faults)
            return None

    def words(self, name: str) -> dict[str, str]:
        return {lang: text for lang in LANGUAGES if (text := self.text(f"{name}_{lang}"))}

    def ref(self, name: str) -> str:
        column = self.kind.column(name)
        text = self.text(name)
        return urn(BY_NAME[column.refers], text) if column and text else ""

    def when(self, name: str) -> When | None:
        return cast(When | None, self.read(name, parse_when))

    def number(self, name: str) -> Decimal | None:
        def parse(text: str, at: str) -> Decimal:
            try:
                return parse_number(text)
            except BadRequestData as exc:
                raise BadRequestData(exc.detail, at) from exc

        return cast(Decimal | None, self.read(name, parse))

    def quantity(self, name: str, unit: str) -> Quantity | None:
        if self.text(name) and not self.text(unit):
            self.fault(unit, f"{name} needs its unit.")
            return None
        symbol = self.text(unit)
        found = cast(Quantity | None, self.read(name, lambda text, at: parse_quantity(text, symbol, at)))
        if found is None:
            return None
        column = self.kind.column(name)
        wanted, dimension = column.dimension if column else "", found.unit.dimension
        if wanted and not fits(dimension, wanted):
            self.fault(unit, f"{name} is given in a unit of {wanted}; {found.unit} is one of {dimension}.")
        if found.low < 0 and dimension in COUNTED:
            self.fault(name, f"{name} is negative; {dimension} cannot be fewer than none.")
        return found

    def whole(self, name: str) -> int | None:
        """A whole number within the column's range."""
        column = self.kind.column(name)
        number = self.number(name)
        if number is None or column is None:
            return None
        if number != number.to_integral_value() or not column.least <= number <= column.most:
            self.fault(name, f"{name} is a whole number from {column.least} to {column.most}.")
            return None
        return int(number)

    def span(self, first: str, last: str) -> tuple[When | None, When | None]:
        """Two moments, of which the second does not lie wholly before the first."""
        begins, ends = self.when(first), self.when(last)
        if begins is not None and ends is not None and ends.last < begins.first:
            self.fault(last, f"{last} ({ends}) lies before {first} ({begins}).")
        return begins, ends

    def flag(self, name: str) -> bool | None:
        return {"yes": True, "no": False}.get(self.text(name))

    def time(self, name: str) -> datetime | None:
        return cast(datetime | None, self.read(name, _time))

    def source(self) -> Source:
        return Source(self.text("source"), self.text("url"), self.text("quote"))

    def entry(self) -> Entry:
        return Entry(
            status=cast(Any, self.text("status") or "draft"),
            entered_by=self.text("entered_by"),
            reviewed_by=self.text("reviewed_by"),
            reviewed_at=self.time("reviewed_at"),
            withdrawn_by=self.text("withdrawn_by"),
            withdrawn_at=self.time("withdrawn_at"),
            reason=self.text("status_reason"),
            supersedes=self.text("supersedes"),
        )


def parse_row(kind: Kind, row: Row, at: Pointer) -> Record:
    """Raises BadRequestData with every fault, each with its column below ``at`` (``facts.csv row 7`` or an entity)."""
    reading = _Reading(kind, row, at)
    _check_columns(reading)
    record = READERS[kind.name](reading)
    if reading.faults:
        first = reading.faults[0].detail
        raise BadRequestData(f"{at}: {first}" if at else first, faults=tuple(reading.faults))
    return record


def _check_columns(reading: _Reading) -> None:
    known = known_columns(reading.kind)
    for name in reading.row:
        if name not in known:
            reading.fault(name, f'{reading.kind.name} has no column "{name}".')
    for column in (*reading.kind.columns, *ENTRY):
        _check_column(reading, column)


def known_columns(kind: Kind) -> Mapping[str, Column]:
    """Column by the name it has in a row."""
    return _COLUMNS[kind.name]


def _columns(kind: Kind) -> dict[str, Column]:
    known: dict[str, Column] = {}
    for column in (*kind.columns, *ENTRY):
        names = [f"{column.name}_{lang}" for lang in LANGUAGES] if column.kind == "words" else [column.name]
        known |= dict.fromkeys(names, column)
    return known


_COLUMNS = {kind.name: _columns(kind) for kind in KINDS}


def _check_column(reading: _Reading, column: Column) -> None:
    if column.kind == "words":
        words = reading.words(column.name)
        if column.required and not words:
            reading.fault(column.name, f"{reading.kind.name} needs {column.name} in at least one language.")
        for lang, text in words.items():
            if len(text) > TEXT_MAX:
                reading.fault(f"{column.name}_{lang}", f"{column.name} is longer than {TEXT_MAX} characters.")
        return
    text = reading.text(column.name)
    if not text:
        if column.required:
            reading.fault(column.name, _missing(reading.kind, column))
        return
    most = GEOMETRY_MAX if column.kind == "geometry" else TEXT_MAX
    if len(text) > most:
        reading.fault(column.name, f"{column.name} is longer than {most} characters.")
    elif column.name == "source" and not has_letter(text):
        reading.fault(column.name, _missing(reading.kind, column))
    elif column.choices and text not in column.choices:
        reading.fault(column.name, f'"{text[:40]}" is not one of {", ".join(column.choices)}.')
    elif column.kind == "id" and not _ID.fullmatch(text.removeprefix(f"urn:ngsi-ld:{reading.kind.type}:")):
        reading.fault(column.name, f'"{text[:40]}" is no id; use letters of a to z, digits, and . _ ~ -')
    elif column.kind in ("ref", "refs") and (wrong := _no_refs(BY_NAME[column.refers], text)):
        reading.fault(column.name, f'"{wrong[:40]}" is no id of a {column.refers}.')
    elif column.kind == "flag" and text not in ("yes", "no"):
        reading.fault(column.name, f'"{text[:40]}" is neither yes nor no.')
    elif column.kind == "url" and not text.startswith(("http://", "https://")):
        reading.fault(column.name, f'"{text[:40]}" is no web address; it must begin with https:// or http://.')


def _no_refs(kind: Kind, text: str) -> str:
    """The first of the ids between ``;`` that cannot be one of this kind; "" where all can."""
    parts = [one.strip() for one in text.split(";")]
    return next((one for one in parts if one and not _ID.fullmatch(one.removeprefix(f"urn:ngsi-ld:{kind.type}:"))), "")


def _missing(kind: Kind, column: Column) -> str:
    if column.name == "source":
        return f"A {kind.name} without a source is not taken: say which document states it, and when."
    return f"{kind.name} needs {column.name} ({column.en})."


def _time(text: str, at: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as exc:
        raise BadRequestData(f'"{text[:40]}" is no time such as 2026-03-01T09:00:00Z.', at) from exc
    if found.tzinfo is None:
        raise BadRequestData(f'"{text[:40]}" lacks its time zone.', at)
    if found.year not in YEARS:
        raise BadRequestData(f'"{text[:40]}" is outside the years {YEARS[0]} to {YEARS[-1]}.', at)
    return found


def _location(text: str, at: str) -> Json:
    try:
        shape = orjson.loads(text)
    except orjson.JSONDecodeError as exc:
        raise BadRequestData("The boundary is not JSON.", at) from exc
    shape = parse_geometry(shape, Pointer(at))
    if shape["type"] not in ("Polygon", "MultiPolygon"):
        raise BadRequestData(f"The boundary is a {shape['type']}; a parcel needs a Polygon.", at)
    return shape


def _value(r: _Reading) -> Value:
    unit = r.text("unit")
    if unit == "date":
        return r.when("value") or ""
    if unit == "text":
        return r.text("value")
    return r.quantity("value", "unit") or ""


def _country(r: _Reading) -> str:
    country = r.text("country")
    if country and not _COUNTRY.fullmatch(country):
        r.fault("country", f'"{country[:40]}" is no country code of two capital letters (ISO 3166), such as KR.')
    return country


def _programme(r: _Reading) -> Programme:
    lon, lat = r.number("lon"), r.number("lat")
    if (lon is None) != (lat is None) or (lon is not None and lat is not None and (abs(lon) > 180 or abs(lat) > 90)):
        r.fault("lon", "A position needs a longitude of -180..180 and a latitude of -90..90.")
    return Programme(
        urn(r.kind, r.text("id")),
        r.words("name"),
        r.text("city"),
        _country(r),
        cast(Any, r.text("role")),
        (float(lon), float(lat)) if lon is not None and lat is not None else None,
        r.ref("part_of"),
        r.source(),
        r.entry(),
    )


def _fact(r: _Reading) -> Fact:
    return Fact(
        urn(r.kind, r.text("id")),
        r.ref("subject"),
        r.text("measure"),
        cast(Any, r.text("basis")),
        _value(r),
        r.text("boundary") or "district",
        r.text("definition"),
        r.when("as_of"),
        r.when("stated"),
        r.source(),
        cast(Any, r.text("quality")),
        cast(Any, r.text("confidence")),
        r.ref("baseline"),
        r.ref("party"),
        r.text("note"),
        r.entry(),
    )


def _baseline(r: _Reading) -> Baseline:
    number, stated = r.whole("number"), r.when("stated")
    return Baseline(
        urn(r.kind, r.text("id")),
        r.ref("subject"),
        number or 0,
        cast(When, stated),  # required: without it there is a fault, and no record
        r.words("title"),
        r.text("reason"),
        r.source(),
        r.entry(),
    )


def _phase(r: _Reading) -> Phase:
    start, end = r.span("start", "end")
    return Phase(
        urn(r.kind, r.text("id")),
        r.ref("subject"),
        r.words("name"),
        start,
        end,
        cast(Any, r.text("basis")),
        r.when("stated"),
        r.source(),
        r.entry(),
    )


def _parcel(r: _Reading) -> Parcel:
    return Parcel(
        urn(r.kind, r.text("id")),
        r.ref("subject"),
        r.ref("phase"),
        r.text("name"),
        r.text("use"),
        r.quantity("area", "area_unit"),
        r.quantity("floor_area", "floor_area_unit"),
        r.text("state"),
        r.ref("tenant"),
        r.read("location", _location),
        r.when("stated"),
        r.source(),
        r.entry(),
    )


def _contract(r: _Reading) -> Contract:
    return Contract(
        urn(r.kind, r.text("id")),
        r.ref("subject"),
        r.ref("parcel"),
        r.ref("party"),
        r.text("kind"),
        r.quantity("value", "value_unit"),
        r.when("signed"),
        r.text("procurement"),
        r.whole("bids"),
        r.source(),
        r.entry(),
    )


def _tenancy(r: _Reading) -> Tenancy:
    since, until = r.span("since", "until")
    return Tenancy(
        urn(r.kind, r.text("id")),
        r.ref("subject"),
        r.ref("party"),
        r.text("sector"),
        r.flag("research"),
        r.flag("sme"),
        r.quantity("jobs", "jobs_unit"),
        since,
        until,
        r.ref("parcel"),
        r.source(),
        r.entry(),
    )


def _organization(r: _Reading) -> Organization:
    return Organization(
        urn(r.kind, r.text("id")), r.words("name"), r.text("kind"), _country(r), r.text("url"), r.entry()
    )


def _agreement(r: _Reading) -> Agreement:
    parties = tuple(urn(BY_NAME["organization"], one) for part in r.text("parties").split(";") if (one := part.strip()))
    if len(set(parties)) < 2:
        r.fault("parties", "An agreement needs two different parties or more, with ; between them.")
    since, until = r.span("since", "until")
    return Agreement(
        urn(r.kind, r.text("id")),
        parties,
        r.text("kind"),
        since,
        until,
        r.words("what"),
        r.source(),
        r.entry(),
    )


def _practice(r: _Reading) -> Practice:
    return Practice(
        urn(r.kind, r.text("id")),
        r.text("city"),
        _country(r),
        r.words("title"),
        r.words("problem"),
        r.words("done"),
        r.quantity("cost", "cost_unit"),
        r.text("evidence"),
        r.text("contact"),
        r.text("licence"),
        r.source(),
        r.entry(),
    )


def _evidence(r: _Reading) -> Evidence:
    return Evidence(
        urn(r.kind, r.text("id")),
        r.text("city"),
        r.text("area"),
        r.words("title"),
        r.words("what"),
        r.when("as_of"),
        r.source(),
        r.entry(),
    )


READERS: Mapping[str, Callable[[_Reading], Record]] = {
    "programme": _programme,
    "fact": _fact,
    "baseline": _baseline,
    "phase": _phase,
    "parcel": _parcel,
    "contract": _contract,
    "tenancy": _tenancy,
    "organization": _organization,
    "agreement": _agreement,
    "practice": _practice,
    "evidence": _evidence,
}
