"""What comes from others is pinned: every package by its hash, the audit in CI, and a list of parts that can be made offline."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOUND = {
    "name": "scrapy",
    "version": "2.0.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.11.2"], "aliases": [], "description": ""}],
}
CLEAN, UNKNOWN = {"name": "lxml", "version": "6.1.3", "vulns": []}, {"name": "lxml", "skip_reason": "not found"}


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_is_pinned_with_its_hashes(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    packages = re.findall(r"(?m)^([a-z0-9.-]+)==(.*\n(?:    .*\n)*)", text)
    assert len(packages) > 80
    assert [name for name, rest in packages if "--hash=sha256:" not in rest] == []
    assert not re.search(r"(?m)^(-e|git\+|https?:|.*@ )", text), "from the registry alone"


def test_every_dependency_has_an_upper_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needs = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    assert [need for need in needs if "<" not in need and "==" not in need] == []


def test_ci_looks_for_known_holes() -> None:
    assert ".ci/audit" in (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci/audit", os.X_OK)


def _audit(tmp_path: Path, pip: str, found: list[dict[str, object]] | None) -> subprocess.CompletedProcess[str]:
    """The audit with a `python3` whose environments hold a pip that ends as said, and a pip-audit that finds what is said."""
    tools = tmp_path / "tools"
    tools.mkdir()
    answer = json.dumps({"dependencies": found})
    written = (
        f'while [ $# -gt 0 ]; do [ "$1" = --output ] && echo \'{answer}\' > "$2"; shift; done'
        if found is not None
        else "exit 1"
    )
    python = shutil.which("python3")
    (tools / "python3").write_text(
        f'#!/bin/bash\nif [ "$1" != -m ]; then exec {python} "$@"; fi\nmkdir -p "$3/bin"\n'
        f'printf \'#!/bin/bash\\n{pip}\\n\' > "$3/bin/pip"\ncp "{tools}/audit" "$3/bin/pip-audit"\nchmod +x "$3/bin/"*\n'
    )
    (tools / "audit").write_text(f"#!/bin/bash\n{written}\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    path = f"{tools}:{os.environ['PATH']}"
    return subprocess.run(
        [ROOT / ".ci/audit"], capture_output=True, text=True, env=os.environ | {"PATH": path}, timeout=300
    )


@pytest.mark.parametrize(
    ("pip", "found", "code", "words"),
    [
        ("exit 0", [CLEAN, CLEAN], 0, "no known hole in 2 packages"),
        ("exit 0", [CLEAN, FOUND], 1, "scrapy 2.0.0: PYSEC-1, mended in 2.11.2"),
        ("exit 0", [UNKNOWN, UNKNOWN], 0, "not reachable"),
        ("exit 0", [UNKNOWN, CLEAN], 0, "not looked up: lxml"),
        ("exit 0", None, 0, "not reachable: skipped"),
        ("exit 1", [CLEAN], 0, "cannot be had (no network?): skipped"),
    ],
)
def test_the_audit_fails_for_a_hole_and_never_for_being_offline(
    tmp_path: Path, pip: str, found: list[dict[str, object]] | None, code: int, words: str
) -> None:
    done = _audit(tmp_path, pip, found)
    assert (done.returncode, words in done.stdout) == (code, True), done


@pytest.mark.skipif(shutil.which("uv") is None and not os.environ.get("CI"), reason="needs uv")
def test_the_list_of_parts_is_made_without_a_network(tmp_path: Path) -> None:
    """The command that docs/security.md gives; `--offline` here, so that it cannot ask anybody."""
    told = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    command = "uv export --frozen --no-dev --format cyclonedx1.5 -q -o sbom.json"
    assert command in told
    done = subprocess.run(
        [*command.split()[:-1], str(tmp_path / "sbom.json"), "--offline"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    parts = {each["name"] for each in json.loads((tmp_path / "sbom.json").read_text())["components"]}
    assert {"scrapy", "datasette", "spacy", "lxml"} <= parts
    pinned = set(re.findall(r"(?m)^([a-z0-9.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8")))
    assert pinned <= parts
