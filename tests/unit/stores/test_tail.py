"""Observations as rows: what is a plain number and what stays whole."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.model.entity import Attribute, decode_attribute
from madang.model.observation import Observation
from madang.stores.embedded.tail import is_plain, microseconds, moment, tail_row

AT = datetime(2014, 8, 30, 12, 0, 0, 1, tzinfo=UTC)


def row_of(instance: Attribute | None) -> tuple[object, ...]:
    return tail_row("aarhus", Observation("urn:t", "urn:e", "urn:a", None, AT, AT, True, instance))


def test_a_number_with_a_unit_is_a_value_and_a_unit() -> None:
    row = row_of(Attribute("Property", 51, observed_at=AT, unit_code="KMH"))
    us = 1_409_400_000_000_001
    assert row == ("aarhus", "urn:t", "urn:e", "urn:a", None, us, us, 1, 51.0, None, "KMH")


def test_a_deletion_is_an_empty_text() -> None:
    assert row_of(None)[8:] == (None, b"", None)


@pytest.mark.parametrize(
    "instance",
    [
        Attribute("Property", True),
        Attribute("Property", "51"),
        Attribute("Property", 2**53 + 1),
        Attribute("ListProperty", [1.0]),
        Attribute("JsonProperty", 1.0),
        Attribute("Property", 1.0, object_type=("urn:x",)),
        Attribute("Property", 1.0, expires_at=AT),
        Attribute("Property", 1.0, attributes={"urn:accuracy": (Attribute("Property", 0.1),)}),
    ],
)
def test_anything_else_is_kept_whole(instance: Attribute) -> None:
    assert not is_plain(instance)
    _, json, unit = row_of(instance)[8:]
    assert isinstance(json, bytes)
    assert (decode_attribute(json), unit) == (instance, None)


@given(st.datetimes(min_value=datetime(1, 1, 1), max_value=datetime(9999, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_no_microsecond_is_lost(at: datetime) -> None:
    assert moment(microseconds(at)) == at
