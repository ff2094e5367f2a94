"""The record of a review: nothing written is lost, both sides agree to one text, votes tell what they did."""

from dataclasses import asdict, replace

import pytest
from sqlalchemy import select

from sampling.frame import Sector
from survey_app.errors import ConflictError, InvalidError, NotAllowedError, StageError, TakenError
from survey_app.models.people.accounts import Grant, Person
from survey_app.models.results import Release, ReleaseState
from survey_app.models.reviews.records import ReviewRecordText
from survey_app.reports.reviews.contents import record_from, to_json
from survey_app.services.people import accounts
from survey_app.services.people.permissions import Permission
from survey_app.services.reviews import decisions, recording, records, sessions, signing
from survey_app.services.reviews.records import RecordView
from survey_app.services.reviews.vocabulary import Part, RecordState
from tests.fixtures.world import World
from tests.integration.results.conftest import published
from tests.integration.reviews.test_ballots import closed, codes, opened, voted
from tests.integration.reviews.worlds import met, raised, reviewed
from tests.unit.reports.sample import contents

PUBLIC, VOLUNTARY = Sector.PUBLIC, Sector.VOLUNTARY


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def written(world: World, review: int, words: str, *, seen: int = 0, part: Part = Part.TALKED) -> None:
    with world.database.writing() as session:
        recording.write(session, round_id=review, part=part, words=words, seen=seen, context=world.context())


def held(world: World, review: int, **changed: object) -> int:
    meeting = met(world, review, **changed)
    with world.database.writing() as session:
        sessions.hold(session, session_id=meeting, context=world.context())
    return meeting


def sent(world: World, review: int, corrects: str = "") -> int:
    with world.database.writing() as session:
        return recording.send(
            session, round_id=review, product="Compact Monitor", corrects=corrects, context=world.context()
        )


def agreed(world: World, edition: int, sector: Sector, person: int, dissent: str = "") -> None:
    with world.database.writing() as session:
        signing.agree(
            session,
            record_id=edition,
            sector=sector,
            dissent=dissent,
            person_id=person,
            context=world.context(),
        )


def returned(world: World, edition: int, sector: Sector, person: int, words: str) -> None:
    with world.database.writing() as session:
        said = {"sector": sector, "words": words, "person_id": person}
        signing.send_back(session, record_id=edition, **said, context=world.context())  # type: ignore[arg-type]


def signatories(world: World) -> tuple[int, int]:
    """Somebody who signs for public bodies, and somebody for voluntary organisations."""
    emails = [world.person(role) for role in ("signatory_public", "signatory_voluntary")]
    one, other = (
        world.read(lambda session, email=email: accounts.person_of(session, email=email)) for email in emails
    )
    return one, other


def standing(world: World, review: int) -> RecordView:
    return world.read(lambda session: records.record_of(session, round_id=review))


def test_two_people_who_write_one_part_lose_nothing(world: World) -> None:
    review = reviewed(world)
    written(world, review, "Mine")
    with pytest.raises(TakenError, match="Somebody else saved this part while you wrote"):
        written(world, review, "Theirs", seen=0)
    assert standing(world, review).parts[0].words == "Mine"

    written(world, review, "Mine and theirs", seen=1)

    assert (standing(world, review).parts[0].number, standing(world, review).parts[0].words) == (
        2, "Mine and theirs",
    )  # fmt: skip
    kept = world.read(lambda session: session.scalars(select(ReviewRecordText.words)).all())
    assert set(kept) == {"Mine", "Mine and theirs"}


def test_a_record_is_sent_once_all_of_it_is_there(world: World) -> None:
    review = reviewed(world)
    meeting = met(world, review)
    ballot = opened(world, meeting, [raised(world, review, "Three-year funding")], 5, 5)
    with pytest.raises(InvalidError) as refused:
        sent(world, review)
    assert len(refused.value.faults) == 4

    closed(world, ballot)
    with world.database.writing() as session:
        sessions.hold(session, session_id=meeting, context=world.context())
    written(world, review, "Funding")
    sent(world, review)

    with pytest.raises(StageError, match="before both sides"):
        written(world, review, "More", seen=1)
    with pytest.raises(StageError, match="already"):
        sent(world, review)


def test_both_sides_agree_to_one_text_and_it_changes_no_more(world: World) -> None:
    review = reviewed(world)
    held(world, review)
    issue = raised(world, review, "Three-year funding")
    written(world, review, "Funding")
    edition = sent(world, review)
    public, voluntary = signatories(world)
    agreed(world, edition, PUBLIC, public)
    assert standing(world, review).agreed is None
    agreed(world, edition, VOLUNTARY, voluntary, dissent="Two years, not three")

    final = standing(world, review).agreed
    assert final is not None
    assert [one.dissent for one in records.agreements(final)] == ["", "Two years, not three"]
    # What is decided afterwards is not what they agreed to.
    with world.database.writing() as session:
        day = sessions.london_date(world.clock.now())
        decisions.decide(session, issue_id=issue, words="Later", day=day, context=world.context())
    again = standing(world, review).agreed
    assert again is not None
    assert again.contents == final.contents
    with pytest.raises(StageError, match="agreed already"):
        returned(world, edition, PUBLIC, public, "I changed my mind")


def test_a_returned_record_is_written_on_and_agreed_to_anew(world: World) -> None:
    review = reviewed(world)
    held(world, review)
    written(world, review, "Funding")
    public, voluntary = signatories(world)
    first = sent(world, review)
    agreed(world, first, PUBLIC, public)
    with pytest.raises(InvalidError, match="Say what is to be put right"):
        returned(world, first, VOLUNTARY, voluntary, "")
    returned(world, first, VOLUNTARY, voluntary, "The guide was ours")

    written(world, review, "Funding and the guide", seen=1)
    second = sent(world, review)
    assert [one.state for one in standing(world, review).editions] == [
        RecordState.SENT, RecordState.RETURNED,
    ]  # fmt: skip
    agreed(world, second, VOLUNTARY, voluntary)
    # What was agreed to was another text.
    assert standing(world, review).agreed is None
    with pytest.raises(StageError):
        agreed(world, first, VOLUNTARY, voluntary)
    agreed(world, second, PUBLIC, public)
    with pytest.raises(InvalidError, match="cannot be sent yet"):
        sent(world, review)
    sent(world, review, corrects="A day was wrong")
    final = standing(world, review)
    assert (final.is_sent, final.agreed is not None) == (True, True)


def test_nobody_speaks_for_both_sides_or_for_one_that_is_not_theirs(world: World) -> None:
    review = reviewed(world)
    held(world, review)
    written(world, review, "Funding")
    edition = sent(world, review)
    public, voluntary = signatories(world)
    with pytest.raises(NotAllowedError):
        agreed(world, edition, VOLUNTARY, public)
    agreed(world, edition, PUBLIC, public)
    with pytest.raises(ConflictError, match="has spoken"):
        agreed(world, edition, PUBLIC, public)
    with world.database.writing() as session:
        for one in session.scalars(select(Grant).where(Grant.person_id == public)).all():
            if one.permission == Permission.SIGN_OFF_PUBLIC:
                one.permission = Permission.SIGN_OFF_VOLUNTARY
    with pytest.raises(ConflictError, match="other side"):
        agreed(world, edition, VOLUNTARY, public)
    with world.database.writing() as session:
        session.get_one(Person, voluntary).made_alone_by_id = public
    with pytest.raises(NotAllowedError, match="One of you added the other"):
        agreed(world, edition, VOLUNTARY, voluntary)


def test_the_record_tells_no_more_of_votes_than_their_counts_and_names_nobody_who_leads(world: World) -> None:
    review = reviewed(world)
    key = raised(world, review, "Three-year funding", sector=VOLUNTARY)
    other = raised(world, review, "A guide")
    for title, public in (("North", 5), ("South", 5), ("East", 4)):
        meeting = held(world, review, title=title, area=title)
        ballot = opened(world, meeting, [key, other], public, 6)
        for sector in Sector:
            for code in codes(world, ballot, sector):
                voted(world, code, (key if title == "North" else other, 3))
        closed(world, ballot)
    written(world, review, "Funding")
    sent(world, review)

    said = standing(world, review).editions[0].contents
    by_title = {vote.session: vote for vote in said.votes}
    assert (by_title["North"].apart, by_title["East"].apart) == (True, False)
    assert all(not line.sides for line in by_title["East"].lines)
    # East, where four of one side voted, is in no sum of a side.
    sums = {line.title: line.sides for line in said.added}
    assert [(one.sector, one.voters, one.of) for one in sums["Three-year funding"]] == [
        (PUBLIC, 5, 10), (VOLUNTARY, 6, 12),
    ]  # fmt: skip
    assert {line.title: line.differs for line in said.added}["A guide"] == (PUBLIC, VOLUNTARY)
    assert [place.session for line in said.added for place in line.places] == ["North", "South"] * 2
    everything = str(asdict(said))
    assert "Fay Facilitator" not in everything
    assert "Dorset CVS" not in everything


def test_a_record_is_read_back_as_it_was_written(world: World) -> None:
    review = reviewed(world)
    held(world, review)
    raised(world, review, "Three-year funding")
    written(world, review, "Funding")
    sent(world, review)
    said = standing(world, review).editions[0].contents

    assert record_from(to_json(said)) == said
    assert record_from(to_json(replace(said, before=None))) == replace(said, before=None)


def test_a_figure_of_a_withdrawn_release_is_left_out(embedded_world: World) -> None:
    world = embedded_world.planned()
    review, released = reviewed(world), published(world, contents(), files=False)
    raised(world, review, "Too far apart", release_id=released, item="twelve-weeks")
    held(world, review)
    written(world, review, "Funding")
    sent(world, review)
    said = standing(world, review).editions[0].contents
    assert said.issues[0].finding is not None
    assert said.findings

    edition = standing(world, review).editions[0].id
    with world.database.writing() as session:
        session.get_one(Release, released).state = ReleaseState.WITHDRAWN
        signing.take_back(session, record_id=edition, why="The release is withdrawn", context=world.context())
    sent(world, review)

    said = standing(world, review).editions[0].contents
    assert (said.issues[0].finding, said.findings) == (None, ())
