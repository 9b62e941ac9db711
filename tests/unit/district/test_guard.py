"""What may happen to a record, whichever door it comes through: everything else is refused."""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from tests.ledger_records import MEASURES, NOW, fragment, record

from madang.district.entities import attribute_name
from madang.district.guard import NEXT, guards
from madang.district.kinds import BY_NAME, KINDS, Kind
from madang.district.names import same_name
from madang.errors import BadRequestData, Immutable
from madang.hub.entities import Guard
from madang.model.entity import Attribute, Entity
from madang.ngsild import merge
from madang.ngsild.context import CORE

LATER = NOW + timedelta(days=1)
BOTH = {"entered_by": "Kim", "reviewed_by": "Lee", "reviewed_at": NOW.isoformat()}
STATES: dict[str, dict[str, str]] = {
    "draft": {"entered_by": "Kim"},
    "shipped": {"status": "shipped"},
    "published": {"status": "published", **BOTH},
}


def guard_of(kind: str) -> Guard:
    return guards(MEASURES)[BY_NAME[kind].uri]


def kept(kind: str, state: str = "draft", **changes: str) -> Entity:
    """A record as the hub keeps it."""
    entity = merge.create(record(kind, **STATES[state], **changes), NOW).entity
    guard_of(kind)(None, entity)
    return entity


def after(before: Entity, **texts: str) -> Entity:
    """The record once a day later these attributes were written."""
    return merge.append(before, fragment(before.id, **texts), LATER, overwrite=True).entity


def pointers(attempt: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(BadRequestData) as told:
        attempt()
    return {fault.where: fault.detail for fault in told.value.faults}


def new(kind: str = "fact", **changes: str) -> Callable[[], None]:
    return lambda: guard_of(kind)(None, merge.create(record(kind, **changes), NOW).entity)


REVIEW = {"status": "published", "reviewedBy": "Lee", "reviewedAt": LATER.isoformat()}
WITHDRAWAL = {"status": "withdrawn", "withdrawnBy": "Kim", "statusReason": "a slip of the pen"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("state", STATES)
def test_a_whole_record_of_each_kind_is_taken(kind: Kind, state: str) -> None:
    kept(kind.name, state)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.column("source")], ids=lambda kind: kind.name)
def test_a_record_without_a_source_is_refused_whatever_it_is(kind: Kind) -> None:
    assert "without a source" in pointers(new(kind.name, source=""))["/source"]


@pytest.mark.parametrize(
    ("changes", "pointer", "says"),
    [
        ({"unit": "jobs"}, "/unit", "Area is measured in a unit of area, not of jobs"),
        ({"unit": "m2 GFA"}, "/unit", "not of floor area"),
        ({"unit": "text"}, "/unit", "not of text"),
        ({"measure": "arae"}, "/measure", 'did you mean "area"'),
        ({"as_of": "soon"}, "/asOf", "not a date"),
        ({"status": "withdrawn"}, "/status", "A new record is a draft"),
        ({"status": "published", "entered_by": "Kim"}, "/reviewedBy", "second person"),
        ({"status": "published", **BOTH, "reviewed_by": " KIM "}, "/reviewedBy", "second person"),
        ({"status": "published", **BOTH, "entered_by": ""}, "/enteredBy", "who entered it"),
        ({"reviewed_by": "Lee"}, "/reviewedBy", "has no reviewed_by yet"),
        ({"status": "shipped", "reviewed_by": "Lee"}, "/reviewedBy", "has no reviewed_by yet"),
        ({"status": "published", **BOTH, "withdrawn_by": "Lee"}, "/withdrawnBy", "has no withdrawn_by yet"),
        ({"supersedes": "urn:ngsi-ld:DistrictFact:valley-area-2021"}, "/supersedes", "another fact"),
        ({"supersedes": "urn:ngsi-ld:DistrictBaseline:valley-1"}, "/supersedes", "another fact"),
        ({"status_reason": "why not"}, "/statusReason", "has no status_reason yet"),
        ({"status": "published", **BOTH, "reviewed_at": "2030-01-01T00:00:00Z"}, "/reviewedAt", "future"),
    ],
)
def test_a_new_record_is_refused_at_the_attribute_at_fault(changes: dict[str, str], pointer: str, says: str) -> None:
    assert says in pointers(new(**changes))[pointer]


@pytest.mark.parametrize(
    "name", [" Ｋim  Min-ji\u00a0", "KIM MINJI", "Kim\u200b Min-ji", "kim min\u00adji", "Kim\u3164 Min-ji\ufe0f"]
)
def test_one_person_is_one_person_however_the_name_is_written(name: str) -> None:
    assert same_name(name) == same_name("kim min-ji")
    assert same_name("Kim") != same_name("Lee")
    assert same_name("김민지") != same_name("김민자")


@pytest.mark.parametrize("name", ["Le\u200be", "Lee\n", "\u202eeeL", "…", "\u3164", "x" * 201])
def test_what_is_no_name_signs_nothing(name: str) -> None:
    before = kept("fact")
    assert "/reviewedBy" in pointers(lambda: guard_of("fact")(before, after(before, **{**REVIEW, "reviewedBy": name})))


@pytest.mark.parametrize("sign", ["\x00", "\u200b", "\u202e", "\u2066", "\ufeff", "\x85"])
def test_a_sign_that_nobody_sees_is_refused_by_name_of_the_column(sign: str) -> None:
    assert "not seen" in pointers(new(note=f"87{sign} ha"))["/note"]
    assert "not seen" in pointers(new("baseline", title_ko=f"첫{sign} 계획"))["/title"]
    before = kept("fact", "published")
    withdrawal = {**WITHDRAWAL, "statusReason": f"wrong{sign} page"}
    assert "/statusReason" in pointers(lambda: guard_of("fact")(before, after(before, **withdrawal)))


@pytest.mark.parametrize(
    ("kind", "changes", "pointer", "says"),
    [
        ("tenancy", {"jobs": "5", "jobs_unit": "ha"}, "/jobsUnit", "unit of jobs; ha is one of area"),
        ("parcel", {"area": "5", "area_unit": "KRW"}, "/areaUnit", "unit of area; KRW is one of money"),
        ("parcel", {"floor_area": "5", "floor_area_unit": "m2"}, "/floorAreaUnit", "floor area; m2 is one of area"),
        ("contract", {"value": "5", "value_unit": "jobs"}, "/valueUnit", "unit of money; jobs"),
        ("contract", {"value": "5", "value_unit": "KRW/ha"}, "/valueUnit", "unit of money"),
        ("practice", {"cost": "5", "cost_unit": "ha"}, "/costUnit", "unit of money"),
        ("parcel", {"area": "-5"}, "/area", "negative"),
        ("tenancy", {"jobs": "-1"}, "/jobs", "negative"),
        ("fact", {"value": "-87"}, "/statedValue", "negative"),
        ("tenancy", {"since": "2023", "until": "2022-05"}, "/until", "lies before since"),
        ("agreement", {"since": "2023", "until": "2022"}, "/until", "lies before since"),
        ("phase", {"start": "2024-H2", "end": "2024-06"}, "/end", "lies before start"),
        ("baseline", {"number": "100000000000000000000000"}, "/number", "from 1 to 9999"),
        ("baseline", {"number": "1.5"}, "/number", "whole number"),
        ("baseline", {"number": "-3"}, "/number", "from 1 to 9999"),
        ("baseline", {"number": "0"}, "/number", "from 1 to 9999"),
        ("contract", {"bids": "-2.7"}, "/bids", "from 0 to 9999"),
        ("fact", {"source": " … "}, "/source", "without a source"),
        ("baseline", {"title_en": "x" * 4001}, "/title", "longer than 4000"),
    ],
)
def test_what_cannot_be_so_is_refused_at_its_column(
    kind: str, changes: dict[str, str], pointer: str, says: str
) -> None:
    assert says in pointers(new(kind, **changes))[pointer]


def test_money_may_be_negative_and_a_parcel_may_have_but_a_bound() -> None:
    kept("fact", measure="cost", value="-5", unit="KRW")
    kept("contract", value="-5", value_unit="EUR")
    kept("parcel", area=">3")
    kept("tenancy", since="2023", until="2023")


@pytest.mark.parametrize(
    "time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", (NOW - timedelta(days=1)).isoformat()]
)
def test_nobody_reviews_or_withdraws_before_there_was_a_record(time: str) -> None:
    draft, published = kept("fact"), kept("fact", "published")
    review, withdrawal = {**REVIEW, "reviewedAt": time}, {**WITHDRAWAL, "withdrawnAt": time}
    assert "/reviewedAt" in pointers(lambda: guard_of("fact")(draft, after(draft, **review)))
    assert "/withdrawnAt" in pointers(lambda: guard_of("fact")(published, after(published, **withdrawal)))
    assert "/reviewedAt" in pointers(new(**{**STATES["published"], "reviewed_at": time}))


def beside(name: str, instance: Attribute) -> Callable[[], None]:
    """A new fact with one attribute written another way."""
    entity = merge.create(record("fact"), NOW).entity
    odd = msgspec.structs.replace(entity, attributes={**entity.attributes, CORE.expand(name): (instance,)})
    return lambda: guard_of("fact")(None, odd)


@pytest.mark.parametrize(
    ("name", "instance"),
    [
        ("colour", Attribute("Property", "red")),
        ("id", Attribute("Property", "another")),
        ("statedValue", Attribute("Property", 87, unit_code="MTK")),
        ("statedValue", Attribute("Property", 87, observed_at=NOW)),
        ("statedValue", Attribute("Property", 87, expires_at=LATER)),
        ("statedValue", Attribute("Property", 87, attributes={"urn:x": (Attribute("Property", 99),)})),
        ("statedValue", Attribute("JsonProperty", 87)),
        ("note", Attribute("Property", "x", unit_code="HAR")),
    ],
)
def test_a_record_says_nothing_beside_its_row(name: str, instance: Attribute) -> None:
    assert pointers(beside(name, instance)).keys() == {f"/{name}"}


def test_a_record_is_of_one_kind_and_does_not_expire() -> None:
    entity = merge.create(record("fact"), NOW).entity
    twofold = msgspec.structs.replace(entity, types=(*entity.types, "urn:x"))
    ending = msgspec.structs.replace(entity, expires_at=LATER)
    assert "/type" in pointers(lambda: guard_of("fact")(None, twofold))
    assert "/expiresAt" in pointers(lambda: guard_of("fact")(None, ending))


def test_only_what_comes_with_madang_is_shipped() -> None:
    arriving: set[str] = set()
    check = guards(MEASURES, arriving)[BY_NAME["fact"].uri]
    entity = merge.create(record("fact", status="shipped"), NOW).entity
    assert "/status" in pointers(lambda: check(None, entity))
    arriving.add(entity.id)
    check(None, entity)


@pytest.mark.parametrize("state", ["rejected", "withdrawn"])
def test_a_record_comes_back_from_a_copy_in_the_state_it_had_and_by_no_other_way(state: str) -> None:
    arriving: set[str] = set()
    check = guards(MEASURES, arriving)[BY_NAME["fact"].uri]
    ended = {"status": state, "reviewed_by": "Lee", "withdrawn_by": "Kim", "status_reason": "a slip of the pen"}
    entity = merge.create(record("fact", entered_by="Kim", **ended), NOW).entity
    assert pointers(lambda: check(None, entity))
    arriving.add(entity.id)
    check(None, entity)


def test_what_came_back_from_a_copy_keeps_its_old_review_and_can_be_withdrawn() -> None:
    check = guards(MEASURES, {record("fact").id})[BY_NAME["fact"].uri]
    old = {**STATES["published"], "reviewed_at": (NOW - timedelta(days=900)).isoformat()}
    entity = merge.create(record("fact", **old), NOW).entity
    check(None, entity)
    check(entity, after(entity, **WITHDRAWAL))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("state", STATES)
def test_no_column_that_states_something_is_ever_written_again(kind: Kind, state: str) -> None:
    before = kept(kind.name, state)
    for column in kind.columns:
        if column.kind == "id" or column.changing:
            continue
        name = attribute_name(column.name)
        with pytest.raises((Immutable, BadRequestData)):
            guard_of(kind.name)(before, after(before, **{CORE.compact(name): "something else"}))
        gone = {n: i for n, i in before.attributes.items() if n != name}
        if len(gone) < len(before.attributes):
            with pytest.raises((Immutable, BadRequestData)):
                guard_of(kind.name)(before, msgspec.structs.replace(before, attributes=gone))


@pytest.mark.parametrize("change", ["unit_code", "scope", "type"])
def test_what_stands_beside_the_value_does_not_change_either(change: str) -> None:
    before = kept("fact", "published")
    value = attribute_name("value")
    after = {
        "unit_code": msgspec.structs.replace(
            before, attributes={**before.attributes, value: (Attribute("Property", 87),)}
        ),
        "scope": msgspec.structs.replace(before, scope=("/other",)),
        "type": msgspec.structs.replace(before, types=(BY_NAME["baseline"].uri, *before.types)),
    }[change]
    refusals = 0
    for uri in {*before.types, *after.types}:
        try:
            guards(MEASURES)[uri](before, after)
        except (Immutable, BadRequestData):
            refusals += 1
    assert refusals


def test_a_baselines_own_reason_is_no_reason_of_a_withdrawal() -> None:
    before = kept("baseline", "published")
    with pytest.raises(Immutable):
        guard_of("baseline")(before, after(before, reason="the mayor changed"))
    guard_of("baseline")(before, after(before, **WITHDRAWAL))


@pytest.mark.parametrize(("state", "to"), [(s, t) for s in STATES for t in sorted(NEXT[s])])
def test_a_record_goes_on_to_the_next_states_with_a_name(state: str, to: str) -> None:
    before = kept("fact", state)
    signed = WITHDRAWAL if to == "withdrawn" else {**REVIEW, "status": to}
    if to == "rejected":
        signed["statusReason"] = "the quote is about another area"
    guard_of("fact")(before, after(before, **signed))


@pytest.mark.parametrize(
    ("state", "texts", "pointer"),
    [
        ("draft", {"status": "published"}, "/reviewedBy"),
        ("draft", {**REVIEW, "reviewedBy": "kim"}, "/reviewedBy"),
        ("draft", {**REVIEW, "status": "rejected"}, "/statusReason"),
        ("draft", {**REVIEW, "reviewedAt": "2031-01-01T00:00:00Z"}, "/reviewedAt"),
        ("shipped", {"status": "published"}, "/reviewedBy"),
        ("published", {"status": "withdrawn", "statusReason": "wrong"}, "/withdrawnBy"),
        ("published", {"status": "withdrawn", "withdrawnBy": "Kim"}, "/statusReason"),
        ("published", {"status": "gone"}, "/status"),
    ],
)
def test_a_step_without_its_name_or_reason_is_refused(state: str, texts: dict[str, str], pointer: str) -> None:
    before = kept("fact", state)
    assert pointer in pointers(lambda: guard_of("fact")(before, after(before, **texts)))


@pytest.mark.parametrize(
    ("state", "texts"),
    [
        ("draft", WITHDRAWAL),
        ("shipped", {**REVIEW, "status": "rejected", "statusReason": "x"}),
        ("published", {"status": "draft"}),
        ("published", {**REVIEW, "status": "rejected", "statusReason": "x"}),
        ("published", {"reviewedBy": "Park"}),
        ("published", {"statusReason": "added later"}),
        ("published", {**WITHDRAWAL, "reviewedBy": "Park"}),
        ("draft", {**REVIEW, "statusReason": "published with a reason of a refusal"}),
    ],
)
def test_no_other_step_is_taken(state: str, texts: dict[str, str]) -> None:
    before = kept("fact", state)
    with pytest.raises(Immutable):
        guard_of("fact")(before, after(before, **texts))


def test_what_is_withdrawn_or_rejected_stays_as_it_is() -> None:
    withdrawn = after(kept("parcel", "published"), **WITHDRAWAL)
    rejected = after(kept("parcel"), **{**REVIEW, "status": "rejected", "statusReason": "x"})
    for before in (withdrawn, rejected):
        for texts in ({"state": "completed"}, REVIEW, {"statusReason": "y"}):
            with pytest.raises(Immutable):
                guard_of("parcel")(before, after(before, **texts))


def test_what_a_parcel_may_become_is_written_again() -> None:
    before = kept("parcel", "published")
    guard_of("parcel")(before, after(before, state="contracted"))
    assert "/state" in pointers(lambda: guard_of("parcel")(before, after(before, state="lost")))


@pytest.mark.parametrize("state", ["shipped", "published"])
def test_what_counts_is_never_deleted(state: str) -> None:
    before = kept("fact", state)
    with pytest.raises(Immutable, match="withdraw it with a reason"):
        guard_of("fact")(before, None)
    with pytest.raises(Immutable):
        guard_of("fact")(before, msgspec.structs.replace(before, types=("urn:other",)))


def test_a_draft_may_be_thrown_away() -> None:
    guard_of("fact")(kept("fact"), None)
