"""Who stayed, and what was done in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

from madang.errors import ROOT, BadRequestData

from .growth import anniversary, years_between


@dataclass(frozen=True, slots=True)
class Tenancy:
    """One tenant's stay. until: the day it left; None while it is there."""

    id: str
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Survival:
    """Share of tenants still there so many years after they came, 0 to 1, estimated in two ways.

    kaplan_meier: uses every tenancy for as long as it was watched; None if nobody was watched so long, as then nothing
    says what happened after. standard_error: of it, Greenwood's. plain: of the ``plain_n`` tenancies old enough, the
    share still there after that time; None if none is. n: tenancies begun.
    """

    kaplan_meier: float | None
    standard_error: float | None
    plain: float | None
    plain_n: int
    n: int


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something planned for a day. actual: the day it was done; None while it is not."""

    id: str
    planned: date
    actual: date | None


@dataclass(frozen=True, slots=True)
class HitRate:
    """Milestones whose day has passed, and how many of them were done by it."""

    due: int
    hit: int

    @property
    def share(self) -> float:
        """Share done in time, 0 to 1."""
        return self.hit / self.due


@dataclass(frozen=True, slots=True)
class _Stay:
    years: float
    ended: bool


def survival(tenancies: Sequence[Tenancy], years: int, as_of: date) -> Survival:
    """Share of tenants that stayed longer than so many years, as known on a day.

    A tenancy that runs on, or ends after that day, was watched until that day; one that begins after it does not
    count. Raises BadRequestData at /id for a tenancy that ends before it begins, and if none has begun.
    Source: Kaplan and Meier, Nonparametric estimation from incomplete observations, JASA 53 (1958) 457; Greenwood,
    The natural duration of cancer (HMSO, 1926).
    """
    if years < 1:
        raise BadRequestData(f"Survival is asked for after 1 year or more, not {years}.")
    for tenancy in tenancies:
        if tenancy.until is not None and tenancy.until < tenancy.since:
            raise BadRequestData(f"{tenancy.id} ends before it begins.", ROOT / tenancy.id)
    begun = [tenancy for tenancy in tenancies if tenancy.since <= as_of]
    if not begun:
        raise BadRequestData(f"No tenancy had begun by {as_of}.")
    stays = [_stay(tenancy, as_of) for tenancy in begun]
    share, error = _kaplan_meier(stays, years)
    old = [stay for tenancy, stay in zip(begun, stays, strict=True) if anniversary(tenancy.since, years) <= as_of]
    stayed = sum(stay.years > years or not stay.ended for stay in old)
    return Survival(share, error, stayed / len(old) if old else None, len(old), len(begun))


def hit_rate(milestones: Sequence[Milestone], as_of: date, grace_days: int = 0) -> HitRate:
    """How many milestones were done by their day, of those whose day had come by ``as_of``.

    grace_days: so much later still counts as in time, and so much longer a milestone is not yet due. Raises
    BadRequestData if none was due: a rate of nothing is not 0.
    """
    grace = timedelta(grace_days)
    due = [milestone for milestone in milestones if milestone.planned + grace <= as_of]
    if not due:
        raise BadRequestData(f"No milestone was due by {as_of}.")
    return HitRate(len(due), sum(one.actual is not None and one.actual <= one.planned + grace for one in due))


def _stay(tenancy: Tenancy, as_of: date) -> _Stay:
    ended = tenancy.until is not None and tenancy.until <= as_of
    return _Stay(years_between(tenancy.since, tenancy.until if ended and tenancy.until else as_of), ended)


def _kaplan_meier(stays: Sequence[_Stay], years: int) -> tuple[float | None, float | None]:
    share, spread = 1.0, 0.0
    for moment in sorted({stay.years for stay in stays if stay.ended and stay.years <= years}):
        watched = sum(stay.years >= moment for stay in stays)
        left = sum(stay.ended and stay.years == moment for stay in stays)
        share *= 1 - left / watched
        if share == 0:
            return 0.0, 0.0
        spread += left / (watched * (watched - left))
    if not any(stay.years >= years for stay in stays):
        return None, None
    return share, share * sqrt(spread)
