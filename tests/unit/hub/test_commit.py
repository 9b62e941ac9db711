"""The one way state is written."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from tests.api.city import HandClock, RecordingState

from madang.bus.local import LocalBus
from madang.errors import AlreadyExists, Conflict, NonexistentTenant, NotFound
from madang.hub.entities import Entities
from madang.model.entity import DEFAULT_VOCAB, Attribute, Entity
from madang.model.query import Query, TemporalQuery
from madang.ports.state import StateStore, Write
from madang.stores.memory import MemoryStateStore
from madang.stores.memory_history import MemoryHistoryStore

T = DEFAULT_VOCAB + "T"
A = DEFAULT_VOCAB + "a"
B = DEFAULT_VOCAB + "b"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Hub:
    def __init__(self, state: StateStore | None = None) -> None:
        self.clock = HandClock(NOON)
        self.bus = LocalBus()
        self.history = MemoryHistoryStore(self.clock)
        self.state = state or RecordingState(self.history)
        self.entities = Entities(self.state, self.history, self.bus, self.clock)

    async def value(self, entity_id: str, name: str = A) -> object:
        return (await self.entities.retrieve("", entity_id)).entity().attributes[name][0].value

    async def past(self, entity_id: str) -> list[object]:
        seen = await self.history.instances("", [entity_id], [], TemporalQuery(), limit=100)
        return [row.instance.value if row.instance else None for row in seen]


@pytest.fixture
def hub() -> Hub:
    return Hub()


def reading(value: float, minute: int | None = None, entity_id: str = "urn:x:1", name: str = A) -> Entity:
    at = None if minute is None else NOON + timedelta(minutes=minute)
    return Entity(entity_id, (T,), {name: (Attribute("Property", value, observed_at=at),)})


async def test_create_refuses_what_exists(hub: Hub) -> None:
    await hub.entities.create("", reading(1))
    with pytest.raises(AlreadyExists):
        await hub.entities.create("", reading(2))
    assert await hub.value("urn:x:1") == 1


async def test_a_change_is_told_after_it_is_stored(hub: Hub) -> None:
    async with hub.bus.listen() as news:
        await hub.entities.create("", reading(1))
        await hub.entities.append("", "urn:x:1", reading(2))
        await hub.entities.delete("", "urn:x:1")
        kinds = []
        for _ in range(3):
            (change,) = await anext(news) or ()
            kinds.append((str(change.kind), set(change.attributes), change.before is None, change.after is None))
    assert kinds == [
        ("created", {A}, True, False),
        ("updated", {A}, False, False),
        ("deleted", {A}, False, True),
    ]


async def test_history_learns_each_value_and_the_end(hub: Hub) -> None:
    await hub.entities.create("", reading(1, minute=0))
    await hub.entities.append("", "urn:x:1", reading(2, minute=1))
    hub.clock.advance(600)
    await hub.entities.delete("", "urn:x:1")
    assert await hub.past("urn:x:1") == [1, 2, None]


async def test_a_fragment_makes_the_entity_or_adds_to_it(hub: Hub) -> None:
    report = await hub.entities.commit("", [reading(1, 0), reading(7, 0, name=B)])
    assert (report.accepted, report.late, report.unchanged, report.rejected) == (2, 0, 0, ())
    assert (await hub.value("urn:x:1"), await hub.value("urn:x:1", B)) == (1, 7)


async def test_late_data_goes_to_the_history_only(hub: Hub) -> None:
    await hub.entities.commit("", [reading(5, 10)])
    report = await hub.entities.commit("", [reading(3, 2)])
    assert (report.accepted, report.late) == (1, 1)
    assert await hub.value("urn:x:1") == 5
    assert await hub.past("urn:x:1") == [3, 5]


async def test_after_a_jump_older_data_takes_the_place_of_newer(hub: Hub) -> None:
    await hub.entities.commit("", [reading(5, 10)])
    report = await hub.entities.commit("", [reading(3, 2)], late="overwrite")
    assert (report.accepted, report.late) == (1, 0)
    assert await hub.value("urn:x:1") == 3


async def test_the_same_again_writes_nothing(hub: Hub) -> None:
    await hub.entities.commit("", [reading(5, 10)])
    version = (await hub.entities.retrieve("", "urn:x:1")).version
    async with hub.bus.listen() as news:
        report = await hub.entities.commit("", [reading(5, 10)])
        await hub.entities.commit("", [reading(6, 11)])
        (change,) = await anext(news) or ()
    assert (report.accepted, report.unchanged) == (0, 1)
    assert change.after is not None
    assert change.after.attributes[A][0].value == 6
    assert (await hub.entities.retrieve("", "urn:x:1")).version == version + 1


async def test_fragments_of_one_entity_in_one_batch_are_applied_in_order(hub: Hub) -> None:
    await hub.entities.commit("", [reading(1, 1), reading(2, 2), reading(3, 3)])
    assert await hub.value("urn:x:1") == 3
    assert await hub.past("urn:x:1") == [1, 2, 3]


async def test_a_thousand_fragments_are_one_commit() -> None:
    class Counting(MemoryStateStore):
        commits = 0

        async def commit(self, tenant: str, writes: Sequence[Write]) -> Sequence[int]:
            self.commits += 1
            return await super().commit(tenant, writes)

    state = Counting()
    hub = Hub(state)
    report = await hub.entities.commit("", [reading(n, 0, f"urn:x:{n}") for n in range(1000)])
    assert (report.accepted, state.commits) == (1000, 1)


async def test_concurrent_updates_of_one_entity_all_count(hub: Hub) -> None:
    await hub.entities.create("", reading(0))
    names = [f"{DEFAULT_VOCAB}n{n}" for n in range(30)]
    await asyncio.gather(*(hub.entities.append("", "urn:x:1", reading(1, name=name)) for name in names))
    assert set(names) <= (await hub.entities.retrieve("", "urn:x:1")).entity().attributes.keys()


class Stubborn(MemoryStateStore):
    """Another process is always, or a few times, faster."""

    def __init__(self, conflicts: int) -> None:
        super().__init__()
        self.left = conflicts

    async def commit(self, tenant: str, writes: Sequence[Write]) -> Sequence[int]:
        if self.left:
            self.left -= 1
            raise Conflict(writes[0].entity_id)
        return await super().commit(tenant, writes)


async def test_a_conflict_is_tried_again() -> None:
    hub = Hub(Stubborn(3))
    await hub.entities.create("", reading(1))
    assert await hub.value("urn:x:1") == 1


async def test_conflicts_without_end_are_reported() -> None:
    hub = Hub(Stubborn(1000))
    with pytest.raises(Conflict):
        await hub.entities.create("", reading(1))


async def test_a_batch_reports_each_entity(hub: Hub) -> None:
    await hub.entities.create("", reading(1))
    report = await hub.entities.batch("", "create", [reading(2), reading(3, entity_id="urn:x:2")])
    assert report.done == report.created == ("urn:x:2",)
    assert [(refused.entity_id, type(refused.error)) for refused in report.errors] == [("urn:x:1", AlreadyExists)]


async def test_an_upsert_tells_new_from_known(hub: Hub) -> None:
    await hub.entities.create("", reading(1))
    report = await hub.entities.batch("", "upsert", [reading(2), reading(3, entity_id="urn:x:2")])
    assert (report.done, report.created) == (("urn:x:1", "urn:x:2"), ("urn:x:2",))


async def test_a_tenant_begins_with_its_first_write(hub: Hub) -> None:
    with pytest.raises(NonexistentTenant):
        await hub.entities.query("harbour", Query())
    await hub.entities.create("harbour", reading(1))
    assert len((await hub.entities.query("harbour", Query())).items) == 1
    with pytest.raises(NotFound):
        await hub.entities.retrieve("", "urn:x:1")


async def test_transient_entities_are_swept_when_their_time_comes(hub: Hub) -> None:
    await hub.entities.create("", Entity("urn:x:1", (T,), {}, expires_at=NOON + timedelta(seconds=5)))
    hub.clock.advance(4)
    assert await hub.entities.sweep(hub.clock.now()) == 0
    hub.clock.advance(1)
    assert await hub.entities.sweep(hub.clock.now()) == 1
    with pytest.raises(NotFound):
        await hub.entities.retrieve("", "urn:x:1")


async def test_an_expired_entity_may_be_created_anew_before_the_sweep(hub: Hub) -> None:
    await hub.entities.create("", Entity("urn:x:1", (T,), {}, expires_at=NOON + timedelta(seconds=5)))
    hub.clock.advance(6)
    await hub.entities.create("", reading(1))
    await hub.entities.sweep(hub.clock.now())
    assert await hub.value("urn:x:1") == 1


async def test_an_attribute_expires_alone(hub: Hub) -> None:
    short = Attribute("Property", 1, expires_at=NOON + timedelta(seconds=5))
    await hub.entities.create("", Entity("urn:x:1", (T,), {A: (short,), B: (Attribute("Property", 2),)}))
    hub.clock.advance(5)
    await hub.entities.sweep(hub.clock.now())
    assert (await hub.entities.retrieve("", "urn:x:1")).entity().attributes.keys() == {B}


async def test_the_city_at_a_past_moment(hub: Hub) -> None:
    name = Attribute("Property", "Daehwa")
    for minute, value in ((0, 10.0), (10, 20.0), (20, 30.0)):
        fragment = reading(value, minute)
        await hub.entities.commit("", [Entity(fragment.id, (T,), {**fragment.attributes, B: (name,)})])
    await hub.entities.commit("", [reading(1, 30, "urn:x:later")])
    past = await hub.entities.query_at("", Query(types=T), NOON + timedelta(minutes=15), lookback_s=3600)
    assert {entity.id: [e[0].value for e in entity.attributes.values()] for entity in past.items} == {
        "urn:x:1": ["Daehwa", 20.0],
        "urn:x:later": [],
    }
    old = await hub.entities.query_at("", Query(types=T), NOON + timedelta(minutes=15), lookback_s=60)
    assert A not in old.items[0].attributes


async def test_purge_deletes_all_that_match(hub: Hub) -> None:
    await hub.entities.commit("", [reading(n, 0, f"urn:x:{n}") for n in range(5)])
    await hub.entities.commit("", [reading(1, 0, "urn:y:1", B)])
    report = await hub.entities.purge("", Query(attributes=(A,), limit=2))
    assert len(report.done) == 5
    assert [stored.entity().id for stored in (await hub.entities.query("", Query())).items] == ["urn:y:1"]
