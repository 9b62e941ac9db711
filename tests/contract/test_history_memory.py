"""MemoryHistoryStore under the contract of every history store."""

import pytest

from madang.ports.history import HistoryStore
from madang.stores.memory_history import MemoryHistoryStore
from madang.testing.history_contract import FixedClock, HistoryStoreContract


class TestMemoryHistoryStore(HistoryStoreContract):
    @pytest.fixture
    def history(self) -> HistoryStore:
        return MemoryHistoryStore(FixedClock())
