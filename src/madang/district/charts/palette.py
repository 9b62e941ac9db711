"""Colours of a chart as values: CSS variables for the console, plain colours for paper.

A series is never told by colour alone: each style has a colour, a mark, a dash pattern and a hatch of its own.
"""

from dataclasses import dataclass
from typing import Literal

Shape = Literal["circle", "square", "diamond", "triangle", "cross", "hexagon", "bar", "drop"]
Hatch = Literal["none", "rising", "falling", "level", "upright", "grid"]


@dataclass(frozen=True, slots=True)
class Style:
    """How one series looks. dash: an SVG stroke-dasharray, empty for a solid line."""

    colour: str
    shape: Shape
    dash: str
    hatch: Hatch


@dataclass(frozen=True, slots=True)
class Palette:
    """All a chart asks of its surroundings. size: of body text, px (print: user units); ground: what lies behind it."""

    ink: str
    muted: str
    line: str
    line_strong: str
    ground: str
    sunken: str
    accent: str
    ok: str
    watch: str
    alarm: str
    series: tuple[str, ...]
    font: str
    size: float = 12.0

    def style(self, index: int) -> Style:
        """The style of series index, 0 based; colours and forms have different periods, so pairs repeat late."""
        shape, dash, hatch = _FORMS[index % len(_FORMS)]
        return Style(self.series[index % len(self.series)], shape, dash, hatch)


_FORMS: tuple[tuple[Shape, str, Hatch], ...] = (
    ("circle", "", "none"),
    ("square", "6 3", "rising"),
    ("diamond", "2 3", "falling"),
    ("triangle", "8 3 2 3", "level"),
    ("hexagon", "1 3", "upright"),
    ("cross", "10 4", "grid"),
    ("drop", "4 2", "rising"),
)

CONSOLE = Palette(
    ink="var(--ink)",
    muted="var(--muted)",
    line="var(--line)",
    line_strong="var(--line-strong)",
    ground="var(--surface)",
    sunken="var(--sunken)",
    accent="var(--places)",
    ok="var(--ok)",
    watch="var(--watch-fill)",
    alarm="var(--alarm-fill)",
    series=(
        "var(--places)",
        "light-dark(#1f5f9e, #7db4ea)",
        "var(--pine)",
        "var(--people)",
        "light-dark(#b3481a, #f0936b)",
        "var(--trust)",
        "light-dark(#5b6a12, #b9c25a)",
        "light-dark(#2a7f94, #7fd0e0)",
    ),
    font="var(--font)",
)
"""Follows the theme of the page: the tokens of madang.css, which also sets color-scheme, so light-dark() works."""

PRINT = Palette(
    ink="#1d2326",
    muted="#5c605b",
    line="#ddd5c5",
    line_strong="#b9b09e",
    ground="#ffffff",
    sunken="#f1ede4",
    accent="#8f5f08",
    ok="#0f6b5c",
    watch="#c98a1b",
    alarm="#c8402f",
    series=("#8f5f08", "#1f5f9e", "#0f6b5c", "#7b3f6d", "#b3481a", "#4a5a6a", "#5b6a12", "#2a7f94"),
    font="Pretendard, Noto Sans KR, NanumGothic, Liberation Sans, sans-serif",
)
"""The light theme on white paper. `dataclasses.replace(PRINT, font=...)` names the document's own font."""
