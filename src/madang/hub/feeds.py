"""Health of the feeds: when each was last heard, what it brought, what was refused and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from madang.errors import NotFound
from madang.ports.clock import Clock

FeedState = Literal["waiting", "running", "silent", "failed", "finished"]

SAMPLE_MAX = 200
"""Characters of a refused input that are kept: enough to recognise the line, too little to fill the memory."""

REASONS_MAX = 50
"""Distinct reasons kept by feed; a source that is broken in a new way on every line must not fill the memory."""

OTHER_REASON = "other reasons"

PLACES_MAX = 20_000
"""Refused rows remembered by feed, so that reading the file again does not count them again; rows past it are counted
at each reading."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why input was refused. sample, where: of the first time, for example ``garbled;line`` and
    ``parking.csv:12:8``."""

    text: str
    count: int
    sample: str
    where: str


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """One feed's health at one moment.

    last_observed: city time of the newest accepted observation. last_received: system time of the last input.
    lag_s: city seconds from last_observed to the city's now; None before the first observation.
    accepted, rejected, late, duplicates: rows since the start. error: why it failed, "" otherwise.
    """

    name: str
    title: Mapping[str, str]
    pack: str
    source: str
    state: FeedState
    last_observed: datetime | None = None
    last_received: datetime | None = None
    lag_s: float | None = None
    accepted: int = 0
    rejected: int = 0
    late: int = 0
    duplicates: int = 0
    reasons: tuple[Reason, ...] = ()
    error: str = ""


@dataclass(slots=True)
class _Record:
    title: Mapping[str, str]
    pack: str
    source: str
    silent_after_s: float | None
    state: FeedState = "waiting"
    last_observed: datetime | None = None
    last_received: datetime | None = None
    accepted: int = 0
    rejected: int = 0
    late: int = 0
    duplicates: int = 0
    reasons: dict[str, Reason] = field(default_factory=dict)
    error: str = ""
    places: set[int] = field(default_factory=set)

    def knows(self, row: tuple[str, str, str]) -> bool:
        """Was it refused before? Remembered by its hash: a feed's memory is bounded, its rows are not."""
        place = hash(row)
        if place in self.places:
            return True
        if len(self.places) < PLACES_MAX:
            self.places.add(place)
        return False


class Feeds:
    """The registry the feeds report to. clock: city time (for lag and silence). system: when input came in."""

    def __init__(self, clock: Clock, system: Clock) -> None:
        self._clock = clock
        self._system = system
        self._records: dict[str, _Record] = {}

    def start(
        self,
        name: str,
        *,
        title: Mapping[str, str],
        pack: str,
        source: str,
        silent_after: timedelta | None = None,
    ) -> None:
        """Announce a feed; counts go on where the name is known. silent_after: city time without news that makes it
        silent."""
        seconds = None if silent_after is None else silent_after.total_seconds()
        known = self._records.get(name)
        if known is None:
            self._records[name] = _Record(dict(title), pack, source, seconds)
        else:
            known.state, known.error = "waiting", ""

    def accepted(self, name: str, rows: int, last: datetime | None = None) -> None:
        """last: city time of the newest of these rows."""
        record = self._received(name)
        record.state, record.error = "running", ""
        record.accepted += rows
        if last is not None:
            record.last_observed = last if record.last_observed is None else max(last, record.last_observed)

    def rejected(self, name: str, reason: str, sample: str, where: str, *, count: int = 1) -> None:
        """Refused rows. Only the first sample of each reason is kept. A row of a file (``where`` is a place in the
        source) counts once, however often the file is read."""
        record = self._received(name)
        if where != record.source and record.knows((where, reason, sample)):
            return
        record.rejected += count
        if reason not in record.reasons and len(record.reasons) >= REASONS_MAX:
            reason = OTHER_REASON
        first = record.reasons.get(reason) or Reason(reason, 0, sample[:SAMPLE_MAX], where)
        record.reasons[reason] = Reason(reason, first.count + count, first.sample, first.where)

    def late(self, name: str, rows: int) -> None:
        """Accepted rows that were older than what was known already."""
        self._record(name).late += rows

    def duplicates(self, name: str, rows: int) -> None:
        """Accepted rows that said nothing new."""
        self._record(name).duplicates += rows

    def rewound(self, name: str) -> None:
        """The city clock jumped: what was last observed may lie in the city's future now."""
        record = self._record(name)
        record.last_observed, record.state, record.error = None, "waiting", ""

    def finished(self, name: str) -> None:
        self._record(name).state = "finished"

    def failed(self, name: str, error: str) -> None:
        record = self._record(name)
        record.state, record.error = "failed", error

    def status(self, name: str) -> FeedStatus:
        record = self._record(name)
        lag_s = None
        if record.last_observed is not None:
            lag_s = (self._clock.now() - record.last_observed).total_seconds()
        silent = lag_s is not None and record.silent_after_s is not None and lag_s > record.silent_after_s
        return FeedStatus(
            name=name,
            title=record.title,
            pack=record.pack,
            source=record.source,
            state="silent" if silent and record.state == "running" else record.state,
            last_observed=record.last_observed,
            last_received=record.last_received,
            lag_s=lag_s,
            accepted=record.accepted,
            rejected=record.rejected,
            late=record.late,
            duplicates=record.duplicates,
            reasons=tuple(sorted(record.reasons.values(), key=lambda reason: (-reason.count, reason.text))),
            error=record.error,
        )

    def statuses(self) -> Sequence[FeedStatus]:
        """All feeds, in the order they were announced."""
        return tuple(self.status(name) for name in self._records)

    def _received(self, name: str) -> _Record:
        record = self._record(name)
        record.last_received = self._system.now()
        return record

    def _record(self, name: str) -> _Record:
        if name not in self._records:
            raise NotFound(name, f"No feed is called {name!r}.")
        return self._records[name]
