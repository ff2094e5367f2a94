"""Every view of the journey, gathered here so that the blueprint is whole when it is registered."""

from survey_app.web.respondent import arrival, invited, questions, receipt, sending, telephone
from survey_app.web.respondent.blueprint import bp

__all__ = ["arrival", "bp", "invited", "questions", "receipt", "sending", "telephone"]
