"""A question to the hub in words (ko, en), and as the short text that names it."""

from collections.abc import Mapping

from madang.district.records import Text
from madang.model.keys import format_duration

from .live_spec import Ask, Question, Statistic

_ASKED: Mapping[Ask, tuple[str, str]] = {
    "count": ("{type} 수{where}", "How many {type}{where}"),
    "sum": ("{type}의 {attribute} 합{where}", "Sum of {attribute} of {type}{where}"),
    "mean": ("{type}의 {attribute} 평균{where}", "Mean of {attribute} of {type}{where}"),
    "max": ("{type}의 {attribute} 최댓값{where}", "Largest {attribute} of {type}{where}"),
    "history": (
        "{type}의 {attribute}: 측정소마다 {period} 동안 하루 값에서 구한 {statistic}{where}, {stations}",
        "{attribute} of {type}: {statistic} of the station's daily values over {period}{where}, {stations}",
    ),
    "use": (
        "{type}의 누적값 {attribute}: {period}의 처음과 끝 검침 사이 사용량{where}",
        "{attribute} of {type}, meters that count up: used between the readings at both ends of {period}{where}",
    ),
    "travel time": (
        "{type} 구간 전체를 한 번씩 지나는 시간: {period} 동안의 평소 속도, {hour}{where}",
        "Time to drive every {type} once at the usual speeds of {period}, in {hour}{where}",
    ),
    "duration": (
        "{type}의 {start}부터 {end}까지 걸린 시간 ({statistic}), {period}에 끝난 것{where}",
        "Time from {start} to {end} of {type} ({statistic}), of those done in {period}{where}",
    ),
    "length": (
        "도시 안 {type}의 길이{where} (타원체 위의 거리)",
        "Length of {type} inside the city{where} (on the ellipsoid)",
    ),
    "area": (
        "{type}{around}의 면적{where}, 겹치는 곳은 한 번만, 도시 안",
        "Area of {type}{around}{where}, overlaps once, inside the city",
    ),
    "city area": ("행정구역 경계를 합친 면적", "Area of the administrative areas together"),
    "population": ("행정구역 인구의 합{where}{dense}", "Population of the administrative areas{where}{dense}"),
    "households": ("행정구역 세대수의 합{where}", "Households of the administrative areas{where}"),
    "population near": (
        "{type}{around}에 사는 인구{where}. 행정구역의 인구가 그 안에 고르게 퍼져 있다고 봅니다",
        "People who live inside {type}{around}{where}; those of an administrative area are taken as evenly spread over "
        "it",
    ),
    "population over": (
        "가장 가까운 {type}의 {attribute}가 {period} 동안 {limit}을 넘은 행정구역의 인구{where}",
        "People of administrative areas whose nearest {type} had {attribute} over {limit} in {period}{where}",
    ),
    "kinds": ("허브에 있는 자료 종류의 수", "Kinds of things the hub knows"),
    "declared": ("도시가 스스로 밝힌 값: {attribute}", "What the city declares itself: {attribute}"),
}
_STATISTICS: Mapping[Statistic, tuple[str, str]] = {
    "mean": ("평균", "mean"),
    "max": ("최댓값", "largest"),
    "p90": ("90백분위수", "90th percentile"),
    "days over": ("기준을 넘은 날수", "days over the limit"),
    "total": ("합", "total"),
    "median": ("중앙값", "median"),
    "level": ("에너지 평균", "energy mean"),
}
_STATIONS: Mapping[Statistic, tuple[str, str]] = {
    "total": ("모두의 합", "added up"),
    "max": ("가장 높은 측정소", "at the worst station"),
    "days over": ("가장 높은 측정소", "at the worst station"),
}
_PERIODS = {
    "year": ("오늘 전 1년", "the year before today"),
    "month": ("오늘 전 30일", "the 30 days before today"),
    "day": ("어제", "yesterday"),
}
_HOURS = {"busiest": ("평일 중 가장 붐비는 시간", "the busiest working hour"),
          "freest": ("일주일 중 가장 한가한 시간", "the freest hour of the week")}  # fmt: skip


def question_words(question: Question) -> Text:
    return {lang: f"{_said(question, index)}." for index, lang in enumerate(("ko", "en"))}


def question_text(question: Question) -> str:
    """``count GtfsStop ?realTime==true``: the same for every reader."""
    within = f" {question.seen} within {format_duration(question.within)}" if question.within is not None else ""
    parts = [question.ask, question.type, question.attribute, f"?{question.q}" if question.q else ""]
    return " ".join(part for part in parts if part) + within


def _said(question: Question, index: int) -> str:
    plain = ("측정소들의 평균", "mean of the stations")
    weighted = ("가까이 사는 인구로 가중한 평균", "mean weighted by the people who live nearest")
    stations = weighted if question.weight else _STATIONS.get(question.statistic, plain)
    return _ASKED[question.ask][index].format(
        type=question.type,
        attribute=question.attribute,
        statistic=_STATISTICS[question.statistic][index],
        stations=stations[index],
        period=_PERIODS[question.period][index],
        hour=_HOURS[question.hour][index],
        start=question.start,
        end=question.end,
        limit=f"{question.limit or 0:g}",
        where=_where(question, index),
        around=_around(question, index),
        dense=_dense(question, index),
    )


def _where(question: Question, index: int) -> str:
    parts = []
    if question.q:
        parts.append((f"조건 {question.q}", f"where {question.q}")[index])
    if question.within is not None:
        time = format_duration(question.within)
        parts.append((f"{question.seen}가 {time} 안에 관측됨", f"{question.seen} observed within {time}")[index])
    if question.distinct:
        parts.append((f"서로 다른 {question.distinct}", f"different {question.distinct}")[index])
    return f" ({', '.join(parts)})" if parts else ""


def _around(question: Question, index: int) -> str:
    metres = f"{question.radius_m:g}"
    return (f" 둘레 {metres} m 안", f" with {metres} m around")[index] if question.radius_m else ("", "")[index]


def _dense(question: Question, index: int) -> str:
    if question.limit is None or question.ask != "population":
        return ""
    return (f", 1 km²에 {question.limit:g}명 이상", f" with at least {question.limit:g} people per km²")[index]
