"""Geo queries (ETSI GS CIM 009 v1.9.1, clause 4.10) and distances on the ellipsoid."""

import json

import pytest

from madang.errors import BadRequestData
from madang.model.entity import LOCATION, OBSERVATION_SPACE, Attribute, Entity, Json
from madang.model.query import GeoQuery
from madang.ngsild.context import CORE
from madang.ngsild.evaluate import matches_geo
from madang.ngsild.geo import holds, parse_geo
from madang.ngsild.geodesic import SPHERE_ERROR, distance_m, haversine_m

SQUARE = [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]
HOLED = [*SQUARE, [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]]
BOW_TIE = [[[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]]


def geometry(kind: str, coordinates: Json) -> Json:
    return {"type": kind, "coordinates": coordinates}


def asked(georel: str, kind: str, coordinates: Json, **more: str) -> GeoQuery:
    params = {"georel": georel, "geometry": kind, "coordinates": json.dumps(coordinates), **more}
    query = parse_geo(params, CORE)
    assert query is not None
    return query


@pytest.mark.parametrize(
    ("a", "b", "expected_m"),
    [
        # New York to London, Goyang to Aarhus, across the antimeridian: as GeographicLib (C. F. F. Karney) solves them.
        ((-73.8, 40.6), (-0.5, 51.6), 5_551_759.400),
        ((126.83, 37.66), (10.2, 56.16), 8_021_287.912),
        ((179.9, -20), (-170, 65), 9_463_308.021),
        # A quarter of the equator and of a meridian: the ellipsoid's own dimensions.
        ((0, 0), (90, 0), 10_018_754.171),
        ((0, 0), (0, 90), 10_001_965.729),
        ((179.5, 0), (-179.5, 0), 111_319.491),
        ((5, 5), (5, 5), 0.0),
        ((10, 90), (50, 90), 0.0),
    ],
)
def test_distances_are_geodesic(a: tuple[float, float], b: tuple[float, float], expected_m: float) -> None:
    assert distance_m(*a, *b) == pytest.approx(expected_m, abs=0.001)
    assert distance_m(*b, *a) == pytest.approx(expected_m, abs=0.001)
    assert haversine_m(*a, *b) == pytest.approx(expected_m, rel=SPHERE_ERROR, abs=1e-6)


def test_antipodes_have_about_half_the_circumference() -> None:
    assert distance_m(0, 0, 180, 0) == pytest.approx(20_003_931, rel=SPHERE_ERROR)
    assert distance_m(0, 0, 179.7, 0.2) == pytest.approx(19_990_000, rel=SPHERE_ERROR)


def test_a_geo_query_is_parsed() -> None:
    assert parse_geo({}, CORE) is None
    point = geometry("Point", [8, 40])
    assert asked("near;maxDistance==2000", "Point", [8, 40]) == GeoQuery("near", point, LOCATION, 2000.0)
    assert asked("near;minDistance==1.5e3", "Point", [8, 40]) == GeoQuery("near", point, LOCATION, None, 1500.0)
    assert asked("within", "Polygon", SQUARE, geoproperty="observationSpace") == GeoQuery(
        "within", geometry("Polygon", SQUARE), OBSERVATION_SPACE
    )


@pytest.mark.parametrize(
    ("georel", "kind", "coordinates", "where"),
    [
        ("near", "Point", "[8,40]", "georel:5"),
        ("near;maxDistance==0", "Point", "[8,40]", "georel:5"),
        ("near;maxDistance==-1", "Point", "[8,40]", "georel:5"),
        ("near;maxDistance==inf", "Point", "[8,40]", "georel:5"),
        ("near;maxDistance==1e400", "Point", "[8,40]", "georel:5"),
        ("near;maxDistance==5;minDistance==1", "Point", "[8,40]", "georel:5"),
        ("touches", "Point", "[8,40]", "georel:1"),
        ("within;maxDistance==5", "Point", "[8,40]", "georel:7"),
        ("within", "Circle", "[8,40]", "geometry"),
        ("within", "Point", "[8,", "coordinates:4"),
        ("within", "Point", "[8]", "coordinates"),
        ("within", "Point", '[8,"40"]', "coordinates"),
        ("within", "Point", "[181,40]", "coordinates/0"),
        ("within", "Point", "[8,91]", "coordinates/1"),
        ("within", "Point", "[8,NaN]", "coordinates"),
        ("within", "LineString", "[[8,40]]", "coordinates"),
        ("within", "Polygon", "[[[0,0],[1,0],[1,1],[0,1]]]", "coordinates/0"),
        ("within", "Polygon", "[[0,0],[1,0],[0,0]]", "coordinates/0"),
        ("", "Point", "[8,40]", "georel"),
        ("within", "", "[8,40]", "geometry"),
        ("within", "Point", "", "coordinates"),
    ],
)
def test_a_fault_names_its_parameter(georel: str, kind: str, coordinates: str, where: str) -> None:
    with pytest.raises(BadRequestData) as caught:
        parse_geo({"georel": georel, "geometry": kind, "coordinates": coordinates}, CORE)
    assert caught.value.faults[0].where == where


def test_geoproperty_alone_is_no_query() -> None:
    with pytest.raises(BadRequestData):
        parse_geo({"geoproperty": "location"}, CORE)


@pytest.mark.parametrize(
    ("georel", "reference", "target", "expected"),
    [
        ("near;maxDistance==1200", geometry("Point", [0, 60]), geometry("Point", [0, 60.01]), True),
        ("near;maxDistance==1100", geometry("Point", [0, 60]), geometry("Point", [0, 60.01]), False),
        ("near;minDistance==1100", geometry("Point", [0, 60]), geometry("Point", [0, 60.01]), True),
        ("near;minDistance==1200", geometry("Point", [0, 60]), geometry("Point", [0, 60.01]), False),
        # The nearest point of an extended reference counts, in metres and not in degrees.
        ("near;maxDistance==2000", geometry("LineString", [[0, 60], [10, 60]]), geometry("Point", [10, 60.009]), True),
        ("near;maxDistance==20000", geometry("Point", [0, 85]), geometry("LineString", [[1, 85], [0, 85.6]]), True),
        ("near;maxDistance==5000", geometry("Point", [0, 85]), geometry("LineString", [[1, 85], [0, 85.6]]), False),
        ("near;maxDistance==1", geometry("Point", [5, 5]), geometry("Polygon", SQUARE), True),
        ("near;maxDistance==3000", geometry("Point", [179.99, 0]), geometry("Point", [-179.99, 0]), True),
        (
            "near;maxDistance==3000",
            geometry("Point", [179.99, 0]),
            geometry("LineString", [[-179.99, 0], [-179.99, 1]]),
            True,
        ),
        ("within", geometry("Polygon", HOLED), geometry("Point", [2, 2]), True),
        ("within", geometry("Polygon", HOLED), geometry("Point", [5, 5]), False),
        ("within", geometry("Polygon", SQUARE), geometry("Point", [0, 5]), False),
        ("within", geometry("Polygon", BOW_TIE), geometry("Point", [1, 5]), True),
        ("within", geometry("Polygon", BOW_TIE), geometry("Point", [5, 1]), False),
        ("within", geometry("Polygon", BOW_TIE), geometry("Point", [9, 5]), True),
        ("contains", geometry("Point", [5, 5]), geometry("Polygon", SQUARE), True),
        ("contains", geometry("Polygon", SQUARE), geometry("Point", [5, 5]), False),
        ("intersects", geometry("Polygon", SQUARE), geometry("Point", [0, 5]), True),
        ("intersects", geometry("LineString", [[-1, 5], [11, 5]]), geometry("Polygon", SQUARE), True),
        ("equals", geometry("LineString", [[1, 1], [0, 0]]), geometry("LineString", [[0, 0], [1, 1]]), True),
        ("equals", geometry("Point", [1, 1]), geometry("Point", [1, 2]), False),
        ("disjoint", geometry("Polygon", SQUARE), geometry("Point", [11, 5]), True),
        ("disjoint", geometry("Polygon", SQUARE), geometry("Point", [10, 5]), False),
        (
            "overlaps",
            geometry("Polygon", SQUARE),
            geometry("Polygon", [[[5, 5], [15, 5], [15, 15], [5, 15], [5, 5]]]),
            True,
        ),
        ("overlaps", geometry("Polygon", SQUARE), geometry("Polygon", SQUARE), False),
    ],
)
def test_a_relation_holds(georel: str, reference: Json, target: Json, expected: bool) -> None:
    assert holds(asked(georel, reference["type"], reference["coordinates"]), target) is expected


def test_an_entity_without_the_property_never_matches() -> None:
    bare = Entity("urn:x:1", ("urn:x:T",), {LOCATION: (Attribute("Property", geometry("Point", [50, 50])),)})
    assert not matches_geo(asked("disjoint", "Polygon", SQUARE), bare)


def test_any_instance_of_the_property_may_match() -> None:
    places = tuple(Attribute("GeoProperty", geometry("Point", [lon, 5]), dataset_id=f"urn:x:{lon}") for lon in (50, 5))
    moving = Entity("urn:x:1", ("urn:x:T",), {LOCATION: places})
    assert matches_geo(asked("within", "Polygon", SQUARE), moving)
    assert matches_geo(asked("disjoint", "Polygon", SQUARE), moving)
