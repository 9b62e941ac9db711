"""Patterns from outside are bounded in time, whatever they say."""

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


@pytest.mark.parametrize("text", ["(", "[a", "a**b[", "*a", "a{2,1}", r"(a)\1", "(?=a)b", "(a{1000}){1000}"])
def test_what_is_no_pattern_here_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(BadRequestData) as caught:
        parse_pattern(text, "idPattern:1")
    assert caught.value.faults[0].where == "idPattern:1"


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    ("text", "searched", "found"),
    [
        ("a?" * 28 + "a" * 28, "a" * 28, True),
        (".{0,16}" * 30 + "Z", "urn:ngsi-ld:OffStreetParking:aarhus:BRUUNS", False),
        ("(a|a|b)?" * 24 + "Z", "a" * 24, False),
        ("(a+)+$", "a" * 5_000 + "b", False),
        (".*.*.*.*.*x", "y" * 5_000, False),
    ],
)
def test_a_pattern_that_would_run_away_answers_at_once(text: str, searched: str, found: bool) -> None:
    assert parse_pattern(text, "q:1").search(searched) is found


def test_a_long_pattern_is_too_complex() -> None:
    assert parse_pattern("a" * PATTERN_MAX, "q:1").search("a" * PATTERN_MAX)
    with pytest.raises(TooComplexQuery, match="q:1"):
        parse_pattern("a" * (PATTERN_MAX + 1), "q:1")
