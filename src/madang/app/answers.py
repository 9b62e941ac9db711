"""Answers as tables that the command line prints, as text, JSON or CSV."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Answer:
    """columns, rows of equal length; note: one sentence below a printed table. documents: rows as JSON shows them."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    note: str = ""
    documents: Sequence[Any] | None = None

    def json(self) -> str:
        documents = (
            self.documents
            if self.documents is not None
            else [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        )
        return orjson.dumps(documents, option=orjson.OPT_INDENT_2, default=str).decode()

    def csv(self) -> str:
        """RFC 4180 with a header row."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(self.columns)
        writer.writerows([_cell(value) for value in row] for row in self.rows)
        return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return orjson.dumps(value).decode() if isinstance(value, (dict, list)) else value


def short(value: Any) -> Any:
    """A simplified attribute value for a cell: a point as ``longitude latitude``, a language map in English."""
    if isinstance(value, dict):
        if value.get("type") == "Point":
            return " ".join(f"{number:.5f}" for number in value["coordinates"][:2])
        if isinstance(texts := value.get("languageMap"), dict):
            return texts.get("en") or next(iter(texts.values()), "")
        return orjson.dumps(value).decode()
    return value
