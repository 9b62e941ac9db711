"""Whether a published figure follows from the figures it is said to come from.

The figures that go in are themselves rounded, so the computed value is an interval: each input may lie half a step of
its last written digit to either side. A published figure holds when it is what the computed value rounds to, or what
some value of the interval rounds to.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal, DivisionByZero, localcontext
from enum import Enum
from itertools import product as every
from typing import Final

from madang.district.quantity import decimal

from .numbers import Number, last_digit
from .table import Cell, Said
from .units import PYEONG_M2, is_counted

_CONTEXT: Final = Context(prec=60)
HUNDRED: Final = Decimal(100)


class Kind(Enum):
    """What a table claims. Inputs in order; ``factor`` is the claim's own (100 for shares)."""

    SUM = "sum"
    SHARE = "share"  # part, whole
    GROWTH = "growth"  # from, to
    LEVEL = "level"  # from, change
    CHANGE = "change"  # from, to
    PRODUCT = "product"
    RATIO = "ratio"  # above, below
    CONVERSION = "conversion"
    PERCENT_SUM = "percent_sum"  # published: 100
    SCALING_MAX = "scaling_max"  # value, min, max; more is better
    SCALING_MIN = "scaling_min"  # value, min, max; less is better
    WEIGHTED = "weighted"  # value, weight, value, weight …
    WEIGHTED_MEAN = "weighted_mean"  # the same, divided by the weights' sum
    MEAN = "mean"
    STANDARD_ERROR = "standard_error"
    FIGURE = "figure"  # one computed elsewhere, held against a published one


class Verdict(Enum):
    MATCH = "match"
    TRUNCATED = "truncated"
    ROUNDED = "rounded differently"
    UNIT_SLIP = "unit slip"
    MISMATCH = "mismatch"
    CANNOT_TELL = "cannot tell"
    INFO = "info"

    @property
    def holds(self) -> bool:
        """A figure a reader may rely on to its last digit but one; a cut or wrong figure does not hold."""
        return self in (Verdict.MATCH, Verdict.ROUNDED)


@dataclass(frozen=True, slots=True)
class Span:
    """A computed value, and the interval that the inputs' rounding leaves open."""

    mid: Decimal
    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Claim:
    """published None, or ``told``: nothing is claimed, the value is only told. note: what the finder wants to add.
    unsure: another reading is as likely, so that no error is told. rounds: shares and the like, which are rounded even
    where they are whole."""

    kind: Kind
    inputs: tuple[Cell, ...]
    published: Cell | None
    factor: Decimal = Decimal(1)
    note: Said | None = None
    told: bool = False
    unsure: bool = False
    rounds: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on a claim. why: which rule gave it, a key of ``words.WHY``. slip: the factor that explains it.
    suspect: the input at fault where one can be named. difference: published less computed."""

    claim: Claim
    verdict: Verdict
    why: str
    computed: Span | None = None
    difference: Decimal | None = None
    slip: str = ""
    suspect: Cell | None = None


def holds(claim: Claim) -> bool:
    return judge(claim, slips=False).verdict.holds


def is_wrong(claim: Claim) -> bool:
    """A mismatch or a unit slip, whichever."""
    return judge(claim, slips=False).verdict is Verdict.MISMATCH


def judge(claim: Claim, *, slips: bool = True) -> Finding:
    """Never raises: what cannot be computed is told as ``cannot tell`` with the cell at fault. slips: also look for the
    unit that explains a mismatch, which takes most of the time."""
    published = claim.published
    for cell in (*claim.inputs, *([published] if published else [])):
        if cell.number is None:
            return Finding(claim, Verdict.CANNOT_TELL, "missing" if cell.is_missing else "unread", suspect=cell)
    with localcontext(_CONTEXT):
        numbers = [cell.number for cell in claim.inputs if cell.number]
        try:
            computed = FORMULAS[claim.kind](numbers, claim.factor)
        except (ZeroDivisionError, DivisionByZero, NoSpread):
            return Finding(claim, Verdict.CANNOT_TELL, "no divisor", suspect=claim.inputs[-1])
        if published is None or published.number is None or claim.told:
            return Finding(claim, Verdict.INFO, "told" if claim.told else "computed", computed)
        found = _compare(claim, computed, numbers, published.number, slips=slips)
        if claim.unsure and not found.verdict.holds:
            found = Finding(claim, Verdict.CANNOT_TELL, "reading")
        return replace(found, computed=computed, difference=published.number.value - computed.mid)


def _compare(claim: Claim, computed: Span, numbers: Sequence[Number], published: Number, *, slips: bool) -> Finding:
    value, step = published.value, published.step
    if published.half == 0 and claim.kind is Kind.PERCENT_SUM:
        holds = computed.low <= value <= computed.high
        why = "exact" if computed.mid == value else "within"
        return Finding(claim, Verdict.MATCH, why) if holds else Finding(claim, Verdict.MISMATCH, "mismatch")
    if value in (rounded(computed.mid, step, ROUND_HALF_UP), rounded(computed.mid, step, ROUND_HALF_EVEN)):
        return Finding(claim, Verdict.MATCH, "exact")
    within = computed.low <= value + step / 2 and computed.high >= value - step / 2 and computed.low != computed.high
    if within and not _are_counts(claim, [*numbers, published]):
        if _may_be_counts(claim, numbers):
            return Finding(claim, Verdict.ROUNDED, "whole")
        return Finding(claim, Verdict.MATCH, "within")
    other = _other_rounding(claim, computed.mid, published)
    if other or not slips:
        return other or Finding(claim, Verdict.MISMATCH, "mismatch")
    return _slip(claim, computed, numbers, published)


ROUND_FROM: Final = 1000
"""A whole number from here on that ends in 0 may have been rounded."""


def _are_counts(claim: Claim, numbers: Sequence[Number]) -> bool:
    """Whole numbers of a sum, none of them in a unit that is measured or a thousand and more with a 0 at its end: they
    were counted one by one, and a difference of 1 is an error."""
    return (
        claim.kind is Kind.SUM
        and not claim.rounds
        and all(n.step == 1 and not n.about and (n.unit is None or is_counted(n.unit)) for n in numbers)
        and all(abs(n.value) < ROUND_FROM or n.value % 10 for n in numbers[:-1])
    )


def _may_be_counts(claim: Claim, numbers: Sequence[Number]) -> bool:
    """Whole numbers without a unit: counts do not round, so what only rounding explains is told, not as an error. In a
    sum the unit does not matter, since whoever adds has the parts at hand."""
    return all(number.step == 1 and (number.unit is None or claim.kind is Kind.SUM) for number in numbers)


def rounded(value: Decimal, step: Decimal, rule: str) -> Decimal:
    return (value / step).quantize(Decimal(1), rule) * step


def _other_rounding(claim: Claim, mid: Decimal, published: Number) -> Finding | None:
    value, step = published.value, published.step
    if value == rounded(mid, step, ROUND_DOWN):
        # The digits after the last one were dropped. A figure without decimals is cut in the same way.
        return Finding(claim, Verdict.TRUNCATED, "cut")
    if value == rounded(mid, step, ROUND_UP):
        twice = rounded(rounded(mid, step / 10, ROUND_HALF_UP), step, ROUND_HALF_UP) == value
        return Finding(claim, Verdict.ROUNDED, "twice" if twice else "up")
    coarse = last_digit(value)
    if coarse >= 100 * step and abs(value) >= 10 * coarse and value == rounded(mid, coarse, ROUND_HALF_UP):
        return Finding(claim, Verdict.ROUNDED, "coarse")
    return None


SLIPS: Final[Mapping[str, Decimal]] = {
    "10": Decimal(10),
    "100": Decimal(100),
    "1000": Decimal(1000),
    "10000": Decimal(10**4),
    "1000000": Decimal(10**6),
    "100000000": Decimal(10**8),
    "pyeong": decimal(1 / PYEONG_M2),
    "acre": Decimal("0.40468564224"),
}
"""What a figure is multiplied by when it is written in a neighbouring unit; each also the other way round."""

_LOOSE: Final = {"pyeong": Decimal("0.003"), "acre": Decimal("0.003")}
"""People convert with 3.3 and 0.3025: three in a thousand is left open."""


def _slip(claim: Claim, computed: Span, numbers: Sequence[Number], published: Number) -> Finding:
    for name, factor, upward in _slip_factors():
        # A tenfold slip and a small figure meet by chance too often to be told as one.
        if _significant(published.value) < (3 if factor == 10 or name in _LOOSE else 1):
            continue
        scale = factor if upward else 1 / factor
        open_ = published.step / 2 + (computed.high - computed.low) / 2 * scale
        if abs(published.value - computed.mid * scale) <= open_ + abs(published.value) * _LOOSE.get(name, Decimal(0)):
            if abs(computed.mid) * scale <= published.step / 2:
                continue
            return Finding(claim, Verdict.UNIT_SLIP, "slip", slip=f"{'×' if upward else '÷'}{name}")
    if claim.kind is Kind.SUM and (found := _slipped_part(claim, computed, numbers, published)):
        return found
    return Finding(claim, Verdict.MISMATCH, "digit" if _one_digit(computed.mid, published) else "mismatch")


def _slip_factors() -> list[tuple[str, Decimal, bool]]:
    return [(name, factor, upward) for name, factor in SLIPS.items() for upward in (True, False)]


def _slipped_part(claim: Claim, computed: Span, numbers: Sequence[Number], published: Number) -> Finding | None:
    """A sum that would hold if one of its parts were written in the unit of the others."""
    if len(numbers) > 60:
        return None
    precise = abs(published.value) >= 1000 * published.step
    open_ = published.step / 2 + (computed.high - computed.low) / 2
    for cell, part in zip(claim.inputs, numbers, strict=True):
        # A part larger than its total is out of scale for certain; else four digits keep chance away.
        if _significant(part.value) < 2 or not (precise or abs(part.value) > abs(published.value)):
            continue
        for name, factor, upward in _slip_factors():
            if name in _LOOSE or factor < (100 if precise else 1000):
                continue
            right = part.value / factor if upward else part.value * factor
            if right and abs(computed.mid - part.value + right - published.value) <= open_:
                return Finding(
                    claim, Verdict.UNIT_SLIP, "slipped part", slip=f"{'×' if upward else '÷'}{name}", suspect=cell
                )
    return None


def _significant(value: Decimal) -> int:
    return len(value.normalize().as_tuple().digits)


def _one_digit(mid: Decimal, published: Number) -> bool:
    """One digit differs, or two neighbours changed places: a slip of the hand."""
    right = str(int(rounded(mid, published.step, ROUND_HALF_UP) / published.step))
    wrong = str(int(published.value / published.step))
    if len(right) != len(wrong) or len(right) < 3:
        return False
    at = [index for index, (one, two) in enumerate(zip(right, wrong, strict=True)) if one != two]
    swapped = len(at) == 2 and at[1] == at[0] + 1 and right[at[0]] == wrong[at[1]] and right[at[1]] == wrong[at[0]]
    return len(at) == 1 or swapped


class NoSpread(ArithmeticError):
    """A minimum equal to its maximum, or too few values for a spread: there is nothing to divide by."""


Formula = Callable[[Sequence[Number], Decimal], Span]


def _sum(numbers: Sequence[Number], _: Decimal) -> Span:
    mid = sum((n.value for n in numbers), Decimal(0))
    half = sum((n.half for n in numbers), Decimal(0))
    return Span(mid, mid - half, mid + half)


def _corners(formula: Callable[..., Decimal]) -> Formula:
    """Interval of a formula that is monotonic in each of its few inputs: the extremes are at the corners."""

    def span(numbers: Sequence[Number], factor: Decimal) -> Span:
        mid = formula(*(n.value for n in numbers)) * factor
        ends = [(n.value - n.half, n.value + n.half) for n in numbers]
        try:
            at = [formula(*corner) * factor for corner in every(*ends)]
        except (ZeroDivisionError, DivisionByZero, NoSpread):
            return Span(mid, mid, mid)
        return Span(mid, min(mid, *at), max(mid, *at))

    return span


def _quotient(above: Decimal, below: Decimal) -> Decimal:
    if below == 0:
        raise NoSpread
    return above / below


def _scaled(value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    if high == low:
        raise NoSpread
    return (value - low) / (high - low)


def _product(numbers: Sequence[Number], factor: Decimal) -> Span:
    span = Span(factor, factor, factor)
    for n in numbers:
        ends = [end * side for end in (span.low, span.high) for side in (n.value - n.half, n.value + n.half)]
        span = Span(span.mid * n.value, min(ends), max(ends))
    return span


def _mean(numbers: Sequence[Number], _: Decimal) -> Span:
    total = _sum(numbers, Decimal(1))
    return Span(total.mid / len(numbers), total.low / len(numbers), total.high / len(numbers))


def _standard_error(numbers: Sequence[Number], _: Decimal) -> Span:
    """sd / sqrt(n) with n - 1 in the deviation. Inputs that move by at most h move it by at most h / sqrt(n - 1)."""
    n = len(numbers)
    if n < 2:
        raise NoSpread
    mean = sum((x.value for x in numbers), Decimal(0)) / n
    variance = sum(((x.value - mean) ** 2 for x in numbers), Decimal(0)) / (n - 1)
    mid = (variance / n).sqrt()
    reach = max(x.half for x in numbers) / Decimal(n - 1).sqrt()
    return Span(mid, max(Decimal(0), mid - reach), mid + reach)


def _weighted(numbers: Sequence[Number], _: Decimal) -> Span:
    products = [_product(numbers[at : at + 2], Decimal(1)) for at in range(0, len(numbers), 2)]
    return Span(
        sum((p.mid for p in products), Decimal(0)),
        sum((p.low for p in products), Decimal(0)),
        sum((p.high for p in products), Decimal(0)),
    )


def _weighted_mean(numbers: Sequence[Number], _: Decimal) -> Span:
    """The weights' own rounding shifts numerator and denominator alike; only the values' rounding is left open."""
    values, weights = numbers[::2], numbers[1::2]
    total = sum((w.value for w in weights), Decimal(0))
    if total == 0:
        raise NoSpread
    mid = sum((v.value * w.value for v, w in zip(values, weights, strict=True)), Decimal(0)) / total
    reach = sum((v.half * w.value for v, w in zip(values, weights, strict=True)), Decimal(0)) / total
    return Span(mid, mid - abs(reach), mid + abs(reach))


FORMULAS: Final[Mapping[Kind, Formula]] = {
    Kind.SUM: _sum,
    Kind.PERCENT_SUM: _sum,
    Kind.LEVEL: _sum,
    Kind.FIGURE: _sum,
    Kind.SHARE: _corners(_quotient),
    Kind.RATIO: _corners(_quotient),
    Kind.GROWTH: _corners(lambda before, after: _quotient(after, before) - 1),
    Kind.CHANGE: _corners(lambda before, after: after - before),
    Kind.PRODUCT: _product,
    Kind.CONVERSION: _product,
    Kind.SCALING_MAX: _corners(lambda value, low, high: _scaled(value, low, high)),
    Kind.SCALING_MIN: _corners(lambda value, low, high: 1 - _scaled(value, low, high)),
    Kind.MEAN: _mean,
    Kind.STANDARD_ERROR: _standard_error,
    Kind.WEIGHTED: _weighted,
    Kind.WEIGHTED_MEAN: _weighted_mean,
}


def constant(value: Decimal | int, text: str = "") -> Cell:
    """A figure that stands in no cell, such as the 100 that shares sum to."""
    plain = Decimal(value)
    return Cell(0, 0, text or str(plain), Number(plain, Decimal(1), Decimal(0)))
