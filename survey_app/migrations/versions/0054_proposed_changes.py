"""What open sections say of agreements; cases are asked about the agreement that their questions named"""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

KINDS = (
    "stage", "flag", "area", "signatory", "code of practice", "champion", "resource", "publicity", "review"
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "register_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("said_by", sa.String(length=400), nullable=False),
        sa.Column("source", sa.String(length=400), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "taken over",
                "refused",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_register_proposal_decided_once")
        ),
        sa.CheckConstraint(
            "(state = 'taken over') = (entry_id IS NOT NULL)",
            name=op.f("ck_register_proposal_taken_over_as_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_register_proposal_agreement_id")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_register_proposal_case_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["register_entry.id"], name=op.f("fk_register_proposal_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_proposal")),
    )
    for column in ("agreement_id", "case_id"):
        op.create_index(op.f(f"ix_register_proposal_{column}"), "register_proposal", [column])
    # Questions named the first agreement of a case alone; from now on they are repeated over all of them.
    op.execute("DELETE FROM case_agreement WHERE position > 0")


def downgrade() -> None:
    op.drop_table("register_proposal")
