"""Type selection: ``Building,Parking`` or ``(Home;Vehicle)|Boat``. Source: ETSI GS CIM 009 v1.9.1, clause 4.17."""

import re

from madang.model.query import AllTypes, AnyType, TypeExpr

from .scan import Scanner, Vocabulary, parse_logic

_TYPE = re.compile(r"[^\s;|,()\"]+")


def parse_types(text: str, context: Vocabulary, *, parameter: str = "type") -> TypeExpr | None:
    """Parse a type selection, expanding names. None for ``*``, every type. Raises BadRequestData, TooComplexQuery."""
    if text.strip() == "*":
        return None

    def term(scanner: Scanner) -> TypeExpr:
        at = scanner.at
        name = scanner.take_match(_TYPE)
        if name is None:
            scanner.fail("an entity type was expected")
        return scanner.expand(name, context, at)

    return parse_logic(Scanner(text, parameter), term, every=AllTypes, some=AnyType, some_signs=(",", "|"))


def type_names(expression: TypeExpr) -> frozenset[str]:
    """Every type a selection names."""
    match expression:
        case AllTypes(items) | AnyType(items):
            return frozenset().union(*map(type_names, items))
        case str():
            return frozenset({expression})
