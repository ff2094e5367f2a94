"""Whoever could not be reached is a non-contact, in the words of the field"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _rename("unreachable", "non_contact")


def downgrade() -> None:
    _rename("non_contact", "unreachable")


def _rename(old: str, new: str) -> None:
    names = {"old": old, "new": new}
    op.get_bind().execute(sa.text('UPDATE "case" SET outcome = :new WHERE outcome = :old'), names)
    op.get_bind().execute(sa.text("UPDATE case_event SET kind = :new WHERE kind = :old"), names)
