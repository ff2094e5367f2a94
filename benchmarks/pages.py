"""How fast the website answers while several respondents walk the whole questionnaire at once.

    ./run bench pages [--folder FOLDER] [--at-once 8] [--each 6]

FOLDER holds a demonstration (`compact demo --no-serve --folder FOLDER`, or `./run bench demo`); without
one it is made first. A copy is served by `compact serve` with two processes; the folder stays as it is.
Prints the 50th, 95th and 99th percentile of each kind of page, and requests a second; then of
the search at the head of the staff's pages, by what it leads to, whose 95th is to be under 150 ms when idle.
"""

import argparse
import http.client
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from benchmarks.demo import lived_through
from survey_app.application import keyring
from survey_app.clock import SystemClock
from survey_app.database import Database
from survey_app.demo.installation import environment_of, settings_of
from survey_app.services import search
from survey_app.services.audit import AuditContext
from survey_app.services.cases import casework
from survey_app.services.cases.codes import code_of
from survey_app.services.people import accounts
from survey_app.services.people.accounts import SignedIn
from survey_app.services.programmes.registry import find_programme
from survey_app.services.rounds import lifecycle

MAX_PAGES = 60
SEARCHED = {
    "organisation": "council",
    "agreement": "dorset",
    "round": "annual",
    "case": "case 12",
    "question": "compact",
}
SEARCHES = 30
Fields = list[tuple[str, str]]


class FirstForm(HTMLParser):
    """The fields of a page's first form, filled as somebody in a hurry would: the first choice of each."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self._form = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._form += tag == "form"
        name, kind = given.get("name", ""), given.get("type", "text")
        if self._form != 1 or not name or name == "pass" or kind == "submit":
            return
        if tag == "textarea":
            self.fields[name] = "Synthetic comment"
        elif tag == "input":
            typed = given.get("value", "") if kind in ("hidden", "radio", "checkbox") else "10"
            self.fields.setdefault(name, typed)


@dataclass
class Visitor:
    """One browser: its cookies, and how long each kind of page took, in seconds."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def ask(self, kind: str, method: str, path: str, body: Fields | None = None) -> tuple[int, str, str]:
        """Status, where it leads to, and the page."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        link.request(method, path, urlencode(body) if body is not None else None, headers)
        answer = link.getresponse()
        page = answer.read().decode()
        self.times[kind].append(time.perf_counter() - began)
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        link.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path} was answered with {answer.status}")
        return answer.status, answer.headers.get("Location") or "", page

    def walk(self, code: str) -> None:
        """From the access code to the receipt."""
        self.cookies.clear()
        _, _, page = self.ask("code asked for", "GET", "/start")
        form = FirstForm(page).fields | {"code": code}
        _, place, _ = self.ask("code checked", "POST", "/start", list(form.items()))
        _, _, page = self.ask("welcome", "GET", place)
        place = next(part.split('"')[0] for part in page.split('href="') if part.startswith("/question/"))
        for _ in range(MAX_PAGES):
            if not place.startswith("/question/"):
                break
            _, _, page = self.ask("question shown", "GET", place)
            form = FirstForm(page).fields | {"next": "1"}
            _, place, _ = self.ask("answer saved", "POST", place, list(form.items()))
        _, _, page = self.ask("answers to check", "GET", place)
        _, place, _ = self.ask("answers sent", "POST", place, list(FirstForm(page).fields.items()))
        self.ask("receipt", "GET", place)


def codes(folder: Path, wanted: int) -> list[str]:
    """Access codes of the open round, of organisations that have not answered; every sector has its share."""
    settings = settings_of(environment_of(folder, port=8000))
    keys, database = keyring(settings), Database(settings.database_url)
    with database.writing() as session:
        context = AuditContext("benchmark", SystemClock().now(), find_programme(session).id)
        newest = lifecycle.rounds_of(session, context.programme_id or 0)[0]
        waiting = casework.open_cases(session, round_id=newest.id)
        chosen = waiting[:: max(1, len(waiting) // wanted)][:wanted]
        shown = [code_of(session, keys, case_id=case_id, context=context) for case_id, *_ in chosen]
    database.close()
    return shown


@contextmanager
def serving(original: Path | None, voluntary_total: int) -> Iterator[tuple[Path, int]]:
    """The folder and the port of a demonstration that is served: a copy, or a new one where there is none."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "copy"
        if original is None:
            lived_through(folder, voluntary_total)[1].close()
        else:
            shutil.copytree(original, folder, ignore=shutil.ignore_patterns("outbox"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        process = served(folder, port)
        try:
            yield folder, port
        finally:
            process.terminate()
            process.wait()


def served(folder: Path, port: int) -> subprocess.Popen[bytes]:
    """`compact serve` with two processes, ready to answer."""
    command = [sys.executable, "-m", "survey_app.cli", "serve", "--port", str(port), "--workers", "2"]
    surroundings = {**os.environ, **environment_of(folder, port=port)}
    process = subprocess.Popen(command, env=surroundings)
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.1)
    process.terminate()
    raise RuntimeError("the website did not start")


def measured(port: int, all_codes: list[str], at_once: int) -> tuple[dict[str, list[float]], float]:
    """Seconds by kind of page, and the seconds that everything took."""
    visitors = [Visitor(port) for _ in range(at_once)]
    shares = [all_codes[place::at_once] for place in range(at_once)]

    def go(visitor: Visitor, share: list[str]) -> None:
        for code in share:
            visitor.walk(code)

    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(go, visitors, shares))
    took = time.perf_counter() - began
    times: dict[str, list[float]] = defaultdict(list)
    for visitor in visitors:
        for kind, seconds in visitor.times.items():
            times[kind] += seconds
    return times, took


def percentile(times: list[float], share: float) -> float:
    """Milliseconds below which `share` of the times lie."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def line(kind: str, times: list[float]) -> str:
    shares = "".join(f"{percentile(times, share):>9.0f}" for share in (0.50, 0.95, 0.99))
    return f"{kind:<20}{len(times):>8,}{shares}"


def searches(folder: Path) -> dict[str, list[float]]:
    """Seconds of searches by what they lead to, as a coordinator of a demonstration makes them."""
    settings = settings_of(environment_of(folder, port=8000))
    keys, database = keyring(settings), Database(settings.database_url)
    times: dict[str, list[float]] = defaultdict(list)
    with database.reading() as session:
        someone = coordinator(session)
        for _ in range(SEARCHES + 1):
            for kind, text in SEARCHED.items():
                began = time.perf_counter()
                search.search(session, keys, text=text, year=2026, someone=someone)
                times[kind].append(time.perf_counter() - began)
    database.close()
    # The first of each only wakes the machine up.
    return {kind: taken[1:] for kind, taken in times.items()}


def coordinator(session: Session) -> SignedIn:
    programme_id = find_programme(session).id
    listed = accounts.listing(session, programme_id=programme_id)
    chosen = next(one for one in listed if "coordinator" in one.roles)
    someone = accounts.signed_in(session, person_id=chosen.id, programme_id=programme_id)
    assert someone is not None
    return someone


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--each", type=int, default=6, help="questionnaires that each of them answers")
    chosen = parser.parse_args(arguments)
    with serving(chosen.folder, 400) as (folder, port):
        fresh = codes(folder, chosen.at_once * (chosen.each + 1))
        # The first questionnaires only wake the processes up.
        measured(port, fresh[: chosen.at_once], chosen.at_once)
        times, took = measured(port, fresh[chosen.at_once :], chosen.at_once)
        searched = searches(folder)
    every = [each for taken in times.values() for each in taken]
    print(f"{'page':<20}{'asked':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    for kind, taken in times.items():
        print(line(kind, taken))
    print(line("every page", every))
    print(f"{len(every) / took:.0f} requests a second, {chosen.at_once} respondents at once, {took:.1f} s")
    for kind, taken in searched.items():
        print(line(f"search: {kind}", taken))


if __name__ == "__main__":
    main()
