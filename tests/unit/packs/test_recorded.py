"""Every shipped pack passes its own recorded tests, fitted to the city its records are from."""

from dataclasses import replace
from datetime import timedelta

import pytest

from madang.packs.load import load_packs, load_profile
from madang.packs.pack import FittedPack
from madang.packs.recorded import load_case, run_case, run_tests
from madang.packs.shipped import shipped

CITIES = {"parking": "aarhus", "mobility": "aarhus", "weather": "goyang", "air": "goyang"}


def pack_of(name: str) -> FittedPack:
    packs = load_packs(load_profile(shipped("cities") / CITIES[name]), [shipped("packs")])
    return next(pack for pack in packs if pack.name == name)


@pytest.mark.parametrize("name", sorted(CITIES))
def test_a_packs_recorded_tests_pass(name: str) -> None:
    results = run_tests(pack_of(name))
    assert results, "a pack with rules comes with recorded tests"
    assert all(result.case.alerts for result in results)
    assert [(result.case.name, result.missing, result.surplus) for result in results if not result.passed] == []


def test_a_recorded_test_that_expects_another_time_fails() -> None:
    pack = pack_of("parking")
    case = load_case(pack, pack.directory / "tests" / "festival-saturday.toml")
    (alert,) = case.alerts
    late = replace(alert, rise=alert.rise + timedelta(minutes=1))
    result = run_case(pack, replace(case, alerts=(late,)))
    assert (result.missing, result.surplus, result.passed) == ((late,), (alert,), False)
