"""Who saw the codes of a vote, who voted as another counted, and codes that were replaced"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "ballot_sight",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_sight_ballot_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_ballot_sight_person_id")),
        sa.PrimaryKeyConstraint("ballot_id", "person_id", name=op.f("pk_ballot_sight")),
    )
    op.create_index(op.f("ix_ballot_sight_person_id"), "ballot_sight", ["person_id"])
    op.create_table(
        "ballot_heads",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("sector", _one_of("sector", "public_body", "vco"), nullable=False),
        sa.Column("heads", sa.Integer(), nullable=False),
        sa.Column("counted_by_person_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("heads >= 0", name=op.f("ck_ballot_heads_heads_counted")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_heads_ballot_id")),
        sa.ForeignKeyConstraint(
            ["counted_by_person_id"], ["person.id"], name=op.f("fk_ballot_heads_counted_by_person_id")
        ),
        sa.PrimaryKeyConstraint("ballot_id", "sector", name=op.f("pk_ballot_heads")),
    )
    op.create_index(op.f("ix_ballot_heads_counted_by_person_id"), "ballot_heads", ["counted_by_person_id"])
    with op.batch_alter_table("ballot_slip") as batch:
        batch.add_column(
            sa.Column(
                "state",
                sa.String(length=40),
                nullable=False,
                server_default="printed",
            )
        )
        batch.create_check_constraint(
            op.f("ck_ballot_slip_state"), "state IN ('printed', 'void', 'in_place')"
        )
    with op.batch_alter_table("ballot_slip") as batch:
        batch.alter_column("state", existing_type=sa.String(length=40), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("ballot_slip") as batch:
        batch.drop_constraint(op.f("ck_ballot_slip_state"), type_="check")
        batch.drop_column("state")
    op.drop_table("ballot_heads")
    op.drop_table("ballot_sight")
