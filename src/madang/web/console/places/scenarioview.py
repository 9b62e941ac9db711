"""A scenario's answer as a page shows it: fields of the form, key figures, charts, tables, in the reader's language."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from madang.district.charts import (
    CONSOLE,
    BandPoint,
    Cash,
    CashPeriod,
    Line,
    Target,
    Tornado,
    draw_bands,
    draw_cash,
    draw_tornado,
)
from madang.district.charts import Bands as BandChart
from madang.district.charts import Swing as SwingBar
from madang.district.format import Shown, show
from madang.district.quantity import Quantity, find_unit, parse_quantity
from madang.district.scenario import OUTCOMES, Answer, Asked, Assumption, Band, Scenario, Source, Swing, asked_query
from madang.district.scenario.change import MONTHS
from madang.web.console.format import number_text
from madang.web.console.texts import pick, say

WIDTHS = (720, 340)
"""Of each chart: half a page, and a phone."""

MONEY_DIGITS = 4
STEPS = 200
"""Of a slider, at most."""

GROUPS: Mapping[str, Sequence[str]] = {
    "mix": ("land", "area", "planned_jobs"),
    "density": ("floor_area_ratio", "floor_per_job", "floor_per_dwelling", "occupancy"),
    "takeup": ("delay", "takeup_years", "takeup_share", "build_years", "fill_years"),
    "money": ("price", "cost", "cost_factor", "acquisition_share", "discount"),
}
"""Roles of assumptions, as the form gathers them."""


@dataclass(frozen=True, slots=True)
class Field:
    """One input. text: what stands in it; base: what the file says, in words. span: bounds in words, "" without any.

    slider: least, most and step, None where there is no range to slide in. origin: fact, assumed or plan.
    """

    name: str
    label: str
    text: str
    base: str
    changed: bool
    unit: str
    kind: str
    least: str
    most: str
    span: str
    slider: tuple[str, str, str] | None
    origin: str
    why: str
    source: Source | None
    refused: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure. change: against the base case, "" where it is the base case itself. band: of the runs."""

    id: str
    title: str
    value: str
    second: str
    change: str
    band: str


# Numbers in words


def money(amount: Decimal | float, scenario: Scenario, lang: str) -> Shown:
    """``−2,623억 원`` and ``−262.3 bn KRW``."""
    value = Fraction(amount)
    return show(Quantity(value, value, find_unit(scenario.currency)), lang, MONEY_DIGITS)


def money_units(currency: str, lang: str) -> tuple[str, ...]:
    """What a table's cells of money count, the reader's own first: ``억 원`` and ``bn KRW``; others in millions."""
    if currency != "KRW":
        return (f"M {currency}",)
    return ("억 원", "bn KRW") if lang == "ko" else ("bn KRW", "억 원")


def money_cell(amount: Decimal | float, currency: str, lang: str) -> tuple[str, ...]:
    """As many texts as there are units."""
    sizes = {"억 원": (10**8, 0), "bn KRW": (10**9, 1), f"M {currency}": (10**6, 1)}
    return tuple(number_text(float(amount) / sizes[unit][0], sizes[unit][1]) for unit in money_units(currency, lang))


def in_unit(value: Decimal, unit: str, lang: str) -> Shown:
    """As it was written, with its unit."""
    return show(parse_quantity(f"{value:f}", unit), lang)


def count(value: Decimal | float) -> str:
    return number_text(whole(value), 0)


def whole(value: Decimal | float) -> int:
    return int(Decimal(value).quantize(Decimal(1), ROUND_HALF_EVEN))


def share(value: Decimal | float, digits: int = 1) -> str:
    return f"{number_text(float(value) * 100, digits)} %"


def moment_text(at: Decimal | float) -> str:
    """The month in which a moment lies, or which it ends: 2028.5 is 2028-06."""
    months = whole(Decimal(at) * 12)
    year, month = divmod(months - 1, 12)
    return f"{year}-{month + 1:02}"


def outcome_text(outcome: str, scenario: Scenario, lang: str) -> Callable[[Decimal | float], str]:
    if outcome in ("npv", "cash"):
        return lambda value: money(value, scenario, lang).primary
    return moment_text if outcome == "completion" else count


# The form


def fields(
    scenario: Scenario, asked: Asked, typed: Mapping[str, str], refused: str, lang: str
) -> dict[str, list[Field]]:
    """By group. typed: what somebody wrote, also where it was refused; refused: the parameter at fault."""
    roles = scenario.roles()
    found: dict[str, list[Field]] = {"time": list(_month_fields(scenario, asked, typed, refused, lang))}
    for group, wanted in GROUPS.items():
        names = [name for role in wanted for name in scenario.assumptions if roles.get(name) == role]
        found[group] = [_field(scenario, scenario.assumptions[name], asked, typed, refused, lang) for name in names]
    return {group: each for group, each in found.items() if each}


def _month_fields(
    scenario: Scenario, asked: Asked, typed: Mapping[str, str], refused: str, lang: str
) -> Iterator[Field]:
    for phase in scenario.phases:
        for key in MONTHS:
            base, name = getattr(phase, key), f"{phase.id}.{key}"
            if base is None:
                continue
            now = asked.change.months.get(name, base)
            yield Field(
                name=name,
                label=f"{pick(phase.title, lang)}: {say(f'places.scenario.{key}', lang)}",
                text=typed.get(name) or str(now),
                base=str(base),
                changed=now != base,
                unit="",
                kind="month",
                least=f"{scenario.first}-01",
                most=f"{scenario.last}-12",
                span="",
                slider=None,
                origin="plan",
                why=pick(phase.why, lang),
                source=phase.source,
                refused=name == refused,
            )


def _field(
    scenario: Scenario, one: Assumption, asked: Asked, typed: Mapping[str, str], refused: str, lang: str
) -> Field:
    value = asked.change.values.get(one.name, one.mode)
    words = partial(in_unit, unit=one.unit, lang=lang)
    span = say("places.scenario.range", lang, low=words(one.low).primary, high=words(one.high).primary)
    return Field(
        name=one.name,
        label=pick(one.title, lang),
        text=typed.get(one.name) or f"{value:f}",
        base=str(words(one.mode)),
        changed=value != one.mode,
        unit=unit_text(one.unit, scenario.currency, lang),
        kind="number",
        least=_bound(one.least),
        most=_bound(one.most),
        span=span if one.uncertain else "",
        slider=_slider(one, value),
        origin="fact" if one.source else "assumed",
        why=pick(one.why, lang),
        source=one.source,
        refused=one.name == refused,
    )


def _bound(value: Decimal) -> str:
    return f"{value:f}"


def _slider(one: Assumption, value: Decimal) -> tuple[str, str, str] | None:
    """Over the range, stretched to the value; a fixed figure from nothing to double."""
    low, high = (one.low, one.high) if one.uncertain else (Decimal(0), 2 * one.mode)
    low, high = max(min(low, value), one.least), min(max(high, value), one.most)
    step = _step((high - low) / STEPS)
    return (f"{low:f}", f"{high:f}", f"{step:f}") if low < high else None


def _step(least: Decimal) -> Decimal:
    """The next larger of 1, 2, 5 times a power of ten."""
    if least <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(least.adjusted())
    return next(power * times for times in (1, 2, 5, 10) if power * times >= least)


def unit_text(unit: str, currency: str, lang: str) -> str:
    name = find_unit(currency).name(lang) if lang == "ko" else currency
    return say(f"places.scenario.unit.{unit.replace(currency, 'c')}", lang, c=name)


# The result


def figures(base: Answer, now: Answer, *, changed: bool, lang: str) -> list[Figure]:
    """Without the ones that say nothing here (dwellings where there are none)."""
    return [
        replace(one, change=_told(one.change, lang) if changed else "")
        for one in (*_people(base, now, lang), *_works(base, now, lang), *_money(base, now, lang))
    ]


def _told(change: str, lang: str) -> str:
    if not change:
        return say("places.scenario.same", lang)
    return say("places.scenario.against", lang, change=change)


def _figure(id_: str, value: str, change: str, *, lang: str, band: str = "", second: str = "", **named: Any) -> Figure:
    return Figure(id_, say(f"places.scenario.key.{id_}", lang, **named), value, second, change, band)


def _people(base: Answer, now: Answer, lang: str) -> Iterator[Figure]:
    last, then = now.outcome.last, base.outcome.last
    for name in ("jobs", "homes") if now.scenario.has_homes else ("jobs",):
        value, bands = getattr(last, name), getattr(now.bands, name)
        band, change = _spread(bands[-1], count, lang), _moved(value, getattr(then, name), count)
        yield _figure(name, count(value), change, lang=lang, band=band, year=last.year)
    kind = "self.homes" if now.scenario.has_homes else "self.plan"
    change = _moved(last.self_sufficiency, then.self_sufficiency, ratio_text)
    yield _figure(kind, ratio_text(last.self_sufficiency), change, lang=lang, year=last.year)


def _works(base: Answer, now: Answer, lang: str) -> Iterator[Figure]:
    outcome, was = now.outcome, base.outcome
    land, then = outcome.self_sufficiency_land, was.self_sufficiency_land
    yield _figure("land", share(land), _moved(land, then, share), lang=lang)
    change = _moved(outcome.completion, was.completion, partial(years_text, lang=lang))
    band = _spread(now.bands.completion, moment_text, lang)
    yield _figure("completion", moment_text(outcome.completion), change, lang=lang, band=band)


def _money(base: Answer, now: Answer, lang: str) -> Iterator[Figure]:
    outcome, was = now.outcome, base.outcome
    words, npv = outcome_text("npv", now.scenario, lang), money(outcome.npv, now.scenario, lang)
    band, change = _spread(now.bands.npv, words, lang), _moved(outcome.npv, was.npv, words)
    yield _figure("npv", npv.primary, change, lang=lang, band=band, second=npv.secondary)
    yield _figure("irr", irr_text(now, lang), _replaced(irr_text(base, lang), irr_text(now, lang)), lang=lang)
    paid, before = payback_text(now, lang), payback_text(base, lang)
    yield _figure("payback", paid, _replaced(before, paid), lang=lang)
    times, before = times_text(outcome.break_even, lang), times_text(was.break_even, lang)
    what = say("places.scenario.break.what", lang)
    yield _figure("break", times, _replaced(before, times), lang=lang, second=what)


def _moved(now: Decimal | None, then: Decimal | None, words: Callable[[Decimal], str]) -> str:
    """The difference with its sign; "" where there is none."""
    if now is None or then is None or now == then:
        return ""
    text = words(now - then)
    return f"+{text}" if now > then else text


def _replaced(then: str, now: str) -> str:
    """For what is not subtracted."""
    return "" if now == then else f"{then} → {now}"


def _spread(band: Band, words: Callable[[Decimal | float], str], lang: str) -> str:
    low, high = words(band.p10), words(band.p90)
    return "" if low == high else say("places.scenario.band", lang, low=low, high=high)


def ratio_text(value: Decimal | None) -> str:
    return "–" if value is None else number_text(float(value), 2)


def years_text(years: Decimal, lang: str) -> str:
    return f"{number_text(float(years), 1)} {say('places.scenario.unit.years', lang)}"


def irr_text(one: Answer, lang: str) -> str:
    found = one.outcome.irr
    return share(found.rate, 2) if found.rate is not None else say(f"places.scenario.irr.{found.reason}", lang)


def payback_text(one: Answer, lang: str) -> str:
    year = one.outcome.payback
    return str(year) if year else say("places.scenario.payback.none", lang, year=one.scenario.last)


def times_text(factor: Decimal | None, lang: str) -> str:
    return "–" if factor is None else say("places.scenario.break.times", lang, times=number_text(float(factor), 2))


def shares_of_runs(now: Answer, lang: str) -> list[tuple[str, str]]:
    """How many of the runs end well."""
    bands = now.bands
    found = [("positive", bands.npv_positive), ("planned", bands.jobs_as_planned)]
    return [
        (
            say(f"places.scenario.share.{name}", lang),
            share(value),
        )
        for name, value in found
        if value is not None
    ]


def claims(scenario: Scenario, lang: str) -> list[dict[str, Any]]:
    return [
        {
            "value": f"{one.value:f}" if one.measure == "completion" else str(in_unit(one.value, one.unit, lang)),
            "what": pick(one.what, lang),
            "source": one.source,
        }
        for one in scenario.claims
    ]


# Charts: each at every width of WIDTHS


def charts(base: Answer, now: Answer, *, changed: bool, lang: str) -> dict[str, tuple[str, ...]]:
    found = {"jobs": band_chart("jobs", base, now, changed=changed, lang=lang)}
    if now.scenario.has_homes:
        found["homes"] = band_chart("homes", base, now, changed=changed, lang=lang)
    found["self"] = _self_chart(now, lang)
    found["cash"] = _cash_chart(now, lang)
    return found


def band_chart(name: str, base: Answer, now: Answer, *, changed: bool, lang: str) -> tuple[str, ...]:
    bands: tuple[Band, ...] = getattr(now.bands, name)
    lines = [
        Line(
            "case",
            say("places.scenario.chart.case", lang),
            tuple(
                BandPoint(year.year, float(getattr(year, name)), band.p10, band.p90)
                for year, band in zip(now.outcome.years, bands, strict=True)
            ),
        )
    ]
    if changed:
        before = tuple(BandPoint(year.year, float(getattr(year, name))) for year in base.outcome.years)
        lines.append(Line("base", say("places.scenario.chart.base", lang), before))
    planned = now.scenario.programme.planned_jobs if name == "jobs" else None
    goal = now.scenario.modes()[planned] if planned else None
    targets = (Target(say("places.scenario.chart.planned", lang, n=count(goal)), float(goal)),) if goal else ()
    data = BandChart(
        title=say(f"places.scenario.chart.{name}", lang),
        desc=say("places.scenario.chart.band.what", lang, n=number_text(now.bands.runs)),
        lines=tuple(lines),
        number=count,
        targets=targets,
    )
    return tuple(draw_bands(data, CONSOLE, width, lang) for width in WIDTHS)


def _self_chart(now: Answer, lang: str) -> tuple[str, ...]:
    points = tuple(
        BandPoint(year.year, None if year.self_sufficiency is None else float(year.self_sufficiency))
        for year in now.outcome.years
    )
    kind = "homes" if now.scenario.has_homes else "plan"
    data = BandChart(
        title=say("places.scenario.chart.self", lang),
        desc=say(f"places.scenario.key.self.{kind}", lang, year=now.outcome.last.year),
        lines=(Line("case", say("places.scenario.chart.case", lang), points),),
        number=lambda value: number_text(value, 2),
        targets=(Target(say(f"places.scenario.chart.even.{kind}", lang), 1.0),),
    )
    return tuple(draw_bands(data, CONSOLE, width, lang) for width in WIDTHS)


def _cash_chart(now: Answer, lang: str) -> tuple[str, ...]:
    data = Cash(
        title=say("places.scenario.chart.cash", lang),
        desc=say("places.scenario.chart.cash.what", lang),
        periods=tuple(CashPeriod(str(year.year), float(year.revenue), float(year.cost)) for year in now.outcome.years),
        number=lambda value: money(value, now.scenario, lang).primary,
    )
    return tuple(draw_cash(data, CONSOLE, width, lang) for width in WIDTHS)


def sensitivity(now: Answer, outcome: str, lang: str) -> dict[str, Any]:
    """The tornado, the same as rows, and the names of what moves nothing."""
    scenario, words = now.scenario, outcome_text(outcome, now.scenario, lang)
    moving = [swing for swing in now.swings if swing.width]
    rhos = {rank.name: rank.rho for rank in now.ranks}
    modes = OUTCOMES[outcome][0](scenario, scenario.modes())

    def bar(swing: Swing) -> SwingBar:
        one = scenario.assumptions[swing.name]
        low, high = (_bare(in_unit(value, one.unit, lang).primary, scenario) for value in (one.low, one.high))
        return SwingBar(swing.name, pick(one.title, lang), low, high, float(swing.at_low), float(swing.at_high))

    what = say("places.scenario.sensitivity.what", lang, outcome=say(f"places.scenario.outcome.{outcome}", lang))
    data = Tornado(
        say("places.scenario.sensitivity", lang),
        what,
        float(modes),
        tuple(bar(swing) for swing in moving),
        lambda value: _bare(words(value), scenario),
    )
    still = [pick(scenario.assumptions[swing.name].title, lang) for swing in now.swings if not swing.width]
    return {
        "what": what,
        "pictures": tuple(draw_tornado(data, CONSOLE, width, lang) for width in WIDTHS) if moving else (),
        "rows": [
            {
                "bar": bar(swing),
                "span": say("places.scenario.pair", lang, low=bar(swing).low_input, high=bar(swing).high_input),
                "low": words(swing.at_low),
                "high": words(swing.at_high),
                "rho": _rho(rhos[swing.name]),
            }
            for swing in moving
        ],
        "still": say("places.scenario.sensitivity.still", lang, names=", ".join(still)) if still else "",
    }


def _bare(text: str, scenario: Scenario) -> str:
    """Without the currency before it: the bars have room for the figures only, the table has it all."""
    return text.replace(f"{scenario.currency} ", "", 1)


def _rho(value: float | None) -> str:
    return "–" if value is None else number_text(value, 2)


def year_rows(now: Answer, lang: str) -> list[dict[str, Any]]:
    paper = partial(money_cell, currency=now.scenario.currency, lang=lang)
    return [
        {
            "year": year.year,
            "works": share(year.works, 0),
            "works_band": _pair(works, lambda value: share(value, 0), lang),
            "sold": number_text(float(year.sold) / 10_000, 1),
            "floor": number_text(float(year.floor) / 1_000, 0),
            "jobs": count(year.jobs),
            "jobs_band": _pair(jobs, count, lang),
            "homes": count(year.homes),
            "homes_band": _pair(homes, count, lang),
            "cost": paper(year.cost),
            "revenue": paper(year.revenue),
            "cumulative": paper(year.cumulative),
            "cumulative_band": _pair(cumulative, lambda value: paper(value)[0], lang),
            "self": ratio_text(year.self_sufficiency),
        }
        for year, works, jobs, homes, cumulative in zip(
            now.outcome.years, now.bands.works, now.bands.jobs, now.bands.homes, now.bands.cumulative, strict=True
        )
    ]


def _pair(band: Band, words: Callable[[float], str], lang: str) -> str:
    low, high = words(band.p10), words(band.p90)
    return "" if low == high else say("places.scenario.pair", lang, low=low, high=high)


# Exports: numbers as they are, money as text so that nothing is lost


CSV_COLUMNS = (
    "year", "works", "land_sold_m2", "floor_m2", "jobs", "jobs_p10", "jobs_p50", "jobs_p90", "dwellings",
    "dwellings_p10", "dwellings_p50", "dwellings_p90", "cost", "revenue", "cash", "cumulative", "cumulative_p10",
    "cumulative_p50", "cumulative_p90", "works_p10", "works_p50", "works_p90", "self_sufficiency",
)  # fmt: skip


def csv_rows(now: Answer) -> Iterator[Sequence[object]]:
    """As CSV_COLUMNS. Money in the currency's unit, bands of money to whole ones; works: share, 0 to 1."""
    bands = now.bands
    for index, year in enumerate(now.outcome.years):
        yield (
            year.year, round(float(year.works), 6), round(float(year.sold), 1), round(float(year.floor), 1),
            round(float(year.jobs), 1), *_three(bands.jobs[index], 1),
            round(float(year.homes), 1), *_three(bands.homes[index], 1),
            year.cost, year.revenue, year.cash, year.cumulative,
            *(int(one) for one in _three(bands.cumulative[index], 0)),
            *_three(bands.works[index], 6),
            None if year.self_sufficiency is None else round(float(year.self_sufficiency), 6),
        )  # fmt: skip


def _three(band: Band, digits: int) -> tuple[float, float, float]:
    return round(band.p10, digits), round(band.p50, digits), round(band.p90, digits)


def document(now: Answer, asked: Asked) -> dict[str, Any]:
    """For programs: what was asked, on what it stands, what comes out. Money is text in the currency's unit."""
    scenario, outcome = now.scenario, now.outcome
    return {
        "title": scenario.title,
        "what": scenario.what,
        "currency": scenario.currency,
        "convention": {
            "npv_at": f"{scenario.first}-01-01",
            "timing": scenario.timing,
            "prices": "constant",
            "last_year": scenario.last,
            "draws": scenario.shape,
            "runs": asked.runs,
            "seed": asked.seed,
        },
        "changed": asked_query(asked),
        "assumptions": [
            {
                "name": one.name,
                "title": one.title,
                "value": one.mode,
                "low": one.low,
                "high": one.high,
                "unit": one.unit,
                "basis": "published" if one.source else "assumed",
                "why": one.why,
                "source": one.source,
            }
            for one in scenario.assumptions.values()
        ],
        "phases": [
            {"id": one.id, **{key: str(month) for key in MONTHS if (month := getattr(one, key))}, "share": one.share}
            for one in scenario.phases
        ],
        "claims": scenario.claims,
        "result": {
            "npv": outcome.npv,
            "irr": outcome.irr.rate,
            "irr_reason": outcome.irr.reason,
            "payback": outcome.payback,
            "break_even": outcome.break_even,
            "completion": outcome.completion,
            "self_sufficiency_land": outcome.self_sufficiency_land,
        },
        "years": outcome.years,
        "bands": now.bands,
        "sensitivity": {"outcome": asked.outcome, "swings": now.swings, "rank_correlations": now.ranks},
    }
