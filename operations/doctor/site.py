"""Is the site safe to reach: secret, addresses, proxies, encryption, sign-on, debugging, settings of publishers."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import httpx

from crawlers.sources import load_sources
from operations.doctor.findings import Finding, Host, ok, problem, warning
from operations.doctor.people import open_accounts
from second_reader.models import NoReader, find_model
from settings import BadSetting, Configuration, networks, reachable

SHORTEST_SECRET = 32
#: Fewer different characters than this are no random text of that length.
FEWEST_CHARACTERS = 12
NEW_SECRET = "Set INFOPOLICY_SECRET to what this prints: python3 -c 'import secrets; print(secrets.token_hex(32))'"
#: Programs and people that must read a real address of yours.
DEBUGGING = ("PYTHONDEVMODE", "PYTHONASYNCIODEBUG", "PYTHONINSPECT", "PYTHONBREAKPOINT", "LD_PRELOAD")
#: Renew a certificate before this many days are left; with fewer than the second, nothing renews it.
RENEW, LATE = timedelta(days=21), timedelta(days=7)


def secret(host: Host) -> Iterator[Finding]:
    name = next((each for each in ("INFOPOLICY_SECRET", "DATASETTE_SECRET") if host.environment.get(each)), None)
    value = host.environment[name] if name else ""
    if not name and not open_accounts(host.config.staff):
        yield ok("secret", "INFOPOLICY_SECRET is not set, and nobody has an account: the staff pages are closed.")
    elif not name:
        yield problem("secret", "INFOPOLICY_SECRET is not set.", "The staff pages are closed.", NEW_SECRET)
    elif len(value) < SHORTEST_SECRET:
        says = f"{name} has {len(value)} characters and needs {SHORTEST_SECRET}."
        yield problem("secret", says, "The staff pages are closed.", NEW_SECRET)
    elif (different := len(set(value))) < FEWEST_CHARACTERS:
        means = "Anyone who guesses the secret can sign in as any staff member."
        yield problem("secret", f"{name} has only {different} different characters.", means, NEW_SECRET)
    else:
        yield ok("secret", f"{name} is set and has {len(value)} characters.")


def is_local(name: str | None) -> bool:
    try:
        return ipaddress.ip_address(name or "").is_loopback
    except ValueError:
        return name == "localhost"


def address(host: Host) -> Iterator[Finding]:
    """The public address is encrypted, and the site listens to nobody but its proxy."""
    config, parts = host.config, urlsplit(host.config.site)
    if is_local(parts.hostname):
        yield warning(
            "public address",
            f"The site setting is {config.site}.",
            "Feeds, quotations, and emails link to this machine, which nobody else can reach.",
            "Set INFOPOLICY_SITE to the public address, such as https://policy.your-domain.org.",
        )
    elif parts.scheme != "https":
        yield problem(
            "public address",
            f"The site setting is {config.site}, without encryption.",
            "Passwords and session cookies of staff can be read on the way.",
            "Set up TLS in nginx (deploy/nginx.conf) and set INFOPOLICY_SITE to the https address.",
        )
    else:
        yield ok("public address", f"The public address is {config.site}.")
    if not is_local(config.host) and not host.in_docker:
        yield warning(
            "listening",
            f"The site listens on {config.host}:{config.port}.",
            "Anyone who reaches that port bypasses nginx and its limits.",
            "Unset INFOPOLICY_HOST, or let a firewall admit nginx only.",
        )
    else:
        yield ok("listening", f"The site listens on {config.host}:{config.port}.")


def _too_wide(text: str) -> list[str]:
    """The networks that hold more than a company has."""
    return [str(each) for each in networks(text) if each.prefixlen < (8 if each.version == 4 else 32)]


def proxies(host: Host) -> Iterator[Finding]:
    """Visitors' addresses come from the proxy alone, and from the right one."""
    config = host.config
    if wide := _too_wide(config.proxies):
        yield problem(
            "proxies",
            f"INFOPOLICY_PROXIES trusts {', '.join(wide)}.",
            "Any visitor can claim any address, so limits on sign-ins and forms do not hold.",
            "Name only the address of your proxy, such as INFOPOLICY_PROXIES=127.0.0.1,::1",
        )
    elif urlsplit(config.site).scheme == "https" and not networks(config.proxies):
        yield problem(
            "proxies",
            "INFOPOLICY_PROXIES is empty, but a proxy must end TLS for the https address.",
            "All visitors look like one: after a few failed sign-ins nobody can sign in.",
            "Set INFOPOLICY_PROXIES to the address of your proxy.",
        )
    elif not is_local(config.host) and config.proxies == Configuration.proxies:
        yield warning(
            "proxies",
            f"The site listens on {config.host}, but trusts a proxy on this machine only.",
            "If the proxy runs elsewhere, all visitors look like one and share one limit.",
            "Add the proxy's address to INFOPOLICY_PROXIES.",
        )
    else:
        yield ok("proxies", f"The site trusts the proxies {config.proxies or '(none)'}.")
    yield from _numbers(config)


def _numbers(config: Configuration) -> Iterator[Finding]:
    if wide := _too_wide(config.metrics_from):
        yield warning(
            "metrics",
            f"INFOPOLICY_METRICS_FROM admits {', '.join(wide)}.",
            "Strangers can read how many readers, errors, and waiting reviews there are.",
            "Name only the addresses of your Prometheus server.",
        )
    else:
        yield ok("metrics", f"Only {config.metrics_from or 'nobody'} can read /-/metrics.")


def sign_on(host: Host) -> Iterator[Finding]:
    config = host.config
    if not config.sso_header:
        yield ok("single sign-on", "Staff sign in with passwords; no proxy signs them in.")
        return
    do = f"Set INFOPOLICY_SSO_PROXY to the address of the proxy that sets {config.sso_header}."
    try:
        wide = _too_wide(config.sso_proxy or "")
    except BadSetting:
        wide = [config.sso_proxy or ""]
    if not config.sso_proxy:
        yield problem(
            "single sign-on",
            f"INFOPOLICY_SSO_HEADER is {config.sso_header}, but no proxy is named.",
            "Nobody can sign in through the proxy.",
            do,
        )
    elif wide:
        yield problem(
            "single sign-on",
            f"INFOPOLICY_SSO_PROXY is {config.sso_proxy}.",
            "A visitor who sends that header is signed in as anybody.",
            do,
        )
    else:
        yield ok("single sign-on", f"{config.sso_header} counts from {config.sso_proxy} only.")


def encryption(host: Host) -> Iterator[Finding]:
    """The public address answers over TLS, says so to browsers, and its certificate is not about to end."""
    site = host.config.site
    if urlsplit(site).scheme != "https" or not host.online:
        yield ok("TLS", "Not checked: " + ("the site setting is not https." if host.online else "--offline."))
        return
    try:
        left = host.certificate_until(site) - host.now
        answer = host.fetch(f"{site}/-/health")
    except (ssl.SSLError, httpx.HTTPError, OSError) as error:
        yield _unreachable(site, error)
        return
    if left < RENEW:
        level = problem if left < LATE else warning
        says = f"The certificate of {site} ends in {left.days} days."
        yield level("TLS", says, "After that, browsers refuse the site.", "certbot renew")
    else:
        yield ok("TLS", f"The certificate of {site} is good for {left.days} days.")
    yield from _strict(site, answer.headers.get("strict-transport-security", ""))
    if answer.status != 200:
        yield problem(
            "health",
            f"{site}/-/health answers {answer.status}.",
            "The site does not do all of its work.",
            f"curl -sS {site}/-/health",
        )
    else:
        yield ok("health", f"{site}/-/health answers 200.")


def _unreachable(site: str, error: Exception) -> Finding:
    check = f"curl -sSI {site}/-/health"
    if isinstance(error, ssl.SSLError):
        says = f"The certificate of {site} cannot be trusted ({error.reason or type(error).__name__})."
        return problem("TLS", says, "Browsers warn readers away from the site.", check)
    says = f"{site} does not answer here ({type(error).__name__})."
    means = "The site is down, or this machine cannot reach its own public address."
    return warning("TLS", says, means, f"{check} # from another machine")


def _strict(site: str, header: str) -> Iterator[Finding]:
    if "max-age=" not in header:
        yield warning(
            "HSTS",
            f"{site} sends no Strict-Transport-Security header.",
            "A browser's first request may go out without encryption.",
            "Restart the site after you set INFOPOLICY_SITE: systemctl restart infopolicy-site",
        )
    else:
        yield ok("HSTS", "Browsers are told to use https only.")


def debugging(host: Host) -> Iterator[Finding]:
    found = [name for name in DEBUGGING if host.environment.get(name)]
    if found:
        yield warning(
            "debugging",
            f"{', '.join(found)} is set.",
            "Programs are slower, and may show what they hold.",
            f"Remove {', '.join(found)} from the environment.",
        )
    else:
        yield ok("debugging", "No debugging switch is set.")
    if host.config.mirror:
        yield warning(
            "mirror",
            "INFOPOLICY_MIRROR is set.",
            "Nothing comes from the real publishers.",
            "Remove INFOPOLICY_MIRROR from the environment.",
        )
    else:
        yield ok("mirror", "Documents come from the publishers themselves.")


def contact(host: Host) -> Iterator[Finding]:
    try:
        yield ok("contact", f"Publishers can write to {reachable(host.config.contact)}.")
    except BadSetting:
        yield problem(
            "contact",
            f"The contact for publishers is {host.config.contact or 'not set'}.",
            "Nothing is collected: publishers block crawlers that do not say whom to write to.",
            "Set INFOPOLICY_CONTACT=mailto:you@your-domain.org",
        )


def keys(host: Host) -> Iterator[Finding]:
    """Report sources that lack a key. A key is never shown."""
    # What nobody has agreed to wants no key either.
    known = [
        each for each in load_sources().values() if not each.agreement or host.environment.get(each.agreement) == "1"
    ]
    wanted = {source.key: source.id for source in known if source.key}
    lacking = [name for name in wanted if not host.environment.get(name)]
    short = [name for name in wanted if 0 < len(host.environment.get(name, "")) < 16]
    if lacking:
        yield warning(
            "source keys",
            f"Not set: {', '.join(lacking)}.",
            f"These sources are never collected: {', '.join(wanted[name] for name in lacking)}.",
            "Get the keys (docs/sources/ says where) and add them to the environment.",
        )
    if short:
        yield warning(
            "source keys",
            f"Shorter than any real key: {', '.join(short)}.",
            f"The publisher will refuse: {', '.join(wanted[name] for name in short)}.",
            "Copy the whole key into the environment.",
        )
    if not lacking and not short:
        yield ok("source keys", f"All {len(wanted)} keys of sources are set.")


def second_reader(host: Host) -> Iterator[Finding]:
    """Report a model that cannot be asked; where none is set, there is nothing to say."""
    name = host.config.reader_model
    if name is None:
        return
    try:
        find_model(name, host.config.reader_price)
        yield ok("second reader", f"{name} is a model that can be asked.")
    except NoReader as error:
        yield problem(
            "second reader",
            f"{name} cannot be asked: {error}.",
            "Nothing is read: the desk gets no suggestions of the second reader.",
            "Correct INFOPOLICY_READER_MODEL (docs/second-reader.md), or unset it.",
        )


CHECKS = (secret, address, proxies, sign_on, encryption, debugging, contact, keys, second_reader)
