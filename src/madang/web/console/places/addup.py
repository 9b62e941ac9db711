"""Does it add up? A pasted table or an uploaded file, checked; nothing of it is kept."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang.district.addup import COLUMNS, Finding, Report, Verdict, check_text, report_rows
from madang.district.addup.judge import Kind
from madang.district.addup.report import GRAVITY
from madang.district.addup.split import BYTES_MAX, ENCODINGS, decode
from madang.district.addup.table import Said, Table, letters
from madang.district.addup.words import KINDS, VERDICTS, say
from madang.errors import InputError
from madang.web.city import City
from madang.web.console.csvtext import csv_text
from madang.web.console.forms import bounded_form, text_of
from madang.web.console.render import read_reader
from madang.web.problems import problem_of

from .frame import places_page

TAB = "places/check"
EXAMPLES = ("magok-land-sale", "ifez-attainment", "hafencity-use-mix")
"""Published tables that come with madang, by file name; words ``places.addup.example.<name>``."""

ROWS_SHOWN = 200
FINDINGS_SHOWN = 300
FORM_MAX = BYTES_MAX + 100_000
"""Bytes of a whole form: the file, and what stands around it."""

LEVELS: Mapping[Verdict, str] = {
    Verdict.MATCH: "ok",
    Verdict.ROUNDED: "watch",
    Verdict.TRUNCATED: "watch",
    Verdict.UNIT_SLIP: "alarm",
    Verdict.MISMATCH: "alarm",
    Verdict.CANNOT_TELL: "none",
    Verdict.INFO: "none",
}
"""Shape and colour of a verdict's mark; its word always stands beside it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form brought. refused: why it cannot be checked."""

    text: str = ""
    refused: InputError | None = None


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One line of the list of verdicts."""

    number: int
    place: str
    label: str
    kind: str
    verdict: str
    level: str
    sentence: str


@dataclass(frozen=True, slots=True)
class CellShown:
    """mark: the finding about this cell, where there is one."""

    text: str
    number: bool
    mark: FindingRow | None


@dataclass(frozen=True, slots=True)
class TableShown:
    """columns: letter, name, whether of figures. rows: with their number in what was pasted. left_out: not shown."""

    columns: Sequence[tuple[str, str, bool]]
    rows: Sequence[tuple[int, Sequence[CellShown]]]
    left_out: int


def addup_routes(cities: Mapping[str, City]) -> list[Route]:
    async def show(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        if request.method == "POST":
            asked = await read_form(request)
        else:
            asked = _example(city, request.query_params.get("example", ""))
        return await _answer(request, cities, city, asked)

    async def download(request: Request) -> Response:
        city = cities[request.path_params["city"]]
        asked = await read_form(request)
        if asked.refused:
            return await _answer(request, cities, city, asked)
        report = await asyncio.to_thread(check_text, asked.text)
        headers = {"Content-Disposition": 'attachment; filename="check.csv"', "Cache-Control": "no-store"}
        return Response(csv_text(COLUMNS, report_rows(report)), media_type="text/csv; charset=utf-8", headers=headers)

    return [
        Route("/{city}/places/check", show, methods=["GET", "POST"]),
        Route("/{city}/places/check.csv", download, methods=["POST"]),
    ]


async def _answer(request: Request, cities: Mapping[str, City], city: City, asked: Asked) -> Response:
    lang = read_reader(request, city).lang
    report, refused = None, asked.refused
    if asked.text.strip() and refused is None:
        try:
            # A table of thousands of rows takes seconds; other readers do not wait for it.
            report = await asyncio.to_thread(check_text, asked.text)
        except InputError as exc:
            refused = exc
    rows = finding_rows(report, lang) if report else []
    shown = sorted(rows, key=lambda row: -GRAVITY[_verdict(report, row)])[:FINDINGS_SHOWN] if report else []
    return await places_page(
        request,
        cities,
        city,
        TAB,
        "places/addup.html",
        status=problem_of(refused).status if refused else 200,
        text=asked.text,
        refused=refused.detail if refused else "",
        report=report,
        counts=_counts(report, lang) if report else [],
        findings=sorted(shown, key=lambda row: row.number),
        findings_count=len(rows),
        table=table_shown(report.table, rows, report) if report and report.table else None,
        decisions=[_in(said, lang) for said in report.decisions] if report else [],
        examples=EXAMPLES,
        encodings=ENCODINGS,
        bytes_max=BYTES_MAX,
    )


def _verdict(report: Report, row: FindingRow) -> Verdict:
    return report.findings[row.number - 1].verdict


async def read_form(request: Request) -> Asked:
    """A text, or a file with its encoding. A file wins. What is too large or no text comes back as refused."""
    try:
        async with bounded_form(request, FORM_MAX) as form:
            file = form.get("file")
            encoding = text_of(form, "encoding") or "utf-8"
            if isinstance(file, UploadFile) and (data := await file.read()):
                return Asked(decode(data, encoding))
            return Asked(text_of(form, "text"))
    except InputError as exc:
        return Asked(refused=exc)


def _example(city: City, name: str) -> Asked:
    return Asked(example_text(city.places.files.shared, name)) if name in EXAMPLES else Asked()


@cache
def example_text(places: Path, name: str) -> str:
    return (places / "examples" / f"{name}.csv").read_text(encoding="utf-8")


def finding_rows(report: Report, lang: str) -> list[FindingRow]:
    return [_finding_row(number, finding, lang) for number, finding in enumerate(report.findings, 1)]


def _finding_row(number: int, finding: Finding, lang: str) -> FindingRow:
    published = finding.claim.published
    at = published if published and published.row else None
    parts = finding.claim.inputs
    # A sum that stands in no cell of its own is placed by what it sums.
    place = at.place if at else f"{parts[0].place}–{parts[-1].place}" if parts else ""
    return FindingRow(
        number,
        place,
        (at or parts[0]).label if at or finding.claim.kind is not Kind.PERCENT_SUM else "",
        _in(KINDS[finding.claim.kind], lang),
        _in(VERDICTS[finding.verdict], lang),
        LEVELS[finding.verdict],
        _in(say(finding), lang),
    )


def _in(said: Said, lang: str) -> str:
    return said.ko if lang == "ko" else said.en


def _counts(report: Report, lang: str) -> list[tuple[str, str, int]]:
    """Word, level and number of each verdict that there is, the gravest first."""
    found = sorted(report.counts.items(), key=lambda one: -GRAVITY[one[0]])
    return [(_in(VERDICTS[verdict], lang), LEVELS[verdict], count) for verdict, count in found if count]


def table_shown(table: Table, rows: Sequence[FindingRow], report: Report) -> TableShown:
    """The first rows, and after them those that need a look."""
    by_finding = {id(finding): row for finding, row in zip(report.findings, rows, strict=True)}
    marks = {place: by_finding[id(finding)] for place, finding in report.worst.items()}
    grave = {place[0] for place, finding in report.worst.items() if not finding.verdict.holds}
    chosen = [row for at, row in enumerate(table.rows) if at < ROWS_SHOWN or row[0].row in grave][: 2 * ROWS_SHOWN]
    shown = [
        (row[0].row, [CellShown(one.text, one.number is not None, marks.get((one.row, one.column))) for one in row])
        for row in chosen
    ]
    columns = [(letters(column.index + 1), column.name, column.role == "value") for column in table.columns]
    return TableShown(columns, shown, len(table.rows) - len(chosen))
