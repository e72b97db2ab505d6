"""Settings: environment before file before default; what cannot be is named; keys are no part of it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from settings import ROOT, BadSetting, Configuration, load, networks, reachable


def test_environment_goes_before_file_and_file_before_default(tmp_path: Path) -> None:
    file = tmp_path / "infopolicy.toml"
    file.write_text('port = 9000\nworkers = 3\ndata = "/tmp/x"\n')
    found = load({"INFOPOLICY_CONFIG": str(file), "INFOPOLICY_PORT": "9001"})
    assert (found.port, found.workers, found.data, found.host) == (9001, 3, Path("/tmp/x"), "127.0.0.1")


def test_defaults_need_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load({}) == Configuration()
    assert Configuration().data == ROOT / "data"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", "0"),
        ("port", "65536"),
        ("port", "8o01"),
        ("port", "-1"),
        ("port", "²"),
        ("workers", "many"),
        ("proxies", "nginx"),
        ("proxies", "10.0.0.1/8"),
        ("proxies", "127.0.0.1;::1"),
        ("proxies", "127.0.0.1,10.0.0.0/40"),
        ("backup_keep", "0"),
        ("backup_keep", "all"),
        ("backup_days", "-1"),
        ("mirror", "127.0.0.1:8900"),
        ("mirror", "ftp://x/"),
        ("mirror", "file:"),
        ("mirror", "http://"),
        ("metrics_from", "nonsense"),
        ("mail_rate", "٣"),
        ("mail_from", "not an address"),
        ("mail_from", "a@example.org\nBcc: b@example.org"),
        ("mail_from", "@"),
        ("mail_from", "Desk <desk@>"),
        ("mail_bounces", "xx"),
        ("mail_rate", "."),
        ("mail_rate", "9" * 400),
        ("clock", "٣"),
        ("clock", "0"),
        ("reader_daily_dollars", "-1"),
        ("reader_daily_dollars", "9" * 400),
        ("reader_price", "٣/1"),
        ("reader_model", "a\nb"),
        ("catalog", "/nope"),
        ("catalog", "/tmp"),
        ("data", __file__),
        ("data", "/srv/a\nb"),
        ("data", " "),
        ("backup_copy", "backups"),
        ("backup_copy", "/mnt/a\nb"),
        ("imprint", "The library\nMain Street"),
        ("imprint", " "),
        ("notice", "A sample\r\nSet-Cookie: a=b"),
        ("mail_postal", "1 Main Street\nTown"),
        ("publisher", "A\u2028B"),
        ("log_file", "/var/log/a\nb"),
        ("dkim_file", "\n"),
        ("site", "https://policy.example.org\n"),
        ("site", "https://a b.org"),
        ("site", "https://policy.example.org:99999"),
        ("geocoder", "https://a.org\n/x"),
        ("sso_header", "X-User: name"),
    ],
)
def test_value_that_cannot_be_is_named(name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadSetting, match=re.escape(repr(value))) as error:
        load({f"INFOPOLICY_{name.upper()}": value})
    assert f"INFOPOLICY_{name.upper()}" in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("port =", "not TOML"),
        ("prot = 1", "'prot'"),
        ("[data]\nx = 1", "data"),
        ("port = true", "True"),
        ("imprint = true", "True"),
        ("publish_own_drafts = true", "such as"),
        ('data = "a\\u0000b"', "one line"),
    ],
)
def test_bad_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "x.toml"
    file.write_text(text)
    with pytest.raises(BadSetting, match=re.escape(words)):
        load({"INFOPOLICY_CONFIG": str(file)})


def test_a_slip_in_a_name_of_the_environment_is_named_with_the_setting_that_is_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadSetting, match=r"no setting is called INFOPOLICY_PROT; is it INFOPOLICY_PORT\?"):
        load({"INFOPOLICY_PROT": "8080"})
    apart = {"INFOPOLICY_SECRET": "x", "INFOPOLICY_SMTP_PASSWORD": "x", "INFOPOLICY_PROT": "", "OTHER_PROT": "1"}
    apart["INFOPOLICY_HOOK"] = "a name that env: may have in another file"
    assert load(apart) == Configuration()


def test_numbers_of_the_file_may_have_a_point(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("mail_rate = 0.5\nclock = 2.5\nreader_daily_dollars = 0.5\n", encoding="utf-8")
    found = load({"INFOPOLICY_CONFIG": str(file)})
    assert (found.mail_rate, found.clock, found.reader_daily_dollars) == (0.5, 2.5, 0.5)


def test_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="INFOPOLICY_CONFIG"):
        load({"INFOPOLICY_CONFIG": str(tmp_path / "none.toml")})


def test_proxies_are_addresses_or_networks() -> None:
    found = load({"INFOPOLICY_PROXIES": "127.0.0.1, 10.0.0.0/8,::1", "INFOPOLICY_BACKUP_DAYS": "0"})
    assert [str(each) for each in networks(found.proxies)] == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]
    assert found.backup_days == 0, "no day beyond those that stay whole"


def test_mirror_loses_its_last_slash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load({"INFOPOLICY_MIRROR": "http://127.0.0.1:8900/"}).mirror == "http://127.0.0.1:8900"


def test_empty_variable_counts_as_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load({"INFOPOLICY_PORT": ""}).port == 8001


def test_empty_text_in_the_file_counts_as_not_set(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("".join(f'{field.name} = ""\n' for field in fields(Configuration)), encoding="utf-8")
    assert load({}, file) == Configuration(), "an empty folder would be the one in which the command runs"


def test_a_copy_of_the_backups_need_not_be_there(tmp_path: Path) -> None:
    """A disk that is not mounted stops neither the site nor a crawl: the backup and the doctor say so."""
    assert load({"INFOPOLICY_BACKUP_COPY": "/mnt/not-mounted"}).backup_copy == "/mnt/not-mounted"


def test_no_setting_is_a_key_or_password() -> None:
    assert not [field.name for field in fields(Configuration) if re.search("key|password|secret|token", field.name)]


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("mailto:policy@library.gov", "mailto:policy@library.gov"),
        ("policy@library.gov", "mailto:policy@library.gov"),
        ("https://library.gov/contact", "https://library.gov/contact"),
    ],
)
def test_address_for_publishers_is_an_email_address_or_a_page(given: str, sent: str) -> None:
    assert reachable(given) == sent


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        " ",
        "the library",
        "policy@library",
        "mailto:",
        "https://",
        "http://localhost/",
        "mailto:policy@example.org",
        "https://github.com/ala-infopolicy/infopolicy",
        "a@library.gov\nX-Header: 1",
    ],
)
def test_address_where_nobody_answers_is_refused_and_the_setting_named(given: str | None) -> None:
    with pytest.raises(BadSetting, match="INFOPOLICY_CONTACT"):
        reachable(given)


def test_crawl_of_a_publisher_without_an_address_ends_before_anything_is_asked(infopolicy: Any, tmp_path: Path) -> None:
    done = infopolicy("crawl", "uk_bills")
    assert done.returncode == BadSetting.exit_code
    assert "INFOPOLICY_CONTACT is not set" in done.stderr
    assert not (tmp_path / "data" / "corpus.db").exists()
