"""Whoever had letters by e-mail is moved to paper at night, and is in no batch before"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("printed_letter") as batch:
        batch.alter_column("print_batch_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM printed_letter WHERE print_batch_id IS NULL")
    with op.batch_alter_table("printed_letter") as batch:
        batch.alter_column("print_batch_id", existing_type=sa.Integer(), nullable=False)
