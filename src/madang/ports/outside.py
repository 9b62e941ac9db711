"""Doors to other machines: remote contexts and receivers of notifications."""

from collections.abc import Mapping
from typing import Protocol

from madang.model.entity import Json


class ContextLoader(Protocol):
    """Fetches the document behind a @context URL. Raises ContextNotAvailable. Caching is the caller's."""

    async def load(self, url: str) -> Json: ...


class Sender(Protocol):
    """Posts one notification. Returns the receiver's status code.

    Raises DeliveryFailed where no answer came in time.
    """

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> int: ...
