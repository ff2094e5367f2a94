"""Destroying a round's answers: two people, a log outside, and nothing left in the database's own files."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import MetaData, func, select

from sampling.frame import Sector
from survey_app.cli.main import compact
from survey_app.clock import end_of
from survey_app.demo.respondents import answer_all
from survey_app.errors import (
    ConflictError,
    DestroyedError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    StageError,
)
from survey_app.models.audit import AuditEntry
from survey_app.models.cases.casework import Case, CaseEvent
from survey_app.models.files import StoredFile
from survey_app.models.keys import MaterialKey
from survey_app.models.responses import Response, ResponseChange, ResponseDraft, ResponseOpening
from survey_app.models.results import Release
from survey_app.models.rounds import Round
from survey_app.services.cases import casework
from survey_app.services.destruction import log, requests, rounds
from survey_app.services.material import material_key
from survey_app.services.people import accounts
from survey_app.services.responses.saving import Save
from survey_app.services.results import files, freezing
from survey_app.services.stored_files import NewFile, Owner, keep
from tests.conftest import KEYS
from tests.fixtures.answering import case_of
from tests.fixtures.staff import Visitor, words
from tests.fixtures.two_rounds import first_round, frozen
from tests.fixtures.world import DATES, World, made

SPOKEN_TO = "Jo Bird"
WHY = "We keep answers for three years"
PDF = b"%PDF-1.7 what was published"


@pytest.fixture
def closed(world: World) -> World:
    return with_answers(world)


def with_answers(world: World) -> World:
    """A closed round in which six answered, with a bundle and a PDF that is out; and three people."""
    world.opened(bodies=4, charities=20)
    with world.database.writing() as session:
        for place in range(6):
            case_id, _ = case_of(world, Sector.VOLUNTARY, place)
            save, rng = Save(world.clock.now()), np.random.default_rng(place)
            answer_all(session, world.keys, case_id=case_id, rng=rng, save=save)
        answers = session.scalars(select(Response).limit(1)).one()
        kept = {"id": "d" * 32, "seat_pseudonym": answers.seat_pseudonym, "round_id": answers.round_id}
        session.add(ResponseDraft(**kept, sealed=b"typed and never sent" * 3))
        said = f"{SPOKEN_TO} asks to be called on Monday"
        casework.note_call(session, world.keys, case_id=case_id, note=said, context=world.context())
    world.move_to(end_of(DATES.closes_on))
    sealed = (Owner("round", world.round_id),)
    files_made = [
        NewFile("bundle_zip", "bundle.zip", "application/zip", b"single answers" * 99, sealed),
        NewFile("summary_pdf", "summary.pdf", "application/pdf", PDF),
    ]
    with world.database.writing() as session:
        keep(session, world.keys, owner=Owner("release", 1), files=files_made, now=world.clock.now())
        for name, role in (("Cora", "coordinator"), ("Ada", "administrator"), ("Ivo", "interviewer")):
            email, context = f"{name.lower()}@compact.invalid", world.context()
            accounts.add_person(session, email=email, name=name, made=made(), role=role, context=context)
    return world


def person(world: World, name: str) -> int:
    return world.read(lambda session: accounts.person_of(session, email=f"{name}@compact.invalid"))


def asked(world: World, *, by: str = "cora", reason: str = WHY) -> int:
    with world.database.writing() as session:
        return requests.ask(
            session,
            round_id=world.round_id,
            person_id=person(world, by),
            reason=reason,
            context=world.context(),
        )


def agreed(world: World, *, by: str = "ada") -> None:
    approval_id = asked(world)
    with world.database.writing() as session:
        requests.agree(
            session, round_id=world.round_id, approval_id=approval_id,
            person_id=person(world, by), context=world.context(),
        )  # fmt: skip


def marks(world: World) -> list[bytes]:
    """What would betray that an answer, its key or something made of answers is still there."""

    def look(session):  # type: ignore[no-untyped-def]
        yield from session.scalars(select(MaterialKey.wrapped))
        yield from session.scalars(select(Response.document))
        yield from session.scalars(select(ResponseChange.changes))
        yield from session.scalars(select(ResponseOpening.sealed))
        yield from session.scalars(select(ResponseDraft.sealed))
        yield from session.scalars(select(CaseEvent.note_sealed).where(CaseEvent.note_sealed.is_not(None)))
        yield from session.scalars(select(StoredFile.content).where(StoredFile.sealed))
        yield from session.scalars(select(Response.moments))
        yield from session.scalars(select(ResponseChange.moment))
        for names in session.execute(select(Response.id, Response.seat_pseudonym)):
            yield from (name.encode() for name in names)

    return [mark[:48] for mark in world.read(lambda session: list(look(session)))]


def in_the_files(world: World) -> bytes:
    """Every byte of an SQLite database: the file, and its journal."""
    path = str(world.database.engine.url.database)
    return b"".join(one.read_bytes() for one in Path(path).parent.glob(f"{Path(path).name}*"))


def in_the_tables(world: World) -> bytes:
    def values() -> Iterator[Any]:
        made = MetaData()
        made.reflect(world.database.engine)
        with world.database.engine.connect() as connection:
            for one in made.sorted_tables:
                for row in connection.execute(select(one)):
                    yield from row

    plain = (bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in values())
    return b"\n".join(plain)


def everything(world: World) -> bytes:
    return in_the_files(world) if world.database.embedded else in_the_tables(world)


def test_nothing_of_an_answer_is_left_and_what_is_published_stays(closed: World) -> None:
    before, all_of_it = marks(closed), in_the_tables(closed)
    assert len(before) > 20
    assert SPOKEN_TO.encode() not in all_of_it
    assert all(mark in all_of_it for mark in before)
    outcomes = closed.read(lambda s: s.execute(select(Case.id, Case.outcome).order_by(Case.id)).all())

    agreed(closed)
    closed.tick()

    left = everything(closed)
    assert [mark for mark in before if mark in left] == []
    assert PDF in left
    assert closed.read(lambda s: s.scalars(select(StoredFile.kind)).all()) == ["summary_pdf"]
    assert closed.read(lambda s: s.execute(select(Case.id, Case.outcome).order_by(Case.id)).all()) == outcomes


@pytest.mark.slow
def test_a_release_says_what_it_said_and_its_bundle_is_gone(embedded_world: World) -> None:
    world = embedded_world
    world.round_id = first_round(world)
    release_id = frozen(world, world.round_id)
    contents = world.read(lambda s: s.get_one(Release, release_id).contents)

    with world.database.writing() as session:
        line = log.Destroyed(session.get_one(Round, world.round_id).uuid, date(2027, 1, 1), "x")
        rounds.destroy_again(session, lines=[line], context=world.context())

    assert world.read(lambda s: s.get_one(Release, release_id).contents) == contents
    with pytest.raises(NotFoundError), world.database.writing() as session:
        files.bundle_of(session, world.keys, release_id=release_id, context=world.context())


def test_two_people_the_log_and_the_audit_trail_say_who(closed: World) -> None:
    agreed(closed)
    closed.tick()

    uuid = closed.read(lambda session: session.get_one(Round, closed.round_id).uuid)
    (line,) = log.read(Path(closed.settings.destruction_log))
    assert (line.round, line.day, line.who) == (uuid, closed.clock.now().date(), "Cora and Ada")
    acts = closed.read(
        lambda session: {
            row.act: row.detail for row in session.scalars(select(AuditEntry)) if row.subject == "round"
        }
    )
    assert acts["answers destroyed"]["by"] == "Cora and Ada"
    assert closed.read(lambda session: session.scalar(select(MaterialKey.destroyed_at))) == closed.clock.now()
    with pytest.raises(InvalidError, match="nothing to destroy"):
        asked(closed)
    with pytest.raises(DestroyedError):
        closed.read(lambda session: material_key(session, closed.keys, subject_kind="round", subject_id=1))


def test_one_person_alone_destroys_nothing(closed: World) -> None:
    approval_id = asked(closed)

    for name, refusal in (("cora", NotAllowedError), ("ivo", NotAllowedError)):
        with pytest.raises(refusal), closed.database.writing() as session:
            requests.agree(
                session, round_id=closed.round_id, approval_id=approval_id,
                person_id=person(closed, name), context=closed.context(),
            )  # fmt: skip
    with pytest.raises(ConflictError, match="waits for a second person"):
        asked(closed, by="ada")
    with pytest.raises(StageError, match="second person"), closed.database.writing() as session:
        requests.carry_out(
            session,
            round_id=closed.round_id,
            log=Path(closed.settings.destruction_log),
            context=closed.context(),
        )
    with closed.database.writing() as session:
        requests.decline(
            session, round_id=closed.round_id, approval_id=approval_id,
            person_id=person(closed, "ada"), reason="Not yet", context=closed.context(),
        )  # fmt: skip
    closed.tick()

    assert closed.read(lambda session: rounds.has_key(session, closed.round_id))
    assert not Path(closed.settings.destruction_log).exists()


def test_nothing_is_destroyed_where_the_log_cannot_be_written(closed: World, tmp_path: Path) -> None:
    Path(closed.settings.destruction_log).mkdir()
    agreed(closed)

    closed.tick()

    assert closed.read(lambda session: rounds.has_key(session, closed.round_id))
    standing = closed.read(lambda s: requests.standing(s, round_id=closed.round_id, context=closed.context()))
    assert standing.work is not None
    assert "DESTRUCTION_LOG" in standing.work.failure


def test_answers_stay_while_results_are_worked_out_from_them_or_the_round_runs(closed: World) -> None:
    with closed.database.writing() as session:
        freezing.schedule_freeze(session, round_id=closed.round_id, reason="Again", context=closed.context())
    with pytest.raises(ConflictError, match="worked out"):
        asked(closed)
    for reason in ("", " ", "x" * 401):
        with pytest.raises(InvalidError):
            asked(closed, reason=reason)


def test_a_restored_backup_is_made_good_from_the_log(closed: World) -> None:
    uuid = closed.read(lambda session: session.get_one(Round, closed.round_id).uuid)
    lines = [
        log.Destroyed("a round that nobody knows", date(2027, 1, 1), "x"),
        log.Destroyed(uuid, date(2027, 1, 1), "y"),
    ]

    for expected in ([closed.read(lambda s: s.get_one(Round, closed.round_id).title)], []):
        with closed.database.writing() as session:
            assert rounds.destroy_again(session, lines=lines, context=closed.context()) == expected
    closed.database.scrub()

    assert closed.read(lambda session: session.scalar(select(func.count()).select_from(Response))) == 0
    assert not closed.read(lambda session: rounds.has_key(session, closed.round_id))


def test_a_log_is_read_as_it_was_written_and_a_faulty_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log"
    assert log.read(path) == []
    log.append(path, log.Destroyed("u", date(2027, 1, 2), "Jo, the\nfirst"))

    assert log.read(path) == [log.Destroyed("u", date(2027, 1, 2), "Jo the first")]
    path.write_text("u, yesterday, x\n", encoding="utf-8")
    with pytest.raises(InvalidError, match="line 1"):
        log.read(path)


def test_the_page_asks_decides_and_shows_how_far_it_is(embedded_world: World) -> None:
    closed = with_answers(embedded_world)
    asker, decider, other = (
        Visitor(closed, "coordinator"),
        Visitor(closed, "administrator"),
        Visitor(closed, "interviewer"),
    )
    page = f"/rounds/{closed.round_id}/destroy"

    assert other.open(page).status_code == 403
    assert asker.send(page, form_at=page).status_code == 422
    asker.send(page, form_at=page, reason=WHY)
    assert "Do not ask for it any more" in words(asker.open(page))
    assert "Agree to destroying the answers" in words(decider.open("/today"))
    assert asker.send(f"{page}/1", form_at=page, agree="1").status_code == 403
    assert decider.send(f"{page}/1", form_at=page, refuse="1").status_code == 422
    decider.send(f"{page}/1", form_at=page, agree="1")
    closed.tick()

    assert "The answers were destroyed" in words(decider.open(page))
    assert decider.send(f"{page}/1", form_at=page, agree="1").status_code == 409


def test_the_command_asks_and_carries_out_what_was_agreed_to(embedded_world: World) -> None:
    world = with_answers(embedded_world)
    environment = KEYS | {
        "DATABASE_URL": world.settings.database_url,
        "DESTRUCTION_LOG": world.settings.destruction_log,
    }

    def called(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(
            compact, ["round", "destroy", str(world.round_id), *arguments], env=environment
        )
        return done.exit_code, done.output

    assert called()[0] == 2
    assert "A second person has to agree" in called("--by", "cora@compact.invalid", "--why", WHY)[1]
    assert "A second person has to agree" in called()[1]
    with world.database.writing() as session:
        requests.agree(
            session,
            round_id=world.round_id,
            approval_id=1,
            person_id=person(world, "ada"),
            context=world.context(),
        )
    status, said = called()

    assert (status, "The answers were destroyed." in said) == (0, True), said
    assert world.read(lambda session: session.scalar(select(func.count()).select_from(Response))) == 0
