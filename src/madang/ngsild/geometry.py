"""GeoJSON geometries. Source: RFC 7946, ETSI GS CIM 009 v1.9.1, clauses 4.6.3 and 4.7 (no GeometryCollection)."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Final

import orjson

from madang.errors import ROOT
from madang.model.entity import Json

from .place import Place, fault

# bool is an int to Python, but not to GeoJSON.
_NUMBERS: Final = (int, float)


def parse_geometry(doc: Json, at: Place = ROOT) -> Json:
    """Check a geometry on WGS 84 and give it back. A text is read as JSON first (clause 4.7.2).

    Raises BadRequestData with the place of the coordinate: unknown type, longitude not in -180..180 or latitude not in
    -90..90, open ring, too few positions. Rings that cross themselves pass: ETSI's own tests use one.
    """
    if isinstance(doc, str):
        doc = _decoded(doc, at)
    if not isinstance(doc, dict):
        raise fault("A geometry must be a GeoJSON object.", at)
    kind = doc.get("type")
    check = _CHECKS.get(kind) if isinstance(kind, str) else None
    if check is None:
        known = ", ".join(_CHECKS)
        raise fault(f"{kind!r} is not a geometry type; known are {known}.", (at, "type"))
    if "coordinates" not in doc:
        raise fault(f"The {kind} has no coordinates.", at)
    check(doc["coordinates"], (at, "coordinates"))
    return doc


def is_geometry(doc: Json) -> bool:
    """Looks like a geometry that parse_geometry would look into."""
    return type(doc) is dict and doc.get("type") in GEOMETRIES and "coordinates" in doc


def _decoded(text: str, at: Place) -> Json:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as exc:
        raise fault("A geometry must be a GeoJSON object, or a text that holds one as JSON.", at) from exc


def _position(doc: Json, at: Place) -> None:
    # Nearly every position there is: two finite numbers within range (NaN fails every comparison).
    if type(doc) is list and len(doc) == 2:
        longitude, latitude = doc
        if (
            type(longitude) in _NUMBERS
            and type(latitude) in _NUMBERS
            and -180 <= longitude <= 180
            and -90 <= latitude <= 90
        ):
            return
    _explain_position(doc, at)


def _explain_position(doc: Json, at: Place) -> None:
    if type(doc) is not list or not 2 <= len(doc) <= 3:
        raise fault("A position is a list: longitude, latitude, and perhaps height.", at)
    for number in doc:
        if type(number) not in _NUMBERS or not isfinite(number):
            raise fault("A coordinate must be a finite number.", at)
    longitude, latitude = doc[0], doc[1]
    if not -180 <= longitude <= 180:
        raise fault(f"Longitude {longitude} is not within -180..180.", (at, 0))
    if not -90 <= latitude <= 90:
        swapped = " A position is longitude first, then latitude." if -90 <= longitude <= 90 else ""
        raise fault(f"Latitude {latitude} is not within -90..90.{swapped}", (at, 1))


def _items(doc: Json, at: Place, least: int, what: Place) -> list[Json]:
    if type(doc) is not list or len(doc) < least:
        raise fault(f"There must be a list of at least {least} {what}.", at)
    return doc


def _positions(doc: Json, at: Place, least: int) -> None:
    for index, position in enumerate(_items(doc, at, least, "positions")):
        _position(position, (at, index))


def _multi_point(doc: Json, at: Place) -> None:
    _positions(doc, at, 1)


def _line(doc: Json, at: Place) -> None:
    _positions(doc, at, 2)


def _ring(doc: Json, at: Place) -> None:
    _positions(doc, at, 4)
    if doc[0] != doc[-1]:
        raise fault("A ring must end at the position it starts from.", at)


def _polygon(doc: Json, at: Place) -> None:
    for index, ring in enumerate(_items(doc, at, 1, "rings")):
        _ring(ring, (at, index))


def _multi_line(doc: Json, at: Place) -> None:
    for index, line in enumerate(_items(doc, at, 1, "lines")):
        _line(line, (at, index))


def _multi_polygon(doc: Json, at: Place) -> None:
    for index, polygon in enumerate(_items(doc, at, 1, "polygons")):
        _polygon(polygon, (at, index))


_CHECKS: Final[Mapping[str, Callable[[Json, Place], None]]] = {
    "Point": _position,
    "MultiPoint": _multi_point,
    "LineString": _line,
    "MultiLineString": _multi_line,
    "Polygon": _polygon,
    "MultiPolygon": _multi_polygon,
}

GEOMETRIES: Final = frozenset(_CHECKS)
