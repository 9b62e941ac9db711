"""Plan drawing of parcels, and a small map that shows where in the city they lie."""

from dataclasses import dataclass

from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows

Ring = tuple[tuple[float, float], ...]
"""Corner points, WGS 84 longitude and latitude, first and last may be equal."""

Polygon = tuple[Ring, ...]
"""Outer ring, then holes."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A piece of land. category: key of its colour (a phase, a use, a state, a tenant); hint: on hover."""

    id: str
    label: str
    polygons: tuple[Polygon, ...]
    category: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """An area drawn as a line behind, or in a locator map."""

    id: str
    label: str
    polygons: tuple[Polygon, ...]


@dataclass(frozen=True, slots=True)
class Category:
    """A colour's key and its words in the legend; the order gives colours and hatches."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Plan:
    """categories: those of the legend, in order; a parcel of another is drawn grey."""

    title: str
    desc: str
    parcels: tuple[Parcel, ...]
    categories: tuple[Category, ...]
    outlines: tuple[Outline, ...] = ()


@dataclass(frozen=True, slots=True)
class Locator:
    """areas: all of the city; highlighted: ids of the filled ones; point: longitude and latitude of a mark, or None."""

    title: str
    desc: str
    areas: tuple[Outline, ...]
    highlighted: tuple[str, ...]
    point: tuple[float, float] | None = None


def draw_plan(data: Plan, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    return draw_rows(data.title, data.desc, [p.label for p in data.parcels], palette, width, lang)


def draw_locator(data: Locator, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    names = [a.label for a in data.areas if a.id in data.highlighted]
    return draw_rows(data.title, data.desc, names, palette, width, lang)
