"""A city of three car parks on one morning, small enough to be played in a second."""

from pathlib import Path

PROFILE = """\
[city]
title = { ko = "바닷가", en = "Seaside" }
languages = ["en", "ko"]
timezone = "Europe/Copenhagen"
centre = [10.21, 56.15]
zoom = 13

[clock]
mode = "replay"
start = 2026-03-02T08:00:00+01:00
end = 2026-03-02T12:00:00+01:00
speed = 60
history_from = 2026-03-02T06:00:00+01:00

[packs.parking]
nearly_full_for = "PT10M"

[[feed]]
name = "garages"
title = { en = "Car parks" }
pack = "parking"
kind = "register"
file = "garages.csv"
type = "OffStreetParking"
entity = "urn:ngsi-ld:OffStreetParking:seaside:{id}"

[[feed.attribute]]
name = "name"
kind = "text"
column = "name"

[[feed.attribute]]
name = "totalSpotNumber"
column = "spaces"
unit = "C62"

[[feed.attribute]]
name = "location"
kind = "point"
columns = ["lon", "lat"]

[[feed]]
name = "parked"
title = { en = "Cars parked" }
pack = "parking"
kind = "series"
file = "parked.csv"
type = "OffStreetParking"
entity = "urn:ngsi-ld:OffStreetParking:seaside:{id}"
time = { columns = ["time"], timezone = "Europe/Copenhagen" }

[[feed.attribute]]
name = "occupiedSpotNumber"
column = "cars"
unit = "C62"
"""

GARAGES = """\
id,name,lon,lat,spaces
harbour,Harbour,10.214,56.1535,120
market,시장,10.205,56.156,80
station,Station,10.2045,56.15,200
"""

EMPTY_PROFILE = """\
[city]
title = { ko = "빈 도시", en = "Empty" }
languages = ["ko", "en"]
timezone = "Asia/Seoul"
centre = [126.84, 37.655]

[packs.parking]

[packs.weather]
"""


def small_city(directory: Path) -> Path:
    """27 readings from 6 to 12 h; the harbour is nearly full from 10 h on. Returns its directory, "seaside"."""
    city = directory / "seaside"
    city.mkdir()
    (city / "city.toml").write_text(PROFILE, "utf-8")
    (city / "garages.csv").write_text(GARAGES, "utf-8")
    rows = ["time,id,cars"]
    for quarter in range(9):
        time = f"2026-03-02T{6 + quarter * 45 // 60:02}:{quarter * 45 % 60:02}"
        harbour = 115 if 5 <= quarter < 8 else 20 + quarter
        rows += [f"{time},harbour,{harbour}", f"{time},market,{30 + quarter}", f"{time},station,{90 - quarter}"]
    (city / "parked.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return city


def empty_city(directory: Path) -> Path:
    """Packs, and nothing that fills them. Returns its directory, "void"."""
    city = directory / "void"
    city.mkdir()
    (city / "city.toml").write_text(EMPTY_PROFILE, "utf-8")
    return city
