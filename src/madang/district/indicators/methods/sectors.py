"""What the district's jobs are made of, by sector: from facts that say so, else from its tenancies.

A fact of jobs by sector has the definition ``sector: NAME``; the wider area that the district is held against has the
boundary that the option ``reference`` names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from madang.district.indicators.choice import SECTOR, moment_order
from madang.district.indicators.reading import Given, gap
from madang.district.indicators.spec import DISTRICT, IndicatorSpec
from madang.district.indicators.values import Gap, Input
from madang.district.quantity import Quantity, find_unit
from madang.district.records import Basis, Fact, Tenancy, Text
from madang.district.statistics import cluster
from madang.errors import BadRequestData

from .worked import Worked, lacking, number, refused, say

ACTUAL: Basis = "actual"


@dataclass(frozen=True, slots=True)
class Mix:
    """Jobs (or tenants) by sector at one moment. what: what is counted."""

    counts: Mapping[str, float]
    facts: tuple[Fact, ...] = ()
    what: str = "jobs"
    note: Text | None = None
    on: date | None = None
    largest: float = field(default=1.0)

    @property
    def total(self) -> float:
        return sum(self.counts.values())

    def inputs(self, name: str) -> tuple[Input, ...]:
        unit = find_unit("jobs" if self.what == "jobs" else "companies")
        total = Fraction(self.total)
        title = say("입주 기록에서 더한 값", "Counted from the tenancies of the ledger")
        if self.facts:
            title = say("업종별 일자리의 합", "Jobs by sector, in all")
        return (Input(name, Quantity(total, total, unit), self.facts, title=title),)


def location_quotients(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """One for each sector that has jobs here. With the option ``interval`` each is a range of 95 %, and those that rest
    on few jobs say so."""
    mixes = _both(spec, given)
    if not isinstance(mixes, tuple):
        return lacking(*mixes)
    local, wide = mixes
    found: list[Worked] = []
    for sector, jobs in sorted(local.counts.items()):
        try:
            found.append(_quotient(spec, sector, jobs, local, wide))
        except BadRequestData as exc:
            found.extend(refused(sector, exc))
    return found


def _quotient(spec: IndicatorSpec, sector: str, jobs: float, local: Mix, wide: Mix) -> Worked:
    if sector not in wide.counts:
        raise BadRequestData(f"The wider area has no figure for {sector}.", sector)
    base = Worked(
        None,
        (*local.inputs("local"), *wide.inputs("wide")),
        bases={"local": ACTUAL},
        boundary=DISTRICT,
        said=say(f"업종 {sector}", f"sector {sector}"),
    )
    if not spec.options.get("interval"):
        value = cluster.location_quotient(jobs, local.total, wide.counts[sector], wide.total, sector)
        return _with(base, number(value, "ratio"))
    one = cluster.quotient_with_interval(
        jobs, local.total, wide.counts[sector], wide.total, at=sector, jobs_per_decision=max(1.0, local.largest)
    )
    few: Text = {
        "ko": f"이 지구의 일자리가 {cluster.FLOOR_JOBS:g}개보다 적어 믿기 어렵습니다.",
        "en": f"It rests on fewer than {cluster.FLOOR_JOBS:g} local jobs and is hardly to be trusted.",
    }
    exact = Quantity(Fraction(one.low), Fraction(one.high), find_unit("ratio"))
    return _with(base, exact, few if one.few else None)


def concentration(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Herfindahl-Hirschman index: of jobs by sector, else of tenants by sector."""
    local = local_mix(given, tenants_too=True)
    if isinstance(local, Gap):
        return lacking(local)
    try:
        value = cluster.herfindahl(list(local.counts.values()))
    except BadRequestData as exc:
        return refused("local", exc)
    said = (
        say("업종별 일자리", "jobs by sector") if local.what == "jobs" else say("업종별 입주 기관", "tenants by sector")
    )
    return [
        Worked(
            number(value, "ratio"),
            local.inputs("local"),
            bases={"local": ACTUAL},
            boundary=DISTRICT,
            said=said,
            note=local.note,
        )
    ]


def specialisation(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Krugman index of the district's sectors against the wider area's."""
    mixes = _both(spec, given)
    if not isinstance(mixes, tuple):
        return lacking(*mixes)
    local, wide = mixes
    sectors = sorted({*local.counts, *wide.counts})
    value = cluster.krugman([local.counts.get(one, 0) for one in sectors], [wide.counts.get(one, 0) for one in sectors])
    inputs = (*local.inputs("local"), *wide.inputs("wide"))
    return [Worked(number(value, "ratio"), inputs, bases={"local": ACTUAL}, boundary=DISTRICT, note=local.note)]


def shift_share(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """The change of jobs between the first and the newest moment that both areas have, in its three parts."""
    local, wide = _moments(given, DISTRICT), _moments(given, _reference(spec))
    both = sorted({*local} & {*wide})
    if len(both) < 2:
        return lacking(
            gap(
                "sectors",
                "업종별 일자리가 이 지구와 비교 구역에 대해 서로 다른 두 시점에 있어야 합니다 "
                f"(항목 jobs, 정의 “{SECTOR}업종”, 비교 구역 “{_reference(spec)}”).",
                "Jobs by sector are needed at two moments, for the district and for the wider area (measure jobs, "
                f'definition "{SECTOR}NAME", boundary "{_reference(spec)}").',
            )
        )
    before, after = both[0], both[-1]
    try:
        parts = cluster.shift_share(local[before].counts, local[after].counts, wide[before].counts, wide[after].counts)
    except BadRequestData as exc:
        return refused("sectors", exc)
    inputs = (*local[before].inputs("before"), *local[after].inputs("after"))
    return [
        Worked(
            number(sum((getattr(one, name) for one in parts.values()), Fraction(0)), "jobs"),
            inputs,
            bases={"after": ACTUAL},
            boundary=DISTRICT,
            said=words,
        )
        for name, words in (
            ("national", say("비교 구역과 함께", "as the wider area grew")),
            ("mix", say("업종 구성 때문에", "by the mix of sectors")),
            ("local", say("지구 스스로", "by the district itself")),
        )
    ]


def local_mix(given: Given, *, tenants_too: bool = False) -> Mix | Gap:
    """The newest moment of facts by sector, else current tenancies that say their jobs (or, where asked, are counted
    one each)."""
    moments = _moments(given, DISTRICT)
    if moments:
        return moments[max(moments)]
    here = current_tenancies(given)
    counted = [one for one in here if one.sector and one.jobs is not None and not one.jobs.bound]
    if counted:
        return _of_tenancies(counted, len(here))
    named = [one.sector for one in here if one.sector]
    if named and tenants_too:
        return Mix({sector: float(named.count(sector)) for sector in set(named)}, what="tenants")
    return gap(
        "local",
        f"업종과 일자리 수가 있는 입주 기록도, 업종별 일자리 사실(항목 jobs, 정의 “{SECTOR}업종”)도 없습니다.",
        f'There are neither tenancies with sector and jobs, nor facts of jobs by sector (definition "{SECTOR}NAME").',
    )


def _of_tenancies(counted: Sequence[Tenancy], of: int) -> Mix:
    counts: dict[str, float] = {}
    for one in counted:
        jobs = float(one.jobs.to("jobs").middle) if one.jobs else 0.0
        counts[one.sector] = counts.get(one.sector, 0.0) + jobs
    total = sum(counts.values())
    squares = sum(float(one.jobs.to("jobs").middle) ** 2 for one in counted if one.jobs)
    note: Text = {
        "ko": f"입주 기록 {of}건 가운데 업종과 일자리 수가 있는 {len(counted)}건으로 계산했습니다.",
        "en": f"From the {len(counted)} of {of} tenancies that give their sector and jobs.",
    }
    return Mix(counts, note=note, largest=squares / total if total else 1.0)


def current_tenancies(given: Given) -> list[Tenancy]:
    """Those that have begun and have not ended."""
    return [
        one
        for one in given.book.tenancies
        if one.subject == given.subject
        and (one.since is None or one.since.first <= given.today)
        and (one.until is None or one.until.last > given.today)
    ]


def _both(spec: IndicatorSpec, given: Given) -> tuple[Mix, Mix] | list[Gap]:
    local, wide = local_mix(given), _moments(given, _reference(spec))
    gaps = [local] if isinstance(local, Gap) else []
    if not wide:
        gaps.append(
            gap(
                "wide",
                f"비교 구역의 업종별 일자리가 없습니다 (항목 jobs, 구역 “{_reference(spec)}”, 정의 “{SECTOR}업종”).",
                "There are no jobs by sector of the wider area (measure jobs, boundary "
                f'"{_reference(spec)}", definition "{SECTOR}NAME").',
            )
        )
    if gaps or isinstance(local, Gap):
        return gaps
    return local, wide[max(wide)]


def _reference(spec: IndicatorSpec) -> str:
    return str(spec.options.get("reference", "reference area"))


def _moments(given: Given, boundary: str) -> dict[date, Mix]:
    """Jobs by sector of one area at every moment there are facts for."""
    found: dict[date, dict[str, Fact]] = {}
    for fact in sorted(given.facts.get("jobs", ()), key=moment_order):
        when = fact.as_of or fact.stated
        if (
            fact.basis == ACTUAL
            and fact.boundary == boundary
            and fact.definition.startswith(SECTOR)
            and fact.quantity is not None
            and not fact.quantity.bound
            and when is not None
        ):
            found.setdefault(when.last, {})[fact.definition.removeprefix(SECTOR)] = fact
    return {
        on: Mix({name: float(fact.quantity.to("jobs").middle) for name, fact in facts.items() if fact.quantity},
                tuple(facts.values()), on=on)
        for on, facts in found.items()
    }  # fmt: skip


def _with(base: Worked, value: Quantity, note: Text | None = None) -> Worked:
    return Worked(value, base.inputs, bases=base.bases, boundary=base.boundary, said=base.said, note=note)
