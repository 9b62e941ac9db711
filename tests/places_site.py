"""The pages of the district on a small city, as a browser asks for them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from tests.console_city import ConsoleCity, make_console_city
from tests.ledger_records import record

from madang.web.city import City
from madang.web.site import Site


@asynccontextmanager
async def places_browser(city: City, lang: str = "en") -> AsyncIterator[httpx.AsyncClient]:
    """Paths begin below the city."""
    transport = httpx.ASGITransport(Site({city.name: city}, {}), raise_app_exceptions=False)
    headers = {"accept": "text/html", "accept-language": lang}
    base = f"http://testserver/{city.name}"
    async with httpx.AsyncClient(transport=transport, base_url=base, headers=headers) as client:
        yield client


async def make_places_city() -> ConsoleCity:
    """The small city with a programme of its own and the records that its facts name."""
    made = await make_console_city(())
    for kind in ("programme", "baseline", "organization"):
        await made.city.entities.create("", record(kind, status="shipped"))
    return made
