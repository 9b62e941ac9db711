"""Cluster and partners: who works with whom since when, and who leads elsewhere."""

from madang.district.briefing.look import Look
from madang.district.briefing.values import Block, Figure, Line, Picture, Row, Section, Table
from madang.district.charts import PRINT, Edge, Network, Node, draw_network
from madang.district.pictures import said
from madang.district.records import Agreement
from madang.district.when import format_when

from .parts import paragraphs

KINDS = ("industry", "university", "research", "public", "developer")


def cluster(look: Look) -> Section | None:
    agreements = look.book.agreements
    known = _governance(look)
    if not agreements and not known.rows:
        return None
    blocks: list[Block] = [*paragraphs(look.words("cluster.lead"), tone="lead")]
    if agreements:
        caption = look.say("cluster.chart")
        blocks += [Picture(_draw(look, agreements), caption, _table(look, agreements), 0.82)]
    if known.rows:
        blocks.append(known)
    return Section("cluster", look.say("cluster.title"), tuple(blocks))


def _draw(look: Look, agreements: tuple[Agreement, ...]) -> str:
    parties = {party for one in agreements for party in one.parties}
    nodes = tuple(
        Node(one.id, said(one.name, look.lang), one.kind)  # type: ignore[arg-type]  # the ledger's words are the chart's
        for one in look.book.organizations.values()
        if one.id in parties and one.kind in KINDS
    )
    edges = tuple(
        Edge(f"{one.id}-{index}", one.parties[0], other, one.since.first.year if one.since else None)
        for one in agreements
        for index, other in enumerate(one.parties[1:])
    )
    caption = look.say("cluster.chart")
    return draw_network(Network(caption, caption, nodes, edges), PRINT, 720, look.lang)


def _table(look: Look, agreements: tuple[Agreement, ...]) -> Table:
    rows = [_row(look, one) for one in agreements]
    head = (look.say("cluster.who"), look.say("cluster.since"), look.say("cluster.what"))
    return Table(look.say("cluster.table"), head, tuple(rows), (1.5, 0.6, 2))


def _row(look: Look, one: Agreement) -> Row:
    ground = look.source_ground(one.source, one.since)
    names = [said(look.book.organizations[party].name, look.lang) for party in one.parties
             if party in look.book.organizations]  # fmt: skip
    since: Line = (Figure(format_when(one.since, look.lang), (ground,)),) if one.since else look.none
    return Row((look.told(" – ".join(names), ground), since, look.told(said(one.what, look.lang), ground)))


def _governance(look: Look) -> Table:
    rows = []
    for one in look.book.programmes.values():
        facts = look.facts("governance", subject=one.id, boundary=None)
        if facts:
            name = look.told(look.name(one), look.source_ground(one.source, None))
            rows.append(Row((name, (Figure(str(facts[-1].value), (look.ground(facts[-1]),)),))))
    return Table(
        look.say("cluster.governance"), (look.say("district"), look.measure("governance")), tuple(rows), (1, 2.4)
    )
