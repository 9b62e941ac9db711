"""Derive the data files of the Goyang demo from the raw files.

    python tools/derive/goyang.py SOURCE_DIR OUT_DIR

SOURCE_DIR holds `geo/` and `goyang/` (with `compas_2020/`, `opendata_2019_cp949/`, `subway_daily/` and
`airkorea_stations_all.json`) as published. Measured values are passed on as published, impossible ones too; what is
changed is the format, the columns and exact duplicates. Running it again writes the same bytes.
"""

import csv
import gzip
import html
import io
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from shapely import make_valid, union_all
from shapely.geometry import box, mapping, shape
from shapely.geometry.base import BaseGeometry

Row = dict[str, str]
Cells = Sequence[object]

CONTEXT_MARGIN_DEG = 0.15
CONTEXT_TOLERANCE_DEG = 0.0003  # about 30 m: these shapes are only a backdrop
DECIMALS = 5  # about 1 m

GU_EN = {"덕양구": "Deogyang-gu", "일산동구": "Ilsandong-gu", "일산서구": "Ilsanseo-gu"}

# Revised Romanization, without the number of a split dong.
DONG_EN = {
    "주교": "Jugyo", "원신": "Wonsin", "흥도": "Heungdo", "성사": "Seongsa", "효자": "Hyoja", "삼송": "Samsong",
    "창릉": "Changneung", "고양": "Goyang", "관산": "Gwansan", "능곡": "Neunggok", "화정": "Hwajeong",
    "행주": "Haengju", "행신": "Haengsin", "화전": "Hwajeon", "대덕": "Daedeok", "식사": "Siksa", "중산": "Jungsan",
    "정발산": "Jeongbalsan", "풍산": "Pungsan", "백석": "Baekseok", "마두": "Madu", "장항": "Janghang",
    "고봉": "Gobong", "일산": "Ilsan", "탄현": "Tanhyeon", "주엽": "Juyeop", "대화": "Daehwa", "송포": "Songpo",
    "송산": "Songsan",
}  # fmt: skip

NEIGHBOUR_EN = {
    "부천시": "Bucheon-si", "광명시": "Gwangmyeong-si", "양주시": "Yangju-si", "의정부시": "Uijeongbu-si",
    "파주시": "Paju-si", "김포시": "Gimpo-si", "동두천시": "Dongducheon-si", "포천시": "Pocheon-si",
    "연천군": "Yeoncheon-gun", "남양주시": "Namyangju-si", "시흥시": "Siheung-si", "종로구": "Jongno-gu",
    "중구": "Jung-gu", "용산구": "Yongsan-gu", "성동구": "Seongdong-gu", "광진구": "Gwangjin-gu",
    "동대문구": "Dongdaemun-gu", "중랑구": "Jungnang-gu", "성북구": "Seongbuk-gu", "강북구": "Gangbuk-gu",
    "도봉구": "Dobong-gu", "노원구": "Nowon-gu", "은평구": "Eunpyeong-gu", "서대문구": "Seodaemun-gu",
    "마포구": "Mapo-gu", "양천구": "Yangcheon-gu", "강서구": "Gangseo-gu", "구로구": "Guro-gu",
    "금천구": "Geumcheon-gu", "영등포구": "Yeongdeungpo-gu", "동작구": "Dongjak-gu", "관악구": "Gwanak-gu",
    "서초구": "Seocho-gu", "강남구": "Gangnam-gu", "송파구": "Songpa-gu", "강동구": "Gangdong-gu",
    "구리시": "Guri-si", "하남시": "Hanam-si", "과천시": "Gwacheon-si", "성남시수정구": "Seongnam-si Sujeong-gu",
    "성남시중원구": "Seongnam-si Jungwon-gu", "안양시동안구": "Anyang-si Dongan-gu",
    "안양시만안구": "Anyang-si Manan-gu",
}  # fmt: skip

# The 20 stations in Goyang: station number in the ridership files, name, romanized name, line in the station register.
# Daegok is an interchange; its riders are counted on line 3 only, so it stands at the line 3 station.
STATIONS = (
    ("0309", "지축", "Jichuk", "3호선"),
    ("1268", "화전", "Hwajeon", "경의중앙"),
    ("1269", "강매", "Gangmae", "경의중앙"),
    ("1270", "행신", "Haengsin", "경의중앙"),
    ("1271", "능곡", "Neunggok", "경의중앙"),
    ("1272", "곡산", "Goksan", "경의중앙"),
    ("1273", "백마", "Baengma", "경의중앙"),
    ("1274", "풍산", "Pungsan", "경의중앙"),
    ("1275", "일산", "Ilsan", "경의중앙"),
    ("1276", "탄현", "Tanhyeon", "경의중앙"),
    ("1948", "원흥", "Wonheung", "3호선"),
    ("1950", "삼송", "Samsong", "3호선"),
    ("1951", "원당", "Wondang", "3호선"),
    ("1952", "화정", "Hwajeong", "3호선"),
    ("1953", "대곡", "Daegok", "3호선"),
    ("1954", "백석", "Baekseok", "3호선"),
    ("1955", "마두", "Madu", "3호선"),
    ("1956", "정발산", "Jeongbalsan", "3호선"),
    ("1957", "주엽", "Juyeop", "3호선"),
    ("1958", "대화", "Daehwa", "3호선"),
)
RIDERSHIP_LINES = ("3호선", "일산선", "경의선")

# Name in the station list of AirKorea -> our id, romanized name, name in the monthly file of the city.
AIR_STATIONS = {
    "행신동": ("haengsin-dong", "Haengsin-dong", "행신동"),
    "식사동": ("siksa-dong", "Siksa-dong", "식사동"),
    "신원동": ("sinwon-dong", "Sinwon-dong", "신원동"),
    "주엽동": ("juyeop-dong", "Juyeop-dong", "주엽역"),
    "백마로(마두역)": ("baengma-ro", "Baengma-ro (Madu Station)", "백마로"),
}


def read_csv(path: Path, encoding: str) -> list[Row]:
    """Rows of a CSV file by column name; a field beyond the header is dropped."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    reader = csv.reader(io.StringIO(raw.decode(encoding), newline=""))
    header = next(reader)
    return [dict(zip(header, row, strict=False)) for row in reader]


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


def degrees(text: str) -> str:
    """A coordinate [deg] without floating point noise (6 decimals, 0.1 m); blank stays blank."""
    return str(round(float(text), 6)) if text.strip() else ""


def tidy(text: str) -> str:
    """Text on one line without entities, tags and invisible marks. A title in <angle brackets> is no tag and stays."""
    visible = html.unescape(text).replace("\ufeff", "").replace("\u200b", "")
    return " ".join(re.sub(r"</?[a-zA-Z][^>]*>", " ", visible).split())


# --- boundaries --------------------------------------------------------------------------------------------------


def read_features(path: Path) -> list[tuple[dict[str, str], BaseGeometry]]:
    """Properties and geometry (EPSG:4326, lon/lat) of each feature."""
    features: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["features"]
    return [(feature["properties"], shape(feature["geometry"])) for feature in features]


def rounded(coordinates: Any) -> Any:
    """Nested coordinates with 5 decimals."""
    if isinstance(coordinates, float | int):
        return round(coordinates, DECIMALS)
    return [rounded(part) for part in coordinates]


def on_grid(geometry: BaseGeometry) -> BaseGeometry:
    """The polygon with rounded corners; a single polygon is not kept as a multi-polygon."""
    plain = mapping(geometry)
    moved = make_valid(shape({"type": plain["type"], "coordinates": rounded(plain["coordinates"])}))
    # Rounding can pinch a corner into a line; only areas are wanted.
    areas = [part for part in getattr(moved, "geoms", [moved]) if part.area > 0]
    return areas[0] if len(areas) == 1 else union_all(areas)


def write_geojson(path: Path, features: Iterable[tuple[dict[str, str], BaseGeometry]]) -> int:
    """Write a FeatureCollection, one feature a line; the number of features."""
    lines = []
    for properties, geometry in features:
        plain = mapping(geometry)
        feature = {
            "type": "Feature",
            "properties": properties,
            "geometry": {"type": plain["type"], "coordinates": rounded(plain["coordinates"])},
        }
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")
    return len(lines)


def dong_in_english(name: str) -> str:
    """The romanized name: 화정1동 is Hwajeong 1-dong."""
    match = re.fullmatch(r"(\D+?)(\d?)동", name)
    if not match:
        raise ValueError(name)
    return f"{DONG_EN[match[1]]} {match[2]}-dong" if match[2] else f"{DONG_EN[match[1]]}-dong"


def boundaries(geo: Path, out: Path) -> None:
    """39 administrative dong and 3 gu as of April 2021, and the neighbours as a backdrop."""
    source = read_features(geo / "goyang_haengjeongdong_39_admdongkor2021.geojson")
    dong = []
    for properties, geometry in source:
        name, gu = properties["adm_nm"].split()[-1], properties["sggnm"].removeprefix("고양시")
        described = {"code10": properties["adm_cd2"], "name": name, "gu": gu, "name_en": dong_in_english(name)}
        dong.append((described, on_grid(geometry)))
    dong.sort(key=lambda feature: feature[0]["code10"])
    note("dong.geojson", len(source), write_geojson(out / "dong.geojson", dong))

    gu_shapes = [
        ({"name": name, "name_en": english}, union_all([shape_ for props, shape_ in dong if props["gu"] == name]))
        for name, english in GU_EN.items()
    ]
    print(f"gu.geojson: dissolved from the dong, {write_geojson(out / 'gu.geojson', gu_shapes)} out")

    city = union_all([geometry for _, geometry in gu_shapes])
    west, south, east, north = city.bounds
    margin = CONTEXT_MARGIN_DEG
    frame = box(west - margin, south - margin, east + margin, north + margin)
    around = [*read_features(geo / "gyeonggi_sigungu.geojson"), *read_features(geo / "seoul_gu.geojson")]
    context = []
    for properties, geometry in around:
        if properties["sggnm"].startswith("고양시"):
            continue
        # The neighbours were simplified on their own, so they can overlap the finer city outline by some metres.
        visible = geometry.simplify(CONTEXT_TOLERANCE_DEG).intersection(frame).difference(city)
        if visible.area > 0:
            name = properties["sggnm"]
            described = {"name": re.sub(r"시(?=.)", "시 ", name), "name_en": NEIGHBOUR_EN[name]}
            context.append((described, on_grid(visible)))
    count = write_geojson(out / "context.geojson", context)
    note("context.geojson", len(around), count, "Goyang itself, or outside the frame")


# --- railway -----------------------------------------------------------------------------------------------------


def rail_id(number: str) -> str:
    """The letter keeps readers from turning "0309" into the number 309."""
    return f"S{number}"


def rail_stations(compas: Path, out: Path) -> None:
    """20 stations with their position; a name ends in "역" or carries a second name in brackets now and then."""
    source = read_csv(compas / "19_rail_stations.csv", "utf-8-sig")
    found = {(row["rail_nm"], re.sub(r"\(.*\)", "", row["station_nm"]).removesuffix("역")): row for row in source}
    rows = []
    for number, name, english, line in STATIONS:
        place = found.get((line, name), {})
        lat, lon = degrees(place.get("Y", "")), degrees(place.get("X", ""))
        rows.append((rail_id(number), name, english, line.removesuffix("선") + "선", lat, lon))
    count = write_csv(out / "rail_stations.csv", "station_id,name,name_en,line,lat,lon", rows)
    note("rail_stations.csv", len(source), count, "Daegok of the other line")


def riders(path: Path) -> Iterator[tuple[str, str, str, str, int, int]]:
    """Date (yyyymmdd), line, station, day of entry, boardings, alightings [persons] of one month, all of Seoul.

    The layout drifts: the line is called 노선명 or, in 2019-11, 호선명; 2020-05 has no station number, so stations are
    told apart by line and name; rows of 2020 have an empty field more than the header; and twelve months between
    2017-09 and 2020-01 write counts as "3467.0".
    """
    for row in read_csv(path, "cp949"):
        line = row["노선명"] if "노선명" in row else row["호선명"]
        counts = float(row["승차총승객수"]), float(row["하차총승객수"])
        if not all(count.is_integer() for count in counts):
            raise ValueError(f"{path.name}: {row}")
        yield row["사용일자"], line, row["역명"], row["등록일자"], int(counts[0]), int(counts[1])


def rail_ridership(source: Path, out: Path) -> None:
    """Boardings and alightings [persons] per station and day, 2017-01-01..2020-05-31.

    Jichuk lies where the metro and the national railway meet. Its riders are counted on line 3; on some days one
    or a few are booked on its number of the Ilsan line as well. A person is booked once, so both are added up.
    """
    numbers = {name: number for number, name, _, _ in STATIONS}
    rows_in = ours = duplicates = second_line = 0
    seen: set[tuple[str, str, str, str, int, int]] = set()
    totals: dict[tuple[str, str], tuple[int, int]] = {}
    lines: dict[tuple[str, str], set[str]] = {}
    for path in sorted(source.glob("CARD_SUBWAY_MONTH_*.csv.gz")):
        for record in riders(path):
            rows_in += 1
            day, line, name, _, boarded, alighted = record
            if line not in RIDERSHIP_LINES or name not in numbers:
                continue
            ours += 1
            if record in seen:
                duplicates += 1
                continue
            seen.add(record)
            key = (f"{day[:4]}-{day[4:6]}-{day[6:]}", rail_id(numbers[name]))
            booked = lines.setdefault(key, set())
            if line in booked:
                raise ValueError(f"{key}: two different rows for {line}")
            if booked:
                second_line += 1
            booked.add(line)
            before = totals.get(key, (0, 0))
            totals[key] = (before[0] + boarded, before[1] + alighted)

    connection = duckdb.connect()
    connection.execute("SET threads = 1")  # the order of rows, so the bytes, must not depend on the machine
    connection.execute("CREATE TABLE r (date DATE, station_id VARCHAR, boardings INTEGER, alightings INTEGER)")
    columns = list(zip(*[(day, station, *counts) for (day, station), counts in sorted(totals.items())], strict=True))
    connection.execute(
        "INSERT INTO r SELECT unnest(?::DATE[]), unnest(?::VARCHAR[]), unnest(?::INTEGER[]), unnest(?::INTEGER[])",
        [list(column) for column in columns],
    )
    target = str(out / "rail_ridership.parquet").replace("'", "''")
    connection.execute(
        f"COPY (FROM r ORDER BY station_id, date) TO '{target}' "
        "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 19)"
    )
    why = f"{rows_in - ours} of other stations, {duplicates} duplicates, {second_line} of Jichuk added to line 3"
    note("rail_ridership.parquet", rows_in, len(totals), why)
    days = Counter(station for _, station in totals)
    print(f"  {len(days)} stations, days per station {min(days.values())}..{max(days.values())}")


# --- registers and series ----------------------------------------------------------------------------------------


def kintex_events(compas: Path, out: Path) -> None:
    """Events of the exhibition centre: name, kind, first and last day.

    Where the kind is page markup around a number without a known meaning, it is left blank.
    """
    source = read_csv(compas / "04_kintex_events.csv", "utf-8-sig")
    facts: set[tuple[str, str, str, str]] = set()
    invalid = same = unknown = 0
    for row in source:
        first, last = (date.fromisoformat(part.strip().replace(".", "-")) for part in row["개최기간"].split("~"))
        if last < first:
            invalid += 1
            continue
        kind = row["분류"].strip() if row["분류"].strip() in {"회의", "전시회", "이벤트"} else ""
        fact = (first.isoformat(), last.isoformat(), tidy(row["행사명"]), kind)
        same += fact in facts
        unknown += fact not in facts and not kind
        facts.add(fact)
    rows = [
        (f"kintex-{number:04d}", name, kind, first, last)
        for number, (first, last, name, kind) in enumerate(sorted(facts), start=1)
    ]
    count = write_csv(out / "kintex_events.csv", "id,name,kind,first_day,last_day", rows)
    note("kintex_events.csv", len(source), count, f"{same} duplicates, {invalid} end before they start")
    print(f"  {unknown} without a kind")


def bike_stations(compas: Path, out: Path) -> None:
    """Docking stations; the marks ★ and ◆ of the publisher in front of a name are dropped."""
    source = read_csv(compas / "02_bike_stations.csv", "utf-8-sig")
    rows = [
        (
            row["Station_ID"],
            tidy(row["STATION_NAME"]).lstrip("★◆ "),
            row["거치대 수량"],
            degrees(row["위도"]),
            degrees(row["경도"]),
        )
        for row in source
    ]
    note("bike_stations.csv", len(source), write_csv(out / "bike_stations.csv", "id,name,docks,lat,lon", rows))


def car_parks(opendata: Path, out: Path) -> None:
    """Public car parks; spaces [bays], times [min], fees [KRW], hours as published (also 00:00-00:00)."""
    source = read_csv(opendata / "parking_places_20191217.csv", "cp949")
    same = ("주차구획수", "요금정보", "주차기본시간", "주차기본요금", "추가단위시간", "추가단위요금")
    rows = [
        (
            row["주차장관리번호"],
            tidy(row["주차장명"]),
            row["주차장유형"],
            tidy(row["소재지도로명주소"]) or tidy(row["소재지지번주소"]),
            *(row[column] for column in same),
            row["평일운영시작시각"],
            row["평일운영종료시각"],
            degrees(row["위도"]),
            degrees(row["경도"]),
        )
        for row in source
    ]
    header = (
        "id,name,category,address,spaces,fee,base_minutes,base_fee_krw,added_minutes,added_fee_krw,"
        "weekday_open,weekday_close,lat,lon"
    )
    note("car_parks.csv", len(source), write_csv(out / "car_parks.csv", header, rows))
    print(f"  {sum(not row['위도'].strip() for row in source)} without a position")


def ev_chargers(opendata: Path, out: Path) -> None:
    """Charging places with the number of slow and fast chargers; they have no number, so the file order gives one."""
    source = read_csv(opendata / "ev_chargers_20190619.csv", "cp949")
    rows = [
        (
            f"ev-{number:02d}",
            tidy(row["충전소명"]),
            tidy(row["충전소위치상세"]),
            tidy(row["소재지도로명주소"]) or tidy(row["소재지지번주소"]),
            row["완속충전기대수"],
            row["급속충전기대수"],
            row["급속충전타입구분"],
            row["주차료부과여부"],
            tidy(row["관리업체명"]),
            row["이용가능시작시각"],
            row["이용가능종료시각"],
            degrees(row["위도"]),
            degrees(row["경도"]),
        )
        for number, row in enumerate(source, start=1)
    ]
    header = "id,name,detail,address,slow_chargers,fast_chargers,fast_type,parking_fee,operator,open,close,lat,lon"
    note("ev_chargers.csv", len(source), write_csv(out / "ev_chargers.csv", header, rows))


def bus_stops(opendata: Path, out: Path) -> None:
    """Stops and their routes, separated by |, each with its kind in brackets: 시내 city, 마을 local, 서울 Seoul, 시외.

    The file of the city has no positions, and the register that has them (2,232 stops, 2,227 of them here) may not be
    passed on. lat and lon are there for the day they can be filled.
    """
    source = read_csv(opendata / "bus_stops_routes_20200210.csv", "cp949")
    rows = sorted(
        (row["버스정류장표준ID"], tidy(row["정류장명"]), "", "", "|".join(tidy(row["경유노선"]).split(",")))
        for row in source
    )
    note("bus_stops.csv", len(source), write_csv(out / "bus_stops.csv", "id,name,lat,lon,routes", rows))


def air_quality(goyang: Path, out: Path) -> None:
    """5 stations, and their monthly means: SO2, O3, NO2, CO [ppm], PM10, PM2.5 [ug/m3] as published.

    The city calls two stations by another name than AirKorea. The kind of a station is taken from the city's file.
    """
    source = read_csv(goyang / "opendata_2019_cp949" / "air_monthly_by_station_20200331.csv", "cp949")
    kinds = {row["측정소"]: row["비고"] for row in source}
    listed: list[Row] = json.loads((goyang / "airkorea_stations_all.json").read_text("utf-8"))
    stations = []
    for station in listed:
        if "고양시" not in station["addr"]:
            continue
        key, english, city_name = AIR_STATIONS[station["stationName"]]
        # The list swaps the names of the axes: dmX is the latitude.
        lat, lon = degrees(station["dmX"]), degrees(station["dmY"])
        stations.append((key, station["stationName"], english, tidy(station["addr"]), kinds[city_name], lat, lon))
    count = write_csv(out / "air_stations.csv", "id,name,name_en,address,kind,lat,lon", sorted(stations))
    note("air_stations.csv", len(listed), count, "outside Goyang")

    ids = {city_name: key for key, _, city_name in AIR_STATIONS.values()}
    columns = ("SO2(ppm)", "PM-10(㎍/㎥)", "PM-2.5(㎍/㎥)", "O3(ppm)", "NO2(ppm)", "CO(ppm)")
    rows = []
    for row in source:
        month = re.fullmatch(r"(\d{4})년 (\d{1,2})월", row["측정월"].strip())
        if not month:
            raise ValueError(row["측정월"])
        values = [row[column].strip() for column in columns]
        rows.append((f"{month[1]}-{int(month[2]):02d}", ids[row["측정소"].strip()], *values))
    header = "month,station_id,so2_ppm,pm10_ugm3,pm25_ugm3,o3_ppm,no2_ppm,co_ppm"
    note("air_monthly.csv", len(source), write_csv(out / "air_monthly.csv", header, sorted(rows)))


def weather_daily(compas: Path, out: Path) -> None:
    """Day means and extremes; the direction [deg] is that of the strongest gust. Blanks stay, five days are missing."""
    source = read_csv(compas / "05_weather_daily.csv", "utf-8-sig")
    columns = (
        "일시",
        "평균기온(°C)",
        "최저기온(°C)",
        "최고기온(°C)",
        "일강수량(mm)",
        "평균 풍속(m/s)",
        "최대 순간 풍속(m/s)",
        "최대 순간 풍속 풍향(deg)",
    )
    rows = sorted(tuple(row[column].strip() for column in columns) for row in source)
    header = (
        "date,temperature_degc,temperature_min_degc,temperature_max_degc,precipitation_mm,wind_speed_ms,"
        "wind_gust_ms,wind_direction_deg"
    )
    note("weather_daily.csv", len(source), write_csv(out / "weather_daily.csv", header, rows))


def population_monthly(compas: Path, out: Path) -> None:
    """Registered residents [persons] and households of the city, its gu and dong, 36 months.

    Sindo-dong (4128157000) became Samsong-dong (4128157500) in this time, so one of the two is 0.
    """
    source = read_csv(compas / "07_population_monthly.csv", "utf-8-sig")
    rows = []
    for row in source:
        area = re.fullmatch(r"(.*\S)\s*\((\d{10})\)", row["행정구역"].strip())
        month = re.fullmatch(r"(\d{4})년(\d{2})월", row["조회기준"].strip())
        if not area or not month:
            raise ValueError(str(row))
        name, code = area[1].split()[-1], area[2]
        level = "city" if code == "4128000000" else "gu" if code.endswith("00000") else "dong"
        counts = [row[column].replace(",", "") for column in ("총인구수", "세대수")]
        rows.append((f"{month[1]}-{month[2]}", code, name, level, *counts))
    header = "month,code10,name,level,population,households"
    note("population_monthly.csv", len(source), write_csv(out / "population_monthly.csv", header, sorted(rows)))


def main(source: Path, out: Path) -> None:
    """Write all files of Goyang."""
    out.mkdir(parents=True, exist_ok=True)
    goyang = source / "goyang"
    compas, opendata = goyang / "compas_2020", goyang / "opendata_2019_cp949"
    boundaries(source / "geo", out)
    rail_stations(compas, out)
    rail_ridership(goyang / "subway_daily", out)
    kintex_events(compas, out)
    bike_stations(compas, out)
    car_parks(opendata, out)
    ev_chargers(opendata, out)
    bus_stops(opendata, out)
    air_quality(goyang, out)
    weather_daily(compas, out)
    population_monthly(compas, out)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python tools/derive/goyang.py SOURCE_DIR OUT_DIR")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
