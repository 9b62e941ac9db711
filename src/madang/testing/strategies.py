"""Hypothesis strategies: entities of a small city with every kind of attribute, and queries that look at them.

Names, values and places are drawn from small sets, so that queries hit and updates meet what is there.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from madang.model.entity import DEFAULT_VOCAB, LOCATION, OBSERVATION_SPACE, Attribute, Entity, Json
from madang.model.query import (
    AllScopes,
    AllTypes,
    And,
    AnyScope,
    AnyType,
    Compare,
    CompareOp,
    Exists,
    GeoQuery,
    GeoRelation,
    OneOf,
    Or,
    Order,
    Path,
    QExpr,
    Query,
    Range,
    Scalar,
    ScopeExpr,
    TypeExpr,
)

START = datetime(2026, 11, 22, tzinfo=UTC)
TYPES = tuple(DEFAULT_VOCAB + name for name in ("OffStreetParking", "Sensor", "Vehicle"))
NAMES = tuple(DEFAULT_VOCAB + name for name in ("speed", "status", "name", "category", "ref"))
SUB_NAMES = tuple(DEFAULT_VOCAB + name for name in ("accuracy", "source"))
GEO_NAMES = (LOCATION, OBSERVATION_SPACE)
DATASETS = ("urn:ngsi-ld:dataset:a", "urn:ngsi-ld:dataset:b")
SCOPES = ("/Goyang", "/Goyang/Ilsan", "/Goyang/Ilsan/Air", "/Paju/Air")
MEMBERS = ("city", "lat", "en", "ko", "0")
TEXTS = ("", "ok", "full", "가득 참", 'a "quoted" text', "10", "true", "2026-11-22", "12:30:00Z", "m", "z")
MOMENTS = ("2026-11-22T00:00:00Z", "2026-11-22T09:00:00+09:00", "2026-11-22T00:00:00.5Z", "2026-11-23T00:00:00Z")
URIS = ("urn:ngsi-ld:Sensor:1", "urn:ngsi-ld:Sensor:2", DEFAULT_VOCAB + "ok")
PATTERNS = ("^o", "u.*l", "가", "^$", "0", ":1$", "Z$")
NUMBERS = (-1, 0, 1, 1.0, 2.5, 10, 2**53, 2**53 + 1, -1e300)
LONGITUDES = (-180.0, -0.01, 0.0, 126.83, 126.84, 127.0, 179.99, 180.0)
LATITUDES = (-90.0, 0.0, 37.65, 37.66, 38.0, 89.99)

entity_ids = st.sampled_from([f"urn:ngsi-ld:Thing:{name}" for name in ("1", "2", "3", "10", "a", "Z", "é", "마당")])
times = st.integers(0, 3).map(lambda hours: START + timedelta(hours=hours))
scalars: st.SearchStrategy[Scalar] = st.one_of(
    st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.sampled_from(MOMENTS), st.sampled_from(URIS), st.booleans()
)
positions = st.tuples(st.sampled_from(LONGITUDES), st.sampled_from(LATITUDES)).map(list)
typed_values = st.sampled_from(MOMENTS).map(lambda text: {"@type": "DateTime", "@value": text})
arrays = st.lists(scalars, max_size=3)
objects = st.dictionaries(st.sampled_from(MEMBERS), st.one_of(scalars, st.none(), arrays), max_size=3)
values: st.SearchStrategy[Json] = st.one_of(scalars, scalars, scalars, typed_values, arrays, objects)
language_maps = st.dictionaries(
    st.sampled_from(("en", "ko", "EN-GB")),
    st.one_of(st.sampled_from(TEXTS), st.lists(st.sampled_from(TEXTS), min_size=1, max_size=2)),
    max_size=2,
)


@st.composite
def boxes(draw: st.DrawFn) -> list[list[float]]:
    """A closed ring around a rectangle."""
    west, east = sorted(draw(st.lists(st.sampled_from(LONGITUDES), min_size=2, max_size=2, unique=True)))
    south, north = sorted(draw(st.lists(st.sampled_from(LATITUDES), min_size=2, max_size=2, unique=True)))
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


geometries: st.SearchStrategy[Json] = st.one_of(
    positions.map(lambda at: {"type": "Point", "coordinates": at}),
    positions.map(lambda at: {"type": "Point", "coordinates": at}),
    st.lists(positions, min_size=2, max_size=3).map(lambda line: {"type": "LineString", "coordinates": line}),
    st.lists(positions, min_size=1, max_size=2).map(lambda points: {"type": "MultiPoint", "coordinates": points}),
    boxes().map(lambda ring: {"type": "Polygon", "coordinates": [ring]}),
    boxes().map(lambda ring: {"type": "MultiPolygon", "coordinates": [[ring]]}),
    # A ring that crosses itself: a bow tie.
    boxes().map(lambda r: {"type": "Polygon", "coordinates": [[r[0], r[2], r[1], r[3], r[0]]]}),
)


@st.composite
def attributes(draw: st.DrawFn, *, depth: int = 1) -> Attribute:
    """One instance of any kind but GeoProperty, with sub-attributes while depth lasts."""
    uris = st.sampled_from(URIS)
    uri_lists = st.lists(uris, min_size=1, max_size=2)
    kinds: dict[str, st.SearchStrategy[Json]] = {
        "Property": values,
        "Relationship": st.one_of(uris, uri_lists),
        "LanguageProperty": language_maps,
        "VocabProperty": st.one_of(uris, uri_lists),
        "JsonProperty": values,
        "ListProperty": arrays,
        "ListRelationship": uri_lists,
    }
    kind = draw(st.sampled_from(["Property", "Property", "Property", *kinds]))
    subs = st.dictionaries(st.sampled_from(SUB_NAMES), instances(attributes(depth=depth - 1)), max_size=1)
    return Attribute(
        kind=kind,  # type: ignore[arg-type]  # the keys above are the kinds
        value=draw(kinds[kind]),
        observed_at=draw(st.none() | times),
        unit_code=draw(st.sampled_from((None, "KMH", "CEL"))),
        attributes=draw(subs) if depth else {},
        created_at=START,
        modified_at=draw(times),
    )


geo_attributes = geometries.map(lambda geometry: Attribute("GeoProperty", geometry, created_at=START))


def instances(each: st.SearchStrategy[Attribute]) -> st.SearchStrategy[tuple[Attribute, ...]]:
    """One instance mostly, sometimes several: at most one per dataset."""

    def label(found: list[Attribute], datasets: list[str | None]) -> tuple[Attribute, ...]:
        return tuple(
            Attribute(
                instance.kind,
                instance.value,
                dataset_id=dataset,
                observed_at=instance.observed_at,
                unit_code=instance.unit_code,
                attributes=instance.attributes,
                created_at=instance.created_at,
                modified_at=instance.modified_at,
            )
            for instance, dataset in zip(found, datasets, strict=False)
        )

    one = each.map(lambda instance: (instance,))
    some = st.builds(label, st.lists(each, min_size=1, max_size=3), st.permutations([None, *DATASETS]))
    return st.one_of(one, one, some)


@st.composite
def entities(draw: st.DrawFn) -> Entity:
    """A whole entity."""
    plain = draw(st.dictionaries(st.sampled_from(NAMES), instances(attributes()), max_size=3))
    places = draw(st.dictionaries(st.sampled_from(GEO_NAMES), instances(geo_attributes), max_size=1))
    return Entity(
        id=draw(entity_ids),
        types=tuple(sorted(draw(st.sets(st.sampled_from(TYPES), min_size=1, max_size=2)))),
        attributes=plain | places,
        scope=draw(st.none() | st.lists(st.sampled_from(SCOPES), max_size=2, unique=True).map(tuple)),
        created_at=START,
        modified_at=draw(times),
    )


@st.composite
def fragments(draw: st.DrawFn) -> Entity:
    """What a PATCH brings: some attributes of an entity, no types."""
    plain = draw(st.dictionaries(st.sampled_from(NAMES), instances(attributes()), max_size=2))
    places = draw(st.dictionaries(st.sampled_from(GEO_NAMES), instances(geo_attributes), max_size=1))
    return Entity(id=draw(entity_ids), attributes=plain | places)


def paths() -> st.SearchStrategy[Path]:
    """Paths to attributes, sub-attributes, members, languages and system members."""
    name = st.sampled_from(NAMES)
    sub = st.sampled_from((*SUB_NAMES, "observedAt", "modifiedAt", "unitCode", "datasetId"))
    trail = st.lists(st.sampled_from((*MEMBERS, "*")), min_size=1, max_size=2).map(tuple)
    return st.one_of(
        name.map(lambda one: Path((one,))),
        name.map(lambda one: Path((one,))),
        st.tuples(name, sub).map(Path),
        st.tuples(name).flatmap(lambda names: trail.map(lambda members: Path(names, members))),
        st.sampled_from([Path(("createdAt",)), Path(("modifiedAt",))]),
    )


def _comparable_scalars() -> st.SearchStrategy[Scalar]:
    return scalars.filter(lambda value: not isinstance(value, bool))


ranges = st.one_of(
    st.tuples(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS)),
    st.tuples(st.sampled_from(("a", "m", "z")), st.sampled_from(("full", "ok", "가"))),
    st.tuples(st.sampled_from(MOMENTS), st.sampled_from(MOMENTS)),
).map(lambda pair: Range(*pair))


@st.composite
def comparisons(draw: st.DrawFn) -> Compare:
    path = draw(paths())
    op: CompareOp = draw(st.sampled_from(("==", "!=", ">", ">=", "<", "<=", "~=", "!~=")))
    if op in ("~=", "!~="):
        return Compare(path, op, draw(st.sampled_from(PATTERNS)))
    if op not in ("==", "!="):
        return Compare(path, op, draw(_comparable_scalars()))
    several = st.lists(st.one_of(scalars, ranges), min_size=2, max_size=3).map(lambda items: OneOf(tuple(items)))
    return Compare(path, op, draw(st.one_of(scalars, scalars, ranges, several)))


q_expressions: st.SearchStrategy[QExpr] = st.recursive(
    st.one_of(comparisons(), comparisons(), st.builds(Exists, paths(), st.booleans())),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda items: And(tuple(items))),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: Or(tuple(items))),
    ),
    max_leaves=4,
)
type_expressions: st.SearchStrategy[TypeExpr] = st.recursive(
    st.sampled_from(TYPES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=2).map(lambda items: AllTypes(tuple(items))),
        st.lists(inner, min_size=2, max_size=2).map(lambda items: AnyType(tuple(items))),
    ),
    max_leaves=3,
)
scope_expressions: st.SearchStrategy[ScopeExpr] = st.recursive(
    st.sampled_from(("/#", "/Goyang/#", "/+/Air", "/Goyang/Ilsan", "/Goyang/+/Air", "Paju/Air")),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=2).map(lambda items: AllScopes(tuple(items))),
        st.lists(inner, min_size=2, max_size=2).map(lambda items: AnyScope(tuple(items))),
    ),
    max_leaves=3,
)


@st.composite
def geo_queries(draw: st.DrawFn) -> GeoQuery:
    relations: tuple[GeoRelation, ...] = ("within", "contains", "intersects", "equals", "disjoint", "overlaps")
    relation = draw(st.sampled_from(("near", "near", "near", *relations)))
    geometry, name = draw(geometries), draw(st.sampled_from((LOCATION, LOCATION, OBSERVATION_SPACE)))
    if relation != "near":
        return GeoQuery(relation, geometry, name)
    metres = draw(st.sampled_from((1.0, 1_000.0, 1_200.0, 20_000.0, 5_000_000.0, 20_000_000.0)))
    if draw(st.booleans()):
        return GeoQuery("near", geometry, name, max_distance_m=metres)
    return GeoQuery("near", geometry, name, min_distance_m=metres)


orders = st.one_of(
    st.builds(Order, paths(), st.booleans()),
    st.builds(Order, st.sampled_from([Path(("id",)), Path(("type",))]), st.booleans()),
    st.builds(
        Order, st.just(Path((LOCATION,))), st.booleans(), positions.map(lambda at: {"type": "Point", "coordinates": at})
    ),
)


@st.composite
def queries(draw: st.DrawFn) -> Query:
    """A question with at most two filters (more rarely let anything through), now and then ordered, in small pages."""
    filters: dict[str, st.SearchStrategy[Json]] = {
        "types": type_expressions,
        "ids": st.lists(entity_ids, min_size=1, max_size=3).map(tuple),
        "id_pattern": st.sampled_from(("[12]$", "^urn", "마")),
        "attributes": st.lists(st.sampled_from(NAMES), min_size=1, max_size=2).map(tuple),
        "q": q_expressions,
        "geo": geo_queries(),
        "scope": scope_expressions,
        "dataset_ids": st.lists(st.sampled_from(("@none", *DATASETS)), min_size=1, max_size=2).map(tuple),
    }
    # Values and places are where columns can go wrong: they are asked for most.
    names = ["q", "q", "q", "q", "q", "geo", "geo", "geo", *filters]
    chosen = draw(st.sets(st.sampled_from(names), max_size=2))
    return Query(
        **{name: draw(filters[name]) for name in sorted(chosen)},
        order=draw(st.one_of(st.just(()), st.just(()), st.lists(orders, min_size=1, max_size=2).map(tuple))),
        limit=draw(st.sampled_from((20, 20, 3, 1, 0))),
        offset=draw(st.sampled_from((0, 0, 1, 3))),
        count=draw(st.booleans()),
    )


def cities() -> st.SearchStrategy[list[Entity]]:
    """Several entities with ids of their own."""
    return st.lists(entities(), min_size=4, max_size=8, unique_by=lambda entity: entity.id)
