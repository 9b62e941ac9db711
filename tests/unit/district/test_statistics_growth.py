"""Growth between dates, and earned value: figures worked by hand or published."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from math import inf, nan

import pytest

from madang.district.statistics.growth import (
    Dated,
    Plan,
    compound_per_year,
    earned_schedule,
    plan_of,
    planned_value,
    s_curve,
    schedule_performance,
    time_performance,
    years_between,
)
from madang.errors import BadRequestData

START, END = date(2023, 10, 26), date(2026, 12, 31)
LINE = plan_of(((date(2024, 1, 1), Decimal(0)), (date(2024, 4, 10), Decimal(1_000))))  # 100 days, 10 a day
STEPS = plan_of(
    [
        (date(2024, 1, 1), Decimal(0)),
        (date(2024, 1, 11), Decimal(100)),
        (date(2024, 1, 21), Decimal(100)),
        (date(2024, 1, 31), Decimal(300)),
        (date(2024, 2, 10), Decimal(300)),
    ]
)


def where(error: pytest.ExceptionInfo[BadRequestData]) -> str:
    return error.value.faults[0].where


@pytest.mark.parametrize(
    ("first", "last", "years"),
    [
        (date(2001, 12, 31), date(2024, 12, 31), 23.0),
        (date(2023, 1, 1), date(2024, 1, 1), 1.0),
        (date(2024, 1, 1), date(2025, 1, 1), 1.0),
        (date(2024, 1, 1), date(2024, 7, 1), 182 / 366),
        (date(2023, 6, 1), date(2024, 5, 31), 365 / 366),
        (date(2020, 2, 29), date(2021, 3, 1), 1.0),
        (date(2020, 2, 29), date(2024, 2, 29), 4.0),
        (date(2025, 1, 1), date(2023, 1, 1), -2.0),
        (date(2025, 1, 1), date(2025, 1, 1), 0.0),
    ],
)
def test_a_year_is_a_year_by_the_calendar(first: date, last: date, years: float) -> None:
    assert years_between(first, last) == years


def test_ten_per_cent_a_year_are_twenty_one_in_two() -> None:
    first, last = Dated(date(2023, 3, 1), 1_000), Dated(date(2025, 3, 1), 1_210)

    assert compound_per_year(first, last) == pytest.approx(0.10, abs=1e-15)


@pytest.mark.parametrize(("before", "after"), [(0, 5), (5, 0), (-1, 5), (nan, 5), (5, inf)])
def test_growth_from_or_to_nothing_has_no_rate(before: float, after: float) -> None:
    with pytest.raises(BadRequestData) as error:
        compound_per_year(Dated(START, before), Dated(END, after), "/jobs")
    assert where(error) == "/jobs"


def test_growth_needs_time() -> None:
    for last in (START, START - timedelta(1)):
        with pytest.raises(BadRequestData, match="no time") as error:
            compound_per_year(Dated(START, 1), Dated(last, 2), "/jobs")
        assert where(error) == "/jobs"


def test_a_straight_line_spends_the_same_every_day() -> None:
    assert planned_value(LINE, date(2023, 12, 31)) == 0
    assert planned_value(LINE, date(2024, 1, 1)) == 0
    assert planned_value(LINE, date(2024, 1, 31)) == 300
    assert planned_value(LINE, date(2024, 4, 10)) == 1_000
    assert planned_value(LINE, date(2030, 1, 1)) == LINE.budget == 1_000


def test_an_s_curve_starts_slowly_and_is_half_done_at_half_time() -> None:
    start, budget = date(2024, 1, 1), Decimal(849_000_000_000)
    curve = s_curve(start, start + timedelta(2_400), budget)

    assert planned_value(curve, start + timedelta(1_200)) == budget / 2
    # 3t² - 2t³ at a quarter is 10/64.
    assert planned_value(curve, start + timedelta(600)) == budget * 10 / 64
    assert planned_value(curve, start + timedelta(2_400)) == budget
    assert len(curve.points) == 25


def test_an_s_curve_lies_as_near_the_smooth_one_as_it_says() -> None:
    start = date(2024, 1, 1)
    curve = s_curve(start, start + timedelta(1_000), Decimal(1))
    off = [float(planned_value(curve, start + timedelta(day))) - (3 * t**2 - 2 * t**3)
           for day in range(1_001) for t in [day / 1_000]]  # fmt: skip

    assert 0.0010 < max(map(abs, off)) < 0.0014


def test_an_s_curve_of_few_days_has_a_point_a_day() -> None:
    assert len(s_curve(START, START + timedelta(3), Decimal(9)).points) == 4
    with pytest.raises(BadRequestData, match="each after the one before"):
        s_curve(START, START, Decimal(9))
    with pytest.raises(BadRequestData):
        s_curve(END, START, Decimal(9))


@pytest.mark.parametrize(
    "points",
    [
        [(START, Decimal(0))],
        [(START, Decimal(0)), (START, Decimal(1))],
        [(START, Decimal(1)), (END, Decimal(2))],
        [(START, Decimal(0)), (END, Decimal(0))],
        [(START, Decimal(0)), (date(2024, 1, 1), Decimal(5)), (END, Decimal(4))],
        [(START, Decimal(0)), (END, Decimal("NaN"))],
    ],
)
def test_what_is_no_plan_is_refused(points: list[tuple[date, Decimal]]) -> None:
    with pytest.raises(BadRequestData) as error:
        plan_of(points, "/baseline 9")
    assert where(error) == "/baseline 9"


@pytest.mark.parametrize(
    ("plan", "earned", "day"),
    [
        (LINE, "0", date(2024, 1, 1)),
        (LINE, "300", date(2024, 1, 31)),
        (LINE, "1000", date(2024, 4, 10)),
        (STEPS, "50", date(2024, 1, 6)),
        (STEPS, "100", date(2024, 1, 21)),
        (STEPS, "200", date(2024, 1, 26)),
        (STEPS, "300", date(2024, 1, 31)),
    ],
)
def test_the_earned_schedule_is_when_the_plan_wanted_it(plan: Plan, earned: str, day: date) -> None:
    assert earned_schedule(plan, Decimal(earned)) == day


def test_performance_by_work_and_by_time() -> None:
    # By day 50, 500 was planned; work worth 300 is done; the plan wanted it by day 30.
    on = date(2024, 2, 20)

    assert schedule_performance(LINE, Decimal(300), on) == Decimal("0.6")
    assert time_performance(LINE, Decimal(300), on) == 0.6


def test_late_work_stays_late_in_time_when_all_is_done() -> None:
    on = date(2024, 7, 19)  # day 200 of a plan of 100

    assert schedule_performance(LINE, Decimal(1_000), on) == 1
    assert time_performance(LINE, Decimal(1_000), on) == 0.5


def test_performance_against_nothing_is_refused() -> None:
    asked: list[Callable[[], object]] = [
        lambda: schedule_performance(LINE, Decimal(5), date(2024, 1, 1), "/itv"),
        lambda: schedule_performance(LINE, Decimal(-5), date(2024, 2, 1), "/itv"),
        lambda: schedule_performance(LINE, Decimal("NaN"), date(2024, 2, 1), "/itv"),
        lambda: time_performance(LINE, Decimal(0), date(2024, 1, 1), "/itv"),
        lambda: earned_schedule(LINE, Decimal("1000.01"), "/itv"),
        lambda: earned_schedule(LINE, Decimal(-1), "/itv"),
        lambda: earned_schedule(LINE, Decimal("NaN"), "/itv"),
    ]
    for ask in asked:
        with pytest.raises(BadRequestData) as error:
            ask()
        assert where(error) == "/itv"
