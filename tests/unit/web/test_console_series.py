import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from madang.model.formula import parse_formula
from madang.ports.history import Bucket, Points, Usual
from madang.web.console.series import (
    Grid,
    Line,
    across,
    cells_of,
    condensed,
    cube_of,
    derived_cube,
    derived_points,
    grid_before,
    line_of,
    method_within,
    to_ms,
    usual_of,
    with_band,
)

SEOUL = ZoneInfo("Asia/Seoul")
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
START = datetime(2014, 8, 29, tzinfo=UTC)  # a Friday
MINUTE = timedelta(minutes=1)


def every(minutes: int, count: int, *, without: tuple[int, ...] = ()) -> list[datetime]:
    return [START + minutes * index * MINUTE for index in range(count) if index not in without]


def test_a_hole_in_a_line_is_one_gap_right_after_the_last_value() -> None:
    at = every(30, 10, without=(4, 5, 6))
    line = line_of("x", "X", Points(at, [1.0] * len(at)))
    assert line.value.count(None) == 1
    gap = list(line.value).index(None)
    assert line.at[gap] == to_ms(START + 120 * MINUTE)
    assert list(line.at) == sorted(line.at)


def test_one_late_value_is_no_hole() -> None:
    at = every(30, 10, without=(4,))
    assert None not in line_of("x", "X", Points(at, [1.0] * len(at))).value


def test_a_value_that_is_no_number_is_a_gap() -> None:
    assert line_of("x", "X", Points(every(5, 3), [1.0, math.nan, 2.0])).value == [1.0, None, 2.0]


def test_thinned_points_may_lie_apart_without_a_gap() -> None:
    at = [START + minutes * MINUTE for minutes in (0, 1, 2, 3, 10)]
    assert None in line_of("x", "X", Points(at, [1.0] * 5)).value
    assert None not in line_of("x", "X", Points(at, [1.0] * 5), gap_ms=10 * 60_000).value


def test_an_empty_line_stays_empty() -> None:
    assert line_of("x", "X", Points([], [])) == Line("x", "X", [], [])


def usual(weekday: int, hour: int, low: float, high: float, count: int = 9) -> Usual:
    return Usual("x", weekday, hour, low, (low + high) / 2, high, count)


def test_the_usual_range_is_that_of_the_local_weekday_and_hour() -> None:
    # 23:30 UTC on Thursday is 01:30 on Friday in Copenhagen.
    line = Line("x", "X", [to_ms(datetime(2014, 8, 28, 23, 30, tzinfo=UTC))], [5.0])
    cells = cells_of([usual(4, 1, 10, 20), usual(3, 23, 70, 80)])
    banded = with_band(line, cells, COPENHAGEN, smooth=False)
    assert (banded.low, banded.high) == ([10], [20])


def test_a_smooth_range_goes_straight_between_the_middles_of_hours() -> None:
    times = [START + minutes * MINUTE for minutes in (30, 60, 75, 90)]
    line = Line("x", "X", [to_ms(at) for at in times], [1.0] * 4)
    cells = cells_of([usual(4, 0, 0, 10), usual(4, 1, 8, 30)])
    banded = with_band(line, cells, ZoneInfo("UTC"), smooth=True)
    assert banded.low == pytest.approx([0, 4, 6, 8])
    assert banded.high == pytest.approx([10, 20, 25, 30])


def test_a_range_of_too_few_observations_is_not_drawn() -> None:
    assert cells_of([usual(4, 0, 1, 2, count=2)]) == {}
    line = Line("x", "X", [to_ms(START)], [1.0])
    assert with_band(line, {}, COPENHAGEN, smooth=True) is line


def test_a_time_without_a_usual_range_has_none() -> None:
    line = Line("x", "X", [to_ms(START), to_ms(START + timedelta(hours=5))], [1.0, 2.0])
    banded = with_band(line, cells_of([usual(4, 0, 1, 2)]), ZoneInfo("UTC"), smooth=False)
    assert banded.low == [1, None]


def test_a_formula_over_lines_keeps_the_last_value_of_each_part() -> None:
    formula = parse_formula("a + b / c")
    a = Points([START, START + 10 * MINUTE], [1.0, 2.0])
    b = Points([START + 5 * MINUTE], [30.0])
    found = derived_points(formula, {"a": a, "b": b}, {"c": 10.0})
    assert found.at == [START, START + 5 * MINUTE, START + 10 * MINUTE]
    assert math.isnan(found.value[0])
    assert found.value[1:] == [4.0, 5.0]


def test_a_grid_ends_with_the_stretch_that_holds_now_and_begins_at_local_midnights() -> None:
    now = datetime(2019, 4, 21, 14, 30, tzinfo=UTC)  # 23:30 in Seoul
    days = grid_before(now, timedelta(days=1), timedelta(days=30), SEOUL)
    assert days.count == 30
    assert days.end == datetime(2019, 4, 21, 15, tzinfo=UTC)
    quarters = grid_before(now, timedelta(minutes=15), timedelta(days=1), SEOUL)
    assert quarters.end == datetime(2019, 4, 21, 14, 45, tzinfo=UTC)
    assert quarters.starts_ms()[-1] == to_ms(now)


def bucket(entity: str, index: int, value: float) -> Bucket:
    start = START + index * timedelta(hours=1)
    return Bucket(entity, "uri", start, start + timedelta(hours=1), {"avg": value})


GRID = Grid(START, timedelta(hours=1), 4)


def test_buckets_are_laid_on_the_grid_and_empty_stretches_are_gaps() -> None:
    cube = cube_of([bucket("a", 0, 1.0), bucket("a", 3, 4.0), bucket("a", 9, 9.0)], GRID, "avg")
    assert cube == {"a": [1.0, None, None, 4.0]}


@pytest.mark.parametrize(
    ("aggregate", "carry", "expected"),
    [
        ("sum", 1, [11.0, 12.0, 3.0, 3.0]),  # b is one stretch late, then it is missing; then a is late
        ("sum", 0, [11.0, 2.0, 3.0, None]),
        ("avg", 1, [5.5, 2.0, 3.0, None]),
        ("min", 1, [1.0, 2.0, 3.0, None]),
        ("max", 1, [10.0, 2.0, 3.0, None]),
    ],
)
def test_many_lines_become_one(aggregate: str, carry: int, expected: list[float | None]) -> None:
    cube: dict[str, list[float | None]] = {"a": [1.0, 2.0, 3.0, None], "b": [10.0, None, None, None]}
    assert across(cube, aggregate, carry=carry) == expected


def test_nothing_becomes_no_line() -> None:
    assert across({}, "sum", carry=2) == []


def test_a_formula_over_cubes_uses_each_entitys_own_constants() -> None:
    formula = parse_formula("100 * used / all")
    used: dict[str, list[float | None]] = {"a": [5.0, None], "b": [1.0, 2.0]}
    parts = {"used": used, "all": {}}
    found = derived_cube(formula, parts, {"a": {"all": 10.0}, "b": {"all": 4.0}})
    assert found == {"a": [50.0, None], "b": [25.0, 50.0]}


def test_a_bar_sums_what_happened_and_a_line_sums_levels() -> None:
    assert method_within("sum", "bar") == "sum"
    assert method_within("sum", "line") == "avg"
    assert method_within("max", "line") == "max"


def test_monthly_values_on_a_daily_grid_are_one_line_and_a_missing_month_or_three_is_a_gap() -> None:
    at = list(range(200))
    monthly = [float(i) if i in (0, 30, 60, 90, 180) else None for i in at]
    found = condensed(Line("x", "X", at, monthly))
    assert found.value == [0.0, 30.0, 60.0, 90.0, None, 180.0]
    assert found.at == [0, 30, 60, 90, 91, 180]


def test_a_line_that_fills_its_grid_keeps_its_gaps() -> None:
    line = Line("x", "X", [0, 1, 2, 3], [1.0, None, 2.0, 3.0])
    assert condensed(line) is line


def test_usual_is_taken_by_local_weekday_and_hour_from_enough_values() -> None:
    weeks = [to_ms(START + week * timedelta(days=7)) for week in range(4)]
    found = usual_of([*weeks, to_ms(START + timedelta(hours=3))], [1.0, 2.0, 3.0, 4.0, 9.0], COPENHAGEN)
    (only,) = found.items()
    assert only[0] == (4, 2)
    assert (only[1].p10, only[1].median, only[1].p90) == pytest.approx((1.3, 2.5, 3.7))
