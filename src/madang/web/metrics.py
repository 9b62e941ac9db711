"""Figures for Prometheus, read when they are asked for."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from .city import City


async def metrics_text(cities: Mapping[str, City]) -> str:
    """The text exposition format 0.0.4 of all cities."""
    registry = CollectorRegistry()
    entities = Gauge("madang_entities", "Entities by type (default tenant).", ["city", "type"], registry=registry)
    subscriptions = Gauge("madang_subscriptions", "Subscriptions of all tenants.", ["city"], registry=registry)
    letters = Gauge(
        "madang_notifications",
        "Notifications since the city began; accepted = delivered + pending + dead.",
        ["city", "outcome"],
        registry=registry,
    )
    missed = Gauge(
        "madang_notifications_missed",
        "Times the matching fell so far behind that commits were lost.",
        ["city"],
        registry=registry,
    )
    feeds = Gauge("madang_feed", "What a feed's input became.", ["city", "feed", "outcome"], registry=registry)
    lag = Gauge("madang_feed_lag_seconds", "Age of a feed's last observation.", ["city", "feed"], registry=registry)
    for name, city in cities.items():
        for entity_type, count in (await city.entities.count_types("")).items():
            entities.labels(name, entity_type).set(count)
        subscriptions.labels(name).set(city.subscriptions.count())
        missed.labels(name).set(city.subscriptions.missed)
        counts = await city.subscriptions.counts()
        for outcome in ("accepted", "delivered", "pending", "dead"):
            letters.labels(name, outcome).set(getattr(counts, outcome))
        for feed in city.feeds.statuses():
            for outcome in ("accepted", "rejected", "late", "duplicates"):
                feeds.labels(name, feed.name, outcome).set(getattr(feed, outcome))
            if feed.lag_s is not None:
                lag.labels(name, feed.name).set(feed.lag_s)
    return generate_latest(registry).decode()
