"""Ballots of the annual review: codes of nobody, papers without name, counts"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("dots", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "open", "closed", name="state", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("dots >= 1 AND dots <= 20", name=op.f("ck_ballot_dots_of_each")),
        sa.CheckConstraint("number IN (1, 2)", name=op.f("ck_ballot_round_one_or_two")),
        sa.ForeignKeyConstraint(["session_id"], ["review_session.id"], name=op.f("fk_ballot_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint("session_id", "number", name=op.f("uq_ballot_session_id_number")),
    )
    op.create_table(
        "ballot_count",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column(
            "sector",
            sa.Enum(
                "public_body", "vco", name="sector", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("slips", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_count_ballot_id")),
        sa.PrimaryKeyConstraint("ballot_id", "sector", name=op.f("pk_ballot_count")),
    )
    op.create_table(
        "ballot_issue",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_issue_ballot_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["review_issue.id"], name=op.f("fk_ballot_issue_issue_id")),
        sa.PrimaryKeyConstraint("ballot_id", "issue_id", name=op.f("pk_ballot_issue")),
    )
    op.create_index(op.f("ix_ballot_issue_issue_id"), "ballot_issue", ["issue_id"])
    op.create_table(
        "ballot_paper",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("votes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_paper_ballot_id")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ballot_paper")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_ballot_paper_ballot_id"), "ballot_paper", ["ballot_id"])
    op.create_table(
        "ballot_slip",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column(
            "sector",
            sa.Enum(
                "public_body", "vco", name="sector", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_slip_ballot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot_slip")),
        sa.UniqueConstraint("uuid", name=op.f("uq_ballot_slip_uuid")),
    )
    op.create_index(op.f("ix_ballot_slip_ballot_id"), "ballot_slip", ["ballot_id"])
    op.create_table(
        "ballot_tally",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("dots", sa.Integer(), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.CheckConstraint("side IN ('', 'public_body', 'vco')", name=op.f("ck_ballot_tally_side")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_tally_ballot_id")),
        sa.ForeignKeyConstraint(["issue_id"], ["review_issue.id"], name=op.f("fk_ballot_tally_issue_id")),
        sa.PrimaryKeyConstraint("ballot_id", "issue_id", "side", name=op.f("pk_ballot_tally")),
    )
    op.create_index(op.f("ix_ballot_tally_issue_id"), "ballot_tally", ["issue_id"])


def downgrade() -> None:
    op.drop_table("ballot_tally")
    op.drop_table("ballot_slip")
    op.drop_table("ballot_paper")
    op.drop_table("ballot_issue")
    op.drop_table("ballot_count")
    op.drop_table("ballot")
