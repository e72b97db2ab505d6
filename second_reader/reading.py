"""Ask the model about one document after another, several at a time, within the budget of the day."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from second_reader import opinions
from second_reader.answer import BadAnswer, read_answer
from second_reader.models import Model, NoAccess, Price, Said
from second_reader.opinions import Ledger, Used
from second_reader.prompt import Subject, answer_schema, catalog, prompt_version, question, system_prompt

log = logging.getLogger("infopolicy.reader")
#: After this many questions in a row without an answer the provider is taken to be down.
PATIENCE = 5
#: Answers of a provider that mean: this key will never do.
_NO_ACCESS = (401, 403)
#: Answers of a provider that mean: this question will never do.
_NOT_TAKEN = (400, 413, 422)
#: Characters of a usual answer, for estimates.
USUAL_ANSWER = 800


@dataclass
class Done:
    """What a run did. ``outcomes`` counts documents by what came of the question; ``stopped`` says why it ended early."""

    outcomes: Counter[str] = field(default_factory=Counter)
    used: Used = field(default_factory=Used)
    stopped: str | None = None

    def add(self, outcome: str, used: Used) -> None:
        self.outcomes[outcome] += 1
        self.used = Used(
            self.used.tokens_in + used.tokens_in,
            self.used.tokens_out + used.tokens_out,
            self.used.dollars + used.dollars,
        )


BUDGET, DOWN = "budget", "down"


class Reader:
    """Reads documents with one model. A run can be stopped at any moment and continued: what was answered is stored."""

    def __init__(
        self,
        model: Model,
        ledger: Ledger,
        *,
        clock: Callable[[], str],
        parallel: int = 4,
        timeout: float = 120,
        tell: Callable[[int], None] = lambda number: None,
    ) -> None:
        self.model, self.ledger, self.clock, self.tell = model, ledger, clock, tell
        self.parallel, self.timeout = (parallel if model.is_async else 1), timeout
        self.done, self._in_a_row = Done(), 0

    def read(self, subjects: Iterable[Subject]) -> Done:
        """Ask about each document until all are read, the budget is used, or the provider is down.

        Raises:
            NoAccess: the provider does not accept the key.
            KeyboardInterrupt: stopped; `done` says how far it came.
        """
        asyncio.run(self._all(iter(subjects)))
        return self.done

    async def _all(self, subjects: Iterator[Subject]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.parallel):
                    group.create_task(self._work(subjects))
        except* NoAccess as errors:
            raise errors.exceptions[0] from None

    async def _work(self, subjects: Iterator[Subject]) -> None:
        for subject in subjects:
            await self._one(subject)
            if self.done.stopped:
                return

    async def _one(self, subject: Subject) -> None:
        system, prompt, form = system_prompt(), question(subject), answer_schema()
        most = self.model.price.most(system, prompt, form)
        number = self.ledger.reserve(
            subject.id, subject.text_hash, self.model.name, prompt_version(), most, now=self.clock()
        )
        if number is None:
            self.done.stopped = self.done.stopped or BUDGET
            return
        begun = time.monotonic()
        try:
            said = await self.model.ask(system, prompt, json.loads(form), timeout=self.timeout)
        except Exception as error:
            self._failed(number, subject, error, time.monotonic() - begun)
        else:
            self._answered(number, subject, said, time.monotonic() - begun)
        self.tell(1)

    def _failed(self, number: int, subject: Subject, error: Exception, seconds: float) -> None:
        """No answer came. Whatever the provider may have begun to write counts as if it had all been written."""
        status = getattr(error, "status_code", None)
        locked_out = status in _NO_ACCESS or type(error).__name__ == "NeedsKeyException"
        outcome = opinions.NOT_TAKEN if status in _NOT_TAKEN else opinions.FAILED
        used = Used() if status or locked_out or _never_arrived(error) else None
        why = f"{type(error).__name__}: {error}".strip(": ")[:300]
        self.ledger.settle(number, outcome, used, seconds=seconds, answer=why)
        self.done.add(outcome, used or Used())
        log.warning("%s: %s: %s", subject.id, self.model.name, why)
        if locked_out:
            raise NoAccess(f"{self.model.name}: {why}; set the key of the model (docs/second-reader.md)") from error
        self._in_a_row += 1
        if self._in_a_row >= PATIENCE:
            self.done.stopped = self.done.stopped or DOWN

    def _answered(self, number: int, subject: Subject, said: Said, seconds: float) -> None:
        self._in_a_row = 0
        used = said.used or estimate_of(subject, self.model.price, len(said.words))
        found: list[opinions.Opinion] = []
        outcome, answer = opinions.READ, said.words
        if said.refused:
            outcome = opinions.REFUSED
        else:
            try:
                found = read_answer(said.words, subject.fields, catalog().areas, catalog().positions)
            except BadAnswer as error:
                outcome, answer = opinions.UNUSABLE, f"({error}) {said.words}"
        self.ledger.settle(number, outcome, used, seconds=seconds, answer=answer, opinions=found)
        self.done.add(outcome, used)


def _never_arrived(error: BaseException | None) -> bool:
    """Whether no connection came about. Each plugin has its own errors; those of the HTTP libraries below agree in name."""
    while error is not None:
        if type(error).__name__ in ("ConnectError", "ConnectTimeout", "ConnectionRefusedError"):
            return True
        error = error.__cause__ or error.__context__
    return False


def estimate_of(subject: Subject, price: Price, answer: int = USUAL_ANSWER) -> Used:
    """About what the question about a document uses, with an answer of so many characters."""
    return price.estimate(system_prompt(), question(subject), answer_schema(), answer=answer)


def estimate(subjects: Iterable[Subject], price: Price) -> Used:
    """About what reading these documents uses."""
    total = Done()
    for subject in subjects:
        total.add(opinions.READ, estimate_of(subject, price))
    return total.used
