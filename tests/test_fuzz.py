"""Every parser, on input spoilt in a thousand ways: only the errors it documents, and nothing that cannot be stored.

A longer run: `python benchmarks/fuzz.py --minutes 60`.
"""

from __future__ import annotations

import io
import json
import random
import re
import resource
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

import fuzz_local
import fuzz_rules
import fuzz_targets
import fuzz_visitors
import pytest
from fuzz_handed_in import handed_in
from fuzz_local import local_files
from fuzz_rules import rules
from fuzz_sources import OF_SOURCE, PARSERS, first_answers, sources
from fuzz_targets import Target
from fuzz_visitors import visitors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawlers.completeness.fields import load_fields
from crawlers.items import BadRecord, Bill, Unreadable, clean
from crawlers.parsers.json_reader import read_json
from crawlers.sources import load_sources
from crawlers.storage.validation import check_shape, storable
from desk.intake import importing, tracker
from desk.reviews import bulk
from desk.reviews.subjects import BadVerdict
from desk.web.request_parsing import Upload
from pages.export import ical
from positions.catalog import catalog
from settings import ROOT, BadSetting, load

pytestmark = pytest.mark.slow

#: What one test may add to the memory that the suite has taken: what asks for more ends as an error and not as a dead machine.
MEMORY = 3 << 30
TARGETS = (*sources(), *first_answers(), *local_files(), *rules(), *handed_in(), *visitors())
FAST = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
chances = st.integers(0, 2**48).map(random.Random)


@pytest.fixture(autouse=True)
def little_memory() -> Iterator[None]:
    if not sys.platform.startswith("linux"):
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_spoilt_input_raises_what_is_documented_and_nothing_else(target: Target) -> None:
    @FAST
    @given(chances)
    def spoil(rng: random.Random) -> None:
        with suppress(*target.allowed):
            target.run(target.change(rng.choice(target.seeds), rng))

    spoil()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_any_bytes_at_all(target: Target) -> None:
    @FAST
    @given(st.binary(max_size=300))
    def read(body: bytes) -> None:
        with suppress(*target.allowed):
            target.run(body)

    read()


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_seeds_themselves_are_read(target: Target) -> None:
    """A target whose good input is refused would test nothing."""
    read = 0
    for seed in target.seeds:
        try:
            target.run(seed)
            read += 1
        except target.allowed:
            continue
    assert read


# --------------------------------------------------------------------- nothing is left out

BY_NAME = {target.name: target for target in TARGETS}
#: What turns bytes from outside into something else: a module that calls one of these reads input.
READS = re.compile(
    r"\b(?:yaml\.(?:safe_load|load|compose)|load_yaml|read_yaml|load_plain|rules_of|yamlfile\.read\w*|json\.loads?|read_json|read_object|tomllib\.loads?"
    r"|load_workbook|csv\.(?:reader|DictReader)|zipfile\.ZipFile|mailbox\.mbox|FormParser|parse_qsl?|xmltree\.parse|etree\.fromstring"
    r"|document_fromstring|fragment_fromstring|lzma\.open|msgpack\.unpackb)\("
)
#: Module that reads what comes from outside -> a target that goes through it.
READERS = PARSERS | {
    "classify/areas.py": "areas",
    "classify/jsonl.py": "json_lines",
    "comparison/rules.py": "comparison_rules",
    "comparison/similarity/families.py": "comparison_rules",
    "positions/matching/company_provisions.py": "comparison_rules",
    "crawlers/agencies.py": "crawler_rules",
    "crawlers/companies.py": "crawler_rules",
    "crawlers/corp_pages.py": "crawler_rules",
    "crawlers/completeness/fields.py": "crawler_rules",
    "crawlers/parsers/effective_days.py": "crawler_rules",
    "crawlers/parsers/hearings.py": "crawler_rules",
    "crawlers/sources.py": "crawler_rules",
    "crawlers/status/ceremonial.py": "crawler_rules",
    "crawlers/status/latest_action.py": "crawler_rules",
    "positions/matching/quotes.py": "comparison_rules",
    "crawlers/status/session_end.py": "crawler_rules",
    "crawlers/status/states.py": "crawler_rules",
    "crawlers/status/rules.py": "crawler_rules",
    "datasette/plugins/sharing.py": "web_addresses",
    "digest/subscribers/form.py": "forms",
    "desk/intake/catalog_patch.py": "proposal",
    "desk/intake/importing.py": "form_lines",
    "pages/people/geocoder.py": "geocoder",
    "desk/intake/tracker.py": "tracker_csv",
    "desk/intake/workbook.py": "workbook",
    "desk/queue/notices.py": "alerts",
    "desk/reviews/bulk.py": "form_lines",
    "desk/web/context.py": "form_lines",
    "desk/web/request_parsing.py": "multipart",
    "digest/alerts/channels.py": "alerts",
    "operations/webhooks/receivers.py": "webhooks",
    "digest/delivery/bounces.py": "mailbox",
    "digest/subscribers/addresses.py": "address",
    "digest/subscribers/tokens.py": "links",
    "pages/browse/filters.py": "web_addresses",
    "pages/browse/search.py": "search",
    "pages/export/feeds.py": "web_addresses",
    "positions/catalog/catalog.py": "catalog",
    "positions/catalog/briefs.py": "briefs",
    "positions/catalog/chapters.py": "chapters",
    "positions/catalog/messages.py": "messages",
    "positions/catalog/stances.py": "stances",
    "positions/catalog/yaml_file.py": "catalog",
    "settings.py": "settings",
    "text/yaml_config.py": "crawler_rules",
}
#: Why a module that reads needs no target -> the modules.
OUR_OWN = {
    "answers of language models, which tests/test_second_reader.py spoils": (
        "second_reader/answer.py",
        "second_reader/reading.py",
    ),
    "tables, labels and models that come with the code, and marks that the same module wrote": (
        "classify/encoder.py",
        "classify/models.py",
        "classify/training/request.py",
        "classify/training/fine_tune.py",
        "crawlers/storage/record.py",
        "derive/priority.py",
        "desk/reviews/plain_reasons.py",
        "pages/browse/asked.py",
        "pages/browse/names.py",
        "pages/browse/trackers.py",
        "pages/http/captions.py",
        "pages/http/titles.py",
        "second_reader/models.py",
        "crawlers/markup/formats.py",
        "positions/evaluation/directions.py",
        "positions/matching/bill_families.py",
        "positions/matching/document_direction.py",
        "positions/matching/title_forms.py",
        "positions/relevance/labels.py",
        "positions/relevance/relevance.py",
        "positions/relevance/subject.py",
        "text/boilerplate.py",
        "text/changes.py",
    ),
    "rows of our own databases, written as JSON by the same module": (
        "comparison/similarity/same_titles.py",
        "classify/evaluation/agreement.py",
        "crawlers/storage/attachments.py",
        "crawlers/completeness/completeness.py",
        "crawlers/completeness/health.py",
        "crawlers/download/httpcache.py",
        "crawlers/storage/observations.py",
        "crawlers/storage/merge_remote.py",
        "desk/intake/manual_documents.py",
        "derive/grading.py",
        "desk/queue/bulk_work.py",
        "desk/queue/trail_page.py",
        "desk/reviews/review_items.py",
        "publish/decisions.py",
        "desk/intake/proposals.py",
        "desk/reviews/verdict_validity.py",
        "digest/delivery/notices.py",
        "digest/issues/issues.py",
        "digest/issues/recheck.py",
        "digest/subscribers/preferences.py",
        "derive/incremental.py",
    ),
    "files that come with the code and are read whole when it starts, or in a test": (
        "classify/evaluation/evaluate.py",
        "classify/evaluation/public.py",
        "classify/training/labels.py",
        "classify/training/stack.py",
        "classify/training/training_data.py",
        "classify/model.py",
        "digest/issues/ledger.py",
        "digest/issues/words.py",
        "pages/places/accuracy.py",
        "pages/export/api.py",
        "pages/people/roll_call.py",
        "pages/places/map.py",
        "pages/people/names.py",
        "pages/http/formatting.py",
        "positions/matching/direction_words.py",
        "positions/evaluation/companies.py",
        "positions/evaluation/shown.py",
        "positions/evaluation/labels.py",
        "positions/evaluation/sample.py",
        "text/plain_words.py",
        "operations/sqlite_version.py",
        "serve.py",
    ),
    "answers of our own worker process, which may hold nothing but plain values (tests/test_public_sql.py)": (
        "public_sql/wire.py",
    ),
    "our own backups and the journal of removals": (
        "operations/loss.py",
        "operations/manifest.py",
        "operations/human_data_export.py",
        "operations/retention.py",
    ),
    "hands the bytes to a reader that has a target, and the rows to a parser that has one": (
        "crawlers/spiders/us_congress_api.py",
        "crawlers/spiders/us_house_votes.py",
        "crawlers/spiders/us_local_legistar.py",
        "crawlers/spiders/us_senate_votes.py",
    ),
    "dumps that we wrote, and the descriptions of tables that come with the code": (
        "datasette/plugins/dumps.py",
        "operations/dumps/package.py",
        "operations/dumps/parquet.py",
        "operations/dumps/tables.py",
    ),
}
NOT_SERVED = {".venv", "tests", "benchmarks", "build"}


def test_every_source_has_a_target() -> None:
    assert set(OF_SOURCE) == set(load_sources()), "a source without a line here is fed nothing spoilt"
    named = [name for names in OF_SOURCE.values() for name in names]
    assert sorted(named) == sorted(target.name for target in sources())


def test_every_module_that_reads_has_a_target_or_a_reason() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if path.relative_to(ROOT).parts[0] not in NOT_SERVED and READS.search(path.read_text(encoding="utf-8"))
    }
    own = {module for modules in OUR_OWN.values() for module in modules}
    assert sorted(found - set(READERS) - own) == [], "give each a target, or say why it needs none"
    assert sorted(own - found) == [], "these read nothing any more"
    assert sorted(own & set(READERS)) == []


@pytest.mark.parametrize("name", sorted(set(READERS.values())))
def test_a_target_goes_through_the_modules_it_is_for(name: str) -> None:
    target, entered = BY_NAME[name], set[str]()
    wanted = {str(ROOT / module) for module, target_of in READERS.items() if target_of == name}

    def note(frame: FrameType, event: str, argument: object) -> None:
        entered.add(frame.f_code.co_filename)

    if name in ("forms", "web_addresses"):
        fuzz_visitors._world()  # made before anything is noted, which is slow
    threading.setprofile(note)  # the site answers in threads as well
    sys.setprofile(note)
    try:
        for seed in target.seeds:
            with suppress(*target.allowed):
                target.run(seed)
            if wanted <= entered:
                break
    finally:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]
    assert wanted <= entered, f"never entered: {sorted(wanted - entered)}"


def test_the_positions_that_are_spoilt_are_usable_before() -> None:
    fuzz_local._catalog(fuzz_local.some_positions())
    assert len(catalog.load_catalog(fuzz_local.folder() / "alone/catalog").positions) > 2


# --------------------------------------------------------------------- what the fuzzer found, by hand


def test_a_workbook_whose_packing_is_damaged_is_told_so() -> None:
    """Each way of packing has its own error: zlib's is none of zipfile's."""
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", method) as archive:
            archive.writestr("xl/workbook.xml", b"<workbook>" + bytes(range(256)) * 40)
        body = bytearray(packed.getvalue())
        for place in range(60, 90):
            body[place] ^= 0xFF
        with pytest.raises(tracker.BadTracker):
            tracker.read(Upload("tracker.xlsx", bytes(body)))


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        "7",
        "null",
        "[]",
        '[1, "us-117-hr1", null, "", 9223372036854775808]',
        '["a", "b", "c", ["d"], 1]',
        '["us-117-hr1", "area:broadband", {"a": 1}, null, 0]',
        '["us-117-hr1", "area:broadband", "confirm", {}, 0]',
    ],
)
def test_a_line_of_a_form_that_no_page_made_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"not what the page held|brackets without end"):
        importing.Taken.of(line)
    with pytest.raises(BadVerdict, match="damaged"):
        bulk._verdict(line)


@pytest.mark.parametrize("name", fuzz_rules.READERS)
@pytest.mark.parametrize(
    "text",
    ["a: [", "[" * 3000, "7", "- - -", "%YAML 9.9\n---\n", "? [a]\n: 1", "types: ['(']\nrules: 1\nevery: [[a, b, c]]"],
)
def test_a_broken_rule_file_is_named_in_one_sentence(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / Path(name).name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(file.name)):
        fuzz_rules.READERS[name](file)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 50_000, b"", b"\xff", b"{"])
def test_no_depth_of_brackets_ends_a_crawl(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_json(body)


def bill(**fields: Any) -> Bill:
    usual: dict[str, Any] = {
        "id": "us-117-hr1",
        "source": "us_bills",
        "jurisdiction": "us",
        "level": "federal",
        "session": "117",
        "identifier": "H.R. 1",
        "title": "A bill",
        "url": "https://x/1",
        "source_url": "https://x/1",
    }
    return Bill(**usual | fields)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("title", ["A", "bill"], "title is list"),
        ("chamber", {"name": "upper"}, "chamber is dict"),
        ("text", "half \ud83d of it", "text holds half a character"),
        ("subjects", ("a", 7), r"subjects\[1\] is int"),
        ("status_history", (("introduced", 1.5),), r"status_history\[0\]\[1\] is float"),
    ],
)
def test_what_no_database_takes_is_refused_by_name(field: str, value: Any, message: str) -> None:
    with pytest.raises(BadRecord, match=message):
        check_shape(bill(**{field: value}))
    check_shape(bill())


def test_one_bad_record_never_stops_the_batch_it_came_in() -> None:
    good = bill(id="us-117-hr99991", identifier="H.R. 99991")
    fuzz_targets.stored([good, bill(id="us-117-hr99992", identifier="H.R. 99992", chamber={"name": "upper"})])
    known = fuzz_targets.held("us-117-hr99991"), fuzz_targets.held("us-117-hr99992")
    assert known == (True, False)


@given(st.text())
def test_cleaning_twice_changes_nothing_and_can_always_be_stored(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    storable(text).encode()
    if once:
        once.encode()


@pytest.mark.parametrize("value", [7, True, ["a"], {"a": 1}, 1.5])
def test_what_is_no_text_is_said_to_be_none(value: Any) -> None:
    with pytest.raises(BadRecord, match=f"is {type(value).__name__}, not text"):
        clean(value)


def test_yes_or_no_stands_where_it_is_asked_for_alone() -> None:
    with pytest.raises(BadRecord, match="title is bool"):
        check_shape(bill(title=True))
    with pytest.raises(BadRecord, match=r"subjects\[0\] is bool"):
        check_shape(bill(subjects=(False,)))


def test_a_mail_in_an_alphabet_that_nobody_knows_stops_nothing() -> None:
    for name in (b"utf-9", b"utf\xff8", b""):
        fuzz_local._mailbox(fuzz_local._REPORT.replace(b"charset=utf-8", b"charset=" + name))


@pytest.mark.parametrize("name", ["site", "mirror"])
def test_an_address_with_an_open_bracket_is_told_in_a_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "infopolicy.toml").write_text(f'{name} = "http://[::1"')
    with pytest.raises(BadSetting, match=f"{name} = 'http"):
        load({}, tmp_path / "infopolicy.toml")


def test_a_time_zone_longer_than_a_file_may_be_called_is_none() -> None:
    channels = fuzz_local._CHANNELS.replace(b"America/New_York", b"x" * 5000)
    with pytest.raises(fuzz_local.BadChannel, match="quiet"):
        fuzz_local._channels(channels)
    assert ical.start("2025-01-01T10:00:00", "x" * 5000).isoformat() == "2025-01-01"


def test_json_lines_are_refused_one_by_one() -> None:
    for line in (b'{"id": 1, "title": {}}', b"[]", b"7", json.dumps({"id": [], "title": "x"}).encode()):
        with pytest.raises(fuzz_local.BadLine):
            fuzz_local.json_line(line)


def test_a_rule_file_whose_lists_name_each_other_is_refused_before_it_is_written_out(tmp_path: Path) -> None:
    lists = ["a0: {r: &a0 [x, x, x, x, x, x, x, x, x]}"]
    lists += [f"a{n}: {{r: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 12)]
    file = tmp_path / "fields.yml"
    file.write_text("\n".join(lists), encoding="utf-8")
    with pytest.raises(ValueError, match=r"fields\.yml:\d+: is not readable YAML \(.\*a0. refers to another place"):
        load_fields(file)
