"""Who works with whom: organizations on a ring by kind, agreements as lines through it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from madang.district.charts.legend import Key, draw_legend, legend_height
from madang.district.charts.marks import mark
from madang.district.charts.palette import Palette, Shape
from madang.district.charts.rows import draw_rows
from madang.district.charts.svg import Anchor, Drawing, Label, clip, el, num, text_width, titled
from madang.district.charts.words import word

NodeKind = Literal["industry", "university", "research", "public", "developer"]

_KINDS: Final[dict[NodeKind, tuple[Shape, int]]] = {
    "university": ("triangle", 3),
    "research": ("diamond", 1),
    "public": ("square", 5),
    "developer": ("hexagon", 2),
    "industry": ("circle", 0),
}
"""Shape and index of the colour of each kind, in the order round the ring."""

_SWEEPS: Final = 12
_YEARS_MAX: Final = 16


@dataclass(frozen=True, slots=True)
class Node:
    """An organization; id becomes data-id."""

    id: str
    label: str
    kind: NodeKind


@dataclass(frozen=True, slots=True)
class Edge:
    """An agreement between two nodes; id becomes data-id; year: since when, or None; hint: what was agreed."""

    id: str
    a: str
    b: str
    year: int | None = None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Network:
    """Edges whose ends are not among the nodes are left out. table_id: HTML id of the table that says the same."""

    title: str
    desc: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    table_id: str = ""


@dataclass(frozen=True, slots=True)
class _Ring:
    """An ellipse; labels stand in two columns at its sides."""

    x: float
    y: float
    wide: float
    tall: float

    def at(self, turn: float) -> tuple[float, float]:
        """turn: 0 at the top, clockwise, 1 = all round."""
        angle = 2 * math.pi * turn
        return self.x + self.wide * math.sin(angle), self.y - self.tall * math.cos(angle)


def draw_network(data: Network, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG. At most about 60 nodes stay readable; each keeps a line of its own."""
    nodes = tuple({n.id: n for n in data.nodes}.values())
    if not nodes:
        return draw_rows(data.title, data.desc, (), palette, width, lang)
    known = {n.id for n in nodes}
    edges = [e for e in data.edges if e.a in known and e.b in known and e.a != e.b]
    order = _ordered(nodes, edges)
    keys = _keys(nodes, palette, lang)
    head = legend_height(keys, width, palette.size) + 12.0
    row = palette.size * 1.5
    body = max(width * 0.42, row * (len(nodes) / 2 + 2), 180.0)
    body = max(min(body, 420.0), row * (len(nodes) / 2 + 2))
    widest = max(text_width(n.label, palette.size) for n in nodes)
    side = min(widest + 16.0, width * 0.37)
    drawing = Drawing(palette, width, head + body + 8.0)
    ring = _Ring(width / 2, head + body / 2, min(width / 2 - side, body * 0.8), body / 2 - row)
    places = _places(order, ring, row)
    draw_legend(drawing, keys, 0.0, 0.0, width)
    degree = {n.id: sum(n.id in (e.a, e.b) for e in edges) for n in nodes}
    names = {n.id: n.label for n in nodes}
    _draw_edges(drawing, edges, places, names, ring)
    for node in order:
        _draw_node(drawing, node, places[node.id], ring, degree[node.id])
    _draw_years(drawing, edges, places, ring)
    return drawing.svg(data.title, data.desc, table_id=data.table_id)


def _keys(nodes: Sequence[Node], palette: Palette, lang: str) -> tuple[Key, ...]:
    def swatch(kind: NodeKind) -> Key:
        shape, series = _KINDS[kind]
        return Key(word(kind, lang), lambda x, y: mark(shape, x, y, 5.0, fill=palette.series[series]))

    return tuple(swatch(kind) for kind in _KINDS if any(n.kind == kind for n in nodes))


def _ordered(nodes: Sequence[Node], edges: Sequence[Edge]) -> list[Node]:
    """Round the ring: kinds together; inside a kind each node near the mean direction of its partners.

    A few sweeps of the barycentre rule; the same input always gives the same order.
    """
    kinds = list(_KINDS)
    order = sorted(nodes, key=lambda n: (kinds.index(n.kind), n.id))
    for _ in range(_SWEEPS):
        turns = {n.id: (i + 0.5) / len(order) for i, n in enumerate(order)}
        order = sorted(order, key=lambda n: (kinds.index(n.kind), _pull(n.id, edges, turns), n.id))
    return order


def _pull(node: str, edges: Sequence[Edge], turns: Mapping[str, float]) -> float:
    """Mean of where partners stand, seen from the far side of the ring; a node without partners stays."""
    far = [(turns[e.b if e.a == node else e.a] + 0.5) % 1.0 for e in edges if node in (e.a, e.b)]
    return round(-sum(far) / len(far), 9) if far else -turns[node]


def _places(order: Sequence[Node], ring: _Ring, row: float) -> dict[str, tuple[float, float]]:
    """Right side downwards, then left side upwards; at equal heights, so that no two names meet."""
    right = (len(order) + 1) // 2
    places = {}
    for index, node in enumerate(order):
        is_right = index < right
        count, nth = (right, index) if is_right else (len(order) - right, len(order) - 1 - index)
        share = nth / (count - 1) if count > 1 else 0.5
        y = ring.y - ring.tall + 2 * ring.tall * share
        flat = math.sqrt(max(0.0, 1.0 - ((y - ring.y) / (ring.tall + row)) ** 2))
        places[node.id] = (ring.x + (1.0 if is_right else -1.0) * ring.wide * flat, y)
    return places


def _middle(a: tuple[float, float], b: tuple[float, float], ring: _Ring) -> tuple[float, float]:
    """Where a line bends: drawn two thirds towards the middle of the ring."""
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    return x + (ring.x - x) * 0.6, y + (ring.y - y) * 0.45


def _draw_edges(
    drawing: Drawing,
    edges: Sequence[Edge],
    places: Mapping[str, tuple[float, float]],
    names: Mapping[str, str],
    ring: _Ring,
) -> None:
    for edge in edges:
        (x1, y1), (x2, y2) = places[edge.a], places[edge.b]
        x, y = _middle(places[edge.a], places[edge.b], ring)
        year = f" ({edge.year})" if edge.year is not None else ""
        hint = f"{names[edge.a]} – {names[edge.b]}{year}{': ' if edge.hint else ''}{edge.hint}"
        drawing.add(
            el(
                "path",
                *titled(hint),
                d=f"M{num(x1)} {num(y1)}Q{num(x)} {num(y)} {num(x2)} {num(y2)}",
                fill="none",
                stroke=drawing.palette.muted,
                stroke_opacity=0.55,
                stroke_width=1.4,
                data_id=edge.id,
            )
        )


def _draw_node(drawing: Drawing, node: Node, place: tuple[float, float], ring: _Ring, degree: int) -> None:
    palette, (x, y) = drawing.palette, place
    shape, series = _KINDS[node.kind]
    radius = min(4.0 + math.sqrt(degree), 8.0)
    colour = palette.series[series]
    drawing.add(
        mark(
            shape, x, y, radius, fill=colour, stroke=palette.ground, stroke_width=1.5, hint=node.label, data_id=node.id
        )
    )
    is_right = x >= ring.x
    at = x + (12.0 if is_right else -12.0)
    anchor: Anchor = "start" if is_right else "end"
    room = drawing.frame.right - at if is_right else at
    words = clip(node.label, palette.size, room)
    drawing.say(Label(at, y + palette.size * 0.35, (words,), palette.size, anchor, hint=node.label))


def _draw_years(
    drawing: Drawing, edges: Sequence[Edge], places: Mapping[str, tuple[float, float]], ring: _Ring
) -> None:
    """Years on the lines while there are few; else the pointer and the table say them."""
    if len(edges) > _YEARS_MAX:
        return
    size = drawing.palette.size - 1.5
    for edge in edges:
        if edge.year is None:
            continue
        (x1, y1), (x2, y2) = places[edge.a], places[edge.b]
        bend = _middle(places[edge.a], places[edge.b], ring)
        labels = []
        for t in (0.5, 0.38, 0.62, 0.28, 0.72):
            x = (1 - t) ** 2 * x1 + 2 * t * (1 - t) * bend[0] + t * t * x2
            y = (1 - t) ** 2 * y1 + 2 * t * (1 - t) * bend[1] + t * t * y2
            labels.append(
                Label(x, y + size * 0.35, (str(edge.year),), size, "middle", drawing.palette.muted, halo=True)
            )
        drawing.say(*labels)
