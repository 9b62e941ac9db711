"""Subscriptions and notifications on the wire."""

from datetime import UTC, datetime
from typing import Any

import pytest

from madang.errors import BadRequestData, OperationNotSupported
from madang.model.change import Change
from madang.model.entity import DEFAULT_VOCAB, LOCATION, Entity, Json
from madang.model.query import Exists, Path
from madang.model.subscription import Delivery, Subscription
from madang.ngsild import merge
from madang.ngsild.context import CORE, CORE_URL
from madang.ngsild.parse import parse_entity, parse_fragment
from madang.ngsild.subscription import (
    decode_subscription,
    encode_subscription,
    parse_subscription,
    patched,
    render_notification,
    render_notified,
    render_subscription,
)

V = DEFAULT_VOCAB
NULL = "urn:ngsi-ld:null"
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 10, tzinfo=UTC)
ENDPOINT = {"uri": "http://example.org/notify"}


def document(**members: Json) -> dict[str, Json]:
    whole = {
        "id": "urn:s:1",
        "type": "Subscription",
        "entities": [{"type": "T"}],
        "notification": {"endpoint": ENDPOINT},
        **members,
    }
    return {name: value for name, value in whole.items() if value is not None}


def subscription(**members: Json) -> Subscription:
    return parse_subscription(document(**members), CORE)


def notified(**notification: Json) -> Subscription:
    triggers = ["attributeCreated", "attributeUpdated", "attributeDeleted", "entityDeleted"]
    return subscription(notification={"endpoint": ENDPOINT, **notification}, notificationTrigger=triggers)


def test_everything_is_read() -> None:
    read = subscription(
        entities=[{"type": "T", "idPattern": "^urn"}, {"type": ["A", "B"], "id": "urn:x:1"}],
        watchedAttributes=["speed"],
        q="speed",
        geoQ={"georel": "near;maxDistance==100", "geometry": "Point", "coordinates": [126.8, 37.6]},
        scopeQ="/Goyang/#",
        throttling=5,
        expiresAt="2030-01-01T00:00:00Z",
        isActive=False,
        notificationTrigger=["entityDeleted", "entityCreated"],
        notification={
            "attributes": ["speed"],
            "format": "simplified",
            "sysAttrs": True,
            "endpoint": {**ENDPOINT, "accept": "application/ld+json", "timeout": 500,
                         "receiverInfo": [{"key": "X-Key", "value": "abc"}]},
        },
    )  # fmt: skip
    assert [selector.id_pattern for selector in read.selectors] == ["^urn", None]
    assert read.selectors[0].types == V + "T"
    assert read.watched == (V + "speed",)
    assert read.q == Exists(Path((V + "speed",)))
    assert read.geo is not None
    assert (read.geo.property, read.geo.max_distance_m) == (LOCATION, 100)
    assert read.throttling_s == 5
    assert read.triggers == ("entityCreated", "entityDeleted")
    assert read.notification.format == "keyValues"
    assert read.notification.attributes == (V + "speed",)
    assert read.notification.endpoint.timeout_s == 0.5
    assert read.notification.endpoint.receiver_info == (("X-Key", "abc"),)
    assert (read.status(NOW), read.status(datetime(2031, 1, 1, tzinfo=UTC))) == ("paused", "expired")


@pytest.mark.parametrize(
    ("members", "where", "what"),
    [
        ({"type": "T"}, "/type", "Subscription"),
        ({"id": "x"}, "/id", "URI"),
        ({"entities": None}, "", "entities or watchedAttributes"),
        ({"entities": []}, "/entities", "non-empty"),
        ({"entities": [{"id": "urn:x:1"}]}, "/entities/0/type", "type"),
        ({"entities": [{"type": "T", "id": "x"}]}, "/entities/0/id", "URI"),
        ({"entities": [{"type": "T", "idPattern": "("}]}, "/entities/0/idPattern", "regular expression"),
        ({"watchedAttributes": []}, "/watchedAttributes", "non-empty"),
        ({"watchedAttributes": ["my attr"]}, "/watchedAttributes/0", "not a name"),
        ({"q": "speed>"}, "/q", ""),
        ({"csf": "(("}, "/csf", ""),
        ({"geoQ": {"georel": "near"}}, "/geoQ", ""),
        ({"throttling": 0}, "/throttling", "above zero"),
        ({"throttling": 1, "timeInterval": 1}, "/timeInterval", "neither"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "/expiresAt", "past"),
        ({"notificationTrigger": ["entityChanged"]}, "/notificationTrigger/0", "entityChanged"),
        ({"isActive": "yes"}, "/isActive", "true or false"),
        ({"notification": None}, "/notification", "needs a notification"),
        ({"notification": {}}, "/notification/endpoint", "endpoint"),
        ({"notification": {"endpoint": {"uri": "x"}}}, "/notification/endpoint/uri", "URI"),
        ({"notification": {"endpoint": {**ENDPOINT, "accept": "text/x"}}}, "/notification/endpoint/accept", "accept"),
        ({"notification": {"endpoint": ENDPOINT, "attributes": []}}, "/notification/attributes", "non-empty"),
        ({"notification": {"endpoint": ENDPOINT, "format": "x"}}, "/notification/format", "one of"),
        ({"notification": {"endpoint": ENDPOINT, "format": "simplified", "showChanges": True}},
         "/notification/showChanges", "simplified"),
        ({"notification": {"endpoint": {**ENDPOINT, "receiverInfo": [{"key": "a", "value": "b\r\nX: y"}]}}},
         "/notification/endpoint/receiverInfo/0", "one line"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_place(members: Json, where: str, what: str) -> None:
    with pytest.raises(BadRequestData) as caught:
        parse_subscription(document(**members), CORE, now=NOW)
    assert caught.value.faults[0].where == where
    assert what in caught.value.detail


@pytest.mark.parametrize(
    "members",
    [{"temporalQ": {}}, {"notification": {"endpoint": {"uri": "mqtt://x/y"}}},
     {"notification": {"endpoint": ENDPOINT, "join": "flat"}}],
)  # fmt: skip
def test_what_is_not_offered_is_said_to_be(members: Json) -> None:
    with pytest.raises(OperationNotSupported):
        subscription(**members)


def test_read_only_members_are_ignored() -> None:
    doc = document(status="expired", __context="x", notification={"endpoint": ENDPOINT, "timesSent": 42})
    shown = render_subscription(parse_subscription(doc, CORE), CORE, NOW)
    assert shown == document(status="active", notificationTrigger=["attributeCreated", "attributeUpdated"])


def test_delivery_is_told() -> None:
    delivery = Delivery(2, 1, LATER, NOW, LATER)
    assert render_subscription(subscription(), CORE, NOW, delivery)["notification"] == {
        "endpoint": ENDPOINT,
        "timesSent": 2,
        "timesFailed": 1,
        "status": "failed",
        "lastNotification": "2026-11-22T10:00:00Z",
        "lastSuccess": "2026-11-22T09:00:00Z",
        "lastFailure": "2026-11-22T10:00:00Z",
    }


def test_it_survives_the_store_without_its_context_being_fetched() -> None:
    kept = subscription(q="speed>5", watchedAttributes=["speed"])
    assert decode_subscription(encode_subscription(kept, CORE)) == (kept, CORE)


def test_an_update_replaces_members_and_null_removes() -> None:
    old = subscription(q="speed", expiresAt="2030-01-01T00:00:00Z", description="x")
    fragment = {"q": "noise", "expiresAt": None, "description": NULL, "notification": {"format": "concise"}}
    assert patched(old, fragment) == document(q="noise", notification={"endpoint": ENDPOINT, "format": "concise"})


def change(before: dict[str, Json] | None, fragment: dict[str, Json] | None) -> Change:
    """A change as the hub tells it: created (before None), deleted (fragment None) or merged."""
    new = fragment or {}
    if before is None:
        after = merge.create(parse_entity({"id": "urn:x:1", "type": "T", **new}, CORE), NOW).entity
        return Change("", "urn:x:1", "created", None, after, frozenset(after.attributes), NOW)
    old: Entity = merge.create(parse_entity({"id": "urn:x:1", "type": "T", **before}, CORE), NOW).entity
    if fragment is None:
        return Change("", "urn:x:1", "deleted", old, None, frozenset(old.attributes), LATER)
    outcome = merge.merge(old, parse_fragment(new, CORE, "urn:x:1"), LATER)
    return Change("", "urn:x:1", "updated", old, outcome.entity, outcome.changed, LATER)


HEAD: dict[str, Any] = {"id": "urn:x:1", "type": "T"}


def test_a_notification_shows_what_was_asked_for() -> None:
    created = change(None, {"a": 1, "b": 2})
    assert render_notified(notified(format="keyValues"), created, CORE) == HEAD | {"a": 1, "b": 2}
    assert render_notified(notified(format="keyValues", attributes=["b"]), created, CORE) == HEAD | {"b": 2}
    assert render_notified(notified(format="concise", pick=["id", "a"]), created, CORE) == {"id": "urn:x:1", "a": 1}


def test_changes_come_with_what_was_before() -> None:
    shown = render_notified(notified(showChanges=True), change({"a": 1, "b": 2}, {"a": 5}), CORE)
    assert shown["a"] == {"type": "Property", "value": 5, "previousValue": 1}
    assert shown["b"] == {"type": "Property", "value": 2}


def test_what_was_removed_is_null() -> None:
    removed = change({"l": {"languageMap": {"en": "x"}}, "a": 1}, {"l": NULL})
    assert render_notified(notified(showChanges=True), removed, CORE)["l"] == {
        "type": "LanguageProperty",
        "languageMap": {"@none": NULL},
        "previousLanguageMap": {"en": "x"},
    }
    assert render_notified(notified(format="keyValues"), removed, CORE)["l"] == NULL
    one_of_two = change({"a": [{"value": 1}, {"value": 2, "datasetId": "urn:d:1"}]}, {"a": NULL})
    assert render_notified(notified(), one_of_two, CORE)["a"] == [
        {"type": "Property", "value": 2, "datasetId": "urn:d:1"},
        {"type": "Property", "value": NULL},
    ]


def test_a_deleted_entity_says_when() -> None:
    deleted = change({"a": 1}, None)
    only_entities = subscription(notificationTrigger=["entityDeleted"])
    assert render_notified(only_entities, deleted, CORE) == HEAD | {"deletedAt": "2026-11-22T10:00:00Z"}
    assert render_notified(notified(showChanges=True), deleted, CORE)["a"] == {
        "type": "Property",
        "value": NULL,
        "previousValue": 1,
    }


def test_the_notification_document() -> None:
    plain = render_notification(subscription(), "urn:n:1", [HEAD], CORE, NOW)
    assert plain == {
        "id": "urn:n:1",
        "type": "Notification",
        "subscriptionId": "urn:s:1",
        "notifiedAt": "2026-11-22T09:00:00Z",
        "data": [HEAD],
    }
    linked = notified(endpoint={**ENDPOINT, "accept": "application/ld+json"})
    assert render_notification(linked, "urn:n:1", [HEAD], CORE, NOW) == plain | {"@context": CORE_URL}


def test_geojson_is_a_feature_collection() -> None:
    geo = notified(endpoint={**ENDPOINT, "accept": "application/geo+json"}, format="keyValues")
    feature = render_notified(geo, change(None, {"a": 1}), CORE)
    assert feature == {"id": "urn:x:1", "type": "Feature", "geometry": None, "properties": {"type": "T", "a": 1}}
    data = render_notification(geo, "urn:n:1", [feature], CORE, NOW)["data"]
    assert data == {"type": "FeatureCollection", "features": [feature]}
