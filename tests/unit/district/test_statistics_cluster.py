"""Cluster statistics: 1,454 zones of the San Francisco Bay Area, sums known by hand, and what is refused."""

import csv
import gzip
from fractions import Fraction
from math import exp, inf, log, nan, sqrt
from pathlib import Path

import numpy as np
import pytest

from madang.district.statistics.cluster import (
    Jobs,
    ShiftShare,
    herfindahl,
    herfindahls,
    jobs_per_ha,
    jobs_per_household,
    jobs_table,
    krugman,
    krugmans,
    location_quotient,
    location_quotients,
    quotient_with_interval,
    ratio,
    shift_share,
)
from madang.errors import BadRequestData

DATA = Path(__file__).parents[2] / "data/district"
SECTORS = ("RETEMPN", "FPSEMPN", "HEREMPN", "OTHEMPN", "AGREMPN", "MWTEMPN")
HA_PER_ACRE = 0.40468564224
"""The international acre, exactly."""


def rows_of(name: str) -> list[dict[str, str]]:
    opened = gzip.open if name.endswith(".gz") else open
    with opened(DATA / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ZONES = rows_of("mtc_zones.csv.gz")
COUNTIES = [row for row in rows_of("mtc_counties_expected.csv") if row["county_id"] != "ALL"]
ALL = rows_of("mtc_counties_expected.csv")[-1]
OEWS = rows_of("oews_facts.csv")
DERIVED = {(row["kind"], row["name"]): float(row["value"]) for row in rows_of("lq_us_states_derived.csv")}


def summed(column: str, county: str) -> float:
    return sum(float(zone[column]) for zone in ZONES if county in (zone["county_id"], "ALL"))


def counties() -> Jobs:
    ids = [row["county_id"] for row in COUNTIES]
    return jobs_table(ids, SECTORS, [[summed(sector, county) for sector in SECTORS] for county in ids])


def refused(error: pytest.ExceptionInfo[BadRequestData]) -> str:
    return error.value.faults[0].where


def in_parts(sector: ShiftShare) -> list[Fraction]:
    return [sector.national, sector.mix, sector.local]


JOBS = counties()
WHOLE = jobs_table(["ALL"], SECTORS, [[float(count) for count in JOBS.counts.sum(axis=0)]])


def test_the_expected_table_is_read_whole() -> None:
    assert len(ZONES) == 1454
    assert [row["county_id"] for row in COUNTIES] == [str(number) for number in range(1, 10)]
    assert ALL["county_id"] == "ALL"


@pytest.mark.parametrize("row", [*COUNTIES, ALL], ids=lambda row: f"county {row['county_id']}")
def test_the_totals_and_densities_of_every_county_come_out(row: dict[str, str]) -> None:
    county = row["county_id"]
    jobs, households = summed("TOTEMP", county), summed("TOTHH", county)
    acres = summed("TOTACRE", county)

    assert jobs == int(row["jobs"]) == sum(summed(sector, county) for sector in SECTORS)
    assert households == int(row["households"])
    assert summed("TOTPOP", county) == int(row["pop"])
    assert round(acres, 1) == float(row["acres"])
    assert round(jobs_per_household(jobs, households), 4) == float(row["jobs_per_household"])
    assert round(jobs_per_ha(jobs, acres * HA_PER_ACRE), 4) == float(row["jobs_per_ha"])


@pytest.mark.parametrize("sector", SECTORS)
@pytest.mark.parametrize("index", range(9), ids=lambda index: f"county {index + 1}")
def test_the_location_quotient_of_every_county_and_sector_comes_out(index: int, sector: str) -> None:
    published = float(COUNTIES[index][f"LQ_{sector}"])
    column = SECTORS.index(sector)
    one = location_quotient(
        summed(sector, str(index + 1)), summed("TOTEMP", str(index + 1)), summed(sector, "ALL"), summed("TOTEMP", "ALL")
    )

    assert round(location_quotients(JOBS)[index, column], 4) == published
    assert round(one, 4) == published


@pytest.mark.parametrize("index", range(9), ids=lambda index: f"county {index + 1}")
def test_the_herfindahl_and_krugman_index_of_every_county_comes_out(index: int) -> None:
    row = COUNTIES[index]

    assert round(herfindahls(JOBS)[index], 5) == float(row["HHI"])
    assert round(herfindahl([float(count) for count in JOBS.counts[index]]), 5) == float(row["HHI"])
    assert round(krugmans(JOBS)[index], 5) == float(row["Krugman"])
    assert round(krugman(list(JOBS.counts[index]), list(WHOLE.counts[0])), 5) == float(row["Krugman"])


def test_all_counties_together_are_specialised_in_nothing() -> None:
    assert [float(value) for value in location_quotients(WHOLE)[0]] == [float(ALL[f"LQ_{name}"]) for name in SECTORS]
    assert round(herfindahls(WHOLE)[0], 5) == float(ALL["HHI"])
    assert krugmans(WHOLE)[0] == float(ALL["Krugman"]) == 0


# The published quotients carry ten digits after the point, so what is recomputed from them is right to about
# 1 part in 10^9 for the smallest of them, and to 1 in 10^10 for most.
PUBLISHED = 1e-9


def implied_total(area: str) -> float:
    """The area's total that its published manufacturing quotient implies, manufacturing's national share given."""
    row = next(row for row in OEWS if (row["area"], row["gives"]) == (area, "total"))
    return float(row["jobs"]) / (float(row["published_lq"]) * DERIVED["national_share", "Manufacturing"])


def implied_share(sector: str) -> float:
    """The sector's national share that one published quotient of Alabama implies."""
    if sector == "Manufacturing":
        # Of all numbers this one cannot be had from quotients: they fix shares and totals but for one common factor.
        return 0.05272442942323948
    row = next(row for row in OEWS if (row["sector"], row["gives"]) == (sector, "share"))
    return float(row["jobs"]) / implied_total("Alabama") / float(row["published_lq"])


@pytest.mark.parametrize("area", [name for kind, name in DERIVED if kind == "implied_area_total"])
def test_every_implied_area_total_gives_the_published_quotient_back(area: str) -> None:
    """Recomputed: the 54 totals, each from one fact (jobs in manufacturing, and the quotient published with them).

    Not recomputed from raw counts: the full table may not ship. The totals are what the publisher's arithmetic
    implies; they are no head counts of the states (sums over overlapping levels), and no figure of madang's.
    """
    row = next(row for row in OEWS if (row["area"], row["gives"]) == (area, "total"))
    derived = DERIVED["implied_area_total", area]
    share = DERIVED["national_share", "Manufacturing"]

    assert implied_total(area) == pytest.approx(derived, rel=PUBLISHED)
    given_back = location_quotient(float(row["jobs"]), derived, share, 1.0)
    assert given_back == pytest.approx(float(row["published_lq"]), abs=1e-10)


@pytest.mark.parametrize("sector", [name for kind, name in DERIVED if kind == "national_share"])
def test_every_national_share_follows_from_one_published_quotient(sector: str) -> None:
    """Recomputed: 14 shares, each from one fact of Alabama. Manufacturing's is the publisher's own denominator."""
    assert implied_share(sector) == pytest.approx(DERIVED["national_share", sector], rel=PUBLISHED)


@pytest.mark.parametrize("row", [row for row in OEWS if row["gives"] == "check"], ids=lambda row: row["sector"])
def test_a_quotient_that_gave_nothing_follows_from_totals_and_shares(row: dict[str, str]) -> None:
    """The independent half: California's 14 quotients took no part above, and come out of the values that did."""
    computed = location_quotient(float(row["jobs"]), implied_total("California"), implied_share(row["sector"]), 1.0)

    assert computed == pytest.approx(float(row["published_lq"]), rel=PUBLISHED)


def test_every_derived_value_is_tested_by_name() -> None:
    kinds = [kind for kind, _ in DERIVED]
    assert (kinds.count("national_share"), kinds.count("implied_area_total")) == (15, 54)
    assert {row["area"] for row in OEWS if row["gives"] == "total"} == {
        name for kind, name in DERIVED if kind == "implied_area_total"
    }


def test_an_interval_is_the_delta_method_on_the_logarithm() -> None:
    # 30 of 200 local jobs, 1 000 of 10 000 jobs: LQ 1.5; 1/30 - 1/200 - 1/1000 + 2/10000 = 0.0275333.
    quotient = quotient_with_interval(30, 200, 1_000, 10_000)

    assert quotient.value == pytest.approx(1.5)
    spread = 1.959963984540054 * sqrt(1 / 30 - 1 / 200 - 1 / 1_000 + 2 / 10_000)
    assert quotient.low == pytest.approx(1.5 * exp(-spread))
    assert quotient.high == pytest.approx(1.5 * exp(spread))


def test_an_interval_holds_the_true_quotient_as_often_as_it_says() -> None:
    random = np.random.default_rng(20160829)
    shares = np.array(
        [0.02, 0.08, 0.18, 0.72]
    )  # in both, only local, only the sector, neither: LQ = 0.02/(0.1*0.2) = 1
    drawn = random.multinomial(20_000, shares, size=2_000)
    held = 0
    for both, local, sector, neither in drawn.tolist():
        interval = quotient_with_interval(both, both + local, both + sector, both + local + sector + neither)
        held += interval.low <= 1 <= interval.high

    assert 0.935 <= held / 2_000 <= 0.965


def test_an_interval_widens_with_jobs_that_come_and_go_together() -> None:
    alone = quotient_with_interval(400, 2_000, 10_000, 100_000)
    together = quotient_with_interval(400, 2_000, 10_000, 100_000, jobs_per_decision=4)

    assert log(together.high / together.value) == pytest.approx(2 * log(alone.high / alone.value))


def test_the_whole_area_has_no_spread() -> None:
    quotient = quotient_with_interval(70, 700, 70, 700)

    assert (quotient.low, quotient.high) == pytest.approx((1.0, 1.0), abs=1e-6)


def test_no_jobs_in_a_sector_give_zero_with_the_poisson_bound_above() -> None:
    # 10 jobs were to be expected; seeing none has a chance of 2.5 % where the mean is 3.689.
    quotient = quotient_with_interval(0, 100, 1_000, 10_000)

    assert (quotient.value, quotient.low) == (0, 0)
    assert quotient.high == pytest.approx(0.36889, abs=1e-5)
    assert quotient_with_interval(0, 100, 1_000, 10_000, jobs_per_decision=20).high == pytest.approx(20 * quotient.high)


def test_few_jobs_are_flagged_from_below_the_floor_on() -> None:
    assert quotient_with_interval(49, 100, 1_000, 10_000).few
    assert not quotient_with_interval(50, 100, 1_000, 10_000).few
    assert quotient_with_interval(50, 100, 1_000, 10_000, floor_jobs=51).few


@pytest.mark.parametrize(
    ("counts", "options"),
    [
        ((101, 100, 1_000, 10_000), {}),
        ((50, 100, 49, 10_000), {}),
        ((50, 10_001, 1_000, 10_000), {}),
        ((50, 100, 10_001, 10_000), {}),
        ((50, 100, 1_000, 10_000), {"level": 1.0}),
        ((50, 100, 1_000, 10_000), {"jobs_per_decision": 0.5}),
        ((50, 0, 1_000, 10_000), {}),
        ((50, 100, 0, 10_000), {}),
    ],
)
def test_an_interval_of_counts_that_cannot_be_is_refused(
    counts: tuple[float, float, float, float], options: dict[str, float]
) -> None:
    with pytest.raises(BadRequestData) as error:
        quotient_with_interval(*counts, at="/row 7", **options)
    assert refused(error) == "/row 7"


@pytest.mark.parametrize("count", [None, nan, inf, -1.0])
def test_a_count_that_is_no_count_is_refused_by_its_region_and_sector(count: float | None) -> None:
    with pytest.raises(BadRequestData, match="Jobs of Guam in Utilities are") as error:
        jobs_table(["Ohio", "Guam"], ["Trade", "Utilities"], [[1, 2], [3, count]])
    assert refused(error) == "/Guam/Utilities"


def test_a_table_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="read-only"):
        jobs_table(["Ohio"], ["Trade"], [[1]]).counts[0, 0] = 2


def test_a_row_of_another_length_is_refused_by_its_region() -> None:
    with pytest.raises(BadRequestData) as error:
        jobs_table(["Ohio", "Guam"], ["Trade", "Utilities"], [[1, 2], [3]])
    assert refused(error) == "/Guam"
    with pytest.raises(BadRequestData, match="2 regions and 1 rows"):
        jobs_table(["Ohio", "Guam"], ["Trade"], [[1]])


def test_a_region_or_sector_without_jobs_is_refused_by_its_name() -> None:
    for rows, name in (([[1, 2], [0, 0]], "/Guam"), ([[1, 0], [3, 0]], "/Utilities")):
        jobs = jobs_table(["Ohio", "Guam"], ["Trade", "Utilities"], rows)
        for statistic in (location_quotients, herfindahls, krugmans):
            with pytest.raises(BadRequestData) as error:
                statistic(jobs)
            assert refused(error) == name


@pytest.mark.parametrize(
    ("above", "below"), [(None, 2.0), (-1.0, 2.0), (1.0, None), (1.0, 0.0), (1.0, nan), (nan, 1.0)]
)
def test_a_ratio_over_nothing_is_refused_and_never_zero(above: float | None, below: float | None) -> None:
    for divide in (ratio, jobs_per_household, jobs_per_ha):
        with pytest.raises(BadRequestData) as error:
            divide(above, below, "/Adlershof")
        assert refused(error) == "/Adlershof"


def test_mixes_without_a_sector_in_common_are_as_far_apart_as_can_be() -> None:
    assert krugman([5, 0, 0], [0, 1, 1]) == 2
    with pytest.raises(BadRequestData, match="3 and 2 sectors"):
        krugman([1, 2, 3], [1, 2])
    with pytest.raises(BadRequestData):
        krugman([1, -1], [1, 1])


def test_a_shift_share_worked_by_hand() -> None:
    # All jobs grow by 10 %, industry by 50 %, trade falls by 10 %; the district's 100 industrial jobs become 130.
    parts = shift_share(
        {"industry": 100, "trade": 50}, {"industry": 130, "trade": 50}, {"industry": 1_000, "trade": 2_000},
        {"industry": 1_500, "trade": 1_800},
    )  # fmt: skip

    assert in_parts(parts["industry"]) == [10, 40, -20]
    assert in_parts(parts["trade"]) == [5, -10, 5]
    assert [part.change for part in parts.values()] == [30, 0]


def test_a_new_sector_of_the_district_is_its_own_doing() -> None:
    parts = shift_share({"bio": 0}, {"bio": 7}, {"bio": 100}, {"bio": 200})

    assert in_parts(parts["bio"]) == [0, 0, 7]


def test_a_shift_share_names_the_sector_it_cannot_do() -> None:
    fine = {"bio": 10.0, "IT": 10.0}
    for tables in (
        ({"IT": 1.0}, fine, fine, fine),
        (fine, {"IT": 1.0}, fine, fine),
        (fine, fine, fine, {"IT": 1.0}),
        (fine, fine, {"IT": 1.0, "bio": 0.0}, fine),
        (fine, {"IT": 1.0, "bio": nan}, fine, fine),
    ):
        with pytest.raises(BadRequestData) as error:
            shift_share(*tables)
        assert refused(error) == "/bio"
    with pytest.raises(BadRequestData, match="at least one"):
        shift_share({}, {}, {}, {})
