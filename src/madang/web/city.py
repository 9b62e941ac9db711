"""What a door may use of one city."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from madang.district.wing import Places
from madang.hub.clock import CityClock
from madang.hub.contexts import Contexts
from madang.hub.entities import Entities
from madang.hub.feeds import Feeds
from madang.hub.history import History
from madang.hub.keeping import PartStatus
from madang.hub.subscriptions import Subscriptions
from madang.packs.pack import FittedPack
from madang.packs.profile import Profile
from madang.ports.bus import Bus
from madang.settings import Settings


@dataclass(frozen=True, slots=True)
class City:
    """One city's use cases, given to the doors by the app. name: URL-safe, from the profile."""

    name: str
    profile: Profile
    packs: Sequence[FittedPack]
    settings: Settings
    clock: CityClock
    entities: Entities
    history: History
    subscriptions: Subscriptions
    contexts: Contexts
    feeds: Feeds
    bus: Bus
    places: Places
    parts: Mapping[str, PartStatus] = field(default_factory=dict)
    """How the parts that go on in the background are doing, by name."""
