"""Bundles for analysts alone: coordinators, who see cases, no longer take single answers"""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""DELETE FROM "grant" WHERE permission = 'see_bundle' AND role = 'coordinator'""")


def downgrade() -> None:
    op.execute(
        """INSERT INTO "grant" (person_id, programme_id, permission, role, strand, granted_at, granted_by)
        SELECT person_id, programme_id, 'see_bundle', role, strand, granted_at, granted_by
        FROM "grant" WHERE role = 'coordinator' AND permission = 'see_results'"""
    )
