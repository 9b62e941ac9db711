"""What a scenario says its programme is worth, for the indicators."""

from dataclasses import dataclass

from madang.district.book import Book
from madang.district.rows import local_id
from madang.district.scenario import Outcome, Scenario, run

from .reading import Worth


@dataclass(frozen=True, slots=True)
class ScenarioWorth:
    """Answers for the programme whose facts the scenario rests on. The run is of every assumption's middle value."""

    scenario: Scenario
    outcome: Outcome

    @classmethod
    def of(cls, scenario: Scenario) -> "ScenarioWorth":
        return cls(scenario, run(scenario))

    def __call__(self, book: Book, subject: str) -> Worth | None:
        named = {one.source.fact for one in self.scenario.assumptions.values() if one.source and one.source.fact}
        if not any(fact.subject == subject and local_id(fact.id) in named for fact in book.facts):
            return None
        discount = self.scenario.assumptions[self.scenario.programme.discount]
        irr = self.outcome.irr
        return Worth(self.outcome.npv, self.scenario.currency, discount.mode * discount.factor, irr.rate, irr.reason)
