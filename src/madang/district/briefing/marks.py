"""The numbers of the notes behind the figures, as every form of the briefing sets them."""

from collections.abc import Mapping, Sequence

from .values import Briefing, Figure, Ground, Line, Row, numbered

LONG = 3
"""From so many notes on, a line gives the same ones only once."""

Numbers = Mapping[Ground, int]


def numbers_of(briefing: Briefing) -> Numbers:
    return {ground: number for number, ground in enumerate(briefing.notes, 1)}


def marks_of(line: Line, numbers: Numbers, seen: frozenset[Ground] = frozenset()) -> list[str]:
    """The note numbers behind each span: none where the line or row (seen) has just given the same ones."""
    marks: list[str] = []
    for index, span in enumerate(line):
        later = line[index + 1] if index + 1 < len(line) else None
        same_follows = isinstance(span, Figure) and isinstance(later, Figure) and later.grounds == span.grounds
        new = isinstance(span, Figure) and not set(span.grounds) <= seen
        shown = isinstance(span, Figure) and new and not same_follows
        if shown and isinstance(span, Figure) and len(span.grounds) >= LONG:
            seen |= set(span.grounds)
        marks.append(numbered([numbers[ground] for ground in span.grounds]) if shown else "")  # type: ignore[union-attr]
    return marks


def marked_in(line: Line) -> frozenset[Ground]:
    return frozenset(ground for span in line if isinstance(span, Figure) for ground in span.grounds)


def seen_before(row: Row) -> Sequence[frozenset[Ground]]:
    """For each cell of a row, what the cells left of it have given already."""
    seen: list[frozenset[Ground]] = [frozenset()]
    for cell in row.cells[:-1]:
        seen.append(seen[-1] | marked_in(cell))
    return seen
