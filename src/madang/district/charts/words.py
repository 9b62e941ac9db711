"""The few words a chart says by itself, in the languages of console and briefing."""

from typing import Final

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
    "not comparable": ("비교하지 않음", "not comparable", "non comparable", "nicht vergleichbar"),
    "total": ("전체", "total", "total", "gesamt"),
    "met": ("달성", "met", "atteint", "erreicht"),
    "of target": ("목표 대비", "of target", "de l’objectif", "des Ziels"),
    "north": ("북", "N", "N", "N"),
    "industry": ("기업", "industry", "entreprises", "Wirtschaft"),
    "university": ("대학", "university", "universités", "Hochschule"),
    "research": ("연구기관", "research", "recherche", "Forschung"),
    "public": ("공공", "public", "public", "öffentliche Hand"),
    "developer": ("사업시행자", "developer", "aménageur", "Entwickler"),
    "likely": ("P10–P90", "P10–P90", "P10–P90", "P10–P90"),
    "references": ("참고 지구", "references", "références", "Vergleiche"),
}
_LANGUAGES: Final = {"ko": 0, "en": 1, "fr": 2, "de": 3}


def word(key: str, lang: str) -> str:
    """A chart's own word in a language; English where the language is unknown, the key where the word is."""
    return _WORDS[key][_LANGUAGES.get(lang.split("-")[0], 1)] if key in _WORDS else key
