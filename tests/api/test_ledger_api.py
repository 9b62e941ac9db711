"""The ledger's records through the NGSI-LD door: what is taken, and how a refusal tells what to do."""

from collections.abc import Mapping

import httpx
import pytest
from tests.api.city import TestCity, door, make_city
from tests.ledger_records import SAMPLES, record

from madang.district.entities import to_row
from madang.district.kinds import KINDS, Kind
from madang.model.entity import Json

FACT = "urn:ngsi-ld:DistrictFact:valley-area-2021"
BASELINE = "urn:ngsi-ld:DistrictBaseline:valley-1"
BOTH = {"status": "published", "enteredBy": "Kim", "reviewedBy": "Lee"}


def fact(**changes: Json) -> dict[str, Json]:
    """A fact in simplified form (concise); None takes a member away."""
    whole: Mapping[str, Json] = {
        "id": FACT,
        "type": "DistrictFact",
        "subject": {"object": "urn:ngsi-ld:DevelopmentProgramme:valley"},
        "measure": "area",
        "basis": "plan",
        "statedValue": {"value": 87, "unitCode": "HAR"},
        "unit": "ha",
        "asOf": "2026",
        "stated": "2021-03-01",
        "source": "Town paper, 1 March 2021",
        "quality": "estimate",
        "confidence": "high",
        "enteredBy": "Kim",
    }
    return {name: value for name, value in {**whole, **changes}.items() if value is not None}


def baseline() -> dict[str, Json]:
    return {
        "id": BASELINE,
        "type": "DistrictBaseline",
        "subject": {"object": "urn:ngsi-ld:DevelopmentProgramme:valley"},
        "number": 1,
        "stated": "2021-03-01",
        "title": {"languageMap": {"ko": "첫 계획", "en": "First plan"}},
        "source": "Town paper, 1 March 2021",
        **BOTH,
    }


def told(answer: httpx.Response) -> tuple[int, str, list[str]]:
    body = answer.json()
    return answer.status_code, body["detail"], [error["pointer"] for error in body.get("errors", ())]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_a_record_of_every_kind_goes_from_one_city_to_another_through_the_api(kind: Kind) -> None:
    here, there = make_city(), make_city()
    await here.city.entities.create("", record(kind.name))
    entity_id = record(kind.name).id
    async with door(here.city) as reading, door(there.city) as writing:
        whole = (await reading.get(f"/entities/{entity_id}")).json()
        assert (await writing.post("/entities", json=whole)).status_code == 201
    copy = (await there.city.entities.retrieve("", entity_id)).entity()
    assert to_row(kind, copy) == SAMPLES[kind.name]


async def test_a_fact_is_taken_as_a_draft_and_read_by_the_ledger(town: TestCity, api: httpx.AsyncClient) -> None:
    assert (await api.post("/entities", json=fact())).status_code == 201
    book = await town.city.places.ledger.book()
    assert ([one.id for one in book.waiting], book.facts) == ([FACT], ())
    assert (await api.post(f"/entities/{FACT}/attrs", json={"status": "published"})).status_code == 400
    review = {"status": "published", "reviewedBy": "Lee"}
    assert (await api.post(f"/entities/{FACT}/attrs", json=review)).status_code == 204
    assert [one.id for one in (await town.city.places.ledger.book()).facts] == [FACT]


@pytest.mark.parametrize(
    ("changes", "pointer", "says"),
    [
        ({"source": None}, "/source", "A fact without a source is not taken: say which document states it, and when."),
        ({"unit": "jobs", "statedValue": 87}, "/unit", "Area is measured in a unit of area, not of jobs"),
        ({"unit": "m2"}, "/statedValue", "unitCode HAR is not the code of the unit"),
        ({"unit": "hectars!"}, "/unit", "unknown unit"),
        ({"measure": "aera"}, "/measure", 'There is no measure "aera"; did you mean "area"?'),
        ({"status": "published"}, "/reviewedBy", "published or rejected by a second person"),
        ({**BOTH, "reviewedBy": "KIM"}, "/reviewedBy", "name one who did not enter it"),
        ({**BOTH, "enteredBy": None}, "/enteredBy", "names who entered it"),
        ({"status": "shipped"}, "/status", "Only what comes with madang is shipped"),
        ({"as_of": "2026", "asOf": None}, "/as_of", 'did you mean "asOf"'),
        ({"asOf": "one day"}, "/asOf", "is not a date"),
        ({"statedValue": [{"value": 87}, {"value": 90, "datasetId": "urn:x:b"}]}, "/statedValue", "several instances"),
        ({"statedValue": {"value": 87, "observedAt": "2026-01-01T00:00:00Z"}}, "/statedValue", "no observedAt"),
        ({"expiresAt": "2030-01-01T00:00:00Z"}, "/expiresAt", "does not expire"),
        ({"type": ["DistrictFact", "DistrictBaseline"]}, "/type", "of the one type"),
        ({"subject": "valley"}, "/subject", "is no Property"),
        ({"status": " shipped "}, "/status", "white space"),
        ({"status": "shipped\n", "enteredBy": None}, "/status", "white space"),
        ({"note": "\u00a0"}, "/note", "white space"),
        ({"statedValue": {"value": 1e-10}, "unit": "ha"}, "/statedValue", "send it as text"),
        ({"statedValue": {"value": 1e16}, "unit": "ha"}, "/statedValue", "send it as text"),
        ({"statedValue": {"value": 10**16}, "unit": "ha"}, "/statedValue", "send it as text"),
        ({"stated": {"value": {"@type": "Date", "@value": "2021", "x": 1}}}, "/stated", "beside its value"),
        ({"note": "a\u202eb"}, "/note", "U+202E"),
    ],
)
async def test_a_fact_that_cannot_be_kept_is_refused_at_its_attribute(
    api: httpx.AsyncClient, changes: dict[str, Json], pointer: str, says: str
) -> None:
    status, detail, pointers = told(await api.post("/entities", json=fact(**changes)))
    assert (status, pointers[0]) == (400, pointer)
    assert says in detail
    assert detail.startswith(FACT)
    assert (await api.get(f"/entities/{FACT}")).status_code == 404


async def test_words_in_a_language_that_the_ledger_does_not_keep_are_refused(api: httpx.AsyncClient) -> None:
    title = {"languageMap": {"en": "First plan", "xx": "something else"}}
    status, detail, pointers = told(await api.post("/entities", json={**baseline(), "title": title}))
    assert (status, pointers) == (400, ["/title"])
    assert 'not in "xx"' in detail


async def test_every_fault_is_told_at_once(api: httpx.AsyncClient) -> None:
    _, _, pointers = told(await api.post("/entities", json=fact(source=None, basis="hope", quality=None)))
    assert sorted(pointers) == ["/basis", "/quality", "/source"]


async def test_a_plan_that_was_announced_is_not_edited(api: httpx.AsyncClient) -> None:
    await api.post("/entities", json=baseline())
    before = (await api.get(f"/entities/{BASELINE}")).json()
    newer = {"stated": {"value": "2022-01-01"}}
    attempts = [
        await api.patch(f"/entities/{BASELINE}/attrs", json=newer),
        await api.patch(f"/entities/{BASELINE}", json=newer),
        await api.post(f"/entities/{BASELINE}/attrs", json={"reason": "the mayor changed"}),
        await api.put(f"/entities/{BASELINE}", json={**baseline(), **newer}),
        await api.delete(f"/entities/{BASELINE}/attrs/stated"),
        await api.delete(f"/entities/{BASELINE}"),
        await api.delete(f"/temporal/entities/{BASELINE}"),
        await api.post(
            "/temporal/entities", json={"id": BASELINE, "type": "DistrictBaseline", "stated": [{"value": "2020"}]}
        ),
        await api.post("/temporal/entities", json={"id": BASELINE, "type": "Thing", "stated": [{"value": "2020"}]}),
        await api.post(f"/temporal/entities/{BASELINE}/attrs", json={"type": "Thing", "stated": [{"value": "2020"}]}),
    ]
    assert {answer.status_code for answer in attempts} <= {400, 409}
    assert [answer.status_code for answer in attempts].count(409) >= 8
    assert (await api.get(f"/entities/{BASELINE}")).json() == before


async def test_a_refusal_says_what_to_do_instead(api: httpx.AsyncClient) -> None:
    await api.post("/entities", json=baseline())
    answer = await api.patch(f"/entities/{BASELINE}/attrs", json={"stated": {"value": "2022-01-01"}})
    status, detail, _ = told(answer)
    assert (status, answer.json()["type"].rpartition("/")[2]) == (409, "OperationNotSupported")
    assert "valley-1 is never changed (stated): enter a new baseline" in detail
    _, detail, _ = told(await api.delete(f"/entities/{BASELINE}"))
    assert "withdraw it with a reason instead of deleting it" in detail


async def test_a_batch_tells_each_records_fault_and_takes_the_others(town: TestCity, api: httpx.AsyncClient) -> None:
    other = {**fact(source=None), "id": f"{FACT}-b"}
    answer = await api.post("/entityOperations/create", json=[fact(), other])
    assert answer.status_code == 207
    (error,) = answer.json()["errors"]
    assert error["entityId"] == f"{FACT}-b"
    assert "without a source" in error["error"]["detail"]
    assert len((await town.city.places.ledger.book()).waiting) == 1


async def test_a_published_fact_outlives_a_batch_that_deletes_it(town: TestCity, api: httpx.AsyncClient) -> None:
    await api.post("/entities", json=fact(**BOTH))
    answer = await api.post("/entityOperations/delete", json=[FACT])
    assert answer.status_code >= 400 or answer.json()["errors"]
    assert len((await town.city.places.ledger.book()).facts) == 1


async def test_a_reviewer_does_not_sign_for_tomorrow(api: httpx.AsyncClient) -> None:
    answer = await api.post("/entities", json=fact(**BOTH, reviewedAt="2036-01-01T00:00:00Z"))
    assert told(answer)[2] == ["/reviewedAt"]
