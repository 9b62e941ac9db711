"""Exact interval arithmetic: what is computed from uncertain figures says how uncertain it is.

Every operation gives the smallest interval that holds the result for every choice of one point from each operand.
An operand that occurs twice in a formula counts as two independent ones, so such a result may be wider than need be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from operator import mul, truediv

from madang.errors import BadRequestData

Exact = Fraction | Decimal | int


@dataclass(frozen=True, slots=True)
class Interval:
    """From low to high, both included. name: what it stands for, said in errors; not part of the value's identity.

    Raises ValueError when low > high.
    """

    low: Fraction
    high: Fraction
    name: str = ""

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(f"An interval runs from low to high, not from {self.low} to {self.high}.")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Interval) and (self.low, self.high) == (other.low, other.high)

    def __hash__(self) -> int:
        return hash((self.low, self.high))

    @property
    def width(self) -> Fraction:
        return self.high - self.low

    @property
    def middle(self) -> Fraction:
        return (self.low + self.high) / 2

    @property
    def exact(self) -> bool:
        """True where low and high are one point."""
        return self.low == self.high

    def __contains__(self, value: "Interval | Exact") -> bool:
        inner = interval(value)
        return self.low <= inner.low and inner.high <= self.high

    def overlaps(self, other: "Interval | Exact") -> bool:
        inner = interval(other)
        return self.low <= inner.high and inner.low <= self.high

    def __neg__(self) -> "Interval":
        return Interval(-self.high, -self.low, self.name)

    def __add__(self, other: "Interval | Exact") -> "Interval":
        term = interval(other)
        return Interval(self.low + term.low, self.high + term.high)

    def __sub__(self, other: "Interval | Exact") -> "Interval":
        return self + -interval(other)

    def __mul__(self, other: "Interval | Exact") -> "Interval":
        return _corners(mul, self, interval(other))

    def __truediv__(self, other: "Interval | Exact") -> "Interval":
        """Raises BadRequestData, naming the divisor, when it contains zero."""
        divisor = interval(other)
        if 0 in divisor:
            raise BadRequestData(
                f"{divisor.name or 'The divisor'} may be zero ({_shown(divisor)}): nothing can be divided by it."
            )
        return _corners(truediv, self, divisor)

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: "Interval | Exact") -> "Interval":
        return interval(other) - self

    def __rtruediv__(self, other: "Interval | Exact") -> "Interval":
        return interval(other) / self

    # Certain comparisons: true for every choice of points. `not a < b` therefore does not mean `a >= b`.
    def __lt__(self, other: "Interval | Exact") -> bool:
        return self.high < interval(other).low

    def __le__(self, other: "Interval | Exact") -> bool:
        return self.high <= interval(other).low

    def __gt__(self, other: "Interval | Exact") -> bool:
        return self.low > interval(other).high

    def __ge__(self, other: "Interval | Exact") -> bool:
        return self.low >= interval(other).high


def interval(value: Interval | Exact, name: str = "") -> Interval:
    """A number as an interval of one point; an interval as it is, or under the name that is given."""
    if isinstance(value, Interval):
        return Interval(value.low, value.high, name) if name else value
    return Interval(Fraction(value), Fraction(value), name)


def _corners(operate: Callable[[Fraction, Fraction], Fraction], left: Interval, right: Interval) -> Interval:
    found = [operate(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    return Interval(min(found), max(found))


def _shown(value: Interval) -> str:
    return str(value.low) if value.exact else f"{value.low} to {value.high}"
