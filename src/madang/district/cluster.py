"""Who works with whom: the agreements of the ledger as a graph, and what can be counted in it.

    network(book, programme=…, year=2016, kinds={"research"}) -> Network
    measures(network) -> Measures

Every two parties of an agreement are held to work together: an agreement of four bodies has six pairs.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from .book import Book
from .records import Agreement, Organization

SCIENCE = ("industry", "university", "research")
"""The kinds whose mix is told: a cluster lives from all three."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two parties of one agreement; a < b by their ids."""

    a: str
    b: str
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Network:
    """agreements: in the order they began, undated ones last. organizations: the parties, by id. unknown: ids of
    parties that the ledger has no organization of. undated: agreements left out because they name no year."""

    organizations: Mapping[str, Organization]
    agreements: tuple[Agreement, ...]
    pairs: tuple[Pair, ...]
    unknown: tuple[str, ...] = ()
    undated: int = 0


@dataclass(frozen=True, slots=True)
class Measures:
    """degree: organization -> number of different partners, most first. components: groups that hang together, largest
    first. mix: organizations of each kind. per_kind: agreements of each kind. between: pairs of organizations by their
    two kinds, in alphabetical order. cross_kind: share of the pairs whose two are of different kinds; None without
    pairs. density: pairs of all possible ones; None below two organizations. science: which of SCIENCE are there.
    """

    degree: Mapping[str, int]
    components: tuple[tuple[str, ...], ...]
    mix: Mapping[str, int]
    per_kind: Mapping[str, int]
    between: Mapping[tuple[str, str], int]
    cross_kind: Fraction | None
    density: Fraction | None
    science: tuple[str, ...]


def network(
    book: Book,
    *,
    programme: str = "",
    year: int | None = None,
    kinds: Collection[str] = (),
    agreements: Collection[str] = (),
) -> Network:
    """programme: only agreements with a party that the ledger ties to it. year: only what held in that year.

    kinds: of organizations, agreements: of agreements; empty is all. A pair is left out where one of its two is.
    """
    tied = _tied(book, programme) if programme else None
    wanted = [
        one
        for one in book.agreements
        if (not agreements or one.kind in agreements) and (tied is None or tied & set(one.parties))
    ]
    held = [one for one in wanted if year is None or _held(one, year)]
    pairs = tuple(pair for one in held for pair in _pairs(one) if _of_kinds(pair, book, kinds))
    parties = {party for pair in pairs for party in (pair.a, pair.b)}
    kept = {pair.agreement.id for pair in pairs}
    return Network(
        {id: book.organizations[id] for id in sorted(parties) if id in book.organizations},
        tuple(sorted((one for one in held if one.id in kept), key=_began)),
        pairs,
        tuple(sorted({party for one in held for party in one.parties if party not in book.organizations})),
        sum(one.since is None for one in wanted) if year is not None else 0,
    )


def years(book: Book) -> range:
    """From the first year an agreement began in to the last one anything was said of; empty without dates."""
    whens = [when for one in book.agreements for when in (one.since, one.until) if when]
    if not whens:
        return range(0)
    return range(min(when.first.year for when in whens), max(when.last.year for when in whens) + 1)


def measures(net: Network) -> Measures:
    edges = sorted({(pair.a, pair.b) for pair in net.pairs})
    kind = {id: one.kind for id, one in net.organizations.items()}
    degree = Counter(end for edge in edges for end in edge)
    between = Counter(_both(kind[a], kind[b]) for a, b in edges)
    crossing = sum(count for (one, other), count in between.items() if one != other)
    possible = len(kind) * (len(kind) - 1) // 2
    mix = Counter(kind.values())
    return Measures(
        dict(sorted(degree.items(), key=lambda one: (-one[1], one[0]))),
        _components(kind, edges),
        dict(mix.most_common()),
        dict(Counter(one.kind for one in net.agreements).most_common()),
        dict(sorted(between.items(), key=lambda one: (-one[1], one[0]))),
        Fraction(crossing, len(edges)) if edges else None,
        Fraction(len(edges), possible) if possible else None,
        tuple(one for one in SCIENCE if mix[one]),
    )


def _held(one: Agreement, year: int) -> bool:
    """Since some day of the year or before; an agreement whose end is not known goes on."""
    return one.since is not None and one.since.first.year <= year and (one.until is None or one.until.last.year >= year)


def _tied(book: Book, programme: str) -> set[str]:
    """Organizations that a tenancy, contract, parcel or fact of the programme names."""
    return {
        *(one.party for one in book.tenancies if one.subject == programme),
        *(one.party for one in book.contracts if one.subject == programme),
        *(one.tenant for one in book.parcels if one.subject == programme),
        *(one.party for one in book.facts if one.subject == programme),
    } - {""}


def _pairs(one: Agreement) -> Iterator[Pair]:
    for a, b in combinations(sorted(set(one.parties)), 2):
        yield Pair(a, b, one)


def _of_kinds(pair: Pair, book: Book, kinds: Collection[str]) -> bool:
    ends = [book.organizations.get(end) for end in (pair.a, pair.b)]
    return all(end is not None and (not kinds or end.kind in kinds) for end in ends)


def _began(one: Agreement) -> tuple[bool, str, str]:
    return (one.since is None, one.since.first.isoformat() if one.since else "", one.id)


def _both(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one <= other else (other, one)


def _components(nodes: Collection[str], edges: Sequence[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Union by relabelling: the graphs of a city have some hundred nodes."""
    group = {node: {node} for node in nodes}
    for a, b in edges:
        if group[a] is not group[b]:
            merged = group[a] | group[b]
            for node in merged:
                group[node] = merged
    found = {tuple(sorted(one)) for one in group.values()}
    return tuple(sorted(found, key=lambda one: (-len(one), one)))
