"""Door to other cities' hubs: what is asked of their NGSI-LD API."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from madang.model.entity import Json


class PeerHub(Protocol):
    """Asks a hub for entities. It promises neither that an answer is whole nor that it is well meant."""

    async def entities(self, url: str, params: Mapping[str, str]) -> Sequence[Json]:
        """GET <url>/entities with the query: documents as they came, unchecked, at most as many as fit its limits.

        url: of the hub's NGSI-LD API, without a slash at its end. Raises SourceUnavailable where no whole answer
        came in time.
        """
