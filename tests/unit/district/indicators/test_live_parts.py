"""Ground, series, units and the table of questions: the pure parts under the questions to the hub."""

import math
from datetime import date, timedelta

import pytest
import shapely

from madang.district.indicators.areas import District, area_m2, around, length_m, people_nearest, share_inside
from madang.district.indicators.live_spec import Question, live_table
from madang.district.indicators.live_words import question_text, question_words
from madang.district.indicators.measured import CODES, factor
from madang.district.indicators.series import Day, coverage, line, over_stations, percentile
from madang.district.quantity import find_unit
from madang.errors import BadRequestData
from madang.model.keys import Reader, parse_document

START = date(2026, 1, 1)
UG = find_unit("μg/m3")


def day(number: int, mean: float, values: int = 24) -> Day:
    return Day(START + timedelta(days=number), mean, values, mean * values)


def test_the_whole_earth_has_the_area_of_the_ellipsoid() -> None:
    # 510 065 621.724 km²: GeographicLib's Planimeter on WGS 84
    assert area_m2(shapely.box(-180, -90, 180, 90)) == pytest.approx(510_065_621_724_088, rel=1e-12)


def test_a_city_block_has_the_area_of_its_geodesic_polygon() -> None:
    # radii of curvature at 37.5°: 6 359 101 m northwards, 6 386 070 m times cos(37.5°) eastwards
    side = math.radians(0.01)
    by_hand = 6_359_101 * side * 6_386_070 * math.cos(math.radians(37.5)) * side
    assert area_m2(shapely.box(126.8, 37.495, 126.81, 37.505)) == pytest.approx(by_hand, rel=1e-5)


def test_a_hole_is_taken_out_of_an_area_and_lines_have_none() -> None:
    whole, hole = shapely.box(0, 0, 0.1, 0.1), shapely.box(0.02, 0.02, 0.04, 0.04)
    assert area_m2(shapely.difference(whole, hole)) == pytest.approx(area_m2(whole) - area_m2(hole))
    assert area_m2(shapely.LineString([(0, 0), (1, 1)])) == 0
    assert area_m2(shapely.Point()) == 0


def test_a_degree_of_the_equator_is_long() -> None:
    # a·π/180 of WGS 84
    assert length_m(shapely.LineString([(0, 0), (0.5, 0), (1, 0)])) == pytest.approx(111_319.4908, abs=1e-3)
    two = shapely.MultiLineString([[(0, 0), (1, 0)], [(10, 0), (11, 0)]])
    assert length_m(two) == pytest.approx(222_638.9816, abs=1e-3)
    assert length_m(shapely.box(0, 0, 1, 1)) == 0


@pytest.mark.parametrize("latitude", [0.0, 37.6, 56.2, -33.0])
def test_what_lies_within_some_metres_is_a_circle_everywhere(latitude: float) -> None:
    circle = around([shapely.Point(10, latitude)], 500)
    assert area_m2(circle) == pytest.approx(math.pi * 500**2, rel=2e-3)
    north = shapely.LineString([(10, latitude), (10, circle.bounds[3])])
    east = shapely.LineString([(10, latitude), (circle.bounds[2], latitude)])
    assert length_m(north) == pytest.approx(500, rel=4e-3)
    assert length_m(east) == pytest.approx(500, rel=4e-3)


def test_a_district_that_is_only_a_point_lies_in_a_zone_or_not() -> None:
    zone = around([shapely.Point(10, 50)], 500)
    assert share_inside(District("a", shapely.Point(10, 50.001), 10, None), zone) == 1
    assert share_inside(District("a", shapely.Point(10, 50.01), 10, None), zone) == 0
    assert share_inside(District("a", None, 10, None), zone) == 0


def test_people_go_to_the_nearest_station_and_are_all_counted_once() -> None:
    districts = [District(str(n), shapely.Point(n, 0), 10.0 * n, None) for n in range(5)]
    assert people_nearest(districts, [shapely.Point(0, 0), shapely.Point(4, 0)]) == [30.0, 70.0]


def test_a_day_with_less_than_three_quarters_of_its_values_does_not_count() -> None:
    days = [day(0, 10), day(1, 10), day(2, 10), day(3, 50, values=18), day(4, 1000, values=17)]
    found = line(days, START, START + timedelta(days=5), "max")
    assert (found.value, found.had, found.expected) == (50, 4, 5)


def test_days_outside_the_period_do_not_count() -> None:
    found = line([day(-1, 5), day(0, 10), day(1, 20)], START, START + timedelta(days=1), "mean")
    assert (found.value, found.had, found.expected) == (10, 1, 1)


def test_a_station_that_speaks_once_a_month_is_followed_by_months() -> None:
    days = [Day(date(2026, month, 1), float(month), 1, month) for month in range(1, 10)]
    found = line(days, START, date(2027, 1, 1), "mean")
    assert (found.value, found.had, found.expected) == (5, 9, 12)
    shifted = line(days, date(2025, 12, 15), date(2026, 12, 15), "mean")
    assert (shifted.had, shifted.expected) == (9, 12)


def test_a_station_that_said_nothing_is_still_expected() -> None:
    silent = line([], START, START + timedelta(days=10), "mean")
    full = line([day(n, 4) for n in range(10)], START, START + timedelta(days=10), "mean")
    assert silent.value is None
    assert coverage([silent, full]) == 0.5
    assert over_stations([silent, full], "mean") == 4
    assert over_stations([silent], "mean") is None
    assert coverage([]) == 0


def test_weights_of_nobody_leave_a_station_out() -> None:
    lines = [line([day(0, value)], START, START + timedelta(days=1), "mean") for value in (10, 20)]
    assert over_stations(lines, "mean", [0, 3]) == 20
    assert over_stations(lines, "mean", [1, 3]) == 17.5
    assert over_stations(lines, "max", [1, 1]) == 20
    assert over_stations(lines, "total") == 30
    assert over_stations(lines, "mean", [0, 0]) is None


def test_percentiles_lie_between_two_values() -> None:
    assert percentile([1, 2, 3, 4, 5], 0.9) == pytest.approx(4.6)
    assert percentile([7], 0.9) == 7


@pytest.mark.parametrize(
    ("code", "unit", "expected"),
    [
        ("GP", "μg/m3", 1000),
        ("GQ", "mg/m3", 0.001),
        ("MWH", "kWh", 1000),
        ("GWH", "MWh", 1000),
        ("LTR", "m3", 0.001),
        ("KMT", "m", 1000),
        ("MTS", "km/hour", 3.6),
        ("HAR", "km2", 0.01),
        (None, "μg/m3", 1),
        ("C62", "stations", 1),
        ("IE", "100k persons", 1e-5),
        ("JOU", "kWh", 1 / 3.6e6),
    ],
)
def test_units_of_attributes_convert(code: str | None, unit: str, expected: float) -> None:
    assert factor("urn:x", "a", code, find_unit(unit)) == pytest.approx(expected)


def test_a_gas_by_volume_is_read_as_a_mass_at_20_degrees() -> None:
    # WHO and the EU: 1 ppb NO2 = 1.91 μg/m³, SO2 2.66, O3 2.00 at 293 K and 101,3 kPa
    for mass, micrograms in ((46.0055, 1.91), (64.066, 2.66), (47.9982, 2.00)):
        assert factor("urn:x", "no2", "61", UG, mass) == pytest.approx(micrograms, abs=0.006)
        assert factor("urn:x", "no2", "59", UG, mass) == pytest.approx(1000 * micrograms, abs=6)


@pytest.mark.parametrize(
    ("code", "unit"), [("CEL", "μg/m3"), ("59", "μg/m3"), ("C62", "μg/m3"), ("C62", "%"), ("XYZ", "m2"), ("KWH", "m3")]
)
def test_what_measures_another_thing_is_refused_by_name(code: str, unit: str) -> None:
    with pytest.raises(BadRequestData, match="pm10 of urn:x") as refused:
        factor("urn:x", "pm10", code, find_unit(unit))
    assert refused.value.faults[0].where == "urn:x/pm10/unitCode"


def test_every_code_names_a_unit_there_is() -> None:
    assert all(find_unit(symbol).factor > 0 and times > 0 for symbol, times in CODES.values())


def _faults(text: str) -> list[str]:
    document = parse_document("[live]\n" + text, "live.toml")
    reader = Reader(document)
    live_table(reader, ("live",), document.root["live"])
    return [str(fault) for fault in reader.faults]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('ask = "cuont"', "did you mean"),
        ('ask = "count"', 'needs the key "type"'),
        ('ask = "sum"\ntype = "A"\nneeds = { ko = "a", en = "a" }', 'needs the key "attribute"'),
        ('ask = "count"\ntype = "A"', 'needs the key "needs"'),
        ('ask = "count"\ntype = "A"\nneeds = { en = "a" }', "ko and en"),
        ('ask = "count"\ntype = "A"\nneeds = { ko = "a", en = "a" }\nq = "a="', "live.toml:5"),
        ('ask = "count"\ntype = "A;"\nneeds = { ko = "a", en = "a" }', "live.toml:3"),
        ('ask = "count"\ntype = "A"\nneeds = { ko = "a", en = "a" }\nunit = "bananas"', "bananas"),
        ('ask = "count"\ntype = "A"\nneeds = { ko = "a", en = "a" }\nseen = "x"', "belong together"),
        ('ask = "count"\ntype = "A"\nneeds = { ko = "a", en = "a" }\nwithin = "1 hour"', "is not a duration"),
        ('ask = "city area"\nradus = 3', 'did you mean "radius"'),
        ('ask = "population over"\ntype = "A"\nattribute = "b"\nneeds = { ko = "a", en = "a" }', 'the key "limit"'),
    ],
)
def test_a_faulty_question_names_its_place(text: str, fault: str) -> None:
    found = _faults(text)
    assert any(fault in one for one in found), found
    assert all(one.startswith("live.toml:") for one in found)


def test_a_limit_of_nought_is_a_limit() -> None:
    text = 'ask = "population over"\ntype = "A"\nattribute = "b"\nlimit = 0\nneeds = { ko = "a", en = "a" }'
    assert _faults(text) == []


def test_a_question_is_said_in_both_languages_and_in_one_line() -> None:
    document = parse_document(
        '[live]\nask = "count"\ntype = "GtfsStop"\nq = "lit==true"\nseen = "arrival"\nwithin = "PT1H"\n'
        'needs = { ko = "a", en = "a" }',
        "live.toml",
    )
    found = live_table(Reader(document), ("live",), document.root["live"])
    assert isinstance(found, Question)
    assert question_text(found) == "count GtfsStop ?lit==true arrival within PT1H"
    assert question_words(found) == {
        "ko": "GtfsStop 수 (조건 lit==true, arrival가 PT1H 안에 관측됨).",
        "en": "How many GtfsStop (where lit==true, arrival observed within PT1H).",
    }
