"""Change between two rounds: estimated from both, protected by both, silent where there is one."""

import csv
import io
import math
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import select

from instruments.answering.repeats import carried_out
from instruments.schema import Question, Questionnaire
from sampling.frame import Sector
from survey_app.analysis.analyse import analyse
from survey_app.models.responses import Response
from survey_app.models.results import Release
from survey_app.reports.contents import Cell, Change, Contents, ItemResult, Mark
from survey_app.services.material import ROUND, destroy_material
from survey_app.services.questionnaires import versions
from survey_app.services.results.earlier import changes, waves
from survey_app.services.results.earlier.discontinuities import discontinuities_between
from survey_app.services.results.earlier.waves import WeightedRound, two_waves
from survey_app.services.results.replies import replies_of
from survey_app.services.results.weighting import weight_replies
from survey_app.services.rounds import lifecycle
from tests.fixtures.plain_change import PlainPanel
from tests.fixtures.two_rounds import THRESHOLD, TwoRounds, two_rounds
from tests.fixtures.world import World

TOLERANCE = 1e-9
SIDES = ("everyone", "public", "voluntary")
SECTORS = {"everyone": None, "public": "public_body", "voluntary": "vco"}


@dataclass(frozen=True)
class Released:
    """A release of the second round with all digits, and its bundle."""

    contents: Contents
    bundle: bytes


@pytest.fixture(scope="module")
def second(made: TwoRounds) -> Released:
    """What the second round says while the first has no release."""
    release = made.freeze(made.second)
    return Released(made.exact(release), made.bundle(release))


def of(item: ItemResult, side: str) -> Change:
    assert item.change is not None
    change: Change = getattr(item.change, side)
    return change


def published(contents: Contents) -> list[tuple[ItemResult, str, Change]]:
    """Every change with a number."""
    return [
        (item, side, of(item, side))
        for item in contents.items
        if item.change is not None
        for side in SIDES
        if of(item, side).estimate is not None
    ]


def test_a_second_round_tells_what_changed_and_its_bundle_gives_the_same_numbers(
    world: World, tmp_path: Path
) -> None:
    pair = two_rounds(world)
    with world.database.reading() as session:
        first = lifecycle.get_round(session, round_id=pair.first, programme_id=world.programme)
        assert waves.earlier_round(session, world.keys, round_view=first) is None
    release = pair.freeze(pair.second)
    contents = pair.exact(release)
    numbers = published(contents)
    assert len(numbers) > 60
    for item, side, change in numbers:
        now: Cell = getattr(item, side)
        assert change.then.estimate is not None
        assert math.isclose(change.estimate or 0, (now.estimate or 0) - change.then.estimate, abs_tol=1e-12)
        assert min(change.then.n or 0, now.n or 0) >= THRESHOLD

    with zipfile.ZipFile(io.BytesIO(pair.bundle(release))) as archive:
        archive.extractall(tmp_path)
    answer = analyse(tmp_path / "changes.yaml")
    again = {
        (record["of"], record["by"].get("sector")): record
        for record in answer.values["estimates"]  # type: ignore[attr-defined]
    }
    for item, side, change in numbers:
        record = again[item.item, SECTORS[side]]
        for name in ("lci", "uci"):
            assert math.isclose(record[name], getattr(change, name), rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        assert math.isclose(record["change"], change.estimate or 0, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        assert change.overlap in (None, record["n_overlap"])


def test_every_change_is_found_again_by_plain_loops(second: Released) -> None:
    panel = PlainPanel(second.bundle)

    numbers = published(second.contents)

    assert len(numbers) > 60
    for item, side, change in numbers:
        again = panel.change(item.item, SECTORS[side])
        assert math.isclose(again.change, change.estimate or 0, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        assert math.isclose(again.lci, change.lci or 0, rel_tol=1e-8, abs_tol=TOLERANCE), (item.item, side)
        assert math.isclose(again.uci, change.uci or 0, rel_tol=1e-8, abs_tol=TOLERANCE), (item.item, side)
        assert change.overlap in (None, again.overlap)


def test_the_panels_overlap_in_part_and_some_organisations_changed_stratum(second: Released) -> None:
    """What the other tests rest on."""
    panel = PlainPanel(second.bundle)
    strata: dict[str, set[str]] = {}
    for row in panel.rows:
        strata.setdefault(row["unit"], set()).add(row["stratum"])
    waves_of = [row["unit"] for row in panel.rows]

    assert any(len(names) == 2 for names in strata.values())
    assert 0 < len(waves_of) - len(strata) < len(strata)


def test_what_is_clear_is_decided_over_all_tests_and_the_count_told_is_the_count_made(
    second: Released,
) -> None:
    changes = [change for _, _, change in published(second.contents)]
    gaps = [item.gap for item in second.contents.items if item.gap]
    regions = [row for item in second.contents.items for row in item.regions if row.p is not None]
    ranked = sorted(each.p for each in (*changes, *gaps, *regions) if each.p is not None)

    passing = [k for k, p in enumerate(ranked, start=1) if p <= 0.05 * k / len(ranked)]
    limit = ranked[max(passing) - 1] if passing else -1.0
    assert second.contents.tests is not None
    assert second.contents.tests.made == len(ranked)
    assert second.contents.tests.changes == len(changes)
    assert second.contents.tests.clear == max(passing, default=0)
    for each in (*changes, *gaps):
        assert each.clear == (each.p is not None and each.p <= limit)
        if each.clear:
            assert each.lci is not None
            assert each.uci is not None
            assert not each.lci <= 0 <= each.uci
    assert all(row.differs == (row.p is not None and row.p <= limit) for row in regions)


def test_only_what_both_sectors_were_asked_alike_is_set_side_by_side(second: Released) -> None:
    alike = {item.item for item in second.contents.items if item.mirrored}

    assert 0 < len(alike) < len(second.contents.items)
    for item in second.contents.items:
        if item.item not in alike:
            assert item.gap is None
            assert item.everyone.mark is Mark.NOT_APPLICABLE


def test_the_first_round_of_a_strand_is_a_baseline(pair: TwoRounds) -> None:
    release = pair.freeze(pair.first)
    contents = pair.exact(release)

    assert contents.baseline
    assert contents.earlier is None
    assert all(item.change is None for item in contents.items)
    with zipfile.ZipFile(io.BytesIO(pair.bundle(release))) as archive:
        assert "panel.csv" not in archive.namelist()
        assert "panel.csv" not in archive.read("README.txt").decode()


def test_the_earlier_round_need_not_have_been_published(second: Released, pair: TwoRounds) -> None:
    without = second.contents
    pair.freeze(pair.first)
    beside = pair.exact(pair.freeze(pair.second))

    assert without.earlier is not None
    assert without.earlier.round_title == "Annual survey 2026"
    assert not without.baseline
    assert [item.change for item in beside.items] == [item.change for item in without.items]


def test_a_round_whose_answers_were_destroyed_is_passed_over(pair: TwoRounds) -> None:
    with pair.world.database.writing() as session:
        context = pair.world.context()
        destroy_material(session, subject_kind=ROUND, subject_id=pair.first, context=context)

    contents = pair.exact(pair.freeze(pair.second))

    assert contents.earlier is None
    assert contents.baseline


def compared_alike(contents: Contents) -> str:
    """An item with a change of everyone and of both sectors: they were asked the same."""
    return next(
        item.item
        for item in contents.items
        if item.change is not None and all(of(item, side).estimate is not None for side in SIDES)
    )


def test_what_last_years_release_withholds_stays_withheld(second: Released, pair: TwoRounds) -> None:
    key = compared_alike(second.contents)
    pair.freeze(pair.first)
    with pair.world.database.writing() as session:
        release = session.scalars(select(Release).where(Release.series == f"round {pair.first}")).one()
        document = {**release.contents}
        suppressed = {"estimate": None, "lci": None, "uci": None, "n": None, "mark": "c"}
        document["contents"] = {
            **document["contents"],
            "items": [
                {**item, "public": suppressed} if item["item"] == key else item
                for item in document["contents"]["items"]
            ],
        }
        release.contents = document

    after = pair.exact(pair.freeze(pair.second))

    was, now = (
        next(item for item in contents.items if item.item == key) for contents in (second.contents, after)
    )
    assert of(was, "public").mark is not Mark.WITHHELD
    assert of(now, "public") == Change(
        then=Cell(None, None, None, None, Mark.WITHHELD),
        estimate=None,
        lci=None,
        uci=None,
        clear=False,
        overlap=None,
        mark=Mark.WITHHELD,
    )
    # What is left of everyone and the voluntary sector would give it away.
    assert of(now, "everyone").mark is Mark.WITHHELD
    assert of(now, "voluntary") == of(was, "voluntary")


def test_a_figure_withheld_takes_last_years_and_the_change_with_it(pair: TwoRounds) -> None:
    contents = pair.exact(pair.freeze(pair.second, threshold=17))
    small = [
        (item, side)
        for item in contents.items
        for side in SIDES
        if getattr(item, side).mark is Mark.WITHHELD and item.change is not None
    ]

    assert small
    for item, side in small:
        change = of(item, side)
        assert change.mark is Mark.WITHHELD
        assert change.then == Cell(None, None, None, None, Mark.WITHHELD)
        assert (change.estimate, change.lci, change.uci, change.overlap) == (None, None, None, None)
    for _, _, change in published(contents):
        assert (change.then.n or 0) >= 17
        assert change.overlap is None or change.overlap == 0 or change.overlap >= 17


def test_of_three_overlaps_never_one_alone_is_left_out(second: Released) -> None:
    compared = [item for item in second.contents.items if item.change is not None]
    three = [[of(item, side) for side in SIDES] for item in compared]
    full = [changes for changes in three if all(change.estimate is not None for change in changes)]

    assert any(change.overlap is None for changes in full for change in changes)
    assert not any([change.overlap for change in changes].count(None) == 1 for changes in full)


def test_a_panel_that_answered_alike_both_times_is_not_told_so(pair: TwoRounds) -> None:
    """Nobody moved: whoever knows an organisation's answer of last year would know this year's."""
    world = pair.world
    with world.database.writing() as session:
        round_view = lifecycle.get_round(session, round_id=pair.first, programme_id=world.programme)
        replies = replies_of(session, world.keys, round_view=round_view)
        one = WeightedRound(round_view, replies, weight_replies(replies))
        both = two_waves(session, one, one)

    assert both.shared("consulted", None).alike
    assert both.change("consulted", None).change == 0


def questionnaire(pair: TwoRounds) -> Questionnaire:
    """What the public bodies of the first round were asked."""

    def look(session):  # type: ignore[no-untyped-def]
        round_view = lifecycle.get_round(session, round_id=pair.first, programme_id=pair.world.programme)
        return versions.questionnaire_of(session, round_view.instruments[Sector.PUBLIC])

    return pair.world.read(look)


def with_question(known: Questionnaire, changed: Question) -> Questionnaire:
    written = tuple(
        replace(section, questions=tuple(changed if q.item == changed.item else q for q in section.questions))
        for section in known.written
    )
    return carried_out(replace(known, version=known.version + 1, written=written))


def test_a_question_that_changed_breaks_the_trend_and_says_why(made: TwoRounds) -> None:
    known = questionnaire(made)
    asked = known.by_item("consulted")

    def why(**changes: object) -> dict[str, str]:
        later = with_question(known, replace(asked, **changes))  # type: ignore[arg-type]
        return discontinuities_between(known, later, sector=Sector.PUBLIC, since="2026")

    assert why() == {}
    assert why(short="Another label of charts") == {}
    assert why(text="Other words?") == {
        "consulted": "For public bodies the question was worded differently in 2026."
    }
    assert why(counts_as=("no",)) == {
        "consulted": "For public bodies other answers were offered or counted in 2026."
    }
    condition = known.by_item("twelve-weeks").ask_if
    assert condition is not None
    assert why(ask_if=condition) == {"consulted": "For public bodies the question was put to others in 2026."}


def test_across_a_break_there_is_no_change_and_the_figures_stand_alone(
    second: Released, pair: TwoRounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = compared_alike(second.contents)
    reworded = "For public bodies the question was worded differently in 2026."
    monkeypatch.setattr(
        changes,
        "discontinuities_between",
        lambda then, now, *, sector, since, find: {key: reworded} if sector is Sector.PUBLIC else {},
    )

    contents = pair.exact(pair.freeze(pair.second))

    item = next(item for item in contents.items if item.item == key)
    assert item.change is not None
    assert item.change.discontinuities == (reworded,)
    for side in ("everyone", "public"):
        assert of(item, side).mark is Mark.DISCONTINUITY
        assert of(item, side).estimate is None
        assert of(item, side).then.estimate is not None
    assert of(item, "voluntary").estimate is not None


def test_a_bundle_numbers_units_by_what_they_say(second: Released, made: TwoRounds) -> None:
    with zipfile.ZipFile(io.BytesIO(second.bundle)) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("panel.csv").decode())))
        text = archive.read("panel.csv").decode()

    by_unit: dict[int, list[list[str]]] = {}
    for row in rows:
        by_unit.setdefault(int(row["unit"]), []).append([row[name] for name in row if name != "unit"])
    in_order = [by_unit[unit] for unit in sorted(by_unit)]
    assert in_order == sorted(in_order)
    pseudonyms = made.world.read(lambda session: set(session.scalars(select(Response.seat_pseudonym))))
    assert pseudonyms
    assert not any(name in text for name in pseudonyms)
