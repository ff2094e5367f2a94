"""A campaign against the outbox: 2,040 letters, a hostile mail server, and workers that are killed.

    ./run soak mail [--kills 30] [--seed 1]

The mail server is a real one (aiosmtpd) in a process of its own. It drops every tenth connection, at the
greeting, at the recipient or before it takes the letter; takes ten letters to a connection; hangs; puts some
addresses off (451) and refuses some for good (550 5.1.1). For a while it answers 451 to everybody, refuses
the sender, hangs for everybody, is slow (8 s a letter), and is not there at all. Three workers send, each in
a process of its own, and every few seconds one or all of them are killed. All addresses are made up.

Time runs twenty times as fast as the real one: leases, pauses and what a letter takes keep their proportions.
Prints one line per measure; ends with status 1 where a promise was broken: a letter lost, one failed that the
server would have taken, one doubled that was in no worker's hand at a kill, or with another Message-ID.
"""

import argparse
import asyncio
import email
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

from aiosmtpd.controller import Controller
from sqlalchemy import select

from config import Settings
from survey_app.application import keyring
from survey_app.clock import SetClock, Uptime, at
from survey_app.database import Database
from survey_app.mail.channels import Smtp
from survey_app.models.outbox import Message
from survey_app.services.installation import upgrade
from survey_app.worker.wakings import Worker, tick
from tests.fixtures.mail_server import free_port
from tests.fixtures.world import DATES, START, World

BODIES, CHARITIES = 440, 3_200
LETTERS = BODIES + CHARITIES // 2
WORKERS, SPEED, TIMEOUT = 3, 20, 6.0
OPENING = at(DATES.opens_on, 9)
SECONDS_A_LETTER = 8 / SPEED
# From so many letters on, for so many seconds: what everybody gets.
PHASES = {"451": (300, 12.0), "sender": (600, 10.0), "hang": (1_000, 15.0), "slow": (1_200, 20.0)}
AWAY_FROM, AWAY_FOR = 1_500, 10.0
KILLS_APART = 2.0
# A letter was in hand at a kill where the server took it less than this before it.
IN_HAND = 2.0
MAX_MINUTES = 25
KEYS = ("SECRET_KEY", "PRN_KEY", "LINK_KEY", "CODE_KEY", "DATA_KEY")


def is_bad(address: str) -> bool:
    """About twenty addresses that the server refuses for good."""
    return crc32(address.encode()) % 97 == 0


@dataclass
class Hostile:
    """The mail server's mind; `journal` gets a line for each letter it took and each thing that it did."""

    journal: Path
    chance: random.Random
    connections: int = 0
    taken: int = 0
    put_off: set[str] = field(default_factory=set)
    began: dict[str, float] = field(default_factory=dict)

    def note(self, **what: Any) -> None:
        with self.journal.open("a") as file:
            file.write(json.dumps({"at": time.monotonic(), **what}) + "\n")

    def phase(self) -> str:
        for name, (since, seconds) in PHASES.items():
            if self.taken >= since and name not in self.began:
                self.began[name] = time.monotonic()
            if name in self.began and time.monotonic() < self.began[name] + seconds:
                return name
        return ""

    async def drop(self, server: Any, why: str) -> str:
        self.note(did=why)
        server.transport.abort()
        return "421 4.3.2 closing"

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        session.letters = 0
        session.drops_at = self.chance.choice(("EHLO", "RCPT", "DATA")) if self.connections % 10 == 0 else ""
        if session.drops_at == "EHLO":
            return [await self.drop(server, "dropped the connection")]
        return responses

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if session.letters >= 10:
            return await self.drop(server, "ended a connection after ten letters")
        if self.phase() == "sender":
            self.note(did="refused the sender")
            return "550 5.7.1 Sender rejected"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if session.drops_at == "RCPT":
            return await self.drop(server, "dropped the connection")
        chosen = crc32(address.encode())
        first = address not in self.put_off
        if self.phase() == "hang" or (chosen % 211 == 1 and first):
            self.put_off.add(address)
            self.note(did="hung")
            await asyncio.sleep(TIMEOUT + 1)
            return await self.drop(server, "dropped whoever waited")
        if is_bad(address):
            self.note(did="refused a mailbox")
            return f"550 5.1.1 <{address}>: no such mailbox"
        if self.phase() == "451":
            self.note(did="put everybody off")
            return "451 4.3.2 Not accepting messages"
        if chosen % 29 == 0 and first:
            self.put_off.add(address)
            self.note(did="put an address off")
            return "451 4.7.1 Greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if session.drops_at == "DATA":
            return await self.drop(server, "dropped the connection")
        if self.phase() == "slow":
            await asyncio.sleep(SECONDS_A_LETTER)
        letter = email.message_from_bytes(envelope.content)
        self.note(id=str(letter["Message-ID"]).strip(), to=envelope.rcpt_tos[0])
        self.taken += 1
        session.letters += 1
        return "250 OK"


def serve(port: int, journal: str, seed: int) -> None:
    """The mail server: goes on where its journal ends."""
    path = Path(journal)
    taken = sum("id" in line for line in read(path))
    mind = Hostile(path, random.Random(seed), taken=taken)
    for name, (since, _) in PHASES.items():
        if taken > since:
            mind.began[name] = float("-inf")
    controller = Controller(mind, hostname="127.0.0.1", port=port)
    controller.start()
    print("ready", flush=True)
    sys.stdin.readline()
    controller.stop()


def read(journal: Path) -> list[dict[str, Any]]:
    if not journal.exists():
        return []
    lines = journal.read_text().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


class FastClock:
    """Time that runs `SPEED` times as fast, the same in every process of this machine."""

    def __init__(self, began: float) -> None:
        self.began = began

    def now(self) -> datetime:
        return OPENING + timedelta(seconds=SPEED * (time.monotonic() - self.began))

    def uptime(self) -> Uptime:
        return Uptime("soak", SPEED * time.monotonic())


def work(port: int, began: float) -> None:
    """A worker, until it is told to stop."""
    settings = Settings.from_environment(os.environ)
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopping.append(number))
    worker = Worker(
        Database(settings.database_url),
        keyring(settings),
        settings,
        FastClock(began),
        lambda: Smtp("127.0.0.1", port, tls=False, timeout=TIMEOUT),
    )
    while not stopping:
        tick(worker, stopping=lambda: bool(stopping))
        time.sleep(0.2)


@dataclass
class Campaign:
    """The processes of a campaign, and when workers were killed."""

    world: World
    journal: Path
    port: int
    seed: int
    began: float
    workers: list[subprocess.Popen[str]] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.soak_mail", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | environment_of(self.world.settings),
        )

    def server(self) -> subprocess.Popen[str]:
        process = self.start("--serve", self.port, "--journal", self.journal, "--seed", self.seed)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    def worker(self) -> subprocess.Popen[str]:
        return self.start("--work", self.port, "--began", self.began)

    def kill_some(self, chance: random.Random) -> None:
        """Kill a worker, or all of them as a power cut would, at the moment at which a letter was taken."""
        size = self.journal.stat().st_size
        until = time.monotonic() + 2
        while self.journal.stat().st_size == size and time.monotonic() < until:
            time.sleep(0.001)
        places = range(WORKERS) if chance.random() < 0.4 else [chance.randrange(WORKERS)]
        for place in places:
            self.workers[place].send_signal(signal.SIGKILL)
            self.kills.append(time.monotonic())
        for place in places:
            self.workers[place].wait()
            self.workers[place] = self.worker()


def environment_of(settings: Settings) -> dict[str, str]:
    words = {True: "yes", False: "no"}
    values = {each.metadata["variable"]: getattr(settings, each.name) for each in fields(settings)}
    return {
        name: words[value] if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value != ""
    }


def installed(folder: Path) -> World:
    """An installation whose round opens with 2,040 invitations."""
    keys = {name: secrets.token_hex(32) for name in KEYS}
    url = f"sqlite:///{folder / 'soak.sqlite'}"
    settings = Settings.from_environment(keys | {"DATABASE_URL": url, "SMTP_TLS": "no"})
    database = Database(url)
    upgrade(database)
    world = World(database, keyring(settings), settings, SetClock(START))
    return world.launched(bodies=BODIES, charities=CHARITIES)


def run(campaign: Campaign, kills: int) -> None:
    """Send until no letter waits, killing workers and taking the server away for a while."""
    chance = random.Random(campaign.seed)
    server = campaign.server()
    campaign.journal.touch()
    campaign.workers = [campaign.worker() for _ in range(WORKERS)]
    next_kill, away = time.monotonic() + KILLS_APART, True
    until = time.monotonic() + 60 * MAX_MINUTES
    while (left := waiting(campaign.world)) and time.monotonic() < until:
        time.sleep(0.5)
        taken = sum("id" in line for line in read(campaign.journal))
        if taken and len(campaign.kills) < kills and time.monotonic() > next_kill:
            campaign.kill_some(chance)
            next_kill = time.monotonic() + KILLS_APART
        if away and taken >= AWAY_FROM:
            away = False
            server.kill()
            server.wait()
            time.sleep(AWAY_FOR)
            server = campaign.server()
    print(f"{left} letters wait at the end")
    for process in campaign.workers:
        process.terminate()
        process.wait()
    server.kill()
    server.wait()


def waiting(world: World) -> int:
    return world.read(lambda s: len(s.scalars(select(Message.id).where(Message.state == "waiting")).all()))


def report(campaign: Campaign) -> int:
    """Print what came of it; 1 where a promise was broken."""
    world = campaign.world
    lines = read(campaign.journal)
    taken = [line for line in lines if "id" in line]
    by_address: dict[str, list[dict[str, Any]]] = {}
    for line in taken:
        by_address.setdefault(line["to"], []).append(line)
    letters = world.read(lambda s: list(s.scalars(select(Message))))
    states = Counter(letter.state for letter in letters)
    failed = [letter for letter in letters if letter.state == "failed"]
    wrongly = [letter for letter in failed if "5.1.1" not in letter.failure]
    doubled = {to: copies for to, copies in by_address.items() if len(copies) > 1}
    unexplained = [to for to, copies in doubled.items() if not was_in_hand(campaign, copies)]
    other_ids = [to for to, copies in doubled.items() if len({one["id"] for one in copies}) > 1]
    stored = {letter.message_id for letter in letters if letter.state == "sent"}
    lost = LETTERS - len(failed) - len(by_address)
    did = Counter(line["did"] for line in lines if "did" in line)
    print(
        f"{LETTERS:,} letters, {WORKERS} workers, {len(campaign.kills)} of them killed, seed {campaign.seed}"
    )
    for what, count in sorted(did.items()):
        print(f"  the server {what}: {count:,}")
    print(f"took {time.monotonic() - campaign.began:,.0f} s, {dict(states)}")
    print(f"arrived: {len(by_address):,} different letters, {len(taken):,} in all")
    print(f"lost: {lost}")
    print(f"failed for good: {len(failed)}, of them wrongly: {len(wrongly)}")
    print(f"doubled: {len(doubled)}, of them not in hand at a kill: {len(unexplained)}")
    print(f"doubled under another Message-ID: {len(other_ids)}")
    same = stored == {line["id"] for line in taken}
    print(f"every Message-ID that arrived is the stored one: {'yes' if same else 'no'}")
    print(f"tries charged to letters that arrived: {charged(letters)}")
    bad = lost or wrongly or unexplained or other_ids or not same or states["waiting"]
    return 1 if bad else 0


def charged(letters: Sequence[Message]) -> int:
    return sum(letter.attempts for letter in letters if letter.state == "sent")


def was_in_hand(campaign: Campaign, copies: Sequence[dict[str, Any]]) -> bool:
    """Whether each copy but the last was taken just before a worker was killed."""
    near: Callable[[float], bool] = lambda taken: any(  # noqa: E731
        0 <= kill - taken < IN_HAND for kill in campaign.kills
    )
    return all(near(copy["at"]) for copy in copies[:-1])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="2,040 letters against a hostile mail server.")
    parser.add_argument("--kills", type=int, default=30, help="how many workers are killed")
    parser.add_argument("--seed", type=int, default=1, help="of what the server and the killer choose")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--work", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--journal", help=argparse.SUPPRESS)
    parser.add_argument("--began", type=float, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.serve:
        serve(asked.serve, asked.journal, asked.seed)
        return 0
    if asked.work:
        work(asked.work, asked.began)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        world = installed(Path(folder))
        campaign = Campaign(world, Path(folder) / "journal", free_port(), asked.seed, began=time.monotonic())
        run(campaign, asked.kills)
        status = report(campaign)
        world.database.close()
    return status


if __name__ == "__main__":
    sys.exit(main())
