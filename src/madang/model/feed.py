"""What a city's profile says of one feed, before the connector it names has read its own keys."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .keys import Document, Steps


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """connector: the kind of source, for example ``table``. pack: the pack the feed belongs to, "" for the city's base.

    directory: relative file names of the feed start here. keys: the connector's own keys, unchecked;
    document, path: where they stand.
    """

    name: str
    connector: str
    pack: str
    title: Mapping[str, str]
    directory: Path
    keys: Mapping[str, object]
    document: Document
    path: Steps
