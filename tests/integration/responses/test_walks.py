"""How often a page walks the questionnaire: once with the answers before it, and once with those after."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from instruments.answering import routing
from instruments.schema import Questionnaire
from sampling.frame import Sector
from tests.fixtures.answering import Browser, application, case_of
from tests.fixtures.every_kind import ANSWERS, opened_with_every_kind
from tests.fixtures.world import World

SOFT_CHECK = "/question/cash.council"
Request = tuple[str, str]


class Counted:
    """An application that counts the walks of each request."""

    def __init__(self, app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self._inner, self._walk, self._walks = app.wsgi_app, routing._walk, 0
        self.walks: dict[Request, list[int]] = defaultdict(list)
        app.wsgi_app = self._answer
        monkeypatch.setattr(routing, "_walk", self._counted)

    def _counted(self, questionnaire: Questionnaire, standing: Any) -> Iterator[Any]:
        self._walks += 1
        return self._walk(questionnaire, standing)

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self._walks = 0
        answer = self._inner(environ, start)
        self.walks[environ["REQUEST_METHOD"], environ["PATH_INFO"]].append(self._walks)
        return answer  # type: ignore[no-any-return]

    def of(self, method: str, begins: str = "/") -> list[int]:
        """The walks of every request of this method to an address that begins so."""
        requests = [
            request for request in self.walks if request[0] == method and request[1].startswith(begins)
        ]
        return [walks for request in requests for walks in self.walks[request]]


@pytest.fixture
def world(embedded_world: World) -> World:
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))


def test_a_page_is_shown_after_one_walk_and_saved_with_one_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = application(world)
    counted = Counted(app, monkeypatch)
    browser = Browser(app).begin(case_of(world, Sector.VOLUNTARY)[1])

    while browser.address != "/check":
        if browser.address == SOFT_CHECK:
            browser.send({"answer": "600,000"}).send({"answer": "600,000", "reason": "A new building"})
        else:
            browser.send(ANSWERS[browser.address.removeprefix("/question/")])
    browser.send()

    # A page that was left unfinished is read as well as shown.
    assert max(counted.of("GET", SOFT_CHECK)) == 2
    counted.walks.pop(("GET", SOFT_CHECK))
    assert set(counted.of("GET")) == {0, 1}
    assert set(counted.of("POST", "/question/")) == {2}
    assert counted.walks["GET", "/check"] == counted.walks["POST", "/check"] == [1]
    assert counted.walks["GET", "/receipt"] == [1]
