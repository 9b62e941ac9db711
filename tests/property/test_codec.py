"""Laws of the codec: what is written is read back, and changes do what their names say, whatever the entity."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from madang.errors import InputError
from madang.model.entity import NULL, Attribute, Entity, decode_entity, encode_entity
from madang.ngsild import merge
from madang.ngsild.context import CORE
from madang.ngsild.json_reader import parse_json
from madang.ngsild.parse import parse_entity, parse_fragment
from madang.ngsild.serialize import CONCISE, NORMALIZED, SIMPLIFIED, Projection, Representation, render_entity
from madang.ngsild.time import FIRST_YEAR, LAST_YEAR, format_time, parse_time
from madang.testing import strategies

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 10, tzinfo=UTC)
LAWS = settings(max_examples=60, deadline=None)


def sendable(entity: Entity) -> Entity:
    """As a client could have sent it: no system times, no unit on what has none."""
    attributes = {
        name: tuple(_sendable(one) for one in instances)
        for name, instances in entity.attributes.items()
        if all(one.value != {} or one.kind != "LanguageProperty" for one in instances)
    }
    return Entity(entity.id, entity.types, attributes, entity.scope or None)


def _sendable(instance: Attribute) -> Attribute:
    unitless = instance.kind in ("Relationship", "ListRelationship")
    value = {"en": "x"} if instance.value == {} and instance.kind == "LanguageProperty" else instance.value
    return structs.replace(
        instance,
        value=value,
        created_at=None,
        modified_at=None,
        unit_code=None if unitless else instance.unit_code,
        attributes={name: tuple(map(_sendable, subs)) for name, subs in instance.attributes.items()},
    )


entities = strategies.entities().map(sendable)
fragments = strategies.fragments().map(sendable)


@LAWS
@given(entity=entities, representation=st.sampled_from([NORMALIZED, CONCISE]))
def test_lossless_formats_are_read_back(entity: Entity, representation: Representation) -> None:
    written = orjson.dumps(render_entity(entity, CORE, representation))
    assert parse_entity(parse_json(written), CORE) == entity


@LAWS
@given(entity=entities)
def test_plain_values_survive_the_simplified_format(entity: Entity) -> None:
    bare = {
        name: tuple(Attribute(one.kind, one.value, one.dataset_id if len(instances) > 1 else None) for one in instances)
        for name, instances in entity.attributes.items()
        if all(_keeps_its_kind(one) for one in instances)
    }
    plain = Entity(entity.id, entity.types, bare, entity.scope)
    assert parse_entity(render_entity(plain, CORE, SIMPLIFIED), CORE) == plain


def _keeps_its_kind(instance: Attribute) -> bool:
    """Kinds whose simplified value tells them apart (clause 4.5.4)."""
    if instance.kind == "Property":
        return not isinstance(instance.value, dict)
    return instance.kind in ("GeoProperty", "LanguageProperty", "VocabProperty", "JsonProperty")


@LAWS
@given(entity=entities)
def test_the_stored_form_is_read_back(entity: Entity) -> None:
    stored = merge.create(entity, NOW).entity
    assert decode_entity(encode_entity(stored)) == stored


@LAWS
@given(entity=entities, fragment=fragments)
def test_upsert_twice_is_upsert_once(entity: Entity, fragment: Entity) -> None:
    once = merge.upsert(merge.create(entity, NOW).entity, fragment, LATER).entity
    assert merge.upsert(once, fragment, LATER).entity == once


@LAWS
@given(entity=entities, fragment=fragments)
def test_append_without_overwrite_changes_nothing_that_exists(entity: Entity, fragment: Entity) -> None:
    old = merge.create(entity, NOW).entity
    outcome = merge.append(old, fragment, LATER, overwrite=False)
    for name, instances in old.attributes.items():
        kept = outcome.entity.attributes[name][: len(instances)]
        assert all(one is other for one, other in zip(kept, instances, strict=True))
    asked = {(name, one.dataset_id) for name, instances in fragment.attributes.items() for one in instances}
    taken = {(name, one.dataset_id) for name, one in outcome.written}
    assert len(asked) == len(taken) + len(outcome.not_updated)


@LAWS
@given(entity=entities, data=st.data())
def test_what_is_deleted_is_gone_and_the_rest_untouched(entity: Entity, data: st.DataObject) -> None:
    old = merge.create(entity, NOW).entity
    if not old.attributes:
        return
    name = data.draw(st.sampled_from(sorted(old.attributes)))
    instance = data.draw(st.sampled_from(old.attributes[name]))
    outcome = merge.delete_attribute(old, name, LATER, dataset_id=instance.dataset_id)
    left = outcome.entity.attributes.get(name, ())
    assert instance.dataset_id not in {one.dataset_id for one in left}
    assert outcome.changed == {name}
    assert outcome.removed == ((name, instance.dataset_id),)
    for other in old.attributes.keys() - {name}:
        assert outcome.entity.attributes[other] is old.attributes[other]
    assert name not in merge.delete_attribute(old, name, LATER, delete_all=True).entity.attributes


@LAWS
@given(entity=entities, fragment=fragments)
def test_replace_leaves_only_the_new_content(entity: Entity, fragment: Entity) -> None:
    old = merge.create(entity, NOW).entity
    new = merge.replace(old, fragment, LATER).entity
    assert sendable(new).attributes == fragment.attributes
    assert (new.created_at, new.modified_at) == (NOW, LATER)


@LAWS
@given(entity=entities, fragment=fragments)
def test_merging_the_same_twice_is_merging_it_once(entity: Entity, fragment: Entity) -> None:
    patch = parse_fragment(
        render_entity(fragment, CORE, projection=Projection(omit=frozenset({"type"}))), CORE, fragment.id
    )
    old = merge.create(structs.replace(entity, id=fragment.id), NOW).entity
    once = merge.merge(old, patch, LATER).entity
    assert merge.merge(once, patch, LATER).entity == once
    for name in old.attributes.keys() - fragment.attributes.keys():
        assert once.attributes[name] is old.attributes[name]


@LAWS
@given(entity=entities)
def test_merging_null_removes_every_attribute(entity: Entity) -> None:
    old = merge.create(entity, NOW).entity
    nulls = {
        name: tuple(Attribute(one.kind, NULL, one.dataset_id) for one in instances)
        for name, instances in old.attributes.items()
    }
    outcome = merge.merge(old, Entity(old.id, (), nulls), LATER)
    assert outcome.entity.attributes == {}
    assert outcome.changed == old.attributes.keys()
    assert [observation.instance for observation in merge.observations(outcome, LATER)] == [None] * len(outcome.removed)


@LAWS
@given(time=st.datetimes(datetime(FIRST_YEAR, 1, 1), datetime(LAST_YEAR, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis adds the zone
def test_times_are_read_back(time: datetime) -> None:
    assert parse_time(format_time(time)) == time


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@LAWS
@given(doc=json_values, indent=st.booleans())
def test_any_json_is_read_as_it_was_written(doc: Any, indent: bool) -> None:
    assert parse_json(orjson.dumps(doc, option=orjson.OPT_INDENT_2 if indent else None)) == doc


@LAWS
@given(doc=json_values)
def test_whatever_is_sent_is_an_entity_or_the_callers_fault(doc: Any) -> None:
    for body in (
        doc,
        {"id": "urn:x:y", "type": "T", "a": doc},
        {"id": "urn:x:y", "type": "T", "a": {"value": 1, "b": doc}},
    ):
        with suppress(InputError):
            entity = parse_entity(body, CORE)
            assert parse_entity(orjson.loads(orjson.dumps(render_entity(entity, CORE))), CORE) == entity


@LAWS
@given(doc=json_values, name=st.text(max_size=5))
def test_a_member_that_stands_twice_is_always_refused(doc: Any, name: str) -> None:
    key, value = orjson.dumps(name), orjson.dumps(doc)
    with pytest.raises(InputError, match="twice"):
        parse_json(b'{"x":[{' + key + b": " + value + b"," + key + b":" + value + b"}]}")
