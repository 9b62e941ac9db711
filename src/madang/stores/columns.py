"""Columns: one typed array per attribute path, so that a filter over a million entities is a few vectorised passes.

A column answers for every slot yes, no or ask. It only ever says yes or no where ngsild.evaluate would say the same;
whatever does not fit a plain array (several instances, lists, languages, dates, very large integers) is "ask", and the
entity itself is looked at. Measured in bench/query.py.
"""

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt
import shapely

from madang.model.entity import Attribute, Entity, Json
from madang.model.query import Compare, GeoQuery, OneOf, Path, Range
from madang.ngsild import geo
from madang.ngsild.comparable import comparable
from madang.ngsild.evaluate import Target, geometries, ordered, targets
from madang.ngsild.geodesic import MEAN_RADIUS_M, SPHERE_ERROR
from madang.ngsild.path import SYSTEM_NAMES
from madang.ngsild.pattern import compile_pattern

Mask = npt.NDArray[np.bool_]
Slots = slice | npt.NDArray[np.intp]
"""Some slots of a table: a stretch (a view, no copy), or indices."""

ABSENT, NUMBER, TEXT, INSTANT, BOOLEAN, RELATION, ODD = range(7)

TEXTS_MAX: Final = 65_536
"""Distinct texts one column keeps; names and free text have more, and are not what filters compare with."""
_EXACT_INT: Final = 2**53
"""Integers up to this are exact in float64."""
_PLAIN_KINDS: Final = ("Property", "JsonProperty", "")
_ORDER: Final[Mapping[str, Callable[[Any, Any], Mask]]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


class Answer(NamedTuple):
    """Of each slot asked about: surely, and possibly (which includes surely). Between the two lies "ask"."""

    yes: Mask
    maybe: Mask


class Column:
    """The values at one path. Arrays that nothing needs yet are None: a numeric column costs 9 bytes per slot."""

    __slots__ = ("_codes", "_counts", "_keys", "_kinds", "_numbers", "_texts", "path")

    def __init__(self, path: Path, capacity: int) -> None:
        self.path = path
        self._kinds: npt.NDArray[np.uint8] = np.zeros(capacity, np.uint8)
        self._numbers: npt.NDArray[np.float64] | None = None
        self._keys: npt.NDArray[np.int64] | None = None
        self._counts = [0] * 7
        self._codes: dict[str, int] = {}
        self._texts: list[str] = []

    def grow(self, capacity: int) -> None:
        self._kinds = _grown(self._kinds, capacity, ABSENT)
        if self._numbers is not None:
            self._numbers = _grown(self._numbers, capacity, np.nan)
        if self._keys is not None:
            self._keys = _grown(self._keys, capacity, 0)

    def put(self, slot: int, entity: Entity) -> None:
        self._set(slot, targets(entity, self.path))

    def clear(self, slot: int) -> None:
        self._set(slot, [])

    def fill(self, bodies: Iterable[tuple[int, bytes]]) -> None:
        """Take many encoded entities; only what the column is about is decoded (a ninth of the time of it all)."""
        decode, fields = _partial_decoder(self.path.names[0])
        for slot, body in bodies:
            self._set(slot, targets(fields(decode(body)), self.path))

    def exists(self, slots: Slots) -> Answer:
        found = self._kinds[slots] != ABSENT
        return Answer(found, found)

    def compare(self, term: Compare, slots: Slots) -> Answer:
        """``term`` for these slots."""
        kinds = self._kinds[slots]
        ask = kinds == ODD if self._counts[ODD] else None
        if _beyond_float(term.value) and self._counts[NUMBER]:
            ask = _either(ask, kinds == NUMBER)
        match term.op:
            case "==":
                yes = self._equal(term.value, slots, kinds)
            case "!=":
                yes = (kinds != ABSENT) & ~self._equal(term.value, slots, kinds)
            case "~=" | "!~=":
                yes = self._search(str(term.value), slots, kinds, found=term.op == "~=")
                if self._counts[INSTANT]:  # the text of a time is not kept
                    ask = _either(ask, kinds == INSTANT)
            case _:
                yes = self._ordered(term.op, term.value, slots, kinds)
        return Answer(yes, yes) if ask is None else Answer(yes & ~ask, yes | ask)

    def _set(self, slot: int, found: list[Target]) -> None:
        kind, number, key = self._coded(found)
        self._counts[self._kinds[slot]] -= 1
        self._counts[kind] += 1
        self._kinds[slot] = kind
        if kind == NUMBER and self._numbers is None:
            self._numbers = np.full(len(self._kinds), np.nan)
        if self._numbers is not None:
            self._numbers[slot] = number
        if kind in (TEXT, INSTANT, BOOLEAN, RELATION):
            if self._keys is None:
                self._keys = np.zeros(len(self._kinds), np.int64)
            self._keys[slot] = key

    def _coded(self, found: list[Target]) -> tuple[int, float, int]:
        """Kind, number and key that stand for what the path leads to."""
        if not found:
            return ABSENT, math.nan, 0
        kind, value = found[0]
        scalar = comparable(value)
        if len(found) > 1 or scalar is None or kind not in (*_PLAIN_KINDS, "Relationship"):
            return ODD, math.nan, 0
        match scalar:
            case ("text", text):
                code = self._code(text)
                return (ODD if code is None else TEXT if kind in _PLAIN_KINDS else RELATION), math.nan, code or 0
            case _ if kind == "Relationship":
                return ODD, math.nan, 0
            case ("number", number) if not _beyond_float(number):
                return NUMBER, float(number), 0
            case ("instant", microseconds):
                return INSTANT, math.nan, microseconds
            case ("boolean", flag):
                return BOOLEAN, math.nan, int(flag)
        return ODD, math.nan, 0

    def _code(self, text: str) -> int | None:
        code = self._codes.get(text)
        if code is None and len(self._texts) < TEXTS_MAX:
            code = self._codes[text] = len(self._texts)
            self._texts.append(text)
        return code

    def _equal(self, wanted: object, slots: Slots, kinds: npt.NDArray[np.uint8]) -> Mask:
        if isinstance(wanted, OneOf):
            return _any_of([self._equal(item, slots, kinds) for item in wanted.items])
        if isinstance(wanted, Range):
            low = self._ordered(">=", wanted.low, slots, kinds)
            return low & self._ordered("<=", wanted.high, slots, kinds)
        found: Mask = np.zeros(len(kinds), np.bool_)
        match comparable(wanted):
            case ("number", number) if self._numbers is not None:
                found = self._numbers[slots] == float(number)
            case ("text", text) if self._keys is not None and text in self._codes:
                found = (self._keys[slots] == self._codes[text]) & ((kinds == TEXT) | (kinds == RELATION))
            case ("instant", microseconds) if self._keys is not None:
                found = (self._keys[slots] == microseconds) & (kinds == INSTANT)
            case ("boolean", flag) if self._keys is not None:
                found = (self._keys[slots] == int(flag)) & (kinds == BOOLEAN)
        return found

    def _ordered(self, op: str, wanted: object, slots: Slots, kinds: npt.NDArray[np.uint8]) -> Mask:
        found: Mask = np.zeros(len(kinds), np.bool_)
        match comparable(wanted):
            case ("number", number) if self._numbers is not None:
                found = _ORDER[op](self._numbers[slots], float(number))  # NaN, where there is no number, is no match
            case ("instant", microseconds) if self._keys is not None:
                found = _ORDER[op](self._keys[slots], microseconds) & (kinds == INSTANT)
            case ("text", text) if self._keys is not None and self._texts:
                found = self._by_text(lambda known: ordered(known, op, text), self._keys[slots], kinds)
        return found

    def _search(self, pattern: str, slots: Slots, kinds: npt.NDArray[np.uint8], *, found: bool) -> Mask:
        if self._keys is None or not self._texts:
            return np.zeros(len(kinds), np.bool_)
        search = compile_pattern(pattern).search
        return self._by_text(lambda known: search(known) == found, self._keys[slots], kinds)

    def _by_text(self, holds: Callable[[str], bool], keys: npt.NDArray[np.int64], kinds: npt.NDArray[np.uint8]) -> Mask:
        """A condition on text, tried once per distinct text. Relationships only take equal and unequal."""
        verdicts = np.fromiter(map(holds, self._texts), np.bool_, len(self._texts))
        is_text = kinds == TEXT
        found: Mask = is_text & verdicts[np.where(is_text, keys, 0)]
        return found


class GeoColumn:
    """Bounding boxes of one geo property; a point is its own box and needs half of the arrays."""

    __slots__ = ("_east", "_kinds", "_north", "_odd", "_south", "_west", "name")

    POINT: Final = 1
    BOX: Final = 2

    def __init__(self, name: str, capacity: int) -> None:
        self.name = name
        self._kinds: npt.NDArray[np.uint8] = np.zeros(capacity, np.uint8)
        self._west: npt.NDArray[np.float64] = np.full(capacity, np.nan)
        self._south: npt.NDArray[np.float64] = np.full(capacity, np.nan)
        self._east: npt.NDArray[np.float64] | None = None
        self._north: npt.NDArray[np.float64] | None = None
        self._odd = 0

    def grow(self, capacity: int) -> None:
        self._kinds = _grown(self._kinds, capacity, ABSENT)
        self._west, self._south = _grown(self._west, capacity, np.nan), _grown(self._south, capacity, np.nan)
        if self._east is not None and self._north is not None:
            self._east, self._north = _grown(self._east, capacity, np.nan), _grown(self._north, capacity, np.nan)

    def put(self, slot: int, entity: Entity) -> None:
        self._set(slot, geometries(entity, self.name))

    def clear(self, slot: int) -> None:
        self._set(slot, [])

    def fill(self, bodies: Iterable[tuple[int, bytes]]) -> None:
        decode, fields = _partial_decoder(self.name)
        for slot, body in bodies:
            self._set(slot, geometries(fields(decode(body)), self.name))

    def answer(self, query: GeoQuery, slots: Slots) -> Answer:
        """The geo query for these slots."""
        if query.relation == "near":
            return self._near(query, slots)
        reference = geo.reference_shape(query)
        maybe = self._overlap(*reference.bounds, slots)
        if query.relation == "disjoint":
            return self._disjoint(query, maybe, slots)
        yes = np.zeros(len(maybe), np.bool_)
        index, points = self._points(np.flatnonzero(maybe), slots)
        if len(index) and query.relation in ("within", "intersects"):
            inside = shapely.contains_xy if query.relation == "within" else shapely.intersects_xy
            yes[index] = maybe[index] = inside(reference, *points)
        return self._with_odd(yes, maybe, slots)

    def _near(self, query: GeoQuery, slots: Slots) -> Answer:
        reference = geo.reference_shape(query)
        if query.max_distance_m is None:
            maybe = ~np.isnan(self._west[slots])
        else:
            maybe = self._overlap(*_reach(reference.bounds, query.max_distance_m), slots)
        yes = np.zeros(len(maybe), np.bool_)
        if isinstance(reference, shapely.Point):
            index, (lon, lat) = self._points(np.flatnonzero(maybe), slots)
            metres = _haversine_m(reference.x, reference.y, lon, lat)
            low, high = metres * (1 - SPHERE_ERROR), metres * (1 + SPHERE_ERROR)
            least, most = query.min_distance_m or 0.0, query.max_distance_m or math.inf
            yes[index] = (low >= least) & (high <= most)
            maybe[index] = (high >= least) & (low <= most)
        return self._with_odd(yes, maybe, slots)

    def _disjoint(self, query: GeoQuery, overlap: Mask, slots: Slots) -> Answer:
        yes = ~np.isnan(self._west[slots]) & ~overlap
        maybe = yes | overlap
        index, points = self._points(np.flatnonzero(overlap), slots)
        if len(index):
            yes[index] = maybe[index] = ~shapely.intersects_xy(geo.reference_shape(query), *points)
        return self._with_odd(yes, maybe, slots)

    def _overlap(self, west: float, south: float, east: float, north: float, slots: Slots) -> Mask:
        """Boxes that touch this one; NaN, where there is no box, never does. The narrow dimension first."""
        found = (self._south[slots] <= north) & ((self._south if self._north is None else self._north)[slots] >= south)
        if west <= -180 and east >= 180:
            return found
        if np.count_nonzero(found) * 8 > len(found):
            found &= self._west[slots] <= east
            found &= (self._west if self._east is None else self._east)[slots] >= west
            return found
        index = np.flatnonzero(found)
        picked = _pick(slots, index)
        touches = self._west[picked] <= east
        touches &= (self._west if self._east is None else self._east)[picked] >= west
        found[index] = touches
        return found

    def _points(
        self, index: npt.NDArray[np.intp], slots: Slots
    ) -> tuple[npt.NDArray[np.intp], tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
        """Those of the candidates that are points, and their (lon, lat)."""
        index = index[self._kinds[_pick(slots, index)] == self.POINT]
        picked = _pick(slots, index)
        return index, (self._west[picked], self._south[picked])

    def _with_odd(self, yes: Mask, maybe: Mask, slots: Slots) -> Answer:
        return Answer(yes, maybe | (self._kinds[slots] == ODD) if self._odd else maybe)

    def _set(self, slot: int, found: list[Json]) -> None:
        kind, bounds = _bounds(found)
        self._odd += int(kind == ODD) - int(self._kinds[slot] == ODD)
        self._kinds[slot] = kind
        self._west[slot], self._south[slot], east, north = bounds
        if kind == self.BOX and self._east is None:
            self._east, self._north = self._west.copy(), self._south.copy()
        if self._east is not None and self._north is not None:
            self._east[slot], self._north[slot] = east, north


_NOWHERE: Final = (math.nan, math.nan, math.nan, math.nan)


def _bounds(found: list[Json]) -> tuple[int, tuple[float, float, float, float]]:
    if len(found) > 1:
        return ODD, _NOWHERE
    if not found:
        return ABSENT, _NOWHERE
    match found[0]:
        case {"type": "Point", "coordinates": [int() | float() as lon, int() | float() as lat, *_]}:
            return GeoColumn.POINT, (lon, lat, lon, lat)
    made = geo.to_shape(found[0])
    return (ABSENT, _NOWHERE) if made is None else (GeoColumn.BOX, made.bounds)


def _reach(bounds: tuple[float, float, float, float], metres: float) -> tuple[float, float, float, float]:
    """A box that holds everything within the distance of a box: too large rather than too small."""
    west, south, east, north = bounds
    # A radian of latitude is shortest at the equator, 6 335 km.
    angle = metres / 6_335_000 * 1.01
    low, high = south - math.degrees(angle), north + math.degrees(angle)
    widest = math.cos(math.radians(max(abs(south), abs(north))))
    if low <= -90 or high >= 90 or math.sin(angle) >= widest:
        return -180.0, low, 180.0, high
    side = math.degrees(math.asin(math.sin(angle) / widest)) * 1.01
    if west - side < -180 or east + side > 180:
        return -180.0, low, 180.0, high
    return west - side, low, east + side, high


def _haversine_m(
    lon: float, lat: float, lons: npt.NDArray[np.float64], lats: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """ngsild.geodesic.haversine_m from one position to many."""
    sin_lat = np.sin(np.radians(lats - lat) / 2)
    sin_lon = np.sin(np.radians(lons - lon) / 2)
    square = sin_lat**2 + math.cos(math.radians(lat)) * np.cos(np.radians(lats)) * sin_lon**2
    metres: npt.NDArray[np.float64] = 2 * MEAN_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, square)))
    return metres


def _pick(slots: Slots, index: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The slots at these places of a selection (a slice always starts at 0)."""
    return index if isinstance(slots, slice) else slots[index]


def _beyond_float(value: object) -> bool:
    """Whether a number, or any in a list or range, is an integer that float64 may round."""
    match value:
        case OneOf(items):
            return any(map(_beyond_float, items))
        case Range(low, high):
            return _beyond_float(low) or _beyond_float(high)
        case int():
            return abs(value) > _EXACT_INT
    return False


def _either(first: Mask | None, second: Mask) -> Mask:
    return second if first is None else first | second


def _any_of(masks: list[Mask]) -> Mask:
    found = masks[0]
    for mask in masks[1:]:
        found = found | mask
    return found


def _grown(array: npt.NDArray[Any], capacity: int, fill: float) -> npt.NDArray[Any]:
    grown = np.full(capacity, fill, array.dtype)
    grown[: len(array)] = array
    return grown


class _Fields:
    """A partially decoded entity with the one attribute in its place."""

    __slots__ = ("attributes", "created_at", "expires_at", "modified_at")
    attributes: Mapping[str, tuple[Attribute, ...]]
    created_at: datetime | None
    modified_at: datetime | None
    expires_at: datetime | None


@lru_cache(maxsize=256)
def _partial_decoder(name: str) -> tuple[Callable[[bytes], Any], Callable[[Any], Any]]:
    """A decoder that passes over everything but one attribute (or, for a system name, over all of them)."""
    times = [(field, datetime | None, None) for field in ("created_at", "modified_at", "expires_at")]
    if name in SYSTEM_NAMES:
        decoder = msgspec.json.Decoder(msgspec.defstruct("Times", times))
        return decoder.decode, lambda found: found
    only = msgspec.defstruct("Only", [("instances", tuple[Attribute, ...], ())], rename={"instances": name})
    holder = msgspec.defstruct("Holder", [("attributes", only, msgspec.field(default_factory=only)), *times])

    def fields(found: Any) -> Any:
        made = _Fields()
        made.created_at, made.modified_at, made.expires_at = found.created_at, found.modified_at, found.expires_at
        instances = found.attributes.instances
        made.attributes = {name: instances} if instances else {}
        return made

    return msgspec.json.Decoder(holder).decode, fields
