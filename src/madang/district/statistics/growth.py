"""How a figure grew between two dates, and how work done stands against the plan (earned value). Money is Decimal."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import isfinite

from madang.errors import BadRequestData

S_CURVE_STEPS = 24
"""Pieces an S-curve is drawn in: at most 0.13 % of the budget lies between it and the smooth one."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A figure and the day it holds for."""

    on: date
    value: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Money planned to be spent by each day, cumulative, straight lines between. Make it with ``plan_of``.

    points: two or more, days rising, money from 0 to the budget and never falling.
    """

    points: tuple[tuple[date, Decimal], ...]

    @property
    def budget(self) -> Decimal:
        """All of the planned money: budget at completion."""
        return self.points[-1][1]


def years_between(first: date, last: date) -> float:
    """Whole years by the calendar, and the days since the last anniversary as a share of that year; negative backwards.

    From a day to the same day a year later is exactly 1; 29 February has its anniversary on 1 March in common years.
    """
    if last < first:
        return -years_between(last, first)
    whole = last.year - first.year
    whole -= anniversary(first, whole) > last
    passed, ahead = anniversary(first, whole), anniversary(first, whole + 1)
    return whole + (last - passed) / (ahead - passed)


def anniversary(day: date, years: int) -> date:
    """The same day so many years later; 1 March for a 29 February that year does not have."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def compound_per_year(first: Dated, last: Dated, at: str = "") -> float:
    """Growth per year that leads from one figure to the other, compounded; 0.057 = 5.7 % a year.

    Raises BadRequestData at ``at`` unless both are above 0 and the dates rise.
    """
    if not (first.value > 0 and last.value > 0 and isfinite(first.value) and isfinite(last.value)):
        raise BadRequestData(f"Growth from {first.value:g} to {last.value:g} has no rate; both must be above 0.", at)
    return float((last.value / first.value) ** (1 / _years(first, last, at))) - 1


def plan_of(points: Sequence[tuple[date, Decimal]], at: str = "") -> Plan:
    """The plan through these points. Raises BadRequestData at ``at`` unless they are as ``Plan`` says."""
    days, money = [day for day, _ in points], [amount for _, amount in points]
    if len(points) < 2 or any(one >= other for one, other in pairwise(days)):
        raise BadRequestData("A plan needs two days or more, each after the one before.", at)
    if not all(amount.is_finite() for amount in money) or money[0] != 0 or money[-1] <= 0 or money != sorted(money):
        raise BadRequestData("Planned money starts at 0, never falls and ends above 0.", at)
    return Plan(tuple(points))


def s_curve(start: date, end: date, budget: Decimal, at: str = "") -> Plan:
    """The budget spent slowly, fast, slowly: 3t² - 2t³ of it after the share t of the time.

    A convention where no spending plan was published, symmetric about the middle; in ``S_CURVE_STEPS`` straight
    pieces, fewer where there are fewer days.
    """
    days = (end - start).days
    steps = max(1, min(S_CURVE_STEPS, days))
    offsets = [days * step // steps for step in range(steps + 1)]
    return plan_of([(start + timedelta(offset), _of(budget, _smooth(offset, days))) for offset in offsets], at)


def planned_value(plan: Plan, on: date) -> Decimal:
    """Money planned to be spent by that day, not rounded; 0 before the plan begins, the budget after it ends."""
    after = bisect_right(plan.points, on, key=lambda point: point[0])
    if after == 0:
        return Decimal(0)
    if after == len(plan.points):
        return plan.budget
    (day, money), (next_day, next_money) = plan.points[after - 1 : after + 1]
    return money + (next_money - money) * (on - day).days / (next_day - day).days


def earned_schedule(plan: Plan, earned: Decimal, at: str = "") -> date:
    """The day by which the plan wanted as much done as is done: the last such day, to the nearest.

    earned: budgeted cost of the work done. Raises BadRequestData at ``at`` if it is negative or above the budget.
    Source: Lipke, Schedule is Different, The Measurable News (summer 2003).
    """
    if not (earned.is_finite() and 0 <= earned <= plan.budget):
        raise BadRequestData(f"Work worth {earned} was done, the plan has {plan.budget}.", at)
    if earned == plan.budget:
        return next(day for day, money in plan.points if money == earned)
    after = bisect_right(plan.points, earned, key=lambda point: point[1])
    (day, money), (next_day, next_money) = plan.points[after - 1 : after + 1]
    return day + timedelta(round((earned - money) * (next_day - day).days / (next_money - money)))


def schedule_performance(plan: Plan, earned: Decimal, on: date, at: str = "") -> Decimal:
    """SPI: work done over work planned by that day, both in budgeted money; below 1 = late.

    Raises BadRequestData at ``at`` for a negative or missing figure, and before the plan begins.
    Source: ANSI/EIA-748, earned value management; PMI, The Standard for Earned Value Management (2019).
    """
    return _performance(earned, planned_value(plan, on), "planned by that day", at)


def time_performance(plan: Plan, earned: Decimal, on: date, at: str = "") -> float:
    """SPI(t): planned time of the work done over the time taken; below 1 = late, also when all is done in the end.

    Raises BadRequestData at ``at`` unless the day is after the plan's first, and as ``earned_schedule``.
    """
    start = plan.points[0][0]
    if on <= start:
        raise BadRequestData(f"The plan begins on {start}; nothing can be late on {on}.", at)
    return (earned_schedule(plan, earned, at) - start) / (on - start)


def _years(first: Dated, last: Dated, at: str) -> float:
    if first.on >= last.on:
        raise BadRequestData(f"There is no time from {first.on} to {last.on}.", at)
    return years_between(first.on, last.on)


def _smooth(offset: int, days: int) -> Fraction:
    t = Fraction(offset, days) if days else Fraction(0)
    return 3 * t**2 - 2 * t**3


def _of(budget: Decimal, share: Fraction) -> Decimal:
    return budget * share.numerator / share.denominator


def _performance(earned: Decimal, against: Decimal, what: str, at: str) -> Decimal:
    if not (earned.is_finite() and earned >= 0):
        raise BadRequestData(f"Work worth {earned} cannot have been done.", at)
    if not (against.is_finite() and against > 0):
        raise BadRequestData(f"Money {what} is {against}; a share of it cannot be given.", at)
    return earned / against
