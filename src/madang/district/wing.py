"""What the doors may use of the places wing, put together from its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from madang.hub.entities import Entities
from madang.hub.entities import Guard as HubGuard

from .exchange import Exchange
from .guard import guards
from .indicators.catalogue import load_catalogue
from .indicators.engine import Indicators
from .indicators.live import Live
from .indicators.live_spec import live_table
from .indicators.methods import METHODS
from .indicators.reading import InputReader, LedgerReader
from .indicators.score import load_targets
from .indicators.spec import load_specs
from .indicators.worth import ScenarioWorth
from .kinds import BY_URI
from .ledger import Brought, Ledger
from .measures import Measures, load_measures
from .scenario import load_scenario
from .shipped import load_rows
from .wording import Wording, load_wording

LEDGER_TYPES = frozenset(BY_URI)
"""Entity types (expanded) whose history is kept for ever."""


@dataclass(frozen=True, slots=True)
class PlacesFiles:
    """Where the wing's data lie. shared: comes with madang, for all cities. own: ``district/`` of the city."""

    shared: Path
    own: Path

    def measures(self) -> Measures:
        return load_measures(self.shared / "measures.csv")

    def indicators(self, measures: Measures, readers: Sequence[InputReader] = ()) -> Indicators:
        """readers: of inputs that are no facts of the ledger. Raises ConfigError with every fault of the files."""
        catalogue = load_catalogue(self.shared / "indicators.csv")
        specs = load_specs(self.shared / "formulas" / "district.toml", catalogue, measures, METHODS)
        scenario = self.own / "scenario.toml"
        return Indicators(
            catalogue,
            specs,
            (LedgerReader(), *readers),
            load_targets(self.own / "targets.csv", catalogue),
            worth=ScenarioWorth.of(load_scenario(scenario)) if scenario.is_file() else None,
        )

    def city_indicators(self, measures: Measures) -> Indicators:
        """What the hub says of the whole city. Raises ConfigError with every fault of the files."""
        catalogue = load_catalogue(self.shared / "indicators.csv")
        specs = load_specs(self.shared / "formulas" / "hub.toml", catalogue, measures, METHODS, live_table)
        return Indicators(catalogue, specs, (LedgerReader(),), load_targets(self.own / "targets.csv", catalogue))

    def wording(self) -> Wording:
        return load_wording(self.shared / "words.csv")


@dataclass(frozen=True, slots=True)
class Places:
    """One city's places wing."""

    files: PlacesFiles
    ledger: Ledger
    indicators: Indicators
    hub: Indicators
    """Of the whole city; ``of_city`` gives them the hub to read."""
    live: Live | None = None
    exchange: Exchange | None = None
    """Practice cards of other cities; None where nobody can be asked."""

    def of_city(self, at: datetime | None = None) -> Indicators:
        """Indicators over the hub's state and history, now or at a past moment, for one run: what a run has read it
        does not read again. Without a hub to ask, their results are gaps."""
        if self.live is None:
            return self.hub
        return replace(self.hub, readers=(*self.hub.readers, self.live.reader(at)))

    async def bring(self) -> Brought:
        """Enter the records that came with madang and with the city, where they are not there yet. Raises ConfigError
        with every fault of their files."""
        measures = self.ledger.measures
        return await self.ledger.bring([*load_rows(self.files.shared, measures), *load_rows(self.files.own, measures)])


def ledger_guards(measures: Measures, arriving: set[str] | None = None) -> Mapping[str, HubGuard]:
    """For the hub: what may happen to the ledger's records. arriving: the set that open_places is given too, so that
    nothing but what came with madang is taken as shipped; None: anything may be (tests)."""
    return guards(measures, arriving)


def open_places(
    files: PlacesFiles,
    measures: Measures,
    entities: Entities,
    arriving: set[str] | None = None,
    live: Live | None = None,
    exchange: Exchange | None = None,
) -> Places:
    """live: the hub's state and history, for the indicators of the whole city. exchange: with other cities' hubs."""
    ledger = Ledger(entities, measures, arriving if arriving is not None else set(), files.wording())
    return Places(files, ledger, files.indicators(measures), files.city_indicators(measures), live, exchange)
