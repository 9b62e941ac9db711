import asyncio
from collections.abc import AsyncIterator, Callable

import httpx
import pytest

from madang.connectors.http import HttpContextLoader, HttpSender
from madang.connectors.http.contexts import SIZE_MAX
from madang.connectors.http.notifications import ANSWER_MAX
from madang.errors import BadRequestData, ContextNotAvailable, DeliveryFailed

URL = "http://example.org/c"

Answering = Callable[[httpx.Request], httpx.Response]


def answer(status: int, body: bytes = b"") -> Answering:
    return lambda _: httpx.Response(status, content=body)


def fail(error: httpx.HTTPError) -> Answering:
    def raising(_: httpx.Request) -> httpx.Response:
        raise error

    return raising


async def load(answering: Answering) -> object:
    async with HttpContextLoader(timeout_s=1, transport=httpx.MockTransport(answering)) as loader:
        return await loader.load(URL)


async def test_a_context_is_fetched() -> None:
    assert await load(answer(200, b'{"@context": {}}')) == {"@context": {}}


@pytest.mark.parametrize(
    ("answering", "why"),
    [
        (answer(404), "answered 404"),
        (answer(200, b" " * (SIZE_MAX + 1)), "larger than"),
        (fail(httpx.ConnectError("no route")), "no route"),
        (fail(httpx.ReadTimeout("slow")), "in time"),
    ],
)
async def test_a_context_that_cannot_be_had_says_why(answering: Answering, why: str) -> None:
    with pytest.raises(ContextNotAvailable, match=why):
        await load(answering)


async def test_a_context_that_is_not_json_is_bad_data() -> None:
    with pytest.raises(BadRequestData):
        await load(answer(200, b"<html>"))


async def test_a_notification_is_posted_as_it_is() -> None:
    seen: list[tuple[str, str, bytes]] = []

    def receive(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, request.headers["content-type"], request.content))
        return httpx.Response(204)

    async with HttpSender(timeout_s=1, transport=httpx.MockTransport(receive)) as sender:
        assert await sender.send(URL, {"Content-Type": "application/json"}, b"{}") == 204
    assert seen == [("POST", "application/json", b"{}")]


@pytest.mark.parametrize("error", [httpx.ConnectError("no route"), httpx.ReadTimeout("slow")])
async def test_a_receiver_that_is_not_there_is_a_failed_delivery(error: httpx.HTTPError) -> None:
    async with HttpSender(timeout_s=1, transport=httpx.MockTransport(fail(error))) as sender:
        with pytest.raises(DeliveryFailed, match=URL):
            await sender.send(URL, {}, b"")


class Endless(httpx.AsyncByteStream):
    """A body without an end; told counts what was taken of it."""

    def __init__(self, delay_s: float) -> None:
        self.told = 0
        self._delay_s = delay_s

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(self._delay_s)
            self.told += 1024
            yield b"x" * 1024


async def test_a_receiver_that_answers_without_end_fills_no_memory() -> None:
    body = Endless(0)
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=body))
    async with HttpSender(timeout_s=5, transport=transport) as sender:
        assert await sender.send("http://receiver.test/", {}, b"{}") == 200
    assert body.told <= ANSWER_MAX + 1024


async def test_a_receiver_that_drips_does_not_hold_its_place() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless(0.05)))
    async with HttpSender(timeout_s=0.2, transport=transport) as sender:
        with pytest.raises(DeliveryFailed, match="in time"):
            await sender.send("http://receiver.test/", {}, b"{}")


async def test_a_context_that_drips_is_given_up_in_time() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless(0.05)))
    async with HttpContextLoader(timeout_s=0.2, transport=transport) as loader:
        with pytest.raises(ContextNotAvailable, match="in time"):
            await loader.load("http://contexts.test/c.jsonld")
