"""What drawings to scale share: metres on paper, the scale bar, a free place inside an area."""

import math
from collections.abc import Iterable, Sequence
from typing import Final

from madang.district.charts.marks import Points, crossings, rule
from madang.district.charts.svg import Drawing, text_width

_METRES_PER_DEGREE: Final = 111_195.0  # of a great circle on the mean sphere, 6 371 008.8 m


def metres(corners: Iterable[tuple[float, float]], middle: tuple[float, float]) -> tuple[tuple[float, float], ...]:
    """Longitude and latitude as metres east and south of a middle; good to 0.1 % over the width of a city."""
    along = _METRES_PER_DEGREE * math.cos(math.radians(middle[1]))
    return tuple(((lon - middle[0]) * along, (middle[1] - lat) * _METRES_PER_DEGREE) for lon, lat in corners)


def bar_length(metres_wide: float) -> float:
    """100 m if that can be seen and fits a third of the width, else the nearest of 1, 2, 5 times a power of ten."""
    if metres_wide * 0.06 <= 100.0 <= metres_wide * 0.34:
        return 100.0
    power = 10.0 ** math.floor(math.log10(metres_wide * 0.3))
    return next(f * power for f in (5.0, 2.0, 1.0) if f * power <= metres_wide * 0.3 * 1.000001)


def length_words(length: float) -> str:
    """`100 m`, `2 km`."""
    return f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"


def draw_scale_bar(drawing: Drawing, left: float, y: float, per_metre: float, metres_wide: float) -> float:
    """A bar with its length in words after it; returns where the words end."""
    length, palette = bar_length(metres_wide), drawing.palette
    right = left + length * per_metre
    drawing.add(rule(left, y, right, y, palette.ink, width=1.6))
    for x in (left, right):
        drawing.add(rule(x, y - 4.0, x, y + 4.0, palette.ink, width=1.6))
    words, size = length_words(length), palette.size - 1.0
    drawing.line(words, right + 6.0, y + size * 0.35, 80.0, size=size, fill=palette.muted)
    return right + 6.0 + text_width(words, size)


def widest_place(rings: Sequence[Points], height: float) -> tuple[float, float, float]:
    """Middle and width of a wide level strip of that height inside an area: (x, y, width); width 0 if none."""
    ys = [y for ring in rings for _, y in ring]
    top, bottom = min(ys), max(ys)
    best = ((top + bottom) / 2, (top + bottom) / 2, 0.0)
    score = 0.0
    for step in sorted(range(1, 24), key=lambda s: abs(s - 12)):
        y = top + (bottom - top) * step / 24
        for left, right in _strips(rings, y, height):
            worth = (right - left) * (1.0 - abs(step - 12) / 24)  # the middle looks better than a little more width
            if worth > score * 1.001:
                best, score = ((left + right) / 2, y, right - left), worth
    return best


def _strips(rings: Sequence[Points], y: float, height: float) -> tuple[tuple[float, float], ...]:
    """Inside stretches at y that are still inside a bit above and below."""
    cuts = [crossings(rings, level) for level in (y - height / 2, y, y + height / 2)]
    spans = [tuple(zip(cut[::2], cut[1::2], strict=False)) for cut in cuts]
    shared = spans[0]
    for other in spans[1:]:
        shared = tuple((max(a, c), min(b, d)) for a, b in shared for c, d in other if min(b, d) > max(a, c))
    return shared
