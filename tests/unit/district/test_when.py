"""Moments as sources give them."""

import time
from datetime import date

import pytest

from madang.district.when import Slip, format_when, months_between, on_day, parse_when
from madang.errors import BadRequestData


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2016", "2016-01-01", "2016-12-31"),
        ("2016-08", "2016-08-01", "2016-08-31"),
        ("2016-02", "2016-02-01", "2016-02-29"),
        ("2016-08-29", "2016-08-29", "2016-08-29"),
        ("2016.8.29", "2016-08-29", "2016-08-29"),
        ("2016년 8월 29일", "2016-08-29", "2016-08-29"),
        ("2016년 8월", "2016-08-01", "2016-08-31"),
        ("2019-H2", "2019-07-01", "2019-12-31"),
        ("2019 H1", "2019-01-01", "2019-06-30"),
        ("2019년 하반기", "2019-07-01", "2019-12-31"),
        ("2026-Q1", "2026-01-01", "2026-03-31"),
        ("2026년 4분기", "2026-10-01", "2026-12-31"),
        ("2030s", "2030-01-01", "2039-12-31"),
        ("mid-2030s", "2034-01-01", "2036-12-31"),
        ("early 2030s", "2030-01-01", "2033-12-31"),
        ("late 2030s", "2037-01-01", "2039-12-31"),
        ("2030년대 중반", "2034-01-01", "2036-12-31"),
        ("early 2024", "2024-01-01", "2024-03-31"),
        ("mid-2024", "2024-04-01", "2024-09-30"),
        ("end 2024", "2024-10-01", "2024-12-31"),
        ("2024년 말", "2024-10-01", "2024-12-31"),
        ("2010–2017", "2010-01-01", "2017-12-31"),
        ("2010-2017", "2010-01-01", "2017-12-31"),
        ("2010~2017", "2010-01-01", "2017-12-31"),
        ("2007-12–2024-12", "2007-12-01", "2024-12-31"),
        ("2007-12/2024-12", "2007-12-01", "2024-12-31"),
    ],
)
def test_a_date_is_as_wide_as_its_words(text: str, first: str, last: str) -> None:
    when = parse_when(text)
    assert (when.first.isoformat(), when.last.isoformat(), when.text, when.approximate) == (first, last, text, False)


@pytest.mark.parametrize("text", ["c. 2014", "ca. 2014", "약 2014", "2014년경", "2014년 무렵", "around 2014"])
def test_about_a_year_is_that_year_with_a_mark(text: str) -> None:
    when = parse_when(text)
    assert (when.first, when.last, when.approximate) == (date(2014, 1, 1), date(2014, 12, 31), True)


@pytest.mark.parametrize(
    "text",
    ["", " ", "soon", "2016-13", "2016-00", "2015-02-29", "2016-8", "16", "0000", "99999", "2017–2010", "2016–",
     "2026-Q5", "2019-H3", "2010-2017-2018", "2035s", "２０１６", "٢٠١٦", "2" * 10_000, "–" * 59,
     "c. " * 19, "2016-08-29T10:00"],
)  # fmt: skip
def test_what_is_no_date_is_refused_at_once_with_what_to_write(text: str) -> None:
    started = time.perf_counter()
    with pytest.raises(BadRequestData) as refused:
        parse_when(text, "/stated")
    assert refused.value.faults[0].where == "/stated"
    assert "write" in refused.value.detail or "outside the years" in refused.value.detail
    assert time.perf_counter() - started < 0.5


@pytest.mark.parametrize(
    ("earlier", "later", "slip"),
    [
        ("2020", "2026", Slip(61, 83, 72)),
        ("2024-H2", "end 2026", Slip(22, 29, 24)),
        ("2023-10-26", "2021-12", Slip(-22, -22, -22)),
        ("2016-08", "2016-08-29", Slip(0, 0, 0)),
    ],
)
def test_a_slip_counts_calendar_months_from_last_day_to_last_day(earlier: str, later: str, slip: Slip) -> None:
    assert months_between(parse_when(earlier), parse_when(later)) == slip


@pytest.mark.parametrize(
    ("text", "ko", "en", "fr", "de"),
    [
        ("2016-08-01", "2016년 8월 1일", "1 August 2016", "1er août 2016", "1. August 2016"),
        ("2016-08", "2016년 8월", "August 2016", "août 2016", "August 2016"),
        ("2019-H2", "2019년 하반기", "H2 2019", "S2 2019", "2. Halbjahr 2019"),
        ("2026-Q1", "2026년 1분기", "Q1 2026", "T1 2026", "Q1 2026"),
        ("mid-2030s", "2030년대 중반", "mid-2030s", "milieu des années 2030", "Mitte der 2030er Jahre"),
        ("2024년 말", "2024년 말", "end of 2024", "fin 2024", "Ende 2024"),
        ("c. 2014", "2014년 무렵", "c. 2014", "vers 2014", "um 2014"),
        ("2010–2017", "2010년–2017년", "2010–2017", "2010–2017", "2010–2017"),
    ],
)
def test_a_date_is_written_as_precisely_as_it_was_read(text: str, ko: str, en: str, fr: str, de: str) -> None:
    assert [format_when(parse_when(text), lang) for lang in ("ko", "en", "fr", "de")] == [ko, en, fr, de]


def test_a_day_of_the_calendar_is_a_moment_too() -> None:
    assert on_day(date(2016, 8, 29)) == parse_when("2016-08-29")
