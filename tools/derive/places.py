"""Derive the district facts that madang ships from the collected ones.

    python tools/derive/places.py SOURCE_CSV ROOT

SOURCE_CSV is the table of collected facts (district, indicator, value, period, source, quote …). ROOT: the repository.
Writes `places/facts.csv` and `cities/goyang/district/facts.csv`; the same input gives the same bytes. Every row of the
source becomes one fact (a row that tells several values in one cell, several). What a row means is said in four tables
beside this file:

- `places/indicators.csv`: indicator -> measure, boundary, definition (a row with a district goes before one without)
- `places/sources.csv`: source -> what kind of source it is, and when it said so
- `places/corrections.csv`: (district, indicator, value, period) -> columns set by hand, read from the quote; `told` is
  the value with the quote's own word, where that cannot be read from the quote, or must not be
- `places/added.csv`: facts of small published tables that the source table lacks

The other files of `places/` and `cities/goyang/district/` are written by hand.
"""

import csv
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

Row = dict[str, str]
Key = tuple[str, str, str, str]

TABLES = Path(__file__).parent / "places"
COLUMNS = (
    "id", "subject", "measure", "basis", "value", "unit", "boundary", "definition", "as_of", "stated", "source", "url",
    "quote", "quality", "confidence", "baseline", "party", "note",
)  # fmt: skip
GOYANG = ("goyang-itv", "goyang-changneung")

PROGRAMMES = {
    "Seestadt Aspern": "aspern",
    "HafenCity": "hafencity",
    "Adlershof": "adlershof",
    "La Défense": "la-defense",
    "Paris Rive Gauche": "paris-rive-gauche",
    "Paris-Saclay": "paris-saclay",
    "Paris-Saclay / ZAC Moulon": "saclay-moulon",
    "Paris-Saclay / ZAC École polytechnique": "saclay-polytechnique",
    "Paris-Saclay / ZAC Corbeville": "saclay-corbeville",
    "Goyang (Ilsan) Techno Valley": "goyang-itv",
    "Goyang Changneung new town": "goyang-changneung",
    "Korean 3rd-gen new towns (13 sites)": "korea-new-towns-3",
    "Pangyo Techno Valley": "pangyo",
    "Magok": "magok",
    "Songdo International City (IFEZ)": "songdo",
    "Songdo IBD": "songdo-ibd",
}

# What a district was declared to be is decided, not counted; descriptors say how things are.
BASES = {"designation (plan area)": "plan", "plan (total programme estimate)": "plan", "descriptor": "actual"}

# The first part of the source's unit that is no remark. Money in won is told in 억, as the press prints it.
UNITS = {
    "year": "date", "date": "date", "decade": "date", "period": "date", "name": "text", "m2": "m2 GFA",
    "KRW": "억 KRW", "teacher-researchers": "researchers", "non-university institutes": "institutes",
    "scientific institutions": "institutes", "TQB points of 1,000": "points", "persons/ha land": "persons/ha",
    "jobs/ha land": "jobs/ha", "m2 SdP": "m2 GFA", "sub-goals": "text", "fields of action": "text",
}  # fmt: skip
# What is counted decides the unit where the source says only persons.
UNITS_BY_MEASURE = {"jobs": "jobs", "research_staff": "researchers"}
WON_PER_EOK = 100_000_000

ABOUT = re.compile(
    r"\b(?:about|around|approx|some|almost|over|more than|ca|rund|etwa|knapp|gut|über|mehr als|environ|plus de)\b"
    r"|약 ?\d|\d여(?:개|명| )",
    re.IGNORECASE,
)
# What a quote says of a figure, and how quantities are written with it.
QUALIFIERS = {
    "about": "about|around|some|almost|approximately|gut|knapp", "ca.": "ca|approx", "rund": "rund", "etwa": "etwa",
    "environ": "environ", "약": "약", ">": "over|more than|mehr als|über|plus de", ">=": "at least|mindestens",
    "<=": "up to|bis zu",
}  # fmt: skip
FIGURE = r"\d{1,3}(?:[ \u00a0\u202f.,]\d{3})+(?!\d)|\d+(?:[.,]\d+)?"
QUALIFIED = re.compile(
    rf"(?:\b(?P<word>{'|'.join(QUALIFIERS.values())})\b\.? ?)?(?:€ ?)?"
    rf"(?P<figure>(?:{FIGURE})(?:[조억만천] ?(?:{FIGURE}))*)(?P<odd>여)?(?P<more>\+)?",
    re.IGNORECASE,
)
SENTENCE_LOST = "Value taken from the source's table or text; its sentence was not kept"


@dataclass(frozen=True, slots=True)
class Tables:
    """indicators: by (district or "", indicator). sources: by title. corrections: several rows where a row is split."""

    indicators: Mapping[tuple[str, str], Row]
    sources: Mapping[str, Row]
    corrections: Mapping[Key, list[Row]]


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_tables() -> Tables:
    corrections: dict[Key, list[Row]] = defaultdict(list)
    for row in read(TABLES / "corrections.csv"):
        corrections[key(row, "period")].append(assignments(row["set"]))
    return Tables(
        {(row["district"], row["indicator"]): row for row in read(TABLES / "indicators.csv")},
        {row["title"]: row for row in read(TABLES / "sources.csv")},
        corrections,
    )


def key(row: Row, period: str) -> Key:
    return row["district"], row["indicator"], row["value"], row[period]


def assignments(text: str) -> Row:
    """``basis=plan;note=…``: the note comes last and may hold any sign."""
    plain, _, note = text.partition("note=")
    pairs = (part.split("=", 1) for part in plain.split(";") if part)
    return dict(pairs) | ({"note": note} if note else {})


def collected_facts(rows: Sequence[Row], tables: Tables) -> Iterator[Row]:
    """Raises ValueError for a correction of a row that is not there."""
    if stale := tables.corrections.keys() - {key(row, "year_or_period") for row in rows}:
        raise ValueError(f"corrections of rows that are not there: {sorted(stale)}")
    for row in rows:
        fact = plain_fact(row, tables)
        for correction in tables.corrections.get(key(row, "year_or_period"), [{}]):
            source = tables.sources[title(row)]
            yield completed(fact | correction, source)


def title(row: Row) -> str:
    """Of the source, without the collector's remark on which one it is."""
    return re.sub(r" \(the .*\)$", "", row["source_title"])


def plain_fact(row: Row, tables: Tables) -> Row:
    """The fact as the tables give it, before what is set by hand."""
    meaning = tables.indicators.get((row["district"], row["indicator"])) or tables.indicators["", row["indicator"]]
    source = tables.sources[title(row)]
    basis = BASES.get(row["basis"], row["basis"])
    value, unit = value_and_unit(row["value"], row["unit"], meaning["measure"])
    return {
        "subject": PROGRAMMES[row["district"]],
        "measure": meaning["measure"],
        "basis": basis,
        "value": value,
        "unit": unit,
        "boundary": meaning["boundary"] or "district",
        "definition": meaning["definition"],
        "as_of": moment(row["year_or_period"]) if basis == "actual" and unit != "date" else "",
        "stated": said(row["year_or_period"], source, basis),
        "source": source["shipped_title"] or source["title"],
        # A source that is kept without an address stands by its title.
        "url": row["source_url"] if row["source_url"].startswith("http") else "",
        # A remark in square brackets is the collector's, not the source's.
        "quote": re.sub(r" \[.*\]$", "", row["quote_or_note"]),
        "confidence": row["confidence"],
    }  # fmt: skip


def value_and_unit(value: str, unit: str, measure: str) -> tuple[str, str]:
    """Numbers without exponents and without ``.0``; the unit without the remark in brackets."""
    symbol = re.sub(r" \(.*\)$", "", unit)
    if symbol.startswith("%"):
        symbol = "%"
    symbol = UNITS.get(symbol, symbol)
    if symbol == "persons":
        symbol = UNITS_BY_MEASURE.get(measure, symbol)
    if unit == "years" and measure != "duration":
        symbol = "date"
    if unit == "%" and not re.search(r"^-?[\d.]+$|–", value):
        symbol = "text"
    ends = [plain(part) for part in value.split("–")] if symbol not in ("date", "text") else [value]
    if symbol == "억 KRW":
        ends = [plain(str(Decimal(end) / WON_PER_EOK)) for end in ends]
    return "–".join(ends), symbol


def plain(number: str) -> str:
    if not re.fullmatch(r"-?[\d.]+(e\d+)?", number):
        return number
    value = Decimal(number)
    return f"{value.normalize():f}"


def moment(period: str) -> str:
    """The period of a counted value, in the words dates are written with; "" where the source gives none."""
    period = period.removeprefix("since ").removesuffix(" MoU").rstrip("–")
    return period if re.match(r"(c\. |end |late )?\d{4}", period) else ""


def said(period: str, source: Row, basis: str) -> str:
    """The source's own date; of a plan the day it was announced, where that is known."""
    day = re.match(r"\d{4}-\d\d-\d\d", period)
    return day[0] if day and basis != "actual" else source["stated"]


def completed(fact: Row, source: Row) -> Row:
    """The fact with its baseline and quality, both as the tables' rules say unless set by hand."""
    fact = dict(fact)
    baseline = source.get("baseline", "")
    if fact["basis"] in ("plan", "claim") and baseline and fact["boundary"] == "district":
        fact.setdefault("baseline", baseline)
    fact.setdefault("quality", quality(fact, source["origin"]))
    if not fact["quote"]:
        fact["note"] = ". ".join(filter(None, (fact.get("note", ""), SENTENCE_LOST)))
    return fact


def quality(fact: Row, origin: str) -> str:
    """The U4SSC data-quality code by the rule of places/README.md. origin: body, quoted, survey or press."""
    if origin == "press":
        return "not-traceable"
    if fact["basis"] != "actual":
        return "estimate"
    if origin == "survey":
        return "survey"
    return "estimate" if rounded(fact) else "measured"


def rounded(fact: Row) -> bool:
    """Whether the source tells a counted figure only about: it says so, or two noughts stand at its end."""
    if fact["unit"] in ("date", "text"):
        return False
    return bool(ABOUT.search(fact["quote"])) or bool(re.fullmatch(r"\d+00", fact["value"]))


def added_facts(tables: Tables, addresses: Mapping[str, str]) -> Iterator[Row]:
    """Facts of added.csv. addresses: url by source title, from the collected facts of the same source."""
    for row in read(TABLES / "added.csv"):
        source = tables.sources[row["source"]]
        fact = {name: text for name, text in row.items() if text} | {
            "boundary": row["boundary"] or "district",
            "definition": row["definition"],
            "stated": row["stated"] or source["stated"],
            "url": row["url"] or addresses[row["source"]],
            "quote": row["quote"],
        }
        yield completed(fact, source)


def as_told(fact: Row) -> Row:
    """The fact with what its quote says of its figure: ``about 8200``, ``1900여``, ``>150``."""
    told = fact.pop("told", "")
    return fact | {"value": told or qualified(fact)}


def qualified(fact: Row) -> str:
    value = fact["value"]
    if fact["unit"] in ("date", "text") or not value[:1].isdigit():
        return value
    ends = {significant(end) for end in value.split("–")}
    for found in QUALIFIED.finditer(fact["quote"]):
        if significant(found["figure"]) in ends and (written := with_word(value, found)) != value:
            return written
    return value


def with_word(value: str, found: re.Match[str]) -> str:
    word = (found["word"] or "").lower()
    mark = next((mark for mark, words in QUALIFIERS.items() if word and word in words.split("|")), "")
    gap = " " if mark[-1:].isalpha() or mark.endswith(".") else ""
    return f"{mark}{gap}{value}{found['odd'] or ''}{found['more'] or ''}"


def significant(figure: str) -> str:
    """The digits of a figure in whatever words and signs: those of ``1.2``, ``1,200`` and ``1 Mrd. 200 Mio`` are 12."""
    return "".join(filter(str.isdigit, figure)).strip("0")


def with_ids(facts: Iterable[Row]) -> Iterator[Row]:
    """Readable ids: the first to come has the short one, so facts added at the end change none."""
    taken: set[str] = set()
    for fact in facts:
        fact["id"] = next(name for name in names(fact) if name not in taken)
        taken.add(fact["id"])
        yield fact


def names(fact: Row) -> Iterator[str]:
    area = "" if fact["boundary"] == "district" else fact["boundary"].removeprefix(fact["measure"].replace("_", " "))
    basis = "" if fact["basis"] == "actual" else fact["basis"]
    when = fact.get("as_of") or fact.get("stated") or ""
    if fact["unit"] == "date" and not basis:
        when = fact["value"]
    short = (fact["subject"], fact["measure"], area, basis, when)
    yield slug(*short)
    yield slug(*short, fact["definition"])
    yield slug(*short, fact["value"])
    yield slug(*short, fact["value"], fact["definition"])
    yield slug(*short, fact["value"], fact["source"])
    yield from (slug(*short, str(number)) for number in range(2, 100))


def slug(*parts: str) -> str:
    text = "-".join(part.removeprefix("c. ") for part in parts if part).lower()
    plain = unicodedata.normalize("NFKD", text.replace("+", "-and-").replace("–", "-to-"))
    return re.sub(r"[^a-z0-9.]+", "-", plain.encode("ascii", "ignore").decode()).strip("-.")


def write(path: Path, facts: Iterable[Row]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = sorted(facts, key=lambda fact: fact["subject"])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", extrasaction="raise", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return len(rows)


def main(source: Path, root: Path) -> None:
    tables = load_tables()
    rows = read(source)
    collected = list(collected_facts(rows, tables))
    addresses = {title(row): row["source_url"] for row in rows}
    facts = [as_told(fact) for fact in with_ids([*collected, *added_facts(tables, addresses)])]
    goyang = write(root / "cities/goyang/district/facts.csv", (f for f in facts if f["subject"] in GOYANG))
    others = write(root / "places/facts.csv", (f for f in facts if f["subject"] not in GOYANG))
    print(f"{len(rows)} rows in, {len(collected)} facts; with added ones {others} and {goyang} out")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
