"""Why a number is what it is: formula in words, every input with its footnote, conversions, gaps; and the same as JSON.

explain(result, lang) -> Why
result_json(result) -> dict
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madang.district.format import COMPUTED_DIGITS, Shown, show
from madang.district.quantity import UNITS, Quantity, decimal
from madang.district.records import Fact, Text
from madang.district.rows import local_id
from madang.district.when import When, format_when

from .spec import said_formula
from .values import Input, LiveReading, Result


@dataclass(frozen=True, slots=True)
class Footnote:
    """One fact as it was stated. value: as written, with its unit. stated, as_of: in words, "" where not known."""

    fact: str
    value: str
    source: str
    url: str
    quote: str
    stated: str
    as_of: str
    basis: str
    boundary: str
    definition: str
    quality: str
    confidence: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class WhyInput:
    """name: in the formula; title: in words. conversion: "" where the figure was used in the unit it was written in.

    assumed: the assumption, where there is neither fact nor reading.
    """

    name: str
    title: str
    value: str
    conversion: str
    footnotes: tuple[Footnote, ...]
    live: LiveReading | None
    assumed: str


@dataclass(frozen=True, slots=True)
class Why:
    """Everything a page or briefing says about one result, in one language. value "" where there is none.

    words: the formula in words. note: what a reader must know. gaps: what is missing and how to fill it.
    verified: False where the indicator's definition is from memory.
    """

    key: str
    code: str
    framework: str
    name: str
    verified: bool
    value: str
    label: str
    formula: str
    words: str
    inputs: tuple[WhyInput, ...]
    gaps: tuple[str, ...]
    note: str
    basis: str
    boundary: str
    as_of: str
    quality: str
    confidence: str
    score: float | None
    band: int | None

    @property
    def footnotes(self) -> Sequence[Footnote]:
        """Of all inputs, each fact once, in their order."""
        found = {one.fact: one for each in self.inputs for one in each.footnotes}
        return list(found.values())


def explain(result: Result, lang: str) -> Why:
    """lang: ko, en, fr or de; what has no words in it is said in English."""
    indicator = result.indicator
    return Why(
        indicator.key,
        indicator.code,
        indicator.framework,
        pick_text(indicator.name, lang),
        indicator.evidence != "recall",
        str(show_value(result.value, lang)) if result.value is not None else "",
        pick_text(result.label, lang),
        result.formula,
        pick_text(result.words, lang) or _said(result, lang),
        tuple(_input(one, lang) for one in result.inputs),
        tuple(pick_text(one.what, lang) for one in result.gaps),
        pick_text(result.note, lang),
        result.basis,
        result.boundary,
        result.as_of,
        result.quality or "",
        result.confidence or "",
        result.score,
        result.band,
    )


def _said(result: Result, lang: str) -> str:
    """Where the formula asks the hub: with the titles of its answers; without titles our own short words, if any."""
    titles = {one.name: pick_text(one.title, lang) for one in result.inputs if one.title}
    if titles or not result.indicator.formula:
        return said_formula(result.formula, titles) if result.inputs else ""
    return result.indicator.formula


def show_value(quantity: Quantity, lang: str) -> Shown:
    """A result in words. An amount of money has a fourth digit where the third alone would misround it: 308.5 M."""
    if not quantity.unit.dimension.startswith("money") or quantity.low != quantity.high or not quantity.low:
        return show(quantity, lang)
    three = f"{decimal(abs(quantity.low), COMPUTED_DIGITS):e}"
    four = f"{decimal(abs(quantity.low), COMPUTED_DIGITS + 1):e}"
    return show(quantity, lang, COMPUTED_DIGITS + (float(three) != float(four)))


def pick_text(text: Text | None, lang: str) -> str:
    if not text:
        return ""
    return text.get(lang) or text.get("en") or next(iter(text.values()), "")


def _input(one: Input, lang: str) -> WhyInput:
    return WhyInput(
        one.name,
        pick_text(one.title, lang) or one.name,
        _shown(one.value, lang),
        _conversion(one),
        tuple(footnote(fact, lang) for fact in one.facts),
        one.live,
        one.assumed,
    )


def footnote(fact: Fact, lang: str) -> Footnote:
    """A fact as a footnote says it."""
    return Footnote(
        local_id(fact.id),
        written(fact),
        fact.source.title,
        fact.source.url,
        fact.source.quote,
        format_when(fact.stated, lang) if fact.stated else "",
        format_when(fact.as_of, lang) if fact.as_of else "",
        fact.basis,
        fact.boundary,
        fact.definition,
        fact.quality,
        fact.confidence,
        fact.entry.status,
        fact.note,
    )


def written(fact: Fact) -> str:
    """The value as the source wrote it, with its unit."""
    if isinstance(fact.value, Quantity):
        return f"{fact.value.as_written or plain(fact.value)} {fact.value.unit.symbol}"
    return str(fact.value)


def plain(quantity: Quantity) -> str:
    """Low and high as decimals; one where they are one. Exact within 12 digits."""
    low, high = (f"{decimal(end, 12).normalize():f}" for end in (quantity.low, quantity.high))
    return low if low == high else f"{low}–{high}"


def _shown(value: Quantity | When, lang: str) -> str:
    return str(show(value, lang)) if isinstance(value, Quantity) else format_when(value, lang)


def _conversion(one: Input) -> str:
    """``8493 억 KRW = 849300000000 KRW``: what was calculated with, where it was written in another unit."""
    if not isinstance(one.value, Quantity) or not one.facts:
        return ""
    value = one.value
    base = _BASE.get(value.unit.dimension)
    fact = one.facts[0].value
    if isinstance(fact, Quantity) and fact.unit != value.unit:
        return f"{written(one.facts[0])} = {plain(value)} {value.unit.symbol}"
    if base is None or value.unit.factor == 1 or value.unit.dimension == "share":
        return ""
    return f"{plain(value)} {value.unit.symbol} = {plain(value.to(base))} {base}"


_BASE: Mapping[str, str] = {unit.dimension: unit.symbol for unit in UNITS.values() if unit.factor == 1}
"""Dimension -> the unit that calculations use."""


def result_json(result: Result) -> dict[str, Any]:
    """JSON members, times and ids as text. value: low and high as decimals, exact as a fraction."""
    return {
        "key": result.indicator.key,
        "framework": result.indicator.framework,
        "code": result.indicator.code,
        "name": dict(result.indicator.name),
        "definitionVerified": result.indicator.evidence != "recall",
        "subject": result.subject,
        "value": _quantity_json(result.value) if result.value is not None else None,
        "label": dict(result.label or {}),
        "formula": result.formula,
        "words": dict(result.words or {}),
        "inputs": [_input_json(one) for one in result.inputs],
        "gaps": [{"name": one.name, "what": dict(one.what)} for one in result.gaps],
        "basis": result.basis,
        "boundary": result.boundary,
        "definition": result.definition,
        "asOf": result.as_of,
        "quality": result.quality,
        "confidence": result.confidence,
        "coverage": result.coverage,
        "score": result.score,
        "band": result.band,
        "note": dict(result.note or {}),
    }


def _quantity_json(quantity: Quantity) -> dict[str, Any]:
    return {
        "low": float(quantity.low),
        "high": float(quantity.high),
        "exact": [str(quantity.low), str(quantity.high)],
        "unit": quantity.unit.symbol,
        "unitCode": quantity.unit.unit_code,
        "approximate": quantity.approximate,
    }


def _input_json(one: Input) -> dict[str, Any]:
    value = one.value
    return {
        "name": one.name,
        "title": dict(one.title or {}),
        "value": _quantity_json(value) if isinstance(value, Quantity) else {"date": value.text},
        "facts": [_fact_json(fact) for fact in one.facts],
        "assumed": one.assumed,
        "live": _live_json(one.live) if one.live else None,
    }


def _fact_json(fact: Fact) -> dict[str, Any]:
    return {
        "id": fact.id,
        "value": written(fact),
        "basis": fact.basis,
        "boundary": fact.boundary,
        "definition": fact.definition,
        "asOf": fact.as_of.text if fact.as_of else "",
        "stated": fact.stated.text if fact.stated else "",
        "source": fact.source.title,
        "url": fact.source.url,
        "quote": fact.source.quote,
        "quality": fact.quality,
        "confidence": fact.confidence,
        "status": fact.entry.status,
    }


def _live_json(live: LiveReading) -> dict[str, Any]:
    return {
        "question": live.question,
        "entities": live.entities,
        "period": [at.isoformat() for at in live.period] if live.period else None,
        "coverage": live.coverage,
    }
