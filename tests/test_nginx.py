"""A real nginx with the example before the site: it keeps what it may and shows nothing that it must not."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import desk_fixtures
import httpx
import pytest
from conftest import ROOT, clean_environment, needs
from waiting import until_it_answers

from benchmarks.running import free_port

pytestmark = pytest.mark.slow

DEPLOY = ROOT / "deploy"
NAME = "policy.example.org"
SITE = f"https://{NAME}"
#: The header of single sign-on in docs/desk.md.
SIGN_ON = "X-Forwarded-Email"
ROWS = "/corpus/documents.json?_size=1"


@dataclass(frozen=True)
class Front:
    """The ports of nginx, with TLS and without, and the address of the site behind it."""

    tls: int
    plain: int
    direct: str

    def connect(self, name: str = NAME) -> ssl.SSLSocket:
        """A connection as a browser opens it that asks for a name."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.tls), timeout=300), server_hostname=name)

    def raw(self, request: str) -> bytes:
        """What comes back for a request written by hand."""
        with self.connect() as connection:
            connection.sendall(request.replace("\n", "\r\n").encode())
            return b"".join(iter(lambda: connection.recv(65536), b""))


class Visitor(httpx.Client):
    """Asks nginx by the site's own name."""

    def __init__(self, front: Front):
        super().__init__(verify=False, timeout=300, headers={"Host": NAME}, base_url=f"https://127.0.0.1:{front.tls}")

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        request.extensions = {**request.extensions, "sni_hostname": NAME}
        return super().send(request, **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the databases, the cache and the logs are."""
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def behind_nginx(folder: Path) -> Iterator[Front]:
    """The site and nginx with the example's configuration on free ports."""
    tmp_path = folder
    data = tmp_path / "data"
    data.mkdir()
    desk_fixtures.build(data)
    site, plain, tls = free_port(), free_port(), free_port()
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    made = [*certificate, "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(made, check=True, capture_output=True)
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8001", f"127.0.0.1:{site}"),
        ("listen [::]:80 default_server;", ""),
        ("listen [::]:80;", ""),
        ("listen [::]:443 ssl http2 default_server;", ""),
        ("listen [::]:443 ssl http2;", ""),
        ("listen 80", f"listen 127.0.0.1:{plain}"),
        ("listen 443", f"listen 127.0.0.1:{tls}"),
        ("client_header_timeout 10s", "client_header_timeout 1s"),
        ("client_body_timeout 10s", "client_body_timeout 1s"),
        ("/etc/letsencrypt/live/policy.example.org/fullchain.pem", str(tmp_path / "cert.pem")),
        ("/etc/letsencrypt/live/policy.example.org/privkey.pem", str(tmp_path / "key.pem")),
        ("/var/cache/nginx", str(tmp_path / "cache")),
        ("/var/log/nginx", str(tmp_path)),
    ):
        assert old in text, old
        text = text.replace(old, new)
    (tmp_path / "cache").mkdir()
    whole = (
        f"{'user root; ' if os.geteuid() == 0 else ''}pid {tmp_path}/pid; error_log {tmp_path}/error.log; "
        "worker_processes 1; daemon off; "
        f"events {{}} http {{ client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p; fastcgi_temp_path {tmp_path}/f; "
        f"uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s; {text} }}"
    )
    (tmp_path / "nginx.conf").write_text(whole)
    nginx = [
        shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin") or "nginx",
        "-c",
        str(tmp_path / "nginx.conf"),
    ]
    checked = subprocess.run([*nginx, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    settings = {
        "INFOPOLICY_DATA": str(data),
        "INFOPOLICY_SECRET": desk_fixtures.SECRET,
        "INFOPOLICY_STALE_HOURS": "100000",
        "INFOPOLICY_SITE": SITE,
        "INFOPOLICY_SSO_HEADER": SIGN_ON,
        "INFOPOLICY_SSO_PROXY": "127.0.0.1",
    }
    ours = subprocess.Popen(
        [sys.executable, "infopolicy.py", "serve", "--port", str(site)],
        cwd=ROOT,
        env=clean_environment() | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    theirs = subprocess.Popen(nginx, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until_it_answers(site, ours)
        until_it_answers(tls, theirs)
        yield Front(tls, plain, f"http://127.0.0.1:{site}")
    finally:
        for process in (theirs, ours):
            process.terminate()
            process.wait(timeout=90)


@needs("nginx")
@needs("openssl")
def test_nginx_keeps_public_pages_and_nothing_else(behind_nginx: Front) -> None:
    direct = behind_nginx.direct
    with Visitor(behind_nginx) as asked:
        first, second = (asked.get("/areas?fresh=1") for _ in range(2))
        assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
        assert second.text == first.text
        for path in ("/areas", "/desk/login", "/static/site.css", "/corpus", "/-/health", "/none"):
            answer = asked.get(path)
            assert answer.headers.get_list("strict-transport-security") == ["max-age=31536000"], path
        with_cookie = asked.get("/areas", headers={"Cookie": "ds_actor=x"})
        assert with_cookie.headers["x-cache"] == "BYPASS"
        for _ in range(2):
            login = asked.get("/desk/login", headers={"Cookie": ""})
            assert login.status_code == 200
            assert "x-cache" not in login.headers
            assert "no-store" in login.headers["cache-control"]
        # The numbers are shut twice: by nginx, and by the site for whatever came through a proxy.
        assert asked.get("/-/metrics").status_code == 404
        assert httpx.get(f"{direct}/-/metrics").status_code == 200
        assert httpx.get(f"{direct}/-/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
        assert asked.get("/-/health").json()["status"] == "ok"
        assert asked.post("/areas").status_code == 403
        assert asked.get(ROWS).status_code == 200


@needs("nginx")
@needs("openssl")
def test_forms_of_visitors_come_through(behind_nginx: Front) -> None:
    forms = [
        path for path in (ROOT / "datasette/templates").glob("*.html") if 'method="post"' in path.read_text("utf-8")
    ]
    addresses = {
        found for path in forms for found in re.findall(r'method="post" action="(/[a-z-]+)', path.read_text("utf-8"))
    }
    assert "/find-my-legislators" in addresses
    with Visitor(behind_nginx) as asked:
        found = asked.post("/find-my-legislators", data={"state": "OH"})
        assert (found.status_code, "x-cache" in found.headers) == (200, False)
        assert asked.post("/es/find-my-legislators", data={"state": "OH"}).status_code == 200
        for address in addresses - {"/find-my-legislators"}:
            assert "<center>nginx" not in asked.post(address, data={"x": "1"}).text, address


@needs("nginx")
@needs("openssl")
@pytest.mark.parametrize("header", ["X-Forwarded-Email", "X-Remote-User", "X-Forwarded-User", "X-Auth-Request-Email"])
def test_no_visitor_signs_in_by_a_header(behind_nginx: Front, header: str) -> None:
    conf = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    assert f'proxy_set_header {header} "";' in conf
    [shown] = re.findall(r'^sso_header = "([\w-]+)"', (ROOT / "docs/desk.md").read_text("utf-8"), re.MULTILINE)
    assert f'proxy_set_header {shown} "";' in conf, "the header of the docs' example"
    if header == SIGN_ON:
        said = {header: "ana@example.org"}
        assert httpx.get(f"{behind_nginx.direct}/desk", headers=said).status_code == 200
        with Visitor(behind_nginx) as asked:
            assert asked.get("/desk", headers=said).status_code == 302


@needs("nginx")
@needs("openssl")
def test_a_foreign_host_poisons_no_kept_answer(behind_nginx: Front) -> None:
    """Every way to name another host, each before the first visitor of that address."""
    with Visitor(behind_nginx) as asked:
        for path in (ROWS, "/corpus/documents?_size=1", "/static/site.css", "/areas"):
            for host in ("evil.example", "evil.example:443", "127.0.0.1", f"{NAME}.evil.example", ""):
                assert behind_nginx.raw(f"GET {path} HTTP/1.1\nHost: {host}\nConnection: close\n\n")[:12] in (
                    b"",
                    b"HTTP/1.1 400",
                ), host
            target = f"https://evil.example{path}"
            assert behind_nginx.raw(f"GET {target} HTTP/1.1\nHost: {NAME}\nConnection: close\n\n") == b""
            told = {
                "X-Forwarded-Host": "evil.example",
                "Forwarded": "host=evil.example",
                "X-Original-Host": "evil.example",
            }
            asked.get(path, headers=told)
            # A port is a part of the header and none of the name: nginx takes it for ours.
            assert asked.get(path, headers={"Host": f"{NAME}:8443"}).status_code == 200
            answer = asked.get(path)
            assert answer.status_code == 200
            assert "evil" not in answer.text + str(answer.headers), path
            assert ":8443" not in answer.text, path
        assert asked.get(ROWS).json()["next_url"].startswith(f"{SITE}/corpus/documents.json?")
        assert f'href="{SITE}/corpus/documents?_size=1&amp;_next=' in asked.get("/corpus/documents?_size=1").text


@needs("nginx")
@needs("openssl")
def test_a_name_that_is_not_ours_gets_no_answer(behind_nginx: Front) -> None:
    with pytest.raises(ssl.SSLError):
        behind_nginx.connect("evil.example")
    plain = f"http://127.0.0.1:{behind_nginx.plain}/areas"
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(plain, headers={"Host": "evil.example"})
    assert httpx.get(plain, headers={"Host": f"{NAME}:81"}).headers["location"] == f"{SITE}/areas"


@needs("nginx")
@needs("openssl")
def test_half_sent_requests_are_closed_and_others_are_answered(behind_nginx: Front) -> None:
    half = [behind_nginx.connect() for _ in range(60)]
    for number, connection in enumerate(half):
        body = (
            f"POST /subscribe HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 100\r\n\r\nemail=" if number % 4 == 0 else ""
        )
        connection.sendall((body or f"GET /areas HTTP/1.1\r\nHost: {NAME}\r\nX-Half: ").encode())
    with Visitor(behind_nginx) as asked:
        assert asked.get("/areas").status_code == 200
    began = time.monotonic()
    for connection in half:
        connection.settimeout(20)
        while connection.recv(4096):
            pass
        connection.close()
    assert time.monotonic() - began < 60


@needs("nginx")
@needs("openssl")
def test_the_logs_of_nginx_hold_nobody_and_no_word(behind_nginx: Front, folder: Path) -> None:
    """Also where a request is refused for being one too many, which nginx calls an error and tells with the whole request."""
    with Visitor(behind_nginx) as asked:
        stati = [asked.get(f"/corpus.json?sql=select+'zyzzyva-{number}'").status_code for number in range(14)]
    assert {200, 429} <= set(stati)
    logs = {file.name: file.read_text() for file in folder.glob("*.log")}
    assert logs["infopolicy.log"].count("\n") >= 14
    assert [name for name, text in logs.items() if "zyzzyva" in text or "client: 127.0.0.1" in text] == []
    assert "127.0.0.1" not in logs["infopolicy.log"]
