"""The evolution of entities as JSON documents. Source: ETSI GS CIM 009 v1.9.1, clauses 4.5.6 to 4.5.9 and 4.5.19."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final, Literal, Protocol
from urllib.parse import quote, unquote

from madang.errors import BadRequestData
from madang.model.entity import NULL, Attribute, Json, Kind
from madang.model.observation import Observation
from madang.model.query import Aggregate

from .context import Context
from .serialize import (
    EVERYTHING,
    NORMALIZED,
    Projection,
    Representation,
    render_instance,
    render_simple,
    render_types,
)
from .time import format_time

TemporalFormat = Literal["normalized", "temporalValues", "aggregatedValues"]

VALUES_MEMBERS: Final[Mapping[Kind, str]] = {
    "Property": "values",
    "GeoProperty": "values",
    "Relationship": "objects",
    "LanguageProperty": "languageMaps",
    "VocabProperty": "vocabs",
    "JsonProperty": "jsons",
    "ListProperty": "valueLists",
    "ListRelationship": "objectLists",
}

_INSTANCE: Final = "urn:madang:instance:"
_EPOCH: Final = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class AggregateBucket(Protocol):
    """One aggregated stretch of one attribute, as the history gives it: start <= t < end."""

    @property
    def attribute(self) -> str: ...
    @property
    def start(self) -> datetime: ...
    @property
    def end(self) -> datetime: ...
    @property
    def values(self) -> Mapping[Aggregate, float | int | None]: ...


def instance_id(observation: Observation) -> str:
    """A URI that names one instance among those of its entity and attribute; it holds time and datasetId."""
    microseconds = (observation.at - _EPOCH) // timedelta(microseconds=1)
    dataset = "" if observation.dataset_id is None else f":{quote(observation.dataset_id, safe='')}"
    return f"{_INSTANCE}{microseconds}{dataset}"


def parse_instance_id(text: str) -> tuple[datetime, str | None]:
    """(time, datasetId) of what instance_id gave. Raises BadRequestData."""
    number, _, dataset = text.removeprefix(_INSTANCE).partition(":")
    if not text.startswith(_INSTANCE) or not number.lstrip("-").isascii() or not number.lstrip("-").isdigit():
        raise BadRequestData(f"{text!r} is not an instanceId of this hub.", "instanceId")
    try:
        at = _EPOCH + timedelta(microseconds=int(number))
    except OverflowError as exc:
        raise BadRequestData(f"{text!r} is not an instanceId of this hub.", "instanceId") from exc
    return at, unquote(dataset) or None


def render_temporal(
    entity_id: str,
    types: Sequence[str],
    scope: Sequence[str] | None,
    observations: Iterable[Observation],
    context: Context,
    temporal_format: Literal["normalized", "temporalValues"] = "normalized",
    representation: Representation = NORMALIZED,
    projection: Projection = EVERYTHING,
) -> dict[str, Json]:
    """One entity's evolution. observations: of this entity, ordered by (attribute, dataset_id, at).

    representation: its lang and sys_attrs apply.
    """
    members = _head(entity_id, types, scope, context, projection)
    for name, group in groupby(observations, key=lambda observation: observation.attribute):
        if not projection.attribute(name):
            continue
        if temporal_format == "normalized":
            members[context.compacted[name]] = [_instance(one, context, representation) for one in group]
        else:
            rows = [_pairs(list(same), context, representation) for _, same in groupby(group, key=_line)]
            members[context.compacted[name]] = rows[0] if len(rows) == 1 else rows
    return members


def _head(
    entity_id: str, types: Sequence[str], scope: Sequence[str] | None, context: Context, projection: Projection
) -> dict[str, Json]:
    members: dict[str, Json] = {}
    if projection.has("id"):
        members["id"] = entity_id
    if projection.has("type"):
        members["type"] = render_types(types, context)
    if scope and projection.has("scope"):
        members["scope"] = scope[0] if len(scope) == 1 else list(scope)
    return members


def _instance(observation: Observation, context: Context, representation: Representation) -> dict[str, Json]:
    if observation.instance is None:
        members: dict[str, Json] = {"type": "Property", "value": NULL, "deletedAt": format_time(observation.at)}
        if observation.dataset_id is not None:
            members["datasetId"] = observation.dataset_id
    else:
        members = render_instance(observation.instance, context, representation)
    members["instanceId"] = instance_id(observation)
    return members


def _kind(observation: Observation) -> Kind:
    return "Property" if observation.instance is None else observation.instance.kind


def _line(observation: Observation) -> tuple[str | None, str]:
    """Observations of one line have one datasetId and one kind."""
    return observation.dataset_id, _kind(observation)


def _pairs(observations: list[Observation], context: Context, representation: Representation) -> dict[str, Json]:
    """[value, time] pairs of one datasetId and kind. Source: clause 4.5.9."""
    first = observations[0]
    kind = _kind(first)
    members: dict[str, Json] = {"type": kind}
    if first.dataset_id is not None:
        members["datasetId"] = first.dataset_id
    members[VALUES_MEMBERS[kind]] = [
        [_simple(observation.instance, context, representation), format_time(observation.at)]
        for observation in observations
    ]
    return members


def _simple(instance: Attribute | None, context: Context, representation: Representation) -> Json:
    return NULL if instance is None else render_simple(instance, context, representation)


def render_aggregated(
    entity_id: str,
    types: Sequence[str],
    scope: Sequence[str] | None,
    buckets: Iterable[AggregateBucket],
    context: Context,
    methods: Sequence[Aggregate],
    kinds: Mapping[str, Kind] | None = None,
    projection: Projection = EVERYTHING,
) -> dict[str, Json]:
    """One entity's aggregates. buckets: of this entity, ordered by (attribute, start). kinds: of attributes that are no
    Property. Source: clause 4.5.19.
    """
    members = _head(entity_id, types, scope, context, projection)
    for name, group in groupby(buckets, key=lambda bucket: bucket.attribute):
        if not projection.attribute(name):
            continue
        attribute: dict[str, Any] = {"type": (kinds or {}).get(name, "Property")}
        attribute |= {method: [] for method in methods}
        for bucket in group:
            start, end = format_time(bucket.start), format_time(bucket.end)
            for method in methods:
                attribute[method].append([bucket.values.get(method), start, end])
        members[context.compacted[name]] = attribute
    return members
