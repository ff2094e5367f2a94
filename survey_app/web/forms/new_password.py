"""The field of a password to come, for oneself or for somebody else."""

from typing import Any

from wtforms import PasswordField
from wtforms.validators import InputRequired, ValidationError

from survey_app.services.people.passwords import MIN_LENGTH, fault_of


class NewPasswordField(PasswordField):
    """A password that is long enough and hard to guess; `advice` stands below how long that is.

    `own` is what others would try first, as `survey_app.services.people.passwords.fault_of` takes it.
    """

    own: tuple[str, ...] = ()

    def __init__(self, label: str, *, advice: str, **kwargs: Any) -> None:
        super().__init__(
            label,
            description=f"At least {MIN_LENGTH} characters. {advice}",
            validators=[InputRequired(f"Enter a {label.lower()}")],
            render_kw={"autocomplete": "new-password"},
            **kwargs,
        )

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if not validation_stopped and (fault := fault_of(self.data or "", own=self.own)):
            raise ValidationError(fault)
