"""Laws of the district statistics, for any jobs, targets, plans and tenancies."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.district.statistics.cluster import (
    Jobs,
    herfindahl,
    herfindahls,
    jobs_table,
    krugman,
    krugmans,
    location_quotient,
    location_quotients,
    quotient_with_interval,
    shift_share,
)
from madang.district.statistics.composite import mean_with_error, rounded
from madang.district.statistics.growth import (
    Dated,
    anniversary,
    compound_per_year,
    earned_schedule,
    plan_of,
    planned_value,
    s_curve,
    years_between,
)
from madang.district.statistics.scaling import BANDS, Direction, attainment, band, scaled
from madang.district.statistics.survival import Tenancy, survival

DIRECTIONS: tuple[Direction, ...] = ("up", "down", "to-target")

counts = st.integers(1, 1_000_000)
figures = st.floats(-1e6, 1e6)
days = st.dates(date(1950, 1, 1), date(2100, 1, 1))
employment = st.dictionaries(st.sampled_from("ABCDEF"), st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), counts, counts))


@st.composite
def tables(draw: st.DrawFn) -> Jobs:
    regions, sectors = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    rows = draw(st.lists(st.lists(counts, min_size=sectors, max_size=sectors), min_size=regions, max_size=regions))
    return jobs_table([f"r{row}" for row in range(regions)], [f"s{column}" for column in range(sectors)], rows)


@given(tables())
def test_the_job_weighted_mean_quotient_of_a_sector_is_one(jobs: Jobs) -> None:
    weights = jobs.counts.sum(axis=1) / jobs.counts.sum()

    assert weights @ location_quotients(jobs) == pytest.approx(np.ones(len(jobs.sectors)))


@given(tables())
def test_the_whole_table_says_what_each_cell_says_alone(jobs: Jobs) -> None:
    whole = jobs.counts.sum(axis=0)
    for row, quotients, concentration, special in zip(
        jobs.counts, location_quotients(jobs), herfindahls(jobs), krugmans(jobs), strict=True
    ):
        for local, wide, quotient in zip(row, whole, quotients, strict=True):
            assert location_quotient(local, row.sum(), wide, whole.sum()) == pytest.approx(quotient)
        assert herfindahl(list(row)) == pytest.approx(concentration)
        assert krugman(list(row), list(whole)) == pytest.approx(special, abs=1e-12)


@given(tables())
def test_concentration_lies_between_equal_shares_and_one(jobs: Jobs) -> None:
    found = herfindahls(jobs)

    assert np.all(found >= 1 / len(jobs.sectors) - 1e-12)
    assert np.all(found <= 1 + 1e-12)


@given(st.integers(1, 50), counts)
def test_equal_shares_are_the_least_concentration_and_others_are_more(sectors: int, jobs: int) -> None:
    equal = [float(jobs)] * sectors

    assert herfindahl(equal) == pytest.approx(1 / sectors)
    assert herfindahl([0.0] * (sectors - 1) + [float(jobs)]) == 1
    if sectors > 1:
        assert herfindahl([*equal[1:], 2.0 * jobs]) > 1 / sectors


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=8), st.integers(1, 9))
def test_krugman_is_symmetric_and_sees_mixes_not_sizes(mixes: list[tuple[int, int]], times: int) -> None:
    one, other = [a for a, _ in mixes], [b for _, b in mixes]

    assert krugman(one, other) == krugman(other, one)
    assert 0 <= krugman(one, other) <= 2
    assert krugman(one, [times * count for count in one]) == pytest.approx(0, abs=1e-12)


@given(*([counts] * 4))
def test_an_interval_holds_its_quotient_and_grows_with_the_level(both: int, local: int, sector: int, rest: int) -> None:
    four = (both, both + local, both + sector, both + local + sector + rest)
    narrow, wide = quotient_with_interval(*four, level=0.8), quotient_with_interval(*four, level=0.99)

    assert 0 < wide.low <= narrow.low <= narrow.value <= narrow.high <= wide.high


@given(employment.filter(bool))
def test_the_parts_of_a_shift_share_add_up_to_the_change_exactly(
    jobs: Mapping[str, tuple[float, float, int, int]],
) -> None:
    before, after = ({name: row[i] for name, row in jobs.items()} for i in (0, 1))
    wide_before, wide_after = ({name: row[i] for name, row in jobs.items()} for i in (2, 3))
    parts = shift_share(before, after, wide_before, wide_after)

    assert parts.keys() == jobs.keys()
    for name, part in parts.items():
        assert part.national + part.mix + part.local == part.change == Fraction(after[name]) - Fraction(before[name])
    growth = Fraction(sum(map(Fraction, wide_after.values()))) / sum(map(Fraction, wide_before.values())) - 1
    assert sum(part.national for part in parts.values()) == growth * sum(map(Fraction, before.values()))


@given(st.dictionaries(st.sampled_from("ABCDEF"), st.tuples(counts, counts), min_size=1))
def test_the_wide_area_has_no_local_part_and_its_mix_cancels_out(jobs: Mapping[str, tuple[int, int]]) -> None:
    before, after = ({name: row[i] for name, row in jobs.items()} for i in range(2))
    parts = shift_share(before, after, before, after).values()

    assert all(part.local == 0 for part in parts)
    assert sum(part.mix for part in parts) == 0


@given(figures, st.tuples(figures, figures).filter(lambda ends: ends[0] + 1e-6 < ends[1]))
def test_scaling_stays_in_0_to_100_and_flips_with_better(value: float, ends: tuple[float, float]) -> None:
    up, down = scaled(value, *ends, "max"), scaled(value, *ends, "min")

    assert 0 <= up <= 100
    assert 0 <= down <= 100
    assert up + down == pytest.approx(100)
    assert (scaled(ends[0], *ends, "max"), scaled(ends[1], *ends, "max")) == (0, 100)


@given(st.tuples(figures, figures), st.tuples(figures, figures).filter(lambda ends: ends[0] + 1e-6 < ends[1]))
def test_scaling_keeps_the_order(values: tuple[float, float], ends: tuple[float, float]) -> None:
    low, high = sorted(values)

    assert scaled(low, *ends, "max") <= scaled(high, *ends, "max")
    assert scaled(low, *ends, "min") >= scaled(high, *ends, "min")


@given(st.floats(0, 1e6), st.floats(1e-3, 1e6), st.sampled_from(DIRECTIONS))
def test_an_attainment_stays_in_0_to_100_and_the_target_is_in_the_last_band(
    value: float, target: float, direction: Direction
) -> None:
    assert band(attainment(target, target, direction)) == BANDS[-1]
    assert 0 <= attainment(value, target, direction) <= 100


@given(st.lists(st.floats(0, 100), min_size=2, max_size=13))
def test_a_mean_lies_among_its_scores_and_equal_scores_have_no_error(scores: list[float]) -> None:
    mean = mean_with_error(scores)

    assert min(scores) - 1e-9 <= mean.value <= max(scores) + 1e-9
    assert mean_with_error([scores[0]] * len(scores)).standard_error == 0


@given(st.decimals(-1_000, 1_000, places=4), st.integers(0, 3))
def test_rounding_moves_by_half_a_step_at_most(value: Decimal, decimals: int) -> None:
    assert abs(rounded(value, decimals) - value) <= Decimal(1).scaleb(-decimals) / 2


@given(days, st.integers(0, 60), days)
def test_years_count_anniversaries_and_do_not_fall(first: date, years: int, other: date) -> None:
    assert years_between(first, anniversary(first, years)) == years
    assert years_between(first, other) == -years_between(other, first)
    assert years_between(first, other) < years_between(first, other + timedelta(1))


@given(days, st.integers(1, 60), st.floats(1, 1e6), st.floats(-0.2, 0.2))
def test_compound_growth_gives_back_the_rate_that_made_it(day: date, years: int, start: float, rate: float) -> None:
    end = Dated(anniversary(day, years), start * (1 + rate) ** years)

    assert compound_per_year(Dated(day, start), end) == pytest.approx(rate, abs=1e-9)


@given(days, st.integers(1, 4_000), st.decimals(1, 10**13, places=0), st.data())
def test_planned_money_never_falls_and_the_earned_schedule_undoes_it(
    start: date, length: int, budget: Decimal, data: st.DataObject
) -> None:
    end = start + timedelta(length)
    for plan in (plan_of(((start, Decimal(0)), (end, budget))), s_curve(start, end, budget)):
        one, other = sorted(data.draw(st.tuples(*[st.dates(start, end)] * 2)))
        assert 0 <= planned_value(plan, one) <= planned_value(plan, other) <= budget == planned_value(plan, end)
        assert earned_schedule(plan, planned_value(plan, one)) == one


@given(st.lists(st.tuples(st.integers(0, 4_000), st.none() | st.integers(0, 6_000)), min_size=1), st.integers(1, 12))
def test_kaplan_meier_is_the_plain_share_where_everyone_was_watched_long_enough(
    stays: list[tuple[int, int | None]], years: int
) -> None:
    tenancies = [
        Tenancy(str(number), since, None if stayed is None else since + timedelta(stayed))
        for number, (after, stayed) in enumerate(stays)
        for since in [date(2000, 1, 1) + timedelta(after)]
    ]
    found = survival(tenancies, years, date(2025, 1, 1))

    assert found.n == found.plain_n == len(stays)
    assert found.plain is not None
    assert found.kaplan_meier == pytest.approx(found.plain, abs=1e-12)
