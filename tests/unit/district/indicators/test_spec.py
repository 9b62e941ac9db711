"""Formulas as data: every fault of a file has its line and column; the shipped files are whole."""

from collections import Counter

import pytest
from tests.unit.district.indicators.books import catalogue, district_specs, measures, specs_of

from madang.district.indicators.methods import METHODS
from madang.errors import ConfigError

GOOD = """[[indicator]]
key = "madang-d-d14"
unit = "jobs/ha"
formula = "jobs / area"
inputs.jobs = { fact = "jobs" }
inputs.area = { fact = "area" }
"""


def faults(toml: str) -> list[str]:
    with pytest.raises(ConfigError) as refusal:
        specs_of(toml)
    return [str(one) for one in refusal.value.faults]


@pytest.mark.parametrize(
    ("was", "becomes", "where", "what"),
    [
        ('"madang-d-d14"', '"madang-d-dd14"', "own.toml:2:7", 'did you mean "madang-d-d14"'),
        ('"jobs/ha"', '"jobs/hectar"', "own.toml:3:8", "unknown unit"),
        ('"jobs / area"', '"jobs / aera"', "own.toml:4:11", 'did you mean "area"'),
        ('"jobs / area"', '"jobs /"', "own.toml:4:11", "a number or a name is missing at character 7"),
        ('fact = "area"', 'fact = "aera"', "own.toml:6:24", 'did you mean "area"'),
        ('fact = "area"', 'fakt = "area"', "own.toml:6:17", 'did you mean "fact"'),
        ('fact = "area"', 'fact = "area", choose = "mean"', "own.toml:6:41", "is not one of standing"),
        ('fact = "area"', 'fact = "area", basis = ["plan", "wish"]', "own.toml:6:40", '"wish" is not one of plan'),
        ('fact = "area"', 'live = { ask = "count" }', "own.toml:6:17", "not asked from this file"),
        ('{ fact = "area" }', '"area"', "own.toml:6:1", "must be a table"),
        ('formula = "jobs / area"', 'method = "slipp"', "own.toml:4:10", 'did you mean "slip"'),
        ('formula = "jobs / area"', 'method = "slip"', "own.toml:1:1", "needs its words"),
        ('formula = "jobs / area"\n', "", "own.toml:1:1", "either a formula or a method"),
        ("[[indicator]]", "[[indicators]]", "own.toml:1:1", 'did you mean "indicator"'),
    ],
)
def test_a_fault_names_its_place_and_what_was_meant(was: str, becomes: str, where: str, what: str) -> None:
    found = faults(GOOD.replace(was, becomes, 1))
    assert any(one.startswith(f"{where}: ") and what in one for one in found), found


def test_every_fault_of_a_file_is_reported_at_once() -> None:
    assert len(faults(GOOD.replace("jobs/ha", "x").replace('"jobs" }', '"jbos" }').replace("/ area", "/ aera"))) >= 3


def test_an_input_that_the_formula_does_not_read_is_a_fault() -> None:
    assert any('does not read the input "area"' in one for one in faults(GOOD.replace("jobs / area", "jobs")))


def test_a_second_way_of_the_same_indicator_needs_a_name_of_its_own() -> None:
    assert any('needs a "way" of its own' in one for one in faults(GOOD + GOOD))
    assert len(specs_of(GOOD + GOOD.replace("unit", 'way = { ko = "둘째", en = "second" }\nunit', 1))) == 2


def test_the_shipped_file_computes_all_42_and_the_korean_measures() -> None:
    keys = {spec.key for spec in district_specs()}
    assert {f"madang-d-d{number:02}" for number in range(1, 43)} <= keys
    assert {key for key in catalogue() if key.startswith("kr-new-town")} <= keys
    assert "iso-37120-21-3" in keys


def test_every_method_is_used_and_says_what_it_calculates_in_both_languages() -> None:
    assert {spec.method for spec in district_specs() if spec.method} == set(METHODS)
    for spec in district_specs():
        assert spec.words["ko"], spec.key
        assert spec.words["en"], spec.key
        assert not spec.way or (spec.way["ko"] and spec.way["en"]), spec.key


def test_a_formula_is_said_with_the_names_of_what_it_measures() -> None:
    spec = next(one for one in district_specs() if one.key == "madang-d-d10")
    assert spec.words["ko"] == f"{measures()['investment'].name['ko']} ÷ {measures()['area'].name['ko']}"
    assert spec.words["de"] == f"{measures()['investment'].name['de']} ÷ {measures()['area'].name['de']}"


def test_the_catalogue_has_every_row_and_each_key_once() -> None:
    frameworks = Counter(one.framework for one in catalogue().values())
    assert sum(frameworks.values()) == 336 + 3  # the collected rows and our own further ones
    assert (frameworks["U4SSC"], frameworks["ISO 37122:2019"], frameworks["MADANG-D"]) == (91, 80, 45)
    for key in catalogue():
        assert key.replace("-", "").isalnum(), key
        assert key.isascii(), key


def test_no_text_of_an_iso_standard_is_shipped() -> None:
    ours = {"iso-37120-21-3", "iso-37123-5-5"}
    with_formula = {key for key, one in catalogue().items() if one.framework.startswith("ISO") and one.formula}
    assert with_formula == ours


def test_definitions_from_memory_are_marked_so() -> None:
    evidence = Counter(one.evidence for one in catalogue().values())
    assert evidence == {"seen": 214, "recall": 80, "proposal": 45}


def test_whatever_is_computed_has_a_korean_name() -> None:
    computed = {spec.key for spec in district_specs()} | {
        key
        for key, one in catalogue().items()
        if one.computable == "yes" and one.framework[:3] in ("ISO", "U4S", "SDG")
    }
    assert [key for key in sorted(computed) if not catalogue()[key].name.get("ko")] == []
