"""Letters in city.db."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import orjson

from madang.ports.outbox import Letter, OutboxCounts

from .damage import store_error
from .journal import Journal
from .tail import microseconds, moment

_PUT: Final = (
    "INSERT INTO outbox (id, tenant, subscription, url, headers, body, due, attempts, error)"
    " VALUES (?, ?, ?, ?, CAST(? AS TEXT), ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
)
_DELIVERED: Final = "DELETE FROM outbox WHERE id = ?"
_RETRY: Final = "UPDATE outbox SET attempts = attempts + 1, due = ?, error = ? WHERE id = ? AND dead = 0"
_BURY: Final = "UPDATE outbox SET attempts = attempts + 1, dead = 1, error = ? WHERE id = ? AND dead = 0"
_RESEND: Final = "UPDATE outbox SET dead = 0, attempts = 0, due = ? WHERE id = ? AND dead = 1"
_LETTER: Final = "SELECT id, tenant, subscription, url, headers, body, due, attempts, error FROM outbox"
_DUE: Final = _LETTER + " WHERE dead = 0 AND due <= ? ORDER BY due, seq LIMIT ?"
_DEAD: Final = _LETTER + " WHERE dead = 1 AND tenant = ? ORDER BY due, seq LIMIT ?"
_COUNTS: Final = (
    "SELECT accepted, delivered, (SELECT count(*) FROM outbox WHERE dead = 0),"
    " (SELECT count(*) FROM outbox WHERE dead = 1) FROM outbox_count"
)


class EmbeddedOutbox:
    """Outbox on the journal. The counts are kept by the schema in the transactions that move the letters."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def put(self, letters: Sequence[Letter]) -> None:
        if letters:
            await self._journal.write([(_PUT, [_row(letter) for letter in letters])])

    async def due(self, now: datetime, *, limit: int) -> Sequence[Letter]:
        return [_letter(row) for row in self._read(_DUE, (microseconds(now), limit))]

    async def delivered(self, letter_ids: Sequence[str]) -> None:
        if letter_ids:
            await self._journal.write([(_DELIVERED, [(letter_id,) for letter_id in letter_ids])])

    async def retry(self, letter_id: str, due: datetime, error: str) -> None:
        await self._journal.write([(_RETRY, [(microseconds(due), error, letter_id)])])

    async def bury(self, letter_id: str, error: str) -> None:
        await self._journal.write([(_BURY, [(error, letter_id)])])

    async def dead(self, tenant: str, *, limit: int) -> Sequence[Letter]:
        return [_letter(row) for row in self._read(_DEAD, (tenant, limit))]

    async def resend(self, letter_ids: Sequence[str], now: datetime) -> int:
        rows = [(microseconds(now), letter_id) for letter_id in letter_ids]
        return await self._journal.run(lambda connection: connection.executemany(_RESEND, rows).rowcount) if rows else 0

    async def counts(self) -> OutboxCounts:
        return OutboxCounts(*self._read(_COUNTS, ())[0])

    def _read(self, sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
        try:
            return self._journal.read().execute(sql, parameters).fetchall()
        except sqlite3.Error as exc:
            raise store_error(exc, self._journal.path) from exc


def _row(letter: Letter) -> tuple[Any, ...]:
    return (
        letter.id,
        letter.tenant,
        letter.subscription_id,
        letter.url,
        orjson.dumps(dict(letter.headers)),
        letter.body,
        microseconds(letter.due),
        letter.attempts,
        letter.last_error,
    )


def _letter(row: tuple[Any, ...]) -> Letter:
    letter_id, tenant, subscription_id, url, headers, body, due, attempts, error = row
    return Letter(letter_id, tenant, subscription_id, url, orjson.loads(headers), body, moment(due), attempts, error)
