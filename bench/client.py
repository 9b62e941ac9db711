"""A closed loop of HTTP/1.1 requests: each connection sends the next one when its answer is complete.

Requests are finished bytes, taken in turn by all connections. Of an answer only status, Content-Length and the number
of bytes are looked at: one core of this client must ask faster than one core of the server can answer.
"""

import asyncio
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import perf_counter_ns
from typing import Final, cast

_HEADS_KEPT: Final = 64
_BROKEN_S: Final = 30.0
_ONCE_S: Final = 600.0
_S: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Load:
    """What to ask for, and what every answer must look like.

    sizes: allowed lengths of the body, None: any. per_second: requests are sent at this rate as long as there is a
    connection free; None: as fast as they are answered. repeat: begin anew after the last request, until time is up.
    """

    requests: Sequence[bytes]
    status: int
    sizes: frozenset[int] | None = None
    connections: int = 50
    seconds: float = 3.0
    warm_up_s: float = 0.5
    per_second: float | None = None
    repeat: bool = True


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a load. The warm-up is in ``asked`` and ``wrong`` only; latencies in ns, unordered."""

    asked: int
    answers: int
    wrong: int
    first_wrong: str
    seconds: float
    latencies: Sequence[int] = field(repr=False)

    @property
    def per_second(self) -> float:
        return self.answers / self.seconds

    def latency_ms(self, share: float) -> float:
        """The latency that ``share`` of the answers (0 to 1) did not exceed."""
        if not self.latencies:
            return float("nan")
        ordered = sorted(self.latencies)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] / 1e6


async def run(host: str, port: int, load: Load, *, on_start: Callable[[], None] | None = None) -> Measured:
    """Put the load on a server. on_start: called when the warm-up is over.

    Raises ConnectionError where the server closes a connection, TimeoutError where it stops answering.
    """
    loop = asyncio.get_running_loop()
    work = _Work(load, loop.create_future())
    try:
        for _ in range(load.connections):
            await loop.create_connection(lambda: _Connection(work), host, port)
        work.start(perf_counter_ns())
        if on_start is not None:
            loop.call_later(load.warm_up_s, on_start)
        async with asyncio.timeout(load.warm_up_s + load.seconds + _BROKEN_S):
            return await work.finished
    finally:
        await work.close()


async def once(host: str, port: int, requests: Sequence[bytes], status: int, *, connections: int = 20) -> Measured:
    """Each request one time, on a few connections. Raises as run."""
    most = min(connections, len(requests))
    return await run(host, port, Load(requests, status, None, most, seconds=_ONCE_S, warm_up_s=0.0, repeat=False))


class _Work:
    """What all connections of one load share."""

    def __init__(self, load: Load, finished: asyncio.Future[Measured]) -> None:
        self.load = load
        self.finished = finished
        self.requests: Iterator[bytes] = cycle(load.requests)
        self.latencies = array("q")
        self.heads: dict[bytes, tuple[int, int]] = {}
        self.connections: list[_Connection] = []
        self.asked = self.wrong = 0
        self.first_wrong = ""
        self.begin = self.end = self.next_slot = self.open = 0
        self.left = -1 if load.repeat else len(load.requests)
        self.slot = 0 if load.per_second is None else int(_S / load.per_second)

    def start(self, now: int) -> None:
        self.begin = now + int(self.load.warm_up_s * _S)
        self.end = self.begin + int(self.load.seconds * _S)
        self.next_slot = now
        self.open = len(self.connections)
        for connection in self.connections:
            self.go_on(connection, now)

    def go_on(self, connection: "_Connection", now: int) -> None:
        """Let a free connection ask: now, in its slot, or no more."""
        wait = self.next_slot - now if self.slot else 0
        if self.left == 0 or max(now, now + wait) >= self.end:
            self.one_less()
            return
        self.left -= 1
        self.next_slot += self.slot
        if wait > 0:
            asyncio.get_running_loop().call_later(wait / _S, connection.ask)
        else:
            connection.ask()

    def note_wrong(self, status: int, size: int) -> None:
        self.wrong += 1
        if not self.first_wrong:
            wanted = "" if self.load.sizes is None else f" with {sorted(self.load.sizes)} bytes"
            self.first_wrong = f"{status} with {size} bytes came, {self.load.status}{wanted} was expected"

    def one_less(self) -> None:
        self.open -= 1
        if self.open or self.finished.done():
            return
        seconds = (self.end - self.begin) / _S
        answers = len(self.latencies)
        self.finished.set_result(
            Measured(self.asked, answers, self.wrong, self.first_wrong, seconds, self.latencies.tolist())
        )

    async def close(self) -> None:
        self.open = 0
        for connection in self.connections:
            connection.transport.close()
        await asyncio.gather(*(connection.lost for connection in self.connections))

    def fail(self, error: Exception) -> None:
        if self.open and not self.finished.done():
            self.finished.set_exception(error)

    def head(self, head: bytes) -> tuple[int, int]:
        """(status, Content-Length) of an answer's head."""
        if len(self.heads) >= _HEADS_KEPT:  # servers put the time of day into it
            self.heads.clear()
        found = self.heads[head] = parse_head(head)
        return found


class _Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    __slots__ = ("buffer", "lost", "missing", "sent", "size", "status", "transport", "work")

    transport: asyncio.WriteTransport

    def __init__(self, work: _Work) -> None:
        self.work = work
        self.buffer = b""
        self.missing = self.size = self.status = self.sent = 0
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)  # uvloop's is not a subclass
        self.work.connections.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.work.fail(ConnectionError(f"the server closed a connection: {exc}"))
        self.lost.set_result(None)

    def ask(self) -> None:
        work = self.work
        work.asked += 1
        request = next(work.requests)
        self.sent = perf_counter_ns()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self.missing:
            self.missing -= len(data)
        else:
            if self.buffer:
                data = self.buffer + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self.buffer = data
                return
            self.buffer = b""
            head = data[:end]
            try:
                self.status, self.size = self.work.heads.get(head) or self.work.head(head)
            except ValueError as exc:
                self.work.fail(exc)
                return
            self.missing = end + 4 + self.size - len(data)
        if self.missing > 0:
            return
        self.answered()

    def answered(self) -> None:
        now = perf_counter_ns()
        work = self.work
        load = work.load
        if self.status != load.status or (load.sizes is not None and self.size not in load.sizes) or self.missing < 0:
            work.note_wrong(self.status, self.size - self.missing)
            self.missing = 0
        if work.begin <= now < work.end:
            work.latencies.append(now - self.sent)
        work.go_on(self, now)


def parse_head(head: bytes) -> tuple[int, int]:
    """(status, Content-Length) of an answer's head, without its empty line. Raises ValueError without a length."""
    lines = head.split(b"\r\n")
    status = int(lines[0][9:12])
    for line in lines[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return status, int(value)
    if status in (204, 304):
        return status, 0
    raise ValueError(f"this client needs Content-Length; the server sent {lines[0].decode('latin-1')!r} without it")


def request(
    method: str, target: str, body: bytes | None = None, *, media: str = "application/json", host: str = "127.0.0.1"
) -> bytes:
    """The bytes of one request."""
    lines = [f"{method} {target} HTTP/1.1", f"host: {host}", "accept: application/json"]
    if body is not None:
        lines += [f"content-type: {media}", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")
