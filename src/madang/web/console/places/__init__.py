"""The pages of the district: programme, plans, money, figures, comparison, scenario, entry, log, briefing."""

from collections.abc import Mapping, Sequence

from starlette.routing import BaseRoute

from madang.web.city import City

from .addup import addup_routes
from .baselines import baseline_routes
from .entry import entry_routes
from .indicators import indicator_routes
from .log import log_routes
from .scenario import scenario_routes
from .unknown import unknown_routes


def places_routes(cities: Mapping[str, City]) -> Sequence[BaseRoute]:
    return [
        *baseline_routes(cities),
        *indicator_routes(cities),
        *scenario_routes(cities),
        *addup_routes(cities),
        *unknown_routes(cities),
        *entry_routes(cities),
        *log_routes(cities),
    ]
