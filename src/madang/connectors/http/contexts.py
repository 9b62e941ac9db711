"""Fetches JSON-LD contexts."""

import asyncio
from typing import Self

import httpx
import orjson

from madang.errors import BadRequestData, ContextNotAvailable
from madang.model.entity import Json

SIZE_MAX = 1024 * 1024
"""The largest published Smart Data Models context is a tenth of this."""

ACCEPT = "application/ld+json, application/json;q=0.9"


class HttpContextLoader:
    """ContextLoader over HTTP; redirects are followed. timeout_s bounds the whole fetch."""

    def __init__(self, *, timeout_s: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._timeout_s = timeout_s
        self._client = httpx.AsyncClient(
            timeout=timeout_s, transport=transport, follow_redirects=True, headers={"Accept": ACCEPT}
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def load(self, url: str) -> Json:
        """Raises ContextNotAvailable; BadRequestData where the answer is not JSON (GS CIM 009 v1.9.1, clause 5.5.6)."""
        body = await self._fetch(url)
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as exc:
            raise BadRequestData(f"The @context {url} is not JSON: {exc}.", "@context") from exc

    async def _fetch(self, url: str) -> bytes:
        body = bytearray()
        try:
            async with asyncio.timeout(self._timeout_s), self._client.stream("GET", url) as response:
                if response.status_code != httpx.codes.OK:
                    raise ContextNotAvailable(url, f"its server answered {response.status_code}")
                async for part in response.aiter_bytes():
                    body += part
                    if len(body) > SIZE_MAX:
                        raise ContextNotAvailable(url, f"it is larger than {SIZE_MAX} bytes")
        except (httpx.TimeoutException, TimeoutError) as exc:
            raise ContextNotAvailable(url, "its server did not answer in time") from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise ContextNotAvailable(url, str(exc) or type(exc).__name__) from exc
        return bytes(body)
