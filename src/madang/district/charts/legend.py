"""The key of a chart: swatches with words, in as many lines as the width asks for; and notes below a picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from madang.district.charts.svg import Drawing, Label, text_width, wrap

SWATCH = 16.0
_AFTER = 6.0
_BETWEEN = 16.0
LINE = 20.0


@dataclass(frozen=True, slots=True)
class Key:
    """One entry. swatch: draws the sign around a middle point, at most SWATCH wide."""

    text: str
    swatch: Callable[[float, float], str]


def _flow(keys: Sequence[Key], room: float, size: float) -> tuple[tuple[float, int], ...]:
    places: list[tuple[float, int]] = []
    x, line = 0.0, 0
    for key in keys:
        width = SWATCH + _AFTER + text_width(key.text, size)
        if x > 0 and x + width > room:
            x, line = 0.0, line + 1
        places.append((x, line))
        x += width + _BETWEEN
    return tuple(places)


def legend_height(keys: Sequence[Key], room: float, size: float) -> float:
    """What draw_legend will need."""
    return LINE * (_flow(keys, room, size)[-1][1] + 1) if keys else 0.0


def draw_legend(drawing: Drawing, keys: Sequence[Key], left: float, top: float, room: float) -> None:
    """Write the key into the space from top."""
    size = drawing.palette.size
    for key, (x, line) in zip(keys, _flow(keys, room, size), strict=True):
        middle = top + line * LINE + LINE / 2
        start = left + x + SWATCH + _AFTER
        told = drawing.line(key.text, start, middle + size * 0.35, left + room - start, fill=drawing.palette.muted)
        if told:
            drawing.add(key.swatch(left + x + SWATCH / 2, middle))


@dataclass(frozen=True, slots=True)
class Notes:
    """Reasons numbered in the order they are first given; the same reason keeps its number."""

    reasons: tuple[str, ...]

    @classmethod
    def of(cls, reasons: Sequence[str]) -> "Notes":
        return cls(tuple(dict.fromkeys(reason for reason in reasons if reason)))

    def sign(self, reason: str) -> str:
        """The mark that stands at the label, with a space before; empty without a reason."""
        return f" {_raised(self.reasons.index(reason) + 1)}" if reason else ""

    def lines(self, size: float, room: float) -> tuple[str, ...]:
        return tuple(
            line
            for index, reason in enumerate(self.reasons, 1)
            for line in wrap(f"{_raised(index)} {reason}", size, room, lines=4)
        )


def _raised(number: int) -> str:
    return f"{number})"


def draw_notes(drawing: Drawing, notes: Sequence[str], left: float, top: float, size: float) -> None:
    """Write finished lines of notes from top, size * 1.4 each."""
    for index, line in enumerate(notes):
        drawing.say(Label(left, top + size * (1.0 + index * 1.4), (line,), size, fill=drawing.palette.muted))
