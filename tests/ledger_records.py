"""One whole row of every kind of record, a programme that they speak of, and a few measures. All of it is made up."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from madang.district.entities import to_entity
from madang.district.kinds import BY_NAME
from madang.district.measures import Measure, Measures
from madang.model.entity import Attribute, Entity
from madang.ngsild.context import CORE

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SAID = {"source": "Town paper, 1 March 2021", "url": "https://paper.example/1", "quote": "87 ha are planned"}
SQUARE = '{"type":"Polygon","coordinates":[[[126.7,37.6],[126.8,37.6],[126.8,37.7],[126.7,37.6]]]}'

SAMPLES: Mapping[str, Mapping[str, str]] = {
    "programme": {
        "id": "valley",
        "name_ko": "골짜기",
        "name_en": "Valley",
        "city": "Seaside",
        "country": "KR",
        "role": "own",
        "lon": "126.75",
        "lat": "37.65",
        **SAID,
    },
    "fact": {
        "id": "valley-area-2021",
        "subject": "valley",
        "measure": "area",
        "basis": "plan",
        "value": "87",
        "unit": "ha",
        "boundary": "district",
        "definition": "without the river",
        "as_of": "2026",
        "stated": "2021-03-01",
        "quality": "estimate",
        "confidence": "high",
        "baseline": "valley-1",
        "party": "city",
        "note": "first plan",
        **SAID,
    },
    "baseline": {
        "id": "valley-1",
        "subject": "valley",
        "number": "1",
        "stated": "2021-03-01",
        "title_ko": "첫 계획",
        "title_en": "First plan",
        "reason": "the law changed",
        **SAID,
    },
    "phase": {
        "id": "valley-p1",
        "subject": "valley",
        "name_ko": "1단계",
        "start": "2022-H1",
        "end": "2024",
        "basis": "plan",
        "stated": "2021-03",
        **SAID,
    },
    "parcel": {
        "id": "lot-7",
        "subject": "valley",
        "phase": "valley-p1",
        "name": "Lot 7",
        "use": "research",
        "area": "1.5",
        "area_unit": "ha",
        "floor_area": "30000",
        "floor_area_unit": "m2 GFA",
        "state": "on-sale",
        "tenant": "city",
        "location": SQUARE,
        "stated": "2021",
        **SAID,
    },
    "contract": {
        "id": "sale-7",
        "subject": "valley",
        "parcel": "lot-7",
        "party": "city",
        "kind": "land-sale",
        "value": "12.5",
        "value_unit": "억 KRW",
        "signed": "2022-05-01",
        "procurement": "open",
        "bids": "3",
        **SAID,
    },
    "tenancy": {
        "id": "lab-2023",
        "subject": "valley",
        "party": "city",
        "sector": "M72",
        "research": "yes",
        "sme": "no",
        "jobs": "40",
        "jobs_unit": "jobs",
        "since": "2023",
        "parcel": "lot-7",
        **SAID,
    },
    "organization": {
        "id": "city",
        "name_en": "Seaside",
        "name_ko": "바닷가",
        "kind": "public",
        "country": "KR",
        "url": "https://s.example",
    },
    "agreement": {
        "id": "mou-1",
        "parties": "city;school",
        "kind": "MOU",
        "since": "2022",
        "what_en": "research together",
        **SAID,
    },
    "practice": {
        "id": "card-1",
        "city": "Seaside",
        "country": "KR",
        "title_en": "Shade",
        "problem_en": "Heat",
        "done_en": "Trees",
        "cost": "3",
        "cost_unit": "억 KRW",
        "evidence": "2 °C cooler",
        "contact": "parks office",
        "licence": "CC BY 4.0",
        **SAID,
    },
    "evidence": {
        "id": "ev-1",
        "city": "Seaside",
        "area": "P1",
        "title_en": "Plan",
        "what_en": "A plan",
        "as_of": "2024",
        **SAID,
    },
}

_NAMES = {"ko": "넓이", "en": "Area", "fr": "Surface", "de": "Fläche"}
MEASURES: Measures = {
    "area": Measure("area", "area", _NAMES, {"ko": "", "en": ""}),
    "jobs": Measure("jobs", "jobs", {**_NAMES, "ko": "일자리", "en": "Jobs"}, {"ko": "", "en": ""}),
    "cost": Measure("cost", "money", {**_NAMES, "ko": "사업비", "en": "Cost"}, {"ko": "", "en": ""}),
    "completion": Measure("completion", "date", {**_NAMES, "ko": "준공", "en": "Completion"}, {"ko": "", "en": ""}),
}


def row(kind: str, /, **changes: str) -> dict[str, str]:
    """The sample of a kind with changes; an empty text takes a column away."""
    return {name: text for name, text in {**SAMPLES[kind], **changes}.items() if text}


def record(kind: str, /, **changes: str) -> Entity:
    return to_entity(BY_NAME[kind], row(kind, **changes))


def fragment(entity_id: str, **texts: str) -> Entity:
    """Part of a record, by the names that attributes have on the wire."""
    attributes = {CORE.expand(name): (Attribute("Property", text),) for name, text in texts.items()}
    return Entity(entity_id, (), attributes)


def csv_of(rows: Sequence[Mapping[str, str]]) -> bytes:
    header = list(dict.fromkeys(name for one in rows for name in one))
    out = io.StringIO()
    writer = csv.DictWriter(out, header)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()
