"""The few words a chart says by itself, in the languages of console and briefing."""

from typing import Final

from madang.district.languages import LANGUAGES

_WORDS: Final = {
    "no data": ("자료가 없습니다", "No data", "Aucune donnée", "Keine Daten"),
    "today": ("오늘", "today", "aujourd’hui", "heute"),
    "planned": ("계획", "planned", "prévu", "geplant"),
    "actual": ("실제", "actual", "réalisé", "tatsächlich"),
    "announced": ("발표", "announced", "annoncé", "bekanntgegeben"),
    "start": ("착공", "groundbreaking", "premier coup de pioche", "Spatenstich"),
    "tenants": ("첫 입주", "first tenants", "premières installations", "erste Nutzer"),
    "completion": ("준공", "completion", "achèvement", "Fertigstellung"),
    "in": ("들어온 돈", "in", "entrées", "Einnahmen"),
    "out": ("나간 돈", "out", "sorties", "Ausgaben"),
    "cumulative": ("누적", "cumulative", "cumulé", "kumuliert"),
    "base": ("기준", "base case", "cas de base", "Basisfall"),
    "low": ("낮은 값일 때", "at the low value", "valeur basse", "beim niedrigen Wert"),
    "high": ("높은 값일 때", "at the high value", "valeur haute", "beim hohen Wert"),
    "total": ("전체", "total", "total", "gesamt"),
    "north": ("북", "N", "N", "N"),
    "industry": ("기업", "industry", "entreprises", "Wirtschaft"),
    "university": ("대학", "university", "universités", "Hochschule"),
    "research": ("연구기관", "research", "recherche", "Forschung"),
    "public": ("공공", "public", "public", "öffentliche Hand"),
    "developer": ("사업시행자", "developer", "aménageur", "Entwickler"),
}


def word(key: str, lang: str) -> str:
    """A chart's own word in a language; English where the language is unknown, the key where the word is."""
    if key not in _WORDS:
        return key
    known = lang.split("-")[0]
    return _WORDS[key][LANGUAGES.index(known if known in LANGUAGES else "en")]
