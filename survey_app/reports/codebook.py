"""What stands in each column of the long CSV: a small CSV beside it."""

import csv
import io

from survey_app.reports.long_csv import ALL, COLUMNS
from survey_app.reports.printed import FEW

HEADER = ("column", "value", "meaning")
MEANINGS = {
    "release": "Round and edition: 2.1 is the first edition of the results of the second round",
    "table": "Which table of the release the number stands in",
    "question": "The question as the sector was asked it",
    "item": "The question in short",
    "option": "The choice, the line of a grid, or the point of a rating",
    "statistic": "What the number is: a share, an average, a difference, a change or a count",
    "unit": "What it is counted in: per cent, points, of 5, pounds, number, organisations, questions",
    "breakdown": "By what organisations are divided",
    "group": "Which of these groups",
    "sector": "Which sector",
    "estimate": "The number, rounded as the page prints it; empty where none may be shown",
    "lower": "Lower limit of the 95% interval",
    "upper": "Upper limit of the 95% interval",
    "se": "Standard error, in the unit of the estimate",
    "df": "Degrees of freedom of the interval",
    "base": "Organisations that gave an answer, not weighted; of a change, those that did in both rounds",
    "mark": "Why there is no number, or how to read it; empty for none",
}
MARKS = {
    "c": "Withheld, so that no answer can be worked out",
    f"fewer than {FEW}": f"Fewer than {FEW} of the base gave the answer that is counted",
    f"all but fewer than {FEW}": f"All of the base but fewer than {FEW} gave the answer that is counted",
    "u": "Uncertain: the interval is wide for what the number is of",
    "b": "Not to be compared: the question changed",
    "z": "Does not apply: the sector was not asked, or not the same",
    "x": "Not available",
}


def codebook() -> str:
    """Every column with what it says, then the values that need a word."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for column in COLUMNS:
        writer.writerow((column, "", MEANINGS[column]))
    for column in COLUMNS[2:10]:
        writer.writerow((column, ALL, "A margin: not divided by this"))
    for value, meaning in MARKS.items():
        writer.writerow(("mark", value, meaning))
    return out.getvalue()
