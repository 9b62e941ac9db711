"""What a commit did to the city."""

from datetime import datetime
from typing import Literal

import msgspec

from .entity import Entity

ChangeKind = Literal["created", "updated", "deleted"]


class Change(msgspec.Struct, frozen=True, gc=False):
    """One entity's change, as subscribers, rules and the console see it after the commit is durable.

    attributes: expanded names whose instances were added, replaced or removed (all of them on create and delete).
    before is None on create, after is None on delete. at: system time of the commit.
    """

    tenant: str
    entity_id: str
    kind: ChangeKind
    before: Entity | None
    after: Entity | None
    attributes: frozenset[str]
    at: datetime
