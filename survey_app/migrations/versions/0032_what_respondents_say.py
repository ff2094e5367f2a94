"""What somebody with the code says in place of answers: not us, or no"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_statement",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_by", sa.String(length=200), nullable=True),
        sa.CheckConstraint("kind IN ('not_us', 'declined')", name=op.f("ck_case_statement_kind")),
        sa.CheckConstraint(
            "(settled_on IS NULL) = (settled_by IS NULL)", name=op.f("ck_case_statement_settled_by_somebody")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_statement_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_statement")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_statement_case_id", "case_statement", ["case_id"])


def downgrade() -> None:
    op.drop_table("case_statement")
