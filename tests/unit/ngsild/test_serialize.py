"""Entities to JSON: each representation of clause 4.5, projections, languages, GeoJSON and evolutions."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from madang.errors import BadRequestData
from madang.model.entity import DEFAULT_VOCAB, OBSERVATION_SPACE, Attribute, Entity, Json
from madang.model.observation import Observation
from madang.model.query import Aggregate
from madang.ngsild import merge
from madang.ngsild.context import CORE, CORE_URL
from madang.ngsild.language import choose_language
from madang.ngsild.parse import parse_entity
from madang.ngsild.serialize import (
    CONCISE,
    EVERYTHING,
    NORMALIZED,
    SIMPLIFIED,
    Representation,
    parse_projection,
    render_entity,
    render_feature,
    render_feature_collection,
)
from madang.ngsild.temporal import instance_id, parse_instance_id, render_aggregated, render_temporal
from madang.ngsild.time import format_time

V = DEFAULT_VOCAB
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
POINT = {"type": "Point", "coordinates": [126.83, 37.66]}


def entity(**members: Json) -> Entity:
    return parse_entity({"id": "urn:x:1", "type": "T", **members}, CORE)


def rendered(doc: Json, representation: Representation) -> Json:
    """An attribute as it comes out again."""
    return render_entity(entity(a=doc), CORE, representation)["a"]


@pytest.mark.parametrize(
    ("doc", "concise", "simplified"),
    [
        ({"type": "Property", "value": 55}, 55, 55),
        ({"type": "Property", "value": 5, "unitCode": "CEL"}, {"value": 5, "unitCode": "CEL"}, 5),
        ({"type": "Property", "value": {"value": 1}}, {"value": {"value": 1}}, {"value": 1}),
        ({"type": "Property", "value": POINT}, {"type": "Property", "value": POINT}, POINT),
        ({"type": "GeoProperty", "value": POINT}, POINT, POINT),
        ({"type": "Relationship", "object": "urn:x:2"}, {"object": "urn:x:2"}, "urn:x:2"),
        ({"type": "LanguageProperty", "languageMap": {"en": "x"}},
         {"languageMap": {"en": "x"}}, {"languageMap": {"en": "x"}}),
        ({"type": "VocabProperty", "vocab": "wet"}, {"vocab": "wet"}, {"vocab": "wet"}),
        ({"type": "JsonProperty", "json": {"a": 1}}, {"json": {"a": 1}}, {"json": {"a": 1}}),
        ({"type": "ListProperty", "valueList": [1.2]}, {"valueList": [1.2]}, [1.2]),
        ({"type": "ListRelationship", "objectList": ["urn:x:2"]}, {"objectList": ["urn:x:2"]}, ["urn:x:2"]),
    ],
)  # fmt: skip
def test_every_kind_in_every_format(doc: Json, concise: Json, simplified: Json) -> None:
    """Clause 4.5.4, examples 1 to 8."""
    assert rendered(doc, NORMALIZED) == doc
    assert rendered(doc, CONCISE) == concise
    assert rendered(doc, SIMPLIFIED) == simplified


def test_several_instances() -> None:
    """Clause 4.5.4, example 9; the default instance never shows a datasetId."""
    doc = [{"type": "Property", "value": 55}, {"type": "Property", "value": 11, "datasetId": "urn:d:1"}]
    assert rendered(doc, NORMALIZED) == doc
    assert rendered(doc, CONCISE) == [{"value": 55}, {"value": 11, "datasetId": "urn:d:1"}]
    assert rendered(doc, SIMPLIFIED) == {"dataset": {"@none": 55, "urn:d:1": 11}}


def test_head_and_system_times() -> None:
    stored = merge.create(entity(scope=["/A", "/B"], a=1, expiresAt="2030-01-01T00:00:00Z"), NOW).entity
    times = {"createdAt": "2026-11-22T09:00:00Z", "modifiedAt": "2026-11-22T09:00:00Z"}
    assert render_entity(stored, CORE, Representation(sys_attrs=True)) == {
        "id": "urn:x:1",
        "type": "T",
        "scope": ["/A", "/B"],
        **times,
        "expiresAt": "2030-01-01T00:00:00Z",
        "a": {"type": "Property", "value": 1, **times},
    }
    assert "createdAt" not in render_entity(stored, CORE)
    assert render_entity(entity(type=["B", "A"], scope="/A"), CORE) == {
        "id": "urn:x:1",
        "type": ["A", "B"],
        "scope": "/A",
    }


def test_times_end_in_z_whatever_their_zone() -> None:
    assert format_time(NOW.astimezone()) == "2026-11-22T09:00:00Z"
    assert format_time(NOW + timedelta(microseconds=500)) == "2026-11-22T09:00:00.000500Z"


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("fr", "fr"),
        ("FR", "fr"),
        ("fr;q=0.2,nl;q=0.9", "nl"),
        ("nl-BE", "nl"),
        ("en", "en-US"),
        ("de", "@none"),
        ("*", "@none"),
        ("fr;q=0,nl;q=0.1", "nl"),
        ("fr;q=x,nl;q=0.1", "nl"),
        ("", "@none"),
    ],
)
def test_the_best_language_is_chosen(wanted: str, tag: str) -> None:
    """Clause 4.15 with RFC 4647 lookup."""
    texts = {"fr": "Grand Place", "nl": "Grote Markt", "en-US": "Main Square", "@none": "Markt"}
    assert choose_language(texts, wanted) == (tag, texts[tag])


def test_without_a_match_or_default_any_language_serves() -> None:
    assert choose_language({"ko": "강"}, "en") == ("ko", "강")


def test_a_language_filter_gives_a_property() -> None:
    doc = {"type": "LanguageProperty", "languageMap": {"fr": "Grand Place", "nl": "Grote Markt"}}
    assert rendered(doc, Representation(lang="nl")) == {"type": "Property", "value": "Grote Markt", "lang": "nl"}
    assert rendered(doc, Representation("keyValues", lang="nl")) == "Grote Markt"


@pytest.mark.parametrize(
    ("parameters", "members"),
    [
        ({}, ["id", "type", "scope", "a", "b"]),
        ({"pick": "id,a"}, ["id", "a"]),
        ({"pick": "a|b"}, ["a", "b"]),
        ({"omit": "type,scope,b"}, ["id", "a"]),
        ({"attrs": "b"}, ["id", "type", "scope", "b"]),
        ({"pick": "id,a,b", "omit": "b"}, ["id", "a"]),
        ({"dataset_ids": ["@none"]}, ["id", "type", "scope", "a"]),
    ],
)
def test_projections(parameters: dict[str, Json], members: list[str]) -> None:
    whole = entity(scope="/A", a=1, b={"value": 2, "datasetId": "urn:d:1"})
    projection = parse_projection(CORE, **parameters)
    assert list(render_entity(whole, CORE, projection=projection)) == members


@pytest.mark.parametrize("text", ["a,,b", "", "my attr"])
def test_an_odd_projection_is_refused_by_parameter(text: str) -> None:
    with pytest.raises(BadRequestData) as caught:
        parse_projection(CORE, pick=text)
    assert caught.value.faults[0].where == "pick"


def test_features_take_the_geometry_asked_for() -> None:
    """Clause 4.5.16."""
    place = entity(location=POINT, a=1)
    assert render_feature(place, CORE, SIMPLIFIED) == {
        "id": "urn:x:1",
        "type": "Feature",
        "geometry": POINT,
        "properties": {"type": "T", "location": POINT, "a": 1},
    }
    other = render_feature(place, CORE, geometry_property=OBSERVATION_SPACE, embed_context=True)
    assert other["geometry"] is None
    assert other["@context"] == CORE_URL
    collection = render_feature_collection([place, place], CORE, projection=EVERYTHING, embed_context=True)
    assert collection["@context"] == CORE_URL
    assert [feature["id"] for feature in collection["features"]] == ["urn:x:1", "urn:x:1"]
    assert "@context" not in collection["features"][0]


def observation(attribute: str, hour: int, instance: Attribute | None, dataset_id: str | None = None) -> Observation:
    at = NOW + timedelta(hours=hour)
    return Observation(V + "T", "urn:x:1", V + attribute, dataset_id, at, at, True, instance)


def test_an_evolution_normalized_and_as_pairs() -> None:
    """Clauses 4.5.7 and 4.5.9."""
    observations = [
        observation("a", 0, Attribute("Property", 1, observed_at=NOW)),
        observation("a", 1, None),
        observation("b", 0, Attribute("LanguageProperty", {"en": "x"})),
        observation("b", 0, Attribute("LanguageProperty", {"en": "y"}, dataset_id="urn:d:1"), "urn:d:1"),
    ]
    whole = render_temporal("urn:x:1", (V + "T",), ("/A",), observations, CORE)
    assert whole["a"][0] == {
        "type": "Property",
        "value": 1,
        "observedAt": "2026-11-22T09:00:00Z",
        "instanceId": instance_id(observations[0]),
    }
    assert whole["a"][1]["value"] == "urn:ngsi-ld:null"
    assert whole["a"][1]["deletedAt"] == "2026-11-22T10:00:00Z"
    pairs = render_temporal("urn:x:1", (V + "T",), ("/A",), observations, CORE, "temporalValues")
    assert pairs == {
        "id": "urn:x:1",
        "type": "T",
        "scope": "/A",
        "a": {
            "type": "Property",
            "values": [[1, "2026-11-22T09:00:00Z"], ["urn:ngsi-ld:null", "2026-11-22T10:00:00Z"]],
        },
        "b": [
            {"type": "LanguageProperty", "languageMaps": [[{"languageMap": {"en": "x"}}, "2026-11-22T09:00:00Z"]]},
            {
                "type": "LanguageProperty",
                "datasetId": "urn:d:1",
                "languageMaps": [[{"languageMap": {"en": "y"}}, "2026-11-22T09:00:00Z"]],
            },
        ],
    }


@pytest.mark.parametrize("dataset_id", [None, "urn:d:1:2"])
def test_an_instance_id_holds_time_and_dataset(dataset_id: str | None) -> None:
    one = observation("a", 1, None, dataset_id)
    assert parse_instance_id(instance_id(one)) == (one.at, dataset_id)


@pytest.mark.parametrize(
    "text", ["urn:x:1", "urn:madang:instance:", "urn:madang:instance:1e5", f"urn:madang:instance:{10**30}"]
)
def test_a_foreign_instance_id_is_refused(text: str) -> None:
    with pytest.raises(BadRequestData, match="instanceId"):
        parse_instance_id(text)


@dataclass(frozen=True)
class FakeBucket:
    attribute: str
    start: datetime
    end: datetime
    values: dict[Aggregate, float | int | None]


def test_aggregates_come_with_their_stretch() -> None:
    """Clause 4.5.19."""
    hour = timedelta(hours=1)
    buckets = [
        FakeBucket(V + "a", NOW, NOW + hour, {"avg": 1.5, "max": 2}),
        FakeBucket(V + "a", NOW + hour, NOW + 2 * hour, {"avg": None, "max": None}),
    ]
    first, second, third = ("2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z", "2026-11-22T11:00:00Z")
    assert render_aggregated("urn:x:1", (V + "T",), None, buckets, CORE, ("avg", "max")) == {
        "id": "urn:x:1",
        "type": "T",
        "a": {
            "type": "Property",
            "avg": [[1.5, first, second], [None, second, third]],
            "max": [[2, first, second], [None, second, third]],
        },
    }
