"""What can go wrong in a use case, in the words of the person who meets it.

`title` heads the page or the command's message; the exception's text says what,
where and how to correct it. `survey_app.web.errors` alone knows the HTTP status.
"""


class CompactError(Exception):
    """Base of every fault that a person can meet and correct."""

    title = "That could not be done"


class NotFoundError(CompactError):
    """Nothing has this key, or it belongs to another programme."""

    title = "Not found"

    def __init__(self, subject: str, key: object) -> None:
        super().__init__(f"There is no {subject} {key!r} here.")
        self.subject = subject
        self.key = key


class NotAllowedError(CompactError):
    """The person lacks the permission."""

    title = "You cannot do this"


class ConflictError(CompactError):
    """Somebody else was there first; nothing was changed."""

    title = "Somebody else changed this"


class InvalidError(CompactError):
    """The request is well formed and still cannot be met; `faults` lists every reason."""

    title = "There is something to correct"

    def __init__(self, message: str, faults: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join((message, *faults)))
        self.message = message
        self.faults = faults


class StageError(CompactError):
    """A round is not at a stage at which this can be done."""

    title = "Not at this stage"


class TooManyAttemptsError(CompactError):
    """A limit was reached; it lifts by itself."""

    title = "Too many attempts"

    def __init__(self, minutes: int) -> None:
        super().__init__(f"There were too many attempts. Wait {minutes} minutes, then try again.")
        self.minutes = minutes


class DestroyedError(CompactError):
    """The key of this material was destroyed, and the material with it."""

    title = "This material was destroyed"
