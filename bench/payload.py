"""The entities all measurements are made with: car parks with five attributes, about 550 bytes each.

All values have a fixed number of digits, so that every answer about one entity, or about twenty, has the same length.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import orjson

TYPE: Final = "OffStreetParking"
START: Final = datetime(2026, 1, 1, tzinfo=UTC)

_COLUMNS: Final = 1_000


def entity_id(index: int) -> str:
    return f"urn:ngsi-ld:{TYPE}:bench:{index:07d}"


def lon_lat(index: int) -> tuple[float, float]:
    """A grid of about 20 m; the digits never end in 0."""
    row, column = divmod(index, _COLUMNS)
    return 126.700001 + column * 0.0002, 37.600001 + row * 0.0002


def entity(index: int, step: int = 0) -> dict[str, Any]:
    """Car park ``index`` as it is after ``step`` updates."""
    lon, lat = lon_lat(index)
    return {
        "id": entity_id(index),
        "type": TYPE,
        "name": {"type": "Property", "value": f"Car park {index:07d}"},
        "availableSpotNumber": {"type": "Property", **available(index, step)},
        "totalSpotNumber": {"type": "Property", "value": 1000, "unitCode": "C62"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]}},
        "refRoadSegment": {"type": "Relationship", "object": f"urn:ngsi-ld:RoadSegment:bench:{index % 9973:07d}"},
    }


def available(index: int, step: int) -> dict[str, Any]:
    """The reading of one car park: free places and when they were counted."""
    return {"value": 100 + (index * 31 + step * 7) % 900, "observedAt": observed_at(step)}


def observed_at(step: int) -> str:
    return (START + timedelta(seconds=step)).strftime("%Y-%m-%dT%H:%M:%SZ")


def batch(first: int, count: int, step: int = 0) -> bytes:
    """Body of a batch operation on car parks first, first + 1, ..."""
    return orjson.dumps([entity(index, step) for index in range(first, first + count)])


def patch(index: int, step: int) -> bytes:
    """Body of an update of the one attribute that changes."""
    return orjson.dumps(available(index, step))


def subscription(url: str, *, index: int | None = None) -> bytes:
    """Body of a subscription to one car park, or to all of them."""
    selector = {"type": TYPE} if index is None else {"type": TYPE, "id": entity_id(index)}
    return orjson.dumps(
        {
            "type": "Subscription",
            "entities": [selector],
            "watchedAttributes": ["availableSpotNumber"],
            "notification": {"attributes": ["availableSpotNumber"], "endpoint": {"uri": url}},
        }
    )
