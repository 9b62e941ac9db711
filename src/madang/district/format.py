"""Quantities in words a reader of ko, en, fr or de expects, with the digits that were written.

    show(quantity, lang, digits=3) -> Shown(primary, secondary)

Korean money and areas come twice, as a Korean reader and as a foreign one says them: ``8,493억 원`` and
``849.3 bn KRW``, ``87.2 ha`` and ``약 26만 4,000평``. What was converted has three digits at least, and says about
where these are not all of it: 1 EUR is ``약 1,340 원``, not 1,000.
"""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from .languages import LANGUAGES
from .quantity import SINGULAR, Quantity, Unit, decimal, find_unit

COMPUTED_DIGITS = 3
"""Significant digits of what nobody wrote but madang computed; the least of what it converted."""


@dataclass(frozen=True, slots=True)
class Shown:
    """secondary: the same in the other way of saying it, "" where there is none. str() is both."""

    primary: str
    secondary: str = ""

    def __str__(self) -> str:
        return f"{self.primary} ({self.secondary})" if self.secondary else self.primary


@dataclass(frozen=True, slots=True)
class _Language:
    """scales: size of a big number and its word, largest first. point, group: marks of a number. until: between the
    ends of a range that has a minus, where a dash would read as another one."""

    point: str
    group: str
    scales: tuple[tuple[int, str], ...]
    about: str
    at_least: str
    at_most: str
    percent: str
    money: str
    until: str


_KO = _Language(".", ",", (), "약 {}", "{} 이상", "{} 이하", "{}%", "{} {}", "~")
# A narrow no-break space (U+202F) groups in French. Its "billion" is 10**12, too easily misread: it stays with Md.
_LANGUAGES = {
    "ko": _KO,
    "en": _Language(
        ".", ",", ((10**12, "tn"), (10**9, "bn"), (10**6, "M")), "about {}", "at least {}", "at most {}", "{}%",
        "{1} {0}", " to ",
    ),
    "fr": _Language(
        ",", "\u202f", ((10**9, "Md"), (10**6, "M")), "environ {}", "au moins {}", "au plus {}", "{} %", "{} {}", " à "
    ),
    "de": _Language(
        ",", ".", ((10**12, "Bio."), (10**9, "Mrd."), (10**6, "Mio.")), "rund {}", "mindestens {}", "höchstens {}",
        "{} %", "{} {}", " bis ",
    ),
}  # fmt: skip
_KOREAN_SCALES = ((10**12, "조"), (10**8, "억"), (10**4, "만"))
_WON = {"KRW": "원", "EUR": "유로", "USD": "달러", "GBP": "파운드", "JPY": "엔", "CNY": "위안", "CHF": "스위스 프랑"}

_KOREAN_COUNTS = {
    "persons": "{}명", "jobs": "일자리 {}개", "dwellings": "{}호", "households": "{}세대", "companies": "{}개사",
    "students": "학생 {}명", "researchers": "연구원 {}명", "lots": "{}필지", "buildings": "건물 {}동",
    "projects": "사업 {}건", "institutes": "기관 {}곳", "rooms": "{}실", "phases": "{}단계", "bids": "입찰 {}건",
    "cities": "도시 {}곳", "communes": "기초 지자체 {}곳", "KPIs": "지표 {}개", "points": "{}점",
    "jobs+college places": "일자리와 대학 정원 {}개", "jobs+training places": "일자리와 교육 정원 {}개",
    "companies+institutions": "기업과 기관 {}곳", "months": "{}개월", "years": "{}년", "pp": "{}%p", "평": "{}평",
    "days": "{}일", "hours": "{}시간", "min": "{}분", "stations": "{}곳", "hotspots": "{}곳", "bicycles": "{}대",
    "vehicles": "{}대", "devices": "{}대", "datasets": "{}건", "institutions": "{}곳", "visits": "{}회",
    "평 GFA": "연면적 {}평", "m2 GFA": "연면적 {} m²", "m2": "{} m²",
}  # fmt: skip
_AFTER_SLASH = {
    "day": ("일", "day", "jour", "Tag"),
    "100k persons": ("10만 명", "100,000 persons", "100 000 habitants", "100.000 Einwohner"),
    "month": ("월", "month", "mois", "Monat"), "year": ("년", "year", "an", "Jahr"),
    "job": ("일자리", "job", "emploi", "Arbeitsplatz"), "person": ("명", "person", "personne", "Person"),
    "dwelling": ("호", "dwelling", "logement", "Wohnung"), "household": ("세대", "household", "ménage", "Haushalt"),
    "company": ("개사", "company", "entreprise", "Unternehmen"),
    "student": ("명", "student", "étudiant", "Studierende"),
}  # fmt: skip
_BARE = ("ratio", "FSI")
_SYMBOLS = {"ha", "m2", "km2", "m", "km", "평"}
_KOREAN_AREAS = {"천 m2", "만 m2"}
_OTHER_AREA = {"ha": "평", "m2": "평", "km2": "평", "평": "m2", "m2 GFA": "평 GFA",
               "평 GFA": "m2 GFA"}  # fmt: skip


def show(quantity: Quantity, lang: str, digits: int = COMPUTED_DIGITS) -> Shown:
    """The quantity in words. lang: ko, en, fr, de, else English. digits: significant ones of a computed quantity."""
    lang = lang if lang in _LANGUAGES else "en"
    if quantity.unit.symbol in _KOREAN_AREAS:
        quantity = quantity.to("m2")
    quantity = _converted(quantity)
    top = _top(quantity.unit)
    primary = _shown(quantity, lang, digits)
    if top.currency == "KRW" and lang in ("ko", "en"):
        return Shown(primary, _foreign(quantity, digits) if lang == "ko" else _shown(quantity, "ko", digits))
    if top.currency and lang == "ko":
        return Shown(primary, _foreign(quantity, digits))
    other = _OTHER_AREA.get(quantity.unit.symbol, "")
    if other and (lang == "ko" or "평" in quantity.unit.symbol):
        return Shown(primary, _area(quantity, other, lang, digits))
    return Shown(primary)


def show_number(value: Fraction, lang: str, digits: int = COMPUTED_DIGITS) -> str:
    """One bare number with that many significant digits."""
    return _plain(value, _place(value, digits), _LANGUAGES.get(lang, _LANGUAGES["en"]))


def _converted(quantity: Quantity) -> Quantity:
    """What was written in another unit or currency, with COMPUTED_DIGITS at least, and about where these round it.

    A step of 1, 10 or 0.1 is one that somebody wrote, or that came over exactly.
    """
    if not quantity.step or quantity.step == _place(quantity.step, 1):
        return quantity
    ends = (quantity.low, quantity.high)
    place = _place(max(map(abs, ends)), max(quantity.digits, COMPUTED_DIGITS))
    inexact = any(_rounded(end, place) != end for end in ends)
    return replace(quantity, step=place, approximate=quantity.approximate or (inexact and not quantity.bound))


def _area(quantity: Quantity, other: str, lang: str, digits: int) -> str:
    """In the other unit of area; "about" where the digits do not hold the exact conversion."""
    there = _converted(quantity.to(other))
    ends = {_rounded(end, place) for end, place in zip((there.low, there.high), _places(there, digits), strict=True)}
    inexact = ends != {there.low, there.high} and not there.approximate and not there.bound
    shown = _shown(there, lang, digits).replace("연면적 ", "")  # the primary says it already
    return _about(shown, lang) if inexact else shown


def _top(unit: Unit) -> Unit:
    """The unit above the first slash."""
    return find_unit(unit.symbol.partition("/")[0])


def _foreign(quantity: Quantity, digits: int) -> str:
    """``849.3 bn KRW`` in a Korean text: the number as in English, the currency behind it."""
    top = _top(quantity.unit)
    return _qualified(quantity, _money(quantity, top, "en", digits, "{} {}") + _below(quantity.unit, "en"), "ko")


def _shown(quantity: Quantity, lang: str, digits: int) -> str:
    unit, top = quantity.unit, _top(quantity.unit)
    if top.currency:
        text = _money(quantity, top, lang, digits, _LANGUAGES[lang].money)
    else:
        text = _with_unit(_numbers(quantity, lang, digits), top, lang, _one(quantity))
    return _qualified(quantity, text + _below(unit, lang), lang)


def _qualified(quantity: Quantity, text: str, lang: str) -> str:
    language = _LANGUAGES[lang]
    if quantity.bound:
        return (language.at_least if quantity.bound == "at least" else language.at_most).format(text)
    return _about(text, lang) if quantity.approximate else text


def _about(text: str, lang: str) -> str:
    """In Korean right before the figure: 일자리 약 2만 개."""
    if lang != "ko":
        return _LANGUAGES[lang].about.format(text)
    return re.sub(r"(?=[−\d])", _KO.about.format(""), text, count=1)


def _one(quantity: Quantity) -> bool:
    return quantity.low == quantity.high == 1


def _with_unit(number: str, unit: Unit, lang: str, one: bool) -> str:
    if unit.symbol in _BARE:
        return number
    if unit.symbol == "%":
        return _LANGUAGES[lang].percent.format(number)
    if lang == "ko" and unit.symbol in _KOREAN_COUNTS:
        # 2,000개 is written together, 2만 개 apart.
        counted = number if number[-1].isdigit() else f"{number} "
        return " ".join(_KOREAN_COUNTS[unit.symbol].format(counted).split())
    if unit.symbol in _SYMBOLS:
        return f"{number} {unit.symbol.replace('m2', 'm²')}"
    if one and unit.symbol in SINGULAR:
        return f"{number} {_after_slash(SINGULAR[unit.symbol], lang)}"
    return f"{number} {unit.name(lang)}"


def _below(unit: Unit, lang: str) -> str:
    """``/ha`` or ``/m²/Monat``."""
    words = unit.symbol.split("/")[1:]
    return "".join(f"/{_after_slash(word, lang)}" for word in words)


def _after_slash(word: str, lang: str) -> str:
    if word in _AFTER_SLASH:
        return _AFTER_SLASH[word][LANGUAGES.index(lang)]
    return word.replace("m2", "m²").replace("m3", "m³")


def _money(quantity: Quantity, top: Unit, lang: str, digits: int, order: str) -> str:
    """In plain units of the currency, scaled to the largest word that the larger end reaches."""
    ends = [end * top.factor for end in (quantity.low, quantity.high)]
    places = [place * top.factor for place in _places(quantity, digits)]
    if lang == "ko":
        numbers = [_korean(end, place) for end, place in zip(ends, places, strict=True)]
        return order.format(_joined(numbers, _KO), _WON.get(top.currency, top.currency))
    language = _LANGUAGES[lang]
    size, word = next(((s, w) for s, w in language.scales if max(map(abs, ends)) >= s), (1, ""))
    numbers = [_plain(end / size, place / size, language) for end, place in zip(ends, places, strict=True)]
    if order.startswith("{1}"):
        return order.format(" ".join(filter(None, (_joined(numbers, language), word))), top.currency)
    return order.format(_joined(numbers, language), " ".join(filter(None, (word, top.currency))))


def _numbers(quantity: Quantity, lang: str, digits: int) -> str:
    ends = zip((quantity.low, quantity.high), _places(quantity, digits), strict=True)
    # 만 counts things and 평; hectares and shares are plain numbers in Korean too.
    if lang == "ko" and _top(quantity.unit).symbol in _KOREAN_COUNTS:
        return _joined([_korean(end, place) for end, place in ends], _KO)
    language = _LANGUAGES[lang]
    return _joined([_plain(end, place, language) for end, place in ends], language)


def _joined(numbers: list[str], language: _Language) -> str:
    low, high = numbers
    return low if low == high else f"{low}{language.until if '−' in low else '–'}{high}"


# ------------------------------------------------------------------------------------------------ rounding


def _places(quantity: Quantity, digits: int) -> tuple[Fraction, Fraction]:
    """Place value of the last digit shown of low and of high.

    Written: the one that was written, in another unit the one that gives as many digits. Computed: each end its own.
    """
    if not quantity.step:
        return _place(quantity.low, digits), _place(quantity.high, digits)
    place = _place(max(abs(quantity.low), abs(quantity.high)), quantity.digits)
    return place, place


def _place(value: Fraction, digits: int) -> Fraction:
    return Fraction(10) ** (decimal(value).adjusted() - max(digits, 1) + 1) if value else Fraction(1)


def _rounded(value: Fraction, place: Fraction) -> Fraction:
    """To a multiple of place, half away from zero, as readers do."""
    steps = floor(abs(value) / place + Fraction(1, 2))
    return steps * place if value >= 0 else -steps * place


def _plain(value: Fraction, place: Fraction, language: _Language) -> str:
    decimals = max(0, -decimal(place).adjusted())
    number = f"{decimal(_rounded(value, place), 60):,.{decimals}f}"
    marks = str.maketrans({",": language.group, ".": language.point, "-": "−"})
    return number.translate(marks)


def _korean(value: Fraction, place: Fraction) -> str:
    """``1조 6,000억``: whole numbers in steps of ten thousand."""
    rest, words = abs(_rounded(value, place)), []
    for size, word in _KOREAN_SCALES:
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{count:,}{word}")
    if rest or not words:
        words.append(_plain(rest, min(place, Fraction(1)) if rest.denominator == 1 else place, _KO))
    return ("−" if value < 0 else "") + " ".join(words)
