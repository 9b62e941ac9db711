"""The alerts page: what is open, what has closed, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.model.entity import Entity
from madang.model.query import And, Compare, Order, Path, Query
from madang.ngsild.context import CORE
from madang.web.city import City

from .cityview import ALERT_SOURCE, ALERT_TYPE, ALERTS_MAX, IS_OPEN, STATUS, default_instance, entities_at, label, plain
from .render import page, read_reader
from .texts import pick

VALID_TO = CORE.expand("validTo")
SEVERITIES = ("critical", "high", "medium", "low")
"""Smart Data Models Alert, most urgent first."""

CLOSED_SHOWN = 100


@dataclass(frozen=True, slots=True)
class AlertRow:
    """One alert as a row. level: the status mark (alarm, watch, ok). since, until: city time."""

    id: str
    title: str
    message: str
    severity: str
    level: str
    pack: str
    open: bool
    source: str
    source_name: str
    since: datetime | None
    until: datetime | None


def alert_routes(cities: Mapping[str, City]) -> list[Route]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        reader = read_reader(request, city)
        pack = request.query_params.get("pack", "")
        rows = [row for row in await alert_rows(city, reader.lang, reader.at) if pack in ("", row.pack)]
        closed = sorted((row for row in rows if not row.open), key=_newest)
        return await page(
            request,
            cities,
            city,
            "alerts",
            "alerts.html",
            opened=sorted((row for row in rows if row.open), key=_urgent),
            closed=closed[:CLOSED_SHOWN],
            packs=[
                {"name": one.name, "title": pick(one.title, reader.lang), "rules": len(one.rules)} for one in city.packs
            ],
            chosen=pack,
        )

    return [Route("/{city}/alerts", show)]


async def alert_rows(city: City, lang: str, at: datetime | None, *, source: str = "") -> list[AlertRow]:
    """All alerts the city knows at a moment, of one entity where ``source`` names it."""
    about = (Compare(Path((ALERT_SOURCE,)), "==", source),) if source else ()
    opened, closed = And((*about, IS_OPEN)), And((*about, Compare(Path((STATUS,)), "!=", "open")))
    newest = (Order(Path((VALID_TO,)), descending=True),)
    alerts = [
        *await entities_at(city, Query(types=ALERT_TYPE, q=opened, limit=ALERTS_MAX), at),
        *await entities_at(city, Query(types=ALERT_TYPE, q=closed, order=newest, limit=CLOSED_SHOWN), at),
    ]
    sources = {one for alert in alerts if isinstance(one := plain(alert, ALERT_SOURCE), str)}
    found = await city.entities.query("", Query(ids=tuple(sources), limit=len(sources))) if sources else None
    names = {entity.id: label(entity, lang) for stored in found.items for entity in [stored.entity()]} if found else {}
    return [alert_row(alert, names, lang) for alert in alerts]


def alert_row(alert: Entity, names: Mapping[str, str], lang: str) -> AlertRow:
    severity = said if (said := _text(alert, "severity", lang)) in SEVERITIES else ""
    source = str(plain(alert, ALERT_SOURCE) or "")
    status = plain(alert, STATUS)
    return AlertRow(
        id=alert.id,
        title=label(alert, lang),
        message=_text(alert, "description", lang),
        severity=severity,
        level="ok" if status != "open" else "alarm" if severity in ("high", "critical") else "watch",
        pack=_text(alert, "category", lang),
        open=status == "open",
        source=source,
        source_name=names.get(source, source.rsplit(":", 1)[-1]),
        since=_time(alert, "validFrom"),
        until=_time(alert, "validTo") if status != "open" else None,
    )


def _text(alert: Entity, name: str, lang: str) -> str:
    value: Any = plain(alert, CORE.expand(name))
    return pick(value, lang) if isinstance(value, dict) else str(value or "")


def _time(alert: Entity, name: str) -> datetime | None:
    """A time kept as text or as a typed value; else when the attribute was observed."""
    instance = default_instance(alert, CORE.expand(name))
    value = instance.value if instance else None
    text = value.get("@value") if isinstance(value, dict) else value
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None  # anybody may send an Alert; what is no time is not shown as one
    return at if at is None or at.tzinfo else None


def _urgent(row: AlertRow) -> tuple[int, float]:
    rank = SEVERITIES.index(row.severity) if row.severity in SEVERITIES else len(SEVERITIES)
    return rank, -(row.since.timestamp() if row.since else 0.0)


def _newest(row: AlertRow) -> float:
    return -(row.until or row.since).timestamp() if row.until or row.since else 0.0  # type: ignore[union-attr]  # one of the two is there
