"""From a pasted text or an uploaded file to a report."""

from .find import find_claims, text_claims
from .judge import judge
from .read import read_table
from .report import Report
from .split import decode, split_rows


def check_bytes(data: bytes, encoding: str | None = None) -> Report:
    """Check an uploaded file. encoding: ``utf-8`` (default), ``utf-8-sig`` or ``cp949``.

    Raises TooLarge past a limit, InvalidRequest for bytes of another encoding (with row and byte), BadRequestData for
    an encoding that is not offered.
    """
    return check_text(decode(data, encoding))


def check_text(text: str) -> Report:
    """Check a table (CSV, TSV, semicolons, Markdown, HTML) or sentences with figures.

    Raises TooLarge, InvalidRequest.
    """
    rows, separator = split_rows(text)
    table = read_table(rows, separator) if separator else None
    if table and (claims := find_claims(table)):
        return Report(table, (), tuple(map(judge, claims)), table.decisions)
    lines = [line for line in text.splitlines() if line.strip()]
    findings = tuple(map(judge, text_claims(lines)))
    return Report(
        None if findings else table,
        tuple(lines) if findings or not table else (),
        findings,
        table.decisions if table else (),
    )
