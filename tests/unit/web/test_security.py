"""Every answer carries its headers, and no page holds anything they would refuse."""

import re

import pytest
from flask.testing import FlaskClient

from tests.unit.web.kitchen_sink import kitchen_sink

PAGES = ["/dashboard", "/form", "/question", "/error"]


@pytest.fixture
def client() -> FlaskClient:
    return kitchen_sink().test_client()


def directives(policy: str) -> dict[str, str]:
    return dict(part.split(" ", 1) for part in policy.split("; "))


def test_a_page_may_load_nothing_from_anywhere_else(client: FlaskClient) -> None:
    policy = directives(client.get("/dashboard").headers["Content-Security-Policy"])

    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy["object-src"] == "'none'"
    assert policy["style-src"] == policy["font-src"] == policy["form-action"] == "'self'"
    assert not any("unsafe" in allowed or "http" in allowed for allowed in policy.values())


def test_only_scripts_with_the_nonce_of_this_answer_run(client: FlaskClient) -> None:
    first, second = client.get("/dashboard"), client.get("/dashboard")

    allowed = directives(first.headers["Content-Security-Policy"])["script-src"]
    nonces = set(re.findall(r'<script[^>]* nonce="([^"]+)"', first.text))

    assert allowed == f"'nonce-{nonces.pop()}'"
    assert not nonces
    assert allowed not in second.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_holds_what_its_policy_refuses(client: FlaskClient, path: str) -> None:
    page = client.get(path).text

    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", page)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
    assert all(" nonce=" in tag for tag in re.findall(r"<script[^>]*>", page))


@pytest.mark.parametrize("path", [*PAGES, "/no-such-page"])
def test_every_page_is_guarded_and_never_stored(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers

    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "geolocation=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/static/app.css", "public, max-age=3600"),
        ("/static/app.css?v=1", "public, max-age=31536000, immutable"),
        ("/static/absent.css?v=1", "no-store"),
    ],
)
def test_a_static_file_is_kept_and_longest_when_addressed_by_its_fingerprint(
    client: FlaskClient, address: str, kept: str
) -> None:
    with client.get(address) as answer:
        assert answer.headers["Cache-Control"] == kept


def test_browsers_are_told_to_stay_on_https_only_when_they_came_by_it(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/dashboard").headers
    secure = client.get("/dashboard", base_url="https://localhost").headers
    assert secure["Strict-Transport-Security"].startswith("max-age=63072000")


def test_signing_out_is_a_post_with_a_token(client: FlaskClient) -> None:
    page = client.get("/dashboard").text

    (form,) = re.findall(r'<form method="post" action="/sign-out".*?</form>', page, flags=re.S)

    assert re.search(r'name="csrf_token" value="[^"]{20,}"', form)
