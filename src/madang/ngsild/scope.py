"""Scope queries: ``/Goyang/+/Air``, ``(/Goyang/#;/Air)|/Paju``. Source: ETSI GS CIM 009 v1.9.1, clauses 4.18, 4.19."""

import re

from madang.model.query import AllScopes, AnyScope, ScopeExpr

from .scan import Scanner, parse_logic

_SCOPE = re.compile(r"[^\s;|,()\"]+")


def parse_scope_q(text: str, *, parameter: str = "scopeQ") -> ScopeExpr:
    """Parse a scope query. Raises BadRequestData, TooComplexQuery."""
    return parse_logic(Scanner(text, parameter), _parse_scope, every=AllScopes, some=AnyScope, some_signs=("|", ","))


def _parse_scope(scanner: Scanner) -> ScopeExpr:
    at = scanner.at
    pattern = scanner.take_match(_SCOPE)
    if pattern is None:
        scanner.fail("a scope was expected")
    levels = scope_levels(pattern)
    if "" in levels:
        scanner.fail("a scope has an empty level", at)
    if "#" in "".join(levels[:-1]) or any(level not in ("+", "#") and {"+", "#"} & set(level) for level in levels):
        scanner.fail("'+' stands for one whole level, '#' for the rest, at the end", at)
    return pattern


def scope_levels(scope: str) -> tuple[str, ...]:
    """The levels of a scope or pattern; the leading slash is optional."""
    return tuple(scope.removeprefix("/").split("/"))


def scope_matches(pattern: str, scope: str) -> bool:
    """Whether one scope fits one pattern: ``+`` is one level, a trailing ``#`` this level and everything below."""
    wanted, levels = scope_levels(pattern), scope_levels(scope)
    if wanted[-1] == "#":
        wanted = wanted[:-1]
        levels = levels[: len(wanted)]
    return len(wanted) == len(levels) and all(want in ("+", level) for want, level in zip(wanted, levels, strict=True))
