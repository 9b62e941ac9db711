"""Reads inputs of kind ``live``: questions to the hub's state and history, at the city's now or at a moment asked for.

    Live(entities, history, clock, timezone).reader(at) -> LiveReader       one for each run of indicators

What is missing becomes a Gap that names the feed; a number never stands for nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from madang.district.quantity import Quantity, find_unit
from madang.district.records import Basis, Text
from madang.errors import BadRequestData
from madang.hub.entities import Entities
from madang.hub.history import History
from madang.ports.clock import Clock

from .asks import ANSWERS, Answer, Nothing, Reply
from .choice import choose
from .live_spec import Question
from .live_words import question_text, question_words
from .reading import Candidate, Given
from .series import COVERAGE_MIN
from .sight import Sight
from .spec import InputSpec
from .values import Gap, Input, LiveReading


@dataclass(frozen=True, slots=True)
class Live:
    """clock: the city's, so a replay is asked at its own now."""

    entities: Entities
    history: History
    clock: Clock
    timezone: ZoneInfo

    def reader(self, at: datetime | None = None) -> "LiveReader":
        """at: a past moment; None: now."""
        now = at if at is not None else self.clock.now()
        return LiveReader(Sight(self.entities, self.history, now, at is not None, self.timezone))


@dataclass(frozen=True, slots=True)
class LiveReader:
    """An InputReader that asks each different question once. Good for one run: what it has read it does not read
    again."""

    sight: Sight
    _replies: dict[tuple[object, ...], Reply] = field(default_factory=dict)

    def takes(self, wanted: InputSpec) -> bool:
        return isinstance(wanted.live, Question)

    async def read(self, wanted: InputSpec, given: Given, basis: Basis | None) -> Sequence[Candidate] | Gap:
        """Raises BadRequestData, naming entity and attribute, where a unit does not convert."""
        question = wanted.live
        if not isinstance(question, Question):
            raise TypeError("an input without a question to the hub")
        reply = await self._reply(question)
        if isinstance(reply, Nothing) and question.ask == "declared":
            stated = _stated(wanted, question, given)
            return [stated] if stated is not None else Gap(wanted.name, reply.why)
        if isinstance(reply, Nothing):
            return Gap(wanted.name, reply.why)
        if reply.coverage is not None and reply.coverage < COVERAGE_MIN:
            return Gap(wanted.name, _thin(question, reply))
        return [Candidate(_input(wanted.name, question, reply), boundary=None)]

    async def _reply(self, question: Question) -> Reply:
        if question.key not in self._replies:
            self._replies[question.key] = await ANSWERS[question.ask](question, self.sight)
        return self._replies[question.key]


def _input(name: str, question: Question, answer: Answer) -> Input:
    exact = Fraction(repr(answer.value))
    words = question_words(question)
    if answer.remark:
        words = {lang: f"{words[lang]} {answer.remark[lang]}" for lang in words}
    reading = LiveReading(question_text(question), answer.entities, answer.period, answer.coverage, words)
    return Input(name, Quantity(exact, exact, find_unit(question.unit.symbol)), live=reading)


def _stated(wanted: InputSpec, question: Question, given: Given) -> Candidate | None:
    """A fact of the ledger with a measure of that name, where the city has entered one."""
    facts = [fact for fact in given.facts.get(question.attribute, ()) if fact.basis == "actual"]
    for chosen in choose(facts, "newest"):
        if isinstance(chosen.value, Quantity) and not chosen.value.bound:
            try:
                return Candidate(Input(wanted.name, chosen.value.to(question.unit), chosen.facts), boundary=None)
            except BadRequestData as exc:
                raise BadRequestData(exc.detail, f"{chosen.facts[0].id}/unit") from exc
    return None


def _thin(question: Question, answer: Answer) -> Text:
    share = f"{100 * (answer.coverage or 0):.0f}"
    least = f"{100 * COVERAGE_MIN:.0f}"
    return {
        "ko": f"있어야 할 값의 {share}%만 있어 수를 내지 않습니다 ({least}%부터 냅니다). 필요한 자료: "
        f"{question.needs['ko']}.",
        "en": f"Only {share} % of the values to be expected are there, and {least} % are needed for a number. "
        f"It needs: {question.needs['en']}.",
    }
