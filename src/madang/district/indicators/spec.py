"""How indicators are computed, as data: the files places/formulas/*.toml, read against one table of keys.

    load_specs(path, catalogue, measures, methods, live=…) -> tuple[IndicatorSpec, ...]

One ``[[indicator]]`` is one way of computing one indicator; a second way is a second table with the same key and its
own ``way``. docs/reference/indicators.md has every key.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from madang.district.languages import LANGUAGES
from madang.district.measures import Measures
from madang.district.quantity import find_unit
from madang.district.records import Basis, Text
from madang.errors import BadRequestData, ConfigError
from madang.model.formula import Formula, parse_formula
from madang.model.keys import Document, Key, Place, Reader, Section, Steps, load_document, suggestion

from .values import Indicator

Choose = Literal["standing", "newest", "first", "sum", "each definition"]
BASES: tuple[Basis, ...] = get_args(Basis)
DISTRICT = "district"

INDICATOR = Section(
    "[[indicator]]",
    "One way of computing one indicator.",
    (
        Key("key", "text", "its row of places/indicators.csv", required=True, vocabulary="indicator"),
        Key("formula", "text", "arithmetic over the names of its inputs: numbers, + - * / and brackets", ""),
        Key("method", "text", "a named calculation instead of a formula", "", vocabulary="method"),
        Key("unit", "text", "of the result; `money` stands for the currency of the facts", required=True),
        Key(
            "basis",
            "texts",
            "computed once for each of these, over facts of that basis only",
            BASES,
            choices=BASES,
        ),
        Key("way", "words", "what tells this way from the others of the same indicator", None),
        Key("words", "words", "the calculation in words; a formula's are made from the names of its inputs", None),
        Key("options", "table", "what the method further wants to know", None),
        Key("inputs", "table", "one table for each name of the formula", None),
    ),
)
INPUT = Section(
    "[indicator.inputs.NAME]",
    "Where a name of the formula comes from: facts of the ledger, or the hub.",
    (
        Key("fact", "text", "what the facts measure, a code of places/measures.csv", "", vocabulary="measure"),
        Key("live", "table", "a question to the hub instead of facts of the ledger", None),
        Key("basis", "texts", "facts of these bases, whatever the indicator is computed for", (), choices=BASES),
        Key("boundary", "text", "this boundary, whatever the other inputs have; left out: the same as theirs", ""),
        Key("definition", "text", "only facts with exactly this definition", ""),
        Key("unit", "text", "shown in this unit; left out: as the fact is written", ""),
        Key(
            "choose",
            "text",
            "which of several statements: the standing one, the newest moment, the first, the sum of parts, or one "
            "result for each definition",
            "standing",
            choices=get_args(Choose),
        ),
        Key("designation", "flag", "set by designation (an area): its basis is not part of the result's", False),
    ),
)
SECTIONS = (INDICATOR, INPUT)


@dataclass(frozen=True, slots=True)
class InputSpec:
    """basis: (): that of the run. boundary "": shared with the other inputs. live: as its reader's table of keys made
    it, None for facts."""

    name: str
    fact: str = ""
    live: object = None
    basis: tuple[Basis, ...] = ()
    boundary: str = ""
    definition: str = ""
    unit: str = ""
    choose: Choose = "standing"
    designation: bool = False


@dataclass(frozen=True, slots=True)
class IndicatorSpec:
    """Either formula or method. basis: the runs. way: empty where not given.
    words: the calculation in words, as given or made from the formula."""

    key: str
    formula: Formula | None
    method: str
    unit: str
    basis: tuple[Basis, ...]
    inputs: tuple[InputSpec, ...]
    way: Text = field(default_factory=dict)
    words: Text = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    place: str = ""

    @property
    def runs(self) -> tuple[Basis | None, ...]:
        """Bases to compute for; only (None,) where every input names its own or is live."""
        own = self.inputs and all(one.basis or one.live is not None for one in self.inputs)
        return (None,) if own or self.method else self.basis

    @property
    def over_time(self) -> bool:
        """It is about the time between statements, so that they lie apart is no flaw."""
        return bool(self.method) or any(one.choose == "first" for one in self.inputs)

    def input(self, name: str) -> InputSpec | None:
        return next((one for one in self.inputs if one.name == name), None)


LiveTable = Callable[[Reader, Steps, Mapping[str, Any]], object]
"""Checks the table of a ``live`` key (faults go to the reader) and gives what its InputReader wants."""


def load_specs(
    path: Path,
    catalogue: Mapping[str, Indicator],
    measures: Measures,
    methods: Collection[str],
    live: LiveTable | None = None,
) -> tuple[IndicatorSpec, ...]:
    """Raises ConfigError with every fault as file:line:column. live None: this file has no questions to the hub."""
    return parse_specs(load_document(path, path.name), catalogue, measures, methods, live)


def parse_specs(
    document: Document,
    catalogue: Mapping[str, Indicator],
    measures: Measures,
    methods: Collection[str],
    live: LiveTable | None = None,
) -> tuple[IndicatorSpec, ...]:
    vocabularies = {"indicator": list(catalogue), "measure": list(measures), "method": list(methods)}
    reader = Reader(document, vocabularies=vocabularies)
    for name in document.root:
        if name != "indicator":
            reader.fault(f'unknown table "{name}"{suggestion(name, ["indicator"])}', document.at_key((name,)))
    found = [_indicator(reader, path, table, measures, live) for path, table in reader.tables("indicator", INDICATOR)]
    _check_ways(reader, found)
    if reader.faults:
        raise ConfigError(faults=reader.faults)
    return tuple(found)


def _indicator(
    reader: Reader, path: Steps, table: dict[str, Any], measures: Measures, live: LiveTable | None
) -> IndicatorSpec:
    formula = _formula(reader, path, table)
    inputs = tuple(
        _input(reader, (*path, "inputs", name), name, raw, live) for name, raw in (table["inputs"] or {}).items()
    )
    if formula is not None:
        _check_names(reader, path, formula, inputs)
    if table["method"] and not table["words"]:
        reader.fault("a method needs its words: what is calculated", reader.document.at_key(path))
    _unit(reader, (*path, "unit"), table["unit"])
    return IndicatorSpec(
        table["key"] or "",
        formula,
        table["method"],
        table["unit"] or "",
        cast(tuple[Basis, ...], tuple(table["basis"])),
        inputs,
        table["way"] or {},
        table["words"] or _in_words(formula, inputs, measures),
        table["options"] or {},
        str(reader.document.at_key(path)),
    )


def _formula(reader: Reader, path: Steps, table: dict[str, Any]) -> Formula | None:
    if bool(table["formula"]) == bool(table["method"]):
        reader.fault("[[indicator]] needs either a formula or a method", reader.document.at_key(path))
        return None
    if not table["formula"]:
        return None
    try:
        return parse_formula(table["formula"])
    except ValueError as exc:
        reader.fault(str(exc), reader.document.at_value((*path, "formula")))
        return None


def _input(reader: Reader, path: Steps, name: str, raw: object, live: LiveTable | None) -> InputSpec:
    place = reader.document.at_key(path)
    if not isinstance(raw, dict):
        reader.fault(f'the input "{name}" must be a table such as {{ fact = "jobs" }}', place)
        return InputSpec(name)
    table = reader.table(path, raw, INPUT)
    asked = _live(reader, (*path, "live"), table["live"], live) if table["live"] is not None else None
    if bool(table["fact"]) == (table["live"] is not None):
        reader.fault(f'the input "{name}" needs either fact or live', place)
    if table["unit"]:
        _unit(reader, (*path, "unit"), table["unit"])
    return InputSpec(
        name,
        table["fact"],
        asked,
        cast(tuple[Basis, ...], tuple(table["basis"])),
        table["boundary"],
        table["definition"],
        table["unit"],
        cast(Choose, table["choose"]),
        table["designation"],
    )


def _live(reader: Reader, path: Steps, table: Mapping[str, Any], live: LiveTable | None) -> object:
    if live is None:
        reader.fault("questions to the hub are not asked from this file", reader.document.at_key(path))
        return table
    return live(reader, path, table)


def _unit(reader: Reader, path: Steps, unit: str | None) -> None:
    try:
        find_unit((unit or "").replace("money", "EUR"))
    except BadRequestData as exc:
        reader.fault(exc.detail, reader.document.at_value(path))


def _check_names(reader: Reader, path: Steps, formula: Formula, inputs: tuple[InputSpec, ...]) -> None:
    names = [one.name for one in inputs]
    at: Place = reader.document.at_value((*path, "formula"))
    for name in formula.names:
        if name not in names:
            reader.fault(f'the formula reads "{name}", which is no input{suggestion(name, names)}', at)
    for name in names:
        if name not in formula.names:
            reader.fault(
                f'the formula does not read the input "{name}"', reader.document.at_key((*path, "inputs", name))
            )


def _check_ways(reader: Reader, specs: list[IndicatorSpec]) -> None:
    ways: dict[str, list[str]] = {}
    for index, spec in enumerate(specs):
        known = ways.setdefault(spec.key, [])
        way = spec.way.get("en", "")
        if way in known:
            reader.fault(
                f'"{spec.key}" is computed twice; a further way needs a "way" of its own',
                reader.document.at_key(("indicator", index)),
            )
        known.append(way)


_SIGNS = {"*": "×", "/": "÷", "-": "−"}
_WORD = re.compile(r"[A-Za-z_]\w*|[-*/]")


def _in_words(formula: Formula | None, inputs: Sequence[InputSpec], measures: Measures) -> Text:
    """The formula as a reader says it: ``일자리 ÷ 주택``. Questions to the hub have no name until they are answered."""
    if formula is None or any(one.live is not None for one in inputs):
        return {}
    return {
        lang: said_formula(formula.text, {one.name: _name(one, inputs, measures, lang) for one in inputs})
        for lang in LANGUAGES
    }


def said_formula(text: str, names: Mapping[str, str]) -> str:
    """A formula with a reader's signs, and words for the names of its inputs."""
    words = {**_SIGNS, **names}
    return "".join(words.get(part, part) for part in re.split(f"({_WORD.pattern})", text))


def _name(one: InputSpec, inputs: Sequence[InputSpec], measures: Measures, lang: str) -> str:
    measure = measures.get(one.fact)
    if measure is None:
        return one.name.replace("_", " ")
    # Two inputs of one measure are told apart by their own names.
    twice = sum(other.fact == one.fact for other in inputs) > 1
    return f"{measure.name[lang]} ({one.name})" if twice else measure.name[lang]
