"""The kinds of records: one table that CSV reader, forms, entities, guard and reference page read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from madang.ngsild.context import CORE

from .records import Basis, Confidence, Quality, Status

ColumnKind = Literal[
    "id",  # local id; the entity's id is urn:ngsi-ld:<Type>:<id>
    "ref",  # local id of another record, an NGSI-LD Relationship
    "refs",  # several, ";" between
    "text",
    "words",  # text by language: columns name_ko, name_en; an NGSI-LD LanguageProperty
    "word",  # one of choices
    "when",
    "number",
    "whole",  # a whole number within least..most
    "value",  # as written; its unit stands in the column unit: quantity, date or text
    "quantity",  # its unit stands in the column <name>_unit
    "unit",
    "flag",  # yes or no
    "geometry",  # GeoJSON text; a GeoProperty
    "url",
    "time",  # RFC 3339, set by madang
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. refers: the kind a ref names. changing: may be written again, its history is kept.

    ko, en: what it is called in forms. dimension: of a quantity's unit (``money``: any currency).
    """

    name: str
    kind: ColumnKind
    ko: str
    en: str
    required: bool = False
    choices: tuple[str, ...] = ()
    refers: str = ""
    changing: bool = False
    dimension: str = ""
    least: int = 0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """name: as in file names (plural is the file). type: NGSI-LD entity type. columns: without the entry's own."""

    name: str
    plural: str
    type: str
    ko: str
    en: str
    columns: tuple[Column, ...]

    @property
    def uri(self) -> str:
        return CORE.expand(self.type)

    def column(self, name: str) -> Column | None:
        return next((column for column in (*self.columns, *ENTRY) if column.name == name), None)


USES = (
    "industrial",
    "research",
    "support",
    "housing",
    "commercial",
    "education",
    "public",
    "green",
    "infrastructure",
    "mixed",
)
STATES = ("planned", "on-sale", "contracted", "under-construction", "completed")
ORGANIZATIONS = ("industry", "university", "research", "public", "developer")
GNLC = ("P1", "P2", "P3", "C1", "C2", "C3", "C4", "C5", "C6", "F1", "F2", "F3")

_ID = Column("id", "id", "기록 ID (겹치지 않게)", "Local id, unique in its kind", required=True)
_SUBJECT = Column("subject", "ref", "사업 지구", "Programme it speaks of", required=True, refers="programme")
_SOURCE = (
    Column("source", "text", "출처 문서의 제목과 날짜", "Title and date of the source document", required=True),
    Column("url", "url", "출처 주소", "Address of the source"),
    Column("quote", "text", "원문 인용", "The source's own words"),
)
_STATED = Column("stated", "when", "출처가 말한 때", "When the source said it")

ENTRY: tuple[Column, ...] = (
    Column("status", "word", "상태", "State of the record", choices=get_args(Status), changing=True),
    Column("entered_by", "text", "입력한 사람", "Who entered it"),
    Column("reviewed_by", "text", "확인한 사람", "Who reviewed it", changing=True),
    Column("reviewed_at", "time", "확인 일시", "When it was reviewed", changing=True),
    Column("withdrawn_by", "text", "철회한 사람", "Who withdrew it", changing=True),
    Column("withdrawn_at", "time", "철회 일시", "When it was withdrawn", changing=True),
    Column("status_reason", "text", "반려 또는 철회 사유", "Why it was rejected or withdrawn", changing=True),
    Column("supersedes", "text", "바로잡는 기록", "Entity id of the record it corrects"),
)
"""How a record came into the ledger; the same for every kind."""

KINDS: tuple[Kind, ...] = (
    Kind(
        "programme",
        "programmes",
        "DevelopmentProgramme",
        "사업 지구",
        "Programme",
        (
            _ID,
            Column("name", "words", "이름", "Name", required=True),
            Column("city", "text", "도시", "City", required=True),
            Column("country", "text", "나라 (ISO 3166 두 글자)", "Country, ISO 3166 alpha-2", required=True),
            Column("role", "word", "우리 지구 또는 참고 지구", "Own or reference", True, ("own", "reference")),
            Column("lon", "number", "경도", "Longitude"),
            Column("lat", "number", "위도", "Latitude"),
            Column("part_of", "ref", "상위 지구", "Programme it is a part of", refers="programme"),
            *_SOURCE,
        ),
    ),
    Kind(
        "fact",
        "facts",
        "DistrictFact",
        "사실",
        "Fact",
        (
            _ID,
            _SUBJECT,
            Column("measure", "text", "무엇을 재었는지", "What is measured, a code of measures.csv", required=True),
            Column("basis", "word", "계획, 주장, 전망, 실적", "Plan, claim, forecast or actual", True, get_args(Basis)),
            Column("value", "value", "값 (원문에 적힌 대로)", "As written: 87, 30–50, >20000, 2024-H2", required=True),
            Column("unit", "unit", "단위", "Unit: ha, 평, 억 KRW, jobs, %, date, text …", required=True),
            Column("boundary", "text", "어느 구역의 값인지", "Which area is meant"),
            Column("definition", "text", "무엇을 세었는지", "What is counted, where it differs from the plain meaning"),
            Column("as_of", "when", "값이 성립하는 때", "When the value holds, or is planned for"),
            _STATED,
            *_SOURCE,
            Column("quality", "word", "자료 품질 (U4SSC)", "Data quality, U4SSC code", True, get_args(Quality)),
            Column("confidence", "word", "믿을 만한 정도", "Confidence", True, get_args(Confidence)),
            Column("baseline", "ref", "기준 계획", "Baseline it belongs to", refers="baseline"),
            Column("party", "ref", "관련 기관", "Organization it is about", refers="organization"),
            Column("note", "text", "덧붙임", "Remark"),
        ),
    ),
    Kind(
        "baseline",
        "baselines",
        "DistrictBaseline",
        "기준 계획",
        "Baseline",
        (
            _ID,
            _SUBJECT,
            Column("number", "whole", "차례", "Number in order", required=True, least=1, most=9999),
            Column("stated", "when", "발표한 때", "When it was announced", required=True),
            Column("title", "words", "제목", "Title", required=True),
            Column("reason", "text", "계획 변경 사유", "Why the plan changed"),
            *_SOURCE,
        ),
    ),
    Kind(
        "phase",
        "phases",
        "DistrictPhase",
        "단계",
        "Phase",
        (
            _ID,
            _SUBJECT,
            Column("name", "words", "이름", "Name", required=True),
            Column("start", "when", "시작", "Start"),
            Column("end", "when", "끝", "End"),
            Column("basis", "word", "계획, 주장, 전망, 실적", "Plan, claim, forecast or actual", True, get_args(Basis)),
            _STATED,
            *_SOURCE,
        ),
    ),
    Kind(
        "parcel",
        "parcels",
        "DistrictParcel",
        "필지",
        "Parcel",
        (
            _ID,
            _SUBJECT,
            Column("phase", "ref", "단계", "Phase", refers="phase"),
            Column("name", "text", "이름 또는 지번", "Name or lot number", required=True),
            Column("use", "word", "쓰임", "Use", True, USES),
            Column("area", "quantity", "넓이", "Area", dimension="area"),
            Column("area_unit", "unit", "넓이의 단위", "Unit of the area"),
            Column("floor_area", "quantity", "연면적", "Floor area", dimension="floor area"),
            Column("floor_area_unit", "unit", "연면적의 단위", "Unit of the floor area"),
            Column("state", "word", "상태", "State", True, STATES, changing=True),
            Column("tenant", "ref", "입주 기관", "Tenant", refers="organization", changing=True),
            Column("location", "geometry", "경계 (GeoJSON)", "Boundary, GeoJSON polygon", required=True),
            _STATED,
            *_SOURCE,
        ),
    ),
    Kind(
        "contract",
        "contracts",
        "DistrictContract",
        "계약",
        "Contract",
        (
            _ID,
            _SUBJECT,
            Column("parcel", "ref", "필지", "Parcel", refers="parcel"),
            Column("party", "ref", "상대 기관", "Other party", True, refers="organization"),
            Column("kind", "word", "종류", "Kind", True, ("land-sale", "works", "service", "lease")),
            Column("value", "quantity", "금액", "Amount", dimension="money"),
            Column("value_unit", "unit", "금액의 단위", "Unit of the amount"),
            Column("signed", "when", "맺은 때", "When it was signed"),
            Column("procurement", "word", "계약 방식", "Procedure", True, ("open", "limited", "direct", "unknown")),
            Column("bids", "whole", "입찰 수", "Number of bids", most=9999),
            *_SOURCE,
        ),
    ),
    Kind(
        "tenancy",
        "tenancies",
        "DistrictTenancy",
        "입주",
        "Tenancy",
        (
            _ID,
            _SUBJECT,
            Column("party", "ref", "입주 기관", "Tenant", True, refers="organization"),
            Column("sector", "text", "업종", "Sector, ISIC or KSIC code or name"),
            Column("research", "flag", "연구 기관 여부", "Does research"),
            Column("sme", "flag", "중소기업 여부", "Small or medium enterprise"),
            Column("jobs", "quantity", "일자리", "Jobs", dimension="jobs"),
            Column("jobs_unit", "unit", "일자리의 단위", "Unit of the jobs"),
            Column("since", "when", "입주한 때", "Since"),
            Column("until", "when", "떠난 때", "Until", changing=True),
            Column("parcel", "ref", "필지", "Parcel", refers="parcel"),
            *_SOURCE,
        ),
    ),
    Kind(
        "organization",
        "organizations",
        "DistrictOrganization",
        "기관",
        "Organization",
        (
            _ID,
            Column("name", "words", "이름", "Name", required=True),
            Column("kind", "word", "종류", "Kind", True, ORGANIZATIONS),
            Column("country", "text", "나라 (ISO 3166 두 글자)", "Country, ISO 3166 alpha-2"),
            Column("url", "url", "누리집", "Address"),
        ),
    ),
    Kind(
        "agreement",
        "agreements",
        "DistrictAgreement",
        "협약",
        "Agreement",
        (
            _ID,
            Column("parties", "refs", "당사자", "Parties, ; between", True, refers="organization"),
            Column("kind", "text", "종류", "Kind", required=True),
            Column("since", "when", "시작", "Since"),
            Column("until", "when", "끝", "Until", changing=True),
            Column("what", "words", "내용", "What it is about"),
            *_SOURCE,
        ),
    ),
    Kind(
        "practice",
        "practices",
        "Practice",
        "사례 카드",
        "Practice card",
        (
            _ID,
            Column("city", "text", "도시", "City", required=True),
            Column("country", "text", "나라 (ISO 3166 두 글자)", "Country, ISO 3166 alpha-2", required=True),
            Column("title", "words", "제목", "Title", required=True),
            Column("problem", "words", "문제", "Problem", required=True),
            Column("done", "words", "한 일", "What was done", required=True),
            Column("cost", "quantity", "비용", "Cost", dimension="money"),
            Column("cost_unit", "unit", "비용의 단위", "Unit of the cost"),
            Column("evidence", "text", "근거", "Evidence", required=True),
            Column("contact", "text", "문의처", "Contact"),
            Column("licence", "text", "이용 조건", "Licence", required=True),
            *_SOURCE,
        ),
    ),
    Kind(
        "evidence",
        "evidence",
        "LearningEvidence",
        "학습도시 근거",
        "Learning-city evidence",
        (
            _ID,
            Column("city", "text", "도시", "City", required=True),
            Column("area", "word", "핵심 특성 (GNLC)", "GNLC key feature", True, GNLC),
            Column("title", "words", "제목", "Title", required=True),
            Column("what", "words", "내용", "What it shows"),
            Column("as_of", "when", "일시", "When"),
            *_SOURCE,
        ),
    ),
)

BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
BY_URI: Mapping[str, Kind] = {kind.uri: kind for kind in KINDS}
