"""Every table, imported so that the metadata is whole: for migrations and their test."""

from survey_app.models import (
    agreements,
    audit,
    burden,
    cases,
    files,
    jobs,
    keys,
    organisations,
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
from survey_app.models.frames import lists, snapshots

__all__ = [
    "Base",
    "agreements",
    "audit",
    "burden",
    "cases",
    "files",
    "jobs",
    "keys",
    "lists",
    "organisations",
    "outbox",
    "panels",
    "people",
    "programmes",
    "questionnaires",
    "responses",
    "results",
    "rounds",
    "snapshots",
]
