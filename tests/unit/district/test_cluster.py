"""The cooperation graph: who is in it, who is left out, and what is counted."""

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from tests.shipped_ledger import book_of, shipped_book

from madang.district.cluster import Network, measures, network, years
from madang.district.kinds import BY_NAME
from madang.district.records import Record
from madang.district.rows import parse_row
from madang.errors import Pointer

KINDS = {"a": "industry", "b": "university", "c": "research", "d": "industry", "e": "public"}


def record(what: str, /, **cells: str) -> Record:
    source = {} if what == "organization" else {"source": "Town paper"}
    return parse_row(BY_NAME[what], {"status": "published", **source, **cells}, Pointer(cells["id"]))


def organizations() -> list[Record]:
    return [record("organization", id=one, name_en=one.upper(), kind=kind) for one, kind in KINDS.items()]


def agreement(id: str, parties: str, **cells: str) -> Record:
    return record("agreement", id=id, parties=parties, **{"kind": "MOU", **cells})


def net(*agreements: Record, **asked: object) -> Network:
    return network(book_of(*organizations(), *agreements), **asked)  # type: ignore[arg-type]  # as a page asks


def names(ids: Sequence[str]) -> list[str]:
    return [one.rpartition(":")[2] for one in ids]


def test_every_two_parties_of_an_agreement_are_a_pair() -> None:
    found = net(agreement("mou", "c;a;b"))
    assert [(pair.a[-1], pair.b[-1]) for pair in found.pairs] == [("a", "b"), ("a", "c"), ("b", "c")]


def test_two_agreements_of_the_same_two_are_one_partnership() -> None:
    told = measures(net(agreement("one", "a;b"), agreement("two", "b;a", kind="lab")))
    assert list(told.degree.values()) == [1, 1]
    assert told.per_kind == {"MOU": 1, "lab": 1}
    assert told.density == 1


def test_the_year_keeps_what_had_begun_and_not_ended() -> None:
    deals = (
        agreement("old", "a;b", since="2010", until="2014-06"),
        agreement("long", "a;c", since="2013-H2"),
        agreement("late", "a;d", since="2016-01-02"),
        agreement("undated", "a;e"),
    )
    assert names([one.id for one in net(*deals, year=2014).agreements]) == ["old", "long"]
    assert names([one.id for one in net(*deals, year=2015).agreements]) == ["long"]
    assert names([one.id for one in net(*deals, year=2016).agreements]) == ["long", "late"]
    assert net(*deals, year=2016).undated == 1
    assert names([one.id for one in net(*deals).agreements]) == ["old", "long", "late", "undated"]
    assert years(book_of(*organizations(), *deals)) == range(2010, 2017)


def test_the_kinds_of_organizations_keep_pairs_whose_both_ends_are_asked_for() -> None:
    found = net(agreement("mou", "a;b;e"), agreement("lab", "a;d"), kinds={"industry", "university"})
    assert sorted((pair.a[-1], pair.b[-1]) for pair in found.pairs) == [("a", "b"), ("a", "d")]
    assert names(list(found.organizations)) == ["a", "b", "d"]


def test_a_programme_shows_the_agreements_of_who_is_tied_to_it() -> None:
    town = record("programme", id="town", name_en="Town", city="T", country="KR", role="own")
    tenant = record("tenancy", id="t1", subject="town", party="b", sector="M72")
    book = book_of(*organizations(), town, tenant, agreement("in", "a;b"), agreement("out", "c;d"))
    found = network(book, programme="urn:ngsi-ld:DevelopmentProgramme:town")
    assert names([one.id for one in found.agreements]) == ["in"]


def test_a_party_that_the_ledger_does_not_know_is_named_and_has_no_pairs() -> None:
    found = net(agreement("mou", "a;b;stranger"))
    assert names(found.unknown) == ["stranger"]
    assert len(found.pairs) == 1


def test_kinds_are_counted_between_and_inside() -> None:
    told = measures(net(agreement("one", "a;b"), agreement("two", "a;d"), agreement("three", "c;b")))
    assert told.between == {("industry", "industry"): 1, ("industry", "university"): 1, ("research", "university"): 1}
    assert told.cross_kind == Fraction(2, 3)
    assert told.mix == {"industry": 2, "university": 1, "research": 1}
    assert told.science == ("industry", "university", "research")
    assert told.density == Fraction(3, 6)


def test_an_empty_network_has_no_shares() -> None:
    told = measures(net())
    assert (told.cross_kind, told.density, told.components) == (None, None, ())


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde")).filter(lambda two: two[0] != two[1])))
def test_components_part_the_organizations_and_no_pair_crosses_them(pairs: list[tuple[str, str]]) -> None:
    found = net(*(agreement(f"x{n}", f"{a};{b}") for n, (a, b) in enumerate(pairs)))
    told = measures(found)
    home = {one: index for index, group in enumerate(told.components) for one in group}
    assert sorted(home) == sorted(found.organizations)
    assert sum(map(len, told.components)) == len(home)
    assert all(home[pair.a] == home[pair.b] for pair in found.pairs)
    # A group of n that hangs together has at least n - 1 partnerships.
    assert all(2 * (len(group) - 1) <= sum(told.degree[one] for one in group) for group in told.components)
    assert sum(told.degree.values()) == 2 * sum(told.between.values())


def test_the_journey_of_2016_is_in_the_shipped_network() -> None:
    found = network(shipped_book(), year=2016)
    visits = [one for one in found.agreements if one.kind == "study visit"]
    assert len(visits) == 6
    assert all(one.source.title == "CNB뉴스 2016-08-29" for one in visits)
    hub = "urn:ngsi-ld:DistrictOrganization:goyang-city"
    assert next(iter(measures(found).degree)) == hub
