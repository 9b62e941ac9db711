"""SVG text by hand: elements with escaping, text boxes estimated from letters, labels that keep apart.

Lengths are user units (px in the console), y grows downwards. Nothing here knows what a chart means.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from madang.district.charts.palette import Palette

Format = Callable[[float], str]
"""Writes a number with its unit in the reader's language; the caller's, so chart and table say the same."""

Anchor = Literal["start", "middle", "end"]

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production [2] Char
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})

ASCENT = 0.86
DESCENT = 0.24
LEADING = 1.3


def num(value: float) -> str:
    """A coordinate, to a hundredth, without trailing zeros; the same bytes on every machine."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def escape(text: str) -> str:
    """Text as XML content or attribute value; characters that no XML document may hold are dropped."""
    return _FORBIDDEN.sub("", text).translate(_ESCAPES)


def el(name: str, *children: str, **attributes: str | float | None) -> str:
    """One element. children: finished XML; attributes: `_` stands for `-`, None is left out."""
    told = "".join(
        f' {key.strip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else num(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{told}>{''.join(children)}</{name}>" if children else f"<{name}{told}/>"


def titled(title: str) -> tuple[str, ...]:
    """What a pointer resting on the element reads; nothing for an empty text."""
    return (el("title", escape(title)),) if title else ()


def path(points: Iterable[tuple[float, float]], *, closed: bool = False) -> str:
    """The `d` of a line through points."""
    joined = "L".join(f"{num(x)} {num(y)}" for x, y in points)
    return f"M{joined}{'Z' if closed else ''}" if joined else ""


# Advance widths in 1/100 em of Pretendard, measured in a browser and rounded up; a Hangul syllable counts 93.
_WIDTHS = (
    dict.fromkeys("iljI.,:;'!·‘’", 28)
    | dict.fromkeys(" |", 31)
    | dict.fromkeys('ftr()[]{}-/\\"²', 44)
    | dict.fromkeys("0123456789#$&×€–", 64)
    | dict.fromkeys("ABCDEGHKNOPQRSTUVXYZ+=<>~−", 73)
    | dict.fromkeys("mwMW%@…→₩", 93)
    | {"—": 97}
)
_LETTER = 59
_WIDE = 93


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Estimated width of one line, on the safe side for the console's font and the usual sans serif of a document."""
    hundredths = sum(_WIDTHS.get(c, _LETTER if ord(c) < 0x1100 else _WIDE) for c in text)
    return hundredths * size * (1.06 if bold else 1.0) / 100


def clip(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text if it fits the room, else its beginning and an ellipsis; empty if not even that fits."""
    if text_width(text, size, bold=bold) <= room:
        return text
    while text and text_width(text.rstrip() + "…", size, bold=bold) > room:
        text = text[:-1]
    return f"{text.rstrip()}…" if text.strip() else ""


def wrap(text: str, size: float, room: float, *, lines: int = 99, bold: bool = False) -> tuple[str, ...]:
    """Lines broken between words, also in Korean; a word wider than the room is cut, as is the last line allowed."""
    done: list[str] = []
    words = text.split()
    while words and len(done) < lines:
        if len(done) == lines - 1:
            done.append(clip(" ".join(words), size, room, bold=bold))
            break
        line = words.pop(0)
        while words and text_width(f"{line} {words[0]}", size, bold=bold) <= room:
            line += f" {words.pop(0)}"
        done.append(clip(line, size, room, bold=bold))
    return tuple(line for line in done if line)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the picture."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether they share more than an edge."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def within(self, other: "Box") -> bool:
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )

    def grown(self, by: float) -> "Box":
        return Box(self.left - by, self.top - by, self.right + by, self.bottom + by)


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a place: (x, y) is on the baseline of the first of its lines. fill None: the palette's ink."""

    x: float
    y: float
    lines: tuple[str, ...]
    size: float
    anchor: Anchor = "start"
    fill: str | None = None
    bold: bool = False
    halo: bool = False
    hint: str = ""

    @property
    def width(self) -> float:
        return max((text_width(line, self.size, bold=self.bold) for line in self.lines), default=0.0)

    @property
    def box(self) -> Box:
        left = self.x - {"start": 0.0, "middle": self.width / 2, "end": self.width}[self.anchor]
        bottom = self.y + self.size * (LEADING * (len(self.lines) - 1) + DESCENT)
        return Box(left, self.y - self.size * ASCENT, left + self.width, bottom)

    def moved(self, dx: float = 0.0, dy: float = 0.0) -> "Label":
        return replace(self, x=self.x + dx, y=self.y + dy)


class Drawing:
    """A picture while it is drawn: marks below, words above, and the boxes that words have taken.

    Words go in by importance: a label that finds no free place is left out, and its mark's <title> still says it.
    """

    def __init__(self, palette: Palette, width: float, height: float) -> None:
        self.palette = palette
        self.frame = Box(0.0, 0.0, width, height)
        self._marks: list[str] = []
        self._words: list[str] = []
        self._taken: list[Box] = []

    def add(self, *marks: str) -> None:
        """Draw marks, later ones above."""
        self._marks.extend(marks)

    def keep_free(self, *boxes: Box) -> None:
        """No label from now on covers these."""
        self._taken.extend(boxes)

    def is_free(self, box: Box) -> bool:
        return box.within(self.frame) and not any(box.overlaps(other) for other in self._taken)

    def say(self, *alternatives: Label) -> Label | None:
        """Write the first alternative that covers nothing written and stays inside; None if there is none."""
        for label in alternatives:
            if any(line.strip() for line in label.lines) and self.is_free(label.box):
                self._taken.append(label.box)
                self._words.append(self._text(label))
                return label
        return None

    def line(
        self,
        text: str,
        x: float,
        y: float,
        room: float,
        *,
        size: float | None = None,
        anchor: Anchor = "start",
        fill: str | None = None,
        bold: bool = False,
        hint: str = "",
    ) -> Label | None:
        """Write one line, cut to the room."""
        size = size or self.palette.size
        return self.say(Label(x, y, (clip(text, size, room, bold=bold),), size, anchor, fill, bold, hint=hint))

    def _text(self, label: Label) -> str:
        return "".join(
            el(
                "text",
                escape(line),
                *titled(label.hint),
                x=label.x,
                y=label.y + index * label.size * LEADING,
                font_size=label.size,
                text_anchor=None if label.anchor == "start" else label.anchor,
                fill=label.fill or self.palette.ink,
                font_weight="600" if label.bold else None,
                stroke=self.palette.ground if label.halo else None,
                stroke_width=3.0 if label.halo else None,
                stroke_linejoin="round" if label.halo else None,
                paint_order="stroke" if label.halo else None,
            )
            for index, line in enumerate(label.lines)
        )

    def svg(self, title: str, desc: str, *, table_id: str = "") -> str:
        """The document. With table_id the picture is hidden from screen readers, which are sent to that table."""
        width, height = num(self.frame.right), num(self.frame.bottom)
        return el(
            "svg",
            *((el("desc", escape(desc)),) if desc else ()),
            *self._marks,
            *self._words,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {width} {height}",
            width=width,
            height=height,
            class_="madang-chart",
            role="img",
            aria_label=title,
            font_family=self.palette.font,
            aria_hidden="true" if table_id else None,
            aria_describedby=table_id or None,
        )


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> tuple[float, ...]:
    """Places near the wanted ones, at least gap apart, between low and high; in the order of wanted.

    When there is not room for all, they stand evenly and closer than the gap.
    """
    if len(wanted) < 2:
        return tuple(min(max(w, low), high) for w in wanted)
    step = min(gap, (high - low) / (len(wanted) - 1))
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    groups: list[tuple[float, int]] = []  # first place and size of runs that touch
    for index in order:
        first, count = wanted[index], 1
        while groups and groups[-1][0] + (groups[-1][1] - 0.5) * step > first - step / 2:
            before, size = groups.pop()
            first = (before * size + (first - size * step) * count) / (size + count)
            count += size
        groups.append((first, count))
    placed = [first + i * step for first, count in groups for i in range(count)]
    for i, place in enumerate(placed):
        placed[i] = max(place, low + i * step)
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = min(placed[i], high - (len(placed) - 1 - i) * step)
    return tuple(place for _, place in sorted(zip(order, placed, strict=True)))
