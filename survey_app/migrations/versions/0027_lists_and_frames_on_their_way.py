"""Lists and frames that are written in many short transactions, and seen when they are whole"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("source_list") as batch:
        batch.add_column(sa.Column("arriving_until", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("frame") as batch:
        batch.add_column(sa.Column("making_until", sa.DateTime(timezone=True), nullable=True))
    # What is there was brought by lists in force: it needs not be known by which.
    with op.batch_alter_table("organisation") as batch:
        batch.add_column(sa.Column("born_list_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_organisation_born_list_id_source_list"), "source_list", ["born_list_id"], ["id"]
        )
        batch.create_index(op.f("ix_organisation_born_list_id"), ["born_list_id"])
    op.create_table(
        "listed_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_list_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("email_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("seal_context", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_list_id"], ["source_list.id"], name=op.f("fk_listed_address_source_list_id_source_list")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_listed_address_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listed_address")),
        sa.UniqueConstraint(
            "source_list_id", "organisation_id", name=op.f("uq_listed_address_source_list_id_organisation_id")
        ),
    )


def downgrade() -> None:
    op.drop_table("listed_address")
    with op.batch_alter_table("organisation") as batch:
        batch.drop_index(op.f("ix_organisation_born_list_id"))
        batch.drop_constraint(op.f("fk_organisation_born_list_id_source_list"), type_="foreignkey")
        batch.drop_column("born_list_id")
    with op.batch_alter_table("frame") as batch:
        batch.drop_column("making_until")
    with op.batch_alter_table("source_list") as batch:
        batch.drop_column("arriving_until")
