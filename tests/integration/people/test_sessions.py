"""Staff's sessions end on the server: a copy of a cookie opens nothing that its owner ended."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey_app.application import create_app
from survey_app.models.people.sessions import StaffSession
from survey_app.services.people import accounts, grants, sessions
from survey_app.web.account.sessions import device_in_words
from tests.fixtures.staff import TOKEN, Visitor, words
from tests.fixtures.world import World

PAGE = "/sessions"


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def copied(visitor: Visitor, world: World) -> Visitor:
    """Somebody else who has a copy of the cookie."""
    held, other = visitor.client.get_cookie("compact"), Visitor(world)
    assert held is not None
    other.client.set_cookie("compact", held.value)
    return other


def test_cookies_and_form_tokens_are_signed_with_sha_256(world: World) -> None:
    visitor = Visitor(world, "coordinator")
    token = TOKEN.search(visitor.open("/password").text)
    held = visitor.client.get_cookie("compact")

    assert held is not None
    assert token is not None
    # 32 bytes of a signature are 43 letters, 20 are 27.
    assert [len(signed.rpartition(".")[2]) for signed in (held.value, token[1])] == [43, 43]


def elsewhere(world: World, email: str) -> Visitor:
    """The same person at another browser."""
    other = Visitor(world)
    other.email = email
    other.sign_in(world)
    return other


def is_in(visitor: Visitor) -> bool:
    return visitor.open(PAGE).status_code == 200


def test_a_copied_cookie_opens_nothing_after_its_owner_signed_out(world: World) -> None:
    owner = Visitor(world, "coordinator")
    thief = copied(owner, world)
    assert is_in(thief)

    owner.send("/sign-out", form_at=PAGE)

    assert not is_in(thief)
    assert world.read(lambda s: s.scalars(select(StaffSession)).all()) == []


def test_a_session_ends_however_busy_somebody_is(world: World) -> None:
    owner = Visitor(world, "coordinator")
    for _ in range(12):
        assert is_in(owner)
        world.clock.advance_to(world.clock.now() + timedelta(hours=1))

    assert not is_in(owner)
    world.tick()
    assert world.read(lambda s: s.scalars(select(StaffSession)).all()) == []


def test_people_see_where_they_are_signed_in_and_end_what_is_theirs_alone(world: World) -> None:
    owner, other = Visitor(world, "coordinator"), Visitor(world, "reviewer")
    second, third = elsewhere(world, owner.email), elsewhere(world, owner.email)
    keys = {row.key for row in world.read(lambda s: s.scalars(select(StaffSession)).all())}
    page = owner.open(PAGE)
    own = {key for key in keys if f"/sessions/{key}/end" in page.text}
    assert len(own) == 2  # the third is the one that looks
    assert "This one" in words(page)

    for key in own:
        other.send(f"/sessions/{key}/end", form_at=PAGE)
    assert is_in(second)
    assert is_in(third)

    owner.send(f"/sessions/{min(own)}/end", form_at=PAGE)
    assert [is_in(second), is_in(third)].count(True) == 1
    owner.send("/sessions/end-others", form_at=PAGE)
    assert not is_in(second)
    assert not is_in(third)
    assert is_in(owner)


def test_a_changed_role_ends_the_sessions_that_were_opened_with_the_old_one(world: World) -> None:
    owner = Visitor(world, "coordinator")
    with world.database.writing() as session:
        person_id = accounts.person_of(session, email=owner.email)
        grants.set_roles(session, person_id=person_id, roles=frozenset({"reviewer"}), context=world.context())

    assert not is_in(owner)


def test_the_tables_hold_no_word_that_opens_a_session(world: World) -> None:
    email = world.person("coordinator")
    token = world.session_of(email)

    row = world.read(lambda s: s.scalars(select(StaffSession)).one())

    assert token not in repr(vars(row))
    assert world.read(lambda s: sessions.owner_of(s, token=row.token_hash, now=world.clock.now())) is None
    assert world.read(lambda s: sessions.owner_of(s, token=token, now=world.clock.now())) == row.person_id


def test_over_https_the_cookie_belongs_to_this_host_alone(world: World) -> None:
    app = create_app(replace(world.settings, secure_cookies=True), clock=world.clock)
    answer = app.test_client().get("/sign-in", base_url="https://survey.example.org")
    app.extensions["compact"].database.close()

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-compact=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert Visitor(world).open("/sign-in").headers["Set-Cookie"].startswith("compact=")


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("<b>", "A browser"),
    ],
)
def test_a_browser_is_named_as_people_name_theirs(agent: str, said: str) -> None:
    assert device_in_words(agent) == said
