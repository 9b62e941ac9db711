"""Every indicator that a hub can compute has a formula, and each gives a number where its feeds are, a gap else."""

import asyncio
from fractions import Fraction

import pytest
from tests.unit.district.indicators.live_city import CATALOGUE, EXAMPLES, MEASURES, PLACES, SPECS, LiveCity

from madang.district.indicators.live_spec import Question
from madang.district.indicators.methods import METHODS
from madang.district.indicators.spec import IndicatorSpec, load_specs

LIVE = [spec for spec in SPECS if all(isinstance(one.live, Question) for one in spec.inputs)]


def _name(spec: IndicatorSpec) -> str:
    return f"{spec.key} {spec.way.get('en', '')}".strip()


@pytest.fixture(scope="module")
def city() -> LiveCity:
    """Filled once for all: nothing here writes to it."""
    return asyncio.run(LiveCity().fill(EXAMPLES))


def _types(spec: IndicatorSpec) -> list[str]:
    """Types its first input asks for."""
    first = spec.inputs[0].live
    assert isinstance(first, Question)
    if first.ask in ("population", "households", "city area"):
        return ["AdministrativeArea"]
    return ["KeyPerformanceIndicator"] if first.ask == "declared" else first.type.split(",")


def test_every_indicator_marked_computable_has_a_formula() -> None:
    district = load_specs(PLACES / "formulas" / "district.toml", CATALOGUE, MEASURES, METHODS)
    computed = {spec.key for spec in (*SPECS, *district)}
    assert [key for key, one in CATALOGUE.items() if one.computable == "yes" and key not in computed] == []


def test_what_is_asked_of_the_hub_is_marked_computable() -> None:
    assert {CATALOGUE[spec.key].computable for spec in LIVE} == {"yes"}


@pytest.mark.parametrize("spec", LIVE, ids=_name)
async def test_a_city_with_the_feeds_has_a_number(city: LiveCity, spec: IndicatorSpec) -> None:
    result = await city.compute(spec)
    assert result.value is not None, result.gaps
    assert result.value.low > 0
    assert result.gaps == ()
    assert all(one.live and one.live.question and set(one.live.words) == {"ko", "en"} for one in result.inputs)


@pytest.mark.parametrize("spec", LIVE, ids=_name)
async def test_a_city_without_the_feed_has_a_gap_that_names_it_and_no_number(spec: IndicatorSpec) -> None:
    lacking = _types(spec)
    city = await LiveCity().fill({kind: each for kind, each in EXAMPLES.items() if kind not in lacking})
    result = await city.compute(spec)
    if spec.key == "kr-smart-city-infrastructure-3":
        assert result.value is not None  # counts the kinds of things, whatever they are
        return
    assert result.value is None
    assert spec.inputs[0].name in {gap.name for gap in result.gaps}
    assert all(set(gap.what) == {"ko", "en"} for gap in result.gaps)
    for lang in ("ko", "en"):
        assert any(kind in gap.what[lang] for gap in result.gaps for kind in lacking), lang


@pytest.mark.parametrize("spec", LIVE, ids=_name)
async def test_an_empty_city_has_gaps_only(spec: IndicatorSpec) -> None:
    result = await LiveCity().compute(spec)
    assert result.value is None
    assert result.gaps


AREA_KM2 = 15.6716  # four districts of 0.02° at 37.6 to 37.64° N: 3.528 km (mean) by 4.4396 km, by hand from the tables
TWO_KM = 3.5318  # 0.04° of longitude at 37.61° N on WGS 84

BY_HAND = {
    "u4ssc-ec-ict-ict-5c": 2,
    "u4ssc-ec-ict-ws-1c": 75,
    "u4ssc-ec-ict-es-1c": 100 * 5 / 6,
    "u4ssc-ec-ict-t-1c": 75,
    "u4ssc-ec-ict-t-3a": 40,
    "u4ssc-ec-ict-ps-1a share": 75,
    "u4ssc-ec-ict-ps-1a number": 3,
    "u4ssc-ec-ict-t-2c": 50,
    "u4ssc-ec-i-t-5a": 2,
    "u4ssc-ec-i-t-6a": 100,
    "u4ssc-ec-i-t-7a": 25,
    "u4ssc-ec-i-b-2a": 50,
    "u4ssc-ec-i-up-1a": 1,
    "u4ssc-en-en-aq-1c PM2.5": 25,
    "u4ssc-en-en-aq-1c PM10": 50,
    "u4ssc-en-en-aq-1c NO2": 57.39,
    "u4ssc-en-en-aq-1c SO2": 10.66,
    "u4ssc-en-en-aq-1c O3": 79.84,
    "u4ssc-en-en-ws-2c": 100,
    "u4ssc-en-en-eq-2a": 35,
    "u4ssc-en-en-psn-3a": 6.25,
    "u4ssc-en-e-e-2c": 450,
    "u4ssc-en-e-e-4a": 50_000 / 14_000,
    "u4ssc-sc-eh-c-2a": 10,
    "u4ssc-sc-sh-sa-4a": 15,
    "u4ssc-sc-sh-sa-5a": 8,
    "iso-37120-7-6": 500 / TWO_KM,
    "iso-37122-7-6": 75,
    "iso-37122-7-7": 75,
    "iso-37122-7-9": 100 * 2 / 3,
    "iso-37122-7-10": 0.05,
    "iso-37122-8-2": 2 / AREA_KM2,
    "iso-37122-8-3": 50,
    "iso-37122-10-1": 25_000,
    "iso-37122-10-3": 1.5,
    "iso-37122-10-4": 1.5,
    "iso-37122-11-3": 75,
    "iso-37122-12-1": 100 * 3 / 8000,
    "iso-37122-12-2": 100 * 2 / 8000,
    "iso-37122-13-3": 50,
    "iso-37122-16-1": 50,
    "iso-37122-16-2": 75,
    "iso-37122-16-5": 100 / 3,
    "iso-37122-19-1": 50,
    "iso-37122-19-5": 25,
    "iso-37122-19-7": 75,
    "iso-37122-19-8": 75,
    "iso-37122-19-10": 25,
    "iso-37122-20-3": 50,
    "iso-37122-21-1": 200,
    "iso-37122-21-4": 55,
    "iso-37122-22-5": 50,
    "iso-37122-23-1": 75,
    "iso-37122-23-2": 5,
    "iso-37122-23-4": 100 / 3,
    "sdg-11-6-2 PM2.5": 26.5,
    "sdg-11-6-2 PM10": 53,
    "kr-smart-city-infrastructure-1": 12 / AREA_KM2,
}
"""Worked out from the examples with a pocket calculator. Gases at 293 K and 101,3 kPa: 24.05 L a mole. A district is
2.2 km high and 1.8 km wide, so of B and C each is nearest to the station in its own row: 7 000 and 13 000 people."""


@pytest.mark.parametrize("name", BY_HAND)
async def test_the_number_is_the_one_worked_out_by_hand(city: LiveCity, name: str) -> None:
    spec = next(spec for spec in LIVE if _name(spec) == name)
    result = await city.compute(spec)
    assert result.value is not None, result.gaps
    assert float(result.value.low) == pytest.approx(BY_HAND[name], rel=1e-3)
    assert result.value.low == result.value.high != Fraction(0)
