"""The embedded stores against the memory stores, over any order of commits, restarts and crashes."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from madang.errors import Conflict
from madang.model.entity import Attribute, Entity
from madang.model.observation import Observation
from madang.model.query import Query
from madang.ports.state import StateStore, Write
from madang.settings import parse_settings
from madang.stores.embedded.opening import EmbeddedStores, open_embedded
from madang.stores.memory import MemoryStateStore
from madang.stores.memory_side import MemoryDocumentStore, MemoryOutbox
from madang.testing.outbox_contract import NOON, Step, apply

T = TypeVar("T")
AT = datetime(2026, 1, 1, tzinfo=UTC)
TENANTS = ("", "goyang")

Intent = tuple[int, int | None, str]
"""Number of the entity, its new value (None: delete), and which version the writer believes in."""

Plan = tuple[str, list[Intent]]
"""A tenant and what one commit does in it, each entity once."""

Call = tuple[str, list[Write]]
Outcome = list[int] | str
"""Versions, or the id in the Conflict."""

Snapshot = dict[str, list[tuple[str, int, bytes]]]
"""Tenant -> (id, version, body) in id order."""

intents = st.tuples(
    st.integers(0, 4), st.none() | st.integers(0, 99), st.sampled_from(["right", "right", "right", "none", "stale"])
)
plans: st.SearchStrategy[Plan] = st.tuples(
    st.sampled_from(TENANTS), st.lists(intents, min_size=1, max_size=4, unique_by=lambda intent: intent[0])
)
steps: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from(["put", "delivered", "retry", "bury", "resend"]), st.integers(0, 3)
)


def write_of(intent: Intent, version: int | None) -> Write:
    number, value, belief = intent
    entity_id = f"urn:ngsi-ld:Sensor:{number}"
    expect = {"right": version, "none": None, "stale": (version or 0) + 1}[belief]
    if value is None:
        return Write(entity_id, None, expect)
    reading = Attribute("Property", value)
    seen = Observation("Sensor", entity_id, "value", None, AT, AT, True, reading)
    return Write(entity_id, Entity(entity_id, ("Sensor",), {"value": (reading,)}), expect, (seen,))


async def call(store: StateStore, tenant: str, writes: Sequence[Write]) -> Outcome:
    try:
        return list(await store.commit(tenant, writes))
    except Conflict as exc:
        return exc.subject


async def snapshot(store: StateStore) -> Snapshot:
    return {
        tenant: [(stored.entity().id, stored.version, stored.body) async for stored in store.scan(tenant)]
        for tenant in await store.tenants()
    }


class Stores(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self._directories = tempfile.TemporaryDirectory()
        self._number = 0
        self._runner = asyncio.Runner()
        self._model = MemoryStateStore()
        self._documents = MemoryDocumentStore()
        self._outbox = MemoryOutbox()
        self._log: list[Call] = []
        self._observations = 0
        self._open()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    @property
    def _directory(self) -> Path:
        return Path(self._directories.name) / str(self._number)

    def _open(self) -> None:
        self._opening = open_embedded(self._directory, settings=parse_settings())
        self._stores: EmbeddedStores = self._run(self._opening.__aenter__())

    def _close(self) -> None:
        self._run(self._opening.__aexit__(None, None, None))

    def _plan(self, plan: Plan) -> tuple[Call, Outcome]:
        """Do it to the model. Returns the call and what came of it."""
        tenant, intended = plan

        async def do() -> tuple[Call, Outcome]:
            writes = []
            for intent in intended:
                stored = await self._model.get(tenant, f"urn:ngsi-ld:Sensor:{intent[0]}")
                writes.append(write_of(intent, stored.version if stored else None))
            return (tenant, writes), await call(self._model, tenant, writes)

        made, outcome = self._run(do())
        if isinstance(outcome, list):
            self._log.append(made)
            self._observations += sum(len(write.observations) for write in made[1])
        return made, outcome

    # Rules

    @rule(batch=st.lists(plans, min_size=1, max_size=8))
    def commit_at_once(self, batch: list[Plan]) -> None:
        """Called one after the other without waiting, they end as if each had waited for the one before."""
        planned = [self._plan(plan) for plan in batch]

        async def do() -> list[Outcome]:
            return await asyncio.gather(*(call(self._stores.state, *made) for made, _ in planned))

        assert self._run(do()) == [outcome for _, outcome in planned]

    @rule(step=steps)
    def move_a_letter(self, step: Step) -> None:
        self._run(apply(self._outbox, step))
        self._run(apply(self._stores.outbox, step))

    @rule(key=st.sampled_from(["a", "b"]), tenant=st.sampled_from(TENANTS), body=st.none() | st.binary(max_size=9))
    def put_or_delete_a_document(self, key: str, tenant: str, body: bytes | None) -> None:
        for store in (self._documents, self._stores.documents):
            if body is None:
                self._run(store.delete("c", tenant, key))
            else:
                self._run(store.put("c", tenant, key, body))

    @rule()
    def reopen(self) -> None:
        self._close()
        self._open()

    @rule(batch=st.lists(plans, max_size=8), answered=st.integers(0, 8), torn=st.binary(max_size=5000))
    def crash(self, batch: list[Plan], answered: int, torn: bytes) -> None:
        """The files as a killed process leaves them, with half a page written after the last whole one."""
        before = len(self._log)
        states = [self._run(snapshot(self._model))]
        planned = []
        for plan in batch:
            planned.append(self._plan(plan))
            states.append(self._run(snapshot(self._model)))
        done = self._run(self._commit_and_copy([made for made, _ in planned], answered, torn))
        self._close()
        self._number += 1
        self._open()

        recovered = self._run(snapshot(self._stores.state))
        reached = max((n for n, state in enumerate(states) if state == recovered), default=-1)
        assert reached >= done, "an answered commit is lost, or a commit is there in part"
        kept = [made for made, outcome in planned[:reached] if isinstance(outcome, list)]
        self._forget_after(before + len(kept))

    async def _commit_and_copy(self, calls: Sequence[Call], answered: int, torn: bytes) -> int:
        """Call all, copy the files when some are answered. Returns how many of the first calls must be in the copy."""
        tasks = [asyncio.ensure_future(call(self._stores.state, *made)) for made in calls]
        for task in tasks[:answered]:
            await task
        # A Conflict says nothing about the calls before it: it needs no disk.
        done = max(
            (n + 1 for n, task in enumerate(tasks) if task.done() and isinstance(task.result(), list)), default=0
        )
        copy = Path(self._directories.name) / str(self._number + 1)
        copy.mkdir()
        for name in ("city.db", "city.db-wal"):
            if (self._directory / name).exists():
                shutil.copy(self._directory / name, copy / name)
        with (copy / "city.db-wal").open("ab") as wal:
            wal.write(torn)
        await asyncio.gather(*tasks)
        return done

    def _forget_after(self, commits: int) -> None:
        """Take the model back to where the crash left the city."""
        self._log = self._log[:commits]
        self._model = MemoryStateStore()
        for tenant, writes in self._log:
            self._run(call(self._model, tenant, writes))
        self._observations = sum(len(write.observations) for _, writes in self._log for write in writes)

    # What holds at every moment

    @invariant()
    def both_hold_the_same_state(self) -> None:
        assert self._run(snapshot(self._stores.state)) == self._run(snapshot(self._model))
        for tenant in TENANTS:
            found = self._run(self._stores.state.query(tenant, Query(limit=100, count=True)))
            wanted = self._run(self._model.query(tenant, Query(limit=100, count=True)))
            assert [(stored.version, stored.body) for stored in found.items] == [
                (stored.version, stored.body) for stored in wanted.items
            ]
            assert found.total == wanted.total
            assert self._run(self._stores.state.count_types(tenant)) == self._run(self._model.count_types(tenant))

    @invariant()
    def every_observation_is_there_once(self) -> None:
        (count,) = self._stores.journal.read().execute("SELECT count(*) FROM tail").fetchone()
        assert count == self._observations

    @invariant()
    def both_hold_the_same_documents(self) -> None:
        assert self._run(self._stores.documents.scan("c")) == self._run(self._documents.scan("c"))

    @invariant()
    def both_hold_the_same_letters(self) -> None:
        for outbox in (self._outbox, self._stores.outbox):
            counts = self._run(outbox.counts())
            assert counts.accepted == counts.delivered + counts.pending + counts.dead
        assert self._run(self._stores.outbox.counts()) == self._run(self._outbox.counts())
        assert self._run(self._stores.outbox.due(NOON.replace(hour=23), limit=99)) == self._run(
            self._outbox.due(NOON.replace(hour=23), limit=99)
        )
        assert self._run(self._stores.outbox.dead("", limit=99)) == self._run(self._outbox.dead("", limit=99))

    def teardown(self) -> None:
        self._close()
        self._runner.close()
        self._directories.cleanup()


TestStores = Stores.TestCase
TestStores.settings = settings(
    max_examples=20, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
