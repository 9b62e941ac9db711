"""What indices are made of: scales from worst to best, weighted sums, means with their error, location quotients."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from .judge import Claim, Kind, constant, holds
from .nested import holding
from .rows import is_aside, is_mean, is_only_mean, is_statistic, is_total, row_depths
from .table import Cell, Column, Said, Table

_MIN: Final = re.compile(r"^(?:min(?:imum)?|최소|최솟값|하한|worst_low)$", re.I)
_MAX: Final = re.compile(r"^(?:max(?:imum)?|최대|최댓값|상한)$", re.I)
_BETTER: Final = re.compile(r"better|방향|direction|좋은", re.I)
_SCALED: Final = re.compile(r"scaled|normali[sz]ed|표준화|환산|점수|score", re.I)
_WEIGHT: Final = re.compile(r"weight|가중치|gewicht|poids|pond", re.I)
_COMPOSITE: Final = re.compile(r"composite|종합|overall|index|합성|gesamtwert|published", re.I)
_ERROR: Final = re.compile(r"st\.?\s?error|standard error|표준\s?오차|standardfehler|erreur type", re.I)
_LQ: Final = re.compile(r"^LQ(?:$|[\s_])|입지계수|location quotient", re.I)
_JOBS: Final = re.compile(
    r"^(?:jobs|total jobs|employment|employees|totemp|tot_emp|종사자|고용|beschäftigte|emplois)", re.I
)

LQ_MEAN: Final = Said(
    "종사자 수로 가중한 입지계수의 평균은 1이어야 합니다.", "The mean of location quotients, weighted by jobs, is 1."
)


def index_claims(table: Table) -> list[Claim]:
    return [*_scaled(table), *_composites(table), *_moments(table), *_row_means(table), *_quotients(table)]


def _named(columns: Sequence[Column], pattern: re.Pattern[str]) -> Column | None:
    return next((column for column in columns if pattern.search(column.name)), None)


def _scaled(table: Table) -> list[Claim]:
    """Value, minimum and maximum to a scale of 0 to 100 (or 0 to 1). A column may say which end is better."""
    values = table.values()
    low, high = _named(values, _MIN), _named(values, _MAX)
    if low is None or high is None:
        return []
    scaled = _named([column for column in values if column not in (low, high)], _SCALED)
    raw = next((column for column in values if column not in (low, high, scaled)), None)
    if scaled is None or raw is None:
        return []
    better = _named(table.columns, _BETTER)
    claims: list[Claim] = []
    for row in table.rows:
        published = row[scaled.index]
        if published.number is None:
            continue
        cells = (row[raw.index], _given(row[low.index]), _given(row[high.index]))
        kinds = [Kind.SCALING_MAX, Kind.SCALING_MIN]
        if better and row[better.index].text:
            kinds = [
                Kind.SCALING_MIN if re.search(r"min|low|낮|작", row[better.index].text, re.I) else Kind.SCALING_MAX
            ]
        options = [Claim(kind, cells, published, factor) for kind in kinds for factor in (Decimal(100), Decimal(1))]
        claims.append(next((claim for claim in options if holds(claim)), options[0]))
    return claims


def _given(cell: Cell) -> Cell:
    """The ends of a scale are set, not measured: they are not rounded."""
    return replace(cell, number=replace(cell.number, half=Decimal(0))) if cell.number else cell


def _composites(table: Table) -> list[Claim]:
    """Scores and weights, and a row that says what they make together."""
    values = table.values()
    weight = _named(values, _WEIGHT)
    if weight is None:
        return []
    claims: list[Claim] = []
    rows = [row for row in table.rows if row[weight.index].number and not is_total(row[weight.index].label)]
    for at, row in enumerate(table.rows):
        if row in rows or not (_COMPOSITE.search(table.label(at)) or is_total(table.label(at))):
            continue
        for column in values:
            if column is weight or row[column.index].number is None or len(rows) < 2:
                continue
            pairs = tuple(cell for part in rows for cell in (part[column.index], part[weight.index]))
            weights = sum((cell.number.value for cell in pairs[1::2] if cell.number), Decimal(0))
            whole = abs(weights - 1)
            kind = Kind.WEIGHTED if whole < Decimal("0.01") else Kind.WEIGHTED_MEAN
            claims.append(Claim(kind, pairs, row[column.index]))
    return claims


def _moments(table: Table) -> list[Claim]:
    """Rows named mean and standard error, over the rows that are named neither."""
    labels, depths = [table.label(at) for at in range(len(table.rows))], row_depths(table)
    marks = [_moment(label) for label in labels]
    own = [at for at, label in enumerate(labels) if not (marks[at] or _is_made(label))]
    level = min((depths[at] for at in own), default=0)
    plain = [table.rows[at] for at in own if depths[at] == level]
    claims: list[Claim] = []
    for row, kind in zip(table.rows, marks, strict=True):
        if kind is None or len(claims) >= MEANS_MAX:
            continue
        sums = [
            Claim(kind, cells, row[column.index])
            for column in table.values()
            if row[column.index].number
            and len(cells := tuple(part[column.index] for part in plain if part[column.index].number)) >= 2
        ]
        claims += _means_or_open(sums)
    return claims


MEANS_MAX: Final = 400
"""Figures named mean that are looked at; a table of more repeats itself."""


def _moment(label: str) -> Kind | None:
    if _ERROR.search(label):
        return Kind.STANDARD_ERROR
    return Kind.MEAN if is_mean(label) and not _RATE.search(label) else None


_RATE: Final = re.compile(r"연평균|증가|성장|[가-힣][율률]|rate|growth|annual|wachstum|croissance", re.I)
"""A mean rate, a mean per year: not the plain mean of the rows above."""


def _is_made(label: str) -> bool:
    return is_total(label) or is_statistic(label) or is_aside(label)


def _row_means(table: Table) -> list[Claim]:
    """A column named mean: that of the columns side by side with it, where most rows say so."""
    claims: list[Claim] = []
    for column in table.values():
        if not is_only_mean(column.name):
            continue
        values = [c for c in table.values(percent=column.percent) if c is column or not _is_made(c.name)]
        at = values.index(column)
        found = [
            _means_or_open(
                [
                    Claim(Kind.MEAN, cells, row[column.index])
                    for row in table.rows
                    if row[column.index].number
                    and len(cells := tuple(row[part.index] for part in parts if row[part.index].number)) == len(parts)
                ]
            )
            for parts in (values[:at], values[at + 1 :])
            if 2 <= len(parts) <= MEAN_PARTS_MAX
        ]
        best = max(found, key=holding, default=[])
        claims += best if 2 * holding(best) >= len(best) else []
    return claims


MEAN_PARTS_MAX: Final = 40


def _means_or_open(claims: list[Claim]) -> list[Claim]:
    """A mean that is not the plain one may be weighted by something the table does not show: where the others beside it
    are not plain either, one that lies between its parts is left open."""
    plain = holding(claims) >= 2 and 2 * holding(claims) >= len(claims)
    return claims if plain else [_or_open(claim) for claim in claims]


def _or_open(claim: Claim) -> Claim:
    values = [cell.number.value for cell in claim.inputs if cell.number]
    published = claim.published.number if claim.published else None
    between = published is not None and min(values) <= published.value <= max(values)
    return replace(claim, note=NOT_PLAIN, unsure=True) if between and not holds(claim) else claim


NOT_PLAIN: Final = Said(
    "단순 평균은 아닙니다. 가중 평균이라면 가중치를 함께 밝혀 주십시오.",
    "The written mean is not the plain mean. If it is weighted, say by what.",
)


def _quotients(table: Table) -> list[Claim]:
    """Location quotients of all areas of a whole: weighted by jobs their mean is 1."""
    jobs = _named(table.values(), _JOBS)
    if jobs is None or _LQ.search(jobs.name):
        return []
    rows = [row for at, row in enumerate(table.rows) if not is_total(table.label(at)) and row[jobs.index].number]
    claims: list[Claim] = []
    for column in table.values():
        if _LQ.search(column.name) and len(rows) >= 3:
            pairs = tuple(cell for row in rows for cell in (row[column.index], row[jobs.index]))
            step = min((cell.number.step for cell in pairs[::2] if cell.number), default=Decimal(1))
            one = constant(1, "1")
            number = replace(one.number, step=step) if one.number else None
            claims.append(Claim(Kind.WEIGHTED_MEAN, pairs, replace(one, number=number), note=LQ_MEAN))
    return claims
