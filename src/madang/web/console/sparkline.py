"""A line and its usual band as SVG paths, small enough to stand in a card. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from .series import Line

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sparkline:
    """SVG path data in a box of width × height, y downwards. line, band: "" where there is nothing to draw.

    last: where the newest value lies, None without one. low, high: the values at the lower and upper edge.
    """

    width: float
    height: float
    line: str
    band: str
    last: tuple[float, float] | None
    low: float
    high: float


def sparkline(line: Line, window_ms: tuple[int, int], *, width: float = 320, height: float = 72) -> Sparkline:
    """Draw a line of a window. The band's edge counts for the scale, so that what is unusual looks unusual."""
    low, high = _range([*line.value, *line.low, *line.high])
    span_ms = max(1, window_ms[1] - window_ms[0])

    def x(at: int) -> float:
        return round((at - window_ms[0]) / span_ms * width, 1)

    def y(value: float) -> float:
        return round(height - 3 - (value - low) / (high - low) * (height - 6), 1)

    points = [(x(at), None if value is None else y(value)) for at, value in zip(line.at, line.value, strict=True)]
    drawn = [(across, down) for across, down in points if down is not None]
    band = ""
    if line.low and line.high:
        edges = zip(line.at, line.low, line.high, strict=True)
        band = _band([(x(at), None if a is None else y(a), None if b is None else y(b)) for at, a, b in edges])
    return Sparkline(width, height, _path(points), band, drawn[-1] if drawn else None, low, high)


def _range(values: Sequence[float | None]) -> Span:
    known = [value for value in values if value is not None]
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    if low == high:
        room = max(0.5, abs(low) * 0.01)
        return low - room, high + room
    return low, high


def _path(points: Sequence[tuple[float, float | None]]) -> str:
    """A gap begins a new stroke; a value alone between gaps is drawn as a dot (a stroke of no length)."""
    parts: list[str] = []
    pen_down = False
    for index, (across, down) in enumerate(points):
        if down is None:
            pen_down = False
            continue
        parts.append(f"{'L' if pen_down else 'M'}{across:g} {down:g}")
        if not pen_down and (index + 1 == len(points) or points[index + 1][1] is None):
            parts.append("h0")
        pen_down = True
    return "".join(parts)


def _band(points: Sequence[tuple[float, float | None, float | None]]) -> str:
    parts: list[str] = []
    run: list[tuple[float, float, float]] = []
    for across, low, high in [*points, (0.0, None, None)]:
        if low is not None and high is not None:
            run.append((across, low, high))
            continue
        if len(run) > 1:
            there = "L".join(f"{x:g} {top:g}" for x, _, top in run)
            back = "L".join(f"{x:g} {bottom:g}" for x, bottom, _ in reversed(run))
            parts.append(f"M{there}L{back}Z")
        run = []
    return "".join(parts)
