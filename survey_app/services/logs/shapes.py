"""What each kind of entry is called and asks: forms, files and pages are made from it."""

from dataclasses import dataclass
from enum import StrEnum

from survey_app.services.logs.vocabulary import (
    WEEKS_ASKED_FOR,
    ActionState,
    Changed,
    Direction,
    Feedback,
    Initiative,
    LogKind,
    Means,
    Procedure,
    Purpose,
    QuarrelState,
    Satisfied,
    ShortReason,
    Sign,
    Verification,
    Weight,
)


class Kept(StrEnum):
    """How an answer is kept."""

    LINE = "line"
    PROSE = "prose"
    COUNT = "count"
    POUNDS = "pounds"
    CHOICE = "choice"
    INDICATORS = "indicators"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One thing that entries of a kind say besides what all say; `name` is its column in files too."""

    name: str
    label: str
    kept: Kept = Kept.LINE
    answers: type[StrEnum] | None = None
    hint: str = ""
    needed: bool = False


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What a kind of entry is called and asks. `ended` None: it has no end; `due` None: nothing is due."""

    one: str
    many: str
    title: str
    began: str
    ended: str | None = None
    due: str | None = None
    states: type[StrEnum] | None = None
    upstream: str | None = None
    account: str = "What happened?"
    account_needed: bool = False
    note: str = ""
    asked: tuple[Asked, ...] = ()


def _choice(name: str, label: str, answers: type[StrEnum], *, needed: bool = False, hint: str = "") -> Asked:
    return Asked(name=name, label=label, kept=Kept.CHOICE, answers=answers, needed=needed, hint=hint)


_EVIDENCE = Asked(
    name="indicators",
    label="Which indicators does it speak to?",
    kept=Kept.INDICATORS,
    hint="Their numbers, with spaces between, like OUT-6.1 OCM-7.1. The page of each then shows it",
)
_RIVALS = Asked(
    name="rivals",
    label="What else may explain it?",
    kept=Kept.PROSE,
    hint="Other initiatives, money, people. It is hard to say what is due to an agreement alone",
)
_PROCEDURE = _choice("procedure", "How was it dealt with?", Procedure)
_SATISFIED = _choice("satisfied", "Who was content with how it was settled?", Satisfied)
_UPSTREAM = "Which body above left no other way?"
_VERIFIED = _choice("verified", "How far was this looked into?", Verification, needed=True)

SHAPES: dict[LogKind, Shape] = {
    LogKind.CONSULTATION: Shape(
        one="consultation",
        many="Consultations",
        title="What was it called?",
        began="Day it opened",
        ended="Last day to reply",
        upstream="Which body set the timetable?",
        account="What changed, and what else is to be known?",
        note=f"One of less than {WEEKS_ASKED_FOR} weeks needs a reason. Weeks follow from its days.",
        asked=(
            _choice("reason", f"Why less than {WEEKS_ASKED_FOR} weeks?", ShortReason),
            Asked(name="replies", label="How many replies came in?", kept=Kept.COUNT),
            Asked(
                name="replies_voluntary",
                label="How many of them came from voluntary and community organisations?",
                kept=Kept.COUNT,
            ),
            _choice("feedback", "Were those who replied told what was decided, and why?", Feedback),
            _choice("changed", "Did anything change because of what people said?", Changed),
        ),
    ),
    LogKind.DISPUTE: Shape(
        one="dispute",
        many="Disputes",
        title="What was it about?",
        began="Day it began",
        ended="Day it ended",
        states=QuarrelState,
        upstream=_UPSTREAM,
        note="Kept to learn from. Disputes are never counted by place, and no place is ranked.",
        asked=(
            _choice("weight", "How serious was it?", Weight, needed=True),
            _PROCEDURE,
            _SATISFIED,
        ),
    ),
    LogKind.COMPLAINT: Shape(
        one="complaint",
        many="Complaints",
        title="Of what breach was it?",
        began="Day it was made",
        ended="Day it ended",
        states=QuarrelState,
        upstream=_UPSTREAM,
        note="Kept to learn from. Complaints are never counted by place, and no place is ranked.",
        asked=(_PROCEDURE, _SATISFIED),
    ),
    LogKind.ACTION: Shape(
        one="action",
        many="Action plans",
        title="What is to be done?",
        began="Day it was agreed",
        ended="Day it was done",
        due="Day by which it is to be done",
        states=ActionState,
        account="What is to be known of it?",
        asked=(
            Asked(
                name="owner", label="Who is responsible for it?", hint="A post or a body, not a person's name"
            ),
            Asked(
                name="target", label="How will you know that it is done?", hint="Its target, in a few words"
            ),
        ),
    ),
    LogKind.FUNDING: Shape(
        one="funding",
        many="Funding",
        title="What was it?",
        began="First day that it is for",
        ended="Last day that it is for",
        account="What is to be known of it?",
        asked=(
            _choice(
                "direction",
                "Which way did it go?",
                Direction,
                needed=True,
                hint="As the area or body that this entry is about sees it",
            ),
            _choice("purpose", "What was it for?", Purpose, needed=True),
            _choice("means", "In what form?", Means, needed=True),
            Asked(
                name="pounds",
                label="How many pounds?",
                kept=Kept.POUNDS,
                hint="For the whole time, in whole pounds. Help in kind: what it would have cost",
            ),
            Asked(name="body", label="Who gave it, or had it?", hint="The body at the other end"),
        ),
    ),
    LogKind.EXAMPLE: Shape(
        one="example",
        many="Examples",
        title="In a few words, what happened?",
        began="Day it happened",
        account="What happened, and what part had the agreement in it?",
        account_needed=True,
        note="Write what the agreement contributed to. Good and bad ones are wanted alike.",
        asked=(
            _choice("sign", "Is it a good or a bad example?", Sign, needed=True),
            _VERIFIED,
            _RIVALS,
            _EVIDENCE,
        ),
    ),
    LogKind.PRACTICE: Shape(
        one="practice",
        many="Practice",
        title="In a few words, what is done there?",
        began="Since when?",
        ended="Last day, if it has ended",
        account="What do they do?",
        account_needed=True,
        note="For others to learn from. It binds nobody: what works in one place may not in another.",
        asked=(
            Asked(
                name="context",
                label="Under what circumstances?",
                kept=Kept.PROSE,
                needed=True,
                hint="What kind of place it is, who is there, what came before",
            ),
            _VERIFIED,
            _EVIDENCE,
        ),
    ),
    LogKind.EVENT: Shape(
        one="event",
        many="What else changed",
        title="What changed?",
        began="Day it began",
        ended="Last day, if it has ended",
        account="What is to be known of it?",
        note="A timeline of what else goes on, so that no change is put down to an agreement alone.",
        asked=(_choice("initiative", "What was it part of?", Initiative, needed=True), _EVIDENCE),
    ),
}
