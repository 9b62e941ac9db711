"""What the shipped scenario says its programme is worth reaches the indicators, for that programme alone."""

from fractions import Fraction

from tests.unit.district.indicators.books import GOYANG, PLACES, measures, shipped_book

from madang.district.indicators.worth import ScenarioWorth
from madang.district.scenario import load_scenario, run
from madang.district.wing import PlacesFiles

ITV = "urn:ngsi-ld:DevelopmentProgramme:goyang-itv"
CHANGNEUNG = "urn:ngsi-ld:DevelopmentProgramme:goyang-changneung"


async def test_goyangs_npv_and_irr_are_those_of_its_scenario() -> None:
    outcome = run(load_scenario(GOYANG / "scenario.toml"))
    indicators = PlacesFiles(PLACES, GOYANG).indicators(measures())
    npv, irr = (await indicators.compute(shipped_book(), ITV, ["madang-d-d39"]))["madang-d-d39"]
    assert npv.value is not None
    assert (npv.value.low, npv.value.unit.symbol, npv.basis) == (Fraction(outcome.npv), "KRW", "forecast")
    assert irr.value is not None
    assert outcome.irr.rate is not None
    assert irr.value.low == Fraction(outcome.irr.rate) * 100
    assert npv.note is not None
    assert "assumptions" in npv.note["en"]


async def test_a_programme_the_scenario_is_not_about_has_a_gap() -> None:
    worth = ScenarioWorth.of(load_scenario(GOYANG / "scenario.toml"))
    assert worth(shipped_book(), CHANGNEUNG) is None
    indicators = PlacesFiles(PLACES, GOYANG).indicators(measures())
    (result,) = (await indicators.compute(shipped_book(), CHANGNEUNG, ["madang-d-d39"]))["madang-d-d39"]
    assert result.value is None
    assert "district/scenario.toml" in result.gaps[0].what["en"]
