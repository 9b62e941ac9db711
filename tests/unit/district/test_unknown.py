"""What a ledger does not know: each gap is found where it is, and not where it is not."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.ledger_records import MEASURES, NOW, record

from madang.district.book import Broken, gather
from madang.district.ledger import read_record
from madang.district.log import Kept
from madang.district.unknown import Gap, gaps
from madang.model.entity import Entity
from madang.ngsild import merge

VALLEY = "urn:ngsi-ld:DevelopmentProgramme:valley"
BASE = ("programme", "baseline", "organization")


def found(*made: Entity, now: timedelta = timedelta(), broken: Sequence[Broken] = ()) -> list[Gap]:
    """Gaps of the valley whose ledger has these records beside what they name."""
    every = [*(record(kind, status="shipped") for kind in BASE), *made]
    kept = [read_record(merge.create(one, NOW).entity) for one in every]
    book = gather([one.record for one in kept if isinstance(one, Kept)], MEASURES, broken)
    return gaps(book, VALLEY, NOW + now)


def fact(**changes: str) -> Entity:
    return record("fact", **{"status": "shipped", "as_of": "2030", **changes})


def whats(gaps: Sequence[Gap]) -> list[str]:
    return [gap.what for gap in gaps]


def test_a_whole_ledger_has_no_gaps() -> None:
    assert found(fact()) == []


def test_what_cannot_be_read_is_told() -> None:
    (gap,) = found(broken=[Broken("urn:x", "it is torn")])
    assert (gap.what, gap.records, gap.why) == ("broken", ("urn:x",), ("it is torn",))


def test_what_points_nowhere_is_told_with_its_column() -> None:
    (gap,) = found(fact(baseline="valley-7"))
    assert (gap.what, gap.why) == ("dangling", ("baseline", "urn:ngsi-ld:DistrictBaseline:valley-7"))
    assert whats(found(record("agreement", status="shipped"))) == ["dangling"]


@pytest.mark.parametrize(
    ("changes", "contradicts"),
    [
        ({"value": "95"}, True),
        ({"value": "87.2"}, False),
        ({"value": "80–90"}, False),
        ({"value": ">80"}, False),
        ({"value": "870000", "unit": "m2"}, False),
        ({"value": "95", "boundary": "land only"}, False),
        ({"value": "95", "definition": "with the river"}, False),
        ({"value": "95", "basis": "claim"}, False),
        ({"value": "95", "stated": "2022-03-01"}, False),
        ({"value": "95", "as_of": "2035"}, False),
        ({"value": "95", "stated": ""}, False),
        ({"value": "95", "status": "withdrawn"}, False),
    ],
)
def test_statements_contradict_each_other_only_about_the_same_thing_at_the_same_time(
    changes: dict[str, str], contradicts: bool
) -> None:
    told = found(fact(), fact(id="b", **changes))
    assert whats(told) == (["contradiction"] if contradicts else [])


def test_counts_of_the_same_year_contradict_each_other_whenever_they_were_published() -> None:
    one = fact(basis="actual", measure="jobs", unit="jobs", value="8200", as_of="2020")
    other = {"basis": "actual", "measure": "jobs", "unit": "jobs", "value": "9100", "stated": "2024-01-01"}
    assert whats(found(one, fact(id="b", **{**other, "as_of": "2020-06"}))) == ["contradiction"]
    assert whats(found(one, fact(id="b", **{**other, "as_of": "2021"}))) == []


def promise(**changes: str) -> Entity:
    return fact(**{"id": "p", "measure": "completion", "unit": "date", "value": "2024-H2", "as_of": "", **changes})


@pytest.mark.parametrize(
    ("others", "overdue"),
    [
        ([], ["p"]),
        ([promise(id="newer", value="2030", stated="2023-01-01")], []),
        ([promise(id="done", basis="actual", stated="2025-02-01")], []),
        ([promise(id="newer", value="2025", stated="2023-01-01")], ["newer"]),
    ],
)
def test_the_last_promise_is_overdue_until_somebody_says_what_became_of_it(
    others: Sequence[Entity], overdue: list[str]
) -> None:
    told = [gap for gap in found(promise(), *others) if gap.what == "overdue"]
    assert [gap.records[0].rpartition(":")[2] for gap in told] == overdue


def test_a_figure_whose_year_has_come_needs_its_actual() -> None:
    plan = fact(measure="jobs", unit="jobs", value="20000", as_of="2024")
    count = fact(id="b", measure="jobs", unit="jobs", value="5000", as_of="2024", basis="actual")
    early = fact(id="b", measure="jobs", unit="jobs", value="5000", as_of="2020", basis="actual")
    assert whats(found(plan)) == ["overdue"]
    assert whats(found(plan, count)) == []
    assert whats(found(plan, early)) == ["overdue"]
    (gap,) = found(plan)
    assert gap.fill == {
        "kind": "fact", "subject": "valley", "measure": "jobs", "basis": "actual", "boundary": "district",
        "definition": "without the river", "unit": "jobs",
    }  # fmt: skip


def test_a_phase_whose_end_is_over_is_told() -> None:
    assert whats(found(record("phase", status="shipped"))) == ["overdue"]
    assert whats(found(record("phase", status="shipped", end="2030"))) == []


def test_a_changed_plan_without_a_reason_is_told_but_not_the_first() -> None:
    second = record("baseline", id="valley-2", number="2", reason="", status="shipped")
    (gap,) = found(second)
    assert (gap.what, gap.fill) == ("unexplained", {"correct": "urn:ngsi-ld:DistrictBaseline:valley-2"})
    assert found(record("baseline", id="valley-2", number="2", status="shipped")) == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"confidence": "low"}, ("low",)),
        ({"quality": "not-traceable"}, ("untraceable",)),
        ({"stated": "", "as_of": ""}, ("undated",)),
        ({"url": ""}, ("no-url",)),
        ({"confidence": "low", "url": ""}, ("low", "no-url")),
    ],
)
def test_a_fact_on_weak_ground_says_why(changes: dict[str, str], why: tuple[str, ...]) -> None:
    (gap,) = found(fact(**changes))
    assert (gap.what, gap.why) == ("weak", why)


def test_what_two_other_districts_state_and_this_one_does_not_is_told() -> None:
    others = [record("programme", id=name, role="reference", status="shipped") for name in ("hill", "shore")]
    cost = [fact(id=f"{name}-cost", subject=name, measure="cost", unit="EUR") for name in ("hill", "shore")]
    (gap,) = found(fact(), *others, *cost)
    assert (gap.what, gap.measure, gap.n) == ("missing", "cost", 2)
    assert gap.fill == {"kind": "fact", "subject": "valley", "measure": "cost"}
    assert found(fact(), *others, cost[0]) == []


def test_a_draft_that_waits_longer_than_a_fortnight_is_told() -> None:
    draft = record("fact", as_of="2030")
    assert found(draft, now=timedelta(days=14)) == []
    (gap,) = found(draft, now=timedelta(days=15))
    assert (gap.what, gap.n) == ("waiting", 15)
