"""A briefing as values: words, figures and what each figure stands on; what PDF, HTML and data package are made of.

A number enters the text only inside a Figure, and a Figure cannot be made without at least one Ground. Words are
sentences of ours and names; a test holds them to have no digit of their own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Ground:
    """What a figure stands on: a footnote. All texts are finished, in the briefing's language but for the quote.

    kind: a statement of the ledger; an assumption that nobody published; a rate; the ledger itself (what was counted
    in it). stated: when the source said so, "" where unknown. quote_lang: BCP 47, "" where there is no quote.
    """

    kind: Literal["statement", "assumption", "rate", "ledger"]
    title: str
    url: str = ""
    stated: str = ""
    quote: str = ""
    quote_lang: str = ""
    quality: str = ""
    confidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Text without a figure. strong: to be stressed."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in words with what it stands on. Raises ValueError without a ground: no figure without a footnote."""

    text: str
    grounds: tuple[Ground, ...]
    strong: bool = False

    def __post_init__(self) -> None:
        if not self.grounds:
            raise ValueError(f"The figure {self.text!r} has no ground; a figure must say what it stands on.")


Line = tuple[Words | Figure, ...]
"""One line of running text."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """tone: of the words: plain; lead, the first of a section; caution, what a reader must not miss; small."""

    line: Line
    tone: Literal["plain", "lead", "caution", "small"] = "plain"


@dataclass(frozen=True, slots=True)
class Points:
    """A list of lines under a heading ("" for none)."""

    items: tuple[Line, ...]
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One key figure: what it is, its value, and one line that qualifies it. basis: plan, claim, actual … or ""."""

    label: str
    value: Line
    below: Line = ()
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """grey: it does not compare with the others, its last cell says why."""

    cells: tuple[Line, ...]
    grey: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """caption: what it shows. widths: of the columns, relative. First cells are row headings."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    widths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """svg: complete. caption: what to see in it, also its text alternative. table: the same in figures.

    width: share of the text's width on paper. stands: the table is printed elsewhere on the page, or is the next block.
    """

    svg: str
    caption: str
    table: Table | None
    width: float = 1.0


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks side by side on paper and on a wide screen. widths: relative."""

    left: "tuple[Block, ...]"
    right: "tuple[Block, ...]"
    widths: tuple[float, float] = (1.0, 1.0)


Block = Paragraph | Points | Tiles | Table | Picture | Columns


@dataclass(frozen=True, slots=True)
class Section:
    """id: of the anchor, the same in every language. breaks: begins a page on paper."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    breaks: bool = False


@dataclass(frozen=True, slots=True)
class Briefing:
    """date: of the newest statement about the programme, ISO 8601. digest: SHA-256 (hex) over all its records.

    words: what the frame around the sections says, by key.
    """

    lang: str
    title: str
    subtitle: str
    city: str
    date: str
    date_text: str
    digest: str
    sections: tuple[Section, ...]
    words: dict[str, str] = field(hash=False)

    @property
    def notes(self) -> tuple[Ground, ...]:
        """Every ground once, in the order of the text: note number 1 is the first."""
        return tuple(dict.fromkeys(ground for figure in figures_of(self.sections) for ground in figure.grounds))


def figures_of(sections: Iterable[Section]) -> Iterator[Figure]:
    """In the order they stand."""
    for line in lines_of(block for section in sections for block in section.blocks):
        yield from (span for span in line if isinstance(span, Figure))


def lines_of(blocks: Iterable[Block]) -> Iterator[Line]:
    """Every line of text, in reading order."""
    for block in blocks:
        match block:
            case Paragraph():
                yield block.line
            case Points():
                yield from block.items
            case Tiles():
                for tile in block.tiles:
                    yield tile.value
                    yield tile.below
            case Table():
                yield from (cell for row in block.rows for cell in row.cells)
            case Picture():
                yield from lines_of((block.table,) if block.table else ())
            case Columns():
                yield from lines_of((*block.left, *block.right))


def numbered(numbers: Sequence[int]) -> str:
    """Note numbers as they stand behind a figure: ``3``, ``3,5–7``."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown = (f"{run[0]}–{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs)
    return ",".join(shown)
