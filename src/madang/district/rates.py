"""Money from one currency into another, with the dated rate that was used.

    Rates.load(path) -> Rates
    Rates.convert(quantity, currency, on) -> Converted(quantity, rate, rate_date, source, used)

places/rates.csv holds the European Central Bank's euro reference rates of the last working day of each month. A date
takes the rate of its own month's end; two currencies other than the euro meet through it. Nothing is interpolated or
carried on: a month without a rate is refused.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path

from madang.errors import BadRequestData, ConfigError, Fault

from .quantity import Quantity, decimal, find_unit

SOURCE = "European Central Bank, euro foreign exchange reference rates (month end)"
_HEADER = ["date", "base", "quote", "rate"]
_BASE = "EUR"
_Month = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rate:
    """value: units of quote for one euro, as published."""

    day: date
    quote: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Converted:
    """quantity: in the other currency, exact; it keeps how many digits were written.

    rate: units of the other currency for one of the written, 28 digits where it is a quotient of two. used: the
    published rates it comes from, none where nothing was to convert. rate_date: their day, or the day asked for.
    """

    quantity: Quantity
    rate: Decimal
    rate_date: date
    source: str
    used: tuple[Rate, ...]


@dataclass(frozen=True, slots=True)
class Rates:
    """by_month: currency -> (year, month) -> the month's last published rate."""

    by_month: Mapping[str, Mapping[_Month, Rate]]
    source: str = SOURCE

    @classmethod
    def load(cls, path: Path) -> "Rates":
        """Read a rates.csv. Raises ConfigError with the file and line of every fault."""
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigError(f"The table of currency rates {path} cannot be read: {exc}.") from exc
        return cls(_parsed(text, path.name))

    @property
    def currencies(self) -> tuple[str, ...]:
        return (_BASE, *sorted(self.by_month))

    def span(self, currency: str) -> tuple[date, date]:
        """Days of the first and the last rate of a currency other than the euro."""
        rates = self.by_month[currency]
        return rates[min(rates)].day, rates[max(rates)].day

    def convert(self, quantity: Quantity, currency: str, on: date, at: str = "") -> Converted:
        """quantity: money, or money per something (EUR/ha stays per hectare).

        Raises BadRequestData for what is no money, a currency without rates, or a month without a rate.
        """
        head, *below = quantity.unit.symbol.split("/")
        money = find_unit(head)
        if not money.currency:
            raise BadRequestData(f"{quantity.unit} is not money; only money converts into {currency}.", at)
        if currency == money.currency:
            used: tuple[Rate, ...] = ()
        else:
            used = tuple(self._rate(code, on, at) for code in (money.currency, currency) if code != _BASE)
        values = {rate.quote: Fraction(rate.value) for rate in used}
        ratio = values.get(currency, Fraction(1)) / values.get(money.currency, Fraction(1))
        days = {rate.day for rate in used} or {on}
        there = find_unit("/".join((currency, *below)), at)
        scale = ratio * money.factor
        moved = replace(
            quantity,
            low=quantity.low * scale,
            high=quantity.high * scale,
            step=quantity.step * scale,
            unit=there,
            as_written="",
        )
        return Converted(moved, decimal(ratio), max(days), self.source, used)

    def _rate(self, currency: str, on: date, at: str) -> Rate:
        rates = self.by_month.get(currency)
        if rates is None:
            known = ", ".join(self.currencies)
            raise BadRequestData(f'There are no rates for the currency "{currency}"; there are {known}.', at)
        rate = rates.get((on.year, on.month))
        if rate is None:
            first, last = self.span(currency)
            raise BadRequestData(
                f"There is no rate for {currency} in {on:%Y-%m}; the table runs from {first:%Y-%m} to {last:%Y-%m}.", at
            )
        return rate


def _parsed(text: str, file: str) -> dict[str, dict[_Month, Rate]]:
    header, *rows = list(csv.reader(text.splitlines())) or [[]]
    if header != _HEADER:
        raise ConfigError(faults=[Fault(f"The header has to be {','.join(_HEADER)}.", f"{file}:1")])
    table: dict[str, dict[_Month, Rate]] = {}
    faults: list[Fault] = []
    for line, row in enumerate(rows, 2):
        try:
            rate = _rate(row)
        except ValueError as exc:
            faults.append(Fault(str(exc), f"{file}:{line}"))
            continue
        months = table.setdefault(rate.quote, {})
        month = (rate.day.year, rate.day.month)
        if month in months:
            faults.append(Fault(f"{rate.quote} has two rates in {rate.day:%Y-%m}.", f"{file}:{line}"))
        months[month] = rate
    if faults:
        raise ConfigError(faults=faults)
    return table


def _rate(row: list[str]) -> Rate:
    if len(row) != len(_HEADER):
        raise ValueError(f"A row has {len(_HEADER)} cells, not {len(row)}.")
    day, base, quote, written = row
    try:
        value = Decimal(written)
    except InvalidOperation as exc:
        raise ValueError(f'"{written}" is not a rate.') from exc
    if base != _BASE or not (value.is_finite() and value > 0):
        raise ValueError(f"A rate is a positive number for one {_BASE}.")
    return Rate(date.fromisoformat(day), quote, value)
