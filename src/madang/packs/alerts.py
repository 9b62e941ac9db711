"""Alerts as entities, and the runner that turns the city's changes into them.

Source of the entity: Smart Data Models, dataModel.Alert. One alert per rule and entity: rise and fall are two states of
it, so its history tells every time it was open.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from madang.hub.clock import CityClock
from madang.hub.entities import Entities
from madang.model.change import Change
from madang.model.entity import NULL, Attribute, Entity, Json, Kind
from madang.model.keys import format_duration
from madang.model.query import Compare, Path, Query, TemporalQuery, Window
from madang.ngsild.context import CORE
from madang.ngsild.evaluate import matches_q
from madang.ports.bus import Bus
from madang.ports.history import HistoryStore

from .pack import AgainstUsual, AttributeType, EntityType, FittedPack, Range, Rule, Silent, Stuck, Threshold
from .rules import Engine, Reading, Transition

ALERT = CORE.expand("Alert")
STATUS = CORE.expand("status")
_NAMES = {
    name: CORE.expand(name)
    for name in (
        "category", "subCategory", "severity", "status", "title", "description", "alertSource", "dateIssued",
        "validFrom", "validTo", "value",
    )
}  # fmt: skip

GRACE_S = 2.0
"""Seconds a tick stays behind the city clock, so that readings still on their way are judged before their silence
is."""

TICK_S = 1.0
WARM_ROWS = 500_000
PAGE = 1000


def alert_id(pack: str, rule: str, entity_id: str) -> str:
    return f"urn:ngsi-ld:Alert:{pack}:{rule}:{entity_id.removeprefix('urn:ngsi-ld:')}"


def alert_entity(transition: Transition, name: str) -> Entity:
    """A fragment of the alert for a transition. name: how people call the entity.

    A fall leaves the title and the description as they were: they say why it rose.
    """
    at = transition.at
    head = transition.rule.head
    rises = transition.kind == "rise"
    parts: dict[str, tuple[Kind, Json]] = {
        "category": ("Property", head.pack),
        "subCategory": ("Property", head.id),
        "severity": ("Property", head.severity),
        "status": ("Property", "open" if rises else "closed"),
        "alertSource": ("Relationship", transition.entity_id),
    }
    if transition.value is not None:
        parts["value"] = ("Property", round(transition.value, 6))
    if not rises:
        parts["validTo"] = ("Property", _moment(at))
    if rises:
        parts |= {
            "title": ("LanguageProperty", dict(head.title)),
            "description": ("LanguageProperty", dict(describe(transition, name))),
            "dateIssued": ("Property", _moment(at)),
            "validFrom": ("Property", _moment(at)),
        }
    attributes = {
        _NAMES[short]: (
            Attribute(
                kind,
                content,
                observed_at=at,
                unit_code=(head.unit or None) if short == "value" else None,
            ),
        )
        for short, (kind, content) in parts.items()
    }
    return Entity(id=alert_id(head.pack, head.id, transition.entity_id), types=(ALERT,), attributes=attributes)


def describe(transition: Transition, name: str) -> Mapping[str, str]:
    """The rule's message in every language, with its numbers in place."""
    head = transition.rule.head
    numbers = {
        "name": name,
        "value": _number(transition.value, head.digits, head.symbol),
        "limit": _number(transition.limit, head.digits, head.symbol),
    }
    return {
        language: _filled(template, {**numbers, "duration": _duration(head.duration, language)})
        for language, template in head.message.items()
    }


def _filled(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)


def _moment(at: datetime) -> Json:
    return {"@type": "DateTime", "@value": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}


def _number(value: float | None, digits: int, symbol: str) -> str:
    if value is None:
        return "–"
    return f"{value:,.{digits}f}{'' if symbol in ('', '%', '°') else ' '}{symbol}".replace(",", " ")


_UNITS = {"ko": ("일", "시간", "분"), "en": (" d", " h", " min")}


def _duration(duration: timedelta, language: str) -> str:
    words = _UNITS.get(language)
    if words is None:
        return format_duration(duration)
    minutes = int(duration.total_seconds() // 60)
    parts = [(minutes // 1440, words[0]), (minutes // 60 % 24, words[1]), (minutes % 60, words[2])]
    return " ".join(f"{number}{word}" for number, word in parts if number) or f"0{words[2]}"


# What rules read of an entity


@dataclass(frozen=True, slots=True)
class WatchedType:
    """What rules need of one type. names: short name by expanded name, of the attributes any rule reads."""

    type: EntityType
    label_uri: str
    names: Mapping[str, str]
    lookback: timedelta


def watched_types(packs: Sequence[FittedPack]) -> Mapping[str, WatchedType]:
    """By expanded type; a type that two packs watch has the attributes of both."""
    found: dict[str, WatchedType] = {}
    for pack in packs:
        for rule in pack.rules:
            kind = pack.type(rule.head.type)
            label = kind.attribute(kind.label)
            before = found.get(kind.uri)
            names = {each.uri: each.name for each in _read_by(rule, kind)} | (dict(before.names) if before else {})
            lookback = max(rule.head.duration, before.lookback if before else timedelta(0))
            found[kind.uri] = WatchedType(kind, label.uri if label else "", names, lookback)
    return found


def _read_by(rule: Rule, kind: EntityType) -> Iterable[AttributeType]:
    names: list[str] = []
    match rule:
        case Threshold():
            names += rule.value.names
        case Range():
            names.append(rule.attribute)
            names += [name for bound in (rule.low, rule.high) if bound for name in bound.names]
        case Stuck() | Silent():
            names.append(rule.attribute)
        case AgainstUsual():
            names += [rule.attribute, *([rule.gate] if rule.gate else [])]
    return [each for name in names if (each := kind.attribute(name)) is not None]


def numbers(entity: Entity, names: Mapping[str, str]) -> dict[str, float]:
    """The entity's plain numbers by short name."""
    found = {}
    for uri, name in names.items():
        instances = entity.attributes.get(uri)
        value = instances[0].value if instances else None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[name] = float(value)
    return found


def name_of(entity: Entity, label_uri: str) -> str:
    """How people call it: its label, else its id without the scheme."""
    instances = entity.attributes.get(label_uri)
    value = instances[0].value if instances else None
    if isinstance(value, dict):
        value = value.get("ko") or value.get("en") or next(iter(value.values()), None)
    return str(value) if value else entity.id.removeprefix("urn:ngsi-ld:")


class UsualTable:
    """Usual values by (type, attribute, entity, weekday, hour of local time), computed from the history."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._table: dict[tuple[str, str], dict[tuple[int, int], tuple[float, int]]] = {}

    async def refresh(self, tenant: str, rules: Iterable[Rule], history: HistoryStore, window: Window) -> None:
        """Compute it anew for every rule that compares with the usual."""
        table: dict[tuple[str, str], dict[tuple[int, int], tuple[float, int]]] = {}
        pairs = {
            (rule.head.type_uri, rule.attribute_uri, rule.attribute) for rule in rules if isinstance(rule, AgainstUsual)
        }
        for type_uri, uri, name in sorted(pairs):
            rows = await history.usual(tenant, type_uri, uri, window, timezone=self._zone.key)
            for row in rows:
                hours = table.setdefault((row.entity_id, name), {})
                hours[row.weekday, row.hour] = (row.median, row.count)
        self._table = table

    def at(self, entity_id: str, names: Iterable[str], at: datetime) -> dict[str, tuple[float, int]]:
        local = at.astimezone(self._zone)
        hour = (local.weekday(), local.hour)
        return {
            name: found for name in names if (found := self._table.get((entity_id, name), {}).get(hour)) is not None
        }


# The runner


class Alerts:
    """Runs the packs' rules on the city's changes and its clock, and keeps the Alert entities.

    ``run`` goes on for ever; ``rewind`` is awaited after the city was put into another time (replay's ``seeded``).
    """

    def __init__(
        self,
        tenant: str,
        packs: Sequence[FittedPack],
        *,
        timezone: ZoneInfo,
        clock: CityClock,
        entities: Entities,
        history: HistoryStore,
        bus: Bus,
        usual_days: int = 60,
    ) -> None:
        self._tenant = tenant
        self._rules = [rule for pack in packs for rule in pack.rules]
        self._watched = watched_types(packs)
        self._engine = Engine(self._rules)
        self._usual = UsualTable(timezone)
        self._zone = timezone
        self._usual_day: datetime | None = None
        self._usual_days = usual_days
        self._clock = clock
        self._entities = entities
        self._history = history
        self._bus = bus
        self._epoch = -1
        self._turn = asyncio.Lock()
        """Held while judging: a rewind must not meet a change or a tick half way."""

    @property
    def usual(self) -> UsualTable:
        """The usual values the rules compare with, as of the last refresh."""
        return self._usual

    async def run(self) -> None:
        """Listen and tick for ever; first takes up where the store's open alerts are.

        Where the store cannot take or give, it raises, in a group; run again, it judges anew from the history.
        """
        async with self._bus.listen() as changes, asyncio.TaskGroup() as group:
            await self.rewind()
            group.create_task(self._tick_for_ever())
            async for batch in changes:
                if batch is None:
                    await self.rewind()  # missed some: judge anew from the history
                else:
                    await self.take(batch)

    async def _tick_for_ever(self) -> None:
        while True:
            epoch, now, speed = self._clock.epoch, self._clock.now(), self._clock.speed
            await self._clock.wait_until(now + timedelta(seconds=TICK_S * speed), epoch)
            await self.tick()

    async def take(self, changes: Sequence[Change]) -> None:
        """Judge what was committed. Changes of an epoch that is over are the business of rewind."""
        async with self._turn:
            if self._clock.epoch == self._epoch:
                await self._take(changes)

    async def _take(self, changes: Sequence[Change]) -> None:
        transitions: list[Transition] = []
        names: dict[str, str] = {}
        for change in changes:
            if change.tenant != self._tenant:
                continue
            entity = change.after or change.before
            kind = (
                next((self._watched[each] for each in entity.types if each in self._watched), None) if entity else None
            )
            if entity is None or kind is None:
                continue
            names[entity.id] = name_of(entity, kind.label_uri)
            if change.after is None:
                transitions += self._engine.forget(entity.id, self._clock.now())
            elif change.attributes & kind.names.keys():
                at = self._observed(entity, change.attributes, kind)
                transitions += self._judge(kind, entity, at, numbers(entity, kind.names))
        await self._commit(transitions, names)

    def _observed(self, entity: Entity, changed: frozenset[str], kind: WatchedType) -> datetime:
        """City time of the reading: the newest observation among what changed."""
        times = [
            instance.observed_at
            for uri in changed & kind.names.keys()
            for instance in entity.attributes.get(uri, ())
            if instance.observed_at is not None
        ]
        return max(times, default=self._clock.now())

    def _judge(self, kind: WatchedType, entity: Entity, at: datetime, values: Mapping[str, float]) -> list[Transition]:
        asleep = frozenset(
            head.id
            for head in self._engine.rules(kind.type.uri)
            if head.q is not None and not matches_q(head.q, entity)
        )
        usual = self._usual.at(entity.id, kind.names.values(), at)
        return self._engine.observe(kind.type.uri, Reading(entity.id, at, values, usual), asleep=asleep)

    async def tick(self, until: datetime | None = None) -> None:
        """Let time pass: what was due rises. Once a city day the usual values are computed anew.

        until: city time up to which all readings were taken; by default they may still be on their way for a moment.
        """
        async with self._turn:
            if self._clock.epoch == self._epoch:
                now = self._clock.now()
                await self._tick(now, until or now - timedelta(seconds=GRACE_S * self._clock.speed))

    async def _tick(self, now: datetime, until: datetime) -> None:
        if self._usual_day is not None and now - self._usual_day >= timedelta(days=1):
            await self._refresh_usual(now)
        await self._commit(self._engine.tick(until), {})

    async def rewind(self) -> None:
        """Begin anew at the city's time: judge the recent history, then bring the Alert entities in line with it."""
        async with self._turn:
            self._epoch = self._clock.epoch
            await self._rewind(self._clock.now())

    async def _rewind(self, now: datetime) -> None:
        self._engine.reset()
        await self._refresh_usual(now)
        names: dict[str, str] = {}
        for kind in self._watched.values():
            names |= await self._warm(kind, now)
        self._engine.tick(now - timedelta(seconds=GRACE_S * self._clock.speed))
        stored = await self.open_alerts()
        opened = {alert_id(*key): transition for key, transition in self._engine.open().items()}
        for gone in sorted(stored.keys() - opened.keys()):
            await self._close(stored[gone], now)
        missing = [opened[each] for each in sorted(opened.keys() - stored.keys())]
        later = [opened[each] for each in sorted(opened.keys() & stored.keys()) if _issued_after(stored[each], now)]
        await self._commit([*missing, *later], names)

    async def open_alerts(self) -> Mapping[str, Entity]:
        """Alert entities that are open in the store, by id."""
        found: dict[str, Entity] = {}
        query = Query(types=ALERT, q=Compare(Path((STATUS,)), "==", "open"), limit=PAGE)
        while items := (await self._entities.query(self._tenant, query)).items:
            found |= {entity.id: entity for entity in (stored.entity() for stored in items)}
            query = replace(query, offset=query.offset + PAGE)
        return found

    async def _warm(self, kind: WatchedType, now: datetime) -> dict[str, str]:
        """Judge what was observed within the longest duration of the type's rules. Returns the entities' names."""
        whole = await self._all(kind.type.uri)
        start = now - kind.lookback - timedelta(hours=1)
        observations = await self._history.instances(
            self._tenant,
            sorted(whole),
            sorted(kind.names),
            TemporalQuery(Window(start, now + timedelta(microseconds=1))),
            limit=WARM_ROWS,
        )
        readings: dict[tuple[datetime, str], dict[str, float]] = {}
        for seen in observations:
            value = seen.instance.value if seen.instance else None
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                readings.setdefault((seen.at, seen.entity_id), {})[kind.names[seen.attribute]] = float(value)
        lasting = {entity_id: _lasting(entity, kind) for entity_id, entity in whole.items()}
        for (at, entity_id), values in sorted(readings.items(), key=lambda each: each[0]):
            lasting[entity_id] |= values
            self._judge(kind, whole[entity_id], at, dict(lasting[entity_id]))
        return {entity_id: name_of(entity, kind.label_uri) for entity_id, entity in whole.items()}

    async def _all(self, type_uri: str) -> dict[str, Entity]:
        found: dict[str, Entity] = {}
        query = Query(types=type_uri, limit=PAGE)
        while items := (await self._entities.query(self._tenant, query)).items:
            found |= {entity.id: entity for entity in (stored.entity() for stored in items)}
            query = replace(query, offset=query.offset + PAGE)
        return found

    async def _refresh_usual(self, now: datetime) -> None:
        window = Window(now - timedelta(days=self._usual_days), now)
        await self._usual.refresh(self._tenant, self._rules, self._history, window)
        self._usual_day = now

    async def _commit(self, transitions: Sequence[Transition], names: Mapping[str, str]) -> None:
        """Rise and fall of one alert are two commits, so that history and subscribers see both."""
        pending = list(transitions)
        while pending:
            batch: dict[str, Transition] = {}
            rest: list[Transition] = []
            for transition in pending:
                key = alert_id(transition.rule.head.pack, transition.rule.head.id, transition.entity_id)
                if key in batch:
                    rest.append(transition)
                else:
                    batch[key] = transition
            rising = [key for key, transition in batch.items() if transition.kind == "rise"]
            await self._forget_end(rising)
            await self._put([alert_entity(each, await self._name(each, names)) for each in batch.values()])
            pending = rest

    async def _put(self, alerts: Sequence[Entity]) -> None:
        report = await self._entities.commit(self._tenant, alerts, late="overwrite")
        if report.rejected:
            raise report.rejected[0].error

    async def _forget_end(self, alert_ids: Sequence[str]) -> None:
        """Alerts that rise again have no end any more."""
        for start in range(0, len(alert_ids), PAGE):
            ids = tuple(alert_ids[start : start + PAGE])
            query = Query(types=ALERT, ids=ids, attributes=(_NAMES["validTo"],), limit=PAGE)
            gone = {_NAMES["validTo"]: (Attribute("Property", NULL),)}
            ended = [
                Entity(stored.entity().id, attributes=gone)
                for stored in (await self._entities.query(self._tenant, query)).items
            ]
            if ended:
                await self._entities.batch(self._tenant, "merge", ended)

    async def _name(self, transition: Transition, names: Mapping[str, str]) -> str:
        known = names.get(transition.entity_id)
        if known is not None:
            return known
        page = await self._entities.query(self._tenant, Query(ids=(transition.entity_id,), limit=1))
        label = self._watched[transition.rule.head.type_uri].label_uri
        return name_of(page.items[0].entity() if page.items else Entity(transition.entity_id), label)

    async def _close(self, alert: Entity, now: datetime) -> None:
        """An alert that does not hold at this time of the city, for example after the clock jumped."""
        status: Literal["closed"] = "closed"
        attributes = {
            _NAMES["status"]: (Attribute("Property", status, observed_at=now),),
            _NAMES["validTo"]: (Attribute("Property", _moment(now), observed_at=now),),
        }
        await self._put([Entity(alert.id, (ALERT,), attributes)])


def _lasting(entity: Entity, kind: WatchedType) -> dict[str, float]:
    """What was never observed, such as a capacity: it held then as it does now."""
    lasting = {uri: name for uri, name in kind.names.items() if not _is_observed(entity, uri)}
    return numbers(entity, lasting)


def _is_observed(entity: Entity, uri: str) -> bool:
    return any(instance.observed_at is not None for instance in entity.attributes.get(uri, ()))


def _issued_after(alert: Entity, now: datetime) -> bool:
    """The alert's state is from a time of the city that is yet to come."""
    return any((instance.observed_at or now) > now for instance in alert.attributes.get(STATUS, ()))
