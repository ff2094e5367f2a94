"""What stands at the top of every page: product, sections the person may open, who is signed in."""

from flask import Flask, request, url_for

from survey_app.services.people.permissions import Permission
from survey_app.web.site import current_person, site

SECTIONS = (
    ("Rounds", "rounds.listing", ("rounds.", "reserves.", "added."), Permission.SEE_ROUND),
    ("Panel", "panels.listing", ("panels.", "plans.", "saved_plans.", "plan_compare."), Permission.SEE_PANEL),
    ("Organisations", "organisations.listing", "organisations.", Permission.SEE_PANEL),
    ("Frame", "frames.page", "frames.", Permission.SEE_FRAME),
    ("Questionnaires", "questionnaires.listing", "questionnaires.", Permission.SEE_QUESTIONNAIRES),
    ("Results", "results.listing", "results.", Permission.SEE_RESULTS),
    ("People", "people.listing", "people.", Permission.MANAGE_PEOPLE),
    ("Audit", "audit.listing", "audit.", Permission.SEE_AUDIT),
)


def init_navigation(app: Flask) -> None:
    """Give every template what its frame reads (`survey_app.web.markup`)."""
    app.context_processor(frame_of_page)


def frame_of_page() -> dict[str, object]:
    """The context of `base/page.html`; a respondent's pages have no navigation and no name."""
    someone = None if _is_respondents() else current_person()
    return {
        "product": site().settings.product,
        "synthetic": site().synthetic,
        "home_url": url_for("account.home") if someone else url_for("respondent.start"),
        "sign_out_url": url_for("account.sign_out"),
        "signed_in_name": someone.name if someone else None,
        "navigation": [
            (text, url_for(endpoint), (request.endpoint or "").startswith(prefix))
            for text, endpoint, prefix, permission in SECTIONS
            if someone is not None and someone.may(permission)
        ],
    }


def _is_respondents() -> bool:
    return (request.endpoint or "").startswith("respondent.")
