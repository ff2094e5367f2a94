"""What may be known of an organisation: closed vocabularies, and words for what is not known.

`sampling.vocabulary` holds the same regions, bands and kinds for lists; neither library may import the
other, so a guard holds them equal.
"""

from collections.abc import Mapping

REGIONS = (
    "North East",
    "North West",
    "Yorkshire and The Humber",
    "East Midlands",
    "West Midlands",
    "East of England",
    "London",
    "South East",
    "South West",
    "National",
)
INCOME_BANDS = ("0", "under 10k", "10k-100k", "100k-1m", "1m-10m", "10m-100m", "100m+")
NOT_KNOWN = "not known"
KINDS_OF_BODY = (
    "central department",
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
CLOSED = {"region": (*REGIONS, NOT_KNOWN), "income_band": (*INCOME_BANDS, NOT_KNOWN)}
"""Facts that can be nothing else. A list may bring kinds of body of its own."""

SECTORS = {"public_body": "public body", "vco": "voluntary organisation"}
OTHERWISE = {"region": "your area", "body_type": "organisation", "income_band": "your income"}
"""What a wording says for a fact that may be missing, if it has no words of its own behind a bar."""

IN_GENERAL = {"agreement": "agreement", "organisation": "organisation", "sector": "sector", **OTHERWISE}
"""What a title says where no one organisation is meant."""


def known(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts that have a value, as a wording says them; what is empty or not known has none."""
    said = {name: text for name, text in facts.items() if text and text != NOT_KNOWN}
    return said | {name: SECTORS.get(text, text) for name, text in said.items() if name == "sector"}
