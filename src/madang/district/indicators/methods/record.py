"""What the ledger says about itself: how well its figures are evidenced, and whether milestones were met."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from madang.district.indicators.choice import statement_order
from madang.district.indicators.reading import Given, gap
from madang.district.indicators.spec import DISTRICT, IndicatorSpec
from madang.district.indicators.values import Input
from madang.district.records import Fact
from madang.district.statistics.survival import Milestone, hit_rate
from madang.errors import BadRequestData

from .worked import Worked, lacking, number, refused, say, single


def evidence_share(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Share of the subject's facts that are dated, quoted, have an address and come from who is responsible (high
    confidence)."""
    facts = [fact for each in given.facts.values() for fact in each]
    if not facts:
        return lacking(gap("facts", "이 지구의 사실이 장부에 없습니다.", "The ledger has no facts of this programme."))
    good = [
        fact
        for fact in facts
        if (fact.stated or fact.as_of) and fact.source.quote and fact.source.url and fact.confidence == "high"
    ]
    return [
        Worked(
            number(Fraction(len(good), len(facts)) * 100, "%"),
            boundary=DISTRICT,
            said=say(f"사실 {len(facts)}건 중", f"of {len(facts)} facts"),
            note={
                "ko": f"사실 {len(facts)}건 가운데 {len(good)}건에 날짜·인용·주소가 있고, 책임 기관이 직접 밝혔습니다.",
                "en": f"{len(good)} of {len(facts)} facts are dated, quoted, have an address and come from the body "
                "that is responsible.",
            },
        )
    ]


def milestone_hits(spec: IndicatorSpec, given: Given) -> list[Worked]:
    """Share of the milestones due by today that were done by the date first announced for them."""
    pairs = list(_milestones(spec.options.get("milestones", ()), given))
    if not pairs:
        return lacking(
            gap(
                "milestones",
                "날짜가 계획된 이정표가 장부에 없습니다 (착공, 준공, 분양 개시 따위).",
                "The ledger has no milestone with a planned date (start of works, completion, start of sale …).",
            )
        )
    try:
        rate = hit_rate([one for one, _ in pairs], given.today)
    except BadRequestData as exc:
        return refused("milestones", exc)
    return [
        Worked(
            number(Fraction(rate.hit, rate.due) * 100, "%"),
            tuple(one for _, inputs in pairs for one in inputs),
            bases={"milestones": "actual"},
            boundary=DISTRICT,
            said=say(f"날이 된 이정표 {rate.due}건 중", f"of {rate.due} milestones due"),
        )
    ]


def _milestones(measures: Sequence[str], given: Given) -> Iterator[tuple[Milestone, tuple[Input, ...]]]:
    for measure in measures:
        facts = sorted(
            (fact for fact in given.facts.get(measure, ()) if fact.when and fact.boundary == DISTRICT),
            key=statement_order,
        )
        planned = [fact for fact in facts if fact.basis in ("plan", "forecast")]
        done = [fact for fact in facts if fact.basis == "actual"]
        if planned:
            yield _milestone(measure, planned[0], done)


def _milestone(measure: str, planned: Fact, done: Sequence[Fact]) -> tuple[Milestone, tuple[Input, ...]]:
    actual = min((fact.when.first for fact in done if fact.when), default=None)
    due = planned.when.last if planned.when else None
    if due is None:
        raise BadRequestData(f"{planned.id} states no date.", planned.id)
    inputs = [single(f"{measure} planned", planned)]
    if done:
        inputs.append(single(f"{measure} done", done[0]))
    return Milestone(measure, due, actual), tuple(inputs)
