"""A solution pack fitted to a city, as frozen values. Names are as written in pack.toml; ``uri`` is their expansion.

Every ``title``, ``what`` and ``message`` is a mapping from language tag to text; ``say`` chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

from madang.model.entity import Kind
from madang.model.formula import Formula
from madang.model.query import Aggregate, QExpr

Text = Mapping[str, str]
Severity = Literal["low", "medium", "high", "critical"]
TileAggregate = Literal["sum", "avg", "min", "max", "count", "share"]
ChartKind = Literal["line", "bar", "compare"]


def say(text: Text, language: str) -> str:
    """The text in a language, else in English, else in whichever there is; "" where there is none."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


@dataclass(frozen=True, slots=True)
class Parameter:
    """value: the city's choice, or the default. low, high: bounds of a number. unit: UN/CEFACT code or ""."""

    name: str
    title: Text
    value: float | str
    default: float | str
    unit: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class AttributeType:
    """unit: UN/CEFACT code or "". symbol: what is shown after a number. digits: decimals shown.

    low, high: what a reading can be at all; a number, or the name of another attribute of the same entity.
    live: its value changes with the feeds (it has a history worth a chart).
    """

    name: str
    uri: str
    title: Text
    kind: Kind = "Property"
    unit: str = ""
    symbol: str = ""
    digits: int = 0
    low: float | str | None = None
    high: float | str | None = None
    live: bool = False


@dataclass(frozen=True, slots=True)
class EntityType:
    """label: name of the attribute that names an entity to people."""

    name: str
    uri: str
    title: Text
    label: str
    attributes: tuple[AttributeType, ...]

    def attribute(self, name: str) -> AttributeType | None:
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


@dataclass(frozen=True, slots=True)
class Derived:
    """An attribute computed from others of the same entity, for showing and for rules; it is not stored."""

    type: str
    attribute: str
    formula: Formula


@dataclass(frozen=True, slots=True)
class Layer:
    """Entities of one type on the map. value: attribute that colours; size: attribute that sizes or widens; "" for
    none.

    classes: ascending class bounds of ``value`` in its own unit. scale ``usual``: value as share of its usual, 1 =
    usual.
    """

    id: str
    type: str
    title: Text
    geometry: Literal["point", "line", "area"] = "point"
    value: str = ""
    size: str = ""
    scale: Literal["sequential", "usual", "category", "none"] = "none"
    classes: tuple[float, ...] = ()
    reverse: bool = False
    default: bool = True


@dataclass(frozen=True, slots=True)
class Tile:
    """One number on a board. share: of the entities with ``attribute`` (all, without one) those where ``where``
    holds, 0..1.

    where: text of a q expression, parsed in ``q``.
    """

    id: str
    title: Text
    type: str
    attribute: str
    aggregate: TileAggregate
    where: str = ""
    q: QExpr | None = None
    digits: int = 0
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Grouping:
    """What a ``compare`` chart groups days by: how many entities of ``type`` where ``q`` holds run on that day.

    start, end: their attributes with first and last day (end "" = same day). most: the last group is "this many or
    more".
    """

    type: str
    type_uri: str
    start: str
    end: str
    start_uri: str
    end_uri: str
    where: str = ""
    q: QExpr | None = None
    most: int = 3


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart of a board. aggregate ``each``: one line per entity. period, span: length of a bucket and of the whole.

    band: the usual range is drawn behind. For ``compare``: entities are ids; hours: local hours [from, to) of a day
    that
    count, () for all; weekend: split into weekdays and weekends.
    """

    id: str
    title: Text
    type: str
    type_uri: str
    attribute: str
    attribute_uri: str
    kind: ChartKind = "line"
    aggregate: Aggregate | Literal["each"] = "avg"
    period: timedelta = timedelta(hours=1)
    span: timedelta = timedelta(days=1)
    band: bool = False
    entities: tuple[str, ...] = ()
    hours: tuple[int, ...] = ()
    weekend: bool = True
    grouping: Grouping | None = None
    note: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A list on a board. order: attribute, with a leading ``-`` for descending. limit: rows."""

    id: str
    title: Text
    type: str
    columns: tuple[str, ...]
    order: str = ""
    limit: int = 10
    where: str = ""
    q: QExpr | None = None


@dataclass(frozen=True, slots=True)
class RuleHead:
    """What every rule has. message: templates with {name}, {value}, {limit}, {duration}; type_uri: what it watches."""

    pack: str
    id: str
    type: str
    type_uri: str
    severity: Severity
    title: Text
    message: Text
    duration: timedelta
    q: QExpr | None
    unit: str
    symbol: str
    digits: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """Rises when ``value`` is at or past ``limit`` for the duration; falls when it is back past ``clear``
    (hysteresis)."""

    head: RuleHead
    value: Formula
    above: bool
    limit: float
    clear: float


@dataclass(frozen=True, slots=True)
class Range:
    """Rises when the attribute is below ``low`` or above ``high`` for the duration: the reading cannot be."""

    head: RuleHead
    attribute: str
    low: Formula | None
    high: Formula | None


@dataclass(frozen=True, slots=True)
class Stuck:
    """Rises when the same value was reported again and again for the duration. ignore: values that may well stay."""

    head: RuleHead
    attribute: str
    ignore: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Silent:
    """Rises when the attribute was not observed for the duration, in city time."""

    head: RuleHead
    attribute: str


@dataclass(frozen=True, slots=True)
class AgainstUsual:
    """Rises when the attribute is below (above) ``share`` of its usual median of that weekday and hour for the
    duration.

    clear: share at which it falls. count: least observations behind the usual. gate, least: only judged while this
    other
    attribute is at least so much (a street with no car has no speed); "" for no gate.
    """

    head: RuleHead
    attribute: str
    attribute_uri: str
    above: bool
    share: float
    clear: float
    count: int
    gate: str = ""
    least: float = 0.0


Rule = Threshold | Range | Stuck | Silent | AgainstUsual


@dataclass(frozen=True, slots=True)
class FittedPack:
    """A pack with the city's parameters in it. directory: where it was loaded from."""

    name: str
    title: Text
    what: Text
    icon: str
    parameters: tuple[Parameter, ...]
    types: Mapping[str, EntityType]
    derived: tuple[Derived, ...]
    layers: tuple[Layer, ...]
    tiles: tuple[Tile, ...]
    charts: tuple[Chart, ...]
    tables: tuple[Table, ...]
    rules: tuple[Rule, ...]
    directory: Path

    def type(self, name: str) -> EntityType:
        """Raises KeyError; the loader made sure that every name a pack uses is declared in it."""
        return self.types[name]

    def formulas(self, type_name: str) -> Mapping[str, Formula]:
        """Derived attributes of a type: name -> formula."""
        return {derived.attribute: derived.formula for derived in self.derived if derived.type == type_name}
