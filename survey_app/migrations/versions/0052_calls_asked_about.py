"""Calls that somebody else asks about afterwards"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "back_check",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("caller", sa.String(length=200), nullable=False),
        sa.Column("called_on", sa.Date(), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("asked_by", sa.String(length=200), nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.Column("seen_by", sa.String(length=200), nullable=True),
        sa.Column("sends_back_on", sa.Date(), nullable=True),
        sa.Column("sent_back_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('confirmed', 'not_confirmed', 'not_reached')", name=op.f("ck_back_check_outcome")
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (asked_on IS NULL) AND (outcome IS NULL) = (asked_by IS NULL)",
            name=op.f("ck_back_check_asked_by_somebody"),
        ),
        sa.CheckConstraint("asked_by <> caller", name=op.f("ck_back_check_asked_by_another")),
        sa.CheckConstraint(
            "sends_back_on IS NULL OR outcome = 'not_confirmed'",
            name=op.f("ck_back_check_sent_back_if_denied"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_back_check_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_back_check")),
        sa.UniqueConstraint("case_id", name=op.f("uq_back_check_case_id")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("back_check")
