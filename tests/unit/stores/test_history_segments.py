"""Which files a question opens, and which rows may share a file."""

from pathlib import Path

import pytest

from madang.errors import BadRequestData
from madang.stores.embedded.segments import (
    Segment,
    Span,
    Wanted,
    overlapping_group,
    partition,
    partitions,
    split_overlapping,
    tiers,
)
from madang.stores.timeline import Period, parse_period


def segment(number: int, first: int, last: int, low: str = "a", high: str = "z", rows: int = 10) -> Segment:
    return Segment(number, "raw", "", "T", "2014-08-25", rows, 100, first, last, low, high)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), True),
        (Wanted(start=20), True),
        (Wanted(start=21), False),
        (Wanted(end=10), False),
        (Wanted(end=11), True),
        (Wanted(entities=("k",)), True),
        (Wanted(entities=("b", "y")), False),
        (Wanted(entities=("b", "d")), True),
    ],
)
def test_a_file_is_opened_only_where_it_may_hold_an_answer(wanted: Wanted, expected: bool) -> None:
    assert wanted.may_hold(segment(1, 10, 20, "d", "m")) is expected


def test_only_segments_that_may_share_a_key_are_compared_with_each_other() -> None:
    apart, left, right, elsewhere = (
        segment(1, 0, 9),
        segment(2, 10, 20),
        segment(3, 20, 30),
        segment(4, 40, 50, "a", "c"),
    )
    beside = segment(5, 40, 50, "d", "f")
    everyone = [apart, left, right, elsewhere, beside]
    assert split_overlapping(everyone, None) == ([apart, elsewhere, beside], [left, right])
    assert split_overlapping(everyone, Span(1, 45, 60)) == ([apart], [left, right, elsewhere, beside])


def test_a_long_segment_overlaps_one_far_behind_it() -> None:
    long, short, later = segment(1, 0, 100), segment(2, 10, 20), segment(3, 90, 95)
    assert split_overlapping([long, short, later], None) == ([], [long, short, later])


def test_a_group_reaches_through_others() -> None:
    one, two, three, four = segment(1, 0, 10), segment(2, 10, 20), segment(3, 20, 30), segment(4, 31, 40)
    assert overlapping_group([four, three, two, one], [one]) == [one, two, three]


def test_tiers_leave_a_large_old_segment_alone() -> None:
    large = segment(1, 0, 9, rows=1000)
    small = [segment(n, 10 * n, 10 * n + 9, rows=10) for n in range(2, 11)]
    assert set(tiers([large, *small], most=8)) == set(small)
    assert tiers(small[:8], most=8) == []
    grown = [segment(1, 0, 9, rows=100), *small]
    assert set(tiers(grown, most=8)) == set(grown)


def test_sparse_days_share_a_file_and_dense_ones_do_not() -> None:
    dense = {"2014-08-25": 5000, "2014-08-26": 5000}
    assert partitions(dense, sparse=1000) == {"2014-08-25": ["2014-08-25"], "2014-08-26": ["2014-08-26"]}
    month = {f"2014-08-{day:02}": 500 for day in range(1, 32)}
    assert partitions(month, sparse=1000) == {"2014-08": list(month)}
    year = {f"2014-{number:02}-01": 40 for number in range(1, 13)}
    assert partitions(year, sparse=1000) == {"2014": list(year)}
    assert partitions(month | dense, sparse=1000).keys() == {"2014-08"}


def test_a_folder_name_is_safe_for_any_tenant_and_type(tmp_path: Path) -> None:
    path = partition(tmp_path, "raw", "../시청", "https://example.org/" + "마당" * 200, "2014-08-25")
    assert path.relative_to(tmp_path / "history").parts[0] == "tenant=..%2F%EC%8B%9C%EC%B2%AD"
    path.mkdir(parents=True)
    other = partition(tmp_path, "raw", "../시청", "https://example.org/" + "마당" * 201, "2014-08-25")
    assert other != path


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("PT0S", Period(0, 0)),
        ("PT15M", Period(0, 900_000_000)),
        ("P1DT0.5S", Period(0, 86_400_500_000)),
        ("P2W", Period(0, 1_209_600_000_000)),
        ("P1Y2M", Period(14, 0)),
        ("P1M1D", Period(1, 86_400_000_000)),
    ],
)
def test_a_period_is_read(text: str, period: Period) -> None:
    assert parse_period(text) == period


@pytest.mark.parametrize("text", ["", "P", "PT", "1H", "PT1H2", "P-1D", "PT1.5H", "p1d"])
def test_a_period_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadRequestData, match="ISO 8601"):
        parse_period(text)
