"""Entry and review: a form for every kind of record, whole files, and what waits for a second person.

Every step is an ordinary form: nothing needs JavaScript. What was typed stays typed when something is wrong.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from madang.district.book import Book, stated_order
from madang.district.desk import Desk
from madang.district.kinds import BY_NAME, KINDS, Kind
from madang.district.log import row_digest
from madang.district.names import NAME_MAX
from madang.district.rates import Rates
from madang.district.records import Fact, Record
from madang.district.rows import Row, known_columns, local_id, parse_row
from madang.errors import (
    BadRequestData,
    Conflict,
    Fault,
    Immutable,
    InputError,
    NotFound,
    Pointer,
)
from madang.web.city import City
from madang.web.console.attributes import entity_path
from madang.web.console.csvtext import BYTE_ORDER_MARK
from madang.web.console.forms import bounded_form, text_of
from madang.web.console.render import read_reader
from madang.web.console.texts import say

from .entryform import (
    FORM_LANGUAGES,
    answers,
    every_record,
    fault_text,
    faults_by_field,
    form_fields,
    label_of,
    local_type,
    record_name,
    record_title,
    row_names,
)
from .frame import Look, look, places_page
from .shown import FactShown, shown_fact

TAB = "places/entry"
FILE_MAX = 20_000_000
"""Bytes of one uploaded file."""

FORM_MAX = 4_000_000
"""Bytes of a filled form."""

FRAME_MAX = 100_000
"""Bytes of what stands around a file in its form."""

PREVIEW = 20
FAULTS_SHOWN = 200
WAITING_SHOWN = 200
SOURCE = ("source", "url", "quote")
PLACE_OF = {
    "reviewed_by": "by",
    "reviewedBy": "by",
    "withdrawn_by": "by",
    "withdrawnBy": "by",
    "status_reason": "reason",
    "statusReason": "reason",
}
"""Where the decision's form has what a fault is about."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One line of the summary on top. anchor: id of the field it is about, "" for none."""

    anchor: str
    text: str
    detail: str = ""


@dataclass(slots=True)
class Form:
    """What the page knows between two clicks. step: fill, check (look at it once more), file."""

    kind: Kind
    row: dict[str, str] = field(default_factory=dict)
    by: str = ""
    correcting: str = ""
    step: str = "fill"
    faults: Sequence[Fault] = ()


def entry_routes(cities: Mapping[str, City]) -> list[Route]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        form = Form(_kind(request.query_params.get("kind", "fact")))
        form.correcting = request.query_params.get("correct", "")
        if form.correcting:
            form.kind, form.row = await _desk(city).read(form.correcting)
            form.row = _own_columns(form.kind, form.row)
            form.row["id"] = ""
        else:
            form.row = _own_columns(form.kind, dict(request.query_params))
        return await _entry_page(request, cities, city, form)

    async def take(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        async with bounded_form(request, FORM_MAX) as data:
            form = _read_form(data)
            do = str(data.get("do", "check"))
            if do == "edit":
                return await _entry_page(request, cities, city, form)
            return await _take(request, cities, city, form, save=do == "save")

    async def take_file(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        async with bounded_form(request, FILE_MAX + FRAME_MAX) as data:
            return await _take_file(request, cities, city, data)

    async def template(request: Request) -> Response:
        kind = _kind(request.query_params.get("kind", "fact"))
        out = io.StringIO()
        csv.writer(out).writerow(header_of(kind))
        headers = {"Content-Disposition": f'attachment; filename="{kind.plural}.csv"'}
        return Response(BYTE_ORDER_MARK + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)

    async def record(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        return await _record_page(request, cities, city, request.query_params.get("id", ""))

    async def decide(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        async with bounded_form(request, FORM_MAX) as data:
            said = {name: text_of(data, name) for name in data}
        return await _decide(request, cities, city, said)

    return [
        Route("/{city}/places/entry", show),
        Route("/{city}/places/entry", take, methods=["POST"]),
        Route("/{city}/places/entry/file", take_file, methods=["POST"]),
        Route("/{city}/places/entry/template.csv", template),
        Route("/{city}/places/entry/record", record),
        Route("/{city}/places/entry/record", decide, methods=["POST"]),
    ]


def _desk(city: City) -> Desk:
    return Desk(city.entities, city.places.ledger.measures)


def _kind(name: str) -> Kind:
    if name not in BY_NAME:
        raise BadRequestData(f"The ledger has no kind {name[:40]!r}; it has {', '.join(BY_NAME)}.", "kind")
    return BY_NAME[name]


def header_of(kind: Kind) -> list[str]:
    """Column names of a kind's CSV file, words in the two languages of the form."""
    return [
        name
        for column in kind.columns
        for name in ([f"{column.name}_{lang}" for lang in FORM_LANGUAGES] if column.kind == "words" else [column.name])
    ]


def _own_columns(kind: Kind, texts: Mapping[str, str]) -> dict[str, str]:
    names = {
        *header_of(kind),
        *(f"{c.name}_{lang}" for c in kind.columns for lang in ("fr", "de") if c.kind == "words"),
    }
    return {name: text for name, text in texts.items() if name in names}


# ------------------------------------------------------------------------------------------------- one record


def _read_form(data: FormData) -> Form:
    kind = _kind(text_of(data, "kind"))
    row = {}
    for name in _own_columns(kind, dict.fromkeys(data, "")):
        # Browsers send line ends as CR LF; a statement has the same digest wherever it was typed.
        row[name] = text_of(data, name).replace("\r\n", "\n").strip()
    return Form(kind, row, text_of(data, "by").strip(), text_of(data, "correcting"))


async def _take(request: Request, cities: Mapping[str, City], city: City, form: Form, *, save: bool) -> Response:
    """Look at what was typed; enter it where the person has seen it once more."""
    desk = _desk(city)
    nameless = not form.row.get("id")
    if nameless:
        form.row["id"] = await desk.free_id(form.kind, _id_for(form.kind, form.row))
    try:
        await desk.check(form.kind, [(Pointer(""), form.row)], form.by, correcting=form.correcting)
        if not save:
            form.step = "check"
            return await _entry_page(request, cities, city, form)
        if form.correcting:
            entity_id = await desk.correct(form.correcting, form.row, form.by)
        else:
            entity_id = await desk.enter(form.kind, form.row, form.by)
    except BadRequestData as exc:
        form.faults = exc.faults
        if nameless:
            form.row["id"] = ""  # it is made of what is said, which is going to be corrected
        return await _entry_page(request, cities, city, form, status=400)
    return _go(city, "places/entry/record", id=entity_id, done="entered")


def _id_for(kind: Kind, row: Row) -> str:
    """A local id out of what was said: programme, measure or name, and when it was said."""
    parts = [row.get(name, "") for name in ("subject", "measure", "name_en", "title_en", "name", "city", "stated")]
    said = "-".join(part for part in (*parts, row.get("number", "") if kind.name == "baseline" else "") if part)
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in said.lower())
    return "-".join(filter(None, plain.split("-")))[:100] or kind.name


def _go(city: City, path: str, **query: str) -> Response:
    return RedirectResponse(f"/{city.name}/{path}?{urlencode(query)}", status_code=303)


async def _entry_page(
    request: Request,
    cities: Mapping[str, City],
    city: City,
    form: Form,
    *,
    status: int = 200,
    file: "FileLook | None" = None,
) -> Response:
    found = await look(request, city)
    book, lang = found.book, found.lang
    checking = form.step == "check"
    return await places_page(
        request,
        cities,
        city,
        TAB,
        "places/entry.html",
        status=status,
        form=form,
        kinds=[{"name": kind.name, "title": kind.ko if lang == "ko" else kind.en} for kind in KINDS],
        kind_title=form.kind.ko if lang == "ko" else form.kind.en,
        fields=form_fields(form.kind, form.row, book, lang, form.faults),
        wrongs=wrongs(form, lang),
        name_wrong=faults_by_field(form.faults).get("entered_by"),
        answers=answers(form.kind, form.row, book, lang, _rates(city)) if checking else [],
        before=previous_values(form.kind, form.row, book, lang) if checking else [],
        waiting=[_waiting(one, found) for one in _newest(book.waiting)[:WAITING_SHOWN]],
        waiting_count=len(book.waiting),
        file=file,
        name_max=NAME_MAX,
        rows_shown=PREVIEW,
        view_done=request.query_params.get("done", ""),
        done_count=request.query_params.get("n", "")[:9],
    )


def wrongs(form: Form, lang: str) -> list[Wrong]:
    """The summary on top: each fault once, with a link to its field."""
    found = []
    for place, fault in faults_by_field(form.faults).items():
        column = form.kind.column(place) or form.kind.column(place.rpartition("_")[0])
        if place == "entered_by":
            found.append(Wrong("by", say("places.entry.missing.name", lang)))
        elif column is None:
            found.append(Wrong("", fault.detail))
        else:
            text, detail = fault_text(form.kind, column, form.row.get(place, ""), fault, lang)
            anchor = f"{column.name}_{FORM_LANGUAGES[0]}" if column.kind == "words" and place == column.name else place
            found.append(Wrong(f"field-{anchor}", f"{label_of(column, lang)}: {text}", detail))
    return found


def _rates(city: City) -> Rates | None:
    path = city.places.files.shared / "rates.csv"
    return Rates.load(path) if path.is_file() else None


def previous_values(kind: Kind, row: Row, book: Book, lang: str, skip: str = "") -> list[FactShown]:
    """What the ledger says of the same measure of the same programme: newest statement first."""
    if kind.name != "fact":
        return []
    fact = parse_row(kind, {**row, "id": row.get("id") or "x"}, Pointer(""))
    if not isinstance(fact, Fact):
        return []
    said = [one for one in book.facts_of(fact.subject, fact.measure) if one.id != skip]
    return [shown_fact(one, book, lang) for one in sorted(said, key=stated_order, reverse=True)[:6]]


def _newest(records: Sequence[Record]) -> list[Record]:
    return sorted(records, key=lambda one: (_entered(one), one.id), reverse=True)


def _entered(record: Record) -> float:
    return record.entry.entered_at.timestamp() if record.entry.entered_at else 0.0


def _waiting(record: Record, found: Look) -> dict[str, Any]:
    kind = BY_NAME[local_type(record)]
    return {
        "id": record.id,
        "kind": kind.ko if found.lang == "ko" else kind.en,
        "title": headline(record, found.book, found.lang),
        "by": record.entry.entered_by,
        "at": record.entry.entered_at,
        "corrects": local_id(record.entry.supersedes) if record.entry.supersedes else "",
    }


def headline(record: Record, book: Book, lang: str) -> str:
    """A record in one line: the programme it speaks of, and what it says."""
    subject = book.programmes.get(getattr(record, "subject", ""))
    if isinstance(record, Fact):
        shown = shown_fact(record, book, lang)
        said = f"{shown.measure}: {shown.value}"
    else:
        said = record_name(record, lang) or local_id(record.id)
    return f"{record_title(subject, lang)} · {said}" if subject else said


# --------------------------------------------------------------------------------------------------- files


@dataclass(frozen=True, slots=True)
class FileLook:
    """What a file would enter. rows: the first ones, in the order of columns. faults: of all of it."""

    name: str
    text: str
    count: int
    columns: Sequence[str] = ()
    rows: Sequence[tuple[str, Sequence[str]]] = ()
    faults: Sequence["FileFault"] = ()
    more_faults: int = 0


@dataclass(frozen=True, slots=True)
class FileFault:
    """where: file, row and column. text: in the reader's language; detail: English, "" where it says no more."""

    where: str
    text: str
    detail: str


async def _take_file(request: Request, cities: Mapping[str, City], city: City, data: FormData) -> Response:
    form = Form(_kind(text_of(data, "kind")), {}, text_of(data, "by").strip(), step="file")
    upload = data.get("file")
    name, body = f"{form.kind.plural}.csv", text_of(data, "text").replace("\r\n", "\n").encode()
    if isinstance(upload, UploadFile) and upload.filename:
        name, body = upload.filename.rpartition("/")[2][:80], await upload.read(FILE_MAX + 1)
    desk = _desk(city)
    try:
        if len(body) > FILE_MAX:
            raise BadRequestData(f"{name} is larger than {FILE_MAX // 1_000_000} MB; send it in parts.", name)
        if text_of(data, "do") == "save":
            done = await desk.enter_csv(form.kind, body, name, form.by)
            return _go(city, TAB, done="file", n=str(len(done.ids)), kind=form.kind.name)
        rows = (await desk.check_csv(form.kind, body, name, form.by)).rows
    except BadRequestData as exc:
        form.faults = [fault for fault in exc.faults if fault.where == "entered_by"]
        others = [fault for fault in exc.faults if fault.where != "entered_by"]
        lang = read_reader(request, city).lang
        told = [_file_fault(form.kind, one, lang) for one in others[:FAULTS_SHOWN]]
        shown = FileLook(name, "", 0, faults=told, more_faults=len(others) - len(told))
        return await _entry_page(request, cities, city, form, status=400, file=shown)
    names = [one for one in header_of(form.kind) if any(one in row for _, row in rows)]
    lines = [(str(at).rpartition(" ")[2], [row.get(one, "") for one in names]) for at, row in rows[:PREVIEW]]
    # The browser does not send a chosen file twice, so its text comes back with the page.
    text = body.decode("utf-8-sig")
    return await _entry_page(request, cities, city, form, file=FileLook(name, text, len(rows), names, lines))


def _file_fault(kind: Kind, fault: Fault, lang: str) -> FileFault:
    place = fault.where.partition("/")[2].split("/")[0]
    column = known_columns(kind).get(place) or kind.column(place)
    if column is not None:
        return FileFault(fault.where, *fault_text(kind, column, "written", fault, lang))
    text, detail = (fault.detail, "") if lang == "en" else (say("places.entry.file.bad", lang), fault.detail)
    return FileFault(fault.where, text, detail)


# ------------------------------------------------------------------------------------- one record and its review


async def _record_page(
    request: Request,
    cities: Mapping[str, City],
    city: City,
    entity_id: str,
    *,
    status: int = 200,
    said: Mapping[str, str] | None = None,
    wrong: Wrong | None = None,
) -> Response:
    found = await look(request, city)
    kind, row = await _desk(city).read(entity_id)
    lang, book = found.lang, found.book
    record = _find(entity_id, book)
    state = row.get("status") or "draft"
    return await places_page(
        request,
        cities,
        city,
        TAB,
        "places/record.html",
        status=status,
        entity_id=entity_id,
        entity_path=entity_path(entity_id),
        local=local_id(entity_id),
        kind_title=kind.ko if lang == "ko" else kind.en,
        state=state,
        title=headline(record, book, lang) if record else local_id(entity_id),
        answers=[
            one for one in answers(kind, row, book, lang, _rates(city)) if one.name not in ("source", "url", "quote")
        ],
        source={name: row.get(name, "") for name in SOURCE},
        entry=record.entry if record else None,
        before=previous_values(kind, row, book, lang, entity_id),
        corrects=await _corrected(city, row.get("supersedes", ""), kind, row, lang),
        said=said or {},
        seen=row_digest(kind, row),
        wrong=wrong,
        name_max=NAME_MAX,
        done=request.query_params.get("done", ""),
    )


def _find(entity_id: str, book: Book) -> Record | None:
    return next((one for one in every_record(book) if one.id == entity_id), None)


async def _corrected(city: City, old_id: str, kind: Kind, row: Row, lang: str) -> list[dict[str, str]]:
    """What a correction changes: column, before, after."""
    if not old_id:
        return []
    try:
        _, old = await _desk(city).read(old_id)
    except (NotFound, BadRequestData):
        return []
    labels = {name: label_of(column, lang) for column in kind.columns for name in row_names(column)}
    return [
        {"label": label, "before": old.get(name, ""), "after": row.get(name, "")}
        for name, label in labels.items()
        if name != "id" and old.get(name, "") != row.get(name, "")
    ]


async def _decide(request: Request, cities: Mapping[str, City], city: City, said: Mapping[str, str]) -> Response:
    desk, do, entity_id = _desk(city), said.get("do", ""), said.get("id", "")
    by, reason, seen = said.get("by", ""), said.get("reason", ""), said.get("seen", "")
    try:
        if do in ("published", "rejected"):
            await desk.review(entity_id, by, "published" if do == "published" else "rejected", reason, seen)
        elif do == "withdrawn":
            await desk.withdraw(entity_id, by, reason, seen)
        elif do == "discarded":
            await desk.discard(entity_id, seen)
            return _go(city, TAB, done="discarded")
        else:
            raise BadRequestData(f"There is no step {do[:40]!r}.", "do")
    except NotFound:
        raise
    except (InputError, Immutable, Conflict) as exc:
        where = exc.faults[0].where.strip("/") if exc.faults else ""
        reader = await look(request, city)
        wrong = _decision_wrong(where, exc.detail if not exc.faults else exc.faults[0].detail, reader.lang)
        status = 400 if isinstance(exc, InputError) else 409
        return await _record_page(request, cities, city, entity_id, status=status, said=said, wrong=wrong)
    return _go(city, "places/entry/record", id=entity_id, done=do)


def _decision_wrong(where: str, detail: str, lang: str) -> Wrong:
    anchor = PLACE_OF.get(where, "")
    if lang == "en":
        return Wrong(anchor, detail)
    key = f"places.entry.wrong.{anchor}" if anchor else "places.entry.wrong.other"
    return Wrong(anchor, say(key, lang), detail)
