"""Editions of a list share its name"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("source_list") as table:
        table.drop_constraint("uq_source_list_programme_id_name", type_="unique")
        table.create_unique_constraint(
            "uq_source_list_programme_id_name_dated", ["programme_id", "name", "dated"]
        )


def downgrade() -> None:
    with op.batch_alter_table("source_list") as table:
        table.drop_constraint("uq_source_list_programme_id_name_dated", type_="unique")
        table.create_unique_constraint("uq_source_list_programme_id_name", ["programme_id", "name"])
