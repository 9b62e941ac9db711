"""A receiver of notifications: answers each POST with 200 and counts it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from bench.server import HOST

_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"


class Receiver:
    """received: POSTs whose body came whole. url: where to send them."""

    def __init__(self) -> None:
        self.received = 0
        self.url = ""


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a free port, until the block ends."""
    receiver = Receiver()
    server = await asyncio.get_running_loop().create_server(lambda: _Connection(receiver), HOST, 0)
    receiver.url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}/notify"
    try:
        yield receiver
    finally:
        server.close()


class _Connection(asyncio.Protocol):
    transport: asyncio.WriteTransport

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)  # uvloop's is not a subclass

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            whole = end + 4 + length_of(self.buffer[:end])
            if len(self.buffer) < whole:
                return
            self.buffer = self.buffer[whole:]
            self.receiver.received += 1
            self.transport.write(_ANSWER)


def length_of(head: bytes) -> int:
    """Content-Length of a request's head."""
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
