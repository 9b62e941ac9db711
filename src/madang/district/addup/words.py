"""What a finding says to the person who asked: one sentence in Korean and one in English."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from .judge import Finding, Kind, Verdict
from .table import Cell, Said

KINDS: Final[Mapping[Kind, Said]] = {
    Kind.SUM: Said("부분의 합", "the sum of the parts"),
    Kind.SHARE: Said("비율", "the share"),
    Kind.GROWTH: Said("증가율", "the growth"),
    Kind.LEVEL: Said("변화를 더한 값", "the level after the change"),
    Kind.CHANGE: Said("증감", "the change"),
    Kind.PRODUCT: Said("곱", "the product"),
    Kind.RATIO: Said("나눈 값", "the ratio"),
    Kind.CONVERSION: Said("단위를 바꾼 값", "the converted figure"),
    Kind.PERCENT_SUM: Said("비율의 합", "the sum of the shares"),
    Kind.SCALING_MAX: Said("0–100 척도 값", "the value on the scale"),
    Kind.SCALING_MIN: Said("0–100 척도 값", "the value on the scale"),
    Kind.WEIGHTED: Said("가중 합", "the weighted sum"),
    Kind.WEIGHTED_MEAN: Said("가중 평균", "the weighted mean"),
    Kind.MEAN: Said("평균", "the mean"),
    Kind.STANDARD_ERROR: Said("표준오차", "the standard error"),
    Kind.FIGURE: Said("값", "the figure"),
}

VERDICTS: Final[Mapping[Verdict, Said]] = {
    Verdict.MATCH: Said("맞음", "match"),
    Verdict.TRUNCATED: Said("버림", "truncated"),
    Verdict.ROUNDED: Said("다르게 반올림", "rounded differently"),
    Verdict.UNIT_SLIP: Said("단위 혼동", "unit slip"),
    Verdict.MISMATCH: Said("맞지 않음", "mismatch"),
    Verdict.CANNOT_TELL: Said("알 수 없음", "cannot tell"),
    Verdict.INFO: Said("참고", "info"),
}

_SHOULD: Final = Said(
    "{what}: 계산값 {computed}, 맞는 값 {published}. ", "{What} is {computed}; it should be {published}. "
)
_HEAD: Final = Said(
    "{what}: 계산값 {computed}, 적힌 값 {published}. ", "{What} is {computed}; written is {published}. "
)

WHY: Final[Mapping[str, Said]] = {
    "exact": Said("맞습니다.", "It holds."),
    "within": Said(
        "계산에 쓴 값들도 반올림한 값이어서 {low}–{high} 사이면 맞습니다.",
        "The figures it comes from are rounded themselves: anything from {low} to {high} holds.",
    ),
    "whole": Said(
        "차이 {difference}. 반올림한 값이라면 생길 수 있지만 센 수라면 틀렸습니다. 어느 쪽인지 확인해 주십시오.",
        "It differs by {difference}, which rounded figures can explain and counted ones cannot. Check which they are.",
    ),
    "cut": Said(
        "반올림하지 않고 뒷자리를 버렸습니다. 반올림하면 {right}입니다.",
        "Its last digits were cut off, not rounded. Rounded it is {right}.",
    ),
    "up": Said(
        "올림한 값입니다. 반올림하면 {right}입니다.", "It was rounded up. Rounded to the nearest it is {right}."
    ),
    "twice": Said(
        "두 번 반올림한 값으로 보입니다. 한 번에 반올림하면 {right}입니다.",
        "It looks rounded twice. Rounded once it is {right}.",
    ),
    "coarse": Said(
        "더 거칠게 반올림한 값입니다. 다른 칸과 같은 자리까지 적으면 {right}입니다.",
        "It is a rounder figure. To the digits of the other cells it is {right}.",
    ),
    "slip": Said(
        "{slip}만큼 다릅니다. 단위({slip_unit})가 섞였는지 확인해 주십시오.",
        "It differs by {slip}. Check whether units were mixed up ({slip_unit}).",
    ),
    "slipped part": Said(
        "{suspect} 값이 {slip}만큼 다르면 합이 맞습니다. 그 칸의 단위({slip_unit})를 확인해 주십시오.",
        "The sum holds if {suspect} is {slip} off. Check the unit of that cell ({slip_unit}).",
    ),
    "digit": Said(
        "차이 {difference}. 숫자 하나를 잘못 적었거나 자리가 바뀐 것으로 보입니다. 원자료를 확인해 주십시오.",
        "It differs by {difference}, by one digit or two that changed places. Check the source for a typing error.",
    ),
    "mismatch": Said(
        "차이 {difference}. 값이나 분모, 빠진 항목을 확인해 주십시오.",
        "It differs by {difference}. Check the figures, what they are shares of, and whether a part is missing.",
    ),
    "missing": Said(
        "{suspect}이(가) 비어 있어 판단할 수 없습니다. 값을 채워 주십시오.",
        "{Suspect} is empty. Fill it in and check again.",
    ),
    "unread": Said(
        "{suspect}의 “{text}”을(를) 숫자로 읽을 수 없습니다. 수식이 아닌 값으로 적어 주십시오.",
        "“{text}” in {suspect} cannot be read as a number. Paste values, not formulas.",
    ),
    "no divisor": Said(
        "0으로 나누게 되어 판단할 수 없습니다. {suspect}을(를) 확인해 주십시오.",
        "It would divide by zero. Check {suspect}.",
    ),
    "reading": Said(
        "달리 읽으면 맞을 수 있어 판단하지 않았습니다.", "It may hold if the table is read in another way."
    ),
    "told": Said("", ""),
    "computed": Said("적힌 값이 없어 계산값만 알립니다.", "Nothing was written to hold it against."),
}

_SLIPS: Final[Mapping[str, Said]] = {
    "10": Said("소수점 자리", "the decimal point"),
    "100": Said("%와 비율", "per cent or fraction"),
    "1000": Said("천 단위, m²·천m²", "thousands, m² and thousand m²"),
    "10000": Said("만 단위, m²·ha·만m²", "ten thousands, m² and ha"),
    "1000000": Said("백만 단위, m²·km²", "millions, m² and km²"),
    "100000000": Said("억 단위", "hundred millions (억)"),
    "pyeong": Said("m²·평", "m² and pyeong"),
    "acre": Said("ha·에이커", "ha and acres"),
}


def say(finding: Finding) -> Said:
    """The whole sentence of a finding, with what to check."""
    return Said(_say(finding, "ko"), _say(finding, "en"))


def _say(finding: Finding, lang: str) -> str:
    claim = finding.claim
    name = _in(KINDS[claim.kind], lang)
    values = {**_facts(finding)[lang], "what": name, "What": name[0].upper() + name[1:]}
    head = _HEAD if claim.published and claim.published.row else _SHOULD
    opening = _in(head, lang).format(**values) if finding.computed and claim.published else _bare(finding, lang, values)
    note = f" {_in(claim.note, lang)}" if claim.note else ""
    return f"{opening}{_in(WHY[finding.why], lang).format(**values)}{note}".replace("  ", " ")


def _in(said: Said, lang: str) -> str:
    return said.ko if lang == "ko" else said.en


def _bare(finding: Finding, lang: str, values: Mapping[str, str]) -> str:
    if finding.computed is None:
        return f"{values['What']}: "
    return (
        f"{values['what']}: 계산값 {values['computed']}. "
        if lang == "ko"
        else f"{values['What']} is {values['computed']}. "
    )


def _facts(finding: Finding) -> Mapping[str, Mapping[str, str]]:
    published = finding.claim.published
    number = published.number if published else None
    step = number.step if number else Decimal("0.01")
    computed = finding.computed
    slip, slip_unit = finding.slip, _SLIPS.get(finding.slip[1:], Said("", ""))
    shown = {
        "computed": plain(computed.mid) if computed else "",
        "low": plain(computed.low) if computed else "",
        "high": plain(computed.high) if computed else "",
        "published": published.text if published else "",
        "right": plain((computed.mid / step).quantize(Decimal(1), "ROUND_HALF_UP") * step) if computed else "",
        "difference": plain(finding.difference, sign=True) if finding.difference is not None else "",
        "slip": f"{slip[:1]}{_factor(slip[1:])}" if slip else "",
        "text": finding.suspect.text[:40] if finding.suspect else "",
    }
    return {
        "ko": {**shown, "slip_unit": slip_unit.ko, **_suspect(finding.suspect, "빈 칸")},
        "en": {**shown, "slip_unit": slip_unit.en, **_suspect(finding.suspect, "a cell")},
    }


def _suspect(cell: Cell | None, nothing: str) -> dict[str, str]:
    name = (f"{cell.place} ({cell.label})" if cell.label else cell.place) if cell and cell.row else nothing
    return {"suspect": name, "Suspect": name[:1].upper() + name[1:]}


def _factor(name: str) -> str:
    return {"pyeong": "0.3025", "acre": "0.4047"}.get(name) or f"{int(name):,}"


SHOWN: Final = 6
"""Significant digits of a computed value that has more decimals than anybody reads."""


def plain(value: Decimal, *, sign: bool = False) -> str:
    """With commas between thousands and no more decimals than tell something: 73.6594, 811,498, 0.894427."""
    whole = len(str(abs(int(value)))) if abs(value) >= 1 else 0
    exponent = value.as_tuple().exponent
    decimals = max(0, min(SHOWN - whole, -exponent if isinstance(exponent, int) else 0)) if whole else SHOWN
    text = f"{value:+,.{decimals}f}" if sign else f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
