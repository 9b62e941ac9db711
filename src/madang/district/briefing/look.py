"""What every section looks at, and how facts become figures with their footnotes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from madang.district.book import Book
from madang.district.charts.parcels import Outline
from madang.district.charts.svg import Format
from madang.district.format import show
from madang.district.indicators.values import Results
from madang.district.pictures import said
from madang.district.quantity import Quantity, agrees, find_unit
from madang.district.rates import Converted, Rates
from madang.district.records import Basis, Fact, Programme, Source, Text
from madang.district.when import When, format_when
from madang.district.wording import Wording, worded
from madang.errors import BadRequestData

from .forecast import Forecast
from .values import Figure, Ground, Line, Words
from .words import Value, fill, say

DISTRICT = "district"
COARSE = Fraction(1, 25)
"""Step of a written figure, relative to it, up to which a more precise one may stand for it."""
ARTICLE = "CNB뉴스 2016-08-29"
"""Source title of the article of 2016, whose figures stand beside what later sources say."""

_HANGUL = re.compile("[가-힣]")
_MARKED = {"de": re.compile(r"\b(und|der|die|das|von|rund|etwa|bis|mehr|wurde|ist|für)\b|[äöüß]"),
           "fr": re.compile(r"\b(le|la|les|des|du|et|une|de|dans|est)\b|[éèàç]")}  # fmt: skip


def language_of(text: str) -> str:
    """Of a source's words, as a screen reader needs to know it: ko, de, fr, else en."""
    if _HANGUL.search(text):
        return "ko"
    found = {lang: len(form.findall(text.lower())) for lang, form in _MARKED.items()}
    best = max(found, key=lambda lang: found[lang])
    return best if found[best] else "en"


@dataclass(frozen=True, slots=True)
class Look:
    """own: the programme that is briefed on. city: its name. outlines: parts of the city, () where none are known.

    digest: of all records. forecast: of the city's scenario, None without one. results: programme -> its indicators,
    those that the comparison asks for.
    """

    book: Book
    own: Programme
    lang: str
    city: Text
    wording: Wording
    rates: Rates | None
    outlines: tuple[Outline, ...]
    digest: str
    forecast: Forecast | None
    results: Mapping[str, Results] = field(default_factory=dict)

    # -------------------------------------------------------------------------------------------- words

    def say(self, key: str) -> str:
        return say(key, self.lang)

    def words(self, key: str) -> Line:
        return (Words(say(key, self.lang)),)

    def line(self, key: str, **values: Value) -> Line | None:
        return fill(key, self.lang, **values)

    def name(self, programme: Programme) -> str:
        return said(programme.name, self.lang)

    def measure(self, code: str) -> str:
        measure = self.book.measures.get(code)
        return said(measure.name, self.lang) if measure else code.replace("_", " ")

    def worded(self, text: str) -> str:
        return worded(self.wording, text, self.lang)

    def scope(self, fact: Fact) -> str:
        """Area and definition where they are not the plain ones, "" else."""
        area = "" if fact.boundary == DISTRICT else self.worded(fact.boundary)
        return " · ".join(filter(None, (area, self.worded(fact.definition) if fact.definition else "")))

    def number(self, unit: str) -> Format:
        """How charts write a computed number of a unit."""
        there = find_unit(unit)
        return lambda value: show(Quantity(Fraction(value), Fraction(value), there), self.lang).primary

    def counted(self, unit: str) -> Format:
        """How charts write a whole number of things."""
        return lambda value: show(whole(value, unit), self.lang).primary

    def share(self) -> Format:
        return lambda value: show(whole(value * 100, "%"), self.lang).primary

    # ------------------------------------------------------------------------------------------- figures

    def ground(self, fact: Fact) -> Ground:
        stated = fact.stated or fact.as_of
        return Ground(
            "statement",
            fact.source.title,
            fact.source.url,
            format_when(stated, self.lang) if stated else "",
            fact.source.quote,
            language_of(fact.source.quote) if fact.source.quote else "",
            self.say(f"quality.{fact.quality}"),
            self.say(f"confidence.{fact.confidence}"),
        )

    def source_ground(self, source: Source, stated: When | None) -> Ground:
        """Of a record that carries no data quality of its own: a baseline, a phase, an agreement."""
        told = format_when(stated, self.lang) if stated else ""
        quote_lang = language_of(source.quote) if source.quote else ""
        return Ground("statement", source.title, source.url, told, source.quote, quote_lang)

    @property
    def ledger(self) -> Ground:
        """What was counted in the ledger itself."""
        return Ground("ledger", self.say("ground.ledger"), note=self.say("ground.ledger.note"))

    def figure(self, fact: Fact | None, *, both: bool = False, strong: bool = False) -> Figure | None:
        """both: also in the other unit, where there is one."""
        if fact is None:
            return None
        return Figure(self.value(fact, both=both), (self.ground(fact),), strong)

    def value(self, fact: Fact, *, both: bool = False) -> str:
        if fact.quantity is not None:
            shown = show(fact.quantity, self.lang)
            return str(shown) if both else shown.primary
        return format_when(fact.when, self.lang) if fact.when else str(fact.value)

    def quantity(self, quantity: Quantity, *facts: Fact, both: bool = False, more: tuple[Ground, ...] = ()) -> Figure:
        """A computed one, with what it was computed from."""
        shown = show(quantity, self.lang)
        return Figure(str(shown) if both else shown.primary, (*map(self.ground, facts), *more))

    def when(self, when: When | None, *facts: Fact) -> Figure | None:
        return Figure(format_when(when, self.lang), tuple(map(self.ground, facts))) if when and facts else None

    def month(self, day: date, *facts: Fact, more: tuple[Ground, ...] = ()) -> Figure:
        """A computed date, to the month: more precision would be false."""
        text = f"{day.year:04}-{day.month:02}"
        return Figure(format_when(When(day, day, text), self.lang), (*(self.ground(fact) for fact in facts), *more))

    def told(self, text: str, *grounds: Ground) -> Line:
        """Words of a record: with its footnote where they hold a number."""
        if not text:
            return ()
        return (Figure(text, grounds),) if any(sign.isdigit() for sign in text) else (Words(text),)

    def scoped(self, fact: Fact, form: str = " ({})") -> Line:
        """Area and definition behind a value, where they are not the plain ones."""
        scope = self.scope(fact)
        return self.told(form.format(scope), self.ground(fact)) if scope else ()

    def count(self, number: int, key: str, *grounds: Ground) -> Figure:
        """A number of things, with their word: ``count.<key>`` of the texts. No ground: counted in the ledger."""
        return Figure(self.say(f"count.{key}").format(n=number), grounds or (self.ledger,))

    def cell(self, fact: Fact | None, *, both: bool = False) -> Line:
        figure = self.figure(fact, both=both)
        return (figure,) if figure else self.none

    @property
    def none(self) -> Line:
        return (Words("–"),)

    def stated(self, fact: Fact) -> Line:
        when = fact.stated or fact.as_of
        return (Figure(format_when(when, self.lang), (self.ground(fact),)),) if when else self.none

    # --------------------------------------------------------------------------------------------- facts

    def facts(self, measure: str, *bases: Basis, subject: str = "", boundary: str | None = DISTRICT) -> list[Fact]:
        """Oldest statement first. subject "": the own programme."""
        return self.book.facts_of(subject or self.own.id, measure, *bases, boundary=boundary)

    def newest(self, measure: str, *bases: Basis, subject: str = "", definition: str | None = None) -> Fact | None:
        """The newest statement; of those that say the same, the one with most digits."""
        found = [
            fact
            for fact in self.facts(measure, *bases, subject=subject)
            if definition is None or fact.definition == definition
        ]
        return settled(primary(found))

    def in_euro(self, fact: Fact) -> tuple[Quantity, tuple[Ground, ...]] | None:
        """Money in euro at the rate of the month it was stated in, with the rate as a ground; None without a rate."""
        stated = fact.stated or fact.as_of
        if fact.quantity is None or fact.quantity.bound or not fact.quantity.unit.currency or stated is None:
            return None
        if fact.quantity.unit.currency == "EUR":
            return fact.quantity.to("EUR"), ()
        if self.rates is None:
            return None
        try:
            done = self.rates.convert(fact.quantity, "EUR", stated.first)
        except BadRequestData:
            return None
        return done.quantity, (self.rate_ground(done),)

    def rate_ground(self, done: Converted) -> Ground:
        told = "; ".join(f"EUR 1 = {rate.quote} {rate.value}" for rate in done.used)
        day = format_when(When(done.rate_date, done.rate_date, done.rate_date.isoformat()), self.lang)
        return Ground("rate", done.source, stated=day, note=told)

    @property
    def day(self) -> date:
        """Of the newest statement about the programme: the briefing's own today, so that it does not change by itself.

        What a source dates only by year counts from its first day.
        """
        days = [fact.stated.first for fact in self.book.facts if fact.subject == self.own.id and fact.stated]
        return max(days, default=date(1970, 1, 1))


def primary(facts: Sequence[Fact]) -> list[Fact]:
    """Without what a travel report said of other districts, where anybody else says something as well."""
    return [fact for fact in facts if not fact.source.title.startswith(ARTICLE)] or list(facts)


def settled(facts: Sequence[Fact]) -> Fact | None:
    """The last one, or an earlier one that says the same with more digits (8 493 for 8 500).

    10 billion may stand for anything from 5 to 15: so coarse a figure does not stand for an earlier one.
    """
    if not facts:
        return None
    last = facts[-1]
    if last.quantity is None or last.quantity.step > abs(last.quantity.middle) * COARSE:
        return last
    finer = [one for one in facts if one.quantity is not None and one.definition == last.definition
             and one.quantity.digits > last.quantity.digits and agrees(last.quantity, one.quantity)]  # fmt: skip
    return finer[-1] if finer else last


def whole(value: float | Fraction, unit: str) -> Quantity:
    """Rounded to one: as exact as a reader needs it."""
    number = Fraction(round(value))
    return Quantity(number, number, find_unit(unit), step=Fraction(1))


def drawn_on(start: date, seen: date, share: Fraction) -> date:
    """When works end that go on as they went until a day."""
    return start + timedelta(days=round((seen - start).days / share))
