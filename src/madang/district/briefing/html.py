"""The briefing as HTML: the part that the console puts into its page, and a file that stands alone."""

from collections.abc import Mapping
from html import escape
from pathlib import Path

from .marks import Numbers, marked_in, marks_of, numbers_of, seen_before
from .values import (
    Block,
    Briefing,
    Columns,
    Figure,
    Ground,
    Line,
    Paragraph,
    Picture,
    Points,
    Row,
    Section,
    Table,
    Tiles,
)

STYLE = Path(__file__).parent / "briefing.css"


def make_html(briefing: Briefing) -> str:
    """A whole document with its style inside: it asks for nothing else."""
    words = briefing.words
    return (
        f'<!doctype html>\n<html lang="{briefing.lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(briefing.title)} · {escape(briefing.subtitle)}</title>\n"
        f"<style>\n{PAGE_STYLE}{style()}</style>\n</head>\n<body>\n"
        f"<header><p>{escape(briefing.city)} · {escape(briefing.subtitle)}</p><h1>{escape(briefing.title)}</h1>"
        f"<p>{escape(words['data.of'])} {escape(briefing.date_text)}<br>"
        f"{escape(words['digest'])} <code>{briefing.digest[:16]}</code></p></header>\n"
        f"<main>\n{make_body(briefing)}\n</main>\n</body>\n</html>\n"
    )


PAGE_STYLE = (
    'body { margin: 0 auto; max-width: 76rem; padding: 1.5rem; font-family: Pretendard, "Noto Sans KR", system-ui, '
    "sans-serif; color: #1d2326; background: #fff; }\n"
    "h1 { font-size: 2.1rem; margin: .2rem 0; line-height: 1.2; }\nheader p { margin: 0; color: #5c605b; }\n"
)


def style() -> str:
    return STYLE.read_text(encoding="utf-8")


def make_body(briefing: Briefing) -> str:
    """Sections (h2, h3), contents before and notes behind them. No h1: the page around it has one."""
    writer = _Writer(briefing)
    sections = [writer.section(one) for one in briefing.sections]
    notes = writer.notes()
    inside = f"{writer.contents()}\n{''.join(sections)}{notes}"
    return f'<div class="briefing" lang="{briefing.lang}">\n{inside}\n</div>'


class _Writer:
    """Writes one briefing once: it remembers where a note was first referred to, for the way back."""

    def __init__(self, briefing: Briefing) -> None:
        self.briefing = briefing
        self.words: Mapping[str, str] = briefing.words
        self.numbers: Numbers = numbers_of(briefing)
        self.came_from: dict[int, int] = {}
        """Note number -> the reference that a reader came by."""
        self.references = 0

    def contents(self) -> str:
        told = [(one.id, one.title) for one in self.briefing.sections] + [("notes", self.words["notes.title"])]
        items = "".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for name, title in told)
        label = escape(self.words["contents"])
        return f'<nav aria-label="{label}"><ol class="contents">{items}</ol></nav>'

    def section(self, section: Section) -> str:
        blocks = "".join(map(self.block, section.blocks))
        name = f"{section.id}-title"
        return (
            f'<section id="{section.id}" aria-labelledby="{name}"><h2 id="{name}">{escape(section.title)}</h2>\n'
            f"{blocks}</section>\n"
        )

    def block(self, block: Block) -> str:
        match block:
            case Paragraph():
                kind = "" if block.tone == "plain" else f' class="{block.tone}"'
                return f"<p{kind}>{self.line(block.line)}</p>\n"
            case Points():
                head = f"<h3>{escape(block.heading)}</h3>" if block.heading else ""
                return f"{head}<ul>{''.join(f'<li>{self.line(item)}</li>' for item in block.items)}</ul>\n"
            case Tiles():
                return self.tiles(block)
            case Table():
                return self.table(block)
            case Picture():
                return self.picture(block)
            case Columns():
                left, right = ("".join(map(self.block, side)) for side in (block.left, block.right))
                return f'<div class="cols"><div>{left}</div><div>{right}</div></div>\n'

    def tiles(self, block: Tiles) -> str:
        tiles = "".join(
            f"<div><dt>{escape(' · '.join(filter(None, (tile.label, tile.basis))))}</dt>"
            f'<dd class="value">{self.line(tile.value)}</dd>'
            + (f'<dd class="below">{self.line(tile.below, marked_in(tile.value))}</dd>' if tile.below else "")
            + "</div>"
            for tile in block.tiles
        )
        return f'<dl class="tiles">{tiles}</dl>\n'

    def table(self, table: Table) -> str:
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in table.head)
        rows = "".join(map(self.row, table.rows))
        label = escape(table.caption)
        return (
            f'<div class="scroll" tabindex="0" role="group" aria-label="{label}"><table><caption>{label}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>\n"
        )

    def row(self, row: Row) -> str:
        cells = [self.line(cell, seen) for cell, seen in zip(row.cells, seen_before(row), strict=True)]
        first, *others = cells
        kind = ' class="grey"' if row.grey else ""
        told = "".join(f"<td>{cell}</td>" for cell in others)
        return f'<tr{kind}><th scope="row">{first}</th>{told}</tr>'

    def picture(self, picture: Picture) -> str:
        label = escape(picture.caption)
        behind = ""
        if picture.table:
            behind = (
                f"<details><summary>{escape(self.words['figures.of'])}</summary>{self.table(picture.table)}</details>"
            )
        return (
            f'<figure><figcaption>{label}</figcaption><div class="chart scroll" tabindex="0" role="group" '
            f'aria-label="{label}">{picture.svg}</div>{behind}</figure>\n'
        )

    # -------------------------------------------------------------------------------------------- text

    def line(self, line: Line, seen: frozenset[Ground] = frozenset()) -> str:
        marks = marks_of(line, self.numbers, seen)
        return "".join(self.span(span, mark) for span, mark in zip(line, marks, strict=True))

    def span(self, span: object, mark: str) -> str:
        if not isinstance(span, Figure):
            text = escape(span.text)  # type: ignore[attr-defined]  # Words
            return f"<strong>{text}</strong>" if span.strong else text  # type: ignore[attr-defined]
        name = "strong" if span.strong else "span"
        figure = f'<{name} class="figure">{escape(span.text)}</{name}>'
        return figure + (self.mark(span, mark) if mark else "")

    def mark(self, figure: Figure, mark: str) -> str:
        self.references += 1
        notes = sorted(self.numbers[ground] for ground in figure.grounds)
        for number in notes:
            self.came_from.setdefault(number, self.references)
        label = f"{escape(self.words['note'])} {mark}"
        return f'<sup><a id="ref-{self.references}" href="#note-{notes[0]}" aria-label="{label}">{mark}</a></sup>'

    def notes(self) -> str:
        items = "".join(self.note(number, ground) for ground, number in self.numbers.items())
        title = escape(self.words["notes.title"])
        return (
            f'<section id="notes" aria-labelledby="notes-title"><h2 id="notes-title">{title}</h2>'
            f'<p class="small">{escape(self.words["notes.lead"])}</p><ol class="notes">{items}</ol></section>'
        )

    def note(self, number: int, ground: Ground) -> str:
        title = escape(ground.title)
        told = [f'<a href="{escape(ground.url)}" rel="noreferrer">{title}</a>' if _is_web(ground.url) else title]
        if ground.stated:
            told.append(f"{escape(self.words['stated'])} {escape(ground.stated)}")
        if ground.quote:
            told.append(f'<q lang="{ground.quote_lang}">{escape(ground.quote)}</q>')
        told += [escape(text) for text in (ground.note, ground.quality) if text]
        if ground.confidence:
            told.append(f"{escape(self.words['confidence'])} {escape(ground.confidence)}")
        back = f'<a href="#ref-{self.came_from.get(number, 1)}" aria-label="{escape(self.words["note.back"])}">↑</a>'
        return f'<li id="note-{number}">{" · ".join(told)} {back}</li>'


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))
