"""Worth of a cash flow, in Decimal. A flow is one amount per year, the first year first; in plus, out minus.

NPV is the value at the beginning of the first year. Money of year i (from 0) is thought to flow at i + 1/2 (mid) or
i + 1 (end), so both are discounted for the time until then.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from madang.district.scenario.values import Irr, Timing

PRECISION = Decimal("1e-20")
"""Relative width at which the search for the IRR ends."""

_HALF = Decimal("0.5")


def npv(flows: Sequence[Decimal], rate: Decimal, timing: Timing) -> Decimal:
    """rate: per year, above -1. Raises ValueError below that."""
    if rate <= -1:
        raise ValueError(f"a discount rate of {rate} leaves nothing of money; it must be above -1")
    lead = (1 + rate) ** (_HALF if timing == "mid" else Decimal(1))
    return _polynomial(flows, 1 / (1 + rate)) / lead


def irr(flows: Sequence[Decimal]) -> Irr:
    """The rate above -1 at which the NPV changes its sign, if there is exactly one.

    The timing within the year does not move it: it multiplies every term alike. Where the flows change their sign once
    there is one such rate (Descartes). Where they do so more often, distinct roots are counted exactly (Sturm); several
    are no answer, and neither is one at which the NPV only touches zero.
    """
    trimmed = _trim(flows)
    if sign_changes(trimmed) == 0:
        return Irr(None, "no-sign-change")
    if sign_changes(trimmed) > 1 and positive_roots(trimmed) != 1:
        return Irr(None, "no-sign-change" if positive_roots(trimmed) == 0 else "several-roots")
    if (trimmed[0] > 0) == (trimmed[-1] > 0):  # touches zero without crossing: two roots that coincide
        return Irr(None, "several-roots")
    return Irr(1 / _crossing(trimmed) - 1)


def payback(years: Sequence[int], cumulative: Sequence[Decimal]) -> int | None:
    """First year from which the sum is never below zero again; None if it ends below, or never was below."""
    below = [number for number, total in enumerate(cumulative) if total < 0]
    if not below or below[-1] == len(years) - 1:
        return None
    return years[below[-1] + 1]


def break_even(costs: Sequence[Decimal], revenues: Sequence[Decimal], rate: Decimal, timing: Timing) -> Decimal | None:
    """Factor on all revenues at which the NPV is zero; None without revenue."""
    worth = npv(revenues, rate, timing)
    # A quotient of nothing is a plain 0, not 0E-657.
    return (npv(costs, rate, timing) / worth or Decimal(0)) if worth > 0 else None


def sign_changes(flows: Sequence[Decimal]) -> int:
    signs = [flow > 0 for flow in flows if flow]
    return sum(a != b for a, b in pairwise(signs))


def positive_roots(coefficients: Sequence[Decimal]) -> int:
    """Distinct roots above zero of sum(c[i] * v**i). Source: Sturm's theorem, with exact fractions."""
    first = [Fraction(one) for one in _trim(coefficients)]
    chain = [first, [index * one for index, one in enumerate(first)][1:]]
    while rest := _remainder(chain[-2], chain[-1]):
        chain.append([-one for one in rest])
    at_zero = [Decimal(_sign(one[0])) for one in chain]
    at_infinity = [Decimal(_sign(one[-1])) for one in chain]
    return sign_changes(at_zero) - sign_changes(at_infinity)


def _remainder(dividend: Sequence[Fraction], divisor: Sequence[Fraction]) -> list[Fraction]:
    """Of the division of polynomials, lowest power first; scaled to a leading ±1, which moves no root and keeps the
    fractions short."""
    rest = list(dividend)
    while len(rest) >= len(divisor):
        factor = rest[-1] / divisor[-1]
        shift = len(rest) - len(divisor)
        for index, one in enumerate(divisor):
            rest[shift + index] -= factor * one
        rest.pop()
        while rest and not rest[-1]:
            rest.pop()
    return [one / abs(rest[-1]) for one in rest]


def _crossing(flows: Sequence[Decimal]) -> Decimal:
    """The one v > 0 at which the sum changes sign, by halving a bracket. Bound of the roots: Cauchy."""
    low, high = Decimal(0), 1 + max(abs(flow / flows[-1]) for flow in flows)
    rising = flows[-1] > 0
    while high - low > PRECISION * high:
        middle = (low + high) / 2
        if (_polynomial(flows, middle) > 0) == rising:
            high = middle
        else:
            low = middle
    return (low + high) / 2


def _polynomial(coefficients: Sequence[Decimal], v: Decimal) -> Decimal:
    """Horner, highest power first."""
    total = Decimal(0)
    for one in reversed(coefficients):
        total = total * v + one
    return total


def _trim(flows: Sequence[Decimal]) -> list[Decimal]:
    """Without years of nothing before the first and after the last flow: they move no root."""
    used = [index for index, flow in enumerate(flows) if flow]
    return list(flows[used[0] : used[-1] + 1]) if used else []


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)
