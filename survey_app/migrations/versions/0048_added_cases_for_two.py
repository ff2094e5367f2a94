"""An organisation that no draw chose waits for a second person"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was added before waits for nobody: it was asked already.
    with op.batch_alter_table("added_case") as batch:
        batch.add_column(sa.Column("approval_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_added_case_approval_id"), "approval", ["approval_id"], ["id"])
        batch.create_index(op.f("ix_added_case_approval_id"), ["approval_id"])


def downgrade() -> None:
    with op.batch_alter_table("added_case") as batch:
        batch.drop_index(op.f("ix_added_case_approval_id"))
        batch.drop_constraint(op.f("fk_added_case_approval_id"), type_="foreignkey")
        batch.drop_column("approval_id")
