"""The whole site as one ASGI application: APIs first and bare, for they are the hot path; then the pages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from madang.errors import MadangError, NotFound
from madang.hub.keeping import Keeper

from .call import Door, Message, Receive, Scope, Send
from .city import City
from .console import console_routes
from .console.layers import UsualTable, map_layers
from .console.live import Live
from .console.render import STATIC, page, static_version
from .metrics import metrics_text
from .ngsild import ngsild_door
from .problems import problem_of, report

API = "/ngsi-ld/v1"
POLICY = (
    "default-src 'self'; img-src 'self' data: https:; connect-src 'self' https:; style-src 'self' 'unsafe-inline'; "
    "worker-src 'self' blob:; frame-ancestors 'none'; form-action 'self'; base-uri 'self'"
)
"""Scripts only from this server. Map tiles may come from a set tile URL. uPlot and MapLibre set styles of elements."""

Usuals = Mapping[str, Mapping[tuple[str, str], UsualTable]]
"""City -> (entity type, attribute) -> usual medians."""


class Site:
    """Cities behind one address. The first city's API is also at the root. ``run`` feeds the open pages."""

    def __init__(self, cities: Mapping[str, City], usuals: Usuals) -> None:
        self._lives = {name: Live(city, map_layers(city.packs, usuals.get(name, {}))) for name, city in cities.items()}
        doors = {f"/{name}{API}": ngsild_door(city) for name, city in cities.items()}
        self._keeper = Keeper()
        first = next(iter(cities))
        self._doors: Mapping[str, Door] = {API: doors[f"/{first}{API}"], **doors}
        self._pages = _pages(cities, self._lives)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name, live in self._lives.items():
                group.create_task(self._keeper.keep(f"{name}: news", live.run))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            end = path.find(API)
            if end >= 0 and (door := self._doors.get(path[: end + len(API)])):
                scope["root_path"] = path[: end + len(API)]
                await door(scope, receive, send)
                return
        await self._pages(scope, receive, send)


def _pages(cities: Mapping[str, City], lives: Mapping[str, Live]) -> Callable[[Any, Any, Any], Awaitable[None]]:
    async def metrics(_: Request) -> Response:
        return PlainTextResponse(await metrics_text(cities), media_type="text/plain; version=0.0.4")

    async def health(_: Request) -> Response:
        failed = [
            f"{name}: {part}"
            for name, city in cities.items()
            for part, how in city.parts.items()
            if how.state == "failed"
        ]
        body = {"status": "failed" if failed else "ok", "cities": sorted(cities), "failed": failed}
        return JSONResponse(body, status_code=503 if failed else 200)

    async def refused(request: Request, exc: Exception) -> Response:
        return await _refusal(request, exc, cities)

    routes: Sequence[BaseRoute] = (
        Mount("/static", app=_Static()),
        Route("/metrics", metrics),
        Route("/health", health),
        *console_routes(cities, lives),
    )
    app = Starlette(
        routes=routes, exception_handlers={Exception: refused, MadangError: refused, HTTPException: refused}
    )
    app.add_middleware(GZipMiddleware, minimum_size=1500, compresslevel=4)
    return _Guard(app, cities)


class _Guard:
    """Refuses cities that are not here before any page looks them up, and sets the headers every page has."""

    PUBLIC = frozenset({"", "static", "metrics", "health"})

    def __init__(self, app: Callable[[Any, Any, Any], Awaitable[None]], cities: Mapping[str, City]) -> None:
        self._app = app
        self._known = self.PUBLIC | cities.keys()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"content-security-policy", POLICY.encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"referrer-policy", b"same-origin"),
                ]
            await send(message)

        if scope["type"] == "http" and scope["method"] == "POST" and not from_here(scope["headers"]):
            answer = PlainTextResponse("This form was sent from another site and is not taken.", status_code=403)
            await answer(scope, receive, with_headers)
            return
        if scope["type"] == "http" and scope["path"].split("/", 2)[1] not in self._known:
            answer = PlainTextResponse("There is no such page or city here. The cities are at /.", status_code=404)
            await answer(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)


def from_here(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a form was sent from one of our own pages, as far as the browser tells: no login protects it."""
    found = {name.lower(): value for name, value in headers}
    site = found.get(b"sec-fetch-site")
    if site is not None:
        return site in (b"same-origin", b"none")
    origin = found.get(b"origin")
    return origin is None or origin.rpartition(b"/")[2] == found.get(b"host")


class _Static(StaticFiles):
    """Static files below their version: what has an address never changes, so browsers keep it for ever."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    def get_path(self, scope: Scope) -> str:
        version, _, path = super().get_path(scope).partition("/")
        return path if version == static_version() else "missing"

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


async def _refusal(request: Request, exc: Exception, cities: Mapping[str, City]) -> Response:
    """A page that says what is wrong, or the problem's JSON where no page was asked for."""
    if isinstance(exc, HTTPException):
        exc = NotFound(request.url.path) if exc.status_code == 404 else exc
    status = exc.status_code if isinstance(exc, HTTPException) else problem_of(exc).status
    body = {"status": status} if isinstance(exc, HTTPException) else report(exc, request.method, request.url.path)
    city = cities.get(request.url.path.split("/", 2)[1])
    if city is None or "text/html" not in request.headers.get("accept", ""):
        return JSONResponse(body, status_code=status, media_type="application/problem+json")
    # The address itself may be at fault (a moment that is none): the page is drawn without its query.
    scope = {**request.scope, "query_string": b""}
    heading = str(status) if status in (400, 404, 503) else "400" if status < 500 else "500"
    return await page(
        Request(scope),
        cities,
        city,
        "",
        "problem.html",
        status=status,
        heading_key=f"problem.{heading}",
        detail=body.get("detail", ""),
    )


@asynccontextmanager
async def running(site: Site) -> AsyncIterator[Site]:
    """The site with its news going, for tests and servers that have no task group of their own."""
    task = asyncio.create_task(site.run())
    try:
        yield site
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
