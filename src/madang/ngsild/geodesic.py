"""Distances on the WGS 84 ellipsoid, in metres; positions are (lon, lat) in degrees."""

import math
from typing import Final

EQUATOR_M: Final = 6_378_137.0
FLATTENING: Final = 1 / 298.257223563
POLE_M: Final = EQUATOR_M * (1 - FLATTENING)
MEAN_RADIUS_M: Final = 6_371_008.8
SPHERE_ERROR: Final = 0.006
"""Largest relative error of the sphere of mean radius against the ellipsoid (0.56 %), rounded up."""

_ROUNDS = 100


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Length of the geodesic between two positions.

    Source: T. Vincenty, Survey Review 23/176 (1975), inverse formula; within 0.1 mm of Karney's. It does not
    converge within about half a degree of the antipode; there the sphere's distance is given (off by at most 0.6 %).
    """
    if lon_a == lon_b and lat_a == lat_b:
        return 0.0
    reduced_a = math.atan((1 - FLATTENING) * math.tan(math.radians(lat_a)))
    reduced_b = math.atan((1 - FLATTENING) * math.tan(math.radians(lat_b)))
    length = math.radians(math.remainder(lon_b - lon_a, 360.0))
    solved = _solve(reduced_a, reduced_b, length)
    return haversine_m(lon_a, lat_a, lon_b, lat_b) if solved is None else solved


def haversine_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Distance on the sphere of mean radius."""
    sin_lat = math.sin(math.radians(lat_b - lat_a) / 2)
    sin_lon = math.sin(math.radians(lon_b - lon_a) / 2)
    square = sin_lat**2 + math.cos(math.radians(lat_a)) * math.cos(math.radians(lat_b)) * sin_lon**2
    return 2 * MEAN_RADIUS_M * math.asin(math.sqrt(min(1.0, square)))


def _solve(reduced_a: float, reduced_b: float, length: float) -> float | None:
    """Vincenty's iteration; None where it does not converge. Names follow the paper: u, lambda, sigma, alpha."""
    sin_a, cos_a, sin_b, cos_b = math.sin(reduced_a), math.cos(reduced_a), math.sin(reduced_b), math.cos(reduced_b)
    lam = length
    for _ in range(_ROUNDS):
        sin_lam, cos_lam = math.sin(lam), math.cos(lam)
        sin_sigma = math.hypot(cos_b * sin_lam, cos_a * sin_b - sin_a * cos_b * cos_lam)
        if sin_sigma == 0:
            return 0.0
        cos_sigma = sin_a * sin_b + cos_a * cos_b * cos_lam
        sigma = math.atan2(sin_sigma, cos_sigma)
        sin_alpha = cos_a * cos_b * sin_lam / sin_sigma
        cos2_alpha = 1 - sin_alpha**2
        cos_2m = cos_sigma - 2 * sin_a * sin_b / cos2_alpha if cos2_alpha > 1e-15 else 0.0  # 0 along the equator
        c = FLATTENING / 16 * cos2_alpha * (4 + FLATTENING * (4 - 3 * cos2_alpha))
        before = lam
        bend = sigma + c * sin_sigma * (cos_2m + c * cos_sigma * (2 * cos_2m**2 - 1))
        lam = length + (1 - c) * FLATTENING * sin_alpha * bend
        if abs(lam) > math.pi:
            return None
        if abs(lam - before) < 1e-12:
            return _arc_m(sigma, sin_sigma, cos_sigma, cos_2m, cos2_alpha)
    return None


def _arc_m(sigma: float, sin_sigma: float, cos_sigma: float, cos_2m: float, cos2_alpha: float) -> float:
    u2 = cos2_alpha * (EQUATOR_M**2 - POLE_M**2) / POLE_M**2
    a = 1 + u2 / 16384 * (4096 + u2 * (-768 + u2 * (320 - 175 * u2)))
    b = u2 / 1024 * (256 + u2 * (-128 + u2 * (74 - 47 * u2)))
    sixth = b / 6 * cos_2m * (4 * sin_sigma**2 - 3) * (4 * cos_2m**2 - 3)
    delta = b * sin_sigma * (cos_2m + b / 4 * (cos_sigma * (2 * cos_2m**2 - 1) - sixth))
    return POLE_M * a * (sigma - delta)
