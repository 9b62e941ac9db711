"""How the console reads entities: plain values, names, labels, open alerts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from madang.model.change import Change
from madang.model.entity import Attribute, Entity
from madang.model.query import Compare, Path, Query
from madang.ngsild.context import CORE
from madang.web.city import City

ALERT_TYPE = CORE.expand("Alert")
STATUS = CORE.expand("status")
ALERT_SOURCE = CORE.expand("alertSource")
NAME = CORE.expand("name")
TITLE = CORE.expand("title")
ALERTS_MAX = 1000
LOOKBACK_S = 400 * 86400.0
"""How far back the city at a past moment looks for a last value; yearly registers still count."""
IS_OPEN = Compare(Path((STATUS,)), "==", "open")
OPEN_ALERTS = Query(types=ALERT_TYPE, q=IS_OPEN, limit=0, count=True)


async def count_open_alerts(city: City, at: datetime | None = None) -> int:
    """Alerts that are open now, or were at a past moment."""
    if at is not None:
        return (await city.entities.query_at("", OPEN_ALERTS, at, lookback_s=LOOKBACK_S)).total
    return (await city.entities.query("", OPEN_ALERTS)).total or 0


def default_instance(entity: Entity, name: str) -> Attribute | None:
    """The instance without dataset_id; None where there is none. name: expanded."""
    return next((one for one in entity.attributes.get(name, ()) if one.dataset_id is None), None)


def plain(entity: Entity | None, name: str) -> Any:
    """The simplified value of an attribute's default instance; None where there is none."""
    instance = default_instance(entity, name) if entity else None
    return instance.value if instance else None


def label(entity: Entity, lang: str) -> str:
    """What a person calls it: its title or name in the reader's language, else the last part of its id."""
    for name in (TITLE, NAME):
        value = plain(entity, name)
        if isinstance(value, dict):
            value = value.get(lang) or value.get("en") or next(iter(value.values()), "")
        if isinstance(value, str) and value:
            return value
    return entity.id.rsplit(":", 1)[-1]


def types_of(change: Change) -> tuple[str, ...]:
    entity = change.after or change.before
    return entity.types if entity else ()


async def entities_at(city: City, query: Query, at: datetime | None) -> Sequence[Entity]:
    """Matching entities now, or as they were at a past moment."""
    if at is not None:
        return (await city.entities.query_at("", query, at, lookback_s=LOOKBACK_S)).items
    return [stored.entity() for stored in (await city.entities.query("", query)).items]


async def alarmed_ids(city: City, at: datetime | None) -> frozenset[str]:
    """Ids of the entities that an open alert points at."""
    alerts = await entities_at(city, replace(OPEN_ALERTS, limit=ALERTS_MAX, count=False), at)
    return frozenset(source for alert in alerts if isinstance(source := plain(alert, ALERT_SOURCE), str))
