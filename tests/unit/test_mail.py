"""Letters: plain text that reads well, and headers that cannot be led astray."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from survey_app.mail.channels import Folder
from survey_app.mail.letters import TEMPLATES, write_letter
from survey_app.services.cases.letters import NOTICES

NOW = datetime(2026, 9, 7, 8, tzinfo=UTC)
# To whoever signs in, and to those whom a review asks; the others go to organisations that a survey asks.
TO_STAFF = ("password_link", "task_mail", "digest")
OF_REVIEWS = sorted(path.stem for path in TEMPLATES.glob("review_*.txt"))
LETTERS = sorted({path.stem for path in TEMPLATES.glob("[!_]*.txt")} - {*TO_STAFF, *OF_REVIEWS})


def values(**changes: object) -> dict[str, object]:
    given: dict[str, object] = {
        "product": "Compact Monitor",
        "agreement": "Compact",
        "agreement_title": "Compact",
        "organisation": "Café & <Friends>",
        "round_title": "Annual survey 2026",
        "closes_on": "19 November 2026",
        "start_url": "https://survey.invalid/start",
        "code": "KX4M-20VB-9QZT",
        "minutes": 15,
        "why": "You were chosen.",
        "synthetic": False,
        "reference": "5F3A90C1",
        "takes_answers": True,
        "shut": False,
        "answered": False,
    }
    given |= changes
    return given | {"values": given}


def letter(template: str = "invitation", to: str = "a@b.invalid", **changes: object) -> str:
    written = write_letter(
        template,
        to=to,
        sender="Compact Monitor <survey@compact.invalid>",
        message_id="<one@compact.invalid>",
        now=NOW,
        values=values(**changes),
    )
    return f"{written['Subject']}\n{written.get_content()}"


@pytest.mark.parametrize("template", sorted(set(LETTERS) - set(NOTICES)))
def test_every_letter_reads_well_and_says_where_how_and_until_when(template: str) -> None:
    text = letter(template)

    for part in ("https://survey.invalid/start", "KX4M-20VB-9QZT", "19 November 2026", "confidential"):
        assert part in text
    assert "Café & <Friends>" in text
    for wrong in ("the the", "{", "None", "\n\n\n", "anonym", "SYNTHETIC"):
        assert wrong not in text
    assert text.split("\n")[0].strip()


def test_whoever_letters_went_to_before_is_sent_no_code_and_no_address() -> None:
    text = letter("address_changed")

    assert "now go to another address" in text
    assert "Café & <Friends>" in text
    for wrong in ("KX4M-20VB-9QZT", "https://", "@", "{", "None", "\n\n\n", "SYNTHETIC"):
        assert wrong not in text


@pytest.mark.parametrize("takes_answers", [True, False])
def test_that_answers_arrived_is_said_without_code_and_until_when_they_can_be_seen(
    takes_answers: bool,
) -> None:
    text = letter("acknowledgement", takes_answers=takes_answers)

    assert text.startswith("We have received the answers of Café & <Friends>\n")
    assert "Your reference: 5F3A90C1" in text
    assert ("Until 19 November 2026 you can see them again" in text) is takes_answers
    for wrong in ("KX4M-20VB-9QZT", "the the", "{", "None", "\n\n\n", "SYNTHETIC"):
        assert wrong not in text


@pytest.mark.parametrize("template", LETTERS)
def test_every_letter_of_a_demonstration_says_so(template: str) -> None:
    assert "SYNTHETIC DATA" in letter(template, synthetic=True)


def test_the_letter_with_a_link_for_a_password_says_what_and_for_how_long() -> None:
    text = letter(
        "password_link", name="Ada Hill", link="https://survey.invalid/choose/x", email="ada@b.invalid"
    )

    for part in ("Ada Hill", "https://survey.invalid/choose/x", "24 hours", "ada@b.invalid"):
        assert part in text


@pytest.mark.parametrize("template", OF_REVIEWS)
def test_every_letter_of_a_review_reads_well_and_says_where_it_is_of_a_demonstration(template: str) -> None:
    names = ("title", "day", "starts", "place", "access", "languages", "role", "link")
    of_review = {name: f"some {name}" for name in names}
    actions = [{"what": "A register", "due": "5 May 2027", "late": True}]

    for comes in (True, False):
        text = letter(template, synthetic=True, comes=comes, actions=actions, **of_review)

        assert "SYNTHETIC DATA" in text
        assert "Café & <Friends>" in text
        assert not [wrong for wrong in ("{", "None", "the the", "anonym") if wrong in text]


@pytest.mark.parametrize("template", TO_STAFF)
def test_every_letter_to_staff_of_a_demonstration_says_so(template: str) -> None:
    waits = {"programme": "England", "lines": ["One"], "dates": ["Two"]}

    text = letter(template, name="A", link="x", email="y", synthetic=True, **waits)

    assert "SYNTHETIC DATA" in text
    assert "{" not in text


def test_a_value_that_is_missing_is_a_fault_and_not_a_blank() -> None:
    with pytest.raises(UndefinedError):
        write_letter(
            "invitation", to="a@b.invalid", sender="c@d.invalid", message_id="<x@y>", now=NOW, values={}
        )


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        letter(to=address)


def test_a_name_with_a_line_break_adds_no_header() -> None:
    written = write_letter(
        "invitation",
        to="a@b.invalid",
        sender="c@d.invalid",
        message_id="<x@y>",
        now=NOW,
        values=values(organisation="A\r\nBcc: e@f.invalid"),
    )

    assert written["Bcc"] is None
    assert "\n" not in str(written["Subject"])


def test_a_file_is_named_so_that_it_stays_in_its_folder(tmp_path: Path) -> None:
    written = write_letter(
        "invitation",
        to="a@b.invalid",
        sender="c@d.invalid",
        message_id="<../../x@y>",
        now=NOW,
        values=values(),
    )

    with Folder(tmp_path / "out") as folder:
        folder.send(written)
        folder.send(written)

    assert [path.name for path in (tmp_path / "out").iterdir()] == ["....x.eml"]
