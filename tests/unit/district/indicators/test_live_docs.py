"""The reference page names every key and kind of question, and every type that is asked for."""

import re
from pathlib import Path
from typing import get_args

from tests.unit.district.indicators.live_city import SPECS

from madang.district.indicators.live_spec import LIVE, Ask, Question, Statistic

PAGE = Path("docs/reference/indicators-live.md").read_text(encoding="utf-8")
IN_SMART_DATA_MODELS = {
    "ACMeasurement", "AccessPoint", "AdministrativeArea", "AirQualityObserved", "ArrivalEstimation",
    "BikeHireDockingStation", "BikeLane", "Building", "Camera", "Dataset", "Device", "EVChargingStation", "Garden",
    "GtfsRoute", "GtfsShape", "GtfsStop", "IndoorEnvironmentObserved", "NoiseLevelObserved", "OffStreetParking",
    "OnStreetParking", "PointOfInterest", "RestrictedTrafficArea", "RoadSegment", "ServiceRequest", "Streetlight",
    "StreetlightControlCabinet", "TrafficFlowObserved", "TransportStation", "Vehicle", "WasteContainer",
    "WasteContainerIsle", "WaterConsumptionObserved", "WaterQualityObserved",
}  # fmt: skip
"""Or in a pack."""


def _named(section: str) -> set[str]:
    """What the first column of the section's tables names in backquotes."""
    found = PAGE.split(f"## {section}\n")[1].split("\n## ")[0]
    rows = [row.split("|")[1] for row in found.splitlines() if row.startswith("| ")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_every_kind_of_question_is_explained() -> None:
    assert _named("Kinds of question") == set(get_args(Ask))


def test_every_key_is_explained() -> None:
    assert _named("Keys of a question") == {key.name for key in LIVE.keys}
    assert all(f"`{one}`" in PAGE for one in get_args(Statistic))


def test_a_type_that_is_not_of_smart_data_models_is_named_as_our_own() -> None:
    asked = {
        name
        for spec in SPECS
        for one in spec.inputs
        if isinstance(one.live, Question) and one.live.type
        for name in one.live.type.split(",")
    }
    assert asked - IN_SMART_DATA_MODELS <= _named("Names of our own")
    assert asked >= IN_SMART_DATA_MODELS - {"AdministrativeArea"}
