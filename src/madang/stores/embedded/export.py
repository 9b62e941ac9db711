"""Writes a tenant's history to open files elsewhere, one for each entity type."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from uuid import uuid4

import duckdb

from madang.errors import StoreUnavailable

from .engine import COLUMNS, literal
from .relation import Selection, raw
from .segments import Snapshot
from .sql_guard import short_name

ExportForm = Literal["parquet", "csv"]
_OPTIONS = {"parquet": "FORMAT parquet, COMPRESSION zstd", "csv": "FORMAT csv, HEADER"}


def export_types(
    snapshot: Snapshot, cursor: duckdb.DuckDBPyConnection, directory: Path, tenant: str, target: Path, form: ExportForm
) -> Iterator[int]:
    """Writes ``target``/<type>.<form> for one type after the other and gives the rows of each; the last write wins and
    what was deleted or forgotten is left out. Columns and order are those of the segments. Raises StoreUnavailable.

    The engine may write below the city's own directory only, so each file is made there and then moved.
    """
    taken: set[str] = set()
    for entity_type in sorted(snapshot.types(tenant)):
        relation = raw(snapshot, Selection(tenant, (entity_type,)), directory)
        made = directory / "history" / f"export-{uuid4().hex}.{form}"
        sql = (
            f"COPY (SELECT {COLUMNS} FROM ({relation.sql}) WHERE json IS DISTINCT FROM ''"  # noqa: S608 - our own parts
            f" ORDER BY entity, attribute, dataset_id, observed_at) TO {literal(str(made))} ({_OPTIONS[form]})"
        )
        try:
            (rows,) = cursor.execute(sql, relation.params).fetchone() or (0,)
            shutil.move(made, target / f"{_file_name(entity_type, taken)}.{form}")
        except (duckdb.Error, OSError) as exc:
            raise StoreUnavailable(f"The history of {entity_type} could not be exported to {target}: {exc}.") from exc
        finally:
            made.unlink(missing_ok=True)
        yield int(rows)


def _file_name(entity_type: str, taken: set[str]) -> str:
    """A name that no other type has, made of letters every file system takes."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", short_name(entity_type)) or "type"
    while name.lower() in taken:
        name += "_"
    taken.add(name.lower())
    return name
