"""Figures in sentences, and sums written out: ``603,233 / 729,006 = 82.7 %``, ``12,000 of 25,000 (48 %)``.

Each line is read on its own. Row is the line, column the figure's place in it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from madang.district.quantity import decimal

from .judge import Claim, Kind, constant
from .numbers import Style, clean, decide_style, read, shape
from .table import Cell, Said
from .totals import is_about_hundred
from .units import is_percent

_NUM: Final = r"[-−+△]?\d(?:[\d.,'’]*\d)?(?:\s?(?:[십백천]?여?[만억조]|[십백천])여?(?:\s?\d(?:[\d.,]*\d)?)?)*"
_SYMBOL: Final = (
    r"(?:(?:bn|Mio\.?|Mrd\.?|million|billion)(?:\s?(?:EUR|KRW|USD|€))?|%p|%|퍼센트|percent|per cent|Prozent|[㎡㎢]|km²|"
    r"km2|m²|m2|ha|헥타르|hectares?|평|원|명|호|가구|세대|개사|개|건|(?:jobs|persons)?/ha)(?![A-Za-z])"
)
_FIGURE: Final = re.compile(rf"(?:(?:약|ca\.|about|approx\.|rund)\s)?{_NUM}(?:\s?{_SYMBOL})?", re.I)
_OPERATOR: Final = re.compile(r"^\s*([+\-−–×*x·/÷:→]|->|=>|에서|=|≈)\s*$", re.I)
_SAME: Final = {
    "−": "-",
    "–": "-",
    "*": "×",
    "x": "×",
    "X": "×",
    "·": "×",
    "÷": "/",
    ":": "/",
    "->": "→",
    "=>": "→",
    "≈": "=",
}


def figure_claims(lines: Sequence[str]) -> list[Claim]:
    """What the lines claim: written-out sums first; in prose a few firm patterns, and nothing that would be a guess."""
    claims: list[Claim] = []
    for at, line in enumerate(lines, 1):
        text = clean(line)
        cells, gaps = _figures(text, at)
        claims += _equation(cells, gaps) or _prose(text, cells, gaps)
    return claims


def _figures(text: str, line: int) -> tuple[list[Cell], list[str]]:
    """The figures of a line, and what stands before, between and after them."""
    found = list(_FIGURE.finditer(text[:4000]))
    shapes = [shape(one[0]) for one in found]
    common = decide_style([one for one in shapes if one])
    style: Style = "comma" if common == "comma" else "point"
    cells: list[Cell] = []
    gaps: list[str] = []
    end = 0
    for one, form in zip(found, shapes, strict=True):
        styles = form.styles() if form else set()
        number = read(form, styles.pop() if len(styles) == 1 else style) if form and form.styles() else None
        gaps.append(text[end : one.start()])
        cells.append(Cell(line, len(cells) + 1, one[0].strip(), number, f"{line}"))
        end = one.end()
    return cells, [*gaps, text[end:]]


def _operators(gaps: Sequence[str]) -> list[str]:
    """The signs between figures; "" where words stand."""
    found = [_OPERATOR.match(gap) for gap in gaps[1:-1]]
    return [_SAME.get(one[1], one[1]) if one else "" for one in found]


def _equation(cells: Sequence[Cell], gaps: Sequence[str]) -> list[Claim]:
    """``a + b + c = t``, ``a / b = p %``, ``a × b = c``, ``a → b = g %``, ``a ha = b 평``; ``= ?`` only computes."""
    signs = _operators(gaps)
    asks = bool(re.match(r"\s*=\s*\?", gaps[-1])) if gaps else False
    if asks:
        inputs, operators, published = tuple(cells), signs, None
    elif signs and signs[-1] == "=":
        inputs, operators, published = tuple(cells[:-1]), signs[:-1], cells[-1]
    else:
        return []
    if any(cell.number is None for cell in cells) or "=" in operators or "" in operators:
        return []
    claim = _one(inputs, operators, published)
    return [claim] if claim else []


def _one(inputs: tuple[Cell, ...], operators: Sequence[str], published: Cell | None) -> Claim | None:
    percent = published is not None and _is_percent(published)
    signs = set(operators)
    if not operators:
        return _conversion(inputs[0], published) if published else None
    if signs <= {"+", "-"}:
        signed = [inputs[0], *(_negative(c) if s == "-" else c for c, s in zip(inputs[1:], operators, strict=True))]
        return Claim(Kind.SUM, tuple(signed), published)
    if signs == {"×"}:
        return Claim(Kind.PRODUCT, inputs, published, _area_factor(inputs))
    if signs == {"/"} and len(inputs) == 2:
        return Claim(Kind.SHARE if percent else Kind.RATIO, inputs, published, Decimal(100 if percent else 1))
    if signs == {"→"} and len(inputs) == 2:
        return Claim(Kind.GROWTH if percent else Kind.CHANGE, inputs, published, Decimal(100 if percent else 1))
    return None


def _negative(cell: Cell) -> Cell:
    return replace(cell, number=replace(cell.number, value=-cell.number.value)) if cell.number else cell


def _is_percent(cell: Cell) -> bool:
    return cell.number is not None and is_percent(cell.number.unit)


def _area_factor(inputs: Sequence[Cell]) -> Decimal:
    """``354/ha × 127 ha``: hectares meet hectares. ``× 127만㎡`` is in m² and needs the ten thousand."""
    per_ha = any("/ha" in cell.text for cell in inputs)
    square = any(c.number and c.number.unit and c.number.unit.symbol == "m2" for c in inputs)
    return Decimal("0.0001") if per_ha and square else Decimal(1)


def _conversion(given: Cell, published: Cell) -> Claim | None:
    """The same thing in two units: 87만㎡(26만평)."""
    one, two = (cell.number.unit if cell.number else None for cell in (given, published))
    if one is None or two is None or one.dimension != two.dimension or one.factor == two.factor:
        return None
    return Claim(Kind.CONVERSION, (given,), published, decimal(one.factor / two.factor))


_OF: Final = re.compile(r"^\s*(?:of|von|sur|out of)\s+(?:the\s+)?$", re.I)
_AMONG: Final = re.compile(r"^\s*(?:가운데|중에서|중)\s*(?:의\s*)?$")
_TO: Final = re.compile(r"^\s*(?:to|auf|à|에서)\s*$", re.I)
_THEN: Final = re.compile(r"^\s*(?:\(|,|로|으로|=|:|\bor\b|인|즉)?\s*\(?\s*(?:up\s+)?$", re.I)
_UP: Final = re.compile(r"^[^\d.]{0,24}?(?:증가|늘|성장|상승|growth|more|increase|up|plus|Wachstum|mehr|hausse)", re.I)
_DOWN: Final = re.compile(r"^[^\d.]{0,24}?(?:감소|줄|하락|decrease|fewer|less|down|Rückgang|weniger|baisse)", re.I)


def _prose(text: str, cells: Sequence[Cell], gaps: Sequence[str]) -> list[Claim]:
    claims: list[Claim] = []
    for at in range(len(cells) - 1):
        between, after = gaps[at + 1], gaps[at + 2]
        one, two = cells[at], cells[at + 1]
        if re.match(r"^\s*[(=]\s*(?:약\s*)?$", between) and (claim := _conversion(one, two)):
            claims.append(claim)
        three = cells[at + 2] if at + 2 < len(cells) else None
        if three is None or not _is_percent(three) or _is_percent(one) or _is_percent(two) or not _THEN.match(after):
            continue
        if _OF.match(between):
            claims.append(Claim(Kind.SHARE, (one, two), three, Decimal(100)))
        elif _AMONG.match(between):
            claims.append(Claim(Kind.SHARE, (two, one), three, Decimal(100)))
        elif _TO.match(between):
            claims.append(_growth(one, two, three, gaps[at + 3]))
    return [*claims, *_hundred(text, cells, gaps)]


def _growth(one: Cell, two: Cell, three: Cell, tail: str) -> Claim:
    """``from 100 to 80, 20 % less``: the word says the sign."""
    falls = bool(_DOWN.match(tail)) and not _UP.match(tail) and three.number is not None and three.number.value > 0
    return Claim(Kind.GROWTH, (one, two), _negative(three) if falls else three, Decimal(100))


def _hundred(text: str, cells: Sequence[Cell], gaps: Sequence[str]) -> Iterator[Claim]:
    """Three and more percentages side by side in one line, which would make about a hundred."""
    shares = tuple(cell for cell in cells if _is_percent(cell))
    told = re.search(r"growth|증가|감소|성장|상승|wachstum|increase|decrease|hausse", text, re.I)
    if len(shares) >= 3 and len(shares) == len(cells) and not told and is_about_hundred(shares):
        yield Claim(Kind.PERCENT_SUM, shares, constant(100, "100 %"), note=WHOLE)


WHOLE: Final = Said(
    "한 문장에 나온 비율들을 한 전체의 구성으로 보았습니다.",
    "The shares of the sentence were taken for parts of one whole.",
)
