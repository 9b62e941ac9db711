"""The pages of entry, review, log and gaps on a small city, as a browser asks for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from tests.console_city import ConsoleCity, make_console_city
from tests.ledger_records import record

from madang.errors import MadangError
from madang.web.city import City
from madang.web.console.places.entry import entry_routes
from madang.web.console.places.log import log_routes
from madang.web.console.places.unknown import unknown_routes
from madang.web.problems import problem_of, report


@asynccontextmanager
async def places_browser(city: City, lang: str = "en") -> AsyncIterator[httpx.AsyncClient]:
    async def refused(request: Request, exc: Exception) -> Response:
        return JSONResponse(report(exc, request.method, request.url.path), status_code=problem_of(exc).status)

    cities = {city.name: city}
    routes = [*entry_routes(cities), *log_routes(cities), *unknown_routes(cities)]
    app = Starlette(routes=routes, exception_handlers={MadangError: refused})
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"accept-language": lang}
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver/aarhus", headers=headers) as client:
        yield client


async def make_places_city() -> ConsoleCity:
    """The small city with a programme of its own and the records that its facts name."""
    made = await make_console_city(())
    for kind in ("programme", "baseline", "organization"):
        await made.city.entities.create("", record(kind, status="shipped"))
    return made
