"""All of a city's embedded stores at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from madang.settings import Settings
from madang.stores.rows import TenantRows

from .documents import EmbeddedDocumentStore
from .journal import Durability, Journal
from .outbox import EmbeddedOutbox
from .state import EmbeddedStateStore


@dataclass(frozen=True, slots=True)
class EmbeddedStores:
    """journal is for what else keeps its tables in city.db; the others are the ports."""

    journal: Journal
    state: EmbeddedStateStore
    documents: EmbeddedDocumentStore
    outbox: EmbeddedOutbox


@asynccontextmanager
async def open_embedded(directory: Path, *, settings: Settings) -> AsyncIterator[EmbeddedStores]:
    """The stores in ``directory``, until the block ends. Raises ConfigError, see Journal.open."""
    durability: Durability = "interval" if settings.str("durability") == "interval" else "full"
    journal = Journal.open(directory, durability=durability)
    try:
        state = EmbeddedStateStore.load(journal, TenantRows)
        yield EmbeddedStores(journal, state, EmbeddedDocumentStore(journal), EmbeddedOutbox(journal))
    finally:
        await journal.close()
