"""The closed vocabularies of lists, frames and questions about facts: each word in one spelling.

A word of a list is read in any case, with any dash and any blanks; another word is a fault of its row,
never passed over: a word for "removed" that nobody knows would have a dead organisation asked and weighted.
"""

import re

from sampling.texts import folded, one_spelling

# North to south, as tables and charts list them; "National" holds central bodies.
ENGLISH_REGIONS = (
    "North East",
    "North West",
    "Yorkshire and The Humber",
    "East Midlands",
    "West Midlands",
    "East of England",
    "London",
    "South East",
    "South West",
)
NATIONAL = "National"
REGIONS = (*ENGLISH_REGIONS, NATIONAL)
INCOME_BANDS = ("0", "under 10k", "10k-100k", "100k-1m", "1m-10m", "10m-100m", "100m+")
NOT_KNOWN = "not known"
YES, NO = "yes", "no"
# Kinds of public body in the spelling of strata and reports. A list may bring others; they keep their own.
CENTRAL = "central department"
KINDS_OF_BODY = (
    CENTRAL,
    "court",
    "executive agency",
    "fire",
    "local authority",
    "NDPB",
    "NHS commissioner",
    "NHS trust",
    "other government body",
    "police",
    "probation",
    "public corporation",
    "regional body",
)

CURRENT = "current"
# What registers say of an organisation that is there, and of one that is not; R and RM are the
# Charity Commission's. "listed" is followed by the year in which somebody saw a public body last.
STATUSES = (CURRENT, "former", "closed", "listed 2017")
ON_REGISTER = ("registered", CURRENT, "active", "on the register", "r")
GONE = (
    "former",
    "closed",
    "removed",
    "rm",
    "removed from the register",
    "deregistered",
    "de-registered",
    "dissolved",
    "abolished",
    "ceased",
    "ceased to exist",
    "wound up",
    "merged",
    "amalgamated",
    "struck off",
)
_LISTED = re.compile(r"listed (\d{4})")

# Official classes of places that are wholly or mostly rural, by how they begin, and the others. Sources:
# 2001, 2004, 2011 and 2021 Rural Urban Classifications of small areas and of local authorities (ONS, Defra).
_RURAL = (
    "rural",
    "sparse",
    "mainly rural",
    "largely rural",
    "majority rural",
    "intermediate rural",
    "predominantly rural",
    "larger rural",
    "smaller rural",
    "town and fringe",
    "village",
    "hamlet",
)
_URBAN = (
    "urban",
    "predominantly urban",
    "majority urban",
    "intermediate urban",
    "major urban",
    "large urban",
    "other urban",
    "significant rural",
)
# Small areas by their codes: 2011 A1 to F2, 2021 UN1 to RSF1.
_RURAL_CODES = {"d1", "d2", "e1", "e2", "f1", "f2", "rln1", "rlf1", "rsn1", "rsf1"}
_URBAN_CODES = {"a1", "b1", "c1", "c2", "un1", "uf1"}
_COUNTRY = re.compile(r"^\([^)]*\) *")


def rural(rural_urban: str) -> str:
    """Whether a place is rural, by its official class or code; empty where that is not understood."""
    words = _COUNTRY.sub("", folded(rural_urban))
    if words in _RURAL_CODES or words.startswith(_RURAL):
        return YES
    return NO if words in _URBAN_CODES or words.startswith(_URBAN) else ""


def is_gone(status: str) -> bool:
    """Whether a register says that an organisation is there no more."""
    return folded(status) in GONE


def is_listed(status: str) -> bool:
    """Whether a public body was seen in some year, and nothing is known since."""
    return bool(_LISTED.fullmatch(folded(status)))


def year_listed(status: str) -> int:
    """The year of "listed 2017"; 0 for every other status."""
    listed = _LISTED.fullmatch(folded(status))
    return int(listed[1]) if listed else 0


def kind_of_body(text: str) -> str:
    """A kind of public body in its one spelling; a kind that is none of ours as it was written."""
    return one_spelling(text, KINDS_OF_BODY)
