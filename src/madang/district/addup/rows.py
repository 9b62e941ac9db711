"""What a row or column is to a sum: a summand, a part of one, a statistic of them, or something that is taken off."""

import re
from collections.abc import Sequence
from typing import Final

from .table import Table

_TOTAL: Final = re.compile(
    r"(?:^|[\s_(·/-])(?:total|sum|summe|insgesamt|gesamt|gesamtsumme|subtotal|sous-total|zwischensumme|totaux|ensemble)"
    r"(?:$|[\s_):·/-])|합\s?계(?!출산)|총\s?계|소\s?계|총\s?합",
    re.I,
)
_WHOLE: Final = re.compile(r"^(?:계|전체|all|총|합)$", re.I)
_PURE: Final = re.compile(
    r"^(?:계|전체|합\s?계|총\s?계|소\s?계|총합|총|합|all|total|sum|summe|insgesamt|gesamt)$", re.I
)
_SUB: Final = re.compile(r"소\s?계|sub-?total|sous-total|zwischensumme", re.I)
_MEAN: Final = re.compile(
    r"(?:^|[\s_(])(?:mean|average|avg|mittelwert|durchschnitt|moyenne)(?:$|[\s_).:])|평균(?:$|[\s_)(:값치])", re.I
)
_ONLY_MEAN: Final = re.compile(
    r"^(?:[연월일분기년]*\s?평균|mean|average|avg\.?|mittelwert|durchschnitt|moyenne)$", re.I
)
_EXTREME: Final = re.compile(
    r"^(?:(?:max|min)(?:imum|\.)?|(?:최대|최소|최고|최저|최댓|최솟)[값치]?|median|médiane|중앙값|중위[수값]|표준편차|"
    r"st\.?\s?dev\.?|standard deviation|standardabweichung|écart[- ]type)$",
    re.I,
)
_CLASS: Final = re.compile(r"이하|이상|미만|초과|below|above|under|over|unter|über|dessous|dessus", re.I)
"""``below average`` is a group of its own, and no statistic."""

_CUMULATIVE: Final = re.compile(r"누계|누적|cumul|kumul|running total|aufgelaufen", re.I)
_BULLET: Final = r"[-–·•∙◦‣▪ㄴ└├↳*]"
_MEMO: Final = re.compile(
    rf"^(?:{_BULLET}\s*)?(?:\(\s*)?(?:[이그]\s?(?:중|가운데)(?=$|[\s:,(에])|davon\b|darunter\b|dont\s|"
    r"of which\b|of them\b|thereof\b|incl\b|including\b|inkl\b|einschl|y compris\b)",
    re.I,
)
_BRACKETED: Final = re.compile(r"^\((?!\s*(?:\d{1,2}|[가-힣A-Za-z])\s*\)|(?:주식회사|사단법인|재단법인|가칭)\)\s*\S)")
"""``(국민임대)``; not ``(1)``, ``(가)`` or ``(주)`` before a name."""

_IN: Final = re.compile(
    r"^(?:총\s?)?(?:수입|세입|수익|매출|전입|유입|출생|자산)|\b(?:incomes?|revenues?|receipts|assets|inflow|births)\b|"
    r"einnahmen|erträge|recettes|produits",
    re.I,
)
_OUT: Final = re.compile(
    r"^(?:총\s?)?(?:지출|세출|비용|원가|전출|유출|사망|부채|차감|공제)|\b(?:expenditures?|expenses?|costs?|liabilities|outflow|"
    r"deaths|less|minus)\b|ausgaben|aufwendungen|dépenses|charges",
    re.I,
)
_UNIT: Final = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")


def is_total(text: str) -> bool:
    return bool(_TOTAL.search(text) or _WHOLE.match(text.strip())) and not is_statistic(text)


def is_only_total(text: str) -> bool:
    """The word and nothing else, but for a unit: ``계(명)``."""
    return bool(_PURE.match(_UNIT.sub("", text).strip()))


def is_subtotal(text: str) -> bool:
    return bool(_SUB.search(text))


def is_mean(text: str) -> bool:
    return bool(_MEAN.search(text)) and not _CLASS.search(text)


def is_only_mean(text: str) -> bool:
    """The word and nothing else, but for a unit or "per year": not ``평균 단가``."""
    return bool(_ONLY_MEAN.match(_UNIT.sub("", text).strip()))


def is_statistic(text: str) -> bool:
    """Means, extremes, running totals: made of the figures around them, and never a summand."""
    bare = _UNIT.sub("", text).strip()
    return is_mean(text) or bool(_EXTREME.match(bare)) or is_cumulative(bare)


def is_cumulative(text: str) -> bool:
    return bool(_CUMULATIVE.search(text))


def is_memo(text: str) -> bool:
    """``of which …``: a part of something that is counted already."""
    return bool(_MEMO.match(text.strip()))


def is_aside(text: str) -> bool:
    return is_memo(text) or bool(_BRACKETED.match(text.strip()))


def sign_of(text: str) -> int:
    """-1 for what goes out, 1 for what comes in, 0 where the name does not say."""
    return -1 if _OUT.search(text) else 1 if _IN.search(text) else 0


def depth_of(raw: str) -> int:
    """How far a row's first text is set in; a dash or corner in front counts as well."""
    text = raw.replace("\u00a0", " ").replace("\u3000", "  ").replace("\t", "    ")
    bare = text.lstrip(" ")
    return len(text) - len(bare) + (1 if re.match(rf"{_BULLET}\s*[^\W\d]", bare) else 0)


def row_labels(table: Table) -> list[tuple[str, ...]]:
    """Texts of the label columns; a blank left of a name is a merged cell and stands for the one above."""
    rows: list[tuple[str, ...]] = []
    above = [""] * len(_label_columns(table))
    for texts in _texts(table):
        last = max((at for at, text in enumerate(texts) if text), default=-1)
        above = [text or (above[at] if at < last else "") for at, text in enumerate(texts)]
        rows.append(tuple(above))
    return rows


def row_depths(table: Table) -> list[int]:
    """How deep each row stands: set in by spaces, or in a further label column below a name with figures of its own."""
    depths: list[int] = []
    head: Sequence[str] = ()
    for at, texts in enumerate(_texts(table)):
        first = next((place for place, text in enumerate(texts) if text), 0)
        if first == 0:
            head = texts
        nested = 0 < first < len(head) and not any(head[first:])
        depths.append((table.depths[at] if table.depths else 0) + (100 * first if nested else 0))
    return depths


def _label_columns(table: Table) -> list[int]:
    return [column.index for column in table.columns if column.role in ("label", "year")]


def _texts(table: Table) -> list[list[str]]:
    columns = _label_columns(table)
    return [[cells[index].text for index in columns] for cells in table.rows]
