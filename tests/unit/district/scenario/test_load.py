from pathlib import Path
from typing import Any

import pytest
from tests.unit.district.scenario.scenarios import PLAIN, figure, parsed, text

from madang.district.scenario import find_scenario, load_scenario, parse_scenario
from madang.errors import ConfigError
from madang.model.keys import parse_document


def faults(written: str) -> list[str]:
    return [str(fault) for fault in parse_scenario(parse_document(written, "scenario.toml"))[1]]


def only(written: str) -> str:
    found = faults(written)
    assert len(found) == 1, found
    return found[0]


def place(written: str, words: str) -> str:
    """``line:column`` of some words."""
    before = written[: written.index(words)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_a_sound_file_is_read_whole() -> None:
    found = parsed(text(price=(30_000, 20_000, 45_000)))
    price = found.assumptions["price"]
    assert (str(price.low), str(price.mode), str(price.high), price.unit) == ("20000", "30000", "45000", "EUR/m2")
    assert found.phases[0].share == 1
    assert found.modes()["land"] == 40_000


def test_a_misspelt_key_is_told_with_its_place_and_the_one_that_was_meant() -> None:
    written = text().replace("floor_per_job", "floor_per_jop")
    found = faults(written)
    assert f"scenario.toml:{place(written, 'floor_per_jop')}: error: unknown key" in found[0]
    assert 'did you mean "floor_per_job"?' in found[0]


def test_a_quantity_names_an_assumption_that_is_there() -> None:
    written = text().replace('price = "price"', 'price = "prise"')
    assert (
        f'scenario.toml:{place(written, chr(34) + "prise")}: error: unknown assumption "prise"; did you mean "price"?'
        in faults(written)
    )


def test_a_unit_that_does_not_fit_is_told_with_the_ones_that_do() -> None:
    written = text().replace('unit = "m2/job"', 'unit = "ha"')
    assert only(written).endswith('"ha" is no unit of floor_per_job; write m2/job')


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"takeup": 0}, "outside 0.25..60 years"),
        ({"land": -1}, "outside 0..1000000 ha"),
        ({"discount": "nan"}, "must be a number"),
        ({"price": "inf"}, "must be a number"),
        ({"price": (5, 6, 7)}, '"low" ≤ "mode" ≤ "high"'),
        ({"land": 11}, "more than the district's 10 ha"),
        ({"delay": (0, 0, 15)}, "after the last year, 2035"),
    ],
)
def test_a_figure_out_of_bounds_is_a_fault(changed: dict[str, Any], what: str) -> None:
    assert any(what in fault for fault in faults(text(**changed)))


@pytest.mark.parametrize(
    ("was", "is_now", "what"),
    [
        ('end = "2021-12"', 'end = "2019-12"', "before they start"),
        ('end = "2021-12"', 'end = "2021-13"', "is not a month"),
        ('sale = "2022-01"', 'sale = "2050-01"', "outside 2020..2035"),
        ('start = "2020-01"', 'start = "2019-12"', "before the first year"),
        ('start = "2020-01"', 'start = "2020-06"\nacquire = "2020-06"', "before the works start"),
        ('end = "2021-12"', 'end = "2021-12"\nshare = 50', "add up to 50 %"),
        ('last = 2035', 'last = 2019', "must be from"),
        ('id = "work"', 'id = "Work"', "cannot be a name"),
        ('build_years = "build"', "", '"floor_area_ratio" needs the key "build_years"'),
        ('takeup_years = "takeup"', "", '"price" needs the key "takeup_years"'),
        ('floor_per_job = "per-job"', 'floor_per_job = "per-job"\nfloor_per_dwelling = "per-job"', "two uses"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_fault(was: str, is_now: str, what: str) -> None:
    assert was in PLAIN
    assert any(what in fault for fault in faults(text(PLAIN.replace(was, is_now))))


def test_an_assumption_that_nothing_uses_is_a_fault() -> None:
    assert only(text() + figure("idle", 1, "years")).endswith('nothing uses "idle"')


@pytest.mark.parametrize("name", ["at", "seed", "a b", "ü", "x.y"])
def test_a_name_that_an_address_cannot_hold_is_a_fault(name: str) -> None:
    assert any("cannot be a name" in fault for fault in faults(text() + figure(name, 1, "years")))


def test_a_name_given_twice_is_a_fault() -> None:
    assert any('"price" is there twice' in fault for fault in faults(text() + figure("price", 1, "EUR/m2")))


@pytest.mark.parametrize("written", ["", "phase = []\nuse = []\nassumption = []", "phase = 3", "scenario = 1"])
def test_a_file_without_its_parts_says_what_lacks(written: str) -> None:
    assert faults(written)


def test_every_fault_of_a_file_is_told_at_once() -> None:
    written = text().replace('unit = "m2/job"', 'unit = "ha"').replace('end = "2021-12"', 'end = "soon"')
    assert len(faults(written)) == 2


def test_a_city_without_a_scenario_has_none(tmp_path: Path) -> None:
    assert find_scenario(tmp_path) is None


def test_a_file_is_found_in_its_citys_directory_and_its_faults_name_it(tmp_path: Path) -> None:
    path = tmp_path / "seaside" / "district" / "scenario.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text(), "utf-8")
    assert find_scenario(tmp_path / "seaside") == load_scenario(path)
    path.write_text(text().replace('end = "2021-12"', 'end = "soon"'), "utf-8")
    with pytest.raises(ConfigError, match=r"seaside/district/scenario.toml:\d+:7: error: .soon. is not a month"):
        find_scenario(tmp_path / "seaside")
