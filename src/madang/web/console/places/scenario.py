"""The scenario: change dates, uses, density, take-up and prices, and see jobs, homes and money by year.

Everything that was changed stands in the address; nothing is stored.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from madang.district.scenario import (
    OUTCOMES,
    Answer,
    Asked,
    Change,
    Scenario,
    answer,
    asked_query,
    find_scenario,
    parse_asked,
)
from madang.district.scenario.answer import RUNS_LEAST, RUNS_MOST, SEED_MOST
from madang.errors import BadRequestData, NotFound
from madang.web.city import City
from madang.web.console.csvtext import csv_text
from madang.web.console.render import read_reader
from madang.web.console.texts import pick, say

from . import scenarioview as view
from .frame import places_page

TAB = "places/scenario"
TEMPLATE = "places/scenario.html"
REMEMBERED = 64
"""Answers kept for the next who asks the same, of all cities."""

FRAME = frozenset({"at", "programme", "on"})
"""Parameters that are the frame's own."""


def scenario_routes(cities: Mapping[str, City]) -> Sequence[Route]:
    """Raises ConfigError where a city's scenario.toml is at fault."""
    plans = {name: find_scenario(city.profile.directory) for name, city in cities.items()}

    @lru_cache(maxsize=REMEMBERED)
    def remembered(name: str, query: tuple[tuple[str, str], ...]) -> Answer:
        plan = plans[name]
        if plan is None:
            raise NotFound(name, "This city has no scenario.")
        return answer(plan, parse_asked(plan, query))

    async def answered(name: str, asked: Asked) -> Answer:
        # Numpy works for a tenth of a second; other pages go on meanwhile.
        return await asyncio.to_thread(remembered, name, tuple(asked_query(asked).items()))

    async def show_page(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        plan = plans[city.name]
        if plan is None:
            return await places_page(request, cities, city, TAB, TEMPLATE, plan=None)
        lang = read_reader(request, city).lang
        pairs = own_pairs(request)
        try:
            asked = parse_asked(plan, pairs)
        except BadRequestData as exc:
            values = _form(plan, Asked(Change()), dict(pairs), exc.faults[0].where, lang)
            return await places_page(
                request, cities, city, TAB, TEMPLATE, status=400, plan=plan, refused=exc.detail, result=None, **values
            )
        if dict(pairs) != asked_query(asked):
            return RedirectResponse(address(request, asked_query(asked)), status_code=303)
        # One runs count for both, so that the change against the base case is no accident of the draws.
        base = await answered(city.name, Asked(Change(), asked.runs, asked.seed, asked.outcome))
        now = await answered(city.name, asked) if asked.change else base
        values = _form(plan, asked, {}, "", lang) | _result(base, now, asked, lang)
        return await places_page(request, cities, city, TAB, TEMPLATE, plan=plan, refused="", **values)

    async def asked_of(request: Request) -> tuple[Answer, Asked]:
        name = request.path_params["city"]
        plan = plans[name]
        if plan is None:
            raise NotFound(name, "This city has no scenario; put district/scenario.toml into its directory.")
        asked = parse_asked(plan, own_pairs(request))
        return await answered(name, asked), asked

    async def as_csv(request: Request) -> Response:
        now, _ = await asked_of(request)
        money = ("cost", "revenue", "cash", "cumulative")
        header = [f"{name} ({now.scenario.currency})" if name.startswith(money) else name for name in view.CSV_COLUMNS]
        headers = {
            "Content-Disposition": f'attachment; filename="{request.path_params["city"]}-scenario.csv"',
            "Cache-Control": "no-store",
        }
        body = csv_text(header, view.csv_rows(now)).encode()
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)

    async def as_json(request: Request) -> Response:
        now, asked = await asked_of(request)
        body = msgspec.json.encode(view.document(now, asked))
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    return [
        Route("/{city}/places/scenario", show_page),
        Route("/{city}/api/places/scenario.csv", as_csv),
        Route("/{city}/api/places/scenario.json", as_json),
    ]


def own_pairs(request: Request) -> list[tuple[str, str]]:
    """What an address asks of the scenario, without the frame's own parameters."""
    return [(name, text) for name, text in request.query_params.multi_items() if name not in FRAME]


def address(request: Request, query: Mapping[str, str]) -> str:
    """The same page with another question, the frame's parameters kept."""
    kept = [(name, text) for name, text in request.query_params.multi_items() if name in FRAME]
    every = urlencode([*kept, *query.items()])
    return request.url.path + (f"?{every}" if every else "")


def _form(plan: Scenario, asked: Asked, typed: Mapping[str, str], refused: str, lang: str) -> dict[str, Any]:
    return {
        "what": pick(plan.what, lang),
        "groups": view.fields(plan, asked, typed, refused, lang),
        "at_fault": refused,
        "controls": {"runs": asked.runs, "seed": asked.seed, "outcome": asked.outcome},
        "limits": {"runs_least": RUNS_LEAST, "runs_most": RUNS_MOST, "seed_most": SEED_MOST},
        "outcomes": [
            {"id": name, "title": say(f"places.scenario.outcome.{name}", lang)}
            for name in OUTCOMES
            if name != "homes" or plan.has_homes
        ],
        "changes": len(asked_query(Asked(asked.change))),
    }


def _result(base: Answer, now: Answer, asked: Asked, lang: str) -> dict[str, Any]:
    changed = bool(asked.change)
    return {
        "result": {
            "figures": view.figures(base, now, changed=changed, lang=lang),
            "shares": view.shares_of_runs(now, lang),
            "claims": view.claims(now.scenario, lang),
            "charts": view.charts(base, now, changed=changed, lang=lang),
            "sensitivity": view.sensitivity(now, asked.outcome, lang),
            "years": view.year_rows(now, lang),
            "money_units": view.money_units(now.scenario.currency, lang),
            "homes": now.scenario.has_homes,
            "first": now.scenario.first,
            "last": now.scenario.last,
            "timing": now.scenario.timing,
            "runs": asked.runs,
            "query": urlencode(asked_query(asked)),
        }
    }
