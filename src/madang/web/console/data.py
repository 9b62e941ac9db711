"""The data page: SQL over the history, read-only, bounded in time and rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.errors import InputError
from madang.ports.history import Table
from madang.web.city import City

from .csvtext import csv_text
from .format import number_text
from .render import page, read_reader

SHOWN = 500
"""Rows drawn on the page; the CSV has all up to the limit."""


def data_routes(cities: Mapping[str, City]) -> list[Route]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        read_reader(request, city)
        text = request.query_params.get("sql", "").strip()
        table, error = await _answer(city, text) if text else (None, "")
        return await page(
            request,
            cities,
            city,
            "data",
            "data.html",
            status=400 if error else 200,
            sql=text or examples(city)[0],
            examples=examples(city),
            table=table,
            rows=[[_cell(value) for value in row] for row in table.rows[:SHOWN]] if table else [],
            error=error,
            size=await city.history.size(""),
            types=[kind for pack in city.packs for kind in pack.types.values()],
            row_limit=city.settings.int("sql_rows"),
            timeout_s=city.settings.float("sql_timeout"),
        )

    async def download(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        table = await _run(city, request.query_params.get("sql", ""))
        headers = {"Content-Disposition": f'attachment; filename="{city.name}.csv"'}
        body = csv_text(table.columns, ([_plain(value) for value in row] for row in table.rows))
        return Response(body, media_type="text/csv; charset=utf-8", headers=headers)

    return [Route("/{city}/data", show), Route("/{city}/data.csv", download)]


async def _answer(city: City, text: str) -> tuple[Table | None, str]:
    try:
        return await _run(city, text), ""
    except InputError as exc:
        return None, exc.detail


async def _run(city: City, text: str) -> Table:
    limit, timeout_s = city.settings.int("sql_rows"), city.settings.float("sql_timeout")
    return await city.history.sql("", text, row_limit=limit, timeout_s=timeout_s)


def examples(city: City) -> list[str]:
    """Queries to start from; they name a type the city really has."""
    kinds = [kind for pack in city.packs for kind in pack.types.values() if any(one.live for one in kind.attributes)]
    found = [
        "SELECT type, count(*) AS observations, min(observed_at) AS first, max(observed_at) AS last\n"
        "FROM observation GROUP BY type ORDER BY observations DESC"
    ]
    for kind in kinds[:2]:
        live = next(one for one in kind.attributes if one.live)
        found.append(
            f"SELECT entity, date_trunc('day', observed_at) AS day, avg(value) AS mean, max(value) AS most\n"
            f"FROM \"{kind.name}\" WHERE attribute = '{live.name}'\n"
            "GROUP BY entity, day ORDER BY day DESC, entity LIMIT 50"
        )
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _cell(value: Any) -> dict[str, Any]:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    text = number_text(value) if number else "" if value is None else str(_plain(value))
    return {"text": text, "number": number}
