"""What every DocumentStore keeps. Give the fixture ``documents``: an empty store."""

import asyncio

from madang.ports.documents import DocumentStore

from .suite import ContractSuite


class DocumentStoreContract(ContractSuite):
    async def test_what_was_put_is_got_byte_for_byte(self, documents: DocumentStore) -> None:
        body = bytes(range(256))
        await documents.put("subscription", "", "urn:ngsi-ld:Subscription:1", body)
        assert await documents.get("subscription", "", "urn:ngsi-ld:Subscription:1") == body

    async def test_an_unknown_document_is_none(self, documents: DocumentStore) -> None:
        await documents.put("subscription", "", "a", b"1")
        assert await documents.get("subscription", "", "b") is None
        assert await documents.get("subscription", "goyang", "a") is None
        assert await documents.get("context", "", "a") is None

    async def test_a_second_put_replaces_the_first(self, documents: DocumentStore) -> None:
        await documents.put("clock", "", "position", b"1")
        await documents.put("clock", "", "position", b"")
        assert await documents.get("clock", "", "position") == b""
        assert await documents.scan("clock") == {("", "position"): b""}

    async def test_the_last_of_concurrent_puts_in_call_order_stays(self, documents: DocumentStore) -> None:
        await asyncio.gather(*(documents.put("clock", "", "position", str(n).encode()) for n in range(50)))
        assert await documents.get("clock", "", "position") == b"49"

    async def test_delete_says_whether_it_was_there(self, documents: DocumentStore) -> None:
        await documents.put("context", "", "a", b"1")
        await documents.put("context", "goyang", "a", b"2")
        assert await documents.delete("context", "", "a") is True
        assert await documents.delete("context", "", "a") is False
        assert await documents.scan("context") == {("goyang", "a"): b"2"}

    async def test_a_scan_is_in_order_of_tenant_and_key(self, documents: DocumentStore) -> None:
        for tenant, key in [("b", "2"), ("", "10"), ("b", "10"), ("", "마당"), ("", "9")]:
            await documents.put("feed", tenant, key, key.encode())
        await documents.put("other", "", "0", b"0")
        assert list(await documents.scan("feed")) == [("", "10"), ("", "9"), ("", "마당"), ("b", "10"), ("b", "2")]

    async def test_a_scan_of_one_tenant_leaves_the_others_out(self, documents: DocumentStore) -> None:
        await documents.put("feed", "", "a", b"1")
        await documents.put("feed", "b", "a", b"2")
        assert await documents.scan("feed", "") == {("", "a"): b"1"}
        assert await documents.scan("feed", "b") == {("b", "a"): b"2"}
        assert await documents.scan("feed", "c") == {}
