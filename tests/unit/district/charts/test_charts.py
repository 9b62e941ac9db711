"""What holds for every chart: well-formed, inside its frame, no words on words, the same bytes every time."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.district.charts.reading import frame, label_boxes, overlaps, places, read, words
from tests.unit.district.charts.samples import pictures

from madang.district import charts as c

NAMES = st.text(
    alphabet=st.sampled_from("가나다라테크노밸리 aIlmWsetn<>&\"'·2016\x00"), min_size=0, max_size=40
) | st.just("<script>alert(1)</script>")
VALUES = (
    st.floats(allow_nan=True, allow_infinity=True) | st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 1e15, -1e15])
)
MAYBE = st.none() | VALUES
WIDTHS = st.sampled_from([340.0, 520.0, 720.0, 1100.0])
DATES = st.dates(date(1985, 1, 1), date(2065, 1, 1))
IDS = st.integers(0, 10_000).map(str)


def number(value: float) -> str:
    return f"{value:,.6g}"


@st.composite
def spans(draw: st.DrawFn) -> c.Span:
    first = draw(DATES)
    return c.Span(first, first + timedelta(days=draw(st.sampled_from([0, 28, 181, 364, 2000]))), first.isoformat())


def listed(item: st.SearchStrategy[Any], most: int = 12) -> st.SearchStrategy[Any]:
    return st.lists(item, max_size=most).map(tuple)


def corners() -> st.SearchStrategy[c.parcels.Ring]:
    point = st.tuples(st.floats(126.7, 126.8), st.floats(37.6, 37.7))
    return st.lists(point, min_size=0, max_size=8).map(tuple)


MILESTONES = st.builds(c.Milestone, st.sampled_from(["start", "tenants", "completion"]), spans(), st.booleans())
POINTS = st.builds(c.BandPoint, st.integers(1990, 2060).map(float), MAYBE, MAYBE, MAYBE)
POLYGONS = listed(listed(corners(), 2), 2)
OUTLINES = listed(st.builds(c.Outline, IDS, NAMES, POLYGONS), 4)
KINDS: st.SearchStrategy[c.network.NodeKind] = st.sampled_from(
    ["industry", "university", "research", "public", "developer"]
)
RANGES = st.builds(c.Range, IDS, NAMES, MAYBE, MAYBE, listed(VALUES, 3), NAMES, st.booleans())


@dataclass(frozen=True, slots=True)
class Kind:
    """A chart with any data it may be given."""

    draw: Callable[[Any, c.Palette, float, str], str]
    data: st.SearchStrategy[Any]


ANY = {
    "baselines": Kind(
        c.draw_baselines,
        st.builds(
            c.Baselines, NAMES, NAMES,
            listed(st.builds(c.Baseline, IDS, NAMES, DATES, listed(MILESTONES, 5), NAMES, NAMES)), st.none() | DATES,
        ),
    ),
    "slope": Kind(
        c.draw_slopes,
        st.builds(
            c.Slopes, NAMES, NAMES, NAMES, NAMES,
            listed(st.builds(c.Slope, IDS, NAMES, MAYBE, MAYBE, st.just("") | NAMES, st.booleans())), st.just(number),
        ),
    ),
    "multiples": Kind(
        c.draw_multiples,
        st.builds(
            c.Multiples, NAMES, NAMES,
            listed(st.builds(c.Panel, NAMES, listed(RANGES, 6), st.just(number)), 5), st.booleans(),
        ),
    ),
    "band": Kind(
        c.draw_bands,
        st.builds(
            c.Bands, NAMES, NAMES, listed(st.builds(c.Line, IDS, NAMES, listed(POINTS, 15)), 5), st.just(number),
            listed(st.builds(c.Target, NAMES, VALUES), 3), st.none() | st.floats(1990, 2060), st.booleans(),
        ),
    ),
    "cash": Kind(
        c.draw_cash,
        st.builds(
            c.Cash, NAMES, NAMES, listed(st.builds(c.CashPeriod, NAMES, VALUES, VALUES), 40), st.just(number)
        ),
    ),
    "tornado": Kind(
        c.draw_tornado,
        st.builds(
            c.Tornado, NAMES, NAMES, VALUES,
            listed(st.builds(c.Swing, IDS, NAMES, NAMES, NAMES, VALUES, VALUES)), st.just(number),
        ),
    ),
    "landuse": Kind(
        c.draw_landuses,
        st.builds(
            c.LandUses, NAMES, NAMES,
            listed(st.builds(c.LandUse, IDS, NAMES, st.sampled_from(["green", "mixed", "?"]), VALUES)),
            st.just(number), st.just(number),
        ),
    ),
    "plan": Kind(
        c.draw_plan,
        st.builds(
            c.Plan, NAMES, NAMES, listed(st.builds(c.Parcel, IDS, NAMES, POLYGONS, st.sampled_from("123"), NAMES), 6),
            listed(st.builds(c.Category, st.sampled_from("123"), NAMES), 4), OUTLINES,
        ),
    ),
    "locator": Kind(
        c.draw_locator,
        st.builds(c.Locator, NAMES, NAMES, OUTLINES, listed(IDS, 3), st.none() | st.just((126.75, 37.65))),
    ),
    "strip": Kind(
        c.draw_strip,
        st.builds(
            c.Strip, NAMES, NAMES, listed(st.builds(c.Reference, IDS, NAMES, VALUES), 14),
            st.none() | st.builds(c.Reference, IDS, NAMES, VALUES), MAYBE, MAYBE, NAMES, st.just(number), st.booleans(),
        ),
    ),
    "attainment": Kind(
        c.draw_attainments,
        st.builds(
            c.Attainments, NAMES, NAMES, listed(st.builds(c.Attainment, IDS, NAMES, MAYBE, NAMES)), st.just(number)
        ),
    ),
}  # fmt: skip


@st.composite
def networks(draw: st.DrawFn) -> c.Network:
    """Up to 60 organizations, some edges to nowhere."""
    count = draw(st.integers(0, 60))
    nodes = tuple(c.Node(str(i), draw(NAMES), draw(KINDS)) for i in range(count))
    ends = st.integers(0, max(count, 1)).map(str)
    edges = draw(listed(st.builds(c.Edge, IDS, ends, ends, st.none() | st.integers(1990, 2030), NAMES), 40))
    return c.Network(draw(NAMES), draw(NAMES), nodes, edges, draw(st.sampled_from(["", "table-1"])))


ANY["network"] = Kind(c.draw_network, networks())


@pytest.mark.parametrize("name", sorted(ANY))
@settings(max_examples=25, deadline=None)
@given(data=st.data(), width=WIDTHS, lang=st.sampled_from(["ko", "en", "fr", "de", "xx"]))
def test_any_data_gives_a_picture_inside_its_frame_with_no_words_on_words(
    name: str, data: st.DataObject, width: float, lang: str
) -> None:
    kind = ANY[name]
    drawn = data.draw(kind.data)
    svg = kind.draw(drawn, c.CONSOLE, width, lang)
    root = read(svg)
    assert svg == kind.draw(drawn, c.CONSOLE, width, lang)
    assert "<script" not in svg
    inside = frame(root)
    for x, y in places(root):
        assert math.isfinite(x)
        assert inside.left <= x <= inside.right, (x, y)
        assert inside.top <= y <= inside.bottom, (x, y)
    for told, box in label_boxes(root):
        assert box.grown(-0.03).within(inside), told
    assert not overlaps(root)


@pytest.mark.parametrize("name", sorted(ANY))
@pytest.mark.parametrize(("lang", "said"), [("ko", "자료가 없습니다"), ("en", "No data"), ("de", "Keine Daten")])
def test_a_chart_of_nothing_says_so_in_the_readers_language(name: str, lang: str, said: str) -> None:
    empties: dict[str, Any] = {
        "baselines": c.Baselines("t", "", (), None),
        "slope": c.Slopes("t", "", "a", "b", (), number),
        "multiples": c.Multiples("t", "", ()),
        "band": c.Bands("t", "", (), number),
        "cash": c.Cash("t", "", (), number),
        "tornado": c.Tornado("t", "", 0.0, (), number),
        "landuse": c.LandUses("t", "", (), number, number),
        "plan": c.Plan("t", "", (), ()),
        "locator": c.Locator("t", "", (), ()),
        "strip": c.Strip("t", "", (), None, None, None, "", number),
        "attainment": c.Attainments("t", "", (), number),
        "network": c.Network("t", "", (), ()),
    }
    assert words(read(ANY[name].draw(empties[name], c.PRINT, 340.0, lang))) == [said]


@pytest.mark.parametrize("lang", ["ko", "en"])
@pytest.mark.parametrize("width", [340.0, 720.0, 1100.0])
@pytest.mark.parametrize("name", sorted(pictures("en")))
def test_a_real_district_fits_phone_half_page_and_page(name: str, width: float, lang: str) -> None:
    svg = pictures(lang)[name](c.CONSOLE, width)
    root = read(svg)
    assert frame(root).right == pytest.approx(width, abs=0.1)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"]
    assert not overlaps(root)
    assert all(box.within(frame(root)) for _, box in label_boxes(root))


@pytest.mark.parametrize("name", sorted(pictures("en")))
def test_print_uses_nothing_that_a_document_cannot_draw(name: str) -> None:
    svg = pictures("ko")[name](c.PRINT, 720.0)
    assert not [
        word for word in ("var(", "light-dark", "<style", "foreignObject", "url(", "currentColor") if word in svg
    ]


def test_typst_renders_every_chart_for_print() -> None:
    shown = "\n".join(
        f'#image(bytes("{svg.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"), width: 100%)'
        for svg in (draw(c.PRINT, 720.0) for draw in pictures("en").values())
    )
    pdf = typst.compile(f"#set page(width: 210mm, height: auto)\n{shown}".encode(), format="pdf")
    assert bytes(pdf).startswith(b"%PDF")


def test_the_network_sends_screen_readers_to_its_table() -> None:
    root = read(pictures("en")["network"](c.CONSOLE, 720.0))
    assert root.attrib["aria-hidden"] == "true"
    assert root.attrib["aria-describedby"] == "cooperation-table"
    assert len([1 for item in root.iter() if "data-id" in item.attrib]) == 14 + 18


def test_completion_marks_move_right_with_each_later_promise() -> None:
    early, late = (c.Span(date(y, 1, 1), date(y, 12, 31), str(y)) for y in (2020, 2026))
    rows = tuple(
        c.Baseline(str(i), str(i), date(2016 + i, 6, 1), (c.Milestone("completion", span),))
        for i, span in enumerate((early, late))
    )
    root = read(c.draw_baselines(c.Baselines("t", "", rows, None), c.PRINT, 720.0, "en"))
    marks = [float(i.attrib["cx"]) for i in root.iter() if i.tag.endswith("circle") and len(i)]
    assert len(marks) == 2
    assert marks[0] < marks[1]


def test_a_promise_is_hollow_and_what_happened_is_filled() -> None:
    when = c.Span(date(2023, 10, 26), date(2023, 10, 26), "2023-10-26")
    fills = []
    for actual in (False, True):
        row = c.Baseline("b", "b", date(2016, 1, 1), (c.Milestone("completion", when, actual),))
        root = read(c.draw_baselines(c.Baselines("t", "", (row,), None), c.PRINT, 720.0, "en"))
        fills += [i.attrib["fill"] for i in root.iter() if i.tag.endswith("circle") and len(i)]
    assert fills == [c.PRINT.ground, c.PRINT.accent]


def test_a_district_that_does_not_compare_is_dashed_with_its_reason_below() -> None:
    items = (c.Slope("a", "A", 10, 5), c.Slope("b", "B", 8, 9, "other boundary"))
    root = read(c.draw_slopes(c.Slopes("t", "", "plan", "actual", items, number), c.PRINT, 720.0, "en"))
    assert "1) other boundary" in words(root)
    assert "B 1)" in words(root)
    assert len([1 for item in root.iter() if item.attrib.get("stroke-dasharray") == "4 3"]) == 1


def test_areas_of_land_uses_are_true_to_their_hectares() -> None:
    uses = tuple(c.LandUse(str(i), "u", "green", ha) for i, ha in enumerate((40.0, 25.0, 10.0, 5.0)))
    root = read(c.draw_landuses(c.LandUses("t", "", uses, number, number), c.PRINT, 720.0, "en"))
    rects = {
        i.attrib["data-id"]: float(i.attrib["width"]) * float(i.attrib["height"])
        for i in root.iter()
        if "data-id" in i.attrib
    }
    assert rects["0"] / rects["3"] == pytest.approx(8.0, rel=1e-3)
    assert rects["0"] / sum(rects.values()) == pytest.approx(0.5, rel=1e-3)


def test_the_scale_bar_of_land_uses_is_as_long_as_it_says() -> None:
    uses = (c.LandUse("0", "u", "green", 80.0),)
    root = read(c.draw_landuses(c.LandUses("t", "", uses, number, number), c.PRINT, 720.0, "en"))
    (area,) = (float(i.attrib["width"]) * float(i.attrib["height"]) for i in root.iter() if "data-id" in i.attrib)
    bar = next(i for i in root.iter() if i.tag.endswith("line") and i.attrib["y1"] == i.attrib["y2"])
    length = float(bar.attrib["x2"]) - float(bar.attrib["x1"])
    assert "100 m" in words(root)
    assert (length / 100) ** 2 * 800_000 == pytest.approx(area, rel=1e-2)


@pytest.mark.parametrize(
    ("share", "band"), [(0.0, 0), (0.329, 0), (0.33, 1), (0.66, 2), (0.949, 2), (0.95, 3), (1.4, 3)]
)
def test_attainment_bands_begin_at_33_66_and_95_percent(share: float, band: int) -> None:
    root = read(
        c.draw_attainments(c.Attainments("t", "", (c.Attainment("a", "A", share),), number), c.PRINT, 720.0, "en")
    )
    steps = [i for i in root.iter() if i.tag.endswith("rect") and i.attrib["width"] == "5"]
    assert len([1 for step in steps if step.attrib["fill"] != "none"]) == band


def test_the_widest_swing_stands_first() -> None:
    swings = (c.Swing("a", "small", "", "", -1, 1), c.Swing("b", "large", "", "", -5, 5))
    root = read(c.draw_tornado(c.Tornado("t", "", 0.0, swings, number), c.PRINT, 720.0, "en"))
    told = words(root)
    assert told.index("large") < told.index("small")


def test_the_cumulative_line_ends_where_all_flows_sum_up() -> None:
    periods = (c.CashPeriod("1", 0, 100), c.CashPeriod("2", 130, 20), c.CashPeriod("3", 60, 0))
    assert "70" in words(read(c.draw_cash(c.Cash("t", "", periods, number), c.PRINT, 720.0, "en")))


def test_every_reference_is_named_where_there_is_room() -> None:
    told = " ".join(words(read(pictures("en")["strip"](c.PRINT, 720.0))))
    assert all(
        name in told for name in ("HafenCity", "Songdo IBD", "Aspern", "Magok", "Pangyo", "Rive Gauche", "Ilsan")
    )
