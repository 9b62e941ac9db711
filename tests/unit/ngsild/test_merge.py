"""What each operation does to an entity. Examples of clause 5.5.8 and 5.5.12 are named."""

from datetime import UTC, datetime

import pytest

from madang.errors import BadRequestData, NotFound
from madang.model.entity import CORE as NGSI_LD
from madang.model.entity import DEFAULT_VOCAB, Attribute, Entity, Json
from madang.ngsild import merge
from madang.ngsild.context import CORE
from madang.ngsild.merge import Outcome
from madang.ngsild.parse import Operation, parse_attribute, parse_entity, parse_fragment
from madang.ngsild.serialize import SIMPLIFIED, render_entity

V = DEFAULT_VOCAB
NULL = "urn:ngsi-ld:null"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 10, tzinfo=UTC)


def stored(**members: Json) -> Entity:
    return merge.create(parse_entity({"id": "urn:x:1", "type": "T", **members}, CORE), NOW).entity


def fragment(operation: Operation = "merge", **members: Json) -> Entity:
    return parse_fragment(members, CORE, "urn:x:1", operation=operation)


def merged(old: Entity, lang: str | None = None, observed_at: datetime | None = None, **members: Json) -> Entity:
    return merge.merge(old, fragment(**members), LATER, lang=lang, observed_at=observed_at).entity


def shown(entity: Entity) -> Json:
    """Attributes as normalized JSON."""
    return {name: doc for name, doc in render_entity(entity, CORE).items() if name not in ("id", "type")}


def plain(outcome: Outcome) -> Json:
    return {
        name: doc for name, doc in render_entity(outcome.entity, CORE, SIMPLIFIED).items() if name not in ("id", "type")
    }


TEMPERATURE = {"type": "Property", "value": 25, "unitCode": "CEL", "observedAt": "2022-03-14T01:59:26.535000Z"}


def test_create_stamps_entity_and_instances() -> None:
    entity = stored(a=1)
    assert (entity.created_at, entity.modified_at) == (NOW, NOW)
    (instance,) = entity.attributes[V + "a"]
    assert (instance.created_at, instance.modified_at) == (NOW, NOW)


def test_a_change_keeps_when_it_was_created() -> None:
    outcome = merge.append(stored(a=1, b=2), fragment("append", a=3), LATER, overwrite=True)
    (instance,) = outcome.entity.attributes[V + "a"]
    assert (instance.created_at, instance.modified_at) == (NOW, LATER)
    assert (outcome.entity.created_at, outcome.entity.modified_at) == (NOW, LATER)
    assert outcome.changed == {V + "a"}
    assert outcome.written == ((V + "a", instance),)


def test_append_without_overwrite_tells_what_it_left() -> None:
    outcome = merge.append(stored(a=1), fragment("append", a=3, b=2), LATER, overwrite=False)
    assert plain(outcome) == {"a": 1, "b": 2}
    assert [name for name, _ in outcome.not_updated] == [V + "a"]
    assert outcome.changed == {V + "b"}


def test_append_adds_an_instance_of_another_dataset() -> None:
    outcome = merge.append(
        stored(a=1), fragment("append", a={"value": 2, "datasetId": "urn:d:1"}), LATER, overwrite=False
    )
    assert plain(outcome) == {"a": {"dataset": {"@none": 1, "urn:d:1": 2}}}


@pytest.mark.parametrize(("overwrite", "scope"), [(True, ("/B",)), (False, ("/A", "/B"))])
def test_append_replaces_or_adds_scopes(overwrite: bool, scope: tuple[str, ...]) -> None:
    outcome = merge.append(stored(scope="/A"), fragment("append", scope="/B"), LATER, overwrite=overwrite)
    assert outcome.entity.scope == scope
    assert outcome.entity.modified_at == LATER
    assert outcome.changed == frozenset()


def test_types_are_added() -> None:
    for outcome in (
        merge.append(stored(), fragment(type="S"), LATER, overwrite=False),
        merge.update(stored(), fragment(type="S"), LATER),
        merge.merge(stored(), fragment(type=["S", "T"]), LATER),
    ):
        assert outcome.entity.types == (V + "S", V + "T")


def test_update_replaces_whole_attributes() -> None:
    """Clause 5.5.8, example 2: unitCode is gone."""
    new = {"type": "Property", "value": 100, "observedAt": "2022-03-14T13:00:00Z"}
    outcome = merge.update(stored(t=TEMPERATURE), fragment("update", t=new), LATER)
    assert shown(outcome.entity) == {"t": new}


def test_update_with_null_removes_and_refuses_what_is_not_there() -> None:
    """Clause 5.5.8, example 3."""
    outcome = merge.update(stored(a=1, b=2), fragment("update", a=NULL, c=3), LATER)
    assert plain(outcome) == {"b": 2}
    assert outcome.removed == ((V + "a", None),)
    assert [name for name, _ in outcome.not_updated] == [V + "c"]


def test_a_partial_update_overwrites_members() -> None:
    """Clause 5.5.8, example 1: unitCode stays."""
    part = parse_attribute({"type": "Property", "value": 100, "observedAt": "2022-03-14T13:00:00Z"}, V + "t", CORE)
    outcome = merge.partial_update(stored(t=TEMPERATURE), V + "t", part, LATER)
    assert shown(outcome.entity)["t"] == TEMPERATURE | {"value": 100, "observedAt": "2022-03-14T13:00:00Z"}


def test_a_partial_update_replaces_values_and_sub_attributes_as_wholes() -> None:
    old = stored(a={"value": {"x": 1, "y": 2}, "s": {"value": 1, "unitCode": "C62"}, "r": 1})
    part = parse_attribute({"value": {"x": 3}, "s": 5, "r": NULL}, V + "a", CORE)
    assert shown(merge.partial_update(old, V + "a", part, LATER).entity)["a"] == {
        "type": "Property",
        "value": {"x": 3},
        "s": {"type": "Property", "value": 5},
    }


def test_a_partial_update_keeps_the_kind() -> None:
    old = stored(r={"object": "urn:x:2"})
    part = parse_attribute({"value": "urn:x:3"}, V + "r", CORE)
    assert shown(merge.partial_update(old, V + "r", part, LATER).entity)["r"]["object"] == "urn:x:3"
    for doc in ({"value": 5}, {"type": "Property", "value": 5}):
        with pytest.raises(BadRequestData, match="is a Relationship"):
            merge.partial_update(old, V + "r", parse_attribute(doc, V + "r", CORE), LATER)


@pytest.mark.parametrize("doc", [{"value": 1, "datasetId": "urn:d:1"}, {"value": 1}])
def test_a_partial_update_needs_its_instance(doc: Json) -> None:
    name = "a" if "datasetId" in doc else "b"
    with pytest.raises(NotFound):
        merge.partial_update(stored(a=1), V + name, parse_attribute(doc, V + name, CORE), LATER)


def test_merge_goes_into_the_value() -> None:
    """Clause 5.5.12 with RFC 7396: named members change, null removes, the rest stays."""
    old = stored(a={"value": {"street": "Old", "city": "Berlin", "country": "DE", "geo": {"x": 1, "y": 2}}})
    new = merged(old, a={"value": {"street": "New", "country": NULL, "geo": {"y": NULL}}})
    assert shown(new)["a"]["value"] == {"street": "New", "city": "Berlin", "geo": {"x": 1}}
    assert shown(old)["a"]["value"]["country"] == "DE"


def test_merge_goes_into_parts_of_attributes() -> None:
    old = stored(t=TEMPERATURE | {"s": {"type": "Property", "value": 1, "unitCode": "C62"}})
    assert shown(merged(old, t={"value": 6}))["t"]["unitCode"] == "CEL"
    assert "unitCode" not in shown(merged(old, t={"unitCode": NULL}))["t"]
    assert shown(merged(old, t={"s": {"value": 2}}))["t"]["s"] == {"type": "Property", "value": 2, "unitCode": "C62"}
    assert "s" not in shown(merged(old, t={"type": "Property", "s": NULL}))["t"]


def test_merge_goes_into_language_maps() -> None:
    old = stored(l={"languageMap": {"ko": "강", "en": "river"}})
    assert shown(merged(old, l={"languageMap": {"en": NULL, "fr": "rivière"}}))["l"]["languageMap"] == {
        "ko": "강",
        "fr": "rivière",
    }
    assert shown(merged(old, lang="en", l="stream"))["l"]["languageMap"] == {"ko": "강", "en": "stream"}


def test_merge_adds_what_is_not_there_without_its_nulls() -> None:
    new = merged(stored(), a={"value": {"x": 1, "y": NULL}, "s": NULL})
    assert shown(new) == {"a": {"type": "Property", "value": {"x": 1}}}


def test_merge_removes_one_instance() -> None:
    old = stored(a=[{"value": 1}, {"value": 2, "datasetId": "urn:d:1"}])
    assert shown(merged(old, a=NULL)) == {"a": {"type": "Property", "value": 2, "datasetId": "urn:d:1"}}


def test_merge_takes_another_kind_as_a_new_attribute() -> None:
    old = stored(a={"value": 1, "unitCode": "C62"})
    assert shown(merged(old, a={"object": "urn:x:2"})) == {"a": {"type": "Relationship", "object": "urn:x:2"}}


@pytest.mark.parametrize(
    ("before", "bare", "kind"),
    [
        ({"object": "urn:x:2"}, "urn:x:3", "Relationship"),
        ({"object": "urn:x:2"}, "not a uri", "Property"),
        ({"objectList": ["urn:x:2"]}, ["urn:x:3"], "ListRelationship"),
        ({"valueList": [1]}, [2], "ListProperty"),
        ({"value": 1}, 2, "Property"),
    ],
)
def test_a_bare_value_keeps_the_kind_where_it_fits(before: Json, bare: Json, kind: str) -> None:
    (instance,) = merged(stored(a=before), a=bare).attributes[V + "a"]
    assert (instance.kind, instance.value) == (kind, bare)


def test_merge_sets_observed_at_where_there_was_one() -> None:
    new = shown(merged(stored(t=TEMPERATURE, a=1), observed_at=LATER, t=6, a=2))
    assert new["t"]["observedAt"] == "2026-11-22T10:00:00Z"
    assert "observedAt" not in new["a"]
    own = {"value": 7, "observedAt": "2020-01-01T00:00:00Z"}
    assert shown(merged(stored(t=TEMPERATURE), observed_at=LATER, t=own))["t"]["observedAt"] == "2020-01-01T00:00:00Z"


def test_merge_replaces_and_removes_the_scope() -> None:
    assert merged(stored(scope="/A"), scope="/B").scope == ("/B",)
    assert merged(stored(scope="/A"), scope=NULL).scope is None
    assert merged(stored(scope="/A"), a=1).scope == ("/A",)


def test_replace_keeps_creation_times_and_tells_what_is_gone() -> None:
    new = parse_entity({"id": "urn:x:1", "type": "S", "a": 5, "c": 1}, CORE)
    outcome = merge.replace(stored(a=1, b=2, scope="/A"), new, LATER)
    assert plain(outcome) == {"a": 5, "c": 1}
    assert outcome.entity.types == (V + "S",)
    assert outcome.entity.scope is None
    assert outcome.removed == ((V + "b", None),)
    assert outcome.changed == {V + "a", V + "b", V + "c"}
    assert [one.created_at for name in "ac" for one in outcome.entity.attributes[V + name]] == [NOW, LATER]


def test_replace_attribute_replaces_the_instance_of_its_dataset() -> None:
    old = stored(a=[{"value": 1}, {"value": 2, "datasetId": "urn:d:1"}])
    new = parse_attribute({"type": "Property", "value": 3, "datasetId": "urn:d:1"}, V + "a", CORE, whole=True)
    assert plain(merge.replace_attribute(old, V + "a", new, LATER)) == {"a": {"dataset": {"@none": 1, "urn:d:1": 3}}}
    with pytest.raises(NotFound, match="has no attribute"):
        merge.replace_attribute(old, V + "b", new, LATER)


def test_delete_needs_its_instance() -> None:
    old = stored(a={"value": 2, "datasetId": "urn:d:1"})
    with pytest.raises(NotFound, match="has no attribute"):
        merge.delete_attribute(old, V + "a", LATER)
    with pytest.raises(NotFound, match="urn:d:2"):
        merge.delete_attribute(old, V + "a", LATER, dataset_id="urn:d:2")
    with pytest.raises(NotFound):
        merge.delete_attribute(old, V + "b", LATER, delete_all=True)


def test_the_scope_is_deleted_by_its_name() -> None:
    assert merge.delete_attribute(stored(scope="/A"), NGSI_LD + "scope", LATER).entity.scope is None
    with pytest.raises(NotFound, match="no scope"):
        merge.delete_attribute(stored(), NGSI_LD + "scope", LATER)


def test_nothing_changed_leaves_modified_at() -> None:
    outcome = merge.update(stored(a=1), fragment("update", b=1), LATER)
    assert outcome.changed == frozenset()
    assert outcome.entity.modified_at == NOW


def test_a_fragment_without_value_is_refused_where_a_whole_is_needed() -> None:
    with pytest.raises(BadRequestData, match="whole attribute"):
        merge.append(stored(), fragment(a={"unitCode": "CEL"}), LATER, overwrite=True)


def test_observations_tell_what_was_written_and_removed() -> None:
    old = stored(a=1, b=2)
    outcome = merge.update(old, fragment("update", a=TEMPERATURE, b=NULL), LATER)
    written, removed = merge.observations(outcome, LATER)
    assert (written.entity_type, written.entity_id, written.attribute) == (V + "T", "urn:x:1", V + "a")
    assert (written.at, written.observed) == (datetime(2022, 3, 14, 1, 59, 26, 535_000, UTC), True)
    assert written.recorded_at == LATER
    assert written.instance is not None
    assert written.instance.value == 25
    assert (removed.attribute, removed.at, removed.observed, removed.instance) == (V + "b", LATER, False, None)


def test_same_content_looks_past_the_systems_times() -> None:
    (one,) = stored(a=1).attributes[V + "a"]
    assert merge.same_content(one, Attribute("Property", 1, created_at=LATER))
    assert not merge.same_content(one, Attribute("Property", 2))
