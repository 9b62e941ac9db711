"""A small made-up city in memory: four districts of two kilometres, and a few things of each type hub.toml asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from madang.bus.local import LocalBus
from madang.district.book import gather
from madang.district.indicators.catalogue import load_catalogue
from madang.district.indicators.engine import Indicators
from madang.district.indicators.live import Live
from madang.district.indicators.live_spec import Question, live_table
from madang.district.indicators.reading import Given, LedgerReader
from madang.district.indicators.spec import IndicatorSpec, InputSpec, load_specs
from madang.district.indicators.values import Gap, Input, LiveReading, Result
from madang.district.measures import load_measures
from madang.district.quantity import Quantity
from madang.hub.entities import Entities
from madang.hub.history import History
from madang.model.entity import LOCATION, Attribute, Entity, Json
from madang.model.keys import Reader, parse_document
from madang.model.observation import Series
from madang.ngsild.context import CORE
from madang.stores.memory import MemoryStateStore
from madang.stores.memory_history import MemoryHistoryStore

PLACES = Path("places")
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Seoul")
WEST, SOUTH, STEP = 126.80, 37.60, 0.02

CATALOGUE = load_catalogue(PLACES / "indicators.csv")
MEASURES = load_measures(PLACES / "measures.csv")
SPECS = load_specs(PLACES / "formulas" / "hub.toml", CATALOGUE, MEASURES, (), live_table)

Values = Mapping[str, Json]
"""Attribute -> its value, or (value, UN/CEFACT code)."""


def point(x: float, y: float) -> Json:
    """x, y: in widths of a district from the city's south-western corner."""
    return {"type": "Point", "coordinates": [WEST + x * STEP, SOUTH + y * STEP]}


def line(x: float, y: float, to_x: float, to_y: float) -> Json:
    return {"type": "LineString", "coordinates": [point(x, y)["coordinates"], point(to_x, to_y)["coordinates"]]}


def box(x: float, y: float, width: float, height: float) -> Json:
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    return {"type": "Polygon", "coordinates": [[point(*corner)["coordinates"] for corner in corners]]}


DISTRICTS: Sequence[Values] = (
    {"name": "A", "location": box(0, 0, 1, 1), "population": (4000, "IE"), "households": (1600, "C62"),
     "wasteMonitoring": "individual"},
    {"name": "B", "location": box(1, 0, 1, 1), "population": (3000, "IE"), "households": (1200, "C62"),
     "wasteMonitoring": "none"},
    {"name": "C", "location": box(0, 1, 1, 1), "population": (2000, "IE"), "households": (800, "C62"),
     "wasteMonitoring": "none"},
    {"name": "D", "location": box(1, 1, 1, 1), "population": (11000, "IE"), "households": (4400, "C62"),
     "wasteMonitoring": "individual"},
)  # fmt: skip
"""20 000 people, 8 000 households."""

METER = {"category": "meter"}
POWER, WATER = {**METER, "controlledProperty": "energyConsumption"}, {**METER, "controlledProperty": "waterConsumption"}

EXAMPLES: Mapping[str, Sequence[Values]] = {
    "AdministrativeArea": DISTRICTS,
    "AccessPoint": [{"location": point(0.5, 0.5)}, {"location": point(1.5, 0.5)}],
    "Device": [
        *[{**POWER, "customer": "household", "value": 1}] * 3,
        *[{**POWER, "customer": "public", "refBuilding": f"urn:b:{i}", "value": 1} for i in range(2)],
        {**POWER, "customer": "household"},
        *[{**WATER, "customer": "household", "value": 1}] * 2,
        {**WATER, "customer": "office", "refBuilding": "urn:b:1"},
        {**WATER, "customer": "business", "refBuilding": "urn:b:1", "value": 1},
        *[{"category": "server", "controlledProperty": "none", "customer": "public", "value": 1}] * 4,
    ],
    "ArrivalEstimation": [{"hasStop": f"urn:s:{i // 2}", "remainingTime": 60} for i in range(6)],
    "GtfsStop": [{"location": point(0.5, 0.5)}, *[{"location": point(0.5, y / 8)} for y in range(1, 4)]],
    "TransportStation": [{"location": point(1.5, 1.5)}],
    "TrafficFlowObserved": [
        {"location": line(0, 0.5, 1, 0.5), "roadClass": "primary", "averageVehicleSpeed": (40, "KMH")},
        {"location": line(1, 0.5, 2, 0.5), "roadClass": "local", "averageVehicleSpeed": (10, "MTS")},
    ],
    "RoadSegment": [
        {"location": line(0, 0.5, 2, 0.5), "roadClass": "primary", "lit": True},
        {"location": line(0, 1.5, 2, 1.5), "roadClass": "local", "lit": False},
    ],
    "TrafficSignal": [{"controlMode": mode} for mode in ("adaptive", "priority", "fixed", "fixed", "fixed")],
    "Dataset": [{"accessRights": "public"}] * 3 + [{"accessRights": "restricted"}],
    "GtfsShape": [{"location": line(0, 0.25, 2, 0.25)}, {"location": line(1, 0, 1, 2)}],
    "GtfsRoute": [{"name": f"line {i}"} for i in range(4)],
    "Vehicle": [
        *[{"serviceProvided": "urbanTransit", "refRoute": "urn:r:1", "location": point(1, 1)}] * 2,
        *[{"serviceProvided": "carSharing", "refRoute": "", "location": point(1, 1)}] * 5,
    ],
    "BikeLane": [{"location": line(0, 0.75, 2, 0.75)}],
    "BikeHireDockingStation": [{"location": point(1, 1), "availableBikeNumber": (n, "C62")} for n in (12, 8)],
    "Building": [
        {"category": "public", "buildingManagementSystem": True, "floorArea": (4000, "MTK")},
        {"category": "public", "buildingManagementSystem": False, "floorArea": (1, "HAR")},
        {"category": "office", "buildingManagementSystem": False, "floorArea": (700, "MTK")},
    ],
    "IndoorEnvironmentObserved": [{"refBuilding": "urn:b:0", "co2": 600}, {"refBuilding": "urn:b:0", "co2": 700}],
    "RestrictedTrafficArea": [{"location": box(0.5, 0.5, 0.2, 0.2), "restriction": "pedestrian"}],
    "AirQualityObserved": [
        {"location": point(0.5, 0.5), "pm25": (20, "GQ"), "pm10": (40, "GQ"), "no2": (0.02, "59"),
         "so2": (3, "61"), "o3": (0.03, "59")},
        {"location": point(1.5, 1.5), "pm25": (0.03, "GP"), "pm10": (60, "GQ"), "no2": (0.04, "59"),
         "so2": (5, "61"), "o3": (0.05, "59")},
    ],
    "NoiseLevelObserved": [
        {"location": point(0.5, 0.5), "LAeq_d": (60, "2N")},
        {"location": point(1.5, 1.5), "LAeq_d": (50, "2N")},
    ],
    "Garden": [{"location": box(0.1, 0.1, 0.2, 0.2), "category": "public"}],
    "GreenArea": [{"location": box(0.2, 0.1, 0.2, 0.2)}],
    "ProtectedArea": [{"location": box(1.5, 1.5, 2, 2)}],
    "RecreationArea": [
        {"location": box(0.6, 0.1, 0.1, 0.1), "access": "public", "setting": "outdoor"},
        {"location": box(0.8, 0.1, 0.1, 0.1), "access": "public", "setting": "indoor"},
    ],
    "PublicSpace": [{"location": box(0.1, 0.1, 0.1, 0.1)}],
    "BuiltUpArea": [{"location": box(0, 0, 1, 2)}],
    "HazardZone": [{"location": box(0, 0, 0.5, 2)}],
    "PointOfInterest": [{"category": ["museum"]}, {"category": ["library"]}, {"category": ["restaurant"]}],
    "EmergencyCall": [
        {"calledAt": "2026-11-01T00:00:00Z", "arrivedAt": "2026-11-01T00:06:00Z"},
        {"calledAt": "2026-11-02T00:00:00Z", "arrivedAt": "2026-11-02T00:10:00Z"},
    ],
    "ServiceRequest": [
        {"requested_datetime": "2026-10-01T00:00:00Z", "closed_datetime": "2026-10-03T00:00:00Z"},
        {"requested_datetime": "2026-10-05T00:00:00Z", "closed_datetime": "2026-10-06T00:00:00Z"},
        {"requested_datetime": "2025-01-05T00:00:00Z", "closed_datetime": "2025-02-06T00:00:00Z"},
        {"requested_datetime": "2026-11-20T00:00:00Z"},
    ],
    "ServiceOutage": [{"startsAt": "2026-05-01T00:00:00Z", "endsAt": "2026-05-01T06:00:00Z"}],
    "StreetlightControlCabinet": [{"energyConsumed": (1000, "KWH")}],
    "Streetlight": [
        *[{"installation": "new", "powerState": "on"}] * 2,
        {"installation": "original"},
        {"installation": "refurbished", "powerState": "off"},
    ],
    "EVChargingStation": [{"location": point(1, 1)}] * 3,
    "KeyPerformanceIndicator": [
        {"name": "registeredElectricVehicles", "kpiValue": 60},
        {"name": "openDataPortalVisits", "kpiValue": 5000},
        {"name": "publicAlertReach", "kpiValue": (15000, "IE")},
        {"name": "planningParticipants", "kpiValue": 40},
    ],
    "Crosswalk": [{"accessibleSignal": True}, {"accessibleSignal": False}],
    "Camera": [{"location": point(0.5, 0.5)}],
    "WasteContainerIsle": [{"fillingLevel": 0.4}, {"name": "plain"}],
    "WasteContainer": [{"fillingLevel": 0.4}, {"name": "plain"}, {"name": "plain"}],
    "OffStreetParking": [
        {"totalSpotNumber": (300, "C62"), "occupiedSpotNumber": 10, "acceptedPaymentMethod": ["CreditCard", "Cash"]},
    ],
    "OnStreetParking": [{"totalSpotNumber": (100, "C62"), "acceptedPaymentMethod": ["Cash"]}],
    "ServiceCoverage": [
        {"location": box(0, 0, 1, 1), "service": "interactiveStreetMap"},
        {"location": box(0, 0, 2, 1), "service": "foodSupplierMap"},
    ],
    "Pipe": [
        {"location": line(0, 0.1, 1, 0.1), "network": "wastewater", "monitored": True},
        {"location": line(1, 0.1, 2, 0.1), "network": "wastewater", "monitored": False},
    ],
    "WaterSupplyZone": [
        {"dailySupply": (3000, "MTQ"), "residualChlorine": 0.3},
        {"dailySupply": (1_000_000, "LTR")},
    ],
    "WaterQualityObserved": [{"pH": 7.2, "location": point(1, 1)}],
    "ACMeasurement": [
        {"category": "city", "totalActiveEnergyImport": (90, "GWH")},
        {"category": "publicBuilding", "totalActiveEnergyImport": (500_000, "KWH")},
    ],
    "WaterConsumptionObserved": [{"waterConsumption": (2_000_000, "MTQ")}],
}  # fmt: skip

STEADY = ("pm25", "pm10", "no2", "so2", "o3", "LAeq_d")
"""Said every day of the year, always the same."""
METERS = {"totalActiveEnergyImport": 0.1, "waterConsumption": 0.365, "energyConsumed": 0.5}
"""Share of the reading that came on in the 365 days before today."""


@dataclass
class Clock:
    time: datetime = NOW

    def now(self) -> datetime:
        return self.time


@dataclass
class LiveCity:
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.store = MemoryHistoryStore(self.clock)
        self.entities = Entities(MemoryStateStore(), self.store, LocalBus(), self.clock)
        self.history = History(self.entities, self.store, self.clock)
        self.live = Live(self.entities, self.history, self.clock, ZONE)
        self.book = gather([], MEASURES)

    async def fill(self, examples: Mapping[str, Sequence[Values]]) -> "LiveCity":
        await self.put([made(kind, n, one) for kind, each in examples.items() for n, one in enumerate(each)])
        for kind, each in examples.items():
            for number, one in enumerate(each):
                await self._remember(kind, f"urn:ngsi-ld:{kind}:{number}", one)
        return self

    async def put(self, entities: Sequence[Entity]) -> None:
        report = await self.entities.batch("", "upsert", entities)
        assert not report.errors

    async def observe(
        self, kind: str, entity_id: str, attribute: str, values: Iterable[tuple[datetime, float]]
    ) -> None:
        at, numbers = zip(*values, strict=True)
        count = len(at)
        moments = np.array([one.astimezone(UTC).replace(tzinfo=None) for one in at], "datetime64[us]")
        names = np.array([entity_id] * count, object), np.array([CORE.expand(attribute)] * count, object)
        await self.history.load("", Series(CORE.expand(kind), *names, moments, np.array(numbers, float), {}))

    async def _remember(self, kind: str, entity_id: str, one: Values) -> None:
        today = datetime(2026, 11, 22, tzinfo=ZONE)
        for name, value in one.items():
            number = value[0] if isinstance(value, tuple) else value
            if name in STEADY:
                days = [today - timedelta(days=n, hours=-6) for n in range(1, 366)]
                await self.observe(kind, entity_id, name, [(day, number) for day in days])
            if name in METERS:
                year_ago = today - timedelta(days=365)
                readings = [(year_ago, number * (1 - METERS[name])), (today, number)]
                await self.observe(kind, entity_id, name, readings)
            if name == "averageVehicleSpeed":
                hours = [today - timedelta(hours=n) for n in range(1, 24 * 28 + 1)]
                rush = [(hour, number / 2 if hour.hour == 8 else number) for hour in hours]
                await self.observe(kind, entity_id, name, rush)

    async def ask(self, text: str) -> Input | Gap:
        """text: the keys of a live table, a line each."""
        wanted = InputSpec("it", live=question(text))
        reply = await self.live.reader().read(wanted, Given.of(self.book, "", NOW.date()), None)
        return reply if isinstance(reply, Gap) else reply[0].input

    async def read(self, text: str) -> tuple[float, LiveReading]:
        reply = await self.ask(text)
        assert isinstance(reply, Input), reply
        assert reply.live
        return figure(reply), reply.live

    async def number(self, text: str) -> float:
        return (await self.read(text))[0]

    async def compute(self, spec: IndicatorSpec, at: datetime | None = None) -> Result:
        engine = Indicators(CATALOGUE, (spec,), (LedgerReader(), self.live.reader(at)))
        (result,) = (await engine.compute(self.book, "", [spec.key]))[spec.key]
        return result


def figure(one: Input) -> float:
    assert isinstance(one.value, Quantity)
    return float(one.value.middle)


def question(text: str) -> Question:
    document = parse_document('[live]\nneeds = { ko = "피드", en = "the feed" }\n' + text, "live.toml")
    reader = Reader(document)
    found = live_table(reader, ("live",), document.root["live"])
    assert not reader.faults, reader.faults
    assert isinstance(found, Question)
    return found


def made(kind: str, number: int, values: Values) -> Entity:
    """Observed ten minutes ago, all of it."""
    attributes = {}
    for name, value in values.items():
        if name == "location":
            attributes[LOCATION] = (Attribute("GeoProperty", value, observed_at=NOW - timedelta(minutes=10)),)
            continue
        plain, code = value if isinstance(value, tuple) else (value, None)
        attributes[CORE.expand(name)] = (
            Attribute("Property", plain, unit_code=code, observed_at=NOW - timedelta(minutes=10)),
        )
    return Entity(f"urn:ngsi-ld:{kind}:{number}", (CORE.expand(kind),), attributes)
