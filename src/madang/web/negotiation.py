"""Media types and @contexts of NGSI-LD requests and answers. Pure. Source: GS CIM 009 v1.9.1, clauses 6.3.4-6.3.6."""

import re
from collections.abc import Sequence
from typing import Final

from madang.errors import BadRequestData

JSON: Final = "application/json"
LD: Final = "application/ld+json"
GEO: Final = "application/geo+json"
MERGE_PATCH: Final = "application/merge-patch+json"
REL: Final = "http://www.w3.org/ns/json-ld#context"

_LINK = re.compile(r'<([^>]*)>\s*((?:;\s*[\w!#$&+.^`|~-]+\s*=\s*(?:"[^"]*"|[^;,"\s]*)\s*)*)')
_REL = re.compile(r'(?:^|;)\s*rel\s*=\s*"?([^";]*)"?', re.IGNORECASE)


def choose(accept: str, offered: Sequence[str]) -> str | None:
    """The media type to answer with, None where none will do. Of those equally wanted the first offered is taken."""
    if not accept or accept == "*/*" or accept == offered[0]:
        return offered[0]
    wanted = [_range(part) for part in accept.split(",")]
    best, best_quality = None, 0.0
    for media in offered:
        fitting = [(exactness, quality) for (pattern, quality, exactness) in wanted if _fits(pattern, media)]
        # RFC 9110, clause 12.5.1: the most specific range speaks for a media type.
        quality = max(fitting)[1] if fitting else 0.0
        if quality > best_quality:
            best, best_quality = media, quality
    return best


def _range(part: str) -> tuple[str, float, int]:
    """(media range, quality, how exact it is) of one part of an Accept header."""
    pattern, *parameters = (piece.strip() for piece in part.split(";"))
    quality = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            quality = _quality(value.strip())
    pattern = pattern.lower()
    return pattern, quality, 0 if pattern == "*/*" else 1 if pattern.endswith("/*") else 2


def _quality(text: str) -> float:
    # What cannot be read does not count, as if it were not there.
    return float(text) if re.fullmatch(r"[01](\.\d{0,3})?", text) else 1.0


def _fits(pattern: str, media: str) -> bool:
    return pattern in ("*/*", media) or (pattern.endswith("/*") and media.startswith(pattern[:-1]))


def media_type(content_type: str) -> str:
    """Content-Type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def parse_link(header: str) -> str | None:
    """URL of the @context a Link header names, None without one. Raises BadRequestData where it names several."""
    urls = [
        match[1].strip()
        for match in _LINK.finditer(header)
        if (rel := _REL.search(match[2])) is not None and REL in rel[1].split()
    ]
    if len(urls) > 1:
        raise BadRequestData("A Link header may name one @context only.", "Link")
    return urls[0] if urls else None


def context_link(url: str) -> str:
    return f'<{url}>; rel="{REL}"; type="{LD}"'
