"""Every table, imported so that the metadata is whole: for migrations and their test."""

from survey_app.models import (
    audit,
    burden,
    cases,
    frames,
    jobs,
    outbox,
    panels,
    people,
    programmes,
    questionnaires,
    responses,
    results,
    rounds,
)
from survey_app.models.base import Base

__all__ = [
    "Base",
    "audit",
    "burden",
    "cases",
    "frames",
    "jobs",
    "outbox",
    "panels",
    "people",
    "programmes",
    "questionnaires",
    "responses",
    "results",
    "rounds",
]
