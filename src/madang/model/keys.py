"""TOML files whose faults name line and column, and tables of keys that such files are checked against.

One table of keys is the source for the checker and for the reference pages: what is not in it cannot be written in a
file.
"""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from madang.errors import ConfigError, Fault

Steps = tuple[str | int, ...]
"""Steps from the root of a document: keys and list indexes."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file; line and column count from 1, column in characters."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed TOML file. keys, values: where the key and the value of each path stand."""

    file: str
    root: Mapping[str, Any]
    keys: Mapping[Steps, Place]
    values: Mapping[Steps, Place]

    def at_key(self, path: Steps) -> Place:
        """The place of the key, else of the nearest thing around it."""
        return self._nearest(self.keys, path)

    def at_value(self, path: Steps) -> Place:
        return self._nearest(self.values, path)

    def _nearest(self, places: Mapping[Steps, Place], path: Steps) -> Place:
        for length in range(len(path), 0, -1):
            found = places.get(path[:length]) or self.keys.get(path[:length])
            if found is not None:
                return found
        return Place(self.file, 1, 1)


def parse_document(text: str, file: str) -> Document:
    """Raises ConfigError with the place where the text stops being TOML. Source: toml.io/en/v1.0.0."""
    try:
        root = tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(exc))
        line, column = (int(found[1]), int(found[2])) if found else (max(text.count("\n"), 1), 1)
        detail = re.sub(r" \(at .*\)$", "", str(exc))
        raise ConfigError(faults=[Fault(f"error: not TOML: {detail}", str(Place(file, line, column)))]) from exc
    keys, values = _Locator(text, file).locate()
    return Document(file, root, keys, values)


def load_document(path: Path, shown: str) -> Document:
    """Raises ConfigError if the file cannot be read, is not UTF-8, or is not TOML. shown: the name faults use."""
    try:
        return parse_document(path.read_bytes().decode("utf-8"), shown)
    except OSError as exc:
        raise ConfigError(faults=[Fault(f"error: cannot be read: {exc.strerror}", shown)]) from exc
    except UnicodeDecodeError as exc:
        raise ConfigError(faults=[Fault(f"error: not UTF-8 at byte {exc.start}", shown)]) from exc


class _Locator:
    """Walks over text that is known to be valid TOML and notes where keys and values begin."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._at = 0
        self._keys: dict[Steps, Place] = {}
        self._values: dict[Steps, Place] = {}
        self._lists: dict[Steps, int] = {}
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def locate(self) -> tuple[Mapping[Steps, Place], Mapping[Steps, Place]]:
        table: Steps = ()
        while self._skip(" \t\r\n"):
            if self._text[self._at] == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._keys, self._values

    def _header(self) -> Steps:
        place = self._place()
        double = self._text.startswith("[[", self._at)
        self._at += 2 if double else 1
        path = self._inside(self._key())
        if double:
            index = self._lists.get(path, -1) + 1
            self._lists[path] = index
            self._keys.setdefault(path, place)
            path = (*path, index)
        self._keys[path] = place
        self._at = self._text.index("]", self._at) + (2 if double else 1)
        return path

    def _inside(self, names: Sequence[str]) -> Steps:
        """The path of a header: a name of a list of tables means its last table."""
        path: Steps = ()
        for number, name in enumerate(names):
            path = (*path, name)
            if number < len(names) - 1 and path in self._lists:
                path = (*path, self._lists[path])
        return path

    def _pair(self, table: Steps) -> None:
        place = self._place()
        path = (*table, *self._key())
        for length in range(len(table) + 1, len(path) + 1):
            self._keys.setdefault(path[:length], place)
        self._at = self._text.index("=", self._at) + 1
        self._skip(" \t")
        self._value(path)

    def _key(self) -> list[str]:
        names: list[str] = []
        while True:
            self._skip(" \t")
            if self._text[self._at] in "\"'":
                start = self._at
                self._string()
                names.append(str(tomllib.loads(f"k = {self._text[start : self._at]}")["k"]))
            else:
                match = re.compile(r"[A-Za-z0-9_-]+").match(self._text, self._at)
                if match is None:
                    raise RuntimeError("tomllib took a key this scanner does not know")
                names.append(match[0])
                self._at = match.end()
            self._skip(" \t")
            if not self._text.startswith(".", self._at):
                return names
            self._at += 1

    def _value(self, path: Steps) -> None:
        self._values[path] = self._place()
        char = self._text[self._at]
        if char in "\"'":
            self._string()
        elif char == "[":
            self._list(path)
        elif char == "{":
            self._inline(path)
        else:
            match = re.compile(r"[^,\]}#\n]*").match(self._text, self._at)
            self._at = match.end() if match else self._at

    def _list(self, path: Steps) -> None:
        self._at += 1
        index = 0
        while self._skip(" \t\r\n,") and self._text[self._at] != "]":
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline(self, path: Steps) -> None:
        self._at += 1
        while self._skip(" \t\r\n,") and self._text[self._at] != "}":
            self._pair(path)
        self._at += 1

    def _string(self) -> None:
        quote = self._text[self._at]
        closing = quote * 3 if self._text.startswith(quote * 3, self._at) else quote
        self._at += len(closing)
        while not self._text.startswith(closing, self._at):
            self._at += 2 if quote == '"' and self._text[self._at] == "\\" else 1
        self._at += len(closing)
        while len(closing) == 3 and self._text.startswith(quote, self._at):
            self._at += 1  # """a"""" ends with a quote of its own

    def _skip(self, blanks: str) -> bool:
        """Over blanks and comments; False at the end of the text."""
        while self._at < len(self._text):
            if self._text[self._at] == "#":
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            elif self._text[self._at] not in blanks:
                return True
            else:
                self._at += 1
        return False

    def _place(self) -> Place:
        low, high = 0, len(self._starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._starts[middle] <= self._at else (low, middle)
        return Place(self._file, low + 1, self._at - self._starts[low] + 1)


KeyKind = Literal[
    "text",
    "words",
    "number",
    "integer",
    "flag",
    "duration",
    "time",
    "texts",
    "numbers",
    "number or name",
    "any",
    "table",
]


@dataclass(frozen=True, slots=True)
class Key:
    """One key a table may have. words: text by language ({ko = "…", en = "…"}). unit: of a bare number.

    default is what stands there when the key is left out; required keys have none. vocabulary: what a text must be
    one of, by a name the reader knows (units, languages, types …).
    """

    name: str
    kind: KeyKind
    what: str
    default: object = None
    required: bool = False
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    vocabulary: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A table of keys. name: as in the file, for example ``[[rule]]``; open: further keys are allowed (they are
    data)."""

    name: str
    what: str
    keys: tuple[Key, ...]
    open: bool = False

    def key(self, name: str) -> Key | None:
        return next((key for key in self.keys if key.name == name), None)


def suggestion(word: str, known: Sequence[str]) -> str:
    """``; did you mean "…"?`` or nothing."""
    lowered = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return f'; did you mean "{lowered[close[0]]}"?' if close else ""


_DURATION = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


def parse_duration(text: str) -> timedelta:
    """ISO 8601 duration of weeks, days, hours, minutes, seconds. Raises ValueError with what to write instead."""
    match = _DURATION.fullmatch(text)
    if match is None or text in {"P", "PT"}:
        raise ValueError(f'"{text}" is not a duration; write for example "PT10M", "PT12H" or "P7D"')
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def format_duration(duration: timedelta) -> str:
    """ISO 8601, for example PT12H, P7D, PT0S."""
    seconds = int(duration.total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(hours, "H"), (minutes, "M"), (seconds, "S")]
    time = "".join(f"{number}{letter}" for number, letter in parts if number)
    return f"P{days}D" + (f"T{time}" if time else "") if days else f"PT{time or '0S'}"


@dataclass(slots=True)
class Reader:
    """Reads tables of a document against sections and collects every fault instead of stopping at the first.

    parameters: values that ``"$name"`` stands for; None where a file has no parameters.
    vocabularies: known words by name, for keys that choose from them.
    """

    document: Document
    faults: list[Fault] = field(default_factory=list)
    parameters: Mapping[str, object] | None = None
    vocabularies: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def fault(self, detail: str, place: Place) -> None:
        self.faults.append(Fault(f"error: {detail}", str(place)))

    def tables(self, name: str, section: Section) -> list[tuple[Steps, dict[str, Any]]]:
        """All ``[[name]]`` of the root, checked, each with its path."""
        return self.tables_in((), self.document.root, name, section)

    def tables_in(
        self, path: Steps, table: Mapping[str, Any], name: str, section: Section
    ) -> list[tuple[Steps, dict[str, Any]]]:
        raw = table.get(name, [])
        if not isinstance(raw, list) or not all(isinstance(item, dict) for item in raw):
            self.fault(f"{name} must be written as [[{name}]]", self.document.at_key((*path, name)))
            return []
        return [
            ((*path, name, index), self.table((*path, name, index), item, section)) for index, item in enumerate(raw)
        ]

    def table(self, path: Steps, table: Mapping[str, Any], section: Section) -> dict[str, Any]:
        """Checked values of every key of the section; a faulty or missing one has its default."""
        for name in table:
            if section.key(name) is None and not section.open:
                known = [key.name for key in section.keys]
                place = self.document.at_key((*path, name))
                self.fault(f'unknown key "{name}" in {section.name}{suggestion(name, known)}', place)
        return {key.name: self._read(path, table, key, section) for key in section.keys}

    def _read(self, path: Steps, table: Mapping[str, Any], key: Key, section: Section) -> object:
        if key.name not in table:
            if key.required:
                self.fault(f'{section.name} needs the key "{key.name}" ({key.what})', self.document.at_key(path))
            return key.default
        here = (*path, key.name)
        try:
            raw = self._resolved(table[key.name])
            return self._vocabulary(here, key, parse_value(key, raw))
        except ValueError as exc:
            self.fault(str(exc), self.document.at_value(here))
            return key.default

    def _resolved(self, raw: object) -> object:
        if isinstance(raw, list):
            return [self._resolved(item) for item in raw]
        if self.parameters is None or not (isinstance(raw, str) and raw.startswith("$")):
            return raw
        name = raw[1:]
        if name not in self.parameters:
            raise ValueError(f'unknown parameter "{raw}"{suggestion(name, list(self.parameters))}')
        return self.parameters[name]

    def _vocabulary(self, here: Steps, key: Key, value: object) -> object:
        known = self.vocabularies.get(key.vocabulary)
        if not key.vocabulary or known is None:
            return value
        steps: Sequence[tuple[Steps, object]] = [(here, value)]
        if isinstance(value, tuple):
            steps = [((*here, index), word) for index, word in enumerate(value)]
        if isinstance(value, dict):
            steps = [((*here, word), word) for word in value]
        for path, word in steps:
            if isinstance(word, str) and word and word not in known:
                place = self.document.at_key(path) if isinstance(value, dict) else self.document.at_value(path)
                self.fault(f'unknown {key.vocabulary} "{word}"{suggestion(word, known)}', place)
        return value


def parse_value(key: Key, raw: object) -> object:
    """One value as its key's kind wants it. Raises ValueError with one sentence."""
    match key.kind:
        case "text":
            return _text(key, raw)
        case "words":
            return _words(raw)
        case "number" | "integer":
            return _number(key, raw)
        case "flag" if isinstance(raw, bool):
            return raw
        case "duration" if isinstance(raw, str):
            return parse_duration(raw)
        case "time":
            return _time(raw)
        case "texts" if isinstance(raw, list):
            return tuple(_text(key, item) for item in raw)
        case "numbers" if isinstance(raw, list):
            return tuple(_number(key, item) for item in raw)
        case "number or name":
            return _text(key, raw) if isinstance(raw, str) else _number(key, raw)
        case "table" if isinstance(raw, dict):
            return raw
        case "any":
            return raw
    raise ValueError(f'"{key.name}" must be a {key.kind}, not {_shown(raw)}')


def _text(key: Key, raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError(f'"{key.name}" must be text, not {_shown(raw)}')
    if key.choices and raw not in key.choices:
        raise ValueError(f'"{raw}" is not one of {", ".join(key.choices)}{suggestion(raw, key.choices)}')
    return raw


def _words(raw: object) -> dict[str, str]:
    if not isinstance(raw, dict) or not raw or not all(isinstance(text, str) for text in raw.values()):
        raise ValueError(f'must be text by language, for example {{ ko = "…", en = "…" }}, not {_shown(raw)}')
    return dict(raw)


def _number(key: Key, raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise ValueError(f'"{key.name}" must be a number, not {_shown(raw)}')
    if not math.isfinite(raw):
        raise ValueError(f'"{key.name}" must be a number, not {raw}')
    if key.kind == "integer" and raw != int(raw):
        raise ValueError(f'"{key.name}" must be a whole number, not {raw}')
    if (key.low is not None and raw < key.low) or (key.high is not None and raw > key.high):
        low, high = ("" if bound is None else f"{bound:g}" for bound in (key.low, key.high))
        raise ValueError(f'"{key.name}" is {raw:g}, outside {low}..{high}')
    return int(raw) if key.kind == "integer" else raw


def _time(raw: object) -> datetime:
    if isinstance(raw, datetime) and raw.tzinfo is not None:
        return raw.astimezone(UTC)
    if isinstance(raw, (datetime, date)):
        raise ValueError("a time needs its zone, for example 2014-08-29T00:00:00+02:00")
    raise ValueError(f"must be a time such as 2014-08-29T00:00:00+02:00, not {_shown(raw)}")


def _shown(raw: object) -> str:
    return f'"{raw}"' if isinstance(raw, str) else str(raw).lower() if isinstance(raw, bool) else str(raw)
