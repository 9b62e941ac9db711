"""Entities as indicators look at them: many at once, each for an attribute or two.

Whole entities of a large city are a million small containers, which Python's garbage collector goes through while
everybody waits (150 ms at 100 000 entities, bench/indicators_live.py). A Thing keeps its attributes encoded until one
is looked at, and holds nothing that the collector counts.
"""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from madang.model.entity import Attribute, Entity, encode_entity
from madang.model.query import And, Compare, OneOf, QExpr, Query
from madang.ngsild.evaluate import matches
from madang.ngsild.q import attribute_names

_instances = msgspec.json.Decoder(tuple[Attribute, ...])


class Thing(msgspec.Struct, frozen=True, gc=False):
    """attributes: expanded name -> its instances, encoded."""

    id: str
    types: tuple[str, ...] = ()
    attributes: dict[str, msgspec.Raw] = {}

    def first(self, name: str) -> Attribute | None:
        """The instance without a data set, else the first; None where it has no such attribute."""
        raw = self.attributes.get(name)
        if raw is None:
            return None
        found = _instances.decode(raw)
        return next((one for one in found if one.dataset_id is None), found[0])


_thing = msgspec.json.Decoder(Thing)


def decode_things(bodies: Iterable[bytes]) -> list[Thing]:
    """Of what encode_entity gave."""
    return [_thing.decode(body) for body in bodies]


def things_of(entities: Iterable[Entity]) -> list[Thing]:
    return decode_things(map(encode_entity, entities))


def matching(things: Iterable[Thing], condition: QExpr) -> tuple[Thing, ...]:
    """Those that a q matches."""
    terms = _plain_terms(condition)
    holds = _all_of(terms) if terms is not None else _as_evaluated(condition)
    return tuple(thing for thing in things if holds(thing))


def _as_evaluated(condition: QExpr) -> Callable[[Thing], bool]:
    query, names = Query(q=condition), attribute_names(condition)

    def holds(thing: Thing) -> bool:
        looked_at = {name: _instances.decode(raw) for name in names if (raw := thing.attributes.get(name)) is not None}
        return matches(query, Entity(thing.id, thing.types, looked_at))

    return holds


def _plain_terms(condition: QExpr) -> Mapping[str, frozenset[str | bool]] | None:
    """``a=="x","y";b==true`` as name -> values; None for anything else, which the evaluator reads."""
    items = condition.items if isinstance(condition, And) else (condition,)
    terms: dict[str, frozenset[str | bool]] = {}
    for item in items:
        if not isinstance(item, Compare) or item.op != "==" or item.path.trail or len(item.path.names) != 1:
            return None
        wanted = item.value.items if isinstance(item.value, OneOf) else (item.value,)
        values = frozenset(one for one in wanted if isinstance(one, bool) or (isinstance(one, str) and _is_word(one)))
        name = item.path.names[0]
        if len(values) < len(wanted) or name in terms or "/" not in name:
            return None
        terms[name] = values
    return terms


def _is_word(text: str) -> bool:
    """Text that begins with a digit may be a time, which is compared as one."""
    return not "0" <= text[:1] <= "9"


def _all_of(terms: Mapping[str, frozenset[str | bool]]) -> Callable[[Thing], bool]:
    def holds(thing: Thing) -> bool:
        return all((raw := thing.attributes.get(name)) is not None and _any(raw, each) for name, each in terms.items())

    return holds


def _any(raw: msgspec.Raw, wanted: frozenset[str | bool]) -> bool:
    for instance in _instances.decode(raw):
        values = instance.value if isinstance(instance.value, list) else (instance.value,)
        if any(isinstance(value, str | bool) and value in wanted for value in values):
            return True
    return False
