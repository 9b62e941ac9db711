"""Public integrity that a city can count itself; apart from it, what national bodies published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.book import Book
from madang.district.integrity import (
    Account,
    Answering,
    Complaint,
    Score,
    Share,
    Worked,
    account,
    answering,
    load_scores,
    load_worked,
    scores_for,
)
from madang.district.ledger import PAGE, TENANT
from madang.district.records import Fact, Source
from madang.district.rows import local_id
from madang.district.unknown import Gap
from madang.errors import BadRequestData
from madang.model.entity import Entity
from madang.model.query import AnyType, Query
from madang.ngsild.context import CORE
from madang.ngsild.parse import parse_time
from madang.web.city import City
from madang.web.console.csvtext import csv_text
from madang.web.console.format import number_text
from madang.web.console.render import moment
from madang.web.console.texts import say

from .frame import Look, look, places_page, programme_choices
from .shown import measure_title, names, value_texts, when_text

TAB = "places/integrity"
LIMIT_DAYS = 14
"""What counts as in time unless the address says otherwise: laws give each kind of request its own limit."""

LIMITS = range(1, 366)
COMPLAINTS_MAX = 20_000
"""Complaints that one look reads; the page says where there are more."""

RECORDS_SHOWN = 20
_ARRIVED, _CLOSED = CORE.expand("requested_datetime"), CORE.expand("closed_datetime")


@dataclass(frozen=True, slots=True)
class ShareRow:
    """share "": there is nothing to take it of. records: (local id, entity id) of the first to look at."""

    key: str
    share: str
    count: int
    of: int
    unknown: int
    records: Sequence[tuple[str, str]]
    more: int


@dataclass(frozen=True, slots=True)
class OverdueRow:
    record: str
    programme: str
    what: str
    promised: str
    stated: str
    source: Source


@dataclass(frozen=True, slots=True)
class ScoreRow:
    index: str
    scope: str
    year: int
    score: str
    grade: int
    rank: str
    source: Source


def integrity_routes(cities: Mapping[str, City]) -> Sequence[Route]:
    async def show_page(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found, subject, days = await _asked(request, city)
        complaints, more = await read_complaints(city)
        told = account(found.book, subject, datetime.now(UTC))
        answers = answering(complaints, timedelta(days=days), moment(found.reader, city))
        return await places_page(
            request,
            cities,
            city,
            TAB,
            "places/integrity.html",
            programmes=[one for one in programme_choices(found) if one["role"] == "own"],
            chosen=local_id(subject),
            days=days,
            days_max=LIMITS[-1],
            answers=answers,
            within=share_row(answers.within),
            median=_days(answers, found.lang),
            complaints=len(complaints),
            complaints_more=more,
            contracts=[share_row(one) for one in told.contracts],
            contracts_count=told.contracts[-1].of,
            record=[share_row(one) for one in told.record],
            waiting=told.waiting,
            oldest=told.oldest,
            overdue=[overdue_row(one, found.book, found.lang) for one in told.overdue],
            scores=[score_row(one, found.lang) for one in _scores(city, found.book)],
            worked=_worked(city.places.files.shared / "integrity" / "worked.csv"),
            query=f"?days={days}" + (f"&programme={local_id(subject)}" if subject else ""),
        )

    async def as_csv(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found, subject, days = await _asked(request, city)
        complaints, _ = await read_complaints(city)
        told = account(found.book, subject, datetime.now(UTC))
        answers = answering(complaints, timedelta(days=days), moment(found.reader, city))
        body = csv_text(CSV_COLUMNS, csv_rows(told, answers, _scores(city, found.book), found.lang))
        headers = {"Content-Disposition": 'attachment; filename="integrity.csv"', "Cache-Control": "no-store"}
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)

    return [Route("/{city}/places/integrity", show_page), Route("/{city}/places/integrity.csv", as_csv)]


async def _asked(request: Request, city: City) -> tuple[Look, str, int]:
    """The look, the programme ("" for all of the city's own), the limit in days."""
    found = await look(request, city)
    named = bool(request.query_params.get("programme")) and found.programme is not None
    text = request.query_params.get("days", str(LIMIT_DAYS))
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and int(text) in LIMITS):
        raise BadRequestData(f"{text[:20]!r} is no number of days from {LIMITS[0]} to {LIMITS[-1]}.", "days")
    return found, found.programme.id if named and found.programme else "", int(text)


async def read_complaints(city: City) -> tuple[list[Complaint], bool]:
    """Service requests of the hub (Open311), at most COMPLAINTS_MAX; and whether there are more."""
    types = AnyType((CORE.expand("ServiceRequest"),))
    found: list[Complaint] = []
    while len(found) < COMPLAINTS_MAX:
        page = await city.entities.query(TENANT, Query(types=types, limit=PAGE, offset=len(found)))
        found += [complaint_of(stored.entity()) for stored in page.items]
        if len(page.items) < PAGE:
            return found, False
    return found, True


def complaint_of(entity: Entity) -> Complaint:
    return Complaint(_time(entity, _ARRIVED), _time(entity, _CLOSED))


def _time(entity: Entity, name: str) -> datetime | None:
    """A time as text or as a typed value; anything else says nothing."""
    instances = entity.attributes.get(name, ())
    value = instances[0].value if instances else None
    text = value.get("@value") if isinstance(value, dict) else value
    try:
        return parse_time(text, name) if isinstance(text, str) else None
    except BadRequestData:
        return None


def share_row(one: Share) -> ShareRow:
    return ShareRow(
        one.key,
        percent(one.share),
        one.count,
        one.of,
        one.unknown,
        [(local_id(record), record) for record in one.records[:RECORDS_SHOWN]],
        max(0, len(one.records) - RECORDS_SHOWN),
    )


def percent(share: Fraction | None) -> str:
    """To one decimal where it matters; "" where there is nothing to take a share of."""
    return "" if share is None else f"{number_text(round(float(share * 100), 1))} %"


def _days(answers: Answering, lang: str) -> str:
    if answers.median is None:
        return ""
    return say("places.integrity.days", lang, n=number_text(answers.median / timedelta(days=1), 1))


def overdue_row(gap: Gap, book: Book, lang: str) -> OverdueRow:
    """A promise is a fact with a date or a phase with an end."""
    known = names(book, lang)
    record = gap.records[0]
    programme = known.get(gap.subject, local_id(gap.subject))
    fact = next((one for one in book.facts if one.id == record), None)
    if fact is not None:
        what = f"{measure_title(book, gap.measure, lang)}{_figure(fact, lang)}"
        promised = when_text(fact.when or fact.as_of, lang)
        return OverdueRow(record, programme, what, promised, when_text(fact.stated, lang), fact.source)
    phase = next(one for one in book.phases if one.id == record)
    what = say("places.integrity.phase", lang, name=phase.name.get(lang) or next(iter(phase.name.values()), ""))
    return OverdueRow(record, programme, what, when_text(phase.end, lang), when_text(phase.stated, lang), phase.source)


def _figure(fact: Fact, lang: str) -> str:
    return "" if fact.when else f": {value_texts(fact, lang)[0]}"


@cache
def _table(path: Path) -> tuple[Score, ...]:
    return load_scores(path)


@cache
def _worked(path: Path) -> tuple[Worked, ...]:
    return load_worked(path)


def _scores(city: City, book: Book) -> list[Score]:
    """Of the country and city of the city's own programmes; none where it has none."""
    own = next(iter(book.own), None)
    if own is None:
        return []
    return scores_for(_table(city.places.files.shared / "integrity" / "scores.csv"), own.country, own.city)


def score_row(one: Score, lang: str) -> ScoreRow:
    score = "" if one.score is None else say("places.integrity.of", lang, n=one.score, of=one.scale)
    rank = say("places.integrity.rank", lang, n=one.rank, of=one.of) if one.rank else ""
    return ScoreRow(one.index, one.scope, one.year, score, one.grade, rank, one.source)


CSV_COLUMNS = ("whose", "indicator", "year", "value", "unit", "count", "of", "not_known", "source", "url")


def csv_rows(told: Account, answers: Answering, scores: Sequence[Score], lang: str) -> list[list[object]]:
    """The city's own figures, then what others published, told apart in the first column."""
    own = [answers.within, *told.contracts, *told.record]
    rows: list[list[object]] = [
        ["own", one.key, None, None if one.share is None else round(float(one.share * 100), 2), "%", one.count, one.of,
         one.unknown, "", ""]
        for one in own
    ]  # fmt: skip
    if answers.median is not None:
        rows.append(["own", "median", None, round(answers.median / timedelta(days=1), 2), "days", *[None] * 3, "", ""])
    rows.append(["own", "waiting", None, told.waiting, "records", *[None] * 3, "", ""])
    rows.append(["own", "overdue", None, len(told.overdue), "promises", *[None] * 3, "", ""])
    for one in scores:
        unit = say("places.integrity.points", lang, of=one.scale)
        value = None if one.score is None else float(one.score)
        rows.append([one.scope, one.index, one.year, value, unit, *[None] * 3, one.source.title, one.source.url])
    return rows
