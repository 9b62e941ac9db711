"""Asks other hubs for entities."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Self

import httpx

from madang.errors import InputError, SourceUnavailable
from madang.model.entity import Json
from madang.ngsild.parse import parse_json

SIZE_MAX = 4 * 1024 * 1024
"""Bytes of one answer; a page of 100 practice cards has a tenth of it."""

DEPTH_MAX = 32
ACCEPT = "application/json"


class HttpPeerHub:
    """PeerHub over HTTP, at most ``parallel`` questions at a time. timeout_s bounds a whole answer. Redirects are not
    followed: a city asks the addresses it was told to ask, and no other."""

    def __init__(
        self, *, timeout_s: float, parallel: int = 4, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._timeout_s = timeout_s
        self._turns = asyncio.Semaphore(parallel)
        limits = httpx.Limits(max_connections=parallel, max_keepalive_connections=0)
        self._client = httpx.AsyncClient(
            timeout=timeout_s, limits=limits, transport=transport, headers={"Accept": ACCEPT}
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def entities(self, url: str, params: Mapping[str, str]) -> Sequence[Json]:
        async with self._turns:
            body = await self._fetch(f"{url}/entities", params)
        try:
            document = parse_json(body, depth_max=DEPTH_MAX)
        except InputError as exc:
            raise SourceUnavailable(f"{url} answered with something that is not JSON: {exc.detail}") from exc
        if not isinstance(document, list):
            raise SourceUnavailable(f"{url} answered with no list of entities.")
        return document

    async def _fetch(self, url: str, params: Mapping[str, str]) -> bytes:
        body = bytearray()
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._client.stream("GET", url, params=dict(params)) as response,
            ):
                if response.status_code != httpx.codes.OK:
                    raise SourceUnavailable(f"{url} answered {response.status_code}.")
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > SIZE_MAX:
                        raise SourceUnavailable(f"{url} answered with more than {SIZE_MAX} bytes.")
        except (httpx.TimeoutException, TimeoutError) as exc:
            raise SourceUnavailable(f"{url} did not answer in time.") from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise SourceUnavailable(f"{url} could not be reached: {str(exc) or type(exc).__name__}.") from exc
        return bytes(body)
