"""What a round summary says of itself and of how it was made, in sentences that hang on no number."""

import re
from collections.abc import Mapping

from instruments.versions.lineage import Discontinuity, Verdict
from sampling.estimation.frame_margins import Fitted
from sampling.frame import Sector
from sampling.vocabulary import NOT_KNOWN
from survey_app.reports.printed import FEW, SECTOR_NAMES

INTERVALS = "Intervals allow for the strata, the weights, and the share of each group that replied."
CHANGES = (
    "A change is this round's figure less the earlier one's. Its interval allows for the strata, the "
    "weights, the share of each group that replied, and the organisations that answered in both rounds. "
    "Groups that were weighted together in one of the rounds are taken together in both. "
    "The earlier round was weighted again for this, in the way that this one is."
)
BY_ANSWERS = (
    "Its answers were worked again beside this round's. Where they are not those that were released, though "
    "by fewer than a figure rests on, the released figure stands and no change is given."
)
WITHOUT_ANSWERS = (
    "Its answers are kept no longer, so a change is this round's figure less the one that was released, with "
    "an interval as if nobody had answered in both rounds: rather too wide than too narrow."
)
FORMATS = (
    "It is also there as a web page, and every number in its tables as a CSV file. Another CSV file has one "
    "number to a line, with a file beside it that says what its columns mean.",
)
GIVEN_UP = {
    Fitted.GROUPS: "no weights within the limits do so for regions too, so regions were left out.",
    Fitted.TOTAL: "no weights within the limits do so, so theirs add up to the sector alone.",
}
GROUPS = {
    Sector.PUBLIC: "Public bodies",
    Sector.VOLUNTARY: "Voluntary organisations, by yearly income",
}
INCOME_NAMES = {
    "0": "No income",
    "under 10k": "Under £10,000",
    "10k-100k": "£10,000 to £100,000",
    "100k-1m": "£100,000 to £1 million",
    "1m-10m": "£1 million to £10 million",
    "10m-100m": "£10 million to £100 million",
    "100m+": "£100 million and over",
    NOT_KNOWN: "Income not known",
}
LEVEL = re.compile(r"(.*?)( and \d+ more)?", re.DOTALL)
WHY = {
    Verdict.REWORDED: "the question was worded differently",
    Verdict.REROUTED: "the question was put to others",
    Verdict.CHANGED: "other answers were offered or counted",
}
CHANGED = "the question changed"


def title(year: int) -> str:
    """`Working together 2026`."""
    return f"Working together {year}"


def subtitle(agreement: str) -> str:
    """What is in it, on its cover."""
    return f"What public bodies and voluntary organisations say about keeping the {agreement}"


def baseline(release: str, round_title: str) -> str:
    """Which release later rounds are compared with."""
    return f"The baseline is release {release}, of {round_title}, as it was frozen."


def weighting(min_replies: int, fitted: Mapping[Sector, Fitted]) -> str:
    """How replies were weighted: strata with fewer than `min_replies` joined, and what each sector was
    calibrated to."""
    lines = [
        "Each reply stands also for the organisations of its region and kind, or income, that did not reply; "
        f"where fewer than {min_replies} replied, those of the most similar region, kind or income stand for "
        "them. "
    ]
    if fitted:
        lines.append(
            "Then the weights are made to add up to the frame: in each sector to its regions, and to its "
            "kinds of body or its incomes. "
        )
    lines += [f"For {sector.words} {GIVEN_UP[way]} " for sector, way in fitted.items() if way in GIVEN_UP]
    return "".join(lines).strip()


def protection(threshold: int, whole: str) -> str:
    """What is withheld, and what was tried before anything was published."""
    return (
        f"A figure rests on {threshold} replies or more. For {whole} and for its parts there is no share "
        f"where fewer than {FEW} stand on one side of it: it says “fewer than {FEW}”, or “all but fewer than "
        f"{FEW}”. "
        "Where too few replied, that area and another are left out, so that nobody can subtract. Before "
        "anything is published, a program takes all tables together and tries to work out an answer, also "
        "with the eyes of one that took part; if it can, they are not published."
    )


def group_label(band: str) -> str:
    """A band of income, or a kind of public body, as a table prints it."""
    return INCOME_NAMES.get(band, band[:1].upper() + band[1:])


def level_label(name: str) -> str:
    """A group to which weights were calibrated, as a table prints it: `Under £10,000 and 1 more`."""
    first, more = LEVEL.fullmatch(name).groups()  # type: ignore[union-attr]
    return f"{group_label(first)}{more or ''}"


def why_not_comparable(change: Discontinuity, *, sector: Sector, since: str) -> str:
    """Why a question's answers may not be compared with those of the round called `since`."""
    note = change.note.strip()
    noted = f" {note}{'' if note.endswith('.') else '.'}" if note else ""
    return f"For {SECTOR_NAMES[sector].lower()} {WHY.get(change.verdict, CHANGED)} in {since}.{noted}"
