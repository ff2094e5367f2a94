"""In which areas organisations are, as people entered it, with days and a source"""

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "organisation_area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "began_on IS NULL OR ended_on IS NULL OR began_on < ended_on",
            name=op.f("ck_organisation_area_lifetime"),
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_area_organisation_id")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_organisation_area_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_area")),
    )
    for column in ("organisation_id", "area_id"):
        op.create_index(op.f(f"ix_organisation_area_{column}"), "organisation_area", [column])


def downgrade() -> None:
    op.drop_table("organisation_area")
