"""The commands of the README's "Running it for real" do what they say, as written, on any day."""

import re
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen

import pytest

from config import Settings
from survey_app.application import keyring
from survey_app.clock import SetClock, at, end_of
from survey_app.database import Database
from survey_app.services.rounds import lifecycle
from tests.conftest import KEYS
from tests.fixtures.engines import OWNER, Cluster, binary
from tests.fixtures.mail_server import MailServer, free_port
from tests.fixtures.shell import ROOT, Shell
from tests.fixtures.two_rounds import answer_most
from tests.fixtures.world import World, public_bodies, voluntary

# The last day of a year: six weeks on is another year, and a bank holiday is near.
TODAY = datetime(2027, 12, 31, 23, 30, tzinfo=UTC)
BESIDE = "owner: The regulator\ndated: 2026-05-01\npurpose: To ask them\ncoverage: England\n"


def blocks(text: str, heading: str) -> list[str]:
    """The commands in a section of a document, as they stand together."""
    section = text.split(f"{heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    with Shell(tmp_path, TODAY) as opened:
        yield opened


def elsewhere(step: str, shell: Shell, server: MailServer, port: int) -> str:
    """A step with the places of this test in the place of the example's own."""
    for written, here in (
        ("/srv/compact/", f"{shell.folder}/"),
        ("/backup/", f"{shell.folder}/"),
        ("SMTP_HOST=smtp.example.org", f"SMTP_HOST=127.0.0.1\nSMTP_PORT={server.port}\nSMTP_TLS=no"),
        ("SMTP_USER=survey\nSMTP_PASSWORD=...\n", ""),
        ("--port 8000", f"--port {port}"),
    ):
        step = step.replace(written, here)
    return step


@pytest.mark.slow
def test_the_steps_of_the_readme_lead_to_a_report_as_written(shell: Shell, smtp_server: MailServer) -> None:
    port = free_port()
    written = blocks((ROOT / "README.md").read_text(encoding="utf-8"), "## Running it for real")
    first, second, third, fourth, processes, results = (
        elsewhere(step, shell, smtp_server, port) for step in written
    )
    (shell.folder / "bodies.csv").write_text(public_bodies(20))
    (shell.folder / "vcos.csv").write_text(voluntary(60))
    (shell.folder / "vcos.yaml").write_text(BESIDE)

    said = shell.run("\n".join((first, second, third, fourth)))

    assert "The settings are sound." in said
    assert "Launched." in said
    shell.variables = settings_of(shell.folder / "settings.env")
    serve, worker = processes.splitlines()
    begun_and_ended(shell, serve, lambda _: answers(f"http://127.0.0.1:{port}/healthz"))
    begun_and_ended(shell, worker, lambda process: says(process, "looks for work"))
    live_through(shell)
    assert "Release 1 is frozen." in shell.run(results)
    assert len(smtp_server.letters) == 80
    assert list((shell.folder / "reports").glob("*.pdf"))
    take, put = blocks((ROOT / "docs" / "running.md").read_text(encoding="utf-8"), "## Backups")
    shell.run(elsewhere(take, shell, smtp_server, port))
    assert "Paused by command line" in shell.run(elsewhere(put, shell, smtp_server, port))
    assert "release 1: " in shell.run("./run compact results list")


@pytest.mark.slow
def test_the_steps_for_many_machines_make_an_installation_on_postgresql(
    shell: Shell, cluster: Cluster
) -> None:
    (commands,) = blocks((ROOT / "docs" / "running.md").read_text(encoding="utf-8"), "## Many machines")
    port, (make, upgrade, serve, worker) = free_port(), commands.splitlines()
    (shell.folder / "bin" / "createdb").symlink_to(binary("createdb"))
    name = f"compact_{port}"
    shell.variables = on_postgresql(cluster, name)

    shell.run(make.replace("compact", name))
    assert "The tables are up to date." in shell.run(upgrade)

    serve = serve.replace("10.0.0.5 --port 8000", f"127.0.0.1 --port {port}")
    begun_and_ended(shell, serve, lambda _: answers(f"http://127.0.0.1:{port}/healthz"))
    begun_and_ended(shell, worker, lambda process: says(process, "looks for work"))
    cluster.drop(name)


@pytest.mark.slow
def test_two_websites_and_three_workers_run_on_one_database_as_operations_say(
    shell: Shell, cluster: Cluster
) -> None:
    document = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    once, websites, workers = blocks(document, "## Two web machines and three workers")
    (looks,) = blocks(document, "## Whether they are well")
    ports, name = (free_port(), free_port()), f"operated_{free_port()}"
    (shell.folder / "bin" / "createdb").symlink_to(binary("createdb"))
    shell.variables = on_postgresql(cluster, name)

    def here(step: str) -> str:
        for written, port in zip(("10.0.0.5", "10.0.0.6"), ports, strict=True):
            step = step.replace(f"{written} --port 8000", f"127.0.0.1 --port {port}")
            step = step.replace(f"{written}:8000", f"127.0.0.1:{port}")
        return step

    shell.run(once.replace("compact\n", f"{name}\n", 1))
    with ExitStack() as running:
        for command in here(websites).splitlines():
            running.enter_context(started(shell, command))
        at_work = [running.enter_context(started(shell, command)) for command in workers.splitlines()]
        for process in at_work:
            says(process, "looks for work")
        for port in ports:
            answers(f"http://127.0.0.1:{port}/readyz")

        said = shell.run("set -e\n" + here(looks))

    assert said.split()[:3] == ["well", "well", "ready"]
    assert "Letters leave" in said
    cluster.drop(name)


def on_postgresql(cluster: Cluster, name: str) -> dict[str, str]:
    """The settings of an installation whose database has this name."""
    return KEYS | {
        "PGHOST": str(cluster.folder),
        "PGUSER": OWNER,
        "DATABASE_URL": cluster.url(name),
        "SECURE_COOKIES": "no",
    }


def begun_and_ended(shell: Shell, command: str, look: Callable[[Popen[str]], None]) -> None:
    """One of the processes; `look` is satisfied between its start and its end."""
    with started(shell, command) as process:
        look(process)


@contextmanager
def started(shell: Shell, command: str) -> Iterator[Popen[str]]:
    """One of the processes, from its start until somebody ends it."""
    process = shell.start(command)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        _, rest = process.communicate(timeout=60)
    assert process.returncode == 0, rest


def says(process: Popen[str], words: str) -> None:
    """Wait until a process says these words."""
    assert process.stderr is not None
    assert words in process.stderr.readline()


def answers(address: str) -> None:
    """Wait until the website is well."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                assert answer.status == 200
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


def live_through(shell: Shell) -> None:
    """The round opens, most answer, and its last day ends."""
    settings = Settings.from_environment(shell.variables)
    world = World(
        Database(settings.database_url), keyring(settings), settings, SetClock(shell.today), programme_id=1
    )
    dates = world.read(lambda session: lifecycle.get_round(session, round_id=1, programme_id=1)).dates
    come_back(shell, at(dates.opens_on, 9))
    world.clock.advance_to(shell.today)
    answer_most(world, 1)
    come_back(shell, end_of(dates.closes_on) + timedelta(minutes=1))


def come_back(shell: Shell, instant: datetime) -> None:
    """A machine that was off for weeks: somebody says that its clock is right."""
    shell.today = instant
    shell.run("./run compact tick\n./run compact outbox confirm-clock\n./run compact tick")


def settings_of(path: Path) -> dict[str, str]:
    """What a shell makes of the file of settings."""
    lines = (line.partition("=") for line in path.read_text().splitlines())
    return {name: value.strip('"') for name, _, value in lines}
