"""What every view needs: the installation's parts, a transaction, who is signed in, the rule of the route.

Every route carries exactly one rule: `public`, `respondent`, `signed_in` or `requires(permission)`. A route
without one is refused at start (`check_rules`), and a guard test lists them all.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from config import Settings
from scheduler.strands import Strand
from survey_app.clock import Clock
from survey_app.crypto import Keyring
from survey_app.database import Database, Step
from survey_app.errors import NotAllowedError
from survey_app.services.audit import AuditContext
from survey_app.services.people import accounts, sessions
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.permissions import Permission
from survey_app.services.people.sessions import Browser

# Bytes. The largest list is 50 MB (`sampling.frame.MAX_FILE_BYTES`); a page of answers is far smaller.
LARGEST_FILE, LARGEST_PAGE = 51_000_000, 1_000_000
NOT_INCLUDED = "Your role does not include this. Ask an administrator if it should."
# Where the cookie keeps the programme that its person works in, and the word that opens their session.
PROGRAMME = "programme_id"
TOKEN = "token"  # noqa: S105 - the name of a place, no secret

# An IPv6 address that holds an IPv4 one.
MAX_ADDRESS = 45

View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class Site:
    """One installation as the web sees it."""

    settings: Settings
    database: Database
    keys: Keyring
    clock: Clock
    synthetic: bool


def site() -> Site:
    """The installation that this request is for."""
    return cast(Site, current_app.extensions["compact"])


@contextmanager
def reading() -> Iterator[Session]:
    """A transaction that changes nothing."""
    with site().database.reading() as opened:
        yield opened


@contextmanager
def writing() -> Iterator[Session]:
    """A transaction that commits when the block ends well."""
    with site().database.writing() as opened:
        yield opened


def in_turns(steps: Iterable[Step]) -> None:
    """Take the steps of some long work, each in a transaction of its own."""
    site().database.in_turns(steps, site().clock.now)


def person() -> SignedIn:
    """Who is signed in; only for routes that require a permission."""
    someone = current_person()
    if someone is None:
        abort(403)
    return someone


def current_person() -> SignedIn | None:
    """Who is signed in, read anew at each request, or None."""
    if "person" not in g:
        g.person = _load_person()
    return cast(SignedIn | None, g.person)


def _load_person() -> SignedIn | None:
    if not own_token():
        return None
    with reading() as opened:
        person_id = sessions.owner_of(opened, token=own_token(), now=site().clock.now())
        known = None
        if person_id is not None:
            known = accounts.signed_in(opened, person_id=person_id, programme_id=session.get(PROGRAMME))
    if known is None:
        session.clear()
    return known


def own_token() -> str:
    """The word in this browser's cookie that opens its session, or ""."""
    held = session.get(TOKEN)
    return held if isinstance(held, str) else ""


def remote_address() -> str:
    """The network address that this request comes from, as long as a column keeps one."""
    return (request.remote_addr or "")[:MAX_ADDRESS]


def browser() -> Browser:
    """Where this request comes from, as a session's owner is shown."""
    device = request.headers.get("User-Agent", "").replace("\x00", "")
    return Browser(device=device, address=remote_address())


def own_words(email: str, name: str) -> tuple[str, ...]:
    """What others would try first as somebody's password."""
    settings = site().settings
    return email, name, settings.product, settings.agreement


def context() -> AuditContext:
    """Who does it, when, in which programme: for every use case that changes something."""
    someone = person()
    return AuditContext(someone.email, site().clock.now(), someone.programme_id, remote_address())


def visitor(name: str = "nobody") -> AuditContext:
    """The same for whoever is not signed in, or not yet; `name` is the one that they gave."""
    return AuditContext(name, site().clock.now(), address=remote_address())


def takes_file(view: View) -> View:
    """What is sent here may be as large as a list; everywhere else a page of words is the most."""
    view.takes_file = True  # type: ignore[attr-defined]
    return view


def init_limits(app: Flask) -> None:
    """Refuse what is too large before any of it is read, so before its token is looked for.

    A file is taken from somebody who is signed in, and from nobody else.
    """

    @app.before_request
    def limit() -> None:
        view = app.view_functions.get(request.endpoint or "")
        large = getattr(view, "takes_file", False) and current_person() is not None
        request.max_content_length = LARGEST_FILE if large else LARGEST_PAGE


def public(view: View) -> View:
    """Anybody may open this page."""
    view.rule = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anybody who is signed in may open this page, whatever their role."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return view(*args, **kwargs) if current_person() else _door()

    guarded.rule = "signed_in"  # type: ignore[attr-defined]
    return guarded


def _door() -> ResponseReturnValue:
    return redirect(url_for("account.sign_in", next=_here()))


def requires(permission: Permission, *, by_strand: bool = False) -> Callable[[View], View]:
    """Only somebody who is signed in and holds `permission` may open this page.

    Whoever holds it for some strands only is refused, unless the view is `by_strand`: then it lets them see
    what is of those strands alone, or calls `within`, as a view below `loads` does without saying so.
    """

    def guard(view: View) -> View:
        limited = by_strand or getattr(view, "checks_strand", False)

        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            someone = current_person()
            if someone is None:
                return _door()
            g.needed = permission
            if not someone.may(permission) and not (limited and someone.strands_of(permission)):
                raise NotAllowedError(NOT_INCLUDED)
            return view(*args, **kwargs)

        guarded.rule = permission.value  # type: ignore[attr-defined]
        return guarded

    return guard


def within(strand: Strand) -> SignedIn:
    """Who is signed in, in front of something of one strand, for the rest of this request.

    Raises:
        NotAllowedError: the route requires what they do not hold for this strand.
    """
    narrowed = person().within(strand)
    if not narrowed.may(g.needed):
        raise NotAllowedError(NOT_INCLUDED)
    g.setdefault("whole_person", g.person)
    g.person = narrowed
    return narrowed


def whole_person() -> SignedIn | None:
    """Who is signed in, with all that they hold, also in front of something of one strand; or None."""
    return cast(SignedIn | None, g.get("whole_person") or current_person())


def _here() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" else None


def check_rules(app: Flask) -> None:
    """Refuse to start with a route that has no rule."""
    bare = [
        name for name, view in app.view_functions.items() if name != "static" and not hasattr(view, "rule")
    ]
    if bare:
        raise RuntimeError(f"routes without a rule: {', '.join(sorted(bare))}")
