"""The programme at a glance: where it stands, where it lies, what was said of it, on any day since it was announced."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from madang.errors import BadRequestData
from madang.hub.entities import Entities
from madang.model.entity import LOCATION
from madang.model.query import Query
from madang.ngsild.context import CORE
from madang.web.city import City
from madang.web.console.cityview import NAME, plain
from madang.web.console.texts import pick

from . import overviewview as view
from .frame import Look, look, places_page, programme_choices
from .table import Notes, Tables, csv_route

TAB = "places"
AREAS = Query(types=CORE.expand("AdministrativeArea"), limit=1000)
COLOURS = ("phase", "use", "state", "tenant")


def overview_routes(cities: Mapping[str, City]) -> Sequence[BaseRoute]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found = await look(request, city)
        notes = Notes(found.lang)
        by = request.query_params.get("by", "") or COLOURS[0]
        if by not in COLOURS:
            raise BadRequestData(f"{by[:20]!r} is not one of {', '.join(COLOURS)}.", "by")
        if found.programme is None:
            return await places_page(request, cities, city, TAB, "places/overview.html", shown=None, notes=())
        given = view.Given(found.book, notes, found.programme, today_of(found))
        shown = view.shown(given, await city_areas(city.entities), by)
        whole = await city.places.ledger.book()
        return await places_page(
            request,
            cities,
            city,
            TAB,
            "places/overview.html",
            shown=shown,
            notes=notes.items,
            programme=given.local_id,
            name=pick(found.programme.name, found.lang),
            programmes=programme_choices(found),
            days=view.days(whole, found.programme.id, given.today, datetime.now(UTC).date(), found.lang),
            on=found.on.isoformat() if found.on else "",
            by=by,
            colours=COLOURS,
            csv=f"/{city.name}/places/overview.csv?{request.url.query}{'&' if request.url.query else ''}table=",
        )

    async def tables(request: Request, city: City) -> Tables:
        found = await look(request, city)
        notes = Notes(found.lang)
        if found.programme is None:
            return (), notes
        given = view.Given(found.book, notes, found.programme, today_of(found))
        return view.shown(given, (), COLOURS[0]).tables, notes

    return [Route("/{city}/places", show), csv_route(cities, "overview", tables)]


def today_of(found: Look) -> date:
    return found.on or datetime.now(UTC).date()


async def city_areas(entities: Entities) -> tuple[view.Area, ...]:
    """Outlines of the city's administrative areas, as the hub has them; none in a city without."""
    found = []
    for stored in (await entities.query("", AREAS)).items:
        entity = stored.entity()
        names, shape = plain(entity, NAME), plain(entity, LOCATION)
        if isinstance(shape, dict) and str(shape.get("type", "")).endswith("Polygon"):
            words = names if isinstance(names, dict) else {"en": str(names or entity.id)}
            found.append(view.Area(entity.id, words, shape))
    return tuple(found)
