"""Tables of statements: the same cells as a page's table with footnotes, and as CSV with their sources."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.book import Book
from madang.district.format import show
from madang.district.quantity import Quantity, decimal
from madang.district.records import Fact, Source
from madang.errors import NotFound
from madang.web.city import City
from madang.web.console.attributes import entity_path
from madang.web.console.csvtext import csv_text
from madang.web.console.texts import say

from .shown import shown_fact, when_text

SOURCE_KEYS = 12
"""Sources of one row that a CSV names; a sum of more would say nothing."""

_LEGIBLE = str.maketrans({"㎡": "m²", "㎢": "km²", "㎥": "m³"})


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: where a figure comes from. stated "" where the source has no date."""

    number: int
    source: Source
    stated: str

    @property
    def quote(self) -> str:
        """In signs that the console's fonts have."""
        return self.source.quote.translate(_LEGIBLE)


@dataclass(slots=True)
class Notes:
    """The footnotes of one page, numbered as they are first named. One place of one source has one number."""

    lang: str
    items: list[Note] = field(default_factory=list)
    _numbers: dict[tuple[Source, str], int] = field(default_factory=dict)

    def of(self, facts: Iterable[Fact]) -> tuple[int, ...]:
        return tuple(dict.fromkeys(self.cite(fact.source, when_text(fact.stated, self.lang)) for fact in facts))

    def cite(self, source: Source, stated: str = "") -> int:
        key = source, stated
        if key not in self._numbers:
            self._numbers[key] = len(self.items) + 1
            self.items.append(Note(len(self.items) + 1, source, stated))
        return self._numbers[key]


@dataclass(frozen=True, slots=True)
class Cell:
    """text, then what is smaller below it. basis: code of a badge, several with `` + `` between. notes: footnotes.

    path: of the record, below the city. raw: of the CSV, where it is not the text.
    """

    text: str
    small: str = ""
    basis: str = ""
    notes: tuple[int, ...] = ()
    path: str = ""
    number: bool = False
    raw: str = ""

    @property
    def bases(self) -> tuple[str, ...]:
        return tuple(self.basis.split(" + ")) if self.basis else ()

    @property
    def plain(self) -> str:
        """For CSV: the figure in full digits with its unit, then in brackets what it is."""
        told = "; ".join(part for part in (self.basis, self.small) if part)
        return f"{self.raw or self.text} [{told}]" if told else self.raw or self.text


NOTHING = Cell("–")


@dataclass(frozen=True, slots=True)
class Row:
    """The first cell is its heading. unlike: shown greyed. own: one's own programme."""

    cells: tuple[Cell, ...]
    unlike: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """id: for its address and its CSV. what: one sentence above it, "" without."""

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    what: str = ""


def fact_cell(fact: Fact, book: Book, notes: Notes, *, moment: bool = True, basis: bool = True) -> Cell:
    """moment: also as of when it holds, else when it was said."""
    shown = shown_fact(fact, book, notes.lang)
    when = (shown.as_of or shown.stated) if moment else ""
    small = " · ".join(part for part in (shown.other, shown.boundary, shown.definition, when) if part)
    code = fact.basis if basis else ""
    return Cell(shown.value, small, code, notes.of([fact]), entity_path(fact.id), fact.quantity is not None, raw(fact))


def quantity_cell(quantity: Quantity | None, lang: str) -> Cell:
    """A figure that is no fact of its own."""
    if quantity is None:
        return NOTHING
    told = show(quantity, lang)
    return Cell(told.primary, told.secondary, number=True, raw=raw_quantity(quantity))


def raw(fact: Fact) -> str:
    return raw_quantity(fact.quantity) if fact.quantity else str(fact.value)


def raw_quantity(quantity: Quantity) -> str:
    low, high = (f"{decimal(end, 15):f}" for end in (quantity.low, quantity.high))
    bound = {"at least": ">=", "at most": "<="}.get(quantity.bound, "")
    return f"{bound}{low if low == high else f'{low}–{high}'} {quantity.unit.symbol}"


def csv_of(table: Table, notes: Notes) -> str:
    """One line per row; the last columns name its sources."""
    header = [*table.columns, say("places.source", notes.lang), "URL"]
    return csv_text(header, (_csv_row(row, notes) for row in table.rows))


def _csv_row(row: Row, notes: Notes) -> list[str]:
    numbers = list(dict.fromkeys(number for cell in row.cells for number in cell.notes))[:SOURCE_KEYS]
    told = [notes.items[number - 1].source for number in numbers]
    titles = dict.fromkeys(one.title for one in told)
    return [*(cell.plain for cell in row.cells), "; ".join(titles), " ".join(dict.fromkeys(one.url for one in told))]


Tables = tuple[Sequence[Table], Notes]


def csv_route(cities: Mapping[str, City], page: str, make: Callable[[Request, City], Awaitable[Tables]]) -> Route:
    """``/{city}/places/<page>.csv?table=<id>``, for the same question as the page's."""

    async def download(request: Request) -> Response:
        tables, notes = await make(request, cities[request.path_params["city"]])
        name = request.query_params.get("table", tables[0].id if tables else "")
        table = next((one for one in tables if one.id == name), None)
        if table is None:
            raise NotFound(name, f"There is no table {name[:40]!r} on this page.")
        headers = {"Content-Disposition": f'attachment; filename="{page}-{table.id}.csv"', "Cache-Control": "no-store"}
        return Response(csv_of(table, notes), media_type="text/csv; charset=utf-8", headers=headers)

    return Route(f"/{{city}}/places/{page}.csv", download)
