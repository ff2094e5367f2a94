"""Freezing a release: a job with progress that can be stopped, taken up, refused, and done once."""

import csv
import hashlib
import io
import re
import zipfile
from dataclasses import replace

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from sampling.disclosure import in_turn
from sampling.disclosure.items import Rules, Sheet
from sampling.disclosure.protect import Protected, protect
from survey_app.errors import DestroyedError, InvalidError, NotFoundError, StageError
from survey_app.models.audit import AuditEntry
from survey_app.models.files import StoredFile
from survey_app.models.results import Release, ReleaseKind, ReleaseState
from survey_app.reports.contents import Mark
from survey_app.services import jobs
from survey_app.services.jobs import JobView
from survey_app.services.material import ROUND, destroy_material
from survey_app.services.results import files, freezing, release
from survey_app.services.results.release import ReleaseLine
from survey_app.worker.wakings import Worker, run_job, tick
from tests.fixtures.answering import Browser, application
from tests.fixtures.nasty import todays_marks
from tests.fixtures.two_rounds import THRESHOLD, first_round, frozen
from tests.fixtures.world import World


@pytest.fixture
def closed(embedded_world: World) -> World:
    """A world whose one round is closed; a worker publishes what rests on five replies."""
    embedded_world.round_id = first_round(embedded_world)
    embedded_world.settings = replace(embedded_world.settings, disclosure_threshold=THRESHOLD)
    return embedded_world


def scheduled(world: World, reason: str = "") -> int:
    with world.database.writing() as session:
        return freezing.schedule_freeze(
            session, round_id=world.round_id, reason=reason, context=world.context()
        )


def job_of(world: World, release_id: int) -> JobView:
    return world.read(lambda session: freezing.freezing_job(session, release_id=release_id))


def line_of(world: World, release_id: int) -> ReleaseLine:
    return world.read(
        lambda session: release.release_line(session, release_id=release_id, programme_id=world.programme)
    )


def stopping_at(world: World, step: int, release_id: int) -> Worker:
    """A worker whose job somebody stops after a step."""

    def stop(_: str, done: int, total: int) -> None:
        if done == step:
            with world.database.writing() as session:
                freezing.stop_freezing(session, release_id=release_id, context=world.context())

    return replace(world.worker(), report=stop)


def test_a_release_is_worked_out_by_a_worker_with_progress_and_then_published(closed: World) -> None:
    steps: list[tuple[int, int]] = []
    release_id = scheduled(closed)
    assert line_of(closed, release_id).state is ReleaseState.DRAFT
    assert closed.read(lambda session: release.releases_of(session, closed.programme)) == []

    worker = replace(closed.worker(), report=lambda kind, done, total: steps.append((done, total)))
    run_job(worker, job_of(closed, release_id).id)

    total = steps[-1][1]
    assert steps == [(done, total) for done in range(1, total + 1)]
    assert total > 20
    after = line_of(closed, release_id)
    assert (after.state, after.frozen_at) == (ReleaseState.PUBLISHED, closed.clock.now())
    assert job_of(closed, release_id).state == jobs.DONE
    assert after.job is not None
    assert after.job.kind == "report"


def test_nothing_is_held_for_writing_while_results_are_worked_out(closed: World) -> None:
    release_id = scheduled(closed)
    written: list[int] = []

    def write(_: str, done: int, total: int) -> None:
        with closed.database.writing() as session:
            session.execute(select(1))
        written.append(done)

    run_job(replace(closed.worker(), report=write), job_of(closed, release_id).id)

    assert len(written) > 20


def test_pressing_twice_leads_to_the_same_draft(closed: World) -> None:
    assert scheduled(closed) == scheduled(closed)
    count = closed.read(lambda session: session.scalar(select(func.count()).select_from(Release)))
    assert count == 1


def test_a_freezing_that_is_stopped_leaves_nothing_and_begins_afresh_when_taken_up(closed: World) -> None:
    release_id = scheduled(closed)
    job_id = job_of(closed, release_id).id
    run_job(stopping_at(closed, 5, release_id), job_id)

    stopped = job_of(closed, release_id)
    assert (stopped.state, stopped.done) == (jobs.STOPPED, 5)
    assert line_of(closed, release_id).is_draft
    assert closed.read(lambda session: session.scalar(select(func.count()).select_from(StoredFile))) == 0

    assert scheduled(closed) == release_id, "freezing again goes on with the draft"
    tick(closed.worker())

    assert line_of(closed, release_id).state is ReleaseState.PUBLISHED
    done = job_of(closed, release_id)
    assert done.done == done.total


def test_another_worker_takes_up_what_a_dead_one_left_and_comes_to_the_same_numbers(closed: World) -> None:
    release_id = scheduled(closed)
    job_id = job_of(closed, release_id).id

    class DiedError(BaseException):
        pass

    def die(_: str, done: int, total: int) -> None:
        if done == 7:
            raise DiedError

    with pytest.raises(DiedError):
        run_job(replace(closed.worker(), report=die), job_id)
    assert run_job(closed.worker(), job_id) == 0, "the dead worker's lease holds"

    closed.wait(jobs.LEASE)

    taken_up = line_of(closed, release_id)
    assert taken_up.state is ReleaseState.PUBLISHED
    again = frozen(closed, closed.round_id)
    said = [
        closed.read(
            lambda session, one=one: release.release_contents(
                session, release_id=one, programme_id=closed.programme
            )
        )
        for one in (release_id, again)
    ]
    assert said[0].items == said[1].items


def test_what_cannot_be_published_safely_fails_at_once_and_says_why(closed: World) -> None:
    with pytest.raises(InvalidError, match="cannot be published safely"):
        frozen(closed, closed.round_id, threshold=100_000)

    (draft,) = closed.read(
        lambda session: release.releases_of_round(
            session, round_id=closed.round_id, programme_id=closed.programme
        )
    )
    assert draft.is_draft
    assert draft.job is not None
    assert draft.job.state == jobs.FAILED
    assert frozen(closed, closed.round_id) == draft.id, "a failed draft is worked out again"


def test_a_release_that_gives_somebody_away_is_refused_and_says_of_what(
    closed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stays_red(sheet: Sheet, rules: Rules, **_: object) -> Protected:
        earlier = [todays_marks(sheet)]
        return protect(sheet, rules, earlier=earlier)

    monkeypatch.setattr(in_turn, "protect", stays_red)

    with pytest.raises(InvalidError, match=r"safely: .*: .*, by region") as refused:
        frozen(closed, closed.round_id)
    assert not re.search(r"region \d|fewer|said so", str(refused.value)), "that would be what is protected"


def test_why_a_cell_is_withheld_is_in_the_bundle_and_in_no_public_file(closed: World) -> None:
    release_id = frozen(closed, closed.round_id)
    with closed.database.writing() as session:
        bundle = files.bundle_of(session, closed.keys, release_id=release_id, context=closed.context())
    contents = closed.read(
        lambda session: release.release_contents(
            session, release_id=release_id, programme_id=closed.programme
        )
    )

    with zipfile.ZipFile(io.BytesIO(bundle.content)) as archive:
        log = list(csv.DictReader(io.StringIO(archive.read("withheld.csv").decode())))
    withheld = [
        (item.item, row.region)
        for item in contents.items
        for row in item.regions
        for cell in (row.public, row.voluntary)
        if cell.mark is Mark.WITHHELD
    ]
    assert sorted(
        (row["item"], row["group"].capitalize()) for row in log if row["breakdown"] == "region"
    ) == sorted((item, region.capitalize()) for item, region in withheld)
    assert {row["reason"] for row in log} & {"too few answered", "guards another base"}


def test_a_round_that_is_not_closed_has_no_results(embedded_world: World) -> None:
    embedded_world.planned(bodies=4, charities=16)

    with pytest.raises(StageError, match="Results are made when it has closed"):
        scheduled(embedded_world)


def test_a_second_release_corrects_the_first_and_keeps_the_reason(closed: World) -> None:
    first = scheduled(closed)
    tick(closed.worker())
    second = scheduled(closed, "Two replies were entered twice.")
    tick(closed.worker())

    rows = closed.read(lambda session: session.scalars(select(Release).order_by(Release.id)).all())
    assert [(row.kind, row.number, row.corrects_release_id) for row in rows] == [
        (ReleaseKind.ROUND_SUMMARY, 1, None),
        (ReleaseKind.CORRECTION, 2, first),
    ]
    assert rows[1].id == second
    assert rows[1].reason == "Two replies were entered twice."
    acts = closed.read(lambda session: [(row.act, row.actor) for row in session.scalars(select(AuditEntry))])
    assert acts.count(("release frozen", closed.context().actor)) == 2


def test_a_bundle_is_noise_without_the_key_of_its_round(closed: World) -> None:
    release_id = frozen(closed, closed.round_id)
    context = closed.context()

    def bundle(session: Session) -> bytes:
        return files.bundle_of(session, closed.keys, release_id=release_id, context=context).content

    with closed.database.writing() as session:
        content = bundle(session)
        stored = session.scalars(select(StoredFile).where(StoredFile.kind == files.BUNDLE)).one()
        assert zipfile.is_zipfile(io.BytesIO(content))
        assert not zipfile.is_zipfile(io.BytesIO(stored.content))
        assert (stored.size, stored.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    with closed.database.writing() as session:
        destroy_material(session, subject_kind=ROUND, subject_id=closed.round_id, context=context)

    with pytest.raises(DestroyedError), closed.database.writing() as session:
        bundle(session)


def test_no_other_programme_reads_or_stops_a_release(closed: World) -> None:
    release_id = scheduled(closed)
    elsewhere = replace(closed.context(), programme_id=999)

    with pytest.raises(NotFoundError), closed.database.writing() as session:
        freezing.stop_freezing(session, release_id=release_id, context=elsewhere)
    tick(closed.worker())
    for kind in files.DOWNLOADS:
        with pytest.raises(NotFoundError), closed.database.writing() as session:
            files.file_of(session, closed.keys, release_id=release_id, kind=kind, context=elsewhere)
    with pytest.raises(NotFoundError):
        closed.read(
            lambda session: release.release_contents(session, release_id=release_id, programme_id=999)
        )


def press(browser: Browser, words: str, **typed: str) -> None:
    """Send the form whose button says this."""
    (form,) = browser.page.xpath(f"//main//form[.//button[normalize-space()='{words}']]")
    hidden = {each.get("name"): each.get("value") for each in form.xpath(".//input[@type='hidden']")}
    browser.post(form.get("action") or browser.address, hidden | typed)


def test_a_download_asks_once_whose_release_it_is_and_reads_nothing_of_what_it_says(closed: World) -> None:
    release_id = scheduled(closed)
    tick(closed.worker())
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(" ".join(statement.split()))

    event.listen(closed.database.engine, "before_cursor_execute", note)
    with closed.database.writing() as session:
        files.file_of(session, closed.keys, release_id=release_id, kind=files.CSV, context=closed.context())
    event.remove(closed.database.engine, "before_cursor_execute", note)

    of_releases = [statement for statement in asked if "FROM release " in f"{statement} "]
    assert len(of_releases) == 1
    assert not any("contents" in statement for statement in asked)


@pytest.fixture
def coordinator(closed: World) -> Browser:
    return Browser(application(closed)).sign_in(closed, "coordinator")


def test_a_coordinator_freezes_watches_stops_and_goes_on_in_the_browser(
    closed: World, coordinator: Browser
) -> None:
    coordinator.get(f"/rounds/{closed.round_id}/releases")
    assert coordinator.page.xpath(f"//main//a[@href='/rounds/{closed.round_id}/results']")
    coordinator.get(f"/rounds/{closed.round_id}/results")
    assert "replies of " in coordinator.text
    assert "can be stopped, and then nothing is frozen" in coordinator.text
    press(coordinator, "Freeze the results")
    assert coordinator.heading == "The results are being worked out"
    press(coordinator, "Stop")
    assert coordinator.heading == "The work was stopped"
    assert "Nothing was stored, and reviewers see nothing of it." in coordinator.text
    press(coordinator, "Work it out again")
    assert coordinator.heading == "The results are being worked out"
    address = coordinator.address
    tick(closed.worker())

    coordinator.get(address)
    assert coordinator.heading == "Working together 2026"
    coordinator.get(f"/rounds/{closed.round_id}/releases")
    assert "Release 1, frozen on" in coordinator.text


def test_a_corrected_release_needs_a_reason(closed: World, coordinator: Browser) -> None:
    frozen(closed, closed.round_id)
    coordinator.get(f"/rounds/{closed.round_id}/results")
    press(coordinator, "Freeze a corrected release")
    assert coordinator.status == 422
    assert "Enter what has to be corrected" in coordinator.text

    press(coordinator, "Freeze a corrected release", reason="Two replies were entered twice.")
    assert coordinator.heading == "The results are being worked out"
    address = coordinator.address
    tick(closed.worker())

    assert "had to be corrected: Two replies were entered twice." in coordinator.get(address).text


def test_a_reviewer_sees_no_draft(closed: World) -> None:
    release_id = scheduled(closed)
    reviewer = Browser(application(closed)).sign_in(closed, "reviewer")

    assert reviewer.get(f"/results/{release_id}").status == 404
    reviewer.get("/results")
    assert "There are no results yet" in reviewer.text
