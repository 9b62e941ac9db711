"""The cooperation graph as files for other programs: GraphML and JSON, with every agreement's source."""

from typing import Any
from xml.etree import ElementTree as Xml

from .cluster import Network, Pair
from .records import Text
from .rows import local_id

GRAPHML = "http://graphml.graphdrawing.org/xmlns"
_NODE = ("name_ko", "name_en", "kind", "country")
_EDGE = ("agreement", "kind", "since", "until", "what_ko", "what_en", "source", "url")


def graph_json(net: Network) -> dict[str, Any]:
    """nodes: organizations. links: one per pair and agreement. Dates as the source wrote them, "" where none."""
    return {
        "nodes": [{"id": local_id(one.id), **_node(one.name, one.kind, one.country)} for one in _nodes(net)],
        "links": [{"source": local_id(pair.a), "target": local_id(pair.b), "data": _edge(pair)} for pair in net.pairs],
    }


def graph_ml(net: Network) -> bytes:
    """UTF-8 XML, an undirected graph. Source: graphml.graphdrawing.org, the GraphML primer."""
    root = Xml.Element("graphml", {"xmlns": GRAPHML})
    for domain, names in (("node", _NODE), ("edge", _EDGE)):
        for name in names:
            key = {"id": f"{domain}-{name}", "for": domain, "attr.name": name, "attr.type": "string"}
            Xml.SubElement(root, "key", key)
    graph = Xml.SubElement(root, "graph", {"id": "cluster", "edgedefault": "undirected"})
    for one in _nodes(net):
        node = Xml.SubElement(graph, "node", {"id": local_id(one.id)})
        _put(node, "node", _node(one.name, one.kind, one.country))
    for pair in net.pairs:
        edge = Xml.SubElement(graph, "edge", {"source": local_id(pair.a), "target": local_id(pair.b)})
        _put(edge, "edge", _edge(pair))
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def _nodes(net: Network) -> list[Any]:
    return list(net.organizations.values())


def _node(name: Text, kind: str, country: str) -> dict[str, str]:
    return dict(zip(_NODE, (name.get("ko", ""), name.get("en", ""), kind, country), strict=True))


def _edge(pair: Pair) -> dict[str, str]:
    one = pair.agreement
    since, until = (when.text if when else "" for when in (one.since, one.until))
    what = (one.what.get("ko", ""), one.what.get("en", ""))
    values = (local_id(one.id), one.kind, since, until, *what, one.source.title, one.source.url)
    return dict(zip(_EDGE, values, strict=True))


def _put(element: Xml.Element, domain: str, values: dict[str, str]) -> None:
    for name, text in values.items():
        if text:
            Xml.SubElement(element, "data", {"key": f"{domain}-{name}"}).text = _plain(text)


def _plain(text: str) -> str:
    """Without the control characters that XML 1.0 cannot hold, escaped or not (section 2.2)."""
    return "".join(sign for sign in text if sign >= " " or sign in "\t\n\r")
