"""Table feeds at work on a small city: registers, history, replay, rules, a jump back. In memory, without waiting."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from madang.bus.local import LocalBus
from madang.connectors.table.run import load_history, load_registers, replay
from madang.connectors.table.spec import TableFeed, parse_feeds
from madang.errors import SourceUnavailable
from madang.hub.clock import CityClock
from madang.hub.entities import Entities
from madang.hub.feeds import Feeds
from madang.model.entity import Entity
from madang.model.query import Window
from madang.ngsild.context import CORE
from madang.packs.alerts import STATUS, Alerts, alert_id
from madang.packs.load import load_packs, load_profile
from madang.packs.shipped import shipped
from madang.ports.tables import TimeRange
from madang.stores.memory import MemoryStateStore
from madang.stores.memory_history import MemoryHistoryStore
from madang.stores.memory_side import MemoryDocumentStore
from madang.stores.tables import DuckTables

GARAGE = "urn:ngsi-ld:OffStreetParking:x:A"
CARS = CORE.expand("occupiedSpotNumber")
CITY = """
[city]
title = { en = "X" }
languages = ["en"]
timezone = "UTC"
centre = [1, 2]

[clock]
mode = "replay"
start = 2014-08-29T10:00:00Z
end = 2014-08-29T20:00:00Z
speed = 600

[packs.parking]
types = ["OffStreetParking"]

[[feed]]
name = "garages"
title = { en = "Garages" }
kind = "register"
file = "garages.csv"
type = "OffStreetParking"
entity = "urn:ngsi-ld:OffStreetParking:x:{id}"

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
entity = "urn:ngsi-ld:OffStreetParking:x:{id}"
time = { columns = ["time"], timezone = "UTC" }

[[feed.attribute]]
name = "occupiedSpotNumber"
kind = "integer"
column = "cars"
"""
ROWS = [("09:00", 10), ("09:30", 20), ("10:30", 95), ("11:00", 96), ("11:30", 50), ("12:00", 40)]


class Machine:
    """A machine on which only sleeping takes time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, delay_s: float) -> None:
        self.seconds += min(delay_s, 0.25)
        await asyncio.sleep(0)


class Town:
    """Everything an app puts together for one city."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        (directory / "city.toml").write_text(CITY, "utf-8")
        (directory / "garages.csv").write_text("id,spaces\nA,100\nB,lots\n", "utf-8")
        cars = "".join(f"2014-08-29T{time},A,{cars}\n" for time, cars in ROWS)
        (directory / "cars.csv").write_text(f"time,id,cars\n{cars}2014-08-29T12:30,A", "utf-8")
        self.machine = Machine()
        self.profile = load_profile(directory)
        self.feeds: Sequence[TableFeed] = parse_feeds(self.profile.feeds)
        plan = self.profile.clock
        self.clock = CityClock(
            self.machine,
            self.machine.monotonic,
            mode="replay",
            start=plan.start,
            end=plan.end,
            speed=plan.speed,
            sleep=self.machine.sleep,
        )
        self.history = MemoryHistoryStore(self.machine)
        self.bus = LocalBus()
        self.entities = Entities(MemoryStateStore(), self.history, self.bus, self.clock)
        self.documents = MemoryDocumentStore()
        self.tables = DuckTables()
        self.health = Feeds(self.clock, self.machine)
        for feed in self.feeds:
            self.health.start(feed.name, title=feed.title, pack=feed.pack, source=feed.shown)
        self.alerts = Alerts(
            "",
            load_packs(self.profile, [shipped("packs")]),
            timezone=self.profile.timezone,
            clock=self.clock,
            entities=self.entities,
            history=self.history,
            bus=self.bus,
        )

    async def play(self) -> None:
        await replay(
            "",
            self.feeds,
            clock=self.clock,
            history_from=datetime(2014, 8, 29, tzinfo=UTC),
            intake=self.entities,
            history=self.history,
            tables=self.tables,
            documents=self.documents,
            health=self.health,
            seeded=self.alerts.rewind,
            sleep=self.machine.sleep,
        )


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path / "x")


def told(alert: Entity) -> tuple[str, datetime | None]:
    return status_of(alert), alert.attributes[STATUS][0].observed_at


def status_of(entity: Entity | None) -> str:
    return str(entity.attributes[STATUS][0].value) if entity else ""


async def test_a_register_takes_its_good_rows_and_tells_of_the_others(town: Town) -> None:
    await load_registers("", town.feeds, intake=town.entities, tables=town.tables, health=town.health)
    status = town.health.status("garages")
    assert (status.state, status.accepted, status.rejected) == ("finished", 1, 1)
    assert [(reason.text, reason.where) for reason in status.reasons] == [("not a number", "garages.csv:3:3")]


async def test_history_is_loaded_once_and_anew_when_the_file_changes(town: Town) -> None:
    day = datetime(2014, 8, 29, tzinfo=UTC)

    async def load(hours: int) -> int:
        return await load_history(
            "",
            town.feeds,
            start=day,
            end=day + timedelta(hours=hours),
            history=town.history,
            tables=town.tables,
            documents=town.documents,
            health=town.health,
        )

    assert [await load(10), await load(10), await load(11)] == [2, 0, 1]
    file = town.profile.directory / "cars.csv"
    file.write_text(file.read_text("utf-8") + ",1\n", "utf-8")
    assert await load(11) == 3
    points = await town.history.points("", GARAGE, CARS, Window(), most=100)
    assert list(points.value) == [10, 20, 95]


async def test_an_alert_rises_and_falls_in_the_replay_and_a_jump_back_undoes_it(town: Town) -> None:
    await load_registers("", town.feeds, intake=town.entities, tables=town.tables, health=town.health)
    full = alert_id("parking", "nearly-full", GARAGE)
    seen: list[tuple[str, datetime | None]] = []
    async with asyncio.timeout(20), town.bus.listen() as changes:
        tasks = [asyncio.create_task(town.alerts.run()), asyncio.create_task(town.play())]
        async for batch in changes:
            seen += [told(change.after) for change in batch or () if change.entity_id == full and change.after]
            if len(seen) == 2:
                break
        assert seen == [
            ("open", datetime(2014, 8, 29, 10, 50, tzinfo=UTC)),
            ("closed", datetime(2014, 8, 29, 11, 30, tzinfo=UTC)),
        ]
        town.clock.pause()
        town.clock.jump(datetime(2014, 8, 29, 10, 45, tzinfo=UTC))
        async for batch in changes:
            if any(change.entity_id == GARAGE for change in batch or ()):
                break
        garage = (await town.entities.retrieve("", GARAGE)).entity()
        assert garage.attributes[CARS][0].value == 95
        town.clock.play()
        async for batch in changes:
            if any(change.entity_id == full and status_of(change.after) == "open" for change in batch or ()):
                break
        again = (await town.entities.retrieve("", full)).entity()
        assert CORE.expand("validTo") not in again.attributes
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_cut_parquet_file_is_told_and_a_whole_one_read(tmp_path: Path) -> None:
    whole, cut = tmp_path / "whole.parquet", tmp_path / "cut.parquet"
    with duckdb.connect() as connection:
        rows = "SELECT TIMESTAMP '2014-08-29' + to_minutes(i) AS time, i % 3 AS id, i AS n FROM range(100) AS r(i)"
        connection.sql(rows).write_parquet(str(whole))
    cut.write_bytes(whole.read_bytes()[:-100])
    tables = DuckTables()
    ten = np.datetime64("2014-08-29T00:10:00", "us")
    read = await tables.read(whole, ["n"], TimeRange("time", ten, ten + np.timedelta64(5, "m")))
    assert read["n"].tolist() == [10, 11, 12, 13, 14]
    last = await tables.last(whole, ["id", "n", "time"], ["id"], TimeRange("time", None, ten))
    assert sorted(last["n"].tolist()) == [7, 8, 9]
    with pytest.raises(SourceUnavailable, match=r"cut\.parquet: not a whole Parquet file"):
        await tables.read(cut, ["n"])
    with pytest.raises(SourceUnavailable, match="no such file"):
        await tables.columns(tmp_path / "none.parquet")
