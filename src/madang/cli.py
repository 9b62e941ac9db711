"""The command line: parse arguments, call the app, print. Exit 2: the caller's mistake; 1: ours or the outside's."""

import asyncio
import sys
from collections.abc import Coroutine
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as RichTable

from . import __version__, app
from .errors import ConfigError, DependencyError, InputError, MadangError, StateError
from .settings import SETTINGS, from_environment

cli = typer.Typer(
    help="madang runs a smart-city district: things, people, places and trust on one live model of the city.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
packs_cli = typer.Typer(help="Solution packs: list them, run their recorded tests.", no_args_is_help=True)
cli.add_typer(packs_cli, name="packs")

T = TypeVar("T")

# A pipe has no width of its own; 80 columns would cut what a script or a log wants to read.
# Ids and values are printed as they are: ":parking:" is no emoji, "[a]" no markup.
out = Console(width=None if sys.stdout.isatty() else 200, markup=False, emoji=False)
err = Console(stderr=True, markup=False, emoji=False)

CityDir = Annotated[
    Path, typer.Argument(help="A city's directory (with city.toml), or the name of a shipped one.", metavar="CITY")
]
DataDir = Annotated[Path, typer.Option("--data", help="Where cities keep their state; one folder each.")]
Sets = Annotated[
    list[str] | None, typer.Option("--set", help="A setting for this run, NAME=VALUE; see `madang settings`.")
]
DATA = Path("madang-data")


class QueryFormat(StrEnum):
    table = "table"
    json = "json"
    geojson = "geojson"
    csv = "csv"


class ExportFormat(StrEnum):
    jsonl = "jsonl"
    geojson = "geojson"
    parquet = "parquet"
    csv = "csv"


class BriefingLanguage(StrEnum):
    ko = "ko"
    en = "en"
    fr = "fr"
    de = "de"


class BriefingFormat(StrEnum):
    pdf = "pdf"
    html = "html"
    data = "data"
    all = "all"


@cli.command()
def demo(
    data: Annotated[Path, typer.Option("--data", help="Where the demo keeps its state.")] = DATA,
    port: Annotated[int | None, typer.Option(help="TCP port; 0 takes a free one. Default: the setting port.")] = None,
    set_: Sets = None,
) -> None:
    """Show two real cities, alive: Goyang (daily figures) and Aarhus (a recorded festival week), replayed."""
    chosen = _settings(set_) if port is None else {**_settings(set_), "port": port}
    _serve([app.shipped_city("goyang"), app.shipped_city("aarhus")], data, chosen)


@cli.command()
def serve(
    city: Annotated[
        list[str], typer.Option("--city", help="A city's directory or the name of a shipped one; repeatable.")
    ],
    data: DataDir = DATA,
    set_: Sets = None,
) -> None:
    """Serve one or more cities: API, console and feeds, in this one process."""
    _serve([app.find_city(Path(name)) for name in city], data, _settings(set_))


@cli.command()
def load(
    city: CityDir,
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="NGSI-LD entities, .json (array) or .jsonl; none: the feeds of city.toml."),
    ] = None,
    data: DataDir = DATA,
    set_: Sets = None,
) -> None:
    """Load a city's registers and recorded past, or NGSI-LD files, into its data directory."""
    with _progress() as progress:
        report = _run(app.load(app.find_city(city), data, _settings(set_), files or [], _steps(progress)))
    out.print(report)


@cli.command()
def replay(
    city: CityDir,
    data: DataDir = DATA,
    start: Annotated[
        str | None, typer.Option("--from", help="City time to start at, RFC 3339; default: the profile's start.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="City time to stop at, RFC 3339; default: the profile's end.")
    ] = None,
    speed: Annotated[float, typer.Option(help="City seconds per second; 0: as fast as it can be written.")] = 0.0,
    set_: Sets = None,
) -> None:
    """Play a city's recorded feeds through the hub without a server; rules and alerts run as they would live."""
    with _progress() as progress:
        report = _run(
            app.replay(
                app.find_city(city),
                data,
                _settings(set_),
                _time(start, "--from"),
                _time(end, "--to"),
                speed,
                _steps(progress),
            )
        )
    out.print(report)


@cli.command()
def query(
    city: CityDir,
    data: DataDir = DATA,
    type_: Annotated[str | None, typer.Option("--type", help="Entity type or type expression.")] = None,
    q: Annotated[str | None, typer.Option("--q", help="NGSI-LD query, for example 'occupiedSpotNumber>100'.")] = None,
    id_: Annotated[str | None, typer.Option("--id", help="Entity ids, comma separated.")] = None,
    georel: Annotated[str | None, typer.Option(help="Geo relation, for example near;maxDistance==500.")] = None,
    geometry: Annotated[str, typer.Option(help="Geometry type of --coordinates.")] = "Point",
    coordinates: Annotated[str | None, typer.Option(help="GeoJSON coordinates, longitude first.")] = None,
    limit: Annotated[int, typer.Option(help="Most entities.")] = 20,
    sql: Annotated[str | None, typer.Option(help="SQL over the history instead of a query of the live state.")] = None,
    format_: Annotated[QueryFormat, typer.Option("--format", help="How to print.")] = QueryFormat.table,
    set_: Sets = None,
) -> None:
    """Ask a city's live state (NGSI-LD query) or its history (SQL)."""
    given = {"type": type_, "q": q, "id": id_, "georel": georel, "coordinates": coordinates, "limit": str(limit)}
    params = {key: value for key, value in given.items() if value is not None}
    if georel:
        params["geometry"] = geometry
    directory, settings = app.find_city(city), _settings(set_)
    if sql is not None:
        _print(_run(app.query_history(directory, data, settings, sql)), format_)
    elif format_ is QueryFormat.geojson:
        sys.stdout.buffer.write(_run(app.query_geojson(directory, data, settings, params)) + b"\n")
    else:
        _print(_run(app.query_entities(directory, data, settings, params)), format_)


@cli.command()
def export(
    city: CityDir,
    target: Annotated[Path, typer.Argument(help="A folder, made if missing.")],
    data: DataDir = DATA,
    format_: Annotated[
        ExportFormat, typer.Option("--format", help="jsonl and geojson: entities; parquet and csv: history.")
    ] = ExportFormat.jsonl,
    set_: Sets = None,
) -> None:
    """Write everything a city knows to open formats: entities as NGSI-LD or GeoJSON, history as Parquet or CSV."""
    with _progress() as progress:
        report = _run(app.export(app.find_city(city), data, _settings(set_), target, format_.value, _steps(progress)))
    out.print(report)


@cli.command()
def briefing(
    city: CityDir,
    lang: Annotated[BriefingLanguage, typer.Option("--lang", help="Language of the briefing.")] = BriefingLanguage.ko,
    target: Annotated[Path, typer.Option("--out", help="A folder, made if missing.")] = Path(),
    format_: Annotated[
        BriefingFormat, typer.Option("--format", help="pdf, html, data (CSV and JSON in a zip), or all of them.")
    ] = BriefingFormat.pdf,
    data: DataDir = DATA,
    set_: Sets = None,
) -> None:
    """Write the briefing on a city's district programme for investors and council, every figure with its source."""
    with _progress() as progress:
        report = _run(
            app.briefing(
                app.find_city(city), data, _settings(set_), lang.value, target, format_.value, _steps(progress)
            )
        )
    out.print(report)


@cli.command()
def check(city: CityDir, set_: Sets = None) -> None:
    """Check a city's profile and its packs; every fault is named with file, line and column."""
    out.print(app.check(app.find_city(city), _settings(set_)))


@cli.command()
def settings() -> None:
    """List every setting with its default and what it does."""
    table = RichTable("name", "default", "unit", "what it does", box=None, pad_edge=False)
    for one in SETTINGS:
        table.add_row(one.name, str(one.default), one.unit, one.what)
    out.print(table)


@packs_cli.command("list")
def list_packs() -> None:
    """List the packs that are shipped."""
    table = RichTable("pack", "title", "what it does", box=None, pad_edge=False)
    for name, title, what in app.list_packs():
        table.add_row(name, title, what)
    out.print(table)


@packs_cli.command("test")
def run_pack_tests(names: Annotated[list[str] | None, typer.Argument(help="Packs to test; none: all.")] = None) -> None:
    """Play each pack's recorded inputs and compare the alerts with the recorded ones."""
    failed = 0
    for report in app.test_packs(names or []):
        out.print(report.line, markup=False, highlight=False, soft_wrap=True)
        failed += report.failed
    if failed:
        raise typer.Exit(1)


def version(value: bool) -> None:
    if value:
        out.print(f"madang {__version__}")
        raise typer.Exit


@cli.callback()
def root(
    _: Annotated[bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


def main() -> None:
    """Entry point of the ``madang`` command."""
    try:
        cli()
    except (InputError, StateError, ConfigError) as exc:
        _complain(exc)
        sys.exit(2)
    except DependencyError as exc:
        _complain(exc)
        sys.exit(1)


def _complain(exc: MadangError) -> None:
    for fault in exc.faults:
        err.print(f"{fault.where} {fault.detail}".strip(), style="red", highlight=False, soft_wrap=True)
    if not any(fault.detail in exc.detail for fault in exc.faults):
        err.print(f"madang: {exc.detail}", style="bold", highlight=False, soft_wrap=True)


def _serve(directories: list[Path], data: Path, settings: dict[str, Any]) -> None:
    with _progress() as progress:
        steps = _steps(progress)

        def ready(url: str, names: list[str]) -> None:
            progress.stop()
            for name in names:
                out.print(f"{name:10} {url}/{name}/map", highlight=False)
            out.print("Stop with Ctrl+C.", style="dim")

        _run(app.serve(directories, data, settings, steps, ready))


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run the app's coroutine; an error on purpose comes out of its task group as itself."""
    try:
        if sys.platform == "win32":
            return asyncio.run(work)
        import uvloop

        return uvloop.run(work)
    except BaseExceptionGroup as group:
        raise _first(group) from None
    except KeyboardInterrupt:
        sys.exit(130)


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error on purpose in a group, else whatever came first."""
    found, rest = group.split(MadangError)
    chosen: BaseException = found or rest or group
    while isinstance(chosen, BaseExceptionGroup):
        chosen = chosen.exceptions[0]
    return chosen


def _settings(pairs: list[str] | None) -> dict[str, Any]:
    values: dict[str, Any] = dict(from_environment())
    for pair in pairs or []:
        name, sign, value = pair.partition("=")
        if not sign:
            raise ConfigError(f"--set {pair!r}: write NAME=VALUE, for example --set page_max=500")
        values[name.strip()] = value.strip()
    return values


def _time(text: str | None, option: str) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option} {text!r} is not a time; write it like 2014-08-29T17:00:00Z") from None
    if at.tzinfo is None:
        raise ConfigError(f"{option} {text!r} needs its zone, for example {text}Z or {text}+09:00")
    return at


def _progress() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=err, transient=True)


def _steps(progress: Progress) -> app.Steps:
    """Progress as the app reports it: (what, done, of all), one bar for each ``what``."""
    bars: dict[str, Any] = {}

    def step(what: str, done: int, total: int | None) -> None:
        if what not in bars:
            bars[what] = progress.add_task(what, total=total)
        progress.update(bars[what], completed=done, total=total)

    return step


def _print(table: app.Answer, format_: QueryFormat) -> None:
    if format_ is QueryFormat.json:
        sys.stdout.write(table.json() + "\n")
    elif format_ is QueryFormat.csv:
        sys.stdout.write(table.csv())
    else:
        shown = RichTable(box=None, pad_edge=False)
        for column in table.columns:
            shown.add_column(column, no_wrap=column == "id", overflow="fold")
        for row in table.rows:
            shown.add_row(*("" if value is None else str(value) for value in row))
        out.print(shown)
        out.print(table.note, style="dim")
