"""What the ledger keeps: statements about programmes, each with who said it, where and when, as frozen values.

Nothing here is ever overwritten: a new plan is a new baseline, a correction is a new record that supersedes one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from madang.model.entity import Json

from .quantity import Quantity
from .when import When

Basis = Literal["plan", "claim", "forecast", "actual"]
"""plan: decided or announced by who builds. claim: an effect somebody promises. forecast: expected, not decided.
actual: counted or measured. They are never mixed in one series."""

Quality = Literal["measured", "survey", "higher-level", "estimate", "personal-estimate", "not-traceable"]
"""How a figure came about. Source: U4SSC KPI evaluation, the six data-quality codes."""

Confidence = Literal["high", "medium", "low"]
Status = Literal["draft", "published", "shipped", "rejected", "withdrawn"]
"""draft: entered, waits for a second person. shipped: came with madang, nobody of this city has looked at it yet."""

COUNTED: frozenset[Status] = frozenset({"published", "shipped"})
"""What calculations use."""

Text = Mapping[str, str]
"""Language -> words."""

Value = Quantity | When | str


@dataclass(frozen=True, slots=True)
class Source:
    """url "" where there is none to give; quote "" where only the document is known."""

    title: str
    url: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """How a record came into the ledger. Times aware UTC. reason: of a rejection or withdrawal.

    supersedes: entity id of the record that this one corrects, or "".
    """

    status: Status = "draft"
    entered_by: str = ""
    entered_at: datetime | None = None
    reviewed_by: str = ""
    reviewed_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None
    reason: str = ""
    supersedes: str = ""


@dataclass(frozen=True, slots=True)
class Programme:
    """A district as a project. role: own (this city's) or reference. lon_lat None where not given."""

    id: str
    name: Text
    city: str
    country: str
    role: Literal["own", "reference"]
    lon_lat: tuple[float, float] | None
    part_of: str
    source: Source
    entry: Entry


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure, date or description as a source gave it.

    value: a quantity (maybe a range), a date with its precision (unit "date"), or words (unit "text").
    boundary: which area is meant. definition: what is counted where it differs from the measure's plain meaning, "".
    as_of: the moment it holds, or is planned for. stated: when the source said it. baseline, party: entity ids or "".
    """

    id: str
    subject: str
    measure: str
    basis: Basis
    value: Value
    boundary: str
    definition: str
    as_of: When | None
    stated: When | None
    source: Source
    quality: Quality
    confidence: Confidence
    baseline: str
    party: str
    note: str
    entry: Entry

    @property
    def quantity(self) -> Quantity | None:
        return self.value if isinstance(self.value, Quantity) else None

    @property
    def when(self) -> When | None:
        """The date it states; None where it states no date."""
        return self.value if isinstance(self.value, When) else None


@dataclass(frozen=True, slots=True)
class Baseline:
    """A plan as it was announced. Its figures are the facts that name it. reason "": no reason was published."""

    id: str
    subject: str
    number: int
    stated: When
    title: Text
    reason: str
    source: Source
    entry: Entry


@dataclass(frozen=True, slots=True)
class Phase:
    id: str
    subject: str
    name: Text
    start: When | None
    end: When | None
    basis: Basis
    stated: When | None
    source: Source
    entry: Entry


@dataclass(frozen=True, slots=True)
class Parcel:
    """location: GeoJSON Polygon or MultiPolygon. state and tenant change; their history is kept."""

    id: str
    subject: str
    phase: str
    name: str
    use: str
    area: Quantity | None
    floor_area: Quantity | None
    state: str
    tenant: str
    location: Json
    stated: When | None
    source: Source
    entry: Entry


@dataclass(frozen=True, slots=True)
class Contract:
    """bids: number of offers; None where not known."""

    id: str
    subject: str
    parcel: str
    party: str
    kind: str
    value: Quantity | None
    signed: When | None
    procurement: str
    bids: int | None
    source: Source
    entry: Entry


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Who is in the district. research, sme, jobs None where not known; until None: still there."""

    id: str
    subject: str
    party: str
    sector: str
    research: bool | None
    sme: bool | None
    jobs: Quantity | None
    since: When | None
    until: When | None
    parcel: str
    source: Source
    entry: Entry


@dataclass(frozen=True, slots=True)
class Organization:
    id: str
    name: Text
    kind: str
    country: str
    url: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who works with whom since when. parties: two entity ids or more."""

    id: str
    parties: tuple[str, ...]
    kind: str
    since: When | None
    until: When | None
    what: Text
    source: Source
    entry: Entry


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice card that other cities may find and use."""

    id: str
    city: str
    country: str
    title: Text
    problem: Text
    done: Text
    cost: Quantity | None
    evidence: str
    contact: str
    licence: str
    source: Source
    entry: Entry


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence in a learning city's folder. area: code of a UNESCO GNLC key feature (P1 … F3)."""

    id: str
    city: str
    area: str
    title: Text
    what: Text
    as_of: When | None
    source: Source
    entry: Entry


Record = (
    Programme | Fact | Baseline | Phase | Parcel | Contract | Tenancy | Organization | Agreement | Practice | Evidence
)
