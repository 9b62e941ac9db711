"""Method: what the words mean, how figures were computed, how sure they are, and how to check them."""

from collections import Counter

from madang.district.briefing.look import Look
from madang.district.briefing.values import Block, Columns, Line, Points, Row, Section, Table, Words
from madang.district.records import Quality

from .parts import paragraphs

BASES = ("plan", "claim", "forecast", "actual")
QUALITIES: tuple[Quality, ...] = (
    "measured",
    "survey",
    "higher-level",
    "estimate",
    "personal-estimate",
    "not-traceable",
)
RULES = ("figures", "ranges", "money", "compare", "outside")


def method(look: Look) -> Section:
    words: tuple[Line, ...] = tuple(
        (Words(f"{look.say(f'basis.{one}')}: ", strong=True), Words(look.say(f"method.basis.{one}"))) for one in BASES
    )
    rules: tuple[Line, ...] = tuple(look.words(f"method.{one}") for one in RULES)
    blocks: list[Block] = [
        Columns(
            (Points(words, look.say("method.words")), _quality(look)),
            (Points(rules, look.say("method.rules")),),
            (1.0, 1.15),
        ),
        *paragraphs(look.words("method.check"), tone="plain"),
    ]
    return Section("method", look.say("method.title"), tuple(blocks))


def _quality(look: Look) -> Table:
    """How many of the statements about this programme are of which quality."""
    found = Counter(fact.quality for fact in look.book.facts if fact.subject == look.own.id)
    rows = [
        Row(((Words(look.say(f"quality.{one}")),), (look.count(found[one], "plain"),)))
        for one in QUALITIES
        if found[one]
    ]
    head = (look.say("method.quality"), look.say("method.statements"))
    return Table(look.say("method.quality.table"), head, tuple(rows), (2, 1))
