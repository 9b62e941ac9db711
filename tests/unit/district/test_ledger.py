"""The ledger in the hub: what comes with madang is entered once; what cannot be read hides nothing; the desk."""

import asyncio

import pytest
from tests.api.city import TestCity, make_city
from tests.ledger_records import csv_of, record, row

from madang.district.corrections import Oddity
from madang.district.desk import Desk
from madang.district.entities import attribute_name, to_entity
from madang.district.kinds import BY_NAME, ENTRY
from madang.district.shipped import load_rows
from madang.district.unknown import gaps
from madang.errors import BadRequestData, Immutable, NotFound
from madang.model.entity import Attribute, Entity
from madang.model.query import TemporalQuery
from madang.packs.shipped import shipped
from madang.ports.state import Write

FACT = "urn:ngsi-ld:DistrictFact:valley-area-2021"
KIND = BY_NAME["fact"]


@pytest.fixture
async def town() -> TestCity:
    made = make_city()
    rows = [(BY_NAME[kind], row(kind)) for kind in ("programme", "baseline", "organization")]
    assert (await made.city.places.ledger.bring(rows)).new == 3
    return made


def desk_of(town: TestCity) -> Desk:
    return Desk(town.city.entities, town.city.places.ledger.measures)


async def test_what_comes_with_madang_is_entered_once_and_stays_as_it_became(town: TestCity) -> None:
    ledger = town.city.places.ledger
    rows = [(KIND, row("fact")), (KIND, row("fact", id="b"))]
    assert (await ledger.bring(rows)).new == 2
    await desk_of(town).withdraw(FACT, "Kim", "wrong page")
    again = await ledger.bring([*rows, (KIND, row("fact", id="c"))])
    assert (again.new, again.refused) == (1, {})
    assert [one.id.rpartition(":")[2] for one in (await ledger.book()).facts] == ["b", "c"]


async def test_what_is_refused_is_told_and_the_rest_is_brought(town: TestCity) -> None:
    brought = await town.city.places.ledger.bring([(KIND, row("fact", unit="jobs")), (KIND, row("fact", id="b"))])
    assert brought.new == 1
    assert "not of jobs" in brought.refused[FACT]


async def test_nobody_else_brings_anything_as_shipped_afterwards(town: TestCity) -> None:
    with pytest.raises(BadRequestData, match="Only what comes with madang is shipped"):
        await town.city.entities.create("", record("fact", status="shipped"))


async def test_all_that_ships_is_taken_by_the_guard(town: TestCity) -> None:
    measures = town.city.places.ledger.measures
    brought = await town.city.places.ledger.bring(load_rows(shipped("places"), measures))
    assert brought.refused == {}
    assert (await town.city.places.ledger.book()).broken == ()


async def test_a_record_that_cannot_be_read_is_named_and_hides_nothing(town: TestCity) -> None:
    await desk_of(town).enter(KIND, row("fact"), "Kim")
    torn = to_entity(KIND, row("fact", id="torn"))
    torn = Entity(torn.id, torn.types, {**torn.attributes, attribute_name("basis"): (Attribute("Property", "hope"),)})
    # Behind the hub's back, as a damaged disk would.
    await town.city.entities._state.commit("", [Write(torn.id, torn, None, [])])
    book = await town.city.places.ledger.book()
    assert [(one.entity_id, "hope" in one.why) for one in book.broken] == [(torn.id, True)]
    assert [one.id for one in book.waiting] == [FACT]
    assert torn.id not in {one.happening.record for one in (await town.city.places.ledger.log()).events}


async def test_a_change_is_seen_by_the_next_reading(town: TestCity) -> None:
    ledger, desk = town.city.places.ledger, desk_of(town)
    await desk.enter(KIND, row("fact"), "Kim")
    heads = {(await ledger.log()).head}
    assert (await ledger.book()).facts == ()
    await desk.review(FACT, "Lee", "published")
    assert [one.entry.reviewed_by for one in (await ledger.book()).facts] == ["Lee"]
    heads.add((await ledger.log()).head)
    await desk.withdraw(FACT, "Lee", "wrong page")
    assert (await ledger.book()).facts == ()
    heads.add((await ledger.log()).head)
    assert len(heads) == 3
    assert (await ledger.log()).head in heads


async def test_references_may_be_to_rows_of_the_same_file_but_not_to_nothing(town: TestCity) -> None:
    desk = desk_of(town)
    head = b"id,subject,name_en,basis,source\n"
    phase = BY_NAME["phase"]
    done = await desk.enter_csv(phase, head + b"p1,valley,One,plan,Paper\n", "phases.csv", "Kim")
    assert done.ids == ["urn:ngsi-ld:DistrictPhase:p1"]
    with pytest.raises(BadRequestData) as told:
        await desk.enter_csv(phase, head + b"p2,hill,Two,plan,Paper\np1,valley,One,plan,P\n", "phases.csv", "Kim")
    assert [fault.where for fault in told.value.faults] == ["phases.csv row 2/subject", "phases.csv row 3/id"]
    programmes = b"id,name_en,city,country,role,part_of,source\na,A,X,KR,own,,P\nb,B,X,KR,own,a,P\n"
    assert len((await desk.enter_csv(BY_NAME["programme"], programmes, "programmes.csv", "Kim")).ids) == 2


@pytest.mark.parametrize("column", [column.name for column in ENTRY])
async def test_a_row_cannot_sign_for_anybody(town: TestCity, column: str) -> None:
    with pytest.raises(BadRequestData, match=f"Leave the column {column} out") as told:
        await desk_of(town).enter(KIND, row("fact", **{column: "draft"}), "Kim")
    assert [fault.where for fault in told.value.faults] == [f"/{column}"]
    assert (await town.city.places.ledger.book()).waiting == ()


async def test_a_correction_keeps_what_it_speaks_of(town: TestCity) -> None:
    desk = desk_of(town)
    await desk.enter(KIND, row("fact"), "Kim")
    await desk.review(FACT, "Lee", "published")
    with pytest.raises(BadRequestData, match="keeps the measure"):
        await desk.correct(FACT, row("fact", measure="jobs", unit="jobs"), "Kim")
    with pytest.raises(BadRequestData, match="keeps the subject"):
        await desk.correct(FACT, row("fact", subject="hill"), "Kim")
    whole = "urn:ngsi-ld:DevelopmentProgramme:valley"
    assert await desk.correct(FACT, row("fact", subject=whole, value="88"), "Kim")


async def test_one_record_is_corrected_once(town: TestCity) -> None:
    desk = desk_of(town)
    await desk.enter(KIND, row("fact"), "Kim")
    await desk.review(FACT, "Lee", "published")
    one, other = [await desk.correct(FACT, row("fact", value=value), "Kim") for value in ("88", "89")]
    await desk.review(other, "Lee", "published")
    with pytest.raises(Immutable, match=r"is corrected by .* already"):
        await desk.review(one, "Lee", "published")
    await desk.review(one, "Lee", "rejected", "corrected already")
    assert [fact.id for fact in (await town.city.places.ledger.book()).facts] == [other]


async def test_a_shipped_record_that_stands_there_otherwise_is_named(
    town: TestCity, caplog: pytest.LogCaptureFixture
) -> None:
    ledger = town.city.places.ledger
    await desk_of(town).enter(KIND, row("fact", value="90"), "Kim")
    again = await ledger.bring([(KIND, row("fact")), (BY_NAME["programme"], row("programme"))])
    assert (again.new, again.refused, again.differing) == (0, {}, (FACT,))
    assert FACT in caplog.text
    book = await ledger.book()
    assert book.odd == (Oddity("differs", (FACT,)),)
    assert [gap.records for gap in gaps(book, "", town.clock.now()) if gap.what == "odd"] == [(FACT,)]


async def test_a_large_file_does_not_hold_up_the_hub(town: TestCity) -> None:
    body = csv_of([row("fact", id=f"f{n}") for n in range(2_000)])
    checking = asyncio.create_task(desk_of(town).check_csv(KIND, body, "facts.csv", "Kim"))
    turns = 0
    while not checking.done():
        await asyncio.sleep(0)
        turns += 1
    assert len((await checking).drafts) == 2_000
    assert turns > 100


async def test_two_reviewers_at_once_leave_one_signature(town: TestCity) -> None:
    desk = desk_of(town)
    await desk.enter(KIND, row("fact"), "Kim")
    await desk.review(FACT, "Lee", "published")
    with pytest.raises(Immutable):
        await desk.review(FACT, "Park", "published")
    with pytest.raises(Immutable):
        await desk.review(FACT, "Park", "rejected", "no")
    (fact,) = (await town.city.places.ledger.book()).facts
    assert fact.entry.reviewed_by == "Lee"


async def test_only_what_counts_is_corrected(town: TestCity) -> None:
    desk = desk_of(town)
    await desk.enter(KIND, row("fact"), "Kim")
    with pytest.raises(BadRequestData, match="Only what counts"):
        await desk.correct(FACT, row("fact"), "Kim")
    with pytest.raises(NotFound):
        await desk.correct("urn:ngsi-ld:DistrictFact:none", row("fact"), "Kim")
    await desk.review(FACT, "Lee", "published")
    drafts = [await desk.correct(FACT, row("fact", value=value), "Kim") for value in ("88", "89")]
    assert len({FACT, *drafts}) == 3


async def test_the_past_of_a_record_is_not_written_under_another_type(town: TestCity) -> None:
    desk = desk_of(town)
    await desk.enter(KIND, row("fact"), "Kim")
    await desk.review(FACT, "Lee", "published")
    name = attribute_name("value")
    before = await town.history.instances("", [FACT], [], TemporalQuery(), limit=100)
    disguised = Entity(FACT, ("urn:x:Thing",), {name: (Attribute("Property", 1, observed_at=town.clock.now()),)})
    with pytest.raises(Immutable):
        await town.city.history.put("", disguised)
    with pytest.raises(Immutable):
        await town.city.history.append("", disguised)
    assert await town.history.instances("", [FACT], [], TemporalQuery(), limit=100) == before
