"""The feeds page: who was last heard when, what was refused and why, and what became of notifications."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from madang.web.city import City

from .render import page, read_reader
from .texts import pick

DEAD_SHOWN = 50
RESENT_MAX = 10_000
LEVELS = {"running": "ok", "finished": "ok", "waiting": "none", "silent": "watch", "failed": "alarm"}


def feed_routes(cities: Mapping[str, City]) -> list[Route]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        reader = read_reader(request, city)
        statuses = city.feeds.statuses()
        names = {pack.name: pick(pack.title, reader.lang) for pack in city.packs}
        feeds = [
            {
                "status": status,
                "title": pick(status.title, reader.lang) or status.name,
                "pack": names.get(status.pack, ""),
                "level": LEVELS[status.state],
            }
            for status in statuses
        ]
        unwell = sum(status.state in ("silent", "failed") for status in statuses)
        return await page(
            request,
            cities,
            city,
            "feeds",
            "feeds.html",
            feeds=feeds,
            unwell=unwell,
            subscriptions=city.subscriptions.count(),
            letters=await city.subscriptions.counts(),
            dead=await city.subscriptions.dead_letters("", limit=DEAD_SHOWN),
        )

    async def resend(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        dead = await city.subscriptions.dead_letters("", limit=RESENT_MAX)
        await city.subscriptions.resend([letter.id for letter in dead])
        return RedirectResponse(f"/{city.name}/feeds#notifications", status_code=303)

    return [Route("/{city}/feeds", show), Route("/{city}/feeds/resend", resend, methods=["POST"])]
