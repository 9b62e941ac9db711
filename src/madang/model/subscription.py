"""Who wants to hear what, and how the letters fared. Source: ETSI GS CIM 009 v1.9.1, clauses 5.2.12, 5.2.14, 5.2.15."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from .entity import Json
from .query import GeoQuery, QExpr, ScopeExpr, TypeExpr

Trigger = Literal[
    "entityCreated", "entityUpdated", "entityDeleted", "attributeCreated", "attributeUpdated", "attributeDeleted"
]

DEFAULT_TRIGGERS: Final[tuple[Trigger, ...]] = ("attributeCreated", "attributeUpdated")

NotificationFormat = Literal["normalized", "concise", "keyValues"]
Accept = Literal["application/json", "application/ld+json", "application/geo+json"]


@dataclass(frozen=True, slots=True)
class EntitySelector:
    """Which entities: all that is given must hold. id_pattern is a regular expression to be searched for."""

    types: TypeExpr | None = None
    id: str | None = None
    id_pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where notifications go. receiver_info: headers to send along, in order; notifier_info: for the sender itself."""

    uri: str
    accept: Accept = "application/json"
    receiver_info: tuple[tuple[str, str], ...] = ()
    notifier_info: tuple[tuple[str, str], ...] = ()
    timeout_s: float | None = None
    cooldown_s: float | None = None


@dataclass(frozen=True, slots=True)
class NotificationParams:
    """What a notification holds. attributes: only these besides id, type and scope (expanded); pick and omit: see the
    projection of queries. show_changes: with the previous values.
    """

    endpoint: Endpoint
    format: NotificationFormat = "normalized"
    attributes: tuple[str, ...] | None = None
    pick: tuple[str, ...] | None = None
    omit: tuple[str, ...] = ()
    sys_attrs: bool = False
    show_changes: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscription; names expanded. Everything given must hold for a change to be notified.

    selectors: any of them; empty means any entity (then watched is not). watched: any of these changed; empty: any
    attribute. time_interval_s: notify periodically instead of on changes. throttling_s: shortest time between
    two notifications. source: the document as the subscriber sent it, without @context and read-only members.
    """

    id: str
    notification: NotificationParams
    source: Json
    selectors: tuple[EntitySelector, ...] = ()
    watched: tuple[str, ...] = ()
    triggers: tuple[Trigger, ...] = DEFAULT_TRIGGERS
    q: QExpr | None = None
    geo: GeoQuery | None = None
    scope: ScopeExpr | None = None
    dataset_ids: tuple[str, ...] = ()
    lang: str | None = None
    time_interval_s: float | None = None
    throttling_s: float | None = None
    expires_at: datetime | None = None
    is_active: bool = True
    jsonld_context: str | None = None
    created_at: datetime | None = None
    modified_at: datetime | None = None

    def status(self, now: datetime) -> Literal["active", "paused", "expired"]:
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "active" if self.is_active else "paused"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a subscription's notifications fared so far."""

    times_sent: int = 0
    times_failed: int = 0
    last_notification: datetime | None = None
    last_success: datetime | None = None
    last_failure: datetime | None = None
