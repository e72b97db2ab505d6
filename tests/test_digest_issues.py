"""What is in an issue, for whom, and why: its lines, its subject, noise left out, and the same in HTML and in text."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from digest_fixtures import (
    BROADBAND,
    FIRST,
    FIRST_DAY,
    HOSTILE_BILL,
    PLAIN,
    RULE,
    SECOND,
    SECOND_DAY,
    a_week_later,
    reader,
)
from issue_fixtures import corpus_file, db, line_of, prepared, reading, told  # noqa: F401

from classify.areas import load_areas
from crawlers.items import KINDS, STATUSES
from digest import service
from digest.issues import compose, editing, issues, ledger
from digest.issues.compose import MOST_BYTES
from digest.issues.entries import entries
from digest.issues.issues import IssueError
from digest.issues.ledger import rules
from digest.issues.lines import SECTIONS
from digest.issues.words import Words
from digest.subscribers.preferences import Preferences
from pages.http import formatting


def test_an_issue_is_frozen_once(db, corpus_file: Path) -> None:
    first = prepared(db, corpus_file)
    assert first.id == "public-weekly-2022-w10"
    a_week_later(corpus_file)
    assert prepared(db, corpus_file) == first


def test_sections_come_in_the_order_in_which_one_must_act(db, corpus_file: Path) -> None:
    issue = prepared(db, corpus_file)
    assert told(issue) == {"deadline": [RULE], "must_see": [BROADBAND], "new": [HOSTILE_BILL]}
    assert PLAIN not in str(issue.entries), "a document without an area is nobody's news"


@pytest.mark.parametrize(
    ("status", "document_type", "closes", "alive"),
    [
        ("proposed", "Proposed Rule", None, True),
        ("notice", "Proposed Rule", "2022-03-09", True),
        ("notice", "Proposed Rule", "2022-03-08", False),
        ("notice", "Proposed Rule", None, False),
        ("notice", "Notice", "2022-03-31", False),
    ],
)
def test_a_petition_comes_with_what_can_still_move_while_one_may_comment(
    db, corpus_file: Path, status: str, document_type: str, closes: str | None, alive: bool
) -> None:
    with sqlite3.connect(corpus_file) as source:
        change = "update documents set status = ?, document_type = ?, comments_close_on = ? where id = ?"
        source.execute(change, [status, document_type, closes, RULE])
    [entry] = [each for each in prepared(db, corpus_file).entries if each["documents"][0]["id"] == RULE]
    assert entry["alive"] is alive


def test_a_line_says_everything(db, corpus_file: Path) -> None:
    lines = dict(reading(prepared(db, corpus_file), Preferences(areas=("library-funding",))).sections)
    (line,) = lines["must_see"]
    assert line.numbers == "H.R. 1783"
    assert line.companions == ("S. 900",)
    assert line.place == "United States, 117th Congress"
    assert line.what == ("Passed one chamber March 7, 2022: Passed House by voice vote",)
    assert line.why == "Policy area: Library funding"
    assert line.words == "public libraries"
    assert line.holds == ("Lend hotspots",)


def test_change_of_a_company_says_what_turned_came_and_went(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute("update actions set classification = 'terms-change' where description like 'Passed House%'")
        [(key, day)] = source.execute(
            "select document_id, acted_on from actions where description like 'Passed House%'"
        )
        rows = [
            (key, "https://x", day, 0, "new", "price", "may_change", "w", None, None),
            (key, "https://x", day, 1, "turned", "lending", "allows", "w", "forbids", "w"),
            (key, "https://x", day, 2, "changed", "locks", "forbids", "w", "forbids", "w"),
        ]
        source.executemany("insert into company_provisions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        source.execute("update documents set title = 'HR: 1783', identifier = 'HR 1783' where id = ?", [key])
    issue = prepared(db, corpus_file)
    english, spanish = (
        next(line for _, lines in found.sections for line in lines if line.url.endswith(key))
        for found in (reading(issue, Preferences(documents=(key,)), language=spoken) for spoken in ("en", "es"))
    )
    told = (
        "Turned: Readers may lend or share it (before: Readers may not lend or pass it on); New: The price may change"
    )
    assert told in str(english.what)
    assert "Dio un giro: " in str(spanish.what)
    assert "Readers" not in str(spanish.what)
    assert english.numbers == "", "the title says it"


def test_change_of_a_company_is_for_everybody_where_it_touches_a_position_that_is_shown(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute("update actions set classification = 'terms-change' where description like 'Passed House%'")
        turned = (BROADBAND, "https://x", "2022-03-07", 0, "turned", "lending", "allows", "w", "forbids", "w")
        source.execute("insert into company_provisions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", turned)
        source.execute("update documents set kind = 'corporate_policy', title = 'A: Terms' where id = ?", [BROADBAND])
        source.execute("update changes set kind = 'introduced' where kind = 'status' and document_id = ?", [BROADBAND])

    def news() -> list[tuple[str, bool]]:
        with closing(service.corpus(corpus_file)) as source:
            last = ledger.take_in(db, source, today=FIRST_DAY, now=FIRST)
            found = entries(db, source, since=0, through=last, today=FIRST_DAY)
        [entry] = [each for each in found if each["documents"][0]["id"] == BROADBAND]
        return [(each["kind"], each["all"]) for each in entry["news"]]

    assert news() == [("action", False)], "that it is recorded now is no news"
    with sqlite3.connect(corpus_file) as source:
        source.execute(
            "update position_matches set position_id = 'cp-fair-ebook-terms' where document_id = ?", [BROADBAND]
        )
    assert news() == [("action", True)]
    subject = reading(prepared(db, corpus_file), Preferences(positions=("cp-fair-ebook-terms",))).subject
    assert subject == "Changed: H.R. 1783: A: Terms"


def test_days_left_are_counted_from_the_day_on_which_an_issue_leaves(db, corpus_file: Path) -> None:
    rules = Preferences(kinds=("regulation",))
    issue = prepared(db, corpus_file)
    assert ", 22 days left: " in reading(issue, rules).subject
    db.execute("update digests set leaves_at = '2022-03-10T09:00:00Z' where id = ?", [issue.id])
    assert ", 21 days left: " in reading(issues.load(db, issue.id), rules).subject
    issues.release(db, issue, now="2022-03-11T09:00:00Z")
    assert ", 20 days left: " in reading(issues.load(db, issue.id), rules).subject, "it left later than was thought"


def test_a_deadline_that_passes_while_an_issue_waits_is_left_out(db, corpus_file: Path) -> None:
    rules = Preferences(kinds=("regulation",))
    issue = prepared(db, corpus_file)
    told = reading(issue, rules)
    assert told is not None
    assert "deadline" in dict(told.sections)
    db.execute("update digests set leaves_at = '2022-04-30T09:00:00Z' where id = ?", [issue.id])
    late = reading(issues.load(db, issue.id), rules)
    assert late is None or "deadline" not in dict(late.sections)


def test_messages_cosponsors_and_calendars_are_left_out(db, corpus_file: Path) -> None:
    text = str(prepared(db, corpus_file).entries)
    assert "Received in the Senate" not in text


def test_the_subject_says_what_matters_most(db, corpus_file: Path) -> None:
    issue = prepared(db, corpus_file)
    assert reading(issue).subject == "Passed one chamber: H.R. 1783: Library Broadband Act (+2 more)"
    assert reading(issue, Preferences(kinds=("regulation",))).subject.startswith("Comments close, 22 days left: 2022-")
    spanish = reading(issue, Preferences(kinds=("regulation",)), language="es")
    assert spanish.subject.startswith("Cierre de comentarios, quedan 22 días: 2022-")


def test_a_routine_notice_is_never_the_subject(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute("update taggings set priority = 0")
        source.execute("delete from position_matches")
    subject = reading(prepared(db, corpus_file)).subject
    assert subject == "Information policy digest, March 9, 2022: 3 items"


def test_a_line_says_what_a_bill_does_and_so_does_the_subject(db, corpus_file: Path) -> None:
    title = "An act relating to obscenity exemptions for public libraries and educational institutions"
    with sqlite3.connect(corpus_file) as source:
        source.execute("update documents set title = ?, jurisdiction = 'us-ia' where id = ?", [title, BROADBAND])
        source.execute("update position_matches set position_id = 'if-no-criminal-liability'")
        source.execute(
            "insert into positions (id, title, statement, area_id, areas, ordinal) "
            "select 'if-no-criminal-liability', 'No jail', statement, area_id, areas, 99 from positions limit 1"
        )
    issue = prepared(db, corpus_file)
    line = line_of(issue)
    says = "takes away the exemption of libraries and schools from obscenity law"
    assert line.does == f"It {says}"
    assert reading(issue).subject.startswith(f"Passed one chamber: H.R. 1783 (Iowa) {says}")
    assert line_of(issue).evidence == "", "no fragment of the text is quoted"
    with sqlite3.connect(corpus_file) as source:
        source.execute("update documents set title = 'Repeal the ' || title where id = ?", [BROADBAND])
    assert line_of(prepared(db, corpus_file, SECOND, SECOND_DAY, "daily"), since=0) is None, "nothing new happened"


@pytest.mark.parametrize(
    "title",
    [
        "Schools and Libraries Program; Notice of Suspension and of Proposed Debarment of John Doe",
        "For the relief of Jane Doe and her children",
        "Order Denying Export Privileges; In the Matter of: John Doe",
    ],
)
def test_who_is_no_public_person_is_not_named(db, corpus_file: Path, title: str) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute("update documents set title = ? where id = ?", [title, RULE])
    reader(db, "a@example.org", Preferences(documents=(RULE,)))
    issue = prepared(db, corpus_file)
    assert "Doe" not in str(reading(issue, Preferences(areas=("broadband",))))
    assert RULE in str(told(issue, Preferences(documents=(RULE,)))), "who follows it gets it"


@pytest.mark.parametrize(
    ("title", "there"),
    [
        ("Sales tax exemption for fiber", False),
        ("Sales tax for libraries", True),
        ("Department of Transportation: encroachment permits: broadband facilities.", False),
        ("An Act to streamline broadband permitting and ensure equitable access", True),
        ("relative to permitting the public utilities commission to approve new providers", True),
        (
            "Department of Agriculture, the Board of Animal Health, and the Office of Broadband; appropriating money",
            False,
        ),
        ("Ad valorem tax; assessing certain broadband property", False),
        ("Sch cd-phone/social media use", False),
        ("Lifeline program: broadband internet access service.", True),
    ],
)
def test_what_concerns_an_industry_and_no_library_stays_out(db, corpus_file: Path, title: str, there: bool) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute("update documents set title = ? where id = ?", [title, HOSTILE_BILL])
        source.execute("update taggings set priority = 0 where document_id = ?", [HOSTILE_BILL])
    assert (HOSTILE_BILL in str(told(prepared(db, corpus_file)))) is there


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (
            "A joint resolution providing for congressional disapproval under chapter 8 of title 5, United States Code, of the "
            'rule submitted by the Federal Communications Commission relating to "Homework Through E-Rate".',
            'Disapproval of the rule of the Federal Communications Commission on "Homework Through E-Rate"',
        ),
        (
            "AN ACT to amend and reenact subsection 2 of section 54-24.4-05 of the Code, relating to state aid to libraries.",
            "Relating to state aid to libraries",
        ),
        (
            "An Act amending the act of March 10, 1949 (P.L.30, No.14), known as the Public School Code of 1949, in grounds and "
            "buildings, providing for space for a school library.",
            "Public School Code of 1949: in grounds and buildings, providing for space for a school library",
        ),
        ("An act relating to libraries", "An act relating to libraries"),
    ],
)
def test_a_line_begins_with_the_part_of_a_title_that_tells(db, corpus_file: Path, title: str, shown: str) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute("update documents set title = ? where id = ?", [title, BROADBAND])
    assert line_of(prepared(db, corpus_file), Preferences(must_see=True)).title == shown


def test_an_action_that_only_repeats_is_no_news(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        for number, words in enumerate(("Engrossed, signed, to Senate", "Passed on third reading")):
            source.execute(
                "insert into actions (document_id, ordinal, acted_on, description, classification) "
                "values (?, ?, '2022-03-08', ?, 'passage')",
                [BROADBAND, 90 + number, words],
            )
            source.execute(
                "insert into changes (id, document_id, seen_at, happened_on, kind, summary) "
                "values (?, ?, '2022-03-08T07:00:00Z', '2022-03-08', 'action', ?)",
                [f"again-{number}", BROADBAND, words],
            )
    text = str(prepared(db, corpus_file).entries)
    assert "Passed on third reading" in text
    assert "Engrossed, signed" not in text


def test_a_priority_without_an_area_is_told(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        for table in ("tags", "position_matches"):
            source.execute(f"delete from {table} where document_id = ?", [BROADBAND])
    line = line_of(prepared(db, corpus_file), Preferences(must_see=True))
    assert line.why == "A priority for libraries"


def test_a_mail_has_fifteen_items_and_the_rest_is_on_the_site(db, corpus_file: Path) -> None:
    from dataclasses import replace

    issue = prepared(db, corpus_file)
    many = replace(issue, entries=issue.entries * 10)
    found = reading(many)
    shown = sum(len(lines) for _, lines in found.sections)
    assert (shown, len(found.also), found.left_out, found.total) == (15, 5, 10, 30)
    assert all(line.must_see for line in found.also), "no priority document is missing from the mail"
    assert {line.url.rsplit("/", 1)[1] for _, lines in found.sections for line in lines} == {BROADBAND, RULE}


def test_what_only_an_area_speaks_for_fills_an_email_no_further_than_five(db, corpus_file: Path) -> None:
    from dataclasses import replace

    with sqlite3.connect(corpus_file) as source:
        source.execute("update taggings set priority = 0")
        source.execute("delete from position_matches")
    issue = prepared(db, corpus_file)
    found = reading(replace(issue, entries=issue.entries * 10), Preferences(areas=("broadband",)))
    assert sum(len(lines) for _, lines in found.sections) == 5
    assert found.left_out == found.total - 5 > 5


def test_a_position_implies_its_area(db, corpus_file: Path) -> None:
    with sqlite3.connect(corpus_file) as source:
        source.execute("delete from tags where document_id = ?", [BROADBAND])
        (areas,) = source.execute("select areas from positions where id = 'tc-hotspot-lending'").fetchone()
    line = line_of(prepared(db, corpus_file), Preferences(areas=(areas.split("; ")[0],)))
    assert line is not None


def test_an_editor_puts_first_hides_and_gives_back(db, corpus_file: Path) -> None:
    issue = prepared(db, corpus_file)
    editing.edit(db, issue.id, now=FIRST, first=[HOSTILE_BILL, RULE], hide=[BROADBAND])
    edited = issues.load(db, issue.id)
    assert told(edited) == {"picked": [HOSTILE_BILL, RULE]}
    editing.edit(db, issue.id, now=FIRST, first=[RULE], restore=[BROADBAND])
    edited = issues.load(db, issue.id)
    assert told(edited) == {"picked": [RULE], "must_see": [BROADBAND], "new": [HOSTILE_BILL]}
    with pytest.raises(IssueError, match="no document"):
        editing.edit(db, issue.id, now=FIRST, hide=["us-1-hr1"])
    issues.release(db, issue, now=FIRST)
    with pytest.raises(IssueError, match="released"):
        editing.edit(db, issue.id, now=FIRST, hide=[RULE])


def test_an_added_item_whose_place_is_cleared_comes_after_those_with_a_place(db, corpus_file: Path) -> None:
    issue = prepared(db, corpus_file)
    with sqlite3.connect(corpus_file) as source:
        editing.put_in(db, source, issue.id, PLAIN)
    editing.edit(db, issue.id, now=FIRST, first=[RULE, HOSTILE_BILL, PLAIN])
    assert told(issues.load(db, issue.id))["picked"] == [RULE, HOSTILE_BILL, PLAIN]
    editing.edit(db, issue.id, now=FIRST, first=[RULE, HOSTILE_BILL], restore=[PLAIN])
    assert told(issues.load(db, issue.id))["picked"] == [RULE, HOSTILE_BILL, PLAIN]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Preferences(areas=("broadband",)), {RULE, BROADBAND}),
        (Preferences(kinds=("regulation",)), {RULE}),
        (Preferences(documents=(RULE,)), {RULE}),
        (Preferences(jurisdictions=("us-tx",)), set()),
        (Preferences(must_see=True), {RULE, BROADBAND}),
        (Preferences(positions=("tc-hotspot-lending",)), {BROADBAND}),
        (Preferences(jurisdictions=("us-tx",), documents=(PLAIN,)), {PLAIN}),
        (Preferences(jurisdictions=("us-tx",), searches=('"wi-fi hotspots" schools',)), {RULE}),
        (Preferences(jurisdictions=("us-tx",), searches=('NEAR(" OR * {x}',)), set()),
        (Preferences(jurisdictions=("us-tx",), searches=("hotspot lending",)), {RULE, BROADBAND}),
        (
            Preferences(jurisdictions=("us-tx",), searches=("United States",)),
            set(),
        ),  # not all that the United States do
        (
            Preferences(jurisdictions=("us-tx",), searches=("hotspots in Texas or the United States",)),
            {RULE, BROADBAND},
        ),
        (Preferences(jurisdictions=("us-tx",), searches=("tracker:broadband",)), {RULE, BROADBAND}),
        (Preferences(searches=("tracker:broadband",)), {RULE, BROADBAND}),
        (Preferences(searches=("tracker:broadband place:us",)), {RULE, BROADBAND}),
        (Preferences(searches=("tracker:broadband place:us-tx",)), set()),
        (Preferences(searches=("tracker:open-access",)), set()),
        (Preferences(searches=("tracker:open-access",), must_see=True), {RULE, BROADBAND}),
        (Preferences(jurisdictions=("us-tx",), searches=("tracker:open-access", "schools NOT libraries")), set()),
    ],
)
def test_who_reads_what(db, corpus_file: Path, choice: Preferences, expected: set[str]) -> None:
    reader(db, "a@example.org", choice)
    issue = prepared(db, corpus_file)
    assert {key for keys in told(issue, choice).values() for key in keys} == expected


def test_a_search_shows_the_words_around_it(db, corpus_file: Path) -> None:
    choice = Preferences(jurisdictions=("us-tx",), searches=("schools",))
    reader(db, "a@example.org", choice)
    ((_, (line,)),) = reading(prepared(db, corpus_file), choice).sections
    assert line.why == "Your search: “schools”"
    assert "schools and libraries buy Wi-Fi hotspots" in line.evidence


def test_a_search_for_a_docket_finds_what_has_it_in_its_record(db, corpus_file: Path) -> None:
    choice = Preferences(jurisdictions=("us-tx",), searches=("WC Docket No. 21-31",))
    reader(db, "a@example.org", choice)
    ((_, (line,)),) = reading(prepared(db, corpus_file), choice).sections
    assert line.evidence == "WC Docket 21-31"


@pytest.mark.parametrize(
    ("search", "name"),
    [
        ("tracker:broadband", "E-Rate and broadband"),
        ("tracker:broadband place:us", "E-Rate and broadband, United States"),
    ],
)
def test_who_follows_an_issue_reads_its_name(db, corpus_file: Path, search: str, name: str) -> None:
    choice = Preferences(searches=(search,))
    reader(db, "a@example.org", choice)
    lines = [line for _, lines in reading(prepared(db, corpus_file), choice).sections for line in lines]
    assert {line.why for line in lines} == {f"You follow the issue “{name}”"}


def test_a_mail_stays_under_the_size_that_is_cut(db, corpus_file: Path) -> None:
    from dataclasses import replace

    issue = prepared(db, corpus_file)
    many = replace(issue, entries=issue.entries * 200)
    links = {"manage": "https://s.example/m", "leave": "https://s.example/l"}
    found, html, text = compose.compose(many, Preferences(), "en", site="https://s.example", since=0, links=links)
    assert len(html.encode()) <= MOST_BYTES
    assert found.total == 600
    shown = sum(len(lines) for _, lines in found.sections) + len(found.also)
    assert shown + found.left_out == 600
    assert f"{found.left_out} more are on the site" in text


def test_html_and_text_say_the_same_and_nothing_hostile_gets_through(db, corpus_file: Path) -> None:
    issue = prepared(db, corpus_file)
    links = {"manage": "https://s.example/m", "leave": "https://s.example/l"}
    found, html, text = compose.compose(issue, Preferences(), "en", site="https://s.example", since=0, links=links)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"<(img|link|iframe|form|script)\b", html)
    flat = " ".join(text.replace("\n  > ", " ").split())
    for _, lines in found.sections:
        for line in lines:
            for fact in (line.title, line.numbers, line.place, *line.what, line.why, line.url, *line.companions):
                assert fact in flat
    for link in links.values():
        assert link in html
        assert link in text


def test_no_sentence_is_missing_in_any_language() -> None:
    english, spanish = Words("en"), Words("es")
    for key, value in english.messages.items():
        forms = [(value, spanish.messages[key])]
        if isinstance(value, list):
            filled = dict.fromkeys(re.findall(r"\{(\w+)\}", str(value)), "")
            del filled["n"]
            forms = [(english.some(key, number, **filled), spanish.some(key, number, **filled)) for number in (1, 2)]
        for one, other in forms:
            assert type(other) is type(one), key
            fields = re.findall(r"\{\w+\}", str(one))
            assert sorted(set(fields)) == sorted(set(re.findall(r"\{\w+\}", str(other)))), key
    for group, keys in (("statuses", STATUSES), ("kinds", KINDS), ("stances", formatting.glossary()["stances"])):
        assert [key for key in keys if spanish.word(group, key) == english.word(group, key)] == []
    titles = [area.title for area in load_areas().areas]
    assert [title for title in titles if spanish.area(title) == title] == []
    assert spanish.date("2022-03-01") == "1 de marzo de 2022"
    assert spanish.some("count", 1) == "1 asunto"
    assert (spanish.word("stances", "support"), spanish.word("statuses", "passed")) == ("a favor", "Aprobado")


def test_the_rules_of_news_name_what_exists() -> None:
    assert set(rules()["statuses"]) <= set(STATUSES)
    headings = {
        rule.get("tell") or rule["follow"]
        for part in ("changes", "statuses", "actions")
        for rule in rules()[part].values()
    }
    assert headings <= set(SECTIONS)


def test_a_session_has_the_name_that_its_legislature_gives_it(db, corpus_file: Path) -> None:
    with closing(sqlite3.connect(corpus_file)) as corpus, corpus:
        corpus.execute("update documents set jurisdiction = 'us-nj', session = '222' where id = ?", [BROADBAND])
        columns = "jurisdiction, session, source, title, special, seen_at"
        title = "2026-2027 Regular Session"
        corpus.execute(f"insert into sessions ({columns}) values ('us-nj', '222', 'x', ?, 0, '2022-03-01')", [title])
    lines = dict(reading(prepared(db, corpus_file), Preferences(areas=("library-funding",))).sections)
    assert [line.place for line in lines["must_see"]] == [f"New Jersey, {title}"]


@pytest.mark.parametrize(
    ("language", "says"), [("en", "Staff check some of them"), ("es", "El personal revisa algunas")]
)
def test_no_mail_says_that_nobody_checked_what_staff_may_have_confirmed(language: str, says: str) -> None:
    assert says in Words(language).messages["automatic"]
