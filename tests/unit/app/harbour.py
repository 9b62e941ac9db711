"""A city of two car parks and one recorded day, and a receiver of its notifications."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from madang.ngsild.context import CORE

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
STOP = START + timedelta(hours=10)
GARAGES = {name: f"urn:ngsi-ld:OffStreetParking:harbour:{name}" for name in "AB"}
CARS = CORE.expand("occupiedSpotNumber")

CITY = """
[city]
title = { en = "Harbour" }
languages = ["en"]
timezone = "UTC"
centre = [10, 56]

[clock]
mode = "replay"
start = 2026-03-02T08:00:00Z
end = 2026-03-02T18:00:00Z
speed = 600
loop = LOOP
history_from = 2026-03-02T06:00:00Z

[packs.parking]
types = ["OffStreetParking"]

[[feed]]
name = "garages"
title = { en = "Garages" }
kind = "register"
file = "garages.csv"
type = "OffStreetParking"
entity = "urn:ngsi-ld:OffStreetParking:harbour:{id}"

[[feed.attribute]]
name = "totalSpotNumber"
kind = "integer"
column = "spaces"

[[feed]]
name = "cars"
title = { en = "Cars" }
kind = "series"
file = "cars.csv"
type = "OffStreetParking"
entity = "urn:ngsi-ld:OffStreetParking:harbour:{id}"
time = { columns = ["time"], timezone = "UTC" }

[[feed.attribute]]
name = "occupiedSpotNumber"
kind = "integer"
column = "cars"
"""

Row = tuple[datetime, str, int]


def make_harbour(directory: Path, rows: Iterable[Row], *, loop: bool = False, spoilt: str = "") -> Path:
    """spoilt: text at the end of the file of the series. Returns the city's directory."""
    city = directory / "harbour"
    city.mkdir()
    (city / "city.toml").write_text(CITY.replace("LOOP", str(loop).lower()), "utf-8")
    (city / "garages.csv").write_text("id,spaces\nA,100\nB,100\n", "utf-8")
    lines = "".join(f"{at:%Y-%m-%dT%H:%M:%S},{name},{cars}\n" for at, name, cars in rows)
    (city / "cars.csv").write_text(f"time,id,cars\n{lines}{spoilt}", "utf-8")
    return city


def nothing(_step: str, _done: int, _of: int | None) -> None:
    """Progress nobody looks at."""


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[str, list[bytes]]]:
    """An endpoint that takes every notification: its URL, and the bodies so far."""
    bodies: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                (length,) = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
                bodies.append(await reader.readexactly(int(length.partition(b":")[2])))
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", bodies
