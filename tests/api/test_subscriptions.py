"""Subscriptions and what is sent for them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import orjson
import pytest
from tests.api.city import TestCity

from madang.hub.subscriptions import Subscriptions
from madang.model.change import Change
from madang.model.entity import Json

HOOK = "http://hook.example/notify"
ID = "urn:ngsi-ld:Subscription:1"


def subscription(**members: Json) -> Json:
    return {
        "id": ID,
        "type": "Subscription",
        "entities": [{"type": "ParkingLot"}],
        "notification": {"endpoint": {"uri": HOOK}},
        **members,
    }


def lot(free: int, name: str = "1", kind: str = "ParkingLot") -> Json:
    return {"id": f"urn:ngsi-ld:{kind}:{name}", "type": kind, "free": {"type": "Property", "value": free}}


@asynccontextmanager
async def matching(town: TestCity) -> AsyncIterator[None]:
    """Every commit made inside is matched, and what it calls for is delivered, when the block ends."""
    end = Change("", "urn:end", "updated", None, None, frozenset(), town.clock.now())
    told: list[Sequence[Change]] = []
    async with town.city.bus.listen() as news:
        yield
        town.city.bus.publish([end])
        while (changes := await news.__anext__()) != [end]:
            told.append(changes or ())
    for changes in told:
        await town.city.subscriptions.match(changes)
    await town.city.subscriptions.deliver()


def sent(town: TestCity) -> list[Json]:
    return [orjson.loads(body) for _, _, body in town.postbox.letters]


async def test_a_change_is_sent_with_its_headers(town: TestCity, api: httpx.AsyncClient) -> None:
    info = [{"key": "Authorization", "value": "Bearer x"}]
    endpoint = {"uri": HOOK, "receiverInfo": info}
    await api.post("/subscriptions", json=subscription(notification={"endpoint": endpoint}))
    async with matching(town):
        await api.post("/entities", json=lot(7))
    (letter,) = town.postbox.letters
    doc = orjson.loads(letter[2])
    assert (letter[0], doc["type"], doc["subscriptionId"]) == (HOOK, "Notification", ID)
    assert doc["data"] == [lot(7)]
    assert letter[1]["Content-Type"] == "application/json"
    assert letter[1]["Authorization"] == "Bearer x"
    assert "ngsi-ld-core-context" in letter[1]["Link"]


async def test_one_batch_is_one_notification(town: TestCity, api: httpx.AsyncClient) -> None:
    await api.post("/subscriptions", json=subscription())
    async with matching(town):
        await api.post("/entityOperations/create", json=[lot(1, "1"), lot(2, "2"), lot(3, "x", "Other")])
    (doc,) = sent(town)
    assert [item["id"] for item in doc["data"]] == ["urn:ngsi-ld:ParkingLot:1", "urn:ngsi-ld:ParkingLot:2"]


@pytest.mark.parametrize(
    ("members", "wanted"),
    [
        ({"watchedAttributes": ["free"]}, True),
        ({"watchedAttributes": ["colour"]}, False),
        ({"entities": [{"type": "Other"}]}, False),
        ({"entities": [{"type": "ParkingLot", "id": "urn:ngsi-ld:ParkingLot:1"}]}, True),
        ({"entities": [{"type": "ParkingLot", "id": "urn:ngsi-ld:ParkingLot:2"}]}, False),
        ({"entities": [{"type": "ParkingLot", "idPattern": ".*:1$"}]}, True),
        ({"entities": [{"type": "ParkingLot", "idPattern": ".*:2$"}]}, False),
        ({"q": "free<10"}, True),
        ({"q": "free>10"}, False),
        ({"scopeQ": "/Goyang"}, False),
        ({"isActive": False}, False),
        ({"notificationTrigger": ["entityDeleted"]}, False),
        ({"notificationTrigger": ["attributeUpdated"]}, True),
        (
            {"geoQ": {"georel": "within", "geometry": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}},
            False,
        ),
    ],
)
async def test_only_what_was_asked_for_is_sent(
    town: TestCity, api: httpx.AsyncClient, members: Json, wanted: bool
) -> None:
    await api.post("/entities", json=lot(20))
    assert (await api.post("/subscriptions", json=subscription(**members))).status_code == 201
    async with matching(town):
        await api.patch("/entities/urn:ngsi-ld:ParkingLot:1/attrs", json={"free": 5})
    assert bool(sent(town)) is wanted


async def test_a_deletion_is_sent_to_who_asked_for_it(town: TestCity, api: httpx.AsyncClient) -> None:
    await api.post("/entities", json=lot(20))
    await api.post("/subscriptions", json=subscription(notificationTrigger=["entityDeleted"]))
    async with matching(town):
        await api.delete("/entities/urn:ngsi-ld:ParkingLot:1")
    (doc,) = sent(town)
    assert doc["data"][0]["deletedAt"]


async def test_throttling_lets_one_through_at_a_time(town: TestCity, api: httpx.AsyncClient) -> None:
    await api.post("/subscriptions", json=subscription(throttling=10))
    for free in (1, 2):
        async with matching(town):
            await api.post("/entityOperations/upsert", json=[lot(free)])
    town.clock.advance(10)
    async with matching(town):
        await api.post("/entityOperations/upsert", json=[lot(3)])
    assert [doc["data"][0]["free"]["value"] for doc in sent(town)] == [1, 3]


async def test_an_expired_subscription_is_silent(town: TestCity, api: httpx.AsyncClient) -> None:
    await api.post("/subscriptions", json=subscription(expiresAt="2026-11-22T09:00:05Z"))
    town.clock.advance(5)
    async with matching(town):
        await api.post("/entities", json=lot(7))
    assert sent(town) == []
    assert (await api.get(f"/subscriptions/{ID}")).json()["status"] == "expired"


async def test_a_periodic_subscription_is_told_what_is_there(town: TestCity, api: httpx.AsyncClient) -> None:
    await api.post("/entityOperations/create", json=[lot(1, "1"), lot(20, "2")])
    await api.post("/subscriptions", json=subscription(timeInterval=60, q="free<10"))
    for seconds, letters in ((59, 0), (1, 1), (30, 1), (30, 2)):
        town.clock.advance(seconds)
        await town.city.subscriptions.notify_periodic(town.clock.now())
        await town.city.subscriptions.deliver()
        assert len(sent(town)) == letters
    assert [item["id"] for item in sent(town)[0]["data"]] == ["urn:ngsi-ld:ParkingLot:1"]


async def test_what_cannot_be_delivered_is_tried_again_and_then_kept(town: TestCity, api: httpx.AsyncClient) -> None:
    await api.post("/subscriptions", json=subscription())
    town.postbox.answers[HOOK] = 0
    async with matching(town):
        await api.post("/entities", json=lot(7))
    counts = [await town.city.subscriptions.counts()]
    for _ in range(2):
        await town.city.subscriptions.deliver()  # nothing is due yet
        town.clock.advance(60)
        await town.city.subscriptions.deliver()
        counts.append(await town.city.subscriptions.counts())
    assert [(c.accepted, c.delivered, c.pending, c.dead) for c in counts] == [(1, 0, 1, 0), (1, 0, 1, 0), (1, 0, 0, 1)]
    (dead,) = await town.city.subscriptions.dead_letters("", limit=10)
    assert "could not be reached" in dead.last_error
    notification = (await api.get(f"/subscriptions/{ID}")).json()["notification"]
    assert (notification["status"], notification["timesSent"], notification["timesFailed"]) == ("failed", 3, 3)
    town.postbox.answers[HOOK] = 200
    assert await town.city.subscriptions.resend([dead.id]) == 1
    await town.city.subscriptions.deliver()
    final = await town.city.subscriptions.counts()
    assert (final.accepted, final.delivered, final.pending, final.dead) == (1, 1, 0, 0)


async def test_a_receiver_that_refuses_is_not_asked_again(town: TestCity, api: httpx.AsyncClient) -> None:
    await api.post("/subscriptions", json=subscription())
    town.postbox.answers[HOOK] = 410
    async with matching(town):
        await api.post("/entities", json=lot(7))
    assert (await town.city.subscriptions.counts()).dead == 1


async def test_subscriptions_are_made_found_changed_and_deleted(town: TestCity, api: httpx.AsyncClient) -> None:
    made = await api.post("/subscriptions/", json=subscription(description="free places"))
    assert (made.status_code, made.headers["location"]) == (201, f"/ngsi-ld/v1/subscriptions/{ID}")
    assert (await api.post("/subscriptions", json=subscription())).status_code == 409
    assert [item["id"] for item in (await api.get("/subscriptions?count=true")).json()] == [ID]
    changed = await api.patch(f"/subscriptions/{ID}", json={"isActive": False, "description": None})
    assert changed.status_code == 204
    found = (await api.get(f"/subscriptions/{ID}?options=sysAttrs")).json()
    assert (found["status"], "description" in found, "createdAt" in found) == ("paused", False, True)
    assert (await api.delete(f"/subscriptions/{ID}")).status_code == 204
    assert (await api.get(f"/subscriptions/{ID}")).status_code == 404
    async with matching(town):
        await api.post("/entities", json=lot(7))
    assert sent(town) == []


async def test_subscriptions_and_their_figures_outlive_a_restart(town: TestCity, api: httpx.AsyncClient) -> None:
    await api.post("/subscriptions", json=subscription())
    async with matching(town):
        await api.post("/entities", json=lot(7))
    await town.city.subscriptions.write_deliveries()
    city = town.city
    ports = (town.documents, town.outbox, town.postbox)
    again = Subscriptions(*ports, city.entities, city.contexts, city.bus, town.clock, parallel=4, attempts=3)
    await again.load()
    kept = await again.retrieve("", ID)
    assert (kept.delivery.times_sent, kept.delivery.last_success) == (1, town.clock.now())
    async with city.bus.listen() as news:
        await api.patch("/entities/urn:ngsi-ld:ParkingLot:1/attrs", json={"free": 5})
        await again.match(await news.__anext__() or ())
    assert (await again.counts()).pending == 1


async def test_pages_of_subscriptions_are_linked(api: httpx.AsyncClient) -> None:
    for number in range(3):
        await api.post("/subscriptions", json=subscription(id=f"urn:ngsi-ld:Subscription:{number}"))
    page = await api.get("/subscriptions?limit=1&offset=1")
    assert 'offset=0>;rel="prev"' in page.headers["link"]
    assert '</ngsi-ld/v1/subscriptions?limit=1&offset=2>;rel="next";type="application/json"' in page.headers["link"]
