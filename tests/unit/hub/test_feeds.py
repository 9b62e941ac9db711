"""The feeds' health, told in the city's time."""

from datetime import UTC, datetime, timedelta

import pytest

from madang.errors import NotFound
from madang.hub.feeds import OTHER_REASON, PLACES_MAX, REASONS_MAX, SAMPLE_MAX, Feeds

NOON = datetime(2014, 8, 29, 12, tzinfo=UTC)


class At:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def feeds() -> tuple[Feeds, At, At]:
    city, system = At(NOON), At(datetime(2026, 1, 1, tzinfo=UTC))
    registry = Feeds(city, system)
    registry.start("parking", title={"en": "P"}, pack="parking", source="p.csv", silent_after=timedelta(hours=2))
    return registry, city, system


def test_a_feed_waits_runs_falls_silent_and_runs_again() -> None:
    registry, city, system = feeds()
    assert registry.status("parking").state == "waiting"
    registry.accepted("parking", 8, NOON)
    assert (registry.status("parking").state, registry.status("parking").last_received) == ("running", system.at)
    city.at = NOON + timedelta(hours=2, seconds=1)
    assert (registry.status("parking").state, registry.status("parking").lag_s) == ("silent", 7201.0)
    registry.accepted("parking", 1, city.at)
    status = registry.status("parking")
    assert (status.state, status.accepted, status.lag_s) == ("running", 9, 0.0)


def test_reasons_are_counted_with_their_first_sample() -> None:
    registry, _, _ = feeds()
    registry.rejected("parking", "not a number", "x" * 1000, "p.csv:3:1")
    registry.rejected("parking", "not a number", "second", "p.csv:9:1")
    status = registry.status("parking")
    (reason,) = status.reasons
    assert (reason.count, reason.where, len(reason.sample), status.rejected) == (2, "p.csv:3:1", SAMPLE_MAX, 2)


def test_a_row_counts_once_however_often_its_file_is_read() -> None:
    registry, _, _ = feeds()
    for _ in range(3):
        registry.rejected("parking", "not a number", "x;lots", "p.csv:3:3")
        registry.rejected("parking", "not a number", "y;many", "p.csv:9:3")
        registry.rejected("parking", "the time is missing", "y;many", "p.csv:9:3")
    registry.rejected("parking", "not a number", "y;corrected wrongly", "p.csv:9:3")
    status = registry.status("parking")
    assert (status.rejected, [reason.count for reason in status.reasons]) == (4, [3, 1])


def test_what_the_hub_refused_of_a_feed_has_no_place_and_counts_each_time() -> None:
    registry, _, _ = feeds()
    registry.rejected("parking", "too many attributes", "urn:ngsi-ld:X:1", "p.csv")
    registry.rejected("parking", "too many attributes", "urn:ngsi-ld:X:1", "p.csv")
    assert registry.status("parking").rejected == 2


def test_a_file_of_nothing_but_bad_rows_does_not_fill_the_memory() -> None:
    registry, _, _ = feeds()
    for _ in range(2):
        for line in range(PLACES_MAX + 5):
            registry.rejected("parking", "not a number", "x", f"p.csv:{line}:1")
    assert registry.status("parking").rejected == PLACES_MAX + 2 * 5


def test_a_feed_that_failed_and_goes_on_has_no_error_any_more() -> None:
    registry, _, _ = feeds()
    registry.failed("parking", "no room")
    registry.accepted("parking", 1, NOON)
    assert (registry.status("parking").state, registry.status("parking").error) == ("running", "")
    registry.failed("parking", "no room")
    registry.rewound("parking")
    assert (registry.status("parking").state, registry.status("parking").error) == ("waiting", "")


def test_ever_new_reasons_do_not_fill_the_memory() -> None:
    registry, _, _ = feeds()
    for number in range(REASONS_MAX * 2):
        registry.rejected("parking", f"reason {number}", "", "")
    status = registry.status("parking")
    assert len(status.reasons) == REASONS_MAX + 1
    assert {reason.text: reason.count for reason in status.reasons}[OTHER_REASON] == REASONS_MAX
    assert status.rejected == REASONS_MAX * 2


def test_an_older_row_does_not_turn_the_feed_back_and_a_rewind_does() -> None:
    registry, _, _ = feeds()
    registry.accepted("parking", 1, NOON)
    registry.accepted("parking", 1, NOON - timedelta(days=1))
    assert registry.status("parking").last_observed == NOON
    registry.rewound("parking")
    assert (registry.status("parking").last_observed, registry.status("parking").state) == (None, "waiting")


def test_a_failure_is_told_and_an_unknown_feed_refused() -> None:
    registry, _, _ = feeds()
    registry.failed("parking", "p.csv: cut")
    assert [(status.state, status.error) for status in registry.statuses()] == [("failed", "p.csv: cut")]
    with pytest.raises(NotFound):
        registry.accepted("parkin", 1)
