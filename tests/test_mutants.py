"""`benchmarks.mutants` makes one change at a time, runs the tests that belong to it, and reports what they miss."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from benchmarks import mutants
from benchmarks.mutations import mutations

pytestmark = pytest.mark.slow

RULES = '''"""Rules."""
LIMIT = 18


def may_borrow(age: int, banned: bool) -> bool:
    return age >= LIMIT and not banned


def unread(left: int) -> int:
    return left - LIMIT
'''
TEST = """import rules


def test_may_borrow():
    assert rules.may_borrow(30, False)
    assert not rules.may_borrow(30, True)
    assert not rules.may_borrow(3, False)


def test_fails_without_a_change_too():
    assert False
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    (root / "tests").mkdir(parents=True)
    (root / "pytest.ini").write_text("[pytest]\naddopts = -p no:schemathesis\n")  # as in pyproject.toml
    (root / "rules.py").write_text(RULES)
    (root / "unrelated.py").write_text("LIMIT = 1\n")
    (root / "tests" / "test_borrowing.py").write_text(TEST)
    (root / "tests" / "test_unrelated.py").write_text("import unrelated\n\n\ndef test_nothing():\n    pass\n")
    return root


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("kept = a < b", ["kept = (a <= b)"]),
        ("kept = a < b <= c", ["kept = (a <= b <= c)", "kept = (a < b < c)"]),
        ("kept = a and b or c", ["kept = ((a and b) and c)", "kept = (a or b) or c"]),
        ("kept = not a", ["kept = (a)"]),
        ("kept = a - 1", ["kept = (a + 1)", "kept = a - 0"]),
        ("kept = -a", ["kept = (a)"]),
        ("kept = call(True, 0, 21, 'text')", ["kept = call(False, 0, 21, 'text')", "kept = call(True, 1, 21, 'text')"]),
        ("kept = b if a else c", ["kept = b if (not (a)) else c"]),
        ("kept = [a for a in b if a]", ["kept = [a for a in b if (not (a))]"]),
        ("ä = 'ä' if a is None else b", ["ä = 'ä' if (a is not None) else b"]),
        ("kept = 'a' + b", []),
        ("kept: A | B = f'{a < b}'", []),
        ("if TYPE_CHECKING and a: pass", []),
    ],
)
def test_what_becomes_of_a_line(line: str, after: list[str]) -> None:
    found = mutations("a.py", f"import a\n{line}\n".encode())
    assert sorted(each.after for each in found) == sorted(after)
    assert {each.before for each in found} <= {line}
    assert {each.line for each in found} <= {2}


def test_a_change_of_a_module_of_ours_is_python_again() -> None:
    path = mutants.ROOT / "positions" / "matching" / "direction.py"
    source = path.read_bytes()
    found, unchanged = mutations("positions/matching/direction.py", source), ast.dump(ast.parse(source))
    assert len(found) > 20
    for each in found[:: len(found) // 20]:
        assert ast.dump(ast.parse(each.applied(source))) != unchanged, each


def test_a_seed_always_draws_the_same_and_a_larger_count_continues(checkout: Path) -> None:
    few, more = mutants.drawn(checkout, 7, 2), mutants.drawn(checkout, 7, 4)
    assert more[:2] == few
    assert [each.key for each in mutants.drawn(checkout, 8, 4)] != [each.key for each in more]
    assert {each.path for each in mutants.drawn(checkout, 7, 99, "unrelated.py")} == {"unrelated.py"}
    with pytest.raises(SystemExit, match="nothing to change"):
        mutants.drawn(checkout, 7, 1, "missing.py")


def test_the_nearest_tests_come_first() -> None:
    belonging = mutants.Tests(mutants.ROOT)
    assert belonging.of("digest/delivery/send.py")[0] == "tests/test_digest_send.py"
    assert belonging.of("crawlers/spiders/uk_bills.py")[0] == "tests/test_uk_bills.py"
    assert belonging.of("commands/digest.py")[0] == "tests/test_digest_cli.py"
    assert "tests/test_feeds.py" in belonging.of("datasette/plugins/feeds.py")[:3]
    assert "tests/test_uk_bills.py" not in belonging.of("classify/training/training_data.py")[:10]


def test_what_is_noticed_and_what_survives(checkout: Path, tmp_path: Path) -> None:
    chosen = mutants.drawn(checkout, 1, 99, "rules.py")
    kept = tmp_path / "kept.jsonl"
    rows = {row["after"]: row for row in mutants.tried(checkout, chosen, kept)}
    assert {after: row["outcome"] for after, row in rows.items()} == {
        "return (age >= LIMIT or not banned)": "noticed",
        "return age >= LIMIT and (banned)": "noticed",
        "return (age > LIMIT) and not banned": "survived",
        "return (left + LIMIT)": "survived",
    }
    noticed = rows["return age >= LIMIT and (banned)"]
    assert noticed["test"] == "tests/test_borrowing.py::test_may_borrow"
    survivor = rows["return (left + LIMIT)"]
    assert survivor["failing_anyway"] == ["tests/test_borrowing.py::test_fails_without_a_change_too"]
    assert (survivor["files"], survivor["of"]) == (1, 1), "the tests of another module were run"
    assert "- return left - LIMIT\n+ return (left + LIMIT)" in mutants.report(list(rows.values()))
    assert (checkout / "rules.py").read_text() == RULES


@pytest.mark.parametrize(
    ("line", "test"),
    [
        ("FAILED tests/test_a.py::test_b - assert [1] - [2]", "tests/test_a.py::test_b"),
        ("FAILED tests/test_a.py::test_b[=cmd x - y] - assert 1 - [2]", "tests/test_a.py::test_b[=cmd x - y]"),
        ("FAILED tests/test_a.py::test_b[ak: [[set, 'x']]-no]", "tests/test_a.py::test_b[ak: [[set, 'x']]-no]"),
        ("ERROR tests/test_a.py", "tests/test_a.py"),
        ("1 passed in 0.02s", None),
    ],
)
def test_a_failed_test_is_known_by_its_whole_name(line: str, test: str | None) -> None:
    assert mutants.failed(f"..F\n{line}\n1 failed") == test


def test_a_run_continues_where_it_ended_and_tries_a_changed_file_again(checkout: Path, tmp_path: Path) -> None:
    chosen = mutants.drawn(checkout, 1, 99, "unrelated.py")
    kept = tmp_path / "kept.jsonl"
    [first] = mutants.tried(checkout, chosen, kept)
    assert first["outcome"] == "survived"
    kept.write_text(json.dumps(first | {"outcome": "noticed"}) + "\n")
    assert [row["outcome"] for row in mutants.tried(checkout, chosen, kept)] == ["noticed"]
    (checkout / "unrelated.py").write_text("LIMIT = 1  # another text\n")
    again = mutants.tried(checkout, mutants.drawn(checkout, 1, 99, "unrelated.py"), kept)
    assert [row["outcome"] for row in again] == ["survived"]
    assert len(kept.read_text().splitlines()) == 2


def test_a_test_that_never_ends_is_stopped(checkout: Path, tmp_path: Path) -> None:
    (checkout / "tests" / "test_unrelated.py").write_text(
        "import time\nimport unrelated\n\n\ndef test_waits():\n    time.sleep(600 * (1 - unrelated.LIMIT))\n"
    )
    chosen = mutants.drawn(checkout, 1, 1, "unrelated.py")
    kept = tmp_path / "kept.jsonl"
    for _ in range(2):  # the second run tries it again
        [row] = mutants.tried(checkout, chosen, kept, seconds=3)
        assert (row["outcome"], row["files"], row["of"]) == ("undecided", 0, 1)
    assert len(kept.read_text().splitlines()) == 2
