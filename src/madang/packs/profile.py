"""A city's profile: what city.toml says, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from madang.hub.clock import ClockMode
from madang.model.feed import FeedPlan
from madang.model.keys import Place

from .pack import Text


@dataclass(frozen=True, slots=True)
class BaseFile:
    """A GeoJSON file of the base map. label: the feature member that names it, by language ({} for no labels).

    role: area (the city's own parts), context (what lies around), line (a network).
    """

    file: Path
    role: Literal["area", "context", "line"]
    label: Text


@dataclass(frozen=True, slots=True)
class ClockPlan:
    """How the city clock starts. Times aware UTC; start, end and history_from are None on a live clock.

    history_from: series are bulk-loaded into the history from here up to start.
    """

    mode: ClockMode = "live"
    start: datetime | None = None
    end: datetime | None = None
    speed: float = 1.0
    loop: bool = False
    history_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class PackChoice:
    """A pack the city uses, with its parameters as written. types: None for all.
    places, keys: where the value and the name of each
    stand."""

    name: str
    parameters: Mapping[str, object]
    types: tuple[str, ...] | None
    without: tuple[str, ...]
    place: Place
    places: Mapping[str, Place]
    keys: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class PeerPlan:
    """Another city's hub. name: what this city calls it. url: of its NGSI-LD API, without a slash at its end."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Profile:
    """name: the directory's name, URL-safe. centre: lon_lat. languages: the first is the city's own.

    note: one plain sentence on what is shown, for example that it is a recording. settings: raw, for parse_settings.
    credits: who the data comes from, as plain text lines. peers: whose practice cards are shown.
    """

    name: str
    directory: Path
    title: Text
    languages: tuple[str, ...]
    timezone: ZoneInfo
    centre: tuple[float, float]
    zoom: float
    note: Text
    clock: ClockPlan
    base: tuple[BaseFile, ...]
    packs: tuple[PackChoice, ...]
    feeds: tuple[FeedPlan, ...]
    settings: Mapping[str, object]
    credits: tuple[str, ...] = ()
    peers: tuple[PeerPlan, ...] = ()
