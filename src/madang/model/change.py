"""What a commit did to the city."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .entity import Entity

ChangeKind = Literal["created", "updated", "deleted"]


@dataclass(frozen=True, slots=True)
class Change:
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
