"""The pages people look at."""

from collections.abc import Mapping, Sequence

from starlette.routing import BaseRoute

from madang.web.city import City

from .alerts import alert_routes
from .boards import board_routes
from .data import data_routes
from .entity import entity_routes
from .feeds import feed_routes
from .frame import frame_routes
from .live import Live
from .map import map_routes
from .places import places_routes
from .search import search_routes
from .settings import settings_routes


def console_routes(cities: Mapping[str, City], lives: Mapping[str, Live]) -> Sequence[BaseRoute]:
    return [
        *frame_routes(cities, lives),
        *map_routes(cities, lives),
        *board_routes(cities),
        *entity_routes(cities),
        *alert_routes(cities),
        *places_routes(cities),
        *feed_routes(cities),
        *data_routes(cities),
        *settings_routes(cities),
        *search_routes(cities),
    ]
