"""ParquetHistoryStore under the contract of every history store, with its rows in the tail and with them at rest."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest

from madang.model.observation import Observation, Series
from madang.model.query import TemporalQuery, Window
from madang.ports.history import Bucket, HistorySize, HistoryStore, Points, Table, Usual
from madang.settings import parse_settings
from madang.stores.embedded.history import ParquetHistoryStore
from madang.stores.embedded.journal import Journal
from madang.testing.history_contract import FixedClock, HistoryStoreContract


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[ParquetHistoryStore]:
    journal = Journal.open(tmp_path)
    async with ParquetHistoryStore.open(journal, clock=FixedClock(), settings=parse_settings()) as opened:
        yield opened
    await journal.close()


class AtRest:
    """The store with everything moved and compacted after each write, so that every question is answered from files."""

    def __init__(self, store: ParquetHistoryStore) -> None:
        self.store = store

    async def _rest(self) -> None:
        await self.store.flush()
        await self.store.compact()

    async def load(self, tenant: str, series: Series) -> int:
        taken = await self.store.load(tenant, series)
        await self._rest()
        return taken

    async def append(self, tenant: str, observations: Sequence[Observation]) -> None:
        await self.store.append(tenant, observations)
        await self._rest()

    async def forget(
        self,
        tenant: str,
        entity_id: str,
        attribute: str | None = None,
        dataset_id: str | None = None,
        at: datetime | None = None,
    ) -> int:
        count = await self.store.forget(tenant, entity_id, attribute, dataset_id, at)
        await self._rest()
        return count

    async def instances(
        self,
        tenant: str,
        entity_ids: Sequence[str],
        attributes: Sequence[str],
        query: TemporalQuery,
        *,
        limit: int,
    ) -> Sequence[Observation]:
        return await self.store.instances(tenant, entity_ids, attributes, query, limit=limit)

    async def entity_ids(
        self, tenant: str, types: Sequence[str], attributes: Sequence[str], query: TemporalQuery
    ) -> Sequence[str]:
        return await self.store.entity_ids(tenant, types, attributes, query)

    async def buckets(
        self, tenant: str, entity_ids: Sequence[str], attributes: Sequence[str], query: TemporalQuery
    ) -> Sequence[Bucket]:
        return await self.store.buckets(tenant, entity_ids, attributes, query)

    async def points(self, tenant: str, entity_id: str, attribute: str, window: Window, *, most: int) -> Points:
        return await self.store.points(tenant, entity_id, attribute, window, most=most)

    async def as_of(
        self, tenant: str, entity_type: str, attributes: Sequence[str], at: datetime, *, lookback_s: float
    ) -> Mapping[str, Mapping[str, Observation]]:
        return await self.store.as_of(tenant, entity_type, attributes, at, lookback_s=lookback_s)

    async def usual(
        self,
        tenant: str,
        entity_type: str,
        attribute: str,
        window: Window,
        *,
        timezone: str,
        entity_ids: Sequence[str] = (),
    ) -> Sequence[Usual]:
        return await self.store.usual(tenant, entity_type, attribute, window, timezone=timezone, entity_ids=entity_ids)

    async def sql(self, tenant: str, text: str, *, row_limit: int, timeout_s: float) -> Table:
        return await self.store.sql(tenant, text, row_limit=row_limit, timeout_s=timeout_s)

    async def size(self, tenant: str) -> HistorySize:
        return await self.store.size(tenant)


class TestParquetHistoryStoreInTheTail(HistoryStoreContract):
    @pytest.fixture
    def history(self, store: ParquetHistoryStore) -> HistoryStore:
        return store


class TestParquetHistoryStoreAtRest(HistoryStoreContract):
    @pytest.fixture
    def history(self, store: ParquetHistoryStore) -> HistoryStore:
        return AtRest(store)
