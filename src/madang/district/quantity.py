"""Exact quantities: a magnitude as it was written, in a unit that knows what it may be converted to.

    find_unit(symbol, at="") -> Unit
    parse_quantity(text, unit_symbol, at="") -> Quantity
    parse_number(text, at="") -> Decimal
    Quantity.to(unit) -> Quantity;  Quantity.interval -> Interval
    rounding_interval(quantity) -> Interval;  agrees(rounder, finer) -> bool

Magnitudes are fractions, so that a conversion and its way back meet again exactly: 121 평 are 400 m². Unlike things
never convert into each other: jobs are not jobs + college places, floor area is not land, won are not euros (rates.py
converts money, with the rate and its date).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, NoReturn

from madang.errors import BadRequestData
from madang.model.keys import suggestion

from .interval import Interval
from .languages import LANGUAGES

Bound = Literal["", "at least", "at most"]


@dataclass(frozen=True, slots=True)
class Unit:
    """factor: of one such unit in its dimension's base unit. unit_code: UN/CEFACT Recommendation 20 or ISO 4217, or "".

    multiple: the count of plain units one of these stands for (억 KRW: 100 000 000), so that ``1조 6000억`` can be read
    in any of them. names: what one calls it, by language (ko, en, fr, de).
    """

    symbol: str
    dimension: str
    factor: Fraction
    unit_code: str = ""
    multiple: int = 1
    names: Mapping[str, str] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return self.symbol

    def name(self, lang: str) -> str:
        return self.names.get(lang) or self.names.get("en") or self.symbol

    @property
    def currency(self) -> str:
        """ISO 4217 code of a unit of money, "" of any other."""
        return self.dimension.removeprefix("money ") if self.dimension in _MONEY else ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """low to high, both included, in unit; one point where low == high.

    as_written: the source's text, "" for what was converted or computed; not part of the value's identity.
    bound: "at least" where the source gives only a lower bound ("at most": upper), which is then low and high.
    approximate: the source says about. step: place value of the last significant digit, in unit; 0 for what was
    computed. Trailing zeros are significant only after a decimal point. A range has the finer step of its ends.
    """

    low: Fraction
    high: Fraction
    unit: Unit
    as_written: str = field(default="", compare=False)
    bound: Bound = ""
    approximate: bool = False
    step: Fraction = Fraction(0)

    @property
    def interval(self) -> Interval:
        """In unit. Raises BadRequestData for a bound, whose other end nobody gave."""
        if self.bound:
            raise BadRequestData(
                f"{self.as_written or self.bound} {self.unit} is only a bound; calculations need a figure or a range."
            )
        return Interval(self.low, self.high)

    @property
    def middle(self) -> Fraction:
        return (self.low + self.high) / 2

    @property
    def digits(self) -> int:
        """Significant digits that were written (of a range: of its larger end); 0 for what was computed."""
        return len(str(int(max(abs(self.low), abs(self.high)) / self.step))) if self.step else 0

    def to(self, unit: "Unit | str") -> "Quantity":
        """The same quantity in another unit, exactly. Raises BadRequestData where the two measure different things."""
        there = find_unit(unit) if isinstance(unit, str) else unit
        if there.dimension != self.unit.dimension:
            raise BadRequestData(_why_not(self.unit, there))
        if there == self.unit:
            return self
        ratio = self.unit.factor / there.factor
        return replace(
            self, low=self.low * ratio, high=self.high * ratio, step=self.step * ratio, unit=there, as_written=""
        )


# ---------------------------------------------------------------------------------------------------- units

CURRENCIES = ("EUR", "USD", "JPY", "CNY", "HKD", "SGD", "KRW", "GBP", "CHF", "DKK", "SEK", "NOK", "PLN", "CZK", "AUD",
              "CAD")  # fmt: skip
"""Those that have a rate in places/rates.csv; a test holds the two together."""

_MONEY = frozenset(f"money {code}" for code in CURRENCIES)
_WON = {"만": 10**4, "억": 10**8, "조": 10**12}
_SCALES = {"k": 10**3, "M": 10**6, "bn": 10**9, "tn": 10**12}
_SCALE_NAMES = {
    "k": ("천", "thousand", "mille", "Tsd."),
    "M": ("백만", "million", "million", "Mio."),
    "bn": ("십억", "billion", "milliard", "Mrd."),
    "tn": ("조", "trillion", "billion", "Bio."),
}
_CURRENCY_NAMES = {
    "KRW": ("원", "won", "won", "Won"),
    "EUR": ("유로", "euro", "euro", "Euro"),
    "USD": ("달러", "US dollar", "dollar américain", "US-Dollar"),
    "GBP": ("파운드", "pound sterling", "livre sterling", "Pfund Sterling"),
    "CNY": ("위안", "yuan", "yuan", "Yuan"),
    "JPY": ("엔", "yen", "yen", "Yen"),
    "CHF": ("스위스 프랑", "Swiss franc", "franc suisse", "Schweizer Franken"),
    "DKK": ("덴마크 크로네", "Danish krone", "couronne danoise", "dänische Krone"),
    "SGD": ("싱가포르 달러", "Singapore dollar", "dollar de Singapour", "Singapur-Dollar"),
}

# symbol | dimension | factor | UN/CEFACT code | ko | en | fr | de
_PLAIN = """
m2 | area | 1 | MTK | 제곱미터 | square metre | mètre carré | Quadratmeter
천 m2 | area | 1000 || 천 제곱미터 | thousand square metres | millier de mètres carrés | Tausend Quadratmeter
만 m2 | area | 10000 || 만 제곱미터 | ten thousand square metres | dix mille mètres carrés | Zehntausend Quadratmeter
ha | area | 10000 | HAR | 헥타르 | hectare | hectare | Hektar
km2 | area | 1000000 | KMK | 제곱킬로미터 | square kilometre | kilomètre carré | Quadratkilometer
평 | area | 400/121 || 평 | pyeong | pyeong | Pyeong
acre | area | 4046.8564224 | ACR | 에이커 | acre | acre | Acre
m2 GFA | floor area | 1 | MTK | 제곱미터 (연면적) | m² gross floor area | m² de plancher | m² Bruttogrundfläche
평 GFA | floor area | 400/121 || 평 (연면적) | pyeong gross floor area | pyeong de plancher | Pyeong Bruttogrundfläche
m | length | 1 | MTR | 미터 | metre | mètre | Meter
km | length | 1000 | KMT | 킬로미터 | kilometre | kilomètre | Kilometer
months | duration | 1 | MON | 개월 | months | mois | Monate
years | duration | 12 | ANN | 년 | years | ans | Jahre
ratio | share | 1 | C62 | 비 | ratio | rapport | Verhältnis
% | share | 1/100 | P1 | 퍼센트 | per cent | pour cent | Prozent
pp | percentage points | 1 || 퍼센트포인트 | percentage points | points de pourcentage | Prozentpunkte
kg | mass | 1 | KGM | kg | kg | kg | kg
g | mass | 1/1000 | GRM | g | g | g | g
mg | mass | 1/1000000 | MGM | mg | mg | mg | mg
μg | mass | 1/1000000000 | MC | μg | μg | μg | μg
t | mass | 1000 | TNE | t | t | t | t
m3 | volume | 1 | MTQ | m³ | m³ | m³ | m³
L | volume | 1/1000 | LTR | L | L | L | L
kWh | energy | 1 | KWH | kWh | kWh | kWh | kWh
MWh | energy | 1000 | MWH | MWh | MWh | MWh | MWh
GJ | energy | 2500/9 | GV | GJ | GJ | GJ | GJ
min | time | 60 | MIN | 분 | min | min | Min.
hours | time | 3600 | HUR | 시간 | hours | heures | Stunden
days | time | 86400 | DAY | 일 | days | jours | Tage
dB | sound level | 1 | 2N | dB | dB | dB | dB
100k persons | persons | 100000 || 10만 명 | 100,000 persons | 100 000 habitants | 100.000 Einwohner
stations | stations | 1 || 곳 | stations | stations | Stationen
hotspots | hotspots | 1 || 곳 | hotspots | points d'accès | Hotspots
bicycles | bicycles | 1 || 대 | bicycles | vélos | Fahrräder
vehicles | vehicles | 1 || 대 | vehicles | véhicules | Fahrzeuge
devices | devices | 1 || 대 | devices | appareils | Geräte
datasets | datasets | 1 || 건 | datasets | jeux de données | Datensätze
institutions | institutions | 1 || 곳 | institutions | institutions | Einrichtungen
visits | visits | 1 || 회 | visits | visites | Besuche
FSI | floor space index | 1 | C62 | 용적률 | floor space index | coefficient d'occupation | Geschossflächenzahl
points | points | 1 || 점 | points | points | Punkte
persons | persons | 1 | IE | 명 | persons | personnes | Personen
jobs | jobs | 1 || 일자리 | jobs | emplois | Arbeitsplätze
dwellings | dwellings | 1 || 호 | dwellings | logements | Wohnungen
households | households | 1 || 세대 | households | ménages | Haushalte
companies | companies | 1 || 개사 | companies | entreprises | Unternehmen
students | students | 1 || 학생 | students | étudiants | Studierende
researchers | researchers | 1 || 연구원 | researchers | chercheurs | Forschende
lots | lots | 1 || 필지 | lots | lots | Grundstücke
buildings | buildings | 1 || 동 | buildings | bâtiments | Gebäude
projects | projects | 1 || 사업 | projects | projets | Projekte
institutes | institutes | 1 || 기관 | institutes | instituts | Institute
rooms | rooms | 1 || 실 | rooms | chambres | Zimmer
phases | phases | 1 || 단계 | phases | phases | Bauabschnitte
bids | bids | 1 || 입찰 | bids | offres | Angebote
cities | cities | 1 || 도시 | cities | villes | Städte
communes | communes | 1 || 기초 지자체 | communes | communes | Gemeinden
KPIs | KPIs | 1 || 지표 | indicators | indicateurs | Kennzahlen
jobs+college places | jobs and college places | 1 || 일자리와 대학 정원 | jobs and college places | emplois et places \
universitaires | Arbeits- und Studienplätze
jobs+training places | jobs and training places | 1 || 일자리와 교육 정원 | jobs and training places | emplois et \
places de formation | Arbeits- und Ausbildungsplätze
companies+institutions | companies and institutions | 1 || 기업과 기관 | companies and institutions | entreprises et \
institutions | Unternehmen und Einrichtungen
"""

# what people write : the symbol
_ALIASES = """
㎡ m² m^2 sqm 제곱미터 평방미터 : m2
천㎡ 천m² 천m2 : 천 m2
만㎡ 만m² 만m2 : 만 m2
헥타르 hectare hectares : ha
㎢ km² km^2 제곱킬로미터 : km2
坪 pyeong : 평
acres 에이커 ac : acre
m²_GFA ㎡_GFA GFA_m2 m2_SdP m2_BGF m2_연면적 ㎡_연면적 : m2 GFA
m³ ㎥ m^3 cubic_metre : m3
ug µg : μg
l litre liter 리터 : L
minute minutes 분 : min
hour h 시간 : hours
day d 일 : days
month mo 개월 월 Monat Monate mois : months
year yr 년 Jahr Jahre an ans : years
percent per_cent 퍼센트 : %
percentage_points %p 퍼센트포인트 : pp
person people residents inhabitants 명 인 : persons
job 일자리 emplois Arbeitsplätze : jobs
dwelling homes home units_of_housing 호 가구_수 주택 logements Wohnungen : dwellings
household 세대 가구 : households
company firms firm 개사 개_기업 기업 업체 : companies
student 학생 : students
researcher 연구원 : researchers
lot parcels plots 필지 : lots
building 동 : buildings
project : projects
institute 기관 : institutes
room 실 : rooms
phase 단계 : phases
bid : bids
city : cities
commune : communes
indicators : KPIs
jobs_and_college_places jobs_+_college_places : jobs+college places
jobs_and_training_places jobs_+_training_places : jobs+training places
companies_and_institutions companies_+_institutions : companies+institutions
원 ₩ won : KRW
만원 만_원 만 : 만 KRW
억원 억_원 억 : 억 KRW
조원 조_원 조 : 조 KRW
백만원 백만_원 : M KRW
십억원 십억_원 : bn KRW
€ euro euros 유로 : EUR
$ US$ dollars 달러 : USD
£ 파운드 : GBP
위안 RMB : CNY
엔 ¥ : JPY
"""

_SCALE_WORDS = {
    "k": ("k", "thousand", "천"),
    "M": ("M", "m", "mn", "million", "Mio", "Mio.", "백만"),
    "bn": ("bn", "billion", "Mrd", "Mrd.", "Md", "십억"),
    "tn": ("tn", "trillion"),
}


def _plain_units() -> Iterator[Unit]:
    for line in filter(None, _PLAIN.splitlines()):
        symbol, dimension, factor, code, *names = (cell.strip() for cell in line.split("|"))
        multiple = {"천": 1000, "만": 10000}.get(symbol.partition(" ")[0], 1)
        yield Unit(symbol, dimension, Fraction(factor), code, multiple, _names(*names))


def _money_units() -> Iterator[Unit]:
    for code in CURRENCIES:
        names = _CURRENCY_NAMES.get(code, (code,) * 4)
        yield Unit(code, f"money {code}", Fraction(1), code, 1, _names(*names))
        for scale, size in _SCALES.items():
            words = (f"{word} {name}" for word, name in zip(_SCALE_NAMES[scale], names, strict=True))
            yield Unit(f"{scale} {code}", f"money {code}", Fraction(size), "", size, _names(*words))
    for word, size in _WON.items():
        korean = _names(f"{word} 원", f"{size:,} won", f"{size:,} won".replace(",", " "), f"{size:,} Won")
        yield Unit(f"{word} KRW", "money KRW", Fraction(size), "", size, korean)


def _names(*names: str) -> Mapping[str, str]:
    return MappingProxyType(dict(zip(LANGUAGES, names, strict=True)))


UNITS: Mapping[str, Unit] = MappingProxyType({unit.symbol: unit for unit in (*_plain_units(), *_money_units())})
"""Every simple unit by its symbol; find_unit also reads aliases and quotients of these, such as KRW/ha."""


def _aliases() -> Iterator[tuple[str, str]]:
    for line in filter(None, _ALIASES.splitlines()):
        words, _, symbol = line.partition(" : ")
        yield from ((alias.replace("_", " "), symbol) for alias in words.split())
    names: dict[str, tuple[str, ...]] = {code: (code,) for code in CURRENCIES}
    names |= {"EUR": ("EUR", "€"), "USD": ("USD", "US$", "$")}
    for scale, scale_words in _SCALE_WORDS.items():
        for code in CURRENCIES:
            yield from ((f"{word} {name}", f"{scale} {code}") for word in scale_words for name in names[code])


def _folded(symbol: str) -> str:
    """Spaces and case do not tell two units apart, and neither does the height of an exponent."""
    return re.sub(r"\s+", "", symbol).replace("²", "2").replace("㎡", "m2").replace("㎢", "km2").lower()


_KNOWN: Mapping[str, Unit] = MappingProxyType(
    {_folded(alias): UNITS[symbol] for alias, symbol in _aliases()}
    | {_folded(name): unit for name, unit in UNITS.items()}
)
UNIT_LENGTH_MAX = 60
"""Characters of a unit's symbol."""
_PARTS_MAX = 3


@lru_cache(maxsize=512)
def _found(symbol: str) -> Unit | None:
    if unit := UNITS.get(symbol) or _KNOWN.get(_folded(symbol)):
        return unit
    parts = symbol.split("/")
    if not 1 < len(parts) <= _PARTS_MAX:
        return None
    found = [_KNOWN.get(_folded(part)) for part in parts]
    whole = [unit for unit in found if unit is not None]
    return _quotient(*whole) if len(whole) == len(parts) else None


SINGULAR = {"years": "year", "months": "month", "days": "day", "jobs": "job", "persons": "person",
             "companies": "company", "dwellings": "dwelling", "households": "household",
             "students": "student"}  # fmt: skip


def _quotient(top: Unit, *below: Unit) -> Unit:
    factor, symbol, dimension = top.factor, top.symbol, top.dimension
    for unit in below:
        factor /= unit.factor
        symbol += f"/{SINGULAR.get(unit.symbol, unit.symbol)}"
        dimension += f" per {unit.dimension}"
    names = {lang: "/".join(unit.name(lang) for unit in (top, *below)) for lang in LANGUAGES}
    return Unit(symbol, dimension, factor, "", top.multiple, MappingProxyType(names))


def find_unit(symbol: str, at: str = "") -> Unit:
    """The unit of a symbol, an alias, or a quotient of two or three of them. Raises BadRequestData."""
    stripped = symbol.strip()
    if len(stripped) > UNIT_LENGTH_MAX:
        raise BadRequestData(f"A unit has at most {UNIT_LENGTH_MAX} characters.", at)
    if unit := _found(stripped):
        return unit
    if not stripped:
        raise BadRequestData("A unit is missing; write for example ha, 억 KRW, jobs or EUR/m2/month.", at)
    part = next((part for part in stripped.split("/") if _folded(part) not in _KNOWN), stripped)
    raise BadRequestData(f'unknown unit "{stripped}"{suggestion(part.strip(), list(UNITS))}', at)


def _why_not(here: Unit, there: Unit) -> str:
    if here.currency and there.currency:
        return f"{here} does not convert into {there} without a dated rate; use the table of rates."
    return (
        f"{here} does not convert into {there}: one counts or measures {here.dimension}, the other {there.dimension}."
    )


# -------------------------------------------------------------------------------------------------- reading

TEXT_LENGTH_MAX = 100
"""Characters of one written quantity."""
DIGITS_MAX = 24
"""Digits of one number: more than any budget in won to the jeon has."""

_SPACES = re.compile(r"[\s\u00a0\u2009\u202f]+")
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+|\d+)(?:\.\d+)?"
_BIG = {"천": 10**3, "만": 10**4, "십만": 10**5, "백만": 10**6, "천만": 10**7, "억": 10**8, "십억": 10**9,
        "백억": 10**10, "천억": 10**11, "조": 10**12, "십조": 10**13, "백조": 10**14}  # fmt: skip
_WESTERN = {"thousand": 10**3, "million": 10**6, "mn": 10**6, "mio.": 10**6, "mio": 10**6, "billion": 10**9,
            "bn": 10**9, "mrd.": 10**9, "mrd": 10**9, "md": 10**9, "trillion": 10**12, "tn": 10**12}  # fmt: skip
_WORDS = {**_BIG, **_WESTERN}
_WORD = "|".join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))
_PART = re.compile(rf"({_DIGITS})\s?({_WORD})?(?![a-zA-Z])", re.ASCII | re.IGNORECASE)
_NUMBER = (
    rf"[+\-−]?{_DIGITS}(?:\s?(?:{_WORD})(?![a-zA-Z])(?:\s?{_DIGITS}\s?(?:{_WORD})(?![a-zA-Z]))*(?:\s?{_DIGITS})?)?"
)
_WHOLE = re.compile(
    rf"(?P<low>{_NUMBER})(?:\s?(?:[-–—−‒~〜∼～]|to|bis|à)\s?(?P<high>{_NUMBER}))?(?P<rest>.*)", re.ASCII | re.IGNORECASE
)
_ABOUT = re.compile(
    r"(?:ca\.?|c\.|circa|about|around|approximately|approx\.?|environ|env\.?|rund|etwa|약|대략|~|≈)\s?", re.I
)
_AT_LEAST = re.compile(r"(?:>=?|≥|at least|more than|over|mindestens|über|au moins|plus de|최소)\s?", re.I)
_AT_MOST = re.compile(r"(?:<=?|≤|at most|up to|less than|under|höchstens|bis zu|au plus|jusqu'à|최대)\s?", re.I)
_MORE = re.compile(r"\s?(?:\+|이상|초과)$")
_LESS = re.compile(r"\s?(?:이하|미만)$")
_ODD = re.compile(r"\s?여\s?")
_HUNDREDS = re.compile(
    r"(?<![\d.,])(?:(?P<천>\d) ?천 ?)?(?:(?P<백>\d) ?백 ?)?(?:(?P<십>\d) ?십 ?)?(?P<rest>\d{1,3})? ?(?P<word>[만억조])"
)
"""``2천3백억`` and ``8천493억``: what stands before 만, 억 or 조 in parts."""
_NEXT = {"조": "억", "억": "만"}


@dataclass(frozen=True, slots=True)
class _Number:
    value: Fraction
    step: Fraction
    scaled: bool
    """A word such as 억 or million was written."""


def parse_quantity(text: str, unit_symbol: str, at: str = "") -> Quantity:
    """Read ``8,493``, ``1조 6000억``, ``2천3백억``, ``30–50``, ``>20000``, ``약 87``, ``8500여``, ``−30``.

    Raises BadRequestData.

    ``1조 6000억`` counts plain units whatever the unit's own multiple: in 억 KRW it is 16 000. A unit behind the figure
    must be unit_symbol's. In ``30~50만`` the word holds for both ends. Decimal point, never a decimal comma.
    """
    unit = find_unit(unit_symbol, at)
    rest = _checked(text, at)
    rest, about = _cut(_ABOUT, rest)
    rest, more = _cut(_AT_LEAST, rest)
    rest, less = _cut(_AT_MOST, rest)
    rest, about_too = _cut(_ABOUT, rest)
    found = _WHOLE.fullmatch(rest)
    if found is None:
        _refuse(text, at)
    tail, odd, more_too, less_too = _tail(found["rest"])
    low, high = _ends(found["low"], found["high"], text, at)
    if tail:
        _same_unit(tail, unit.factor / (unit.multiple if high.scaled else 1), unit, text, at)
    if ((more or more_too) and (less or less_too)) or (found["high"] and (more or more_too or less or less_too)):
        _refuse(text, at)
    ratio = Fraction(1, unit.multiple)
    low, high = (_scaled(number, ratio) if number.scaled else number for number in (low, high))
    if low.value > high.value:
        raise BadRequestData(f'"{text.strip()}" runs downwards; write the smaller figure first.', at)
    bound: Bound = "at least" if more or more_too else "at most" if less or less_too else ""
    step = min(low.step, high.step)
    return Quantity(low.value, high.value, unit, text.strip(), bound, about or about_too or odd, step)


def parse_number(text: str, at: str = "") -> Decimal:
    """Read one plain number: ``8,493``, ``−30``, ``1.5``, ``3만8,000``. Raises BadRequestData."""
    found = re.fullmatch(_NUMBER, _checked(text, at), re.ASCII | re.IGNORECASE)
    if found is None:
        _refuse(text, at)
    return decimal(_number(found[0], text, at).value)


def decimal(value: Fraction, digits: int = 28) -> Decimal:
    """A fraction as a decimal: exact where it is finite within that many digits, else rounded half to even."""
    return Context(prec=digits).divide(Decimal(value.numerator), Decimal(value.denominator))


def _checked(text: str, at: str) -> str:
    """One line of bounded length whose digits are 0-9; spaces of any width are one space."""
    if len(text) > TEXT_LENGTH_MAX:
        raise BadRequestData(f"A quantity has at most {TEXT_LENGTH_MAX} characters.", at)
    stripped = _SPACES.sub(" ", text).strip()
    if not stripped:
        raise BadRequestData("A quantity is missing; write for example 87, 30–50, >20000 or 1조 6000억.", at)
    if strange := next((char for char in stripped if char.isdigit() and char not in "0123456789²"), ""):
        raise BadRequestData(f'"{stripped}" has the digit "{strange}"; write digits as 0 to 9.', at)
    return _HUNDREDS.sub(_in_digits, stripped)


def _in_digits(found: re.Match[str]) -> str:
    """``2천3백억`` as ``2300억``; what has one part only is left as it is."""
    parts = [(int(found[name]), size) for name, size in (("천", 1000), ("백", 100), ("십", 10)) if found[name]]
    if found["rest"]:
        parts.append((int(found["rest"]), 1))
    if len(parts) < 2 or parts[-1][0] * parts[-1][1] >= parts[-2][1]:
        return found[0]
    return f"{sum(count * size for count, size in parts)}{found['word']}"


def _refuse(text: str, at: str) -> NoReturn:
    raise BadRequestData(
        f'"{text.strip()}" is not a quantity; write for example 87, 8,493.5 (decimal point), 30–50, >20000, ca. 500 '
        "or 1조 6000억.",
        at,
    )


def _cut(pattern: re.Pattern[str], text: str) -> tuple[str, bool]:
    found = pattern.match(text)
    return (text[found.end() :], True) if found else (text, False)


def _tail(tail: str) -> tuple[str, bool, bool, bool]:
    """What stands behind the figure: its unit, and whether it says 여, 이상 (or +), 이하."""
    rest, more = _MORE.subn("", tail)
    rest, less = _LESS.subn("", rest)
    odd = _ODD.match(rest)
    return (rest[odd.end() :] if odd else rest).strip(), bool(odd), bool(more), bool(less)


def _same_unit(tail: str, factor: Fraction, unit: Unit, text: str, at: str) -> None:
    """The unit behind a figure is the unit itself or, behind 8493억, the plain unit that 억 counts (factor)."""
    written = _found(tail)
    if written is None:
        _refuse(text, at)
    if (written.dimension, written.factor) != (unit.dimension, factor):
        raise BadRequestData(f'"{text.strip()}" is written in {written}, but its unit is given as {unit}.', at)


def _ends(low: str, high: str | None, text: str, at: str) -> tuple[_Number, _Number]:
    if high is None:
        number = _number(low, text, at)
        return number, number
    first, last = _number(low, text, at), _number(high, text, at)
    words = [word for _, word in _PART.findall(high)]
    if last.scaled and not first.scaled and len(words) == 1:
        first = _scaled(first, Fraction(_WORDS[words[0].lower()]))
    return first, last


def _scaled(number: _Number, ratio: Fraction) -> _Number:
    return _Number(number.value * ratio, number.step * ratio, True)


def _number(written: str, text: str, at: str) -> _Number:
    parts = _PART.findall(written)
    if sum(map(str.isdigit, written)) > DIGITS_MAX:
        raise BadRequestData(f"A number has at most {DIGITS_MAX} digits.", at)
    if any("." in digits for digits, _ in parts[:-1]):
        _refuse(text, at)  # 1.5조 100억 is said in one way or the other
    total, below = Fraction(0), None
    for digits, word in parts:
        size = _WORDS[word.lower()] if word else 1
        figure = Fraction(digits.replace(",", "").replace(" ", ""))
        if below is not None and not figure * size < below:
            _refuse(text, at)
        if below is not None and not word and below >= _BIG["억"]:
            _refuse_bare(written, digits, text, at)
        total, below = total + figure * size, size
    _, point, decimals = parts[-1][0].partition(".")
    step = Fraction(below or 1, 10 ** len(decimals)) if point else _last_place(total)
    return _Number(-total if written[0] in "-−" else total, step, any(word for _, word in parts))


def _refuse_bare(written: str, digits: str, text: str, at: str) -> NoReturn:
    """Whoever writes 1조 6000 means 6000억, not 6000; whoever writes 1억2 may mean 2000만 or 2만."""
    _, big = _PART.findall(written)[-2]
    sure = big in _NEXT and len(digits.replace(",", "")) == 4
    meant = f"write {written}{_NEXT[big]}" if sure else "write for example 1억 2000만 or 1조 6000억"
    raise BadRequestData(f'"{text.strip()}" does not say what {digits} counts; {meant}.', at)


def _last_place(value: Fraction) -> Fraction:
    """Place value of the last digit of a whole number that is not zero; 1 for zero."""
    if value == 0:
        return Fraction(1)
    digits = str(value.numerator)
    return Fraction(10 ** (len(digits) - len(digits.rstrip("0"))))


# ------------------------------------------------------------------------------------------------- rounding


def rounding_interval(quantity: Quantity) -> Interval:
    """What the written figure may stand for: half a step to each side (87: 86.5 to 87.5; 8 500: 8 450 to 8 550).

    In the quantity's unit. A range is its own interval. Raises BadRequestData for a bound.
    """
    written = quantity.interval
    half = quantity.step / 2 if written.exact else 0
    return Interval(written.low - half, written.high + half)


def agrees(rounder: Quantity, finer: Quantity) -> bool:
    """True when the rounder figure stands for the finer one as well: 8 500 for 8 493, 30–50 for 40, at least 20 000 for
    22 000; never the other way round, and never between units that do not convert."""
    if rounder.unit.dimension != finer.unit.dimension:
        return False
    there = finer.to(rounder.unit)
    if rounder.bound:
        inside = there.low >= rounder.low if rounder.bound == "at least" else there.high <= rounder.high
        return inside and there.bound in ("", rounder.bound)
    return not there.bound and there.interval in rounding_interval(rounder)
