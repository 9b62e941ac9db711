from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.district.scenario.scenarios import scenario

from madang.district.scenario import OUTCOMES, draw, rank_correlations, run, simulate, swings

PLAN = scenario(
    discount=5, price=(30_000, 20_000, 45_000), ratio=(200, 150, 300), delay=(1, 0, 3), takeup=(4, 3, 9)
)  # fmt: skip


def test_the_widest_swing_comes_first_and_fixed_figures_are_left_out() -> None:
    found = swings(PLAN, "npv")
    assert found[0].name == "price"
    assert {swing.name for swing in found} == {"price", "ratio", "delay", "takeup"}
    assert [swing.width for swing in found] == sorted((swing.width for swing in found), reverse=True)


def test_a_swing_is_the_outcome_with_that_assumption_alone_moved() -> None:
    swing = next(swing for swing in swings(PLAN, "npv") if swing.name == "price")
    cheap = replace(PLAN, assumptions={**PLAN.assumptions, "price": PLAN.assumptions["price"].at(Decimal(20_000))})
    assert swing.at_low == run(cheap).npv
    assert swing.at_low < run(PLAN).npv < swing.at_high


@pytest.mark.parametrize(
    ("outcome", "matters", "not_at_all"),
    [("jobs", "ratio", "price"), ("cash", "price", "ratio"), ("completion", "delay", "takeup")],
)
def test_each_outcome_has_its_own_order(outcome: str, matters: str, not_at_all: str) -> None:
    found = {swing.name: swing.width for swing in swings(PLAN, outcome)}
    assert max(found, key=lambda name: found[name]) == matters
    assert found[not_at_all] == 0


def test_ranks_say_how_strongly_and_in_which_direction() -> None:
    drawn = draw(PLAN, 3_000, 1)
    paths = simulate(PLAN, drawn)
    found = {rank.name: rank.rho for rank in rank_correlations(PLAN, drawn, paths, "jobs")}
    assert found["ratio"] == pytest.approx(1.0, abs=0.01)
    assert found["price"] == pytest.approx(0.0, abs=0.06)
    slow = {rank.name: rank.rho or 0 for rank in rank_correlations(PLAN, drawn, paths, "npv")}
    assert slow["takeup"] < -0.08


def test_an_outcome_that_never_moves_has_no_correlation() -> None:
    drawn = draw(PLAN, 50, 1)
    paths = simulate(PLAN, drawn)
    assert {rank.rho for rank in rank_correlations(PLAN, drawn, paths, "homes")} == {None}


def test_an_assumption_that_never_moved_has_no_correlation() -> None:
    drawn = draw(PLAN, 4, 1)
    drawn = {**drawn, "price": drawn["price"] * 0 + 5}
    found = {rank.name: rank.rho for rank in rank_correlations(PLAN, drawn, simulate(PLAN, drawn), "jobs")}
    assert found["price"] is None
    assert found["ratio"] is not None


def test_what_may_be_asked_about_is_known() -> None:
    assert set(OUTCOMES) == {"npv", "cash", "jobs", "homes", "completion"}
