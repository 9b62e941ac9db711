"""Rows become records, or are refused with every fault and the place of each."""

import pytest
from tests.ledger_records import SAMPLES, row

from madang.district.kinds import BY_NAME, KINDS, Column, Kind
from madang.district.measures import fits, load_measures
from madang.district.quantity import UNITS, Quantity
from madang.district.records import Agreement, Baseline, Fact, Parcel, Programme, Tenancy
from madang.district.rows import parse_row
from madang.district.shipped import read_csv
from madang.district.when import When
from madang.errors import BadRequestData, Pointer
from madang.packs.shipped import shipped

AT = Pointer("facts.csv row 7")


def refused(kind: str, /, **changes: str) -> dict[str, str]:
    """Place below AT -> what is wrong there."""
    with pytest.raises(BadRequestData) as told:
        parse_row(BY_NAME[kind], row(kind, **changes), AT)
    return {fault.where.removeprefix(f"{AT}/"): fault.detail for fault in told.value.faults}


def required(kind: Kind) -> list[Column]:
    return [column for column in kind.columns if column.required]


def test_there_is_a_sample_of_every_kind() -> None:
    assert SAMPLES.keys() == BY_NAME.keys()


@pytest.mark.parametrize(
    ("kind", "column"), [(k, c) for k in KINDS for c in required(k)], ids=lambda one: getattr(one, "name", "")
)
def test_a_row_without_a_required_column_is_refused_there(kind: Kind, column: Column) -> None:
    names = [f"{column.name}_{lang}" for lang in ("ko", "en")] if column.kind == "words" else [column.name]
    assert column.name in refused(kind.name, **dict.fromkeys(names, ""))


def test_a_fact_says_what_its_source_said() -> None:
    fact = parse_row(BY_NAME["fact"], row("fact"), AT)
    assert isinstance(fact, Fact)
    assert (fact.id, fact.subject) == (
        "urn:ngsi-ld:DistrictFact:valley-area-2021",
        "urn:ngsi-ld:DevelopmentProgramme:valley",
    )
    assert isinstance(fact.value, Quantity)
    assert (float(fact.value.low), str(fact.value.unit)) == (87.0, "ha")
    assert (fact.quantity, fact.when) == (fact.value, None)
    assert fact.source.quote == "87 ha are planned"
    assert fact.entry.status == "draft"


def test_a_date_and_words_are_values_too() -> None:
    date = parse_row(BY_NAME["fact"], row("fact", unit="date", value="2024-H2"), AT)
    words = parse_row(BY_NAME["fact"], row("fact", unit="text", value="by a company of the city"), AT)
    assert isinstance(date, Fact)
    assert isinstance(words, Fact)
    assert isinstance(date.value, When)
    assert (date.when, date.quantity, words.value, words.when) == (date.value, None, "by a company of the city", None)


def test_a_fact_whose_area_is_not_said_is_about_the_district() -> None:
    fact = parse_row(BY_NAME["fact"], row("fact", boundary=""), AT)
    assert isinstance(fact, Fact)
    assert fact.boundary == "district"


def test_what_a_row_leaves_open_stays_open() -> None:
    programme = parse_row(BY_NAME["programme"], row("programme", lon="", lat=""), AT)
    tenancy = parse_row(BY_NAME["tenancy"], row("tenancy", research="", jobs="", jobs_unit=""), AT)
    assert isinstance(programme, Programme)
    assert isinstance(tenancy, Tenancy)
    assert programme.lon_lat is None
    assert (tenancy.research, tenancy.sme, tenancy.jobs, tenancy.until) == (None, False, None, None)


def test_references_may_be_local_or_whole() -> None:
    parties = "city; urn:ngsi-ld:DistrictOrganization:school"
    agreement = parse_row(BY_NAME["agreement"], row("agreement", parties=parties), AT)
    assert isinstance(agreement, Agreement)
    assert agreement.parties == ("urn:ngsi-ld:DistrictOrganization:city", "urn:ngsi-ld:DistrictOrganization:school")


def test_every_fault_of_a_row_is_told_at_once() -> None:
    faults = refused("fact", source="", basis="hope", url="ftp://x", quality="", stated="soon")
    assert {"source", "basis", "url", "quality", "stated"} <= faults.keys()
    assert "without a source is not taken" in faults["source"]
    assert '"hope" is not one of plan, claim, forecast, actual' in faults["basis"]


@pytest.mark.parametrize(
    ("kind", "changes", "place", "says"),
    [
        ("fact", {"id": "a b"}, "id", "no id"),
        ("fact", {"id": "urn:ngsi-ld:DistrictBaseline:x"}, "id", "no id"),
        ("fact", {"id": "x" * 121}, "id", "no id"),
        ("fact", {"subject": "the valley"}, "subject", "no id of a programme"),
        ("fact", {"subject": "urn:ngsi-ld:DistrictOrganization:city"}, "subject", "no id of a programme"),
        ("fact", {"value": "many"}, "value", ""),
        ("fact", {"unit": "hectars of"}, "value", "unknown unit"),
        ("fact", {"stated": "soon"}, "stated", "not a date"),
        ("fact", {"unit": "date", "value": "soon"}, "value", "not a date"),
        ("fact", {"note": "x" * 4001}, "note", "longer"),
        ("fact", {"colour": "red"}, "colour", "no column"),
        ("fact", {"url": "javascript:alert(1)"}, "url", "no web address"),
        ("programme", {"country": "Korea"}, "country", "two capital letters"),
        ("programme", {"lat": ""}, "lon", "position"),
        ("programme", {"lat": "91"}, "lon", "position"),
        ("programme", {"lon": "far"}, "lon", ""),
        ("parcel", {"area_unit": ""}, "area_unit", "needs its unit"),
        ("parcel", {"location": "here"}, "location", "not JSON"),
        ("parcel", {"location": '{"type":"Point","coordinates":[126.7,37.6]}'}, "location", "Polygon"),
        ("parcel", {"use": "fun"}, "use", "not one of"),
        ("tenancy", {"research": "maybe"}, "research", "yes nor no"),
        ("agreement", {"parties": "city"}, "parties", "two different"),
        ("agreement", {"parties": "city;city"}, "parties", "two different"),
        ("agreement", {"parties": "city;a school"}, "parties", "no id of a organization"),
        ("contract", {"entered_at": "now"}, "entered_at", "no column"),
        ("contract", {"reviewed_at": "2026-03-01T09:00:00"}, "reviewed_at", "time zone"),
        ("contract", {"reviewed_at": "yesterday"}, "reviewed_at", "no time"),
    ],
)
def test_a_fault_is_told_where_it_is(kind: str, changes: dict[str, str], place: str, says: str) -> None:
    faults = refused(kind, **changes)
    assert says in faults[place]


def test_a_parcel_and_a_baseline_are_read_whole() -> None:
    parcel = parse_row(BY_NAME["parcel"], row("parcel"), AT)
    baseline = parse_row(BY_NAME["baseline"], row("baseline"), AT)
    assert isinstance(parcel, Parcel)
    assert isinstance(baseline, Baseline)
    assert parcel.location["type"] == "Polygon"
    assert parcel.floor_area is not None
    assert parcel.floor_area.unit.dimension == "floor area"
    assert (baseline.number, baseline.title["ko"], baseline.stated.first.isoformat()) == (1, "첫 계획", "2021-03-01")


# Files


def test_a_file_is_read_row_by_row_and_empty_lines_are_passed_over() -> None:
    body = "\ufeffid, name_ko ,kind,\r\na, 시청 ,,\r\n\r\n,,,\r\nb,,public,\r\n".encode()
    rows = read_csv(BY_NAME["organization"], body, "o.csv")
    assert rows == [
        (Pointer("o.csv row 2"), {"id": "a", "name_ko": "시청"}),
        (Pointer("o.csv row 5"), {"id": "b", "kind": "public"}),
    ]


WHOLE = b"id,subject,measure,basis,value,unit,source,quality,confidence"


@pytest.mark.parametrize(
    ("body", "place", "says"),
    [
        ("id,note\na,x\nb,가격\n".encode("cp949"), "facts.csv row 3", "looks like CP949"),
        (b"id\n\xff\xfe\n", "facts.csv row 2", "not UTF-8"),
        (b"", "facts.csv", "is empty"),
        (b"\n\n", "facts.csv", "is empty"),
        (WHOLE + b"\na\n", "facts.csv row 2", "1 cells where the header names 9"),
        (WHOLE + b",unit\n", "facts.csv row 1/unit", 'names "unit" 2 times'),
        (WHOLE + b",units\n", "facts.csv row 1/units", 'no column "units"; did you mean "unit"'),
        (WHOLE.replace(b",", b";") + b"\n", "facts.csv row 1", "seems to be separated by ;"),
        (WHOLE.replace(b",", b"\t") + b"\n", "facts.csv row 1", "separated by a tab"),
        (WHOLE.replace(b",source", b"") + b"\na\nb\n", "facts.csv row 1/source", "lacks source"),
        (WHOLE + b"\n" + b"x" * 140_000, "facts.csv", "a cell of more than 131,072 characters"),
        (b'id,note\na,"open\n', "facts.csv", "no CSV"),
        (b"id\n" + b"a\n" * 50_001, "facts.csv", "more than 50000 rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_row(body: bytes, place: str, says: str) -> None:
    with pytest.raises(BadRequestData) as told:
        read_csv(BY_NAME["fact"], body, "facts.csv")
    assert says in told.value.detail
    assert told.value.faults[0].where == place


# Measures


def test_every_measure_that_ships_has_a_dimension_that_units_have() -> None:
    measures = load_measures(shipped("places") / "measures.csv")
    dimensions = {unit.dimension for unit in UNITS.values()} | {"date", "text", "money"}
    strange = {
        code: measure.dimension
        for code, measure in measures.items()
        if not set(measure.dimension.split(" per ")) <= dimensions
    }
    assert strange == {}


@pytest.mark.parametrize(
    ("found", "wanted", "good"),
    [
        ("area", "area", True),
        ("money KRW", "money", True),
        ("money", "money KRW", False),
        ("money KRW per area", "money", False),
        ("floor area", "area", False),
        ("date", "text", False),
    ],
)
def test_a_unit_fits_its_own_dimension_and_money_is_every_currency(found: str, wanted: str, good: bool) -> None:
    assert fits(found, wanted) is good
