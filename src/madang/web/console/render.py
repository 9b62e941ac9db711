"""Every console page is rendered here: the frame's facts, the reader's language and theme, and the template."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from madang.ngsild.parse import parse_time
from madang.web.city import City

from .cityview import count_open_alerts
from .format import age_text, number_text, time_text
from .icons import icon
from .texts import LANGUAGES, pick, say

WEB = Path(__file__).parent.parent
STATIC = WEB / "static"
PAGES = ("map", "boards", "alerts", "places", "feeds", "data", "settings")
SPEEDS = (1, 10, 60, 300, 1800, 8640, 43200)
"""Replay speeds offered, city seconds per second; 8640 is a day in ten seconds."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks: language, theme and the moment the page is asked to show (None is now)."""

    lang: str
    theme: str
    at: datetime | None


def read_reader(request: Request, city: City) -> Reader:
    """From ``?at=``, the cookies, the browser's languages, and the city's own first language. Raises BadRequestData."""
    at_text = request.query_params.get("at", "")
    at = parse_time(at_text, "at") if at_text else None
    theme = request.cookies.get("theme", "auto")
    return Reader(_lang(request, city), theme if theme in ("light", "dark", "auto") else "auto", at)


def _lang(request: Request, city: City) -> str:
    asked = request.cookies.get("lang", "")
    if asked in LANGUAGES:
        return asked
    offered = [part.split(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")]
    known = [lang for lang in (*offered, *city.profile.languages) if lang in LANGUAGES]
    return known[0] if known else "en"


@cache
def static_version() -> str:
    """One hash over all static files: modules import each other relatively, so they change address together."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(STATIC).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def static(path: str) -> str:
    """Address of a static file; may be cached for ever."""
    return f"/static/{static_version()}/{path}"


@cache
def environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(WEB / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(static=static, icon=icon)
    environment.filters["number"] = number_text
    return environment


def moment(reader: Reader, city: City) -> datetime:
    """The city time that the page shows."""
    return reader.at or city.clock.now()


async def page(
    request: Request,
    cities: Mapping[str, City],
    city: City,
    page_id: str,
    template: str,
    *,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """Render one page inside the frame. values: what the template needs besides ``view``, ``t``, ``link``, ``age``,
    ``when``.
    """
    reader = read_reader(request, city)
    now = moment(reader, city)
    clock = city.clock.state()
    step_s = city.settings.float("clock_step")
    keep = {"at": _iso(reader.at)} if reader.at else {}

    def link(path: str, **more: str) -> str:
        query = urlencode({**keep, **more})
        return f"/{city.name}/{path}" + (f"?{query}" if query else "")

    other = next(lang for lang in LANGUAGES if lang != reader.lang)
    path = quote(request.url.path)
    start = city.profile.clock.history_from or clock.start or now
    view = {
        "lang": reader.lang,
        "other_lang": other,
        "other_lang_name": LANGUAGES[other],
        "theme": reader.theme,
        "page": page_id,
        "here": path + (f"?{request.url.query}" if request.url.query else ""),
        "nav": [{"id": name, "path": name} for name in PAGES],
        "city": city.name,
        "city_title": pick(city.profile.title, reader.lang),
        "cities": [
            {
                "name": one.name,
                "title": pick(one.profile.title, reader.lang),
                "note": pick(one.profile.note, reader.lang),
            }
            for one in cities.values()
        ],
        "switch_path": page_id,
        "open_alerts": await count_open_alerts(city, reader.at),
        "clock": clock,
        "clock_start": int(clock.start.timestamp()) if clock.start else "",
        "history_start": int(start.timestamp()),
        "travel_step": int(max(60.0, step_s)),
        "speeds": sorted({*SPEEDS, clock.speed}),
        "timezone": city.profile.timezone.key,
        "at_iso": _iso(reader.at) if reader.at else "",
        "now_iso": _iso(now),
        "now_text": time_text(now, city.profile.timezone, reader.lang, step_s=step_s),
        "now_seconds": int(now.timestamp()),
        "live_href": path,
    }
    body = (
        environment()
        .get_template(template)
        .render(
            view=view,
            t=partial(say, lang=reader.lang),
            link=link,
            age=lambda then: age_text(then, now, reader.lang),
            when=lambda at: time_text(at, city.profile.timezone, reader.lang),
            pick=lambda texts: pick(texts, reader.lang),
            **values,
        )
    )
    return HTMLResponse(body, status_code=status, headers={"Cache-Control": "no-store"})


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
