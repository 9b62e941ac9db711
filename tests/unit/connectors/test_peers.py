"""Questions to other hubs: what is asked, and every way an answer can be none."""

import asyncio

import httpx
import pytest

from madang.connectors.http.peers import SIZE_MAX, HttpPeerHub
from madang.errors import SourceUnavailable

URL = "https://hub.example/wien/ngsi-ld/v1"


async def asked(handler: httpx.MockTransport, timeout_s: float = 5.0) -> object:
    async with HttpPeerHub(timeout_s=timeout_s, transport=handler) as hub:
        return await hub.entities(URL, {"type": "Practice", "q": 'status=="published"'})


async def test_the_question_is_an_ordinary_ngsi_ld_query() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/wien/ngsi-ld/v1/entities"
        assert dict(request.url.params) == {"type": "Practice", "q": 'status=="published"'}
        assert request.headers["accept"] == "application/json"
        return httpx.Response(200, json=[{"id": "urn:a:1"}])

    assert await asked(httpx.MockTransport(answer)) == [{"id": "urn:a:1"}]


@pytest.mark.parametrize(
    ("response", "why"),
    [
        (httpx.Response(404), "answered 404"),
        (httpx.Response(302, headers={"location": "http://169.254.169.254/"}), "answered 302"),
        (httpx.Response(200, content=b"<html>"), "not JSON"),
        (httpx.Response(200, json={"id": "urn:a:1"}), "no list"),
        (httpx.Response(200, content=b"[" * 100 + b"]" * 100), "not JSON"),
        (httpx.Response(200, content=b" " * (SIZE_MAX + 1)), "more than"),
    ],
)
async def test_what_is_no_answer_is_told_as_unavailable(response: httpx.Response, why: str) -> None:
    with pytest.raises(SourceUnavailable, match=why):
        await asked(httpx.MockTransport(lambda _: response))


async def test_a_peer_that_is_silent_or_cannot_be_reached_is_not_waited_for() -> None:
    async def silent(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    def refused(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(SourceUnavailable, match="in time"):
        await asked(httpx.MockTransport(silent), timeout_s=0.01)
    with pytest.raises(SourceUnavailable, match="refused"):
        await asked(httpx.MockTransport(refused))


async def test_no_more_questions_go_out_at_once_than_allowed() -> None:
    open_now, most = 0, 0

    async def counted(request: httpx.Request) -> httpx.Response:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        for _ in range(20):  # turns of the loop in which all the others could begin
            await asyncio.sleep(0)
        open_now -= 1
        return httpx.Response(200, json=[], request=request)

    async with HttpPeerHub(timeout_s=5.0, parallel=2, transport=httpx.MockTransport(counted)) as hub:
        await asyncio.gather(*(hub.entities(URL, {}) for _ in range(6)))
    assert most == 2
