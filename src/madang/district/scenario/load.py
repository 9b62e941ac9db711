"""Reads scenario.toml. Every fault of the file is reported at once, with line and column."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from madang.district.languages import LANGUAGES
from madang.district.quantity import CURRENCIES
from madang.district.scenario import sections
from madang.district.scenario.values import (
    ONE,
    Assumption,
    Claim,
    Month,
    PhasePlan,
    Programme,
    Scenario,
    Source,
    UsePlan,
)
from madang.errors import ConfigError, Fault
from madang.model.keys import Document, Reader, Section, Steps, load_document

FILE = Path("district") / "scenario.toml"
"""Where a city's scenario lies, from its directory."""

YEARS_MAX = 80
_NAME = re.compile(r"[a-z][a-z0-9-]*")
RESERVED = frozenset({"at", "runs", "seed", "outcome"})
"""Names an address has of its own."""


def find_scenario(directory: Path) -> Scenario | None:
    """The scenario of a city's directory, None where it has none. Raises ConfigError with every fault."""
    path = directory / FILE
    return load_scenario(path) if path.is_file() else None


def load_scenario(path: Path) -> Scenario:
    """Raises ConfigError with every fault."""
    document = load_document(path, "/".join(path.parts[-3:]))
    scenario, faults = parse_scenario(document)
    if faults or scenario is None:
        raise ConfigError(faults=faults)
    return scenario


def parse_scenario(document: Document) -> tuple[Scenario | None, Sequence[Fault]]:
    """The scenario, or None with all its faults."""
    reader = _ScenarioReader(document)
    scenario = reader.read()
    return (None if reader.reader.faults else scenario), reader.reader.faults


class _ScenarioReader:
    """One pass over a document; the reader gathers the faults."""

    def __init__(self, document: Document) -> None:
        self.document = document
        raw = document.root.get("assumption", [])
        names = [one.get("name") for one in raw if isinstance(one, dict)] if isinstance(raw, list) else []
        known = [name for name in names if isinstance(name, str)]
        self.reader = Reader(
            document, vocabularies={"language": LANGUAGES, "currency": CURRENCIES, "assumption": known}
        )
        self._roles: dict[str, list[str]] = {}

    def read(self) -> Scenario | None:
        root = self.document.root
        self.reader.table((), root, sections.ROOT)
        head = self._single("scenario", sections.SCENARIO)
        programme = self._roles_of(self._single("programme", sections.PROGRAMME))
        phases = self._all("phase", sections.PHASE, self._phase)
        uses = self._all("use", sections.USE, self._use)
        currency = str(head["currency"] or "")
        assumptions = self._assumptions(currency)
        claims = [_claim(keys) for _, keys in self.reader.tables("claim", sections.CLAIM) if self._sound(keys)]
        if self.reader.faults:
            return None
        scenario = Scenario(
            title=head["title"],
            what=head["what"],
            currency=currency,
            first=head["first"],
            last=head["last"],
            timing=head["timing"],
            curve=head["curve"],
            shape=head["draws"],
            assumptions=assumptions,
            programme=Programme(**programme),
            phases=tuple(phases),
            uses=tuple(uses),
            claims=tuple(claims),
        )
        for detail, path in incoherences(scenario):
            self.reader.fault(detail, self.document.at_value(path))
        return scenario

    def _single(self, name: str, section: Section) -> dict[str, Any]:
        table = self.document.root.get(name, {})
        return self.reader.table((name,), table if isinstance(table, dict) else {}, section)

    def _all(
        self, name: str, section: Section, build: Callable[[Steps, Mapping[str, Any]], PhasePlan | UsePlan | None]
    ) -> list[Any]:
        found: list[Any] = []
        for path, keys in self.reader.tables(name, section):
            self._check_name(keys["id"], [one.id for one in found], (*path, "id"))
            before = len(self.reader.faults)
            built = build(path, keys)
            if len(self.reader.faults) == before and self._sound(keys):
                found.append(built)
        return found

    def _sound(self, keys: Mapping[str, Any]) -> bool:
        """Whether what the file must give is there; what lacks was reported already."""
        return all(value is not None for name, value in keys.items() if name not in ("low", "high"))

    def _finite(self, path: Steps, keys: Mapping[str, Any]) -> bool:
        """TOML knows inf and nan; a calculation does not."""
        faulty = [name for name in ("low", "mode", "high") if keys[name] is not None and not math.isfinite(keys[name])]
        for name in faulty:
            self.reader.fault(f'"{name}" must be a number', self.document.at_value((*path, name)))
        return not faulty

    def _check_name(self, name: str | None, taken: Sequence[str], path: Steps) -> None:
        if name is None:
            return
        if not _NAME.fullmatch(name) or name in RESERVED:
            self.reader.fault(f'"{name}" cannot be a name; use a-z, 0-9 and "-"', self.document.at_value(path))
        if name in taken:
            self.reader.fault(f'"{name}" is there twice', self.document.at_value(path))

    def _phase(self, path: Steps, keys: Mapping[str, Any]) -> PhasePlan | None:
        months = {name: self._month(path, name, keys[name]) for name in ("acquire", "start", "end", "sale")}
        if months["start"] is None or months["end"] is None or months["sale"] is None:
            return None
        return PhasePlan(
            id=keys["id"] or "",
            title=keys["title"] or {},
            acquire=months["acquire"],
            start=months["start"],
            end=months["end"],
            sale=months["sale"],
            share=Decimal(str(keys["share"])) / 100,
            why=keys["why"] or {},
            source=_source(keys),
        )

    def _month(self, path: Steps, name: str, text: str | None) -> Month | None:
        if not text:
            return None
        try:
            return Month.parse(text)
        except ValueError as exc:
            self.reader.fault(str(exc), self.document.at_value((*path, name)))
            return None

    def _use(self, path: Steps, keys: Mapping[str, Any]) -> UsePlan:
        needs = (("price", "takeup_years"), ("floor_area_ratio", "takeup_years"), ("floor_area_ratio", "build_years"),
                 ("floor_per_job", "fill_years"), ("floor_per_job", "floor_area_ratio"),
                 ("floor_per_dwelling", "floor_area_ratio"))  # fmt: skip
        for name, needed in needs:
            if keys[name] and not keys[needed]:
                self.reader.fault(f'"{name}" needs the key "{needed}"', self.document.at_key((*path, name)))
        if keys["floor_per_job"] and keys["floor_per_dwelling"]:
            self.reader.fault(
                "the same floor cannot hold jobs and dwellings; write two uses, each with its land",
                self.document.at_key((*path, "floor_per_dwelling")),
            )
        return UsePlan(
            id=keys["id"] or "",
            use=keys["use"] or "",
            title=keys["title"] or {},
            self_sufficient=keys["self_sufficient"],
            **self._roles_of(keys),
        )

    def _roles_of(self, keys: Mapping[str, Any]) -> dict[str, Any]:
        """Names of assumptions by role; notes who is asked for what, so that units can be checked."""
        found = {role: keys[role] or None for role in sections.ROLES if role in keys}
        for role, name in found.items():
            if name:
                self._roles.setdefault(name, []).append(role)
        return found

    def _assumptions(self, currency: str) -> dict[str, Assumption]:
        found: dict[str, Assumption] = {}
        for path, keys in self.reader.tables("assumption", sections.ASSUMPTION):
            self._check_name(keys["name"], list(found), (*path, "name"))
            if not self._sound(keys) or not self._finite(path, keys):
                continue
            one = self._bounded(path, _assumption(keys), currency)
            found[one.name] = one
        return found

    def _bounded(self, path: Steps, one: Assumption, currency: str) -> Assumption:
        """With the bounds of the roles it plays, which its unit must fit and its range must keep."""
        roles = self._roles.get(one.name, [])
        if not roles:
            self.reader.fault(f'nothing uses "{one.name}"', self.document.at_value((*path, "name")))
        least, most = one.least, one.most
        for role in roles:
            units = [unit.replace("{c}", currency) for unit in sections.ROLES[role].units]
            if one.unit not in units:
                detail = f'"{one.unit}" is no unit of {role}; write {" or ".join(units)}'
                self.reader.fault(detail, self.document.at_value((*path, "unit")))
                return one
            least = max(least, Decimal(sections.ROLES[role].least) / one.factor)
            most = min(most, Decimal(sections.ROLES[role].most) / one.factor)
        for name, value in (("low", one.low), ("mode", one.mode), ("high", one.high)):
            if not least <= value <= most:
                detail = f'"{name}" is {value:f}, outside {least:f}..{most:f} {one.unit}'
                self.reader.fault(detail, self.document.at_value((*path, name)))
        if not one.low <= one.mode <= one.high:
            self.reader.fault('must be "low" ≤ "mode" ≤ "high"', self.document.at_value((*path, "mode")))
        return replace(one, least=least, most=most)


def incoherences(scenario: Scenario) -> Iterator[tuple[str, Steps]]:
    """What is wrong between parts that are sound each: sentence, and steps to the place in the file.

    The last step is the key; a change of the scenario finds its parameter by it.
    """
    for name, parts in (("phase", scenario.phases), ("use", scenario.uses)):
        if not parts:
            yield f"needs at least one [[{name}]]", (name,)
    if not 0 <= scenario.last - scenario.first < YEARS_MAX:
        yield (f"must be from {scenario.first} to {scenario.first + YEARS_MAX - 1}", ("scenario", "last"))
    yield from _incoherent_phases(scenario)
    values = scenario.modes()
    land, area = sum((values[use.land] for use in scenario.uses), Decimal(0)), values[scenario.programme.area]
    if land > area:
        detail = (
            f"the uses take {_plain(land / 10_000)} ha of land, more than the district's {_plain(area / 10_000)} ha"
        )
        yield detail, ("use", 0, "land")


def _incoherent_phases(scenario: Scenario) -> Iterator[tuple[str, Steps]]:
    delay = scenario.assumptions.get(scenario.programme.delay or "")
    latest = delay.high * delay.factor if delay else Decimal(0)
    for index, phase in enumerate(scenario.phases):
        at = ("phase", index)
        if phase.acquire and phase.acquire >= phase.start:
            yield (
                f"land is bought from {phase.acquire}, which must be before the works start ({phase.start})",
                (
                    *at,
                    "acquire",
                ),
            )
        if phase.end < phase.start:
            yield f"the works end in {phase.end}, before they start ({phase.start})", (*at, "end")
        if (phase.acquire or phase.start).year < scenario.first:
            yield f"money flows before the first year, {scenario.first}", (*at, "acquire" if phase.acquire else "start")
        if phase.end.ends + latest > scenario.last + 1:
            yield (
                f"with the longest delay the works end in {phase.end.ends + latest:.1f}, after the last year, "
                f"{scenario.last}: part of the cost would not be counted",
                (*at, "end"),
            )
        if not scenario.first <= phase.sale.year <= scenario.last:
            yield f"sale begins in {phase.sale}, outside {scenario.first}..{scenario.last}", (*at, "sale")
    total = sum((phase.share for phase in scenario.phases), Decimal(0))
    if scenario.phases and total != 1:
        yield f"the shares of the phases add up to {_plain(total * 100)} %, not 100 %", ("phase", 0, "share")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _assumption(keys: Mapping[str, Any]) -> Assumption:
    mode = Decimal(str(keys["mode"]))
    return Assumption(
        name=keys["name"],
        title=keys["title"],
        low=mode if keys["low"] is None else Decimal(str(keys["low"])),
        mode=mode,
        high=mode if keys["high"] is None else Decimal(str(keys["high"])),
        unit=keys["unit"],
        why=keys["why"],
        source=_source(keys),
        factor=sections.FACTORS.get(keys["unit"].split(" ")[0], ONE),
    )


def _claim(keys: Mapping[str, Any]) -> Claim:
    source = Source(keys["source"], keys["url"], keys["quote"], keys["fact"])
    return Claim(keys["measure"], Decimal(str(keys["value"])), keys["unit"], keys["what"], source)


def _source(keys: Mapping[str, Any]) -> Source | None:
    return Source(keys["source"], keys["url"], keys["quote"], keys["fact"]) if keys["source"] else None
