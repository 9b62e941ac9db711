"""Regular expressions that come from outside, run by an engine whose time grows with the text and never faster.

Python's own engine backtracks: a pattern of thirty letters can keep it busy for years. RE2 (https://github.com/google/re2)
has no look-around and no back references, and therefore needs none of the guessing which patterns might be dangerous.
"""

from functools import lru_cache

import re2  # type: ignore[import-untyped]  # the package ships no types

from madang.errors import BadRequestData, TooComplexQuery

PATTERN_MAX = 512
"""Longest pattern, characters."""

MEMORY_MAX = 1 << 20
"""Bytes that one compiled pattern may take: ``(a{1000}){1000}`` is short to write."""


class Pattern:
    """A compiled pattern to be searched for."""

    __slots__ = ("_search", "pattern")

    def __init__(self, text: str) -> None:
        options = re2.Options()
        options.log_errors = False
        options.max_mem = MEMORY_MAX
        self.pattern = text
        self._search = re2.compile(text, options=options).search

    def search(self, text: str) -> bool:
        """Whether the pattern is found anywhere in the text."""
        return bool(self._search(text))


def parse_pattern(text: str, where: str) -> Pattern:
    """Raises BadRequestData (not a pattern), TooComplexQuery (longer than PATTERN_MAX)."""
    if len(text) > PATTERN_MAX:
        raise TooComplexQuery(f"{where}: the pattern has {len(text)} characters; at most {PATTERN_MAX} are allowed.")
    try:
        return compile_pattern(text)
    except re2.error as exc:
        reason = exc.args[0].decode() if exc.args and isinstance(exc.args[0], bytes) else str(exc)
        raise BadRequestData(f"{text!r} is not a regular expression that is taken here: {reason}.", where) from exc


@lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Pattern:
    return Pattern(text)
