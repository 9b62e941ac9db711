"""What several sections say in the same way."""

from collections.abc import Sequence

from madang.district.briefing.look import Look
from madang.district.briefing.values import Figure, Line, Paragraph, Words
from madang.district.records import Fact


def item(look: Look, fact: Fact | None, *, both: bool = False) -> Line | None:
    """``Jobs: 22,000 jobs (promoter total)``."""
    if fact is None:
        return None
    figure = look.figure(fact, both=both, strong=True)
    return (Words(f"{look.measure(fact.measure)}: "), *((figure,) if figure else ()), *look.scoped(fact))


def items(look: Look, facts: Sequence[Fact | None]) -> tuple[Line, ...]:
    return tuple(line for fact in facts if (line := item(look, fact)))


def paragraphs(*lines: Line | None, tone: str = "plain") -> tuple[Paragraph, ...]:
    """Of the lines that could be filled."""
    return tuple(Paragraph(line, tone) for line in lines if line)  # type: ignore[arg-type]  # one of the tones


def together(*lines: Line | None) -> Line | None:
    """Sentences of one paragraph, of those that could be filled."""
    spans: list[Words | Figure] = []
    for line in filter(None, lines):
        spans.extend((*((Words(" "),) if spans else ()), *line))
    return tuple(spans) or None


def listed(figures: Sequence[Figure | None], between: str = " · ") -> Line:
    """Figures in a row."""
    found = [figure for figure in figures if figure is not None]
    spans: list[Words | Figure] = []
    for index, figure in enumerate(found):
        spans.extend((Words(between), figure) if index else (figure,))
    return tuple(spans)
