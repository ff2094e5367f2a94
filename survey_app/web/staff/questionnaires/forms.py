"""Forms about questionnaires: a file, a move, a comment, a signature; and how each is refused."""

from types import TracebackType
from typing import Self

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, RadioField, SubmitField
from wtforms.validators import InputRequired, Length

from instruments.language.document import LARGEST
from survey_app.errors import CompactError, InvalidError, NotAllowedError, NotFoundError, TakenError
from survey_app.services.questionnaires.drafts import Upload
from survey_app.services.questionnaires.states import Seen
from survey_app.web.errors import status_of
from survey_app.web.forms.fields import ProseField, plain, say_taken


class Refusal:
    """Turns a use case's refusal into faults of the form, so that what was typed stays on the page.

    `status` is that of the page that shows the form again.
    """

    def __init__(self, form: FlaskForm) -> None:
        self._form = form
        self.status = 422

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(fault, CompactError) or isinstance(fault, NotFoundError | NotAllowedError):
            return False
        self.status = status_of(fault)
        if isinstance(fault, TakenError):
            say_taken(self._form, fault)
        else:
            self._form.form_errors.extend(str(fault).splitlines())
        return True


def _note(label: str, description: str = "") -> ProseField:
    most = Length(max=2000, message="Note: at most 2,000 characters")
    return ProseField(label, description=description, validators=[most])


class UploadForm(FlaskForm):
    """A questionnaire file."""

    file = FileField(
        "The questionnaire",
        description="A YAML file in UTF-8, at most 1 MB",
        validators=[FileRequired("Choose the file")],
        render_kw={"accept": ".yaml,.yml"},
    )
    note = _note("What is new in it?", "For those who have to agree to it. You may leave this empty.")
    revision = HiddenField()
    submit = SubmitField("Upload")

    @property
    def upload(self) -> Upload:
        """What is uploaded.

        Raises:
            InvalidError: the file is too large, or is not UTF-8 text.
        """
        return Upload(text_in(self.file.data), self.file_name, self.note.data or "")

    @property
    def file_name(self) -> str:
        return plain(self.file.data.filename)[:200] if self.file.data else ""


class TranslationForm(FlaskForm):
    """A questionnaire's wording in another language."""

    file = FileField(
        "The translation",
        description="A YAML file in UTF-8, at most 1 MB",
        validators=[FileRequired("Choose the file")],
        render_kw={"accept": ".yaml,.yml"},
    )
    revision = HiddenField()
    submit = SubmitField("Upload the translation")


class TransitionForm(FlaskForm):
    """A step of a version; the button says which."""

    revision = HiddenField()
    wanted = HiddenField()
    note = _note("Note", "It stays with the version. You may leave this empty.")


class CommentForm(FlaskForm):
    """Something to say."""

    words = ProseField("Your comment", validators=[InputRequired("Write your comment")])
    submit = SubmitField("Add the comment")


class SignForm(FlaskForm):
    """What a signatory decides."""

    text_number = HiddenField()
    verdict = RadioField(
        "What do you say for your sector?",
        choices={"agrees": "We agree to this text", "objects": "We object to it"},
        validators=[InputRequired("Choose whether you agree or object")],
    )
    words = ProseField(
        "Reason or comment",
        description="An objection needs a reason. Everybody who may see questionnaires can read it.",
    )
    submit = SubmitField("Sign")


def seen_by(form: UploadForm | TranslationForm | TransitionForm, version_id: int) -> Seen:
    """What the page was showing; a page that does not say saw nothing that there is."""
    return Seen(version_id, number_in(form.revision.data))


def number_in(text: object) -> int:
    """A number that a page sent back, or -1."""
    digits = str(text or "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else -1


def text_in(file: FileStorage) -> str:
    """The text of an uploaded file.

    Raises:
        InvalidError: over 1 MB, or not UTF-8; nothing more of it is read than that takes.
    """
    content = file.stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise InvalidError(f"The file is larger than {LARGEST:,} bytes. Split it into modules.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise InvalidError(
            f"The file is not UTF-8 text: line {line} cannot be read. Save it as UTF-8."
        ) from None
