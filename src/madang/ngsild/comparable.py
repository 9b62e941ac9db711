"""What can be compared with what: values of one type, times as instants. Source: clause 4.9."""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal

ValueType = Literal["boolean", "number", "instant", "date", "time", "text"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_ZONE = r"(?:Z|[+-]\d\d:\d\d)"
_CLOCK = r"\d\d:\d\d:\d\d(?:[.,]\d{1,9})?"
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(_CLOCK + _ZONE, re.ASCII)
_INSTANT = re.compile(rf"{_DATE.pattern}T{_CLOCK}{_ZONE}", re.ASCII)


def comparable(value: object) -> tuple[ValueType, Any] | None:
    """The type of a scalar and its key: keys of one type are ordered as clause 4.9 orders the values. None for others.

    Text that has the form of a DateTime, Date or Time (clause 4.6.3) is one; instants are microseconds since 1970, UTC.
    """
    match value:
        case bool():
            return "boolean", value
        case int() | float():
            return "number", value
        case str():
            # Every temporal form starts with a digit; nearly all text does not.
            return _temporal(value) if "0" <= value[:1] <= "9" and len(value) <= 40 else ("text", value)
        case datetime():
            return "instant", microseconds(value)
        case _:
            return None


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=4096)
def _temporal(text: str) -> tuple[ValueType, Any]:
    try:
        if _INSTANT.fullmatch(text):
            return "instant", microseconds(datetime.fromisoformat(text))
        if _DATE.fullmatch(text):
            return "date", date.fromisoformat(text)
        if _TIME.fullmatch(text):
            moment = time.fromisoformat(text)
            return "time", microseconds(datetime.combine(_EPOCH.date(), moment))
    except ValueError:
        pass  # the form of a time, but none that exists (25:00, 30 February): plain text
    return "text", text
