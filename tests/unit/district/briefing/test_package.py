"""The data package: every record with its source, always the same bytes, safe to open in a spreadsheet."""

import csv
import io
import json
import zipfile
from dataclasses import replace

from tests.unit.district.briefing.shipped_briefing import book, briefing

from madang.district.briefing.package import make_package
from madang.district.records import Source


def opened(body: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(body))


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def test_every_fact_is_there_with_its_source_and_quality() -> None:
    found = rows(opened(make_package(briefing("en"), book())), "facts.csv")
    assert len(found) == len(book().facts)
    assert all(row["source"] and row["quality"] and row["confidence"] for row in found)
    one = next(row for row in found if row["id"] == "goyang-itv-investment-plan-2022-01-05")
    assert (one["value"], one["unit"], one["low"], one["quote"]) == ("8493", "억 KRW", "8493", "사업비 8,493억원")


def test_drift_goes_from_each_plan_to_the_next() -> None:
    found = rows(opened(make_package(briefing("en"), book())), "drift.csv")
    pairs = {(row["from"], row["to"]) for row in found if row["subject"] == "goyang-itv"}
    assert pairs == {(f"b{number}", f"b{number + 1}") for number in range(1, 9)}
    assert all(row["source"] for row in found)


def test_the_descriptor_names_the_files_and_columns_that_are_there() -> None:
    archive = opened(make_package(briefing("ko"), book()))
    for resource in json.loads(archive.read("datapackage.json"))["resources"]:
        header = archive.read(resource["path"]).decode("utf-8-sig").splitlines()[0].split(",")
        assert header == [field["name"] for field in resource["schema"]["fields"]]


def test_the_same_records_give_the_same_bytes() -> None:
    assert make_package(briefing("ko"), book()) == make_package(briefing("ko"), book())


def test_all_records_are_in_the_json_with_the_digest() -> None:
    data = json.loads(opened(make_package(briefing("en"), book())).read("data.json"))
    assert data["digest"] == briefing("en").digest
    assert {one["type"] for one in data["records"]} >= {"Programme", "Fact", "Baseline", "Phase", "Agreement"}


def test_a_cell_that_a_spreadsheet_would_run_is_text() -> None:
    known = book()
    evil = replace(known.facts[0], source=Source("=cmd|' /C calc'!A0", "", "+1+1;@x"))
    found = rows(opened(make_package(briefing("en"), replace(known, facts=(evil, *known.facts[1:])))), "facts.csv")
    cells = [cell for row in found for cell in row.values()]
    assert not any(cell.startswith(("=", "@")) for cell in cells)
    assert "'=cmd|' /C calc'!A0" in cells
