"""How fast a session's votes are taken: a room of telephones that press the button at once.

    ./run bench votes [--folder FOLDER] [--voters 400] [--at-once 16]

FOLDER holds a demonstration, as for `./run bench pages`. A ballot is opened in a copy, which `compact serve`
serves with two processes. Everybody types a code, votes, and changes the votes once. Prints percentiles of
each step (a vote's 95th is to be under 300 ms when idle), the ratio of a vote to a page of the same run that
reads no table, which a busy machine leaves nearly alone, the processor time of a vote without the web, and
whether all are counted.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from benchmarks.pages import FirstForm, Visitor, coordinator, line, percentile, serving
from sampling.frame import Sector
from scheduler.strands import Strand
from scheduler.timetable import usual_dates
from survey_app.application import keyring
from survey_app.clock import SystemClock, london_date
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.demo.installation import environment_of, settings_of
from survey_app.services.audit import AuditContext
from survey_app.services.programmes.registry import find_programme
from survey_app.services.reviews import ballots, sessions, voting
from survey_app.services.reviews.ballots import BallotPlan
from survey_app.services.reviews.issues import NewIssue, put_forward
from survey_app.services.reviews.sessions import SessionPlan
from survey_app.services.reviews.vocabulary import Scope
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan

DOTS, ISSUES, ALONE = 5, 6, 100
Times = dict[str, list[float]]


class Room:
    """A ballot that is open in a copy of a demonstration, with a code for everybody."""

    def __init__(self, folder: Path, voters: int) -> None:
        settings = settings_of(environment_of(folder, port=8000))
        self.keys: Keyring = keyring(settings)
        self.database = Database(settings.database_url)
        with self.database.writing() as session:
            self.context = AuditContext("benchmark", SystemClock().now(), find_programme(session).id)
            review = lifecycle.plan_round(session, plan=self._review(), context=self.context)
            meeting = sessions.plan_session(session, round_id=review, plan=self._plan(), context=self.context)
            news = [
                NewIssue(title=f"Issue {n}", words="Synthetic", put_forward_by="A benchmark")
                for n in range(ISSUES)
            ]
            self.issues = [
                put_forward(session, round_id=review, new=new, context=self.context) for new in news
            ]
            slips = {Sector.PUBLIC: voters // 2, Sector.VOLUNTARY: voters - voters // 2 + ALONE}
            plan = BallotPlan(dots=DOTS, issue_ids=tuple(self.issues), slips=slips)
            self.ballot = ballots.prepare(
                session, self.keys, session_id=meeting, plan=plan, context=self.context
            )
            ballots.open_ballot(session, ballot_id=self.ballot, context=self.context)
            shown = ballots.codes_of(
                session,
                self.keys,
                ballot_id=self.ballot,
                context=self.context,
                person_id=coordinator(session).id,
            )
            every = [one.code for one in shown]
            self.codes, self.spare = every[:voters], every[voters:]

    def _review(self) -> RoundPlan:
        today = london_date(self.context.now)
        opens = today + timedelta(days=35 - today.weekday())
        return RoundPlan("Review of a benchmark", None, usual_dates(opens), strand=Strand.ANNUAL_REVIEW)

    def _plan(self) -> SessionPlan:
        today = london_date(self.context.now)
        return SessionPlan(
            title="A benchmark", scope=Scope.NATIONAL, area="", day=today, starts="10:00", place="A hall",
            facilitator="A benchmark",
        )  # fmt: skip

    def counted(self) -> int:
        """How many papers there are."""
        with self.database.reading() as session:
            return ballots.ballot_of(
                session, ballot_id=self.ballot, programme_id=self.context.programme_id
            ).papers

    def alone(self) -> float:
        """Milliseconds of processor time that a vote takes without the web."""
        began = time.process_time()
        for code in self.spare:
            with self.database.writing() as session:
                voting.vote(session, self.keys, code=code, dots={self.issues[0]: DOTS}, secrets=[code])
        return 1000 * (time.process_time() - began) / len(self.spare)


def vote(visitor: Visitor, code: str) -> None:
    """One telephone: the code, the ballot, the votes, and other votes."""
    visitor.cookies.clear()
    _, _, page = visitor.ask("code asked for", "GET", "/start")
    form = FirstForm(page).fields | {"code": code}
    visitor.ask("code checked", "POST", "/start", list(form.items()))
    for given in ("1", "2"):
        _, _, page = visitor.ask("ballot shown", "GET", "/vote")
        fields = FirstForm(page).fields
        dots = [name for name in fields if name.startswith("dots-")]
        form = fields | {"word": ""} | dict.fromkeys(dots, "0") | dict.fromkeys(dots[:2], given)
        visitor.ask("vote", "POST", "/vote", list(form.items()))


def measured(port: int, codes: Sequence[str], at_once: int) -> Times:
    """Seconds by step, of all telephones."""
    visitors = [Visitor(port) for _ in range(at_once)]

    def go(place: int) -> None:
        for code in codes[place::at_once]:
            vote(visitors[place], code)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(go, range(at_once)))
    times: Times = defaultdict(list)
    for visitor in visitors:
        for kind, seconds in visitor.times.items():
            times[kind] += seconds
    return times


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--voters", type=int, default=400)
    parser.add_argument("--at-once", type=int, default=16)
    chosen = parser.parse_args(arguments)
    with serving(chosen.folder, 400) as (folder, port):
        room = Room(folder, chosen.voters)
        began = time.perf_counter()
        times = measured(port, room.codes, chosen.at_once)
        took = time.perf_counter() - began
        alone = room.alone()
        counted = room.counted()
    print(f"{'step':<20}{'asked':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    for kind, taken in times.items():
        print(line(kind, taken))
    ratio = percentile(times["vote"], 0.95) / percentile(times["code asked for"], 0.95)
    print(f"p95 of a vote is {ratio:.1f} times that of a page that reads no table")
    print(f"{alone:.1f} ms of processor time for a vote by itself")
    everybody = chosen.voters + ALONE
    print(f"{counted} of {everybody} papers are there; {chosen.at_once} telephones at once, {took:.1f} s")


if __name__ == "__main__":
    main()
