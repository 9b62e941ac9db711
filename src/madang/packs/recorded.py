"""A pack's own tests: recorded readings go through its rules, and the alerts must be the ones written down."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from madang.errors import ConfigError, Fault
from madang.model.keys import Key, Place, Reader, Section, load_document

from .load import fit_pack
from .pack import FittedPack
from .profile import PackChoice
from .rules import Engine, Reading, Transition

CASE = Section(
    "tests/<name>.toml",
    "one recorded test of a pack",
    (
        Key("what", "text", "what it proves, as a sentence", required=True),
        Key(
            "input",
            "text",
            "CSV beside it: at (ISO 8601 with zone), entity, then attributes by short name",
            required=True,
        ),
        Key("type", "text", "type of the entities", required=True),
        Key("until", "time", "city time at the end; silence up to here counts"),
        Key("parameters", "any", "the pack's parameters as the test takes them; its defaults where left out"),
        Key("usual", "any", "usual values, each as [[usual]]"),
        Key("alert", "any", "the alerts that must come, each as [[alert]], and no others"),
    ),
)
USUAL = Section(
    "[[usual]]",
    "the usual value of every hour of the test",
    (
        Key("entity", "text", "entity id", required=True),
        Key("attribute", "text", "short name", required=True),
        Key("median", "number", "the usual value", required=True),
        Key("count", "integer", "observations behind it", 100, low=0),
    ),
)
ALERT = Section(
    "[[alert]]",
    "one alert, from its rise to its fall",
    (
        Key("rule", "text", "rule id", required=True),
        Key("entity", "text", "entity id", required=True),
        Key("rise", "time", "when it rises", required=True),
        Key("fall", "time", "when it falls; left out where it stays open"),
    ),
)
SECTIONS = (CASE, USUAL, ALERT)


@dataclass(frozen=True, slots=True)
class Expected:
    rule: str
    entity_id: str
    rise: datetime
    fall: datetime | None

    def __str__(self) -> str:
        fall = self.fall.isoformat() if self.fall else "open"
        return f"{self.rule} of {self.entity_id}: {self.rise.isoformat()} to {fall}"


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    what: str
    type_uri: str
    readings: tuple[Reading, ...]
    until: datetime | None
    alerts: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class CaseResult:
    """missing: expected and not seen; surplus: seen and not expected. Passed when both are empty."""

    case: Case
    missing: tuple[Expected, ...]
    surplus: tuple[Expected, ...]

    @property
    def passed(self) -> bool:
        return not self.missing and not self.surplus


def run_tests(directory: Path) -> Sequence[CaseResult]:
    """Run every recorded test of the pack in a directory. Raises ConfigError where the pack or a test cannot be
    read.
    """
    results: list[CaseResult] = []
    for file in sorted((directory / "tests").glob("*.toml")):
        pack = fitted_for(directory, file)
        results.append(run_case(pack, load_case(pack, file)))
    return results


def fitted_for(directory: Path, file: Path) -> FittedPack:
    """The pack with the parameters a recorded test names. Raises ConfigError with every fault."""
    case = load_document(file, f"packs/{directory.name}/tests/{file.name}")
    parameters = case.root.get("parameters", {})
    places = {name: case.at_value(("parameters", name)) for name in parameters}
    keys = {name: case.at_key(("parameters", name)) for name in parameters}
    choice = PackChoice(directory.name, parameters, None, (), case.at_key(("parameters",)), places, keys)
    pack, faults = fit_pack(
        load_document(directory / "pack.toml", f"packs/{directory.name}/pack.toml"), directory, choice
    )
    if faults or pack is None:
        raise ConfigError(faults=faults)
    return pack


def run_case(pack: FittedPack, case: Case) -> CaseResult:
    """Only rules that the case's readings can move are compared."""
    engine = Engine(pack.rules)
    transitions: list[Transition] = []
    for reading in case.readings:
        transitions += engine.tick(reading.at)
        transitions += engine.observe(case.type_uri, reading)
    if case.until is not None:
        transitions += engine.tick(case.until + timedelta(microseconds=1))
    seen, wanted = paired(transitions), set(case.alerts)
    return CaseResult(case, tuple(e for e in case.alerts if e not in seen), tuple(e for e in seen if e not in wanted))


def paired(transitions: Sequence[Transition]) -> tuple[Expected, ...]:
    """Rises with their falls, in order of the rise."""
    alerts: dict[tuple[str, str, datetime], Expected] = {}
    opened: dict[tuple[str, str], datetime] = {}
    for each in transitions:
        key = (each.rule.head.id, each.entity_id)
        if each.kind == "rise":
            opened[key] = each.at
        rise = opened[key] if each.kind == "rise" else opened.pop(key)
        alerts[*key, rise] = Expected(*key, rise, each.at if each.kind == "fall" else None)
    return tuple(alerts.values())


def load_case(pack: FittedPack, file: Path) -> Case:
    """Raises ConfigError with every fault."""
    shown = f"packs/{pack.name}/tests/{file.name}"
    document = load_document(file, shown)
    rules = [rule.head.id for rule in pack.rules]
    reader = Reader(document, vocabularies={})
    keys = reader.table((), document.root, CASE)
    usual: dict[str, dict[str, tuple[float, int]]] = {}
    for _, each in reader.tables("usual", USUAL):
        usual.setdefault(each["entity"], {})[each["attribute"]] = (each["median"], each["count"])
    alerts = [(path, each) for path, each in reader.tables("alert", ALERT)]
    for path, each in alerts:
        if each["rule"] not in rules:
            reader.fault(f'the pack has no rule "{each["rule"]}"', document.at_value((*path, "rule")))
    if keys["type"] not in pack.types:
        reader.fault(f'the pack has no type "{keys["type"]}"', document.at_value(("type",)))
    if reader.faults:
        raise ConfigError(faults=reader.faults)
    return Case(
        name=file.stem,
        what=keys["what"],
        type_uri=pack.type(keys["type"]).uri,
        readings=_readings(file.parent / keys["input"], f"packs/{pack.name}/tests/{keys['input']}", usual),
        until=keys["until"],
        alerts=tuple(Expected(each["rule"], each["entity"], each["rise"], each["fall"]) for _, each in alerts),
    )


def _readings(file: Path, shown: str, usual: Mapping[str, Mapping[str, tuple[float, int]]]) -> tuple[Reading, ...]:
    readings: list[Reading] = []
    faults: list[Fault] = []
    try:
        rows: list[dict[str, Any]] = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    except OSError as exc:
        raise ConfigError(faults=[Fault(f"error: cannot be read: {exc.strerror}", shown)]) from exc
    for line, row in enumerate(rows, 2):
        try:
            at = datetime.fromisoformat(row.pop("at"))
            entity_id = row.pop("entity")
            values = {name: float(text) for name, text in row.items() if text}
            readings.append(Reading(entity_id, at, values, usual.get(entity_id, {})))
        except (KeyError, ValueError, TypeError) as exc:
            faults.append(Fault(f"error: not a reading: {exc}", str(Place(shown, line, 1))))
    if faults:
        raise ConfigError(faults=faults)
    return tuple(readings)
