"""The NGSI-LD API of one city. Source: ETSI GS CIM 009 v1.9.1, clause 6."""

from starlette.routing import BaseRoute, Mount

from .call import Door
from .city import City
from .ngsild_attributes import ATTRIBUTES
from .ngsild_batch import BATCH
from .ngsild_contexts import CONTEXTS
from .ngsild_discovery import DISCOVERY
from .ngsild_entities import ENTITIES
from .ngsild_subscriptions import SUBSCRIPTIONS
from .ngsild_temporal import TEMPORAL


def ngsild_routes(city: City) -> list[BaseRoute]:
    """Routes below the API's root, to be mounted at ``/ngsi-ld/v1``."""
    operations = (*ENTITIES, *ATTRIBUTES, *BATCH, *TEMPORAL, *SUBSCRIPTIONS, *CONTEXTS, *DISCOVERY)
    return [Mount("/", app=Door(city, operations))]
