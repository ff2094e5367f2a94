"""Votes of a session: a code votes once, changes its votes, and nothing tells afterwards who gave what."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select, text

from sampling.frame import Sector
from survey_app.errors import DestroyedError, InvalidError, NotAllowedError, StageError
from survey_app.models.people.accounts import Person
from survey_app.models.reviews.ballots import BallotCount, BallotPaper, BallotState, BallotTally
from survey_app.services import material
from survey_app.services.reviews import ballots, gathered, issues, sessions, tallies, voting, witnesses
from survey_app.services.reviews.ballots import BallotPlan, sides_told
from survey_app.services.reviews.tallies import BallotResult
from survey_app.services.reviews.voting import LockedError
from tests.fixtures.world import World
from tests.integration.reviews.worlds import met, raised, reviewed

TITLES = ("Three-year funding", "Consult earlier", "A guide for small groups")


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def balloted(
    world: World, *, public: int, voluntary: int, second_round: bool = False
) -> tuple[int, list[int]]:
    """An open ballot on three issues with so many codes; its id and the issues'."""
    review = reviewed(world)
    keys = [raised(world, review, title) for title in TITLES]
    meeting = met(world, review, second_round=second_round)
    return opened(world, meeting, keys, public, voluntary), keys


def opened(world: World, meeting: int, keys: list[int], public: int, voluntary: int) -> int:
    slips = {Sector.PUBLIC: public, Sector.VOLUNTARY: voluntary}
    plan = BallotPlan(dots=3, issue_ids=tuple(keys), slips=slips)
    with world.database.writing() as session:
        ballot = ballots.prepare(session, world.keys, session_id=meeting, plan=plan, context=world.context())
        ballots.open_ballot(session, ballot_id=ballot, context=world.context())
    return ballot


def person(world: World, role: str) -> int:
    """Somebody of a role, by id; the same one each time."""
    held = select(Person.id).filter_by(email=f"{role}@compact.invalid")
    known = world.read(lambda session: session.scalar(held))
    if known is None:
        world.person(role)
    return known or person(world, role)


def codes(world: World, ballot: int, sector: Sector) -> list[str]:
    """The codes of a side, as the facilitator sees and hands them out."""
    leader = person(world, "facilitator")
    with world.database.writing() as session:
        every = ballots.codes_of(
            session, world.keys, ballot_id=ballot, person_id=leader, context=world.context()
        )
    return [one.code for one in every if one.sector is sector]


def voted(world: World, code: str, *dots: tuple[int, int]) -> None:
    with world.database.writing() as session:
        voting.vote(session, world.keys, code=code, dots=dict(dots), secrets=[f"telephone of {code}"])


def booth_of(world: World, code: str, *secrets: str) -> voting.Booth | None:
    return world.read(lambda session: voting.booth_of(session, world.keys, code=code, secrets=secrets))


def counted(world: World, ballot: int, public: int, voluntary: int, *, by: str = "coordinator") -> None:
    heads, who = {Sector.PUBLIC: public, Sector.VOLUNTARY: voluntary}, person(world, by)
    with world.database.writing() as session:
        witnesses.count_heads(session, ballot_id=ballot, heads=heads, person_id=who, context=world.context())


def closed(world: World, ballot: int) -> BallotResult:
    """The result of a vote in which as many are seen to vote as may have."""
    counted(world, ballot, 400, 400)
    return closed_as_counted(world, ballot)


def closed_as_counted(world: World, ballot: int) -> BallotResult:
    with world.database.writing() as session:
        ballots.close_ballot(session, world.keys, ballot_id=ballot, context=world.context())
    [result] = world.read(lambda session: tallies.results_of(session, [ballot]))
    return result


def test_a_code_that_votes_again_replaces_what_it_gave_and_is_counted_once(world: World) -> None:
    ballot, (first, second, third) = balloted(world, public=5, voluntary=0)
    every = codes(world, ballot, Sector.PUBLIC)
    for code in every:
        voted(world, code, (first, 3))
    voted(world, every[0], (second, 2), (third, 1))
    booth = booth_of(world, every[0].lower(), f"telephone of {every[0]}")
    assert booth is not None
    assert (booth.given, booth.voted) == ({second: 2, third: 1}, True)

    result = closed(world, ballot)

    given = {line.issue_id: line.sides[Sector.PUBLIC] for line in result.lines}
    assert (given[first].dots, given[first].voters, given[first].rank) == (12, 4, 1)
    assert (given[second].dots, given[third].dots) == (2, 1)
    assert result.papers == {Sector.PUBLIC: 5, Sector.VOLUNTARY: 0}


def test_a_kept_code_reads_and_changes_nothing_once_its_voter_has_voted(world: World) -> None:
    ballot, (first, second, _) = balloted(world, public=5, voluntary=0)
    code, *others = codes(world, ballot, Sector.PUBLIC)
    voted(world, code, (first, 3))

    for secrets in ([], ["another telephone"], ["", ""], [code]):
        with pytest.raises(LockedError), world.database.writing() as session:
            voting.vote(session, world.keys, code=code, dots={second: 3}, secrets=secrets)
        booth = booth_of(world, code, *secrets)
        assert booth is not None
        assert (booth.given, booth.locked, booth.has_word) == ({}, True, False)
    for other in others:
        voted(world, other, (first, 1))
    given = {line.issue_id: line.sides[Sector.PUBLIC].dots for line in closed(world, ballot).lines}
    assert (given[first], given[second]) == (7, 0)


def test_a_word_beside_the_code_opens_from_elsewhere_and_is_no_copy_of_the_code(world: World) -> None:
    ballot, (first, second, _) = balloted(world, public=5, voluntary=0)
    code = codes(world, ballot, Sector.PUBLIC)[0]
    for word, fault in (("oak", "6 to 40"), ("o" * 41, "6 to 40"), (code.lower(), "this one is the code")):
        with pytest.raises(InvalidError, match=fault):
            with_word(world, code, word, first)
    with_word(world, code, "Oak and ash", first)

    with pytest.raises(LockedError):
        with_word(world, code, "Elm and ash", second, secrets=["elm and ash"])
    booth = booth_of(world, code, "oakand ASH")
    assert booth is not None
    assert (booth.given, booth.has_word) == ({first: 3}, True)
    with_word(world, code, "", second, secrets=["oak and ash"])
    changed = booth_of(world, code, "the telephone")
    assert changed is not None
    assert changed.given == {second: 3}
    lengths = world.read(lambda s: {len(votes) for votes in s.scalars(select(BallotPaper.votes))})
    assert len(lengths) == 1


def with_word(
    world: World, code: str, word: str, issue: int, secrets: Sequence[str] = ("the telephone",)
) -> None:
    with world.database.writing() as session:
        voting.vote(session, world.keys, code=code, dots={issue: 3}, secrets=secrets, word=word)


def test_left_over_codes_make_no_side_large_enough_to_be_told(world: World) -> None:
    ballot, (first, *_) = balloted(world, public=8, voluntary=8)
    own, *left_over = codes(world, ballot, Sector.PUBLIC)
    voted(world, own, (first, 3))
    for code in left_over[:4]:
        voted(world, code)
    with pytest.raises(StageError, match="Nobody has counted who voted"):
        closed_as_counted(world, ballot)
    with pytest.raises(NotAllowedError, match="You have seen the codes"):
        counted(world, ballot, 5, 0, by="facilitator")
    counted(world, ballot, 1, 0)
    with pytest.raises(NotAllowedError, match="You counted who votes"), world.database.writing() as session:
        ballots.codes_of(
            session, world.keys, ballot_id=ballot, person_id=person(world, "coordinator"),
            context=world.context(),
        )  # fmt: skip

    result = closed_as_counted(world, ballot)

    assert (result.papers[Sector.PUBLIC], result.heads[Sector.PUBLIC], result.lines) == (5, 1, ())
    assert result.overvoted == (Sector.PUBLIC,)
    [said] = gathered.votes([result])
    assert [(one.papers, one.heads) for one in said.voted] == [(5, 1), (0, 0)]


def test_a_code_that_was_used_before_its_voter_is_replaced_by_somebody_who_did_not_hand_it_out(
    world: World,
) -> None:
    ballot, (first, second, _) = balloted(world, public=5, voluntary=0)
    mine, *others = codes(world, ballot, Sector.PUBLIC)
    voted(world, mine, (first, 3))
    with pytest.raises(NotAllowedError, match="You have seen the codes"):
        replaced(world, ballot, mine, by="facilitator")
    another = replaced(world, ballot, mine)
    with pytest.raises(InvalidError, match="no code of this ballot"):
        replaced(world, ballot, mine)

    assert booth_of(world, mine, f"telephone of {mine}") is None
    assert another not in codes(world, ballot, Sector.PUBLIC), "whoever handed out the first does not see it"
    voted(world, another, (second, 3))
    # Of a code that nobody used it looks the same.
    assert replaced(world, ballot, others[0])
    for code in others[1:]:
        voted(world, code, (second, 1))
    result = closed(world, ballot)
    assert (result.papers[Sector.PUBLIC], result.slips[Sector.PUBLIC]) == (4, 5)


def replaced(world: World, ballot: int, code: str, *, by: str = "coordinator") -> str:
    who = person(world, by)
    with world.database.writing() as session:
        return witnesses.replace_code(
            session, world.keys, ballot_id=ballot, code=code, person_id=who, context=world.context()
        )


def test_after_the_close_no_paper_and_no_key_is_left_and_codes_vote_no_more(world: World) -> None:
    ballot, (first, *_) = balloted(world, public=6, voluntary=0)
    every = codes(world, ballot, Sector.PUBLIC)
    for code in every:
        voted(world, code, (first, 1))
    closed(world, ballot)

    assert world.read(lambda session: session.scalar(select(func.count()).select_from(BallotPaper))) == 0
    with pytest.raises(DestroyedError), world.database.reading() as session:
        material.material_key(session, world.keys, subject_kind=ballots.BALLOT, subject_id=ballot)
    with pytest.raises(StageError, match="not taken now"):
        voted(world, every[0], (first, 3))
    closed_as_counted(world, ballot)  # a second press changes nothing
    with pytest.raises(StageError, match="open nothing any more"):
        codes(world, ballot, Sector.PUBLIC)


def test_no_row_of_a_vote_and_no_line_of_the_trail_tells_who_gave_it_or_when(world: World) -> None:
    ballot, (first, *_) = balloted(world, public=3, voluntary=3)
    mine, *others = codes(world, ballot, Sector.VOLUNTARY)
    acts = world.read(lambda session: session.scalar(text("SELECT count(*) FROM audit_entry")))
    voted(world, mine, (first, 3))
    voted(world, others[0])

    papers = world.read(lambda session: session.scalars(select(BallotPaper)).all())
    assert set(BallotPaper.__table__.columns.keys()) == {"name", "ballot_id", "votes"}
    # An abstention looks like any other, and neither side nor slip stands in the clear.
    assert len({len(paper.votes) for paper in papers}) == 1
    slips = world.read(lambda session: session.scalars(text("SELECT uuid FROM ballot_slip")).all())
    assert not {paper.name for paper in papers} & set(slips)
    assert world.read(lambda session: session.scalar(text("SELECT count(*) FROM audit_entry"))) == acts


@pytest.mark.parametrize(
    ("public", "voluntary", "counted_apart"),
    [
        (5, 5, ("public_body", "vco")),
        (5, 4, ("",)),
        (40, 1, ("",)),
        (5, 0, ("public_body",)),
        (4, 1, ("",)),
        (4, 0, ()),
        (2, 2, ()),
        (0, 0, ()),
    ],
)
def test_sides_stand_apart_from_five_voters_each_and_never_beside_their_sum(
    public: int, voluntary: int, counted_apart: tuple[str, ...]
) -> None:
    assert sides_told({Sector.PUBLIC: public, Sector.VOLUNTARY: voluntary}) == counted_apart


def test_what_is_not_told_is_not_kept_either(world: World) -> None:
    ballot, (first, *_) = balloted(world, public=5, voluntary=4)
    for sector in Sector:
        for code in codes(world, ballot, sector):
            voted(world, code, (first, 2))
    result = closed(world, ballot)

    assert not result.apart
    assert {row.side for row in world.read(lambda session: session.scalars(select(BallotTally)).all())} == {
        ""
    }
    [line] = [one for one in result.lines if one.issue_id == first]
    assert (line.together and line.together.dots, line.sides) == (18, {})


def test_an_issue_that_one_side_ranks_high_and_the_other_low_is_marked_and_comes_last(world: World) -> None:
    ballot, (first, second, third) = balloted(world, public=5, voluntary=5)
    for code in codes(world, ballot, Sector.PUBLIC):
        voted(world, code, (first, 2), (second, 1))
    for code in codes(world, ballot, Sector.VOLUNTARY):
        voted(world, code, (third, 2), (second, 1))
    result = closed(world, ballot)

    by_id = {line.issue_id: line for line in result.lines}
    assert next(line.issue_id for line in result.lines) == second
    assert by_id[second].is_common_ground
    assert (by_id[first].opposed, by_id[third].opposed, by_id[second].opposed) == (True, True, False)


def test_what_few_want_very_much_is_kept_as_a_minority_view(world: World) -> None:
    ballot, (first, second, _) = balloted(world, public=0, voluntary=8)
    mine, *others = codes(world, ballot, Sector.VOLUNTARY)
    voted(world, mine, (second, 3))
    for code in others:
        voted(world, code, (first, 3))

    by_id = {line.issue_id: line for line in closed(world, ballot).lines}

    assert by_id[second].minority == (Sector.VOLUNTARY,)
    assert by_id[first].minority == ()


def test_too_many_dots_or_another_ballots_issue_is_refused_and_what_was_given_stays(world: World) -> None:
    ballot, (first, *_) = balloted(world, public=5, voluntary=0)
    code = codes(world, ballot, Sector.PUBLIC)[0]
    voted(world, code, (first, 3))

    with pytest.raises(InvalidError, match="You gave 4 dots and have 3"):
        voted(world, code, (first, 4))
    with pytest.raises(InvalidError, match="to no others"):
        voted(world, code, (999, 1))
    with pytest.raises(InvalidError, match="to no others"):
        voted(world, code, (first, -1))
    booth = booth_of(world, code, f"telephone of {code}")
    assert booth is not None
    assert booth.given == {first: 3}


def test_a_second_round_is_for_the_absent_alone_and_only_where_the_plan_says_so(world: World) -> None:
    ballot, keys = balloted(world, public=5, voluntary=0, second_round=True)
    meeting = world.read(
        lambda session: ballots.ballot_of(session, ballot_id=ballot, programme_id=world.programme).session_id
    )
    with pytest.raises(StageError, match="not closed"):
        opened(world, meeting, keys, 3, 3)
    early = codes(world, ballot, Sector.PUBLIC)[0]
    closed(world, ballot)
    second = opened(world, meeting, keys, 3, 3)

    with pytest.raises(StageError):
        voted(world, early, (keys[0], 1))
    for code in codes(world, second, Sector.VOLUNTARY):
        voted(world, code, (keys[0], 1))
    assert closed(world, second).lines == ()  # three voters are too few for anything to be told
    with pytest.raises(StageError, match="Everybody has voted"):
        opened(world, meeting, keys, 3, 3)


def test_beginning_again_takes_all_votes_back_and_merged_issues_keep_theirs(world: World) -> None:
    ballot, (first, second, _) = balloted(world, public=5, voluntary=0)
    every = codes(world, ballot, Sector.PUBLIC)
    voted(world, every[0], (first, 3))
    with world.database.writing() as session:
        ballots.reset(session, ballot_id=ballot, context=world.context())
    with pytest.raises(StageError):
        voted(world, every[0], (first, 3))
    with world.database.writing() as session:
        ballots.open_ballot(session, ballot_id=ballot, context=world.context())
    for code in every:
        voted(world, code, (second, 3))
    with world.database.writing() as session:
        issues.merge(session, issue_id=second, into_id=first, context=world.context())

    given = {line.issue_id: line.sides[Sector.PUBLIC].dots for line in closed(world, ballot).lines}

    assert (given[first], given[second]) == (0, 15)
    assert world.read(lambda session: session.scalars(select(BallotCount.papers)).all()) == [5, 0]


def test_a_facilitator_who_leaves_in_the_middle_leaves_the_vote_open(world: World) -> None:
    ballot, (first, *_) = balloted(world, public=5, voluntary=0)
    code = codes(world, ballot, Sector.PUBLIC)[0]
    with world.database.writing() as session:
        sessions.hand_over(session, session_id=1, to="Gus", why="She fell ill", context=world.context())

    voted(world, code, (first, 1))

    seen = world.read(
        lambda session: ballots.ballot_of(session, ballot_id=ballot, programme_id=world.programme)
    )
    assert (seen.state, seen.papers) == (BallotState.OPEN, 1)
