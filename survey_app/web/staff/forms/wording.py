"""What screens call the states of a form and the kinds of its subjects."""

from collections.abc import Mapping

from survey_app.services.forms.listed import FormState
from survey_app.services.forms.subjects import SubjectKind

STATES: Mapping[FormState, str] = {
    FormState.DRAFT: "Being filled in",
    FormState.SUBMITTED: "Waiting for review",
    FormState.SENT_BACK: "Sent back",
    FormState.REVIEWED: "Reviewed",
    FormState.SET_ASIDE: "Set aside",
}
TONES: Mapping[FormState, str] = {
    FormState.DRAFT: "behind",
    FormState.SUBMITTED: "behind",
    FormState.SENT_BACK: "short",
    FormState.REVIEWED: "good",
    FormState.SET_ASIDE: "plain",
}
STEPS: Mapping[FormState, str] = {
    FormState.DRAFT: "Begun",
    FormState.SUBMITTED: "Submitted for review",
    FormState.SENT_BACK: "Sent back",
    FormState.REVIEWED: "Reviewed",
    FormState.SET_ASIDE: "Set aside",
}
SUBJECTS: Mapping[SubjectKind, str] = {
    SubjectKind.AGREEMENT: "An agreement",
    SubjectKind.AREA: "An area",
    SubjectKind.ORGANISATION: "An organisation",
    SubjectKind.ROUND: "A round",
}
