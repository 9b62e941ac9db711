"""What rules decide: a pure state machine by rule and entity. Readings and the passing of time go in, rises and falls
come out.

Laws (held by property tests): an alert never rises twice without falling between; entities do not influence each
other; the same readings give the same transitions however often the clock ticks in between.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from .pack import AgainstUsual, Range, Rule, RuleHead, Silent, Stuck, Threshold


@dataclass(frozen=True, slots=True)
class Reading:
    """One entity at one city time. values: its numbers by attribute short name. usual: (median, count) by attribute
    for the weekday and hour of ``at``."""

    entity_id: str
    at: datetime
    values: Mapping[str, float]
    usual: Mapping[str, tuple[float, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Watch:
    """What a rule remembers of one entity.

    bad_since: the condition holds without a break since then. open_since: the alert is open since then.
    seen_at: last reading judged. value, same_since: for stuck, the value and since when it is the same.
    shown, limit: the numbers the alert would show.
    """

    bad_since: datetime | None = None
    open_since: datetime | None = None
    seen_at: datetime | None = None
    value: float | None = None
    same_since: datetime | None = None
    shown: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Transition:
    """An alert rises or falls. at: city time. value, limit: what was read, what was allowed; None where there is
    none."""

    rule: Rule
    entity_id: str
    kind: Literal["rise", "fall"]
    at: datetime
    value: float | None
    limit: float | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """good: the alert falls. bad: it rises once the duration is over. Neither: between the limits, or nothing to judge.

    shown, limit: for the message.
    """

    kind: Literal["good", "bad", "between", "unknown"]
    shown: float | None = None
    limit: float | None = None


UNKNOWN = Verdict("unknown")
NEW = Watch()

Step = tuple[Watch, tuple[Transition, ...]]


def judge(rule: Rule, watch: Watch, reading: Reading) -> Verdict:
    """The rule's condition on one reading, whatever the duration."""
    match rule:
        case Threshold():
            value = rule.value.evaluate(reading.values)
            return _past(value, rule.limit, rule.clear, above=rule.above, shown=value, limit=rule.limit)
        case Range():
            return _possible(rule, reading)
        case Stuck():
            return _moving(rule, watch, reading)
        case Silent():
            return Verdict("good") if rule.attribute in reading.values else UNKNOWN
        case AgainstUsual():
            return _usual(rule, reading)


def _past(value: float | None, rise: float, clear: float, *, above: bool, shown: float | None, limit: float) -> Verdict:
    if value is None:
        return UNKNOWN
    bad, good = (value >= rise, value < clear) if above else (value <= rise, value > clear)
    return Verdict("bad" if bad else "good" if good else "between", shown, limit)


def _possible(rule: Range, reading: Reading) -> Verdict:
    value = reading.values.get(rule.attribute)
    if value is None:
        return UNKNOWN
    low = rule.low.evaluate(reading.values) if rule.low else None
    high = rule.high.evaluate(reading.values) if rule.high else None
    if low is not None and value < low:
        return Verdict("bad", value, low)
    if high is not None and value > high:
        return Verdict("bad", value, high)
    return Verdict("good", value)


def _moving(rule: Stuck, watch: Watch, reading: Reading) -> Verdict:
    value = reading.values.get(rule.attribute)
    if value is None:
        return UNKNOWN
    same = watch.value == value and watch.same_since is not None and value not in rule.ignore
    return Verdict("bad" if same else "good", value)


def _usual(rule: AgainstUsual, reading: Reading) -> Verdict:
    """Too few vehicles are no congestion; too little history is no judgement."""
    if rule.gate and reading.values.get(rule.gate, 0.0) < rule.least:
        return Verdict("good")
    value = reading.values.get(rule.attribute)
    median, count = reading.usual.get(rule.attribute, (0.0, 0))
    if value is None or count < rule.count or median <= 0:
        return UNKNOWN
    return _past(value / median, rule.share, rule.clear, above=rule.above, shown=value, limit=median)


def observe(rule: Rule, watch: Watch, reading: Reading) -> Step:
    """Take one reading. One that is older than the last one judged changes nothing."""
    if watch.seen_at is not None and reading.at < watch.seen_at:
        return watch, ()
    watch, passed = tick(rule, watch, reading.entity_id, reading.at)
    verdict = judge(rule, watch, reading)
    if verdict.kind == "unknown":
        return watch, passed
    watch = _remembered(rule, watch, reading, verdict)
    if isinstance(rule, Stuck):
        return _after(rule, watch, reading, verdict, passed, _stuck_long(rule, watch, reading.at))
    return _after(rule, watch, reading, verdict, passed, rule.head.duration == timedelta(0))


def _after(
    rule: Rule, watch: Watch, reading: Reading, verdict: Verdict, passed: tuple[Transition, ...], at_once: bool
) -> Step:
    if verdict.kind == "bad" and watch.open_since is None and at_once:
        watch, rises = _rise(rule, watch, reading.entity_id, reading.at)
        return watch, (*passed, *rises)
    if verdict.kind == "good" and watch.open_since is not None:
        fall = Transition(rule, reading.entity_id, "fall", reading.at, watch.shown, watch.limit)
        return replace(watch, open_since=None), (*passed, fall)
    return watch, passed


def _remembered(rule: Rule, watch: Watch, reading: Reading, verdict: Verdict) -> Watch:
    bad_since = (watch.bad_since or reading.at) if verdict.kind == "bad" else None
    if verdict.kind == "between" and watch.open_since is not None:
        bad_since = watch.bad_since
    value = reading.values.get(rule.attribute) if isinstance(rule, Stuck) else None
    same_since = watch.same_since if verdict.kind == "bad" else reading.at
    return replace(
        watch,
        bad_since=bad_since,
        seen_at=reading.at,
        value=value,
        same_since=same_since,
        shown=verdict.shown,
        limit=verdict.limit,
    )


def _stuck_long(rule: Stuck, watch: Watch, at: datetime) -> bool:
    """Only readings prove that a sensor is stuck: while nothing comes it is silent, which is another rule's matter."""
    return watch.same_since is not None and at - watch.same_since >= rule.head.duration


def tick(rule: Rule, watch: Watch, entity_id: str, at: datetime) -> Step:
    """Let city time pass up to ``at``. What was due rises at the time at which it was due, not at the tick's."""
    due = deadline(rule, watch)
    if due is None or due >= at:
        return watch, ()
    return _rise(rule, watch, entity_id, due)


def deadline(rule: Rule, watch: Watch) -> datetime | None:
    """When the alert rises if nothing more is read; None where it will not."""
    if watch.open_since is not None or isinstance(rule, Stuck):
        return None
    since = watch.seen_at if isinstance(rule, Silent) else watch.bad_since
    return None if since is None else since + rule.head.duration


def _rise(rule: Rule, watch: Watch, entity_id: str, at: datetime) -> Step:
    return replace(watch, open_since=at), (Transition(rule, entity_id, "rise", at, watch.shown, watch.limit),)


class Engine:
    """All rules over all entities: holds the watches and feeds them. No I/O."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules: dict[str, list[tuple[int, Rule]]] = {}
        for number, rule in enumerate(rules):
            self._rules.setdefault(rule.head.type_uri, []).append((number, rule))
        self._watches: dict[tuple[int, str], tuple[Rule, Watch]] = {}

    @property
    def types(self) -> frozenset[str]:
        """Expanded types that any rule watches."""
        return frozenset(self._rules)

    def rules(self, type_uri: str) -> Iterator[RuleHead]:
        for _, rule in self._rules.get(type_uri, ()):
            yield rule.head

    def observe(self, type_uri: str, reading: Reading, *, asleep: frozenset[str] = frozenset()) -> list[Transition]:
        """asleep: ids of rules whose ``where`` does not hold for this entity; what they had open falls."""
        found: list[Transition] = []
        for number, rule in self._rules.get(type_uri, ()):
            key = (number, reading.entity_id)
            watch = self._watches.get(key, (rule, NEW))[1]
            if rule.head.id in asleep:
                found += self._drop(key, reading.at)
                continue
            watch, transitions = observe(rule, watch, reading)
            self._watches[key] = (rule, watch)
            found += transitions
        return found

    def tick(self, at: datetime) -> list[Transition]:
        found: list[Transition] = []
        for (number, entity_id), (rule, watch) in self._watches.items():
            moved, transitions = tick(rule, watch, entity_id, at)
            if transitions:
                self._watches[number, entity_id] = (rule, moved)
                found += transitions
        return sorted(found, key=lambda each: (each.at, each.entity_id, each.rule.head.id))

    def forget(self, entity_id: str, at: datetime) -> list[Transition]:
        """The entity is gone: what it had open falls."""
        keys = [key for key in self._watches if key[1] == entity_id]
        return [transition for key in keys for transition in self._drop(key, at)]

    def reset(self) -> None:
        """Another epoch: no duration goes on."""
        self._watches.clear()

    def open(self) -> Mapping[tuple[str, str, str], Transition]:
        """Open alerts as the rise that opened them, by (pack, rule id, entity id)."""
        return {
            (rule.head.pack, rule.head.id, entity_id): Transition(
                rule, entity_id, "rise", watch.open_since, watch.shown, watch.limit
            )
            for (_, entity_id), (rule, watch) in self._watches.items()
            if watch.open_since is not None
        }

    def _drop(self, key: tuple[int, str], at: datetime) -> list[Transition]:
        rule, watch = self._watches.pop(key, (None, NEW))
        if rule is None or watch.open_since is None:
            return []
        return [Transition(rule, key[1], "fall", at, watch.shown, watch.limit)]
