from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.district.scenario.scenarios import PLAIN, figure, parsed, scenario, text

from madang.district.scenario import Scenario, Year, find_scenario, run

GOYANG = Path(__file__).parents[4] / "cities" / "goyang"

HOMES = (
    PLAIN.replace("planned_jobs", "# planned_jobs").replace('use = "industrial"', 'use = "industrial"')
    + """
[[use]]
id = "homes"
use = "housing"
title = { en = "Homes" }
land = "land-homes"
floor_area_ratio = "ratio"
floor_per_dwelling = "per-home"
price = "price"
takeup_years = "takeup"
build_years = "build"
"""
)


def with_homes() -> Scenario:
    written = text(HOMES) + figure("land-homes", 5, "ha") + figure("per-home", 100, "m2/dwelling")
    cut = written.index('\n[[assumption]]\nname = "planned"')
    return parsed(written[:cut] + written[written.index("\n[[assumption]]", cut + 2) :])


def rows(plan: Scenario) -> dict[int, Year]:
    return {year.year: year for year in run(plan).years}


def test_land_is_sold_evenly_over_the_take_up_time_from_the_month_of_sale() -> None:
    years = rows(scenario())
    # 4 ha over four years from 2022-01.
    assert [years[year].sold for year in (2021, 2022, 2023, 2025, 2030)] == [0, 10_000, 20_000, 40_000, 40_000]


def test_the_s_curve_sells_slowly_then_fast_and_is_half_way_in_the_middle() -> None:
    years = rows(scenario(PLAIN.replace('"linear"', '"s-curve"')))
    assert years[2022].sold == Decimal("6250")  # 3/16 − 2/64 of 4 ha
    assert years[2023].sold == 20_000
    assert years[2025].sold == 40_000


def test_cost_is_spent_evenly_over_the_works_and_land_before_them() -> None:
    assert [rows(scenario())[year].cost for year in (2020, 2021, 2022)] == [500_000_000, 500_000_000, 0]
    plan = PLAIN.replace('start = "2020-01"', 'acquire = "2020-01"\nstart = "2021-01"').replace(
        'delay = "delay"', 'delay = "delay"\nacquisition_share = "for-land"'
    )
    years = rows(parsed(text(plan) + figure("for-land", 60, "%")))
    assert [years[year].cost for year in (2020, 2021, 2022)] == [600_000_000, 400_000_000, 0]


def test_a_delay_spreads_the_works_and_moves_what_is_built_not_what_is_sold() -> None:
    on_time, late = rows(scenario()), rows(scenario(delay=2))
    assert late[2021].works == Decimal("0.5")
    assert late[2021].cost == 250_000_000
    assert [year.sold for year in late.values()] == [year.sold for year in on_time.values()]
    assert late[2023].floor == 0
    assert 0 < late[2024].floor < on_time[2024].floor
    assert late[2035].floor == on_time[2035].floor


def test_floor_comes_after_the_building_time_and_jobs_after_the_floor() -> None:
    years = rows(scenario())
    # Sold evenly from 2022 on and built at once: at the end of 2024 the mean over sales of 2023.5 to 2024.5 less half a
    # year each way, that is the land sold at the end of 2023.
    assert years[2024].floor == 2 * years[2023].sold
    assert years[2035].floor == 80_000
    assert years[2035].jobs == 4_000
    assert years[2024].jobs == (years[2023].sold + years[2022].sold) / 2 * 2 / 20


def test_revenue_is_land_sold_times_its_price_and_cash_adds_up() -> None:
    outcome = run(scenario())
    assert outcome.last.cumulative == 40_000 * 30_000 - 1_000_000_000
    assert sum(year.cash for year in outcome.years) == outcome.last.cumulative
    assert outcome.npv == outcome.last.cumulative  # at a rate of zero


def test_self_sufficiency_is_jobs_per_dwelling_where_there_are_homes() -> None:
    years = rows(with_homes())
    assert years[2020].self_sufficiency is None  # no dwelling yet
    assert years[2035].homes == 1_000
    assert years[2035].self_sufficiency == 4


def test_self_sufficiency_is_jobs_per_planned_job_where_there_are_no_homes() -> None:
    assert rows(scenario(planned=5000))[2035].self_sufficiency == Decimal("0.8")
    assert rows(scenario())[2020].self_sufficiency == 0


def test_self_sufficient_land_is_a_share_of_the_whole_area() -> None:
    assert run(scenario()).self_sufficiency_land == Decimal("0.4")
    assert run(with_homes()).self_sufficiency_land == Decimal("0.4")  # land for homes does not count


def test_break_even_is_the_factor_on_prices_that_brings_the_worth_to_zero() -> None:
    plan = scenario(discount=5)
    factor = run(plan).break_even
    assert factor is not None
    dearer = scenario(discount=5, price=float(30_000 * factor))
    assert abs(run(dearer).npv) < 1


def test_korean_money_has_no_part_of_a_won() -> None:
    goyang = find_scenario(GOYANG)
    assert goyang is not None
    assert all(year.cash == year.cash.to_integral_value() for year in run(goyang).years)


def test_goyang_reads_its_land_as_parts_of_one_district() -> None:
    goyang = find_scenario(GOYANG)
    assert goyang is not None
    values = goyang.modes()
    assert values["research-land"] + values["industrial-land"] == 320_000
    assert sum(values[use.land] for use in goyang.uses) == 845_000
    assert run(goyang).self_sufficiency_land == Decimal(395) / 872


def test_goyang_keeps_published_figures_and_assumptions_apart() -> None:
    goyang = find_scenario(GOYANG)
    assert goyang is not None
    for one in goyang.assumptions.values():
        assert set(one.why) == {"ko", "en"}
        # What has a source has its words; what has none has a range that says how little is known.
        assert one.uncertain if one.source is None else (one.source.quote and not one.uncertain), one.name


def test_goyangs_price_of_land_covers_the_published_cost_and_no_more() -> None:
    goyang = find_scenario(GOYANG)
    assert goyang is not None
    values = goyang.modes()
    saleable = values["research-land"] + values["industrial-land"] + values["mixed-land"]
    assert values["land-price"] == pytest.approx(values["cost"] / saleable, rel=Decimal("0.001"))
