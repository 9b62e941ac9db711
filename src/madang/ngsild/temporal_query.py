"""Temporal query parameters. Source: ETSI GS CIM 009 v1.9.1, clauses 4.11 and 4.5.19."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, get_args

from madang.errors import BadRequestData
from madang.model.query import Aggregate, Aggregation, TemporalQuery, TimeProperty, TimeRelation, Window

from .time import parse_time

TEMPORAL_PARAMETERS: Final = (
    "timerel",
    "timeAt",
    "endTimeAt",
    "timeproperty",
    "lastN",
    "aggrMethods",
    "aggrPeriodDuration",
)

_PERIOD = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?", re.ASCII)
_NEXT = timedelta(microseconds=1)


def parse_temporal(params: Mapping[str, str]) -> TemporalQuery:
    """The temporal query of the parameters; without timerel the window is open. Raises BadRequestData."""
    return TemporalQuery(
        window=_parse_window(params),
        timeproperty=_parse_timeproperty(params.get("timeproperty") or "observedAt"),
        last_n=_parse_last(params.get("lastN")),
        aggregation=_parse_aggregation(params),
    )


def _parse_window(params: Mapping[str, str]) -> Window:
    relation = params.get("timerel")
    if not relation:
        for name in ("timeAt", "endTimeAt"):
            if params.get(name):
                raise BadRequestData(f"{name} needs timerel.", name)
        return Window()
    if relation not in get_args(TimeRelation):
        raise BadRequestData(f"{relation!r} is not one of {', '.join(get_args(TimeRelation))}.", "timerel")
    if not params.get("timeAt"):
        raise BadRequestData(f"timerel={relation} needs timeAt.", "timeAt")
    at = parse_time(params["timeAt"], "timeAt")
    if relation == "before":
        return Window(None, at)
    if relation == "after":
        return Window(_after(at), None)
    if not params.get("endTimeAt"):
        raise BadRequestData("timerel=between needs endTimeAt.", "endTimeAt")
    end = parse_time(params["endTimeAt"], "endTimeAt")
    if end <= at:
        raise BadRequestData("endTimeAt is not after timeAt.", "endTimeAt")
    return Window(at, end)


def _after(at: datetime) -> datetime:
    try:
        return at + _NEXT
    except OverflowError as exc:
        raise BadRequestData("There is no time after this one.", "timeAt") from exc


def _parse_timeproperty(text: str) -> TimeProperty:
    for name in get_args(TimeProperty):
        if text == name:
            return name  # type: ignore[no-any-return]  # get_args forgets the literal's type
    raise BadRequestData(f"{text!r} is not one of {', '.join(get_args(TimeProperty))}.", "timeproperty")


def _parse_last(text: str | None) -> int | None:
    if text is None or text == "":
        return None
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) == 0:
        raise BadRequestData(f"{text!r} is not a positive number of instances.", "lastN")
    return int(text)


def _parse_aggregation(params: Mapping[str, str]) -> Aggregation | None:
    text, period = params.get("aggrMethods"), params.get("aggrPeriodDuration")
    if not text:
        if period:
            raise BadRequestData("aggrPeriodDuration needs aggrMethods.", "aggrMethods")
        return None
    return Aggregation(tuple(map(_parse_method, text.split(","))), parse_period(period or "PT0S"))


def _parse_method(text: str) -> Aggregate:
    for name in get_args(Aggregate):
        if text.strip() == name:
            return name  # type: ignore[no-any-return]  # get_args forgets the literal's type
    raise BadRequestData(f"{text!r} is not one of {', '.join(get_args(Aggregate))}.", "aggrMethods")


def parse_period(text: str, where: str = "aggrPeriodDuration") -> str:
    """An ISO 8601 duration, checked and given back. Raises BadRequestData."""
    if not _PERIOD.fullmatch(text):
        raise BadRequestData(f"{text!r} is not an ISO 8601 duration, like PT1H or P1D.", where)
    return text
