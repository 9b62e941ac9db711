"""Several scores as one: their mean with its error, or their weighted sum by a published table of weights."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from importlib.resources import files
from math import isfinite, sqrt
from statistics import fmean, stdev

from madang.errors import ROOT, BadRequestData, NotFound


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of n scores. standard_error: of the mean, in the unit of the scores."""

    value: float
    standard_error: float
    n: int


@dataclass(frozen=True, slots=True)
class Weighting:
    """How an index was put together in some years.

    weights: by component, their sum is 1. last_year: None while it holds. deducts: something is taken off the sum.
    """

    index: str
    first_year: int
    last_year: int | None
    weights: Mapping[str, Decimal]
    deducts: bool
    source: str
    url: str


def mean_with_error(scores: Sequence[float], at: str = "") -> Mean:
    """Mean of the scores and its standard error, the sample's standard deviation (n - 1) over the root of n.

    Raises BadRequestData at ``at`` for fewer than two scores (one has no error) or one that is not a number.
    Source: Transparency International, Corruption Perceptions Index, technical methodology. TI prints both without
    decimals, which ``rounded`` does: its worked example of 2015 has an error of 0.894 and prints 1.
    """
    if not all(map(isfinite, scores)):
        raise BadRequestData("A score is missing or not finite.", at)
    if len(scores) < 2:
        raise BadRequestData(f"A mean with an error needs two scores or more, there are {len(scores)}.", at)
    return Mean(fmean(scores), stdev(scores) / sqrt(len(scores)), len(scores))


def rounded(value: float | Decimal, decimals: int = 0) -> Decimal:
    """The figure as it is printed: half goes up, away from 0, as offices round, and not to the even digit."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def weighted(weighting: Weighting, scores: Mapping[str, Decimal], deduction: Decimal = Decimal(0)) -> Decimal:
    """The composite: every component's score times its weight, less the deduction; exact, not rounded.

    scores: by component, all on the same scale, which is the composite's and the deduction's too. Raises
    BadRequestData at /component for one that is missing, not a number or not of this index, at /deduction for one
    that is negative or that this index does not know.
    """
    for component in sorted(weighting.weights.keys() ^ scores.keys()):
        what = "is missing" if component in weighting.weights else f"is no component of {weighting.index}"
        raise BadRequestData(f"{component} {what}.", ROOT / component)
    for component, score in scores.items():
        if not score.is_finite():
            raise BadRequestData(f"The score of {component} is not a number.", ROOT / component)
    if not deduction.is_finite() or deduction < 0 or (deduction > 0 and not weighting.deducts):
        raise BadRequestData(f"A deduction of {deduction} cannot be made.", ROOT / "deduction")
    return sum((weight * scores[name] for name, weight in weighting.weights.items()), -deduction)


def weighting_of(index: str, year: int) -> Weighting:
    """How the index was put together in that year. Raises NotFound for years whose weights no source gave us."""
    for weighting in WEIGHTINGS:
        if weighting.index == index and weighting.first_year <= year <= (weighting.last_year or year):
            return weighting
    raise NotFound(f"{index} {year}", f"No source gives the weights of {index} in {year}.")


def _weightings() -> tuple[Weighting, ...]:
    text = files(__package__).joinpath("weights.csv").read_text(encoding="utf-8")
    rows: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        rows.setdefault((row["index"], row["first_year"]), []).append(row)
    return tuple(map(_weighting, rows.values()))


def _weighting(rows: Sequence[Mapping[str, str]]) -> Weighting:
    head = rows[0]
    return Weighting(
        head["index"],
        int(head["first_year"]),
        int(head["last_year"]) if head["last_year"] else None,
        {row["component"]: Decimal(row["weight"]) for row in rows},
        head["deducts"] == "yes",
        head["source"],
        head["url"],
    )


WEIGHTINGS = _weightings()
"""All weights we have a source for, of weights.csv, in its order."""
