"""The stretches of time an entity's history is shown for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from madang.model.query import Window

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Range:
    """key: in the address. span None: everything there is."""

    key: str
    span: timedelta | None


HOURLY = (
    Range("6h", timedelta(hours=6)),
    Range("24h", timedelta(hours=24)),
    Range("7d", timedelta(days=7)),
    Range("30d", timedelta(days=30)),
    Range("all", None),
)
DAILY = (
    Range("30d", timedelta(days=30)),
    Range("90d", timedelta(days=90)),
    Range("1y", timedelta(days=365)),
    Range("all", None),
)
"""For cities whose data are daily (setting clock_step of a day or more)."""

_FIRST: Mapping[bool, str] = {False: "24h", True: "90d"}


def ranges(clock_step_s: float) -> tuple[Range, ...]:
    return DAILY if clock_step_s >= DAY_S else HOURLY


def choose(key: str | None, clock_step_s: float) -> Range:
    """The range of this key; the usual one for no key or one that this city does not offer."""
    offered = {one.key: one for one in ranges(clock_step_s)}
    return offered.get(key or "") or offered[_FIRST[clock_step_s >= DAY_S]]


def window_until(now: datetime, span: timedelta | None) -> Window:
    """Up to and including ``now``: what a past moment is asked for must not show what came later."""
    return Window(None if span is None else now - span, now + timedelta(microseconds=1))


def usual_window(now: datetime, clock_step_s: float) -> Window:
    """What usual means: the last eight weeks, or two years where data are daily."""
    span = timedelta(days=730) if clock_step_s >= DAY_S else timedelta(weeks=8)
    return window_until(now, span)


def card_span(clock_step_s: float) -> timedelta:
    """What a card's small line shows."""
    return timedelta(days=30) if clock_step_s >= DAY_S else timedelta(hours=24)
