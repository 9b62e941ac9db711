"""The reference model keeps the contract it is the reference for."""

from collections.abc import Sequence

import pytest

from madang.ports.state import StateStore, Write
from madang.stores.memory import MemoryStateStore
from madang.testing.state_contract import Recorded, StateStoreContract


class Remembering:
    """The least history: what came, without what was forgotten."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[str, str, object]]] = {}

    def take(self, tenant: str, writes: Sequence[Write]) -> None:
        rows = self.rows.setdefault(tenant, [])
        for write in writes:
            if write.forget_history:
                rows[:] = [row for row in rows if row[0] != write.entity_id]
            for seen in write.observations:
                rows.append((seen.entity_id, seen.attribute, seen.instance.value if seen.instance else None))


class TestMemoryStateStore(StateStoreContract):
    @pytest.fixture
    def history(self) -> Remembering:
        return Remembering()

    @pytest.fixture
    def store(self, history: Remembering) -> StateStore:
        self.history_of_store = history
        return MemoryStateStore(history.take)

    async def recorded(self, store: StateStore, tenant: str) -> Recorded | None:
        return self.history_of_store.rows.get(tenant, [])


def test_a_contract_suite_cannot_be_weakened() -> None:
    def promise(self: StateStoreContract) -> None: ...

    with pytest.raises(TypeError, match="redefines test_what_was_committed_is_read_back"):
        type("Weakened", (StateStoreContract,), {"test_what_was_committed_is_read_back": promise})
