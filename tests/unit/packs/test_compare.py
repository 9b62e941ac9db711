"""Means by group of days."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from madang.packs.compare import daily_means, group_days, running

MONDAY = date(2019, 4, 1)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def test_days_are_grouped_by_events_and_weekend_with_the_change_against_none() -> None:
    daily = {day(0): 100.0, day(1): 120.0, day(2): 140.0, day(3): 160.0, day(5): 50.0, day(6): 75.0}
    counts = {day(1): 1, day(2): 2, day(3): 5, day(6): 2}
    bars = group_days(daily, counts, most=2, weekend=True)
    told = [(bar.weekend, bar.events, bar.mean, bar.days) for bar in bars]
    assert told == [
        (False, 0, 100.0, 1),
        (False, 1, 120.0, 1),
        (False, 2, 150.0, 2),
        (True, 0, 50.0, 1),
        (True, 1, None, 0),
        (True, 2, 75.0, 1),
    ]
    assert [bar.change for bar in bars] == pytest.approx([0.0, 0.2, 0.5, 0.0, None, 0.5])


def test_both_days_of_a_span_count_and_spans_add_up() -> None:
    assert running([(day(0), day(2)), (day(2), day(2))]) == {day(0): 1, day(1): 1, day(2): 2}


def test_daily_means_follow_the_local_day_and_the_hours_asked() -> None:
    at = np.array(["2019-03-31T15:00", "2019-04-01T10:00", "2019-04-01T14:59", "2019-04-01T15:00"], "datetime64[us]")
    value = np.array([10.0, 20.0, np.nan, 7.0])
    seoul = ZoneInfo("Asia/Seoul")
    assert daily_means(at, value, seoul, ()) == {day(0): 15.0, day(1): 7.0}
    assert daily_means(at, value, seoul, (19, 22)) == {day(0): 20.0}
