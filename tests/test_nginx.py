"""A real nginx with the example before the site: it keeps what it may and shows nothing that it must not."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import desk_world
import httpx
import pytest
from conftest import ROOT, clean_environment, needs

DEPLOY = ROOT / "deploy"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, "it ended before it answered"
        time.sleep(0.1)
    pytest.fail("nobody answers")


@pytest.fixture
def behind_nginx(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The site and nginx with the example's configuration on free ports; gives the addresses of nginx and of the site."""
    data = tmp_path / "data"
    data.mkdir()
    desk_world.build(data)
    site, plain, tls = free_port(), free_port(), free_port()
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    made = [*certificate, "-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "cert.pem")]
    subprocess.run(made, check=True, capture_output=True)
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for old, new in (
        ("127.0.0.1:8001", f"127.0.0.1:{site}"), ("listen 80;", f"listen 127.0.0.1:{plain};"), ("listen [::]:80;", ""),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{tls} ssl http2;"), ("listen [::]:443 ssl http2;", ""),
        ("/etc/letsencrypt/live/policy.example.org/fullchain.pem", str(tmp_path / "cert.pem")),
        ("/etc/letsencrypt/live/policy.example.org/privkey.pem", str(tmp_path / "key.pem")),
        ("/var/cache/nginx", str(tmp_path / "cache")), ("/var/log/nginx", str(tmp_path)),
    ):  # fmt: skip
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
        "INFOPOLICY_SECRET": desk_world.SECRET,
        "INFOPOLICY_STALE_HOURS": "100000",
        "INFOPOLICY_SITE": "https://policy.example.org",
    }
    ours = subprocess.Popen(
        [sys.executable, "cli.py", "serve", "--port", str(site)], cwd=ROOT, env=clean_environment() | settings,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    theirs = subprocess.Popen(nginx, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(site, ours)
        wait_for(tls, theirs)
        yield f"https://127.0.0.1:{tls}", f"http://127.0.0.1:{site}"
    finally:
        for process in (theirs, ours):
            process.terminate()
            process.wait(timeout=20)


@needs("nginx")
@needs("openssl")
def test_nginx_keeps_public_pages_and_nothing_else(behind_nginx: tuple[str, str], tmp_path: Path) -> None:
    proxy, direct = behind_nginx
    with httpx.Client(verify=False, timeout=30) as asked:
        first, second = (asked.get(f"{proxy}/areas") for _ in range(2))
        assert (first.headers["x-cache"], second.headers["x-cache"]) == ("MISS", "HIT")
        assert second.text == first.text
        for path in ("/areas", "/desk/login", "/static/site.css", "/corpus", "/-/health", "/none"):
            answer = asked.get(f"{proxy}{path}")
            assert answer.headers.get_list("strict-transport-security") == ["max-age=31536000"], path
        with_cookie = asked.get(f"{proxy}/areas", headers={"Cookie": "ds_actor=x"})
        assert with_cookie.headers["x-cache"] == "BYPASS"
        for _ in range(2):
            login = asked.get(f"{proxy}/desk/login", headers={"Cookie": ""})
            assert login.status_code == 200
            assert "x-cache" not in login.headers
            assert "no-store" in login.headers["cache-control"]
        # The numbers are shut twice: by nginx, and by the site for whatever came through a proxy.
        assert asked.get(f"{proxy}/-/metrics").status_code == 404
        assert asked.get(f"{direct}/-/metrics").status_code == 200
        assert asked.get(f"{direct}/-/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
        assert asked.get(f"{proxy}/-/health").json()["status"] == "ok"
        assert asked.post(f"{proxy}/areas").status_code == 403
        assert asked.get(f"{proxy}/corpus/documents.json?_size=1").status_code == 200
        asked.get(f"{proxy}/browse?q=zyzzyva")
    log = (tmp_path / "infopolicy.log").read_text()
    assert log.count("\n") >= 8
    assert "zyzzyva" not in log
    assert "127.0.0.1" not in log
