"""What a record looks like as an NGSI-LD entity, and which entities can be read as one."""

import pytest
from tests.ledger_records import SAMPLES, record, row

from madang.district.entities import attribute_name, kind_of, to_entity, to_row
from madang.district.kinds import BY_NAME, ENTRY, KINDS, Kind
from madang.errors import BadRequestData
from madang.model.entity import LOCATION, Attribute, Entity
from madang.ngsild.context import CORE


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_record_comes_back_from_its_entity_as_it_was_written(kind: Kind) -> None:
    assert to_row(kind, record(kind.name)) == SAMPLES[kind.name]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_column_has_an_attribute_of_its_own(kind: Kind) -> None:
    names = [attribute_name(column.name) for column in (*kind.columns, *ENTRY)]
    assert sorted(set(names)) == sorted(names)
    assert kind_of(record(kind.name)) is kind


def test_a_fact_is_an_entity_that_anybody_can_read() -> None:
    entity = record("fact")
    assert entity.id == "urn:ngsi-ld:DistrictFact:valley-area-2021"
    assert entity.attributes[attribute_name("value")] == (Attribute("Property", 87, unit_code="HAR"),)
    assert entity.attributes[CORE.expand("subject")] == (
        Attribute("Relationship", "urn:ngsi-ld:DevelopmentProgramme:valley"),
    )
    assert entity.attributes[CORE.expand("asOf")] == (Attribute("Property", "2026"),)
    assert record("parcel").attributes[LOCATION][0].kind == "GeoProperty"
    assert record("baseline").attributes[CORE.expand("title")] == (
        Attribute("LanguageProperty", {"ko": "첫 계획", "en": "First plan"}),
    )


@pytest.mark.parametrize(
    "written", ["87", "87.0", "87.50", "8,493", "30–50", ">20000", "-0", "-0.5", "0", "1e5", "007", "1조 6000억",
                "123456789012345.123456789", "0.000000001", "9007199254740993"]
)  # fmt: skip
def test_a_value_keeps_every_sign_of_its_source(written: str) -> None:
    kind = BY_NAME["fact"]
    assert to_row(kind, to_entity(kind, row("fact", value=written)))["value"] == written


def test_a_unit_without_a_code_has_none() -> None:
    assert record("contract").attributes[attribute_name("value")][0].unit_code is None
    assert record("fact", unit="date", value="2024").attributes[attribute_name("value")][0].unit_code is None


def changed(name: str, *instances: Attribute) -> Entity:
    entity = record("fact")
    return Entity(entity.id, entity.types, {**entity.attributes, attribute_name(name): instances})


@pytest.mark.parametrize(
    ("name", "instances"),
    [
        ("value", (Attribute("Property", 87), Attribute("Property", 90, dataset_id="urn:b"))),
        ("value", (Attribute("Property", 87, dataset_id="urn:b"),)),
        ("value", (Attribute("Property", [87, 90]),)),
        ("subject", (Attribute("Property", "urn:ngsi-ld:DevelopmentProgramme:valley"),)),
        ("subject", (Attribute("Relationship", [7]),)),
    ],
)
def test_an_attribute_that_is_no_single_statement_is_refused(name: str, instances: tuple[Attribute, ...]) -> None:
    with pytest.raises(BadRequestData) as told:
        to_row(BY_NAME["fact"], changed(name, *instances))
    assert told.value.faults[0].where.endswith(f"/{name}")


def test_numbers_dates_and_flags_of_other_writers_are_understood() -> None:
    kind = BY_NAME["fact"]
    typed = {"@type": "Date", "@value": "2021-03-01"}
    assert to_row(kind, changed("value", Attribute("Property", 0.5)))["value"] == "0.5"
    assert to_row(kind, changed("stated", Attribute("Property", typed)))["stated"] == "2021-03-01"
    tenancy = record("tenancy")
    flagged = {**tenancy.attributes, CORE.expand("research"): (Attribute("Property", False),)}
    assert to_row(BY_NAME["tenancy"], Entity(tenancy.id, tenancy.types, flagged))["research"] == "no"
