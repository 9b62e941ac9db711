"""Source of the grammar and of what a term means: ETSI GS CIM 009 v1.9.1, clause 4.9."""

import pytest

from madang.errors import BadRequestData, TooComplexQuery
from madang.model.entity import DEFAULT_VOCAB, Attribute, Entity, Json, Kind
from madang.model.query import And, Compare, Exists, OneOf, Or, Path, QExpr, Range
from madang.ngsild.context import CORE
from madang.ngsild.evaluate import matches_q
from madang.ngsild.q import attribute_names, parse_q, paths
from madang.ngsild.scan import DEPTH_MAX, TERMS_MAX, TEXT_MAX


def plain(name: str, *trail: str) -> Path:
    return Path(tuple(DEFAULT_VOCAB + part if part[0] != "@" else part[1:] for part in name.split(".")), trail)


def parsed(text: str) -> QExpr:
    return parse_q(text, CORE, expand_values=())


A, B, C = (Exists(plain(name)) for name in "abc")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("speed", Exists(plain("speed"))),
        ("!speed", Exists(plain("speed"), negated=True)),
        ("speed==50", Compare(plain("speed"), "==", 50)),
        ("speed!=-5.5", Compare(plain("speed"), "!=", -5.5)),
        ("speed>1e3", Compare(plain("speed"), ">", 1000.0)),
        ("speed>=0", Compare(plain("speed"), ">=", 0)),
        ("speed<7", Compare(plain("speed"), "<", 7)),
        ("speed<=7", Compare(plain("speed"), "<=", 7)),
        (" speed  ==  50 ", Compare(plain("speed"), "==", 50)),
        ('brand=="Mercedes"', Compare(plain("brand"), "==", "Mercedes")),
        (r'brand=="a \"b\" ; (c)"', Compare(plain("brand"), "==", 'a "b" ; (c)')),
        (r'brand=="\uac00"', Compare(plain("brand"), "==", "가")),
        ('brand=="true"', Compare(plain("brand"), "==", "true")),
        ('brand=="50"', Compare(plain("brand"), "==", "50")),
        ("open==true", Compare(plain("open"), "==", True)),
        ("open!=false", Compare(plain("open"), "!=", False)),
        ("at>2026-11-22T09:00:00.5Z", Compare(plain("at"), ">", "2026-11-22T09:00:00.5Z")),
        ("at==12:00:00Z", Compare(plain("at"), "==", "12:00:00Z")),
        ("ref==urn:ngsi-ld:City:Pisa", Compare(plain("ref"), "==", "urn:ngsi-ld:City:Pisa")),
        ("speed==10..20.5", Compare(plain("speed"), "==", Range(10, 20.5))),
        ("at==2026-01-01..2026-12-31", Compare(plain("at"), "==", Range("2026-01-01", "2026-12-31"))),
        ('brand!="a","b"', Compare(plain("brand"), "!=", OneOf(("a", "b")))),
        ("speed==1,5..9,true", Compare(plain("speed"), "==", OneOf((1, Range(5, 9), True)))),
        ('brand~="^M.*s$"', Compare(plain("brand"), "~=", "^M.*s$")),
        (r'brand!~="\d+"', Compare(plain("brand"), "!~=", r"\d+")),
        ("brand~=^M.*s", Compare(plain("brand"), "~=", "^M.*s")),
        ("speed.accuracy>1", Compare(plain("speed.accuracy"), ">", 1)),
        ("speed.@observedAt".replace("@", ""), Exists(plain("speed.@observedAt"))),
        ("modifiedAt>2026-01-01T00:00:00Z", Compare(plain("@modifiedAt"), ">", "2026-01-01T00:00:00Z")),
        ('address[city]=="Berlin"', Compare(plain("address", "city"), "==", "Berlin")),
        ("address[geo.lat]>5", Compare(plain("address", "geo", "lat"), ">", 5)),
        ("speed.source[a][b]", Exists(plain("speed.source", "a", "b"))),
        ('colour[en-GB]=="red"', Compare(plain("colour", "en-GB"), "==", "red")),
        ('colour[*]=="red"', Compare(plain("colour", "*"), "==", "red")),
        ("a;b;c", And((A, B, C))),
        ("a|b|c", Or((A, B, C))),
        ("a;b|c", Or((And((A, B)), C))),
        ("a|b;c", Or((A, And((B, C))))),
        ("(a|b);c", And((Or((A, B)), C))),
        ("((a))", A),
        ("https://example.org/a.b>5", Compare(Path(("https://example.org/a.b",)), ">", 5)),
    ],
)
def test_q_is_parsed(text: str, expected: QExpr) -> None:
    assert parsed(text) == expected


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "q:1"),
        ("speed>", "q:7"),
        ("speed=50", "q:6"),
        ("speed>50;", "q:10"),
        ("(speed>50", "q:10"),
        ("speed>50)", "q:9"),
        ("a;;b", "q:3"),
        ("a|(b;)", "q:6"),
        ('brand=="open', "q:8"),
        (r'brand=="\x"', "q:8"),
        ("speed>4..5", "q:7"),
        ("speed>1,2", "q:7"),
        ("open>true", "q:6"),
        ("speed==1..a", "q:8"),
        ("open==true..false", "q:7"),
        ("speed==1e999", "q:8"),
        ("address[city", "q:13"),
        ("address[]", "q:9"),
        ("!speed>5", "q:7"),
        ("observedAt.x", "q:12"),
        ('owner{name}=="x"', "q:6"),
        ('brand~="("', "q:8"),
        ('brand~="(a+"', "q:8"),
        ("speed==50 60", "q:11"),
        ("==5", "q:1"),
    ],
)
def test_a_fault_names_the_character(text: str, where: str) -> None:
    with pytest.raises(BadRequestData) as caught:
        parsed(text)
    assert caught.value.faults[0].where == where


@pytest.mark.parametrize(
    "text",
    [
        "a" * (TEXT_MAX + 1),
        "(" * (DEPTH_MAX + 1) + "a" + ")" * (DEPTH_MAX + 1),
        ";".join("a" for _ in range(TERMS_MAX + 1)),
    ],
)
def test_a_query_past_a_limit_is_too_complex(text: str) -> None:
    with pytest.raises(TooComplexQuery):
        parsed(text)


def test_the_limits_themselves_are_allowed() -> None:
    assert parsed("(" * DEPTH_MAX + "a" + ")" * DEPTH_MAX) == A
    assert parsed(";".join("a" for _ in range(TERMS_MAX))) == And((A,) * TERMS_MAX)


def test_the_names_of_an_expression_are_found() -> None:
    expression = parsed("a.accuracy>1;(b[x]|modifiedAt)")
    assert attribute_names(expression) == {DEFAULT_VOCAB + "a", DEFAULT_VOCAB + "b", "modifiedAt"}
    assert paths(expression) == {plain("a.accuracy"), plain("b", "x"), Path(("modifiedAt",))}


def test_values_are_expanded_where_asked() -> None:
    text = 'category=="commercial";kind=="x",5'
    expanded = parse_q(text, CORE, expand_values=["category"])
    assert expanded == And(
        (
            Compare(plain("category"), "==", "commercial", DEFAULT_VOCAB + "commercial"),
            Compare(plain("kind"), "==", OneOf(("x", 5))),
        )
    )
    everywhere = parse_q(text, CORE)
    assert isinstance(everywhere, And)
    assert everywhere.items[1] == Compare(plain("kind"), "==", OneOf(("x", 5)), OneOf((DEFAULT_VOCAB + "x", 5)))


def entity(value: Json, kind: Kind = "Property") -> Entity:
    return Entity("urn:x:1", ("urn:x:T",), {DEFAULT_VOCAB + "a": (Attribute(kind, value),)})


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("a==5", 5, True),
        ("a==5", 5.0, True),
        ("a==5", "5", False),
        ("a==1", True, False),
        ("a==true", True, True),
        ("a==true", "true", False),
        ("a>4", 5, True),
        ("a>5", 5, False),
        ("a>=5", 5, True),
        ('a>"m"', "z", True),
        ('a>"m"', "m", False),
        ('a>"m"', 9, False),
        ("a!=5", 6, True),
        ("a!=5", 5, False),
        # "If the data type of the target value and of the term value are different, they are considered unequal."
        ('a!="thirty"', 30, True),
        # A range includes both ends; with != the value lies outside of it.
        ("a==4..5", 4, True),
        ("a==4..5", 5, True),
        ("a==4..5", 5.1, False),
        ("a!=4..5", 6, True),
        ("a!=4..5", 4, False),
        ('a=="x","y"', "y", True),
        ('a!="x","y"', "y", False),
        ('a!="x","y"', "z", True),
        # An array equals what any of its items equals, and is unequal to what none equals.
        ('a=="b"', ["a", "b"], True),
        ('a!="b"', ["a", "b"], False),
        ('a!="c"', ["a", "b"], True),
        ("a>1", [2, 3], False),
        # Times are compared as instants, whatever their zone or whether they are quoted.
        ("a==2026-11-22T00:00:00Z", "2026-11-22T09:00:00+09:00", True),
        ('a>"2026-11-22T00:00:00Z"', "2026-11-22T00:00:00.1Z", True),
        ("a>2026-11-22T00:00:00Z", {"@type": "DateTime", "@value": "2026-11-23T00:00:00Z"}, True),
        ("a>2026-11-22T00:00:00Z", "zebra", False),
        ("a>2026-11-22", "2026-11-23", True),
        ("a>12:00:00Z", "21:30:00+09:00", True),
        ('a~="^Eiffel"', "Eiffel Tower", True),
        ('a~="^Tower"', "Eiffel Tower", False),
        ('a~="3.*"', 30, False),
        ('a!~="^Eiffel"', "Pisa Tower", True),
        ('a!~="^Eiffel"', "Eiffel Tower", False),
        ('a!~="^Eiffel"', 5, False),
        ('a[city]=="Berlin"', {"city": "Berlin"}, True),
        ('a[city]!="Berlin"', {"street": "Berlin"}, False),
        ("a[city]", {"city": None}, False),
        ("a[b.1]==5", {"b": [4, 5]}, True),
        ("a[b]", 5, False),
        ("b", 5, False),
        ("!b", 5, True),
        ("b!=5", 5, False),
        ("!a", 5, False),
    ],
)
def test_a_property_is_compared(text: str, value: Json, expected: bool) -> None:
    assert matches_q(parsed(text), entity(value)) is expected


@pytest.mark.parametrize(
    ("text", "kind", "value", "expected"),
    [
        ('a=="urn:x:1"', "Relationship", "urn:x:1", True),
        ('a=="urn:x:2"', "Relationship", ["urn:x:1", "urn:x:2"], True),
        ('a!="urn:x:2"', "Relationship", ["urn:x:1", "urn:x:2"], False),
        # "Any operator different than equal or unequal shall result in not matching."
        ('a>"urn:a"', "Relationship", "urn:x:1", False),
        ('a~="urn"', "ListRelationship", ["urn:x:1"], False),
        ('a[en]=="red"', "LanguageProperty", {"en": "red", "fr": "rouge"}, True),
        ('a[EN]=="red"', "LanguageProperty", {"en": "red"}, True),
        ('a[en]=="rouge"', "LanguageProperty", {"en": "red", "fr": "rouge"}, False),
        ("a[ko]", "LanguageProperty", {"en": "red"}, False),
        ('a[*]=="rouge"', "LanguageProperty", {"en": "red", "fr": "rouge"}, True),
        ('a[*]!="red"', "LanguageProperty", {"en": "red", "fr": "rouge"}, False),
        ('a=="rouge"', "LanguageProperty", {"en": "red", "fr": ["rose", "rouge"]}, True),
        ('a~="^ro"', "LanguageProperty", {"en": "red", "fr": "rouge"}, True),
        ("a==2", "ListProperty", [1, 2], True),
        ("a[x]==2", "JsonProperty", {"x": 2}, True),
    ],
)
def test_other_kinds_are_compared(text: str, kind: Kind, value: Json, expected: bool) -> None:
    assert matches_q(parsed(text), entity(value, kind)) is expected


def test_a_vocabulary_term_matches_by_its_expanded_value() -> None:
    shop = entity(DEFAULT_VOCAB + "commercial", "VocabProperty")
    assert matches_q(parse_q("a==commercial", CORE, expand_values=["a"]), shop)
    assert not matches_q(parse_q("a==commercial", CORE, expand_values=[]), shop)
    assert matches_q(parse_q(f'a=="{DEFAULT_VOCAB}commercial"', CORE, expand_values=[]), shop)


def test_any_instance_may_match() -> None:
    instances = (Attribute("Property", 1), Attribute("Property", 9, dataset_id="urn:x:d"))
    both = Entity("urn:x:1", ("urn:x:T",), {DEFAULT_VOCAB + "a": instances})
    assert matches_q(parsed("a>5"), both)
    assert matches_q(parsed("a<5"), both)
    assert matches_q(parsed("a!=1"), both)
    assert not matches_q(parsed("a==5"), both)
    assert matches_q(parsed('a.datasetId=="urn:x:d"'), both)
