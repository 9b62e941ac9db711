"""Who works with whom: organizations as marks by kind, agreements as lines."""

from dataclasses import dataclass
from typing import Literal

from madang.district.charts.palette import Palette
from madang.district.charts.rows import draw_rows

NodeKind = Literal["industry", "university", "research", "public", "developer"]


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


def draw_network(data: Network, palette: Palette, width: float, lang: str) -> str:
    """The complete SVG."""
    names = {n.id: n.label for n in data.nodes}
    rows = [f"{names[e.a]} – {names[e.b]}" for e in data.edges if e.a in names and e.b in names]
    return draw_rows(data.title, data.desc, rows, palette, width, lang)
