"""Draw sentences of companies' rules to label, and measure which of the shown matches are right (positions/gold/README.md).

python -m positions.evaluation.companies CORPUS.db --draw 300 --seed 2711 > provisions.jsonl
python -m positions.evaluation.companies CORPUS.db --shown 100 --seed 2712 > shown.jsonl
python -m positions.evaluation.companies CORPUS.db --said 100 --seed 2811 > said.jsonl
python -m positions.evaluation.companies CORPUS.db
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from crawlers.companies import company_of
from positions.catalog.catalog import AREAS, load_catalog
from positions.matching.company_matches import company_matches
from positions.matching.company_provisions import load_kinds, provisions, ways_of
from text.sentences import sentences

GOLD = Path(__file__).resolve().parents[1] / "gold"
#: Sentences labeled by two readers, shown matches judged once, and sentences judged with what the pages of companies say of them.
LABELS, SHOWN, SAID = (GOLD / f"company_{name}.jsonl" for name in ("provisions", "matches", "shown"))
#: Of a draw, the share that shows a kind; the others are drawn from sentences that show none.
WITH_KIND = 2 / 3
_LEAST, _MOST = 40, 900
#: The labels of the two readers. `labels_b` is the first reader once more, in another order.
READERS = ("labels_a", "labels_c")
Row = dict[str, Any]


def documents(corpus: Path) -> list[Row]:
    """The rules of companies that have a text: id, title, text, and the areas that their entry in companies.yml names."""
    sql = "select id, title, text from documents where kind = 'corporate_policy' and text is not null order by id"
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        found = [dict(row) for row in db.execute(sql)]
    return [row | {"areas": company.areas if (company := company_of(row["title"])) else ()} for row in found]


def fingerprint(words: str) -> str:
    """The beginning of the SHA-256 of a sentence: where it differs, the document says something else now."""
    return sha256(words.encode()).hexdigest()[:16]


def draw(held: list[Row], number: int, seed: int) -> list[Row]:
    """Sentences at random: two thirds over kinds and companies in turn, the others from what shows no kind."""
    rng = random.Random(seed)
    by_kind: dict[str, dict[str, list[Row]]] = {kind: {} for kind in (*load_kinds(), "")}
    seen: set[str] = set()
    for each in held:
        spans = sentences(each["text"])
        for n, (start, end) in enumerate(spans):
            words = each["text"][start:end]
            if not _LEAST <= len(words) <= _MOST or words in seen:
                continue
            seen.add(words)
            around = [each["text"][slice(*spans[m])] if 0 <= m < len(spans) else "" for m in (n - 1, n + 1)]
            row = {
                "id": each["id"],
                "title": each["title"],
                "start": start,
                "end": end,
                "words": words,
                "around": around,
            }
            for kind in {kind for kind, _ in ways_of(words)} or {""}:
                by_kind[kind].setdefault(each["title"].rpartition(": ")[0], []).append(row)
    drawn = [*_in_turn(by_kind, list(load_kinds()), round(number * WITH_KIND), rng)]
    drawn += _in_turn(by_kind, [""], number - len(drawn), rng)
    rng.shuffle(drawn)
    return drawn


def _in_turn(
    by_kind: Mapping[str, dict[str, list[Row]]], kinds: list[str], number: int, rng: random.Random
) -> Iterator[Row]:
    taken: set[tuple[str, int]] = set()
    while len(taken) < number and any(by_kind[kind] for kind in kinds):
        for kind in filter(by_kind.get, kinds):
            service = rng.choice(sorted(by_kind[kind]))
            row = by_kind[kind][service].pop(rng.randrange(len(by_kind[kind][service])))
            if not by_kind[kind][service]:
                del by_kind[kind][service]
            if (row["id"], row["start"]) not in taken and len(taken) < number:
                taken.add((row["id"], row["start"]))
                yield row


def shown(held: list[Row]) -> list[Row]:
    """Every match that the public sees."""
    return [
        {
            "id": each["id"],
            "title": each["title"],
            "position": match.position_id,
            "direction": match.stance,
            "trigger": match.trigger,
            "start": match.provision.start,
            "end": match.provision.end,
            "words": match.provision.words,
        }
        for each in held
        for match in company_matches(each, each["areas"], load_catalog())
    ]


def said(held: list[Row]) -> list[Row]:
    """Every sentence that the page of a company shows, with what is said of it."""
    return [
        {"id": each["id"], "title": each["title"], "start": found.start, "end": found.end, "words": found.words,
         "says": f"{found.kind}.{found.way}"}
        for each in held
        for found in provisions(each["text"], each["title"].rpartition(": ")[2])
    ]  # fmt: skip


def fresh(held: list[Row]) -> list[Row]:
    """The same without the sentences that any reader has read."""
    read = {(row["id"], row["start"]) for file in (LABELS, SHOWN, SAID) for row in _rows(file)}
    return [each for each in said(held) if (each["id"], each["start"]) not in read]


def _rows(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def measure(held: list[Row]) -> Counter[str]:
    """How the program's claims compare with the readers: on the labeled sentences, and on the shown ones that were judged."""
    counts: Counter[str] = Counter()
    documents_by_id = {each["id"]: each for each in held}
    claims = {(each["id"], each["start"], each["position"]) for each in shown(held)}
    claims |= {(each["id"], each["start"], each["says"]) for each in said(held)}
    for file, what in ((LABELS, "labeled"), (SHOWN, "beside a position"), (SAID, "on a company's page")):
        for row in _rows(file):
            document = documents_by_id.get(row["id"], {"text": ""})
            words = document["text"][row["start"] : row["end"]]
            if fingerprint(words) != row["text_hash"]:
                counts["left out: the text says something else now"] += 1
            elif file == LABELS:
                _labeled(counts, row, document["title"], words)
            else:
                still = (row["id"], row["start"], row.get("position") or row["says"]) in claims
                counts[f"{what}, {row['draw']} draw: {row['verdict']}"] += 1
                counts[f"{what}, {row['draw']} draw: shown now, {row['verdict']}"] += still
    counts["labeled: kappa of the two readers, in hundredths"] = round(100 * kappa(_rows(LABELS)))
    return counts


def kappa(rows: list[Row]) -> float:
    """Cohen's kappa of the two readers over each sentence and each position that one of them names anywhere."""
    first, second = (
        {(n, each["position"]) for n, row in enumerate(rows) for each in row[labels]} for labels in READERS
    )
    number = len(rows) * len({position for _, position in first | second})
    agreed = 1 - len(first ^ second) / number
    shares = len(first) / number, len(second) / number
    chance = shares[0] * shares[1] + (1 - shares[0]) * (1 - shares[1])
    return (agreed - chance) / (1 - chance)


def _labeled(counts: Counter[str], row: Row, title: str, words: str) -> None:
    first, second = ({each["position"] for each in row[labels]} for labels in READERS)
    marginal = {*row["marginal_a"], *row["marginal_c"]}
    company = company_of(title)
    counts["labeled: sentences"] += 1
    counts["labeled: the same positions by both readers"] += first == second
    shows = {match.position_id for match in company_matches({"title": title, "text": words}, AREAS, load_catalog())}
    for position in shows:
        verdict = "both readers" if position in first & second else "one reader" if position in first | second else ""
        counts[
            f"labeled: shown, {f'right to {verdict}' if verdict else 'marginal' if position in marginal else 'wrong'}"
        ] += 1
    for position in first & second & set(company.positions if company else ()):
        counts["labeled: to be shown by both readers"] += 1
        counts["labeled: to be shown by both readers, and shown"] += position in shows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--draw", type=int, help="print so many sentences to label")
    parser.add_argument("--shown", type=int, help="print so many shown matches to judge")
    parser.add_argument(
        "--said", type=int, help="print so many sentences that pages of companies show and nobody has read"
    )
    parser.add_argument("--seed", type=int, default=2711)
    given = parser.parse_args()
    held = documents(given.corpus)
    if given.draw:
        found = draw(held, given.draw, given.seed)
    elif given.shown:
        found = random.Random(given.seed).sample(shown(held), given.shown)
    elif given.said:
        found = random.Random(given.seed).sample(fresh(held), given.said)
    else:
        print("\n".join(f"{number:>6,}  {what}" for what, number in sorted(measure(held).items())))
        return
    for n, row in enumerate(found, 1):
        print(json.dumps({"n": n, **row}, ensure_ascii=False))


if __name__ == "__main__":
    main()
