"""Making bad input out of good: small changes to recorded answers, from one source of chance, so that each can be repeated."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from lxml import etree

#: What sources, mirrors and attackers have been seen to send, or could.
TEXTS = (
    "",
    " ",
    "x",
    "0",
    "-1",
    "²",
    "٣",
    "１２",
    "9" * 5000,
    "1e400",
    "0000-00-00",
    "2025-02-30",
    "0001-01-01",
    "9999-12-31",
    "2025-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+23:59",
    "2025-01-01T25:61:61",
    "Z",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202e",
    "\ufffe",
    "é" * 300,
    "x" * 70_000,
    "\n" * 200,
    "<script>alert(1)</script>",
    "<![CDATA[x]]>",
    "&lt;b&gt;",
    "&#0;",
    "&#xD800;",
    "&#99999999999;",
    "<" * 500,
    "{{7*7}}",
    "%s%n",
    "'; drop table documents; --",
    "javascript:alert(1)",
    "https://",
    "http://[::1",
    "https://www.govinfo.gov/",
    "file:///etc/passwd",
    "//evil.example/x",
    "../../../../etc/passwd",
    "null",
    "None",
    "true",
    "[]",
    "{}",
    "HR",
    "hr",
    "H.R. 1",
    "us-117-hr1",
    "A" * 20 + "-1",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    10**25,
    2**63,
    1.5,
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    [None],
    [{}],
    {"id": 1},
    {"": None},
    [1, 2, 3],
    {"item": []},
    [["x"] * 50],
)


def any_value(rng: random.Random) -> Any:
    return rng.choice(TEXTS) if rng.random() < 0.6 else copy.deepcopy(rng.choice(VALUES))


# --------------------------------------------------------------------- JSON and YAML trees


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a tree."""
    found, waiting = [], [tree]
    while waiting:
        node = waiting.pop()
        keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        for key in keys:
            found.append((node, key))
            waiting.append(node[key])
    return found


def change_tree(tree: Any, rng: random.Random) -> Any:
    """A copy with one to four of its values replaced, taken away, doubled, moved or wrapped."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.randint(1, 4)):
        places = _places(tree)
        if not places:
            return any_value(rng)
        node, key = rng.choice(places)
        way = rng.randrange(7)
        if way <= 2:
            node[key] = any_value(rng)
        elif way == 3:
            del node[key]
        elif way == 4:
            other, at = rng.choice(places)
            if (isinstance(other, dict) and at in other) or (isinstance(other, list) and at < len(other)):
                node[key] = copy.deepcopy(other[at])
        elif way == 5 and isinstance(node, list):
            node.insert(key, copy.deepcopy(node[key]))
        elif isinstance(node[key], str):
            node[key] = change_text(node[key], rng)
        else:
            node[key] = [node[key]]
    return tree


def change_json(body: bytes, rng: random.Random) -> bytes:
    """A changed JSON answer: mostly its tree, now and then its bytes, or brackets without end."""
    chance = rng.random()
    if chance < 0.08:
        return change_bytes(body, rng)
    if chance < 0.1:
        return rng.choice([b"[" * 100_000, b'{"a":' * 50_000, b'{"results":' + b"[" * 100_000])
    return json.dumps(change_tree(json.loads(body), rng)).encode("ascii")


# --------------------------------------------------------------------- texts and bytes


def change_text(text: str, rng: random.Random) -> str:
    """A text with a piece cut out, doubled or replaced."""
    start = rng.randint(0, len(text))
    end = min(len(text), start + rng.choice((0, 1, 3, 20, 10_000)))
    piece = rng.choice(("", text[start:end] * 2, rng.choice(TEXTS), chr(rng.randrange(0x110000))))
    return text[:start] + piece + text[end:]


def change_bytes(body: bytes, rng: random.Random) -> bytes:
    """Bytes cut off, with some flipped, or with a stretch from elsewhere."""
    data, way = bytearray(body), rng.randrange(4)
    if way == 0 or not data:
        return bytes(data[: rng.randint(0, len(data))])
    if way == 1:
        for _ in range(rng.randint(1, 12)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    elif way == 2:
        at = rng.randrange(len(data))
        data[at : at + rng.choice((1, 4, 200))] = rng.randbytes(rng.choice((0, 1, 4, 60)))
    else:
        start = rng.randrange(len(data))
        data[rng.randrange(len(data)) :] = data[start:]
    return bytes(data)


# --------------------------------------------------------------------- XML


def change_xml(body: bytes, rng: random.Random) -> bytes:
    """A changed XML answer: mostly its elements, now and then its bytes, entities or depth."""
    chance = rng.random()
    if chance < 0.1:
        return change_bytes(body, rng)
    if chance < 0.14:
        return rng.choice(BOMBS) + body
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    for _ in range(rng.randint(1, 4)):
        node = rng.choice([each for each in root.iter() if isinstance(each.tag, str)])
        _change_element(root, node, rng)
    return etree.tostring(root)


def _change_element(root: Any, node: Any, rng: random.Random) -> None:
    way, parent = rng.randrange(6), node.getparent()
    if way <= 1 or parent is None:
        try:
            node.text = rng.choice(TEXTS)
        except ValueError:  # what XML cannot hold
            node.text = "x"
    elif way == 2:
        parent.remove(node)
    elif way == 3:
        parent.append(copy.deepcopy(node))
    elif way == 4:
        node.tag = rng.choice([each.tag for each in root.iter() if isinstance(each.tag, str)])
    else:
        inner = copy.deepcopy(node)
        for _ in range(rng.choice((1, 5, 300))):
            outer = etree.Element(node.tag)
            outer.append(inner)
            inner = outer
        parent.replace(node, inner)


BOMBS = (
    b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>',
    b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd">',
    b"<a>" * 5000,
)
