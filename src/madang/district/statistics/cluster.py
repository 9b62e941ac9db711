"""What a district's jobs are made of, against a wider area: concentration, specialisation, change and its parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, inf, isfinite, log, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from madang.errors import ROOT, BadRequestData

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]

FLOOR_JOBS = 50.0
"""Below so many local jobs a location quotient is flagged: its standard error is 14 % (1/sqrt(50)) or more, even if no
two of the jobs depend on the same employer."""


@dataclass(frozen=True, slots=True, eq=False)
class Jobs:
    """Jobs of every region in every sector, at one moment. Make it with ``jobs_table``, which checks it.

    counts: shape (regions, sectors), finite, >= 0, read-only.
    """

    regions: tuple[str, ...]
    sectors: tuple[str, ...]
    counts: Matrix


@dataclass(frozen=True, slots=True)
class Quotient:
    """A location quotient that says how far it can be trusted.

    low, high: interval at the asked level. few: it rests on fewer local jobs than the floor.
    """

    value: float
    low: float
    high: float
    few: bool


@dataclass(frozen=True, slots=True)
class ShiftShare:
    """A sector's change of jobs in its three parts, exact: ``national + mix + local == change``."""

    national: Fraction
    mix: Fraction
    local: Fraction

    @property
    def change(self) -> Fraction:
        """Jobs won or lost between the two moments."""
        return self.national + self.mix + self.local


def jobs_table(regions: Sequence[str], sectors: Sequence[str], rows: Sequence[Sequence[float | None]]) -> Jobs:
    """The table of these rows: one per region, in their order, one count per sector in each.

    Raises BadRequestData, at /region/sector for a count that is missing, negative or not finite, at /region for a row
    of another length; a gap is the caller's decision, it is never taken for 0.
    """
    if len(rows) != len(regions):
        raise BadRequestData(f"There are {len(regions)} regions and {len(rows)} rows.")
    for region, row in zip(regions, rows, strict=True):
        if len(row) != len(sectors):
            raise BadRequestData(f"{region} has {len(row)} values, {len(sectors)} sectors are named.", ROOT / region)
        for sector, count in zip(sectors, row, strict=True):
            # NaN fails the comparison too.
            if count is None or not 0 <= count < inf:
                detail = f"Jobs of {region} in {sector} are {_said(count)}; a number of 0 or more is needed."
                raise BadRequestData(detail, ROOT / region / sector)
    counts = np.array(rows, dtype=np.float64).reshape(len(regions), len(sectors))
    counts.flags.writeable = False
    return Jobs(tuple(regions), tuple(sectors), counts)


def location_quotients(jobs: Jobs) -> Matrix:
    """Share of each sector in each region, over its share in all regions together; 1 = as everywhere.

    Shape (regions, sectors). Raises BadRequestData, at /region or /sector, for one without any jobs.
    Source: Florence, Report on the Location of Industry (PEP, 1939); Isard, Methods of Regional Analysis (1960), ch. 7.
    """
    by_region, by_sector = _totals(jobs)
    # Two divisions by vectors instead of a matrix of expected jobs: no second array of the table's size is filled.
    quotients: Matrix = jobs.counts / by_region[:, None]
    quotients /= by_sector / by_sector.sum()
    return quotients


def location_quotient(
    local: float | None, local_total: float | None, wide: float | None, wide_total: float | None, at: str = ""
) -> float:
    """One location quotient: ``(local / local_total) / (wide / wide_total)``; the wide area contains the local one.

    The two wide figures may also be a share and 1. Raises BadRequestData at ``at`` for a denominator that is 0 or not
    a number, or a negative count.
    """
    return ratio(ratio(local, local_total, at), ratio(wide, wide_total, at), at)


def quotient_with_interval(
    local: float,
    local_total: float,
    wide: float,
    wide_total: float,
    *,
    at: str = "",
    level: float = 0.95,
    jobs_per_decision: float = 1.0,
    floor_jobs: float = FLOOR_JOBS,
) -> Quotient:
    """A location quotient from counts, with its interval and a flag where it rests on few jobs.

    The four counts are jobs; local ones are among the wide ones. level: 0 to 1. jobs_per_decision: jobs that come and
    go together, for example the job-weighted mean size of an employer; 1 takes jobs for independent, which is too
    narrow wherever employers are large. No jobs in the sector give the quotient 0 and the exact Poisson bound above it.
    Raises BadRequestData at ``at`` for counts that cannot be so.
    Method: delta method on the logarithm, local and other jobs drawn from one multinomial, so a region that is the
    whole area has no spread: var(ln LQ) = 1/a - 1/r - 1/s + (2 LQ - 1)/N. Its variance is multiplied by
    jobs_per_decision (the design effect of equal clusters). Source: Beyene and Moineddin, Methods for confidence
    interval estimation of a ratio parameter with application to location quotients, BMC Medical Research Methodology 5
    (2005) 32; Kish, Survey Sampling (1965), 5.4.
    """
    value = location_quotient(local, local_total, wide, wide_total, at)
    if local > min(local_total, wide) or max(local_total, wide) > wide_total:
        raise BadRequestData("A part has more jobs than the whole it is a part of.", at)
    if not (0 < level < 1 and jobs_per_decision >= 1):
        raise BadRequestData("The level must lie between 0 and 1, and jobs per decision cannot be below 1.", at)
    few = local < floor_jobs
    if local == 0:
        expected = local_total * wide / wide_total
        return Quotient(0.0, 0.0, -log((1 - level) / 2) * jobs_per_decision / expected, few)
    variance = 1 / local - 1 / local_total - 1 / wide + (2 * value - 1) / wide_total
    # The four terms cancel where region or sector is the whole; what rounding leaves may be below 0.
    spread = exp(NormalDist().inv_cdf((1 + level) / 2) * sqrt(max(0.0, variance) * jobs_per_decision))
    return Quotient(value, value / spread, value * spread, few)


def herfindahl(counts: Sequence[float], at: str = "") -> float:
    """Herfindahl-Hirschman index: the sum of squared shares, from 1/n (equal) to 1 (one has all).

    Raises BadRequestData at ``at`` for a negative or missing count, or if all are 0.
    Source: Hirschman, The Paternity of an Index, American Economic Review 54 (1964) 761.
    """
    return float(np.square(_shares(counts, at)).sum())


def herfindahls(jobs: Jobs) -> Vector:
    """Herfindahl index of each region's jobs by sector. Shape (regions,). Raises as ``location_quotients``."""
    by_region, _ = _totals(jobs)
    shares: Matrix = jobs.counts / by_region[:, None]
    squared: Vector = np.einsum("rs,rs->r", shares, shares)
    return squared


def krugman(one: Sequence[float], other: Sequence[float], at: str = "") -> float:
    """Krugman specialisation index of two mixes of the same sectors: 0 = same mix, 2 = no sector in common.

    Raises BadRequestData at ``at`` if they differ in length or one has no jobs.
    Source: Krugman, Geography and Trade (MIT Press, 1991), p. 76.
    """
    if len(one) != len(other):
        raise BadRequestData(f"The mixes have {len(one)} and {len(other)} sectors.", at)
    return float(np.abs(_shares(one, at) - _shares(other, at)).sum())


def krugmans(jobs: Jobs) -> Vector:
    """Krugman index of each region against all regions together. Shape (regions,). Raises as ``location_quotients``."""
    by_region, by_sector = _totals(jobs)
    shares: Matrix = jobs.counts / by_region[:, None]
    shares -= by_sector / by_sector.sum()
    result: Vector = np.abs(shares, out=shares).sum(axis=1)
    return result


def shift_share(
    before: Mapping[str, float],
    after: Mapping[str, float],
    wide_before: Mapping[str, float],
    wide_after: Mapping[str, float],
) -> dict[str, ShiftShare]:
    """Why a district's jobs changed, by sector: with the wide area, with its sector, or on its own.

    Jobs by sector at two moments, the same sectors in all four. The fractions are exact, so the parts add up to the
    change to the last job. Raises BadRequestData at /sector where a figure is missing or the wide area had no jobs.
    Source: Dunn, A statistical and analytical technique for regional analysis, Papers of the RSA 6 (1960) 97.
    """
    tables = (before, after, wide_before, wide_after)
    exact = {sector: _exact(sector, tables) for sector in sorted(set().union(*tables))}
    if not exact:
        raise BadRequestData("A shift-share needs at least one sector.")
    growth = Fraction(sum(row[3] for row in exact.values())) / sum(row[2] for row in exact.values()) - 1
    return {sector: _shifted(row, growth) for sector, row in exact.items()}


def jobs_per_household(jobs: float | None, households: float | None, at: str = "") -> float:
    """Jobs for each household; ISO 37120's jobs-housing ratio divides by dwellings instead. Raises as ``ratio``."""
    return ratio(jobs, households, at)


def jobs_per_ha(jobs: float | None, area_ha: float | None, at: str = "") -> float:
    """Jobs on each hectare of the area as it was measured (whole district or land only). Raises as ``ratio``."""
    return ratio(jobs, area_ha, at)


def ratio(numerator: float | None, denominator: float | None, at: str = "") -> float:
    """A quotient of two figures that are there. Raises BadRequestData at ``at`` if one is missing or negative, or
    the denominator is 0: a density over no area is not 0."""
    if numerator is None or not 0 <= numerator < inf:
        raise BadRequestData(f"The numerator is {_said(numerator)}; a number of 0 or more is needed.", at)
    if denominator is None or not 0 < denominator < inf:
        raise BadRequestData(f"The denominator is {_said(denominator)}; a number above 0 is needed.", at)
    return numerator / denominator


def _totals(jobs: Jobs) -> tuple[Vector, Vector]:
    by_region: Vector = jobs.counts.sum(axis=1)
    by_sector: Vector = jobs.counts.sum(axis=0)
    for names, totals in ((jobs.regions, by_region), (jobs.sectors, by_sector)):
        for index in np.flatnonzero(totals == 0):
            raise BadRequestData(f"{names[index]} has no jobs; a share of them cannot be given.", ROOT / names[index])
    return by_region, by_sector


def _shares(counts: Sequence[float], at: str) -> Vector:
    values: Vector = np.array(counts, dtype=np.float64)
    if not np.all((values >= 0) & (values < inf)):
        raise BadRequestData("A count is missing, negative or not finite.", at)
    if not values.any():
        raise BadRequestData("All counts are 0; shares of them cannot be given.", at)
    values /= values.sum()
    return values


def _exact(sector: str, tables: Sequence[Mapping[str, float]]) -> tuple[Fraction, Fraction, Fraction, Fraction]:
    values = [table.get(sector) for table in tables]
    for value, which in zip(values, ("before", "after", "wide before", "wide after"), strict=True):
        if value is None or not isfinite(value) or value < 0:
            raise BadRequestData(f"Jobs in {sector}, {which}, are {_said(value)}.", ROOT / sector)
    before, after, wide_before, wide_after = (Fraction(value) for value in values if value is not None)
    if wide_before == 0:
        raise BadRequestData(f"The wide area had no jobs in {sector}, so it has no growth.", ROOT / sector)
    return before, after, wide_before, wide_after


def _shifted(row: tuple[Fraction, Fraction, Fraction, Fraction], growth: Fraction) -> ShiftShare:
    before, after, wide_before, wide_after = row
    of_sector = wide_after / wide_before - 1
    return ShiftShare(before * growth, before * (of_sector - growth), after - before * (1 + of_sector))


def _said(value: float | None) -> str:
    return "missing" if value is None or value != value else f"{value:g}"
