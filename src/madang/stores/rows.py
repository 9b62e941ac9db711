"""The live state of one tenant in memory: encoded entities, and columns made the first time somebody filters.

No waiting, no I/O. Entities with the same set of types share a table, so that a type selection is a choice of tables.
"""

import heapq
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from madang.model.entity import Entity
from madang.model.query import And, Compare, Exists, Or, Path, QExpr, Query
from madang.ngsild.evaluate import matches, matches_types, sort_entities
from madang.ngsild.pattern import compile_pattern
from madang.ports.state import Page, Stored

from .columns import Answer, Column, GeoColumn, Mask, Slots

_FIRST: Final = 64
_CHUNK: Final = 8192
_FEW: Final = 2048
"""Up to this many hits are put in order by sorting their ids; beyond, the table's id order is walked in chunks."""

_PROBE: Final = 16_384
"""A page is first looked for among so many entities; a filter that most pass then never sees the million others."""

Condition = Callable[[Slots], Answer]


class _Head(msgspec.Struct):
    """What a row needs to know of an entity; the instances stay encoded."""

    types: tuple[str, ...] = ()
    attributes: dict[str, msgspec.Raw] = {}


_decode_head = msgspec.json.Decoder(_Head).decode


class Row:
    """One entity: where it lies, and the names of its attributes (shared between rows of one shape)."""

    __slots__ = ("entity_id", "names", "slot", "stored", "table")

    def __init__(self, entity_id: str, stored: Stored, table: "Table", slot: int, names: frozenset[str]) -> None:
        self.entity_id = entity_id
        self.stored = stored
        self.table = table
        self.slot = slot
        self.names = names


class Table:
    """The rows of one set of types, by slot. A slot that was left is used again once the id order has forgotten it."""

    def __init__(self, types: tuple[str, ...]) -> None:
        self.types = types
        self.rows: list[Row | None] = []
        self.shapes: Counter[frozenset[str]] = Counter()
        self._names: dict[frozenset[str], frozenset[str]] = {}
        self._alive: Mask = np.zeros(_FIRST, np.bool_)
        self._columns: dict[Path, Column] = {}
        self._geo: dict[str, GeoColumn] = {}
        self._free: list[int] = []
        self._left: list[int] = []
        self._added: list[int] = []
        self._order: npt.NDArray[np.int32] = np.zeros(0, np.int32)

    def add(self, entity_id: str, stored: Stored, names: frozenset[str]) -> Row:
        slot = self._free.pop() if self._free else len(self.rows)
        if slot == len(self.rows):
            self.rows.append(None)
            if slot >= len(self._alive):
                self._grow(slot + slot // 2)
        row = Row(entity_id, stored, self, slot, self._shared(names))
        self.rows[slot] = row
        self._alive[slot] = True
        self._added.append(slot)
        return row

    def reshape(self, row: Row, names: frozenset[str]) -> None:
        if names != row.names:
            self._unshare(row.names)
            row.names = self._shared(names)

    def leave(self, row: Row) -> None:
        for column in self._all_columns():
            column.clear(row.slot)
        self._unshare(row.names)
        self.rows[row.slot] = None
        self._alive[row.slot] = False
        self._left.append(row.slot)

    def put(self, slot: int, entity: Entity) -> None:
        for column in self._all_columns():
            column.put(slot, entity)

    def __len__(self) -> int:
        return self.shapes.total()

    # --- columns

    @property
    def has_columns(self) -> bool:
        return bool(self._columns or self._geo)

    def column(self, path: Path) -> Column:
        column = self._columns.get(path)
        if column is None:
            column = self._columns[path] = Column(path, len(self._alive))
            column.fill(self._bodies())
        return column

    def geo(self, name: str) -> GeoColumn:
        column = self._geo.get(name)
        if column is None:
            column = self._geo[name] = GeoColumn(name, len(self._alive))
            column.fill(self._bodies())
        return column

    def _all_columns(self) -> tuple[Column | GeoColumn, ...]:
        return (*self._columns.values(), *self._geo.values())

    def answer(self, query: Query) -> Answer:
        """Which slots match the query, ids and id pattern apart."""
        return self._answer(query, slice(0, len(self.rows)))

    def first_rows(self, query: Query) -> Iterator[tuple[Row, bool]]:
        """Of the first _PROBE rows in id order those that may match, and whether they surely do."""
        slots = self._synced()[:_PROBE].astype(np.intp)
        yes, maybe = self._answer(query, slots)
        return zip(self._rows_at(slots[maybe]), yes[maybe].tolist(), strict=True)

    def _answer(self, query: Query, slots: Slots) -> Answer:
        everyone = self._alive[slots]
        answer = _all_of(self._conditions(query), slots, Answer(everyone, everyone))
        if query.scope is None and not query.dataset_ids:
            return answer
        return Answer(np.zeros(len(everyone), np.bool_), answer.maybe)

    def _conditions(self, query: Query) -> list[Condition]:
        """Most selective first: a place, then values."""
        conditions: list[Condition] = []
        if query.geo is not None:
            asked = query.geo
            conditions.append(lambda slots: self.geo(asked.property).answer(asked, slots))
        if query.q is not None:
            conditions += [
                self._condition(item) for item in (query.q.items if isinstance(query.q, And) else (query.q,))
            ]
        if query.attributes:
            conditions.append(self._condition(Or(tuple(Exists(Path((name,))) for name in query.attributes))))
        return conditions

    def _condition(self, expression: QExpr) -> Condition:
        match expression:
            case Compare(path):
                return lambda slots: self.column(path).compare(expression, slots)
            case Exists(path, negated):
                return lambda slots: self._exists(path, negated, slots)
            case And(items):
                parts = [self._condition(item) for item in items]
                return lambda slots: _all_of(parts[1:], slots, parts[0](slots))
            case Or(items):
                parts = [self._condition(item) for item in items]
                return lambda slots: _some_of([part(slots) for part in parts])

    def _exists(self, path: Path, negated: bool, slots: Slots) -> Answer:
        yes = self.column(path).exists(slots).yes
        return Answer(~yes, ~yes) if negated else Answer(yes, yes)

    def _bodies(self) -> Iterator[tuple[int, bytes]]:
        return ((row.slot, row.stored.body) for row in self.rows if row is not None)

    # --- id order

    def in_order(self, mask: Mask, skip: int = 0) -> Iterator[Row]:
        """The rows of these slots by id, without the first ``skip``, as far as somebody takes them."""
        order = self._synced()
        if np.count_nonzero(mask) <= _FEW:
            yield from sorted(self._rows_at(np.flatnonzero(mask)), key=_id_of)[skip:]
            return
        for start in range(0, len(order), _CHUNK):
            part = order[start : start + _CHUNK]
            hits = part[mask[part]]
            yield from self._rows_at(hits[skip:])
            skip = max(0, skip - len(hits))

    def from_nth(self, offset: int, limit: int) -> Iterator[Row]:
        """Rows offset, offset + 1, ... in id order."""
        return self._rows_at(self._synced()[offset : offset + limit])

    def _rows_at(self, slots: npt.NDArray[np.integer]) -> Iterator[Row]:
        return (row for slot in slots.tolist() if (row := self.rows[slot]) is not None)

    def _synced(self) -> npt.NDArray[np.int32]:
        """The slots in id order. Kept from query to query; what came and went since is merged in."""
        if self._left:
            self._order = self._order[self._alive[self._order]]
            self._free += self._left
            self._left.clear()
        if self._added:
            added = sorted(
                {row.slot: row for slot in self._added if (row := self.rows[slot]) is not None}.values(), key=_id_of
            )
            self._added.clear()
            self._order = self._merged(added)
        return self._order

    def _merged(self, added: list[Row]) -> npt.NDArray[np.int32]:
        if len(added) * 16 > len(self._order):  # searching one by one would take longer than sorting anew
            rows = [*self._rows_at(self._order), *added]
            return np.fromiter((row.slot for row in sorted(rows, key=_id_of)), np.int32, len(rows))
        places = [bisect_left(self._order, row.entity_id, key=self._id_at) for row in added]
        return np.insert(self._order, places, [row.slot for row in added]).astype(np.int32, copy=False)

    def _id_at(self, slot: int) -> str:
        row = self.rows[slot]
        assert row is not None  # _synced took out the slots that were left
        return row.entity_id

    # --- space

    def _grow(self, capacity: int) -> None:
        grown = np.zeros(capacity, np.bool_)
        grown[: len(self._alive)] = self._alive
        self._alive = grown
        for column in self._all_columns():
            column.grow(capacity)

    def _shared(self, names: frozenset[str]) -> frozenset[str]:
        """One object for all equal sets of names, counted."""
        shared = self._names.setdefault(names, names)
        self.shapes[shared] += 1
        return shared

    def _unshare(self, names: frozenset[str]) -> None:
        self.shapes[names] -= 1
        if not self.shapes[names]:
            del self.shapes[names], self._names[names]


class TenantRows:
    """All entities of a tenant. Answers like ngsild.evaluate, fast."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._tables: dict[tuple[str, ...], Table] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def get(self, entity_id: str) -> Stored | None:
        row = self._rows.get(entity_id)
        return None if row is None else row.stored

    def put(self, stored: Stored, entity_id: str, entity: Entity) -> None:
        """Insert or replace. ``entity`` is what ``stored`` holds."""
        row = self._place(stored, entity_id, entity.types, frozenset(entity.attributes))
        if row.table.has_columns:
            row.table.put(row.slot, entity)

    def load(self, stored: Stored, entity_id: str) -> None:
        """The same for an entity that nobody has decoded: a fifth of the time while there are no columns."""
        head = _decode_head(stored.body)
        row = self._place(stored, entity_id, head.types, frozenset(head.attributes))
        if row.table.has_columns:
            row.table.put(row.slot, stored.entity())

    def remove(self, entity_id: str) -> None:
        """Forget an entity; nothing happens if there is none."""
        row = self._rows.pop(entity_id, None)
        if row is not None:
            self._leave(row)

    def query(self, query: Query) -> Page:
        """One page, as ports.state promises it."""
        if query.ids:
            return self._paged(self._exact(query), query)
        tables = [
            table for table in self._tables.values() if query.types is None or matches_types(query.types, table.types)
        ]
        if query.order:
            return self._paged([row for table in tables for row in _matching(table, query, table.answer(query))], query)
        if len(tables) == 1 and _takes_all(query):
            rows = tables[0].from_nth(query.offset, query.limit)
            return Page([row.stored for row in rows], len(tables[0]) if query.count else None)
        if len(tables) == 1 and not query.count and query.offset + query.limit <= _FEW:
            page = _first_page(tables[0], query)
            if page is not None:
                return page
        answers = [(table, table.answer(query)) for table in tables]
        if query.count or all(_is_decided(query, answer) for _, answer in answers):
            return self._page_of_masks([(table, _decided(table, query, answer)) for table, answer in answers], query)
        found = _merged_by_id([_matching(table, query, answer) for table, answer in answers])
        return Page([row.stored for row in islice(found, query.offset, query.offset + query.limit)])

    def count_types(self) -> Mapping[str, int]:
        counts: Counter[str] = Counter()
        for table in self._tables.values():
            counts.update(dict.fromkeys(table.types, len(table)))
        return counts

    def count_attributes(self) -> Mapping[str, Mapping[str, int]]:
        counts: dict[str, Counter[str]] = {}
        for table in self._tables.values():
            for names, rows in table.shapes.items():
                for name in names:
                    counts.setdefault(name, Counter()).update(dict.fromkeys(table.types, rows))
        return counts

    def ids(self) -> Sequence[str]:
        """All ids, sorted."""
        return sorted(self._rows)

    def _place(self, stored: Stored, entity_id: str, types: tuple[str, ...], names: frozenset[str]) -> Row:
        row = self._rows.get(entity_id)
        if row is not None and row.table.types == types:
            row.stored = stored
            row.table.reshape(row, names)
            return row
        if row is not None:
            self._leave(row)
        table = self._tables.get(types)
        if table is None:
            table = self._tables[types] = Table(types)
        row = self._rows[entity_id] = table.add(entity_id, stored, names)
        return row

    def _leave(self, row: Row) -> None:
        row.table.leave(row)
        if not len(row.table):
            del self._tables[row.table.types]

    def _exact(self, query: Query) -> list[Row]:
        rows = [self._rows[entity_id] for entity_id in sorted(set(query.ids)) if entity_id in self._rows]
        return [row for row in rows if matches(query, row.stored.entity())]

    def _page_of_masks(self, masks: list[tuple[Table, Mask]], query: Query) -> Page:
        if len(masks) == 1:
            found = masks[0][0].in_order(masks[0][1], query.offset)
        else:
            found = islice(_merged_by_id([table.in_order(mask) for table, mask in masks]), query.offset, None)
        items = [row.stored for row in islice(found, query.limit)]
        return Page(items, sum(int(np.count_nonzero(mask)) for _, mask in masks) if query.count else None)

    def _paged(self, rows: list[Row], query: Query) -> Page:
        if query.order:
            rows = sort_entities(((row.stored.entity(), row) for row in rows), query.order)
        page = rows[query.offset : query.offset + query.limit]
        return Page([row.stored for row in page], len(rows) if query.count else None)


def _takes_all(query: Query) -> bool:
    """Whether nothing but the type selects: then a page is a slice of the id order, whatever the number of entities."""
    filters = (query.q, query.geo, query.scope, query.id_pattern)
    return filters == (None, None, None, None) and not query.attributes and not query.dataset_ids


def _first_page(table: Table, query: Query) -> Page | None:
    """The page, if it is filled before the probe ends."""
    if len(table.rows) < 2 * _PROBE:
        return None
    found = islice(_accepted(table.first_rows(query), query), query.offset, query.offset + query.limit)
    items = [row.stored for row in found]
    return Page(items) if len(items) == query.limit else None


def _matching(table: Table, query: Query, answer: Answer) -> Iterator[Row]:
    """The rows of a table that match, by id, each decided when its turn comes: most pages end early."""
    return _accepted(((row, bool(answer.yes[row.slot])) for row in table.in_order(answer.maybe)), query)


def _accepted(candidates: Iterable[tuple[Row, bool]], query: Query) -> Iterator[Row]:
    """Those that match: surely, or after a look at the entity."""
    pattern = compile_pattern(query.id_pattern) if query.id_pattern is not None else None
    for row, sure in candidates:
        if pattern is not None and not pattern.search(row.entity_id):
            continue
        if sure or matches(query, row.stored.entity()):
            yield row


def _is_decided(query: Query, answer: Answer) -> bool:
    """Whether no entity has to be looked at any more."""
    if query.id_pattern is not None:
        return False
    return answer.maybe is answer.yes or not np.count_nonzero(answer.maybe ^ answer.yes)


def _decided(table: Table, query: Query, answer: Answer) -> Mask:
    """All slots that match."""
    if _is_decided(query, answer):
        return answer.yes
    decided = np.zeros(len(table.rows), np.bool_)
    decided[[row.slot for row in _matching(table, query, answer)]] = True
    return decided


def _merged_by_id(sources: list[Iterator[Row]]) -> Iterator[Row]:
    return sources[0] if len(sources) == 1 else heapq.merge(*sources, key=_id_of)


def _all_of(conditions: Sequence[Condition], slots: Slots, answer: Answer) -> Answer:
    """``answer`` and every condition; once few slots are left, only those are asked about."""
    for condition in conditions:
        yes, maybe = answer
        if np.count_nonzero(maybe) * 8 > len(maybe):
            further = condition(slots)
            answer = Answer(yes & further.yes, maybe & further.maybe)
            continue
        index = np.flatnonzero(maybe)
        further = condition(index if isinstance(slots, slice) else slots[index])
        left = Answer(np.zeros(len(maybe), np.bool_), np.zeros(len(maybe), np.bool_))
        left.yes[index] = yes[index] & further.yes
        left.maybe[index] = further.maybe
        answer = left
    return answer


def _some_of(answers: Sequence[Answer]) -> Answer:
    yes, maybe = answers[0]
    for further in answers[1:]:
        yes, maybe = yes | further.yes, maybe | further.maybe
    return Answer(yes, maybe)


def _id_of(row: Row) -> str:
    return row.entity_id
