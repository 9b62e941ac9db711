"""One row per setting. The parser, the command line, the reference page and its test are read off this table.

A setting comes from, in this order: the command line, the environment (``MADANG_`` + name in capitals), the
``[settings]`` table of city.toml, the default here.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from .errors import ConfigError, Fault

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Setting:
    """unit: "" for a bare word or flag. choices: empty means any value of the type; low: smallest number allowed."""

    name: str
    type: type[Value]
    default: Value
    unit: str
    what: str
    choices: tuple[str, ...] = ()
    low: float = 0.0


SETTINGS: tuple[Setting, ...] = (
    Setting("host", str, "127.0.0.1", "", "Address the server listens on."),
    Setting("port", int, 8026, "", "TCP port the server listens on; 0 takes a free one."),
    Setting(
        "durability",
        str,
        "full",
        "",
        "full: a write is answered after fsync. interval: it is on disk within 100 ms; a power cut may lose that.",
        ("full", "interval"),
    ),
    Setting("body_max", int, 16 * 1024 * 1024, "bytes", "Largest request body taken.", low=1024),
    Setting("depth_max", int, 64, "levels", "Deepest nesting of a JSON body.", low=4),
    Setting("attributes_max", int, 10_000, "attributes", "Most attributes of one entity.", low=1),
    Setting("page_default", int, 20, "entities", "Page size where a query names none.", low=1),
    Setting("page_max", int, 1000, "entities", "Largest page a query returns.", low=1),
    Setting("batch_max", int, 10_000, "entities", "Most entities in one batch operation.", low=1),
    Setting("context_timeout", float, 5.0, "s", "Longest wait for a remote @context.", low=0.01),
    Setting("context_cache", int, 256, "contexts", "Remote @contexts kept in memory.", low=1),
    Setting(
        "flush_s",
        float,
        30.0,
        "s",
        "Longest an observation waits in the journal before it moves to a segment.",
        low=0.1,
    ),
    Setting("flush_rows", int, 250_000, "observations", "Tail length that moves it to a segment at once.", low=1),
    Setting("raw_days", int, 400, "days", "Raw observations are kept this long; 0 keeps them for ever."),
    Setting(
        "tiles",
        str,
        "",
        "",
        "Base map behind the city's own: a tile URL with {z}/{x}/{y}, or a PMTiles file in the city's directory.",
    ),
    Setting(
        "clock_step",
        float,
        60.0,
        "s",
        "Smallest step of time shown to people; 86400 where the city's data are daily.",
        low=1,
    ),
    Setting("sql_rows", int, 10_000, "rows", "Most rows the SQL page returns.", low=1),
    Setting("sql_timeout", float, 10.0, "s", "Longest a query of the SQL page may run.", low=0.01),
    Setting("notify_timeout", float, 5.0, "s", "Longest wait for a notification's receiver.", low=0.01),
    Setting("notify_parallel", int, 64, "requests", "Notifications under way at once.", low=1),
    Setting("notify_attempts", int, 8, "attempts", "Attempts before a notification becomes a dead letter.", low=1),
)

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}

_FLAGS = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked values. Read one with its own type: ``settings.int("page_max")``."""

    values: Mapping[str, Value]

    def int(self, name: str) -> int:
        return int(self.values[name])

    def float(self, name: str) -> float:
        return float(self.values[name])

    def str(self, name: str) -> str:
        return str(self.values[name])


def parse_settings(*layers: Mapping[str, Any], where: str = "settings") -> Settings:
    """Check layers of raw values, later ones win over earlier ones. Raises ConfigError with every fault."""
    values: dict[str, Value] = {setting.name: setting.default for setting in SETTINGS}
    faults: list[Fault] = []
    for layer in layers:
        for name, raw in layer.items():
            setting = BY_NAME.get(name)
            if setting is None:
                close = get_close_matches(name, BY_NAME, n=1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                faults.append(Fault(f"unknown setting {name!r}{hint}", f"{where}.{name}"))
                continue
            try:
                values[name] = parse_setting(setting, raw)
            except ValueError as exc:
                faults.append(Fault(str(exc), f"{where}.{name}"))
    if faults:
        raise ConfigError(faults=faults)
    return Settings(values)


def parse_setting(setting: Setting, raw: object) -> Value:
    """One raw value (text from the environment, or already typed from TOML). Raises ValueError with what to do."""
    if setting.type is bool:
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, str) and raw.lower() in _FLAGS:
            return _FLAGS[raw.lower()]
        raise ValueError(f"{raw!r} is not true or false")
    if setting.type is str:
        if not isinstance(raw, str):
            raise ValueError(f"{raw!r} is not text")
        if setting.choices and raw not in setting.choices:
            raise ValueError(f"{raw!r} is not one of {', '.join(setting.choices)}")
        return raw
    try:
        if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
            raise ValueError
        number = setting.type(raw)
        if setting.type is int and isinstance(raw, float) and raw != number:
            raise ValueError
    except ValueError:
        raise ValueError(f"{raw!r} is not a number ({setting.unit or setting.type.__name__})") from None
    if not isinstance(number, (int, float)) or number < setting.low or number != number:
        raise ValueError(f"{raw!r} is below the least allowed, {setting.low:g} {setting.unit}".rstrip())
    return number


def from_environment(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings named in the environment, by setting name."""
    return {
        setting.name: environment[key]
        for setting in SETTINGS
        if (key := f"MADANG_{setting.name.upper()}") in environment
    }
