"""An address that staff enter waits for a second person"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was entered before waits for nobody: letters went there, and nobody is known who entered it.
    with op.batch_alter_table("contact") as batch:
        batch.add_column(sa.Column("approval_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_contact_approval_id"), "approval", ["approval_id"], ["id"])
        batch.create_index("ix_contact_approval_id", ["approval_id"])


def downgrade() -> None:
    with op.batch_alter_table("contact") as batch:
        batch.drop_index("ix_contact_approval_id")
        batch.drop_constraint(op.f("fk_contact_approval_id"), type_="foreignkey")
        batch.drop_column("approval_id")
