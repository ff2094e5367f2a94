"""The states of a version on its way from a draft to what people answer, and the transitions between them."""

from enum import StrEnum


class VersionState(StrEnum):
    """How far a version has come. From `agreed` on its text is fixed."""

    DRAFT = "draft"
    IN_TEST = "in_test"
    AGREED = "agreed"
    PUBLISHED = "published"
    RETIRED = "retired"


TRANSITIONS: dict[VersionState, tuple[VersionState, ...]] = {
    VersionState.DRAFT: (VersionState.IN_TEST, VersionState.RETIRED),
    VersionState.IN_TEST: (VersionState.AGREED, VersionState.DRAFT, VersionState.RETIRED),
    VersionState.AGREED: (VersionState.PUBLISHED, VersionState.RETIRED),
    VersionState.PUBLISHED: (VersionState.RETIRED,),
    VersionState.RETIRED: (),
}
"""Where a version can go from each state; the first is the way forward."""

OPEN = (VersionState.DRAFT, VersionState.IN_TEST)
"""The states in which the text may still be replaced."""
