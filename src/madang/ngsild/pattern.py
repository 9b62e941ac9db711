"""Regular expressions from outside. Python's engine backtracks, so what can take exponential time is refused."""

import re
from functools import lru_cache

from madang.errors import BadRequestData, TooComplexQuery

PATTERN_MAX = 512
"""Longest pattern, characters."""
REPEATS_MAX = 4
"""Most unbounded repeats (``*``, ``+``, ``{n,}``) of one pattern: matching takes at most length to that power."""

_REPEAT = re.compile(r"[*+?]|\{(\d*)(,?)(\d*)\}")
_WIDE = 16
"""A counted repeat above this is as good as unbounded for the time it may take."""


def parse_pattern(text: str, where: str) -> re.Pattern[str]:
    """Compile a pattern to be searched for. Raises BadRequestData (not a pattern, or one that may run away)."""
    if len(text) > PATTERN_MAX:
        raise TooComplexQuery(f"{where}: the pattern has {len(text)} characters; at most {PATTERN_MAX} are allowed.")
    try:
        compiled = compile_pattern(text)
    except (re.error, OverflowError, RecursionError) as exc:
        raise BadRequestData(f"{text!r} is not a regular expression: {exc}.", where) from exc
    reason = _danger(text)
    if reason:
        raise BadRequestData(f"The regular expression {text!r} is refused: {reason}.", where)
    return compiled


@lru_cache(maxsize=1024)
def compile_pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


def _danger(text: str) -> str:
    """Why a pattern (that compiles) may take too long; empty if it may not."""
    at, repeats = 0, 0
    groups: list[bool] = [False]  # per open group: does it hold a choice of what to match (a repeat or "|")?
    closed = False  # did the atom just read hold such a choice?
    while at < len(text):
        repeat = _REPEAT.match(text, at)
        if repeat is not None:
            most = _most(repeat)
            if closed and most > 1:
                return "a repeat of a group that itself repeats or chooses can take exponential time"
            repeats += most > _WIDE
            if repeats > REPEATS_MAX:
                return f"more than {REPEATS_MAX} unbounded repeats"
            groups[-1], closed, at = True, False, repeat.end()
        elif text.startswith("(?", at) and not text.startswith(("(?:", "(?P<"), at):
            return "lookaround, flags, atomic groups and conditions are not offered"
        elif text[at] == "(":
            groups.append(False)
            at = text.index(">", at) + 1 if text.startswith("(?P<", at) else at + 1 + 2 * text.startswith("(?:", at)
            closed = False
        elif text[at] == ")":
            closed = groups.pop()
            groups[-1] = groups[-1] or closed
            at += 1
        elif text[at] == "\\" and text[at + 1].isdigit() and text[at + 1] != "0":
            return "back references are not offered"
        else:
            groups[-1] = groups[-1] or text[at] == "|"
            closed, at = False, _after_atom(text, at)
    return ""


def _most(repeat: re.Match[str]) -> int:
    """The largest count of a repeat; _WIDE + 1 stands for unbounded."""
    if repeat.group() == "?":
        return 1
    if not repeat.group().startswith("{"):
        return _WIDE + 1
    low, comma, high = repeat.groups()
    return int(high or low or 1) if high or not comma else _WIDE + 1


def _after_atom(text: str, at: int) -> int:
    if text[at] == "\\":
        return at + 2
    if text[at] != "[":
        return at + 1
    at += 2 if text[at + 1] == "^" else 1
    at += text[at] == "]"  # a "]" that comes first stands for itself
    while text[at] != "]":
        at += 2 if text[at] == "\\" else 1
    return at + 1
