"""Every view of the journey, gathered here so that the blueprint is whole when it is registered."""

from survey_app.web.respondent import arrival, questions, sending, telephone
from survey_app.web.respondent.blueprint import bp

__all__ = ["arrival", "bp", "questions", "sending", "telephone"]
