"""Points in time on the wire. Source: ETSI GS CIM 009 v1.9.1, clause 4.6.3 (always UTC, always ``Z``)."""

import re
from datetime import UTC, datetime
from typing import Final

import msgspec

from madang.errors import ROOT
from madang.model.entity import Json

from .place import Place, fault

FIRST_YEAR: Final = 1000
LAST_YEAR: Final = 8999
"""Far enough from a datetime's ends that any duration, time zone or day around a time can be reckoned."""

_UNUSUAL: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[.,](\d{1,6})\d{0,3}Z")


def parse_time(text: Json, at: Place = ROOT) -> datetime:
    """Aware UTC datetime of ``2014-08-29T20:00:00Z``, with at most nanoseconds after a point or comma.

    Raises BadRequestData: not a text, no time, or a time whose zone is not ``Z`` (clause 4.6.3 allows no offsets).
    """
    if type(text) is not str:
        raise fault("A time must be a text such as 2014-08-29T20:00:00Z.", at)
    if text[-1:] == "Z" and text[10:11] == "T":
        # Both spellings of the fraction are ISO 8601; nanoseconds are cut to what a datetime holds.
        unusual = _UNUSUAL.fullmatch(text) if len(text) > 20 else None
        try:
            time = msgspec.convert(f"{unusual[1]}.{unusual[2]}Z" if unusual else text, datetime)
        except msgspec.ValidationError:
            pass
        else:
            if not FIRST_YEAR <= time.year <= LAST_YEAR:
                raise fault(f"{text} is outside the years {FIRST_YEAR} to {LAST_YEAR} that a city can speak of.", at)
            return time
    raise fault(f"{text[:100]!r} is not a time of the form 2014-08-29T20:00:00Z (UTC, ending in Z).", at)


def format_time(time: datetime) -> str:
    """RFC 3339 text in UTC with ``Z``; microseconds only where there are any."""
    text = time.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else time.astimezone(UTC).isoformat()[:-6] + "Z"
