"""What a city can count about its own integrity, and beside it what national bodies published, never mixed.

account(book, subject, now) -> Account       from the ledger
answering(requests, limit, now) -> Answering from the complaints of the hub
load_scores, load_worked                     what others published, and how they calculate
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Literal, TypeVar

from .book import Book
from .records import Contract, Record, Source
from .statistics.composite import Mean, mean_with_error, rounded, weighted, weighting_of
from .unknown import Gap, gaps

_R = TypeVar("_R", bound=Record)


@dataclass(frozen=True, slots=True)
class Share:
    """count of ``of``. unknown: records left out because they do not say. records: ids of those to look at."""

    key: str
    count: int
    of: int
    unknown: int = 0
    records: tuple[str, ...] = ()

    @property
    def share(self) -> Fraction | None:
        """None where there is nothing to take a share of: no contracts are not open contracts."""
        return Fraction(self.count, self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Account:
    """contracts: shares of the contracts that are open to be looked at. record: shares of the record that lack what
    lets others check it. waiting: drafts nobody has reviewed; oldest: when the first of them was entered. overdue:
    promises whose date is over and of which nothing more was said.
    """

    contracts: tuple[Share, ...]
    record: tuple[Share, ...]
    waiting: int
    oldest: datetime | None
    overdue: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Answering:
    """How complaints were answered. median: of those answered; None where none was. within: share of the decided ones
    answered in the limit. late: still open and over it. A complaint that is open and still in time decides nothing.
    unreadable: complaints that do not say when they came.
    """

    answered: int
    open: int
    late: int
    median: timedelta | None
    within: Share
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Complaint:
    """asked None: it does not say. Times aware."""

    asked: datetime | None
    closed: datetime | None


def account(book: Book, subject: str, now: datetime) -> Account:
    """subject: a programme's entity id, or "" for all that the city itself runs. now: aware."""
    subjects = {subject} if subject else {one.id for one in book.own}
    told = [one.entry.entered_at for one in book.waiting if one.entry.entered_at]
    return Account(
        _contracts([one for one in book.contracts if one.subject in subjects]),
        (_unexplained(book, subjects), *_facts(book, subjects)),
        len(book.waiting),
        min(told, default=None),
        tuple(gap for gap in gaps(book, "", now) if gap.what == "overdue" and gap.subject in subjects),
    )


def answering(complaints: Iterable[Complaint], limit: timedelta, now: datetime) -> Answering:
    """limit: what counts as in time, from the complaint's arrival. now: aware."""
    every = list(complaints)
    dated = [(one.asked, one.closed) for one in every if one.asked is not None]
    taken = [closed - asked for asked, closed in dated if closed is not None and closed >= asked]
    waiting = [now - asked for asked, closed in dated if closed is None]
    late = sum(age > limit for age in waiting)
    in_time = sum(time <= limit for time in taken)
    return Answering(
        len(taken),
        len(waiting),
        late,
        timedelta(seconds=median(one.total_seconds() for one in taken)) if taken else None,
        Share("within", in_time, len(taken) + late, len(waiting) - late),
        len(every) - len(taken) - len(waiting),
    )


def _contracts(contracts: Sequence[Contract]) -> tuple[Share, ...]:
    """single-bid follows the red flag R018 of Cardinal (Open Contracting Partnership): one bid where several were
    possible, so a direct award is none."""
    known = [one for one in contracts if one.procurement != "unknown"]
    counted = [one for one in contracts if one.bids is not None]
    competed = [one for one in contracts if one.procurement in ("open", "limited")]
    told = [one for one in competed if one.bids is not None]
    whole = len(contracts)
    return (
        _share("open", known, lambda one: one.procurement == "open", whole - len(known), bad=False),
        _share("two-bids", counted, lambda one: (one.bids or 0) >= 2, whole - len(counted), bad=False),
        _share("single-bid", told, lambda one: one.bids == 1, len(competed) - len(told)),
        _share("contract-url", contracts, lambda one: bool(one.source.url), bad=False),
        _share("contract-value", contracts, lambda one: one.value is not None, bad=False),
    )


def _share(
    key: str, records: Sequence[_R], holds: Callable[[_R], bool], unknown: int = 0, *, bad: bool = True
) -> Share:
    """bad: those that hold are the ones to look at; else those that do not."""
    look = tuple(one.id for one in records if holds(one) == bad)
    return Share(key, sum(map(holds, records)), len(records), unknown, look)


def _unexplained(book: Book, subjects: set[str]) -> Share:
    """Every plan but the first of its programme changes one that was there."""
    changes = [one for subject in sorted(subjects) for one in book.baselines_of(subject)[1:]]
    return _share("unexplained", changes, lambda one: not one.reason.strip())


def _facts(book: Book, subjects: set[str]) -> tuple[Share, Share]:
    facts = [fact for fact in book.facts if fact.subject in subjects]
    return (
        _share("no-url", facts, lambda one: not one.source.url),
        _share("no-quote", facts, lambda one: not one.source.quote),
    )


# ------------------------------------------------------------------------------------------ what others published

Scope = Literal["country", "city"]
"""country: of the whole state. city: of the city's administration, judged by a national body. Neither is computed
here."""


@dataclass(frozen=True, slots=True)
class Score:
    """score None: only a grade was published. grade, rank and of: 0 where not given."""

    index: str
    scope: Scope
    country: str
    city: str
    year: int
    score: Decimal | None
    scale: int
    grade: int
    rank: int
    of: int
    stated: str
    source: Source


@dataclass(frozen=True, slots=True)
class Worked:
    """A published calculation, done again. computed: exact; printed: as its publisher rounds. agrees: with what was
    published. error: of a mean."""

    index: str
    year: int
    about: str
    components: Mapping[str, Decimal]
    weights: Mapping[str, Decimal]
    computed: Decimal
    printed: Decimal
    published: Decimal
    error: Mean | None
    published_error: Decimal | None
    source: Source

    @property
    def agrees(self) -> bool:
        same = self.printed == self.published
        return same and (self.error is None or rounded(self.error.standard_error) == self.published_error)


def load_scores(path: Path) -> tuple[Score, ...]:
    """The table of a scores.csv, newest year first within an index."""
    with path.open(encoding="utf-8", newline="") as file:
        found = [_score(row) for row in csv.DictReader(file)]
    return tuple(sorted(found, key=lambda one: (one.index, one.country, one.city, -one.year)))


def scores_for(scores: Iterable[Score], country: str, city: str) -> list[Score]:
    """Those of a country, and those of its city."""
    return [one for one in scores if one.country == country and (one.scope == "country" or one.city == city)]


def _score(row: Mapping[str, str]) -> Score:
    return Score(
        row["index"],
        "city" if row["scope"] == "city" else "country",
        row["country"],
        row["city"],
        int(row["year"]),
        Decimal(row["score"]) if row["score"] else None,
        int(row["scale"]),
        int(row["grade"] or 0),
        int(row["rank"] or 0),
        int(row["of"] or 0),
        row["stated"],
        Source(row["source"], row["url"], row["quote"]),
    )


def load_worked(path: Path) -> tuple[Worked, ...]:
    """The table of a worked.csv: one calculation per index and year; its published result is a row of its own."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = dict.fromkeys((row["index"], row["year"]) for row in rows)
    return tuple(_worked([row for row in rows if (row["index"], row["year"]) == key]) for key in keys)


def _worked(rows: Sequence[Mapping[str, str]]) -> Worked:
    head, scores = rows[0], {row["component"]: Decimal(row["score"]) for row in rows}
    published, published_error = scores.pop("published"), scores.pop("published error", None)
    year, error, weights = int(head["year"]), None, dict[str, Decimal]()
    if published_error is None:
        weighting = weighting_of(head["index"], year)
        weights = dict(weighting.weights)
        computed = weighted(weighting, scores)
    else:
        error = mean_with_error([float(score) for score in scores.values()])
        computed = Decimal(str(error.value))
    exponent = published.as_tuple().exponent
    printed = rounded(computed, -exponent if isinstance(exponent, int) else 0)
    source = Source(head["source"], head["url"])
    return Worked(
        head["index"],
        year,
        head["about"],
        scores,
        weights,
        computed,
        printed,
        published,
        error,
        published_error,
        source,
    )
