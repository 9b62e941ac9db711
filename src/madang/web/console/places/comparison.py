"""Other districts beside one's own: like with like, plans beside what came of them, and the outside view."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import get_args

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from madang.district.book import Book
from madang.district.compare import Comparison, comparable, compare, plan_and_actual
from madang.district.indicators.engine import Indicators
from madang.district.indicators.values import Results
from madang.district.outside import completion_view, cost_view
from madang.district.quantity import CURRENCIES
from madang.district.rates import Rates
from madang.district.records import Basis, Programme
from madang.district.rows import local_id
from madang.errors import BadRequestData
from madang.web.city import City
from madang.web.console.texts import pick

from . import comparisonview as view
from .frame import Look, look, places_page
from .shown import measure_title
from .table import Notes, Tables, csv_route

TAB = "places/compare"
DEFAULT = "jobs"
CURRENCIES_OFFERED = ("KRW", "EUR", "USD")
DISTRICTS_MAX = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """subjects: entity ids, one's own first. every: all there are to choose from, in the order they are offered."""

    what: str
    basis: Basis | None
    currency: str
    subjects: Sequence[str]
    every: Sequence[Programme]


@dataclass(frozen=True, slots=True)
class Choice:
    id: str
    title: str
    chosen: bool
    note: str = ""


def comparison_routes(cities: Mapping[str, City]) -> Sequence[BaseRoute]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found = await look(request, city)
        if found.programme is None:
            return await places_page(request, cities, city, TAB, "places/comparison.html", shown=None, notes=())
        asked = read_asked(request, found, city.places.indicators)
        notes = Notes(found.lang)
        shown = await _shown(city, found, asked, notes)
        return await places_page(
            request,
            cities,
            city,
            TAB,
            "places/comparison.html",
            shown=shown,
            notes=notes.items,
            programme=local_id(found.programme.id),
            whats=_whats(found, asked, city.places.indicators),
            districts=_districts(found, asked),
            basis=asked.basis or "",
            bases=get_args(Basis),
            currency=asked.currency,
            currencies=CURRENCIES_OFFERED,
            csv=f"/{city.name}/places/compare.csv?{request.url.query}{'&' if request.url.query else ''}table=",
        )

    async def tables(request: Request, city: City) -> Tables:
        found = await look(request, city)
        notes = Notes(found.lang)
        if found.programme is None:
            return (), notes
        shown = await _shown(city, found, read_asked(request, found, city.places.indicators), notes)
        return shown.tables, notes

    return [Route("/{city}/places/compare", show), csv_route(cities, "compare", tables)]


def today_of(found: Look) -> date:
    return found.on or datetime.now(UTC).date()


@cache
def rates_at(path: Path) -> Rates:
    """The table that comes with madang; it does not change while madang runs."""
    return Rates.load(path)


def read_asked(request: Request, found: Look, indicators: Indicators) -> Asked:
    """``?what=jobs&with=aspern&with=magok&basis=plan&currency=EUR``. Raises BadRequestData for what there is not."""
    query = request.query_params
    own = found.programme.id if found.programme else ""
    every = _offered(found, own)
    named = {local_id(one.id): one.id for one in every}
    wanted = query.getlist("with")[:DISTRICTS_MAX] or [local_id(one.id) for one in every if not one.part_of]
    if strange := next((one for one in wanted if one not in named), ""):
        raise BadRequestData(f"There is no programme {strange[:60]!r} to compare with.", "with")
    what = query.get("what", "") or DEFAULT
    if what not in found.book.measures and what not in indicators.catalogue:
        raise BadRequestData(f"{what[:60]!r} is neither a measure nor an indicator.", "what")
    basis = _choice(query.get("basis", ""), get_args(Basis), "basis")
    currency = _choice(query.get("currency", ""), CURRENCIES, "currency")
    subjects = [own, *(one.id for one in every if local_id(one.id) in wanted)]
    return Asked(what, next((one for one in get_args(Basis) if one == basis), None), currency, subjects, every)


def _choice(text: str, choices: Sequence[str], at: str) -> str:
    if text and text not in choices:
        raise BadRequestData(f"{text[:40]!r} is not one of {', '.join(choices)}.", at)
    return text


def _offered(found: Look, own: str) -> list[Programme]:
    """Every programme but one's own: own ones of the city first, wholes before their parts."""
    others = [one for one in found.book.programmes.values() if one.id != own]
    return sorted(others, key=lambda one: (one.role != "own", bool(one.part_of), pick(one.name, found.lang)))


def _whats(found: Look, asked: Asked, indicators: Indicators) -> Mapping[str, Sequence[Choice]]:
    """Measures that two districts state, and indicators computed from facts."""
    measures = comparable(found.book, [asked.subjects[0], *(one.id for one in asked.every)])
    return {
        "measures": [Choice(one, measure_title(found.book, one, found.lang), one == asked.what) for one in measures],
        "indicators": [
            Choice(key, pick(indicators.catalogue[key].name, found.lang), key == asked.what)
            for key in of_facts(indicators)
        ],
    }


def _districts(found: Look, asked: Asked) -> Sequence[Choice]:
    return [
        Choice(local_id(one.id), pick(one.name, found.lang), one.id in asked.subjects, one.city) for one in asked.every
    ]


def of_facts(indicators: Indicators) -> tuple[str, ...]:
    """Keys of indicators that need no reading of the hub: other cities' districts are in no hub of ours."""
    live = {spec.key for spec in indicators.specs if any(one.live is not None for one in spec.inputs)}
    return tuple(dict.fromkeys(spec.key for spec in indicators.specs if spec.key not in live))


async def results_of(
    book: Book, indicators: Indicators, subjects: Sequence[str], keys: Sequence[str]
) -> dict[str, Results]:
    return {one: await indicators.compute(book, one, keys) for one in subjects}


async def _shown(city: City, found: Look, asked: Asked, notes: Notes) -> view.Shown:
    indicators = city.places.indicators
    keys = [key for key in {asked.what, *view.GLANCE} if key in indicators.catalogue]
    results = await results_of(found.book, indicators, asked.subjects, keys)
    rates = rates_at(city.places.files.shared / "rates.csv")

    def compared(what: str, basis: Basis | None = None) -> Comparison:
        return compare(
            found.book, results, asked.subjects, what, today=today_of(found), basis=basis or "",
            currency=asked.currency, rates=rates,
        )  # fmt: skip

    own = asked.subjects[0]
    return view.shown(
        view.Given(found.book, notes, own, indicators.catalogue),
        compared(asked.what, asked.basis),
        [compared(what) for what in view.GLANCE],
        {one: plan_and_actual(found.book, asked.subjects, one) for one in view.slopes_of(asked.what)},
        completion_view(found.book, own),
        cost_view(found.book, own),
    )
