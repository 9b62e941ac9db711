"""The reference page of the ledger's records against the table of kinds."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from madang.district.entities import attribute_name
from madang.district.guard import NEXT
from madang.district.kinds import ENTRY, KINDS, Column, Kind
from madang.ngsild.context import CORE

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "ledger.md").read_text(encoding="utf-8")
PARTS = re.split(r"^## (.+)$", PAGE, flags=re.MULTILINE)
SECTIONS: Mapping[str, str] = {title.strip("`"): body for title, body in zip(PARTS[1::2], PARTS[2::2], strict=True)}


def rows(section: str) -> dict[str, list[str]]:
    """First cell without backquotes -> the other cells, of the section's first table."""
    found = re.findall(r"^\| `(\w+)` \| (.*) \|$", SECTIONS[section], re.MULTILINE)
    return {name: rest.split(" | ") for name, rest in found}


def attribute(column: Column) -> str:
    return "`id`" if column.kind == "id" else f"`{CORE.compact(attribute_name(column.name))}`"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_each_kind_has_its_columns_and_no_others(kind: Kind) -> None:
    written = rows(kind.name)
    assert list(written) == [column.name for column in kind.columns]
    assert f"Type `{kind.type}`, file `{kind.plural}.csv`" in SECTIONS[kind.name]
    for column in kind.columns:
        name, needed, what = written[column.name]
        assert (name, needed.strip() == "yes") == (attribute(column), column.required)
        assert what.startswith(column.en)
        assert all(f"`{choice}`" in what for choice in column.choices)
        assert column.changing == what.endswith("may change")


def test_each_column_of_every_record_has_its_row() -> None:
    section = SECTIONS["Every record"]
    written = {name: rest for name, rest in rows("Every record").items() if name in {c.name for c in ENTRY}}
    assert list(written) == [column.name for column in ENTRY]
    assert [rest[0] for rest in written.values()] == [attribute(column) for column in ENTRY]
    for state, following in NEXT.items():
        for there in following:
            assert re.search(rf"^\| .*`{state}`.* \| `{there}` \|", section, re.MULTILINE)


def test_the_page_names_no_kind_that_is_not_there() -> None:
    assert SECTIONS.keys() == {kind.name for kind in KINDS} | {"Every record"}
