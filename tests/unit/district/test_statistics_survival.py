"""Who stayed and what was in time, worked by hand."""

from datetime import date
from math import sqrt

import pytest

from madang.district.statistics.survival import HitRate, Milestone, Tenancy, hit_rate, survival
from madang.errors import BadRequestData

AS_OF = date(2026, 1, 1)


def stay(name: str, since: int, until: int | None) -> Tenancy:
    return Tenancy(name, date(since, 1, 1), None if until is None else date(until, 1, 1))


def where(error: pytest.ExceptionInfo[BadRequestData]) -> str:
    return error.value.faults[0].where


def test_kaplan_meier_uses_those_who_came_late_as_long_as_they_were_watched() -> None:
    # Years stayed: 1 (left), 2 (still there), 3 (left), 5 (still there), 6 (still there).
    tenancies = [
        stay("a", 2020, 2021), stay("b", 2024, None), stay("c", 2021, 2024),
        stay("d", 2021, None), stay("e", 2020, None),
    ]  # fmt: skip
    found = survival(tenancies, 3, AS_OF)

    assert found.kaplan_meier == pytest.approx(4 / 5 * 2 / 3)
    assert found.standard_error == pytest.approx(4 / 5 * 2 / 3 * sqrt(1 / (5 * 4) + 1 / (3 * 2)))
    assert (found.plain, found.plain_n, found.n) == (2 / 4, 4, 5)


def test_one_who_is_still_there_is_watched_at_the_moment_another_leaves() -> None:
    found = survival([stay("a", 2024, 2026), stay("b", 2024, None)], 2, AS_OF)

    assert found.kaplan_meier == found.plain == 0.5


def test_leaving_on_the_anniversary_is_not_staying_longer() -> None:
    assert survival([stay("a", 2020, 2023)], 3, AS_OF).plain == 0
    assert survival([stay("a", 2020, 2023)], 2, AS_OF).plain == 1
    assert survival([Tenancy("a", date(2020, 1, 1), date(2023, 1, 2))], 3, AS_OF).plain == 1


def test_after_everyone_left_nobody_stays() -> None:
    found = survival([stay("a", 2020, 2021), stay("b", 2020, 2022)], 5, AS_OF)

    assert (found.kaplan_meier, found.standard_error, found.plain) == (0, 0, 0)


def test_longer_than_anyone_was_watched_is_not_guessed() -> None:
    found = survival([stay("a", 2024, None), stay("b", 2024, 2025)], 5, AS_OF)

    assert (found.kaplan_meier, found.standard_error, found.plain, found.plain_n) == (None, None, None, 0)


def test_a_stay_that_ends_later_still_runs_and_one_that_begins_later_does_not_count() -> None:
    found = survival([stay("a", 2020, 2027), stay("b", 2027, None), stay("c", 2020, 2021)], 5, AS_OF)

    assert (found.kaplan_meier, found.plain, found.n) == (0.5, 0.5, 2)


def test_a_stay_that_ends_before_it_begins_is_refused_by_name() -> None:
    with pytest.raises(BadRequestData) as error:
        survival([stay("a", 2020, None), stay("b", 2021, 2020)], 1, AS_OF)
    assert where(error) == "/b"


def test_a_tenant_counts_from_its_first_day_even_if_it_left_on_it() -> None:
    found = survival([stay("a", 2020, 2020), stay("b", 2026, None)], 1, AS_OF)

    assert (found.plain, found.plain_n, found.n) == (0, 1, 2)


def test_survival_of_nobody_or_after_no_time_is_refused() -> None:
    for tenancies in ([], [stay("a", 2027, None)]):
        with pytest.raises(BadRequestData, match="No tenancy had begun by 2026-01-01"):
            survival(tenancies, 1, AS_OF)
    with pytest.raises(BadRequestData, match="not 0"):
        survival([stay("a", 2020, None)], 0, AS_OF)


MILESTONES = [
    Milestone("designated", date(2019, 12, 31), date(2019, 12, 31)),
    Milestone("started", date(2021, 12, 31), date(2023, 10, 26)),
    Milestone("land sold", date(2025, 12, 15), None),
    Milestone("completed", date(2026, 12, 31), None),
]


def test_the_hit_rate_counts_what_was_due_and_not_what_is_ahead() -> None:
    rate = hit_rate(MILESTONES, AS_OF)

    assert rate == HitRate(due=3, hit=1)
    assert rate.share == pytest.approx(1 / 3)


def test_grace_lets_late_ones_count_and_defers_what_is_due() -> None:
    assert hit_rate(MILESTONES, AS_OF, grace_days=30) == HitRate(due=2, hit=1)
    assert hit_rate(MILESTONES, AS_OF, grace_days=700) == HitRate(due=2, hit=2)


def test_a_milestone_is_due_on_its_day() -> None:
    assert hit_rate(MILESTONES, date(2019, 12, 31)) == HitRate(1, 1)
    with pytest.raises(BadRequestData, match="No milestone was due by 2019-12-30"):
        hit_rate(MILESTONES, date(2019, 12, 30))
