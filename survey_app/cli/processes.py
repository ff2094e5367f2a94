"""The processes that run for good: the website and the worker."""

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from config import Settings
from scheduler.clockwork import wake_every
from survey_app.application import create_app
from survey_app.cli.installation import Installation, installation
from survey_app.logs import JsonLines, write_lines
from survey_app.mail.channels import Channel, Folder, Smtp
from survey_app.rehearsal.asked import Starter
from survey_app.services import readiness
from survey_app.worker.wakings import Worker, tick

log = logging.getLogger(__name__)
# A sign of life is written as often as this, however short the steps of the work are.
BEATS_APART = timedelta(seconds=10)


class ServerLog(Logger):  # type: ignore[misc]
    """gunicorn's own lines, as ours are. It names visitors and addresses where a request cannot be read."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(JsonLines())

    def warning(self, msg: str, *args: object, **kwargs: Any) -> None:
        nameless = "A request could not be read." if msg.startswith("Invalid request from ip=") else msg
        super().warning(nameless, *args, **kwargs)

    def exception(self, msg: object, *args: object, **kwargs: Any) -> None:
        super().exception("A request was not handled.")


class Website(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings and no file of its own."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self.compact, self.options = settings, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return create_app(self.compact)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8000, show_default=True, help="The port to listen on.")
@click.option("--workers", default=2, show_default=True, help="Web processes.")
@click.option("--threads", default=4, show_default=True, help="Threads in each.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Serve the website. Put a reverse proxy with https before it.

    Example: compact serve --host 127.0.0.1 --port 8000 --workers 2
    """
    write_lines()
    here = installation()
    # Asked for once, so that a database that is not ready is reported before anything listens.
    here.database.close()
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": threads,
        "worker_class": "gthread",
        "accesslog": None,
        "logger_class": ServerLog,
        "loglevel": "warning",
        "forwarded_allow_ips": "127.0.0.1",
        "control_socket_disable": True,
    }
    Website(here.settings, {name: value for name, value in options.items() if name in _known()}).run()


def _known() -> set[str]:
    from gunicorn.config import KNOWN_SETTINGS

    return {setting.name for setting in KNOWN_SETTINGS}


def channel(settings: Settings) -> Channel:
    """The mail channel that the settings name."""
    if settings.mail_channel == "folder":
        from pathlib import Path

        return Folder(Path(settings.mail_folder))
    return Smtp(
        settings.smtp_host,
        settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password,
        tls=settings.smtp_tls,
    )


def worker_of(here: Installation) -> Worker:
    """A worker of this installation."""
    return Worker(here.database, here.keys, here.settings, here.clock, lambda: channel(here.settings))


class SignOfLife:
    """Says now and then that a worker of this installation is at work."""

    def __init__(self, here: Installation) -> None:
        self.here = here
        self.given_at: datetime | None = None

    def give(self) -> None:
        now = self.here.clock.now()
        if self.given_at is not None and self.given_at <= now < self.given_at + BEATS_APART:
            return
        with self.here.database.writing() as session:
            readiness.beat(session, now=now)
        self.given_at = now


@contextmanager
def going_on() -> Iterator[None]:
    """Whatever one waking raises is noted, and the worker wakes again: the first is one like all others."""
    try:
        yield
    except Exception:
        log.exception("this waking did not finish; the next one tries again")


def keep_waking(waking: Callable[[Callable[[], bool]], None], *, every: int) -> None:
    """Wake at once and then every so many seconds, until Ctrl-C or SIGTERM; only for the main thread.

    Args:
        waking: is given what says whether the process was told to end. Whatever it raises is noted.
    """
    signals: list[int] = []

    def stopping() -> bool:
        return bool(signals)

    def wake() -> None:
        with going_on():
            waking(stopping)

    signal.signal(signal.SIGTERM, lambda number, _frame: signals.append(number))
    signal.signal(signal.SIGINT, lambda number, _frame: signals.append(number))
    # Said once a signal ends it in good order, and not before: whoever started it may wait for this line.
    log.info("looks for work every %s s", every)
    wake()
    wake_every(every, wake, until=stopping)


@click.command()
def worker() -> None:
    """Run a worker: it opens, reminds and closes rounds, sends letters, makes reports.

    One is enough; several share the work. Ctrl-C or SIGTERM end it after the
    step in hand.

    Example: compact worker
    """
    write_lines()
    # It warns each time that a step takes longer than the pause between two wakings: nothing is amiss then.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    here = installation()
    sign = SignOfLife(here)
    mine = replace(worker_of(here), report=lambda _kind, _done, _total: sign.give(), rehearse=Starter())

    def waking(stopping: Callable[[], bool]) -> None:
        sign.give()
        tick(mine, stopping=stopping)

    keep_waking(waking, every=here.settings.worker_wake_seconds)


@click.command("tick")
def tick_once() -> None:
    """Do once everything that is due now, then end.

    Example: compact tick
    """
    here = installation()
    SignOfLife(here).give()
    click.echo(f"{tick(worker_of(here))} pieces of work done.")
