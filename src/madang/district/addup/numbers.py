"""What a cell's text says as a number, how finely it was written, and which sign separates its decimals.

A text such as ``9.400`` is two numbers until its column says which: 9,400 in Germany, 9.4 in Korea. So reading has two
steps: ``shape`` tells what a text can be, ``read`` what it is once the column's style is known.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

from madang.district.quantity import Unit, parse_number
from madang.errors import BadRequestData

from .units import is_counted, unit_of

Style = Literal["point", "comma"]
"""The sign before the decimals."""

EXPONENT_MAX: Final = 30
DIGITS_MAX: Final = 40

_UNSEEN: Final = dict.fromkeys(
    [*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0x00AD], ""
)
_SPACES: Final = dict.fromkeys([0x00A0, 0x2007, 0x2008, 0x2009, 0x202F, 0x3000], " ")
_WIDE: Final = {0xFF01 + offset: chr(0x21 + offset) for offset in range(0x5E)}
_CLEAN: Final = _UNSEEN | _SPACES | _WIDE


def clean(text: str) -> str:
    """Without marks nobody sees (zero width, direction), with plain spaces and half-width signs."""
    return text.translate(_CLEAN).strip()


@dataclass(frozen=True, slots=True)
class Number:
    """A written number. step: the value of one in its last written digit. half: how far the true value may be from it
    (0 for counted things). about: the text itself says roughly."""

    value: Decimal
    step: Decimal
    half: Decimal
    unit: Unit | None = None
    about: bool = False


MISSING: Final = frozenset(
    {"", "-", "–", "—", "−", "…", "..", "...", ".", "x", "·", "/", "n/a", "na", "nan", "n.a.", "k.a.", "null", "none"}
    | {"비공개", "미상", "해당없음", "해당 없음", "미정", "미집계", "inf", "-inf", "?"}
)

_ABOUT: Final = re.compile(r"^(약|대략|근|about|approx\.?|ca\.?|circa|rund|etwa|environ|env\.|around|[~≈])\s*", re.I)
_FOOTNOTE: Final = re.compile(r"(\s*[*†‡§¹²³⁴⁵⁶⁷⁸⁹]+|\s+\d{1,2}\)|\s*\[\d{1,2}\]|\s+\([a-z]\))+$", re.I)
_GLUED: Final = re.compile(r"^(\D*\d{1,3}(?:,\d{3})+)\d\)$")
_DIGITS: Final = r"\d(?:[\d.,'’]|(?<=\d) (?=\d{3}(?!\d)))*"
_SIZES: Final = {
    word: Decimal(10) ** power
    for power, word in enumerate(
        ["", "십", "백", "천", "만", "십만", "백만", "천만", "억", "십억", "백억", "천억", "조", "십조", "백조"]
    )
}
_WORD: Final = r"(?:[십백천]?여?[만억조]|[십백천])"
_ITEM: Final = re.compile(rf"({_DIGITS})\s*({_WORD}?)여?\s*", re.ASCII)
_AMOUNT: Final = re.compile(
    # A word must stand between two runs of digits: without it one text could be cut in thousands of ways.
    rf"^(?P<sign>[-−–+△▲]?)\s*(?P<amount>{_DIGITS}(?:\s*{_WORD}여?(?:\s*{_DIGITS})?)*)여?(?P<rest>.*)$",
    re.DOTALL | re.ASCII,
)
_SCIENTIFIC: Final = re.compile(r"^([-+]?\d+(?:\.\d+)?)[eE]([-+]?\d{1,6})$")
_SCALES: Final = {
    **dict.fromkeys(("thousand", "k", "tausend", "tsd", "mille"), 3),
    **dict.fromkeys(("million", "millions", "mio", "mn", "millionen"), 6),
    **dict.fromkeys(("billion", "billions", "bn", "mrd", "milliarden", "milliards", "milliard"), 9),
    **dict.fromkeys(("trillion", "trillions", "tn"), 12),
}
_SCALE: Final = re.compile(r"^([A-Za-z]+)\.?\s*(.*)$")


def is_missing(text: str) -> bool:
    return clean(text).lower() in MISSING


@lru_cache(maxsize=65536)
def readings(digits: str) -> Mapping[Style, str]:
    """What digits with separators can be, as a plain decimal, by style; empty where they are no number.

    ``1,234.5`` is only point style, ``1.234,5`` only comma style, ``1,234`` and ``9.400`` can be both.
    """
    bare = digits.replace("'", "").replace("’", "").replace(" ", "")
    found: dict[Style, str] = {}
    for style, decimal, thousand in (("point", ".", ","), ("comma", ",", ".")):
        whole, mark, part = bare.partition(decimal)
        groups = whole.split(thousand)
        if mark and (not part.isdigit() or not whole):
            continue
        if not all(group.isdigit() for group in groups):
            continue
        if len(groups) > 1 and (len(groups[0]) > 3 or groups[0] == "0" or any(len(g) != 3 for g in groups[1:])):
            continue
        found["point" if style == "point" else "comma"] = "".join(groups) + (f".{part}" if mark else "")
    return MappingProxyType(found)


@dataclass(frozen=True, slots=True)
class Shape:
    """A text that can be a number, before its column's style is known."""

    sign: int
    items: tuple[tuple[str, str], ...]
    unit: Unit | None
    scale: int
    about: bool

    def styles(self) -> set[Style]:
        """Styles under which every part of it can be read."""
        found: set[Style] = {"point", "comma"}
        for digits, _ in self.items:
            found &= set(readings(digits))
        # 3만8,000: Korean words go with commas between thousands.
        return found & {"point"} if any(word for _, word in self.items) else found

    def decides(self) -> bool:
        """Whether it can be read in one style only, or says nothing because it has no separators."""
        return len(self.styles()) == 1


def shape(text: str) -> Shape | None:
    """What a cell's text can be as a number; None for words, dates, formulas and several numbers in one cell."""
    seen = clean(text)
    if not seen or len(seen) > 80 or seen[0] in "=@":
        return None
    if scientific := _SCIENTIFIC.match(seen):
        return _scientific(scientific[1], int(scientific[2]))
    bare = _ABOUT.sub("", seen)
    about = bare != seen or "여" in bare
    bare = _GLUED.sub(r"\1", _FOOTNOTE.sub("", bare))
    found = _AMOUNT.match(bare)
    if not found or sum(map(str.isdigit, found["amount"])) > DIGITS_MAX:
        return None
    rest, scale = _scale(found["rest"].strip())
    unit = unit_of(rest) if rest else None
    if rest and unit is None and not (rest[0] == "/" and unit_of(rest[1:])):
        return None
    items = tuple((digits.strip(), word.replace("여", "")) for digits, word in _ITEM.findall(found["amount"]))
    if any(word not in _SIZES for _, word in items) or any(not word for _, word in items[:-1]):
        return None
    return Shape(-1 if found["sign"] in ("-", "−", "–", "△", "▲") else 1, items, unit, scale, about)


def _scientific(mantissa: str, exponent: int) -> Shape | None:
    """``1.2E+05`` as spreadsheets write it; beyond what a published figure can be it is no number."""
    if abs(exponent) > EXPONENT_MAX or len(mantissa) > DIGITS_MAX:
        return None
    sign = -1 if mantissa.startswith("-") else 1
    return Shape(sign, ((mantissa.lstrip("+-"), ""),), None, exponent, False)


def _scale(rest: str) -> tuple[str, int]:
    """A scale word in front of the unit: ``bn EUR`` is EUR and 9."""
    found = _SCALE.match(rest)
    if found and found[1].lower() in _SCALES:
        return found[2].strip(), _SCALES[found[1].lower()]
    return rest, 0


def read(found: Shape, style: Style, column_unit: Unit | None = None) -> Number | None:
    """The number in that style; None where it cannot be read so. column_unit holds where the cell names none."""
    texts = [(readings(digits).get(style), word) for digits, word in found.items]
    if any(text is None for text, _ in texts):
        return None
    value = _amount([(text or "", word) for text, word in texts])
    if value is None:
        return None
    last, word = texts[-1]
    decimals = len((last or "").partition(".")[2])
    step = (_SIZES[word] * Decimal(1).scaleb(-decimals)).scaleb(found.scale)
    value = (found.sign * value).scaleb(found.scale)
    if found.about:
        step = max(step, last_digit(value))
    unit = found.unit or column_unit
    counted = is_counted(unit) and step == 1 and not found.about
    return Number(value, step, Decimal(0) if counted else step / 2, unit, found.about)


def _amount(items: list[tuple[str, str]]) -> Decimal | None:
    """``[("3", "만"), ("8000", "")]`` is 38000; None where the words do not go down."""
    if len(items) == 1 and not items[0][1]:
        return Decimal(items[0][0])
    try:
        return parse_number("".join(f"{text}{word}" for text, word in items))
    except BadRequestData:
        return None


def last_digit(value: Decimal) -> Decimal:
    """The place of the last digit that is not 0: 1000 for 38000."""
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


def decide_style(shapes: Iterable[Shape]) -> Style | Literal["mixed"] | None:
    """The style of a column's texts; None where nothing in it decides, "mixed" where it contradicts itself."""
    seen = {style for found in shapes if found.decides() for style in found.styles()}
    if not seen:
        return None
    return seen.pop() if len(seen) == 1 else "mixed"


def number(value: Decimal | int | str, *, exact: bool = False) -> Number:
    """A number as code has it: written to its last digit, or exact."""
    plain = Decimal(value)
    exponent = plain.as_tuple().exponent
    step = Decimal(1).scaleb(min(exponent, 0) if isinstance(exponent, int) else 0)
    return Number(plain, step, Decimal(0) if exact else step / 2)
