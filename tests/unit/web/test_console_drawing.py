import csv
import io
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from madang.model.entity import Attribute, Entity
from madang.ngsild.context import CORE
from madang.packs.compare import Bar, CompareLine, CompareResult
from madang.web.console.attributes import attribute_rows, attribute_title, entity_path, geometry_text, shown_value
from madang.web.console.boards import duration_text, laid_out
from madang.web.console.compareview import compare_csv, compare_view
from madang.web.console.csvtext import csv_text, lines_csv
from madang.web.console.ranges import choose, ranges, window_until
from madang.web.console.series import Line
from madang.web.console.sparkline import sparkline

NOW = datetime(2014, 8, 29, 17, tzinfo=UTC)


def test_a_sparkline_breaks_at_gaps_and_dots_a_lonely_value() -> None:
    drawn = sparkline(Line("x", "X", [0, 1, 2, 3, 4], [1.0, 2.0, None, 3.0, None]), (0, 4), width=100, height=50)
    assert re.findall("[ML]", drawn.line) == ["M", "L", "M"]
    assert drawn.line.endswith("h0")
    assert drawn.last == (75.0, 3.0)
    assert (drawn.low, drawn.high) == (1.0, 3.0)


def test_a_sparklines_band_counts_for_its_scale_and_is_a_closed_shape() -> None:
    line = Line("x", "X", [0, 10], [5.0, 5.0], [0.0, 0.0], [10.0, 10.0])
    drawn = sparkline(line, (0, 10), width=100, height=50)
    assert (drawn.low, drawn.high) == (0.0, 10.0)
    assert drawn.band == "M0 3L100 3L100 47L0 47Z"
    assert drawn.line == "M0 25L100 25"


def test_a_constant_line_lies_in_the_middle_and_no_line_is_empty() -> None:
    assert sparkline(Line("x", "X", [0, 10], [7.0, 7.0]), (0, 10), width=10, height=20).line == "M0 10L10 10"
    empty = sparkline(Line("x", "X", [0], [None]), (0, 10))
    assert (empty.line, empty.band, empty.last) == ("", "", None)


def test_csv_names_units_and_usual_ranges_and_leaves_gaps_empty() -> None:
    lines = [
        Line("a", "A", [0, 1_800_000], [1.5, 2.0], [1.0, None], [3.0, None]),
        Line("b", "B, c", [0, 1_800_000, 3_600_000], [None, 4.0, None]),
    ]
    text = lines_csv(lines, "km/h", ZoneInfo("Asia/Seoul"), time="Time", low="low", high="high")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows == [
        ["Time", "A (km/h)", "A (km/h): low", "A (km/h): high", "B, c (km/h)"],
        ["1970-01-01T09:00:00+09:00", "1.5", "1.0", "3.0", ""],
        ["1970-01-01T09:30:00+09:00", "2.0", "", "", "4.0"],
    ]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_name_never_becomes_a_spreadsheets_formula(name: str) -> None:
    head, row = csv.reader(io.StringIO(csv_text([name], [[name]]).removeprefix("\ufeff")))
    assert head == row == [f"'{name}"]


def test_numbers_of_a_csv_stay_numbers() -> None:
    assert csv_text(["n"], [[-1.5]]).splitlines()[1] == "-1.5"


@pytest.mark.parametrize(
    ("entity_id", "path"),
    [
        ("urn:ngsi-ld:A:1", "entities/urn:ngsi-ld:A:1"),
        ("https://x.org/a/../b?c=d#e", "entities/https:%2F%2Fx.org%2Fa%2F..%2Fb%3Fc%3Dd%23e"),
        ("urn:x:가 100%", "entities/urn:x:%EA%B0%80%20100%25"),
    ],
)
def test_an_entitys_path_escapes_what_an_address_would_read_otherwise(entity_id: str, path: str) -> None:
    assert entity_path(entity_id) == path


def test_values_are_shown_by_their_kind() -> None:
    def text(instance: Attribute, lang: str = "en") -> str:
        shown = shown_value(instance, lang, None)
        return shown.text + (f" {shown.symbol}" if shown.symbol else "") + "".join(f"[{x.text}]" for x in shown.links)

    assert text(Attribute("Property", 1204, unit_code="KMH")) == "1\u202f204 km/h"
    assert text(Attribute("Property", 3, unit_code="XYZ")) == "3 XYZ"
    assert text(Attribute("Property", True), "ko") == "예"
    assert (
        text(Attribute("Property", {"@type": "DateTime", "@value": "2014-08-29T05:55:00Z"})) == "2014-08-29T05:55:00Z"
    )
    assert text(Attribute("Property", ["a", 2, False])) == "a, 2, no"
    assert text(Attribute("Property", {"a": 1})) == '{"a":1}'
    assert text(Attribute("Relationship", ["urn:a:1", "urn:a:2"])) == "[urn:a:1][urn:a:2]"
    assert text(Attribute("LanguageProperty", {"ko": "가", "en": "b"}), "ko") == "가"
    assert text(Attribute("VocabProperty", CORE.expand("parking"))) == "parking"
    assert text(Attribute("Property", "https://x.org")) == "[https://x.org]"
    assert len(text(Attribute("Property", "x" * 5000))) < 500


def test_only_web_addresses_become_links_outside() -> None:
    assert shown_value(Attribute("Property", "javascript:alert(1)"), "en", None).links == ()


def test_places_are_latitude_first_and_shapes_are_counted() -> None:
    assert geometry_text({"type": "Point", "coordinates": [10.2, 56.15]}, "en") == "56.15000, 10.20000"
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    assert geometry_text(line, "en") == "LineString, 2 points"
    area = {"type": "GeometryCollection", "geometries": [line, {"type": "Polygon", "coordinates": [[[0, 0]] * 4]}]}
    assert geometry_text(area, "ko") == "GeometryCollection, 점 6개"


def test_names_nobody_titled_are_taken_apart_into_words() -> None:
    assert attribute_title(None, "averageVehicleSpeed", "en") == "Average vehicle speed"
    assert attribute_title(None, "https://x.org/vocab#windSpeed", "en") == "Wind speed"
    assert attribute_title(None, "location", "ko") == "위치"


def test_instances_and_sub_attributes_all_have_their_place() -> None:
    accuracy = {CORE.expand("accuracy"): (Attribute("Property", 0.5),)}
    entity = Entity(
        "urn:x:1",
        (CORE.expand("X"),),
        {
            CORE.expand("speed"): (
                Attribute("Property", 3, observed_at=NOW, attributes=accuracy),
                Attribute("Property", 4, dataset_id="urn:d:1", observed_at=NOW),
            ),
            CORE.expand("about"): (Attribute("Property", "text"),),
        },
    )
    rows = attribute_rows((), entity, "en")
    assert [(row.name, row.dataset_id, row.chart) for row in rows] == [
        ("speed", None, True),
        ("speed", "urn:d:1", False),
        ("about", None, False),
    ]
    assert [(part.title, part.shown.text) for part in rows[0].inside] == [("Accuracy", "0.5")]


def test_ranges_fit_the_citys_step_and_a_foreign_one_falls_back() -> None:
    assert [one.key for one in ranges(60)] == ["6h", "24h", "7d", "30d", "all"]
    assert [one.key for one in ranges(86_400)] == ["30d", "90d", "1y", "all"]
    assert choose("6h", 86_400).key == "90d"
    assert choose(None, 60).key == "24h"
    assert choose("all", 60).span is None


def test_a_window_includes_now_and_nothing_later() -> None:
    window = window_until(NOW, timedelta(hours=1))
    assert window.start == NOW - timedelta(hours=1)
    assert window.end == NOW + timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("duration", "days_from", "text"),
    [
        (timedelta(days=1), 2, "24 h"),
        (timedelta(days=1), 1, "1 d"),
        (timedelta(days=7), 2, "7 d"),
        (timedelta(minutes=90), 2, "90 min"),
        (timedelta(hours=6), 2, "6 h"),
    ],
)
def test_durations_are_told_in_their_largest_whole_unit(duration: timedelta, days_from: int, text: str) -> None:
    assert duration_text(duration, "en", days_from) == text


@pytest.mark.parametrize(
    ("before", "after"), [("nn", "nn"), ("n", "w"), ("wnw", "www"), ("nnn", "nnw"), ("nwnn", "wwnn"), ("", "")]
)
def test_no_narrow_chart_stands_beside_nothing(before: str, after: str) -> None:
    charts = laid_out([{"wide": sign == "w"} for sign in before])
    assert "".join("w" if chart["wide"] else "n" for chart in charts) == after


RESULT = CompareResult(
    (
        CompareLine(
            "a", "A", (Bar(0, False, 100.0, 5, 0.0), Bar(1, False, 200.0, 3, 1.0), Bar(0, True, None, 0, None))
        ),
        CompareLine("b", "B", (Bar(0, False, None, 0, None),)),
    ),
    None,
    None,
    1,
)


def test_bars_share_one_scale_and_entities_without_a_day_are_left_out() -> None:
    (part,) = compare_view(RESULT, {"a": "Hall"}, digits=0, symbol="", lang="en")
    assert part["name"] == "Hall"
    assert [group["label"] for group in part["groups"]] == ["0", "1 or more"]
    first, second = part["groups"]
    assert [bar["height"] for bar in first["bars"]] == [50.0, 0.0]
    assert first["bars"][0]["change"] == ""
    assert (second["bars"][0]["height"], second["bars"][0]["change"]) == (100.0, "+100\u202f%")


def test_a_comparison_as_csv_has_a_row_per_bar() -> None:
    rows = list(
        csv.reader(io.StringIO(compare_csv(RESULT.lines, {}, ("e", "n", "w", "m", "d", "c")).removeprefix("\ufeff")))
    )
    assert rows[1] == ["A", "0", "0", "100.0", "5", "0.0"]
    assert rows[3] == ["A", "0", "1", "", "0", ""]
    assert len(rows) == 5
