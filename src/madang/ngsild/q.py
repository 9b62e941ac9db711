"""The query language: ``speed>50;(brand=="Kia"|colour[en]!="red")``. Source: ETSI GS CIM 009 v1.9.1, clause 4.9."""

import json
import math
import re
from collections.abc import Collection
from typing import Final

from madang.model.query import And, Compare, CompareOp, Exists, OneOf, Or, Path, QExpr, Range, Scalar

from .comparable import comparable
from .path import format_path, parse_path
from .pattern import parse_pattern
from .scan import Scanner, Vocabulary, parse_logic

# Tried in this order: ">=" before ">", "<=" before "<".
_OPERATORS: Final[tuple[CompareOp, ...]] = ("==", "!~=", "!=", "~=", ">=", "<=", ">", "<")

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BARE = re.compile(r'[^;|(),"\s]+?(?=\.\.|[;|(),"\s]|$)')
_BARE_PATTERN = re.compile(r'[^;|()"]+')
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")

Value = Scalar | Range | OneOf


def parse_q(
    text: str, context: Vocabulary, *, parameter: str = "q", expand_values: Collection[str] | None = None
) -> QExpr:
    """Parse a q expression; names are expanded with the context.

    expand_values: short names of attributes whose values are also expanded (query parameter expandValues); None: the
    values of every term, which only targets of kind VocabProperty ever look at.
    Raises BadRequestData (``where`` is ``q:`` and the character, from 1), TooComplexQuery.
    """
    expanded = None if expand_values is None else frozenset(map(context.expand, expand_values))

    def term(scanner: Scanner) -> QExpr:
        return _parse_term(scanner, context, expanded)

    return parse_logic(Scanner(text, parameter), term, every=And, some=Or, some_signs=("|",))


def format_q(expression: QExpr, context: Vocabulary) -> str:
    """The text that parse_q reads as this expression (in the same context)."""
    match expression:
        case And(items):
            return ";".join(_bracketed(item, (And, Or), context) for item in items)
        case Or(items):
            return "|".join(_bracketed(item, (Or,), context) for item in items)
        case Exists(path, negated):
            return f"{'!' * negated}{format_path(path, context)}"
        case Compare(path, "~=" | "!~=" as op, value):
            quoted = str(value).replace('"', '\\"')
            return f'{format_path(path, context)}{op}"{quoted}"'
        case Compare(path, op, value):
            return f"{format_path(path, context)}{op}{_format_value(value)}"


def attribute_names(expression: QExpr) -> frozenset[str]:
    """Expanded names of the attributes (not their sub-attributes) an expression looks at, system names included."""
    match expression:
        case And(items) | Or(items):
            return frozenset().union(*map(attribute_names, items))
        case Compare(path) | Exists(path):
            return frozenset(path.names[:1])


def _parse_term(scanner: Scanner, context: Vocabulary, expanded: frozenset[str] | None) -> QExpr:
    # "!attribute" (does not exist) is not in the grammar of clause 4.9, but brokers and their users know it.
    negated = scanner.take("!")
    path = parse_path(scanner, context)
    at = scanner.at
    op = next((op for op in _OPERATORS if scanner.take(op)), None)
    if op is None:
        if scanner.text.startswith("=", scanner.at):
            scanner.fail("'=' is no operator; '==' compares")
        return Exists(path, negated)
    if negated:
        scanner.fail("'!' can only stand before a name without a comparison", at)
    if op in ("~=", "!~="):
        return Compare(path, op, _parse_pattern(scanner))
    value = _parse_value(scanner, op)
    if expanded is not None and path.names[0] not in expanded:
        return Compare(path, op, value)
    return Compare(path, op, value, _expand(value, context))


def _parse_pattern(scanner: Scanner) -> str:
    at = scanner.at
    quoted = scanner.take_match(_QUOTED)
    # The backslashes of a pattern are the pattern's own: "\d" is no JSON escape, and yet what people write.
    text = quoted[1:-1].replace('\\"', '"') if quoted is not None else scanner.take_match(_BARE_PATTERN)
    if text is None:
        scanner.fail("a regular expression was expected")
    parse_pattern(text, scanner.place(at))
    return text


def _parse_value(scanner: Scanner, op: CompareOp) -> Value:
    at = scanner.at
    items = [_parse_item(scanner)]
    while scanner.take(","):
        items.append(_parse_item(scanner))
    # Clause 4.9 pairs lists, ranges, true and false with == and != only.
    if op not in ("==", "!=") and (len(items) > 1 or isinstance(items[0], Range | bool)):
        scanner.fail(f"{op} compares with one number, text or time", at)
    return items[0] if len(items) == 1 else OneOf(tuple(items))


def _parse_item(scanner: Scanner) -> Scalar | Range:
    at = scanner.at
    low = _parse_scalar(scanner)
    if not scanner.take(".."):
        return low
    high = _parse_scalar(scanner)
    kinds = comparable(low), comparable(high)
    if isinstance(low, bool) or kinds[0] is None or kinds[1] is None or kinds[0][0] != kinds[1][0]:
        scanner.fail("a range needs two values of one type", at)
    return Range(low, high)


def _parse_scalar(scanner: Scanner) -> Scalar:
    at = scanner.at
    quoted = scanner.take_match(_QUOTED)
    if quoted is not None:
        try:
            return str(json.loads(quoted, strict=False))
        except ValueError:
            scanner.fail("this text has an escape that JSON does not know", at)
    if scanner.text.startswith('"', at):
        scanner.fail("this text is not closed", at)
    bare = scanner.take_match(_BARE)
    if bare is None:
        scanner.fail("a value was expected")
    if bare in ("true", "false"):
        return bare == "true"
    return _number(scanner, bare, at) if _NUMBER.fullmatch(bare) else bare


def _number(scanner: Scanner, text: str, at: int) -> int | float:
    number = float(text)
    if not math.isfinite(number):
        scanner.fail("this number is too large", at)
    return int(text) if text.lstrip("-").isdigit() else number


def _expand(value: Value, context: Vocabulary) -> Value:
    match value:
        case OneOf(items):
            return OneOf(tuple(item if isinstance(item, Range) else _expand_scalar(item, context) for item in items))
        case Range():
            return value
        case _:
            return _expand_scalar(value, context)


def _expand_scalar(value: Scalar, context: Vocabulary) -> Scalar:
    return context.expand(value) if isinstance(value, str) else value


def _bracketed(expression: QExpr, kinds: tuple[type[QExpr], ...], context: Vocabulary) -> str:
    text = format_q(expression, context)
    return f"({text})" if isinstance(expression, kinds) else text


def _format_value(value: Value) -> str:
    match value:
        case OneOf(items):
            return ",".join(map(_format_value, items))
        case Range(low, high):
            return f"{_format_value(low)}..{_format_value(high)}"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
        case _:
            return repr(value)


def paths(expression: QExpr) -> frozenset[Path]:
    """Every path an expression looks at."""
    match expression:
        case And(items) | Or(items):
            return frozenset().union(*map(paths, items))
        case Compare(path) | Exists(path):
            return frozenset({path})
