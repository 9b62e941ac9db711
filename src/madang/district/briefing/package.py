"""The data package: all that the briefing stands on, as CSV and JSON with sources, in a zip that is always the same."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from itertools import pairwise

import orjson

from madang.district.book import Book
from madang.district.drift import drift
from madang.district.format import show_number
from madang.district.indicators.values import Results
from madang.district.interval import Interval
from madang.district.quantity import Quantity, decimal
from madang.district.records import Fact, Record, Source
from madang.district.rows import local_id
from madang.district.when import When
from madang.model.entity import Json

from .values import Briefing, Figure, Ground, Row, Table

STAMP = (1980, 1, 1, 0, 0, 0)
"""Of every file in the zip: the format knows no earlier time, and the same data must give the same bytes."""

SOURCE_COLUMNS = ("source", "url", "quote", "stated", "quality", "confidence")


def every_record(book: Book) -> Sequence[Record]:
    """All that counts, by id."""
    found: list[Record] = [
        *book.programmes.values(), *book.facts, *book.baselines, *book.phases, *book.parcels, *book.contracts,
        *book.tenancies, *book.organizations.values(), *book.agreements, *book.practices, *book.evidence,
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.id)


def as_json(record: Record) -> Mapping[str, Json]:
    """What a record says, without how it came into the ledger; its status stays."""
    told = {field.name: _plain(getattr(record, field.name)) for field in fields(record) if field.name != "entry"}
    return {"type": type(record).__name__, **told, "status": record.entry.status}


def record_lines(book: Book) -> Iterator[str]:
    for record in every_record(book):
        yield orjson.dumps(as_json(record), option=orjson.OPT_SORT_KEYS).decode()


def _plain(value: object) -> Json:
    match value:
        case None | bool() | int() | str():
            return value
        case Quantity():
            bound = {"bound": value.bound} if value.bound else {}
            written = {"low": _number(value.low), "high": _number(value.high), "unit": value.unit.symbol, **bound}
            return {**written, "written": value.as_written}
        case When():
            return {"first": value.first.isoformat(), "last": value.last.isoformat(), "written": value.text}
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case Interval():
            return [_number(value.low), _number(value.high)]
        case _ if is_dataclass(value):
            return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return str(value)


def _number(value: object) -> str:
    """Exact, as text: no reader of JSON rounds it."""
    return f"{decimal(value):f}"  # type: ignore[arg-type]  # a fraction


# ------------------------------------------------------------------------------------------------------ tables


def facts_rows(book: Book) -> Iterator[dict[str, str]]:
    for fact in sorted(book.facts, key=lambda one: one.id):
        low, high, unit = _ends(fact)
        yield {
            "id": local_id(fact.id), "subject": local_id(fact.subject), "measure": fact.measure, "basis": fact.basis,
            "value": _written(fact), "low": low, "high": high, "unit": unit, "boundary": fact.boundary,
            "definition": fact.definition, "as_of": str(fact.as_of or ""),
            "baseline": local_id(fact.baseline) if fact.baseline else "", "status": fact.entry.status,
            **_source(fact.source, fact.stated, fact.quality, fact.confidence),
        }  # fmt: skip


def _ends(fact: Fact) -> tuple[str, str, str]:
    if fact.quantity is not None:
        return _number(fact.quantity.low), _number(fact.quantity.high), fact.quantity.unit.symbol
    if fact.when is not None:
        return fact.when.first.isoformat(), fact.when.last.isoformat(), "date"
    return "", "", "text"


def _written(fact: Fact) -> str:
    return fact.quantity.as_written if fact.quantity is not None else str(fact.value)


def _source(source: Source, stated: When | None, quality: str = "", confidence: str = "") -> dict[str, str]:
    return {"source": source.title, "url": source.url, "quote": source.quote, "stated": str(stated or ""),
            "quality": quality, "confidence": confidence}  # fmt: skip


def baseline_rows(book: Book) -> Iterator[dict[str, str]]:
    for one in sorted(book.baselines, key=lambda one: (one.subject, one.number)):
        yield {
            "id": local_id(one.id), "subject": local_id(one.subject), "number": str(one.number),
            "title_ko": one.title.get("ko", ""), "title_en": one.title.get("en", ""), "reason": one.reason,
            **_source(one.source, one.stated),
        }  # fmt: skip


def drift_rows(book: Book) -> Iterator[dict[str, str]]:
    """Of every programme, from each of its plans to the next."""
    for subject in sorted({one.subject for one in book.baselines}):
        plans = book.baselines_of(subject)
        for earlier, later in pairwise(plans):
            for one in drift(book, earlier, later):
                held = [side.fact for side in (one.before, one.after) if side]
                yield {
                    "subject": local_id(subject), "from": local_id(earlier.id), "to": local_id(later.id),
                    "measure": one.measure, "before": _written(one.before.fact) if one.before else "",
                    "after": _written(one.after.fact) if one.after else "",
                    "carried": "yes" if one.after and one.after.carried else "no",
                    "difference": _span(one.difference), "unit": one.difference.unit.symbol if one.difference else "",
                    "share": show_number(one.share, "en", 4) if one.share is not None else "",
                    "months": str(one.slip.months) if one.slip else "", "unlike": one.unlike,
                    "source": " | ".join(dict.fromkeys(fact.source.title for fact in held)),
                    "url": " | ".join(dict.fromkeys(fact.source.url for fact in held if fact.source.url)),
                    "quote": " | ".join(dict.fromkeys(fact.source.quote for fact in held if fact.source.quote)),
                    "quality": " | ".join(dict.fromkeys(fact.quality for fact in held)),
                }  # fmt: skip


def _span(quantity: Quantity | None) -> str:
    if quantity is None:
        return ""
    low, high = _number(quantity.low), _number(quantity.high)
    return low if low == high else f"{low}..{high}"


def indicator_rows(results: Results) -> Iterator[dict[str, str]]:
    """Every result with what it stands on; one without a value names its gaps."""
    for key in sorted(results):
        for one in results[key]:
            facts = list(dict.fromkeys(fact for given in one.inputs for fact in given.facts))
            yield {
                "key": key, "framework": one.indicator.framework, "code": one.indicator.code,
                "name": one.indicator.name.get("en", key), "subject": local_id(one.subject) if one.subject else "",
                "value": _span(one.value), "unit": one.value.unit.symbol if one.value else "",
                "formula": one.formula, "boundary": one.boundary, "definition": one.definition, "as_of": one.as_of,
                "basis": one.basis, "gaps": "; ".join(gap.name for gap in one.gaps),
                "source": " | ".join(dict.fromkeys(fact.source.title for fact in facts)),
                "url": " | ".join(dict.fromkeys(fact.source.url for fact in facts if fact.source.url)),
                "quote": " | ".join(dict.fromkeys(fact.source.quote for fact in facts if fact.source.quote)),
                "quality": one.quality or "", "confidence": one.confidence or "",
            }  # fmt: skip


def comparison_rows(briefing: Briefing) -> Iterator[dict[str, str]]:
    """The tables of the comparison as they were printed, each row with the sources of its figures."""
    tables = [block for section in briefing.sections if section.id == "comparison" for block in section.blocks
              if isinstance(block, Table)]  # fmt: skip
    for table in tables:
        for row in table.rows:
            yield _compared(table, row)


def _compared(table: Table, row: Row) -> dict[str, str]:
    cells = ["".join(span.text for span in cell) for cell in row.cells]
    grounds = list(
        dict.fromkeys(g for cell in row.cells for span in cell if isinstance(span, Figure) for g in span.grounds)
    )
    return {
        "table": table.caption, "district": cells[0], "value": cells[1], "parts": cells[2] if len(cells) > 2 else "",
        "comparable": cells[3] if len(cells) > 3 else "", "source": _joined(grounds, "title"),
        "url": _joined(grounds, "url"), "quote": _joined(grounds, "quote"), "quality": _joined(grounds, "quality"),
    }  # fmt: skip


def _joined(grounds: Sequence[Ground], name: str) -> str:
    return " | ".join(dict.fromkeys(text for ground in grounds if (text := getattr(ground, name))))


# ----------------------------------------------------------------------------------------------------- package


def make_package(briefing: Briefing, book: Book, results: Results | None = None) -> bytes:
    """facts, baselines, indicators, drift, comparison as CSV; data.json, datapackage.json, README.md. Raises nothing of
    its own; the same data give the same bytes."""
    tables = {
        "facts": list(facts_rows(book)),
        "baselines": list(baseline_rows(book)),
        "indicators": list(indicator_rows(results or {})),
        "drift": list(drift_rows(book)),
        "comparison": list(comparison_rows(briefing)),
    }
    files: dict[str, bytes] = {f"{name}.csv": _csv(rows) for name, rows in tables.items()}
    files["data.json"] = _json({
        "title": briefing.title, "date": briefing.date, "digest": briefing.digest, "language": briefing.lang,
        "records": [as_json(record) for record in every_record(book)],
        "notes": [_plain(ground) for ground in briefing.notes],
    })  # fmt: skip
    files["datapackage.json"] = _json(_descriptor(briefing, tables))
    files["README.md"] = _readme(briefing, tables).encode()
    return _zip(files)


def _csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows([{name: _safe(text) for name, text in row.items()} for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _safe(text: str) -> str:
    """A cell that a spreadsheet would run as a formula is kept as text."""
    return f"'{text}" if text[:1] in ("=", "@", "\t", "\r") or (text[:1] in "+-" and not _is_number(text)) else text


def _is_number(text: str) -> bool:
    return all(sign.isdigit() or sign in ".,+-–% ()" for sign in text)


def _json(document: Json) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def _descriptor(briefing: Briefing, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> Mapping[str, Json]:
    """Source: Frictionless Data Package, version 1 (profile tabular-data-package)."""
    resources = [
        {
            "name": name, "path": f"{name}.csv", "profile": "tabular-data-resource", "mediatype": "text/csv",
            "encoding": "utf-8", "schema": {"fields": [{"name": column, "type": "string"} for column in rows[0]]},
        }
        for name, rows in tables.items() if rows
    ]  # fmt: skip
    return {
        "profile": "tabular-data-package", "name": "madang-briefing", "title": briefing.title,
        "version": briefing.date, "id": briefing.digest, "resources": resources,
    }  # fmt: skip


def _readme(briefing: Briefing, tables: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    lines = [f"# {briefing.title}", "", f"{briefing.words['data.of']} {briefing.date_text}",
             f"{briefing.words['digest']} (SHA-256) {briefing.digest}", ""]  # fmt: skip
    lines += [f"- `{name}.csv`: {len(rows)} rows" for name, rows in tables.items()]
    lines += ["- `data.json`: all records with their sources, and the briefing's notes",
              "- `datapackage.json`: Frictionless Data Package", "",
              "Quotes belong to their publishers and are given as evidence, with source and address.", ""]  # fmt: skip
    return "\n".join(lines)


def _zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            archive.writestr(info, files[name])
    return out.getvalue()
