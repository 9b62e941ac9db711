"""Opens a city: its profile, packs, stores and use cases, wired to each other by name."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from madang.bus.local import LocalBus
from madang.connectors.http import HttpContextLoader, HttpPeerHub, HttpSender
from madang.connectors.table.run import Progress, load_history, load_registers, replay
from madang.connectors.table.spec import TableFeed, parse_feeds
from madang.district.exchange import Exchange, Peer
from madang.district.indicators.live import Live
from madang.district.wing import LEDGER_TYPES, PlacesFiles, ledger_guards, open_places
from madang.errors import ConfigError, DependencyError
from madang.hub.clock import CityClock, decode_clock, encode_clock
from madang.hub.contexts import Contexts
from madang.hub.entities import Entities
from madang.hub.feeds import Feeds
from madang.hub.history import History
from madang.hub.keeping import Keeper, explain
from madang.hub.subscriptions import Subscriptions
from madang.packs.alerts import Alerts
from madang.packs.load import load_packs, load_profile
from madang.packs.profile import ClockPlan, Profile
from madang.packs.shipped import shipped
from madang.settings import Settings, parse_settings
from madang.stores.embedded.history import ParquetHistoryStore
from madang.stores.embedded.opening import EmbeddedStores, open_embedded
from madang.stores.tables import DuckTables
from madang.web.city import City

Steps = Callable[[str, int, int | None], None]
"""Progress: what is done, how much of it, of how much (None: not known)."""

CLOCK = "clock"
CLOCK_SAVED_S = 5.0
PEER_TIMEOUT_S = 4.0
"""Longest a reader of the practice cards waits for another city's hub; what it said last is shown instead."""

logger = logging.getLogger(__name__)


class SystemClock:
    """Implements ports.clock.Clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


def shipped_city(name: str) -> Path:
    return shipped("cities") / name


def find_city(given: str | Path) -> Path:
    """A directory with city.toml, or the name of a shipped city. Raises ConfigError."""
    path = Path(given)
    if (path / "city.toml").is_file():
        return path.resolve()
    named = shipped_city(str(given))
    if len(path.parts) == 1 and (named / "city.toml").is_file():
        return named
    known = ", ".join(sorted(each.parent.name for each in shipped("cities").glob("*/city.toml")))
    raise ConfigError(f"There is no city.toml in {path}. Name a city's directory, or a shipped city: {known}.")


def city_settings(profile: Profile, overrides: Mapping[str, Any]) -> Settings:
    """The city's own settings, then those of this run. Raises ConfigError with every fault."""
    return parse_settings(profile.settings, overrides, where=f"{profile.name}/city.toml [settings]")


def pack_directories(profile: Profile) -> tuple[Path, ...]:
    """Where packs are looked for: beside the city, then those that come with madang."""
    return (profile.directory / "packs", shipped("packs"))


@dataclass(frozen=True, slots=True)
class OpenCity:
    """A city with what keeps it alive. keeper: how each of the parts that ``live`` runs is doing."""

    city: City
    feeds: tuple[TableFeed, ...]
    stores: EmbeddedStores
    history: ParquetHistoryStore
    alerts: Alerts
    tables: DuckTables
    keeper: Keeper

    async def load(self, steps: Steps) -> int:
        """Registers, and the recorded past up to the city's now. Returns observations loaded."""
        city = self.city
        steps(f"{city.name}: registers", 0, None)
        await load_registers("", self.feeds, intake=city.entities, tables=self.tables, health=city.feeds)
        steps(f"{city.name}: places", 0, None)
        for entity_id, why in (await city.places.bring()).refused.items():
            logger.warning("%s: %s was not entered: %s", city.name, entity_id, why)
        start = city.profile.clock.history_from
        if start is None:
            return 0

        def progress(done: Progress) -> None:
            steps(f"{city.name}: {done.feed}", done.rows, done.rows if done.finished else None)

        return await load_history(
            "",
            self.feeds,
            start=start,
            end=city.clock.now(),
            history=self.history,
            tables=self.tables,
            documents=self.stores.documents,
            health=city.feeds,
            progress=progress,
        )

    async def live(self) -> None:
        """Everything that goes on by itself, until cancelled: feeds, rules, notifications, the history's
        housekeeping. Neither a full disk nor a bug in one of them ends it.
        """
        parts: dict[str, Callable[[], Awaitable[None]]] = {
            "history": lambda: self.history.run(self.city.clock),
            "expiry": self.city.entities.run,
            "alerts": self.alerts.run,
            **self.city.subscriptions.parts(),
        }
        if self.city.clock.mode == "replay":
            parts |= {"replay": self._play, "clock": self._save_clock}
        async with asyncio.TaskGroup() as group:
            for name, run in parts.items():
                group.create_task(self.keeper.keep(f"{self.city.name}: {name}", run))

    async def _play(self) -> None:
        """Play the recorded series by the city clock, for ever. What ends it is shown at its feeds."""
        try:
            await self._replay()
        except Exception as exc:
            for feed in self.feeds:
                if feed.kind == "series":
                    self.city.feeds.failed(feed.name, explain(exc))
            raise

    async def _replay(self) -> None:
        clock = self.city.profile.clock
        await replay(
            "",
            self.feeds,
            clock=self.city.clock,
            history_from=clock.history_from or clock.start or self.city.clock.now(),
            intake=self.city.entities,
            history=self.history,
            tables=self.tables,
            documents=self.stores.documents,
            health=self.city.feeds,
            seeded=self.alerts.rewind,
        )

    async def save_clock(self) -> None:
        """At the end. Where it cannot be, the next start goes on from the last time it could."""
        try:
            await self._put_clock()
        except DependencyError as exc:
            logger.warning("%s: the clock was not saved: %s", self.city.name, exc.detail)

    async def _save_clock(self) -> None:
        while True:
            await asyncio.sleep(CLOCK_SAVED_S)
            await self._put_clock()

    async def _put_clock(self) -> None:
        await self.stores.documents.put(CLOCK, "", "state", encode_clock(self.city.clock.state()))


@asynccontextmanager
async def open_city(
    directory: Path, data: Path, overrides: Mapping[str, Any], *, base_url: str = "", plan: ClockPlan | None = None
) -> AsyncIterator[OpenCity]:
    """The city of ``directory`` with its state in ``data``/<name>, until the block ends. Raises ConfigError.

    base_url: where its API is reached from outside. plan: a clock other than the profile's.
    """
    profile = load_profile(directory)
    plan = plan or profile.clock
    settings = city_settings(profile, overrides)
    packs = load_packs(profile, pack_directories(profile))
    plans = parse_feeds(profile.feeds)
    system = SystemClock()
    place = data / profile.name
    make_directory(place)
    async with AsyncExitStack() as stack:
        stores = await stack.enter_async_context(open_embedded(place, settings=settings))
        history = await stack.enter_async_context(
            ParquetHistoryStore.open(stores.journal, clock=system, settings=settings, kept=LEDGER_TYPES)
        )
        loader = await stack.enter_async_context(HttpContextLoader(timeout_s=settings.float("context_timeout")))
        sender = await stack.enter_async_context(
            HttpSender(timeout_s=settings.float("notify_timeout"), parallel=settings.int("notify_parallel"))
        )
        peer_hub = await stack.enter_async_context(HttpPeerHub(timeout_s=PEER_TIMEOUT_S))
        clock = CityClock(
            system,
            time.monotonic,
            mode=plan.mode,
            start=plan.start,
            end=plan.end,
            speed=plan.speed,
            loop=plan.loop,
        )
        await _restore_clock(clock, stores)
        bus = LocalBus()
        keeper = Keeper()
        files = PlacesFiles(shipped("places"), profile.directory / "district")
        measures = files.measures()
        arriving: set[str] = set()
        entities = Entities(stores.state, history, bus, system, ledger_guards(measures, arriving))
        contexts = Contexts(
            stores.documents,
            loader,
            system,
            base_url=f"{base_url}/{profile.name}/ngsi-ld/v1",
            cached_max=settings.int("context_cache"),
        )
        subscriptions = Subscriptions(
            stores.documents,
            stores.outbox,
            sender,
            entities,
            contexts,
            bus,
            system,
            parallel=settings.int("notify_parallel"),
            attempts=settings.int("notify_attempts"),
        )
        await subscriptions.load()
        feeds = Feeds(clock, system)
        for feed in plans:
            feeds.start(feed.name, title=feed.title, pack=feed.pack, source=feed.shown, silent_after=feed.silent_after)
        alerts = Alerts("", packs, timezone=profile.timezone, clock=clock, entities=entities, history=history, bus=bus)
        past = History(entities, history, system)
        city = City(
            name=profile.name,
            profile=profile,
            packs=packs,
            settings=settings,
            clock=clock,
            entities=entities,
            history=past,
            subscriptions=subscriptions,
            contexts=contexts,
            feeds=feeds,
            bus=bus,
            places=open_places(
                files,
                measures,
                entities,
                arriving,
                Live(entities, past, clock, profile.timezone),
                Exchange([Peer(one.name, one.url) for one in profile.peers], peer_hub, stores.documents, system),
            ),
            parts=keeper.parts,
        )
        yield OpenCity(city, plans, stores, history, alerts, DuckTables(), keeper)


def make_directory(place: Path) -> None:
    """Raises ConfigError where it cannot be made or written to."""
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise ConfigError(
            f"The data directory {place} cannot be made: {exc.strerror}. Choose another with --data."
        ) from exc
    if not os.access(place, os.W_OK):
        raise ConfigError(f"The data directory {place} cannot be written to. Choose another with --data.")


async def _restore_clock(clock: CityClock, stores: EmbeddedStores) -> None:
    """A replay goes on where it was; a kept state that cannot be read is as good as none."""
    body = await stores.documents.get(CLOCK, "", "state")
    if body is not None:
        try:
            clock.restore(decode_clock(body))
        except msgspec.DecodeError:
            return
