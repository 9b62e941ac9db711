"""What the command line does with a city besides serving it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as change
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import orjson

from madang.connectors.table.spec import parse_feeds
from madang.errors import BadRequestData, ConfigError, Fault, InputError, InvalidRequest
from madang.model.entity import Entity
from madang.model.keys import load_document
from madang.model.query import Query
from madang.ngsild.context import CORE
from madang.ngsild.parse import parse_entity, parse_json
from madang.ngsild.query import parse_query
from madang.ngsild.serialize import Projection, Representation, render_entity, render_feature_collection
from madang.packs.load import load_packs, load_profile
from madang.packs.recorded import CaseResult, run_tests
from madang.packs.shipped import shipped
from madang.settings import Settings

from .answers import Answer, short
from .opening import OpenCity, Steps, city_settings, make_directory, open_city, pack_directories
from .playing import play_from

BATCH = 1000
PAGE = 1000
ExportForm = Literal["jsonl", "geojson", "parquet", "csv"]
SIMPLE = Representation(format="keyValues")
WHOLE = Representation()
EVERYTHING = Projection()


async def load(directory: Path, data: Path, overrides: Mapping[str, Any], files: Sequence[Path], steps: Steps) -> str:
    """Feeds of city.toml, or NGSI-LD files (upserted). Returns a sentence. Raises InputError naming file and place."""
    began = time.monotonic()
    async with open_city(directory, data, overrides) as one:
        if not files:
            observations = await one.load(steps)
            await one.history.flush()
            entities = sum((await one.city.entities.count_types("")).values())
            rejected = sum(status.rejected for status in one.city.feeds.statuses())
            spent_s = time.monotonic() - began
            return (
                f"{one.city.name}: {entities:,} entities, {observations:,} observations loaded in {spent_s:.1f} s, "
                f"{rejected:,} rows rejected."
            )
        done = [await _load_file(one, file, steps) for file in files]
        return f"{one.city.name}: {sum(done):,} entities from {len(files)} files in {time.monotonic() - began:.1f} s."


async def _load_file(one: OpenCity, file: Path, steps: Steps) -> int:
    """A .json array (or one entity) or .jsonl, in batches; what came before a fault is loaded and stays."""
    done = 0
    waiting: list[Entity] = []

    async def put() -> None:
        nonlocal done
        batch = waiting.copy()
        waiting.clear()
        with one.city.places.ledger.arrive(batch):
            report = await one.city.entities.batch("", "upsert", batch)
        if report.errors:
            first = report.errors[0]
            raise BadRequestData(first.error.detail, f"{file}: {first.entity_id}")
        done += len(batch)
        steps(file.name, done, None)

    try:
        for place, document in _documents(file, one.city.settings):
            waiting.append(await _entity(one, file, place, document))
            if len(waiting) == BATCH:
                await put()
    except InputError:
        if waiting:
            await put()
        raise
    if waiting:
        await put()
    return done


def _documents(file: Path, settings: Settings) -> Any:
    """(place, document) one after the other; place is ``line`` of a .jsonl file or the index in an array."""
    depth = settings.int("depth_max")
    try:
        if file.suffix == ".jsonl":
            with file.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield f"{number}", _parsed(line, f"{file}:{number}", depth)
            return
        document = _parsed(file.read_bytes(), str(file), depth)
    except OSError as exc:
        raise InvalidRequest(f"{file} cannot be read: {exc.strerror}.") from exc
    for index, item in enumerate(document if isinstance(document, list) else [document]):
        yield f"/{index}", item


def _parsed(body: bytes, where: str, depth: int) -> Any:
    try:
        return parse_json(body, depth_max=depth)
    except InputError as exc:
        raise InvalidRequest(f"{where}: {exc.detail}", faults=exc.faults) from exc


async def _entity(one: OpenCity, file: Path, place: str, document: Any) -> Entity:
    context = CORE
    if isinstance(document, dict) and "@context" in document:
        context = await one.city.contexts.resolve("", document["@context"])
        document = {name: value for name, value in document.items() if name != "@context"}
    try:
        return parse_entity(document, context, attributes_max=one.city.settings.int("attributes_max"))
    except InputError as exc:
        faults = [Fault(fault.detail, f"{file}:{place}{fault.where}") for fault in exc.faults]
        raise BadRequestData(exc.detail, faults=faults) from exc


async def replay(
    directory: Path,
    data: Path,
    overrides: Mapping[str, Any],
    start: datetime | None,
    end: datetime | None,
    speed: float,
    steps: Steps,
) -> str:
    """Play the recorded feeds from start to end, both included. speed 0: as fast as it goes. Returns a sentence."""
    began = time.monotonic()
    profile = load_profile(directory)
    begin, stop = start or profile.clock.start, end or profile.clock.end
    if profile.clock.mode != "replay" or begin is None:
        raise ConfigError(f'{profile.name} has a live clock; a replay needs [clock] mode = "replay" in city.toml.')
    if stop is None:
        raise ConfigError("A replay needs an end: [clock] end in city.toml, or --to.")
    if stop <= begin:
        raise ConfigError(f"A replay's end must lie after its start; it was asked for {begin} to {stop}.")
    async with open_city(directory, data, overrides, plan=change(profile.clock, end=stop, loop=False)) as one:
        await play_from(one, begin, stop, speed, steps)
        await one.history.flush()
        statuses = one.city.feeds.statuses()
        accepted, rejected = sum(each.accepted for each in statuses), sum(each.rejected for each in statuses)
        open_alerts = len(await one.alerts.open_alerts())
        spent_s = time.monotonic() - began
        return (
            f"{one.city.name}: {(stop - begin).total_seconds() / 86400:.1f} days in {spent_s:.1f} s, "
            f"{accepted:,} rows accepted, {rejected:,} rejected, {open_alerts} alerts open at the end."
        )


async def query_entities(
    directory: Path, data: Path, overrides: Mapping[str, Any], params: Mapping[str, str]
) -> Answer:
    """The live state as a table of simplified entities. params: as on the NGSI-LD API."""
    async with open_city(directory, data, overrides) as one:
        page = await one.city.entities.query("", change(_query(one, params), count=True))
        documents = [render_entity(stored.entity(), CORE, SIMPLE, EVERYTHING) for stored in page.items]
    names = list(dict.fromkeys(name for document in documents for name in document))
    rows = [[short(document.get(name)) for name in names] for document in documents]
    return Answer(names, rows, f"{len(rows)} of {page.total} entities.", documents)


async def query_geojson(directory: Path, data: Path, overrides: Mapping[str, Any], params: Mapping[str, str]) -> bytes:
    async with open_city(directory, data, overrides) as one:
        page = await one.city.entities.query("", _query(one, params))
        entities = [stored.entity() for stored in page.items]
    return orjson.dumps(render_feature_collection(entities, CORE, SIMPLE, EVERYTHING))


def _query(one: OpenCity, params: Mapping[str, str]) -> Query:
    settings = one.city.settings
    return parse_query(params, CORE, page_default=settings.int("page_default"), page_max=settings.int("page_max"))


async def query_history(directory: Path, data: Path, overrides: Mapping[str, Any], text: str) -> Answer:
    """SQL over the history, as on the console's data page."""
    async with open_city(directory, data, overrides) as one:
        settings = one.city.settings
        table = await one.history.sql(
            "", text, row_limit=settings.int("sql_rows"), timeout_s=settings.float("sql_timeout")
        )
    note = f"{len(table.rows)} rows in {table.elapsed_s * 1000:.0f} ms." + (
        " Cut at the row limit." if table.truncated else ""
    )
    return Answer(table.columns, table.rows, note)


async def export(
    directory: Path, data: Path, overrides: Mapping[str, Any], target: Path, form: ExportForm, steps: Steps
) -> str:
    """Entities (jsonl, geojson) or history (parquet, csv) into ``target``. Returns a sentence."""
    make_directory(target)
    async with open_city(directory, data, overrides) as one:
        if form in ("parquet", "csv"):

            def progress(done: int, of: int) -> None:
                steps(f"{one.city.name}: history", done, of)

            rows = await one.history.export("", target, form, progress)
            return f"{one.city.name}: {rows:,} observations in {target}."
        file = target / f"{one.city.name}.{form}"
        count = 0
        entities: list[Entity] = []
        total = sum((await one.city.entities.count_types("")).values())
        with file.open("wb") as out:
            async for stored in one.stores.state.scan(""):
                count += 1
                if form == "geojson":
                    entities.append(stored.entity())
                else:
                    out.write(orjson.dumps(render_entity(stored.entity(), CORE, WHOLE, EVERYTHING)) + b"\n")
                if count % PAGE == 0:
                    steps(f"{one.city.name}: entities", count, total)
            if form == "geojson":
                out.write(orjson.dumps(render_feature_collection(entities, CORE, SIMPLE, EVERYTHING)))
        return f"{one.city.name}: {count:,} entities in {file}."


def check(directory: Path, overrides: Mapping[str, Any]) -> str:
    """Everything that can be known about a city without opening its data. Raises ConfigError with every fault."""
    profile = load_profile(directory)
    faults: list[Fault] = []
    found: list[int] = []
    looks: Sequence[Callable[[], int]] = (
        lambda: len(parse_feeds(profile.feeds)),
        lambda: len(load_packs(profile, pack_directories(profile))),
        lambda: len(city_settings(profile, overrides).values),
    )
    for look in looks:
        try:
            found.append(look())
        except ConfigError as exc:
            faults += exc.faults
    if faults:
        raise ConfigError(f"{profile.name}: {len(faults)} faults.", faults=faults)
    return f"{profile.name}: {found[0]} feeds and {found[1]} packs, no faults."


def list_packs() -> Sequence[tuple[str, str, str]]:
    """(name, English title, what it does) of the shipped packs."""
    heads = [load_document(each / "pack.toml", f"packs/{each.name}/pack.toml").root["pack"] for each in _packs()]
    return [(head["name"], head["title"]["en"], head["what"]["en"]) for head in heads]


@dataclass(frozen=True, slots=True)
class PackReport:
    """One recorded test: a line to print, and whether it failed."""

    line: str
    failed: bool


def test_packs(names: Sequence[str]) -> Sequence[PackReport]:
    """Recorded tests of the named packs, or of all shipped ones. Raises ConfigError."""
    packs = {each.name: each for each in _packs()}
    if unknown := [name for name in names if name not in packs]:
        raise ConfigError(f"There is no pack called {unknown[0]!r}; there are {', '.join(packs)}.")
    chosen = [packs[name] for name in names] or list(packs.values())
    return [PackReport(_told(each.name, result), not result.passed) for each in chosen for result in run_tests(each)]


def _told(pack: str, result: CaseResult) -> str:
    lines = [f"{'ok    ' if result.passed else 'FAILED'} {pack}/{result.case.name}: {result.case.what}"]
    lines += [f"       expected, did not come: {alert}" for alert in result.missing]
    lines += [f"       came, not expected: {alert}" for alert in result.surplus]
    return "\n".join(lines)


def _packs() -> list[Path]:
    """Directories of the shipped packs, by name."""
    return sorted(each.parent for each in shipped("packs").glob("*/pack.toml"))
