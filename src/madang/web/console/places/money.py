"""Money: the cost plan by plan, who pays, contracts, land sale, and promised effects beside what was paid."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from madang.district.quantity import CURRENCIES
from madang.district.rows import local_id
from madang.errors import BadRequestData
from madang.web.city import City
from madang.web.console.texts import pick

from . import moneyview as view
from .comparison import CURRENCIES_OFFERED, rates_at
from .frame import Look, look, places_page, programme_choices
from .table import Notes, Tables, csv_route

TAB = "places/money"


def money_routes(cities: Mapping[str, City]) -> Sequence[BaseRoute]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found = await look(request, city)
        notes = Notes(found.lang)
        shown = await _shown(request, city, found, notes)
        return await places_page(
            request,
            cities,
            city,
            TAB,
            "places/money.html",
            shown=shown,
            notes=notes.items,
            name=pick(found.programme.name, found.lang) if found.programme else "",
            programme=local_id(found.programme.id) if found.programme else "",
            programmes=programme_choices(found),
            currency=request.query_params.get("currency", ""),
            currencies=CURRENCIES_OFFERED,
            csv=f"/{city.name}/places/money.csv?{request.url.query}{'&' if request.url.query else ''}table=",
        )

    async def tables(request: Request, city: City) -> Tables:
        found = await look(request, city)
        notes = Notes(found.lang)
        shown = await _shown(request, city, found, notes)
        return shown.tables if shown else (), notes

    return [Route("/{city}/places/money", show), csv_route(cities, "money", tables)]


async def _shown(request: Request, city: City, found: Look, notes: Notes) -> view.Shown | None:
    currency = request.query_params.get("currency", "")
    if currency and currency not in CURRENCIES:
        raise BadRequestData(f"{currency[:10]!r} is not one of {', '.join(CURRENCIES)}.", "currency")
    if found.programme is None:
        return None
    results = await city.places.indicators.compute(found.book, found.programme.id, view.INDICATORS)
    rates = rates_at(city.places.files.shared / "rates.csv")
    return view.shown(view.Given(found.book, notes, found.programme, rates, currency), results)
