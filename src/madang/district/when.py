"""Moments as sources give them: a first and a last day, and the words.

    parse_when(text, at="") -> When
    months_between(earlier, later) -> Slip
    format_when(when, lang) -> str

``2024-H2`` is 1 July to 31 December 2024. Vague words have fixed meanings, so that two readers compute the same:
early / mid / end of a year are its first quarter, its middle half, its last quarter; of a decade, the years 0 to 3,
4 to 6, 7 to 9.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from madang.errors import BadRequestData


@dataclass(frozen=True, slots=True)
class When:
    """first to last day, both included. text: as the source wrote it. approximate: the source says about."""

    first: date
    last: date
    text: str
    approximate: bool = False

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Slip:
    """Calendar months from one moment to another; negative where it is brought forward.

    months: from last day to last day (a date that is kept is kept until its period is over). low and high: the least
    and the most it can be, for any day in the one and any day in the other. Days within a month are not counted.
    """

    low: int
    high: int
    months: int


YEARS = range(1800, 2200)
TEXT_LENGTH_MAX = 60
_HELP = (
    "write a day 2016-08-29, month 2016-08, quarter 2026-Q1, half year 2019-H2, year 2016, decade 2030s, mid-2030s, "
    "end 2024, c. 2014, or two of them with a dash: 2010–2017"
)

_PARTS = {"early": "early", "beginning of": "early", "초": "early", "초반": "early", "mid": "mid", "중반": "mid",
          "중": "mid", "late": "end", "end": "end", "end of": "end", "말": "end", "후반": "end"}  # fmt: skip
_YEAR_MONTHS = {"early": (1, 3), "mid": (4, 9), "end": (10, 12)}
_DECADE_YEARS = {"early": (0, 3), "mid": (4, 6), "end": (7, 9)}


@dataclass(frozen=True, slots=True)
class _Period:
    """kind: key of the words it is written with. number: of the month, quarter, half; 0 else."""

    first: date
    last: date
    kind: str
    number: int = 0


def _months(year: int, first: int, last: int, kind: str, number: int = 0) -> _Period:
    return _Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]), kind, number)


def _day(found: re.Match[str]) -> _Period:
    day = date(int(found["y"]), int(found["m"]), int(found["d"]))
    return _Period(day, day, "day")


def _month(found: re.Match[str]) -> _Period:
    month = int(found["m"])
    return _months(int(found["y"]), month, month, "month", month)


def _quarter(found: re.Match[str]) -> _Period:
    quarter = int(found["q"])
    return _months(int(found["y"]), 3 * quarter - 2, 3 * quarter, "quarter", quarter)


def _half(found: re.Match[str]) -> _Period:
    half = {"상": 1, "하": 2}.get(found["h"]) or int(found["h"])
    return _months(int(found["y"]), 6 * half - 5, 6 * half, "half", half)


def _year(found: re.Match[str]) -> _Period:
    return _months(int(found["y"]), 1, 12, "year")


def _decade(found: re.Match[str]) -> _Period:
    year = int(found["y"])
    return _Period(date(year, 1, 1), date(year + 9, 12, 31), "decade")


def _part_of_year(found: re.Match[str]) -> _Period:
    part = _PARTS[found["part"].lower()]
    return _months(int(found["y"]), *_YEAR_MONTHS[part], f"{part} year")


def _part_of_decade(found: re.Match[str]) -> _Period:
    part, year = _PARTS[found["part"].lower()], int(found["y"])
    first, last = _DECADE_YEARS[part]
    return _Period(date(year + first, 1, 1), date(year + last, 12, 31), f"{part} decade")


_Y, _M, _D = r"(?P<y>\d{4})", r"(?P<m>\d{1,2})", r"(?P<d>\d{1,2})"
_EARLY, _KO_PART = r"(?P<part>early|beginning of|mid|late|end of|end)[ -]?", r" ?(?P<part>초반|초|중반|중|말|후반)"
_TEN = r"(?P<y>\d{3}0)"
# Two digits in ISO's own form; one will do behind Korean words and dots, as people write it.
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Period]], ...] = tuple(
    (re.compile(form, re.ASCII | re.IGNORECASE), build)
    for form, build in (
        (rf"{_Y}-(?P<m>\d\d)-(?P<d>\d\d)", _day),
        (rf"{_Y}\. ?{_M}\. ?{_D}\.?", _day),
        (rf"{_Y}년 ?{_M}월 ?{_D}일", _day),
        (rf"{_Y}-(?P<m>\d\d)", _month),
        (rf"{_Y}\. ?{_M}\.?", _month),
        (rf"{_Y}년 ?{_M}월", _month),
        (rf"{_Y}[- ]?Q(?P<q>[1-4])", _quarter),
        (rf"{_Y}년 ?(?P<q>[1-4])분기", _quarter),
        (rf"{_Y}[- ]?H(?P<h>[12])", _half),
        (rf"{_Y}년 ?(?P<h>상|하)반기", _half),
        (rf"{_TEN}s", _decade),
        (rf"{_TEN}년대", _decade),
        (rf"{_EARLY}{_TEN}s", _part_of_decade),
        (rf"{_TEN}년대{_KO_PART}", _part_of_decade),
        (rf"{_Y}년?", _year),
        (rf"{_EARLY}{_Y}", _part_of_year),
        (rf"{_Y}년{_KO_PART}", _part_of_year),
    )
)
_ABOUT = re.compile(r"(?:c\.|ca\.?|circa|about|around|approx\.?|약|대략|~|≈) ?", re.IGNORECASE)
_ABOUT_KO = re.compile(r" ?(?:경|무렵|쯤)$")
_DASH = re.compile(r" ?[–—~〜∼～/] ?| to | - |(?<=^\d{4})-(?=\d{4}$)")


def parse_when(text: str, at: str = "") -> When:
    """Read a day, a month, a quarter, a half year, a year, a decade, a part of one, or a span of two.

    Raises BadRequestData that says what to write.
    """
    stripped = " ".join(text.split()) if len(text) <= TEXT_LENGTH_MAX else ""
    if not stripped:
        raise BadRequestData(f"A date has 1 to {TEXT_LENGTH_MAX} characters; {_HELP}.", at)
    periods, approximate = _read(stripped, at)
    first, last = periods[0], periods[-1]
    if first.first > last.last or first.last > last.last:
        raise BadRequestData(f'"{stripped}" runs backwards; write the earlier date first.', at)
    return When(first.first, last.last, stripped, approximate)


def on_day(day: date) -> When:
    """One day, known exactly."""
    return When(day, day, day.isoformat())


def months_between(earlier: When, later: When) -> Slip:
    """How far later lies behind earlier, in calendar months."""
    return Slip(
        low=_month_number(later.first) - _month_number(earlier.last),
        high=_month_number(later.last) - _month_number(earlier.first),
        months=_month_number(later.last) - _month_number(earlier.last),
    )


def _month_number(day: date) -> int:
    return day.year * 12 + day.month


def _read(text: str, at: str) -> tuple[tuple[_Period, ...], bool]:
    plain = _ABOUT_KO.sub("", _ABOUT.sub("", text, count=1) if _ABOUT.match(text) else text)
    whole = _period(plain, at)
    ends = _DASH.split(plain) if whole is None else []
    periods = (whole,) if whole else tuple(_period(end, at) or _refuse(text, at) for end in ends)
    if not 1 <= len(periods) <= 2 or (whole is None and len(periods) != 2):
        _refuse(text, at)
    return periods, plain != text


def _period(text: str, at: str) -> _Period | None:
    for form, build in _FORMS:
        if found := form.fullmatch(text):
            if int(found["y"]) not in YEARS:
                raise BadRequestData(f'"{text}" is outside the years {YEARS[0]} to {YEARS[-1]}.', at)
            try:
                return build(found)
            except ValueError as exc:
                raise BadRequestData(f'"{text}" is not in the calendar; {_HELP}.', at) from exc
    return None


def _refuse(text: str, at: str) -> NoReturn:
    raise BadRequestData(f'"{text}" is not a date; {_HELP}.', at)


# ------------------------------------------------------------------------------------------------- writing

_MONTHS: Mapping[str, tuple[str, ...]] = {
    lang: tuple(names.split())
    for lang, names in {
        "en": "January February March April May June July August September October November December",
        "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    }.items()
}
# y: year, m: month's number, month: its name, d: day, n: number of quarter or half, half: its Korean name
_WORDS: Mapping[str, Mapping[str, str]] = {
    "ko": {
        "day": "{y}년 {m}월 {d}일", "month": "{y}년 {m}월", "quarter": "{y}년 {n}분기", "half": "{y}년 {half}반기",
        "year": "{y}년", "decade": "{y}년대", "early year": "{y}년 초", "mid year": "{y}년 중반",
        "end year": "{y}년 말", "early decade": "{y}년대 초", "mid decade": "{y}년대 중반",
        "end decade": "{y}년대 후반", "about": "{} 무렵",
    },
    "en": {
        "day": "{d} {month} {y}", "month": "{month} {y}", "quarter": "Q{n} {y}", "half": "H{n} {y}",
        "year": "{y}", "decade": "{y}s", "early year": "early {y}", "mid year": "mid-{y}", "end year": "end of {y}",
        "early decade": "early {y}s", "mid decade": "mid-{y}s", "end decade": "late {y}s", "about": "c. {}",
    },
    "fr": {
        "day": "{d} {month} {y}", "month": "{month} {y}", "quarter": "T{n} {y}", "half": "S{n} {y}",
        "year": "{y}", "decade": "années {y}", "early year": "début {y}", "mid year": "mi-{y}", "end year": "fin {y}",
        "early decade": "début des années {y}", "mid decade": "milieu des années {y}",
        "end decade": "fin des années {y}", "about": "vers {}",
    },
    "de": {
        "day": "{d}. {month} {y}", "month": "{month} {y}", "quarter": "Q{n} {y}", "half": "{n}. Halbjahr {y}",
        "year": "{y}", "decade": "{y}er Jahre", "early year": "Anfang {y}", "mid year": "Mitte {y}",
        "end year": "Ende {y}", "early decade": "Anfang der {y}er Jahre", "mid decade": "Mitte der {y}er Jahre",
        "end decade": "Ende der {y}er Jahre", "about": "um {}",
    },
}  # fmt: skip


def format_when(when: When, lang: str) -> str:
    """In the words of ko, en, fr or de (English for others), as precise as it was written and no more."""
    words = _WORDS.get(lang, _WORDS["en"])
    periods, _ = _read(when.text, "")
    shown = "–".join(words[period.kind].format_map(_facts(period, lang)) for period in periods)
    return words["about"].format(shown) if when.approximate else shown


def _facts(period: _Period, lang: str) -> dict[str, object]:
    first = period.first
    decade = period.kind.endswith("decade")
    return {
        "y": first.year // 10 * 10 if decade else first.year,
        "m": first.month,
        "d": "1er" if lang == "fr" and first.day == 1 else first.day,
        "n": period.number,
        "month": _MONTHS.get(lang, _MONTHS["en"])[first.month - 1],
        "half": "상" if period.number == 1 else "하",
    }
