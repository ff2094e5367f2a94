"""A vote from a telephone, and the facilitator's screen beside it."""

from sampling.frame import Sector
from survey_app.services.people import accounts
from survey_app.services.reviews import ballots
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.reviews.worlds import met, raised, reviewed


def test_a_telephone_votes_reloads_changes_and_leaves_while_the_facilitator_sees_a_number(
    embedded_world: World,
) -> None:
    world = embedded_world.founded()
    review = reviewed(world)
    issue, meeting = raised(world, review, "Three-year funding"), met(world, review)
    raised(world, review, "Consult earlier")
    leader, path = Visitor(world, "facilitator"), f"/reviews/sessions/{meeting}/ballots/add"
    asked = {"issues": ["1", "2"], "dots": "3", "public": "3", "voluntary": "5"}
    assert leader.send(path, form_at=path, **asked | {"public": "9999"}).status_code == 422
    assert leader.send(path, form_at=path, **asked).status_code == 302
    ballot = "/reviews/ballots/1"
    shown = leader.send(f"{ballot}/codes", form_at=ballot).text
    with world.database.writing() as session:
        leader_id = accounts.person_of(session, email=leader.email)
        every = ballots.codes_of(
            session, world.keys, ballot_id=1, person_id=leader_id, context=world.context()
        )
    assert all(one.code in shown for one in every)
    [mine, *_] = [one.code for one in every if one.sector is Sector.VOLUNTARY]

    voter = Visitor(world)
    entered = voter.send("/start", form_at="/start", code=mine)
    assert entered.location == "/vote"
    assert "Voting has not begun" in words(voter.open("/vote"))
    leader.send(f"{ballot}/open", form_at=ballot)
    field = f"dots-{issue}"
    refused = voter.send("/vote", form_at="/vote", **{field: "3", "dots-2": "1"})
    assert refused.status_code == 422
    assert "You gave 4 dots and have 3" in words(refused)
    assert voter.send("/vote", form_at="/vote", **{field: "3", "dots-2": ""}).status_code == 302
    again = voter.open("/vote")
    assert "Your votes are recorded at 10:30" in words(again)
    assert f'name="{field}"' in again.text
    assert 'value="3"' in again.text
    seen = words(leader.open(ballot))
    assert "Voted 1 of 8 codes" in seen
    assert "Three-year funding" in seen
    assert "dots from" not in seen

    assert voter.send("/vote", form_at="/vote", word="oak", **{field: "2"}).status_code == 422
    assert voter.send("/vote", form_at="/vote", word="oak and ash", **{field: "2"}).status_code == 302
    assert "A word of your own" not in words(voter.open("/vote"))
    assert "your code and your word" in words(voter.send("/vote/leave", form_at="/vote"))
    assert voter.open("/vote").location == "/start"
    other = Visitor(world)
    other.send("/start", form_at="/start", code=mine.lower().replace("-", " "))
    assert "This code was used already" in words(other.open("/vote"))
    assert "dots" not in words(other.open("/vote"))
    assert "not the word" in words(other.send("/vote/word", form_at="/vote", word="elm and ash"))
    assert other.send("/vote/word", form_at="/vote", word="OAK and ash").location == "/vote"
    assert "Your votes are recorded" in words(other.open("/vote"))
    for _ in range(10):
        guesser = Visitor(world)
        guesser.send("/start", form_at="/start", code=mine)
        tried = guesser.send("/vote/word", form_at="/vote", word="elm and ash")
    assert tried.status_code == 429
    assert "You have seen the codes" in words(leader.open(ballot))
    assert "Nobody has counted" in words(leader.send(f"{ballot}/close", form_at=ballot))
    spare = next(one.code for one in every if one.sector is Sector.PUBLIC)
    second, page = Visitor(world, "coordinator"), f"{ballot}/replace"
    assert second.send(page, form_at=page, code="KX4M").status_code == 422
    assert "Give it back at once" in words(second.send(page, form_at=page, code=spare)).replace(
        "give", "Give"
    )
    refused = leader.send(f"{ballot}/voters", form_at=f"{ballot}/voters", public="3", voluntary="5")
    assert "somebody else does this" in words(refused)
    page = f"{ballot}/voters"
    assert second.send(page, form_at=page, public="0", voluntary="1").location == ballot
    assert "0 of public bodies and 1 of voluntary organisations voted" in words(second.open(ballot))
    leader.send(f"{ballot}/close", form_at=ballot)
    assert "Fewer than 5 people voted" in words(leader.open(ballot))
    late = other.open("/vote")
    assert "Voting is closed" in words(late)


def test_no_cookie_opens_a_vote_without_its_code(embedded_world: World) -> None:
    voter = Visitor(embedded_world.founded())
    with voter.client.session_transaction() as held:
        held["ballot"] = {"code": "KX4M-20VB-9QZT"}

    assert voter.open("/vote").location == "/start"
