"""What property tests with a handful of entities do not reach: many rows, used slots, and what is never decoded."""

from collections.abc import Iterator

import pytest

from madang.model.entity import DEFAULT_VOCAB, LOCATION, Attribute, Entity, encode_entity
from madang.model.query import And, Compare, GeoQuery, Path, Query
from madang.ports.state import Page, Stored
from madang.stores import columns
from madang.stores.rows import TenantRows

SENSOR = DEFAULT_VOCAB + "Sensor"
SPEED = Path((DEFAULT_VOCAB + "speed",))
NAME = Path((DEFAULT_VOCAB + "name",))
MANY = 40_000
"""More than two probes, so that each way to a page is taken."""


def sensor(number: int) -> Entity:
    place = {"type": "Point", "coordinates": [126 + number / MANY, 37.0]}
    attributes = {
        SPEED.names[0]: (Attribute("Property", number),),
        NAME.names[0]: (Attribute("Property", f"Sensor {number}"),),
        LOCATION: (Attribute("GeoProperty", place),),
    }
    return Entity(f"urn:x:{number:06}", (SENSOR,), attributes)


def put(rows: TenantRows, entity: Entity) -> None:
    rows.put(Stored(1, encode_entity(entity)), entity.id, entity)


class Sealed(Stored):
    """Stored bytes that must not be decoded."""

    def entity(self) -> Entity:
        raise AssertionError("The columns had decided already.")


def numbers(page: Page) -> list[int]:
    return [int(stored.body[13:19]) for stored in page.items]


@pytest.fixture(scope="module")
def many() -> TenantRows:
    rows = TenantRows()
    for number in range(MANY - 1, -1, -1):
        rows.load(Sealed(1, encode_entity(sensor(number))), f"urn:x:{number:06}")
    return rows


def test_the_fixture_reads_numbers_off_the_bytes(many: TenantRows) -> None:
    assert numbers(many.query(Query(limit=3))) == [0, 1, 2]


@pytest.mark.parametrize(
    ("query", "expected", "total"),
    [
        (Query(q=Compare(SPEED, ">=", 100), limit=3), [100, 101, 102], None),
        (Query(q=Compare(SPEED, ">=", 39_000), limit=3), [39_000, 39_001, 39_002], None),
        (Query(q=Compare(SPEED, ">=", 39_999), limit=3), [39_999], None),
        (Query(q=Compare(SPEED, ">=", 10), limit=2, offset=20_000), [20_010, 20_011], None),
        (Query(q=Compare(SPEED, ">=", 10), limit=2, offset=20_000, count=True), [20_010, 20_011], MANY - 10),
        (Query(limit=2, offset=MANY - 1, count=True), [MANY - 1], MANY),
        (Query(limit=2, offset=MANY), [], None),
        (Query(id_pattern="999$", limit=2), [999, 1999], None),
    ],
)
def test_every_way_to_a_page_is_right_and_decodes_nothing(
    many: TenantRows, query: Query, expected: list[int], total: int | None
) -> None:
    page = many.query(query)
    assert (numbers(page), page.total) == (expected, total)


def test_only_the_border_of_a_place_is_looked_at(many: TenantRows) -> None:
    near = GeoQuery("near", {"type": "Point", "coordinates": [126.5, 37.0]}, max_distance_m=100.0)
    assert numbers(many.query(Query(geo=near, q=Compare(SPEED, ">", 19_970), limit=2))) == [19_971, 19_972]
    with pytest.raises(AssertionError, match="had decided already"):
        many.query(Query(geo=near, limit=2))


def test_a_left_slot_is_used_again() -> None:
    rows = TenantRows()
    for round_ in range(30):
        for number in range(round_ * 3, round_ * 3 + 40):
            put(rows, sensor(number))
        assert rows.query(Query(q=Compare(SPEED, "<", 0), count=True)).total == 0
        for number in range(round_ * 3, round_ * 3 + 40, 2):
            rows.remove(f"urn:x:{number:06}")
        page = rows.query(Query(limit=1000))
        assert [stored.entity().id for stored in page.items] == rows.ids()
    assert len(rows) == len(rows.ids())


def test_more_texts_than_a_column_keeps_are_still_found() -> None:
    rows = TenantRows()
    for number in range(columns.TEXTS_MAX + 10):
        rows.load(Stored(1, encode_entity(sensor(number))), f"urn:x:{number:06}")
    last = columns.TEXTS_MAX + 9
    assert numbers(rows.query(Query(q=Compare(NAME, "==", f"Sensor {last}"), count=True))) == [last]
    assert numbers(rows.query(Query(q=Compare(NAME, "==", "Sensor 7")))) == [7]


def ids_in_steps() -> Iterator[list[int]]:
    """Arrivals in many orders: few into many, many into few, before, after and between."""
    yield list(range(500, 600))
    yield [10]
    yield [990, 550_0, 1]
    yield list(range(100, 400, 3))
    yield [2]


def test_the_id_order_is_kept_as_entities_arrive() -> None:
    rows = TenantRows()
    for arrivals in ids_in_steps():
        for number in arrivals:
            put(rows, sensor(number))
        found = rows.query(Query(limit=10_000)).items
        assert [stored.entity().id for stored in found] == rows.ids()


def test_what_few_rows_are_left_unsure_stays_unsure() -> None:
    rows = TenantRows()
    for number in range(40):
        put(rows, sensor(number))
    # Two instances: the column cannot tell, the entity can. Only one row in forty is left for the second condition.
    several = (Attribute("Property", 1), Attribute("Property", 2, dataset_id="urn:x:d"))
    put(
        rows,
        Entity("urn:x:000040", (SENSOR,), {SPEED.names[0]: several, NAME.names[0]: (Attribute("Property", "two"),)}),
    )
    named = Compare(NAME, "==", "two")
    assert numbers(rows.query(Query(q=And((Compare(SPEED, ">", 100), named))))) == []
    assert numbers(rows.query(Query(q=And((Compare(SPEED, "==", 2), named))))) == [40]


def test_a_pattern_sees_the_text_of_a_time() -> None:
    rows = TenantRows()
    for number, text in enumerate(("2026-11-22T09:00:00Z", "2026-11-22T18:00:00+09:00", "Zoo")):
        put(rows, Entity(f"urn:x:{number:06}", (SENSOR,), {NAME.names[0]: (Attribute("Property", text),)}))
    assert numbers(rows.query(Query(q=Compare(NAME, "~=", "Z")))) == [0, 2]
    assert numbers(rows.query(Query(q=Compare(NAME, "!~=", "Z")))) == [1]
    assert numbers(rows.query(Query(q=Compare(NAME, "==", "2026-11-22T09:00:00Z")))) == [0, 1]
