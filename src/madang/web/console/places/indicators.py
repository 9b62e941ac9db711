"""The indicators of a district: the list by framework, one indicator with why it is so, and both as CSV and JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.indicators.explain import result_json
from madang.district.indicators.values import Indicator, Result, Results
from madang.district.records import Programme
from madang.district.rows import local_id
from madang.errors import NotFound
from madang.web.city import City
from madang.web.console.csvtext import csv_text

from . import indicatorview as view
from .frame import Look, look, places_page, programme_choices

TAB = "places/indicators"
PATH = "/{city}/places/indicators"


def indicator_routes(cities: Mapping[str, City]) -> Sequence[Route]:
    async def show_list(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found, results = await _results(request, city)
        asked = request.query_params
        framework, shown = asked.get("framework", ""), asked.get("show", "computed")
        catalogue = city.places.indicators.catalogue
        groups = view.groups(catalogue, results, found.book, found.lang, framework=framework, shown=shown)
        return await places_page(
            request,
            cities,
            city,
            TAB,
            "places/indicators.html",
            programmes=programme_choices(found),
            programme=_local(found.programme),
            name=found.programme.name if found.programme else {},
            groups=groups,
            frameworks=view.frameworks(catalogue),
            framework=framework,
            shown=shown,
            choices=view.SHOWN,
            on=request.query_params.get("on", ""),
        )

    async def show_one(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        indicator = _indicator(city, request.path_params["key"])
        found, results = await _results(request, city, indicator.key)
        every = await _everywhere(city, found, indicator.key)
        return await places_page(
            request,
            cities,
            city,
            TAB,
            "places/indicator.html",
            programmes=programme_choices(found),
            programme=_local(found.programme),
            indicator=indicator,
            direction=view.direction(indicator),
            target=city.places.indicators.targets.get(indicator.key),
            whys=view.whys(results.get(indicator.key, ()), found.lang),
            lines=[view.line(one, found.book, found.lang) for one in results.get(indicator.key, ())],
            others=view.others(every, found.book, found.lang, found.programme.id if found.programme else ""),
            on=request.query_params.get("on", ""),
        )

    async def as_csv(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found, results = await _results(request, city)
        programme = _local(found.programme)
        text = csv_text(view.CSV_HEADER, view.csv_rows(results, programme))
        headers = {
            "Content-Disposition": f'attachment; filename="{city.name}-{programme or "indicators"}-indicators.csv"',
            "Cache-Control": "no-store",
        }
        return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=headers)

    async def as_json(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found, results = await _results(request, city)
        return _json(found, [one for each in results.values() for one in each])

    async def one_as_json(request: Request) -> Response:
        """With ``?require=value`` an indicator that cannot be computed is refused, with what is missing."""
        city = cities[request.path_params["city"]]
        indicator = _indicator(city, request.path_params["key"])
        found = await look(request, city)
        if found.programme is None:
            return _json(found, [])
        if request.query_params.get("require") == "value":
            return _json(found, await city.places.indicators.require(found.book, found.programme.id, indicator.key))
        results = await city.places.indicators.compute(found.book, found.programme.id, [indicator.key])
        return _json(found, results.get(indicator.key, ()))

    return [
        Route(PATH, show_list),
        Route(PATH + ".csv", as_csv),
        Route(PATH + ".json", as_json),
        Route(PATH + "/{key}.json", one_as_json),
        Route(PATH + "/{key}", show_one),
    ]


async def _results(request: Request, city: City, *keys: str) -> tuple[Look, Results]:
    found = await look(request, city)
    if found.programme is None:
        return found, {}
    return found, await city.places.indicators.compute(found.book, found.programme.id, keys or None)


async def _everywhere(city: City, found: Look, key: str) -> dict[str, Sequence[Result]]:
    return {
        subject: (await city.places.indicators.compute(found.book, subject, [key])).get(key, ())
        for subject in found.book.programmes
    }


def _indicator(city: City, key: str) -> Indicator:
    indicator = city.places.indicators.catalogue.get(key)
    if indicator is None:
        raise NotFound(key, f"There is no indicator {key[:80]!r}.")
    return indicator


def _local(programme: Programme | None) -> str:
    return local_id(programme.id) if programme else ""


def _json(found: Look, results: Sequence[Result]) -> Response:
    document: dict[str, Any] = {
        "programme": _local(found.programme),
        "on": found.on.isoformat() if found.on else None,
        "results": [result_json(one) for one in results],
    }
    return Response(msgspec.json.encode(document), media_type="application/json", headers={"Cache-Control": "no-store"})
