"""A respondent's browser in tests: reads the pages, types into their forms, follows where it is led."""

from dataclasses import dataclass, field
from urllib.parse import urljoin

from flask import Flask
from lxml import html
from werkzeug.test import TestResponse

from instruments.schema import Kind, Question
from sampling.frame import Sector
from survey_app.application import create_app
from survey_app.models.cases import Case
from survey_app.models.frames import Organisation
from survey_app.models.people import Person
from tests.world import World

Typed = dict[str, str | list[str]]


def plain(question: Question) -> Typed:
    """A sound answer of each kind; the choices made keep the route as long as it can be."""
    match question.kind:
        case Kind.GRID:
            return {f"answer-{row.value}": question.options[0].value for row in question.rows}
        case Kind.SINGLE_CHOICE:
            return {"answer": question.options[min(1, len(question.options) - 1)].value}
        case Kind.MULTI_CHOICE:
            return {"answer": [option.value for option in question.options[:2]]}
        case Kind.COUNT | Kind.AMOUNT | Kind.PROPORTION:
            return {"answer": "12"}
        case Kind.YES_NO | Kind.RATING:
            return {"answer": question.options[0].value}
        case _:
            return {"answer": "Words, <b>in plain</b> text"}


def application(world: World) -> Flask:
    """The application over a world."""
    return create_app(world.settings, clock=world.clock)


def case_of(world: World, sector: Sector, place: int = 0) -> tuple[int, str]:
    """The id and access code of a case of this sector."""

    def look(session):  # type: ignore[no-untyped-def]
        found = (
            session.query(Case)
            .join(Organisation, Organisation.id == Case.organisation_id)
            .filter(Organisation.sector == sector)
            .order_by(Case.id)
            .offset(place)
            .first()
        )
        return found.id, world.keys.access_code(found.uuid, found.code_generation)

    return world.read(look)


@dataclass
class Browser:
    """One browser; several may share an application."""

    app: Flask
    response: TestResponse | None = None
    address: str = "/"
    client: object = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, address: str) -> "Browser":
        """Open a page, and follow wherever it leads."""
        return self._kept(self.client.get(address, follow_redirects=True))  # type: ignore[attr-defined]

    def post(self, address: str, typed: Typed) -> "Browser":
        return self._kept(self.client.post(address, data=typed, follow_redirects=True))  # type: ignore[attr-defined]

    def _kept(self, response: TestResponse) -> "Browser":
        self.response = response
        self.address = response.request.full_path.rstrip("?")
        return self

    @property
    def status(self) -> int:
        assert self.response is not None
        return self.response.status_code

    @property
    def page(self) -> html.HtmlElement:
        assert self.response is not None
        return html.fromstring(self.response.get_data(as_text=True))

    @property
    def text(self) -> str:
        return " ".join(self.page.text_content().split())

    @property
    def heading(self) -> str:
        return " ".join(self.page.xpath("//h1")[0].text_content().split())

    @property
    def summary(self) -> list[tuple[str, str]]:
        """The faults at the top of the page, each with where it leads."""
        links = self.page.xpath("//*[@class='govuk-error-summary']//a")
        return [(link.text_content().strip(), link.get("href")) for link in links]

    def hidden(self) -> Typed:
        """The hidden fields of the page's last form."""
        form = self.page.xpath("//main//form")[-1]
        return {each.get("name"): each.get("value", "") for each in form.xpath(".//input[@type='hidden']")}

    def send(self, typed: Typed | None = None) -> "Browser":
        """Fill the page's last form and send it to where it goes."""
        form = self.page.xpath("//main//form")[-1]
        return self.post(
            urljoin(self.address, form.get("action")) if form.get("action") else self.address,
            self.hidden() | (typed or {}),
        )

    def enter(self, code: str) -> "Browser":
        return self.get("/start").send({"code": code})

    def begin(self, code: str) -> "Browser":
        """Enter the code and press Start or Continue."""
        self.enter(code)
        return self.get(self.page.xpath("//a[contains(@class, 'govuk-button--start')]")[0].get("href"))

    def sign_in(self, world: World, role: str) -> "Browser":
        """Be somebody with this role, as if signed in a moment ago."""
        email = world.person(role)
        person = world.read(lambda session: session.query(Person).filter_by(email=email).one())
        with self.client.session_transaction() as held:  # type: ignore[attr-defined]
            held["person_id"], held["session_version"] = person.id, person.session_version
        return self
