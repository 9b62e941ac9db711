"""Search: entities by name or id, and pages by name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from madang.model.query import Compare, Or, Path, QExpr, Query
from madang.web.city import City

from .cityview import NAME, TITLE, label
from .render import PAGES, environment, read_reader
from .texts import LANGUAGES, pick, say

HITS_MAX = 12
TEXT_MAX = 100


@dataclass(frozen=True, slots=True)
class Hit:
    title: str
    kind: str
    href: str


def search_routes(cities: Mapping[str, City]) -> list[Route]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        reader = read_reader(request, city)
        text = request.query_params.get("text", "").strip()[:TEXT_MAX]
        at = {"at": request.query_params["at"]} if reader.at else {}
        hits = await search(city, text, reader.lang, at) if text else []
        template = environment().get_template("search.html")
        return HTMLResponse(template.render(hits=hits, nothing=say("search.none", reader.lang) if text else ""))

    return [Route("/{city}/search", show)]


async def search(city: City, text: str, lang: str, keep: Mapping[str, str]) -> list[Hit]:
    """Pages first, then entities of the packs' types whose name or title has the text, by name.

    keep: query to carry on.
    """
    query = f"?{urlencode(keep)}" if keep else ""
    names = {name: say(f"nav.{name}", lang) for name in PAGES}
    names |= {f"boards/{pack.name}": pick(pack.title, lang) for pack in city.packs}
    needle = text.casefold()
    hits = [
        Hit(title, "", f"/{city.name}/{path}{query}") for path, title in names.items() if needle in title.casefold()
    ]
    kinds = {kind.uri: pick(kind.title, lang) for pack in city.packs for kind in pack.types.values()}
    page = await city.entities.query("", Query(q=has_text(text), limit=200))
    for entity in sorted((stored.entity() for stored in page.items), key=lambda one: label(one, lang)):
        kind = next((kinds[uri] for uri in entity.types if uri in kinds), "")
        if kind:
            hits.append(Hit(label(entity, lang), kind, f"/{city.name}/entities/{quote(entity.id, safe='')}{query}"))
    return hits[:HITS_MAX]


def has_text(text: str) -> QExpr:
    """A name or title, in any language, that has the text; letters compare without case."""
    pattern = f"(?i){re.escape(text)}"
    plain = [Compare(Path((name,)), "~=", pattern) for name in (NAME, TITLE)]
    by_language = [Compare(Path((name,), (tag,)), "~=", pattern) for name in (NAME, TITLE) for tag in LANGUAGES]
    return Or((*plain, *by_language))
