"""The baseline: chosen, kept, and what later rounds are compared with besides the round before."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from scheduler.strands import Strand
from survey_app.cli.main import compact
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.audit import AuditEntry
from survey_app.models.results import Release
from survey_app.reports.contents import Change, Contents, Mark
from survey_app.reports.round_summary.pdf import summary_html
from survey_app.services.material import ROUND, destroy_material
from survey_app.services.results import files, working_out
from survey_app.services.results.earlier.baselines import baseline_of, choose_baseline
from tests.fixtures.answering import Browser, application
from tests.fixtures.two_rounds import THRESHOLD, TwoRounds

SIDES = ("everyone", "public", "voluntary")
WHY = "The first year of the agreement."


def chosen(pair: TwoRounds, release_id: int, reason: str = WHY) -> None:
    with pair.world.database.writing() as session:
        choose_baseline(session, release_id=release_id, reason=reason, context=pair.world.context())


def no_round_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the round before be no more, so that the baseline is another."""
    monkeypatch.setattr(working_out, "earlier_round", lambda session, keys, *, round_view: None)


def moves(contents: Contents) -> dict[tuple[str, str], Change]:
    """(item, side) -> change since the baseline."""
    return {
        (item.item, side): getattr(item.since_baseline, side)
        for item in contents.items
        if item.since_baseline is not None
        for side in SIDES
    }


def verified(pair: TwoRounds, release_id: int, folder: Path) -> tuple[int, str]:
    contents = pair.contents(release_id)
    (folder / "r-long.csv").write_bytes(files.long_csv(contents).encode())
    (folder / "r-bundle.zip").write_bytes(pair.bundle(release_id))
    done = CliRunner().invoke(compact, ["release", "verify", str(folder)])
    return done.exit_code, done.output


def test_a_baseline_is_chosen_with_a_reason_and_stays_until_another_is(pair: TwoRounds) -> None:
    first, world = pair.freeze(pair.first), pair.world
    for reason, said in ((" ", "Say why"), ("x" * 2001, "Say why")):
        with pytest.raises(InvalidError, match=said):
            chosen(pair, first, reason)
    elsewhere = replace(world.context(), programme_id=999)
    with pytest.raises(NotFoundError), world.database.writing() as session:
        choose_baseline(session, release_id=first, reason=WHY, context=elsewhere)
    coordinator = Browser(application(world)).sign_in(world, "coordinator")
    coordinator.get(f"/results/{first}/baseline")
    coordinator.send({"reason": ""})
    assert "Enter why this release is the baseline" in coordinator.text
    coordinator.send({"reason": WHY})
    assert "This release is the baseline since" in coordinator.text
    with pytest.raises(InvalidError, match="the baseline already"):
        chosen(pair, first)
    pair.freeze(pair.first)

    view = world.read(
        lambda session: baseline_of(session, programme_id=world.programme, strand=Strand.ANNUAL_SURVEY)
    )

    assert view is not None
    assert (view.release_id, view.number, view.reason) == (first, 1, WHY), "no correction takes its place"
    acts = world.read(lambda session: [row.act for row in session.scalars(select(AuditEntry))])
    assert acts.count("baseline chosen") == 1


def test_a_round_is_compared_with_its_baseline_from_the_answers_of_both(
    pair: TwoRounds, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    chosen(pair, pair.freeze(pair.first))
    before = pair.exact(pair.freeze(pair.second))
    assert before.frozen_baseline is None, "it is the round before"
    no_round_before(monkeypatch)

    release_id = pair.freeze(pair.second)
    contents, printed = pair.exact(release_id), pair.contents(release_id)

    since = moves(contents)
    moved = [change for change in since.values() if change.estimate is not None]
    assert len(moved) > 20
    for item in before.items:
        for side in SIDES if item.change else ():
            known, again = getattr(item.change, side), since[item.item, side]
            assert (known.estimate, known.se, known.mark) == (again.estimate, again.se, again.mark)
    assert contents.tests is not None
    assert contents.tests.changes == len([change for change in moved if change.p is not None])
    assert not contents.baseline
    assert "What changed since the baseline, 2026" in summary_html(printed)
    assert "as it was frozen" in summary_html(printed)
    rows = list(csv.DictReader(io.StringIO(files.long_csv(printed))))
    assert {row["statistic"] for row in rows if row["table"] == "Changes since the baseline"} == {
        "earlier figure, 2026",
        "change since the baseline",
    }
    with zipfile.ZipFile(io.BytesIO(pair.bundle(release_id))) as archive:
        assert "baseline-panel.csv" in archive.namelist()
    assert verified(pair, release_id, tmp_path) == (0, "Everything agrees.\n")


def other_base(pair: TwoRounds, key: str, fewer: int) -> None:
    """Let the baseline have been released when so many fewer had answered an item."""
    with pair.world.database.writing() as session:
        release = session.scalars(select(Release).where(Release.series == f"round {pair.first}")).one()
        document = {**(release.contents or {})}
        items = [
            {**item, "public": {**item["public"], "n": item["public"]["n"] - fewer}}
            if item["item"] == key
            else item
            for item in document["contents"]["items"]
        ]
        release.contents = {**document, "contents": {**document["contents"], "items": items}}


def test_answers_that_came_after_the_baseline_was_frozen_are_not_given_away_by_subtraction(
    pair: TwoRounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen(pair, pair.freeze(pair.first))
    no_round_before(monkeypatch)
    before = moves(pair.exact(pair.freeze(pair.second)))
    key = next(item for (item, side), change in before.items() if side == "public" and change.estimate)

    other_base(pair, key, 1)
    change = moves(pair.exact(pair.freeze(pair.second)))[key, "public"]
    assert (change.estimate, change.mark) == (None, Mark.NOT_AVAILABLE)
    assert change.then.n == (before[key, "public"].then.n or 0) - 1, "the released figure stands"

    other_base(pair, key, THRESHOLD - 1)
    assert moves(pair.exact(pair.freeze(pair.second)))[key, "public"] == before[key, "public"]


def test_without_the_answers_of_the_baseline_its_released_figures_are_compared(
    pair: TwoRounds, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first = pair.freeze(pair.first)
    chosen(pair, first)
    released = {item.item: item for item in pair.contents(first).items}
    no_round_before(monkeypatch)
    with_answers = moves(pair.exact(pair.freeze(pair.second)))
    with pair.world.database.writing() as session:
        destroy_material(session, subject_kind=ROUND, subject_id=pair.first, context=pair.world.context())

    release_id = pair.freeze(pair.second)
    contents = pair.exact(release_id)

    assert contents.frozen_baseline is not None
    assert "kept no longer" in contents.frozen_baseline.method
    since = moves(contents)
    assert {at: each.mark in (Mark.WITHHELD, Mark.DISCONTINUITY) for at, each in since.items()} == {
        at: each.mark in (Mark.WITHHELD, Mark.DISCONTINUITY) for at, each in with_answers.items()
    }
    wider = 0
    for item in contents.items:
        change = None if item.since_baseline is None else item.since_baseline.public
        if change is not None and change.estimate is not None:
            then = released[item.item].public
            assert change.then == then
            assert change.estimate == pytest.approx((item.public.estimate or 0) - (then.estimate or 0))
            assert change.se == pytest.approx(((item.public.se or 0) ** 2 + (then.se or 0) ** 2) ** 0.5)
            wider += (change.se or 0) > (with_answers[item.item, "public"].se or 0)
    assert wider > 10
    assert verified(pair, release_id, tmp_path) == (0, "Everything agrees.\n")
