"""Arithmetic that knows what it counts: exact intervals with their dimensions, so no unit is ever lost on the way.

A formula is computed in base units and its result is read in the unit asked for. So the units in which the inputs were
written can not change a result, and ``jobs / area`` in ``persons/ha`` is refused.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from madang.district.interval import Interval
from madang.district.quantity import Quantity, Unit, find_unit
from madang.errors import BadRequestData
from madang.model.formula import Node

Dimensions = tuple[tuple[str, int], ...]
"""Dimension and power, in the order of names; () for a plain number."""

_AS: Mapping[str, tuple[Dimensions, Fraction]] = {
    "share": ((), Fraction(1)),
    # A difference of two shares.
    "percentage points": ((), Fraction(1, 100)),
    # A researcher on the staff holds one of the jobs, so a share of them is a share.
    "researchers": ((("jobs", 1),), Fraction(1)),
    "floor space index": ((("area", -1), ("floor area", 1)), Fraction(1)),
}
"""Dimensions that are others by another name, and the size of their base unit in those."""


@dataclass(frozen=True, slots=True)
class Term:
    """interval: in base units."""

    interval: Interval
    dimensions: Dimensions = ()


def term(quantity: Quantity, name: str = "") -> Term:
    """Raises BadRequestData for a bound: its other end is not known."""
    given = quantity.interval
    dimensions, size = _measured_in(quantity.unit)
    return Term(Interval(given.low * size, given.high * size, name), dimensions)


def quantity_of(found: Term, unit: Unit) -> Quantity:
    """Read in a unit. Raises BadRequestData where the term counts something else."""
    dimensions, size = _measured_in(unit)
    if dimensions != found.dimensions:
        raise BadRequestData(f"The calculation gives {_said(found.dimensions)}, which is not counted in {unit.symbol}.")
    return Quantity(found.interval.low / size, found.interval.high / size, unit)


def evaluate(node: Node, values: Mapping[str, Term]) -> Term:
    """Raises BadRequestData where unlike things are added, or a divisor may be zero (it is named)."""
    if isinstance(node, float):
        number = Fraction(str(node))
        return Term(Interval(number, number))
    if isinstance(node, str):
        return values[node]
    operator, left, right = node
    one, two = evaluate(left, values), evaluate(right, values)
    if operator == "*":
        return Term(one.interval * two.interval, _product(one.dimensions, two.dimensions, 1))
    if operator == "/":
        return Term(one.interval / two.interval, _product(one.dimensions, two.dimensions, -1))
    if one.dimensions != two.dimensions:
        if left == 0.0 and operator == "-":  # a leading minus
            return Term(-two.interval, two.dimensions)
        raise BadRequestData(f"{_said(one.dimensions)} and {_said(two.dimensions)} are unlike; they are not added.")
    return Term(one.interval + two.interval if operator == "+" else one.interval - two.interval, one.dimensions)


def unit_of(symbol: str, currency: str) -> Unit:
    """The unit of a symbol in which ``money`` stands for a currency."""
    return find_unit(symbol.replace("money", currency) if currency else symbol.replace("money", "EUR"))


def currencies(terms: Mapping[str, Term]) -> set[str]:
    """ISO 4217 codes that occur in the terms."""
    return {name.removeprefix("money ") for one in terms.values() for name, _ in one.dimensions if name[:6] == "money "}


_MEASURED: dict[tuple[str, Fraction], tuple[Dimensions, Fraction]] = {}
"""A unit's dimensions, read once: the units are a closed table and its quotients."""


def _measured_in(unit: Unit) -> tuple[Dimensions, Fraction]:
    key = (unit.dimension, unit.factor)
    if key not in _MEASURED:
        top, *below = unit.dimension.split(" per ")
        dimensions, size = _AS.get(top, (((top, 1),), Fraction(1)))
        for name in below:
            part, part_size = _AS.get(name, (((name, 1),), Fraction(1)))
            dimensions, size = _product(dimensions, part, -1), size / part_size
        _MEASURED[key] = (dimensions, size * unit.factor)
    return _MEASURED[key]


def _product(one: Dimensions, two: Dimensions, sign: int) -> Dimensions:
    powers: Counter[str] = Counter(dict(one))
    for name, power in two:
        powers[name] += sign * power
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def _said(dimensions: Dimensions) -> str:
    above = " × ".join(name for name, power in dimensions if power > 0) or "a number"
    below = " and ".join(name for name, power in dimensions if power < 0)
    return f"{above} per {below}" if below else above
