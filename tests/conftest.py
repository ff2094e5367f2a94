"""Fixtures for every test: settings, clock, both engines, a mail server, a browser, a served application.

`database` runs a test on SQLite and on PostgreSQL; its id says on which. `embedded` is SQLite
alone, for tests of screens, which do not see the engine. Where CI is set, nothing is skipped.
"""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server
from xdist.scheduler import LoadScopeScheduling

from config import Settings
from survey_app.application import create_app, keyring
from survey_app.clock import SetClock
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.services.installation import upgrade
from tests.fixtures import mail_server
from tests.fixtures.engines import Cluster
from tests.fixtures.mail_server import MailServer
from tests.fixtures.shelf import Shelf
from tests.fixtures.world import START, World, with_database

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KEYS = {
    "SECRET_KEY": "secret-key-for-tests-and-for-nothing-else",
    "PRN_KEY": "random-number-key-for-tests-and-nothing-else",
    "LINK_KEY": "link-key-for-tests-and-for-nothing-else",
    "CODE_KEY": "code-key-for-tests-and-for-nothing-else",
    "DATA_KEY": "data-key-for-tests-and-for-nothing-else",
}
BROWSERS = ("chromium", "google-chrome", "chromium-browser")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


# What comes first where the tests are shared out among processors: whatever takes longest.
FIRST = ("tests/journeys/", "tests/browser/", "tests/integration/")


class SharedWorlds(LoadScopeScheduling):  # type: ignore[misc]
    """Shares the tests out so that what takes long to make is made by one processor.

    The journeys stay together, for they share a demonstration; so do the tests of a file that stand on worlds
    or on a browser. The others go to whichever processor is free. (xdist's own groups are not seen by this
    pytest: it no longer reads the name under which xdist marks them.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        if file.startswith(FIRST[0]):
            return FIRST[0]
        return file if file.startswith(FIRST) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SharedWorlds:
    return SharedWorlds(config, log)


# How long an example takes says how busy the machine is, and nothing about what is tested.
hypothesis_settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no processor is left with it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST[:2]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI is set, a test that skips itself has failed: what it would have shown is not known."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and in CI nothing may be: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each template is compiled once in a run, and not again by each application that a test makes."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": cache}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings as an installation on this machine would have them, with keys of their own."""
    return Settings.from_environment(
        KEYS
        | {
            "DATABASE_URL": f"sqlite:///{tmp_path / 'unused.sqlite'}",
            "MAIL_FOLDER": str(tmp_path / "outbox"),
            "DESTRUCTION_LOG": str(tmp_path / "destructions.log"),
            "SMTP_TLS": "no",
            "SECURE_COOKIES": "no",
        }
    )


@pytest.fixture
def keys(settings: Settings) -> Keyring:
    return keyring(settings)


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands on 24 August 2026, two weeks before the round of `tests.fixtures.world` opens."""
    return SetClock(START)


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and no row."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """PostgreSQL, running, with a migrated template."""
    running = Cluster()
    try:
        running.prepare(_migrate)
        yield running
    finally:
        running.stop()


def _migrate(url: str) -> None:
    database = Database(url)
    upgrade(database)
    database.close()


@pytest.fixture
def embedded_url(migrated: Path, tmp_path: Path) -> str:
    """A fresh SQLite database."""
    path = tmp_path / "compact.sqlite"
    shutil.copy(migrated, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A fresh database on each engine in turn."""
    if request.param == "sqlite":
        yield request.getfixturevalue("embedded_url")
        return
    cluster = request.getfixturevalue("cluster")
    name = cluster.fresh()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def embedded(embedded_url: str) -> Iterator[Database]:
    opened = Database(embedded_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def shelf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """States of a world, each built once."""
    return Shelf(tmp_path_factory.mktemp("shelf"), lambda: request.getfixturevalue("cluster"))


@pytest.fixture
def world(
    database: Database, database_url: str, keys: Keyring, settings: Settings, clock: SetClock, shelf: Shelf
) -> World:
    """An installation with nothing in it, on each engine; `tests.fixtures.world` says how it is filled."""
    return World(database, keys, with_database(settings, database_url), clock, shelf=shelf)


@pytest.fixture
def embedded_world(
    embedded: Database, embedded_url: str, keys: Keyring, settings: Settings, clock: SetClock, shelf: Shelf
) -> World:
    """The same on SQLite alone."""
    return World(embedded, keys, with_database(settings, embedded_url), clock, shelf=shelf)


@pytest.fixture
def smtp_server() -> Iterator[MailServer]:
    """A mail server on loopback; `smtp_server.letters` is what it took."""
    server, controller = mail_server.start()
    yield server
    mail_server.stop(server, controller)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One Chromium for the run; give each test a context of its own."""
    from playwright.sync_api import sync_playwright

    # None means the browser that Playwright brought itself, where the system has none.
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield chromium
        chromium.close()


class Silent(WSGIRequestHandler):
    """Says nothing: the requests of a test are no news."""

    def log(self, type: str, message: str, *args: object) -> None:
        return None


@pytest.fixture
def app_server() -> Iterator[Callable[[World], str]]:
    """Call it with a world: the application is served, threaded, on a free port; its address.

    The served application has a Database of its own and the world's clock, as in real life.
    """
    running: list[tuple[BaseWSGIServer, Thread, Database]] = []

    def serve(world: World) -> str:
        app = create_app(world.settings, clock=world.clock)
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
        thread = Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread, app.extensions["compact"].database))
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server, thread, database in running:
        server.shutdown()
        thread.join()
        server.server_close()
        database.close()
