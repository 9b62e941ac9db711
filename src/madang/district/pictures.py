"""Charts of what a ledger says: from records to a picture's data. The same for the console's pages and the briefing."""

from collections.abc import Mapping
from datetime import date

from .book import Book
from .charts import baselines as chart
from .charts.palette import Palette
from .charts.scale import Span
from .records import Baseline, Fact, Text
from .rows import local_id
from .when import YEARS, When, format_when, months_between, on_day

MARKS: Mapping[str, chart.Kind] = {"groundbreaking": "start", "first_tenants": "tenants", "completion": "completion"}
"""Measures that the timeline shows, and their marks."""

_TITLE = {
    "ko": "계획마다 약속한 때",
    "en": "What each plan promised, and when",
    "fr": "Ce que chaque plan promettait, et pour quand",
    "de": "Was jeder Plan versprach, und für wann",
}
_WHAT = {
    "ko": "줄마다 한 번의 발표입니다. 오른쪽일수록 늦은 날짜입니다. 빈 표시는 계획, 채운 표시는 이루어진 일입니다.",
    "en": "Each row is one announcement. Further right is later; hollow marks were planned, filled ones happened.",
    "fr": "Chaque ligne est une annonce. Plus à droite, plus tard ; marques vides : prévu, marques pleines : réalisé.",
    "de": "Jede Zeile ist eine Bekanntgabe. Weiter rechts ist später; hohle Zeichen: geplant, gefüllte: geschehen.",
}
_HAPPENED = {"ko": "실제", "en": "Happened", "fr": "Réalisé", "de": "Geschehen"}
# kept; then later and sooner, each for one month, months, one year, years
_SLIP: Mapping[str, tuple[str, ...]] = {
    "ko": ("그대로", "{}개월 늦음", "{}개월 늦음", "{}년 늦음", "{}년 늦음",
           "{}개월 빠름", "{}개월 빠름", "{}년 빠름", "{}년 빠름"),
    "en": ("unchanged", "{} month later", "{} months later", "{} year later", "{} years later",
           "{} month sooner", "{} months sooner", "{} year sooner", "{} years sooner"),
    "fr": ("inchangé", "{} mois plus tard", "{} mois plus tard", "{} an plus tard", "{} ans plus tard",
           "{} mois plus tôt", "{} mois plus tôt", "{} an plus tôt", "{} ans plus tôt"),
    "de": ("unverändert", "{} Monat später", "{} Monate später", "{} Jahr später", "{} Jahre später",
           "{} Monat früher", "{} Monate früher", "{} Jahr früher", "{} Jahre früher"),
}  # fmt: skip


def said(texts: Text, lang: str) -> str:
    """One language of a text; English, else whatever there is, where it lacks that language."""
    return texts.get(lang) or texts.get("en") or next(iter(texts.values()), "")


def day_text(day: date, lang: str) -> str:
    """In words; a day outside the years that sources speak of as it was asked."""
    return format_when(on_day(day), lang) if day.year in YEARS else day.isoformat()


def slip_text(months: int, lang: str) -> str:
    """A slip in months as people say it; years where they are whole."""
    words = _SLIP.get(lang, _SLIP["en"])
    if months == 0:
        return words[0]
    years = months % 12 == 0
    count = abs(months) // 12 if years else abs(months)
    return words[(1 if months > 0 else 5) + 2 * years + (count > 1)].format(count)


def facts_named(book: Book, baseline: Baseline, measure: str) -> list[Fact]:
    return [fact for fact in book.facts_of_baseline(baseline.id) if fact.measure == measure]


def timeline(book: Book, subject: str, palette: Palette, width: float, lang: str, *, on: date | None = None) -> str:
    """The promises of every baseline as SVG, and below them what happened. on: a day to draw a line at, named so."""
    first_end: When | None = None
    rows = []
    for one in book.baselines_of(subject):
        ends = [fact.when for fact in facts_named(book, one, "completion") if fact.when]
        first_end = first_end or (ends[0] if ends else None)
        note = slip_text(months_between(first_end, ends[0]).months, lang) if first_end and ends else ""
        marks = [_mark(kind, fact, lang) for name, kind in MARKS.items() for fact in facts_named(book, one, name)]
        label = f"{one.number} · {format_when(one.stated, lang)}"
        told = tuple(mark for mark in marks if mark)
        rows.append(chart.Baseline(local_id(one.id), label, one.stated.first, told, note, said(one.title, lang)))
    happened = _happened(book, subject, lang)
    if happened:
        rows.append(chart.Baseline("actual", _in(_HAPPENED, lang), happened[0].when.first, happened))
    data = chart.Baselines(_in(_TITLE, lang), _in(_WHAT, lang), tuple(rows), on, day_text(on, lang) if on else "")
    return chart.draw_baselines(data, palette, width, lang)


def _happened(book: Book, subject: str, lang: str) -> tuple[chart.Milestone, ...]:
    marks = [
        _mark(kind, fact, lang, actual=True)
        for name, kind in MARKS.items()
        for fact in book.facts_of(subject, name, "actual")
    ]
    return tuple(dict.fromkeys(mark for mark in marks if mark))


def _mark(kind: chart.Kind, fact: Fact, lang: str, *, actual: bool = False) -> chart.Milestone | None:
    when = fact.when
    return chart.Milestone(kind, Span(when.first, when.last, format_when(when, lang)), actual) if when else None


def _in(texts: Mapping[str, str], lang: str) -> str:
    return texts.get(lang, texts["en"])
