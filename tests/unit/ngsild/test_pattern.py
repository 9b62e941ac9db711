"""Patterns that may take exponential time never reach the engine."""

import pytest

from madang.errors import BadRequestData, TooComplexQuery
from madang.ngsild.pattern import PATTERN_MAX, parse_pattern


@pytest.mark.parametrize(
    "text",
    [
        "^urn:ngsi-ld:(Car|Bus):.*$",
        r"\d{4}-\d{2}",
        "[a-z+*()]+",
        "[^]]+x",
        r"[\]a]*",
        r"a\(b+",
        "(?:a+b)?",
        "(?P<year>[0-9]+)-x",
        "(ab){3}",
        "a{2,5}.*b",
        r"\0?",
    ],
)
def test_a_harmless_pattern_is_taken(text: str) -> None:
    assert parse_pattern(text, "idPattern:1").pattern == text


@pytest.mark.parametrize(
    "text",
    [
        "(a+)+",
        "(a*)*b",
        "(?:a|aa)+$",
        "((a+))+",
        "((a+)b)*",
        "(a?){30}",
        "(?P<x>a+)*",
        "(.*){2,}",
        ".*.*.*.*.*x",
        r"(a)\1",
        "(?=a)b",
        "(?i)a",
        "([a-z]+)*",
        "(",
        "[a",
        "a**",
        "*a",
        "a{2,1}",
    ],
)
def test_a_dangerous_or_broken_pattern_is_refused(text: str) -> None:
    with pytest.raises(BadRequestData) as caught:
        parse_pattern(text, "idPattern:1")
    assert caught.value.faults[0].where == "idPattern:1"


def test_a_long_pattern_is_too_complex() -> None:
    assert parse_pattern("a" * PATTERN_MAX, "q:1").search("a" * PATTERN_MAX) is not None
    with pytest.raises(TooComplexQuery, match="q:1"):
        parse_pattern("a" * (PATTERN_MAX + 1), "q:1")
