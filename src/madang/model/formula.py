"""Small arithmetic over attributes of one entity: ``100 * occupiedSpotNumber / totalSpotNumber``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|([-+*/()]))")

Node = float | str | tuple[str, "Node", "Node"]
"""A number, an attribute's name, or (operator, left, right)."""


@dataclass(frozen=True, slots=True)
class Formula:
    """names: the attributes it reads, in order of appearance."""

    text: str
    names: tuple[str, ...]
    root: Node

    def evaluate(self, values: Mapping[str, float]) -> float | None:
        """None where an attribute is missing or a divisor is zero: then there is no result, not a wrong one."""
        return _evaluate(self.root, values)


def constant(number: float) -> Formula:
    return Formula(f"{number:g}", (), float(number))


def parse_formula(text: str) -> Formula:
    """Numbers, attribute names, ``+ - * /`` and brackets. Raises ValueError with the character's position (from 1)."""
    parser = _Parser(text)
    root = parser.sum()
    parser.end()
    return Formula(text, tuple(dict.fromkeys(parser.names)), root)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self.names: list[str] = []

    def sum(self) -> Node:
        node = self._product()
        while operator := self._take("+-"):
            node = (operator, node, self._product())
        return node

    def end(self) -> None:
        if self._text[self._at :].strip():
            raise ValueError(f'formula "{self._text}": cannot read on at character {self._at + 1}')

    def _product(self) -> Node:
        node = self._factor()
        while operator := self._take("*/"):
            node = (operator, node, self._factor())
        return node

    def _factor(self) -> Node:
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            raise ValueError(f'formula "{self._text}": a number or a name is missing at character {self._at + 1}')
        number, name, sign = match.groups()
        self._at = match.end()
        if number:
            return float(number)
        if name:
            self.names.append(name)
            return str(name)
        if sign == "-":
            return ("-", 0.0, self._factor())
        if sign == "(":
            node = self.sum()
            if not self._take(")"):
                raise ValueError(f'formula "{self._text}": ")" is missing at character {self._at + 1}')
            return node
        raise ValueError(f'formula "{self._text}": "{sign}" at character {match.end()} has nothing before it')

    def _take(self, operators: str) -> str:
        match = _TOKEN.match(self._text, self._at)
        if match is None or not match[3] or match[3] not in operators:
            return ""
        self._at = match.end()
        return str(match[3])


def _evaluate(node: Node, values: Mapping[str, float]) -> float | None:
    if isinstance(node, float):
        return node
    if isinstance(node, str):
        return values.get(node)
    operator, left, right = node
    one, two = _evaluate(left, values), _evaluate(right, values)
    if one is None or two is None:
        return None
    match operator:
        case "+":
            return one + two
        case "-":
            return one - two
        case "*":
            return one * two
        case _:
            return one / two if two else None
