"""Table feeds: what a file says becomes readings; what it cannot say is refused with its place."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from madang.connectors.table.decode import Readings, decode, fragments, parse_time, series, to_utc
from madang.connectors.table.rows import Reject, Rows, column_at, read_rows
from madang.connectors.table.spec import TableFeed, parse_feeds
from madang.errors import ConfigError, SourceUnavailable
from madang.model.feed import FeedPlan
from madang.model.keys import parse_document
from madang.ngsild.context import CORE

FEED = """
[[feed]]
kind = "series"
file = "cars.csv"
type = "OffStreetParking"
entity = "urn:ngsi-ld:OffStreetParking:{garage}"
time = { columns = ["time"], timezone = "Europe/Copenhagen" }

[[feed.attribute]]
name = "occupiedSpotNumber"
column = "cars"
unit = "C62"
"""


def feed_of(directory: Path, text: str = FEED) -> TableFeed:
    (directory / "cars.csv").touch()
    document = parse_document(text, "city.toml")
    plan = FeedPlan("cars", "table", "parking", {}, directory, document.root["feed"][0], document, ("feed", 0))
    return parse_feeds([plan])[0]


def decoded(feed: TableFeed, lines: Iterable[bytes], encoding: str = "utf-8") -> tuple[list[Readings], list[Reject]]:
    rows = read_rows(lines, feed.columns, shown="cars.csv", encoding=encoding, delimiter=feed.delimiter)
    found = [decode(feed, each) for each in rows]
    return found, [reject for each in found for reject in each.rejects]


def lines(text: str, encoding: str = "utf-8") -> list[bytes]:
    return text.encode(encoding).splitlines(keepends=True)


HEAD = "time,garage,cars\n"


def test_a_row_becomes_a_fragment_in_utc(tmp_path: Path) -> None:
    feed = feed_of(tmp_path)
    (readings,), rejects = decoded(feed, lines(HEAD + "2014-08-29 17:00:00,BRUUNS,640\n"))
    (entity,) = fragments(feed, readings)
    assert rejects == []
    assert entity.id == "urn:ngsi-ld:OffStreetParking:BRUUNS"
    (cars,) = entity.attributes[CORE.expand("occupiedSpotNumber")]
    assert (cars.value, cars.unit_code) == (640, "C62")
    assert cars.observed_at == datetime(2014, 8, 29, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("bad", "reason", "where"),
    [
        (
            "2014-08-29 17:00:00,BRUU",
            "the row has 2 columns, the header 3; the file ends in the middle of it",
            "cars.csv:3:25",
        ),
        ("2014-08-29 17:00:00,BRUUNS,6,4\n", "the row has 4 columns, the header 3", "cars.csv:3:30"),
        ("2014-08-29 17:00:00,BRUUNS,many\n", "not a number", "cars.csv:3:28"),
        ("2014-08-29 17:00:00,BRUUNS,inf\n", "not a number", "cars.csv:3:28"),
        ("29 August,BRUUNS,6\n", "not a time of the format iso", "cars.csv:3:1"),
        (",BRUUNS,6\n", "the time is missing", "cars.csv:3:1"),
        ("2014-08-29 17:00:00,,6\n", "the entity's id is missing", "cars.csv:3:21"),
        ('2014-08-29 17:00:00,"BRUUNS,6\n', "a quote is opened and never closed", "cars.csv:3:21"),
    ],
)
def test_a_bad_row_is_refused_with_its_place_and_the_others_are_taken(
    tmp_path: Path, bad: str, reason: str, where: str
) -> None:
    good = "2014-08-29 16:30:00,BRUUNS,600\n"
    after = "2014-08-29 17:30:00,BRUUNS,650\n" if bad.endswith("\n") else ""
    found, rejects = decoded(feed_of(tmp_path), lines(HEAD + good + bad + after))
    assert [(reject.reason, reject.where) for reject in rejects] == [(reason, where)]
    assert rejects[0].sample == bad.rstrip("\n")
    values = [value for each in found for value in each.values["occupiedSpotNumber"]]
    assert values == ([600.0, 650.0] if after else [600.0])


def test_impossible_readings_enter_the_city(tmp_path: Path) -> None:
    (readings,), rejects = decoded(
        feed_of(tmp_path), lines(HEAD + "2014-08-29 17:00:00,X,-4\n2014-08-29 17:00:00,Y,9999\n")
    )
    assert rejects == []
    assert list(readings.values["occupiedSpotNumber"]) == [-4.0, 9999.0]


def test_a_cp949_row_in_a_utf8_file_says_how_to_read_it(tmp_path: Path) -> None:
    body = lines(HEAD) + lines("2014-08-29 17:00:00,대화,6\n", "cp949") + lines("2014-08-29 17:00:00,X,7\n")
    (readings,), rejects = decoded(feed_of(tmp_path), body)
    (reject,) = rejects
    assert reject.reason == 'not UTF-8; it reads as CP949: set encoding = "cp949"'
    assert (reject.sample, reject.where) == ("2014-08-29 17:00:00,대화,6", "cars.csv:2:21")
    assert len(readings) == 1


def test_a_cp949_header_in_a_utf8_file_fails_the_feed_and_says_how_to_read_it(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match=r'cars.csv:1:1: .* set encoding = "cp949"'):
        decoded(feed_of(tmp_path), lines("시간,garage,cars\n", "cp949"))


def test_a_missing_column_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    with pytest.raises(SourceUnavailable, match='there is no column "garage"; did you mean "garages"'):
        decoded(feed_of(tmp_path), lines("time,garages,cars\n"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949", "utf-8"])
def test_korean_files_are_read_in_their_encoding(tmp_path: Path, encoding: str) -> None:
    text = HEAD + "2014-08-29 17:00:00,대화,6\n"
    (readings,), rejects = decoded(feed_of(tmp_path), lines(text, encoding), encoding)
    assert (list(readings.entity), rejects) == (["urn:ngsi-ld:OffStreetParking:대화"], [])


def test_an_open_quote_costs_its_own_row_only(tmp_path: Path) -> None:
    rest = "".join(f"2014-08-29 17:{minute:02}:00,A,{minute}\n" for minute in range(60))
    found, rejects = decoded(feed_of(tmp_path), lines(HEAD + '2014-08-29 16:00:00,"A,1\n' + rest + rest))
    assert sum(map(len, found)) == 120
    assert [reject.where for reject in rejects] == ["cars.csv:2:21"]


@pytest.mark.parametrize(
    ("text", "form", "zone", "utc"),
    [
        ("2014-08-29T00:00:00", "iso", "UTC", "2014-08-29T00:00:00"),
        ("2014-08-29 00:00", "iso", "Europe/Copenhagen", "2014-08-28T22:00:00"),
        ("2014-08-29T00:00:00+09:00", "iso", "UTC", "2014-08-28T15:00:00"),
        ("2021-03-20 24:00", "iso", "Asia/Seoul", "2021-03-20T15:00:00"),
        ("20190401", "yyyymmdd", "Asia/Seoul", "2019-03-31T15:00:00"),
        ("2019-01", "iso", "Asia/Seoul", "2018-12-31T15:00:00"),
        ("2019년 1월", "%Y년 %m월", "Asia/Seoul", "2018-12-31T15:00:00"),
        ("1409270400", "epoch_s", "Asia/Seoul", "2014-08-29T00:00:00"),
        ("1409270400500", "epoch_ms", "UTC", "2014-08-29T00:00:00.500000"),
        ("2014-10-26 02:30", "iso", "Europe/Copenhagen", "2014-10-26T00:30:00"),
    ],
)
def test_times_are_read_as_the_feed_writes_them(text: str, form: str, zone: str, utc: str) -> None:
    assert parse_time(text, form, ZoneInfo(zone)) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_vectorised_times_agree_with_single_ones_over_a_clock_change() -> None:
    zone = ZoneInfo("Europe/Copenhagen")
    local = np.arange("2014-10-25T20:00", "2014-10-27", np.timedelta64(7, "m"), dtype="datetime64[us]")
    single = [parse_time(str(each), "iso", zone).replace(tzinfo=None) for each in local]
    assert to_utc(local, zone).tolist() == single


def test_numbers_become_a_series_and_missing_ones_do_not(tmp_path: Path) -> None:
    feed = feed_of(tmp_path)
    (readings,), _ = decoded(feed, lines(HEAD + "2014-08-29 17:00:00,A,1\n2014-08-29 17:00:00,B,-\n"))
    made = series(feed, readings)
    assert made is not None
    assert (list(made.entity_id), list(made.value)) == (["urn:ngsi-ld:OffStreetParking:A"], [1.0])
    assert made.unit_code == {CORE.expand("occupiedSpotNumber"): "C62"}


def test_a_column_is_found_behind_quoted_delimiters() -> None:
    assert column_at('a,"b,c",d\n', 2, ",") == 9


def test_rows_that_the_feed_leaves_out_are_not_refused(tmp_path: Path) -> None:
    text = FEED.replace("[[feed.attribute]]", 'where = { garage = ["A", "C"] }\n[[feed.attribute]]', 1)
    found, rejects = decoded(feed_of(tmp_path, text), lines(HEAD + "2014-08-29,A,1\n2014-08-29,B,x\n2014-08-29,C,3\n"))
    assert [value for each in found for value in each.values["occupiedSpotNumber"]] == [1.0, 3.0]
    assert (rejects, found[0].skipped) == ([], 1)


@pytest.mark.parametrize(
    ("kind", "keys", "row", "value"),
    [
        (
            "point",
            'columns = ["lon", "lat"]',
            {"lon": "10.2", "lat": "56.1"},
            {"type": "Point", "coordinates": [10.2, 56.1]},
        ),
        ("point", 'columns = ["lon", "lat"]', {"lon": "", "lat": "56.1"}, None),
        ("language", 'words = { ko = "k", en = "e" }', {"k": "대화", "e": ""}, {"ko": "대화"}),
        ("date", 'column = "d"', {"d": "2019-04-01"}, {"@type": "Date", "@value": "2019-04-01"}),
        ("boolean", 'column = "b"', {"b": "Y"}, True),
        ("relationship", 'template = "urn:ngsi-ld:Road:{r}"', {"r": "7"}, "urn:ngsi-ld:Road:7"),
        ("text", 'value = "fixed"', {}, "fixed"),
        ("integer", 'column = "n"', {"n": "3467.0"}, 3467),
    ],
)
def test_columns_become_values_of_their_kind(
    tmp_path: Path, kind: str, keys: str, row: dict[str, str], value: Any
) -> None:
    text = (
        '[[feed]]\nkind = "register"\nfile = "cars.csv"\ntype = "T"\nentity = "urn:x:{id}"\n'
        f'[[feed.attribute]]\nname = "a"\nkind = "{kind}"\n{keys}\n'
    )
    feed = feed_of(tmp_path, text)
    columns = {name: np.array([each], dtype=object) for name, each in {"id": "1", **row}.items()}
    (entity,) = fragments(feed, decode(feed, Rows(columns)))
    instances = entity.attributes.get(CORE.expand("a"))
    assert (instances[0].value if instances else None) == value


def test_a_position_outside_the_globe_is_refused(tmp_path: Path) -> None:
    text = FEED + '\n[[feed.attribute]]\nname = "location"\nkind = "point"\ncolumns = ["lon", "lat"]\n'
    body = "time,garage,cars,lon,lat\n2014-08-29,A,1,10,56\n2014-08-29,B,1,10,156\n"
    found, rejects = decoded(feed_of(tmp_path, text), lines(body))
    assert [reject.where for reject in rejects] == ["cars.csv:3:16"]
    assert sum(map(len, found)) == 1


def test_faults_of_a_feed_name_their_place(tmp_path: Path) -> None:
    text = (
        FEED.replace("entity =", "entiti =").replace('"C62"', '"C63"').replace("Europe/Copenhagen", "Europe/Kopenhagen")
    )
    with pytest.raises(ConfigError) as caught:
        feed_of(tmp_path, text)
    told = sorted(str(fault) for fault in caught.value.faults)
    assert [each.split(";")[0] for each in told] == [
        'city.toml:12:8: error: unknown unit "C63"',
        'city.toml:2:1: error: [[feed]] with connector = "table" needs the key "entity" '
        "(entity id with columns in braces, for example urn:ngsi-ld:Device:{serial})",
        'city.toml:6:1: error: unknown key "entiti" in [[feed]] with connector = "table"',
        'city.toml:7:41: error: unknown time zone "Europe/Kopenhagen"',
    ]


def test_a_million_numeric_rows_are_mapped_by_columns_not_by_row(tmp_path: Path) -> None:
    feed = feed_of(tmp_path)
    count = 1_000_000
    columns = {
        "time": np.datetime64("2014-08-29T00:00:00", "us") + np.arange(count).astype("timedelta64[s]"),
        "garage": np.arange(count) % 449,
        "cars": (np.arange(count) % 200).astype(np.uint8),
    }
    started_s = time.thread_time()
    readings = decode(feed, Rows(columns))
    made = series(feed, readings)
    assert made is not None
    assert len(made.value) == count
    # 500 000 rows/s is promised; by row it would take a quarter of a minute.
    assert time.thread_time() - started_s < 2.0
