"""The settings page: the city, its packs with their parameters, and every setting in force."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang import __version__
from madang.settings import SETTINGS
from madang.web.city import City

from .attributes import symbol_of
from .render import page, read_reader


def settings_routes(cities: Mapping[str, City]) -> list[Route]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        read_reader(request, city)
        rows = [
            {
                "name": one.name,
                "value": city.settings.values[one.name],
                "default": one.default,
                "unit": one.unit,
                "what": one.what,
            }
            for one in SETTINGS
        ]
        return await page(
            request,
            cities,
            city,
            "settings",
            "settings.html",
            profile=city.profile,
            packs=city.packs,
            rows=rows,
            symbol=lambda unit: symbol_of(unit, None),
            version=__version__,
        )

    return [Route("/{city}/settings", show)]
