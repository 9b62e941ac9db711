"""The ground the charts stand on: text, boxes, ticks, places."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.district.charts.ground import bar_length, metres, widest_place
from madang.district.charts.landuse import squarified
from madang.district.charts.marks import hatched
from madang.district.charts.scale import Linear, said, ticks
from madang.district.charts.svg import Box, clip, el, num, path, spread, text_width, wrap

FLOATS = st.floats(-1e6, 1e6)


@given(text=st.text())
def test_any_text_survives_as_xml_without_becoming_markup(text: str) -> None:
    root = ElementTree.fromstring(el("a", el("b", title=text), label=text))  # our own output
    assert [child.tag for child in root] == ["b"]


@pytest.mark.parametrize(("value", "told"), [(1.0, "1"), (-0.001, "0"), (0.125, "0.12"), (10.0, "10"), (3.456, "3.46")])
def test_coordinates_are_short_and_have_no_negative_zero(value: float, told: str) -> None:
    assert num(value) == told


@given(text=st.text(max_size=60), room=st.floats(0, 400))
def test_clipped_text_fits_its_room(text: str, room: float) -> None:
    told = clip(text, 12.0, room)
    assert told == "" or text_width(told, 12.0) <= room


@given(text=st.text(alphabet="가나 abc", max_size=80), room=st.floats(30, 200))
def test_lines_are_broken_between_words_and_lose_none_that_fit(text: str, room: float) -> None:
    lines = wrap(text, 12.0, room)
    assert all(text_width(line, 12.0) <= room for line in lines)
    if all(text_width(word, 12.0) <= room for word in text.split()):
        assert " ".join(lines).split() == text.split()


def test_hangul_is_wider_than_latin() -> None:
    assert text_width("준공", 10.0) > text_width("ab", 10.0) * 1.4


@given(wanted=st.lists(st.floats(0, 100), max_size=12), gap=st.floats(0, 30))
def test_spread_labels_keep_their_gap_their_order_and_their_bounds(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, 0.0, 100.0)
    step = min(gap, 100.0 / max(len(wanted) - 1, 1))
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    in_order = [placed[i] for i in order]
    assert all(b - a >= step - 1e-6 for a, b in pairwise(in_order))
    assert all(-1e-6 <= place <= 100.0 + 1e-6 for place in placed)


def test_spread_leaves_labels_that_have_room_where_they_are() -> None:
    assert spread([10.0, 50.0, 90.0], 12.0, 0.0, 100.0) == (10.0, 50.0, 90.0)


@given(low=FLOATS, span=st.floats(1e-3, 1e6), count=st.integers(1, 8))
def test_ticks_lie_inside_at_equal_steps(low: float, span: float, count: int) -> None:
    found = ticks(low, low + span, count)
    assert len(found) <= count + 1
    assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in found)


def test_ticks_are_round() -> None:
    assert ticks(0.0, 23_000.0, 5) == (0.0, 5000.0, 10000.0, 15000.0, 20000.0)


def test_ticks_that_a_rounding_formatter_says_alike_are_said_once() -> None:
    eok = lambda value: f"{value / 1e8:.0f}억"  # noqa: E731
    assert [words for _, words in said((0.0, 0.4e8, 0.8e8, 1.2e8), eok)] == ["0억", "1억"]


@given(value=FLOATS)
def test_a_scale_never_leaves_the_picture(value: float) -> None:
    assert 10.0 <= Linear(-5.0, 5.0, 10.0, 20.0)(value) <= 20.0


def test_huge_domains_do_not_overflow() -> None:
    assert Linear(-1.7e308, 1.7e308, 0.0, 100.0)(0.0) == 50.0


@given(shares=st.lists(st.floats(0.001, 1.0), min_size=1, max_size=20))
def test_squares_fill_the_frame_with_true_areas(shares: list[float]) -> None:
    whole = sum(shares)
    parts = sorted((share / whole for share in shares), reverse=True)
    boxes = squarified(parts, Box(0.0, 0.0, 160.0, 90.0))
    for part, box in zip(parts, boxes, strict=True):
        assert (box.right - box.left) * (box.bottom - box.top) == pytest.approx(part * 14_400, rel=1e-6)
        assert box.within(Box(0.0, 0.0, 160.0, 90.0).grown(1e-6))


def test_metres_agree_with_the_length_of_a_degree() -> None:
    ((east, south),) = metres(((127.0, 37.0),), (126.0, 37.0))
    assert east == pytest.approx(88_800, rel=2e-3)  # cos 37° of 111.195 km
    assert south == 0.0


@pytest.mark.parametrize(("wide", "bar"), [(1_000.0, 100.0), (20_000.0, 5_000.0), (120.0, 20.0), (400.0, 100.0)])
def test_the_scale_bar_is_a_hundred_metres_where_that_can_be_seen(wide: float, bar: float) -> None:
    assert bar_length(wide) == bar


def test_a_name_finds_the_wide_part_of_an_l_shaped_parcel() -> None:
    shape = ((0.0, 0.0), (20.0, 0.0), (20.0, 80.0), (100.0, 80.0), (100.0, 100.0), (0.0, 100.0))
    x, y, room = widest_place((shape,), 10.0)
    assert room == pytest.approx(100.0)
    assert 85.0 <= y <= 95.0
    assert x == pytest.approx(50.0)


def test_hatches_stay_inside_holes_and_all() -> None:
    outer = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0))
    hole = ((40.0, 40.0), (60.0, 40.0), (60.0, 60.0), (40.0, 60.0))
    drawn = hatched((outer, hole), "level", "#000", gap=10.0)
    assert path(((0.0, 50.0), (40.0, 50.0))) in drawn
    assert path(((60.0, 50.0), (100.0, 50.0))) in drawn
