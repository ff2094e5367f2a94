"""The keys that `upgrade` hands over, for revisions that move what is sealed or named by a key."""

from alembic import context

from survey_app.crypto import Keyring
from survey_app.errors import MissingKeyError


def keys_for(purpose: str, *, setting: str) -> Keyring:
    """The keys of the installation whose tables are being renewed.

    Args:
        purpose: what they are needed for, as it follows "to".
        setting: the one that a person has to set, like LINK_KEY.

    Raises:
        MissingKeyError: none were handed over.
    """
    keys: Keyring | None = context.config.attributes.get("keys")
    if keys is None:
        raise MissingKeyError(
            f"The installation's keys are needed to {purpose}. Set {setting} as it was when the database "
            "was filled, then run `compact database upgrade`."
        )
    return keys
