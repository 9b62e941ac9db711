"""What a connector needs from the hub: somewhere to put what it read, the city's time, and somewhere to report."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

from madang.errors import MadangError
from madang.model.entity import Entity
from madang.model.query import Query

from .state import Page


class RefusedItem(Protocol):
    @property
    def entity_id(self) -> str: ...

    @property
    def error(self) -> MadangError: ...


class IntakeReport(Protocol):
    """accepted + unchanged + len(rejected) = fragments given; late: those of the accepted for the history only."""

    @property
    def accepted(self) -> int: ...

    @property
    def late(self) -> int: ...

    @property
    def unchanged(self) -> int: ...

    @property
    def rejected(self) -> Sequence[RefusedItem]: ...


class Intake(Protocol):
    """The door for feeds. A commit that returned is durable. Source of the rules: hub.entities.Entities."""

    async def commit(
        self, tenant: str, fragments: Sequence[Entity], *, late: Literal["history", "overwrite"] = "history"
    ) -> IntakeReport: ...

    async def batch(self, tenant: str, op: Literal["merge"], items: Sequence[Entity]) -> object:
        """Merge fragments into entities; NGSI-LD Null removes an attribute."""

    async def query(self, tenant: str, query: Query) -> Page: ...


class PlayedClock(Protocol):
    """City time as a feed sees it; epoch grows with each jump and loop."""

    @property
    def epoch(self) -> int: ...

    def now(self) -> datetime: ...

    async def wait_until(self, city_time: datetime, epoch: int) -> bool:
        """False as soon as the epoch is another one."""


class FeedHealth(Protocol):
    """Where a feed reports how it is doing; last: city time of the newest of these rows."""

    def accepted(self, name: str, rows: int, last: datetime | None = None) -> None: ...

    def rejected(self, name: str, reason: str, sample: str, where: str, *, count: int = 1) -> None: ...

    def late(self, name: str, rows: int) -> None: ...

    def duplicates(self, name: str, rows: int) -> None: ...

    def rewound(self, name: str) -> None: ...

    def finished(self, name: str) -> None: ...

    def failed(self, name: str, error: str) -> None: ...
