"""How long an ad-hoc filter over many entities takes, and what the live state costs in memory.

Run: python bench/query.py [ENTITIES]. Prints, per question, the median and the slowest of 50 runs, beside a numpy pass
written by hand over such arrays (the limit of the method). Entities are five-attribute sensors spread over a city.
"""

import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from statistics import median

import numpy as np

from madang.model.entity import LOCATION, Attribute, Entity, encode_entity
from madang.model.query import Query
from madang.ngsild.context import CORE
from madang.ngsild.query import parse_query
from madang.ports.state import Stored
from madang.stores.rows import TenantRows

RUNS = 50
NOW = datetime(2026, 11, 22, tzinfo=UTC)
CENTRE = (126.83, 37.66)
QUESTIONS = {
    "q + near 500 m": {
        "q": "temperature>20",
        "georel": "near;maxDistance==500",
        "geometry": "Point",
        "coordinates": "[126.83,37.66]",
    },
    "q + near 500 m, counted": {
        "q": "temperature>20",
        "georel": "near;maxDistance==500",
        "geometry": "Point",
        "coordinates": "[126.83,37.66]",
        "count": "true",
    },
    "q + near 5 km": {
        "q": "temperature>20",
        "georel": "near;maxDistance==5000",
        "geometry": "Point",
        "coordinates": "[126.83,37.66]",
    },
    "q, one number": {"q": "temperature>28"},
    "q, number and text, counted": {"q": 'temperature==20..21;status=="fault"', "count": "true"},
    "q, list or pattern": {"q": 'status=="fault","off"|status~="^main"'},
    "within a polygon + q": {
        "q": "temperature<15",
        "georel": "within",
        "geometry": "Polygon",
        "coordinates": "[[[126.8,37.64],[126.86,37.65],[126.84,37.68],[126.8,37.64]]]",
    },
    "type only, page at 500 000": {"offset": "500000"},
}


def sensor(number: int, random: np.random.Generator) -> Entity:
    lon, lat = CENTRE[0] + random.uniform(-0.15, 0.15), CENTRE[1] + random.uniform(-0.1, 0.1)
    values: dict[str, Attribute] = {
        "temperature": Attribute("Property", round(random.uniform(10, 30), 1), observed_at=NOW, unit_code="CEL"),
        "status": Attribute("Property", ("ok", "ok", "ok", "fault", "off", "maintenance")[number % 6]),
        "name": Attribute("Property", f"Sensor {number}"),
        "refDevice": Attribute("Relationship", f"urn:ngsi-ld:Device:{number % 1000:04}"),
    }
    place = Attribute("GeoProperty", {"type": "Point", "coordinates": [round(lon, 6), round(lat, 6)]})
    attributes = {CORE.expand(name): (attribute,) for name, attribute in values.items()} | {LOCATION: (place,)}
    return Entity(f"urn:ngsi-ld:Sensor:{number:07}", (CORE.expand("Sensor"),), attributes, None, NOW, NOW)


def bodies(count: int) -> Iterator[tuple[str, Stored]]:
    random = np.random.default_rng(20261122)
    for number in random.permutation(count).tolist():
        entity = sensor(number, random)
        yield entity.id, Stored(1, encode_entity(entity))


def resident_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def timed(run: Callable[[], object], runs: int = RUNS) -> tuple[float, float]:
    """Median and slowest, ms."""
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        taken.append((time.perf_counter() - start) * 1e3)
    return median(taken), max(taken)


def limit_ms(count: int) -> float:
    """The same q + near by hand on ready arrays: three comparisons, and the distance of the few that are left."""
    random = np.random.default_rng(1)
    lon, lat = random.uniform(126.68, 126.98, count), random.uniform(37.56, 37.76, count)
    temperature = random.uniform(10, 30, count)

    def by_hand() -> object:
        near = np.flatnonzero(np.abs(lat - CENTRE[1]) < 0.0046)
        near = near[np.abs(lon[near] - CENTRE[0]) < 0.0057]
        return near[temperature[near] > 20]

    return timed(by_hand)[0]


def main(count: int) -> None:
    before, start = resident_bytes(), time.perf_counter()
    rows, size = TenantRows(), 0
    pairs = list(bodies(count))
    made_s = time.perf_counter() - start
    start = time.perf_counter()
    for entity_id, stored in pairs:
        rows.load(stored, entity_id)
        size += len(stored.body)
    load_s = time.perf_counter() - start
    del pairs
    print(f"{count} entities of {size / count:.0f} bytes; made in {made_s:.1f} s, loaded in {load_s:.1f} s")
    print(f"memory without columns: {(resident_bytes() - before) / count:.0f} bytes per entity")
    for name, params in QUESTIONS.items():
        query: Query = parse_query({"type": "Sensor", **params}, CORE, page_default=20, page_max=1000)
        start = time.perf_counter()
        page = rows.query(query)
        first_s = time.perf_counter() - start
        middle, slowest = timed(lambda query=query: rows.query(query))  # type: ignore[misc]  # mypy cannot infer it
        found = f"{len(page.items)} of {page.total}" if page.total is not None else f"{len(page.items)}"
        print(f"{name:32} {middle:8.2f} ms (slowest {slowest:.2f}; first {first_s * 1e3:.0f}) {found}")
    print(f"{'numpy by hand, q + near 500 m':32} {limit_ms(count):8.2f} ms")
    print(f"memory with columns: {(resident_bytes() - before) / count:.0f} bytes per entity")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
