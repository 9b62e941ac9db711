"""Subscriptions and notifications on the wire. Source: ETSI GS CIM 009 v1.9.1, 5.2.12-5.2.15, 5.2.22, 5.3.1 and 5.8."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, NoReturn, TypeVar, get_args

import orjson

from madang.errors import ROOT, BadRequestData, OperationNotSupported, Pointer
from madang.model.change import Change
from madang.model.entity import LOCATION, NULL, Attribute, Entity, Json
from madang.model.query import AnyType, GeoQuery, TypeExpr
from madang.model.subscription import (
    DEFAULT_TRIGGERS,
    Accept,
    Delivery,
    Endpoint,
    EntitySelector,
    NotificationFormat,
    NotificationParams,
    Subscription,
    Trigger,
)

from .context import Context, freeze, thaw
from .fragment import VALUE_MEMBERS
from .geo import parse_geo
from .parse import parse_time, parse_uri
from .pattern import parse_pattern
from .q import parse_q
from .scope import parse_scope_q
from .serialize import MEMBERS, Projection, Representation, add_times, render_entity, render_feature, render_instance
from .time import format_time
from .types_query import parse_types

T = TypeVar("T")

_READ_ONLY: Final = frozenset({"@context", "status", "createdAt", "modifiedAt"})
_READ_ONLY_NOTIFICATION: Final = frozenset(
    {"status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure"}
)
_MEMBERS: Final = frozenset(
    {
        "id", "type", "subscriptionName", "description", "entities", "notificationTrigger", "watchedAttributes",
        "timeInterval", "q", "geoQ", "csf", "isActive", "notification", "expiresAt", "throttling", "scopeQ", "lang",
        "datasetId", "jsonldContext",
    }
)  # fmt: skip
_FORMATS: Final[Mapping[str, NotificationFormat]] = {
    "normalized": "normalized",
    "concise": "concise",
    "keyValues": "keyValues",
    "simplified": "keyValues",
}
_PREVIOUS: Final = {member: f"previous{member[0].upper()}{member[1:]}" for member in VALUE_MEMBERS.values()}
"""Value member -> member of showChanges that holds what it was."""


def _fault(detail: str, at: Pointer) -> NoReturn:
    raise BadRequestData(detail, at)


def _at(parse: Callable[[], T], at: Pointer) -> T:
    """What parse gives; its faults (which name query parameters) are told at a place of the document."""
    try:
        return parse()
    except BadRequestData as exc:
        raise BadRequestData(exc.detail, at) from exc


def parse_subscription(
    doc: Json, context: Context, at: Pointer = ROOT, *, subscription_id: str = "", now: datetime | None = None
) -> Subscription:
    """A subscription. subscription_id stands in for a missing id. now: an expiresAt before it is refused.

    Read-only members are ignored. Raises BadRequestData, and OperationNotSupported for what is not offered yet.
    """
    if not isinstance(doc, dict):
        _fault("A subscription must be a JSON object.", at)
    if doc.get("type", doc.get("@type")) != "Subscription":
        _fault("The type must be Subscription.", at / "type")
    if "temporalQ" in doc:
        raise OperationNotSupported("Subscriptions with a temporalQ are not offered.")
    source = {name: value for name, value in doc.items() if name in _MEMBERS and name not in _READ_ONLY}
    source["id"] = parse_uri(doc.get("id", doc.get("@id", subscription_id)), at / "id")
    time_interval_s = _seconds(doc, "timeInterval", at)
    throttling_s = _seconds(doc, "throttling", at)
    watched = _names(doc, "watchedAttributes", context, at) or ()
    selectors = _selectors(doc.get("entities"), context, at / "entities")
    if not selectors and not watched:
        _fault("A subscription needs entities or watchedAttributes.", at)
    if time_interval_s is not None and (watched or throttling_s is not None):
        _fault("timeInterval goes neither with watchedAttributes nor with throttling.", at / "timeInterval")
    if "csf" in doc:
        _at(lambda: parse_q(_text(doc["csf"], at / "csf"), context), at / "csf")
    if "notification" not in doc:
        _fault("A subscription needs a notification.", at / "notification")
    notification = _notification(doc["notification"], context, at / "notification")
    source["notification"] = {
        name: value for name, value in doc["notification"].items() if name not in _READ_ONLY_NOTIFICATION
    }
    return Subscription(
        id=source["id"],
        notification=notification,
        source=source,
        selectors=selectors,
        watched=watched,
        triggers=_triggers(doc, at),
        q=_at(lambda: parse_q(_text(doc["q"], at / "q"), context), at / "q") if "q" in doc else None,
        geo=_geo(doc["geoQ"], context, at / "geoQ") if "geoQ" in doc else None,
        scope=_at(lambda: parse_scope_q(_text(doc["scopeQ"], at / "scopeQ")), at / "scopeQ")
        if "scopeQ" in doc
        else None,
        dataset_ids=_dataset_ids(doc, at),
        lang=_text(doc["lang"], at / "lang") if "lang" in doc else None,
        time_interval_s=time_interval_s,
        throttling_s=throttling_s,
        expires_at=_expires_at(doc, at, now),
        is_active=_flag(doc, "isActive", True, at),
        jsonld_context=parse_uri(doc["jsonldContext"], at / "jsonldContext") if "jsonldContext" in doc else None,
    )


def patched(subscription: Subscription, fragment: Json, at: Pointer = ROOT) -> Json:
    """The subscription's document after an update: members of the fragment replace, null and NGSI-LD Null remove.

    The members of notification are replaced one by one. To be parsed again. Source: clause 5.8.2.
    """
    if not isinstance(fragment, dict):
        _fault("A fragment of a subscription must be a JSON object.", at)
    if fragment.get("id", subscription.id) != subscription.id:
        _fault(f"The id differs from that of the subscription addressed, {subscription.id}.", at / "id")
    doc = _overlaid(subscription.source, fragment)
    old, new = subscription.source["notification"], fragment.get("notification")
    if isinstance(new, dict):
        doc["notification"] = _overlaid(old, new)
    return doc


def _overlaid(old: Mapping[str, Json], new: Mapping[str, Json]) -> dict[str, Json]:
    joined = {**old, **new}
    return {name: value for name, value in joined.items() if value is not None and value != NULL}


def _text(value: Json, at: Pointer) -> str:
    if not isinstance(value, str) or not value:
        _fault("A non-empty text is expected.", at)
    return value


def _texts(value: Json, at: Pointer) -> list[str]:
    if not isinstance(value, list) or not value:
        _fault("A non-empty list of texts is expected.", at)
    return [_text(item, at / index) for index, item in enumerate(value)]


def _flag(doc: Mapping[str, Json], name: str, default: bool, at: Pointer) -> bool:
    value = doc.get(name, default)
    if not isinstance(value, bool):
        _fault(f"{name} must be true or false.", at / name)
    return value


def _seconds(doc: Mapping[str, Json], name: str, at: Pointer) -> float | None:
    value = doc.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        _fault(f"{name} must be a number of seconds above zero.", at / name)
    return float(value)


def _names(
    doc: Mapping[str, Json], name: str, context: Context, at: Pointer, *, members: bool = False
) -> tuple[str, ...] | None:
    """Expanded attribute names; with ``members`` also id, type and scope as they are."""
    if name not in doc:
        return None
    at = at / name
    return tuple(
        text if members and text in MEMBERS else _name(text, context, at / index)
        for index, text in enumerate(_texts(doc[name], at))
    )


def _name(text: str, context: Context, at: Pointer) -> str:
    return _at(lambda: context.names[text], at)


def _selectors(value: Json, context: Context, at: Pointer) -> tuple[EntitySelector, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not value:
        _fault("entities must be a non-empty list.", at)
    return tuple(_selector(item, context, at / index) for index, item in enumerate(value))


def _selector(doc: Json, context: Context, at: Pointer) -> EntitySelector:
    if not isinstance(doc, dict):
        _fault("An item of entities must be an object.", at)
    if "type" not in doc:
        _fault("An item of entities needs a type.", at / "type")
    pattern = doc.get("idPattern")
    if pattern is not None:
        _at(lambda: parse_pattern(_text(pattern, at / "idPattern"), "idPattern"), at / "idPattern")
    entity_id = parse_uri(doc["id"], at / "id") if "id" in doc else None
    return EntitySelector(_types(doc["type"], context, at / "type"), entity_id, pattern)


def _types(value: Json, context: Context, at: Pointer) -> TypeExpr | None:
    if isinstance(value, list):
        return AnyType(tuple(_name(text, context, at) for text in _texts(value, at)))
    return _at(lambda: parse_types(_text(value, at), context), at)


def _triggers(doc: Mapping[str, Json], at: Pointer) -> tuple[Trigger, ...]:
    if "notificationTrigger" not in doc:
        return DEFAULT_TRIGGERS
    at = at / "notificationTrigger"
    known = get_args(Trigger)
    texts = _texts(doc["notificationTrigger"], at)
    for index, text in enumerate(texts):
        if text not in known:
            _fault(f"{text!r} is not one of {', '.join(known)}.", at / index)
    return tuple(trigger for trigger in known if trigger in texts)


def _geo(doc: Json, context: Context, at: Pointer) -> GeoQuery | None:
    if not isinstance(doc, dict):
        _fault("geoQ must be an object.", at)
    coordinates = doc.get("coordinates")
    params = {name: _text(doc[name], at / name) for name in ("georel", "geometry", "geoproperty") if name in doc}
    if coordinates is not None:
        params["coordinates"] = coordinates if isinstance(coordinates, str) else orjson.dumps(coordinates).decode()
    if "georel" not in params:
        _fault("geoQ needs georel, geometry and coordinates.", at)
    return _at(lambda: parse_geo(params, context), at)


def _dataset_ids(doc: Mapping[str, Json], at: Pointer) -> tuple[str, ...]:
    if "datasetId" not in doc:
        return ()
    at, value = at / "datasetId", doc["datasetId"]
    texts = [_text(value, at)] if isinstance(value, str) else _texts(value, at)
    return tuple(text if text == "@none" else parse_uri(text, at) for text in texts)


def _expires_at(doc: Mapping[str, Json], at: Pointer, now: datetime | None) -> datetime | None:
    if "expiresAt" not in doc:
        return None
    expires_at = parse_time(doc["expiresAt"], at / "expiresAt")
    if now is not None and expires_at <= now:
        _fault("The subscription would expire in the past.", at / "expiresAt")
    return expires_at


def _notification(doc: Json, context: Context, at: Pointer) -> NotificationParams:
    if not isinstance(doc, dict):
        _fault("notification must be an object.", at)
    given = doc.get("format", "normalized")
    notification_format = _FORMATS.get(given) if isinstance(given, str) else None
    if notification_format is None:
        _fault(f"format must be one of {', '.join(_FORMATS)}.", at / "format")
    if doc.get("join", "none") != "none":
        raise OperationNotSupported("Notifications with linked entities (join) are not offered.")
    show_changes = _flag(doc, "showChanges", False, at)
    if show_changes and notification_format == "keyValues":
        _fault("showChanges does not go with the simplified format.", at / "showChanges")
    attributes = _names(doc, "attributes", context, at)
    pick, omit = (_names(doc, name, context, at, members=True) for name in ("pick", "omit"))
    if attributes is not None and (pick or omit):
        _fault("attributes goes neither with pick nor with omit.", at / "attributes")
    endpoint = _endpoint(doc.get("endpoint"), at / "endpoint")
    sys_attrs = _flag(doc, "sysAttrs", False, at)
    return NotificationParams(endpoint, notification_format, attributes, pick, omit or (), sys_attrs, show_changes)


def _endpoint(doc: Json, at: Pointer) -> Endpoint:
    if not isinstance(doc, dict):
        _fault("A notification needs an endpoint with a uri.", at)
    uri = parse_uri(doc.get("uri"), at / "uri")
    if not uri.startswith(("http://", "https://")):
        raise OperationNotSupported("Notifications go to http and https endpoints only.")
    accept = doc.get("accept", "application/json")
    if accept not in get_args(Accept):
        _fault(f"accept must be one of {', '.join(get_args(Accept))}.", at / "accept")
    return Endpoint(
        uri,
        accept,
        _key_values(doc.get("receiverInfo"), at / "receiverInfo"),
        _key_values(doc.get("notifierInfo"), at / "notifierInfo"),
        _milliseconds(doc, "timeout", at),
        _milliseconds(doc, "cooldown", at),
    )


def _milliseconds(doc: Mapping[str, Json], name: str, at: Pointer) -> float | None:
    value = _seconds(doc, name, at)
    return None if value is None else value / 1000


def _key_values(value: Json, at: Pointer) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        _fault("A list of {key, value} objects is expected.", at)
    return tuple(_key_value(item, at / index) for index, item in enumerate(value))


def _key_value(doc: Json, at: Pointer) -> tuple[str, str]:
    if not isinstance(doc, dict):
        _fault("A {key, value} object is expected.", at)
    key, value = _text(doc.get("key"), at / "key"), doc.get("value")
    # These go out as header lines; a line break would let a subscriber write headers of its own.
    if not isinstance(value, str) or not (key + value).isprintable():
        _fault("key and value must be texts on one line.", at)
    return key, value


def encode_subscription(subscription: Subscription, context: Context) -> bytes:
    """For the store: the source document, the resolved @context (so that a restart needs no network) and the times."""
    times = {"createdAt": subscription.created_at, "modifiedAt": subscription.modified_at}
    return orjson.dumps({"source": subscription.source, "context": freeze(context), "times": times})


def decode_subscription(body: bytes) -> tuple[Subscription, Context]:
    """What encode_subscription was given."""
    kept = orjson.loads(body)
    context = thaw(kept["context"])
    subscription = parse_subscription(kept["source"], context)
    created_at, modified_at = (_stored_time(kept["times"][name]) for name in ("createdAt", "modifiedAt"))
    fields = {name: getattr(subscription, name) for name in Subscription.__slots__}
    return Subscription(**(fields | {"created_at": created_at, "modified_at": modified_at})), context


def _stored_time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def render_subscription(
    subscription: Subscription,
    context: Context,
    now: datetime,
    delivery: Delivery | None = None,
    *,
    sys_attrs: bool = False,
) -> dict[str, Json]:
    """A subscription with its status. Names are compacted with ``context``; the text of q stays as it was sent."""
    doc = {"id": subscription.id, "type": "Subscription"} | dict(subscription.source)
    if subscription.selectors:
        doc["entities"] = [
            _compact_type(selector, item, context)
            for selector, item in zip(subscription.selectors, doc["entities"], strict=True)
        ]
    if subscription.watched:
        doc["watchedAttributes"] = [context.compacted[name] for name in subscription.watched]
    doc["notificationTrigger"] = list(subscription.triggers)
    doc["status"] = subscription.status(now)
    doc["notification"] = _render_params(subscription, context, delivery or Delivery())
    if sys_attrs:
        for name, time in (("createdAt", subscription.created_at), ("modifiedAt", subscription.modified_at)):
            if time is not None:
                doc[name] = format_time(time)
    return doc


def _compact_type(selector: EntitySelector, item: dict[str, Json], context: Context) -> dict[str, Json]:
    if isinstance(selector.types, str):
        return item | {"type": context.compacted[selector.types]}
    if isinstance(selector.types, AnyType) and isinstance(item["type"], list):
        return item | {"type": [context.compacted[name] for name in selector.types.items if isinstance(name, str)]}
    return item


def _render_params(subscription: Subscription, context: Context, delivery: Delivery) -> dict[str, Json]:
    params = subscription.notification
    doc = dict(subscription.source["notification"])
    for member, names in (("attributes", params.attributes), ("pick", params.pick), ("omit", params.omit)):
        if names:
            doc[member] = [name if name in MEMBERS else context.compacted[name] for name in names]
    if delivery.times_sent:
        doc["timesSent"] = delivery.times_sent
        if delivery.times_failed:
            doc["timesFailed"] = delivery.times_failed
        last_failed = delivery.last_failure is not None and delivery.last_failure == delivery.last_notification
        doc["status"] = "failed" if last_failed else "ok"
    for name, time in (
        ("lastNotification", delivery.last_notification),
        ("lastSuccess", delivery.last_success),
        ("lastFailure", delivery.last_failure),
    ):
        if time is not None:
            doc[name] = format_time(time)
    return doc


def render_notified(subscription: Subscription, change: Change, context: Context) -> dict[str, Json]:
    """What a notification tells of one change: the entity as asked for, what was removed, and what it was before."""
    params = subscription.notification
    projection = Projection(
        None if params.pick is None else frozenset(params.pick),
        frozenset(params.omit),
        None if params.attributes is None else frozenset(params.attributes),
        frozenset(subscription.dataset_ids) or None,
    )
    representation = Representation(params.format, params.sys_attrs, subscription.lang)
    if change.after is None:
        members = _render_deleted(subscription, change, context, projection, representation)
    elif params.endpoint.accept == "application/geo+json":
        return render_feature(change.after, context, representation, projection, LOCATION)
    else:
        members = render_entity(change.after, context, representation, projection)
        if change.before is not None and "attributeDeleted" in subscription.triggers:
            _add_removed(members, change.before, change.after, change, context, projection, representation)
    if params.show_changes and change.before is not None:
        _add_previous(members, change.before, change, context, projection)
    return members


def _render_deleted(
    subscription: Subscription, change: Change, context: Context, projection: Projection, representation: Representation
) -> dict[str, Json]:
    before = change.before or Entity(change.entity_id)
    bare = Entity(before.id, before.types, {}, before.scope, before.created_at, before.modified_at, before.expires_at)
    members = render_entity(bare, context, representation, projection)
    members["deletedAt"] = format_time(change.at)
    if subscription.notification.show_changes or "attributeDeleted" in subscription.triggers:
        _add_removed(members, before, bare, change, context, projection, representation)
    return members


def _add_removed(
    members: dict[str, Json],
    before: Entity,
    after: Entity,
    change: Change,
    context: Context,
    projection: Projection,
    representation: Representation,
) -> None:
    """Instances that are gone, with NGSI-LD Null for their value. Source: clause 5.3.1."""
    for name in before.attributes:
        if name not in change.attributes or not projection.attribute(name):
            continue
        left = {instance.dataset_id for instance in after.attributes.get(name, ())}
        gone = [instance for instance in before.attributes[name] if instance.dataset_id not in left]
        if gone:
            rendered = [_removed(instance, change, representation) for instance in gone]
            _join(members, context.compacted[name], rendered, simplified=representation.format == "keyValues")


def _removed(instance: Attribute, change: Change, representation: Representation) -> Json:
    if representation.format == "keyValues":
        return NULL
    member = VALUE_MEMBERS[instance.kind]
    members: dict[str, Json] = {"type": instance.kind, member: _null_of(instance)}
    if representation.format == "concise":
        del members["type"]
    if instance.dataset_id is not None:
        members["datasetId"] = instance.dataset_id
    if representation.sys_attrs:
        add_times(members, instance)
        members["deletedAt"] = format_time(change.at)
    return members


def _null_of(instance: Attribute) -> Json:
    return {"@none": NULL} if instance.kind == "LanguageProperty" else NULL


def _join(members: dict[str, Json], name: str, rendered: list[Json], *, simplified: bool) -> None:
    """Add instances to what a member holds already; the simplified form tells only of attributes gone altogether."""
    if name not in members:
        members[name] = rendered[0] if len(rendered) == 1 else rendered
    elif not simplified:
        there = members[name]
        members[name] = [*(there if isinstance(there, list) else [there]), *rendered]


def _add_previous(
    members: dict[str, Json], before: Entity, change: Change, context: Context, projection: Projection
) -> None:
    for name in change.attributes & before.attributes.keys():
        if not projection.attribute(name):
            continue
        rendered = members.get(context.compacted[name])
        for doc in rendered if isinstance(rendered, list) else [rendered]:
            old = next((one for one in before.attributes[name] if one.dataset_id == _dataset(doc)), None)
            if isinstance(doc, dict) and old is not None:
                member = VALUE_MEMBERS[old.kind]
                doc[_PREVIOUS[member]] = render_instance(old, context, Representation())[member]


def _dataset(doc: Json) -> str | None:
    return doc.get("datasetId") if isinstance(doc, dict) else None


def render_notification(
    subscription: Subscription, notification_id: str, data: Sequence[Json], context: Context, at: datetime
) -> dict[str, Json]:
    """The notification's document. data: what render_notified gave. Source: clause 5.3.1."""
    accept = subscription.notification.endpoint.accept
    doc: dict[str, Json] = {
        "id": notification_id,
        "type": "Notification",
        "subscriptionId": subscription.id,
        "notifiedAt": format_time(at),
        "data": list(data),
    }
    if accept == "application/geo+json":
        doc["data"] = {"type": "FeatureCollection", "features": list(data)}
    if accept == "application/ld+json":
        doc["@context"] = context.body
    return doc
