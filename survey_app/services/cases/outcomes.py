"""Where a case may stand, by the strand of its round: a survey is answered, a meeting is come to."""

from collections.abc import Mapping

from scheduler.strands import Strand
from survey_app.models.cases.casework import Outcome

Words = Mapping[Outcome, str]

_SETTLED: Words = {Outcome.NOT_ELIGIBLE: "Not eligible", Outcome.NON_CONTACT: "No contact made"}
_OF_SURVEYS: Words = {
    Outcome.NOT_STARTED: "Not started",
    Outcome.STARTED: "Started",
    Outcome.COMPLETE: "Sent",
    Outcome.REFUSED: "Refused",
    **_SETTLED,
}
_OF_MEETINGS: Words = {
    Outcome.NOT_STARTED: "No reply yet",
    Outcome.AVAILABLE: "Available",
    Outcome.CONFIRMED: "Confirmed",
    Outcome.COMPLETE: "Came",
    Outcome.WITHDREW: "Withdrew",
    Outcome.REFUSED: "Declined",
    **_SETTLED,
}
_OF_INTERVIEWS: Words = {
    Outcome.NOT_STARTED: "No reply yet",
    Outcome.CONFIRMED: "Appointment made",
    Outcome.STARTED: "Interview begun",
    Outcome.COMPLETE: "Interviewed",
    Outcome.WITHDREW: "Withdrew",
    Outcome.REFUSED: "Declined",
    **_SETTLED,
}
_BY_STRAND: dict[Strand, Words] = {
    Strand.ANNUAL_REVIEW: _OF_MEETINGS,
    Strand.FOCUS_GROUPS: _OF_MEETINGS,
    Strand.DEEP_REVIEW: _OF_INTERVIEWS,
}
# In a survey these follow from what the respondent does, and nobody records them.
BY_THE_RESPONDENT = (Outcome.STARTED, Outcome.COMPLETE)


def outcomes_of(strand: Strand) -> Words:
    """Every outcome that a case of this strand may have, with its words, in the order of its course."""
    return _BY_STRAND.get(strand, _OF_SURVEYS)


def recorded_of(strand: Strand) -> tuple[Outcome, ...]:
    """What a person may record about a case of this strand."""
    words = outcomes_of(strand)
    if words is _OF_SURVEYS:
        return tuple(outcome for outcome in words if outcome not in BY_THE_RESPONDENT)
    return tuple(words)
