"""The briefing: shown as a page, to be taken along as PDF, as one HTML file and as data package, in four languages."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.briefing.content import check_language, digest_of
from madang.district.briefing.html import make_body, make_html, style
from madang.district.briefing.making import Materials, gather_materials
from madang.district.briefing.package import make_package
from madang.district.briefing.pdf import make_pdf
from madang.district.briefing.values import Briefing
from madang.district.briefing.words import LANGUAGES
from madang.web.city import City
from madang.web.console.render import read_reader

from .frame import places_page

TAB = "places/briefing"
KEPT = 16
"""Finished files kept in memory, of half a megabyte at most; the one made longest ago goes first."""

TYPES = {"pdf": "application/pdf", "html": "text/html; charset=utf-8", "zip": "application/zip"}


@dataclass(slots=True)
class Shelf:
    """What was made from which records. Making takes a worker thread and is done once, however many ask for it."""

    made: dict[tuple[str, ...], bytes] = field(default_factory=dict)
    briefings: dict[tuple[str, ...], Briefing] = field(default_factory=dict)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def briefing(self, city: City, materials: Materials, lang: str) -> Briefing:
        async with self.lock:
            key = (city.name, await asyncio.to_thread(digest_of, materials.book), lang)
            if key not in self.briefings:
                self.briefings[key] = await asyncio.to_thread(materials.compose, lang)
                _drop(self.briefings)
            return self.briefings[key]

    async def file(self, city: City, materials: Materials, lang: str, kind: str) -> bytes:
        """kind: a key of TYPES, or body."""
        briefing = await self.briefing(city, materials, lang)
        if kind == "zip":  # its indicators may read the live city, so it is made anew each time
            return await asyncio.to_thread(make_package, briefing, materials.book, await materials.results())
        async with self.lock:
            key = (city.name, briefing.digest, lang, kind)
            if key not in self.made:
                self.made[key] = await asyncio.to_thread(MAKERS[kind], briefing)
                _drop(self.made)
            return self.made[key]


MAKERS: Mapping[str, Callable[[Briefing], bytes]] = {
    "pdf": make_pdf,
    "html": lambda briefing: make_html(briefing).encode(),
    "body": lambda briefing: make_body(briefing).encode(),
}


def _drop(kept: dict[tuple[str, ...], bytes] | dict[tuple[str, ...], Briefing]) -> None:
    while len(kept) > KEPT:
        del kept[next(iter(kept))]


def briefing_routes(cities: Mapping[str, City]) -> list[Route]:
    shelf = Shelf()

    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        lang = _language(request, city)
        materials = await _materials(city)
        if not materials.book.own:
            return await places_page(request, cities, city, TAB, "places/briefing.html", briefing=None)
        briefing = await shelf.briefing(city, materials, lang)
        return await places_page(
            request,
            cities,
            city,
            TAB,
            "places/briefing.html",
            briefing=briefing,
            body=(await shelf.file(city, materials, lang, "body")).decode(),
            style=style(),
            chosen=lang,
            languages=LANGUAGES,
        )

    async def give(request: Request) -> Response:
        city, kind = cities[request.path_params["city"]], request.path_params["kind"]
        lang = _language(request, city)
        body = await shelf.file(city, await _materials(city), lang, kind)
        place = "inline" if kind == "html" else "attachment"
        name = f"{city.name}-briefing-{lang}.{kind}"
        headers = {"Content-Disposition": f'{place}; filename="{name}"', "Cache-Control": "no-store"}
        return Response(body, media_type=TYPES[kind], headers=headers)

    def giver(kind: str) -> Route:
        async def give_kind(request: Request) -> Response:
            request.path_params["kind"] = kind
            return await give(request)

        return Route(f"/{{city}}/places/briefing.{kind}", give_kind)

    return [Route("/{city}/places/briefing", show), *(giver(kind) for kind in TYPES)]


async def _materials(city: City) -> Materials:
    maps = [base.file for base in city.profile.base if base.role == "area"]
    return await gather_materials(city.places, city.profile.title, maps)


def _language(request: Request, city: City) -> str:
    """As asked for, else the reader's. Raises InvalidRequest for another."""
    asked = request.query_params.get("lang", "")
    if asked:
        check_language(asked)
    return asked or read_reader(request, city).lang
