"""Pictures of a real district to look at and to time: Ilsan Techno Valley and its references, in Korean and English.

Values: press and official pages of 2016–2025, each named in `places/`. Parcels, organizations' agreements, cash and
sensitivity are made up to fill a drawing; no page shows them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from madang.district import charts as c

ROOT = Path(__file__).resolve().parents[4]

Draw = Callable[[c.Palette, float], str]


@dataclass(frozen=True, slots=True)
class Words:
    """Picks Korean or English."""

    lang: str

    def __call__(self, ko: str, en: str) -> str:
        return ko if self.lang == "ko" else en


def span(text: str) -> c.Span:
    """`2024`, `2024-H2`, `2023-09`, `2023-10-26`."""
    year = int(text[:4])
    rest = text[5:]
    if not rest:
        return c.Span(date(year, 1, 1), date(year, 12, 31), text)
    if rest.startswith("H"):
        first, last = (date(year, 1, 1), date(year, 6, 30)) if rest == "H1" else (date(year, 7, 1), date(year, 12, 31))
        return c.Span(first, last, text)
    parts = [int(part) for part in rest.split("-")]
    if len(parts) == 2:
        return c.Span(date(year, *parts), date(year, *parts), text)
    return c.Span(date(year, parts[0], 1), date(year, parts[0], 28), text)


def won(w: Words) -> c.Format:
    def write(value: float) -> str:
        if w.lang == "ko":
            return f"{value / 1e12:,.4g}조 원" if abs(value) >= 1e12 else f"{value / 1e8:,.0f}억 원"
        return f"₩{value / 1e12:,.4g} tn" if abs(value) >= 1e12 else f"₩{value / 1e9:,.4g} bn"

    return write


def plain(unit: str) -> c.Format:
    return lambda value: f"{value:,.0f}{unit}" if abs(value) >= 100 else f"{value:,.4g}{unit}"


def percent(value: float) -> str:
    return f"{value * 100:.0f} %"


def baselines(w: Words) -> c.Baselines:
    rows = (
        ("2016-06-29", "", "2020", ""),
        ("2016-08-03", "2018-H1", "2020", ""),
        ("2017-12-27", "2019", "2022", "+2"),
        ("2019-12-30", "2020", "2023", "+1"),
        ("2021-08-31", "2021-12", "2023", ""),
        ("2022-01-05", "", "2024-H2", "+1"),
        ("2023-02-07", "2023-09", "2026", "+2"),
        ("2023-10-19", "2023-10-26!", "2026", ""),
        ("2025-08-12", "2023-10-26!", "2026", ""),
    )
    told = []
    for number, (said, start, end, slip) in enumerate(rows, 1):
        marks = [c.Milestone("completion", span(end))]
        if start:
            marks.append(c.Milestone("start", span(start.rstrip("!")), start.endswith("!")))
        if number == 3:
            marks.append(c.Milestone("tenants", span("2021-H2")))
        note = w(f"{slip}년", f"{slip} yr") if slip else ""
        told.append(c.Baseline(f"b{number}", f"{number} · {said}", date.fromisoformat(said), tuple(marks), note))
    title = w("일산테크노밸리: 계획이 바뀔 때마다 준공이 늦어졌습니다", "Each plan moved completion later")
    return c.Baselines(title, w("기준계획 아홉 개", "Nine baselines"), tuple(told), date(2025, 11, 22))


def slopes(w: Words) -> c.Slopes:
    items = (
        c.Slope("aspern", w("제슈타트 아스페른", "Seestadt Aspern"), 20000, 5000, own=False),
        c.Slope("hafen", w("하펜시티", "HafenCity"), 45000, 14000),
        c.Slope("itv", w("일산테크노밸리", "Ilsan Techno Valley"), 22000, 0, own=True),
        c.Slope(
            "pangyo",
            w("판교테크노밸리", "Pangyo TV"),
            164000,
            70577,
            w(
                "계획은 ‘고용효과’(간접 포함), 실적은 상주 인원입니다",
                "The plan counts an employment effect, the actual counts people on site",
            ),
        ),
        c.Slope("adlershof", w("아들러스호프", "Adlershof"), None, 29100),
        c.Slope("prg", w("파리 리브고슈", "Paris Rive Gauche"), 60000, None),
    )
    return c.Slopes(
        w("일자리: 계획과 실제", "Jobs: planned and actual"),
        "",
        w("계획", "Plan"),
        w("실제", "Actual"),
        items,
        plain(w("명", "")),
    )


def multiples(w: Words) -> c.Multiples:
    itv, aspern, hafen = w("일산테크노밸리", "Ilsan Techno Valley"), w("아스페른", "Aspern"), w("하펜시티", "HafenCity")
    why = w("전체 면적이 아니라 토지 면적 기준입니다", "Measured on land only, not on the whole area")
    density = (
        c.Range("a", itv, 31.6, 252, (31.6, 206.9, 252), own=True),
        c.Range("b", aspern, 21, 21),
        c.Range("c", hafen, 354, 354, (), why),
        c.Range("d", w("아들러스호프", "Adlershof"), 63, 63),
        c.Range("e", w("라데팡스", "La Défense"), 321, 1125, (321, 1125)),
        c.Range("f", w("판교 제1테크노밸리", "Pangyo TV (1st)"), 1066, 1066),
    )
    cost = (
        c.Range("a", itv, 97e8, 97e8, own=True),
        c.Range("g", w("마곡", "Magok"), 198e8, 198e8),
        c.Range("f", w("판교 제1테크노밸리", "Pangyo TV (1st)"), 210e8, 570e8, (210e8, 570e8)),
        c.Range("b", aspern, None, None),
    )
    return c.Multiples(
        w("비교", "Comparison"),
        "",
        (
            c.Panel(w("일자리 밀도 (명/ha)", "Jobs per hectare"), density, plain("")),
            c.Panel(w("사업비 (원/ha)", "Cost per hectare"), cost, won(w)),
            c.Panel(
                w("주택당 일자리", "Jobs per dwelling"),
                (
                    c.Range("b", aspern, 1.74, 1.74),
                    c.Range("c", hafen, 5.6, 5.6),
                    c.Range("h", w("고양 창릉", "Goyang Changneung"), 2.37, 2.6, (2.37, 2.6), own=True),
                ),
                plain(""),
            ),
        ),
    )


def bands(w: Words) -> c.Bands:
    def line(name: str, start: float, step: float, first: int) -> c.Line:
        points = tuple(
            c.BandPoint(
                y,
                start + step * (y - first) ** 1.2,
                (start + step * (y - first) ** 1.2) * 0.7,
                (start + step * (y - first) ** 1.2) * 1.35,
            )
            for y in range(first, 2041)
        )
        return c.Line(name, name, points)

    lines = (
        line(w("현재 계획", "Current plan"), 0, 520, 2026),
        c.Line(
            "low",
            w("입주가 2년 늦을 때", "Tenants two years late"),
            tuple(c.BandPoint(y, 330.0 * max(0, y - 2028) ** 1.2) for y in range(2026, 2041)),
        ),
    )
    return c.Bands(
        w("일자리 전망", "Jobs over time"),
        "",
        lines,
        plain(w("명", "")),
        (c.Target(w("목표 22,000명", "Target 22,000"), 22000),),
        2025.9,
    )


def cash(w: Words) -> c.Cash:
    flows = [(2019, 0, 400), (2020, 0, 2200), (2021, 0, 1900), (2022, 0, 1100), (2023, 300, 700), (2024, 600, 900)]
    flows += [(2025, 1800, 900), (2026, 2900, 400), (2027, 2600, 100), (2028, 1200, 50)]
    periods = tuple(c.CashPeriod(str(y), i * 1e8, o * 1e8) for y, i, o in flows)
    return c.Cash(w("현금 흐름", "Cash flow"), "", periods, won(w))


def tornado(w: Words) -> c.Tornado:
    swings = (
        c.Swing("sale", w("토지 분양 속도", "Pace of land sales"), w("-30 %", "-30 %"), "+30 %", -620e8, 410e8),
        c.Swing("price", w("평당 분양가", "Land price"), "-10 %", "+10 %", -380e8, 400e8),
        c.Swing("cost", w("조성 공사비", "Site works cost"), "-10 %", "+20 %", 210e8, -390e8),
        c.Swing("rate", w("이자율", "Interest rate"), "2 %", "6 %", 90e8, -120e8),
        c.Swing("fx", w("환율", "Exchange rate"), "1,200", "1,450", 10e8, -14e8),
    )
    return c.Tornado(w("무엇이 결과를 흔드나요", "What moves the result"), "", 40e8, swings, won(w))


def landuses(w: Words) -> c.LandUses:
    uses = (
        c.LandUse("ind", w("산업시설용지", "Industrial"), "industrial", 23.1),
        c.LandUse("res", w("연구시설용지", "Research"), "research", 7.9),
        c.LandUse("sup", w("업무·지원시설용지", "Office and support"), "support", 7.4),
        c.LandUse("road", w("도로", "Roads"), "infrastructure", 19.4),
        c.LandUse("park", w("공원·녹지", "Parks and green"), "green", 22.3),
        c.LandUse("pub", w("공공시설", "Public facilities"), "public", 3.4),
        c.LandUse("edu", w("교육시설", "Education"), "education", 1.2),
        c.LandUse("com", w("근린생활시설", "Neighbourhood shops"), "commercial", 0.9),
        c.LandUse("mix", w("복합용지", "Mixed use"), "mixed", 1.6),
    )
    return c.LandUses(w("토지이용", "Land use"), "", uses, lambda v: f"{v:.1f} ha", percent)


def network(w: Words) -> c.Network:
    nodes = (
        c.Node("goyang", w("고양시", "City of Goyang"), "public"),
        c.Node("gg", w("경기도", "Gyeonggi Province"), "public"),
        c.Node("gh", w("경기주택도시공사", "GH (Gyeonggi Housing & Urban Development)"), "developer"),
        c.Node("gyuc", w("고양도시관리공사", "Goyang Urban Management Corporation"), "developer"),
        c.Node("kau", w("한국항공대학교", "Korea Aerospace University"), "university"),
        c.Node("dongguk", w("동국대학교 바이오메디캠퍼스", "Dongguk University BMC"), "university"),
        c.Node("jungbu", w("중부대학교", "Joongbu University"), "university"),
        c.Node("ncc", w("국립암센터", "National Cancer Center"), "research"),
        c.Node("kict", w("한국건설기술연구원", "KICT"), "research"),
        c.Node("paik", w("일산백병원", "Ilsan Paik Hospital"), "research"),
        c.Node("kintex", w("킨텍스", "KINTEX"), "industry"),
        c.Node("ebs", "EBS", "industry"),
        c.Node("lguplus", w("LG유플러스", "LG U+"), "industry"),
        c.Node("cj", w("CJ라이브시티", "CJ LiveCity"), "industry"),
    )
    pairs = (
        ("goyang", "gg gh gyuc kau dongguk ncc kict lguplus cj ebs kintex jungbu"),
        ("gh", "gg gyuc"),
        ("ncc", "dongguk paik"),
        ("kict", "lguplus"),
        ("cj", "gg"),
    )
    ends = [(a, b) for a, others in pairs for b in others.split()]
    edges = tuple(c.Edge(f"e{i}", a, b, 2016 + i % 9) for i, (a, b) in enumerate(ends))
    return c.Network(w("협력 관계", "Who works with whom"), "", nodes, edges, "cooperation-table")


def plan(w: Words) -> c.Plan:
    """A made-up grid on the true place."""
    names = (
        (w("바이오 1", "Bio 1"), "1"),
        (w("바이오 2", "Bio 2"), "1"),
        (w("미디어 콘텐츠", "Media"), "2"),
        (w("첨단제조 용지", "Advanced manufacturing"), "2"),
        (w("공원", "Park"), "3"),
        (w("지원시설", "Support"), "1"),
        (w("연구 1", "Research 1"), "3"),
        (w("주차장", "Car park"), "4"),
    )
    parcels = []
    for i, (name, phase) in enumerate(names):
        x, y = 126.7300 + (i % 4) * 0.0026 + (0.0004 if i > 3 else 0), 37.6830 + (i // 4) * 0.0022
        w_, h = (0.0024, 0.0020) if i != 3 else (0.0008, 0.0020)
        ring = ((x, y), (x + w_, y + 0.0002), (x + w_, y + h), (x + 0.0003, y + h), (x, y))
        parcels.append(c.Parcel(f"p{i}", name, ((ring,),), phase))
    categories = (
        c.Category("1", w("1단계", "Phase 1")),
        c.Category("2", w("2단계", "Phase 2")),
        c.Category("3", w("3단계", "Phase 3")),
    )
    return c.Plan(w("필지", "Parcels"), "", tuple(parcels), categories, dong_outlines())


@cache
def dong_outlines() -> tuple[c.Outline, ...]:
    document = json.loads((ROOT / "cities/goyang/data/dong.geojson").read_text())
    outlines = []
    for index, feature in enumerate(document["features"]):
        geometry, properties = feature["geometry"], feature["properties"]
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        name = next((str(v) for k, v in properties.items() if "name" in k.lower() or k.endswith("nm")), str(index))
        shape = tuple(tuple(tuple((x, y) for x, y, *_ in ring) for ring in polygon) for polygon in polygons)
        outlines.append(c.Outline(name, name, shape))
    return tuple(outlines)


def locator(w: Words) -> c.Locator:
    areas = dong_outlines()
    chosen = next((a.id for a in areas if "대화" in a.id or "Daehwa" in a.id), areas[0].id)
    return c.Locator(w("고양시 안의 위치", "Where in Goyang"), "", areas, (chosen,), (126.735, 37.685))


def strip(w: Words) -> c.Strip:
    references = (
        c.Reference("hafen", w("하펜시티", "HafenCity"), 1.42),
        c.Reference("songdo", w("송도", "Songdo"), 1.59),
        c.Reference("aspern", w("아스페른", "Aspern"), 1.22),
        c.Reference("magok", w("마곡", "Magok"), 1.0),
        c.Reference("pangyo", w("판교", "Pangyo"), 1.25),
        c.Reference("prg", w("파리 리브고슈", "Paris Rive Gauche"), 1.24),
        c.Reference("ibd", w("송도 IBD", "Songdo IBD"), 1.0),
    )
    own = c.Reference("itv", w("일산테크노밸리 (현재 계획)", "Ilsan TV (current plan)"), 2.5)
    band = w("참고 지구의 P20–P80 (7곳)", "P20–P80 of references (n = 7)")
    return c.Strip(
        w("실제 기간 ÷ 처음 계획 기간", "Actual ÷ first planned duration"),
        "",
        references,
        own,
        1.0,
        1.45,
        band,
        lambda v: f"{v:.2f}×" if v % 0.5 else f"{v:g}×",
    )


def attainments(w: Words) -> c.Attainments:
    rows = (
        c.Attainment("res", w("거주 인구 (아스페른)", "Residents (Aspern)"), 0.48, "12,000 / 25,000"),
        c.Attainment("job", w("일자리 (아스페른)", "Jobs (Aspern)"), 0.25, "5,000 / 20,000"),
        c.Attainment("land", w("토지 분양 (마곡)", "Land sold (Magok)"), 0.827, "603,233 / 729,006 m²"),
        c.Attainment("works", w("부지 조성 (마곡)", "Site works (Magok)"), 0.999, "99.9 %"),
        c.Attainment("rent", w("공공주택 비율", "Subsidised homes"), 1.21, "60 / 50 %"),
        c.Attainment("green", w("연구 기업 비율", "Research tenants"), None, "– / 30 %"),
    )
    return c.Attainments(w("목표 달성", "Targets met"), "", rows, percent)


def pictures(lang: str) -> Mapping[str, Draw]:
    """Every chart by name."""
    w = Words(lang)
    return {
        "baselines": lambda p, x: c.draw_baselines(baselines(w), p, x, lang),
        "slope": lambda p, x: c.draw_slopes(slopes(w), p, x, lang),
        "multiples": lambda p, x: c.draw_multiples(multiples(w), p, x, lang),
        "band": lambda p, x: c.draw_bands(bands(w), p, x, lang),
        "cash": lambda p, x: c.draw_cash(cash(w), p, x, lang),
        "tornado": lambda p, x: c.draw_tornado(tornado(w), p, x, lang),
        "landuse": lambda p, x: c.draw_landuses(landuses(w), p, x, lang),
        "network": lambda p, x: c.draw_network(network(w), p, x, lang),
        "plan": lambda p, x: c.draw_plan(plan(w), p, x, lang),
        "locator": lambda p, x: c.draw_locator(locator(w), p, x, lang),
        "strip": lambda p, x: c.draw_strip(strip(w), p, x, lang),
        "attainment": lambda p, x: c.draw_attainments(attainments(w), p, x, lang),
    }
