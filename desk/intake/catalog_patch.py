"""A change of a position as a change of the lines of its file: comments, order and everything else stay as they are.

PyYAML gives the offset of each value in the text; only those characters are replaced, or lines inserted. The result is
read again and compared with what was meant, and the whole catalog is checked as `infopolicy positions check` does.
"""

from __future__ import annotations

import difflib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from positions.catalog.catalog import HOME, check
from positions.catalog.organization import entries_home
from positions.catalog.stances import FILE as STANCES_FILE
from store.errors import InvalidInput
from text.yaml_config import QuickLoader, load_yaml

#: The folder of the project's own catalog in the repository, as a patch names it; of another, it names entries/.
FOLDER = "positions/catalog/entries"
#: What a new version may say, in the order in which it is written.
VERSION = (
    "document",
    "body",
    "section",
    "adopted",
    "revised",
    "confidence",
    "date_confidence",
    "note",
    "statement",
    "rationale",
)
WORDING = ("statement", "rationale")
#: What a new position says besides: where it stands, whose words it rests on, and the words that bills use for it.
POSITION = ("id", "title", "area", *VERSION, "grade", "address", "passage", "place", "words")
SIGNED = ("approved_by", "approved_on")


class CannotAmend(InvalidInput):
    """A change that cannot be made to the file as it is; the message says why."""


@dataclass(frozen=True)
class Change:
    """A change of one position; `values` are what it says, without empty ones.

    `kind` is wording (of the version that holds now), version (a new one), approval (of the statement as it stands; no
    values), or position (a new one). `was` is the statement that held when the change was proposed ("" for a new position):
    another one now means that somebody was faster.
    """

    kind: str
    position_id: str
    values: dict[str, str]
    was: str


@dataclass(frozen=True)
class Approval:
    """Who signs the statement for the organization, and on which day (YYYY-MM-DD)."""

    name: str
    day: str


@dataclass(frozen=True)
class Outcome:
    """The file after a change: `diff` is a unified diff, `problems` the findings of the catalog's check."""

    file: str
    diff: str
    problems: list[str]


def outcome(change: Change, home: Path | None = None, approval: Approval | None = None) -> Outcome:
    """What would come of a change, signed if an approval comes with it; nothing is written.

    Raises:
        CannotAmend: the position is gone, its statement is another one now, or the file is written in a way we cannot keep.
    """
    home = home or entries_home()
    new = change.kind == "position"
    file = home / f"{change.values['area']}.yml" if new else _file_of(change.position_id, home)
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    after = amended(before, change)
    if approval is not None:
        after = signed(after, change.position_id, approval)
    path = f"{FOLDER if home == HOME else home.name}/{file.name}"
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{path}", f"b/{path}"
    )
    return Outcome(path, "".join(lines), _problems(file, after, home))


def amended(text: str, change: Change) -> str:
    """The text of a file with one change made.

    Raises:
        CannotAmend: as in `outcome`.
    """
    if change.kind == "position":
        return _with_position(text, change)
    versions, current = _versions(text, change.position_id)
    if _value(current, "statement").value != change.was:
        raise CannotAmend("the statement has been changed since this was proposed")
    if change.kind == "approval":
        return text
    said = {name: change.values[name] for name in WORDING if name in change.values}
    made = _written(text, current, said) if change.kind == "wording" else _with_version(text, versions, change)
    _check_meaning(text, made, change)
    return made


def signed(text: str, position_id: str, approval: Approval) -> str:
    """The text of a file with the version that holds now signed.

    Raises:
        CannotAmend: the version is written in a way that only a person can change.
    """
    _, current = _versions(text, position_id)
    made = _written(text, current, dict(zip(SIGNED, (approval.name, approval.day), strict=True)))
    _, current = _versions(made, position_id)
    if (_value(current, "approved_by").value, _value(current, "approved_on").value) != (approval.name, approval.day):
        raise CannotAmend("the file is written in a way that only a person can change")
    return made


def _versions(text: str, position_id: str) -> tuple[yaml.SequenceNode, yaml.MappingNode]:
    """The versions of a position, and the one that holds now."""
    versions = _value(_entry(text, position_id), "versions")
    if not isinstance(versions, yaml.SequenceNode) or versions.flow_style or not versions.value:
        raise CannotAmend("the versions of this position are written in a way that only a person can change")
    return versions, _current(versions)


def _with_position(text: str, change: Change) -> str:
    """The file with a new position at its end. It stays unlisted until somebody has read its source and tried its triggers."""
    said = change.values
    if any(each.get("id") == change.position_id for each in load_yaml(text) or []):
        raise CannotAmend(f"the catalog has a position called {change.position_id} already")
    words = [word for each in said["words"].split(",") if (word := each.strip())]
    version = {name: said[name] for name in (*VERSION, "grade", "address", "passage", "place") if said.get(name)}
    entry = {
        "id": change.position_id,
        "title": said["title"],
        "areas": [said["area"]],
        "confidence": "low",
        "scope": {"levels": ["federal", "state", "local"], "library_matter": True, "about": list(words)},
        "versions": [version],
        "triggers": {"support": [{"id": "named", "says": f"is about {words[0]}", "leans": "watch", "any": words}]},
    }
    block = yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=120)
    return f"{text.rstrip()}\n\n{block}" if text.strip() else block


def _file_of(position_id: str, home: Path) -> Path:
    for file in sorted(home.glob("*.yml")):
        if any(entry.get("id") == position_id for entry in load_yaml(file.read_text(encoding="utf-8")) or []):
            return file
    raise CannotAmend(f"the catalog has no position called {position_id}")


# --------------------------------------------------------------------- the lines


def _entry(text: str, position_id: str) -> yaml.MappingNode:
    root = yaml.compose(text, Loader=QuickLoader)
    for node in root.value if isinstance(root, yaml.SequenceNode) else ():
        if isinstance(node, yaml.MappingNode) and _value(node, "id").value == position_id:
            return node
    raise CannotAmend(f"the file has no position called {position_id}")


def _pairs(node: yaml.MappingNode) -> dict[str, tuple[Any, Any]]:
    return {key.value: (key, value) for key, value in node.value}


def _value(node: yaml.MappingNode, name: str) -> Any:
    if name not in (pairs := _pairs(node)):
        raise CannotAmend(f"an entry has no {name}")
    return pairs[name][1]


def _current(versions: yaml.SequenceNode) -> yaml.MappingNode:
    for node in reversed(versions.value):
        if isinstance(node, yaml.MappingNode) and "statement" in _pairs(node):
            return node
    raise CannotAmend("no version of this position has a statement")


def _written(text: str, current: yaml.MappingNode, said: Mapping[str, str]) -> str:
    """The text with these values in a version: in the place of those it has, the others below its statement."""
    pairs = _pairs(current)
    if current.flow_style:
        raise CannotAmend("this version is written on one line: only a person can change it")
    # From the end to the beginning, so that earlier offsets stay valid.
    edits = []
    for name, new in said.items():
        if name in pairs:
            value = pairs[name][1]
            if value.style in ("|", ">"):
                raise CannotAmend(f"the {name} is written as a block of lines: only a person can change it")
            edits.append((value.start_mark.index, value.end_mark.index, _quoted(new)))
        else:
            key, statement = pairs["statement"]
            end = _line_end(text, statement.end_mark.index)
            edits.append((end, end, f"{' ' * key.start_mark.column}{name}: {_quoted(new)}\n"))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _with_version(text: str, versions: yaml.SequenceNode, change: Change) -> str:
    last = versions.value[-1]
    if not isinstance(last, yaml.MappingNode) or last.flow_style:
        raise CannotAmend("the last version is written on one line: only a person can add one below")
    indent = " " * (last.start_mark.column - 2)
    said = [f"{name}: {_quoted(change.values[name])}" for name in VERSION if change.values.get(name)]
    block = "".join(f"{indent}{'- ' if n == 0 else '  '}{line}\n" for n, line in enumerate(said))
    end = _line_end(text, max(node.end_mark.index for node in _leaves(last)))
    return text[:end] + ("" if text[:end].endswith("\n") else "\n") + block + text[end:]


def _leaves(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.ScalarNode) or getattr(node, "flow_style", False):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _leaves(value)
    else:
        for value in node.value:
            yield from _leaves(value)


def _line_end(text: str, index: int) -> int:
    """Return where the next line begins; a value that ends with a line break belongs to the line before."""
    if index and text[index - 1] == "\n":
        return index
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def _quoted(value: str) -> str:
    return yaml.safe_dump(value, default_style='"', width=1_000_000, allow_unicode=True).rstrip("\n")


# --------------------------------------------------------------------- is it what was meant


def _check_meaning(before: str, after: str, change: Change) -> None:
    wanted = load_yaml(before)
    entry = next(each for each in wanted if each["id"] == change.position_id)
    said: Mapping[str, str] = {name: value for name, value in change.values.items() if value}
    if change.kind == "wording":
        next(each for each in reversed(entry["versions"]) if each.get("statement")).update(said)
    else:
        entry["versions"].append(said)
    try:
        fits = load_yaml(after) == wanted
    except yaml.YAMLError:
        fits = False
    if not fits:
        raise CannotAmend("the file is written in a way that only a person can change")


def _problems(file: Path, after: str, home: Path) -> list[str]:
    """Return the findings of the catalog's check with this file changed."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "catalog"
        shutil.copytree(home, copy)
        if (stances := home.parent / STANCES_FILE.name).exists():
            shutil.copy(stances, folder)
        (copy / file.name).write_text(after, encoding="utf-8")
        return [problem.replace(f"{folder}/", "") for problem in check(copy)]
