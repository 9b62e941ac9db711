"""The units madang knows. Source: UN/CEFACT Recommendation 20, codes for units of measure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """code: UN/CEFACT common code, as in NGSI-LD ``unitCode``. symbol: as written after a number."""

    code: str
    symbol: str
    ko: str
    en: str


UNITS: tuple[Unit, ...] = (
    Unit("C62", "", "개", "piece"),
    Unit("IE", "", "명", "person"),
    Unit("P1", "%", "퍼센트", "per cent"),
    Unit("MTR", "m", "미터", "metre"),
    Unit("KMT", "km", "킬로미터", "kilometre"),
    Unit("MMT", "mm", "밀리미터", "millimetre"),
    Unit("MTS", "m/s", "초속 미터", "metre per second"),
    Unit("KMH", "km/h", "시속 킬로미터", "kilometre per hour"),
    Unit("CEL", "°C", "섭씨온도", "degree Celsius"),
    Unit("KEL", "K", "켈빈", "kelvin"),
    Unit("DD", "°", "도", "degree of arc"),
    Unit("A97", "hPa", "헥토파스칼", "hectopascal"),
    Unit("PAL", "Pa", "파스칼", "pascal"),
    Unit("SEC", "s", "초", "second"),
    Unit("MIN", "min", "분", "minute"),
    Unit("HUR", "h", "시간", "hour"),
    Unit("DAY", "d", "일", "day"),
    Unit("GQ", "µg/m³", "세제곱미터당 마이크로그램", "microgram per cubic metre"),
    Unit("GP", "mg/m³", "세제곱미터당 밀리그램", "milligram per cubic metre"),
    Unit("59", "ppm", "백만분율", "part per million"),
    Unit("61", "ppb", "십억분율", "part per billion"),
    Unit("2N", "dB", "데시벨", "decibel"),
    Unit("KWH", "kWh", "킬로와트시", "kilowatt hour"),
    Unit("KWT", "kW", "킬로와트", "kilowatt"),
    Unit("WTT", "W", "와트", "watt"),
    Unit("VLT", "V", "볼트", "volt"),
    Unit("LTR", "L", "리터", "litre"),
    Unit("MTQ", "m³", "세제곱미터", "cubic metre"),
    Unit("MTK", "m²", "제곱미터", "square metre"),
    Unit("KMK", "km²", "제곱킬로미터", "square kilometre"),
    Unit("KGM", "kg", "킬로그램", "kilogram"),
    Unit("LUX", "lx", "럭스", "lux"),
)

BY_CODE: Mapping[str, Unit] = {unit.code: unit for unit in UNITS}

_WRITTEN: Mapping[str, str] = {
    **{unit.symbol.lower(): unit.code for unit in UNITS if unit.symbol},
    **{unit.en: unit.code for unit in UNITS},
    # What people write and the standard has no code of its own for, or none that is in use.
    **{"dba": "2N", "db(a)": "2N", "c": "CEL", "celsius": "CEL", "ug/m3": "GQ", "percent": "P1", "kph": "KMH"},
}


def unit_for(written: str) -> str | None:
    """The code somebody meant who wrote a symbol or a name instead, for suggestions; None if it is unclear."""
    return _WRITTEN.get(written.lower())
