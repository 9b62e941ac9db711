from decimal import Decimal

import pytest
from tests.unit.district.scenario.scenarios import scenario

from madang.district.scenario import apply_change, change_query, parse_change, run
from madang.errors import BadRequestData

PLAN = scenario(price=(30_000, 20_000, 45_000))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("price", "1e5"), ("price", "NaN"), ("price", "Infinity"), ("price", "٣٠"), ("price", "1" * 400),
        ("price", "-1"), ("price", "30,000"), ("price", "0x10"), ("price", "<script>"), ("price", "1_000"),
        ("takeup", "0"), ("discount", "51"), ("land", "11"), ("delay", "19"),
        ("one.end", "2021"), ("one.end", "2021-00"), ("one.end", "2019-01"), ("one.end", "9999-12"),
        ("one.sale", "0000-01"), ("one.start", "2030-01"), ("one.start", "１９９９-01"),
        ("prise", "1"), ("one.acquire", "2020-01"), ("two.end", "2021-01"), ("one", "1"), ("", "1"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_parameters_name(name: str, text: str) -> None:
    with pytest.raises(BadRequestData) as refused:
        parse_change(PLAN, [(name, text)])
    assert refused.value.faults[0].where == name
    assert len(refused.value.detail) < 200


def test_a_misspelt_name_is_told_the_one_that_was_meant() -> None:
    with pytest.raises(BadRequestData, match='did you mean "price"'):
        parse_change(PLAN, [("prise", "1")])


def test_a_parameter_given_twice_is_refused() -> None:
    with pytest.raises(BadRequestData, match="given twice"):
        parse_change(PLAN, [("price", "21000"), ("price", "22000")])


def test_what_is_empty_or_as_in_the_file_is_no_change() -> None:
    pairs = [("price", ""), ("land", "4.0"), ("one.end", "2021-12"), ("per-job", " ")]
    assert not parse_change(PLAN, pairs)


def test_a_change_comes_back_from_its_address_the_same() -> None:
    change = parse_change(PLAN, [("price", "25000.50"), ("land", "-0"), ("one.end", "2022-06")])
    assert change_query(change) == {"price": "25000.5", "land": "0", "one.end": "2022-06"}
    assert parse_change(PLAN, change_query(change).items()) == change


def test_a_range_stretches_to_hold_what_was_asked_and_a_fixed_figure_stays_fixed() -> None:
    changed = apply_change(PLAN, parse_change(PLAN, [("price", "50000"), ("land", "2")]))
    price, land = changed.assumptions["price"], changed.assumptions["land"]
    assert [price.low, price.mode, price.high] == [20_000, 50_000, 50_000]
    assert not land.uncertain
    assert run(changed).last.sold == 20_000


def test_a_phase_moves_to_the_months_asked_for() -> None:
    changed = apply_change(PLAN, parse_change(PLAN, [("one.end", "2023-12"), ("one.sale", "2024-07")]))
    assert run(changed).completion == 2024
    assert run(changed).years[4].sold == 5_000  # half of 2024's quarter of 4 ha
    assert run(PLAN).completion == 2022


def test_what_is_impossible_together_names_what_was_changed() -> None:
    with pytest.raises(BadRequestData, match="before they start") as refused:
        parse_change(PLAN, [("one.start", "2025-01")])
    assert refused.value.faults[0].where == "one.start"
    with pytest.raises(BadRequestData, match="more than the district's 3 ha") as refused:
        parse_change(PLAN, [("area", "3")])
    assert refused.value.faults[0].where == "area"
    assert parse_change(PLAN, [("area", "3"), ("land", "3")]).values == {"area": Decimal(3), "land": Decimal(3)}
