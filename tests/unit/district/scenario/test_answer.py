import csv
from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.district.scenario.scenarios import scenario

from madang.district.quantity import parse_quantity
from madang.district.scenario import (
    Asked,
    Assumption,
    Change,
    Claim,
    PhasePlan,
    answer,
    asked_query,
    find_scenario,
    parse_asked,
)
from madang.errors import BadRequestData

PLAN = scenario(price=(30_000, 20_000, 45_000), delay=(1, 0, 3))
GOYANG = Path(__file__).parents[4] / "cities" / "goyang"


def test_nothing_asked_is_the_scenario_itself() -> None:
    asked = parse_asked(PLAN, [])
    assert asked == Asked(Change())
    assert asked_query(asked) == {}
    assert answer(PLAN, asked).scenario == PLAN


def test_a_question_comes_back_from_its_address_the_same() -> None:
    pairs = {"price": "25000", "one.end": "2022-06", "runs": "500", "seed": "7", "outcome": "jobs"}
    asked = parse_asked(PLAN, pairs.items())
    assert asked_query(asked) == pairs
    assert parse_asked(PLAN, asked_query(asked).items()) == asked


@pytest.mark.parametrize(
    ("name", "text"),
    [("runs", "99"), ("runs", "10001"), ("runs", "1e3"), ("runs", "-5"), ("seed", "1.5"), ("seed", "9" * 40),
     ("outcome", "beauty"), ("outcome", "<b>")],
)  # fmt: skip
def test_runs_seed_and_outcome_are_held_to_their_bounds(name: str, text: str) -> None:
    with pytest.raises(BadRequestData) as refused:
        parse_asked(PLAN, [(name, text)])
    assert refused.value.faults[0].where == name


def test_a_control_given_twice_is_refused() -> None:
    with pytest.raises(BadRequestData, match="given twice"):
        parse_asked(PLAN, [("runs", "100"), ("runs", "200")])


def test_the_answer_is_about_the_changed_scenario_in_every_part() -> None:
    base = answer(PLAN, parse_asked(PLAN, [("runs", "200")]))
    dear = answer(PLAN, parse_asked(PLAN, [("runs", "200"), ("price", "45000")]))
    assert dear.outcome.npv > base.outcome.npv
    assert dear.bands.npv.p50 > base.bands.npv.p50
    assert dear.swings[0].name == "price"
    assert dear.swings[0].at_high == dear.outcome.npv
    assert {rank.name for rank in dear.ranks} == {"price", "delay"}


def test_every_published_figure_of_goyang_is_a_fact_of_its_ledger() -> None:
    goyang = find_scenario(GOYANG)
    assert goyang is not None
    with (GOYANG / "district" / "facts.csv").open(encoding="utf-8", newline="") as file:
        facts = {row["id"]: row for row in csv.DictReader(file)}
    parts: list[Assumption | PhasePlan | Claim] = [*goyang.assumptions.values(), *goyang.phases, *goyang.claims]
    sources = [one.source for one in parts if one.source]
    assert len(sources) == 13
    for source in sources:
        fact = facts[source.fact]
        assert source.title == fact["source"]
        assert source.quote in fact["quote"]
        assert source.url in ("", fact["url"])
    for name, one in goyang.assumptions.items():
        # Read from the words of the fact, not its value: 45 ha of 52 %, and 32 ha less the 23 ha.
        if one.source and name not in ("infrastructure-land", "industrial-land"):
            assert same(one.mode, one.unit, facts[one.source.fact]), name


def test_every_claim_beside_the_result_has_the_value_of_its_fact() -> None:
    goyang = find_scenario(GOYANG)
    assert goyang is not None
    with (GOYANG / "district" / "facts.csv").open(encoding="utf-8", newline="") as file:
        facts = {row["id"]: row for row in csv.DictReader(file)}
    assert [int(claim.value) for claim in goyang.claims if claim.measure == "jobs"] == [22_000, 18_000, 2_753]
    for claim in goyang.claims:
        assert f"{claim.value:f}" in facts[claim.source.fact]["value"]


def same(value: Decimal, unit: str, fact: dict[str, str]) -> bool:
    return parse_quantity(f"{value:f}", unit) == parse_quantity(fact["value"], fact["unit"])
