"""What can go wrong in a use case, in the words of the person who meets it.

`title` heads the page or the command's message; the exception's text says what,
where and how to correct it. `survey_app.web.errors` alone knows the HTTP status.

Every exception class of the product, under what it is a kind of, with the module that holds it. Whoever
catches a class catches those that stand under it. The libraries keep bases of their own.

    CompactError                    survey_app.errors
        BusyError                   survey_app.errors
        ConflictError               survey_app.errors
            AlreadyDrawnError       survey_app.services.panels.drawing
            AnotherSeatError        survey_app.web.respondent.seating
            AnsweredByCallError     survey_app.services.responses.after_calls
            ChangedMeanwhileError   survey_app.services.questionnaires.states
            DecidedError            survey_app.services.agreements.proposals
            LockedError             survey_app.services.reviews.voting
            RacedError              survey_app.services.responses.saving
            RestedOnError           survey_app.errors
            SeatLostError           survey_app.web.respondent.seating
            StaleAnswerError        survey_app.services.responses.saving
            TakenError              survey_app.errors
        DestroyedError              survey_app.errors
        InvalidError                survey_app.errors
            FaultyListError         survey_app.services.frames.lists
            FaultyTextError         survey_app.services.questionnaires.texts
            FrameChangedError       survey_app.services.panels.basis
            RenumberedError         survey_app.services.frames.editions
            UnfinishedError         survey_app.services.responses.saving
            UnsoundError            survey_app.services.responses.checking
        MissingKeyError             survey_app.errors
        NotAllowedError             survey_app.errors
            OwnFormError            survey_app.services.forms.deciding
        NotFoundError               survey_app.errors
        NotUpgradedError            survey_app.cli.installation
        PdfUnavailableError         survey_app.reports.round_summary.pdf
        StageError                  survey_app.errors
            NotFillableError        survey_app.services.forms.filling
            NotInTimeError          survey_app.services.responses.seats
            SentMeanwhileError      survey_app.web.respondent.seating
        TooManyAttemptsError        survey_app.errors
        UnknownCodeError            survey_app.services.responses.seats
            SlipError               survey_app.services.responses.seats
        WrongKeyError               survey_app.errors
    SamplingError                   sampling.errors
        BoostError                  sampling.errors
        CalibrationError            sampling.errors
        CeilingError                sampling.errors
        CellError                   sampling.errors
        DefinitionError             sampling.errors
        DisclosureError             sampling.errors
        LonelyStratumError          sampling.errors
        SeparationError             sampling.errors
        ShortfallError              sampling.errors
        SuppressionError            sampling.errors
        UnreadableListError         sampling.source_lists
    InstrumentError                 instruments.errors
        AnswerFault                 instruments.errors
        CompositionFaults           instruments.errors
        LibraryError                instruments.errors
        MirrorError                 instruments.errors
        PipingError                 instruments.errors
        QuestionnaireFaults         instruments.errors
        StoredAnswersError          instruments.errors
        UnknownIndicatorError       instruments.errors
        UnknownQuestionError        instruments.errors
    CycleError                      scheduler.stages
    StoppedError                    survey_app.services.jobs
    UnreadableReleaseError          survey_app.reports.frozen
    Undeliverable                   survey_app.mail.channels
    MailFault                       survey_app.mail.channels
    AddressFault                    survey_app.mail.addresses
    SettingsError                   config

A person is shown the kinds of CompactError, and SettingsError by the command line. Any other that gets so
far is a fault of the program.
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


class TakenError(ConflictError):
    """A row of this kind is there already; `field` is the form's field that says so, "" for none."""

    title = "This is there already"

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class RestedOnError(ConflictError):
    """What is to be taken back has something resting on it; `resting` says what, and what to do first."""

    title = "This cannot be taken back now"

    def __init__(self, resting: tuple[str, ...]) -> None:
        super().__init__("\n".join(resting))
        self.resting = resting


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


class BusyError(CompactError):
    """So much of this is being done at once that it has to be asked for again."""

    title = "This is busy just now"


class DestroyedError(CompactError):
    """The key of this material was destroyed, and the material with it."""

    title = "This material was destroyed"


class MissingKeyError(CompactError):
    """The tables hold material that cannot be moved without the keys it was made with."""

    title = "The tables cannot be renewed without the keys"


class WrongKeyError(CompactError):
    """A key of the settings is not the one that this database was filled with."""

    title = "A key is not that of this database"
