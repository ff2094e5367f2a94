"""The pack and the record of a review as PDFs: tagged, falls first, and nothing that was not published."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sampling.frame import Sector
from survey_app.reports.contents import Change, Contents, Mark
from survey_app.reports.reviews.contents import (
    ActionLine,
    AddedLine,
    Agreed,
    Before,
    DecisionLine,
    DissentLine,
    FindingLine,
    IssueLine,
    Meeting,
    Met,
    PlaceLine,
    Ranked,
    RecordContents,
    StepLine,
    Vote,
    Voted,
    VoteLine,
    Written,
)
from survey_app.reports.reviews.pack import Coming, PackContents, clear_changes, pack_html, pack_pdf
from survey_app.reports.reviews.record import record_html, record_pdf
from survey_app.reports.round_summary.pdf import SYNTHETIC
from tests.unit.reports import sample
from tests.unit.reports.tagged import faults_of, pages_of

PUBLIC, VOLUNTARY = Sector.PUBLIC, Sector.VOLUNTARY
DAY = date(2026, 10, 3)
HOSTILE = "<script>alert(1)</script> & <img src='http://example.org/x'>"
RELEASED: Contents = sample.compared()


def ranked(rank: int, voters: int) -> tuple[Ranked, ...]:
    return tuple(Ranked(sector=one, rank=rank, dots=2 * voters, voters=voters, of=12) for one in Sector)


DECISION = DecisionLine(
    words="Ask focus groups.",
    decided_on=DAY,
    withdrawn_why="",
    dissent=(DissentLine(sector=VOLUNTARY, who="A regional network", words="What is missing is time."),),
    actions=(
        ActionLine(what="Write it down", owner="The secretariat", due_on=DAY, state="done", note="Sent."),
    ),
)
ISSUE = IssueLine(
    title="Three-year funding",
    words=HOSTILE,
    sector=VOLUNTARY,
    finding=FindingLine(words="Funded for three years. Public bodies 52.", source="Survey, release 1"),
    into="",
    closed_why="",
    decisions=(DECISION,),
    steps=(
        StepLine(
            kind="topic", words="What is needed?", state="answered", taken_up_by="Groups", outcome="Time."
        ),
    ),
)
VOTES = tuple(
    Vote(
        session=place,
        number=1,
        voted=tuple(Voted(sector=one, papers=voters, slips=14) for one in Sector),
        apart=voters > 4,
        lines=(
            VoteLine(
                title="Three-year funding",
                sides=ranked(1, 8) if voters > 4 else (),
                together=None if voters > 4 else ranked(1, 7)[0],
                opposed=True,
                common=False,
                minority=(PUBLIC,),
            ),
        )
        if voters > 2
        else (),
    )
    for place, voters in (("North", 12), ("South", 4), ("East", 2))
)
RECORD = RecordContents(
    product="Compact Monitor",
    agreement="the Compact",
    programme="England",
    title="Annual review 2026",
    number=2,
    corrects="A day was wrong.",
    sent_on=DAY,
    synthetic=True,
    written=(Written(heading="Talked about", words="First.\n\nThen."), Written(heading="No", words="")),
    meetings=tuple(
        Meeting(
            title=place, area=place, day=DAY, place="Town hall", cancelled_why="",
            met=(Met(sector=PUBLIC, level="local", invited=3, came=2, people=4),),
        )
        for place in ("North", "South")
    ),
    organisations=(Met(sector=PUBLIC, level="local", invited=3, came=2, people=8),),
    findings=(FindingLine(words="They are far apart: 29 points.", source="Survey, release 1"),),
    issues=(ISSUE,),
    votes=VOTES,
    added=(
        AddedLine(
            title="Three-year funding",
            sides=ranked(1, 8),
            places=(PlaceLine(session="North", sides=ranked(1, 8)), PlaceLine(session="West", sides=())),
            differs=(VOLUNTARY,),
        ),
    ),
    before=Before(title="Annual review 2025", issues=(ISSUE,)),
)  # fmt: skip
AGREED = (
    Agreed(sector=PUBLIC, day=DAY, dissent=""),
    Agreed(sector=VOLUNTARY, day=DAY, dissent="Two years, not three."),
)
PACK = PackContents(
    product="Compact Monitor",
    agreement="the Compact",
    programme="England",
    title="Annual review 2026",
    number=1,
    made_on=DAY,
    synthetic=True,
    source="Annual survey 2026, release 1",
    coming=(
        Coming(
            title="North", area="North", day=DAY, starts="10:00", place="Town hall", access="Step-free",
            languages="British Sign Language",
        ),
    ),
    issues=(ISSUE,),
    before=Before(title="Annual review 2025", issues=(ISSUE,)),
)  # fmt: skip


def fallen(change: Change) -> Change:
    return replace(change, estimate=-0.08, lci=-0.11, uci=-0.05, clear=True, mark=Mark.NONE)


def moving() -> Contents:
    """The sample with one question that fell clearly in the voluntary sector."""
    item = sample.compared_item("paid-on-time")
    assert item.change is not None
    fell = replace(item, change=replace(item.change, voluntary=fallen(item.change.voluntary)))
    return sample.with_item(RELEASED, fell)


@pytest.fixture(scope="module")
def record() -> bytes:
    return record_pdf(RECORD, AGREED, fewest=5)


@pytest.fixture(scope="module")
def pack() -> bytes:
    return pack_pdf(PACK, moving())


@pytest.mark.parametrize("paper", ["record", "pack"])
def test_both_papers_are_tagged_as_the_summary_is(
    paper: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    pdf = request.getfixturevalue(paper)

    assert faults_of(pdf, tmp_path) == []
    assert all(SYNTHETIC in page for page in pages_of(pdf))


def test_the_record_says_who_met_what_was_ranked_and_who_dissents(record: bytes) -> None:
    said = " ".join(" ".join(pages_of(record)).split())

    for printed in (
        "Record of Annual review 2026", "Public bodies, local 3 2 8", "They are far apart: 29 points.",
        "South", "the sides are not told apart", "nothing is told of their votes",
        "Places differ: voluntary organisations", "What is missing is time.",
        "What became of Annual review 2025",
        "agreed to this record on 3 October 2026, with this dissent", "Two years, not three.",
        "What this edition puts right",
    ):  # fmt: skip
        assert printed in said, printed


def test_the_pack_has_falls_before_rises_findings_and_gaps(pack: bytes) -> None:
    said = " ".join(" ".join(pages_of(pack)).split())

    order = (
        "What fell",
        "What rose",
        "What we found",
        "Where the sectors differ",
        "What became of",
        "put forward",
    )
    places = [said.index(words) for words in order]
    assert places == sorted(places)
    for printed in (
        "North",
        "Step-free",
        "3 October 2026, 10:00",
        "Write it down",
        RELEASED.findings[0].statement,
    ):
        assert printed in said, printed


def test_falls_are_the_clear_ones_alone_and_the_deepest_comes_first() -> None:
    contents = moving()
    falls = clear_changes(contents.items, falls=True)

    assert "−8 (−11 to −5)" in [line.change for line in falls]
    item = sample.compared_item("paid-on-time")
    assert item.change is not None
    by_chance = replace(fallen(item.change.voluntary), clear=False)
    hollow = replace(item, change=replace(item.change, voluntary=by_chance))
    others = clear_changes(sample.with_item(RELEASED, hollow).items, falls=True)
    assert len(others) == len(falls) - 1
    assert others == falls[1:]


def test_a_withheld_change_reaches_no_pack() -> None:
    item = sample.compared_item("paid-on-time")
    assert item.change is not None
    leak = replace(fallen(item.change.voluntary), mark=Mark.WITHHELD, overlap=66_666)
    leaking = sample.with_item(RELEASED, replace(item, change=replace(item.change, voluntary=leak)))
    withheld = replace(leak, estimate=None, lci=None, uci=None, clear=False)
    kept = sample.with_item(RELEASED, replace(item, change=replace(item.change, voluntary=withheld)))

    assert pack_html(PACK, leaking) == pack_html(PACK, kept)


def test_words_from_outside_become_no_markup() -> None:
    for html in (record_html(RECORD, AGREED, fewest=5), pack_html(PACK, replace(RELEASED, items=()))):
        assert "<script" not in html
        assert "<img src=&#39;http" not in html.replace("&lt;img", "")


def test_a_first_survey_with_nothing_in_it_still_makes_a_pack() -> None:
    empty = replace(RELEASED, items=(), findings=(), earlier=None, baseline=True)
    nothing = replace(PACK, coming=(), issues=(), before=None)

    html = pack_html(nothing, empty)

    assert "the first round of its kind" in html
    assert "Nothing yet." in html
