"""Drawing provisions, joining what two readers say, and measuring agreement and matches, on provisions made by hand."""

from __future__ import annotations

import io
import json
import random
import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main as cli
from positions.catalog.catalog import load_catalog
from positions.catalog.records import Stance
from positions.catalog.stances import load_stances
from positions.evaluation import evaluate, sampling
from positions.evaluation.evaluate import Share, agreement, answer, score
from positions.evaluation.evaluate_on_record import compare
from positions.evaluation.labels import (
    BadLabels,
    Label,
    Labeled,
    Labels,
    in_common,
    join,
    read_answers,
    read_gold,
    text_hash,
)
from positions.evaluation.labels import main as labels_main
from positions.matching.matcher import Match, Matcher
from positions.matching.provisions import Provision
from text.spans import Span

KNOWN = frozenset(("lf-lsta", "lf-save-imls", "gi-foia", "tc-erate"))
LSTA = "This bill repeals the Library Services and Technology Act."


def labels(*pairs: tuple[str, str | None]) -> Labels:
    return tuple(Label(*pair) for pair in pairs)


def provision(a: Labels, b: Labels, words: str = LSTA, document: str = "us-1") -> Labeled:
    return Labeled(
        document,
        "abstract",
        0,
        len(words),
        text_hash(words),
        ("library-funding",),
        "matched",
        "train",
        a,
        b,
        in_common(a, b),
    )


def match(position: str, stance: str, at: float = 0.5) -> Match:
    return Match(position, stance, at, Provision("abstract", 0, len(LSTA), LSTA), "")


NONE = labels()
LSTA_FOR = labels(("lf-lsta", "support"))
LSTA_AGAINST = labels(("lf-lsta", "oppose"))


# ---- what two readers share


@pytest.mark.parametrize(
    ("a", "b", "agreed"),
    [
        (NONE, NONE, NONE),
        (LSTA_FOR, NONE, None),
        (LSTA_FOR, labels(("tc-erate", "support")), None),
        (LSTA_FOR, LSTA_FOR, LSTA_FOR),
        (labels(("lf-lsta", "support_if_amended")), LSTA_FOR, LSTA_FOR),
        (LSTA_FOR, LSTA_AGAINST, labels(("lf-lsta", None))),
        (LSTA_FOR, labels(("lf-lsta", "watch")), labels(("lf-lsta", None))),
        (
            labels(("gi-foia", "oppose"), ("lf-lsta", "watch")),
            labels(("lf-lsta", "watch"), ("tc-erate", "watch")),
            labels(("lf-lsta", "watch")),
        ),
    ],
)
def test_agreed_is_what_both_name_and_the_side_both_take(a: Labels, b: Labels, agreed: Labels | None) -> None:
    assert in_common(a, b) == agreed


def test_agreement_of_two_readers() -> None:
    found = agreement(
        [
            provision(LSTA_FOR, LSTA_FOR),
            provision(LSTA_FOR, LSTA_AGAINST),
            provision(labels(("lf-lsta", "support"), ("gi-foia", "watch")), labels(("lf-lsta", "support_if_amended"))),
            provision(NONE, labels(("tc-erate", "watch"))),
            provision(NONE, NONE),
        ]
    )
    assert found.f1 == round(2 * 3 / (4 + 4), 3)
    assert (found.same_side, found.same_direction) == (Share(2, 3), Share(1, 3))
    # Seen 4/5; by chance 3/5 * 4/5 + 2/5 * 1/5 = 14/25.
    assert found.kappa == round((4 / 5 - 14 / 25) / (1 - 14 / 25), 3)


def test_readers_who_always_or_never_agree() -> None:
    assert agreement([provision(LSTA_FOR, LSTA_FOR), provision(NONE, NONE)]).kappa == 1.0
    opposed = agreement([provision(LSTA_FOR, NONE), provision(NONE, LSTA_FOR)])
    assert (opposed.kappa, opposed.f1) == (-1.0, 0.0)


# ---- the matcher against both


def test_right_position_among_the_first_three_counts_each_position_once() -> None:
    asked = [provision(LSTA_FOR, LSTA_FOR)] * 3
    third = [match(each, "support") for each in ("gi-foia", "tc-erate", "lf-lsta")]
    repeated = [
        match("gi-foia", "support"),
        match("gi-foia", "oppose"),
        match("tc-erate", "watch"),
        match("lf-lsta", "support"),
    ]
    fourth = [
        match("gi-foia", "support"),
        match("tc-erate", "watch"),
        match("lf-save-imls", "watch"),
        match("lf-lsta", "support"),
    ]
    found = score(asked, [third, repeated, fourth])
    assert (found.position, found.first) == (Share(2, 3), Share(0, 3))
    assert [miss.what for miss in found.misses] == ["position"]


def test_direction_counts_only_where_the_position_is_right_and_the_readers_agree_on_a_side() -> None:
    asked = [provision(LSTA_FOR, LSTA_FOR)] * 4 + [provision(LSTA_FOR, LSTA_AGAINST)]
    given = [
        [match("lf-lsta", "support_if_amended")],
        [match("lf-lsta", "oppose"), match("lf-lsta", "support")],
        [match("lf-lsta", "watch")],
        [],
        [match("lf-lsta", "oppose")],
    ]
    found = score(asked, given)
    assert (found.position, found.direction, found.unclear) == (Share(4, 5), Share(1, 3), Share(1, 3))
    assert Counter(miss.what for miss in found.misses) == {"direction": 2, "position": 1}


def test_a_side_where_the_readers_see_none_is_not_right() -> None:
    watched = labels(("lf-lsta", "watch"))
    found = score([provision(watched, watched)] * 2, [[match("lf-lsta", "support")], [match("lf-lsta", "watch")]])
    assert (found.direction, found.unclear) == (Share(1, 2), Share(0, 2))


def test_silence_is_right_where_nothing_is_touched_and_open_ones_are_left_out() -> None:
    found = score(
        [provision(NONE, NONE), provision(NONE, NONE), provision(LSTA_FOR, NONE)],
        [[], [match("gi-foia", "support")], [match("lf-lsta", "support", 1.0)]],
    )
    assert (found.open, found.silent, found.position) == (1, Share(1, 2), Share(0, 0))
    assert [miss.what for miss in found.misses] == ["nothing to find"]
    assert found.unfounded == Share(1, 1)


def test_opposite_is_counted_in_the_tenth_with_the_highest_scores_and_what_ties_with_it() -> None:
    right, wrong = provision(LSTA_FOR, LSTA_FOR), provision(LSTA_AGAINST, LSTA_AGAINST)
    asked = [right, wrong, *[right] * 18, wrong]
    given = [[match("lf-lsta", "support", at)] for at in (0.9, 0.8, *[0.5] * 18, 0.4)]
    assert score(asked[:20], given[:20]).opposite == Share(1, 2)
    tied = [[match("lf-lsta", "support", 0.5)] for _ in asked]
    assert score(asked, tied).opposite == Share(2, 21)


def test_a_clear_side_is_not_opposite_to_watch_nor_to_another_position() -> None:
    watched = labels(("lf-lsta", "watch"))
    found = score(
        [provision(watched, watched), provision(LSTA_FOR, LSTA_FOR)],
        [[match("lf-lsta", "oppose")], [match("gi-foia", "oppose")]],
    )
    assert (found.opposite, found.unfounded) == (Share(0, 2), Share(1, 2))


def test_interval_of_few_and_of_none() -> None:
    assert Share(0, 0).interval == (0.0, 1.0)
    low, high = Share(9, 10).interval
    assert 0.59 < low < 0.6
    assert 0.98 < high < 0.99


# ---- the matcher asked about one sentence of a document


def test_within_asks_for_one_sentence_and_reads_the_rest_as_context() -> None:
    text = "This bill funds the Library Services and Technology Act. " + LSTA
    start = text.index("This bill repeals")
    matcher = Matcher()
    [found] = [
        each
        for each in matcher.match({"abstract": text}, ["library-funding"], Span("abstract", start, len(text)))
        if each.position_id == "lf-lsta"
    ]
    assert (found.stance, found.provision.words) == ("oppose", LSTA)
    assert matcher.match({"abstract": text}, ["library-funding"], Span("title", start, len(text))) == ()
    whole = {m.stance for m in matcher.match({"abstract": text}, ["library-funding"]) if m.position_id == "lf-lsta"}
    assert whole == {"watch"}, "its sentences point both ways"


# ---- files


def corpus(path: Path, documents: dict[str, tuple[str, str]]) -> Path:
    """A corpus.db with what is read of it: id -> (abstract, area)."""
    with sqlite3.connect(path) as db:
        db.execute("create table documents (id text, source text, title text, abstract text, text text)")
        db.execute("create table tags (document_id text, area_id text)")
        for document, (abstract, area) in documents.items():
            db.execute("insert into documents values (?, 'us_bills', 'A bill', ?, null)", [document, abstract])
            db.execute("insert into tags values (?, ?)", [document, area])
    db.close()
    return path


def test_a_document_that_says_something_else_now_is_left_out(tmp_path: Path) -> None:
    path = corpus(
        tmp_path / "corpus.db", {"us-1": (LSTA, "library-funding"), "us-2": ("New words.", "library-funding")}
    )
    asked = [provision(LSTA_AGAINST, LSTA_AGAINST, document=f"us-{n}") for n in (1, 2, 3)]
    found, [matches] = answer(asked, [path])
    assert [each.id for each in found] == ["us-1"]
    assert [(each.position_id, each.stance) for each in matches] == [("lf-lsta", "oppose")]


def folder(path: Path) -> Path:
    """A folder with two provisions as positions.evaluation.sampling writes it, and the answers of two readers."""
    place = {"field": "abstract", "start": 0, "end": len(LSTA), "words": LSTA, "areas": ["library-funding"]}
    rows = [{"n": n, "id": f"us-{n}", **place} for n in (1, 2)]
    (path / "provisions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (path / "split.json").write_text('{"1": "train", "2": "heldout"}')
    (path / "kinds.json").write_text('{"1": {"kind": "matched"}, "2": {"kind": "near"}}')
    oppose = [{"position": "lf-lsta", "direction": "oppose"}]
    for reader, second in (("a", oppose), ("b", [])):
        answers = [{"n": 1, "labels": oppose}, {"n": 2, "labels": second}]
        (path / f"labels_{reader}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in answers))
    return path


def test_joined_labels_are_read_back_as_written_and_a_third_reader_settles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "gold.jsonl"
    monkeypatch.setattr("sys.argv", ["labels", str(folder(tmp_path)), "--output", str(output)])
    assert labels_main() == 0
    written = read_gold(output)
    assert written == join(tmp_path, KNOWN)
    assert [each.agreed for each in written] == [LSTA_AGAINST, None]
    assert LSTA not in output.read_text()
    (tmp_path / "settled.jsonl").write_text('{"n": 2, "labels": []}\n')
    settled = join(tmp_path, KNOWN)[1]
    assert settled == replace(written[1], agreed=())


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 1: not JSON"),
        ('{"n": 1}', "line 1: not an answer"),
        ('{"n": 1, "labels": [{"position": "lf-nothing", "direction": "support"}]}', "no position of the catalog"),
        ('{"n": 1, "labels": [{"position": "lf-lsta", "direction": "maybe"}]}', "'maybe' is no direction"),
        (
            '{"n": 1, "labels": [{"position": "lf-lsta", "direction": "support"},'
            ' {"position": "lf-lsta", "direction": "oppose"}]}',
            "names a position twice",
        ),
        ('{"n": 1, "labels": []}\n{"n": 1, "labels": []}', "line 2: provision 1 is answered twice"),
    ],
)
def test_a_wrong_answer_is_named_with_its_line(tmp_path: Path, line: str, says: str) -> None:
    (path := tmp_path / "labels_a.jsonl").write_text(line + "\n")
    with pytest.raises(BadLabels, match=says):
        read_answers(path, KNOWN)


def test_a_provision_without_an_answer_is_named(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "labels_b.jsonl").write_text('{"n": 2, "labels": []}\n')
    with pytest.raises(BadLabels, match="reader b did not answer provision 1"):
        join(tmp_path, KNOWN)


def test_the_command_scores_one_split_and_says_what_is_lacking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = tmp_path / "gold.jsonl"
    monkeypatch.setattr("sys.argv", ["labels", str(folder(tmp_path)), "--output", str(gold)])
    assert labels_main() == 0
    path = corpus(tmp_path / "corpus.db", {"us-1": (LSTA, "library-funding")})
    out = io.StringIO()
    assert evaluate.main([path], "train", with_misses=False, as_json=True, out=out, gold=gold) == 0
    told = json.loads(out.getvalue())
    assert told["agreement"]["n"] == told["found"] == 1
    assert told["score"]["direction"] == {"hits": 1, "n": 1}
    assert evaluate.main([path], "heldout", with_misses=True, as_json=False, out=out, gold=gold) == 1
    assert "1 of 1 provisions are not in" in capsys.readouterr().err
    assert evaluate.main([path], "train", with_misses=False, as_json=False, out=out, gold=tmp_path / "none") == 2
    assert "cannot be read" in capsys.readouterr().err


def test_the_command_line_refuses_another_split() -> None:
    assert CliRunner().invoke(cli, ["positions", "evaluate", "--split", "all"]).exit_code == 2


# ---- the draw


def test_draw_is_repeatable_blind_and_takes_no_document_twice(tmp_path: Path) -> None:
    documents = {}
    for n in range(12):
        own = [
            " ".join(f"w{n}x{part}y{k}" for k in range(12)) for part in range(3)
        ]  # what makes each sentence unlike the others
        documents[f"us-117-hr{n}"] = (
            f"This funds the Library Services and Technology Act {own[0]}. Nothing shall not apply {own[1]}. Every {own[2]}.",
            "library-funding",
        )
    path = corpus(tmp_path / "corpus.db", documents)
    drawn = sampling.draw([path], seed=3, count=8, output=tmp_path / "one")
    again = sampling.draw([path], seed=3, count=8, output=tmp_path / "two")
    assert drawn == again
    assert Counter(each.kind for each in drawn) == {"matched": 4, "near": 2, "random": 2}
    assert len({each.document.id for each in drawn}) == 8
    rows = [json.loads(line) for line in (tmp_path / "one" / "provisions.jsonl").read_text().splitlines()]
    assert [row["n"] for row in rows] == list(range(1, 9))
    for row in rows:
        assert documents[row["id"]][0][row["start"] : row["end"]] == row["words"]
        assert set(row) == {"n", "id", "field", "start", "end", "words", "context", "title", "areas"}
    split = json.loads((tmp_path / "one" / "split.json").read_text())
    assert Counter(split.values()) == {"train": 5, "heldout": 3}


def test_sentences_that_say_nearly_the_same_are_drawn_once() -> None:
    def candidate(n: int, words: str) -> sampling.Candidate:
        document = sampling.Document(f"us-{n}", "us_bills", {"abstract": words}, ("literacy",))
        return sampling.Candidate(document, "abstract", 0, len(words), "matched", "literacy", ())

    same = [candidate(n, f"This bill pays for help with reading in {n} towns of the county.") for n in range(5)]
    drawn = sampling.choose([*same, candidate(9, "Every library keeps its doors open.")], 40, random.Random(1))
    assert len(drawn) == 2


def test_drawing_again_gives_the_same_interval_for_the_same_seed_and_holds_the_figure() -> None:
    provisions = [provision(LSTA_FOR, LSTA_FOR) for _ in range(20)]
    answers = [[match("lf-lsta", "support" if n % 2 else "oppose")] if n % 4 else [] for n in range(20)]
    spread = evaluate.bootstrap(provisions, answers, 200)
    assert spread == evaluate.bootstrap(provisions, answers, 200)
    assert spread.position[0] < 0.75 < spread.position[1]
    assert spread.direction[0] < 10 / 15 < spread.direction[1]
    assert evaluate.bootstrap([], [], 5).position == (0.0, 1.0)


# ---- the stances on record


def titled(path: Path, *documents: tuple[str, str, str | None]) -> Path:
    """A corpus.db of ``(id, title, area or None)``."""
    with sqlite3.connect(path) as db:
        db.execute("create table documents (id text, title text, abstract text, text text)")
        db.execute("create table tags (document_id text, area_id text)")
        for document, title, area in documents:
            db.execute("insert into documents values (?, ?, null, null)", [document, title])
            if area:
                db.execute("insert into tags values (?, ?)", [document, area])
    return path


def taken(stance: str, position: str, *documents: str) -> Stance:
    on_record = load_stances(frozenset(load_catalog().by_id))[0]
    return replace(on_record, id=documents[0], stance=stance, positions=(position,), documents=documents)


@pytest.mark.slow
def test_stances_on_record_are_compared_with_the_matches_of_their_documents(tmp_path: Path) -> None:
    path = titled(
        tmp_path / "corpus.db",
        ("us-1", "To repeal the Library Services and Technology Act", "library-funding"),
        ("us-2", "To extend the Library Services and Technology Act", "library-funding"),
        ("us-3", "To name a post office", "library-funding"),
        ("us-4", "To repeal the Library Services and Technology Act", None),
    )
    known = compare(
        [
            taken("oppose", "lf-lsta", "us-0", "us-1"),
            taken("oppose", "lf-lsta", "us-2"),
            taken("watch", "lf-lsta", "us-2"),
            taken("oppose", "lf-lsta", "us-3"),
            taken("oppose", "lf-lsta", "us-4"),  # not tagged: never matched
            taken("oppose", "lf-lsta", "us-9"),
        ],
        [path],
    )
    assert [(each.document, each.place, each.side) for each in known] == [
        ("us-1", 1, "same"),
        ("us-2", 1, "opposite"),
        ("us-2", 1, "open"),
        ("us-3", None, None),
    ]


@pytest.mark.slow
def test_the_command_reports_on_the_stances_on_record(tmp_path: Path) -> None:
    path = titled(tmp_path / "corpus.db", ("us-119-s3365", "Right to Read Act", "intellectual-freedom"))
    told = CliRunner().invoke(cli, ["positions", "stances", str(path)])
    assert told.exit_code == 0, told.output
    assert "1 with a tagged document at hand" in told.output
    assert "us-119-s3365: support on" in told.output
    counted = json.loads(CliRunner().invoke(cli, ["positions", "stances", "--json", str(path)]).output)
    assert counted["known"][0]["side"] == "same"
