"""What an indicator is, and what its computation gives: a number with everything that it stands on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from madang.district.quantity import Quantity
from madang.district.records import Basis, Confidence, Fact, Quality, Text
from madang.district.when import When

Evidence = Literal["seen", "recall", "proposal"]
"""Whether the indicator's definition was read (seen), is from memory (recall: shown as unverified), or is our own."""

Computable = Literal["yes", "partly", "no"]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the catalogue. code: as its framework writes it; key: unique, URL-safe (``u4ssc-ec-ict-t-1c``).

    formula: our own words; "" for standards whose text may not be shipped and that madang does not compute.
    """

    key: str
    framework: str
    code: str
    name: Text
    formula: str
    unit: str
    direction: str
    computable: Computable
    needs: str
    evidence: Evidence
    source: str


@dataclass(frozen=True, slots=True)
class LiveReading:
    """What the hub was asked for one input. period: from, to; coverage: share 0..1 of the expected values that were
    there; None where that cannot be said. entities: how many took part. words: the question for a reader (ko, en)."""

    question: str
    entities: int
    period: tuple[datetime, datetime] | None
    coverage: float | None
    words: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Input:
    """A name of the formula and what stands for it: facts of the ledger, or a reading of the hub.

    value: a moment where a method works on dates. facts: the one whose figure is used first, then those that agree.
    """

    name: str
    value: Quantity | When
    facts: tuple[Fact, ...] = ()
    live: LiveReading | None = None
    assumed: str = ""
    """Where it is neither: the assumption, in words."""
    title: Text | None = None
    """What the facts measure, in the words of the table of measures."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing, by the input's name, and how to fill it."""

    name: str
    what: Text


@dataclass(frozen=True, slots=True)
class Result:
    """One value of an indicator for one subject; value None where gaps stand in the way.

    formula: with the inputs' names, as computed; of a method, its name. words: the calculation in words.
    label: what tells it from other results of the same indicator, in the reader's words (definition is the same in
    English). basis: of its facts where they agree, else "" and the mix is named
    in ``note``. boundary, definition: of its facts, for like-with-like comparison. as_of: the newest moment among its
    inputs, as written. score: 0..100 of the target where one is set; band: 1..4 of U4SSC.
    """

    indicator: Indicator
    subject: str
    value: Quantity | None
    formula: str
    inputs: tuple[Input, ...] = ()
    gaps: tuple[Gap, ...] = ()
    basis: Basis | Literal[""] = ""
    boundary: str = ""
    definition: str = ""
    as_of: str = ""
    quality: Quality | None = None
    confidence: Confidence | None = None
    coverage: float | None = None
    score: float | None = None
    band: int | None = None
    note: Text | None = None
    words: Text | None = None
    label: Text | None = None


Results = Mapping[str, tuple[Result, ...]]
"""Indicator key -> its results: several where sources count unlike things (each with its own definition)."""
