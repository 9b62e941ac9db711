"""Which subscriptions a change concerns."""

from datetime import UTC, datetime

import pytest

from madang.hub.matcher import Matcher, triggers_of
from madang.model.change import Change
from madang.model.entity import DEFAULT_VOCAB, Attribute, Entity, Json
from madang.model.subscription import Subscription, Trigger
from madang.ngsild.context import CORE
from madang.ngsild.subscription import parse_subscription

NOW = datetime(2026, 11, 22, tzinfo=UTC)
A, B = DEFAULT_VOCAB + "a", DEFAULT_VOCAB + "b"


def subscription(name: str, **members: Json) -> Subscription:
    doc = {
        "id": f"urn:s:{name}",
        "type": "Subscription",
        "entities": [{"type": "T"}],
        "notification": {"endpoint": {"uri": "http://x"}},
        **members,
    }
    return parse_subscription(doc, CORE)


def entity(kind: str = "T", name: str = "1", **values: int) -> Entity:
    attributes = {DEFAULT_VOCAB + key: (Attribute("Property", value),) for key, value in values.items()}
    return Entity(f"urn:x:{name}", (DEFAULT_VOCAB + kind,), attributes)


def update(before: Entity, after: Entity, *names: str) -> Change:
    return Change("", after.id, "updated", before, after, frozenset(names), NOW)


def test_ten_thousand_subscriptions_leave_few_candidates() -> None:
    matcher = Matcher()
    for number in range(10_000):
        matcher.put(
            "", subscription(str(number), entities=[{"type": f"T{number % 100}"}], watchedAttributes=[f"a{number}"])
        )
    change = update(entity("T7", a7=1), entity("T7", a7=2), DEFAULT_VOCAB + "a7")
    assert list(matcher.candidates(change)) == ["urn:s:7"]


def test_a_replaced_subscription_is_found_in_its_new_place_only() -> None:
    matcher = Matcher()
    matcher.put("", subscription("1", watchedAttributes=["a"]))
    matcher.put("", subscription("1", watchedAttributes=["b"]))
    assert matcher.find(update(entity(a=1, b=1), entity(a=2, b=1), A)) == []
    assert len(matcher.find(update(entity(a=1, b=1), entity(a=1, b=2), B))) == 1
    matcher.remove("", "urn:s:1")
    assert matcher.find(update(entity(a=1, b=1), entity(a=1, b=2), B)) == []


def test_a_subscription_without_entities_watches_all_types() -> None:
    matcher = Matcher()
    matcher.put(
        "", parse_subscription({**subscription("1").source, "type": "Subscription", "watchedAttributes": ["a"]}, CORE)
    )
    matcher.put("other", subscription("2"))
    assert [found.id for found in matcher.find(update(entity(a=1), entity(a=2), A))] == ["urn:s:1"]


CREATED = Change("", "urn:x:1", "created", None, entity(a=1), frozenset({A}), NOW)
DELETED = Change("", "urn:x:1", "deleted", entity(a=1), None, frozenset({A}), NOW)


@pytest.mark.parametrize(
    ("change", "watched", "happened"),
    [
        (
            Change("", "urn:x:1", "created", None, entity(a=1), frozenset({A}), NOW),
            (),
            {"entityCreated", "attributeCreated"},
        ),
        (
            Change("", "urn:x:1", "deleted", entity(a=1), None, frozenset({A}), NOW),
            (),
            {"entityDeleted", "attributeDeleted"},
        ),
        (update(entity(a=1), entity(a=2), A), (), {"entityUpdated", "attributeUpdated"}),
        (update(entity(a=1), entity(a=1, b=1), B), (), {"entityUpdated", "attributeCreated"}),
        (update(entity(a=1, b=1), entity(a=1), B), (B,), {"entityUpdated", "attributeDeleted"}),
        (update(entity(a=1), entity(a=2), A), (B,), set()),
    ],
)
def test_what_happened_is_named(change: Change, watched: tuple[str, ...], happened: set[Trigger]) -> None:
    assert triggers_of(change, watched) == happened
