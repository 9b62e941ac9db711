from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from madang.model.entity import Attribute, Entity
from madang.model.formula import parse_formula
from madang.model.query import Compare
from madang.model.query import Path as QPath
from madang.ngsild.context import CORE
from madang.packs.pack import AttributeType, Derived, EntityType, FittedPack, Table, Tile, TileAggregate
from madang.web.console.derived import with_derived
from madang.web.console.tiles import table_columns, table_rows, tile_value

NOW = datetime(2014, 8, 29, 17, tzinfo=UTC)
TYPE = "OffStreetParking"
TITLE = {"en": "x"}
PACK = FittedPack(
    name="parking",
    title=TITLE,
    what=TITLE,
    icon="parking",
    parameters=(),
    types={
        TYPE: EntityType(
            TYPE,
            CORE.expand(TYPE),
            TITLE,
            "name",
            (
                AttributeType("used", CORE.expand("used"), TITLE, live=True),
                AttributeType("share", CORE.expand("share"), TITLE, unit="P1", symbol="%"),
                AttributeType("street", CORE.expand("street"), TITLE),
            ),
        )
    },
    derived=(Derived(TYPE, "share", parse_formula("100 * used / all")),),
    layers=(),
    tiles=(),
    charts=(),
    tables=(),
    rules=(),
    directory=Path(),
)


def park(name: str, used: object, *, spaces: float | None = None, minutes_ago: int = 0) -> Entity:
    at = NOW - timedelta(minutes=minutes_ago)
    attributes = {CORE.expand("name"): (Attribute("Property", name),)}
    if used is not None:
        attributes[CORE.expand("used")] = (Attribute("Property", used, observed_at=at),)
    if spaces is not None:
        attributes[CORE.expand("all")] = (Attribute("Property", spaces),)
    return Entity(f"urn:ngsi-ld:{TYPE}:{name}", (CORE.expand(TYPE),), attributes)


PARKS = [
    park("a", 10, minutes_ago=5),
    park("b", 30.5, minutes_ago=2),
    park("c", None),
    park("d", "closed"),
    park("e", True),
]


def tile(aggregate: TileAggregate, *, attribute: str = "used", above: float | None = None, symbol: str = "") -> Tile:
    q = None if above is None else Compare(QPath((CORE.expand("used"),)), ">", above)
    return Tile("t", TITLE, TYPE, attribute, aggregate, q=q, symbol=symbol)


@pytest.mark.parametrize(("aggregate", "value"), [("sum", 40.5), ("avg", 20.25), ("min", 10.0), ("max", 30.5)])
def test_only_numbers_are_aggregated(aggregate: TileAggregate, value: float) -> None:
    found = tile_value(tile(aggregate), PARKS)
    assert (found.value, found.count, found.of) == (value, 2, 5)
    assert found.at == NOW  # the newest of those that have the attribute


def test_where_chooses_what_is_aggregated() -> None:
    found = tile_value(tile("sum", above=20), PARKS[:2])
    assert (found.value, found.count) == (30.5, 1)
    assert found.at == NOW - timedelta(minutes=2)


def test_no_value_is_no_zero() -> None:
    assert tile_value(tile("sum"), [park("c", None)]).value is None
    assert tile_value(tile("share", above=1), []).value is None
    assert tile_value(tile("count"), []).value == 0


def test_a_share_counts_only_entities_that_have_the_attribute() -> None:
    assert tile_value(tile("share", above=20), PARKS[:3]).value == 0.5
    assert tile_value(tile("share", above=20, symbol="%"), PARKS[:3]).value == 50.0


def test_a_share_of_all_where_no_attribute_is_named() -> None:
    assert tile_value(tile("share", attribute="", above=20), PARKS[:4]).value == 0.25


def test_a_derived_attribute_is_as_old_as_its_newest_part_and_has_the_packs_unit() -> None:
    whole = with_derived(PACK, TYPE, park("a", 10, spaces=40, minutes_ago=7))
    (share,) = whole.attributes[CORE.expand("share")]
    assert (share.value, share.observed_at, share.unit_code) == (25.0, NOW - timedelta(minutes=7), "P1")


@pytest.mark.parametrize(("used", "spaces"), [(10, 0.0), (10, None), (None, 40.0), ("many", 40.0)])
def test_a_formula_without_a_result_gives_no_attribute(used: object, spaces: float | None) -> None:
    assert CORE.expand("share") not in with_derived(PACK, TYPE, park("a", used, spaces=spaces)).attributes


def test_a_table_is_ordered_with_the_unknown_last_and_cut_at_its_limit() -> None:
    table = Table("t", TITLE, TYPE, ("name", "used"), order="-used", limit=3)
    rows = table_rows(table, table_columns(PACK, table), [*PARKS[:3], park("f", 12)])
    assert [row.entity.id[-1] for row in rows] == ["b", "f", "a"]
    ascending = Table("t", TITLE, TYPE, ("name", "used"), order="used")
    rows = table_rows(ascending, table_columns(PACK, ascending), PARKS[:3])
    assert [row.entity.id[-1] for row in rows] == ["a", "b", "c"]
    assert rows[2].cells == (None,)


def test_the_naming_column_is_left_to_the_row_and_numbers_stand_right() -> None:
    columns = table_columns(PACK, Table("t", TITLE, TYPE, ("name", "used", "share", "street")))
    assert [(column.name, column.number, column.symbol) for column in columns] == [
        ("used", True, ""),
        ("share", True, "%"),
        ("street", False, ""),
    ]
