"""Phases as bars: what happened filled, what is planned hollow, what has no end faint, and no word on another."""

from datetime import date

import pytest

from madang.district.charts import CONSOLE, PhaseBar, Phases, Span, draw_phases
from madang.district.charts.scale import day_at


def span(first: date, last: date) -> Span:
    return Span(first, last, first.isoformat())


YEAR = span(date(2020, 1, 1), date(2020, 12, 31))
LATER = span(date(2024, 1, 1), date(2024, 12, 31))
TODAY = date(2022, 7, 1)


def drawn(*rows: PhaseBar, today: date | None = TODAY, width: float = 720, day: str = "") -> str:
    return draw_phases(Phases("Phases", "what is drawn", rows, today, day), CONSOLE, width, "en")


def bar(name: str, start: Span | None, end: Span | None, *, actual: bool) -> PhaseBar:
    return PhaseBar(name, f"Phase {name}", start, end, "2020 to 2024", actual)


def test_a_planned_phase_is_hollow_and_one_that_happened_is_filled() -> None:
    planned, happened = (drawn(bar("a", YEAR, LATER, actual=actual)) for actual in (False, True))
    assert 'stroke-dasharray="4 3"' in planned
    assert "planned" in planned
    assert "actual" not in planned
    assert 'fill-opacity="0.75"' in happened


def test_what_began_and_has_no_end_is_faint_up_to_the_day() -> None:
    text = drawn(bar("a", YEAR, None, actual=True))
    assert 'fill-opacity="0.25"' in text
    assert 'fill-opacity="0.25"' not in drawn(bar("a", YEAR, None, actual=True), today=None)


def test_one_known_end_is_a_mark() -> None:
    assert drawn(bar("a", None, LATER, actual=False)).count("<path") == 1
    assert drawn(bar("a", LATER, None, actual=False)).count("<path") == 1


def test_the_day_that_is_not_today_is_named() -> None:
    assert "1 July 2022" in drawn(bar("a", YEAR, LATER, actual=True), day="1 July 2022")
    assert ">today<" in drawn(bar("a", YEAR, LATER, actual=True))


def test_nothing_known_is_said_in_words() -> None:
    assert "No data" in drawn()
    assert "No data" in drawn(bar("a", None, None, actual=True))


@pytest.mark.parametrize("width", [340, 1100])
@pytest.mark.parametrize("today", [date.min, date.max, None])
def test_any_day_can_be_drawn(width: float, today: date | None) -> None:
    assert "Phase a" in drawn(bar("a", YEAR, LATER, actual=True), today=today, width=width)


def test_a_day_beyond_the_calendar_is_its_first_or_last() -> None:
    assert day_at(-5) == date.min
    assert day_at(1e9) == date.max
    assert day_at(737_791) == date(2021, 1, 1)
