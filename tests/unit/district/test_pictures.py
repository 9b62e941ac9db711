"""Charts from the ledger's records: what the timeline shows, and how a slip is said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.district.briefing.shipped_briefing import book

from madang.district.briefing.content import programme_of
from madang.district.charts import PRINT
from madang.district.pictures import said, slip_text, timeline


@pytest.mark.parametrize(
    ("months", "lang", "words"),
    [
        (72, "ko", "6년 늦음"),
        (72, "en", "6 years later"),
        (12, "fr", "1 an plus tard"),
        (1, "en", "1 month later"),
        (58, "de", "58 Monate später"),
        (-24, "de", "2 Jahre früher"),
        (-1, "fr", "1 mois plus tôt"),
        (0, "ko", "그대로"),
        (6, "ja", "6 months later"),
    ],
)
def test_a_slip_is_said_in_years_where_they_are_whole(months: int, lang: str, words: str) -> None:
    assert slip_text(months, lang) == words


@given(st.integers(1, 600), st.sampled_from(("ko", "en", "fr", "de")))
def test_later_and_sooner_are_told_apart_with_the_same_number(months: int, lang: str) -> None:
    later, sooner = slip_text(months, lang), slip_text(-months, lang)
    assert later != sooner
    assert [sign for sign in later if sign.isdigit()] == [sign for sign in sooner if sign.isdigit()]


def test_the_timeline_has_a_row_for_each_plan_and_one_for_what_happened() -> None:
    svg = timeline(book(), programme_of(book()).id, PRINT, 740, "ko")
    assert all(f"{number} · 20" in svg for number in range(1, 10))
    assert "2023년 10월 26일" in svg
    assert "6년 늦음" in svg
    assert "오늘" not in svg


def test_the_line_of_a_day_that_was_asked_for_bears_that_day_and_not_today() -> None:
    svg = timeline(book(), programme_of(book()).id, PRINT, 740, "ko", on=date(2021, 5, 3))
    assert "2021년 5월 3일" in svg
    assert "오늘" not in svg
    far = timeline(book(), programme_of(book()).id, PRINT, 740, "en", on=date(2500, 1, 2))
    assert "2500-01-02" in far


def test_a_text_without_the_language_is_given_in_english_or_whatever_there_is() -> None:
    assert said({"ko": "가", "en": "a"}, "fr") == "a"
    assert said({"ko": "가"}, "fr") == "가"
    assert said({}, "fr") == ""
