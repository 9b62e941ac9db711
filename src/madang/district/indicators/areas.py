"""Lengths and areas on the ground, and who lives where: pure geometry on WGS 84, in metres.

The places of a city are small: buffers are circles on the plane that touches at the city's middle, lengths and areas
are geodesic.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from shapely.affinity import affine_transform
from shapely.geometry.base import BaseGeometry

from madang.ngsild.geodesic import EQUATOR_M, FLATTENING, distance_m

_E2 = FLATTENING * (2 - FLATTENING)
_E = math.sqrt(_E2)
_CORNERS = 32
_ROUND = math.sqrt(2 * math.pi / (_CORNERS * math.sin(2 * math.pi / _CORNERS)))
"""A circle is drawn with so many corners, and so much wider that its area is right: 0.3 % of the radius."""


def _q(sin_lat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Source: Snyder, equation 3-12."""
    return (1 - _E2) * (sin_lat / (1 - _E2 * sin_lat**2) + np.arctanh(_E * sin_lat) / _E)


_Q_POLE = float(_q(np.array([1.0]))[0])


def area_m2(shape: BaseGeometry) -> float:
    """Area on the ellipsoid; 0 of points and lines.

    Read on the equal-area cylinder of the ellipsoid, whose ordinate is R·q(latitude)/2 (J. Snyder, Map Projections,
    USGS Professional Paper 1395, equations 3-12 and 10-13 ff.), so exact but for the bend of an edge between two
    corners: below one millionth for edges of a city.
    """
    if shape.is_empty:
        return 0.0
    return float(shapely.transform(shape, _equal_area).area)


def _equal_area(lon_lat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    x = EQUATOR_M * np.radians(lon_lat[:, 0])
    y = EQUATOR_M * _q(np.sin(np.radians(lon_lat[:, 1]))) / 2
    return np.column_stack((x, y))


def length_m(shape: BaseGeometry) -> float:
    """Geodesic length of the lines of a shape; 0 of points and polygons."""
    if isinstance(shape, shapely.LineString):
        corners = list(shape.coords)
        return sum(distance_m(*a[:2], *b[:2]) for a, b in pairwise(corners))
    parts = getattr(shape, "geoms", ())
    return sum(length_m(part) for part in parts)


def around(shapes: Sequence[BaseGeometry], radius_m: float) -> BaseGeometry:
    """Everything within radius_m of any of the shapes, as one shape; radius 0: the shapes themselves."""
    if not shapes:
        return shapely.Point()
    if radius_m == 0:
        return shapely.union_all(shapes)
    middle = shapely.box(*shapely.total_bounds(shapes)).centroid
    per_lon, per_lat = _metres_per_degree(middle.y)
    flat = [affine_transform(one, [per_lon, 0, 0, per_lat, 0, 0]) for one in shapes]
    grown = shapely.union_all(shapely.buffer(flat, radius_m * _ROUND, quad_segs=_CORNERS // 4))
    return affine_transform(grown, [1 / per_lon, 0, 0, 1 / per_lat, 0, 0])


def _metres_per_degree(latitude: float) -> tuple[float, float]:
    """Eastwards and northwards, from the radii of curvature (Snyder, equations 4-20 and 4-18)."""
    phi = math.radians(latitude)
    bend = 1 - _E2 * math.sin(phi) ** 2
    north = EQUATOR_M * (1 - _E2) / bend**1.5
    east = EQUATOR_M / math.sqrt(bend) * math.cos(phi)
    return math.radians(1) * east, math.radians(1) * north


@dataclass(frozen=True, slots=True)
class District:
    """An area of the city that no other lies in. shape None: its outline is not known; a point: only its middle is.
    people, households: None where not known."""

    id: str
    shape: BaseGeometry | None
    people: float | None
    households: float | None

    @property
    def area_m2(self) -> float:
        return area_m2(self.shape) if self.shape is not None else 0.0


def share_inside(district: District, zone: BaseGeometry) -> float:
    """Share of a district's people in a zone, taken as evenly spread over its area; of a district that is only a point,
    all or nothing."""
    if district.shape is None or zone.is_empty:
        return 0.0
    whole = area_m2(district.shape)
    if not whole:
        return float(shapely.intersects(zone, district.shape))
    return min(1.0, area_m2(shapely.intersection(district.shape, zone)) / whole)


def people_nearest(districts: Sequence[District], stations: Sequence[BaseGeometry]) -> list[float]:
    """People of the districts whose middle is nearest to each station; the first of equally near ones."""
    people = [0.0] * len(stations)
    for district in districts:
        if district.shape is None or district.people is None:
            continue
        middle = district.shape.centroid
        distances = [_to(middle, station) for station in stations]
        people[distances.index(min(distances))] += district.people
    return people


def _to(middle: shapely.Point, station: BaseGeometry) -> float:
    there = station.centroid
    return distance_m(middle.x, middle.y, there.x, there.y)
