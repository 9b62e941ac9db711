"""The kinds of question, two by hand for each, and what is refused or left open."""

from datetime import datetime, timedelta

import pytest
from tests.unit.district.indicators.live_city import (
    DISTRICTS,
    EXAMPLES,
    NOW,
    ZONE,
    LiveCity,
    Values,
    box,
    figure,
    line,
    made,
    point,
    question,
)

from madang.district.indicators.reading import Given
from madang.district.indicators.spec import InputSpec
from madang.district.indicators.values import Gap
from madang.errors import BadRequestData

TODAY = datetime(2026, 11, 22, tzinfo=ZONE)


async def town(**each: list[Values]) -> LiveCity:
    return await LiveCity().fill({"AdministrativeArea": DISTRICTS, **each})


async def missing(city: LiveCity, text: str) -> str:
    reply = await city.ask(text)
    assert isinstance(reply, Gap), reply
    return reply.what["en"]


async def test_things_outside_the_districts_are_not_counted_and_things_without_a_place_are() -> None:
    city = await town(Camera=[{"location": point(0.5, 0.5)}, {"location": point(2.5, 0.5)}, {"name": "somewhere"}])
    assert await city.number('ask = "count"\ntype = "Camera"') == 2


async def test_a_city_without_outlines_counts_everything() -> None:
    city = await LiveCity().fill({"Camera": [{"location": point(0.5, 0.5)}, {"location": point(2.5, 0.5)}]})
    assert await city.number('ask = "count"\ntype = "Camera"') == 2


async def test_an_entity_that_does_not_say_what_is_compared_is_unknown_not_no() -> None:
    lamps: list[Values] = [{"led": True}, {"led": False}, {"led": False}, {"name": "?"}]
    city = await town(Streetlight=lamps)
    value, reading = await city.read('ask = "count"\ntype = "Streetlight"\nq = "led==true"')
    assert (value, reading.coverage) == (1, 0.75)
    thin = await town(Streetlight=[*lamps, {"name": "?"}])
    assert "Only 60 %" in await missing(thin, 'ask = "count"\ntype = "Streetlight"\nq = "led==true"')


async def test_nobody_saying_it_is_a_gap_and_everybody_saying_no_is_nought() -> None:
    city = await town(Streetlight=[{"led": False}], Camera=[{"name": "?"}])
    assert await city.number('ask = "count"\ntype = "Streetlight"\nq = "led==true"') == 0
    assert "None of 1 entities of type Camera says led" in await missing(
        city, 'ask = "count"\ntype = "Camera"\nq = "led==true"'
    )


async def test_what_was_observed_too_long_ago_is_not_live() -> None:
    city = await town(WasteContainer=[{"fillingLevel": 0.1}, {"name": "plain"}])
    asked = 'ask = "count"\ntype = "WasteContainer"\nseen = "fillingLevel"\nwithin = "PT1H"'
    assert await city.number(asked) == 1
    city.clock.time = NOW + timedelta(hours=2)
    assert "None of 2 entities of type WasteContainer is live (the last fillingLevel is of 2026-11-22 08:50 UTC)" in (
        await missing(city, asked)
    )


async def test_different_values_are_counted_once() -> None:
    city = await town(Bus=[{"route": "1"}, {"route": "1"}, {"route": "2"}, {"name": "?"}])
    assert await city.number('ask = "count"\ntype = "Bus"\ndistinct = "route"') == 2


async def test_numbers_in_several_units_are_added_up_in_the_one_asked_for() -> None:
    city = await town(Building=[{"floorArea": (1, "HAR")}, {"floorArea": (500, "MTK")}])
    assert await city.number('ask = "sum"\ntype = "Building"\nattribute = "floorArea"\nunit = "m2"') == 10_500
    assert await city.number('ask = "mean"\ntype = "Building"\nattribute = "floorArea"\nunit = "ha"') == 0.525
    assert await city.number('ask = "max"\ntype = "Building"\nattribute = "floorArea"\nunit = "m2"') == 10_000


async def test_words_are_no_numbers_and_lower_the_coverage() -> None:
    asked = 'ask = "mean"\ntype = "Tank"\nattribute = "level"'
    city = await town(Tank=[{"level": 1}, {"level": 2}, {"level": 6}, {"level": "full"}])
    value, reading = await city.read(asked)
    assert (value, reading.coverage) == (3, 0.75)
    assert "says level" in await missing(await town(Tank=[{"level": "full"}]), asked)


async def test_a_unit_that_does_not_convert_names_the_entity_and_the_attribute() -> None:
    city = await town(Tank=[{"level": (20, "CEL")}])
    wanted = InputSpec("it", live=question('ask = "sum"\ntype = "Tank"\nattribute = "level"\nunit = "m3"'))
    with pytest.raises(BadRequestData, match=r"level of urn:ngsi-ld:Tank:0 is in °C \(CEL\)") as refused:
        await city.live.reader().read(wanted, Given.of(city.book, "", NOW.date()), None)
    assert refused.value.faults[0].where == "urn:ngsi-ld:Tank:0/level/unitCode"


HISTORY = 'ask = "history"\ntype = "Station"\nattribute = "pm"\nunit = "μg/m3"\n'


async def _stations(*values: list[float]) -> LiveCity:
    """One value a day, the last one yesterday."""
    city = await town(Station=[{"pm": (1, "GQ"), "location": point(0.5 + n, 0.5)} for n in range(len(values))])
    for number, each in enumerate(values):
        days = [(TODAY - timedelta(days=len(each) - n, hours=-1), value) for n, value in enumerate(each)]
        await city.observe("Station", f"urn:ngsi-ld:Station:{number}", "pm", days)
    return city


async def test_the_mean_of_a_period_is_the_mean_of_the_stations_means() -> None:
    city = await _stations([10.0] * 30, [20.0] * 15 + [40.0] * 15)
    assert await city.number(HISTORY + 'period = "month"') == 20


async def test_statistics_of_a_period() -> None:
    values = [float(n) for n in range(1, 31)]
    city = await _stations(values, [0.0] * 30)
    assert await city.number(HISTORY + 'period = "month"\nstatistic = "max"') == 30
    assert await city.number(HISTORY + 'period = "month"\nstatistic = "days over"\nlimit = 25') == 5
    assert await city.number(HISTORY + 'period = "month"\nstatistic = "total"') == 465
    assert await city.number(HISTORY + 'period = "month"\nstatistic = "median"') == 7.75
    assert await city.number(HISTORY + 'period = "month"\nstatistic = "p90"') == pytest.approx(27.1 / 2)


async def test_a_limit_is_in_the_unit_of_the_question() -> None:
    city = await town(Station=[{"pm": (0.03, "GP")}])
    days = [(TODAY - timedelta(days=n, hours=-1), 0.03 if n <= 4 else 0.01) for n in range(1, 31)]
    await city.observe("Station", "urn:ngsi-ld:Station:0", "pm", days)
    assert await city.number(HISTORY + 'period = "month"\nstatistic = "days over"\nlimit = 25') == 4


async def test_too_few_days_give_no_number() -> None:
    city = await _stations([10.0] * 22)
    assert "Only 73 %" in await missing(city, HISTORY + 'period = "month"')
    assert await (await _stations([10.0] * 23)).number(HISTORY + 'period = "month"') == 10


async def test_today_does_not_count_yet() -> None:
    city = await _stations([10.0] * 30)
    await city.observe("Station", "urn:ngsi-ld:Station:0", "pm", [(TODAY + timedelta(hours=1), 9999.0)])
    assert await city.number(HISTORY + 'period = "month"') == 10
    assert await city.number(HISTORY + 'period = "day"') == 10


async def test_an_attribute_without_a_history_is_a_gap_with_the_days() -> None:
    city = await town(Station=[{"pm": (1, "GQ")}])
    assert "no history of pm from 2025-11-22 to 2026-11-21" in await missing(city, HISTORY)


async def test_monthly_values_make_a_year() -> None:
    city = await town(Station=[{"pm": (1, "GQ")}])
    firsts = [datetime(2025 + (month > 12), (month - 1) % 12 + 1, 1, tzinfo=ZONE) for month in range(12, 24)]
    assert firsts[0] == datetime(2025, 12, 1, tzinfo=ZONE)
    assert firsts[-1] == datetime(2026, 11, 1, tzinfo=ZONE)
    await city.observe("Station", "urn:ngsi-ld:Station:0", "pm", [(one, 10.0 + one.month) for one in firsts])
    value, reading = await city.read(HISTORY)
    assert (value, reading.coverage) == (16.5, 1)


USE = 'ask = "use"\ntype = "Meter"\nattribute = "reading"\n'


async def test_meters_that_count_up_give_a_rate_between_their_readings() -> None:
    city = await town(Meter=[{"reading": (0, "MTQ")}, {"reading": (0, "LTR")}])
    year_ago = datetime(2025, 11, 22, tzinfo=ZONE)
    for number, (before, after) in enumerate([(100.0, 465.0), (5000.0, 5730.0)]):
        await city.observe(
            "Meter", f"urn:ngsi-ld:Meter:{number}", "reading", [(year_ago, before), (TODAY - timedelta(0), after)]
        )
    assert await city.number(USE + 'unit = "L/day"') == pytest.approx(1002)
    assert await city.number(USE + 'unit = "m3/year"') == pytest.approx(365.73)


async def test_a_meter_that_was_exchanged_or_is_new_lowers_the_coverage() -> None:
    city = await town(Meter=[{"reading": (0, "MTQ")}] * 4)
    year_ago = datetime(2025, 11, 22, tzinfo=ZONE)
    for number in range(3):
        await city.observe("Meter", f"urn:ngsi-ld:Meter:{number}", "reading", [(year_ago, 10.0), (TODAY, 375.0)])
    await city.observe("Meter", "urn:ngsi-ld:Meter:3", "reading", [(year_ago, 900.0), (TODAY, 5.0)])
    value, reading = await city.read(USE + 'unit = "m3/day"')
    assert value == pytest.approx(3)
    assert reading.coverage == 0.75


TRAVEL = 'ask = "travel time"\ntype = "Link"\nattribute = "speed"\nperiod = "month"\nunit = "min"\n'


async def _links(**speeds: float) -> LiveCity:
    city = await town(
        Link=[{"length": (1000, "MTR"), "speed": (0, "KMH")}, {"length": (2, "KMT"), "speed": (0, "MTS")}]
    )
    hours = [TODAY - timedelta(hours=n) for n in range(1, 24 * 28 + 1)]
    for number, factor in enumerate((1.0, 1 / 3.6)):
        each = [
            (one, (speeds["rush"] if one.hour == 8 and one.weekday() < 5 else speeds["else_"]) * factor)
            for one in hours
        ]
        await city.observe("Link", f"urn:ngsi-ld:Link:{number}", "speed", each)
    return city


async def test_travel_times_of_the_busiest_and_the_freest_hour() -> None:
    city = await _links(rush=20, else_=60)
    assert await city.number(TRAVEL + 'hour = "busiest"') == pytest.approx(9)
    assert await city.number(TRAVEL + 'hour = "freest"') == pytest.approx(3)


async def test_a_slow_sunday_is_no_rush_hour() -> None:
    city = await town(Link=[{"length": (1000, "MTR"), "speed": (0, "KMH")}])
    hours = [TODAY - timedelta(hours=n) for n in range(1, 24 * 28 + 1)]
    each = [(one, 10.0 if one.weekday() == 6 else 30.0) for one in hours]
    await city.observe("Link", "urn:ngsi-ld:Link:0", "speed", each)
    assert await city.number(TRAVEL + 'hour = "busiest"') == pytest.approx(2)


async def test_times_of_work_leave_out_what_is_open_and_say_how_much() -> None:
    city = await town(**{"ServiceRequest": list(EXAMPLES["ServiceRequest"])})
    asked = 'ask = "duration"\ntype = "ServiceRequest"\nstart = "requested_datetime"\nend = "closed_datetime"\n'
    value, reading = await city.read(asked + 'unit = "hours"')
    assert value == 36
    assert reading.entities == 2
    assert "1 that are still open" in reading.words["en"]
    assert await city.number(asked + 'unit = "days"\nstatistic = "total"') == 3
    assert await city.number(asked + 'unit = "days"\nstatistic = "median"') == 1.5


async def test_nothing_closed_is_a_gap_that_counts_the_open_ones() -> None:
    city = await town(ServiceRequest=[{"requested_datetime": "2026-11-01T00:00:00Z"}])
    asked = 'ask = "duration"\ntype = "ServiceRequest"\nstart = "requested_datetime"\nend = "closed_datetime"\n'
    assert "(1 are still open)" in await missing(city, asked + 'unit = "days"')


async def test_lengths_and_areas_end_at_the_city_and_overlaps_count_once() -> None:
    city = await town(
        Path=[{"location": line(-2, 0.5, 2, 0.5)}, {"location": line(0, 1, 0, 1.5)}],
        Park=[{"location": box(0, 0, 1, 1)}, {"location": box(0.5, 0, 1, 1)}, {"location": box(1.5, 1, 5, 1)}],
    )
    # 0.04° of longitude at 37.61° N are 3.5318 km, 0.01° of latitude there 1.1099 km: radii of curvature of WGS 84
    assert await city.number('ask = "length"\ntype = "Path"\nunit = "km"') == pytest.approx(3.5318 + 1.1099, rel=2e-4)
    whole = await city.number('ask = "city area"\nunit = "km2"')
    assert whole == pytest.approx(15.672, rel=1e-3)
    assert await city.number('ask = "area"\ntype = "Park"\nunit = "km2"') == pytest.approx(whole / 2, rel=1e-3)


async def test_circles_around_points() -> None:
    city = await town(Camera=[{"location": point(0.5, 0.5)}, {"location": point(0.5, 0.5)}, {"location": point(0, 0)}])
    one = 3.14159 * 0.1**2
    asked = 'ask = "area"\ntype = "Camera"\nradius = 100\nunit = "km2"'
    assert await city.number(asked) == pytest.approx(one * 1.25, rel=2e-3)


async def test_people_are_spread_evenly_over_their_district() -> None:
    city = await town(Zone=[{"location": box(0, 0, 0.5, 1)}, {"location": box(1, 1, 0.25, 1)}])
    asked = 'ask = "population near"\ntype = "Zone"\nunit = "persons"'
    assert await city.number(asked) == pytest.approx(2000 + 2750, rel=1e-6)
    stops = await town(Stop=[{"location": point(0.5, 0.5)}])
    square_m = 1.7646e3 * 2.2198e3
    near = await stops.number('ask = "population near"\ntype = "Stop"\nradius = 500\nunit = "persons"')
    assert near == pytest.approx(4000 * 3.14159 * 500**2 / square_m, rel=2e-3)


async def test_an_area_that_others_are_part_of_is_not_counted_with_them() -> None:
    districts: list[Values] = [
        *({**one, "partOf": "Town"} for one in DISTRICTS),
        {"name": "Town", "location": box(0, 0, 2, 2), "population": (20_000, "IE")},
    ]
    city = await LiveCity().fill({"AdministrativeArea": districts})
    assert await city.number('ask = "population"\nunit = "persons"') == 20_000
    assert await city.number('ask = "households"\nunit = "households"') == 8_000


async def test_dense_districts_only() -> None:
    # A and D have 1 021 and 2 809 people a square kilometre
    city = await town()
    assert await city.number('ask = "population"\nlimit = 1000\nunit = "persons"') == 15_000
    assert await city.number('ask = "population"\nlimit = 2000\nunit = "persons"') == 11_000


async def test_people_whose_nearest_station_is_loud() -> None:
    city = await town(**{"NoiseLevelObserved": list(EXAMPLES["NoiseLevelObserved"])})
    asked = 'ask = "population over"\ntype = "NoiseLevelObserved"\nattribute = "LAeq_d"\nunit = "persons"\n'
    assert await city.number(asked + "limit = 55") == 7000
    assert await city.number(asked + "limit = 49.5") == 20_000


async def test_sound_is_averaged_by_its_energy() -> None:
    city = await town(Sound=[{"level": (50, "2N"), "location": point(1, 1)}])
    days = [(TODAY - timedelta(days=n, hours=-1), 60.0 if n <= 15 else 40.0) for n in range(1, 31)]
    await city.observe("Sound", "urn:ngsi-ld:Sound:0", "level", days)
    asked = 'ask = "history"\ntype = "Sound"\nattribute = "level"\nunit = "dB"\nstatistic = "level"\nperiod = "month"'
    assert await city.number(asked) == pytest.approx(57.033, abs=1e-3)


async def test_the_city_may_declare_a_figure() -> None:
    city = await town(KeyPerformanceIndicator=[{"name": "cars", "kpiValue": 7}, {"name": "vans", "kpiValue": 9}])
    assert await city.number('ask = "declared"\nattribute = "cars"\nunit = "vehicles"') == 7
    assert await city.number('ask = "declared"\nattribute = "vans"\nunit = "vehicles"') == 9
    assert "the feed" in await missing(city, 'ask = "declared"\nattribute = "lorries"\nunit = "vehicles"')


async def test_the_past_is_asked_as_it_was() -> None:
    city = await town(Bin=[{"fillingLevel": 0.5}, {"fillingLevel": 0.5}])
    asked = question('ask = "mean"\ntype = "Bin"\nattribute = "fillingLevel"')
    await city.put([made("Bin", 0, {"fillingLevel": 0.1})])
    yesterday = NOW - timedelta(days=1)
    for number in range(2):
        await city.observe("Bin", f"urn:ngsi-ld:Bin:{number}", "fillingLevel", [(yesterday, 0.25 + number)])
    reader = city.live.reader(yesterday + timedelta(hours=1))
    reply = await reader.read(InputSpec("it", live=asked), Given.of(city.book, "", NOW.date()), None)
    assert not isinstance(reply, Gap)
    assert figure(reply[0].input) == 0.75
