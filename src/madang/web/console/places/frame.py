"""What all pages of the district share: the tabs, the programme that is looked at, and the day it is looked at on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from madang.district.book import Book
from madang.district.records import Programme
from madang.district.rows import local_id
from madang.errors import BadRequestData, NotFound
from madang.web.city import City
from madang.web.console.render import Reader, page, read_reader
from madang.web.console.texts import pick

TABS: Sequence[tuple[str, Sequence[str]]] = (
    ("programme", ("places", "places/baselines", "places/money", "places/tenants", "places/cluster")),
    ("figures", ("places/indicators", "places/compare", "places/scenario", "places/check")),
    ("record", ("places/unknown", "places/entry", "places/log")),
    ("share", ("places/briefing", "places/practices", "places/learning", "places/integrity")),
)
"""Groups of pages, each page by its path below the city; its words are ``places.tab.<path>`` with dots for slashes."""


@dataclass(frozen=True, slots=True)
class Look:
    """One request's look at the ledger. book: as known on the day ``on``, or all of it (None).

    programme: None in a city whose ledger has none.
    """

    reader: Reader
    book: Book
    programme: Programme | None
    on: date | None

    @property
    def lang(self) -> str:
        return self.reader.lang


async def look(request: Request, city: City) -> Look:
    """``?programme=`` (default: the city's own first), ``?on=2021-08-31`` (default: everything known; the day of a
    moment travelled to). Raises BadRequestData, NotFound."""
    reader = read_reader(request, city)
    book = await city.places.ledger.book()
    on = _day(request.query_params.get("on", "")) or (reader.at.date() if reader.at else None)
    programme = choose_programme(book, request.query_params.get("programme", ""))
    return Look(reader, book.known_on(on) if on else book, programme, on)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise BadRequestData(f"{text[:40]!r} is no day such as 2021-08-31.", "on") from exc


def choose_programme(book: Book, name: str) -> Programme | None:
    """By local id; without a name the main one. Raises NotFound."""
    if name:
        found = next((one for one in book.programmes.values() if local_id(one.id) == name), None)
        if found is None:
            raise NotFound(name, f"There is no programme {name[:80]!r} in this ledger.")
        return found
    return book.main


async def places_page(
    request: Request,
    cities: Mapping[str, City],
    city: City,
    tab: str,
    template: str,
    *,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """A page inside the frame of the district's tabs. tab: its path, as in TABS. The template extends
    ``places/base.html`` and fills the blocks ``title``, ``state``, ``actions`` and ``places``."""
    return await page(
        request,
        cities,
        city,
        "places",
        template,
        status=status,
        tabs=TABS,
        tab=tab,
        **values,
    )


def programme_choices(found: Look) -> list[dict[str, Any]]:
    """For the list that switches the programme: own ones first."""
    every = sorted(found.book.programmes.values(), key=lambda one: (one.role != "own", pick(one.name, found.lang)))
    return [
        {
            "id": local_id(one.id),
            "name": pick(one.name, found.lang),
            "role": one.role,
            "chosen": found.programme is not None and one.id == found.programme.id,
        }
        for one in every
    ]
