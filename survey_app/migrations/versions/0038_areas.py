"""Areas, what they lie in, and who governs them"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("folded", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "country",
                "region",
                "combined authority",
                "county",
                "district",
                "unitary",
                "metropolitan district",
                "London borough",
                "parish",
                "health area",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("rural_urban", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "began_on IS NULL OR ended_on IS NULL OR began_on < ended_on", name=op.f("ck_area_lifetime")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("code", name=op.f("uq_area_code")),
    )
    op.create_index("ix_area_folded", "area", ["folded"], unique=False)
    op.create_table(
        "area_code",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_area_code_area_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area_code")),
    )
    op.create_index(op.f("ix_area_code_area_id"), "area_code", ["area_id"], unique=False)
    op.create_table(
        "area_control",
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("began_on", sa.Date(), nullable=False),
        sa.Column(
            "control",
            sa.Enum(
                "Conservative",
                "Labour",
                "Liberal Democrat",
                "Green",
                "Reform UK",
                "Independent",
                "other",
                "no overall control",
                name="control",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_area_control_area_id")),
        sa.PrimaryKeyConstraint("area_id", "began_on", name=op.f("pk_area_control")),
    )
    op.create_table(
        "area_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("whole_id", sa.Integer(), nullable=False),
        sa.Column(
            "extent",
            sa.Enum("whole", "part", name="extent", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("began_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.CheckConstraint("area_id <> whole_id", name=op.f("ck_area_membership_two_areas")),
        sa.CheckConstraint(
            "began_on IS NULL OR ended_on IS NULL OR began_on < ended_on",
            name=op.f("ck_area_membership_lifetime"),
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_area_membership_area_id")),
        sa.ForeignKeyConstraint(["whole_id"], ["area.id"], name=op.f("fk_area_membership_whole_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_membership")),
    )
    op.create_index(op.f("ix_area_membership_area_id"), "area_membership", ["area_id"], unique=False)
    op.create_index(op.f("ix_area_membership_whole_id"), "area_membership", ["whole_id"], unique=False)
    op.create_table(
        "area_successor",
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("area_id <> successor_id", name=op.f("ck_area_successor_two_areas")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_area_successor_area_id")),
        sa.ForeignKeyConstraint(["successor_id"], ["area.id"], name=op.f("fk_area_successor_successor_id")),
        sa.PrimaryKeyConstraint("area_id", "successor_id", name=op.f("pk_area_successor")),
    )
    op.create_index(op.f("ix_area_successor_successor_id"), "area_successor", ["successor_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_area_successor_successor_id"), table_name="area_successor")
    op.drop_table("area_successor")
    op.drop_index(op.f("ix_area_membership_whole_id"), table_name="area_membership")
    op.drop_index(op.f("ix_area_membership_area_id"), table_name="area_membership")
    op.drop_table("area_membership")
    op.drop_table("area_control")
    op.drop_index(op.f("ix_area_code_area_id"), table_name="area_code")
    op.drop_table("area_code")
    op.drop_index("ix_area_folded", table_name="area")
    op.drop_table("area")
