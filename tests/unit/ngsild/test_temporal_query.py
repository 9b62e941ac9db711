"""Temporal query parameters: ETSI GS CIM 009 v1.9.1, clauses 4.11 and 4.5.19."""

from datetime import UTC, datetime, timedelta

import pytest

from madang.errors import BadRequestData
from madang.model.query import Aggregation, TemporalQuery, Window
from madang.ngsild.temporal_query import parse_temporal

AT, END = datetime(2026, 11, 22, 9, tzinfo=UTC), datetime(2026, 11, 23, 9, tzinfo=UTC)
TEXT_AT, TEXT_END = "2026-11-22T09:00:00Z", "2026-11-23T09:00:00Z"


def test_without_parameters_everything_is_asked_for() -> None:
    assert parse_temporal({}) == TemporalQuery()


@pytest.mark.parametrize(
    ("params", "window"),
    [
        ({"timerel": "before", "timeAt": TEXT_AT}, Window(None, AT)),
        ({"timerel": "after", "timeAt": TEXT_AT}, Window(AT + timedelta(microseconds=1), None)),
        ({"timerel": "between", "timeAt": TEXT_AT, "endTimeAt": TEXT_END}, Window(AT, END)),
    ],
)
def test_a_window_is_parsed(params: dict[str, str], window: Window) -> None:
    assert parse_temporal(params).window == window


def test_the_rest_is_parsed() -> None:
    query = parse_temporal(
        {"timeproperty": "modifiedAt", "lastN": "3", "aggrMethods": "avg,max", "aggrPeriodDuration": "PT1H"}
    )
    assert query == TemporalQuery(Window(), "modifiedAt", 3, Aggregation(("avg", "max"), "PT1H"))
    assert parse_temporal({"aggrMethods": "sum"}).aggregation == Aggregation(("sum",), "PT0S")


@pytest.mark.parametrize("period", ["PT0S", "P1D", "P1Y2M3DT4H5M6.5S", "P2W", "PT90M"])
def test_a_duration_is_taken(period: str) -> None:
    aggregation = parse_temporal({"aggrMethods": "avg", "aggrPeriodDuration": period}).aggregation
    assert aggregation == Aggregation(("avg",), period)


@pytest.mark.parametrize(
    ("params", "where"),
    [
        ({"timerel": "during", "timeAt": TEXT_AT}, "timerel"),
        ({"timerel": "before"}, "timeAt"),
        ({"timeAt": TEXT_AT}, "timeAt"),
        ({"endTimeAt": TEXT_AT}, "endTimeAt"),
        ({"timerel": "between", "timeAt": TEXT_AT}, "endTimeAt"),
        ({"timerel": "between", "timeAt": TEXT_END, "endTimeAt": TEXT_AT}, "endTimeAt"),
        ({"timerel": "between", "timeAt": TEXT_AT, "endTimeAt": TEXT_AT}, "endTimeAt"),
        ({"timerel": "before", "timeAt": "2026-11-22T09:00:00"}, "timeAt"),
        ({"timerel": "before", "timeAt": "yesterday"}, "timeAt"),
        ({"timerel": "before", "timeAt": "2026-02-30T09:00:00Z"}, "timeAt"),
        ({"timerel": "after", "timeAt": "9999-12-31T23:59:59.999999Z"}, "timeAt"),
        ({"timeproperty": "sometime"}, "timeproperty"),
        ({"lastN": "0"}, "lastN"),
        ({"lastN": "-1"}, "lastN"),
        ({"lastN": "many"}, "lastN"),
        ({"aggrMethods": "median"}, "aggrMethods"),
        ({"aggrPeriodDuration": "PT1H"}, "aggrMethods"),
        ({"aggrMethods": "avg", "aggrPeriodDuration": "1h"}, "aggrPeriodDuration"),
        ({"aggrMethods": "avg", "aggrPeriodDuration": "P"}, "aggrPeriodDuration"),
        ({"aggrMethods": "avg", "aggrPeriodDuration": "PT"}, "aggrPeriodDuration"),
        ({"aggrMethods": "avg", "aggrPeriodDuration": "P1DT"}, "aggrPeriodDuration"),
    ],
)
def test_a_fault_names_its_parameter(params: dict[str, str], where: str) -> None:
    with pytest.raises(BadRequestData) as caught:
        parse_temporal(params)
    assert caught.value.faults[0].where == where
