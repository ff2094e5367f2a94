"""Coordinators and administrators may ask for answers to be destroyed, and agree to it"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

# Whoever holds one of these with the role holds the new one as well.
HELD = {"coordinator": "launch_round", "administrator": "manage_people"}


def upgrade() -> None:
    for role, permission in HELD.items():
        op.execute(
            'INSERT INTO "grant" (person_id, programme_id, permission, role, strand, granted_at, granted_by)'  # noqa: S608
            " SELECT person_id, programme_id, 'destroy_answers', role, strand, granted_at, granted_by"
            f" FROM \"grant\" WHERE role = '{role}' AND permission = '{permission}'"
        )


def downgrade() -> None:
    op.execute("DELETE FROM \"grant\" WHERE permission = 'destroy_answers'")
