"""The briefing as PDF: typst sets the value that HTML and data package are made of too, always to the same bytes."""

from dataclasses import fields
from datetime import date
from pathlib import Path

import orjson
import typst

from madang.errors import ConfigError
from madang.model.entity import Json

from .marks import Numbers, marked_in, marks_of, numbers_of, seen_before
from .values import (
    Block,
    Briefing,
    Columns,
    Ground,
    Line,
    Paragraph,
    Picture,
    Points,
    Row,
    Table,
    Tiles,
    numbered,
)

HERE = Path(__file__).parent
FONTS = HERE / "fonts"
TEMPLATE = HERE / "briefing.typ"
TILE_LENGTH_MAX = 20
"""Characters of a key figure in large type."""


def make_pdf(briefing: Briefing) -> bytes:
    """PDF/UA-1: tagged, with title, language and text alternatives. The same briefing gives the same bytes.

    Raises ConfigError where the fonts were not built in."""
    done: bytes = typst.compile(
        TEMPLATE,
        format="pdf",
        pdf_standards=["ua-1"],
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=_inputs(briefing),
    )
    return done


def make_pngs(briefing: Briefing, ppi: float = 110) -> list[bytes]:
    """The same pages as pictures, for looking at them."""
    pages: bytes | list[bytes] = typst.compile(
        TEMPLATE,
        format="png",
        ppi=ppi,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs=_inputs(briefing),
    )
    return pages if isinstance(pages, list) else [pages]


def _inputs(briefing: Briefing) -> dict[str, str]:
    return {"briefing": orjson.dumps(as_document(briefing)).decode()}


def _fonts() -> list[Path]:
    if not any(FONTS.glob("*.otf")):
        raise ConfigError(
            f"The briefing's fonts are missing from {FONTS}; install madang from a wheel, or build it with pip install."
        )
    return [FONTS]


def as_document(briefing: Briefing) -> Json:
    """What the template reads."""
    numbers = numbers_of(briefing)
    day = date.fromisoformat(briefing.date)
    return {
        "lang": briefing.lang,
        "title": briefing.title,
        "subtitle": briefing.subtitle,
        "city": briefing.city,
        "date": [day.year, day.month, day.day],
        "date_text": briefing.date_text,
        "digest": briefing.digest,
        "words": briefing.words,
        "sections": [
            {
                "id": one.id,
                "title": one.title,
                "breaks": one.breaks,
                "blocks": [_block(block, numbers) for block in one.blocks],
            }
            for one in briefing.sections
        ],
        "notes": [{field.name: getattr(one, field.name) for field in fields(one)} for one in briefing.notes],
    }


def _block(block: Block, numbers: Numbers) -> Json:
    match block:
        case Paragraph():
            return {"kind": "paragraph", "tone": block.tone, "line": _line(block.line, numbers)}
        case Points():
            items = [_line(item, numbers) for item in block.items]
            return {"kind": "points", "heading": block.heading, "items": items}
        case Tiles():
            return {"kind": "tiles", "tiles": [
                {"label": tile.label, "basis": tile.basis, "value": _line(tile.value, numbers),
                 "below": _line(tile.below, numbers, marked_in(tile.value)),
                 "long": sum(len(span.text) for span in tile.value) > TILE_LENGTH_MAX}
                for tile in block.tiles
            ]}  # fmt: skip
        case Table():
            rows = [{"grey": row.grey, "cells": _cells(row, numbers)} for row in block.rows]
            return {"kind": "table", "caption": block.caption, "head": block.head, "widths": block.widths, "rows": rows}
        case Picture():
            return _picture(block, numbers)
        case Columns():
            return {"kind": "columns", "widths": block.widths, "left": [_block(one, numbers) for one in block.left],
                    "right": [_block(one, numbers) for one in block.right]}  # fmt: skip


def _picture(picture: Picture, numbers: Numbers) -> Json:
    """The table behind it is not printed: its notes stand at the caption, its figures in the text alternative."""
    alt, notes = picture.caption, ""
    if picture.table:
        told = [" ".join("".join(span.text for span in cell) for cell in row.cells) for row in picture.table.rows]
        alt = f"{alt}: {'; '.join(told)}"
        notes = numbered([numbers[one] for row in picture.table.rows for cell in row.cells for one in marked_in(cell)])
    return {"kind": "picture", "svg": picture.svg, "caption": picture.caption, "notes": notes, "alt": alt,
            "width": picture.width}  # fmt: skip


def _cells(row: Row, numbers: Numbers) -> list[Json]:
    return [_line(cell, numbers, seen) for cell, seen in zip(row.cells, seen_before(row), strict=True)]


def _line(line: Line, numbers: Numbers, seen: frozenset[Ground] = frozenset()) -> list[Json]:
    return [
        {"text": span.text, "strong": span.strong, "notes": marks}
        for span, marks in zip(line, marks_of(line, numbers, seen), strict=True)
    ]
