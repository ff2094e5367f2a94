"""Pausing and resuming letters by hand, and a clock that a person confirms"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# Whoever holds one of these with the role holds the new one as well.
HELD = {"coordinator": "launch_round", "administrator": "manage_people"}


def upgrade() -> None:
    for role, permission in HELD.items():
        op.execute(
            'INSERT INTO "grant" (person_id, programme_id, permission, role, strand, granted_at, granted_by)'  # noqa: S608
            " SELECT person_id, programme_id, 'run_outbox', role, strand, granted_at, granted_by"
            f" FROM \"grant\" WHERE role = '{role}' AND permission = '{permission}'"
        )
    clock = op.create_table(
        "clock_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("run", sa.String(length=60), nullable=False),
        sa.Column("uptime", sa.Double(), nullable=False),
        sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_clock_watch_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_watch")),
    )
    op.bulk_insert(clock, [{"id": 1, "run": "", "uptime": 0.0}])


def downgrade() -> None:
    op.drop_table("clock_watch")
    op.execute("DELETE FROM \"grant\" WHERE permission = 'run_outbox'")
