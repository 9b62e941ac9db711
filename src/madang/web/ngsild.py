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

OPERATIONS = (*ENTITIES, *ATTRIBUTES, *BATCH, *TEMPORAL, *SUBSCRIPTIONS, *CONTEXTS, *DISCOVERY)


def ngsild_door(city: City) -> Door:
    """The API as one ASGI application; the scope's root_path says where it is mounted."""
    return Door(city, OPERATIONS)


def ngsild_routes(city: City) -> list[BaseRoute]:
    """Routes below the API's root, to be mounted at ``/ngsi-ld/v1``."""
    return [Mount("/", app=ngsild_door(city))]
