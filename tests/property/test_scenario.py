"""Laws of scenarios, whatever their figures."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.district.scenario.scenarios import PLAIN, parsed, scenario

from madang.district.scenario import Month, Scenario, bands, draw, load_scenario, run, simulate
from madang.district.scenario.cash import irr, npv
from madang.district.scenario.montecarlo import Array

ROOT = Path(__file__).parents[2]
GOYANG = load_scenario(ROOT / "cities" / "goyang" / "district" / "scenario.toml")
LAKESIDE = parsed((ROOT / "docs" / "how-to" / "scenario.md").read_text("utf-8").split("```toml\n")[1].split("```")[0])
"""The how-to's example: two phases, homes and jobs."""

TOLERANCE = 1e-9
"""Of the largest figure of its kind."""

money = st.integers(-(10**13), 10**13).map(Decimal)
flows = st.lists(money, min_size=1, max_size=40)
rates = st.integers(-9_000, 50_000).map(lambda one: Decimal(one) / 10_000)
timings = st.sampled_from(("mid", "end"))


def ranges(low: int, high: int) -> st.SearchStrategy[tuple[float, float, float]]:
    """(mode, low, high) in hundredths, within bounds."""
    return st.lists(st.integers(low * 100, high * 100), min_size=3, max_size=3).map(
        lambda three: (sorted(three)[1] / 100, sorted(three)[0] / 100, sorted(three)[2] / 100)
    )


@st.composite
def scenarios(choose: st.DrawFn) -> Scenario:
    curve, timing = choose(st.sampled_from(("linear", "s-curve"))), choose(timings)
    plan = PLAIN.replace('"linear"', f'"{curve}"').replace('timing = "end"', f'timing = "{timing}"')
    sale = choose(st.integers(2020, 2026))
    return scenario(
        plan.replace('sale = "2022-01"', f'sale = "{sale}-0{choose(st.integers(1, 9))}"'),
        cost=choose(ranges(0, 9)),
        discount=choose(ranges(0, 20)),
        delay=choose(ranges(0, 10)),
        land=choose(ranges(0, 10)),
        ratio=choose(ranges(0, 900)),
        per_job=choose(ranges(5, 100)),
        price=choose(ranges(0, 90_000)),
        takeup=choose(ranges(1, 15)),
        build=choose(ranges(1, 8)),
        fill=choose(ranges(1, 8)),
    )


@given(flows=flows, timing=timings)
def test_the_worth_at_a_rate_of_zero_is_the_sum(flows: list[Decimal], timing: str) -> None:
    assert npv(flows, Decimal(0), "mid" if timing == "mid" else "end") == sum(flows)


@given(flows=flows)
def test_the_rate_of_return_is_where_the_worth_is_zero(flows: list[Decimal]) -> None:
    found = irr(flows)
    if found.rate is None:
        assert found.reason in ("no-sign-change", "several-roots")
        return
    # The size of what adds up to zero: a rate near -1 or far above 0 makes single terms very large.
    size = npv([abs(flow) for flow in flows], found.rate, "end")
    assert abs(npv(flows, found.rate, "end")) <= size * Decimal("1e-12")
    assert npv(flows, found.rate, "mid").copy_abs() <= npv([abs(flow) for flow in flows], found.rate, "mid") * Decimal(
        "1e-12"
    )


@given(spent=st.lists(st.integers(1, 10**12).map(Decimal), min_size=1, max_size=10),
       earned=st.lists(st.integers(1, 10**12).map(Decimal), min_size=1, max_size=10))  # fmt: skip
def test_money_out_and_then_in_always_has_one_rate_of_return(spent: list[Decimal], earned: list[Decimal]) -> None:
    assert irr([-one for one in spent] + earned).rate is not None


@given(flows=flows, more=st.lists(st.integers(0, 10**13).map(Decimal), min_size=40, max_size=40), rate=rates)
def test_more_revenue_never_lowers_the_worth(flows: list[Decimal], more: list[Decimal], rate: Decimal) -> None:
    richer = [flow + extra for flow, extra in zip(flows, more, strict=False)]
    # Decimal carries 28 digits; two sums that are equal in theory may differ in the last.
    slack = npv([abs(flow) for flow in richer], rate, "mid") * Decimal("1e-24")
    assert npv(richer, rate, "mid") >= npv(flows, rate, "mid") - slack


@settings(max_examples=60)
@given(plan=scenarios(), seed=st.integers(0, 2**64))
def test_the_fast_model_agrees_with_the_exact_one(plan: Scenario, seed: int) -> None:
    both_models_agree(plan, seed)


@settings(max_examples=10)
@given(seed=st.integers(0, 2**64))
def test_the_models_agree_on_several_phases_and_uses_that_share_some_of_their_figures(seed: int) -> None:
    both_models_agree(LAKESIDE, seed)
    both_models_agree(GOYANG, seed)


def both_models_agree(plan: Scenario, seed: int) -> None:
    drawn = draw(plan, 3, seed)
    paths = simulate(plan, drawn)
    for index in range(paths.runs):
        values = {name: Decimal(float(one[min(index, len(one) - 1)])) for name, one in drawn.items()}
        exact = run(plan, values)
        for name in ("works", "sold", "floor", "jobs", "homes"):
            agree(getattr(paths, name)[:, index], [float(getattr(year, name)) for year in exact.years], 0.0)
        cents = float(rounded_to(plan)) * len(exact.years)
        agree(paths.cash[:, index], [float(year.cash) for year in exact.years], cents)
        agree(paths.cumulative[:, index], [float(year.cumulative) for year in exact.years], cents)
        largest = max(abs(float(year.cash)) for year in exact.years) * len(exact.years)
        assert abs(paths.npv[index] - float(exact.npv)) <= largest * TOLERANCE + cents
        assert abs(paths.completion[index] - float(exact.completion)) <= 1e-9


def rounded_to(plan: Scenario) -> Decimal:
    """What the exact model rounds money of a year to."""
    return Decimal(1) if plan.currency == "KRW" else Decimal("0.01")


def agree(fast: Array, exact: list[float], slack: float) -> None:
    """slack: what rounding of money to cents may add."""
    largest = max(1.0, *(abs(one) for one in exact))
    assert np.abs(fast - np.array(exact)).max() <= largest * TOLERANCE + slack


@settings(max_examples=25)
@given(plan=scenarios(), seed=st.integers(0, 2**64))
def test_the_same_seed_gives_the_same_bytes(plan: Scenario, seed: int) -> None:
    first, second = (simulate(plan, draw(plan, 20, seed)) for _ in range(2))
    for name in ("jobs", "cash", "npv", "completion"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()
    assert bands(plan, first) == bands(plan, second)


@settings(max_examples=60)
@given(plan=scenarios(), months=st.integers(1, 60))
def test_a_later_phase_never_has_more_jobs_or_land_sold_before_it(plan: Scenario, months: int) -> None:
    phase = plan.phases[0]
    later = replace(plan, phases=(replace(phase, end=after(phase.end, months), sale=after(phase.sale, months)),))
    for early, late in zip(run(plan).years, run(later).years, strict=True):
        assert late.jobs <= early.jobs + Decimal("1e-12")
        assert late.sold <= early.sold
        assert late.works <= early.works


@settings(max_examples=60)
@given(plan=scenarios())
def test_nothing_shrinks_and_nothing_outgrows_its_land(plan: Scenario) -> None:
    values, before = plan.modes(), run(plan).years[0]
    for year in run(plan).years:
        assert before.sold <= year.sold <= values["land"]
        assert before.floor <= year.floor + Decimal("1e-12")
        assert before.jobs <= year.jobs + Decimal("1e-12")
        assert year.floor <= year.sold * values["ratio"] + Decimal("1e-12")
        assert year.jobs <= year.floor / values["per-job"] + Decimal("1e-12")
        assert 0 <= year.works <= 1
        before = year


def after(month: Month, months: int) -> Month:
    whole = month.year * 12 + month.month - 1 + months
    return Month(whole // 12, whole % 12 + 1)
