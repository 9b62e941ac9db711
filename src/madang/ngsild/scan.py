"""Reading one query parameter from left to right. A fault names the parameter and the character (from 1): ``q:17``."""

import re
from collections.abc import Callable
from typing import NoReturn, Protocol, TypeVar

from madang.errors import BadRequestData, TooComplexQuery

TEXT_MAX = 8192
"""Longest parameter read, characters; a URI of that length is refused by most servers on the way."""
DEPTH_MAX = 32
"""Deepest nesting of parentheses."""
TERMS_MAX = 500
"""Most terms of one expression."""

T = TypeVar("T")

_SPACE = re.compile(r"\s*")


class Vocabulary(Protocol):
    """What the query language needs of a @context."""

    def expand(self, term: str) -> str: ...

    def compact(self, uri: str) -> str: ...


class Scanner:
    """The text, and how far it was read."""

    def __init__(self, text: str, parameter: str) -> None:
        if len(text) > TEXT_MAX:
            raise TooComplexQuery(f"{parameter} has {len(text)} characters; at most {TEXT_MAX} are read.")
        self.text = text
        self.parameter = parameter
        self.at = 0
        self.terms = 0
        self._skip_space()

    def take(self, sign: str) -> bool:
        """Whether the text goes on with this sign; then it is read."""
        if not self.text.startswith(sign, self.at):
            return False
        self.at += len(sign)
        self._skip_space()
        return True

    def take_first(self, signs: tuple[str, ...]) -> str | None:
        return next((sign for sign in signs if self.take(sign)), None)

    def take_match(self, pattern: re.Pattern[str]) -> str | None:
        """The text the pattern matches here, if it matches any."""
        found = pattern.match(self.text, self.at)
        if found is None or not found.group():
            return None
        self.at = found.end()
        self._skip_space()
        return found.group()

    def expect(self, sign: str) -> None:
        if not self.take(sign):
            self.fail(f"{sign!r} was expected")

    def end(self) -> None:
        """Raises BadRequestData if anything is left."""
        if self.at < len(self.text):
            self.fail("this was not expected")

    def expand(self, name: str, context: Vocabulary, at: int) -> str:
        """The URI of a name read at ``at``."""
        try:
            return context.expand(name)
        except BadRequestData as exc:
            raise BadRequestData(exc.detail, self.place(at)) from exc

    def place(self, at: int | None = None) -> str:
        return f"{self.parameter}:{(self.at if at is None else at) + 1}"

    def fail(self, reason: str, at: int | None = None) -> NoReturn:
        position = self.at if at is None else at
        rest = self.text[position : position + 12]
        shown = f" at {rest!r}" if rest else " at the end"
        raise BadRequestData(f"{reason}{shown}.", self.place(position))

    def _skip_space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        if found is not None:
            self.at = found.end()


def parse_logic(
    scanner: Scanner,
    term: Callable[[Scanner], T],
    *,
    every: Callable[[tuple[T, ...]], T],
    some: Callable[[tuple[T, ...]], T],
    some_signs: tuple[str, ...],
) -> T:
    """``term ; term | term`` with parentheses; ``;`` (and) binds closer than ``|`` (or). Reads to the end.

    Raises BadRequestData, TooComplexQuery. Source: clauses 4.9, 4.17, 4.19 share this grammar.
    """

    def either(depth: int) -> T:
        items = [both(depth)]
        while scanner.take_first(some_signs):
            items.append(both(depth))
        return items[0] if len(items) == 1 else some(tuple(items))

    def both(depth: int) -> T:
        items = [single(depth)]
        while scanner.take(";"):
            items.append(single(depth))
        return items[0] if len(items) == 1 else every(tuple(items))

    def single(depth: int) -> T:
        if not scanner.take("("):
            return _counted(scanner, term)
        if depth >= DEPTH_MAX:
            raise TooComplexQuery(f"{scanner.place()}: parentheses are nested deeper than {DEPTH_MAX}.")
        inner = either(depth + 1)
        scanner.expect(")")
        return inner

    expression = either(0)
    scanner.end()
    return expression


def _counted(scanner: Scanner, term: Callable[[Scanner], T]) -> T:
    scanner.terms += 1
    if scanner.terms > TERMS_MAX:
        raise TooComplexQuery(f"{scanner.place()}: more than {TERMS_MAX} terms.")
    return term(scanner)
