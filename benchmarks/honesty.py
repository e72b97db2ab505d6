"""Sixty-four questions that are asked to mislead, and the judge of their answers: right, or honest about what is not known.

    python -m benchmarks.honesty [--show]

`benchmarks/honesty.yml` says what is right. The questions go through the tools for assistants (MCP) of a site on a small
corpus that is made for them (`tests/support/honest_corpus.py`): bills under one number, dead ones, places that were not
collected, orders in texts, private files next to corpus.db. `--show` prints what is wrong with each. Exit code 1 when an answer
is not right.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mcp import Client
from mcp.shared.exceptions import MCPError

from text.yaml_config import read_yaml

QUESTIONS = Path(__file__).with_name("honesty.yml")
_KINDS = {"id", "kind", "question", "ask", "with", "right"}
_RIGHT = {"state", "has", "says", "never", "error"}
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\U000e0000-\U000e007f]")
#: Parts of every answer; without one of them it says more than it knows.
_FRAME = ("state", "says", "address", "as_of", "covers", "automatic", "confirmed", "quoted", "result")


@dataclass(frozen=True)
class Question:
    """What a person might ask, the tool and arguments that an assistant would use, and what a right answer is like."""

    id: str
    kind: str
    question: str
    ask: str
    given: dict[str, Any]
    right: dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What must hold in every answer: no word of the private files, no stance but these, no statement of these positions."""

    private: Collection[str] = ()
    stances: Mapping[tuple[str, str], str] = field(default_factory=dict)
    drafts: Collection[str] = ()


def load(path: Path = QUESTIONS) -> list[Question]:
    """The questions.

    Raises:
        ValueError: a key is missing or unknown, or an id is there twice.
    """
    found: dict[str, Question] = {}
    for entry in read_yaml(path):
        if set(entry) - _KINDS or (set(entry["right"]) - _RIGHT) or not ({"state", "error"} & set(entry["right"])):
            raise ValueError(f"{path}: {entry.get('id')}: unknown or missing keys")
        one = Question(
            entry["id"], entry["kind"], entry["question"], entry["ask"], entry.get("with", {}), entry["right"]
        )
        if found.setdefault(one.id, one) is not one:
            raise ValueError(f"{path}: {one.id} is there twice")
    return list(found.values())


def judge(question: Question, answer: dict[str, Any] | str, known: Known) -> list[str]:
    """What is wrong with an answer; nothing where it is right.

    Args:
        answer: the answer, or the text of an error.
    """
    text = answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)
    wrong = [f"private: {word}" for word in known.private if word in text]
    wrong += [f"holds {word!r}" for word in question.right.get("never", ()) if word in text]
    if isinstance(answer, str):
        expected = question.right.get("error")
        return wrong if expected and expected in answer else [*wrong, f"an error: {answer[:200]}"]
    if "error" in question.right:
        return [*wrong, "an answer where an error is right"]
    return wrong + _frame(answer) + _claims(answer, known) + _content(question, answer)


def _frame(answer: dict[str, Any]) -> list[str]:
    wrong = [f"lacks {name}" for name in _FRAME if name not in answer or answer[name] == ""]
    if _INVISIBLE.search(json.dumps(answer, ensure_ascii=False)):
        wrong.append("has characters that nobody sees")
    if answer["state"] in ("nothing_found", "not_collected") and at(answer, "result.documents[].id"):
        wrong.append("names documents although nothing was found")
    return wrong


def _claims(answer: dict[str, Any], known: Known) -> list[str]:
    """Stances and statements that nobody took or approved."""
    wrong = []
    allowed = {key for key, _position in known.stances}
    for path in ("result.documents[]", "result.document"):
        for row in at(answer, path):
            said = row.get("confirmed", {})
            if row["id"] not in allowed and any(said.get(name) for name in ("stance", "stance_on_position")):
                wrong.append(f"a stance on {row['id']} that nobody took")
    for row in [*at(answer, "result.position"), *at(answer, "result.positions[]")]:
        if row.get("statement") and row["id"] in known.drafts:
            wrong.append(f"gives the draft of {row['id']} as a statement")
    return wrong


def _content(question: Question, answer: dict[str, Any]) -> list[str]:
    right = question.right
    wrong = [] if answer["state"] == right["state"] else [f"state {answer['state']}, not {right['state']}"]
    wrong += [
        f"does not say {words!r}" for words in right.get("says", ()) if words.lower() not in answer["says"].lower()
    ]
    for path, value in right.get("has", {}).items():
        found = at(answer, path)
        if found != (value if "[]" in path else [value]):
            wrong.append(f"{path} is {json.dumps(found)[:200]}, not {json.dumps(value)}")
    return wrong


def at(answer: Any, path: str) -> list[Any]:
    """What is at a path such as `result.candidates[].id`; nothing where the path leads nowhere."""
    found = [answer]
    for part in path.split("."):
        name = part.removesuffix("[]")
        found = [each[name] for each in found if isinstance(each, dict) and name in each]
        if part.endswith("[]"):
            found = [one for each in found if isinstance(each, list) for one in each]
    return found


# --------------------------------------------------------------------- asking


async def ask_all(address: str, questions: list[Question]) -> dict[str, dict[str, Any] | str]:
    """The answer to each question, or the text of its error, by the tools at an address."""
    found: dict[str, dict[str, Any] | str] = {}
    async with Client(address) as client:
        for question in questions:
            try:
                answer = await client.call_tool(question.ask, question.given)
            except MCPError as error:
                found[question.id] = str(error)
                continue
            said = answer.structured_content
            found[question.id] = answer.content[0].text if answer.is_error or said is None else said  # type: ignore[union-attr]
    return found


@contextmanager
def served() -> Iterator[tuple[str, Known]]:
    """A site on the corpus that is made for the questions."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))
    import honest_corpus
    from site_corpus import TODAY, serving

    import serve

    with tempfile.TemporaryDirectory() as folder:
        config = honest_corpus.build(Path(folder))
        site = serve.build(config.corpus, today=TODAY, desk=config, secret="x" * 40)
        known = Known(honest_corpus.PRIVATE, honest_corpus.STANCES, {"cp-fair-ebook-terms"})
        running = serving(site)
        try:
            yield f"{next(running)}/-/mcp", known
        finally:
            next(running, None)


def table(questions: list[Question], verdicts: Mapping[str, list[str]]) -> str:
    """Kinds of questions, how many were asked and how many answers are right, as Markdown."""
    asked = Counter(each.kind for each in questions)
    right = Counter(each.kind for each in questions if not verdicts[each.id])
    lines = ["| kind of question | asked | right |", "|---|---:|---:|"]
    lines += [f"| {kind} | {number} | {right[kind]} |" for kind, number in asked.items()]
    return "\n".join([*lines, f"| all | {len(questions)} | {right.total()} |"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true", help="print each question with what is wrong with its answer")
    options = parser.parse_args()
    questions = load()
    with served() as (address, known):
        answers = asyncio.run(ask_all(address, questions))
    verdicts = {each.id: judge(each, answers[each.id], known) for each in questions}
    for each in questions:
        if verdicts[each.id] or options.show:
            print(f"{each.id}: {each.question} {'; '.join(verdicts[each.id]) or 'right'}")
    print(table(questions, verdicts))
    return int(any(verdicts.values()))


if __name__ == "__main__":
    sys.exit(main())
