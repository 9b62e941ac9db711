"""The indicators of a district: the list by framework, one indicator with why it is so, and both as CSV and JSON."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.indicators.engine import require_values
from madang.district.indicators.explain import result_json
from madang.district.indicators.values import Indicator, Result, Results
from madang.district.records import Programme
from madang.district.rows import local_id
from madang.errors import BadRequestData, NotFound
from madang.web.city import City
from madang.web.console.csvtext import csv_text

from . import indicatorview as view
from .frame import Look, look, places_page, programme_choices

TAB = "places/indicators"
PATH = "/{city}/places/indicators"


OF = ("district", "city")
"""Of what: of the programme, by its ledger; of the whole city, by what the hub says."""


def indicator_routes(cities: Mapping[str, City]) -> Sequence[Route]:
    async def show_list(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found, results = await _results(request, city)
        asked = request.query_params
        framework, shown, of = asked.get("framework", ""), asked.get("show", "computed"), _of(request)
        catalogue = city.places.indicators.catalogue
        groups = view.groups(catalogue, results, found.book, found.lang, framework=framework, shown=shown)
        name = city.profile.title if of == "city" else found.programme.name if found.programme else {}
        return await places_page(
            request,
            cities,
            city,
            TAB,
            "places/indicators.html",
            programmes=programme_choices(found),
            programme=_local(found.programme),
            name=name,
            groups=groups,
            frameworks=view.frameworks(catalogue),
            framework=framework,
            shown=shown,
            choices=view.SHOWN,
            of=of,
            every_of=OF,
            on=asked.get("on", ""),
        )

    async def show_one(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        indicator = _indicator(city, request.path_params["key"])
        found = await look(request, city)
        results = [one for of in OF for one in await _one(city, found, indicator.key, of)]
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
            whys=view.whys(results, found.lang),
            lines=[view.line(one, found.book, found.lang) for one in results],
            others=view.others(every, found.book, found.lang, found.programme.id if found.programme else ""),
            on=request.query_params.get("on", ""),
        )

    async def as_csv(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found, results = await _results(request, city)
        subject = city.name if _of(request) == "city" else _local(found.programme)
        text = csv_text(view.CSV_HEADER, view.csv_rows(results, subject))
        headers = {
            "Content-Disposition": f'attachment; filename="{city.name}-{subject or "no"}-indicators.csv"',
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
        results = [one for of in OF for one in await _one(city, found, indicator.key, of)]
        if request.query_params.get("require") == "value":
            results = require_values(results, indicator.key)
        return _json(found, results)

    return [
        Route(PATH, show_list),
        Route(PATH + ".csv", as_csv),
        Route(PATH + ".json", as_json),
        Route(PATH + "/{key}.json", one_as_json),
        Route(PATH + "/{key}", show_one),
    ]


def _of(request: Request) -> str:
    """``?of=``: of the programme, or of the whole city."""
    of = request.query_params.get("of", OF[0])
    if of not in OF:
        raise BadRequestData(f"{of[:20]!r} is not one of {', '.join(OF)}.", "of")
    return of


async def _results(request: Request, city: City) -> tuple[Look, Results]:
    of = _of(request)
    found = await look(request, city)
    return found, await _computed(city, found, of)


async def _computed(city: City, found: Look, of: str, *keys: str) -> Results:
    if of == "city":
        return await city.places.of_city(_moment(city, found)).compute(found.book, "", keys or None)
    if found.programme is None:
        return {}
    return await city.places.indicators.compute(found.book, found.programme.id, keys or None)


async def _one(city: City, found: Look, key: str, of: str) -> Sequence[Result]:
    return (await _computed(city, found, of, key)).get(key, ())


def _moment(city: City, found: Look) -> datetime | None:
    """What the hub is asked for: now, the moment travelled to, or the end of the day looked at."""
    if found.reader.at is not None or found.on is None:
        return found.reader.at
    return datetime.combine(found.on, time.max, tzinfo=city.profile.timezone)


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
