"""The cooperation network: a graph that can be read, the agreements behind it, and what is counted in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args
from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.book import Book
from madang.district.charts import CONSOLE, Edge, Network, Node, draw_network
from madang.district.charts.network import NodeKind
from madang.district.charts.words import word
from madang.district.cluster import Measures, measures, network, years
from madang.district.cluster import Network as Graph
from madang.district.cluster_files import graph_json, graph_ml
from madang.district.format import show
from madang.district.indicators.values import Result
from madang.district.kinds import ORGANIZATIONS
from madang.district.records import Agreement, Source
from madang.district.rows import local_id
from madang.errors import BadRequestData
from madang.web.city import City
from madang.web.console.attributes import entity_path
from madang.web.console.csvtext import csv_text
from madang.web.console.texts import catalogue, pick, say

from .frame import Look, look, places_page, programme_choices
from .integrity import percent
from .shown import names, when_text

TAB = "places/cluster"
SECTORS = ("madang-d-d20", "madang-d-d21", "madang-d-d22")
"""Location quotients with their floor, HHI, Krugman index: what the tenants' sectors say, where they are known."""

NAMED = 60
"""Organizations that the graph can show with their names; a larger network is to be narrowed first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question an address asks. programme: entity id or "". year None: whenever."""

    programme: str
    year: int | None
    kinds: tuple[str, ...]
    agreements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """path: of its record."""

    path: str
    parties: Sequence[str]
    kind: str
    since: str
    until: str
    what: str
    source: Source
    status: str


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    path: str
    name: str
    kind: str
    partners: int
    agreements: int


@dataclass(frozen=True, slots=True)
class SectorRow:
    """value "": not known, then note says what is missing."""

    key: str
    name: str
    label: str
    value: str
    note: str


def cluster_routes(cities: Mapping[str, City]) -> Sequence[Route]:
    async def show_page(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        found, asked, graph = await _look(request, city)
        told = measures(graph)
        every = years(found.book)
        return await places_page(
            request,
            cities,
            city,
            TAB,
            "places/cluster.html",
            asked=asked,
            programmes=[{**one, "chosen": bool(asked.programme) and one["chosen"]} for one in programme_choices(found)],
            years=every,
            kinds=[(kind, word(kind, found.lang), kind in asked.kinds) for kind in ORGANIZATIONS],
            agreement_kinds=[
                (kind, kind_text(kind, found.lang), kind in asked.agreements) for kind in _kinds_of(found.book)
            ],
            picture=_draw(graph, 1100, found.lang),
            narrow=_draw(graph, 340, found.lang),
            too_many=len(graph.organizations) > NAMED,
            rows=agreement_rows(graph, found.book, found.lang),
            organizations=organization_rows(graph, told, found.lang),
            graph=graph,
            told=told,
            shares={
                "cross_kind": percent(told.cross_kind) or "–",
                "density": percent(told.density) or "–",
            },
            between=[(word(a, found.lang), word(b, found.lang), count) for (a, b), count in told.between.items()],
            mix=[(word(kind, found.lang), count) for kind, count in told.mix.items()],
            per_kind=[(kind_text(kind, found.lang), count) for kind, count in told.per_kind.items()],
            missing_science=[word(kind, found.lang) for kind in ("industry", "university", "research")
                             if kind not in told.science],
            sectors=await _sectors(city, found),
            sector_programme=pick(found.programme.name, found.lang) if found.programme else "",
            query=_query(asked),
        )  # fmt: skip

    async def as_csv(request: Request) -> Response:
        found, _, graph = await _look(request, cities[request.path_params["city"]])
        return _file(csv_text(CSV_COLUMNS, csv_rows(graph, found.book)), "text/csv; charset=utf-8", "cluster.csv")

    async def as_json(request: Request) -> Response:
        _, _, graph = await _look(request, cities[request.path_params["city"]])
        return _file(orjson.dumps(graph_json(graph), option=orjson.OPT_INDENT_2), "application/json", "cluster.json")

    async def as_graphml(request: Request) -> Response:
        _, _, graph = await _look(request, cities[request.path_params["city"]])
        return _file(graph_ml(graph), "application/xml", "cluster.graphml")

    return [
        Route("/{city}/places/cluster", show_page),
        Route("/{city}/places/cluster.csv", as_csv),
        Route("/{city}/places/cluster.json", as_json),
        Route("/{city}/places/cluster.graphml", as_graphml),
    ]


def _file(body: str | bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type=media_type, headers=headers)


async def _look(request: Request, city: City) -> tuple[Look, Asked, Graph]:
    found = await look(request, city)
    query = request.query_params
    named = found.programme.id if query.get("programme") and found.programme else ""
    year, kinds = _year(query.get("year", "")), tuple(dict.fromkeys(filter(None, query.getlist("kind"))))
    if wrong := next((kind for kind in kinds if kind not in ORGANIZATIONS), None):
        raise BadRequestData(f"There is no kind {wrong[:40]!r}; there are {', '.join(ORGANIZATIONS)}.", "kind")
    asked = Asked(named, year, kinds, tuple(dict.fromkeys(filter(None, query.getlist("agreement")))))
    graph = network(
        found.book, programme=asked.programme, year=asked.year, kinds=asked.kinds, agreements=asked.agreements
    )
    return found, asked, graph


def _year(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) == 4):
        raise BadRequestData(f"{text[:20]!r} is no year such as 2016.", "year")
    return int(text)


def _query(asked: Asked) -> str:
    """For the files: the same question."""
    pairs = [("kind", one) for one in asked.kinds] + [("agreement", one) for one in asked.agreements]
    pairs += [("programme", local_id(asked.programme))] if asked.programme else []
    pairs += [("year", str(asked.year))] if asked.year else []
    return f"?{urlencode(pairs)}" if pairs else ""


def _kinds_of(book: Book) -> list[str]:
    return sorted({one.kind for one in book.agreements})


def kind_text(kind: str, lang: str) -> str:
    """A kind of agreement in the reader's language where it is a usual one; else as it was written."""
    key = f"places.cluster.kind.{kind.replace(' ', '-')}"
    return say(key, lang) if key in catalogue() else kind


def _draw(graph: Graph, width: float, lang: str) -> str:
    """ "" where there is nothing to draw, or too much to be read."""
    if not 0 < len(graph.organizations) <= NAMED:
        return ""
    nodes = tuple(Node(one.id, pick(one.name, lang), _node_kind(one.kind)) for one in graph.organizations.values())
    edges = tuple(
        Edge(
            f"{local_id(pair.agreement.id)}-{number}",
            pair.a,
            pair.b,
            pair.agreement.since.first.year if pair.agreement.since else None,
            pick(pair.agreement.what, lang) or kind_text(pair.agreement.kind, lang),
        )
        for number, pair in enumerate(graph.pairs)
    )
    title, desc = say("places.cluster.picture", lang), say("places.cluster.picture.what", lang)
    return draw_network(Network(title, desc, nodes, edges, "agreements"), CONSOLE, width, lang)


def _node_kind(kind: str) -> NodeKind:
    return next((known for known in get_args(NodeKind) if known == kind), "public")


def agreement_rows(graph: Graph, book: Book, lang: str) -> list[AgreementRow]:
    known = names(book, lang)
    return [_agreement_row(one, known, lang) for one in graph.agreements]


def _agreement_row(one: Agreement, known: Mapping[str, str], lang: str) -> AgreementRow:
    return AgreementRow(
        entity_path(one.id),
        [known.get(party, local_id(party)) for party in one.parties],
        kind_text(one.kind, lang),
        when_text(one.since, lang),
        when_text(one.until, lang),
        pick(one.what, lang),
        one.source,
        one.entry.status,
    )


def organization_rows(graph: Graph, told: Measures, lang: str) -> list[OrganizationRow]:
    """Most partners first."""
    return [
        OrganizationRow(
            entity_path(id),
            pick(graph.organizations[id].name, lang),
            word(graph.organizations[id].kind, lang),
            partners,
            sum(id in one.parties for one in graph.agreements),
        )
        for id, partners in told.degree.items()
    ]


CSV_COLUMNS = (
    "a", "a_name_ko", "a_name_en", "a_kind", "b", "b_name_ko", "b_name_en", "b_kind",
    "agreement", "kind", "since", "until", "what_ko", "what_en", "source", "url", "quote",
)  # fmt: skip


def csv_rows(graph: Graph, book: Book) -> list[list[object]]:
    """One row per pair and agreement, dates as the source wrote them."""
    rows: list[list[object]] = []
    for pair in graph.pairs:
        ends: list[object] = []
        for end in (pair.a, pair.b):
            one = book.organizations[end]
            ends += [local_id(end), one.name.get("ko", ""), one.name.get("en", ""), one.kind]
        it = pair.agreement
        since, until = (when.text if when else "" for when in (it.since, it.until))
        what = [it.what.get("ko", ""), it.what.get("en", "")]
        rows.append([*ends, local_id(it.id), it.kind, since, until, *what, *_source(it.source)])
    return rows


def _source(source: Source) -> tuple[str, str, str]:
    return source.title, source.url, source.quote


async def _sectors(city: City, found: Look) -> list[SectorRow]:
    if found.programme is None:
        return []
    results = await city.places.indicators.compute(found.book, found.programme.id, SECTORS)
    return [_sector_row(one, found.lang) for key in SECTORS for one in results.get(key, ())]


def _sector_row(one: Result, lang: str) -> SectorRow:
    notes = [pick(one.note, lang)] if one.note else []
    notes += [pick(gap.what, lang) for gap in one.gaps]
    return SectorRow(
        one.indicator.key,
        pick({language: text for language, text in one.indicator.name.items() if text}, lang),
        pick(one.label, lang) if one.label else "",
        show(one.value, lang).primary if one.value else "",
        " ".join(notes),
    )
