"""Figures of different units on one scale: between two bounds, or against a target."""

from bisect import bisect_right
from math import isfinite
from typing import Literal

from madang.errors import BadRequestData

Better = Literal["min", "max"]
Direction = Literal["up", "down", "to-target"]
Band = Literal["0–33", "33–66", "66–95", "95+"]

BANDS: tuple[Band, ...] = ("0–33", "33–66", "66–95", "95+")
"""Of target attainment, per cent, as U4SSC's evaluation reports show them. An edge belongs to the band above it."""

_EDGES = (33.0, 66.0, 95.0)


def scaled(value: float, lowest: float, highest: float, better: Better, at: str = "") -> float:
    """The value between two bounds as 0 (worst) to 100 (best); beyond a bound it stays at that end.

    value, lowest, highest: in the same unit. better: which end is wished for. Raises BadRequestData at ``at`` if one is
    not a number or the bounds leave nothing between them.
    Source: the city of Kópavogur scales its ISO 37120 indicators so (kopavogur.nightingale.is).
    """
    _refuse_no_numbers((value, lowest, highest), at)
    if not lowest < highest:
        raise BadRequestData(f"The bounds {lowest:g} and {highest:g} leave nothing between them.", at)
    kept = min(max(value, lowest), highest)
    share = (kept - lowest) / (highest - lowest)
    return 100 * (1 - share if better == "min" else share)


def attainment(value: float, target: float, direction: Direction, at: str = "") -> float:
    """How far a target is reached, per cent, 0 to 100; a target that is passed is reached, not more.

    up: value over target. down: target over value (a target of 0 is reached at 0 only). to-target: 100 less the
    distance on either side, as a share of the target. Raises BadRequestData at ``at`` for a figure below 0 or a target
    of 0 that the direction would divide by.
    Source: our own reading; U4SSC publishes the bands, its formula was not seen.
    """
    _refuse_no_numbers((value, target), at)
    if value < 0 or target < 0:
        raise BadRequestData(f"Attainment needs figures of 0 or more, not {value:g} against {target:g}.", at)
    if direction == "down":
        return 100.0 if value <= target else 100 * target / value
    if target == 0:
        raise BadRequestData("A target of 0 can only be come down to.", at)
    if direction == "up":
        return min(100.0, 100 * value / target)
    return max(0.0, 100 * (1 - abs(value - target) / target))


def band(attained: float, at: str = "") -> Band:
    """The U4SSC band of an attainment in per cent. Raises BadRequestData at ``at`` for one below 0 or not a number."""
    _refuse_no_numbers((attained,), at)
    if attained < 0:
        raise BadRequestData(f"An attainment of {attained:g} % lies in no band.", at)
    return BANDS[bisect_right(_EDGES, attained)]


def _refuse_no_numbers(values: tuple[float, ...], at: str) -> None:
    if not all(map(isfinite, values)):
        raise BadRequestData("A figure is missing or not finite.", at)
