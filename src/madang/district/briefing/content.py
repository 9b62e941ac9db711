"""What the briefing says: every section from the ledger's records, in one language."""

import hashlib
from collections.abc import Callable, Mapping, Sequence

from madang.district.book import Book
from madang.district.charts.parcels import Outline
from madang.district.indicators.values import Results
from madang.district.pictures import said
from madang.district.rates import Rates
from madang.district.records import Programme, Text
from madang.district.when import When, format_when
from madang.district.wording import Wording
from madang.errors import InvalidRequest, NotFound

from .forecast import Forecast
from .look import Look
from .package import record_lines
from .sections.change import change
from .sections.cluster import cluster
from .sections.comparison import INDICATORS, comparison
from .sections.jobs import jobs
from .sections.land import land
from .sections.method import method
from .sections.money import PER, money
from .sections.offer import offer
from .sections.outlook import outlook
from .sections.risks import risks
from .sections.scenario import scenario
from .values import Briefing, Section
from .words import LANGUAGES, say

SECTIONS: Sequence[Callable[[Look], Section | None]] = (
    offer, change, land, money, jobs, comparison, outlook, scenario, cluster, risks, method,
)  # fmt: skip
NEEDED: tuple[str, ...] = tuple(dict.fromkeys((*(key for key, _ in INDICATORS.values()), *PER.values())))
"""Keys of the indicators that a briefing stands on."""

FRAME = ("kicker", "data.of", "digest", "page", "notes.title", "notes.lead", "contents", "figures.of", "note.back",
         "note", "stated", "confidence")  # fmt: skip


def compose(
    book: Book,
    lang: str,
    *,
    city: Text,
    subject: str = "",
    wording: Wording | None = None,
    rates: Rates | None = None,
    outlines: tuple[Outline, ...] = (),
    forecast: Forecast | None = None,
    results: Mapping[str, Results] | None = None,
) -> Briefing:
    """The briefing on one programme. subject: its entity id; "": the city's own with most plans.

    wording, rates, outlines, forecast: left out where a city has none; what needs them is then left out as well.
    results: programme -> its indicators, of those NEEDED. Raises InvalidRequest for a language it does not speak,
    NotFound where there is no such programme.
    """
    check_language(lang)
    own = programme_of(book, subject)
    digest = digest_of(book)
    look = Look(book, own, lang, city, wording or {}, rates, outlines, digest, forecast, results or {})
    day = look.day
    return Briefing(
        lang,
        look.name(own),
        say("kicker", lang),
        said(city, lang),
        day.isoformat(),
        format_when(When(day, day, day.isoformat()), lang),
        digest,
        tuple(section for make in SECTIONS if (section := make(look))),
        _words(lang),
    )


def check_language(lang: str) -> None:
    if lang not in LANGUAGES:
        raise InvalidRequest(f"There is no briefing in {lang[:20]!r}; there is {', '.join(LANGUAGES)}.")


def programme_of(book: Book, subject: str = "") -> Programme:
    """subject "": of the city's own ones the one with most published plans. Raises NotFound that says what to do."""
    most = max(book.own, key=lambda one: (len(book.baselines_of(one.id)), one.id), default=None)
    own = book.programmes.get(subject) if subject else most
    if own is None:
        raise NotFound(
            subject or "DevelopmentProgramme",
            "This city has no programme of its own to brief on; enter one, or ship district/programmes.csv with it.",
        )
    return own


def digest_of(book: Book) -> str:
    """SHA-256 (hex) over every counted record: the same records, the same digest, whenever they were entered."""
    return hashlib.sha256("\n".join(record_lines(book)).encode()).hexdigest()


def _words(lang: str) -> dict[str, str]:
    words: Mapping[str, str] = {key: say(key, lang) for key in FRAME}
    return dict(words)
