"""Acts that one person asks for and another agrees to: the form of asking, and what the second person says.

Their pages share `templates/staff/_second_person.html`.
"""

from collections.abc import Callable

from flask_wtf import FlaskForm
from wtforms import SubmitField
from wtforms.validators import InputRequired, Length

from survey_app.web.forms.fields import LineField, ProseField
from survey_app.web.site import context, person, writing


class DecisionForm(FlaskForm):
    """Whether what another person asked for is done; who says no says why."""

    reason = LineField("If you refuse, say why")
    agree = SubmitField("Agree")
    refuse = SubmitField("Refuse")


def why_field(question: str, *, hint: str, missing: str, most: int) -> ProseField:
    """A field for why something is asked for, in at most so many characters; `missing` is said of none."""
    return ProseField(
        question,
        description=hint,
        validators=[
            InputRequired(missing),
            Length(max=most, message=f"Enter at most {most:,} characters"),
        ],
    )


def decided(
    form: DecisionForm, agree: Callable[..., object], decline: Callable[..., object], **about: object
) -> bool:
    """Do what the button says: agree, or refuse or withdraw with the reason; whether it was agreed to.

    Args:
        agree, decline: use cases that take a session, what the request is `about`, `person_id` and `context`;
            `decline` takes the `reason` too.

    Raises:
        CompactError: as they do.
    """
    with writing() as session:
        if form.agree.data:
            agree(session, person_id=person().id, context=context(), **about)
        else:
            why = form.reason.data or ""
            decline(session, person_id=person().id, reason=why, context=context(), **about)
    return bool(form.agree.data)
