"""Subscriptions: who is told of what. Source: GS CIM 009 v1.9.1, clause 5.8.

Due = delivered + pending + dead: a notification is put into the durable outbox before its commit's news are let go.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

import msgspec
import orjson

from madang.errors import AlreadyExists, DependencyError, NonexistentTenant, NotFound
from madang.model.change import Change
from madang.model.entity import Entity, Json
from madang.model.query import Query
from madang.model.subscription import Delivery, Subscription
from madang.ngsild.context import CORE, CORE_URL, Context
from madang.ngsild.subscription import (
    decode_subscription,
    encode_subscription,
    parse_subscription,
    patched,
    render_notification,
    render_notified,
)
from madang.ports.bus import Bus
from madang.ports.clock import Clock
from madang.ports.documents import DocumentStore
from madang.ports.outbox import Letter, Outbox, OutboxCounts
from madang.ports.outside import Sender

from .contexts import Contexts
from .entities import Entities
from .keeping import insist
from .matcher import Matcher, Notice, notices, passes, selection
from .notifier import Notifier

logger = logging.getLogger(__name__)

COLLECTION = "subscription"
DELIVERIES = "delivery"
NEWS = 100_000
"""Commits the matching may fall behind. Past it notifications would be lost, which is logged and counted."""

TICK_S = 0.25
KEEP_S = 5.0
"""How often the deliveries' figures are written down."""

PERIODIC_MAX = 1000
"""Most entities in one periodic notification, per selector."""


@dataclass(slots=True)
class Kept:
    """A subscription as it lives here. context: what its names were sent with. link: URL of what notifications use."""

    tenant: str
    subscription: Subscription
    context: Context
    delivery: Delivery
    link: str = CORE_URL
    next_at: datetime | None = None
    last_sent: datetime | None = None


class Subscriptions:
    """Every method takes the tenant first. Reads of a tenant nobody wrote to raise NonexistentTenant."""

    def __init__(
        self,
        documents: DocumentStore,
        outbox: Outbox,
        sender: Sender,
        entities: Entities,
        contexts: Contexts,
        bus: Bus,
        clock: Clock,
        *,
        parallel: int,
        attempts: int,
    ) -> None:
        self._documents = documents
        self._outbox = outbox
        self._entities = entities
        self._contexts = contexts
        self._bus = bus
        self._clock = clock
        self._matcher = Matcher()
        self._kept: dict[tuple[str, str], Kept] = {}
        self._unwritten: set[tuple[str, str]] = set()
        self.missed = 0
        self._notifier = Notifier(outbox, sender, clock, parallel=parallel, attempts=attempts, told=self._told)

    # Subscriptions

    async def load(self) -> None:
        """Read all subscriptions from the store; to be called once before anything else."""
        deliveries = await self._documents.scan(DELIVERIES)
        for (tenant, subscription_id), body in (await self._documents.scan(COLLECTION)).items():
            subscription, context = decode_subscription(body)
            kept = deliveries.get((tenant, subscription_id))
            delivery = Delivery() if kept is None else msgspec.json.decode(kept, type=Delivery)
            await self._keep(tenant, subscription, context, delivery)

    async def create(self, tenant: str, doc: Json, context: Context) -> Subscription:
        """Raises BadRequestData, AlreadyExists."""
        now = self._clock.now()
        own_id = f"urn:ngsi-ld:Subscription:{uuid4()}"
        parsed = parse_subscription(doc, context, subscription_id=own_id, now=now)
        if (tenant, parsed.id) in self._kept:
            raise AlreadyExists(parsed.id)
        subscription = replace(parsed, created_at=now, modified_at=now)
        if subscription.jsonld_context is not None:
            await self._contexts.resolve(tenant, subscription.jsonld_context)
        await self._write(tenant, subscription, context, Delivery())
        return subscription

    async def retrieve(self, tenant: str, subscription_id: str) -> Kept:
        """Raises NotFound."""
        await self._check_tenant(tenant)
        kept = self._kept.get((tenant, subscription_id))
        if kept is None:
            raise NotFound(subscription_id)
        return kept

    async def list(self, tenant: str) -> Sequence[Kept]:
        """All of the tenant, in the order of their ids."""
        await self._check_tenant(tenant)
        return [self._kept[key] for key in sorted(self._kept) if key[0] == tenant]

    async def update(self, tenant: str, subscription_id: str, fragment: Json, context: Context) -> None:
        """Members of the fragment replace, null removes. Without a context of its own it is read with the old one."""
        kept = await self.retrieve(tenant, subscription_id)
        doc = patched(kept.subscription, fragment)
        reading = kept.context if context is CORE else context
        now = self._clock.now()
        # Only a new expiresAt must lie ahead: an expired subscription may still be changed.
        parsed = parse_subscription(doc, reading, now=now if "expiresAt" in fragment else None)
        changed = replace(parsed, created_at=kept.subscription.created_at, modified_at=now)
        await self._write(tenant, changed, reading, kept.delivery)

    async def delete(self, tenant: str, subscription_id: str) -> None:
        await self.retrieve(tenant, subscription_id)
        await self._documents.delete(COLLECTION, tenant, subscription_id)
        await self._documents.delete(DELIVERIES, tenant, subscription_id)
        self._matcher.remove(tenant, subscription_id)
        del self._kept[tenant, subscription_id]
        self._unwritten.discard((tenant, subscription_id))

    async def _check_tenant(self, tenant: str) -> None:
        try:
            await self._entities.check_tenant(tenant)
        except NonexistentTenant:
            # A subscription alone makes a tenant, too (clause 5.5.10).
            if not any(owner == tenant for owner, _ in self._kept):
                raise

    async def _write(self, tenant: str, subscription: Subscription, context: Context, delivery: Delivery) -> None:
        body = encode_subscription(subscription, context)
        await self._documents.put(COLLECTION, tenant, subscription.id, body)
        await self._keep(tenant, subscription, context, delivery)

    async def _keep(self, tenant: str, subscription: Subscription, context: Context, delivery: Delivery) -> None:
        link = subscription.jsonld_context or await self._contexts.host_implicitly(tenant, context.wire)
        interval = subscription.time_interval_s
        next_at = None if interval is None else self._clock.now() + timedelta(seconds=interval)
        self._kept[tenant, subscription.id] = Kept(tenant, subscription, context, delivery, link, next_at)
        if interval is None:
            self._matcher.put(tenant, subscription)
        else:
            self._matcher.remove(tenant, subscription.id)

    # Notifications

    async def counts(self) -> OutboxCounts:
        return await self._outbox.counts()

    def now(self) -> datetime:
        """System time: what expiresAt is held against."""
        return self._clock.now()

    def count(self) -> int:
        """Subscriptions of all tenants."""
        return len(self._kept)

    async def dead_letters(self, tenant: str, *, limit: int) -> Sequence[Letter]:
        return await self._outbox.dead(tenant, limit=limit)

    async def resend(self, letter_ids: Sequence[str]) -> int:
        """Dead letters get another chance. Returns how many."""
        sent = await self._outbox.resend(letter_ids, self._clock.now())
        self._notifier.wake()
        return sent

    def parts(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What goes on for ever, each in a task of its own: commits are matched, letters brought to their receivers,
        and what comes with time is done."""
        return {"matching": self._listen, "delivery": self._notifier.run, "timed notifications": self._tick}

    async def deliver(self) -> None:
        """One attempt at each letter that is due now."""
        await self._notifier.drain()

    async def _listen(self) -> None:
        async with self._bus.listen(size=NEWS) as news:
            async for changes in news:
                if changes is None:
                    self.missed += 1
                    logger.error("the matching of subscriptions fell %d commits behind; notifications were lost", NEWS)
                else:
                    await self.match(changes)

    async def match(self, changes: Sequence[Change]) -> None:
        """Put the notifications these changes call for into the outbox."""
        letters = []
        for notice in notices(self._matcher, changes):
            kept = self._kept.get((changes[0].tenant, notice.subscription.id))
            # It may have been deleted while the letter before was written.
            if kept is not None and self._may_send(kept, self._clock.now()):
                letters.append(await self._letter(kept, notice))
        await self._post(letters)

    def _may_send(self, kept: Kept, now: datetime) -> bool:
        throttling = kept.subscription.throttling_s
        if kept.subscription.status(now) != "active":
            return False
        return throttling is None or kept.last_sent is None or now - kept.last_sent >= timedelta(seconds=throttling)

    async def _letter(self, kept: Kept, notice: Notice) -> Letter:
        subscription, now = notice.subscription, self._clock.now()
        context = await self._speaking(kept)
        data = [render_notified(subscription, change, context) for change in notice.changes]
        if subscription.notification.endpoint.accept == "application/ld+json":
            data = [{"@context": context.body, **item} for item in data]
        notification_id = f"urn:ngsi-ld:Notification:{uuid4()}"
        doc = render_notification(subscription, notification_id, data, context, now)
        endpoint = subscription.notification.endpoint
        kept.last_sent = now
        return Letter(
            notification_id, kept.tenant, subscription.id, endpoint.uri, headers_of(kept), orjson.dumps(doc), now
        )

    async def _speaking(self, kept: Kept) -> Context:
        """The context notifications are written with."""
        url = kept.subscription.jsonld_context
        if url is None:
            return kept.context
        try:
            return await self._contexts.resolve(kept.tenant, url)
        except DependencyError:
            # It could be had when the subscription was made; full names are right, too, only longer.
            return CORE

    async def _post(self, letters: Sequence[Letter]) -> None:
        """Its callers have forgotten what the letters tell of, so they must get into the outbox, however long it
        takes."""
        if letters:
            await insist("The outbox", lambda: self._outbox.put(letters))
            self._notifier.wake()

    def _told(self, letter: Letter, at: datetime, error: str) -> None:
        kept = self._kept.get((letter.tenant, letter.subscription_id))
        if kept is None:
            return
        old = kept.delivery
        sent = replace(old, times_sent=old.times_sent + 1, last_notification=at)
        if error:
            kept.delivery = replace(sent, times_failed=old.times_failed + 1, last_failure=at)
        else:
            kept.delivery = replace(sent, last_success=at)
        self._unwritten.add((letter.tenant, letter.subscription_id))

    # What comes with time

    async def _tick(self) -> None:
        kept_at = self._clock.now()
        while True:
            await asyncio.sleep(TICK_S)
            now = self._clock.now()
            await self.notify_periodic(now)
            if now - kept_at >= timedelta(seconds=KEEP_S):
                kept_at = now
                await self.write_deliveries()

    async def write_deliveries(self) -> None:
        """Write down the figures that changed."""
        for tenant, subscription_id in sorted(self._unwritten):
            kept = self._kept.get((tenant, subscription_id))
            self._unwritten.discard((tenant, subscription_id))
            if kept is None:
                continue
            try:
                await self._documents.put(DELIVERIES, tenant, subscription_id, msgspec.json.encode(kept.delivery))
            except DependencyError:
                self._unwritten.add((tenant, subscription_id))
                raise

    async def notify_periodic(self, now: datetime) -> None:
        """Notify the subscriptions whose timeInterval has passed."""
        due = [kept for kept in self._kept.values() if kept.next_at is not None and kept.next_at <= now]
        for kept in due:
            entities = await self._matching(kept) if self._may_send(kept, now) else []
            kept.next_at = now + timedelta(seconds=kept.subscription.time_interval_s or 0)
            if entities:
                changes = tuple(_as_change(kept.tenant, entity, now) for entity in entities)
                await self._post([await self._letter(kept, Notice(kept.subscription, changes))])

    async def _matching(self, kept: Kept) -> Sequence[Entity]:
        found: dict[str, Entity] = {}
        for selector in kept.subscription.selectors:
            query: Query = replace(selection(selector), limit=PERIODIC_MAX)
            try:
                page = await self._entities.query(kept.tenant, query)
            except NonexistentTenant:
                return []
            for stored in page.items:
                entity = stored.entity()
                if passes(kept.subscription, entity):
                    found[entity.id] = entity
        return list(found.values())


def _as_change(tenant: str, entity: Entity, now: datetime) -> Change:
    return Change(tenant, entity.id, "updated", None, entity, frozenset(), now)


def headers_of(kept: Kept) -> dict[str, str]:
    """Header lines of a notification. Source: clause 6.3.8."""
    endpoint = kept.subscription.notification.endpoint
    headers: dict[str, str] = {"Content-Type": endpoint.accept}
    if endpoint.accept != "application/ld+json":
        headers["Link"] = f'<{kept.link}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    if kept.tenant:
        headers["NGSILD-Tenant"] = kept.tenant
    return headers | dict(endpoint.receiver_info)
