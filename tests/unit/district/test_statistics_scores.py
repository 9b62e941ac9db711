"""Scaling and composites, held against the figures their publishers printed."""

import csv
from decimal import Decimal
from math import inf, nan
from pathlib import Path

import pytest

from madang.district.statistics.composite import (
    WEIGHTINGS,
    Weighting,
    mean_with_error,
    rounded,
    weighted,
    weighting_of,
)
from madang.district.statistics.scaling import BANDS, Band, Direction, attainment, band, scaled
from madang.errors import BadRequestData, NotFound

DATA = Path(__file__).parents[2] / "data/district"


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


KOPAVOGUR = rows_of("kopavogur_scaled_pm10.csv")
CPI = {row["source_name"]: float(row["score"]) for row in rows_of("cpi_worked_example.csv")}
ACRC = {row["component"]: row for row in rows_of("acrc_2017_example.csv")}


def where(error: pytest.ExceptionInfo[BadRequestData]) -> str:
    return error.value.faults[0].where


@pytest.mark.parametrize("row", KOPAVOGUR, ids=lambda row: row["date"])
def test_the_scaled_pm10_of_kopavogur_comes_out(row: dict[str, str]) -> None:
    assert row["better"] == "Min"
    value = scaled(float(row["raw_ug_m3"]), float(row["min"]), float(row["max"]), "min")

    assert rounded(value, 2) == Decimal(row["published_scaled"])


def test_kopavogur_published_three_values() -> None:
    assert [row["published_scaled"] for row in KOPAVOGUR] == ["93.53", "95.05", "94.91"]


def test_beyond_a_bound_the_scale_ends() -> None:
    assert scaled(200, 0, 190, "min") == 0
    assert scaled(200, 0, 190, "max") == 100
    assert scaled(-5, 0, 190, "min") == 100


@pytest.mark.parametrize("bounds", [(5.0, 5.0), (6.0, 5.0), (nan, 5.0), (0.0, inf)])
def test_bounds_with_nothing_between_them_are_refused(bounds: tuple[float, float]) -> None:
    with pytest.raises(BadRequestData) as error:
        scaled(5, *bounds, "max", at="/PM10")
    assert where(error) == "/PM10"


@pytest.mark.parametrize(
    ("value", "target", "direction", "expected"),
    [
        (30, 40, "up", 75), (50, 40, "up", 100), (0, 40, "up", 0),
        (50, 40, "down", 80), (30, 40, "down", 100), (0, 0, "down", 100), (3, 0, "down", 0),
        (40, 40, "to-target", 100), (30, 40, "to-target", 75), (50, 40, "to-target", 75), (90, 40, "to-target", 0),
    ],
)  # fmt: skip
def test_attainment_by_direction(value: float, target: float, direction: Direction, expected: float) -> None:
    assert attainment(value, target, direction) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "target", "direction"),
    [(1, 0, "up"), (1, 0, "to-target"), (-1, 5, "up"), (1, -5, "down"), (nan, 5, "up"), (1, nan, "to-target")],
)
def test_an_attainment_that_cannot_be_is_refused(value: float, target: float, direction: Direction) -> None:
    with pytest.raises(BadRequestData) as error:
        attainment(value, target, direction, at="/EN:1")
    assert where(error) == "/EN:1"


@pytest.mark.parametrize(
    ("attained", "expected"),
    [
        (0, "0–33"), (32.9, "0–33"), (33, "33–66"), (65.9, "33–66"), (66, "66–95"), (94.9, "66–95"), (95, "95+"),
        (100, "95+"),
    ],
)  # fmt: skip
def test_an_edge_belongs_to_the_band_above(attained: float, expected: Band) -> None:
    assert band(attained) == expected
    assert expected in BANDS


@pytest.mark.parametrize("attained", [-0.1, nan])
def test_no_band_without_an_attainment(attained: float) -> None:
    with pytest.raises(BadRequestData) as error:
        band(attained, "/EN:1")
    assert where(error) == "/EN:1"


def test_the_worked_example_of_the_corruption_perceptions_index_comes_out() -> None:
    scores = [score for name, score in CPI.items() if not name.startswith("PUBLISHED")]
    mean = mean_with_error(scores)

    assert scores == [61, 63, 61, 65, 65]
    assert (mean.value, mean.n) == (63, 5)
    assert mean.standard_error == pytest.approx(0.894427, abs=5e-7)
    assert rounded(mean.value) == CPI["PUBLISHED MEAN"]
    assert rounded(mean.standard_error) == CPI["PUBLISHED ST.ERROR"]


@pytest.mark.parametrize("scores", [[], [61.0], [61.0, nan]])
def test_a_mean_without_an_error_is_refused(scores: list[float]) -> None:
    with pytest.raises(BadRequestData) as error:
        mean_with_error(scores, "/Korea")
    assert where(error) == "/Korea"


def test_half_is_rounded_up_as_offices_do() -> None:
    assert [rounded(value) for value in (0.5, 1.5, 2.5, -2.5)] == [1, 2, 3, -3]
    assert str(rounded(8.2, 2)) == "8.20"


def test_the_integrity_score_of_2017_comes_out() -> None:
    weighting = weighting_of("acrc", 2017)
    scores = {name: Decimal(ACRC[name]["score"]) for name in ("external", "internal")}

    assert weighting.weights == {name: Decimal(ACRC[name]["weight"]) for name in ("external", "internal")}
    assert weighted(weighting, scores) == Decimal("8.23624")
    assert rounded(weighted(weighting, scores), 2) == Decimal(ACRC["PUBLISHED composite"]["score"])


def test_corruption_cases_are_taken_off_since_2022_too() -> None:
    scores = {"perceived": Decimal(80), "effort": Decimal(90)}

    assert weighted(weighting_of("acrc", 2024), scores, Decimal("2.5")) == Decimal("81.5")


def test_the_weights_of_a_year_without_a_source_are_not_guessed() -> None:
    for year in (2016, 2018, 2021):
        with pytest.raises(NotFound, match=f"weights of acrc in {year}"):
            weighting_of("acrc", year)
    with pytest.raises(NotFound):
        weighting_of("cpi", 2017)


def test_all_weights_sum_to_one_and_name_their_source() -> None:
    for weighting in WEIGHTINGS:
        assert sum(weighting.weights.values()) == 1
        assert weighting.source
        assert weighting.url.startswith("https://")
    assert [(weighting.first_year, weighting.last_year) for weighting in WEIGHTINGS] == [(2017, 2017), (2022, None)]


@pytest.mark.parametrize(
    ("scores", "deduction", "place"),
    [
        ({"external": "8"}, "0", "/internal"),
        ({"external": "8", "internal": "8", "policy": "8"}, "0", "/policy"),
        ({"external": "8", "internal": "NaN"}, "0", "/internal"),
        ({"external": "8", "internal": "8"}, "-1", "/deduction"),
        ({"external": "8", "internal": "8"}, "NaN", "/deduction"),
    ],
)
def test_a_composite_names_the_component_it_lacks(scores: dict[str, str], deduction: str, place: str) -> None:
    with pytest.raises(BadRequestData) as error:
        weighted(
            weighting_of("acrc", 2017), {name: Decimal(score) for name, score in scores.items()}, Decimal(deduction)
        )
    assert where(error) == place


def test_an_index_without_deductions_refuses_one() -> None:
    plain = Weighting("plain", 2020, None, {"one": Decimal(1)}, False, "here", "https://example.org")

    assert weighted(plain, {"one": Decimal(7)}) == 7
    with pytest.raises(BadRequestData, match="deduction of 1"):
        weighted(plain, {"one": Decimal(7)}, Decimal(1))
