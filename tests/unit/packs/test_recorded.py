"""Every shipped pack passes its own recorded tests."""

from dataclasses import replace
from datetime import timedelta

import pytest

from madang.packs.recorded import fitted_for, load_case, run_case, run_tests
from madang.packs.shipped import shipped

PACKS = shipped("packs")


@pytest.mark.parametrize("name", ["air", "mobility", "parking", "weather"])
def test_a_packs_recorded_tests_pass(name: str) -> None:
    results = run_tests(PACKS / name)
    assert results, "a pack with rules comes with recorded tests"
    assert all(result.case.alerts for result in results)
    assert [(result.case.name, result.missing, result.surplus) for result in results if not result.passed] == []


def test_a_recorded_test_that_expects_another_time_fails() -> None:
    file = PACKS / "parking" / "tests" / "festival-saturday.toml"
    pack = fitted_for(PACKS / "parking", file)
    case = load_case(pack, file)
    (alert,) = case.alerts
    late = replace(alert, rise=alert.rise + timedelta(minutes=1))
    result = run_case(pack, replace(case, alerts=(late,)))
    assert (result.missing, result.surplus, result.passed) == ((late,), (alert,), False)
