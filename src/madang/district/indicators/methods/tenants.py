"""Who is in the district, who stayed, and what kinds of tenants there are."""

from collections import Counter
from fractions import Fraction

from madang.district.indicators.reading import Given, gap
from madang.district.indicators.spec import DISTRICT, IndicatorSpec
from madang.district.indicators.values import Gap
from madang.district.quantity import Quantity, find_unit
from madang.district.statistics import survival as stays
from madang.errors import BadRequestData

from .sectors import current_tenancies
from .worked import Worked, lacking, number, refused, say

_KINDS = {"industry": "산업", "university": "대학", "research": "연구", "public": "공공", "developer": "사업 시행"}

NO_TENANCIES = Gap(
    "tenancies",
    {
        "ko": "이 지구의 입주 기록이 장부에 없습니다. 입주 기관과 입주한 때를 입력하면 계산됩니다.",
        "en": "The ledger has no tenancies of this programme. Enter tenants and since when they are there.",
    },
)


def tenant_share(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Share of the current tenants of which the option ``flag`` (sme, research) is known to be so."""
    flag = str(spec.options.get("flag", "sme"))
    here = current_tenancies(given)
    known = [one for one in here if getattr(one, flag, None) is not None]
    if not known:
        if not here:
            return lacking(NO_TENANCIES)
        return lacking(
            gap(
                flag,
                f"입주 기록에 {flag} 여부가 적혀 있지 않습니다.",
                f"None of the tenancies says whether it is {flag}.",
            )
        )
    share = Fraction(sum(bool(getattr(one, flag)) for one in known), len(known)) * 100
    return [
        Worked(
            number(share, "%"),
            bases={"tenants": "actual"},
            boundary=DISTRICT,
            said=say("입주 기관 기준", "of tenants"),
            note={
                "ko": f"입주 기록 {len(here)}건 가운데 알려진 {len(known)}건으로 계산했습니다.",
                "en": f"From the {len(known)} of {len(here)} tenancies of which it is known.",
            },
        )
    ]


def tenant_mix(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Shares of industry, university, research … among the current tenants."""
    here = current_tenancies(given)
    kinds = Counter(
        organization.kind for one in here if (organization := given.book.organizations.get(one.party)) is not None
    )
    if not kinds:
        return lacking(NO_TENANCIES)
    total = sum(kinds.values())
    return [
        Worked(
            number(Fraction(count, total) * 100, "%"),
            bases={"tenants": "actual"},
            boundary=DISTRICT,
            said=say(f"입주 {total}건 중 {_KINDS.get(kind, kind)}", f"{kind} of {total} tenants"),
        )
        for kind, count in sorted(kinds.items())
    ]


def tenant_survival(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Share of tenants still there after each number of years of the option ``years`` (Kaplan-Meier), with its range of
    twice the standard error."""
    known = [
        stays.Tenancy(one.id, one.since.first, one.until.last if one.until else None)
        for one in given.book.tenancies
        if one.subject == given.subject and one.since is not None
    ]
    if not known:
        return lacking(NO_TENANCIES)
    found: list[Worked] = []
    for years in spec.options.get("years", (3,)):
        try:
            found.append(_survival(known, int(years), given))
        except BadRequestData as exc:
            found.extend(refused("tenancies", exc))
    return found


def _survival(known: list[stays.Tenancy], years: int, given: Given) -> Worked:
    one = stays.survival(known, years, given.today)
    if one.kaplan_meier is None:
        raise BadRequestData(f"No tenancy was watched for {years} years yet.")
    spread = 2 * (one.standard_error or 0.0)
    low, high = max(0.0, one.kaplan_meier - spread), min(1.0, one.kaplan_meier + spread)
    plain = "" if one.plain is None else f"; {one.plain:.0%} of the {one.plain_n} old enough"
    return Worked(
        Quantity(Fraction(low) * 100, Fraction(high) * 100, find_unit("%")),
        bases={"tenancies": "actual"},
        boundary=DISTRICT,
        said=say(f"{years}년 뒤", f"after {years} years"),
        note={
            "ko": f"입주 {one.n}건에서 추정 {one.kaplan_meier:.1%} (카플란-마이어), 범위는 표준 오차의 두 배입니다.",
            "en": f"Estimated at {one.kaplan_meier:.1%} from {one.n} tenancies (Kaplan-Meier){plain}; the range is "
            "twice the standard error.",
        },
    )
