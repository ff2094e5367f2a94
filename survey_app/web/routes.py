"""Every blueprint of the web application, in one list."""

from flask import Blueprint

from survey_app.web import health
from survey_app.web.account import password_links, programme, second_factor, sessions
from survey_app.web.account import views as account
from survey_app.web.respondent import views as respondent
from survey_app.web.staff import (
    audit,
    calendar,
    contacts,
    indicators,
    outbox,
    owning,
    people,
    search,
    texts,
    today,
)
from survey_app.web.staff.agreements import listing as agreement_listing
from survey_app.web.staff.cases import added
from survey_app.web.staff.cycle import years
from survey_app.web.staff.fieldwork import back_checks, printed, reserve, second_person
from survey_app.web.staff.forms import listing as form_listing
from survey_app.web.staff.frames import snapshots
from survey_app.web.staff.logs import listing as log_listing
from survey_app.web.staff.organisations import listing as organisation_listing
from survey_app.web.staff.panels import comparison, listing, planner, saved_plans
from survey_app.web.staff.questionnaires import listing as questionnaire_listing
from survey_app.web.staff.results import releases
from survey_app.web.staff.reviews import listing as review_listing
from survey_app.web.staff.rounds import lifecycle

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.bp,
    account.bp,
    programme.bp,
    sessions.bp,
    password_links.bp,
    second_factor.bp,
    today.bp,
    owning.bp,
    calendar.bp,
    years.bp,
    search.bp,
    lifecycle.bp,
    reserve.bp,
    printed.bp,
    back_checks.bp,
    outbox.bp,
    added.bp,
    second_person.bp,
    planner.bp,
    saved_plans.bp,
    comparison.bp,
    listing.bp,
    organisation_listing.bp,
    contacts.bp,
    agreement_listing.bp,
    log_listing.bp,
    review_listing.bp,
    texts.bp,
    form_listing.bp,
    snapshots.bp,
    questionnaire_listing.bp,
    people.bp,
    audit.bp,
    respondent.bp,
    releases.bp,
    indicators.bp,
)
