"""A learning city's folder: what it can show for each of the twelve key features of UNESCO's learning cities.

Codes and short names: UNESCO Institute for Lifelong Learning, Key Features of Learning Cities: the pediment
P1–P3 (why), the columns C1–C6 (what), the foundation F1–F3 (how). The explanations are madang's own words.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson

from .book import Book
from .records import Evidence, Text
from .rows import local_id

PARTS: Mapping[str, Text] = {
    "P": {"ko": "왜: 더 넓은 이로움", "en": "Why: the wider benefits"},
    "C": {"ko": "무엇을: 배움의 기둥", "en": "What: the building blocks"},
    "F": {"ko": "어떻게: 바탕이 되는 조건", "en": "How: the conditions"},
}
"""By the first letter of an area's code."""


@dataclass(frozen=True, slots=True)
class Area:
    """code: P1 … F3. what: one line of explanation. fits: what evidence would fit."""

    code: str
    name: Text
    what: Text
    fits: Text


def _area(code: str, *texts: str) -> Area:
    name, what, fits = ({"ko": texts[at], "en": texts[at + 1]} for at in (0, 2, 4))
    return Area(code, name, what, fits)


AREAS: Sequence[Area] = (
    _area(
        "P1",
        "개인의 역량과 사회 통합",
        "Individual empowerment and social cohesion",
        "누구나 읽고 쓰고 참여할 수 있게 되었는지 봅니다.",
        "Whether everyone can read, write and take part in the city’s life.",
        "문해 교육 이수자, 사회 참여 조사, 취약 계층의 학습 참여율",
        "people who completed literacy courses, surveys of participation, learners from disadvantaged groups",
    ),
    _area(
        "P2",
        "경제 발전과 문화 융성",
        "Economic development and cultural prosperity",
        "배움이 일자리와 문화생활로 이어지는지 봅니다.",
        "Whether learning leads to work and to a life with culture.",
        "교육 뒤 취업률, 창업 건수, 문화 시설 이용자",
        "employment after training, start-ups, visitors of cultural venues",
    ),
    _area(
        "P3",
        "지속 가능한 발전",
        "Sustainable development",
        "환경을 지키는 습관을 배우고 실천하는지 봅니다.",
        "Whether people learn to keep their environment, and do.",
        "환경 교육 참여자, 재활용률, 학교와 마을의 실천 사례",
        "participants of environmental education, recycling rates, projects of schools and neighbourhoods",
    ),
    _area(
        "C1",
        "교육 체계 안의 포용적 학습",
        "Inclusive learning in the education system",
        "유아부터 대학과 성인 교육까지 문이 열려 있는지 봅니다.",
        "Whether every door from nursery to university and adult courses is open.",
        "취학률, 장애 학생 지원, 성인 학습자의 대학 입학",
        "enrolment, support for pupils with disabilities, adults admitted to university",
    ),
    _area(
        "C2",
        "가정과 지역사회의 활기찬 학습",
        "Re-vitalised learning in families and communities",
        "집과 동네 가까이에서 배울 수 있는지 봅니다.",
        "Whether there is something to learn close to home.",
        "평생학습관과 학습 동아리 수, 참여자, 부모 교육",
        "community learning centres and circles, their participants, courses for parents",
    ),
    _area(
        "C3",
        "일터를 위한, 일터에서의 효과적인 학습",
        "Effective learning for and in the workplace",
        "일하는 사람과 일자리를 찾는 사람이 배울 수 있는지 봅니다.",
        "Whether those who work, and those who look for work, can learn for it.",
        "재직자 훈련 참여율, 기업과 학교의 협약, 직업 상담",
        "training of employees, agreements of firms and schools, career guidance",
    ),
    _area(
        "C4",
        "현대 학습 기술의 폭넓은 활용",
        "Extended use of modern learning technologies",
        "기술이 배움의 문턱을 낮추는지 봅니다.",
        "Whether technology makes it easier to learn.",
        "온라인 강좌 이용자, 공공 와이파이, 디지털 교육",
        "users of online courses, public Wi-Fi, courses in digital skills",
    ),
    _area(
        "C5",
        "학습의 질 향상",
        "Enhanced quality in learning",
        "잘 가르치고, 배운 결과를 확인하는지 봅니다.",
        "Whether teaching is good, and whether anybody checks what was learnt.",
        "강사 연수, 강좌 평가, 학습 결과의 인정",
        "training of teachers, evaluation of courses, recognition of what was learnt",
    ),
    _area(
        "C6",
        "평생 배우는 활기찬 문화",
        "A vibrant culture of learning throughout life",
        "배움이 눈에 띄고 존중받는지 봅니다.",
        "Whether learning is seen and honoured in the city.",
        "학습 축제, 도서관 이용, 상담 창구",
        "learning festivals, use of libraries, advice for learners",
    ),
    _area(
        "F1",
        "강한 정치적 의지와 약속",
        "Strong political will and commitment",
        "도시가 배움을 정책으로 약속했는지 봅니다.",
        "Whether the city has promised it, and in writing.",
        "조례, 평생학습 계획, 시장의 공약과 이행 보고",
        "by-laws, a plan for lifelong learning, pledges and reports on them",
    ),
    _area(
        "F2",
        "모든 이해관계자의 협치와 참여",
        "Governance and participation of all stakeholders",
        "누가 함께 정하고 점검하는지 봅니다.",
        "Who decides together, and who checks.",
        "협의회 구성과 회의록, 대학·기업·시민단체와의 협약",
        "a council with its minutes, agreements with universities, firms and associations",
    ),
    _area(
        "F3",
        "자원의 동원과 활용",
        "Mobilisation and utilisation of resources",
        "돈과 사람과 공간을 어떻게 마련하고 쓰는지 봅니다.",
        "How money, people and rooms are found and used.",
        "예산과 결산, 함께 쓰는 시설, 자원봉사 강사",
        "budget and accounts, shared rooms, volunteers who teach",
    ),
)


@dataclass(frozen=True, slots=True)
class Drawer:
    """One area of the folder. evidence: newest first, undated last. sourced: how many give an address to look at."""

    area: Area
    evidence: tuple[Evidence, ...]

    @property
    def newest(self) -> Evidence | None:
        """The newest that bears a date."""
        return next((one for one in self.evidence if one.as_of), None)

    @property
    def sourced(self) -> int:
        return sum(bool(one.source.url) for one in self.evidence)


def folder(book: Book, city: str = "") -> tuple[Drawer, ...]:
    """One drawer per area, in the order of AREAS. city: only its evidence; "" is all that the ledger keeps."""
    kept = [one for one in book.evidence if not city or one.city == city]
    return tuple(
        Drawer(area, tuple(sorted((one for one in kept if one.area == area.code), key=_newest_first))) for area in AREAS
    )


def _newest_first(one: Evidence) -> tuple[int, str]:
    return (-(one.as_of.last if one.as_of else date.min).toordinal(), one.id)


COLUMNS = (
    "id", "city", "area", "title_ko", "title_en", "what_ko", "what_en", "as_of", "source", "url", "quote", "status",
)  # fmt: skip


def folder_rows(drawers: Sequence[Drawer]) -> list[list[str]]:
    """The rows of evidence.csv, which the ledger takes back but for the status."""
    return [_row(one) for drawer in drawers for one in drawer.evidence]


def _row(one: Evidence) -> list[str]:
    words = [one.title.get("ko", ""), one.title.get("en", ""), one.what.get("ko", ""), one.what.get("en", "")]
    source = [one.source.title, one.source.url, one.source.quote, one.entry.status]
    return [local_id(one.id), one.city, one.area, *words, one.as_of.text if one.as_of else "", *source]


def folder_json(drawers: Sequence[Drawer]) -> dict[str, Any]:
    return {"areas": [_drawer_json(drawer) for drawer in drawers]}


def _drawer_json(drawer: Drawer) -> dict[str, Any]:
    evidence = [dict(zip(COLUMNS, _row(one), strict=True)) for one in drawer.evidence]
    return {"code": drawer.area.code, "name": dict(drawer.area.name), "evidence": evidence}


README = """\
The folder of evidence of a learning city.

evidence.csv   one row per piece of evidence; UTF-8, opens in a spreadsheet
evidence.json  the same by area, the areas without evidence included
area           P1-P3, C1-C6, F1-F3: the key features of UNESCO's network of learning cities (UIL)
status         published: reviewed by a second person of the city; shipped: came with madang, not reviewed
"""


def folder_zip(drawers: Sequence[Drawer], csv: str) -> bytes:
    """csv: the text of evidence.csv. The same evidence gives the same bytes: no file bears the time of packing."""
    out = io.BytesIO()
    files = {
        "README.txt": README.encode(),
        "evidence.csv": csv.encode(),
        "evidence.json": orjson.dumps(folder_json(drawers), option=orjson.OPT_INDENT_2),
    }
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(ZipInfo(name), body, ZIP_DEFLATED)
    return out.getvalue()
