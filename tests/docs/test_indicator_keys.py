"""The reference page of the indicators names every key of a formula file, every choice and every method."""

from pathlib import Path

from madang.district.indicators.methods import METHODS
from madang.district.indicators.spec import INPUT, SECTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "indicators.md").read_text("utf-8")


def test_every_key_has_its_row_under_its_sections_heading() -> None:
    for section in SECTIONS:
        heading = f"## `{section.name}`\n"
        assert heading in PAGE, heading
        body = PAGE.split(heading, 1)[1].split("\n## ", 1)[0]
        rows = {line.split("`")[1]: line for line in body.splitlines() if line.startswith("| `")}
        for key in section.keys:
            assert key.what in rows.get(key.name, ""), f"{section.name} {key.name}"


def test_every_choice_and_every_method_is_explained() -> None:
    choose = INPUT.key("choose")
    assert choose is not None
    for choice in choose.choices:
        assert f"\n| `{choice}` | " in PAGE, choice
    for method in METHODS:
        assert f"`{method}`" in PAGE.split("## Methods", 1)[1], method
