"""Dated currency rates. Expected rates: European Central Bank, euro foreign exchange reference rates."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from madang.district.format import show
from madang.district.quantity import CURRENCIES, parse_quantity
from madang.district.rates import Rate, Rates
from madang.errors import BadRequestData, ConfigError

SHIPPED = Path(__file__).parents[3] / "places" / "rates.csv"
AUGUST = date(2016, 8, 29)


@pytest.fixture(scope="module")
def rates() -> Rates:
    return Rates.load(SHIPPED)


def test_every_currency_of_the_units_has_rates_and_none_else(rates: Rates) -> None:
    assert set(rates.currencies) == set(CURRENCIES)


def test_the_won_has_a_rate_in_every_month_from_1999_on(rates: Rates) -> None:
    months = [12 * year + month for year, month in sorted(rates.by_month["KRW"])]
    assert months == list(range(12 * 1999 + 1, months[-1] + 1))
    assert rates.span("KRW")[0] == date(1999, 1, 29)


def test_the_hafencity_sum_of_2016_in_won_comes_near_its_private_share_in_euros(rates: Rates) -> None:
    """KRW 10.5 tn over EUR 8.5 bn is 1,235.3 won for a euro; at the end of August 2016 it had 1,243.66."""
    rate = rates.convert(parse_quantity("1", "EUR"), "KRW", AUGUST)
    assert (rate.rate, rate.rate_date) == (Decimal("1243.66"), date(2016, 8, 31))
    euros = rates.convert(parse_quantity("10.5", "tn KRW"), "EUR", AUGUST)
    assert euros.quantity.low == Fraction(10_500_000_000_000) / Fraction("1243.66")
    assert show(euros.quantity, "en").primary == "about EUR 8.44 bn"
    assert euros.used == (Rate(date(2016, 8, 31), "KRW", Decimal("1243.66")),)
    assert "European Central Bank" in euros.source


def test_two_currencies_meet_through_the_euro(rates: Rates) -> None:
    won = rates.convert(parse_quantity("35", "bn USD"), "KRW", AUGUST)
    assert won.quantity.low == 35 * 10**9 * Fraction("1243.66") / Fraction("1.1132")
    assert [rate.quote for rate in won.used] == ["USD", "KRW"]


@pytest.mark.parametrize(
    ("text", "unit", "shown"),
    [
        ("1", "EUR", "약 1,240 원"),
        ("100", "EUR/m2", "약 12만 4,000 원/m²"),
        ("5", "bn USD", "약 5조 5,900억 원"),
        ("8493", "M EUR", "약 10조 5,600억 원"),
    ],
)
def test_a_round_sum_in_another_currency_keeps_three_digits_and_says_about(
    rates: Rates, text: str, unit: str, shown: str
) -> None:
    assert show(rates.convert(parse_quantity(text, unit), "KRW", AUGUST).quantity, "ko").primary == shown


def test_money_per_something_stays_per_it(rates: Rates) -> None:
    there = rates.convert(parse_quantity("20.8", "M EUR/ha"), "KRW", AUGUST).quantity
    assert (there.unit.symbol, there.low) == ("KRW/ha", 20_800_000 * Fraction("1243.66"))


def test_the_same_currency_needs_no_rate(rates: Rates) -> None:
    same = rates.convert(parse_quantity("8,493", "억 KRW"), "KRW", date(1980, 1, 1))
    assert same.quantity.low == 849_300_000_000
    assert same.rate == 1
    assert same.used == ()


@pytest.mark.parametrize(
    ("text", "unit", "currency", "on", "says"),
    [
        ("1", "KRW", "EUR", date(1998, 12, 31), "no rate for KRW in 1998-12; the table runs from 1999-01"),
        ("1", "KRW", "EUR", date(2199, 1, 1), "no rate for KRW in 2199-01"),
        ("1", "EUR", "CNY", date(2001, 1, 1), "no rate for CNY in 2001-01"),
        ("1", "EUR", "DEM", AUGUST, 'no rates for the currency "DEM"'),
        ("1", "ha", "EUR", AUGUST, "ha is not money"),
    ],
)
def test_what_has_no_rate_is_refused(rates: Rates, text: str, unit: str, currency: str, on: date, says: str) -> None:
    with pytest.raises(BadRequestData, match=says):
        rates.convert(parse_quantity(text, unit), currency, on)


@pytest.mark.parametrize(
    "row",
    ["2016-08-31,EUR,KRW", "2016-08-31,EUR,KRW,0", "2016-08-31,EUR,KRW,NaN", "2016-08-31,EUR,KRW,x", "2016-8,EUR,KRW,1",
     "2016-08-31,USD,KRW,1", "2016-08-30,EUR,USD,1.1"],
)  # fmt: skip
def test_a_faulty_table_is_refused_with_its_line(tmp_path: Path, row: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(f"date,base,quote,rate\n2016-08-31,EUR,USD,1.1132\n{row}\n", "utf-8")
    with pytest.raises(ConfigError, match=r"rates\.csv:3"):
        Rates.load(path)


def test_a_table_that_is_not_there_or_has_another_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Rates.load(tmp_path / "rates.csv")
    (tmp_path / "rates.csv").write_text("day,rate\n", "utf-8")
    with pytest.raises(ConfigError, match="header"):
        Rates.load(tmp_path / "rates.csv")
