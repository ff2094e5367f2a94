"""Who put a list in force, since addresses that it changes wait for a second person"""

import sqlalchemy as sa
from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("source_list") as batch:
        batch.add_column(sa.Column("taken_by_person_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_source_list_taken_by_person_id"), "person", ["taken_by_person_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("source_list") as batch:
        batch.drop_constraint(op.f("fk_source_list_taken_by_person_id"), type_="foreignkey")
        batch.drop_column("taken_by_person_id")
