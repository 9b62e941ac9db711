"""Derive places/indicators.csv, the catalogue of indicators, from a collected list of frameworks.

    python tools/derive/indicators.py LIST.csv places/indicators.csv

LIST.csv has the columns framework, code, name, definition_or_formula, unit, direction, data_needed,
computable_from_hub, hub_feed, evidence, source. Korean names, our own formulas and our own further rows stand in
indicators_words.csv beside this file. The text of ISO standards may not be passed on: of their rows only code and short
name ship, and a formula only where words.csv has one of ours. Running it again writes the same bytes.
"""

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

Row = Mapping[str, str]
COLUMNS = (
    "key",
    "framework",
    "code",
    "name_en",
    "name_ko",
    "formula",
    "unit",
    "direction",
    "computable",
    "needs",
    "evidence",
    "source",
)
FRAMEWORKS: Mapping[str, tuple[str, str]] = {
    "U4SSC / ITU-T Y.4903": ("u4ssc", "U4SSC"),
    "ISO 37120:2018": ("iso-37120", "ISO 37120:2018"),
    "ISO 37122:2019": ("iso-37122", "ISO 37122:2019"),
    "ISO 37123:2019": ("iso-37123", "ISO 37123:2019"),
    "SDG 11": ("sdg", "SDG 11"),
    "LEED v4 ND": ("leed-nd", "LEED v4 ND"),
    "DGNB Districts 2020": ("dgnb", "DGNB Districts 2020"),
    "CITYkeys": ("citykeys", "CITYkeys"),
    "스마트도시 인증 (MOLIT)": ("kr-smart-city", "스마트도시 인증"),
    "스마트도시 서비스 인증": ("kr-smart-service", "스마트도시 서비스 인증"),
    "ACRC 종합청렴도": ("acrc", "ACRC 종합청렴도"),
    "ACRC 청렴도 (구)": ("acrc-old", "ACRC 청렴도 (구)"),
    "TI CPI": ("ti-cpi", "TI CPI"),
    "UNESCO GNLC Key Features": ("gnlc", "UNESCO GNLC"),
    "KR new-town practice": ("kr-new-town", "한국 신도시 계획"),
    "Aspern EVA": ("aspern-eva", "Aspern EVA"),
    "Eurostat City statistics": ("eurostat", "Eurostat City statistics"),
    "MADANG-D (proposed)": ("madang-d", "MADANG-D"),
}
"""As collected -> beginning of the keys, and what the catalogue calls it."""

SLUGS = {
    "혁신성": "innovation",
    "거버넌스": "governance",
    "인프라": "infrastructure",
    "자족용지율": "self-sufficiency-land",
    "호당 일자리": "jobs-per-dwelling",
    "자족성·중심성": "self-containment",
}
SOURCES = (
    ("memory", "from memory, not verified"),
    ("names/codes/direction: github TDT4290", "U4SSC KPI codes and names; definitions in our own words"),
    ("standard definitions", "standard definitions"),
    ("https://docslib.org/doc/9532130", "ISO 37120:2014, contents page"),
    ("https://www.scribd.com/document/661365677", "ISO 37123:2019, contents page"),
)
"""How a source begins -> how it is written here."""


def main(listed: Path, out: Path) -> None:
    words = {row["key"]: row for row in _rows(Path(__file__).with_name("indicators_words.csv"))}
    collected = _rows(listed)
    twice = {pair for pair, count in Counter((row["framework"], row["code"]) for row in collected).items() if count > 1}
    rows = [_derived(row, words, (row["framework"], row["code"]) in twice) for row in collected]
    rows += _own(words, {row["key"] for row in rows})
    keys = Counter(row["key"] for row in rows)
    if repeated := [key for key, count in keys.items() if count > 1]:
        raise SystemExit(f"keys are not unique: {repeated}")
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _derived(row: Row, words: Mapping[str, Row], twice: bool) -> dict[str, str]:
    prefix, framework = FRAMEWORKS[row["framework"]]
    key = _key(prefix, row["code"], row["name"] if twice else "")
    own = words.get(key, {})
    korean = bool(re.search("[가-힣]", row["name"]))
    return {
        "key": key,
        "framework": framework,
        "code": row["code"],
        "name_en": own.get("name_en", "") or row["name"],
        "name_ko": own.get("name_ko", "") or (row["name"] if korean else ""),
        "formula": own.get("formula", "") or ("" if framework.startswith("ISO") else row["definition_or_formula"]),
        "unit": own.get("unit", "") or row["unit"],
        "direction": row["direction"],
        "computable": row["computable_from_hub"],
        "needs": "" if row["code"] == "(structure)" else row["data_needed"].partition(" (+")[0],
        "evidence": row["evidence"],
        "source": next((ours for begins, ours in SOURCES if row["source"].startswith(begins)), row["source"]),
    }


def _own(words: Mapping[str, Row], known: set[str]) -> Iterator[dict[str, str]]:
    """Rows of ours that the list does not have: their words say all of them."""
    for key, row in words.items():
        if key not in known:
            if not row["code"]:
                raise SystemExit(f"{key} is neither collected nor a row of our own")
            yield {
                **dict.fromkeys(COLUMNS, ""),
                **{name: row[name] for name in ("key", "code", "name_en", "name_ko", "formula", "unit")},
                "framework": "MADANG-D",
                "direction": row["direction"],
                "computable": "yes",
                "needs": "programme ledger",
                "evidence": "proposal",
                "source": "our own definition",
            }


def _key(*parts: str) -> str:
    text = "-".join(filter(None, parts))
    for korean, slug in SLUGS.items():
        text = text.replace(korean, slug)
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


if __name__ == "__main__":
    arguments: Sequence[str] = sys.argv[1:]
    if len(arguments) != 2:
        raise SystemExit(__doc__)
    main(Path(arguments[0]), Path(arguments[1]))
