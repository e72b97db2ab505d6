"""Look-alikes: what is grouped and what is not, that a run after a small change does little, and that order does not matter."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Collection, Iterator

import numpy as np
import pytest
from comparison_fixtures import add, bill, groups, of_kind
from datasketch import MinHash, MinHashLSH
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from comparison.rules import BadRules, load_rules
from comparison.similarity import candidates, minhash_signatures, same_titles
from comparison.similarity.families import BadFamily, Family, load_families
from comparison.similarity.term_weights import Weights, filled_in_differently, likeness
from comparison.update import forget, update
from pages.documents import look_alikes
from store.connect import migrate
from text.tokens import fold_words

KIOSKS = (
    bill("us-ia-2025-hf1", "A bill for an act relating to virtual currency kiosks."),
    bill("us-wi-2025-ab2", "Relating to: virtual currency kiosks."),
    bill("us-wa-2025-sb3", "Protecting users of virtual currency kiosks."),
    bill("us-ny-2025-s4", "Relates to lighthouse keepers and foghorn maintenance"),
)


def weights(found: dict[str, int] | None = None) -> Weights:
    return Weights(found or {"": 0}, load_rules())


# --------------------------------------------------------------------- what is grouped


def test_look_alikes_same_words_in_both_chambers_are_companions(corpus: Database) -> None:
    title = "Requires escrow of wireless hotspot deposits held for library borrowers"
    add(
        corpus,
        bill("us-nj-222-a1", title),
        bill("us-nj-222-s2", title),
        bill("us-pa-2025-hb3", "Bridge tolls and ferry passes"),
    )
    update(corpus)
    assert of_kind(corpus, "companion") == [{"us-nj-222-a1", "us-nj-222-s2"}]


def test_look_alikes_same_words_in_the_next_session_are_told_apart(corpus: Database) -> None:
    title = "Requires escrow of wireless hotspot deposits held for library borrowers"
    add(corpus, bill("us-ok-2025-hb9", title), bill("us-ok-2026-hb9", title))
    update(corpus)
    assert of_kind(corpus, "again") == [{"us-ok-2025-hb9", "us-ok-2026-hb9"}]


def test_look_alikes_by_their_titles_alone_are_not_said_to_have_the_same_words(corpus: Database) -> None:
    title = "Requires escrow of wireless hotspot deposits held for library borrowers"
    keys = ("us-nj-222-a1", "us-nj-222-s2", "us-ok-2025-hb9", "us-ok-2026-hb9")
    add(corpus, *(bill(key, title) for key in keys))
    update(corpus)
    corpus.conn.row_factory = sqlite3.Row

    def words() -> list[str]:
        return [look_alikes.summary(corpus.conn, key).groups[0]["word"] for key in (keys[0], keys[2])]

    corpus.execute("update documents set abstract = null, text = null")
    assert words() == ["The same title under another number", "The same title in another session"]
    corpus.execute("update documents set abstract = 'Escrow.'")
    assert words() == ["The same words under another number", "The same words in another session"]


def test_words_that_differ_in_a_date_are_not_the_same_words(corpus: Database) -> None:
    title = "Requires escrow of wireless hotspot deposits held for library borrowers"
    keys = ("us-nj-222-a1", "us-nj-222-s2")
    add(corpus, *(bill(key, title) for key in keys))
    update(corpus)
    corpus.conn.row_factory = sqlite3.Row
    until = "The escrow ends on {}. No more than $5,000 are held."
    for key, day in zip(keys, ("October 20, 2027", "April 30, 2026"), strict=True):
        corpus.execute("update documents set text = ?, abstract = 'Escrow.' where id = ?", [until.format(day), key])
    [group] = look_alikes.summary(corpus.conn, keys[0]).groups
    assert group["word"] == "Nearly the same words under another number"
    assert [(each["here"], each["there"]) for each in group["members"]] == [(["October 20, 2027"], ["April 30, 2026"])]
    corpus.execute("update documents set text = ?", [until.format("April 30, 2026")])
    [group] = look_alikes.summary(corpus.conn, keys[0]).groups
    assert group["word"] == "The same words under another number"


HARMFUL = "Materials Harmful to Minors"


def test_look_alikes_the_same_title_with_other_summaries_is_said_to_be_that(corpus: Database) -> None:
    defines = "Defines the term and revises the list of classroom materials to which parents or residents object."
    defining = "Defining a term; directing districts to publish inventories of everything that is questioned, etc."
    keys = ("us-fl-2026-hb1119", "us-fl-2026-sb1692", "us-fl-2025-hb1539")
    add(
        corpus,
        *(bill(key, HARMFUL, abstract=words) for key, words in zip(keys, (defines, defining, "Other."), strict=True)),
    )
    update(corpus)
    assert groups(corpus) == {"companion-title-us-fl-2025-hb1539": set(keys)}
    corpus.conn.row_factory = sqlite3.Row
    [group] = look_alikes.summary(corpus.conn, keys[0]).groups
    assert group["word"] == "The same title under another number"


def test_look_alikes_a_general_title_joins_the_two_chambers_alone(corpus: Database) -> None:
    def pair(place: str, *chambers: str) -> list[str]:
        rows = [
            bill(f"us-{place}-2026-b{n}", "Housing of veterans", chamber=chamber, abstract=f"{n} things of {chamber}.")
            for n, chamber in enumerate(chambers)
        ]
        add(corpus, *rows)
        return [row["id"] for row in rows]

    told = Weights({"": 20_000, "housing": 300, "veteran": 300}, load_rules())
    both = pair("fl", "upper", "lower")
    pair("hi", "lower", "lower")
    pair("ok", "lower", "upper", "lower")
    assert [keys for keys, _ in same_titles.same_titles(corpus, told, 6)] == [both]
    common = Weights({"": 20_000, "housing": 600, "veteran": 600}, load_rules())
    assert list(same_titles.same_titles(corpus, common, 6)) == []


def test_look_alikes_a_title_joins_no_more_than_the_summaries_do(corpus: Database) -> None:
    title = "Requires escrow of wireless hotspot deposits held for library borrowers"
    add(corpus, *(bill(key, title, abstract="Escrow.") for key in ("us-nj-222-a1", "us-nj-222-s2")))
    update(corpus)
    assert list(groups(corpus)) == ["companion-us-nj-222-a1"]


def test_look_alikes_the_steps_of_one_rulemaking_are_none(corpus: Database) -> None:
    title = "Escrow of wireless hotspot deposits held for library borrowers"
    steps = [bill(f"us-regs-fcc2025-{number}", title) | {"kind": "regulation"} for number in (1, 7)]
    other = bill("us-regs-imls2025-3", title) | {"kind": "regulation"}
    add(corpus, *steps, other)
    migrate(corpus, "corpus.db")
    thread = steps[0]["id"]
    corpus.conn.executemany(
        "insert into thread_documents (document_id, thread_id, ordinal) values (?, ?, ?)",
        [(step["id"], thread, ordinal) for ordinal, step in enumerate(steps)],
    )
    corpus.conn.commit()
    update(corpus)
    assert list(groups(corpus).values()) == [{steps[0]["id"], other["id"]}]


def test_look_alikes_three_states_on_one_narrow_subject_are_a_family(corpus: Database) -> None:
    add(corpus, *KIOSKS)
    update(corpus)
    assert of_kind(corpus, "family") == [{"us-ia-2025-hf1", "us-wi-2025-ab2", "us-wa-2025-sb3"}]
    [title] = [row[0] for row in corpus.execute("select title from look_alike_groups where kind = 'family'")]
    assert title == "Relating to: virtual currency kiosks."


def test_look_alikes_two_states_are_no_family(corpus: Database) -> None:
    add(corpus, *KIOSKS[:2])
    update(corpus)
    assert of_kind(corpus, "family") == []


def test_look_alikes_a_form_with_two_names_in_it_is_no_variant(corpus: Database) -> None:
    form = "Grants a waiver of harbour dredging surcharges to the marina of {} for winter storage sheds and slipway repairs"
    add(corpus, bill("us-me-132-ld1", form.format("Boothbay")), bill("us-me-132-ld2", form.format("Camden")))
    update(corpus)
    assert groups(corpus) == {}


def test_look_alikes_words_added_on_one_side_are_a_variant(corpus: Database) -> None:
    title = "Grants a waiver of harbour dredging surcharges to marinas for winter storage sheds and slipway repairs"
    add(corpus, bill("us-me-132-ld1", title), bill("us-me-132-ld2", f"{title}, with a report"))
    update(corpus)
    assert of_kind(corpus, "near") == [{"us-me-132-ld1", "us-me-132-ld2"}]


@pytest.mark.parametrize(
    ("title", "values"),
    [
        ("Sunshine Act Meetings of the Commission", {"kind": "regulation", "document_type": "Notice"}),
        ("Agency Information Collection Activities; Comment Request", {"kind": "regulation", "document_type": "Rule"}),
        ("Congratulating the Boothbay girls on their sailing championship", {"document_type": "resolution"}),
        ("STATE GOVERNMENT-TECH", {}),
        ("RELATING TO EDUCATION.", {}),
        ("An Act to amend laws relating to education", {}),
    ],
)
def test_look_alikes_routine_is_left_out(corpus: Database, title: str, values: dict[str, str]) -> None:
    add(corpus, bill("us-il-104-hb1", title, **values), bill("us-il-104-sb2", title, **values))
    update(corpus)
    assert groups(corpus) == {}


def test_look_alikes_one_title_under_many_numbers_is_a_form(corpus: Database) -> None:
    add(
        corpus,
        *(
            bill(f"us-ok-2025-hb{n}", "Trusts and pools; creating the Oklahoma Trusts and Pools Act")
            for n in range(1, 9)
        ),
    )
    update(corpus)
    assert groups(corpus) == {}


def test_look_alikes_no_chain_leads_from_one_matter_to_another(corpus: Database) -> None:
    """Dietitians and social workers share a hub's words ("licensure compact") but not their own."""
    dietitians = [
        bill(f"us-{place}-2025-hb1", "Adopts the dietitian licensure compact") for place in ("ia", "me", "wi", "mt")
    ]
    workers = [
        bill(f"us-{place}-2025-hb2", "Adopts the social work licensure compact") for place in ("ar", "md", "wv", "nm")
    ]
    both = bill("us-wi-2025-ab9", "Adopts the dietitian licensure compact and the social work licensure compact")
    add(corpus, *dietitians, *workers, both)
    update(corpus)
    for members in of_kind(corpus, "family"):
        assert not ({row["id"] for row in dietitians} & members and {row["id"] for row in workers} & members)


# --------------------------------------------------------------------- runs


def test_look_alikes_a_run_without_changes_writes_nothing(corpus: Database) -> None:
    add(corpus, *KIOSKS)
    assert update(corpus).documents == len(KIOSKS)
    before = corpus.conn.total_changes
    assert (update(corpus).documents, update(corpus).groups) == (0, 0)
    assert corpus.conn.total_changes == before


def test_look_alikes_only_what_changed_is_compared_again(corpus: Database) -> None:
    add(
        corpus, *KIOSKS, *(bill(f"us-tx-2025-hb{n}", f"Ferry number {n} to the island of Galveston") for n in range(30))
    )
    update(corpus)
    add(corpus, bill("us-wa-2025-sb3", "Protecting users of public beaches at low tide"))
    assert update(corpus).documents == 1
    assert of_kind(corpus, "family") == []


def test_look_alikes_order_of_arrival_does_not_matter(
    corpus: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from store.connect import open_corpus

    rows = [
        *KIOSKS,
        *(bill(f"us-tx-2025-hb{n}", f"Ferry number {n} to the island of Galveston, with tolls") for n in range(40)),
        *(bill(f"us-nj-222-{chamber}7", "Escrow of wireless hotspot deposits for borrowers") for chamber in "as"),
    ]
    add(corpus, *rows)
    update(corpus)
    other = open_corpus(tmp_path_factory.mktemp("other") / "corpus.db")
    shuffled = random.Random(4).sample(rows, len(rows))
    add(other, *shuffled[:38])
    update(other)
    add(other, *shuffled[38:])
    update(other)
    assert groups(other) == groups(corpus)
    other.close()


def test_look_alikes_a_run_that_was_cut_off_goes_on(corpus: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    from comparison.similarity import pairing

    add(corpus, *KIOSKS)
    with monkeypatch.context() as broken:
        broken.setattr(pairing, "pair", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            update(corpus)
    assert len(minhash_signatures.to_compare(corpus)) == len(KIOSKS)
    update(corpus)
    assert len(of_kind(corpus, "family")) == 1


def test_look_alikes_are_made_again_after_they_were_forgotten(corpus: Database) -> None:
    add(corpus, *KIOSKS)
    update(corpus)
    before = groups(corpus)
    forget(corpus)
    assert groups(corpus) == {}
    update(corpus)
    assert groups(corpus) == before


def test_look_alikes_words_are_counted_anew_when_the_collection_has_grown(corpus: Database) -> None:
    add(corpus, *KIOSKS)
    update(corpus)
    first = minhash_signatures.counted(corpus)
    add(corpus, *(bill(f"us-tx-2025-hb{n}", f"Ferry number {n} to the island") for n in range(10)))
    assert minhash_signatures.counted(corpus) == {}
    update(corpus)
    assert minhash_signatures.counted(corpus)[" "] == first[" "] + 10


# --------------------------------------------------------------------- candidates and words


def test_candidates_are_those_of_the_library_index() -> None:
    """Our bands, compared in one array, name the pairs that datasketch's own index names."""
    pick = random.Random(7)
    vocabulary = [f"word{n}" for n in range(400)]
    sets = [frozenset(pick.sample(vocabulary, 12)) for _ in range(150)]
    sets += [frozenset([*sorted(each)[1:], "other"]) for each in sets[:60]]
    made = [each for each in candidates.signatures(sets, weights()) if each is not None]
    index = MinHashLSH(num_perm=candidates.PERMUTATIONS, params=(candidates.BANDS, candidates.ROWS))
    hashes = [
        MinHash(num_perm=candidates.PERMUTATIONS, hashvalues=each, hashfunc=int, scheme="affine32") for each in made
    ]
    for number, each in enumerate(hashes):
        index.insert(number, each)
    theirs = {
        (min(one, other), max(one, other))
        for one, each in enumerate(hashes)
        for other in index.query(each)
        if one != other
    }
    ours = candidates.pairs(np.array(made), np.ones(len(made), dtype=bool))
    assert {(int(one), int(other)) for one, other in ours} == theirs
    assert len(theirs) > 40


def test_candidates_of_a_few_are_a_part_of_the_candidates_of_all() -> None:
    pick = random.Random(8)
    sets = [frozenset(pick.sample([f"word{n}" for n in range(60)], 9)) for _ in range(80)]
    made = np.array([each for each in candidates.signatures(sets, weights()) if each is not None])
    every = {tuple(pair) for pair in candidates.pairs(made, np.ones(80, dtype=bool)).tolist()}
    fresh = np.zeros(80, dtype=bool)
    fresh[:5] = True
    few = {tuple(pair) for pair in candidates.pairs(made, fresh).tolist()}
    assert few == {pair for pair in every if pair[0] < 5 or pair[1] < 5}


SETS = st.frozensets(
    st.sampled_from(("foghorn", "ferry", "kiosk", "heron", "abacus", "2025", "17", "marina")), max_size=8
)


@given(SETS, SETS)
def test_likeness_is_a_share_and_the_same_both_ways(one: frozenset[str], other: frozenset[str]) -> None:
    given_weights = weights()
    share, shared = likeness(one, other, given_weights)
    assert (share, shared) == likeness(other, one, given_weights)
    assert 0 <= share <= 1
    assert not one or one != other or share == pytest.approx(1)
    assert not filled_in_differently(one, one | other, given_weights)


def test_words_of_the_trade_count_nothing() -> None:
    given_weights = weights()
    assert given_weights.total(fold_words("An act relating to amending laws and for other purposes")) == 0
    assert given_weights.of("foghorn") == 7


# --------------------------------------------------------------------- rules and described families


@pytest.mark.parametrize("family", load_families(), ids=lambda family: family.id)
def test_families_fit_their_own_examples(family) -> None:
    assert [each for each in family.examples if not family.fits(each)] == []
    assert [each for each in family.counterexamples if family.fits(each)] == []
    assert family.about.endswith(".")


def test_families_are_found_among_the_bills(corpus: Database) -> None:
    add(
        corpus,
        bill("us-ms-2026-sb1", "Obscene materials; delete exemption for public and school libraries"),
        bill("us-ia-2025-hf2", "A bill for an act relating to obscenity exemptions for libraries and schools"),
        bill("us-tx-2025-hb3", "Relating to library hours"),
    )
    update(corpus)
    assert groups(corpus)["library-liability"] == {"us-ms-2026-sb1", "us-ia-2025-hf2"}


def test_a_bill_with_a_short_title_belongs_to_a_family_by_its_summary(corpus: Database) -> None:
    summary = "Repealing an exemption from the crime of promoting obscenity for activities at a public library."
    add(corpus, bill("us-wy-2026-hb72", "Obscenity amendments.", abstract=summary))
    [family] = [each for each in load_families() if each.id == "library-liability"]
    assert list(family.find(corpus)) == ["us-wy-2026-hb72"]


def test_families_take_in_what_is_new_and_let_go_what_has_changed(
    corpus: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    exempt = "Obscene materials; delete exemption for public and school libraries"
    add(corpus, bill("us-ms-2026-sb1", exempt), bill("us-ia-2025-hf2", exempt), bill("us-tx-2025-hb3", exempt))
    add(corpus, *(bill(f"us-tx-2025-hb{n}", f"Relating to lighthouse number {n}") for n in range(10, 20)))
    update(corpus)
    read: list[Collection[str] | None] = []
    find = Family.find

    def watched(self: Family, db: Database, among: Collection[str] | None = None) -> Iterator[str]:
        if self.id == "library-liability":
            read.append(among)
        return find(self, db, among)

    monkeypatch.setattr(Family, "find", watched)
    add(corpus, bill("us-ia-2025-hf2", "Relating to library hours in county seats"), bill("us-ny-2026-a4", exempt))
    update(corpus)
    assert groups(corpus)["library-liability"] == {"us-ms-2026-sb1", "us-tx-2025-hb3", "us-ny-2026-a4"}
    assert read == [["us-ia-2025-hf2", "us-ny-2026-a4"]], "only what came or changed is read"
    before = groups(corpus)
    forget(corpus)
    update(corpus)
    assert groups(corpus) == before


def test_families_say_what_is_wrong_with_an_entry(tmp_path) -> None:
    file = tmp_path / "families.yml"
    file.write_text(
        "- id: x\n  title: X\n  about: X.\n  all: [[ab*]]\n  examples: []\n  counterexamples: []\n", encoding="utf-8"
    )
    with pytest.raises(BadFamily, match=r"families.yml, x: .*four letters"):
        load_families(file)


def test_rules_say_what_is_wrong_with_them(tmp_path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text("left_out_types: [Notice]\n", encoding="utf-8")
    with pytest.raises(BadRules, match=r"rules.yml: needs"):
        load_rules(file)
    file.write_text(
        "{left_out_types: [], left_out_titles: ['('], citations: [], formula: '', passages: []}", encoding="utf-8"
    )
    with pytest.raises(BadRules, match="is no pattern"):
        load_rules(file)
