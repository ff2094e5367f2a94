"""A browser without a screen for somebody who works here: signed in, sending the forms it is shown."""

import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_app.application import create_app
from tests.world import PASSWORD, World

TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Visitor:
    """Somebody before the screen; `role` signs them in."""

    def __init__(self, world: World, role: str = "") -> None:
        self.client: FlaskClient = create_app(world.settings, clock=world.clock).test_client()
        self.email = ""
        if role:
            self.email = world.person(role)
            answer = self.send("/sign-in", email=self.email, password=PASSWORD)
            assert answer.status_code == 302, answer.text

    def open(self, path: str) -> TestResponse:
        return self.client.get(path)

    def send(self, path: str, /, form_at: str = "/sign-in", **fields: Any) -> TestResponse:
        """Post a form with the token of a page that this visitor may see."""
        token = TOKEN.search(self.client.get(form_at).text)
        assert token is not None
        return self.client.post(path, data={"csrf_token": token[1], **fields})


def words(answer: TestResponse) -> str:
    """What a page says, without its markup and with single spaces."""
    body = re.sub(r"<(script|style).*?</\1>", " ", answer.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
