"""JSON to entities: every form the standard allows, and what it forbids, each told at its place."""

from datetime import UTC, datetime
from typing import Any

import pytest

from madang.errors import BadRequestData, InvalidRequest, Pointer, TooLarge
from madang.model.entity import CORE as NGSI_LD
from madang.model.entity import DEFAULT_VOCAB, LOCATION, NULL, Attribute, Entity, Json
from madang.ngsild.context import CORE
from madang.ngsild.fragment import UNSPOKEN, PartialAttribute
from madang.ngsild.geometry import parse_geometry
from madang.ngsild.json_reader import parse_json
from madang.ngsild.parse import (
    Operation,
    parse_attribute,
    parse_entity,
    parse_fragment,
    parse_scope,
    parse_temporal_entity,
    parse_uri,
)
from madang.ngsild.time import format_time, parse_time

V = DEFAULT_VOCAB
POINT = {"type": "Point", "coordinates": [126.83, 37.66]}


def entity(**members: Json) -> Entity:
    return parse_entity({"id": "urn:x:1", "type": "T", **members}, CORE)


def one(doc: Json) -> Attribute:
    """The only instance of an attribute ``a``."""
    (instance,) = entity(a=doc).attributes[V + "a"]
    return instance


def refused(doc: Json, **options: Any) -> tuple[str, str]:
    """(place, detail) of the first fault of an entity document."""
    with pytest.raises(BadRequestData) as caught:
        parse_entity(doc, CORE, **options)
    fault = caught.value.faults[0]
    return fault.where, fault.detail


class TestJson:
    @pytest.mark.parametrize(
        ("body", "what"),
        [
            (b"", "empty"),
            (b"  \n ", "empty"),
            (b"{a:1}", "line 1, column 2"),
            (b'{"a":1,\n "b" 2}', "line 2, column 6"),
            (b'{"a":[1,2', "cut off at line 1, column 10"),
            (b'{"a":NaN}', "NaN at line 1, column 6"),
            (b'{"a":Infinity}', "Infinity at line 1, column 6"),
            (b'{"a":-Infinity}', "Infinity at line 1"),
            (b'{"a":1e999}', "line 1, column 6"),
            (b'{"a":1}{', "line 1, column 8"),
            (b'{"a":1,"a":1}', "member /a stands there twice"),
            (b'{"x":[1,{"a" : 1, "a":2}]}', "member /x/1/a stands there twice"),
            (b'{"a":1,"a":"\\u003A"}', "member /a stands there twice"),
            ('{"이름":"마당"}'.encode("cp949"), "CP949"),
            ('\n{"name":"café"}'.encode("latin-1"), "0xe9 at line 2, column 13"),
            ('{"a":1}'.encode("utf-16"), "not UTF-8"),
        ],
    )
    def test_what_is_not_json_is_told_with_its_place(self, body: bytes, what: str) -> None:
        with pytest.raises(InvalidRequest, match=what):
            parse_json(body)

    def test_depth_is_counted_in_levels(self) -> None:
        assert parse_json(b"[" * 6 + b"]" * 6, depth_max=6) == [[[[[[]]]]]]
        with pytest.raises(InvalidRequest, match="deeper than the 6 levels"):
            parse_json(b"[" * 7 + b"]" * 7, depth_max=6)
        with pytest.raises(InvalidRequest, match="deeper than the 64 levels"):
            parse_json(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)

    def test_brackets_inside_texts_are_no_levels(self) -> None:
        assert parse_json(b'["[[[[[[[[[["]', depth_max=2) == ["[" * 10]

    def test_many_levels_side_by_side_are_not_deep(self) -> None:
        assert len(parse_json(b"[" + b"[{}]," * 1000 + b"[]]", depth_max=3)) == 1001

    def test_colons_in_texts_and_a_byte_order_mark_do_no_harm(self) -> None:
        assert parse_json(b'\xef\xbb\xbf{"a" :"\\":x","b":":"}') == {"a": '":x', "b": ":"}


class TestValues:
    @pytest.mark.parametrize(
        ("text", "time"),
        [
            ("2014-08-29T20:00:00Z", datetime(2014, 8, 29, 20, tzinfo=UTC)),
            ("2014-08-29T20:00:00.5Z", datetime(2014, 8, 29, 20, 0, 0, 500_000, UTC)),
            ("2014-08-29T20:00:00,25Z", datetime(2014, 8, 29, 20, 0, 0, 250_000, UTC)),
            ("2014-08-29T20:00:00.123456789Z", datetime(2014, 8, 29, 20, 0, 0, 123_456, UTC)),
        ],
    )
    def test_times_are_utc(self, text: str, time: datetime) -> None:
        assert parse_time(text) == time
        assert parse_time(text).tzinfo is UTC
        assert parse_time(format_time(time)) == time

    @pytest.mark.parametrize(
        "text",
        ["2014-08-29T20:00:00", "2014-08-29T20:00:00+09:00", "2014-08-29", "2014-W35-5T20:00:00Z",
         "2014-13-01T00:00:00Z",
         "2014-08-29 20:00:00Z", "20140829T200000Z", "soon", "", 5, None, {"@value": "2014-08-29T20:00:00Z"}],
    )  # fmt: skip
    def test_a_naive_or_odd_time_is_refused(self, text: Json) -> None:
        with pytest.raises(BadRequestData, match="time"):
            parse_time(text)

    @pytest.mark.parametrize(
        "uri", ["urn:ngsi-ld:Sensor:1", "https://example.org/a?b=c#d", "urn:x:París", "urn:x:마당"]
    )
    def test_uris_are_kept_as_given(self, uri: str) -> None:
        assert parse_uri(uri) == uri

    @pytest.mark.parametrize(
        "uri", ["", "Sensor1", "urn:", "urn:a b", "urn:a<b", "urn:a\u200bb", "urn:a\u202eb", "urn:a\nb", NULL, 7, None]
    )
    def test_what_is_no_uri_is_refused(self, uri: Json) -> None:
        with pytest.raises(BadRequestData, match="URI"):
            parse_uri(uri)

    def test_scopes_get_their_leading_slash(self) -> None:
        assert parse_scope(["Goyang/Ilsan", "/Goyang/Ilsan", "/일산_1"]) == ("/Goyang/Ilsan", "/일산_1")

    @pytest.mark.parametrize("scope", ["", "/", "//a", "/a/", "/1a", "/a-b", [], ["/a", 5], NULL, None])
    def test_odd_scopes_are_refused(self, scope: Json) -> None:
        with pytest.raises(BadRequestData, match="scope"):
            parse_scope(scope)

    @pytest.mark.parametrize(
        ("geometry", "where", "what"),
        [
            ({"type": "Point", "coordinates": [181, 0]}, "/coordinates/0", "Longitude 181"),
            ({"type": "Point", "coordinates": [37.66, 126.83]}, "/coordinates/1", "longitude first"),
            ({"type": "Point", "coordinates": [0]}, "/coordinates", "longitude, latitude"),
            ({"type": "Point", "coordinates": [0, True]}, "/coordinates", "finite number"),
            ({"type": "Point", "coordinates": [0, float("nan")]}, "/coordinates", "finite number"),
            ({"type": "Point"}, "", "no coordinates"),
            ({"type": "LineString", "coordinates": [[0, 0]]}, "/coordinates", "at least 2"),
            ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]}, "/coordinates/0", "must end"),
            ({"type": "MultiPolygon", "coordinates": [[[[0, 0], [1, 0], [0, 99], [0, 0]]]]},
             "/coordinates/0/0/2/1", "Latitude 99"),
            ({"type": "GeometryCollection", "geometries": []}, "/type", "GeometryCollection"),
            ("not a geometry", "", "holds one as JSON"),
            (7, "", "GeoJSON object"),
        ],
    )  # fmt: skip
    def test_a_bad_geometry_is_refused_at_its_place(self, geometry: Json, where: str, what: str) -> None:
        with pytest.raises(BadRequestData, match=what) as caught:
            parse_geometry(geometry)
        assert caught.value.faults[0].where == where

    def test_a_bow_tie_passes(self) -> None:
        bow_tie = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
        assert parse_geometry(bow_tie) is bow_tie


class TestEntity:
    def test_normalized_of_every_kind(self) -> None:
        """Clauses 4.5.2 to 4.5.5 and 4.5.18 to 4.5.24."""
        docs: dict[str, tuple[Json, Attribute]] = {
            "p": ({"type": "Property", "value": 5, "unitCode": "CEL"}, Attribute("Property", 5, unit_code="CEL")),
            "r": ({"type": "Relationship", "object": ["urn:a:1", "urn:a:2"], "objectType": "T"},
                  Attribute("Relationship", ["urn:a:1", "urn:a:2"], object_type=(V + "T",))),
            "g": ({"type": "GeoProperty", "value": POINT}, Attribute("GeoProperty", POINT)),
            "l": ({"type": "LanguageProperty", "languageMap": {"ko": "강", "en": ["river"], "@none": "x"}},
                  Attribute("LanguageProperty", {"ko": "강", "en": ["river"], "@none": "x"})),
            "v": ({"type": "VocabProperty", "vocab": ["wet", "non-dry"]},
                  Attribute("VocabProperty", [V + "wet", V + "non-dry"])),
            "j": ({"type": "JsonProperty", "json": {"id": 1, "x": None}},
                  Attribute("JsonProperty", {"id": 1, "x": None})),
            "vl": ({"type": "ListProperty", "valueList": [1, "a"]}, Attribute("ListProperty", [1, "a"])),
            "ol": ({"type": "ListRelationship", "objectList": ["urn:a:1", {"object": "urn:a:2"}]},
                   Attribute("ListRelationship", ["urn:a:1", "urn:a:2"])),
            "t": ({"type": "Property", "value": "12:00", "valueType": "Time"},
                  Attribute("Property", "12:00", value_type=NGSI_LD + "Time")),
        }  # fmt: skip
        parsed = entity(**{name: doc for name, (doc, _) in docs.items()})
        assert parsed.attributes == {V + name: (attribute,) for name, (_, attribute) in docs.items()}

    def test_concise_and_simplified(self) -> None:
        """Clause 4.5.2.3 and 4.5.4."""
        assert one(55) == Attribute("Property", 55)
        assert one(["a", "b"]) == Attribute("Property", ["a", "b"])
        assert one({"city": "Goyang"}) == Attribute("Property", {"city": "Goyang"})
        assert one(POINT) == one({"value": POINT}) == Attribute("GeoProperty", POINT)
        assert one({"object": "urn:a:1"}) == Attribute("Relationship", "urn:a:1")
        assert one({"vocab": "wet"}) == Attribute("VocabProperty", V + "wet")
        assert one({"json": [1]}) == Attribute("JsonProperty", [1])
        sub = {V + "accuracy": (Attribute("Property", 2),)}
        assert one({"value": 1, "accuracy": 2}) == Attribute("Property", 1, attributes=sub)

    def test_sub_attributes_go_to_any_depth_within_bounds(self) -> None:
        doc: Json = {"value": 0}
        for _ in range(16):
            doc = {"value": 1, "below": doc}
        instance = one(doc)
        for _ in range(16):
            (instance,) = instance.attributes[V + "below"]
        assert instance.value == 0
        assert "16 levels" in refused({"id": "urn:x:1", "type": "T", "a": {"value": 1, "below": doc}})[1]

    def test_instances_differ_in_dataset_id(self) -> None:
        instances = entity(a=[{"value": 1, "datasetId": "@none"}, {"value": 2, "datasetId": "urn:d:1"}]).attributes[
            V + "a"
        ]
        assert [(one.value, one.dataset_id) for one in instances] == [(1, None), (2, "urn:d:1")]
        mapped = entity(a={"dataset": {"@none": 1, "urn:d:1": [2]}}).attributes[V + "a"]
        assert [(one.value, one.dataset_id) for one in mapped] == [(1, None), ([2], "urn:d:1")]

    def test_head(self) -> None:
        parsed = parse_entity(
            {"@id": "urn:x:1", "@type": ["B", "A", "B"], "scope": "Goyang", "expiresAt": "2030-01-01T00:00:00Z",
             "createdAt": "2020-01-01T00:00:00Z", "@context": []}, CORE)  # fmt: skip
        assert parsed == Entity(
            "urn:x:1", (V + "A", V + "B"), {}, ("/Goyang",), expires_at=datetime(2030, 1, 1, tzinfo=UTC)
        )

    @pytest.mark.parametrize(
        ("members", "where", "what"),
        [
            ({"id": None}, "/id", "missing"),
            ({"id": "x"}, "/id", "not a URI"),
            ({"id": NULL}, "/id", "not a URI"),
            ({"type": None}, "/type", "missing"),
            ({"type": []}, "/type", "name or a list"),
            ({"type": ["A", 5]}, "/type/1", "text"),
            ({"type": "type"}, "/type", "keyword"),
            ({"scope": NULL}, "/scope", "scope"),
            ({"my attr": 1}, "/my attr", "not a name"),
            ({"datasetId": 1}, "/datasetId", "word of NGSI-LD"),
            ({"a": None}, "/a", "null"),
            ({"a": NULL}, "/a", "nothing to remove"),
            ({"a": float("inf")}, "/a", "finite"),
            ({"a": {"type": "Property"}}, "/a", "no value"),
            ({"a": {"type": "Property", "value": None}}, "/a/value", "null"),
            ({"a": {"type": "Property", "value": {"x": {"y": NULL}}}}, "/a/value/x/y", "merge patches"),
            ({"a": {"type": "Property", "value": 1, "object": "urn:a:1"}}, "/a/object", "has no object"),
            ({"a": {"type": "Property", "value": 1, "previousValue": 0}}, "/a/previousValue", "has no"),
            ({"a": {"type": "Property", "value": 1, "@context": {}}}, "/a/@context", "@context"),
            ({"a": {"type": "Property", "value": 1, "observedAt": "2020-01-01T00:00:00"}}, "/a/observedAt", "UTC"),
            ({"a": {"type": "Property", "value": 1, "unitCode": 5}}, "/a/unitCode", "UN/CEFACT"),
            ({"a": {"type": "Property", "value": 1, "objectType": "T"}}, "/a/objectType", "no objectType"),
            ({"a": {"type": "Propperty", "value": 1}}, "/a/type", "Propperty"),
            ({"a": {"type": "Relationship", "object": "x"}}, "/a/object", "not a URI"),
            ({"a": {"type": "Relationship", "object": ["urn:a:1", "x"]}}, "/a/object/1", "not a URI"),
            ({"a": {"type": "Relationship", "object": "urn:a:1", "unitCode": "C62"}}, "/a/unitCode", "unit"),
            ({"a": {"type": "LanguageProperty", "languageMap": {"en": 5}}}, "/a/languageMap/en", "texts"),
            ({"a": {"type": "LanguageProperty", "languageMap": {"": "x"}}}, "/a/languageMap/", "language tag"),
            ({"a": {"type": "LanguageProperty", "languageMap": {"@none": NULL}}}, "/a/languageMap", "remove"),
            ({"a": {"languageMap": {"en": "x"}, "valueType": "Time"}}, "/a/valueType", "langString"),
            ({"a": {"type": "VocabProperty", "vocab": 5}}, "/a/vocab", "name"),
            ({"a": {"type": "ListProperty", "valueList": 5}}, "/a/valueList", "list"),
            ({"a": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [0, 91]}}},
             "/a/value/coordinates/1", "91"),
            ({"a": [{"type": "Property", "value": 1}, 5]}, "/a/1", "some are not"),
            ({"a": [{"value": 1}, {"value": 2}]}, "/a", "same datasetId"),
            ({"a": [{"value": 1}, {"value": 2, "datasetId": "@none"}]}, "/a", "same datasetId"),
            ({"a": {"value": 1, "datasetId": NULL}}, "/a/datasetId", "not a URI"),
            ({"a": 1, V + "a": 2}, "/https:~1~1uri.etsi.org~1ngsi-ld~1default-context~1a", "same expanded name"),
            ({"a": {"value": 1, "b": {"type": "Relationship"}}}, "/a/b", "no object"),
            ({"location": {"type": "Property", "value": 7}}, "/location", "GeoProperty"),
        ],
    )  # fmt: skip
    def test_what_is_forbidden_is_refused_at_its_place(self, members: Json, where: str, what: str) -> None:
        place, detail = refused({"id": "urn:x:1", "type": "T", **members})
        assert (place, what in detail) == (where, True), detail

    def test_several_faults_are_told_together(self) -> None:
        with pytest.raises(BadRequestData) as caught:
            parse_entity(
                {"type": "T", "a": None, "b": 1, "c": {"type": "Relationship", "object": 5}}, CORE, Pointer("/3")
            )
        assert [fault.where for fault in caught.value.faults] == ["/3/id", "/3/a", "/3/c/object"]
        assert "and 2 more" in caught.value.detail

    @pytest.mark.parametrize("doc", [None, [], "x", 5])
    def test_an_entity_is_an_object(self, doc: Json) -> None:
        assert refused(doc) == ("", "A JSON object is expected.")

    def test_a_hundred_thousand_attributes_are_too_many(self) -> None:
        members = {f"a{n}": n for n in range(100_000)}
        with pytest.raises(TooLarge, match="more than 10000 attributes"):
            entity(**members)
        nested = {"value": 1, **{f"b{n}": n for n in range(10)}}
        with pytest.raises(TooLarge, match="more than 10 attributes"):
            parse_entity({"id": "urn:x:1", "type": "T", "a": nested}, CORE, attributes_max=10)


class TestFragment:
    def fragment(self, **members: Json) -> Entity:
        return parse_fragment(members, CORE, "urn:x:1")

    def test_id_and_type_may_be_absent(self) -> None:
        assert self.fragment(a={"type": "Property", "value": 1}).types == ()
        with pytest.raises(BadRequestData, match="differs"):
            self.fragment(id="urn:x:2")

    @pytest.mark.parametrize(
        "doc",
        [NULL, {"value": NULL}, {"type": "Relationship", "object": NULL}, {"languageMap": {"@none": NULL}},
         {"languageMap": NULL}, {"vocab": NULL}, {"json": NULL}, {"valueList": NULL}, {"objectList": NULL}],
    )  # fmt: skip
    def test_null_of_every_kind_means_remove(self, doc: Json) -> None:
        (instance,) = self.fragment(a=doc).attributes[V + "a"]
        assert instance.value == NULL

    def test_scope_null_means_remove(self) -> None:
        assert self.fragment(scope=NULL).scope == ()

    def test_a_part_of_an_attribute_leaves_the_rest_unspoken(self) -> None:
        (instance,) = self.fragment(a={"observedAt": "2020-01-01T00:00:00Z", "unitCode": NULL}).attributes[V + "a"]
        assert isinstance(instance, PartialAttribute)
        assert instance.value is UNSPOKEN
        assert instance.removed == {"unit_code"}

    def test_only_a_merge_takes_parts_and_only_update_and_merge_take_null(self) -> None:
        operations: tuple[Operation, ...] = ("append", "update")
        for operation in operations:
            with pytest.raises(BadRequestData, match="no value"):
                parse_fragment({"a": {"type": "Property"}}, CORE, "urn:x:1", operation=operation)
        with pytest.raises(BadRequestData, match="nothing to remove"):
            parse_fragment({"a": NULL}, CORE, "urn:x:1", operation="append")
        with pytest.raises(BadRequestData, match="merge patches"):
            parse_fragment({"a": {"value": {"x": NULL}}}, CORE, "urn:x:1", operation="update")
        assert parse_fragment({"a": {"value": {"x": NULL}}}, CORE, "urn:x:1", operation="merge").attributes

    def test_one_attribute(self) -> None:
        (instance,) = parse_attribute({"value": 5, "@context": []}, V + "a", CORE)
        assert (instance.value, instance.kind) == (5, "Property")
        (part,) = parse_attribute({"accuracy": {"value": 2}}, V + "a", CORE)
        assert part.value is UNSPOKEN
        assert part.attributes.keys() == {V + "accuracy"}
        with pytest.raises(BadRequestData, match="no value"):
            parse_attribute({"type": "Property"}, V + "a", CORE, whole=True)
        with pytest.raises(BadRequestData, match="empty"):
            parse_attribute({}, V + "a", CORE)
        with pytest.raises(BadRequestData, match="scope"):
            parse_attribute({"value": "/x"}, NGSI_LD + "scope", CORE)
        with pytest.raises(BadRequestData, match="geometry"):
            parse_attribute({"type": "Property", "value": 1}, LOCATION, CORE, whole=True)

    def test_an_evolution_has_many_instances_per_dataset(self) -> None:
        times = ["2020-01-01T00:00:00Z", "2020-01-01T01:00:00Z"]
        doc = {
            "id": "urn:x:1",
            "type": "T",
            "a": [{"type": "Property", "value": 1, "observedAt": time} for time in times],
            "scope": [{"value": "/B", "observedAt": times[1]}, {"value": "/A", "observedAt": times[0]}],
        }
        parsed = parse_temporal_entity(doc, CORE)
        assert [format_time(one.observed_at) for one in parsed.attributes[V + "a"] if one.observed_at] == times
        assert parsed.scope == ("/B",)
        assert parse_temporal_entity({"a": [{"value": 1}]}, CORE, fragment=True).id == ""
