"""Numbers, ages and times as people read them."""

import math
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .texts import say

THIN_SPACE = "\u202f"


def number_text(value: float | int, digits: int | None = None) -> str:
    """``1204.0`` -> ``1 204`` with a narrow no-break space; digits None keeps at most two decimals that matter."""
    if isinstance(value, float) and not math.isfinite(value):
        return "–"
    places = digits if digits is not None else (0 if float(value).is_integer() else 2)
    text = f"{value:,.{places}f}".replace(",", THIN_SPACE).replace("-", "\N{MINUS SIGN}")
    return text.rstrip("0").rstrip(".") if digits is None and "." in text else text


def age_text(then: datetime, now: datetime, lang: str) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = (now - then).total_seconds()
    if seconds < 5:
        return say("age.now", lang)
    for key, size_s, below_s in (("seconds", 1, 60), ("minutes", 60, 3600), ("hours", 3600, 2 * 86400)):
        if seconds < below_s:
            return say(f"age.{key}", lang, n=int(seconds // size_s))
    return say("age.days", lang, n=number_text(int(seconds // 86400)))


def time_text(at: datetime, timezone: ZoneInfo, lang: str, *, step_s: float = 60.0) -> str:
    """A moment in the city's own time; only the day where the city's data are daily (step of a day or more)."""
    local = at.astimezone(timezone)
    if lang == "ko":
        day = f"{local:%Y}. {local.month}. {local.day}. ({'월화수목금토일'[local.weekday()]})"
    else:
        day = f"{local:%a} {local.day} {local:%b %Y}"
    return day if step_s >= timedelta(days=1).total_seconds() else f"{day} {local:%H:%M}"
