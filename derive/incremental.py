"""What an edit of rules, positions or their settings touches: only those documents are tagged or matched again.

Tags and matches carry the version of what they were made with. Beside each version stands what it was made of (an
`Edition`), in the table `editions`. When the version moves, the two editions are compared phrase by phrase; a document that
holds the words of no phrase that came, went or changed its rule keeps what it has, under the new version. The search for
those words errs on the side of tagging once more, never of leaving out: it asks for beginnings of words anywhere in the
document. Where more than phrases has changed (model, cue words, order, code), everything is done again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from hashlib import blake2b
from typing import Any

from sqlite_utils import Database

from classify.areas import METHOD
from classify.tagger import Tagger
from positions.catalog.catalog import code_hash
from positions.matching.matcher import Matcher
from text import boilerplate, plain_words
from text.phrases import pattern
from text.tokens import beginning, fold_words

#: More changed phrases than this are searched for no faster than everything is tagged.
MOST = 150
#: In the key of a phrase, between the kind or owner and the phrase itself.
_TAB = "\t"

#: A text must contain one string of each inner list, at the beginning of a word.
Needs = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Edition:
    """What a version of tags or matches was made of.

    ``basis`` hashes what bears on every document; ``order`` lists rules or triggers; ``phrases`` gives, by owner and phrase,
    a hash of everything else that decides what the phrase does.
    """

    version: str
    basis: str
    order: tuple[str, ...]
    phrases: Mapping[str, str]


def tagger_edition(tagger: Tagger) -> Edition:
    """The rules of areas.yml as this tagger reads them; with the trained models, whose versions are part of the basis."""
    file, model = tagger.areas, tagger.model
    trained = set(model.outputs) if model else set()
    settings = {area.id: [tagger.thresholds[area.id], area.implies] for area in file.areas}
    phrases: dict[str, str] = {}
    for rule, owner in zip(tagger.matcher.rules, tagger.matcher.owners, strict=True):
        mark = _hash(rule.weight, rule.near, rule.within, rule.holds, owner, settings.get(owner or ""))
        phrases |= {f"{rule.id}{_TAB}{phrase}": mark for phrase in rule.phrases}
    for area in file.areas:
        phrases |= {f"not {area.id}{_TAB}{phrase}": "" for phrase in area.exclusions}
        phrases |= {f"never {area.id}{_TAB}{phrase}": "" for phrase in area.never}
    basis = _hash(
        METHOD,
        boilerplate.FILE.read_text(encoding="utf-8"),
        plain_words.FILE.read_text(encoding="utf-8"),
        dict(file.field_weights),
        file.priority_threshold,
        model.version if model else None,
        *([tagger.encoder.version] if tagger.encoder else []),
        *([sorted(tagger.only)] if tagger.only else []),
        {name: each for name, each in settings.items() if name in trained},
    )
    order = [*(rule.id for rule in tagger.matcher.rules), *(f"area:{area.id}" for area in file.areas)]
    return Edition(tagger.version, basis, tuple(order), phrases)


def matcher_edition(matcher: Matcher) -> Edition:
    """The triggers of the catalog's positions, with their scope; cue words, code and the relevance model are the basis."""
    phrases: dict[str, str] = {}
    order = []
    for position, trigger in matcher.owners:
        name = f"{position.id}/{trigger.id}"
        mark = _hash(position.areas, position.also_in, position.scope, replace(trigger, any=()))
        phrases |= {f"{name}{_TAB}{item.source}": mark for item in trigger.any}
        order.append(name)
    return Edition(matcher.version, code_hash(), tuple(order), phrases)


def _hash(*parts: Any) -> str:
    text = json.dumps(parts, sort_keys=True, default=_plain)
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _plain(value: Any) -> Any:
    """What JSON has for a record of ours or a set. (`asdict` first copies every pattern of the catalog: half a second.)"""
    return {each.name: getattr(value, each.name) for each in fields(value)} if is_dataclass(value) else sorted(value)


def changed(old: Edition, new: Edition) -> list[str] | None:
    """The phrases that came, went or do something else now; None where more than phrases has changed."""
    if old.basis != new.basis or _common(old.order, new.order) != _common(new.order, old.order):
        return None
    keys = {key for key in old.phrases.keys() | new.phrases.keys() if old.phrases.get(key) != new.phrases.get(key)}
    found = sorted({key.partition(_TAB)[2] for key in keys})
    return found if len(found) <= MOST else None


def _common(order: Sequence[str], other: Sequence[str]) -> list[str]:
    known = set(other)
    return [name for name in order if name in known]


def needs_of_rule(phrase: str) -> Needs:
    """Return what a text must contain for a phrase of areas.yml to match (text.tokens)."""
    return tuple((beginning(word),) for word in fold_words(phrase))


def needs_of_trigger(phrase: str) -> Needs:
    """Return the same for a pattern of the catalog (text.phrases)."""
    return tuple(
        tuple(sorted(map(beginning, {*slot.words, *slot.prefixes, *(run[0] for run in slot.runs)})))
        for slot in pattern(phrase).slots
    )


def holds(needs: Needs, text: str) -> bool:
    """Whether a lower-cased text with straight apostrophes has one of each."""
    return all(any(each in text for each in choice) for choice in needs)


def carry_over(corpus: Database, table: str, new: Edition, staff: Database | None = None) -> None:
    """Give what an edit does not touch its new version, in ``table`` (taggings or matchings); one transaction.

    Args:
        corpus: corpus.db, migrated.
        new: what the present version is made of; it is kept for the next edit.
        staff: staff.db, for matchings: the stances and outcomes suggested there carry the version too.
    """
    known = _stored(corpus, table)
    used = {row[0] for row in corpus.execute(f"select distinct version from {table}")}
    if known.keys() == {new.version} and used <= {new.version}:
        return
    needs_of = needs_of_rule if table == "taggings" else needs_of_trigger
    with corpus.atomic():
        for version in sorted(used - {new.version}):
            phrases = changed(known[version], new) if version in known else None
            if phrases is not None:
                _find(corpus, [needs_of(phrase) for phrase in phrases])
                if staff is not None:
                    _rename_readings(corpus, staff, version, new.version)
                _rename(corpus, table, "version", version, new.version)
        _store(corpus, table, new)


def _find(corpus: Database, needs: list[Needs]) -> None:
    """Fill the temporary table ``touched`` with the documents that contain what is needed, in any version of their text."""

    def touches(*fields: str | None) -> bool:
        text = "\n".join(filter(None, fields)).lower().replace("’", "'")
        return any(holds(each, text) for each in needs)

    corpus.conn.create_function("touches", -1, touches, deterministic=True)
    corpus.execute("create temp table if not exists touched (id text primary key)")
    corpus.execute("delete from touched")
    if needs:
        corpus.execute(
            "insert into touched select id from documents where touches(title, abstract, text) "
            "union select document_id from version_texts where touches(text)"
        )


def _rename(db: Database, table: str, column: str, old: str, new: str) -> None:
    """Replace the old version by the new one; the stored value may contain more than the version."""
    db.execute(
        f"update {table} set {column} = replace({column}, ?, ?) where instr({column}, ?) "
        "and document_id not in (select id from touched)",
        [old, new, old],
    )


def _rename_readings(corpus: Database, staff: Database, old: str, new: str) -> None:
    """The same for what else the same matcher read: versions (comparison.versions.provisions), stances (derive), final texts
    (positions.outcomes)."""
    if corpus.table("version_readings").exists():
        _rename(corpus, "version_readings", "read_from", old, new)
    with staff.atomic():
        staff.execute("create temp table if not exists touched (id text primary key)")
        staff.execute("delete from touched")
        staff.conn.executemany("insert into touched values (?)", corpus.execute("select id from touched"))
        for table in ("stance_readings", "outcome_readings"):
            _rename(staff, table, "read_from", old, new)


def _stored(corpus: Database, table: str) -> dict[str, Edition]:
    rows = corpus.execute("select version, edition from editions where what = ?", [table]).fetchall()
    return {version: _read(version, json.loads(edition)) for version, edition in rows}


def _read(version: str, values: dict[str, Any]) -> Edition:
    return Edition(version, values["basis"], tuple(values["order"]), values["phrases"])


def _store(corpus: Database, table: str, new: Edition) -> None:
    """Keep this edition, and those that rows still carry."""
    corpus.execute(f"delete from editions where what = ? and version not in (select version from {table})", [table])
    values = {"basis": new.basis, "order": new.order, "phrases": dict(new.phrases)}
    corpus.execute("insert or replace into editions values (?, ?, ?)", [table, new.version, json.dumps(values)])
