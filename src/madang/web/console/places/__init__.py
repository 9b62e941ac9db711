"""The pages of the district: programme, plans, money, figures, comparison, scenario, entry, log, briefing."""

from collections.abc import Mapping, Sequence

from starlette.routing import BaseRoute

from madang.web.city import City

from .addup import addup_routes
from .baselines import baseline_routes
from .briefing import briefing_routes
from .cluster import cluster_routes
from .comparison import comparison_routes
from .entry import entry_routes
from .indicators import indicator_routes
from .integrity import integrity_routes
from .learning import learning_routes
from .log import log_routes
from .money import money_routes
from .overview import overview_routes
from .practices import practice_routes
from .scenario import scenario_routes
from .tenants import tenant_routes
from .unknown import unknown_routes


def places_routes(cities: Mapping[str, City]) -> Sequence[BaseRoute]:
    """In the order of the tabs."""
    return [
        *overview_routes(cities),
        *baseline_routes(cities),
        *money_routes(cities),
        *tenant_routes(cities),
        *cluster_routes(cities),
        *indicator_routes(cities),
        *comparison_routes(cities),
        *scenario_routes(cities),
        *addup_routes(cities),
        *unknown_routes(cities),
        *entry_routes(cities),
        *log_routes(cities),
        *briefing_routes(cities),
        *practice_routes(cities),
        *learning_routes(cities),
        *integrity_routes(cities),
    ]
