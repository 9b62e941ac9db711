"""What became of many things asked for at once."""

from dataclasses import dataclass

from madang.errors import MadangError


@dataclass(frozen=True, slots=True)
class Refused:
    """One item that was not taken, and why."""

    entity_id: str
    error: MadangError


@dataclass(frozen=True, slots=True)
class BatchReport:
    """Per-entity result of a batch. done: ids that succeeded, in the order given; created: those that are new."""

    done: tuple[str, ...]
    created: tuple[str, ...]
    errors: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class CommitReport:
    """What a feed's fragments did: accepted + unchanged + len(rejected) = fragments given.

    late: those of the accepted with at least one attribute older than the stored one, which went to history only.
    unchanged: fragments that say what is stored already; nothing was written for them.
    """

    accepted: int
    late: int
    unchanged: int
    rejected: tuple[Refused, ...]
