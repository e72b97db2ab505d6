"""Documents of at least ten sentences, each with one of its tags and the sentence that its first evidence stands in.

    python -m benchmarks.evidence CORPUS [--documents 50] [--seed 1]

For a person to read: does the sentence support the area? Documents are drawn by lot from corpus.db; labeled ones are left
out, because the model may have learned from them. They are tagged anew, so that the rules and model of now are judged.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from classify.tagger import Record, Tag, Tagger
from classify.training.labels import read_labels
from text.sentences import sentence_at, sentences
from text.spans import FIELDS

SENTENCES = 10
#: Documents with less text than this do not hold ten sentences.
CHARACTERS = 800


def long_documents(corpus: Path, seed: int) -> Iterator[Record]:
    """Unlabeled documents of ten sentences or more, in an order drawn by lot."""
    labeled = {label.document for label in read_labels()}
    with closing(sqlite3.connect(f"{corpus.absolute().as_uri()}?mode=ro", uri=True)) as db:
        long = "select id from documents where length(coalesce(abstract, '') || coalesce(text, '')) > ? order by id"
        found = [row[0] for row in db.execute(long, [CHARACTERS]) if row[0] not in labeled]
        random.Random(seed).shuffle(found)
        for document_id in found:
            asked = "select id, title, abstract, text from documents where id = ?"
            record: Record = db.execute(asked, [document_id]).fetchone()
            if sum(len(sentences(text or "")) for text in record[1:]) >= SENTENCES:
                yield record


def first_sentence(record: Record, tag: Tag) -> str:
    """The sentence that holds the first evidence, with the words themselves in brackets."""
    evidence = tag.evidence[0]
    text = dict(zip(FIELDS, record[1:], strict=True))[evidence.field] or ""
    spans = sentences(text)
    start, end = spans[sentence_at(spans, evidence.start)]
    end = max(end, evidence.end)
    marked = f"{text[start : evidence.start]}[{evidence.words}]{text[evidence.end : end]}"
    return f"({evidence.field}, {evidence.rule}) " + " ".join(marked.split())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--documents", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    tagger, pick, shown = Tagger(), random.Random(asked.seed), 0
    for record in long_documents(asked.corpus, asked.seed):
        [(document_id, tagging)] = tagger.tag_batch([record])
        tagged = [tag for tag in tagging.areas if tag.tagged]
        if not tagged:
            continue
        tag, shown = pick.choice(tagged), shown + 1
        print(f"{shown}. {document_id}: {tag.area} {tag.probability:.2f}\n   {record[1]}")
        print(f"   {first_sentence(record, tag) if tag.evidence else 'no evidence'}\n")
        if shown == asked.documents:
            return


if __name__ == "__main__":
    main()
