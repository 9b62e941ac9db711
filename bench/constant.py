"""The limit of the HTTP cases: the server madang uses, in the same process layout, answering the same bytes always.

Run as ``python bench/constant.py --port 9000 --size 600``. Prints ``ready`` once it listens.
"""

import argparse
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Constant:
    """ASGI application that answers each request with the same status and bytes, after reading its body."""

    def __init__(self, status: int, size: int) -> None:
        headers = [(b"content-type", b"application/json"), (b"link", b"x" * 120)]
        if status != 204:
            headers.append((b"content-length", str(size).encode()))
        self._start: Message = {"type": "http.response.start", "status": status, "headers": headers}
        self._body: Message = {"type": "http.response.body", "body": b"x" * size}

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["method"] != "GET":
            while (await receive()).get("more_body", False):
                pass
        await send(self._start)
        await send(self._body)


async def serve(port: int, status: int, size: int) -> None:
    server = Server(
        Constant(status, size), "127.0.0.1", port, interface=Interfaces.ASGINL, log_enabled=False, backlog=1024
    )
    await server.serve()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--size", type=int, default=600)
    parser.add_argument("--status", type=int, default=200)
    asked = parser.parse_args()
    uvloop.run(serve(asked.port, asked.status, asked.size))


if __name__ == "__main__":
    main()
