"""Every blueprint of the web application, in one list."""

from flask import Blueprint

from survey_app.web.respondent import views as respondent
from survey_app.web.reviewer import views as reviewer

BLUEPRINTS: tuple[Blueprint, ...] = (respondent.bp, reviewer.bp)
