"""The strands of the cycle: what a round, a panel, a grant or an entry in the ledger belongs to."""

from enum import StrEnum


class Strand(StrEnum):
    """One vocabulary for everything; the database checks it."""

    ANNUAL_SURVEY = "annual_survey"
    ANNUAL_REVIEW = "annual_review"
    FOCUS_GROUPS = "focus_groups"
    DEEP_REVIEW = "deep_review"
    LOCAL_SURVEY = "local_survey"
    COMMISSIONED_STUDY = "commissioned_study"


SURVEYS = frozenset({Strand.ANNUAL_SURVEY, Strand.LOCAL_SURVEY})
"""Strands that ask the members of a panel; the others may have none."""

WORDS = {
    Strand.ANNUAL_SURVEY: "Annual survey",
    Strand.ANNUAL_REVIEW: "Annual review",
    Strand.FOCUS_GROUPS: "Focus groups",
    Strand.DEEP_REVIEW: "Deep review",
    Strand.LOCAL_SURVEY: "Local survey",
    Strand.COMMISSIONED_STUDY: "Commissioned study",
}
"""What screens call each strand."""
