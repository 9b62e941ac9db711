"""Types (clause 4.17), scopes (4.19), pages (4.12), order (4.23) and the whole of a query's parameters (5.7.2)."""

import pytest

from madang.errors import BadRequestData, OperationNotSupported
from madang.model.entity import DEFAULT_VOCAB, LOCATION, Attribute, Entity
from madang.model.query import AllScopes, AllTypes, AnyScope, AnyType, Compare, GeoQuery, Order, Path, Query, TypeExpr
from madang.ngsild.context import CORE
from madang.ngsild.evaluate import matches, matches_scope, matches_types, sort_entities
from madang.ngsild.query import parse_order, parse_query
from madang.ngsild.scope import parse_scope_q
from madang.ngsild.types_query import parse_types, type_names

A, B, C = (DEFAULT_VOCAB + name for name in "ABC")


def parsed(**params: str) -> Query:
    return parse_query(params, CORE, page_default=20, page_max=100)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A", A),
        ("A,B", AnyType((A, B))),
        ("A|B", AnyType((A, B))),
        ("A;B", AllTypes((A, B))),
        ("(A;B),C", AnyType((AllTypes((A, B)), C))),
        ("A;(B|C)", AllTypes((A, AnyType((B, C))))),
        ("urn:x:T", "urn:x:T"),
        ("*", None),
    ],
)
def test_types_are_parsed(text: str, expected: TypeExpr | None) -> None:
    assert parse_types(text, CORE) == expected


@pytest.mark.parametrize(("text", "where"), [("A,", "type:3"), ("(A", "type:3"), ("A)", "type:2"), (";A", "type:1")])
def test_a_type_selection_names_its_fault(text: str, where: str) -> None:
    with pytest.raises(BadRequestData) as caught:
        parse_types(text, CORE)
    assert caught.value.faults[0].where == where


def test_types_are_matched() -> None:
    expression = AnyType((AllTypes((A, B)), C))
    assert type_names(expression) == {A, B, C}
    assert matches_types(expression, (A, B))
    assert matches_types(expression, (C,))
    assert not matches_types(expression, (A,))


@pytest.mark.parametrize(
    ("text", "scopes", "expected"),
    [
        ("/Madrid/Gardens", ["/Madrid/Gardens"], True),
        ("Madrid/Gardens", ["/Madrid/Gardens"], True),
        ("/Madrid", ["/Madrid/Gardens"], False),
        ("/Madrid/+/Norte", ["/Madrid/Gardens/Norte"], True),
        ("/Madrid/+", ["/Madrid/Gardens/Norte"], False),
        ("/Madrid/#", ["/Madrid/Gardens/Norte"], True),
        ("/Madrid/#", ["/Madrid"], True),
        ("/Madrid/#", ["/Madri"], False),
        ("/#", ["/any"], True),
        ("/#", [], False),
        ("/A;/B", ["/A", "/B"], True),
        ("/A;/B", ["/A"], False),
        ("/A,/B", ["/B"], True),
        ("(/A;/B)|/C", ["/C"], True),
    ],
)
def test_scopes_are_matched(text: str, scopes: list[str], expected: bool) -> None:
    assert matches_scope(parse_scope_q(text), scopes) is expected


def test_scopes_are_parsed() -> None:
    assert parse_scope_q("(/A;/B)|/C,/D") == AnyScope((AllScopes(("/A", "/B")), "/C", "/D"))


@pytest.mark.parametrize("text", ["/", "/A//B", "/#/A", "/A+", "/A/B#", "/A;", ""])
def test_a_scope_query_names_its_fault(text: str) -> None:
    with pytest.raises(BadRequestData) as caught:
        parse_scope_q(text)
    assert caught.value.faults[0].where.startswith("scopeQ:")


def test_every_parameter_finds_its_place() -> None:
    query = parsed(
        type="A",
        id="urn:x:1,urn:x:2",
        idPattern="^urn",
        attrs="speed,createdAt",
        q="speed>5",
        georel="near;maxDistance==10",
        geometry="Point",
        coordinates="[1,2]",
        scopeQ="/A",
        datasetId="urn:x:d,@none",
        orderBy="speed;desc",
        limit="5",
        offset="10",
        count="true",
    )
    speed = Path((DEFAULT_VOCAB + "speed",))
    assert query == Query(
        types=A,
        ids=("urn:x:1", "urn:x:2"),
        id_pattern="^urn",
        attributes=(DEFAULT_VOCAB + "speed",),
        q=Compare(speed, ">", 5),
        geo=GeoQuery("near", {"type": "Point", "coordinates": [1, 2]}, LOCATION, 10.0),
        scope="/A",
        dataset_ids=("urn:x:d", "@none"),
        order=(Order(speed, descending=True),),
        limit=5,
        offset=10,
        count=True,
    )


@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({"type": "A", "limit": "-1"}, "limit"),
        ({"type": "A", "limit": "ten"}, "limit"),
        ({"type": "A", "limit": "101"}, "limit"),
        ({"type": "A", "limit": "0"}, "limit"),
        ({"type": "A", "offset": "-1"}, "offset"),
        ({"type": "A", "count": "yes"}, "count"),
        ({"id": "no uri"}, "id"),
        ({"id": "urn:x:1,"}, "id"),
        ({"idPattern": "("}, "idPattern:1"),
        ({"type": "A", "q": ""}, "q:1"),
        ({"type": "A", "orderBy": "location;dist-asc"}, "orderFrom"),
        ({"type": "A", "orderBy": "name;up"}, "orderBy:6"),
        ({"type": "A", "orderBy": "name,"}, "orderBy:6"),
        ({"type": "A", "orderBy": "name", "collation": "!!nope"}, "collation"),
        # Clause 5.7.2.4: nothing that restricts, or only system members, is a query too wide.
        ({}, "type"),
        ({"attrs": "createdAt"}, "type"),
        ({"q": 'modifiedAt>"2020-01-01T00:00:00Z"'}, "type"),
    ],
)
def test_a_fault_names_its_parameter(params: dict[str, str], where: str) -> None:
    with pytest.raises(BadRequestData) as caught:
        parsed(**params)
    assert caught.value.faults[0].where == where


def test_what_is_allowed_although_it_looks_odd() -> None:
    assert parsed(local="true") == Query()
    assert parsed(type="*") == Query()
    assert parsed(type="A", limit="0", count="true").limit == 0
    assert parsed(type="A", limit="100").limit == 100


def test_collation_is_not_offered() -> None:
    with pytest.raises(OperationNotSupported):
        parsed(type="A", orderBy="name", collation="und")


def test_an_order_is_parsed() -> None:
    name = Path((DEFAULT_VOCAB + "n",))
    order = parse_order("type,id;desc,n[city];asc,location;dist-desc", CORE, order_from="[8,40]")
    assert order == (
        Order(Path(("type",))),
        Order(Path(("id",)), descending=True),
        Order(Path(name.names, ("city",))),
        Order(Path((LOCATION,)), descending=True, distance_from={"type": "Point", "coordinates": [8, 40]}),
    )


def test_numbers_come_before_texts_and_what_is_absent_comes_last() -> None:
    values = {"1": "b", "2": 5, "3": None, "4": "a", "5": -1}
    entities = [
        Entity(f"urn:x:{name}", (A,), {} if value is None else {DEFAULT_VOCAB + "n": (Attribute("Property", value),)})
        for name, value in values.items()
    ]
    pairs = [(entity, entity.id[-1]) for entity in entities]
    assert "".join(sort_entities(pairs, parse_order("n", CORE))) == "52413"
    assert "".join(sort_entities(pairs, parse_order("n;desc", CORE))) == "14253"
    assert "".join(sort_entities(reversed(pairs), ())) == "12345"


def test_a_dataset_is_selected() -> None:
    instances = (Attribute("Property", 1, dataset_id="urn:x:d"),)
    entity = Entity("urn:x:1", (A,), {DEFAULT_VOCAB + "n": instances})
    assert matches(Query(dataset_ids=("urn:x:d",)), entity)
    assert not matches(Query(dataset_ids=("@none",)), entity)
