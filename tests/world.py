"""A small world built through the services: lists, a frame, a panel, a round, people.

Every step is a method, so that a test takes as much of it as it needs:

    world.drawn()       programme, questionnaires, 20 public bodies and 40 VCOs, frame, panel
    world.planned()     and a round that opens on 7 September 2026
    world.launched()    and its cases, made by a worker
    world.opened()      and the opening, with the invitations in `world.sent`
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from types import TracebackType
from typing import ClassVar, Self, TypeVar

from sqlalchemy.orm import Session

from config import Settings
from sampling.frame import ENGLISH_REGIONS, INCOME_BANDS
from scheduler.timetable import RoundDates
from survey_app import jobs
from survey_app.clock import SetClock, at
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.mail.channels import Channel
from survey_app.services import frames, panels, people, programmes, questionnaires, rounds
from survey_app.services.audit import Act
from survey_app.services.panels import PanelPlan
from survey_app.services.rounds import RoundPlan
from survey_app.services.source_lists import ImportReport, ListDescription, import_list
from survey_app.services.storage import mark_installation
from tests.fixtures.shelf import Shelf, kept

T = TypeVar("T")
START = datetime(2026, 8, 24, 9, 30, tzinfo=UTC)
DATES = RoundDates(date(2026, 9, 7), date(2026, 9, 21), date(2026, 10, 12), date(2026, 11, 19))
PASSWORD = "a password that is long"
KINDS = ("district council", "county council", "NHS trust", "central department")


def public_bodies(count: int = 20) -> str:
    """A sound list of public bodies, as CSV text."""
    lines = ["source_id,name,body_type,region,status,email"]
    lines += [
        f"PB{n:03},Body {n:03},{KINDS[n % 4]},{ENGLISH_REGIONS[n % 9]},current,body-{n:03}@bodies.invalid"
        for n in range(count)
    ]
    return "\r\n".join(lines) + "\r\n"


def voluntary(count: int = 40) -> str:
    """A sound list of VCOs, as CSV text: two regions and two income bands, so that strata are not tiny."""
    lines = ["source_id,name,region,income_band,classification,local_authority,register_status,email"]
    lines += [
        f"V{n:05},Charity {n:05},{ENGLISH_REGIONS[n % 2]},{INCOME_BANDS[1 + n // 2 % 2]},social services,"
        f"Area {n % 5},registered,charity-{n:05}@charities.invalid"
        for n in range(count)
    ]
    return "\r\n".join(lines) + "\r\n"


def description(name: str) -> ListDescription:
    """What must be known of a list, said dully."""
    return ListDescription(name, "The owner", date(2026, 8, 1), "To ask them", "Everybody", "OGL 3.0", "None")


@dataclass
class Pigeonhole:
    """A channel that keeps letters; `refuse` may raise for some of them."""

    letters: list[EmailMessage] = field(default_factory=list)
    repeatable: ClassVar[bool] = False
    refuse: Callable[[EmailMessage], None] = lambda letter: None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def send(self, letter: EmailMessage) -> None:
        self.refuse(letter)
        self.letters.append(letter)


@dataclass
class World:
    """One installation, and what was built in it so far."""

    database: Database
    keys: Keyring
    settings: Settings
    clock: SetClock
    post: Pigeonhole = field(default_factory=Pigeonhole)
    programme_id: int | None = None
    frame_id: int = 0
    panel_id: int = 0
    round_id: int = 0
    shelf: Shelf | None = None

    @property
    def sent(self) -> list[EmailMessage]:
        """The letters that have left, in order."""
        return self.post.letters

    @property
    def programme(self) -> int:
        """The programme's id, once it is founded."""
        assert self.programme_id is not None
        return self.programme_id

    def act(self, actor: str = "coordinator@compact.invalid") -> Act:
        return Act(actor, self.clock.now(), self.programme_id)

    @kept
    def founded(self) -> Self:
        """The programme, marked as a demonstration, with its questionnaires published."""
        with self.database.writing() as session:
            mark_installation(session, synthetic=True, now=self.clock.now())
            agreement = self.settings.agreement
            self.programme_id = programmes.ensure_national(session, agreement=agreement, act=self.act()).id
            questionnaires.publish_shipped(session, act=self.act())
        return self

    def imported(
        self, name: str, text: str | bytes, *, quarantine: bool = False, dated: date | None = None
    ) -> ImportReport:
        """One list, brought in; with another date it is another edition."""
        content = text.encode() if isinstance(text, str) else text
        described = description(name)
        with self.database.writing() as session:
            return import_list(
                session,
                self.keys,
                content=content,
                file_name=f"{name}.csv",
                description=replace(described, dated=dated or described.dated),
                quarantine=quarantine,
                act=self.act(),
            )

    @kept
    def framed(self, *, bodies: int = 20, charities: int = 40) -> Self:
        """Both lists and the frame made of them."""
        self.founded()
        self.imported("Public bodies", public_bodies(bodies))
        self.imported("Charities", voluntary(charities))
        with self.database.writing() as session:
            self.frame_id = frames.make_frame(session, as_of=self.clock.now().date(), act=self.act())
        return self

    @kept
    def drawn(self, *, bodies: int = 20, charities: int = 40, plan: PanelPlan | None = None) -> Self:
        """A panel: all public bodies, and half of the VCOs unless the plan says otherwise."""
        self.framed(bodies=bodies, charities=charities)
        plan = plan or PanelPlan(voluntary_total=charities // 2, minimum=2)
        with self.database.writing() as session:
            self.panel_id = panels.draw_panel(
                session, frame_id=self.frame_id, strand="annual", year=2026, plan=plan, act=self.act()
            )
        return self

    @kept
    def planned(self, *, bodies: int = 20, charities: int = 40) -> Self:
        """A round on DATES."""
        self.drawn(bodies=bodies, charities=charities)
        self.plan_round()
        return self

    def plan_round(self) -> None:
        """A round on DATES that asks the panel which is there."""
        with self.database.writing() as session:
            plan = RoundPlan("Annual survey 2026", self.panel_id, DATES)
            self.round_id = rounds.plan_round(session, plan=plan, act=self.act())

    def in_fieldwork(self) -> None:
        """Ask that panel, and let three weeks pass in which nobody answers."""
        self.plan_round()
        self.launch()
        self.tick()
        self.move_to(at(DATES.opens_on, 9))
        self.move_to(at(DATES.opens_on + timedelta(days=20), 10))

    def launch(self) -> None:
        """Press the button; the cases are still to be made."""
        with self.database.writing() as session:
            rounds.launch_round(session, self.keys, round_id=self.round_id, act=self.act())

    @kept
    def launched(self, *, bodies: int = 20, charities: int = 40) -> Self:
        """A round whose cases are made, some days before it opens."""
        self.planned(bodies=bodies, charities=charities)
        self.launch()
        self.tick()
        return self

    @kept
    def opened(self, *, bodies: int = 20, charities: int = 40) -> Self:
        """A round on the morning of its opening, with every invitation sent."""
        self.launched(bodies=bodies, charities=charities)
        self.move_to(at(DATES.opens_on, 9))
        return self

    def worker(self, channel: Callable[[], Channel] | None = None) -> jobs.Worker:
        """A worker of this installation; its letters go into `post` unless `channel` says otherwise."""
        return jobs.Worker(
            self.database, self.keys, self.settings, self.clock, channel or (lambda: self.post)
        )

    def tick(self, channel: Callable[[], Channel] | None = None) -> int:
        return jobs.tick(self.worker(channel))

    def move_to(self, instant: datetime) -> int:
        """Let time pass, and a worker wake."""
        self.clock.advance_to(instant)
        return self.tick()

    def wait(self, span: timedelta) -> int:
        return self.move_to(self.clock.now() + span)

    def person(self, role: str) -> str:
        """Somebody with this role; their address. The password is PASSWORD."""
        email = f"{role}@compact.invalid"
        with self.database.writing() as session:
            people.add_person(
                session, email=email, name=role.title(), password=PASSWORD, role=role, act=self.act()
            )
        return email

    def read(self, look: Callable[[Session], T]) -> T:
        """What `look` sees in the database; rows may be read afterwards."""
        with self.database.reading() as session:
            found = look(session)
            session.expunge_all()
            return found


def with_database(settings: Settings, url: str) -> Settings:
    """The same settings for another database."""
    return replace(settings, database_url=url)
