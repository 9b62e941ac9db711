"""What a method gives back, and what methods have in common: series of facts, one thing at a time."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from madang.district.indicators.choice import Chosen, choose, moment_order, statement_order
from madang.district.indicators.reading import Given, matching, missing
from madang.district.indicators.spec import DISTRICT, IndicatorSpec, InputSpec
from madang.district.indicators.values import Gap, Input
from madang.district.quantity import Quantity, find_unit
from madang.district.records import Basis, Fact, Text
from madang.errors import BadRequestData


@dataclass(frozen=True, slots=True)
class Worked:
    """One value, or None with its gaps. bases: of the inputs that have one. boundary, definition: of the facts used.

    said: which of the method's results it is, where it gives several.
    """

    value: Quantity | None
    inputs: tuple[Input, ...] = ()
    gaps: tuple[Gap, ...] = ()
    bases: Mapping[str, Basis] = field(default_factory=dict)
    boundary: str = ""
    definition: str = ""
    note: Text | None = None
    said: Text | None = None


def say(ko: str, en: str) -> Text:
    return {"ko": ko, "en": en}


def lacking(*gaps: Gap) -> list[Worked]:
    return [Worked(None, gaps=gaps)]


def refused(name: str, exc: BadRequestData) -> list[Worked]:
    """A statistic's refusal as a gap of the input it is about."""
    return lacking(Gap(name, {"ko": exc.detail, "en": exc.detail}))


def number(value: float | Fraction, symbol: str) -> Quantity:
    exact = Fraction(value)
    return Quantity(exact, exact, find_unit(symbol))


def whole(value: int, symbol: str) -> Quantity:
    """A counted figure, which is shown without decimals."""
    return Quantity(Fraction(value), Fraction(value), find_unit(symbol), step=Fraction(1))


def needed(spec: IndicatorSpec, name: str) -> InputSpec:
    """The spec's input of that name; a method's inputs are as fixed as a function's parameters."""
    found = spec.input(name)
    if found is None:
        raise BadRequestData(f'The method "{spec.method}" of {spec.key} needs the input "{name}".', spec.place)
    return found


Key = tuple[str, str]
"""Boundary and definition."""


def series(
    wanted: InputSpec, given: Given, order: Callable[[Fact], object] = moment_order
) -> Mapping[Key, Sequence[Fact]]:
    """The input's facts, oldest first, by boundary and definition.

    The district as a whole stands before its parts, and the plain meaning before special ones.
    """
    found: dict[Key, list[Fact]] = {}
    for fact in matching(wanted, given, None):
        if not isinstance(fact.value, str) and (not wanted.boundary or fact.boundary == wanted.boundary):
            found.setdefault((fact.boundary, fact.definition), []).append(fact)
    if any(boundary == DISTRICT for boundary, _ in found):
        found = {key: facts for key, facts in found.items() if key[0] == DISTRICT}
    if any(not definition for _, definition in found):
        found = {key: facts for key, facts in found.items() if not key[1]}
    return {key: sorted(found[key], key=order) for key in sorted(found)}  # type: ignore[arg-type]  # both orders are tuples


def standing(wanted: InputSpec, given: Given, boundary: str = DISTRICT) -> Chosen | None:
    """What stands for an input in one boundary, in its plain meaning where there is one."""
    found = [one for one in choose(matching(wanted, given, None), wanted.choose) if one.boundary == boundary]
    return found[0] if found else None


def not_there(given: Given, *wanted: InputSpec) -> list[Worked]:
    return lacking(*(missing(one, given, None) for one in wanted))


def used(name: str, one: Chosen) -> Input:
    return Input(name, one.value, one.facts)


def single(name: str, fact: Fact) -> Input:
    value = fact.value
    if isinstance(value, str):
        raise BadRequestData(f"{fact.id} states words, no figure.", fact.id)
    return Input(name, value, (fact,))


def bases_of(inputs: Iterable[Input]) -> dict[str, Basis]:
    return {one.name: one.facts[0].basis for one in inputs if one.facts}


__all__ = [
    "Key",
    "Worked",
    "bases_of",
    "lacking",
    "needed",
    "not_there",
    "number",
    "refused",
    "say",
    "series",
    "single",
    "standing",
    "statement_order",
    "used",
    "whole",
]
