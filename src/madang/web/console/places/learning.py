"""The learning city's folder: evidence for each of twelve key features, what is missing, and the folder as files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.book import Book
from madang.district.learning import COLUMNS, PARTS, Drawer, folder, folder_rows, folder_zip
from madang.district.records import Evidence, Source
from madang.web.city import City
from madang.web.console.csvtext import csv_text
from madang.web.console.texts import pick

from .frame import Look, look, places_page
from .shown import when_text

TAB = "places/learning"


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """id: of the record."""

    id: str
    title: str
    what: str
    as_of: str
    source: Source
    status: str


@dataclass(frozen=True, slots=True)
class DrawerShown:
    """newest "": no evidence bears a date. waiting: drafts of this area."""

    code: str
    name: str
    what: str
    fits: str
    newest: str
    sourced: int
    waiting: int
    rows: Sequence[EvidenceRow]


def learning_routes(cities: Mapping[str, City]) -> Sequence[Route]:
    async def show_page(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found = await look(request, city)
        drawers = [drawer_shown(one, found) for one in folder(found.book)]
        groups = [(pick(PARTS[part], found.lang), list(some)) for part, some in groupby(drawers, lambda d: d.code[0])]
        return await places_page(
            request,
            cities,
            city,
            TAB,
            "places/learning.html",
            groups=groups,
            count=sum(len(one.rows) for one in drawers),
            areas=len(drawers),
            gaps=[(one.code, one.name) for one in drawers if not one.rows],
            city_name=own_city(found.book) or pick(city.profile.title, "en"),
        )

    async def as_csv(request: Request) -> Response:
        found = await look(request, cities[request.path_params["city"]])
        body = csv_text(COLUMNS, folder_rows(folder(found.book)))
        return _file(body.encode(), "text/csv; charset=utf-8", "evidence.csv")

    async def as_zip(request: Request) -> Response:
        found = await look(request, cities[request.path_params["city"]])
        drawers = folder(found.book)
        body = folder_zip(drawers, csv_text(COLUMNS, folder_rows(drawers)))
        return _file(body, "application/zip", "learning-city.zip")

    return [
        Route("/{city}/places/learning", show_page),
        Route("/{city}/places/learning.csv", as_csv),
        Route("/{city}/places/learning.zip", as_zip),
    ]


def _file(body: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)


def own_city(book: Book) -> str:
    """The city's name as the ledger writes it; "" where it has no programme of its own."""
    return next((one.city for one in book.own), "")


def drawer_shown(drawer: Drawer, found: Look) -> DrawerShown:
    lang, area, newest = found.lang, drawer.area, drawer.newest
    return DrawerShown(
        area.code,
        pick(area.name, lang),
        pick(area.what, lang),
        pick(area.fits, lang),
        when_text(newest.as_of, lang) if newest else "",
        drawer.sourced,
        sum(isinstance(one, Evidence) and one.area == area.code for one in found.book.waiting),
        [_row(one, lang) for one in drawer.evidence],
    )


def _row(one: Evidence, lang: str) -> EvidenceRow:
    return EvidenceRow(
        one.id, pick(one.title, lang), pick(one.what, lang), when_text(one.as_of, lang), one.source, one.entry.status
    )
