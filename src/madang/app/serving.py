"""Serves cities over HTTP from this process."""

import asyncio
import gc
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from madang.errors import ConfigError
from madang.packs.load import load_profile
from madang.web.site import Site

from .opening import OpenCity, Steps, city_settings, open_city
from .usual import usual_tables

Ready = Callable[[str, list[str]], None]
"""Told once the server answers: its address, and the cities' names."""

BACKLOG = 1024
CONNECTIONS = 4096
"""Most connections open at once. Granian's own bound is its backlog of 128, and a connection counts as long as it is
open: the 129th client would wait until another one leaves."""
GRACE_S = 5.0
"""Longest that open answers may take once the server is told to end."""


async def serve(
    directories: Sequence[Path], data: Path, overrides: Mapping[str, Any], steps: Steps, ready: Ready
) -> None:
    """Until SIGINT or SIGTERM. Raises ConfigError (profile, packs, data directory, port)."""
    first = city_settings(load_profile(directories[0]), overrides)
    host, port = first.str("host"), free_port(first.str("host"), first.int("port"))
    url = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"
    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(open_city(each, data, overrides, base_url=url)) for each in directories
        ]
        for one in opened:
            await one.load(steps)
        settle()
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        async with _alive(opened, url, host, port) as names:
            ready(url, names)
            await stop.wait()
        for one in opened:
            await one.save_clock()
    gc.unfreeze()  # else the database's binding reports all that was frozen as leaked when the process ends


def settle() -> None:
    """Tell Python that this is a server: what is loaded stays, and no thread may keep another one waiting for long.

    With Python's own values the garbage collector took a third of a batch's time, walking entities that are no garbage;
    and the journal's thread may wait 5 ms for the interpreter around each step of a group commit.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    sys.setswitchinterval(0.0005)


@asynccontextmanager
async def _alive(opened: Sequence[OpenCity], url: str, host: str, port: int) -> AsyncIterator[list[str]]:
    """The site answering and the cities going on, until the block ends."""
    cities = {one.city.name: one.city for one in opened}
    if len(cities) != len(opened):
        raise ConfigError("Two cities have the same name; each needs a directory of its own name.")
    site = Site(cities, {one.city.name: usual_tables(one) for one in opened})
    server = Server(
        site,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        backlog=BACKLOG,
        backpressure=CONNECTIONS,
        log_level=LogLevels.error,
        websockets=False,
    )
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one.live()) for one in opened]
        news = group.create_task(site.run())
        serving = group.create_task(server.serve())
        try:
            await answering(host, port)
            yield list(cities)
        finally:
            # The server waits for open answers: the event stream of a page would keep it for ever.
            news.cancel()
            server.stop()  # type: ignore[no-untyped-call]  # granian does not say that it returns nothing
            await _ended(serving)
            for task in tasks:
                task.cancel()


async def _ended(serving: asyncio.Task[None]) -> None:
    """Open answers are finished, but a client that does not read is not waited for."""
    try:
        async with asyncio.timeout(GRACE_S):
            await serving
    except TimeoutError:
        return


def free_port(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises ConfigError where it is taken: the server itself would only log it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise ConfigError(
                f"Cannot listen on {host}:{port}: {exc.strerror}. Choose another with --set port=NUMBER (0: any)."
            ) from exc
        return int(probe.getsockname()[1])


async def answering(host: str, port: int, *, within_s: float = 10.0) -> None:
    """Return when something accepts connections there. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
            except OSError:
                await asyncio.sleep(0.01)
                continue
            writer.close()
            return
