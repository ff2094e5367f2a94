"""The words of the logs: the answers that entries have, whatever asks for them.

Source: Craig et al. (2005), The paradox of Compacts: chapter 4 on impact (12 weeks, and "central deadlines"),
chapter 5 on action plans, appendix four, Outputs 4 to 7 and Outcomes 7 (requirements R59, R66, R68 to R71).
"""

from enum import StrEnum

from survey_app.models.records import logs as tables

# Screens name these too, and know no table.
LogKind = tables.LogKind
WEEKS_ASKED_FOR = 12


class ShortReason(StrEnum):
    """Why a consultation was open for less than 12 weeks; the names are the values of `consultation-log`."""

    CENTRAL_TIMETABLE = "imposed by central timetable"
    OWN_TIMETABLE = "a budget or a decision had its day"
    URGENT = "urgent"
    VIEWS_KNOWN = "small change, or views known"
    OTHER = "another reason"
    NO_REASON = "no reason given"


class Feedback(StrEnum):
    """Whether those who replied to a consultation were told what was decided, and why."""

    IN_TIME = "by the day promised"
    LATE = "later than promised"
    NOT_YET_DUE = "not yet due"
    NOT_TOLD = "not told"


class Changed(StrEnum):
    """Whether anything changed because of what people said."""

    YES = "yes"
    NO = "no"
    TOO_SOON = "too soon to say"


class QuarrelState(StrEnum):
    """Where a dispute or a complaint stands."""

    OPEN = "open"
    SETTLED = "settled"
    DROPPED = "dropped"


class Procedure(StrEnum):
    """How it was, or is, dealt with."""

    AGREEMENT = "the agreement's own procedure"
    OTHER = "another way"
    NONE = "no procedure"


class Satisfied(StrEnum):
    """Who was content with how it was settled."""

    ALL = "all parties"
    SOME = "some parties"
    NOBODY = "no party"


class Weight(StrEnum):
    """Whether a dispute was a major one."""

    MAJOR = "major"
    MINOR = "not major"


class ActionState(StrEnum):
    """How far an action of a plan is."""

    NOT_BEGUN = "not begun"
    UNDER_WAY = "under way"
    DONE = "done"
    DROPPED = "dropped"


class Direction(StrEnum):
    """Which way money or help went, as the body that the entry is about sees it."""

    GIVEN = "given"
    RECEIVED = "received"


class Purpose(StrEnum):
    """What money or help was for."""

    DEVELOPING = "developing the agreement"
    PRACTICE = "putting the agreement into practice"
    EVALUATING = "evaluating its progress"
    SERVICES = "grants and contracts for services"


class Means(StrEnum):
    """In what form it was given."""

    CASH = "cash"
    IN_KIND = "in kind"
    BOTH = "cash and in kind"


class Sign(StrEnum):
    """Whether an example speaks for the agreement or against it."""

    GOOD = "good"
    BAD = "bad"


class Verification(StrEnum):
    """How far what an entry says was looked into."""

    ONE_PARTY = "one party says so"
    BOTH_SECTORS = "both sectors say so"
    DOCUMENTS = "documents show it"
    CHECKED = "checked by a second person"


class Initiative(StrEnum):
    """What else changes relationships in an area (the list `other_initiatives` of the catalogue)."""

    PARTNERSHIP = "local strategic partnership"
    RENEWAL = "neighbourhood renewal"
    REVIEW = "cross cutting review"
    NEW_DEAL = "New Deal for Communities"
    SURE_START = "Sure Start"
    BEST_VALUE = "Best Value"
    EMPOWERMENT = "community empowerment fund"
    HEALTH = "reorganisation of health bodies"
    COUNCILS = "reorganisation of councils"
    FUTUREBUILDERS = "Futurebuilders or ChangeUp"
    ELECTION = "election, or another leadership"
    OTHER = "other"
