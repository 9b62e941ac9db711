import numpy as np
import pytest
from tests.unit.district.scenario.scenarios import PLAIN, scenario

from madang.district.scenario import apply_change, bands, draw, parse_change, simulate
from madang.district.scenario.montecarlo import Array

PLAN = scenario(price=(30_000, 20_000, 45_000), ratio=(200, 150, 300), delay=(1, 0, 3))


@pytest.mark.parametrize(("shape", "mean"), [("pert", (20 + 4 * 30 + 45) / 6), ("triangular", (20 + 30 + 45) / 3)])
def test_draws_stay_in_their_range_and_keep_their_mean(shape: str, mean: float) -> None:
    written = PLAIN.replace('timing = "end"', f'timing = "end"\ndraws = "{shape}"')
    drawn = draw(scenario(written, price=(30_000, 20_000, 45_000)), 20_000, 7)["price"]
    assert drawn.min() >= 20_000
    assert drawn.max() <= 45_000
    assert drawn.mean() == pytest.approx(mean * 1000, rel=0.005)


def test_a_pert_draw_leans_to_the_mode_more_than_a_triangular_one() -> None:
    spread: dict[str, float] = {}
    for shape in ("pert", "triangular"):
        plan = scenario(PLAIN.replace('timing = "end"', f'draws = "{shape}"'), price=(30_000, 20_000, 45_000))
        spread[shape] = float(draw(plan, 5_000, 7)["price"].std())
    assert spread["pert"] < spread["triangular"]


def test_to_change_one_assumption_leaves_the_draws_of_the_others() -> None:
    changed = apply_change(PLAN, parse_change(PLAN, [("price", "25000")]))
    before, after = draw(PLAN, 100, 1), draw(changed, 100, 1)
    assert (before["ratio"] == after["ratio"]).all()
    assert (before["price"] != after["price"]).any()
    assert (before["ratio"] / 2 != before["delay"]).all()


def test_another_seed_gives_other_runs() -> None:
    assert (draw(PLAN, 100, 1)["price"] != draw(PLAN, 100, 2)["price"]).any()


def test_a_fixed_figure_is_drawn_once() -> None:
    assert draw(PLAN, 100, 1)["land"].shape == (1,)


def test_bands_are_the_percentiles_of_each_year_in_their_order() -> None:
    paths = simulate(PLAN, draw(PLAN, 2_000, 1))
    found = bands(PLAN, paths)
    assert paths.jobs.shape == (16, 2_000)
    last: Array = paths.jobs[-1]
    assert found.jobs[-1].p50 == pytest.approx(float(np.median(last)))
    assert (last < found.jobs[-1].p10).mean() == pytest.approx(0.1, abs=0.002)
    for rows in (found.jobs, found.cumulative, found.works):
        assert all(one.p10 <= one.p50 <= one.p90 for one in rows)
    assert found.completion.p10 > 2022
    assert found.npv_positive == pytest.approx(float((paths.npv >= 0).mean()))
    assert found.jobs_as_planned == pytest.approx(float((last >= 4_000).mean()))


def test_a_scenario_without_any_range_has_bands_of_no_width() -> None:
    plan = scenario()
    found = bands(plan, simulate(plan, draw(plan, 100, 1)))
    assert found.jobs[-1].p10 == found.jobs[-1].p90 == pytest.approx(4_000)
    assert found.npv.p10 == found.npv.p90
