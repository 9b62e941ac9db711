"""Documents and outbox: one contract, in memory and embedded; and what only a store on disk can show."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madang.ports.documents import DocumentStore
from madang.ports.outbox import Outbox
from madang.stores.embedded.documents import EmbeddedDocumentStore
from madang.stores.embedded.journal import Journal
from madang.stores.embedded.outbox import EmbeddedOutbox
from madang.stores.memory_side import MemoryDocumentStore, MemoryOutbox
from madang.testing.documents_contract import DocumentStoreContract
from madang.testing.outbox_contract import NOON, OutboxContract, apply, due_ids, letter


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = Journal.open(tmp_path)
    yield journal
    await journal.close()


class TestMemoryDocumentStore(DocumentStoreContract):
    @pytest.fixture
    def documents(self) -> DocumentStore:
        return MemoryDocumentStore()


class TestEmbeddedDocumentStore(DocumentStoreContract):
    @pytest.fixture
    def documents(self, journal: Journal) -> DocumentStore:
        return EmbeddedDocumentStore(journal)


class TestMemoryOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self) -> Outbox:
        return MemoryOutbox()


class TestEmbeddedOutbox(OutboxContract):
    @pytest.fixture
    def outbox(self, journal: Journal) -> Outbox:
        return EmbeddedOutbox(journal)


async def test_documents_and_letters_are_there_after_a_restart(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    await EmbeddedDocumentStore(journal).put("clock", "", "position", b"\x00\xff")
    outbox = EmbeddedOutbox(journal)
    await outbox.put([letter(number) for number in range(4)])
    for step in [("delivered", 0), ("bury", 1), ("retry", 2)]:
        await apply(outbox, step)
    counts = await outbox.counts()
    await journal.close()

    journal = Journal.open(tmp_path)
    try:
        outbox = EmbeddedOutbox(journal)
        assert await EmbeddedDocumentStore(journal).get("clock", "", "position") == b"\x00\xff"
        assert await outbox.counts() == counts
        assert list(await due_ids(outbox)) == ["letter-2", "letter-3"]
        assert await outbox.resend(["letter-1"], NOON) == 1
    finally:
        await journal.close()
