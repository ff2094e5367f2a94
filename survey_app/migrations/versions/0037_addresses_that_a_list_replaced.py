"""Lists that wait to be taken, and the addresses that one replaced, kept until a frame is made of it"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("listed_address") as table:
        table.add_column(sa.Column("replaced", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("listed_address") as table:
        table.alter_column("replaced", server_default=None)
    with op.batch_alter_table("source_list") as table:
        table.add_column(sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("source_list") as table:
        table.drop_column("waiting_since")
    op.execute(sa.text("DELETE FROM listed_address WHERE replaced"))
    with op.batch_alter_table("listed_address") as table:
        table.drop_column("replaced")
