"""Loads a city's profile and fits packs to it. Every fault of a file is reported at once, with line and column."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from madang.errors import ConfigError, Fault, InputError
from madang.model.feed import FeedPlan
from madang.model.formula import Formula, constant, parse_formula
from madang.model.keys import Document, Place, Reader, Section, Steps, load_document, parse_duration, suggestion
from madang.model.query import QExpr
from madang.model.units import BY_CODE, unit_for
from madang.ngsild.context import CORE
from madang.ngsild.q import parse_q

from . import check
from .pack import (
    AgainstUsual,
    AttributeType,
    Chart,
    Derived,
    EntityType,
    FittedPack,
    Grouping,
    Layer,
    Parameter,
    Range,
    Rule,
    RuleHead,
    Silent,
    Stuck,
    Table,
    Text,
    Threshold,
    Tile,
)
from .profile import BaseFile, ClockPlan, PackChoice, PeerPlan, Profile

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
_UNSAFE = re.compile(r"[\s\\?#]")
_NAME = re.compile(r"[a-z][a-z0-9-]*")


# The profile


def load_profile(directory: Path) -> Profile:
    """Read city.toml of a city's directory. Raises ConfigError with every fault."""
    shown = f"{directory.parent.name}/{directory.name}/city.toml"
    document = load_document(directory / "city.toml", shown)
    profile, faults = parse_profile(document, directory)
    if faults or profile is None:
        raise ConfigError(faults=faults)
    return profile


def parse_profile(document: Document, directory: Path) -> tuple[Profile | None, Sequence[Fault]]:
    """The profile, or None where a fault leaves nothing to work with; and all faults."""
    packs = document.root.get("packs", {})
    reader = Reader(
        document,
        vocabularies={
            "language": check.LANGUAGES,
            "time zone": sorted(available_timezones()),
            "pack": list(packs) if isinstance(packs, dict) else [],
        },
    )
    reader.table((), document.root, check.CITY_ROOT)
    if not _NAME.fullmatch(directory.name):
        where = Place(document.file, 1, 1)
        reader.fault(
            f'the directory "{directory.name}" must be named with a-z, 0-9 and "-": it is part of links', where
        )
    city = _single(reader, "city", check.CITY)
    clock = _clock(reader, _single(reader, "clock", check.CLOCK, optional=True))
    if len(city["centre"] or ()) != 2:
        reader.fault("centre must be [longitude, latitude]", document.at_value(("city", "centre")))
    base = _base(reader, directory)
    feeds = _feeds(reader, directory)
    choices = _choices(reader)
    peers = _peers(reader)
    if reader.faults:
        return None, reader.faults
    return (
        Profile(
            name=directory.name,
            directory=directory,
            title=city["title"],
            languages=city["languages"],
            timezone=ZoneInfo(city["timezone"]),
            centre=(float(city["centre"][0]), float(city["centre"][1])),
            zoom=float(city["zoom"]),
            note=city["note"],
            clock=clock,
            base=base,
            packs=choices,
            feeds=feeds,
            settings=dict(document.root.get("settings", {})),
            credits=city["credits"],
            peers=peers,
        ),
        (),
    )


def _single(reader: Reader, name: str, section: Section, *, optional: bool = False) -> dict[str, Any]:
    raw = reader.document.root.get(name)
    if raw is None and not optional:
        reader.fault(f"the table {section.name} is missing", Place(reader.document.file, 1, 1))
    if raw is not None and not isinstance(raw, dict):
        reader.fault(f"must be written as {section.name}", reader.document.at_key((name,)))
    if not isinstance(raw, dict):
        return {key.name: key.default for key in section.keys}
    return reader.table((name,), raw, section)


def _clock(reader: Reader, keys: Mapping[str, Any]) -> ClockPlan:
    at = reader.document.at_key(("clock",))
    if keys["mode"] == "live":
        return ClockPlan()
    if keys["start"] is None:
        reader.fault('a replay needs the key "start"', at)
    if keys["start"] and keys["end"] and keys["end"] <= keys["start"]:
        reader.fault("the end is not after the start", reader.document.at_value(("clock", "end")))
    if keys["loop"] and keys["end"] is None:
        reader.fault('a loop needs the key "end"', at)
    if keys["start"] and keys["history_from"] and keys["history_from"] > keys["start"]:
        reader.fault("history_from is after the start", reader.document.at_value(("clock", "history_from")))
    return ClockPlan(**keys)


def _base(reader: Reader, directory: Path) -> tuple[BaseFile, ...]:
    files = []
    for path, keys in reader.tables("base", check.BASE):
        file = directory / (keys["file"] or "")
        if keys["file"] and not file.is_file():
            reader.fault(f'there is no file "{keys["file"]}"', reader.document.at_value((*path, "file")))
        files.append(BaseFile(file, keys["role"], keys["label"]))
    return tuple(files)


def _feeds(reader: Reader, directory: Path) -> tuple[FeedPlan, ...]:
    plans: list[FeedPlan] = []
    own = {key.name for key in check.FEED.keys}
    for path, keys in reader.tables("feed", check.FEED):
        raw = reader.document.root["feed"][path[1]]
        if any(plan.name == keys["name"] for plan in plans):
            reader.fault(f'a feed is called "{keys["name"]}" already', reader.document.at_value((*path, "name")))
        rest = {name: value for name, value in raw.items() if name not in own}
        plans.append(
            FeedPlan(
                keys["name"], keys["connector"], keys["pack"], keys["title"], directory, rest, reader.document, path
            )
        )
    return tuple(plans)


def _peers(reader: Reader) -> tuple[PeerPlan, ...]:
    _single(reader, "district", check.DISTRICT, optional=True)
    raw = reader.document.root.get("district")
    peers: list[PeerPlan] = []
    if not isinstance(raw, dict):
        return ()
    for path, keys in reader.tables_in(("district",), raw, "peers", check.PEER):
        name, url = keys["name"] or "", (keys["url"] or "").rstrip("/")
        if any(peer.name == name or peer.url == url for peer in peers):
            reader.fault(f'"{name}" or its address is named twice', reader.document.at_value((*path, "name")))
        if keys["url"] and not _is_api(url):
            reader.fault(
                f'"{url[:80]}" is no address of an API; write https:// or http://, a host and a path',
                reader.document.at_value((*path, "url")),
            )
        peers.append(PeerPlan(name, url))
    return tuple(peers)


def _is_api(url: str) -> bool:
    """http or https with a host, and nothing that hides where a question goes or is cut off when a path is added."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    plain = not (parts.username or parts.password or parts.query or parts.fragment or _UNSAFE.search(url))
    return parts.scheme in ("http", "https") and bool(host) and plain


def _choices(reader: Reader) -> tuple[PackChoice, ...]:
    raw = reader.document.root.get("packs", {})
    if not isinstance(raw, dict):
        reader.fault("packs must be written as [packs.<name>]", reader.document.at_key(("packs",)))
        return ()
    choices = []
    for name, parameters in raw.items():
        if isinstance(parameters, dict):
            own = reader.table(("packs", name), parameters, check.PACKS)
            parameters = {key: value for key, value in parameters.items() if key not in own}
            places = {key: reader.document.at_value(("packs", name, key)) for key in parameters}
            keys = {key: reader.document.at_key(("packs", name, key)) for key in parameters}
            here = reader.document.at_key(("packs", name))
            choices.append(PackChoice(name, parameters, own["types"], own["without"], here, places, keys))
        else:
            reader.fault(f"write [packs.{name}] with its parameters", reader.document.at_key(("packs", name)))
    return tuple(choices)


# Packs


def load_packs(profile: Profile, pack_directories: Sequence[Path]) -> tuple[FittedPack, ...]:
    """Fit every pack the profile names, looked for in the directories in turn. Raises ConfigError with every fault."""
    faults: list[Fault] = []
    fitted: list[FittedPack] = []
    for choice in profile.packs:
        found = next(
            (each / choice.name for each in pack_directories if (each / choice.name / "pack.toml").is_file()), None
        )
        if found is None:
            known = sorted({pack.parent.name for each in pack_directories for pack in each.glob("*/pack.toml")})
            faults.append(
                Fault(f'error: unknown pack "{choice.name}"{suggestion(choice.name, known)}', str(choice.place))
            )
            continue
        try:
            document = load_document(found / "pack.toml", f"{found.parent.name}/{found.name}/pack.toml")
        except ConfigError as exc:
            faults += exc.faults
            continue
        pack, found_faults = fit_pack(document, found, choice)
        faults += found_faults
        if pack is not None:
            fitted.append(pack)
    if faults:
        raise ConfigError(faults=faults)
    return tuple(fitted)


def fit_pack(document: Document, directory: Path, choice: PackChoice) -> tuple[FittedPack | None, Sequence[Fault]]:
    """One pack with the city's parameters; None where there is a fault; and all faults."""
    fitter = _Fitter(document, directory, choice)
    pack = fitter.fit()
    return (None, fitter.reader.faults) if fitter.reader.faults else (pack, ())


class _Fitter:
    """Reads one pack.toml; the parts in the order in which they may name each other."""

    def __init__(self, document: Document, directory: Path, choice: PackChoice) -> None:
        self._document = document
        self._directory = directory
        self._choice = choice
        self._types: dict[str, EntityType] = {}
        self._derived: tuple[Derived, ...] = ()
        self._ids: set[tuple[str, str]] = set()
        self.reader = Reader(document, vocabularies={"language": check.LANGUAGES, "unit": list(BY_CODE)})

    def fit(self) -> FittedPack:
        self.reader.table((), self._document.root, check.PACK_ROOT)
        head = _single(self.reader, "pack", check.PACK)
        if head["name"] and head["name"] != self._directory.name:
            self.reader.fault(
                f'the pack is called "{head["name"]}" and its directory "{self._directory.name}"',
                self._document.at_value(("pack", "name")),
            )
        parameters = self._parameters()
        self.reader.parameters = {parameter.name: parameter.value for parameter in parameters}
        self._read_types()
        self.reader.vocabularies = {**self.reader.vocabularies, "type": list(self._types)}
        self._derived = self._read_derived()
        layers = tuple(self._layer(path, keys) for path, keys in self._each("layer", check.LAYER))
        tiles = tuple(self._tile(path, keys) for path, keys in self._each("tile", check.TILE))
        charts = tuple(self._chart(path, keys) for path, keys in self._each("chart", check.CHART))
        tables = tuple(self._table(path, keys) for path, keys in self._each("table", check.TABLE))
        rules = tuple(rule for path, keys in self._each("rule", check.RULE) if (rule := self._rule(path, keys)))
        self._check_choice()
        wanted = self._wanted
        return FittedPack(
            name=self._directory.name,
            title=head["title"] or {},
            what=head["what"] or {},
            icon=head["icon"],
            parameters=parameters,
            types=self._types,
            derived=self._derived,
            layers=tuple(each for each in layers if wanted(each.id, each.type)),
            tiles=tuple(each for each in tiles if wanted(each.id, each.type)),
            # A compare chart whose ids the city has not chosen has nothing to compare.
            charts=tuple(
                each for each in charts if wanted(each.id, each.type) and (each.kind != "compare" or each.entities)
            ),
            tables=tuple(each for each in tables if wanted(each.id, each.type)),
            rules=tuple(each for each in rules if wanted(each.head.id, each.head.type)),
            directory=self._directory,
        )

    def _wanted(self, part: str, type_name: str) -> bool:
        """The city has the type, and does not do without the part."""
        return part not in self._choice.without and (self._choice.types is None or type_name in self._choice.types)

    def _check_choice(self) -> None:
        known = sorted({part for _, part in self._ids if part})
        for part in self._choice.without:
            if part not in known:
                self.reader.fault(
                    f'the pack "{self._choice.name}" has no "{part}"{suggestion(part, known)}', self._choice.place
                )
        for name in self._choice.types or ():
            if name not in self._types:
                detail = f'the pack "{self._choice.name}" has no type "{name}"{suggestion(name, list(self._types))}'
                self.reader.fault(detail, self._choice.place)

    def _each(self, name: str, section: Section) -> list[tuple[Steps, dict[str, Any]]]:
        found = self.reader.tables(name, section)
        for path, keys in found:
            if (name, keys["id"]) in self._ids:
                self.reader.fault(
                    f'{section.name} "{keys["id"]}" is there already', self._document.at_value((*path, "id"))
                )
            self._ids.add((name, keys["id"]))
        return found

    # Parameters

    def _parameters(self) -> tuple[Parameter, ...]:
        read = self.reader.tables("parameter", check.PARAMETER)
        parameters = []
        for path, keys in read:
            chosen = self._choice.parameters.get(keys["name"])
            default_place = self._document.at_value((*path, "default"))
            value = keys["default"]
            if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                self.reader.fault("the default must be a number or text", default_place)
                value = ""
            self._bounded(keys, value, default_place)
            if chosen is not None:
                value = self._chosen(keys, value, chosen)
            parameters.append(
                Parameter(
                    keys["name"], keys["title"] or {}, value, keys["default"], keys["unit"], keys["low"], keys["high"]
                )
            )
        known = [parameter.name for parameter in parameters]
        for name in self._choice.parameters:
            if name not in known:
                detail = f'the pack "{self._choice.name}" has no parameter "{name}"{suggestion(name, known)}'
                self.reader.fault(detail, self._choice.keys[name])
        return tuple(parameters)

    def _chosen(self, keys: Mapping[str, Any], default: float | str, chosen: object) -> float | str:
        place = self._choice.places[keys["name"]]
        wanted = "text" if isinstance(default, str) else "a number"
        if isinstance(chosen, bool) or isinstance(chosen, str) != isinstance(default, str):
            self.reader.fault(f'the parameter "{keys["name"]}" must be {wanted}', place)
            return default
        if not isinstance(chosen, (int, float, str)):
            self.reader.fault(f'the parameter "{keys["name"]}" must be {wanted}', place)
            return default
        if isinstance(default, str) and default.startswith("P") and isinstance(chosen, str):
            try:
                parse_duration(chosen)
            except ValueError as exc:
                self.reader.fault(str(exc), place)
                return default
        self._bounded(keys, chosen, place)
        return chosen

    def _bounded(self, keys: Mapping[str, Any], value: float | str, place: Place) -> None:
        if isinstance(value, str):
            return
        low, high = keys["low"], keys["high"]
        if (low is not None and value < low) or (high is not None and value > high):
            ends = ["" if end is None else f"{end:g}" for end in (low, high)]
            unit = BY_CODE[keys["unit"]].symbol if keys["unit"] in BY_CODE else ""
            detail = f'the parameter "{keys["name"]}" is {value:g}, outside {ends[0]}..{ends[1]} {unit}'.rstrip()
            self.reader.fault(detail, place)

    # Types

    def _read_types(self) -> None:
        for path, keys in self.reader.tables("type", check.TYPE):
            raw = self._document.root["type"][path[1]]
            attributes = tuple(
                self._attribute(place, each)
                for place, each in self.reader.tables_in(path, raw, "attribute", check.ATTRIBUTE)
            )
            kind = EntityType(
                keys["name"] or "", CORE.expand(keys["name"] or ""), keys["title"] or {}, keys["label"], attributes
            )
            if kind.attribute(kind.label) is None:
                self._unknown(kind, kind.label, self._document.at_value((*path, "label")))
            self._types[kind.name] = kind
            for number, attribute in enumerate(attributes):
                for bound in ("low", "high"):
                    name = getattr(attribute, bound)
                    if isinstance(name, str) and kind.attribute(name) is None:
                        self._unknown(kind, name, self._document.at_value((*path, "attribute", number, bound)))

    def _attribute(self, path: Steps, keys: Mapping[str, Any]) -> AttributeType:
        self._explain_unit(path)
        unit = BY_CODE.get(keys["unit"])
        symbol = keys["symbol"] if keys["symbol"] is not None else unit.symbol if unit else ""
        return AttributeType(
            name=keys["name"] or "",
            uri=CORE.expand(keys["name"] or ""),
            title=keys["title"] or {},
            kind=keys["kind"],
            unit=keys["unit"],
            symbol=symbol,
            digits=keys["digits"],
            low=keys["low"],
            high=keys["high"],
            live=keys["live"],
        )

    def _explain_unit(self, path: Steps) -> None:
        """A unit written as people write it gets the code it stands for, which letters alone would not suggest."""
        place = str(self._document.at_value((*path, "unit")))
        for number, fault in enumerate(self.reader.faults):
            found = re.match(r'error: unknown unit "([^"]*)"', fault.detail)
            code = unit_for(found[1]) if found else None
            if found and code and fault.where == place:
                detail = f'error: unknown unit "{found[1]}"; did you mean "{code}"?'
                self.reader.faults[number] = Fault(detail, place)

    def _unknown(self, kind: EntityType, name: str, place: Place) -> None:
        known = [attribute.name for attribute in kind.attributes]
        self.reader.fault(f'{kind.name} has no attribute "{name}"{suggestion(name, known)}', place)

    def _declared(self, type_name: str | None, name: str, place: Place) -> AttributeType | None:
        """The attribute of a declared type; a fault where there is none. An unknown type was reported already."""
        kind = self._types.get(type_name or "")
        if kind is None or not name:
            return None
        found = kind.attribute(name)
        if found is None:
            self._unknown(kind, name, place)
        return found

    def _uri(self, type_name: str | None) -> str:
        kind = self._types.get(type_name or "")
        return kind.uri if kind else ""

    def _read_derived(self) -> tuple[Derived, ...]:
        derived = []
        for path, keys in self.reader.tables("derive", check.DERIVE):
            self._declared(keys["type"], keys["attribute"] or "", self._document.at_value((*path, "attribute")))
            formula = self._formula(keys["type"], keys["formula"], self._document.at_value((*path, "formula")))
            derived.append(Derived(keys["type"] or "", keys["attribute"] or "", formula))
        return tuple(derived)

    def _formula(self, type_name: str | None, text: str | None, place: Place) -> Formula:
        try:
            formula = parse_formula(text or "")
        except ValueError as exc:
            self.reader.fault(str(exc), place)
            return constant(0.0)
        for name in formula.names:
            self._declared(type_name, name, place)
        return formula

    def _q(self, path: Steps, name: str, text: str) -> QExpr | None:
        if not text:
            return None
        try:
            return parse_q(text, CORE)
        except InputError as exc:
            self.reader.fault(f'"{text}": {exc.detail}', self._document.at_value((*path, name)))
            return None

    # What the console shows

    def _layer(self, path: Steps, keys: Mapping[str, Any]) -> Layer:
        for name in ("value", "size"):
            self._declared(keys["type"], keys[name], self._document.at_value((*path, name)))
        classes = keys["classes"]
        if list(classes) != sorted(set(classes)) or len(classes) > 6:
            self.reader.fault(
                "classes must be at most six ascending numbers", self._document.at_value((*path, "classes"))
            )
        return Layer(**{**keys, "title": keys["title"] or {}})

    def _tile(self, path: Steps, keys: Mapping[str, Any]) -> Tile:
        attribute = self._declared(keys["type"], keys["attribute"], self._document.at_value((*path, "attribute")))
        if not keys["attribute"] and keys["aggregate"] not in ("count", "share", None):
            self.reader.fault(
                f'the aggregate "{keys["aggregate"]}" needs the key "attribute"', self._document.at_key(path)
            )
        if keys["aggregate"] == "share" and not keys["where"]:
            self.reader.fault('a share needs the key "where"', self._document.at_key(path))
        symbol = keys["symbol"]
        if symbol is None:
            symbol = attribute.symbol if attribute and keys["aggregate"] not in ("count", "share") else ""
        q = self._q(path, "where", keys["where"])
        return Tile(**{**keys, "title": keys["title"] or {}, "symbol": symbol, "q": q})

    def _chart(self, path: Steps, keys: Mapping[str, Any]) -> Chart:
        attribute = self._declared(keys["type"], keys["attribute"] or "", self._document.at_value((*path, "attribute")))
        grouping = self._grouping(path, keys) if keys["kind"] == "compare" else None
        hours = keys["hours"]
        if hours and not (len(hours) == 2 and 0 <= hours[0] < hours[1] <= 24):
            self.reader.fault("hours must be [from, to) within 0..24", self._document.at_value((*path, "hours")))
        return Chart(
            id=keys["id"] or "",
            title=keys["title"] or {},
            type=keys["type"] or "",
            type_uri=self._uri(keys["type"]),
            attribute=keys["attribute"] or "",
            attribute_uri=attribute.uri if attribute else "",
            kind=keys["kind"],
            aggregate=keys["aggregate"],
            period=keys["period"] or HOUR,
            span=keys["span"] or DAY,
            band=keys["band"],
            entities=tuple(entity for entity in keys["entities"] if entity),
            hours=tuple(int(hour) for hour in hours),
            weekend=keys["weekend"],
            grouping=grouping,
            note=keys["note"],
        )

    def _grouping(self, path: Steps, keys: Mapping[str, Any]) -> Grouping | None:
        if not keys["by"]:
            self.reader.fault('a compare chart needs the key "by"', self._document.at_key(path))
            return None
        start = self._declared(keys["by"], keys["by_start"], self._document.at_value((*path, "by_start")))
        end = self._declared(keys["by"], keys["by_end"], self._document.at_value((*path, "by_end")))
        return Grouping(
            type=keys["by"],
            type_uri=self._uri(keys["by"]),
            start=keys["by_start"],
            end=keys["by_end"],
            start_uri=start.uri if start else "",
            end_uri=end.uri if end else "",
            where=keys["by_where"],
            q=self._q(path, "by_where", keys["by_where"]),
            most=keys["by_most"],
        )

    def _table(self, path: Steps, keys: Mapping[str, Any]) -> Table:
        for number, column in enumerate(keys["columns"] or ()):
            self._declared(keys["type"], column, self._document.at_value((*path, "columns", number)))
        self._declared(keys["type"], keys["order"].lstrip("-"), self._document.at_value((*path, "order")))
        q = self._q(path, "where", keys["where"])
        return Table(**{**keys, "title": keys["title"] or {}, "columns": keys["columns"] or (), "q": q})

    # Rules

    def _rule(self, path: Steps, keys: Mapping[str, Any]) -> Rule | None:
        kind = keys["kind"]
        for name in check.RULE_NEEDS.get(kind, ()):
            if keys[name] is None or keys[name] == "":
                self.reader.fault(f'a {kind} rule needs the key "{name}"', self._document.at_key(path))
        sided = kind in ("threshold", "usual")
        if sided and (keys["above"] is None) == (keys["below"] is None):
            self.reader.fault(f'a {kind} rule needs one of the keys "above" and "below"', self._document.at_key(path))
        self._placeholders(path, keys["message"] or {})
        self._declared(keys["type"], keys["gate"], self._document.at_value((*path, "gate")))
        attribute = self._declared(keys["type"], keys["attribute"], self._document.at_value((*path, "attribute")))
        value = constant(0.0)
        if keys["value"]:
            value = self._formula(keys["type"], keys["value"], self._document.at_value((*path, "value")))
            attribute = self._types[keys["type"]].attribute(keys["value"]) if keys["type"] in self._types else None
        bounds = (
            [self._bound(path, keys, attribute, name) for name in ("low", "high")] if kind == "range" else [None, None]
        )
        if kind == "range" and bounds == [None, None]:
            self.reader.fault(
                'a range rule needs "low" or "high", here or at the attribute', self._document.at_key(path)
            )
        if self.reader.faults:
            return None
        above, limit = keys["above"] is not None, keys["above"] if keys["above"] is not None else keys["below"]
        if sided and (keys["clear"] > limit if above else keys["clear"] < limit):
            side = "above" if above else "below"
            self.reader.fault(
                f'"clear" must not be {side} the limit {limit:g}', self._document.at_value((*path, "clear"))
            )
        head = self._head(path, keys, attribute)
        match kind:
            case "threshold":
                return Threshold(head, self._underived(keys["type"], value), above, float(limit), float(keys["clear"]))
            case "range":
                return Range(head, keys["attribute"], bounds[0], bounds[1])
            case "stuck":
                return Stuck(head, keys["attribute"], tuple(keys["ignore"]))
            case "silent":
                return Silent(head, keys["attribute"])
            case _:
                uri = attribute.uri if attribute else ""
                share, clear = float(limit), float(keys["clear"])
                return AgainstUsual(
                    head, keys["attribute"], uri, above, share, clear, keys["count"], keys["gate"], float(keys["least"])
                )

    def _head(self, path: Steps, keys: Mapping[str, Any], attribute: AttributeType | None) -> RuleHead:
        return RuleHead(
            pack=self._directory.name,
            id=keys["id"],
            type=keys["type"],
            type_uri=self._uri(keys["type"]),
            severity=keys["severity"],
            title=keys["title"],
            message=keys["message"],
            duration=keys["duration"] or timedelta(0),
            q=self._q(path, "where", keys["where"]),
            unit=attribute.unit if attribute else "",
            symbol=attribute.symbol if attribute else "",
            digits=attribute.digits if attribute else 0,
        )

    def _underived(self, type_name: str, value: Formula) -> Formula:
        """A formula that only names a derived attribute is that attribute's own formula."""
        for derived in self._derived:
            if derived.type == type_name and value.root == derived.attribute:
                return derived.formula
        return value

    def _bound(
        self, path: Steps, keys: Mapping[str, Any], attribute: AttributeType | None, name: str
    ) -> Formula | None:
        bound = keys[name]
        if bound is None:
            bound = getattr(attribute, name) if attribute else None
        if isinstance(bound, str):
            return self._formula(keys["type"], bound, self._document.at_value((*path, name)))
        return None if bound is None else constant(bound)

    def _placeholders(self, path: Steps, message: Text) -> None:
        for language, text in message.items():
            for name in re.findall(r"\{([^}]*)\}", text):
                if name not in check.PLACEHOLDERS:
                    detail = f'unknown placeholder "{{{name}}}"{suggestion(name, check.PLACEHOLDERS)}'
                    self.reader.fault(detail, self._document.at_value((*path, "message", language)))
