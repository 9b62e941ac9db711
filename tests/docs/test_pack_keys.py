"""The reference pages name every key that the checker knows, with its explanation."""

from pathlib import Path

import pytest

from madang.connectors.table import spec
from madang.model.keys import Section
from madang.packs import check, recorded

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize(
    ("page", "sections"),
    [
        ("pack.md", (*check.PACK_SECTIONS, *recorded.SECTIONS)),
        ("city.md", (*check.CITY_SECTIONS, *spec.SECTIONS)),
    ],
)
def test_every_key_has_its_row_under_its_sections_heading(page: str, sections: tuple[Section, ...]) -> None:
    text = (REFERENCE / page).read_text("utf-8")
    for section in sections:
        heading = f"## `{section.name}`\n"
        assert heading in text, f"{page}: {heading!r}"
        body = text.split(heading, 1)[1].split("\n## ", 1)[0]
        for key in section.keys:
            row = next((line for line in body.splitlines() if line.startswith(f"| `{key.name}` |")), "")
            assert key.what in row, f"{page}: {section.name} {key.name}"
