"""Geo queries and the relations they ask for. Source: ETSI GS CIM 009 v1.9.1, clause 4.10; RFC 7946."""

import json
import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, get_args

import shapely
import shapely.geometry
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from madang.errors import BadRequestData
from madang.model.entity import LOCATION, Json
from madang.model.query import GeoQuery, GeoRelation

from .geodesic import distance_m
from .geometry import GEOMETRIES, parse_geometry
from .scan import Vocabulary

GEO_PARAMETERS: Final = ("georel", "geometry", "coordinates", "geoproperty")
_NEAR = re.compile(r"near;(maxDistance|minDistance)==(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)")


def parse_geo(params: Mapping[str, str], context: Vocabulary) -> GeoQuery | None:
    """The geo query of georel, geometry, coordinates and geoproperty; None if there is none.

    Raises BadRequestData naming the parameter.
    """
    given = [name for name in ("georel", "geometry", "coordinates") if params.get(name)]
    if not given:
        if params.get("geoproperty"):
            raise BadRequestData("geoproperty needs georel, geometry and coordinates.", "geoproperty")
        return None
    for name in ("georel", "geometry", "coordinates"):
        if name not in given:
            raise BadRequestData(f"{' and '.join(given)} given without {name}; a geo query needs all three.", name)
    relation, most, least = _parse_relation(params["georel"])
    geometry = parse_query_geometry(params["geometry"], params["coordinates"])
    target = params.get("geoproperty")
    return GeoQuery(relation, geometry, context.expand(target) if target else LOCATION, most, least)


def parse_query_geometry(kind: str, coordinates: str, where: str = "coordinates") -> Json:
    """A GeoJSON geometry of its type and the JSON text of its coordinates. Raises BadRequestData."""
    if kind not in GEOMETRIES:
        raise BadRequestData(f"{kind!r} is not one of {', '.join(sorted(GEOMETRIES))}.", "geometry")
    try:
        value = json.loads(coordinates)
    except (ValueError, RecursionError) as exc:
        place = f"{where}:{exc.pos + 1}" if isinstance(exc, json.JSONDecodeError) else where
        raise BadRequestData(f"The coordinates are not JSON: {getattr(exc, 'msg', exc)}.", place) from exc
    try:
        return parse_geometry({"type": kind, "coordinates": value})
    except BadRequestData as exc:
        # The geometry's own pointer starts with "/coordinates"; a parameter has a name of its own.
        pointer = exc.faults[0].where.removeprefix("/coordinates")
        raise BadRequestData(exc.detail, f"{where}{pointer}") from exc


def holds(query: GeoQuery, geometry: Json) -> bool:
    """Whether a geometry is in the query's relation to its reference."""
    target = to_shape(geometry)
    return target is not None and shape_holds(query, target)


def shape_holds(query: GeoQuery, target: BaseGeometry) -> bool:
    """The same for a shape that to_shape gave."""
    reference = reference_shape(query)
    match query.relation:
        case "near":
            metres = shape_distance_m(target, reference)
            return (query.max_distance_m is None or metres <= query.max_distance_m) and (
                query.min_distance_m is None or metres >= query.min_distance_m
            )
        case "within":
            return bool(shapely.within(target, reference))
        case "contains":
            return bool(shapely.contains(target, reference))
        case "intersects":
            return bool(shapely.intersects(target, reference))
        case "equals":
            return bool(shapely.equals(target, reference))
        case "disjoint":
            return bool(shapely.disjoint(target, reference))
        case "overlaps":
            return bool(shapely.overlaps(target, reference))


def to_shape(geometry: Json) -> BaseGeometry | None:
    """The shape of a GeoJSON geometry, made valid (a ring may cross itself); None if it is empty or no geometry."""
    try:
        made = shapely.geometry.shape(geometry)
    except (shapely.errors.ShapelyError, KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None
    if made.is_empty:
        return None
    return made if made.is_valid else shapely.make_valid(made)


def reference_shape(query: GeoQuery) -> BaseGeometry:
    """The shape of a query's geometry, prepared for many comparisons."""
    return _reference(json.dumps(query.geometry))


def shape_distance_m(a: BaseGeometry, b: BaseGeometry) -> float:
    """Metres between the closest points of two shapes.

    The closest points are chosen on a plane whose degrees are scaled by the latitude between them, on both sides of the
    antimeridian; the distance of those two points is geodesic. Exact for two points.
    """
    if isinstance(a, shapely.Point) and isinstance(b, shapely.Point):
        return distance_m(a.x, a.y, b.x, b.y)
    scale = max(math.cos(math.radians(_middle_latitude(a, b))), 1e-6)
    scaled_a = affine_transform(a, [scale, 0, 0, 1, 0, 0])
    shifted_b = (affine_transform(b, [scale, 0, 0, 1, shift * scale, 0]) for shift in (-360, 0, 360))
    closest = min((shapely.shortest_line(scaled_a, scaled_b) for scaled_b in shifted_b), key=shapely.length)
    (x_a, y_a), (x_b, y_b) = closest.coords
    return distance_m(x_a / scale, y_a, x_b / scale, y_b)


def _middle_latitude(a: BaseGeometry, b: BaseGeometry) -> float:
    for shape in (a, b):
        if isinstance(shape, shapely.Point):
            return float(shape.y)
    return float(a.centroid.y + b.centroid.y) / 2


@lru_cache(maxsize=256)
def _reference(text: str) -> BaseGeometry:
    made = to_shape(json.loads(text))
    if made is None:
        raise BadRequestData("The geometry is empty.", "coordinates")
    shapely.prepare(made)
    return made


def _parse_relation(text: str) -> tuple[GeoRelation, float | None, float | None]:
    asked = text.partition(";")[0]
    name: GeoRelation | None = next((known for known in get_args(GeoRelation) if known == asked), None)
    if name is None:
        raise BadRequestData(f"{asked!r} is not one of {', '.join(get_args(GeoRelation))}.", "georel:1")
    if name != "near":
        if text != name:
            raise BadRequestData(f"{name} takes no modifier.", f"georel:{len(name) + 1}")
        return name, None, None
    found = _NEAR.fullmatch(text)
    metres = float(found.group(2)) if found else 0.0
    if found is None or not 0 < metres < math.inf:
        # Clause 4.10: exactly one distance, a positive number.
        raise BadRequestData("near needs ;maxDistance== or ;minDistance== and a positive number of metres.", "georel:5")
    return ("near", metres, None) if found.group(1) == "maxDistance" else ("near", None, metres)
