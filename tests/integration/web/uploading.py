"""Files that a visitor uploads in tests, and what the inputs of a page hold."""

import io
import re
from html import unescape

from werkzeug.test import TestResponse

from survey_app.services import questionnaires
from tests.world import World


def file(text: str | bytes, name: str = "trust.yaml") -> tuple[io.BytesIO, str]:
    return io.BytesIO(text if isinstance(text, bytes) else text.encode()), name


def field(answer: TestResponse, name: str) -> str:
    """What an input of a page holds."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', answer.text)
    assert tag is not None, name
    found = re.search(r'value="([^"]*)"', tag[0])
    assert found is not None
    return unescape(found[1])


def newest(world: World, name: str) -> int:
    lines = world.read(questionnaires.versions)
    return next(line.id for line in lines if line.name == name)
