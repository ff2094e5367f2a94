"""Every table, imported so that the metadata is whole: for migrations and their test."""

from survey_app.models import (
    agreements,
    audit,
    burden,
    contacts,
    cycle,
    files,
    jobs,
    keys,
    organisations,
    outbox,
    panels,
    places,
    programmes,
    questionnaires,
    responses,
    results,
    rounds,
)
from survey_app.models.base import Base
from survey_app.models.cases import access, back_checks, casework
from survey_app.models.frames import lists, snapshots
from survey_app.models.people import accounts, approvals, consents, owners, second_factor, sessions
from survey_app.models.records import forms, logs
from survey_app.models.reviews import ballots, issues
from survey_app.models.reviews import records as review_records
from survey_app.models.reviews import sessions as review_sessions
from survey_app.models.watching import clock_watch, heartbeat

__all__ = [
    "Base",
    "access",
    "accounts",
    "agreements",
    "approvals",
    "audit",
    "back_checks",
    "ballots",
    "burden",
    "casework",
    "clock_watch",
    "consents",
    "contacts",
    "cycle",
    "files",
    "forms",
    "heartbeat",
    "issues",
    "jobs",
    "keys",
    "lists",
    "logs",
    "organisations",
    "outbox",
    "owners",
    "panels",
    "places",
    "programmes",
    "questionnaires",
    "responses",
    "results",
    "review_records",
    "review_sessions",
    "rounds",
    "second_factor",
    "sessions",
    "snapshots",
]
