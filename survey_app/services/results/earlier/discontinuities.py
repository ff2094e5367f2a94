"""Where a trend has a discontinuity between two rounds, in the words of the report."""

from instruments.schema import Questionnaire
from instruments.versions.comparability import Find, not_comparable
from sampling.frame import Sector
from survey_app.reports.round_summary.method import why_not_comparable


def discontinuities_between(
    then: Questionnaire,
    now: Questionnaire,
    *,
    sector: Sector,
    since: str,
    find: Find = lambda name, version: None,
) -> dict[str, str]:
    """The items whose answers may not be compared between two rounds, each with a sentence that says why.

    Args:
        since: how the earlier round is called, `2025`.
        find: the questionnaire of this name and version, if it is there.
    """
    return {
        item: why_not_comparable(change, sector=sector, since=since)
        for item, change in not_comparable(then, now, find=find).items()
    }
