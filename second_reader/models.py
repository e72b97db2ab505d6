"""The model that is asked, through the library `llm`: whatever its plugins know, and what it costs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from second_reader.opinions import Used
from store.errors import InvalidInput, OperationError
from text.yaml_config import read_yaml

PRICES = Path(__file__).with_name("models.yml")
#: Tokens that an answer may have, where the model lets us say so, and characters after which we stop listening.
LONGEST_ANSWER, LONGEST_WORDS = 2_000, 16_000
#: Characters of English in a token, for estimates. A token is never less than a byte of text.
_CHARACTERS = 4
#: Tokens around the messages: roles, the name of the schema.
_FRAME = 200


class NoReader(InvalidInput):
    """No model that can be asked; the message says what to set or install."""


class NoAccess(OperationError):
    """The provider does not let us in."""

    exit_code = 3


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens."""

    input: float
    output: float

    def of(self, tokens_in: int, tokens_out: int) -> Used:
        return Used(tokens_in, tokens_out, (tokens_in * self.input + tokens_out * self.output) / 1e6)

    def most(self, *parts: str) -> Used:
        """The most that a question of these parts may use: no token is less than a byte."""
        return self.of(sum(len(part.encode("utf-8", "replace")) for part in parts) + _FRAME, LONGEST_ANSWER)

    def estimate(self, *parts: str, answer: int) -> Used:
        """About what a question of these parts uses when the answer has so many characters."""
        return self.of(sum(map(len, parts)) // _CHARACTERS + _FRAME, answer // _CHARACTERS + 1)


@dataclass(frozen=True)
class Said:
    """What a model answered: its words, and what it used (None where the plugin does not say)."""

    words: str
    used: Used | None
    refused: bool = False


class Model:
    """One model of `llm` and its price."""

    def __init__(self, name: str, model: Any, price: Price) -> None:
        self.name, self.price, self._model = name, price, model
        self.is_async = _is_async(model)

    async def ask(self, system: str, prompt: str, form: dict[str, Any], *, timeout: float) -> Said:
        """Ask once. What the provider's library does about busy servers is left to it.

        Raises:
            Exception: whatever the plugin raises; TimeoutError after ``timeout`` seconds.
        """
        options = {"max_tokens": LONGEST_ANSWER} if "max_tokens" in self._model.Options.model_fields else {}
        arguments: dict[str, Any] = {"stream": self._model.can_stream, "options": options}
        if self._model.supports_schema:
            arguments["schema"] = form
        else:
            system = f"{system}\n# The form\n\n{json.dumps(form)}\n"
        response = self._model.prompt(prompt, system=system, **arguments)
        if not self.is_async:  # a thread cannot be stopped, so there is no timeout either
            return await asyncio.to_thread(self._collect, response)
        async with asyncio.timeout(timeout):
            words = ""
            async for chunk in response:
                words += chunk
                if len(words) > LONGEST_WORDS:
                    return Said(words, None)
            return self._said(words, await response.usage(), response.response_json)

    def _collect(self, response: Any) -> Said:
        words = ""
        for chunk in response:
            words += chunk
            if len(words) > LONGEST_WORDS:
                return Said(words, None)
        return self._said(words, response.usage(), response.response_json)

    def _said(self, words: str, usage: Any, raw: Any) -> Said:
        used = None
        if usage.input is not None:
            used = self.price.of(int(usage.input), int(usage.output or 0))
        return Said(words, used, refused=not words.strip() or _refused(raw))


def _is_async(model: Any) -> bool:
    import llm

    return isinstance(model, llm.AsyncModel | llm.AsyncKeyModel)


def _refused(raw: Any) -> bool:
    """Whether a provider in the form of OpenAI says that the model refused, or that a filter stopped it."""
    return any((key == "refusal" and value) or value == "content_filter" for key, value in _leaves(raw))


def _leaves(raw: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(raw, dict):
        for name, value in raw.items():
            yield from _leaves(value, name)
    elif isinstance(raw, list):
        for value in raw:
            yield from _leaves(value, key)
    else:
        yield key, raw


def read_price(price: str) -> Price:
    """The price of a setting: dollars for a million tokens in, a slash, dollars for a million out."""
    cost_in, _, cost_out = price.partition("/")
    return Price(float(cost_in), float(cost_out))


def find_model(name: str | None, price: str | None) -> Model:
    """The model of the settings.

    Raises:
        NoReader: no model is set, `llm` is not installed, it does not know the model, or nobody knows its price.
    """
    if not name:
        raise NoReader("no second reader is set: INFOPOLICY_READER_MODEL names a model (docs/second-reader.md)")
    try:
        import llm
    except ImportError as error:
        raise NoReader("the second reader needs the library llm: install the extra second-reader") from error
    try:
        model: Any = llm.get_async_model(name)
    except llm.UnknownModelError:
        try:
            model = llm.get_model(name)
        except llm.UnknownModelError as error:
            raise NoReader(
                f"INFOPOLICY_READER_MODEL={name}: llm knows no such model; `llm models` lists those it knows"
            ) from error
    return Model(name, model, _price(name, model.model_id, price))


def _price(name: str, model_id: str, price: str | None) -> Price:
    if price:
        return read_price(price)
    known = read_yaml(PRICES)
    if found := known.get(name) or known.get(model_id):
        return Price(found["input"], found["output"])
    raise NoReader(
        f"nobody knows what {name} costs, so the budget could not be kept: set INFOPOLICY_READER_PRICE to US dollars for a "
        "million tokens in and out, such as 0.40/1.60, or 0/0 for a model on this machine"
    )
