"""Computes indicators for a programme: chooses facts, calculates exactly, and keeps what each number stands on."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import product

from madang.district.book import Book
from madang.district.quantity import Quantity
from madang.district.records import Basis, Confidence, Fact, Quality, Text
from madang.district.wording import worded
from madang.errors import BadRequestData, NotFound

from .arithmetic import Term, currencies, evaluate, quantity_of, term, unit_of
from .methods import METHODS, Worked
from .reading import Candidate, Given, InputReader, WorthOf, gap
from .score import Target, scored
from .spec import DISTRICT, IndicatorSpec, InputSpec
from .values import Gap, Indicator, Input, Result, Results

RESULTS_MAX = 12
"""Most unlike results of one way: more definitions than a reader can tell apart are not multiplied out."""
YEARS_APART = 5
"""Statements further apart than this are combined with a note that says so."""

_QUALITY: Sequence[Quality] = (
    "measured",
    "survey",
    "higher-level",
    "estimate",
    "personal-estimate",
    "not-traceable",
)
_CONFIDENCE: Sequence[Confidence] = ("high", "medium", "low")


def _today() -> date:
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Indicators:
    """The use case. specs: several of one key are ways of computing it. today: the city's day.

    targets: by key, where the city has set one. worth: of a programme's scenario; None where none is kept.
    """

    catalogue: Mapping[str, Indicator]
    specs: Sequence[IndicatorSpec]
    readers: Sequence[InputReader]
    targets: Mapping[str, Target] = field(default_factory=dict)
    today: Callable[[], date] = _today
    worth: WorthOf | None = None

    async def compute(self, book: Book, subject: str, keys: Collection[str] | None = None) -> Results:
        """Every result of every indicator there is a way for, in the catalogue's order; keys: of these only.

        One that cannot be computed has one result without a value, and its gaps. Raises NotFound for a key the
        catalogue does not have.
        """
        for key in keys or ():
            if key not in self.catalogue:
                raise NotFound(key, f"There is no indicator {key[:80]!r}.")
        given = Given.of(book, subject, book.on or self.today(), self.worth)
        found: dict[str, list[Result]] = {}
        for spec in self.specs:
            if keys is None or spec.key in keys:
                found.setdefault(spec.key, []).extend(await self._way(spec, given))
        return {key: self._told(found[key]) for key in self.catalogue if key in found}

    async def require(self, book: Book, subject: str, key: str) -> Sequence[Result]:
        """Results that all have a value. Raises BadRequestData, naming the missing input or the record at fault, where
        none can be computed."""
        return require_values((await self.compute(book, subject, [key])).get(key, ()), key)

    def _told(self, results: list[Result]) -> tuple[Result, ...]:
        """Those with a value; where there is none, the one that came furthest, or lacks least."""
        values = [one for one in results if one.value is not None]
        if not values:
            return (min(results, key=lambda one: (not one.inputs, len(one.gaps))),)
        return tuple(scored(one, self.targets.get(one.indicator.key)) for one in values)

    async def _way(self, spec: IndicatorSpec, given: Given) -> list[Result]:
        if spec.method:
            return [_worked(self.catalogue[spec.key], spec, given, one) for one in METHODS[spec.method](spec, given)]
        return [result for basis in _runs(spec, given) for result in await self._run(spec, given, basis)]

    async def _run(self, spec: IndicatorSpec, given: Given, basis: Basis | None) -> list[Result]:
        indicator = self.catalogue[spec.key]
        found: list[Sequence[Candidate]] = []
        gaps: list[Gap] = []
        for wanted in spec.inputs:
            try:
                read = await self._read(wanted, given, basis)
            except BadRequestData as exc:
                read = gap(wanted.name, exc.detail, exc.detail)
            if isinstance(read, Gap):
                gaps.append(read)
            else:
                found.append(read)
        if gaps:
            return [_without(indicator, spec, given, gaps)]
        combinations = list(_combinations(found))
        if not combinations:
            inputs = tuple(one.input for each in found for one in each)
            return [replace(_without(indicator, spec, given, [_unlike(spec, found)]), inputs=inputs)]
        return [_computed(indicator, spec, given, one) for one in combinations[:RESULTS_MAX]]

    async def _read(self, wanted: InputSpec, given: Given, basis: Basis | None) -> Sequence[Candidate] | Gap:
        for reader in self.readers:
            if reader.takes(wanted):
                return await reader.read(wanted, given, basis)
        return gap(
            wanted.name,
            "이 값은 허브에서 읽으며, 지금은 읽을 수 없습니다.",
            "This is read from the hub, which is not asked here.",
        )


def require_values(results: Sequence[Result], key: str) -> list[Result]:
    """Those with a value. Raises BadRequestData, naming what is missing, where there is none."""
    if not results:
        raise BadRequestData(f"{key} is not computed: it has no formula yet.", key)
    values = [one for one in results if one.value is not None]
    if not values:
        gaps = results[0].gaps
        raise BadRequestData(gaps[0].what["en"], f"{results[0].subject}/{key}/{gaps[0].name}")
    return values


def _runs(spec: IndicatorSpec, given: Given) -> Sequence[Basis | None]:
    """Bases of which there is a fact at all; the first where there is none, so that its gaps are told."""
    there = {basis for one in spec.inputs if not one.basis for basis in given.bases.get(one.fact, ())}
    return [basis for basis in spec.runs if basis in there] or spec.runs[:1]


def _combinations(found: Sequence[Sequence[Candidate]]) -> Iterator[tuple[Candidate, ...]]:
    """Candidates that may stand in one formula: of one boundary, and of one definition where several inputs have it.

    The district as a whole stands before its parts.
    """
    boundaries = _shared({one.boundary for one in each if one.boundary is not None} for each in found)
    for boundary in [DISTRICT] if DISTRICT in boundaries else sorted(boundaries) or [""]:
        there = [[one for one in each if one.boundary in (boundary, None)] for each in found]
        labels = [{one.definition for one in each if one.definition} for each in there]
        yield from (one for one in product(*there) if _one_definition(one, labels))


def _shared(sets: Iterable[set[str]]) -> set[str]:
    """In all that are not empty (an empty one fits any)."""
    named = [one for one in sets if one]
    return set.intersection(*named) if named else set()


def _one_definition(candidates: tuple[Candidate, ...], labels: list[set[str]]) -> bool:
    for index, one in enumerate(candidates):
        for other_index in range(index):
            other = candidates[other_index]
            if one.definition != other.definition and labels[index] & labels[other_index]:
                return False
    return True


def _unlike(spec: IndicatorSpec, found: Sequence[Sequence[Candidate]]) -> Gap:
    """No boundary that all inputs have."""
    named = [
        (wanted.name, sorted({one.boundary or "" for one in each}))
        for wanted, each in zip(spec.inputs, found, strict=True)
    ]
    each = "; ".join(f"{name}: {', '.join(boundaries)}" for name, boundaries in named if boundaries != [""])
    return gap(
        spec.inputs[-1].name,
        f"값들의 구역이 서로 달라 나누지 않습니다 ({each}). 같은 구역의 값이 있어야 계산됩니다.",
        f"The figures are of different areas ({each}); they are not combined. Enter them for the same boundary.",
    )


def _computed(indicator: Indicator, spec: IndicatorSpec, given: Given, candidates: tuple[Candidate, ...]) -> Result:
    inputs = tuple(one.input for one in candidates)
    try:
        value = _value(spec, inputs)
    except BadRequestData as exc:
        return replace(_without(indicator, spec, given, [gap(inputs[-1].name, exc.detail, exc.detail)]), inputs=inputs)
    if any(isinstance(one.value, Quantity) and one.value.approximate for one in inputs):
        value = replace(value, approximate=True)
    bases = {one.input.name: one.basis for one in candidates if one.basis}
    boundary = next((one.boundary for one in candidates if one.boundary), "")
    definitions = [one.definition for one in candidates if one.definition]
    return _result(indicator, spec, given, value, inputs, bases, boundary, definitions)


def _value(spec: IndicatorSpec, inputs: Sequence[Input]) -> Quantity:
    if spec.formula is None:
        raise BadRequestData(f"{spec.key} has no formula.", spec.place)
    first = {one.name for one in spec.inputs if one.choose == "first"}
    if first and len({one.facts for one in inputs}) < len(inputs):
        raise BadRequestData("There is only one statement: nothing to hold it against yet.")
    terms = {one.name: _term(one) for one in inputs}
    return quantity_of(evaluate(spec.formula.root, terms), unit_of(spec.unit, _currency(terms)))


def _term(one: Input) -> Term:
    if not isinstance(one.value, Quantity):
        raise BadRequestData(f"{one.name} is a date; a formula needs a figure.")
    return term(one.value, one.name)


def _currency(terms: Mapping[str, Term]) -> str:
    found = sorted(currencies(terms))
    if len(found) > 1:
        raise BadRequestData(f"The amounts are in {' and '.join(found)}; they are not combined without a dated rate.")
    return found[0] if found else ""


def _worked(indicator: Indicator, spec: IndicatorSpec, given: Given, worked: Worked) -> Result:
    """What a method found, as a result."""
    if worked.value is None:
        return replace(_without(indicator, spec, given, worked.gaps), inputs=worked.inputs)
    definitions = [worked.definition] if worked.definition else []
    result = _result(
        indicator,
        spec,
        given,
        worked.value,
        worked.inputs,
        worked.bases,
        worked.boundary,
        definitions,
        worked.said,
    )
    return replace(result, note=_joined([note for note in (worked.note, result.note) if note]), gaps=worked.gaps)


def _result(
    indicator: Indicator,
    spec: IndicatorSpec,
    given: Given,
    value: Quantity,
    inputs: tuple[Input, ...],
    bases: Mapping[str, Basis],
    boundary: str,
    definitions: Sequence[str],
    said: Text | None = None,
) -> Result:
    inputs = tuple(_titled(one, given) for one in inputs)
    facts = [fact for one in inputs for fact in one.facts]
    agreed = set(bases.values())
    coverages = [one.live.coverage for one in inputs if one.live and one.live.coverage is not None]
    apart = None if spec.over_time else _apart(inputs)
    notes = [note for note in (_mixed(bases, inputs), apart, _refined(inputs)) if note]
    label = _label(spec, said, definitions, given)
    return Result(
        indicator,
        given.subject,
        value,
        spec.formula.text if spec.formula else spec.method,
        inputs,
        basis=agreed.pop() if len(agreed) == 1 else "",
        boundary=boundary,
        definition=label.get("en", ""),
        as_of=_newest(facts, inputs),
        quality=max((fact.quality for fact in facts), key=_QUALITY.index, default=None),
        confidence=max((fact.confidence for fact in facts), key=_CONFIDENCE.index, default=None),
        coverage=min(coverages, default=None),
        note=_joined(notes),
        words=spec.words,
        label=label or None,
    )


def _label(spec: IndicatorSpec, said: Text | None, definitions: Sequence[str], given: Given) -> Text:
    """Way, which of a method's results, and the facts' definitions, in every language there are words for."""
    each = [one for one in (spec.way, said) if one]
    if not definitions and len(each) < 2:
        return each[0] if each else {}
    found: dict[str, str] = {}
    for lang in ("en", "ko", "fr", "de"):
        words = [one.get(lang) or one["en"] for one in each]
        words += [
            " + ".join(worded(given.book.wording, part, lang) for part in one.split(" + ")) for one in definitions
        ]
        if words:
            found[lang] = "; ".join(dict.fromkeys(words))
    return found


def _titled(one: Input, given: Given) -> Input:
    measure = given.book.measures.get(one.facts[0].measure) if one.facts and not one.title else None
    return replace(one, title=measure.name) if measure else one


def _without(indicator: Indicator, spec: IndicatorSpec, given: Given, gaps: Sequence[Gap]) -> Result:
    formula = spec.formula.text if spec.formula else spec.method
    label = _label(spec, None, (), given)
    return Result(
        indicator,
        given.subject,
        None,
        formula,
        gaps=tuple(gaps),
        definition=label.get("en", ""),
        words=spec.words,
        label=label or None,
    )


def _newest(facts: Sequence[Fact], inputs: Sequence[Input]) -> str:
    """The newest moment among the inputs, as it was written."""
    moments = [when for fact in facts if (when := fact.as_of or fact.stated)]
    live = [one.live.period[1] for one in inputs if one.live and one.live.period]
    newest = max(moments, key=lambda when: (when.last, when.first), default=None)
    if live and (newest is None or max(live).date() > newest.last):
        return max(live).date().isoformat()
    return newest.text if newest else ""


_BASES_KO: Mapping[str, str] = {"plan": "계획", "claim": "주장", "forecast": "전망", "actual": "실적"}


def _mixed(bases: Mapping[str, Basis], inputs: Sequence[Input]) -> Text | None:
    if len(set(bases.values())) < 2:
        return None
    titles = {one.name: one.title for one in inputs if one.title}
    ko = ", ".join(f"{titles.get(name, {}).get('ko', name)} {_BASES_KO[basis]}" for name, basis in bases.items())
    en = ", ".join(f"{titles.get(name, {}).get('en', name)} {basis}" for name, basis in bases.items())
    return {
        "ko": f"서로 다른 바탕의 값을 함께 썼습니다: {ko}.",
        "en": f"Figures of different bases stand together: {en}.",
    }


def _apart(inputs: Sequence[Input]) -> Text | None:
    stated = [one.facts[0].stated for one in inputs if one.facts]
    years = [when.last.year for when in stated if when is not None]
    if not years or max(years) - min(years) <= YEARS_APART:
        return None
    apart = max(years) - min(years)
    return {
        "ko": f"값들이 발표된 때가 {apart}년 떨어져 있습니다 ({min(years)}, {max(years)}).",
        "en": f"The figures were stated {apart} years apart ({min(years)}, {max(years)}).",
    }


def _refined(inputs: Sequence[Input]) -> Text | None:
    finer = [one for one in inputs if len(one.facts) > 1 and not _is_sum(one)]
    if not finer:
        return None
    each = "; ".join(f"{_written(one.facts[0])} ← {_written(one.facts[-1])}" for one in finer)
    return {
        "ko": f"새 발표의 어림수와 맞는 더 정확한 값을 썼습니다 ({each}).",
        "en": f"The finer figure that agrees with the newer, rounder one is used ({each}).",
    }


def _is_sum(one: Input) -> bool:
    return isinstance(one.value, Quantity) and not one.value.as_written and len({f.definition for f in one.facts}) > 1


def _written(fact: Fact) -> str:
    if isinstance(fact.value, Quantity):
        return f"{fact.value.as_written} {fact.value.unit}"
    return str(fact.value)


def _joined(notes: Sequence[Text]) -> Text | None:
    if not notes:
        return None
    return {lang: " ".join(note[lang] for note in notes) for lang in ("ko", "en")}
