"""The installed command, as a person at a terminal uses it."""

import csv
import io
import json
import os
import re
import socket
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from tests.e2e.serving import MADANG, serving
from tests.e2e.small_city import empty_city, small_city

COMMANDS = ("demo", "serve", "load", "replay", "query", "export", "check", "settings", "packs")


def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Runs madang to its end and expects its exit code."""
    done = subprocess.run(
        [MADANG, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=100,
        env={**os.environ, "COLUMNS": "200"},
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


def ids(city: Path, data: Path, type_: str) -> list[str]:
    found = run("query", city, "--data", data, "--type", type_, "--limit", "1000", "--format", "json").stdout
    return [entity["id"] for entity in json.loads(found)]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    text = run(command, "--help").stdout
    assert f"madang {command}" in text
    assert "--help" in text
    assert command in run("--help").stdout


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"madang \d+\.\d+\.\d+\S*\n", run("--version").stdout)


def test_every_setting_is_listed() -> None:
    text = run("settings").stdout
    for name in ("port", "durability", "page_max"):
        assert name in text


def test_a_good_city_is_checked(tmp_path: Path) -> None:
    assert "no faults" in run("check", small_city(tmp_path)).stdout


@pytest.mark.parametrize("city", ["aarhus", "goyang"])
def test_the_shipped_cities_have_no_faults(city: str) -> None:
    assert "no faults" in run("check", city).stdout


def test_check_names_the_place_of_every_fault(tmp_path: Path) -> None:
    city = small_city(tmp_path)
    profile = (city / "city.toml").read_text("utf-8")
    for good, bad in (
        ('timezone = "Europe/Copenhagen"\ncentre', 'timezone = "Europe/Kopenhagen"\ncentre'),
        ("[packs.parking]", "[packs.parkin]"),
        ("zoom = 13", "zom = 13"),
    ):
        assert good in profile
        profile = profile.replace(good, bad, 1)
    (city / "city.toml").write_text(profile, "utf-8")
    done = run("check", city, code=2)
    faults = re.findall(r"^(\S+city\.toml:\d+:\d+) (.+)$", done.stderr, re.MULTILINE)
    said = " ".join(what for _, what in faults)
    assert 'did you mean "Europe/Copenhagen"' in said
    assert "parking" in said
    assert "zom" in said
    lines = {int(where.split(":")[1]) for where, _ in faults}
    assert {4, 6, 21} <= lines
    assert len(faults) == len(set(faults))


def test_check_names_faults_of_feeds_packs_and_settings_together(tmp_path: Path) -> None:
    city = small_city(tmp_path)
    text = (city / "city.toml").read_text("utf-8")
    text = text.replace('kind = "series"', 'kind = "serie"').replace("nearly_full_for", "nearly_full_fr")
    (city / "city.toml").write_text(f"{text}\n[settings]\npage_mx = 3\n", "utf-8")
    done = run("check", city, code=2)
    for wrong in ("serie", "nearly_full_fr", "page_mx"):
        assert re.search(rf"^\S*city\.toml\S* .*{wrong}", done.stderr, re.MULTILINE), done.stderr


def test_an_unknown_setting_is_answered_with_the_likely_one(tmp_path: Path) -> None:
    done = run("load", small_city(tmp_path), "--data", tmp_path / "data", "--set", "pgae_max=3", code=2)
    assert "did you mean 'page_max'" in done.stderr


def test_an_unknown_city_is_answered_with_the_shipped_ones(tmp_path: Path) -> None:
    done = run("check", tmp_path / "nowhere", code=2)
    assert "aarhus" in done.stderr
    assert "goyang" in done.stderr


@pytest.fixture(scope="session")
def goyang(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with the shipped city of Goyang loaded."""
    data = tmp_path_factory.mktemp("goyang") / "data"
    assert re.search(r"goyang: [\d,]+ entities, [\d,]+ observations", run("load", "goyang", "--data", data).stdout)
    return data


def test_a_loaded_city_is_asked_in_every_format(goyang: Path) -> None:
    question = ("query", "goyang", "--data", goyang, "--type", "TransportStation", "--q", 'lineName=="3호선"')
    entities = json.loads(run(*question, "--format", "json").stdout)
    assert entities
    assert {one["lineName"] for one in entities} == {"3호선"}
    rows = list(csv.DictReader(io.StringIO(run(*question, "--format", "csv").stdout)))
    assert [row["id"] for row in rows] == [one["id"] for one in entities]
    features = json.loads(run(*question, "--format", "geojson").stdout)["features"]
    assert [one["id"] for one in features] == [one["id"] for one in entities]
    table = run(*question, "--format", "table").stdout
    assert f"{len(entities)} of {len(entities)} entities." in table
    assert "3호선" in table


def test_a_place_is_asked_for_what_is_near(goyang: Path) -> None:
    near = ("--georel", "near;maxDistance==500", "--coordinates", "[126.7459,37.6694]", "--type", "Event")
    found = json.loads(run("query", "goyang", "--data", goyang, *near, "--format", "json", "--limit", "5").stdout)
    assert {one["place"] for one in found} == {"킨텍스"}


def test_the_history_is_asked_in_sql(goyang: Path) -> None:
    sql = "SELECT type, count(*) AS n FROM observation GROUP BY type ORDER BY type"
    rows = list(
        csv.DictReader(io.StringIO(run("query", "goyang", "--data", goyang, "--sql", sql, "--format", "csv").stdout))
    )
    counts = {row["type"]: int(row["n"]) for row in rows}
    assert counts["TransportStation"] > 10_000
    broken = run("query", "goyang", "--data", goyang, "--sql", "SELECT FROM", code=2)
    assert "syntax error" in broken.stderr


def test_everything_leaves_in_open_formats(goyang: Path, tmp_path: Path) -> None:
    def written(form: str) -> Sequence[Path]:
        run("export", "goyang", tmp_path / form, "--data", goyang, "--format", form)
        return sorted((tmp_path / form).iterdir())

    lines = written("jsonl")[0].read_text("utf-8").splitlines()
    entities = [json.loads(line) for line in lines]
    features = json.loads(written("geojson")[0].read_text("utf-8"))["features"]
    assert len(entities) == len(features) > 1000
    count = "SELECT count(*) AS n FROM observation"
    n = int(run("query", "goyang", "--data", goyang, "--sql", count, "--format", "csv").stdout.split()[1])
    rows = [len(list(csv.DictReader(io.StringIO(file.read_text("utf-8"))))) for file in written("csv")]
    assert sum(rows) == n
    assert {file.name for file in written("parquet")} >= {"TransportStation.parquet", "WeatherObserved.parquet"}

    # What was written is what another city can read.
    other = empty_city(tmp_path)
    run("load", other, written("jsonl")[0], "--data", tmp_path / "other")
    stations = ids(other, tmp_path / "other", "TransportStation")
    assert stations == ids(Path("goyang"), goyang, "TransportStation")


GOOD = '{"id":"urn:x:1","type":"T","a":{"type":"Property","value":1}}'


@pytest.mark.parametrize(
    ("name", "body", "place", "kept"),
    [
        ("words.json", b"not json", "words.json: Not JSON at line 1, column 1", []),
        ("cut.jsonl", f'{GOOD}\n{{"id":"urn:x:2","ty'.encode(), "cut.jsonl:2", ["urn:x:1"]),
        ("nameless.json", f'[{GOOD},{{"type":"T"}}]'.encode(), "nameless.json:/1/id", ["urn:x:1"]),
        ("nameless.jsonl", f'{GOOD}\n\n{{"type":"T"}}\n{GOOD}'.encode(), "nameless.jsonl:3/id", ["urn:x:1"]),
        ("korean.json", GOOD.replace("1}}", '"고양"}}').encode("cp949"), "korean.json: The body is not UTF-8", []),
        ("twice.json", b'{"id":"urn:x:1","id":"urn:x:2","type":"T"}', "twice.json", []),
    ],
)
def test_a_bad_file_is_refused_at_its_place_and_what_came_before_stays(
    tmp_path: Path, name: str, body: bytes, place: str, kept: list[str]
) -> None:
    city, data, file = empty_city(tmp_path), tmp_path / "data", tmp_path / name
    file.write_bytes(body)
    done = run("load", city, file, "--data", data, code=2)
    assert place in done.stderr
    assert "Traceback" not in done.stderr
    assert ids(city, data, "T") == kept


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = run("load", empty_city(tmp_path), tmp_path / "none.json", "--data", tmp_path / "data", code=2)
    assert "none.json cannot be read: No such file or directory" in done.stderr


def test_a_recorded_morning_is_played_to_its_end(tmp_path: Path) -> None:
    city, data = small_city(tmp_path), tmp_path / "data"
    told = run("replay", city, "--data", data).stdout
    assert "0 rejected" in told
    assert "0 alerts open" in told
    garages = json.loads(run("query", city, "--data", data, "--type", "OffStreetParking", "--format", "json").stdout)
    assert {one["name"]: one["occupiedSpotNumber"] for one in garages} == {"Harbour": 28, "시장": 38, "Station": 82}
    (alert,) = ids(city, data, "Alert")
    assert alert == "urn:ngsi-ld:Alert:parking:nearly-full:OffStreetParking:seaside:harbour"
    # Printed as it is, for people too.
    assert alert in run("query", city, "--data", data, "--type", "Alert").stdout.replace("\n", "")


def test_a_replay_stops_where_it_is_told(tmp_path: Path) -> None:
    city, data = small_city(tmp_path), tmp_path / "data"
    told = run("replay", city, "--data", data, "--to", "2026-03-02T10:00:00+01:00").stdout
    assert "1 alerts open" in told
    assert "needs its zone" in run("replay", city, "--data", data, "--to", "2026-03-02T10:00:00", code=2).stderr


def test_recorded_tests_of_the_packs_hold() -> None:
    told = run("packs", "test").stdout
    assert "FAILED" not in told
    assert told.count("ok ") >= 5
    for name in ("parking", "mobility", "weather"):
        assert name in run("packs", "list").stdout


def test_a_second_process_is_told_who_holds_the_data(tmp_path: Path) -> None:
    city, data = empty_city(tmp_path), tmp_path / "data"
    with serving(data, "serve", "--city", str(city), "--set", "port=0") as server:
        done = run("query", city, "--data", data, "--type", "T", code=2)
        assert f"in use by process {server.process.pid}" in done.stderr


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run(
            "serve", "--city", empty_city(tmp_path), "--data", tmp_path / "data", "--set", f"port={port}", code=2
        )
    assert f"Cannot listen on 127.0.0.1:{port}" in done.stderr


def committed(file: Path) -> int:
    """Entities in a city's file as another process sees it; 0 while there is none yet."""
    if not file.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            (count,) = database.execute("SELECT count(*) FROM entity").fetchone()
            return int(count)
    except sqlite3.OperationalError:
        return 0


def test_a_killed_load_leaves_a_whole_prefix_and_is_completed_by_the_next(tmp_path: Path) -> None:
    city, data, file = empty_city(tmp_path), tmp_path / "data", tmp_path / "many.jsonl"
    count = 60_000
    padding = "x" * 200
    with file.open("w") as out:
        for number in range(count):
            entity = {"id": f"urn:x:{number:06}", "type": "T", "n": {"type": "Property", "value": number}}
            out.write(json.dumps({**entity, "pad": {"type": "Property", "value": padding}}) + "\n")

    loading = subprocess.Popen([MADANG, "load", str(city), str(file), "--data", str(data)], stderr=subprocess.DEVNULL)
    while loading.poll() is None and committed(data / "void" / "city.db") < 3000:
        os.sched_yield()
    loading.kill()
    assert loading.wait(10) == -9, "it was done before it could be killed"

    sql = ("--type", "T", "--limit", "1", "--format", "table")
    told = run("query", city, "--data", data, *sql).stdout
    kept = int(re.search(r"of ([\d,]+) entities", told)[1].replace(",", ""))  # type: ignore[index]  # else it fails
    assert 0 < kept < count
    assert kept % 1000 == 0
    last = run("query", city, "--data", data, "--id", f"urn:x:{kept - 1:06},urn:x:{kept:06}", "--format", "json").stdout
    assert [one["id"] for one in json.loads(last)] == [f"urn:x:{kept - 1:06}"]

    assert f"{count:,} entities" in run("load", city, file, "--data", data).stdout
    assert f"of {count} entities" in run("query", city, "--data", data, *sql).stdout.replace(",", "")
