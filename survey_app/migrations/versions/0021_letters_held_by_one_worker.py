"""Letters held by one worker, put off for days, and an outbox that can stand still"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("message") as batch:
        batch.add_column(sa.Column("lease_number", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("put_off_since", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("connections_lost", sa.Integer(), nullable=False, server_default="0"))
        batch.alter_column("message_id", existing_type=sa.String(length=120), type_=sa.String(length=320))
    with op.batch_alter_table("message") as batch:
        batch.alter_column("lease_number", existing_type=sa.Integer(), server_default=None)
        batch.alter_column("connections_lost", existing_type=sa.Integer(), server_default=None)
    outbox = op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_by", sa.String(length=200), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("faulty_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_outbox_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.bulk_insert(outbox, [{"id": 1, "paused_by": "", "fault": "", "faults": 0}])


def downgrade() -> None:
    op.drop_table("outbox")
    with op.batch_alter_table("message") as batch:
        batch.alter_column("message_id", existing_type=sa.String(length=320), type_=sa.String(length=120))
        for name in ("connections_lost", "put_off_since", "lease_number"):
            batch.drop_column(name)
