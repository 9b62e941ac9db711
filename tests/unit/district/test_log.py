"""The log: derived from the records, in time order, every event bound to the one before."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.ledger_records import NOW, fragment, record

from madang.district.ledger import read_record
from madang.district.log import START, Kept, Log, find_break, log_json, log_of, parse_log
from madang.model.entity import Entity
from madang.ngsild import merge

FIRST = "urn:ngsi-ld:DistrictFact:valley-area-2021"
HOUR = timedelta(hours=1)


def kept(entity: Entity, *steps: dict[str, str]) -> Kept:
    """A record entered now, each step an hour after the one before."""
    at = NOW
    found = merge.create(entity, at).entity
    for step in steps:
        at += HOUR
        found = merge.append(found, fragment(found.id, **step), at, overwrite=True).entity
    read = read_record(found)
    assert isinstance(read, Kept)
    return read


PUBLISHED = {"status": "published", "reviewedBy": "Lee"}
WITHDRAWN = {"status": "withdrawn", "withdrawnBy": "Park", "statusReason": "wrong page"}


def told(log: Log) -> list[tuple[str, str, str, str]]:
    return [(one.happening.what, one.happening.record.rpartition(":")[2], one.happening.who, one.happening.reason)
            for one in log.events]  # fmt: skip


def entered(**changes: str) -> Entity:
    return record("fact", entered_by="Kim", **changes)


def story() -> Sequence[Kept]:
    return [
        kept(record("programme", status="shipped")),
        kept(entered(), PUBLISHED),
        kept(entered(id="b", supersedes=FIRST), PUBLISHED, WITHDRAWN),
        kept(entered(id="c"), {"status": "rejected", "reviewedBy": "Lee", "statusReason": "another area"}),
        kept(entered(id="d")),
    ]


def test_the_log_tells_who_did_what_and_why() -> None:
    log = log_of(story())
    assert told(log) == [
        ("shipped", "valley", "", ""),
        ("entered", "b", "Kim", ""),
        ("entered", "c", "Kim", ""),
        ("entered", "d", "Kim", ""),
        ("entered", "valley-area-2021", "Kim", ""),
        ("published", "b", "Lee", ""),
        ("published", "valley-area-2021", "Lee", ""),
        ("superseded", "valley-area-2021", "Lee", ""),
        ("rejected", "c", "Lee", "another area"),
        ("withdrawn", "b", "Park", "wrong page"),
        ("restored", "valley-area-2021", "Park", "wrong page"),
    ]
    assert [one.number for one in log.events] == list(range(1, 12))
    assert {one.happening.subject for one in log.events} == {"urn:ngsi-ld:DevelopmentProgramme:valley"}
    assert log.events[7].happening.by_record == "urn:ngsi-ld:DistrictFact:b"


def test_what_a_draft_would_correct_is_not_corrected_yet() -> None:
    log = log_of([kept(entered(), PUBLISHED), kept(entered(id="b", supersedes=FIRST))])
    assert [what for what, *_ in told(log)] == ["entered", "entered", "published"]


def test_a_review_has_the_time_at_which_the_hub_took_it_and_sending_it_again_does_not_move_it() -> None:
    once, again = kept(entered(), PUBLISHED), kept(entered(), PUBLISHED, PUBLISHED)
    assert once.record.entry.reviewed_at == NOW + HOUR
    assert log_of([once]) == log_of([again])


def test_an_empty_ledger_has_a_log_too() -> None:
    assert log_of([]) == Log((), START)
    assert find_break(Log()) is None


@pytest.mark.parametrize(
    "other",
    [
        entered(value="88"),
        entered(quote="88 ha"),
        entered(note=""),
        entered(stated="2021-03-02"),
        entered(subject="hill"),
        record("fact", entered_by="Lim"),
    ],
)
def test_another_statement_or_another_name_is_another_head(other: Entity) -> None:
    assert log_of([kept(entered(), PUBLISHED)]).head != log_of([kept(other, PUBLISHED)]).head


def test_the_same_records_give_the_same_head_everywhere() -> None:
    assert log_of(story()).head == log_of(list(reversed(story()))).head
    # Held for good: a head that somebody wrote down has to be found again by later versions of madang.
    assert log_of(story()).head == "ae446bf9c9d723ab1f615332b22807fd6b1759a65eb047482043f139e4889f65"


def test_a_changed_event_a_missing_one_and_a_false_head_are_found() -> None:
    log = log_of(story())
    forged = replace(log.events[4], happening=replace(log.events[4].happening, who="Nobody"))
    assert find_break(Log((*log.events[:4], forged, *log.events[5:]), log.head)) == 5
    assert find_break(Log((*log.events[:4], *log.events[5:]), log.head)) == 5
    assert find_break(Log(log.events[:-1], log.head)) == 11
    assert find_break(Log(log.events, START)) == 12
    assert find_break(log) is None


def test_the_export_is_recomputed_with_nothing_but_sha_256() -> None:
    """The program that the page and docs/explanation/ledger.md give."""
    log = json.loads(json.dumps(log_json(log_of(story()))))
    before = "0" * 64
    for event in log["events"]:
        said = {name: text for name, text in event.items() if name not in ("number", "digest")}
        text = json.dumps({"before": before, "event": said}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        before = hashlib.sha256(text.encode()).hexdigest()
        assert before == event["digest"]
    assert before == log["head"]


def test_the_export_is_read_back() -> None:
    log = log_of(story())
    assert parse_log(json.loads(json.dumps(log_json(log)))) == log
