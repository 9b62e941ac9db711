"""Every promise of ports.state.StateStore as a test. A store's tests subclass StateStoreContract."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest
from msgspec import structs

from madang.errors import Conflict
from madang.model.entity import DEFAULT_VOCAB, LOCATION, Attribute, Entity, encode_entity
from madang.model.observation import Observation
from madang.model.query import AllTypes, AnyType, Compare, Exists, GeoQuery, Order, Path, Query, TypeExpr
from madang.ports.state import StateStore, Stored, Write

from .suite import ContractSuite

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PARKING = DEFAULT_VOCAB + "OffStreetParking"
GARAGE = DEFAULT_VOCAB + "ParkingGarage"
FREE = DEFAULT_VOCAB + "availableSpotNumber"
NAME = DEFAULT_VOCAB + "name"

Recorded = Sequence[tuple[str, str, object]]
"""What a history saw: (entity id, attribute, value), None for a deletion; in order."""


def parking(number: int, *, free: int = 10, types: tuple[str, ...] = (PARKING,)) -> Entity:
    """A car park; numbers go east, a tenth of a degree each."""
    return Entity(
        id=f"urn:ngsi-ld:OffStreetParking:{number:03}",
        types=types,
        attributes={
            FREE: (Attribute("Property", free, observed_at=NOW),),
            NAME: (Attribute("Property", f"Car park {number}"),),
            LOCATION: (Attribute("GeoProperty", {"type": "Point", "coordinates": [126.0 + number / 10, 37.6]}),),
        },
        created_at=NOW,
        modified_at=NOW,
    )


def creation(entity: Entity) -> Write:
    return Write(entity.id, entity, None)


async def fill(store: StateStore, count: int, tenant: str = "") -> list[Entity]:
    entities = [parking(number, free=number) for number in range(count)]
    # Written backwards, so that an order by insertion is not an order by id.
    await store.commit(tenant, [creation(entity) for entity in reversed(entities)])
    return entities


def ids(items: Sequence[Stored]) -> list[str]:
    return [stored.entity().id for stored in items]


def observation(entity: Entity, value: int) -> Observation:
    return Observation(PARKING, entity.id, FREE, None, NOW, NOW, True, Attribute("Property", value, observed_at=NOW))


class StateStoreContract(ContractSuite):
    """Give the fixture ``store`` (an empty one) and the method ``recorded``."""

    @pytest.fixture
    def store(self) -> StateStore:
        raise NotImplementedError("The subclass gives an empty store.")

    async def recorded(self, store: StateStore, tenant: str) -> Recorded | None:
        """What the tenant's history holds of observations that came with commits; None if the store has no history."""
        raise NotImplementedError("The subclass tells what the history holds, or None.")

    # --- get and commit

    async def test_what_was_committed_is_read_back(self, store: StateStore) -> None:
        entity = parking(1)
        assert await store.commit("", [creation(entity)]) == [1]
        stored = await store.get("", entity.id)
        assert stored is not None
        assert (stored.version, stored.body, stored.entity()) == (1, encode_entity(entity), entity)

    async def test_what_does_not_exist_is_none(self, store: StateStore) -> None:
        assert await store.get("", "urn:x:none") is None
        assert await store.get("never", "urn:x:none") is None

    async def test_get_many_gives_those_that_exist(self, store: StateStore) -> None:
        first, second = await fill(store, 2)
        found = await store.get_many("", [second.id, "urn:x:none", first.id])
        assert {key: stored.entity() for key, stored in found.items()} == {first.id: first, second.id: second}
        assert await store.get_many("never", [first.id]) == {}

    async def test_versions_grow_by_one_with_each_write(self, store: StateStore) -> None:
        entity = parking(1)
        await store.commit("", [creation(entity)])
        for version in (1, 2, 3):
            changed = parking(1, free=version)
            assert await store.commit("", [Write(entity.id, changed, version)]) == [version + 1]
            stored = await store.get("", entity.id)
            assert stored is not None
            assert (stored.version, stored.entity()) == (version + 1, changed)

    async def test_versions_are_given_in_the_order_of_the_writes(self, store: StateStore) -> None:
        first, second = await fill(store, 2)
        await store.commit("", [Write(second.id, second, 1)])
        third = parking(3)
        writes = [Write(second.id, second, 2), creation(third), Write(first.id, None, 1)]
        assert await store.commit("", writes) == [3, 1, 0]

    async def test_a_deleted_entity_is_gone_and_can_be_created_again(self, store: StateStore) -> None:
        entity = parking(1)
        await store.commit("", [creation(entity)])
        assert await store.commit("", [Write(entity.id, None, 1)]) == [0]
        assert await store.get("", entity.id) is None
        assert (await store.query("", Query(count=True))).total == 0
        assert (await store.commit("", [creation(entity)]))[0] >= 1
        assert await store.get("", entity.id) is not None

    async def test_an_empty_commit_gives_no_versions(self, store: StateStore) -> None:
        assert await store.commit("", []) == []

    # --- conflict and atomicity

    @pytest.mark.parametrize("expect", [None, 2, 7])
    async def test_a_stale_version_is_refused(self, store: StateStore, expect: int | None) -> None:
        entity = parking(1)
        await store.commit("", [creation(entity)])
        with pytest.raises(Conflict) as caught:
            await store.commit("", [Write(entity.id, parking(1, free=0), expect)])
        assert caught.value.subject == entity.id
        stored = await store.get("", entity.id)
        assert stored is not None
        assert (stored.version, stored.entity()) == (1, entity)

    @pytest.mark.parametrize("entity", [parking(1), None])
    async def test_what_does_not_exist_has_no_version(self, store: StateStore, entity: Entity | None) -> None:
        with pytest.raises(Conflict):
            await store.commit("", [Write(parking(1).id, entity, 1)])
        assert await store.get("", parking(1).id) is None

    async def test_a_commit_that_raised_changed_nothing(self, store: StateStore) -> None:
        first, second = await fill(store, 2)
        writes = [
            creation(parking(5)),
            Write(first.id, parking(0, free=99), 1),
            Write(second.id, None, 9),
            creation(parking(6)),
        ]
        with pytest.raises(Conflict) as caught:
            await store.commit("", writes)
        assert caught.value.subject == second.id
        page = await store.query("", Query(count=True))
        assert [stored.entity() for stored in page.items] == [first, second]
        assert page.total == 2
        assert [stored.version for stored in page.items] == [1, 1]
        assert await store.count_types("") == {PARKING: 2}

    async def test_the_first_conflict_is_named(self, store: StateStore) -> None:
        first, second = await fill(store, 2)
        with pytest.raises(Conflict) as caught:
            await store.commit("", [Write(second.id, second, 4), Write(first.id, first, 4)])
        assert caught.value.subject == second.id

    async def test_one_of_two_writers_of_a_version_wins(self, store: StateStore) -> None:
        entity = parking(1)
        await store.commit("", [creation(entity)])
        commits = [store.commit("", [Write(entity.id, parking(1, free=free), 1)]) for free in range(20)]
        results = await asyncio.gather(*commits, return_exceptions=True)
        assert [result for result in results if not isinstance(result, Conflict)] == [[2]]
        stored = await store.get("", entity.id)
        assert stored is not None
        assert stored.version == 2

    async def test_commits_at_once_are_all_kept_and_ordered_as_called(self, store: StateStore) -> None:
        entity = parking(1)
        commits = [store.commit("", [Write(entity.id, parking(1, free=n), n or None)]) for n in range(30)]
        others = [store.commit("", [creation(parking(100 + n))]) for n in range(30)]
        results = await asyncio.gather(*commits, *others)
        assert [result[0] for result in results] == [*range(1, 31), *[1] * 30]
        stored = await store.get("", entity.id)
        assert stored is not None
        assert stored.entity() == parking(1, free=29)
        assert (await store.query("", Query(count=True, limit=0))).total == 31

    async def test_reads_see_whole_commits_only(self, store: StateStore) -> None:
        pair = [replace_free(entity, 0) for entity in await fill(store, 2)]
        await store.commit("", [Write(entity.id, entity, 1) for entity in pair])

        async def write() -> None:
            for version in range(2, 40):
                changed = [replace_free(entity, version) for entity in pair]
                await store.commit("", [Write(entity.id, entity, version) for entity in changed])

        async def read() -> None:
            for _ in range(40):
                page = await store.query("", Query())
                assert len({stored.entity().attributes[FREE][0].value for stored in page.items}) == 1
                await asyncio.sleep(0)

        await asyncio.gather(write(), read())

    # --- query

    async def test_pages_are_ordered_by_id_and_fit_together(self, store: StateStore) -> None:
        entities = await fill(store, 25)
        found: list[str] = []
        for offset in range(0, 30, 10):
            page = await store.query("", Query(limit=10, offset=offset, count=True))
            assert page.total == 25
            assert len(page.items) == min(10, 25 - offset)
            found += ids(page.items)
        assert found == [entity.id for entity in entities]

    async def test_ids_are_ordered_by_code_point(self, store: StateStore) -> None:
        names = ["urn:x:Z", "urn:x:a", "urn:x:é", "urn:x:마당", "urn:x:10", "urn:x:9", "urn:x:\U0001f33b"]
        entities = [replace_id(parking(1), name) for name in names]
        await store.commit("", [creation(entity) for entity in entities])
        assert ids((await store.query("", Query())).items) == sorted(names)

    async def test_an_offset_past_the_end_is_an_empty_page(self, store: StateStore) -> None:
        await fill(store, 3)
        page = await store.query("", Query(offset=3, count=True))
        assert (list(page.items), page.total) == ([], 3)

    async def test_the_count_is_given_when_asked_for(self, store: StateStore) -> None:
        await fill(store, 3)
        assert (await store.query("", Query(limit=1))).total is None
        page = await store.query("", Query(limit=0, count=True))
        assert (list(page.items), page.total) == ([], 3)

    async def test_a_query_of_an_unknown_tenant_is_empty(self, store: StateStore) -> None:
        page = await store.query("never", Query(count=True))
        assert (list(page.items), page.total) == ([], 0)

    async def test_everything_a_query_gives_must_hold(self, store: StateStore) -> None:
        entities = await fill(store, 9)
        near = GeoQuery("near", {"type": "Point", "coordinates": [126.4, 37.6]}, max_distance_m=30_000)
        query = Query(types=PARKING, q=Compare(Path((FREE,)), ">=", 3), geo=near, id_pattern=":00[0-5]$", count=True)
        page = await store.query("", query)
        assert ids(page.items) == [entity.id for entity in entities[3:6]]
        assert page.total == 3

    async def test_types_are_selected(self, store: StateStore) -> None:
        both, one = parking(1, types=(GARAGE, PARKING)), parking(2)
        await store.commit("", [creation(both), creation(one)])
        cases: list[tuple[TypeExpr, list[str]]] = [
            (PARKING, [both.id, one.id]),
            (GARAGE, [both.id]),
            (AllTypes((PARKING, GARAGE)), [both.id]),
            (AnyType((GARAGE, "urn:x:other")), [both.id]),
            ("urn:x:other", []),
        ]
        for types, wanted in cases:
            assert ids((await store.query("", Query(types=types))).items) == wanted

    async def test_ids_and_attributes_are_selected(self, store: StateStore) -> None:
        first, second, third = await fill(store, 3)
        bare = Entity("urn:x:bare", (PARKING,))
        await store.commit("", [creation(bare)])
        page = await store.query("", Query(ids=(third.id, "urn:x:none", first.id)))
        assert ids(page.items) == [first.id, third.id]
        page = await store.query("", Query(attributes=("urn:x:none", FREE)))
        assert ids(page.items) == [first.id, second.id, third.id]
        assert ids((await store.query("", Query(q=Exists(Path((FREE,)), negated=True)))).items) == [bare.id]

    async def test_an_order_is_kept_and_ties_are_by_id(self, store: StateStore) -> None:
        await store.commit("", [creation(parking(number, free=number % 2)) for number in range(6)])
        page = await store.query("", Query(order=(Order(Path((FREE,)), descending=True),), limit=4, offset=1))
        assert ids(page.items) == [parking(number).id for number in (3, 5, 0, 2)]

    async def test_a_query_sees_updates_and_removals(self, store: StateStore) -> None:
        first, second = await fill(store, 2)
        full = Query(q=Compare(Path((FREE,)), "==", 0))
        assert ids((await store.query("", full)).items) == [first.id]
        moved = replace_free(second, 0)
        await store.commit("", [Write(second.id, moved, 1), Write(first.id, None, 1)])
        assert [stored.entity() for stored in (await store.query("", full)).items] == [moved]
        renamed = parking(1, free=0, types=(GARAGE,))
        await store.commit("", [Write(second.id, renamed, 2)])
        assert (await store.query("", Query(types=PARKING))).items == []
        assert ids((await store.query("", Query(types=GARAGE))).items) == [second.id]

    # --- counts, scan, tenants

    async def test_types_and_attributes_are_counted(self, store: StateStore) -> None:
        both, one = parking(1, types=(GARAGE, PARKING)), parking(2)
        bare = Entity("urn:x:bare", (GARAGE,))
        await store.commit("", [creation(both), creation(one), creation(bare)])
        assert await store.count_types("") == {PARKING: 2, GARAGE: 2}
        counts: Mapping[str, Mapping[str, int]] = await store.count_attributes("")
        assert counts[FREE] == {PARKING: 2, GARAGE: 1}
        assert set(counts) == {FREE, NAME, LOCATION}
        await store.commit("", [Write(both.id, None, 1), Write(one.id, Entity(one.id, (PARKING,)), 1)])
        assert await store.count_types("") == {PARKING: 1, GARAGE: 1}
        assert await store.count_attributes("") == {}
        assert await store.count_types("never") == {}
        assert await store.count_attributes("never") == {}

    async def test_a_scan_gives_all_in_id_order(self, store: StateStore) -> None:
        entities = await fill(store, 25)
        assert [stored.entity() async for stored in store.scan("")] == entities
        assert [stored async for stored in store.scan("never")] == []

    async def test_writers_go_on_during_a_scan(self, store: StateStore) -> None:
        entities = await fill(store, 25)
        seen: list[Entity] = []
        async for stored in store.scan(""):
            if not seen:
                await store.commit(
                    "", [Write(entities[10].id, None, 1), Write(entities[-1].id, parking(24, free=0), 1)]
                )
            seen.append(stored.entity())
        assert [entity.id for entity in seen] == sorted({entity.id for entity in seen})
        untouched = [entity for number, entity in enumerate(entities) if number not in (10, 24)]
        assert [entity for entity in seen if entity in untouched] == untouched
        assert entities[10].id not in {stored.entity().id async for stored in store.scan("")}

    async def test_tenants_do_not_see_each_other(self, store: StateStore) -> None:
        entity = parking(1)
        assert await store.tenants() == []
        await store.commit("goyang", [creation(entity)])
        await store.commit("", [creation(replace_free(entity, 1))])
        assert await store.tenants() == ["", "goyang"]
        await store.commit("goyang", [Write(entity.id, None, 1)])
        kept = await store.get("", entity.id)
        assert kept is not None
        assert kept.entity() == replace_free(entity, 1)
        assert await store.get("goyang", entity.id) is None
        assert await store.tenants() == ["", "goyang"]

    # --- what goes to the history with a commit

    async def test_observations_go_with_their_commit(self, store: StateStore) -> None:
        entity = parking(1)
        await store.commit("", [structs.replace(creation(entity), observations=(observation(entity, 4),))])
        with pytest.raises(Conflict):
            await store.commit("", [structs.replace(creation(entity), observations=(observation(entity, 5),))])
        recorded = await self.recorded(store, "")
        assert recorded is None or list(recorded) == [(entity.id, FREE, 4)]

    async def test_an_entitys_history_is_forgotten_with_it(self, store: StateStore) -> None:
        entity, other = parking(1), parking(2)
        writes = [structs.replace(creation(item), observations=(observation(item, 4),)) for item in (entity, other)]
        await store.commit("", writes)
        await store.commit("", [Write(entity.id, None, 1, forget_history=True)])
        recorded = await self.recorded(store, "")
        assert recorded is None or list(recorded) == [(other.id, FREE, 4)]


def replace_free(entity: Entity, free: int) -> Entity:
    return parking(int(entity.id.rsplit(":", 1)[1]), free=free)


def replace_id(entity: Entity, entity_id: str) -> Entity:
    return Entity(entity_id, entity.types, entity.attributes)
