"""What every page's frame asks for: events, the clock's buttons, the language, the first address."""

from collections.abc import Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from madang.errors import BadRequestData
from madang.ngsild.parse import parse_time
from madang.web.city import City

from .live import Live
from .texts import LANGUAGES

YEAR_S = 365 * 86400


def frame_routes(cities: Mapping[str, City], lives: Mapping[str, Live]) -> list[Route]:
    async def home(_: Request) -> Response:
        return RedirectResponse(f"/{next(iter(cities))}/map")

    async def city_home(request: Request) -> Response:
        return RedirectResponse(f"/{request.path_params['city']}/map")

    async def events(request: Request) -> Response:
        live = lives[request.path_params["city"]]
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(live.follow(), media_type="text/event-stream", headers=headers)

    async def clock(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        async with request.form() as form:
            turn_clock(city, {key: str(value) for key, value in form.items()})
        state = city.clock.state()
        return JSONResponse({"now": state.now.timestamp(), "speed": state.speed, "paused": state.paused})

    async def language(request: Request) -> Response:
        async with request.form() as form:
            lang, back = str(form.get("lang", "")), str(form.get("back", ""))
        if lang not in LANGUAGES:
            raise BadRequestData(f"The console does not speak {lang!r}; it speaks {', '.join(LANGUAGES)}.", "lang")
        # Only a path of this server: "//host" and "/\host" would lead away from it.
        safe = back if back.startswith("/") and back[1:2] not in ("/", "\\") else f"/{request.path_params['city']}/map"
        answer = RedirectResponse(safe, status_code=303)
        answer.set_cookie("lang", lang, max_age=YEAR_S, samesite="lax")
        return answer

    return [
        Route("/", home),
        Route("/{city}", city_home),
        Route("/{city}/", city_home),
        Route("/{city}/events", events),
        Route("/{city}/clock", clock, methods=["POST"]),
        Route("/{city}/language", language, methods=["POST"]),
    ]


def turn_clock(city: City, form: Mapping[str, str]) -> None:
    """``do`` is play, pause, speed (with ``speed``) or jump (with ``to``). Raises BadRequestData."""
    match form.get("do"):
        case "play":
            city.clock.play()
        case "pause":
            city.clock.pause()
        case "speed":
            city.clock.set_speed(_number(form.get("speed", "")))
        case "jump":
            city.clock.jump(_moment(form.get("to", ""), city))
        case other:
            raise BadRequestData(f"The clock knows play, pause, speed and jump, not {other!r}.", "do")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadRequestData(
            f"{text!r} is not a speed; write city seconds per second, for example 60.", "speed"
        ) from None


def _moment(text: str, city: City) -> datetime:
    """A moment with its zone, or as a form field gives it: in the city's own time."""
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return parse_time(text, "to")
    return local if local.tzinfo else local.replace(tzinfo=city.profile.timezone)
