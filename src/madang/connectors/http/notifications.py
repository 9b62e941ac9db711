"""Posts notifications."""

from collections.abc import Mapping
from typing import Self

import httpx

from madang.errors import DeliveryFailed


class HttpSender:
    """Sender over HTTP with kept-alive connections, at most ``parallel`` of them. Redirects are not followed: a
    notification goes where its subscriber asked for."""

    def __init__(
        self, *, timeout_s: float, parallel: int = 64, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        limits = httpx.Limits(max_connections=parallel, max_keepalive_connections=parallel)
        self._client = httpx.AsyncClient(timeout=timeout_s, limits=limits, transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        try:
            response = await self._client.post(url, headers=dict(headers), content=body)
        except httpx.TimeoutException as exc:
            raise DeliveryFailed(f"{url} did not answer in time.") from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            raise DeliveryFailed(f"{url} could not be reached: {str(exc) or type(exc).__name__}.") from exc
        return response.status_code
