"""The reference page of scenario.toml names every key that its reader knows, and the how-to's example works."""

import re
from pathlib import Path

import pytest

from madang.district.scenario import OUTCOMES, parse_scenario, run, sections
from madang.district.scenario.answer import RUNS_LEAST, RUNS_MOST, SEED_MOST
from madang.model.keys import Section, parse_document

DOCS = Path(__file__).parents[2] / "docs"
REFERENCE = (DOCS / "reference" / "scenario.md").read_text("utf-8")


@pytest.mark.parametrize("section", sections.SECTIONS, ids=lambda section: section.name)
def test_every_key_has_its_row_under_its_sections_heading_and_no_other_is_there(section: Section) -> None:
    body = REFERENCE.split(f"## `{section.name}`\n", 1)[1].split("\n## ", 1)[0]
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.*) \|$", body, re.MULTILINE))
    assert list(rows) == [key.name for key in section.keys]
    for key in section.keys:
        assert key.what in rows[key.name]
        assert ("required" in rows[key.name].split(" | ")[1]) == key.required
        assert all(f"`{choice}`" in rows[key.name] for choice in key.choices)


def test_the_parameters_of_an_address_are_named_with_their_bounds() -> None:
    body = REFERENCE.split("## Addresses\n", 1)[1]
    assert all(f"`{outcome}`" in body for outcome in OUTCOMES)
    assert f"{RUNS_LEAST} to {RUNS_MOST}" in body
    assert f"0 to {SEED_MOST}" in body


def test_the_how_tos_example_is_a_whole_scenario_with_homes_and_jobs() -> None:
    text = (DOCS / "how-to" / "scenario.md").read_text("utf-8")
    example = text.split("```toml\n", 1)[1].split("```", 1)[0]
    scenario, faults = parse_scenario(parse_document(example, "scenario.toml"))
    assert scenario is not None, [str(fault) for fault in faults]
    last = run(scenario).last
    # Of Aspern's size: 11 500 dwellings and 20 000 jobs were planned there.
    assert 10_000 < last.homes < 13_000
    assert 15_000 < last.jobs < 22_000
    assert last.self_sufficiency == last.jobs / last.homes
    early = next(year for year in run(scenario).years if year.homes > 1000)
    assert (early.self_sufficiency or 0) < last.self_sufficiency  # jobs come after homes
