"""Reads a finished chart back: its words with their boxes, its numbers with their places."""

import math
import re
from collections.abc import Iterator
from itertools import combinations
from xml.etree import ElementTree

from madang.district.charts.svg import ASCENT, DESCENT, Box, text_width

SVG = "{http://www.w3.org/2000/svg}"
_PAIR = re.compile(r"(-?[\d.]+) (-?[\d.]+)")


def read(svg: str) -> ElementTree.Element:
    """The document; not XML is a failed test."""
    return ElementTree.fromstring(svg)  # our own output


def frame(root: ElementTree.Element) -> Box:
    """The viewBox, a hair larger: coordinates are written to a hundredth."""
    left, top, width, height = map(float, root.attrib["viewBox"].split())
    return Box(left, top, left + width, top + height).grown(0.02)


def words(root: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in root.iter(f"{SVG}text")]


def label_boxes(root: ElementTree.Element) -> list[tuple[str, Box]]:
    """Every <text> with the box its letters take."""
    boxes = []
    for text in root.iter(f"{SVG}text"):
        told, size = text.text or "", float(text.attrib["font-size"])
        x, y = float(text.attrib["x"]), float(text.attrib["y"])
        width = text_width(told, size, bold="font-weight" in text.attrib)
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[text.attrib.get("text-anchor", "start")]
        boxes.append((told, Box(left, y - size * ASCENT, left + width, y + size * DESCENT)))
    return boxes


def overlaps(root: ElementTree.Element) -> list[tuple[str, str]]:
    """Pairs of words that cover each other by more than rounding."""
    return [
        (a, b)
        for (a, one), (b, other) in combinations(label_boxes(root), 2)
        if one.grown(-0.03).overlaps(other.grown(-0.03))
    ]


def places(root: ElementTree.Element) -> Iterator[tuple[float, float]]:
    """Corners and middles of all marks."""
    for item in root.iter():
        got = {key: float(value) for key, value in item.attrib.items() if key in _NUMBERS and item.tag != root.tag}
        yield from ((got[x], got[y]) for x, y in (("x", "y"), ("cx", "cy"), ("x1", "y1"), ("x2", "y2")) if x in got)
        if item.tag == f"{SVG}rect":
            yield got["x"] + got["width"], got["y"] + got["height"]
        if "nan" in item.attrib.get("d", "") or "inf" in item.attrib.get("d", ""):
            yield math.nan, math.nan
        for x, y in _PAIR.findall(item.attrib.get("d", "")):
            yield float(x), float(y)


_NUMBERS = {"x", "y", "cx", "cy", "x1", "y1", "x2", "y2", "width", "height"}
