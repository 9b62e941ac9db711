"""Questions to the city as values. Names are expanded to URIs.

Source: ETSI GS CIM 009 v1.9.1, clauses 4.9, 4.10, 4.11, 4.17, 4.18, 4.19.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from .entity import LOCATION, Json

Scalar = str | int | float | bool
CompareOp = Literal["==", "!=", ">", ">=", "<", "<=", "~=", "!~="]


@dataclass(frozen=True, slots=True)
class Path:
    """Where a q term looks: ``names`` attribute and sub-attributes (expanded), ``trail`` members inside the value.

    ``brandName`` → names=(uri,); ``temperature.accuracy`` → names=(uri, uri); ``address[city]`` → trail=("city",);
    ``address[geo.lat]`` → trail=("geo", "lat"). For a LanguageProperty trail is the language tag, ``*`` any.
    The system names (createdAt, modifiedAt, observedAt, unitCode, datasetId) are kept unexpanded as the last of names.
    """

    names: tuple[str, ...]
    trail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Range:
    """Closed interval ``low..high`` of a q value."""

    low: Scalar
    high: Scalar


@dataclass(frozen=True, slots=True)
class OneOf:
    """A comma list of a q value: equal to any of them (a Range item: inside it)."""

    items: tuple["Scalar | Range", ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """``path op value``. uris: the value's texts expanded as vocabulary terms, for VocabProperty targets (same
    shape).
    """

    path: Path
    op: CompareOp
    value: Scalar | Range | OneOf
    expanded: Scalar | Range | OneOf | None = None


@dataclass(frozen=True, slots=True)
class Exists:
    """``path`` has a value; negated: it has none (``!path``)."""

    path: Path
    negated: bool = False


@dataclass(frozen=True, slots=True)
class And:
    items: tuple["QExpr", ...]


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple["QExpr", ...]


QExpr = Compare | Exists | And | Or


@dataclass(frozen=True, slots=True)
class AllTypes:
    """``;`` in a type selection: the entity has every one."""

    items: tuple["TypeExpr", ...]


@dataclass(frozen=True, slots=True)
class AnyType:
    """``,`` or ``|`` in a type selection: the entity has at least one."""

    items: tuple["TypeExpr", ...]


TypeExpr = str | AllTypes | AnyType

ScopePattern = str
"""A scope with the wildcards ``+`` (one level) and a trailing ``#`` (this and all below), for example
``/Goyang/+/Air``.
"""


@dataclass(frozen=True, slots=True)
class AllScopes:
    items: tuple["ScopeExpr", ...]


@dataclass(frozen=True, slots=True)
class AnyScope:
    items: tuple["ScopeExpr", ...]


ScopeExpr = str | AllScopes | AnyScope

GeoRelation = Literal["near", "within", "contains", "intersects", "equals", "disjoint", "overlaps"]


@dataclass(frozen=True, slots=True)
class GeoQuery:
    """geometry: GeoJSON geometry. Distances (only for near) in metres, geodesic on WGS 84."""

    relation: GeoRelation
    geometry: Json
    property: str = LOCATION
    max_distance_m: float | None = None
    min_distance_m: float | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One orderBy term: a path (or ``id``, ``type`` as plain names), direction, and for geometry a distance
    reference.
    """

    path: Path
    descending: bool = False
    distance_from: Json = None


@dataclass(frozen=True, slots=True)
class Query:
    """A question to the state store. Everything given must hold. Without order: by id, ascending (code point order)."""

    types: TypeExpr | None = None
    ids: tuple[str, ...] = ()
    id_pattern: str | None = None
    attributes: tuple[str, ...] = ()
    """The entity has at least one of these (expanded names)."""
    q: QExpr | None = None
    geo: GeoQuery | None = None
    scope: ScopeExpr | None = None
    dataset_ids: tuple[str, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int = 20
    offset: int = 0
    count: bool = False


TimeRelation = Literal["before", "after", "between"]
TimeProperty = Literal["observedAt", "createdAt", "modifiedAt", "deletedAt"]
Aggregate = Literal["totalCount", "distinctCount", "sum", "avg", "min", "max", "stddev", "sumsq"]


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time: start <= t < end; None is open.

    ``timerel=before`` is (None, t). ``after`` excludes t itself (clause 4.11): the parser gives it as start = t + 1 µs,
    so that stores need one rule.
    """

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Aggregation:
    """methods over buckets of ``period``; an ISO 8601 duration, ``PT0S`` = the whole window as one bucket."""

    methods: tuple[Aggregate, ...]
    period: str = "PT0S"


@dataclass(frozen=True, slots=True)
class TemporalQuery:
    window: Window = Window()
    timeproperty: TimeProperty = "observedAt"
    last_n: int | None = None
    aggregation: Aggregation | None = None
