"""A compare chart as groups of bars with their numbers: heights in per cent, texts in the reader's language. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from madang.packs.compare import Bar, CompareLine, CompareResult

from .csvtext import csv_text
from .format import THIN_SPACE, number_text
from .texts import say


def compare_view(
    result: CompareResult, names: Mapping[str, str], *, digits: int, symbol: str, lang: str
) -> list[dict[str, Any]]:
    """One part per entity that has any day; bars of all parts share one scale, so that they can be compared.

    names: entity id -> what a person calls it.
    """
    highest = max((bar.mean for line in result.lines for bar in line.bars if bar.mean is not None), default=0.0)
    return [
        {
            "name": names.get(line.entity_id, line.name),
            "groups": [
                {
                    "label": group_label(events, result.most, lang),
                    "bars": [_bar(bar, highest, digits, lang) for bar in line.bars if bar.events == events],
                }
                for events in range(result.most + 1)
            ],
            "apart": any(bar.weekend for bar in line.bars),
            "symbol": symbol,
        }
        for line in result.lines
        if any(bar.days for bar in line.bars)
    ]


def group_label(events: int, most: int, lang: str) -> str:
    return say("compare.or_more", lang, n=events) if events == most else say("compare.events", lang, n=events)


def _bar(bar: Bar, highest: float, digits: int, lang: str) -> dict[str, Any]:
    share = bar.mean / highest * 100 if bar.mean is not None and highest > 0 else 0.0
    change = "" if bar.change is None or bar.events == 0 else f"{bar.change * 100:+.0f}{THIN_SPACE}%".replace("-", "−")
    return {
        "weekend": bar.weekend,
        "height": round(max(0.0, share), 1),
        "text": "" if bar.mean is None else number_text(bar.mean, digits),
        "change": change,
        "days": say("chart.days", lang, n=number_text(bar.days)),
        "kind": say("compare.weekend" if bar.weekend else "compare.weekday", lang),
    }


def compare_csv(lines: Sequence[CompareLine], names: Mapping[str, str], header: Sequence[str]) -> str:
    """header: names for entity, events, weekend, mean, days, change."""
    rows = (
        [names.get(line.entity_id, line.name), bar.events, int(bar.weekend), bar.mean, bar.days, bar.change]
        for line in lines
        for bar in line.bars
    )
    return csv_text(header, rows)
