"""Tenants and jobs: what was claimed and what was counted, apart; who is there; who only showed interest."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from madang.district.rows import local_id
from madang.web.city import City
from madang.web.console.texts import pick

from . import tenantsview as view
from .frame import Look, look, places_page, programme_choices
from .table import Notes, Tables, csv_route

TAB = "places/tenants"


def tenant_routes(cities: Mapping[str, City]) -> Sequence[BaseRoute]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found = await look(request, city)
        notes = Notes(found.lang)
        return await places_page(
            request,
            cities,
            city,
            TAB,
            "places/tenants.html",
            shown=await _shown(city, found, notes),
            notes=notes.items,
            name=pick(found.programme.name, found.lang) if found.programme else "",
            programme=local_id(found.programme.id) if found.programme else "",
            programmes=programme_choices(found),
            csv=f"/{city.name}/places/tenants.csv?{request.url.query}{'&' if request.url.query else ''}table=",
        )

    async def tables(request: Request, city: City) -> Tables:
        found = await look(request, city)
        notes = Notes(found.lang)
        shown = await _shown(city, found, notes)
        return shown.tables if shown else (), notes

    return [Route("/{city}/places/tenants", show), csv_route(cities, "tenants", tables)]


async def _shown(city: City, found: Look, notes: Notes) -> view.Shown | None:
    if found.programme is None:
        return None
    results = await city.places.indicators.compute(found.book, found.programme.id, view.INDICATORS)
    return view.shown(view.Given(found.book, notes, found.programme), results)
