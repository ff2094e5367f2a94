"""What stands in `deploy/` is read without complaint by what it is for, and keeps what it promises."""

import os
import ssl
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.fixtures.mail_server import free_port
from tests.fixtures.shell import ROOT

DEPLOY = ROOT / "deploy"
UNITS = ("compact-web.service", "compact-worker.service")
NAME = "survey.example.org"


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_a_unit_and_thinks_it_well_confined(unit: str, tmp_path: Path) -> None:
    # Only the program's folder is another one here.
    text = (DEPLOY / unit).read_text(encoding="utf-8")
    (tmp_path / unit).write_text(text.replace("/srv/compact-monitor/run", str(ROOT / "run")))

    verified = analysed("verify", str(tmp_path / unit))
    security = analysed("security", "--offline=yes", "--threshold=20", str(tmp_path / unit))

    # It complains without ending badly.
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")
    assert security.returncode == 0, security.stdout


def analysed(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


class Upstream(BaseHTTPRequestHandler):
    """A website that repeats the headers it was given."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = str(self.headers).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        return None


@pytest.fixture
def upstream() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Upstream)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def configured(tmp_path: Path, upstream: int) -> tuple[Path, int]:
    """The configuration with certificate, ports and folders of this test; and its port for https."""
    certificate(tmp_path)
    (tmp_path / "log").mkdir()
    https = free_port()
    site = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for written, here in (
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{https} ssl;"),
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("/etc/ssl/compact-monitor/", f"{tmp_path}/"),
        ("/var/log/nginx/", f"{tmp_path}/log/"),
    ):
        assert written in site
        site = site.replace(written, here)
    user = "user root;" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"{user} daemon off; pid {tmp_path}/pid; worker_processes 1; events {{}}"
        f" http {{ {temporary} include {tmp_path}/site.conf; }}"
    )
    return tmp_path / "nginx.conf", https


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(private)


def nginx(*arguments: str) -> list[str]:
    # Debian keeps it off the path of people who are not root.
    there = Path("/usr/sbin/nginx")
    return [str(there) if there.exists() else "nginx", *arguments]


def test_nginx_understands_its_configuration(configured: tuple[Path, int]) -> None:
    path, _ = configured

    tested = subprocess.run(
        nginx("-t", "-q", "-e", "stderr", "-c", str(path)), capture_output=True, text=True, check=False
    )

    assert (tested.returncode, tested.stderr) == (0, "")


@pytest.fixture
def proxy(configured: tuple[Path, int]) -> Iterator[int]:
    path, port = configured
    running = subprocess.Popen(nginx("-e", "stderr", "-c", str(path)), stderr=subprocess.DEVNULL)
    yield port
    running.terminate()
    running.wait(timeout=20)


def asked(
    port: int, *, path: str = "/", size: int = 0, headers: dict[str, str] | None = None
) -> tuple[int, str]:
    """Status and body of a POST of `size` bytes."""
    trusting = ssl._create_unverified_context()
    for _ in range(100):
        connection = HTTPSConnection("127.0.0.1", port, context=trusting, timeout=20)
        try:
            connection.request("POST", path, b"x" * size, {"Host": NAME} | (headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except ConnectionRefusedError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError("nginx does not answer")


def test_a_visitor_cannot_say_where_they_come_from_nor_send_more_than_a_page_takes(proxy: int) -> None:
    forged = {
        "X-Forwarded-For": "203.0.113.9",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Prefix": "/evil",
        "X-Request-Id": "evil",
        "Forwarded": "for=203.0.113.9",
    }
    status, seen = asked(proxy, headers=forged)

    assert status == 200
    assert "X-Forwarded-For: 127.0.0.1\n" in seen
    assert f"X-Forwarded-Host: {NAME}\n" in seen
    assert "X-Forwarded-Proto: https\n" in seen
    assert "evil" not in seen
    assert "203.0.113.9" not in seen
    assert asked(proxy, size=3_000_000)[0] == 413
    assert asked(proxy, path="/frame/list", size=3_000_000)[0] == 200


def test_the_access_log_holds_neither_addresses_nor_what_was_asked_for(
    proxy: int, configured: tuple[Path, int]
) -> None:
    asked(proxy, path="/cases/4711?code=KX4M-20VB-9QZT")

    folder = configured[0].parent / "log"
    for _ in range(100):
        if logged := (folder / "compact-monitor.log").read_text():
            break
        time.sleep(0.05)
    assert " POST 200 " in logged
    assert "4711" not in logged
    assert "KX4M" not in logged
    assert "127.0.0.1" not in logged
