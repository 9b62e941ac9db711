"""What a city counts about itself, and that the published calculations come out as published."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from tests.shipped_ledger import ITV, PLACES, book_of, programme, record, shipped_book

from madang.district.integrity import (
    Complaint,
    Share,
    account,
    answering,
    load_scores,
    load_worked,
    scores_for,
)
from madang.district.kinds import BY_NAME
from madang.district.records import Record
from madang.district.rows import parse_row
from madang.errors import Pointer

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = timedelta(days=1)
AREA = {"measure": "area", "value": "1", "unit": "ha"}
TOWN = "urn:ngsi-ld:DevelopmentProgramme:town"


def contract(id: str, procurement: str, bids: str = "", **cells: str) -> Record:
    told = {"source": "Register", "status": "published", "subject": "town", "party": "firm", "kind": "works"}
    row = {**told, "id": id, "procurement": procurement, **({"bids": bids} if bids else {}), **cells}
    return parse_row(BY_NAME["contract"], row, Pointer(id))


def shares(*records: Record) -> dict[str, Share]:
    told = account(book_of(programme("town", "own"), *records), TOWN, NOW)
    return {one.key: one for one in (*told.contracts, *told.record)}


def local(ids: Sequence[str]) -> list[str]:
    return [one.rpartition(":")[2] for one in ids]


def test_contract_shares_leave_out_what_is_not_known() -> None:
    found = shares(
        contract("a", "open", "3", url="https://x.example/a", value="10", value_unit="억 KRW"),
        contract("b", "open", "1", url="https://x.example/b"),
        contract("c", "limited", "1"),
        contract("d", "direct", "1"),
        contract("e", "unknown"),
        contract("f", "open"),
    )
    assert (found["open"].count, found["open"].of, found["open"].unknown) == (3, 5, 1)
    assert (found["two-bids"].count, found["two-bids"].of, found["two-bids"].unknown) == (1, 4, 2)
    # A direct award has no competition that could have failed.
    assert (found["single-bid"].count, found["single-bid"].of, found["single-bid"].unknown) == (2, 3, 1)
    assert local(found["single-bid"].records) == ["b", "c"]
    assert (found["contract-url"].count, found["contract-url"].of) == (2, 6)
    assert (found["contract-value"].count, found["contract-value"].of) == (1, 6)
    assert local(found["open"].records) == ["c", "d"]


def test_without_contracts_there_is_no_share_of_them() -> None:
    assert {one.share for one in shares().values()} == {None}


def test_a_change_of_plan_is_every_baseline_but_the_first() -> None:
    plans = [
        record("baseline", id=f"b{n}", subject="town", number=str(n), stated=f"20{n}", title_en="P", reason=why)
        for n, why in ((11, ""), (12, "the law changed"), (13, ""))
    ]
    found = shares(*plans)["unexplained"]
    assert (found.count, found.of, local(found.records)) == (1, 2, ["b13"])


def test_goyang_changed_its_plan_eight_times_and_published_no_reason() -> None:
    told = account(shipped_book(), ITV, NOW)
    found = next(one for one in told.record if one.key == "unexplained")
    assert (found.count, found.of) == (8, 8)


def test_facts_without_address_or_quote_are_counted_for_the_citys_own_programmes_only() -> None:
    town, other = programme("town", "own"), programme("other")
    facts = [
        record("fact", id="whole", subject="town", **AREA, url="https://x.example", quote="1"),
        record("fact", id="bare", subject="town", **AREA),
        record("fact", id="theirs", subject="other", **AREA),
    ]
    told = {one.key: one for one in account(book_of(town, other, *facts), "", NOW).record}
    assert (told["no-url"].count, told["no-url"].of, local(told["no-quote"].records)) == (1, 2, ["bare"])


def test_drafts_wait_and_promises_fall_due() -> None:
    draft = record("fact", id="d", subject="town", measure="area", value="1", unit="ha", status="draft")
    promise = record("fact", id="p", subject="town", measure="completion", value="2024", unit="date", stated="2020")
    future = record("fact", id="f", subject="town", measure="first_tenants", value="2030", unit="date", stated="2020")
    told = account(book_of(programme("town", "own"), draft, promise, future), TOWN, NOW)
    assert told.waiting == 1
    assert [local(gap.records) for gap in told.overdue] == [["p"]]


def test_the_overdue_are_judged_by_the_day_the_book_speaks_of() -> None:
    promise = record("fact", id="p", subject="town", measure="completion", value="2024", unit="date", stated="2020")
    book = book_of(programme("town", "own"), promise).known_on(date(2022, 1, 1))
    assert account(book, TOWN, NOW).overdue == ()


# ------------------------------------------------------------------------------------------------- complaints


def asked(days_ago: float, took: float | None = None) -> Complaint:
    came = NOW - days_ago * DAY
    return Complaint(came, None if took is None else came + took * DAY)


def test_an_open_complaint_counts_against_the_city_once_it_is_late_and_not_before() -> None:
    told = answering([asked(30, 3), asked(30, 20), asked(20), asked(2)], 14 * DAY, NOW)
    assert (told.answered, told.open, told.late) == (2, 2, 1)
    assert (told.within.count, told.within.of, told.within.unknown) == (1, 3, 1)
    assert told.median == 11.5 * DAY


def test_the_limit_itself_is_in_time() -> None:
    assert answering([asked(30, 14)], 14 * DAY, NOW).within.share == 1


def test_no_complaints_have_no_median_and_no_share() -> None:
    told = answering([], DAY, NOW)
    assert (told.median, told.within.share) == (None, None)


def test_a_complaint_without_arrival_or_closed_before_it_came_is_named_and_not_counted() -> None:
    told = answering([Complaint(None, NOW), Complaint(NOW, NOW - DAY), asked(3, 1)], DAY, NOW)
    assert (told.answered, told.open, told.unreadable) == (1, 0, 2)


@given(st.lists(st.tuples(st.floats(0, 100), st.none() | st.floats(0, 100))), st.integers(1, 60))
def test_a_longer_limit_never_makes_a_city_worse(cases: list[tuple[float, float | None]], days: int) -> None:
    complaints = [asked(ago, took) for ago, took in cases]
    short, long = (answering(complaints, limit * DAY, NOW) for limit in (days, days + 1))
    assert short.within.count <= long.within.count
    assert (short.within.share or Fraction(0)) <= (long.within.share if long.within.share is not None else 1)
    assert short.within.of + short.within.unknown == len(cases)


# ------------------------------------------------------------------------------------------ what others published


def test_the_published_calculations_come_out() -> None:
    cpi, acrc = load_worked(PLACES / "integrity" / "worked.csv")
    assert cpi.agrees
    assert acrc.agrees
    assert cpi.error is not None
    assert (cpi.printed, cpi.published_error) == (Decimal(63), Decimal(1))
    assert round(cpi.error.standard_error, 3) == 0.894
    assert (acrc.computed, acrc.printed) == (Decimal("8.23624"), Decimal("8.24"))
    assert sum(acrc.weights.values()) == 1


def test_a_city_sees_its_countrys_scores_and_its_own_each_with_source_and_quote() -> None:
    found = scores_for(load_scores(PLACES / "integrity" / "scores.csv"), "KR", "Goyang")
    assert {(one.index, one.scope) for one in found} == {("ti-cpi", "country"), ("acrc", "city")}
    newest = next(one for one in found if one.index == "ti-cpi")
    assert (newest.year, newest.score, newest.rank, newest.of) == (2023, Decimal(63), 32, 180)
    assert all(one.source.title and one.source.url and one.source.quote for one in found)
    assert {one.scope for one in scores_for(found, "KR", "Seoul")} == {"country"}
