"""Every blueprint of the web application, in one list."""

from flask import Blueprint

from survey_app.web.account import views as account
from survey_app.web.coordinator import (
    added,
    audit,
    frames,
    organisations,
    panels,
    people,
    plan_compare,
    plans,
    questionnaires,
    reserves,
    rounds,
    saved_plans,
)
from survey_app.web.respondent import views as respondent
from survey_app.web.reviewer import views as reviewer

BLUEPRINTS: tuple[Blueprint, ...] = (
    account.bp,
    rounds.bp,
    reserves.bp,
    added.bp,
    plans.bp,
    saved_plans.bp,
    plan_compare.bp,
    panels.bp,
    organisations.bp,
    frames.bp,
    questionnaires.bp,
    people.bp,
    audit.bp,
    respondent.bp,
    reviewer.bp,
)
