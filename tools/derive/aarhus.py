"""Derive the data files of the Aarhus replay (2014-08-11..2014-09-07) from the raw files.

    python tools/derive/aarhus.py SOURCE_DIR OUT_DIR

SOURCE_DIR holds `aarhus/` as published. Measured values are passed on as published, impossible ones too; what is
changed is the format, the columns, the period and exact duplicates. Running it again writes the same bytes.
Needs the program zstd.

Times carry no zone: traffic is in UTC, everything else in local time (UTC+2 in this period).
"""

import csv
import gzip
import html
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb

Row = dict[str, str]
Cells = Sequence[object]

FIRST, END = "2014-08-11", "2014-09-08"  # END is the first day no longer taken
TRAFFIC_ROWS_A_GROUP = 122_880  # a multiple of what DuckDB writes at once, close to the 117,000 rows of a day

GARAGE_NAMES = {
    "BRUUNS": "Bruuns Galleri",
    "BUSGADEHUSET": "Busgadehuset",
    "KALKVAERKSVEJ": "Kalkværksvej",
    "MAGASIN": "Magasin",
    "NORREPORT": "Nørreport",
    "SALLING": "Salling",
    "SCANDCENTER": "Scandinavian Center",
    "SKOLEBAKKEN": "Skolebakken",
}
# The feed of the libraries has lost its Danish letters; these are the places where that hides one.
LIBRARY_PLACES = {"?by": "Åby", "H?jbjerg": "Højbjerg"}


def read_rows(path: Path) -> list[list[str]]:
    """Rows of a UTF-8 CSV file, header included."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def read_csv(path: Path) -> list[Row]:
    """Rows by column name."""
    header, *rows = read_rows(path)
    return [dict(zip(header, row, strict=True)) for row in rows]


def write_csv(path: Path, header: str, rows: Iterable[Cells]) -> int:
    """Write UTF-8 CSV with LF ends; the number of rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def note(name: str, rows_in: int, rows_out: int, why: str = "") -> None:
    """Print the balance of one file."""
    print(f"{name}: {rows_in} in, {rows_out} out, {rows_in - rows_out} left out{': ' + why if why else ''}")


def degrees(text: str, decimals: int = 6) -> float:
    """A coordinate [deg] without floating point noise (6 decimals: 0.1 m)."""
    return round(float(text), decimals)


def tidy(text: str) -> str:
    """Text on one line, entities resolved, tags removed."""
    return " ".join(re.sub(r"</?[a-zA-Z][^>]*>", " ", html.unescape(text)).split())


def in_period(time: str) -> bool:
    """ISO times sort as text."""
    return FIRST <= time < END


def unpack_traffic(archive: Path, folder: Path) -> None:
    """Unpack the 449 files of segments from the archive."""
    with subprocess.Popen(["zstd", "-dc", str(archive)], stdout=subprocess.PIPE) as zstd:
        if zstd.stdout is None:
            raise RuntimeError("no output of zstd")
        with tarfile.open(fileobj=zstd.stdout, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.name.endswith(".stream") else None
                if content:
                    (folder / Path(member.name).name).write_bytes(content.read())
    if zstd.returncode:
        raise RuntimeError(f"zstd ended with {zstd.returncode}")


def traffic(source: Path, out: Path) -> None:
    """Mean speed [km/h] and number of vehicles per segment every 5 minutes, time in UTC.

    One file per segment with rows as sent. The status is always OK and the travel times follow from the speed, so
    both are dropped; so are the rows that were sent twice.
    """
    connection = duckdb.connect()
    connection.execute("SET threads = 1")  # the order of rows, so the bytes, must not depend on the machine
    connection.execute(
        "CREATE TABLE t (segment INTEGER, time TIMESTAMP, avg_speed UTINYINT, vehicle_count UTINYINT, twice BOOLEAN)"
    )
    with tempfile.TemporaryDirectory() as name:
        unpack_traffic(source / "aarhus_traffic_2014_full.tar.zst", Path(name))
        connection.execute(
            "INSERT INTO t SELECT REPORT_ID, TIMESTAMP, avgSpeed, vehicleCount, row_number() OVER "
            "(PARTITION BY REPORT_ID, TIMESTAMP, avgSpeed, vehicleCount) > 1 "
            "FROM read_csv(?, header = true) WHERE TIMESTAMP >= ?::TIMESTAMP AND TIMESTAMP < ?::TIMESTAMP",
            [f"{name}/*.stream", FIRST, END],
        )
    target = str(out / "traffic.parquet").replace("'", "''")
    connection.execute("CREATE TABLE kept AS SELECT segment, time, avg_speed, vehicle_count FROM t WHERE NOT twice")
    connection.execute(
        f"COPY (FROM kept ORDER BY time::DATE, segment, time) TO '{target}' "
        f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 22, ROW_GROUP_SIZE {TRAFFIC_ROWS_A_GROUP})"
    )
    counts = connection.execute("SELECT count(*), count(*) FILTER (NOT twice) FROM t").fetchone() or (0, 0)
    note("traffic.parquet", counts[0], counts[1], "exact duplicates; days outside the period are not counted")


def segment_name(row: Row) -> str:
    """The street, or both streets if they differ, or the name of the report."""
    streets = list(dict.fromkeys(filter(None, (row["POINT_1_STREET"].strip(), row["POINT_2_STREET"].strip()))))
    return " – ".join(streets) or row["REPORT_NAME"]


def segments(source: Path, out: Path) -> None:
    """The measured segments: end points, length [m], normal speed [km/h].

    NDT_IN_KMH is no speed limit: on every segment it is the length over the normal driving time (DURATION_IN_SEC),
    rounded, and takes values like 37 or 113.
    """
    rows_in = read_csv(source / "traffic_metadata.csv")
    rows = sorted(
        (
            int(row["REPORT_ID"]),
            segment_name(row),
            row["POINT_1_STREET"].strip(),
            row["POINT_2_STREET"].strip(),
            degrees(row["POINT_1_LNG"]),
            degrees(row["POINT_1_LAT"]),
            degrees(row["POINT_2_LNG"]),
            degrees(row["POINT_2_LAT"]),
            row["DISTANCE_IN_METERS"],
            row["NDT_IN_KMH"],
            row["ROAD_TYPE"],
        )
        for row in rows_in
    )
    header = "segment,name,from_street,to_street,from_lon,from_lat,to_lon,to_lat,length_m,normal_speed_kmh,road_type"
    note("segments.csv", len(rows_in), write_csv(out / "segments.csv", header, rows))


def network(source: Path, out: Path) -> None:
    """The segments that were added until 2024, as straight lines (lon/lat, 5 decimals): a backdrop."""
    measured = {row["REPORT_ID"] for row in read_csv(source / "traffic_metadata.csv")}
    rows_in = read_csv(source / "snapshot_2024" / "traffic_metadata.csv")
    lines = []
    for row in sorted(rows_in, key=lambda row: int(row["REPORT_ID"])):
        if row["REPORT_ID"] in measured:
            continue
        ends = [[degrees(row[f"POINT_{end}_LNG"], 5), degrees(row[f"POINT_{end}_LAT"], 5)] for end in (1, 2)]
        feature = {
            "type": "Feature",
            "properties": {"segment": int(row["REPORT_ID"]), "road_type": row["ROAD_TYPE"]},
            "geometry": {"type": "LineString", "coordinates": ends},
        }
        lines.append(json.dumps(feature, separators=(",", ":")))
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    (out / "network.geojson").write_text(text, encoding="utf-8", newline="\n")
    note("network.geojson", len(rows_in), len(lines), "segments of segments.csv")


def parking(source: Path, out: Path) -> None:
    """Vehicles in and spaces of eight garages about every 30 minutes, local time of the update.

    Counts above the spaces and counts that stand still for weeks are as published. `streamtime` is the moment of a
    bulk load and is dropped.
    """
    rows_in = read_csv(source / "parking.csv.gz")
    taken = [
        (row["updatetime"][:19], row["garagecode"], row["vehiclecount"], row["totalspaces"])
        for row in rows_in
        if in_period(row["updatetime"])
    ]
    rows = sorted(set(taken))
    count = write_csv(out / "parking.csv", "time,garage,vehicle_count,total_spaces", rows)
    why = f"{len(rows_in) - len(taken)} outside the period, {len(taken) - len(rows)} duplicates"
    note("parking.csv", len(rows_in), count, why)


def garages(source: Path, out: Path) -> None:
    """Where the garages are."""
    rows_in = read_csv(source / "parking_addresses.csv")
    rows = sorted(
        (
            row["garagecode"],
            GARAGE_NAMES[row["garagecode"]],
            f"{row['street']} {row['housenumber']}".strip(),
            row["latitude"],
            row["longitude"],
        )
        for row in rows_in
    )
    note("garages.csv", len(rows_in), write_csv(out / "garages.csv", "garage,name,street,lat,lon", rows))


def weather(source: Path, out: Path) -> None:
    """Temperature [deg C], humidity [%], wind [km/h, deg], pressure [hPa], local time, every 10 to 30 minutes."""
    files = (
        ("weather.csv.gz", ("tempm", "hum", "wspdm")),
        ("weather_wdird.csv.gz", ("wdird",)),
        ("weather_pressurem.csv.gz", ("pressurem",)),
    )
    merged: dict[str, dict[str, str]] = {}
    rows_in = 0
    for name, columns in files:
        for row in read_csv(source / name):
            rows_in += name == files[0][0]
            if in_period(row["TIMESTAMP"]):
                merged.setdefault(row["TIMESTAMP"], {}).update({column: row[column] for column in columns})
    order = ("tempm", "hum", "wspdm", "wdird", "pressurem")
    rows = [(time, *(values.get(column, "") for column in order)) for time, values in sorted(merged.items())]
    header = "time,temperature_degc,humidity_pct,wind_speed_kmh,wind_direction_deg,pressure_hpa"
    note("weather.csv", rows_in, write_csv(out / "weather.csv", header, rows), "outside the period")


def cultural_events(path: Path) -> list[Cells]:
    """id, title, place, lon, lat, start of each event in the period; the file has no header (19 columns)."""
    events: list[Cells] = []
    for row in read_rows(path):
        # 2 title, 7 longitude, 8 number of the performance, 11 room, 12 local start, 13 latitude
        if in_period(row[12]):
            place = f"Musikhuset, {tidy(row[11])}"
            events.append((f"culture-{row[8]}", tidy(row[2]), place, degrees(row[7]), degrees(row[13]), row[12]))
    return events


def library_events(path: Path) -> tuple[list[Cells], int, int]:
    """Events of the libraries in the period, and the number left out: title with a lost letter, the same twice.

    The feed (RDF in Turtle) wrote "?" for every Danish letter. What stood there cannot be known, so such titles are
    left out; the places are few and known.
    """
    blocks = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n\n")
    places: dict[str, tuple[str, float, float]] = {}
    for block in blocks:
        node = re.search(
            r"#(context_\w+)>\s+a\s.*hasLatitude ([\d.]+).*hasLongitude ([\d.]+).*hasNodeName \"(.*?)\"", block, re.S
        )
        if node:
            town = LIBRARY_PLACES.get(node[4], node[4])
            places[node[1]] = (f"Aarhus Bibliotek, {town}", degrees(node[3]), degrees(node[2]))
    events: list[Cells] = []
    seen: set[Cells] = set()
    lost = same = 0
    pattern = re.compile(
        r'tl:at\s+"([^"]+)".*sao:value "Title: (.*?) Price: .*?/node/(\d+)"'
        r".*featureOfInterest\s+<[^>]*#(context_\w+)>",
        re.S,
    )
    for block in blocks:
        found = pattern.search(block)
        if not found or not in_period(found[1]):
            continue
        title = tidy(found[2].replace('\\"', '"')).replace(": >", ": ")
        if "?" in title:
            lost += 1
            continue
        fact = (title, *places[found[4]], found[1])
        if fact in seen:
            same += 1
            continue
        seen.add(fact)
        events.append((f"library-{found[3]}", *fact))
    return events, lost, same


def events(source: Path, out: Path) -> None:
    """Events in the concert hall and the libraries: title, place, local start."""
    culture = cultural_events(source / "cultural_events_raw.csv.gz")
    library, lost, same = library_events(source / "library_events.n3.gz")
    rows = sorted([*culture, *library], key=lambda row: (str(row[5]), str(row[0])))
    count = write_csv(out / "events.csv", "id,title,place,lon,lat,start", rows)
    why = f"{lost} library titles with lost letters, {same} duplicates; events outside the period are not counted"
    note("events.csv", count + lost + same, count, why)


def main(source: Path, out: Path) -> None:
    """Write all files of Aarhus."""
    out.mkdir(parents=True, exist_ok=True)
    aarhus = source / "aarhus"
    traffic(aarhus, out)
    segments(aarhus, out)
    network(aarhus, out)
    parking(aarhus, out)
    garages(aarhus, out)
    weather(aarhus, out)
    events(aarhus, out)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python tools/derive/aarhus.py SOURCE_DIR OUT_DIR")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
