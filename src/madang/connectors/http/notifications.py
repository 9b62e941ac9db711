"""Posts notifications."""

import asyncio
from collections.abc import Mapping
from typing import Self

import httpx

from madang.errors import DeliveryFailed

ANSWER_MAX = 65_536
"""Bytes of a receiver's answer that are read (and thrown away), so that the connection can serve again."""


class HttpSender:
    """Sender over HTTP with kept-alive connections, at most ``parallel`` of them. Redirects are not followed: a
    notification goes where its subscriber asked for. timeout_s bounds the whole exchange."""

    def __init__(
        self, *, timeout_s: float, parallel: int = 64, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        limits = httpx.Limits(max_connections=parallel, max_keepalive_connections=parallel)
        self._timeout_s = timeout_s
        self._client = httpx.AsyncClient(timeout=timeout_s, limits=limits, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._client.stream("POST", url, headers=dict(headers), content=body) as response,
            ):
                await _pass_over(response)
                return response.status_code
        except (httpx.TimeoutException, TimeoutError) as exc:
            raise DeliveryFailed(f"{url} did not answer in time.") from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise DeliveryFailed(f"{url} could not be reached: {str(exc) or type(exc).__name__}.") from exc


async def _pass_over(response: httpx.Response) -> None:
    """Nobody looks at the body; a long one costs the receiver its connection, not us our memory."""
    size = 0
    async for part in response.aiter_bytes():
        size += len(part)
        if size > ANSWER_MAX:
            return
