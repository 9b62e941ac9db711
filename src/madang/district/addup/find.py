"""All claims of a table, each once."""

from collections.abc import Iterable

from .figures import figure_claims
from .indices import index_claims
from .judge import Claim
from .ratios import ratio_claims
from .running import running_claims
from .table import Table
from .totals import found_sums, sum_claims


def find_claims(table: Table) -> list[Claim]:
    """In the order of rows: a reader goes down the table."""
    told = sum_claims(table)
    claims = _once(
        [*index_claims(table), *told, *running_claims(table), *found_sums(table, told), *ratio_claims(table)]
    )
    return sorted(claims, key=_place)


def text_claims(lines: Iterable[str]) -> list[Claim]:
    return figure_claims(list(lines))


def _place(claim: Claim) -> tuple[int, int]:
    at = claim.published if claim.published and claim.published.row else claim.inputs[-1]
    return at.row, at.column


def _once(claims: Iterable[Claim]) -> list[Claim]:
    """A published cell is judged by its first claim of a kind; two kinds of claim about it are two things to know."""
    seen: set[object] = set()
    kept: list[Claim] = []
    for claim in claims:
        key = (claim.kind, claim.published.place if claim.published else "", tuple(c.place for c in claim.inputs))
        if key not in seen:
            seen.add(key)
            kept.append(claim)
    return kept
